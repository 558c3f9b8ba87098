package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/pgcsv"
	"github.com/gyrodata/gyro/postgres/internal/server"
)

// softInput is the first server that tells whether a text can be cast (pg_input_is_valid).
const softInput = 160000

// caster is a function of this session that tries a cast: it gives the SQLSTATE of what is
// wrong, or NULL.
func caster(p *part, field int) string { return fmt.Sprintf("pg_temp.gyro_cast_%d_%d", p.i, field) }

// functions makes the functions that try casts, for what can't be asked otherwise.
func (l *loading) functions(ctx context.Context) error {
	for _, p := range l.parts {
		if err := l.checkLiterals(ctx, p); err != nil {
			return err
		}
		if len(p.Sheet.Made) > 0 {
			continue
		}
		for i, f := range p.Sheet.Fields {
			value := "$1"
			if f.Expr != "" {
				value = "(SELECT (" + f.Expr + "\n) FROM (SELECT $1 AS value) gyro_value)"
			}
			if err := l.castFunction(ctx, caster(p, i), l.textType(f).name, value); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *loading) castFunction(ctx context.Context, name, typ, value string) error {
	body := "BEGIN DECLARE gyro_x " + typ + " := " + value + "; BEGIN RETURN NULL; END; EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE; END"
	tag := "$gyro$"
	for n := 0; strings.Contains(body, tag); n++ {
		tag = fmt.Sprintf("$gyro%d$", n)
	}
	return l.exec(ctx, "make a function that tries a cast", "CREATE FUNCTION "+name+"(text) RETURNS text LANGUAGE plpgsql AS "+tag+body+tag)
}

// checkLiterals tries the values that the importer gives: those of Default, By, Min and Max.
func (l *loading) checkLiterals(ctx context.Context, p *part) error {
	var found []error
	n := 0
	try := func(text string, typ columnType, what string) error {
		n++
		name := fmt.Sprintf("pg_temp.gyro_literal_%d_%d", p.i, n)
		if err := l.castFunction(ctx, name, typ.name, "$1"); err != nil {
			return err
		}
		var state *string
		if err := l.conn.QueryRow(ctx, "SELECT "+name+"($1)", text).Scan(&state); err != nil {
			return server.Failed(ctx, "try a value", p.Table.Name.String(), err)
		}
		if state != nil {
			found = append(found, &gyro.Mistake{Place: "importer " + p.Table.Name.String() + ", " + what, Problem: "it is no value of type " + typ.name})
		}
		return nil
	}
	for _, v := range p.Sheet.Values {
		if v.Field < 0 {
			if err := try(v.Literal, l.types[p.Table.Name][v.Column], "Default of "+v.Column); err != nil {
				return err
			}
		}
	}
	for _, r := range p.Sheet.References {
		for _, part := range r.Parts {
			if part.Given {
				if err := try(part.Literal, l.textType(part.SheetField), "By of "+strings.Join(r.Columns, ", ")); err != nil {
					return err
				}
			}
		}
	}
	for _, f := range p.Sheet.Fields {
		if f.Default != "" {
			if err := try(f.Default, l.textType(f), "Default of "+f.Column); err != nil {
				return err
			}
		}
		for what, bound := range map[string]string{"Min": f.Min, "Max": f.Max} {
			if bound != "" {
				if err := try(bound, l.textType(f), what+" of "+f.Column); err != nil {
					return err
				}
			}
		}
	}
	return errors.Join(found...)
}

// rule is a condition that makes a row of t bad.
type rule struct {
	broken string // SQL
	name   string // SQL
	column string
	said   string // SQL
	field  string // SQL: the field that can't be cast, or NULL
	tested bool   // it holds only for rows with values that have to be tested
}

// row is what is told of it.
func (r rule) row() string {
	return fmt.Sprintf("%s, %s, %s", r.name, server.Literal(r.column), r.said)
}

// faultsOf finds the rows that break rules in one pass, or in two, where some hold for all rows:
// all conditions at once find them, and only for them it is asked which. What the reader found
// comes with them. It reports where there are some: only among the suspect rows, or anywhere.
func (l *loading) faultsOf(ctx context.Context, p *part, rules []rule) (anywhere bool, err error) {
	pass := func(table, some string, rows, broken []string) error {
		return l.fault(ctx, p, fmt.Sprintf("SELECT t.row, t.line, f.* FROM (SELECT * FROM %s t WHERE %sNOT bad AND (%s) OFFSET 0) t CROSS JOIN LATERAL (%s) f(rule, col, said, field)",
			table, some, strings.Join(append(broken, "false"), " OR "), strings.Join(rows, " UNION ALL ")))
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
	if p.suspects > 0 {
		if err := pass(p.suspectTable(), "broken IS NOT NULL OR ", append(testedRows, readerFaults(p)), tested); err != nil {
			return false, err
		}
	}
	before := p.faults
	if len(all) > 0 {
		err = pass(p.sheetTable(), "", allRows, all)
	}
	return p.faults > before, err
}

// checkCells holds the texts against the types of their columns, and against patterns. What
// can't be cast becomes NULL then. The reader has looked at the rest: NULL, choices.
func (l *loading) checkCells(ctx context.Context, p *part) error {
	var rules []rule
	for i, f := range p.Sheet.Fields {
		text := fmt.Sprintf("t.c%d", i)
		rules = append(rules, l.castRule(f, text, caster(p, i), "t.test", i))
		if f.Pattern != "" {
			broken := fmt.Sprintf("%s !~ %s", text, server.Literal("^(?:"+f.Pattern+")$"))
			if !f.TestPattern {
				broken = fmt.Sprintf("t.test LIKE '%% %d %%' AND %s", i, broken)
			}
			rules = append(rules, rule{
				broken: broken, name: server.Literal(string(gyro.PatternMismatch)), column: f.Header,
				said: server.Literal("does not match " + f.Pattern), field: "NULL::int", tested: !f.TestPattern,
			})
		}
	}
	anywhere, err := l.faultsOf(ctx, p, rules)
	if err != nil {
		return err
	}
	table := p.suspectTable()
	if anywhere {
		table = p.sheetTable()
	}
	return l.nullify(ctx, p, table)
}

// checkParts holds the parts of keys against the types of what they are compared with. The
// rows with one that can't be cast are bad, and nothing is looked for by it.
func (l *loading) checkParts(ctx context.Context, p *part) error {
	for k, r := range p.Sheet.References {
		for j, part := range r.Parts {
			if part.Given {
				continue
			}
			where := fmt.Sprintf("d.k = %d AND NOT d.bad", k)
			if !part.Test {
				where += fmt.Sprintf(" AND d.test LIKE '%% %d %%'", j)
			}
			n, err := l.number(ctx, "look at keys", "SELECT count(*) FROM "+p.keyTable()+" d WHERE "+where)
			if err != nil {
				return err
			}
			if n == 0 {
				continue
			}
			name := fmt.Sprintf("pg_temp.gyro_part_%d_%d_%d", p.i, k, j)
			if err := l.castFunction(ctx, name, l.textType(part.SheetField).name, "$1"); err != nil {
				return err
			}
			cast := l.castRule(part.SheetField, fmt.Sprintf("d.c%d", j), name, "d.test", j)
			if err := l.fault(ctx, p, fmt.Sprintf("SELECT t.row, t.line, %s, NULL::int FROM %s d JOIN %s t ON t.k%d = d.id WHERE NOT t.bad AND %s AND %s",
				cast.row(), p.keyTable(), p.sheetTable(), k, where, cast.broken)); err != nil {
				return err
			}
			if err := l.exec(ctx, "take out keys that can't be cast", fmt.Sprintf("UPDATE %s d SET bad = true WHERE %s AND %s", p.keyTable(), where, cast.broken)); err != nil {
				return err
			}
		}
	}
	return nil
}

// castRule is that a text can be cast to its column's type. Where the reader proved it, nobody
// asks: its number stands in test where it did not.
func (l *loading) castRule(f driver.SheetField, text, caster, test string, number int) rule {
	typ, call := l.textType(f), caster+"("+text+")"
	broken := call + " IS NOT NULL"
	if l.version >= softInput && f.Expr == "" {
		broken = fmt.Sprintf("NOT pg_input_is_valid(%s, %s)", text, server.Literal(typ.name))
	}
	if !f.Test {
		broken = fmt.Sprintf("%s LIKE '%% %d %%' AND %s", test, number, broken)
	}
	invalid := gyro.InvalidValue
	saidInvalid := "no value of type " + typ.name
	if typ.enum {
		invalid, saidInvalid = gyro.NotAllowed, "none of the values of "+typ.name
	}
	choose := func(tooLong, beyond, check, null, other string) string {
		return fmt.Sprintf("CASE %s WHEN '22001' THEN %s WHEN '22003' THEN %s WHEN '23514' THEN %s WHEN '23502' THEN %s ELSE %s END",
			call, server.Literal(tooLong), server.Literal(beyond), server.Literal(check), server.Literal(null), server.Literal(other))
	}
	return rule{
		broken: text + " IS NOT NULL AND " + broken,
		name:   choose(string(gyro.TooLong), string(gyro.OutOfRange), string(gyro.CheckFailed), string(gyro.Required), string(invalid)),
		column: f.Header,
		said:   choose("longer than "+typ.name, "beyond "+typ.name, "a check of "+typ.name, typ.name+" may not be NULL", saidInvalid),
		field:  fmt.Sprint(number),
		tested: !f.Test,
	}
}

// readerFaults are those of t that were found while the file was read.
func readerFaults(p *part) string {
	var places []string // place, header, and in words what is required and what is allowed
	place := func(kind byte, number int, header, required, allowed string) {
		places = append(places, fmt.Sprintf("(%s, %s, %s, %s)", server.Literal(fmt.Sprintf("%c%d", kind, number)), server.Literal(header), server.Literal(required), server.Literal(allowed)))
	}
	place('h', -1, "", "", "")
	for i, header := range p.Sheet.Headers {
		place('h', i, header, "", "")
	}
	for i, f := range p.Sheet.Fields {
		place('f', i, f.Header, f.Column+" may not be NULL", "none of "+f.Allowed)
	}
	for i, r := range p.Sheet.References {
		place('r', i, headersOf(r), strings.Join(r.Columns, ", ")+" may not be NULL", "")
	}
	return fmt.Sprintf(`SELECT split_part(e, ':', 2), w.header, CASE split_part(e, ':', 2)
			WHEN %s THEN w.required WHEN %s THEN w.allowed WHEN %s THEN 'a part of the key is NULL, and not all' ELSE '' END, NULL::int
		FROM unnest(string_to_array(t.broken, ' ')) e JOIN (VALUES %s) w(place, header, required, allowed) ON w.place = split_part(e, ':', 1)`,
		server.Literal(string(gyro.Required)), server.Literal(string(gyro.NotAllowed)), server.Literal(string(gyro.IncompleteReference)), strings.Join(places, ", "))
}

// nullify takes out the texts that can't be cast, so that no query stumbles over them. They are in
// that table.
func (l *loading) nullify(ctx context.Context, p *part, table string) error {
	if p.faults == 0 {
		return nil
	}
	rows, err := l.conn.Query(ctx, fmt.Sprintf("SELECT DISTINCT field FROM %s WHERE sheet = %d AND field IS NOT NULL", faultTable, p.i))
	if err != nil {
		return server.Failed(ctx, "validate", p.File, err)
	}
	var fields []int
	for rows.Next() {
		var field int
		if err := rows.Scan(&field); err != nil {
			return server.Failed(ctx, "validate", p.File, err)
		}
		fields = append(fields, field)
	}
	if err := rows.Err(); err != nil {
		return server.Failed(ctx, "validate", p.File, err)
	}
	if len(fields) == 0 {
		return nil
	}
	slices.Sort(fields)
	var sets []string
	for _, f := range fields {
		sets = append(sets, fmt.Sprintf("c%d = CASE WHEN %d <> ALL (f.fields) THEN t.c%d END", f, f, f))
	}
	return l.exec(ctx, "take out what can't be cast", fmt.Sprintf(`UPDATE %s t SET %s
		FROM (SELECT row, array_agg(field) AS fields FROM %s WHERE sheet = %d AND field IS NOT NULL GROUP BY row) f WHERE t.row = f.row`,
		table, strings.Join(sets, ", "), faultTable, p.i))
}

// checkRows holds the values against bounds and checks, those of the importer and those of the
// table, as far as the file has their columns.
func (l *loading) checkRows(ctx context.Context, p *part) error {
	var all, suspect []condition
	for _, v := range p.Sheet.Values {
		if v.Field < 0 {
			continue
		}
		f := p.Sheet.Fields[v.Field]
		for _, b := range []struct{ bound, operator, said string }{{f.Min, "<", "less than "}, {f.Max, ">", "more than "}} {
			if b.bound == "" {
				continue
			}
			c := condition{fmt.Sprintf("s.%s %s %s::%s", server.Quote(v.Column), b.operator, server.Literal(b.bound), l.textType(f).name), gyro.OutOfRange, f.Header, b.said + b.bound}
			if f.TestBounds {
				all = append(all, c)
				continue
			}
			c.broken = fmt.Sprintf("s.gyro_test LIKE '%% %d %%' AND %s", v.Field, c.broken)
			suspect = append(suspect, c)
		}
	}
	given := []string{}
	for _, v := range p.Sheet.Values {
		given = append(given, v.Column)
	}
	checks, err := l.tableChecks(ctx, p, given, nil)
	if err != nil {
		return err
	}
	for _, c := range slices.Concat(p.Sheet.Checks, checks) {
		all = append(all, condition{"(" + c.SQL + "\n) IS FALSE", gyro.CheckFailed, "", c.Text})
	}
	if len(suspect) > 0 && p.suspects > 0 {
		if err := l.conditionFaults(ctx, p, l.base(p, p.suspectTable(), ", t.test AS gyro_test"), suspect); err != nil {
			return err
		}
	}
	if len(all) == 0 {
		return nil
	}
	return l.conditionFaults(ctx, p, l.base(p, p.sheetTable(), ""), all)
}

// condition is a condition that makes a row bad whose values can be read.
type condition struct {
	broken string // SQL
	rule   pgcsv.Rule
	column string
	said   string
}

// conditionFaults finds the rows of base, s, that conditions make bad.
func (l *loading) conditionFaults(ctx context.Context, p *part, base string, conditions []condition) error {
	var broken, rows []string
	for _, c := range conditions {
		broken = append(broken, "("+c.broken+")")
		rows = append(rows, fmt.Sprintf("SELECT %s, %s, %s, NULL::int WHERE %s", server.Literal(string(c.rule)), server.Literal(c.column), server.Literal(c.said), c.broken))
	}
	// What could not be read is NULL by now, which says nothing of the row. Few rows are asked
	// for that, those that break a rule.
	return l.fault(ctx, p, fmt.Sprintf("SELECT s.gyro_row, s.gyro_line, f.* FROM (SELECT * FROM %s s WHERE %s OFFSET 0) s CROSS JOIN LATERAL (%s) f WHERE %s",
		base, strings.Join(broken, " OR "), strings.Join(rows, " UNION ALL "), l.whole(p, "s.gyro_row")))
}

// tableChecks are the table's own, over columns of given, and over one of some, where there are such.
func (l *loading) tableChecks(ctx context.Context, p *part, given, some []string) ([]driver.SheetCheck, error) {
	if err := l.exec(ctx, "set search_path", "SET LOCAL search_path = pg_catalog"); err != nil {
		return nil, err
	}
	rows, err := l.conn.Query(ctx, `SELECT c.conname, pg_get_expr(c.conbin, c.conrelid) FROM pg_constraint c
		WHERE c.conrelid = $1::text::regclass AND c.contype = 'c' AND cardinality(c.conkey) > 0
		AND NOT EXISTS (SELECT FROM unnest(c.conkey) k JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k WHERE a.attname <> ALL ($2::text[]))
		AND ($3::text[] IS NULL OR EXISTS (SELECT FROM unnest(c.conkey) k JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k WHERE a.attname = ANY ($3::text[])))
		ORDER BY c.conname`, p.target(), given, some)
	if err != nil {
		return nil, server.Failed(ctx, "look at the checks of", p.Table.Name.String(), err)
	}
	defer rows.Close()
	var checks []driver.SheetCheck
	for rows.Next() {
		var name, text string
		if err := rows.Scan(&name, &text); err != nil {
			return nil, server.Failed(ctx, "look at the checks of", p.Table.Name.String(), err)
		}
		checks = append(checks, driver.SheetCheck{Place: "constraint " + name, SQL: text, Text: "the table's constraint " + name})
	}
	if err := rows.Err(); err != nil {
		return nil, server.Failed(ctx, "look at the checks of", p.Table.Name.String(), err)
	}
	return checks, l.exec(ctx, "reset search_path", "SET LOCAL search_path TO DEFAULT")
}
