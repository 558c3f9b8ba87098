package foreign

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/pgcsv"
	"github.com/gyrodata/gyro/postgres/internal/loading"
	"github.com/gyrodata/gyro/postgres/internal/server"
)

// violations are the rules that rows break, in one table.
type violations struct {
	*loading.Load
	sheets []*sheet
}

// violationTable has a row for each rule that a row breaks: rule, the headers of the columns, the
// rule in words; and, where the value can't be cast, the number of its field.
const violationTable = "pg_temp.gyro_violation"

// begin makes the table.
func (v *violations) begin(ctx context.Context) error {
	return v.Exec(ctx, "make a table for faults", `
CREATE TEMP TABLE gyro_violation (
  sheet int, row bigint, line bigint, rule pg_catalog.text, col pg_catalog.text, said pg_catalog.text, field int, lacks boolean
) ON COMMIT DROP`)
}

// lackingRules are those by which a row lacks a value, so that it can't be held against others.
var lackingRules = []pgcsv.Rule{
	gyro.Required, gyro.NotAllowed, gyro.UnknownReference, gyro.AmbiguousReference, gyro.IncompleteReference, gyro.RejectedReference,
	pgcsv.NotANumber, pgcsv.AmbiguousNumber, pgcsv.NotADate, pgcsv.NoSuchDate, pgcsv.NotABoolean,
}

// whole is a condition that keeps rows away that lack a value, by the number of the row.
func (v *violations) whole(t *sheet, row string) string {
	if t.violated == 0 {
		return "true"
	}
	return fmt.Sprintf(server.Own("%s <> ALL (SELECT f.row FROM %s f WHERE f.sheet = %d AND f.lacks)"), row, violationTable, t.Number)
}

// add writes down the rows that a query gives: row, line, rule, headers, words, field.
func (v *violations) add(ctx context.Context, t *sheet, query string) error {
	var lacking []string
	for _, r := range lackingRules {
		lacking = append(lacking, server.Literal(string(r)))
	}
	tag, err := v.Conn.Exec(ctx, fmt.Sprintf(server.Own("INSERT INTO %s SELECT %d, q.*, q.field IS NOT NULL OR q.rule = ANY (ARRAY[%s]::text[]) FROM (%s) AS q(row, line, rule, col, said, field)"),
		violationTable, t.Number, strings.Join(lacking, ", "), query))
	if err != nil {
		return server.Hidden(server.Failed(ctx, "validate", t.File, err))
	}
	if tag.RowsAffected() == 0 {
		return nil
	}
	t.violated += tag.RowsAffected()
	return nil
}

// addRows writes a violation for the rows whose numbers a query gives.
func (v *violations) addRows(ctx context.Context, t *sheet, rule pgcsv.Rule, columns []string, said, query string) error {
	return v.add(ctx, t, fmt.Sprintf(server.Own("SELECT t.row, t.line, %s, %s, %s, NULL::int FROM %s t JOIN (%s) k ON k.row = t.row"),
		server.Literal(string(rule)), server.Literal(headersFor(t, columns)), server.Literal(said), t.textTable(), query))
}

// mark leaves rows with violations out of all that follows, where they are rejected. Where they are
// not, nothing will be loaded, and they are looked at on, for the other rules.
func (v *violations) mark(ctx context.Context, t *sheet) error {
	if t.violated == t.marked || !t.Sheet.Reject && len(t.Sheet.Made) == 0 {
		return nil
	}
	t.marked = t.violated
	return v.Exec(ctx, "mark bad rows", fmt.Sprintf(`
UPDATE %s t SET bad = true`+server.Own(`
WHERE NOT bad AND EXISTS (SELECT FROM %s f WHERE f.sheet = %d AND f.row = t.row)`), t.textTable(), violationTable, t.Number))
}

// leaveOut takes bad rows out of a map, where they are rejected.
func (v *violations) leaveOut(ctx context.Context, t *sheet) error {
	if t.violated == t.marked || !t.Sheet.Reject && len(t.Sheet.Made) == 0 {
		return nil
	}
	if err := v.mark(ctx, t); err != nil || t.unmapped {
		return err
	}
	return v.Exec(ctx, "leave out bad rows", fmt.Sprintf(server.Own("DELETE FROM %s m USING %s t WHERE t.row = m.row AND t.bad"), t.IDMap(), t.textTable()))
}

// refusing reports whether there is one that refuses the load.
func (v *violations) refusing() bool {
	return slices.ContainsFunc(v.sheets, func(t *sheet) bool {
		return t.Sheet != nil && t.violated > 0 && !t.Sheet.Reject && len(t.Sheet.Made) == 0
	})
}

// headersFor are the headers that give columns their values.
func headersFor(t *sheet, columns []string) string {
	var names []string
	add := func(header string) {
		if header != "" && !slices.Contains(names, header) {
			names = append(names, header)
		}
	}
	for _, id := range t.New { // a derived id is what it is derived from
		if slices.Contains(columns, id.Column) {
			columns = append(slices.Clone(columns), id.Derived...)
		}
	}
	for _, c := range columns {
		for _, v := range t.Sheet.Values {
			if v.Column == c && v.Field >= 0 {
				add(t.Sheet.Fields[v.Field].Header)
			}
		}
		for _, r := range t.Sheet.References {
			if slices.Contains(r.Columns, c) {
				for _, part := range r.Parts {
					add(part.Header)
				}
			}
		}
	}
	return strings.Join(names, ", ")
}
