package postgres

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

// smallGap is how many values are drawn one by one. That can't collide with others that draw;
// setval could, if they drew more than that between its reading and its writing.
const smallGap = 10_000

func (l *loading) moveSequences(ctx context.Context) error {
	if l.plan.DryRun {
		return nil
	}
	for _, p := range l.parts {
		if p.MapOnly {
			continue
		}
		for _, c := range p.Table.Columns {
			if c.Sequence == "" || !p.brings(c.Name) {
				continue
			}
			if err := l.moveSequence(ctx, p, c.Name, c.Sequence); err != nil {
				return err
			}
		}
	}
	return nil
}

// brings reports whether a column keeps values that its sequence could give.
func (p *part) brings(column string) bool {
	in := slices.ContainsFunc(p.Columns, func(c driver.LoadColumn) bool { return c.Name == column && c.Load })
	return in && !slices.ContainsFunc(p.New, func(id driver.NewID) bool { return id.Column == column && id.Sequence != "" })
}

func (l *loading) moveSequence(ctx context.Context, p *part, column, sequence string) error {
	var (
		last, step, least, most int64
		called                  bool
	)
	place := p.Table.Name.String()
	err := l.conn.QueryRow(ctx, "SELECT q.last_value, q.is_called, s.seqincrement, s.seqmin, s.seqmax FROM "+sequence+" q, pg_sequence s WHERE s.seqrelid = "+server.Literal(sequence)+"::regclass").
		Scan(&last, &called, &step, &least, &most)
	if err != nil {
		return server.Failed(ctx, "look at a sequence of", place, err)
	}
	end, some, err := l.furthest(ctx, p, column, step < 0)
	switch {
	case err != nil:
		return err
	case !some, step > 0 && end < least, step < 0 && end > most:
		return nil
	case end > most || end < least:
		l.loaded.Notes = append(l.loaded.Notes, fmt.Sprintf("%s: column %s has values beyond what its sequence can give; it was not moved", place, column))
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
		_, err = l.conn.Exec(ctx, fmt.Sprintf("SELECT count(nextval(%s)) FROM generate_series(1, %d)", server.Literal(sequence), gap))
	} else {
		order := "greatest"
		if step < 0 {
			order = "least"
		}
		_, err = l.conn.Exec(ctx, fmt.Sprintf("SELECT setval(%s, %s(%d, q.last_value)) FROM %s q", server.Literal(sequence), order, end, sequence))
	}
	if err != nil {
		return server.Failed(ctx, "move a sequence of", place, err)
	}
	return nil
}

// furthest is the highest value of a column, or the lowest.
func (l *loading) furthest(ctx context.Context, p *part, column string, lowest bool) (end int64, some bool, err error) {
	if p.straight {
		return l.scan(ctx, p, column, lowest)
	}
	if p.rows == 0 {
		return 0, false, nil
	}
	function := "max"
	if lowest {
		function = "min"
	}
	var value *int64
	// A numeric column can have fractions, and values beyond any sequence.
	current := l.value(p, column)
	if err := l.conn.QueryRow(ctx, fmt.Sprintf("SELECT %s(trunc(v::numeric))::int8 FROM (SELECT %s AS v FROM %s) x WHERE v::numeric BETWEEN -9223372036854775808 AND 9223372036854775807",
		function, current, l.staging(p)+" s"+l.joins(p, []string{column}))).Scan(&value); err != nil {
		return 0, false, server.Hidden(server.Failed(ctx, "look for the highest id of", p.Table.Name.String(), err))
	}
	if value == nil {
		return 0, false, nil
	}
	return *value, true, nil
}

// scan reads the file for it: the table is not there to be asked yet.
func (l *loading) scan(ctx context.Context, p *part, column string, lowest bool) (end int64, some bool, err error) {
	file, err := l.plan.Open(ctx, p.i)
	if err != nil {
		return 0, false, err
	}
	defer file.Close()
	reader := pgcsv.NewReader(file)
	header, err := reader.Header()
	if err != nil {
		return 0, false, &gyro.Error{Op: "read", Place: p.File, Err: err}
	}
	i := slices.Index(header, column)
	for {
		row, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return end, some, nil
		}
		if err != nil {
			return 0, false, &gyro.Error{Op: "read", Place: p.File, Err: err}
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
