package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/pgcsv"
)

// softInput is the first server that tells whether a text can be cast (pg_input_is_valid).
const softInput = 160000

// caster is a function of this session that tries a cast: it gives the SQLSTATE of what is
// wrong, or NULL.
func caster(p *part, field int) string { return fmt.Sprintf("pg_temp.gyro_cast_%d_%d", p.i, field) }

// functions makes the functions that try casts, for what can't be asked otherwise.
func (l *loading) functions(ctx context.Context) error {
	for _, p := range l.parts {
		for i, f := range p.Sheet.Fields {
			if len(p.Sheet.Made) > 0 {
				continue
			}
			value := "$1"
			if f.Expr != "" {
				value = "(SELECT (" + f.Expr + "\n) FROM (SELECT $1 AS value) gyro_value)"
			}
			if err := l.castFunction(ctx, caster(p, i), l.fieldType(p, i).name, value); err != nil {
				return err
			}
		}
		if err := l.checkLiterals(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

func (l *loading) castFunction(ctx context.Context, name, typ, value string) error {
	body := "DECLARE gyro_x " + typ + "; BEGIN gyro_x := " + value + "; RETURN NULL; EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE; END"
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
			return failed(ctx, "try a value", p.Table.Name.String(), err)
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
			if part.Field < 0 {
				if err := try(part.Literal, l.types[part.Table][part.Column], "By of "+strings.Join(r.Columns, ", ")); err != nil {
					return err
				}
			}
		}
	}
	for i, f := range p.Sheet.Fields {
		for what, bound := range map[string]string{"Min": f.Min, "Max": f.Max} {
			if bound != "" {
				if err := try(bound, l.fieldType(p, i), what+" of "+f.Column); err != nil {
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
	return fmt.Sprintf("%s, %s, %s, %s", r.name, literal(r.column), r.said, r.field)
}

// faultsOf finds the rows that break rules in one pass: all conditions at once find them, and
// only for them it is asked which. What the reader found comes with them.
func (l *loading) faultsOf(ctx context.Context, p *part, rules []rule) error {
	any := []string{"t.broken IS NOT NULL"}
	var tested, rows []string
	for _, r := range rules {
		if r.tested {
			tested = append(tested, "("+r.broken+")")
		} else {
			any = append(any, "("+r.broken+")")
		}
		rows = append(rows, "SELECT "+r.row()+" WHERE NOT t.bad AND "+r.broken)
	}
	if len(tested) > 0 {
		any = append(any, "t.test IS NOT NULL AND ("+strings.Join(tested, " OR ")+")")
	}
	return l.fault(ctx, p, fmt.Sprintf("SELECT t.row, t.line, f.rule, f.col, f.said, f.field FROM (SELECT * FROM %s t WHERE %s OFFSET 0) t CROSS JOIN LATERAL (%s) f(rule, col, said, field)",
		p.sheetTable(), strings.Join(any, " OR "), strings.Join(append(rows, readerFaults(p)), " UNION ALL ")))
}

// checkCells holds the texts against what each says for itself: what the reader found, NULL, the
// type, the choices, the pattern. What can't be cast becomes NULL then.
func (l *loading) checkCells(ctx context.Context, p *part) error {
	rules := l.missingParts(p)
	for i, f := range p.Sheet.Fields {
		text := fmt.Sprintf("t.c%d", i)
		if f.Required {
			rules = append(rules, rule{
				broken: text + " IS NULL AND " + readable(i),
				name:   literal(string(gyro.Required)), column: f.Header, said: literal(f.Column + " may not be NULL"), field: "NULL::int",
			})
		}
		rules = append(rules, l.castRule(p, i))
		if len(f.OneOf) > 0 {
			var choices []string
			for _, c := range f.OneOf {
				choices = append(choices, literal(c))
			}
			rules = append(rules, rule{
				broken: fmt.Sprintf("%s <> ALL (ARRAY[%s]::text[])", text, strings.Join(choices, ", ")),
				name:   literal(string(gyro.NotAllowed)), column: f.Header, said: literal("none of " + some(f.OneOf)), field: "NULL::int",
			})
		}
		if f.Pattern != "" {
			rules = append(rules, rule{
				broken: fmt.Sprintf("%s !~ %s", text, literal("^(?:"+f.Pattern+")$")),
				name:   literal(string(gyro.PatternMismatch)), column: f.Header, said: literal("does not match " + f.Pattern), field: "NULL::int",
			})
		}
	}
	if err := l.faultsOf(ctx, p, rules); err != nil {
		return err
	}
	return l.nullify(ctx, p)
}

// readable is true where the reader could convert these fields.
func readable(fields ...int) string {
	var words []string
	for _, f := range fields {
		words = append(words, fmt.Sprint(f))
	}
	return fmt.Sprintf("(t.broken IS NULL OR t.broken !~ '(^| )f(%s):')", strings.Join(words, "|"))
}

// missingParts is that of the values of a reference some are NULL, and not all; or all where
// it may not be.
func (l *loading) missingParts(p *part) []rule {
	var rules []rule
	for _, r := range p.Sheet.References {
		var null []string
		var fields []int
		for _, part := range r.Parts {
			if part.Field >= 0 {
				null = append(null, fmt.Sprintf("t.c%d IS NULL", part.Field))
				fields = append(fields, part.Field)
			}
		}
		if len(null) == 0 {
			continue
		}
		some, all := "("+strings.Join(null, " OR ")+")", "("+strings.Join(null, " AND ")+")"
		if r.Required {
			rules = append(rules, rule{
				broken: all + " AND " + readable(fields...), name: literal(string(gyro.Required)), column: headersOf(p, r),
				said: literal(strings.Join(r.Columns, ", ") + " may not be NULL"), field: "NULL::int",
			})
		}
		if len(null) > 1 {
			rules = append(rules, rule{
				broken: some + " AND NOT " + all + " AND " + readable(fields...), name: literal(string(gyro.IncompleteReference)), column: headersOf(p, r),
				said: literal("a part of the key is NULL, and not all"), field: "NULL::int",
			})
		}
	}
	return rules
}

// castRule is that a value can be cast to its column's type. Where the reader proved it, nobody asks.
func (l *loading) castRule(p *part, i int) rule {
	f, typ := p.Sheet.Fields[i], l.fieldType(p, i)
	text, call := fmt.Sprintf("t.c%d", i), fmt.Sprintf("%s(t.c%d)", caster(p, i), i)
	broken := call + " IS NOT NULL"
	if l.version >= softInput && f.Expr == "" {
		broken = fmt.Sprintf("NOT pg_input_is_valid(%s, %s)", text, literal(typ.name))
	}
	if !f.Test {
		broken = fmt.Sprintf("t.test LIKE '%% %d %%' AND %s", i, broken)
	}
	invalid := gyro.InvalidValue
	saidInvalid := "no value of type " + typ.name
	if typ.enum {
		invalid, saidInvalid = gyro.NotAllowed, "none of the values of "+typ.name
	}
	choose := func(tooLong, range_, check, null, other string) string {
		return fmt.Sprintf("CASE %s WHEN '22001' THEN %s WHEN '22003' THEN %s WHEN '23514' THEN %s WHEN '23502' THEN %s ELSE %s END",
			call, literal(tooLong), literal(range_), literal(check), literal(null), literal(other))
	}
	return rule{
		broken: text + " IS NOT NULL AND " + broken,
		name:   choose(string(gyro.TooLong), string(gyro.OutOfRange), string(gyro.CheckFailed), string(gyro.Required), string(invalid)),
		column: f.Header,
		said:   choose("longer than "+typ.name, "beyond "+typ.name, "a check of "+typ.name, typ.name+" may not be NULL", saidInvalid),
		field:  fmt.Sprint(i),
		tested: !f.Test,
	}
}

// readerFaults are those of t that were found while the file was read.
func readerFaults(p *part) string {
	list := func(names []string) string {
		var all []string
		for _, n := range names {
			all = append(all, literal(n))
		}
		return "ARRAY[" + strings.Join(all, ", ") + "]::text[]"
	}
	var fields []string
	for _, f := range p.Sheet.Fields {
		fields = append(fields, f.Header)
	}
	return fmt.Sprintf(`SELECT split_part(e, ':', 2), coalesce(CASE left(e, 1)
			WHEN 'h' THEN (%s)[substr(split_part(e, ':', 1), 2)::int + 1] ELSE (%s)[substr(split_part(e, ':', 1), 2)::int + 1] END, ''), '', NULL::int
		FROM unnest(string_to_array(t.broken, ' ')) e`, list(p.Sheet.Headers), list(fields))
}

// nullify takes out the texts that can't be cast, so that no query stumbles over them.
func (l *loading) nullify(ctx context.Context, p *part) error {
	if p.faults == 0 {
		return nil
	}
	rows, err := l.conn.Query(ctx, fmt.Sprintf("SELECT DISTINCT field FROM %s WHERE sheet = %d AND field IS NOT NULL", faultTable, p.i))
	if err != nil {
		return failed(ctx, "validate", p.File, err)
	}
	var fields []int
	for rows.Next() {
		var field int
		if err := rows.Scan(&field); err != nil {
			return failed(ctx, "validate", p.File, err)
		}
		fields = append(fields, field)
	}
	if err := rows.Err(); err != nil {
		return failed(ctx, "validate", p.File, err)
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
		FROM (SELECT row, array_agg(field) AS fields FROM %s WHERE sheet = %d AND field IS NOT NULL GROUP BY row) f WHERE f.row = t.row`,
		p.sheetTable(), strings.Join(sets, ", "), faultTable, p.i))
}

// checkRows holds the values against bounds and checks, those of the importer and those of the
// table, as far as the file has their columns.
func (l *loading) checkRows(ctx context.Context, p *part) error {
	var broken, rows []string
	add := func(condition string, name pgcsv.Rule, column, said string) {
		broken = append(broken, "("+condition+")")
		rows = append(rows, fmt.Sprintf("SELECT %s, %s, %s, NULL::int WHERE %s", literal(string(name)), literal(column), literal(said), condition))
	}
	for _, v := range p.Sheet.Values {
		if v.Field < 0 {
			continue
		}
		f := p.Sheet.Fields[v.Field]
		for _, b := range []struct{ bound, operator, said string }{{f.Min, "<", "less than "}, {f.Max, ">", "more than "}} {
			if b.bound != "" {
				add(fmt.Sprintf("s.%s %s %s::%s", quote(v.Column), b.operator, literal(b.bound), l.fieldType(p, v.Field).name), gyro.OutOfRange, f.Header, b.said+b.bound)
			}
		}
	}
	checks, err := l.tableChecks(ctx, p)
	if err != nil {
		return err
	}
	for _, c := range slices.Concat(p.Sheet.Checks, checks) {
		add("("+c.SQL+"\n) IS FALSE", gyro.CheckFailed, "", c.Text)
	}
	if len(broken) == 0 {
		return nil
	}
	return l.fault(ctx, p, fmt.Sprintf("SELECT s.gyro_row, s.gyro_line, f.* FROM %s s CROSS JOIN LATERAL (%s) f WHERE %s",
		l.base(p), strings.Join(rows, " UNION ALL "), strings.Join(broken, " OR ")))
}

// tableChecks are the table's own, over columns that the file has.
func (l *loading) tableChecks(ctx context.Context, p *part) ([]gyro.SheetCheck, error) {
	var given []string
	for _, v := range p.Sheet.Values {
		given = append(given, v.Column)
	}
	if err := l.exec(ctx, "set search_path", "SET LOCAL search_path = pg_catalog"); err != nil {
		return nil, err
	}
	rows, err := l.conn.Query(ctx, `SELECT c.conname, pg_get_expr(c.conbin, c.conrelid) FROM pg_constraint c
		WHERE c.conrelid = $1::text::regclass AND c.contype = 'c' AND cardinality(c.conkey) > 0
		AND NOT EXISTS (SELECT FROM unnest(c.conkey) k JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k WHERE a.attname <> ALL ($2::text[]))
		ORDER BY c.conname`, p.target(), given)
	if err != nil {
		return nil, failed(ctx, "look at the checks of", p.Table.Name.String(), err)
	}
	defer rows.Close()
	var checks []gyro.SheetCheck
	for rows.Next() {
		var name, text string
		if err := rows.Scan(&name, &text); err != nil {
			return nil, failed(ctx, "look at the checks of", p.Table.Name.String(), err)
		}
		checks = append(checks, gyro.SheetCheck{Place: "constraint " + name, SQL: text, Text: "the table's constraint " + name})
	}
	if err := rows.Err(); err != nil {
		return nil, failed(ctx, "look at the checks of", p.Table.Name.String(), err)
	}
	return checks, l.exec(ctx, "reset search_path", "SET LOCAL search_path TO DEFAULT")
}
