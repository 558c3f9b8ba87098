package foreign

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
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
			beyond := fmt.Sprintf("s.%s %s %s::%s", server.Quote(v.Column), cs.types.text(f).ordered(b.operator), server.Literal(b.bound), cs.types.text(f).written())
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
	for _, c := range t.Sheet.Checks {
		all = append(all, condition{"(" + c.SQL + "\n) IS FALSE", gyro.CheckFailed, "", c.Text})
	}
	if len(suspect) > 0 && t.suspects > 0 {
		if err := cs.find(ctx, t, cs.values.rows(t, t.suspectTable(), ", t.test AS gyro_test"), suspect); err != nil {
			return err
		}
	}
	if len(all) > 0 {
		if err := cs.find(ctx, t, cs.values.rows(t, t.textTable(), ""), all); err != nil {
			return err
		}
	}
	return cs.checked(ctx, checks, cs.values.rows(t, t.textTable(), ""), func(rows string, broken []condition) error {
		return cs.find(ctx, t, rows, broken)
	})
}

// checked holds rows, with their gyro_row and gyro_line, against checks of their table. What those mean was settled when
// they were made: the server prints them as PostgreSQL's own search_path reads them, and a view is made by that. What
// the rows are, the role's settles.
func (a *attempt) checked(ctx context.Context, checks []tableCheck, rows string, find func(rows string, broken []condition) error) error {
	if len(checks) == 0 {
		return nil
	}
	columns, values := []string{"gyro_row", "gyro_line"}, []string{"gyro_row", "gyro_line"}
	var broken []condition
	for i, c := range checks {
		for _, name := range c.columns {
			if quoted := server.Quote(name); !slices.Contains(columns, quoted) {
				columns = append(columns, quoted)
			}
		}
		values = append(values, fmt.Sprintf("(%s\n) IS FALSE AS gyro_check_%d", c.expression, i))
		broken = append(broken, condition{fmt.Sprintf("s.gyro_check_%d", i), gyro.CheckFailed, "", c.said()})
	}
	for _, text := range []string{
		"CREATE TEMP VIEW gyro_given AS SELECT " + strings.Join(columns, ", ") + " FROM " + rows + " s",
		server.SafePath,
		"CREATE TEMP VIEW gyro_checked AS SELECT " + strings.Join(values, ", ") + " FROM pg_temp.gyro_given",
		server.RolePath,
	} {
		if err := a.Exec(ctx, "make a view of checks", text); err != nil {
			return err
		}
	}
	if err := find("pg_temp.gyro_checked", broken); err != nil {
		return err
	}
	return a.Exec(ctx, "drop a view of checks", "DROP VIEW pg_temp.gyro_checked, pg_temp.gyro_given")
}

// tableCheck is a check constraint of a table.
type tableCheck struct {
	name       string
	expression string // as search_path pg_catalog reads it
	columns    []string
}

func (c tableCheck) said() string { return "the table's constraint " + c.name }

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
SELECT conname, pg_get_expr(conbin, conrelid), cols
FROM c
WHERE cols <@ $2::text[] AND ($3::text[] IS NULL OR cols && $3::text[])
ORDER BY conname`

// tableChecks are the table's own, over columns of given, and over one of some, where there are such.
func (a *attempt) tableChecks(ctx context.Context, t *sheet, given, some []string) ([]tableCheck, error) {
	if err := a.Exec(ctx, "set search_path", server.SafePath); err != nil {
		return nil, err
	}
	rows, err := a.Conn.Query(ctx, tableChecksSQL, t.Target(), given, some)
	if err != nil {
		return nil, server.Failed(ctx, "look at the checks of", t.Table.Name.String(), err)
	}
	defer rows.Close()
	var checks []tableCheck
	for rows.Next() {
		var c tableCheck
		if err := rows.Scan(&c.name, &c.expression, &c.columns); err != nil {
			return nil, server.Failed(ctx, "look at the checks of", t.Table.Name.String(), err)
		}
		checks = append(checks, c)
	}
	if err := rows.Err(); err != nil {
		return nil, server.Failed(ctx, "look at the checks of", t.Table.Name.String(), err)
	}
	return checks, a.Exec(ctx, "reset search_path", server.RolePath)
}
