package loading

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/pgcsv"
	"github.com/gyrodata/gyro/postgres/internal/server"
)

// Sequences are moved before the first row goes in: from then on nobody draws an id that the
// load brings along, also where the rows are not to be seen yet. What is moved stays moved
// where the load fails; sequences know no transaction.

// Sequences are those that give the tables their ids.
type Sequences struct {
	*Load
	merge *Merge
}

// smallGap is how many values are drawn one by one. That can't collide with others that draw;
// setval could, if they drew more than that between its reading and its writing.
const smallGap = 10_000

// Raise moves those that lag behind the rows of a table that is to get new ids, before any is drawn: else they would draw
// ids that are taken.
func (s *Sequences) Raise(ctx context.Context) error {
	return s.each(ctx, s.furthestThere, func(t *TableLoad, column string) bool {
		return !t.Empty && slices.ContainsFunc(t.New, func(n driver.NewID) bool { return n.Column == column && n.Sequence != "" })
	})
}

// Move moves those whose values the load brings along. Maps are there by then, so that it knows the new values.
func (s *Sequences) Move(ctx context.Context) error {
	return s.each(ctx, s.furthest, (*TableLoad).brings)
}

func (s *Sequences) each(ctx context.Context, furthest furthest, which func(t *TableLoad, column string) bool) error {
	if s.Plan.DryRun {
		return nil
	}
	for _, t := range s.Tables {
		for _, c := range t.Table.Columns {
			if t.MapOnly || c.Sequence == "" || !which(t, c.Name) {
				continue
			}
			if err := s.move(ctx, t, c.Name, c.Sequence, furthest); err != nil {
				return err
			}
		}
	}
	return nil
}

// furthest finds the highest value of a column, or the lowest.
type furthest func(ctx context.Context, t *TableLoad, column string, lowest bool) (end int64, some bool, err error)

var sequenceStateSQL = server.Own(`
SELECT q.last_value, q.is_called, s.seqincrement, s.seqmin, s.seqmax
FROM {state} q, pg_catalog.pg_sequence s
WHERE s.seqrelid = {name}::regclass::oid`)

// mayReadSQL: USAGE and UPDATE are enough to draw from a sequence and to move it, but not to read where it stands.
var mayReadSQL = server.Own("SELECT has_sequence_privilege($1::text::regclass, 'SELECT')")

// furthestSQL: a numeric column can have fractions, and values beyond any sequence.
var furthestSQL = server.Own(`
SELECT {function}(trunc(v::numeric))::int8
FROM (SELECT {value} AS v FROM {rows}) x
WHERE v::numeric >= -9223372036854775808 AND v::numeric <= 9223372036854775807`)

func (s *Sequences) move(ctx context.Context, t *TableLoad, column, sequence string, furthest furthest) error {
	var (
		last, step, least, most int64
		called                  bool
	)
	place := t.Table.Name.String()
	state := sequence
	if reads, err := s.Holds(ctx, mayReadSQL, sequence); err != nil {
		return err
	} else if !reads { // a value that is drawn tells as well
		state = "(SELECT pg_catalog.nextval(" + server.Literal(sequence) + ") AS last_value, true AS is_called)"
	}
	row := s.Conn.QueryRow(ctx, server.Fill(sequenceStateSQL, "state", state, "name", server.Literal(sequence)))
	if err := row.Scan(&last, &called, &step, &least, &most); err != nil {
		return server.Failed(ctx, "look at a sequence of", place, err)
	}
	end, some, err := furthest(ctx, t, column, step < 0)
	switch {
	case err != nil:
		return err
	case !some, step > 0 && end < least, step < 0 && end > most:
		return nil
	case end > most || end < least:
		s.Loaded.Notes = append(s.Loaded.Notes, gyro.Textf("%s: column %s has values beyond what its sequence can give; it was not moved", place, column))
		return nil
	}
	if !called {
		last -= step
	}
	gap := (end - last) / step
	if (end-last)%step != 0 && gap >= 0 {
		gap++
	}
	if gap <= 0 {
		return nil
	}
	if gap <= smallGap {
		_, err = s.Conn.Exec(ctx, fmt.Sprintf("SELECT pg_catalog.count(pg_catalog.nextval(%s)) FROM pg_catalog.generate_series(1, %d)", server.Literal(sequence), gap))
	} else {
		order := "greatest"
		if step < 0 {
			order = "least"
		}
		_, err = s.Conn.Exec(ctx, fmt.Sprintf("SELECT pg_catalog.setval(%[1]s, %[2]s(%[3]d, pg_catalog.pg_sequence_last_value(%[1]s::pg_catalog.regclass)))", server.Literal(sequence), order, end))
	}
	if err != nil {
		return server.Failed(ctx, "move a sequence of", place, err)
	}
	return nil
}

// furthestThere is the highest value that the table has, or the lowest.
func (s *Sequences) furthestThere(ctx context.Context, t *TableLoad, column string, lowest bool) (end int64, some bool, err error) {
	own := server.Quote(column)
	// The inner one finds it by an index, which the outer one, of what it makes of a value, can't.
	return s.ask(ctx, t, lowest, "t.v", "(SELECT "+function(lowest)+"("+own+") AS v FROM "+t.Target()+") t")
}

// furthest is the highest value of a column, or the lowest.
func (s *Sequences) furthest(ctx context.Context, t *TableLoad, column string, lowest bool) (end int64, some bool, err error) {
	if t.Direct {
		return s.scan(ctx, t, column, lowest)
	}
	if t.Staged == 0 {
		return 0, false, nil
	}
	if i := slices.Index(t.MapColumns, column); t.Map && i >= 0 {
		return s.ask(ctx, t, lowest, fmt.Sprintf("m.v_%d", i), t.IDMap()+" m")
	}
	return s.ask(ctx, t, lowest, s.merge.Value(t, column), t.Staging+" s"+s.merge.Maps(t, []string{column}))
}

func (s *Sequences) ask(ctx context.Context, t *TableLoad, lowest bool, value, rows string) (end int64, some bool, err error) {
	var found *int64
	text := server.Fill(furthestSQL, "function", function(lowest), "value", value, "rows", rows)
	if err := s.Conn.QueryRow(ctx, text).Scan(&found); err != nil {
		return 0, false, server.Hidden(server.Failed(ctx, "look for the highest id of", t.Table.Name.String(), err))
	}
	if found == nil {
		return 0, false, nil
	}
	return *found, true, nil
}

func function(lowest bool) string {
	if lowest {
		return "pg_catalog.min"
	}
	return "pg_catalog.max"
}

// scan reads the file for it: the table is not there to be asked yet.
func (s *Sequences) scan(ctx context.Context, t *TableLoad, column string, lowest bool) (end int64, some bool, err error) {
	file, err := s.Plan.Open(ctx, t.Number)
	if err != nil {
		return 0, false, err
	}
	defer file.Close()
	reader := pgcsv.NewReader(file)
	header, err := reader.Header()
	if err != nil {
		return 0, false, unread(t, err)
	}
	i := slices.Index(header, column)
	for {
		row, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return end, some, nil
		}
		if err != nil {
			return 0, false, unread(t, err)
		}
		if row[i].Null {
			continue
		}
		n, err := strconv.ParseInt(string(row[i].Value), 10, 64)
		if err == nil && (!some || n > end != lowest) {
			end, some = n, true
		}
	}
}

// unread says that a file can't be read: what its source says of it, or that it is no CSV.
func unread(t *TableLoad, err error) error {
	var known *gyro.Error
	if errors.As(err, &known) {
		return known
	}
	return &gyro.Error{Op: "read", Place: t.File, Err: err}
}
