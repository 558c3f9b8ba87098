package foreign

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/pgcsv"
	"github.com/gyrodata/gyro/postgres/internal/server"
)

// conditions holds values against bounds and checks.
type conditions struct{ *attempt }

// check holds the values against bounds and checks, those of the importer and those of the
// table, as far as the file has their columns.
func (cs *conditions) check(ctx context.Context, t *sheet) error {
	var all, suspect []condition
	for _, v := range t.Sheet.Values {
		if v.Field < 0 {
			continue
		}
		f := t.Sheet.Fields[v.Field]
		for _, b := range []struct{ bound, operator, said string }{{f.Min, "<", "less than "}, {f.Max, ">", "more than "}} {
			if b.bound == "" {
				continue
			}
			beyond := fmt.Sprintf("s.%s %s %s::%s", server.Quote(v.Column), b.operator, server.Literal(b.bound), cs.types.text(f).name)
			c := condition{beyond, gyro.OutOfRange, f.Header, b.said + b.bound}
			if f.TestBounds {
				all = append(all, c)
				continue
			}
			c.broken = hasToBeTested("s.gyro_test", v.Field) + " AND " + c.broken
			suspect = append(suspect, c)
		}
	}
	given := []string{}
	for _, v := range t.Sheet.Values {
		given = append(given, v.Column)
	}
	checks, err := cs.tableChecks(ctx, t, given, nil)
	if err != nil {
		return err
	}
	for _, c := range slices.Concat(t.Sheet.Checks, checks) {
		all = append(all, condition{"(" + c.SQL + "\n) IS FALSE", gyro.CheckFailed, "", c.Text})
	}
	if len(suspect) > 0 && t.suspects > 0 {
		if err := cs.find(ctx, t, cs.values.rows(t, t.suspectTable(), ", t.test AS gyro_test"), suspect); err != nil {
			return err
		}
	}
	if len(all) == 0 {
		return nil
	}
	return cs.find(ctx, t, cs.values.rows(t, t.textTable(), ""), all)
}

// condition is a condition that makes a row bad whose values can be read.
type condition struct {
	broken string // SQL
	rule   pgcsv.Rule
	column string
	said   string
}

const brokenRowsSQL = `
SELECT s.gyro_row, s.gyro_line, f.*
FROM (
  SELECT * FROM {rows} s
  WHERE {broken}
  OFFSET 0
) s
CROSS JOIN LATERAL ({rules}) f
WHERE {whole}`

// find finds the rows of base, s, that conditions make bad.
func (cs *conditions) find(ctx context.Context, t *sheet, base string, conditions []condition) error {
	var broken, rows []string
	for _, c := range conditions {
		broken = append(broken, "("+c.broken+")")
		rows = append(rows, fmt.Sprintf("SELECT %s, %s, %s, NULL::int WHERE %s",
			server.Literal(string(c.rule)), server.Literal(c.column), server.Literal(c.said), c.broken))
	}
	// What could not be read is NULL by now, which says nothing of the row. Few rows are asked
	// for that, those that break a rule.
	return cs.violations.add(ctx, t, server.Fill(brokenRowsSQL,
		"rows", base, "broken", strings.Join(broken, " OR "), "rules", strings.Join(rows, " UNION ALL "), "whole", cs.violations.whole(t, "s.gyro_row")))
}

// tableChecksSQL lists checks by their columns: all of them are in $2, and where $3 is given one is in that.
const tableChecksSQL = `
WITH c AS (
  SELECT c.conname, c.conbin, c.conrelid,
    ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)) AS cols
  FROM pg_constraint c
  WHERE c.conrelid = $1::text::regclass AND c.contype = 'c' AND cardinality(c.conkey) > 0
)
SELECT conname, pg_get_expr(conbin, conrelid)
FROM c
WHERE cols <@ $2::text[] AND ($3::text[] IS NULL OR cols && $3::text[])
ORDER BY conname`

// tableChecks are the table's own, over columns of given, and over one of some, where there are such.
func (a *attempt) tableChecks(ctx context.Context, t *sheet, given, some []string) ([]driver.SheetCheck, error) {
	if err := a.Exec(ctx, "set search_path", "SET LOCAL search_path = pg_catalog"); err != nil {
		return nil, err
	}
	rows, err := a.Conn.Query(ctx, tableChecksSQL, t.Target(), given, some)
	if err != nil {
		return nil, server.Failed(ctx, "look at the checks of", t.Table.Name.String(), err)
	}
	defer rows.Close()
	var checks []driver.SheetCheck
	for rows.Next() {
		var name, text string
		if err := rows.Scan(&name, &text); err != nil {
			return nil, server.Failed(ctx, "look at the checks of", t.Table.Name.String(), err)
		}
		checks = append(checks, driver.SheetCheck{Place: gyro.Text("constraint " + name), SQL: text, Text: "the table's constraint " + name})
	}
	if err := rows.Err(); err != nil {
		return nil, server.Failed(ctx, "look at the checks of", t.Table.Name.String(), err)
	}
	return checks, a.Exec(ctx, "reset search_path", "SET LOCAL search_path TO DEFAULT")
}
