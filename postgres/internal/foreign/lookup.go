package foreign

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/postgres/internal/server"
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
	return fmt.Sprintf("t.k%d = %s.id", reference, alias)
}

// make makes the lookup tables of a sheet, and tells rows whose references lead nowhere.
func (l *lookups) make(ctx context.Context, t *sheet) error {
	var some, rows, keys []string
	for k, r := range t.Sheet.References {
		if err := l.makeOne(ctx, t, k); err != nil {
			return server.Hidden(err)
		}
		n, err := l.Number(ctx, "look for references that lead nowhere", "SELECT count(*) FROM "+lookupTable(t.Number, k)+" WHERE broken IS NOT NULL")
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		said := fmt.Sprintf("CASE b.broken WHEN %s THEN %s WHEN %s THEN %s ELSE %s END",
			server.Literal(string(gyro.AmbiguousReference)), server.Literal("several rows of "+searchedBy(r)),
			server.Literal(string(gyro.RejectedReference)), server.Literal("the row of "+searchedBy(r)+" is rejected itself"), server.Literal("no row of "+searchedBy(r)))
		if r.Keyed() {
			some = append(some, fmt.Sprintf("t.k%d IN (SELECT id FROM %s WHERE broken IS NOT NULL)", k, lookupTable(t.Number, k)))
		} else {
			some = append(some, "true")
		}
		keys = append(keys, fmt.Sprintf("k%d", k))
		rows = append(rows, fmt.Sprintf("SELECT t.row, t.line, b.broken, %s, %s, NULL::int FROM t JOIN %s b ON %s WHERE b.broken IS NOT NULL",
			server.Literal(headersOf(r)), said, lookupTable(t.Number, k), lookupCondition(t, k, "b")))
	}
	if len(some) == 0 {
		return nil
	}
	if err := l.violations.add(ctx, t, fmt.Sprintf("WITH t AS MATERIALIZED (SELECT row, line, %s FROM %s t WHERE NOT bad AND (%s)) %s",
		strings.Join(keys, ", "), t.textTable(), strings.Join(some, " OR "), strings.Join(rows, " UNION ALL "))); err != nil {
		return err
	}
	return l.violations.mark(ctx, t)
}

// makeOne makes the lookup table of a reference.
func (l *lookups) makeOne(ctx context.Context, t *sheet, k int) error {
	r := t.Sheet.References[k]
	values := []string{"d.id"}
	from := fmt.Sprintf(" FROM %s d WHERE d.k = %d AND NOT d.bad", t.keyTable(), k)
	if !r.Keyed() {
		values, from = []string{"0 AS id"}, ""
	}
	for i, part := range r.Parts {
		values = append(values, fmt.Sprintf("%s AS n_%d", l.values.part(part, i), i))
	}
	found, other := "NULL::bigint AS good, NULL::bigint AS good_row, NULL::bigint AS any_row", ""
	if r.To >= 0 {
		to := l.sheets[r.To]
		var terms, joins []string
		for i, part := range r.Parts {
			typ := l.types.text(part.SheetField)
			value, join := l.values.source(to, part.Load, typ)
			terms = append(terms, fmt.Sprintf("n.n_%d = %s", i, collated(value, typ)))
			if !slices.Contains(joins, join) {
				joins = append(joins, join)
			}
		}
		found = "l.good, l.good_row, l.any_row"
		other += fmt.Sprintf(` LEFT JOIN (SELECT n.id, count(*) FILTER (WHERE NOT t.bad) AS good, min(t.row) FILTER (WHERE NOT t.bad) AS good_row, min(t.row) AS any_row
			FROM %s t%s JOIN n ON %s GROUP BY n.id) l ON l.id = n.id`, to.textTable(), strings.Join(joins, ""), strings.Join(terms, " AND "))
	}
	there := "0 AS there"
	for i, c := range r.ToColumns {
		there += fmt.Sprintf(", NULL::%s AS to_%d", l.types.known[r.Table][c].name, i)
	}
	if !r.LoadOnly {
		there = "coalesce(h.there, 0) AS there"
		var keys []string
		for i, c := range r.ToColumns {
			there += fmt.Sprintf(", h.to_%d", i)
			keys = append(keys, fmt.Sprintf("(array_agg(t.%s))[1] AS to_%d", server.Quote(c), i))
		}
		joins, terms := l.inTarget(r)
		other += fmt.Sprintf(" LEFT JOIN (SELECT n.id, count(*) AS there, %s FROM n JOIN %s t ON true%s WHERE %s GROUP BY n.id) h ON h.id = n.id",
			strings.Join(keys, ", "), server.Identifier(r.Table), joins, strings.Join(terms, " AND "))
	}
	fallback := "NULL" // a row that breaks a rule still is one where nothing is rejected
	switch {
	case r.Create:
		fallback = server.Literal(string(gyro.UnknownReference))
	case r.To >= 0 && l.sheets[r.To].Sheet.Reject:
		fallback = server.Literal(string(gyro.RejectedReference))
	}
	enough := "="
	if r.Unique {
		enough = ">="
	}
	var keys []string
	for i := range r.ToColumns {
		keys = append(keys, fmt.Sprintf("CASE WHEN coalesce(x.good, 0) = 0 AND x.there = 1 THEN x.to_%d END AS to_%d", i, i))
	}
	return l.Exec(ctx, "look for what "+strings.Join(r.Columns, ", ")+" refers to", fmt.Sprintf(`DROP TABLE IF EXISTS pg_temp.gyro_by_%[1]d_%[2]d; CREATE TEMP TABLE gyro_by_%[1]d_%[2]d ON COMMIT DROP AS
		WITH n AS MATERIALIZED (SELECT %[3]s%[4]s)
		SELECT x.id, CASE WHEN x.good %[13]s 1 THEN x.good_row WHEN coalesce(x.good, 0) = 0 AND x.there = 0 THEN x.any_row END AS load_row, %[5]s,
			CASE WHEN x.good %[13]s 1 THEN NULL WHEN x.good > 1 THEN %[6]s WHEN x.there = 1 THEN NULL WHEN x.there > 1 THEN %[6]s WHEN x.any_row IS NOT NULL THEN %[7]s ELSE %[8]s END AS broken
		FROM (SELECT n.id, %[9]s, %[10]s FROM n%[11]s) x; ALTER TABLE %[12]s ADD UNIQUE (id); ANALYZE %[12]s`,
		t.Number, k, strings.Join(values, ", "), from, strings.Join(keys, ", "),
		server.Literal(string(gyro.AmbiguousReference)), fallback, server.Literal(string(gyro.UnknownReference)),
		found, there, other, lookupTable(t.Number, k), enough))
}

// inTarget joins the tables that the paths of a reference lead over, and compares: t is the
// referred table.
func (l *lookups) inTarget(r driver.SheetReference) (joins string, terms []string) {
	aliases := map[string]string{}
	for i, part := range r.Parts {
		alias, way := "t", ""
		for _, step := range part.Path {
			way += "/" + strings.Join(step.Columns, ",") + ">" + step.Table.String()
			next, known := aliases[way]
			if !known {
				next = fmt.Sprintf("t%d", len(aliases))
				aliases[way] = next
				var on []string
				for j, c := range step.Columns {
					on = append(on, fmt.Sprintf("%s.%s = %s.%s", alias, server.Quote(c), next, server.Quote(step.ToColumns[j])))
				}
				joins += " JOIN " + server.Identifier(step.Table) + " " + next + " ON " + strings.Join(on, " AND ")
			}
			alias = next
		}
		terms = append(terms, fmt.Sprintf("%s.%s = %s", alias, server.Quote(part.Column), collated(fmt.Sprintf("n.n_%d", i), l.types.text(part.SheetField))))
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
