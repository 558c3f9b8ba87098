package foreign

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/postgres/internal/server"
)

// cells holds texts against the types of their columns.
type cells struct{ *casts }

// check holds the texts against the types of their columns, and against patterns. What
// can't be cast becomes NULL then. The reader has looked at the rest: NULL, choices.
func (c *cells) check(ctx context.Context, t *sheet) error {
	var rules []rule
	for i, f := range t.Sheet.Fields {
		text := "t." + t.layout.field(i)
		rules = append(rules, c.rule(f, text, caster(t, i), "t.test", i))
		if f.Pattern != "" {
			broken := fmt.Sprintf(server.Own("%s !~ %s"), text, server.Literal("^(?:"+f.Pattern+")$"))
			if !f.TestPattern {
				broken = hasToBeTested("t.test", i) + " AND " + broken
			}
			rules = append(rules, rule{
				broken: broken, name: server.Literal(string(gyro.PatternMismatch)), column: f.Header,
				said: server.Literal("does not match " + f.Pattern), field: "NULL::int", tested: !f.TestPattern,
			})
		}
	}
	anywhere, err := c.find(ctx, t, rules)
	if err != nil {
		return err
	}
	table := t.suspectTable()
	if anywhere {
		table = t.textTable()
	}
	return c.nullify(ctx, t, table)
}

// checkKeys holds the parts of keys against the types of what they are compared with. The
// rows with one that can't be cast are bad, and nothing is looked for by it.
func (c *cells) checkKeys(ctx context.Context, t *sheet) error {
	for k, r := range t.Sheet.References {
		for j, part := range r.Parts {
			if part.Given {
				continue
			}
			where := fmt.Sprintf(server.Own("d.k = %d AND NOT d.bad"), k)
			if !part.Test {
				where += " AND " + hasToBeTested("d.test", j)
			}
			n, err := c.Number(ctx, "look at keys", "SELECT pg_catalog.count(*) FROM "+t.keyTable()+" d WHERE "+where)
			if err != nil {
				return err
			}
			if n == 0 {
				continue
			}
			name := fmt.Sprintf("pg_temp.gyro_part_%d_%d_%d", t.Number, k, j)
			if err := c.makeFunction(ctx, name, c.types.text(part.SheetField).written(), "$1"); err != nil {
				return err
			}
			cast := c.rule(part.SheetField, fmt.Sprintf("d.c%d", j), name, "d.test", j)
			if err := c.violations.add(ctx, t, fmt.Sprintf(server.Own("SELECT t.row, t.line, %s, NULL::int FROM %s d JOIN %s t ON t.%s = d.id WHERE NOT t.bad AND %s AND %s"),
				cast.row(), t.keyTable(), t.textTable(), t.layout.key(k), where, cast.broken)); err != nil {
				return err
			}
			text := fmt.Sprintf("UPDATE %s d SET bad = true WHERE %s AND %s", t.keyTable(), where, cast.broken)
			if err := c.Exec(ctx, "take out keys that can't be cast", text); err != nil {
				return err
			}
		}
	}
	return nil
}

const brokenCellsSQL = `
SELECT t.row, t.line, f.*
FROM (
  SELECT * FROM {table} t
  WHERE {some}NOT bad AND ({broken})
  OFFSET 0
) t
CROSS JOIN LATERAL ({rules}) AS f(rule, col, said, field)`

// find finds the rows that break rules in one pass, or in two, where some hold for all rows:
// all conditions at once find them, and only for them it is asked which. What the reader found
// comes with them. It reports where there are some: only among the suspect rows, or anywhere.
func (c *cells) find(ctx context.Context, t *sheet, rules []rule) (anywhere bool, err error) {
	pass := func(table, some string, rows, broken []string) error {
		return c.violations.add(ctx, t, server.Fill(brokenCellsSQL,
			"table", table, "some", some, "broken", strings.Join(append(broken, "false"), " OR "), "rules", strings.Join(rows, " UNION ALL ")))
	}
	var all, tested, allRows, testedRows []string
	for _, r := range rules {
		condition, row := "("+r.broken+")", "SELECT "+r.row()+", "+r.field+" WHERE NOT t.bad AND "+r.broken
		if r.tested {
			tested, testedRows = append(tested, condition), append(testedRows, row)
		} else {
			all, allRows = append(all, condition), append(allRows, row)
		}
	}
	if t.suspects > 0 {
		if err := pass(t.suspectTable(), "broken IS NOT NULL OR ", append(testedRows, foundByReader(t)), tested); err != nil {
			return false, err
		}
	}
	before := t.violated
	if len(all) > 0 {
		err = pass(t.textTable(), "", allRows, all)
	}
	return t.violated > before, err
}

// nullify takes out the texts that can't be cast, so that no query stumbles over them. They are in
// that table.
func (c *cells) nullify(ctx context.Context, t *sheet, table string) error {
	if t.violated == 0 {
		return nil
	}
	rows, err := c.Conn.Query(ctx, fmt.Sprintf(server.Own("SELECT DISTINCT field FROM %s WHERE sheet = %d AND field IS NOT NULL"), violationTable, t.Number))
	if err != nil {
		return server.Failed(ctx, "validate", t.File, err)
	}
	var fields []int
	for rows.Next() {
		var field int
		if err := rows.Scan(&field); err != nil {
			return server.Failed(ctx, "validate", t.File, err)
		}
		fields = append(fields, field)
	}
	if err := rows.Err(); err != nil {
		return server.Failed(ctx, "validate", t.File, err)
	}
	if len(fields) == 0 {
		return nil
	}
	slices.Sort(fields)
	var sets []string
	for _, f := range fields {
		sets = append(sets, t.layout.field(f)+" = "+fmt.Sprintf(server.Own("CASE WHEN %[2]d <> ALL (f.fields) THEN t.%[1]s END"), t.layout.field(f), f))
	}
	return c.Exec(ctx, "take out what can't be cast", fmt.Sprintf("UPDATE %s t SET %s"+server.Own(`
		FROM (SELECT row, array_agg(field) AS fields FROM %s WHERE sheet = %d AND field IS NOT NULL GROUP BY row) f WHERE t.row = f.row`),
		table, strings.Join(sets, ", "), violationTable, t.Number))
}
