package csvdir

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gyrodata/gyro/pgcsv"
)

// scanTable scans a table's file; a file that can't be read is an error that names it.
func scanTable[G collector](ctx context.Context, s *slice, t *table, begin func() G, take func(before int64, g G) error) error {
	f, err := openRegular(filepath.Join(s.dir.Path, t.File))
	if err != nil {
		return s.dir.failed("read", err, "gyro verify says what is wrong")
	}
	defer f.Close() //nolint:errcheck // it was only read
	_, err = scan(ctx, f, t.header(), begin, take)
	var malformed *pgcsv.Error
	switch {
	case errors.Is(err, errEnough):
		return nil
	case errors.Is(err, errHeader), errors.As(err, &malformed):
		return s.dir.failed("read", fmt.Errorf("%s: %w", t.File, err), "gyro verify says what is wrong")
	}
	return err
}

// found is one row of a table, kept.
type found struct {
	table  *table
	number int64 // 0: there is none
	fields []pgcsv.Field
}

// named gives what the row is named by; nil where the table has nothing for it.
func (f found) named() []string {
	columns, _ := f.table.columnsOf(f.table.identity())
	var values []string
	for _, c := range columns {
		values = append(values, string(f.fields[c].Value))
	}
	return values
}

// find gives the first row that match accepts, which any number of goroutines call at once,
// each with a printer of its own. Where there is none, its number is 0.
func (s *slice) find(ctx context.Context, t *table, match func(p *printer, fields []pgcsv.Field) bool) (found, error) {
	result := found{table: t}
	err := scanTable(ctx, s, t, func() *seeker { return &seeker{match: match} }, func(before int64, g *seeker) error {
		if g.found.number == 0 {
			return nil
		}
		result.number, result.fields = before+g.found.number, g.found.fields
		return errEnough
	})
	return result, err
}

// findKey gives the row whose values in k's columns have a fingerprint.
func (s *slice) findKey(ctx context.Context, k *key, wanted fingerprint) (found, error) {
	return s.find(ctx, k.table, func(p *printer, fields []pgcsv.Field) bool {
		got, nulls := p.of(k, k.columns, fields)
		return nulls == 0 && got == wanted
	})
}

type seeker struct {
	printer printer
	match   func(*printer, []pgcsv.Field) bool
	found   found
}

func (g *seeker) row(number int64, fields []pgcsv.Field) {
	if g.found.number > 0 || !g.match(&g.printer, fields) {
		return
	}
	g.found = found{number: number, fields: keep(fields)}
}

// keep copies fields that are to outlive their row.
func keep(fields []pgcsv.Field) []pgcsv.Field {
	kept := make([]pgcsv.Field, len(fields))
	for i, f := range fields {
		kept[i] = pgcsv.Field{Value: slices.Clone(f.Value), Null: f.Null}
	}
	return kept
}

// rowNamed finds the row that a user named by table and key.
func (s *slice) rowNamed(ctx context.Context, name string, values []string) (found, error) {
	t, err := s.tableNamed(name)
	if err != nil {
		return found{}, err
	}
	names := t.identity()
	if names == nil {
		return found{}, s.dir.failed("read", fmt.Errorf("%s has no primary key, and no unique key without NULLs", t.name), "")
	}
	if len(values) != len(names) {
		return found{}, s.dir.failed("read", fmt.Errorf("the key of %s has %d column%s, not %d", t.name, len(names), plural(len(names)), len(values)),
			"it is ("+strings.Join(names, ", ")+")")
	}
	columns, _ := t.columnsOf(names)
	row, err := s.find(ctx, t, func(_ *printer, fields []pgcsv.Field) bool {
		for i, c := range columns {
			if fields[c].Null || string(fields[c].Value) != values[i] {
				return false
			}
		}
		return true
	})
	if err == nil && row.number == 0 {
		err = s.dir.failed("read", errors.New(t.File+" has no row with this key"), "a key is written as it stands in the file, by "+strings.Join(names, ", "))
	}
	return row, err
}
