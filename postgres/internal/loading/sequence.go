package loading

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/gyrodata/gyro"
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

// Move moves those whose values the load brings along.
func (s *Sequences) Move(ctx context.Context) error {
	if s.Plan.DryRun {
		return nil
	}
	for _, t := range s.Tables {
		if t.MapOnly {
			continue
		}
		for _, c := range t.Table.Columns {
			if c.Sequence == "" || !t.brings(c.Name) {
				continue
			}
			if err := s.move(ctx, t, c.Name, c.Sequence); err != nil {
				return err
			}
		}
	}
	return nil
}

const sequenceStateSQL = `
SELECT q.last_value, q.is_called, s.seqincrement, s.seqmin, s.seqmax
FROM {sequence} q, pg_sequence s
WHERE s.seqrelid = {name}::regclass`

// furthestSQL: a numeric column can have fractions, and values beyond any sequence.
const furthestSQL = `
SELECT {function}(trunc(v::numeric))::int8
FROM (SELECT {value} AS v FROM {rows}) x
WHERE v::numeric BETWEEN -9223372036854775808 AND 9223372036854775807`

func (s *Sequences) move(ctx context.Context, t *TableLoad, column, sequence string) error {
	var (
		last, step, least, most int64
		called                  bool
	)
	place := t.Table.Name.String()
	err := s.Conn.QueryRow(ctx, server.Fill(sequenceStateSQL, "sequence", sequence, "name", server.Literal(sequence))).
		Scan(&last, &called, &step, &least, &most)
	if err != nil {
		return server.Failed(ctx, "look at a sequence of", place, err)
	}
	end, some, err := s.furthest(ctx, t, column, step < 0)
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
		_, err = s.Conn.Exec(ctx, fmt.Sprintf("SELECT count(nextval(%s)) FROM generate_series(1, %d)", server.Literal(sequence), gap))
	} else {
		order := "greatest"
		if step < 0 {
			order = "least"
		}
		_, err = s.Conn.Exec(ctx, fmt.Sprintf("SELECT setval(%s, %s(%d, q.last_value)) FROM %s q", server.Literal(sequence), order, end, sequence))
	}
	if err != nil {
		return server.Failed(ctx, "move a sequence of", place, err)
	}
	return nil
}

// furthest is the highest value of a column, or the lowest.
func (s *Sequences) furthest(ctx context.Context, t *TableLoad, column string, lowest bool) (end int64, some bool, err error) {
	if t.Direct {
		return s.scan(ctx, t, column, lowest)
	}
	if t.Staged == 0 {
		return 0, false, nil
	}
	function := "max"
	if lowest {
		function = "min"
	}
	var value *int64
	text := server.Fill(furthestSQL, "function", function, "value", s.merge.Value(t, column), "rows", t.Staging+" s"+s.merge.Maps(t, []string{column}))
	if err := s.Conn.QueryRow(ctx, text).Scan(&value); err != nil {
		return 0, false, server.Hidden(server.Failed(ctx, "look for the highest id of", t.Table.Name.String(), err))
	}
	if value == nil {
		return 0, false, nil
	}
	return *value, true, nil
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
		return 0, false, &gyro.Error{Op: "read", Place: t.File, Err: err}
	}
	i := slices.Index(header, column)
	for {
		row, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return end, some, nil
		}
		if err != nil {
			return 0, false, &gyro.Error{Op: "read", Place: t.File, Err: err}
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
