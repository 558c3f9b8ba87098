package foreign

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/postgres/internal/server"
	"github.com/gyrodata/gyro/schema"
)

// How references of sheets are resolved. A lookup table has each key by which a reference looks
// for a row, by its number (id): load_row is the number of the row of the same load that it
// means, else to_0, to_1, … are the key of the one in the target, else it says what is broken. Keys are
// few where rows are many: the rows are joined to it as they are read.

// lookups are the lookup tables of references.
type lookups struct{ *attempt }

func lookupTable(part, reference int) string {
	return fmt.Sprintf("pg_temp.gyro_by_%d_%d", part, reference)
}

// lookupCondition joins a row of t to its key in a lookup table.
func lookupCondition(t *sheet, reference int, alias string) string {
	if !t.Sheet.References[reference].Keyed() {
		return "true"
	}
	return fmt.Sprintf(server.Own("t.%s = %s.id"), t.layout.key(reference), alias)
}

// make makes the lookup tables of a sheet, and tells rows whose references lead nowhere.
func (l *lookups) make(ctx context.Context, t *sheet) error {
	var some, rows []string
	var dangling []int
	for k, r := range t.Sheet.References {
		if err := l.makeOne(ctx, t, k); err != nil {
			return server.Hidden(err)
		}
		n, err := l.Number(ctx, "look for references that lead nowhere", "SELECT pg_catalog.count(*) FROM "+lookupTable(t.Number, k)+" WHERE broken IS NOT NULL")
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		said := fmt.Sprintf(server.Own("CASE WHEN b.broken = %s THEN %s WHEN b.broken = %s THEN %s ELSE %s END"),
			server.Literal(string(gyro.AmbiguousReference)), server.Literal("several rows of "+searchedBy(r)),
			server.Literal(string(gyro.RejectedReference)), server.Literal("the row of "+searchedBy(r)+" is rejected itself"),
			server.Literal("no row of "+searchedBy(r)))
		if r.Keyed() {
			some = append(some, fmt.Sprintf(server.Own("t.%s = ANY (SELECT id FROM %s WHERE broken IS NOT NULL)"), t.layout.key(k), lookupTable(t.Number, k)))
		} else {
			some = append(some, "true")
		}
		dangling = append(dangling, k)
		rows = append(rows, fmt.Sprintf("SELECT t.row, t.line, b.broken, %s, %s, NULL::int FROM t JOIN %s b ON %s WHERE b.broken IS NOT NULL",
			server.Literal(headersOf(r)), said, lookupTable(t.Number, k), lookupCondition(t, k, "b")))
	}
	if len(some) == 0 {
		return nil
	}
	if err := l.violations.add(ctx, t, fmt.Sprintf("WITH t AS MATERIALIZED (SELECT row, line, %s FROM %s t WHERE NOT bad AND (%s)) %s",
		strings.Join(t.layout.keyColumns(dangling), ", "), t.textTable(), strings.Join(some, " OR "), strings.Join(rows, " UNION ALL "))); err != nil {
		return err
	}
	return l.violations.mark(ctx, t)
}

// lookupSQL makes a lookup table: of each key that is wanted (n) what the load has of it, and what the
// target has.
var lookupSQL = server.Own(`
DROP TABLE IF EXISTS {table};
CREATE TEMP TABLE {name} ON COMMIT DROP AS
WITH n AS MATERIALIZED (
  {wanted}
), loaded AS (
  {loaded}
), present AS (
  {present}
), x AS (
  SELECT n.id, l.good, l.good_row, l.any_row, coalesce(h.there, 0) AS there, {to}
  FROM n
  LEFT JOIN loaded l ON l.id = n.id
  LEFT JOIN present h ON h.id = n.id
)
SELECT x.id,
  CASE
    WHEN {enough} THEN x.good_row
    WHEN coalesce(x.good, 0) = 0 AND x.there = 0 THEN x.any_row
  END AS load_row,
  {keys},
  CASE
    WHEN {enough} THEN NULL
    WHEN x.good > 1 THEN {ambiguous}
    WHEN x.there = 1 THEN NULL
    WHEN x.there > 1 THEN {ambiguous}
    WHEN x.any_row IS NOT NULL THEN {fallback}
    ELSE {unknown}
  END AS broken,
  coalesce(x.good, 0) = 0 AND x.there = 0 AND x.any_row IS NULL AS unknown
FROM x;
ALTER TABLE {table} ADD UNIQUE (id);
ANALYZE {table}`)

// makeOne makes the lookup table of a reference.
func (l *lookups) makeOne(ctx context.Context, t *sheet, k int) error {
	r := t.Sheet.References[k]
	fallback := "NULL" // a row that breaks a rule still is one where nothing is rejected
	switch {
	case r.Create:
		fallback = server.Literal(string(gyro.UnknownReference))
	case r.To >= 0 && l.sheets[r.To].Sheet.Reject:
		fallback = server.Literal(string(gyro.RejectedReference))
	}
	unknown := server.Literal(string(gyro.UnknownReference))
	if r.SetNull {
		unknown = "NULL"
	}
	enough := server.Own("x.good = 1")
	if r.Unique {
		enough = server.Own("x.good >= 1")
	}
	var to, keys []string
	for i := range r.ToColumns {
		to = append(to, fmt.Sprintf("h.to_%d", i))
		keys = append(keys, fmt.Sprintf(server.Own("CASE WHEN coalesce(x.good, 0) = 0 AND x.there = 1 THEN x.to_%d END AS to_%d"), i, i))
	}
	return l.Exec(ctx, "look for what "+strings.Join(r.Columns, ", ")+" refers to", server.Fill(lookupSQL,
		"table", lookupTable(t.Number, k), "name", strings.TrimPrefix(lookupTable(t.Number, k), "pg_temp."),
		"wanted", l.wanted(t, k), "loaded", l.loaded(r), "present", l.present(r),
		"to", strings.Join(to, ", "), "keys", strings.Join(keys, ", "), "enough", enough, "fallback", fallback,
		"ambiguous", server.Literal(string(gyro.AmbiguousReference)), "unknown", unknown))
}

// nullsSQL counts the rows whose reference leads nowhere, and is NULL therefore.
var nullsSQL = server.Own(`
SELECT count(*)
FROM {sheet} t
JOIN {lookup} b ON {same}
WHERE NOT t.bad AND b.unknown`)

// tellNulls tells how many references are NULL because no row was found.
func (l *lookups) tellNulls(ctx context.Context) error {
	for _, t := range l.sheets {
		for k, r := range t.Sheet.References {
			if !r.SetNull || l.violations.refusing() {
				continue
			}
			n, err := l.Number(ctx, "count references that lead nowhere", server.Fill(nullsSQL,
				"sheet", t.textTable(), "lookup", lookupTable(t.Number, k), "same", lookupCondition(t, k, "b")))
			if err != nil {
				return err
			}
			if n > 0 {
				l.Loaded.Notes = append(l.Loaded.Notes, gyro.Textf("%s: %s by %s to no row of %s, and got NULL",
					t.File, rowsRefer(n), headersOf(r), searchedBy(r)))
			}
		}
	}
	return nil
}

func rowsRefer(n int64) string {
	if n == 1 {
		return "1 row refers"
	}
	return fmt.Sprintf("%d rows refer", n)
}

// wanted are the keys of a reference, n_0, n_1, …, with their numbers.
func (l *lookups) wanted(t *sheet, k int) string {
	r := t.Sheet.References[k]
	values := []string{"0 AS id"}
	if r.Keyed() {
		values = []string{"d.id"}
	}
	for i, part := range r.Parts {
		values = append(values, fmt.Sprintf("%s AS n_%d", l.values.part(part, i), i))
	}
	if !r.Keyed() {
		return "SELECT " + strings.Join(values, ", ")
	}
	return fmt.Sprintf(server.Own("SELECT %s FROM %s d WHERE d.k = %d AND NOT d.bad"), strings.Join(values, ", "), t.keyTable(), k)
}

// loaded counts the rows of the load that a key means, and gives the first of them.
func (l *lookups) loaded(r driver.SheetReference) string {
	if r.To < 0 {
		return "SELECT NULL::int AS id, NULL::bigint AS good, NULL::bigint AS good_row, NULL::bigint AS any_row WHERE false"
	}
	to := l.sheets[r.To]
	var terms, joins []string
	for i, part := range r.Parts {
		typ := l.types.text(part.SheetField)
		value, join := l.values.source(to, part.Load, typ)
		terms = append(terms, typ.equal(fmt.Sprintf("n.n_%d", i), collated(value, typ)))
		if !slices.Contains(joins, join) {
			joins = append(joins, join)
		}
	}
	return server.Fill(server.Own(`SELECT n.id,
    count(*) FILTER (WHERE NOT t.bad) AS good,
    min(t.row) FILTER (WHERE NOT t.bad) AS good_row,
    min(t.row) AS any_row
  FROM {sheet} t{joins}
  JOIN n ON {terms}
  GROUP BY n.id`), "sheet", to.textTable(), "joins", strings.Join(joins, ""), "terms", strings.Join(terms, " AND "))
}

// present counts the rows of the target that a key means, and gives the key of one of them.
func (l *lookups) present(r driver.SheetReference) string {
	var keys, nothing []string
	for i, c := range r.ToColumns {
		keys = append(keys, fmt.Sprintf("(pg_catalog.array_agg(t.%s))[1] AS to_%d", server.Quote(c), i))
		nothing = append(nothing, fmt.Sprintf("NULL::%s AS to_%d", l.types.known[r.Table][c].written(), i))
	}
	if r.LoadOnly {
		return "SELECT NULL::int AS id, 0 AS there, " + strings.Join(nothing, ", ") + " WHERE false"
	}
	joins, terms := l.inTarget(r)
	return server.Fill(server.Own(`SELECT n.id, count(*) AS there, {keys}
  FROM n
  JOIN {table} t ON true{joins}
  WHERE {terms}
  GROUP BY n.id`),
		"keys", strings.Join(keys, ", "), "table", server.Identifier(r.Table), "joins", joins, "terms", strings.Join(terms, " AND "))
}

// inTarget joins the tables that the paths of a reference lead over, and compares: t is the
// referred table.
func (l *lookups) inTarget(r driver.SheetReference) (joins string, terms []string) {
	aliases := map[string]string{}
	for i, part := range r.Parts {
		alias, way, table := "t", "", r.Table
		for _, step := range part.Path {
			way += "/" + strings.Join(step.Columns, ",") + ">" + step.Table.String()
			next, known := aliases[way]
			if !known {
				next = fmt.Sprintf("t%d", len(aliases))
				aliases[way] = next
				var on []string
				for j, c := range step.Columns {
					to := l.types.known[step.Table][step.ToColumns[j]]
					left, right := alias+"."+server.Quote(c), next+"."+server.Quote(step.ToColumns[j])
					if from := l.types.known[table][c]; from.collation != to.collation { // as the column that is referred to
						collate := " COLLATE " + cmp.Or(to.collation, `pg_catalog."default"`)
						left, right = left+collate, right+collate
					}
					on = append(on, server.EqualAs(server.As(step.As, j), schema.Column{Operator: to.operator}, left, right))
				}
				joins += " JOIN " + server.Identifier(step.Table) + " " + next + " ON " + strings.Join(on, " AND ")
			}
			alias, table = next, step.Table
		}
		typ := l.types.text(part.SheetField)
		terms = append(terms, typ.equal(alias+"."+server.Quote(part.Column), collated(fmt.Sprintf("n.n_%d", i), typ)))
	}
	return joins, terms
}

// headersOf are those that a reference is found by.
func headersOf(r driver.SheetReference) string {
	var names []string
	for _, part := range r.Parts {
		if !part.Given && !slices.Contains(names, part.Header) {
			names = append(names, part.Header)
		}
	}
	return strings.Join(names, ", ")
}

// searchedBy says in words how a reference is looked for.
func searchedBy(r driver.SheetReference) string {
	var columns []string
	for _, part := range r.Parts {
		columns = append(columns, part.Name)
	}
	return r.Table.String() + " by " + strings.Join(columns, ", ")
}
