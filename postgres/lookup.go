package postgres

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
// means, else to_0, to_1, … are the key of the one in the target, else there is a fault. Keys are
// few where rows are many: the rows are joined to it as they are read.

func lookupTable(part, reference int) string {
	return fmt.Sprintf("pg_temp.gyro_by_%d_%d", part, reference)
}

// lookupCondition joins a row of t to its key in a lookup table.
func lookupCondition(p *part, reference int, alias string) string {
	if !p.Sheet.References[reference].Keyed() {
		return "true"
	}
	return fmt.Sprintf("t.k%d = %s.id", reference, alias)
}

// partValue is what a key looks for.
func (l *loading) partValue(r driver.SheetPart, j int) string {
	if r.Given {
		return collated(server.Literal(r.Literal)+"::"+l.textType(r.SheetField).cast, l.textType(r.SheetField))
	}
	return collated(fmt.Sprintf("d.c%d::%s", j, l.textType(r.SheetField).cast), l.textType(r.SheetField))
}

// sourceValue is a value of the sheet that is referred to, in t, and the join that it needs.
func (l *loading) sourceValue(p *part, source driver.SheetSource, typ columnType) (value, join string) {
	if source.Reference < 0 {
		return l.sheetValue(p, source.Value, typ), ""
	}
	alias := fmt.Sprintf("e%d", source.Reference)
	return fmt.Sprintf("%s.c%d::%s", alias, source.Part, typ.cast),
		fmt.Sprintf(" JOIN %s %s ON %s.k = %d AND %s.id = t.k%d AND NOT %s.bad", p.keyTable(), alias, alias, source.Reference, alias, source.Reference, alias)
}

// collated puts a collation behind a value that has to be compared by it.
func collated(value string, typ columnType) string {
	if typ.collation == "" {
		return value
	}
	return value + " COLLATE " + typ.collation
}

// lookup makes the lookup table of a reference.
func (l *loading) lookup(ctx context.Context, p *part, k int) error {
	r := p.Sheet.References[k]
	values := []string{"d.id"}
	from := fmt.Sprintf(" FROM %s d WHERE d.k = %d AND NOT d.bad", p.keyTable(), k)
	if !r.Keyed() {
		values, from = []string{"0 AS id"}, ""
	}
	for i, part := range r.Parts {
		values = append(values, fmt.Sprintf("%s AS n_%d", l.partValue(part, i), i))
	}
	found, other := "NULL::bigint AS good, NULL::bigint AS good_row, NULL::bigint AS any_row", ""
	if r.To >= 0 {
		to := l.parts[r.To]
		var terms, joins []string
		for i, part := range r.Parts {
			typ := l.textType(part.SheetField)
			value, join := l.sourceValue(to, part.Load, typ)
			terms = append(terms, fmt.Sprintf("n.n_%d = %s", i, collated(value, typ)))
			if !slices.Contains(joins, join) {
				joins = append(joins, join)
			}
		}
		found = "l.good, l.good_row, l.any_row"
		other += fmt.Sprintf(` LEFT JOIN (SELECT n.id, count(*) FILTER (WHERE NOT t.bad) AS good, min(t.row) FILTER (WHERE NOT t.bad) AS good_row, min(t.row) AS any_row
			FROM %s t%s JOIN n ON %s GROUP BY n.id) l ON l.id = n.id`, to.sheetTable(), strings.Join(joins, ""), strings.Join(terms, " AND "))
	}
	there := "0 AS there"
	for i, c := range r.ToColumns {
		there += fmt.Sprintf(", NULL::%s AS to_%d", l.types[r.Table][c].name, i)
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
	fallback := "NULL" // a row with a fault still is one where nothing is rejected
	switch {
	case r.Create:
		fallback = server.Literal(string(gyro.UnknownReference))
	case r.To >= 0 && l.parts[r.To].Sheet.Reject:
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
	return l.exec(ctx, "look for what "+strings.Join(r.Columns, ", ")+" refers to", fmt.Sprintf(`DROP TABLE IF EXISTS pg_temp.gyro_by_%[1]d_%[2]d; CREATE TEMP TABLE gyro_by_%[1]d_%[2]d ON COMMIT DROP AS
		WITH n AS MATERIALIZED (SELECT %[3]s%[4]s)
		SELECT x.id, CASE WHEN x.good %[13]s 1 THEN x.good_row WHEN coalesce(x.good, 0) = 0 AND x.there = 0 THEN x.any_row END AS load_row, %[5]s,
			CASE WHEN x.good %[13]s 1 THEN NULL WHEN x.good > 1 THEN %[6]s WHEN x.there = 1 THEN NULL WHEN x.there > 1 THEN %[6]s WHEN x.any_row IS NOT NULL THEN %[7]s ELSE %[8]s END AS fault
		FROM (SELECT n.id, %[9]s, %[10]s FROM n%[11]s) x; ALTER TABLE %[12]s ADD UNIQUE (id); ANALYZE %[12]s`,
		p.i, k, strings.Join(values, ", "), from, strings.Join(keys, ", "),
		server.Literal(string(gyro.AmbiguousReference)), fallback, server.Literal(string(gyro.UnknownReference)),
		found, there, other, lookupTable(p.i, k), enough))
}

// inTarget joins the tables that the paths of a reference lead over, and compares: t is the
// referred table.
func (l *loading) inTarget(r driver.SheetReference) (joins string, terms []string) {
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
		terms = append(terms, fmt.Sprintf("%s.%s = %s", alias, server.Quote(part.Column), collated(fmt.Sprintf("n.n_%d", i), l.textType(part.SheetField))))
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

// by says in words how a reference is looked for.
func by(r driver.SheetReference) string {
	var columns []string
	for _, part := range r.Parts {
		columns = append(columns, part.Name)
	}
	return r.Table.String() + " by " + strings.Join(columns, ", ")
}

// lookUp makes the lookup tables of a sheet, and tells rows whose references lead nowhere.
func (l *loading) lookUp(ctx context.Context, p *part) error {
	var some, rows, keys []string
	for k, r := range p.Sheet.References {
		if err := l.lookup(ctx, p, k); err != nil {
			return server.Hidden(err)
		}
		n, err := l.number(ctx, "look for references that lead nowhere", "SELECT count(*) FROM "+lookupTable(p.i, k)+" WHERE fault IS NOT NULL")
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		said := fmt.Sprintf("CASE b.fault WHEN %s THEN %s WHEN %s THEN %s ELSE %s END",
			server.Literal(string(gyro.AmbiguousReference)), server.Literal("several rows of "+by(r)),
			server.Literal(string(gyro.RejectedReference)), server.Literal("the row of "+by(r)+" is rejected itself"), server.Literal("no row of "+by(r)))
		if r.Keyed() {
			some = append(some, fmt.Sprintf("t.k%d IN (SELECT id FROM %s WHERE fault IS NOT NULL)", k, lookupTable(p.i, k)))
		} else {
			some = append(some, "true")
		}
		keys = append(keys, fmt.Sprintf("k%d", k))
		rows = append(rows, fmt.Sprintf("SELECT t.row, t.line, b.fault, %s, %s, NULL::int FROM t JOIN %s b ON %s WHERE b.fault IS NOT NULL",
			server.Literal(headersOf(r)), said, lookupTable(p.i, k), lookupCondition(p, k, "b")))
	}
	if len(some) == 0 {
		return nil
	}
	if err := l.fault(ctx, p, fmt.Sprintf("WITH t AS MATERIALIZED (SELECT row, line, %s FROM %s t WHERE NOT bad AND (%s)) %s",
		strings.Join(keys, ", "), p.sheetTable(), strings.Join(some, " OR "), strings.Join(rows, " UNION ALL "))); err != nil {
		return err
	}
	return l.mark(ctx, p)
}

// resolveAll resolves the references of the sheets of a circle, or of one alone, makes their
// maps, and holds their keys against each other and the target.
func (l *loading) resolveAll(ctx context.Context, circle []int) error {
	for _, i := range circle {
		if p := l.parts[i]; len(p.Sheet.Made) > 0 {
			if err := l.make(ctx, p); err != nil {
				return err
			}
		}
	}
	for again := true; again; {
		if err := l.lookUpAll(ctx, circle); err != nil {
			return err
		}
		before := l.marked(circle)
		if err := l.mapSheets(ctx, circle); err != nil {
			return err
		}
		if again = l.turns(circle) && l.marked(circle) > before; !again {
			break
		}
		// What was rejected just now may be what others of the circle refer to.
		for _, i := range circle {
			if p := l.parts[i]; p.Map && !p.unmapped {
				if err := l.exec(ctx, "begin anew", "DROP TABLE "+p.idMap()); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// turns reports whether sheets refer to each other, or one to itself.
func (l *loading) turns(circle []int) bool {
	return slices.ContainsFunc(circle, func(i int) bool {
		return slices.ContainsFunc(l.parts[i].Sheet.References, func(r driver.SheetReference) bool { return slices.Contains(circle, r.To) })
	})
}

// marked counts the faults that made rows bad.
func (l *loading) marked(circle []int) (n int64) {
	for _, i := range circle {
		n += l.parts[i].marked
	}
	return n
}

// lookUpAll makes the lookup tables of a circle, again where rows turn out to be bad that others
// of it refer to.
func (l *loading) lookUpAll(ctx context.Context, circle []int) error {
	for {
		before := l.marked(circle)
		for _, i := range circle {
			if err := l.lookUp(ctx, l.parts[i]); err != nil {
				return err
			}
		}
		if !l.turns(circle) || l.marked(circle) == before {
			return nil
		}
	}
}

// plainKeys reports whether keys can be compared as the sheet has them: no map changes them, and
// nobody needs one.
func (p *part) plainKeys() bool {
	return len(p.Lists) == 0 &&
		!slices.ContainsFunc(p.Sheet.References, func(r driver.SheetReference) bool { return r.To >= 0 }) &&
		!slices.ContainsFunc(p.New, func(id driver.NewID) bool { return id.Sequence == "" && !id.Random })
}

// mapSheets makes the maps of sheets, and holds their keys against each other and the target.
func (l *loading) mapSheets(ctx context.Context, circle []int) error {
	for _, i := range circle {
		p := l.parts[i]
		p.unmapped = !p.Map || l.faulty() && p.plainKeys()
		if p.unmapped {
			continue
		}
		l.stage(gyro.Mapping, i)
		if err := l.exec(ctx, "map the ids of "+p.Table.Name.String(), l.mapping(p)); err != nil {
			return server.RefusedRow(err)
		}
	}
	for _, i := range circle {
		if err := l.checkKeys(ctx, l.parts[i]); err != nil {
			return err
		}
	}
	return nil
}

// drop takes bad rows out of a map, where they are rejected.
func (l *loading) drop(ctx context.Context, p *part) error {
	if p.faults == p.marked || !p.Sheet.Reject && len(p.Sheet.Made) == 0 {
		return nil
	}
	if err := l.mark(ctx, p); err != nil || p.unmapped {
		return err
	}
	return l.exec(ctx, "leave out bad rows", fmt.Sprintf("DELETE FROM %s m USING %s t WHERE t.row = m.row AND t.bad", p.idMap(), p.sheetTable()))
}

// make fills a sheet whose rows are those that references ask for: each key that a good row
// has, once.
func (l *loading) make(ctx context.Context, p *part) error {
	var asked []string
	n := 0
	for _, from := range p.Sheet.Made {
		child := l.parts[from.Table]
		r := child.Sheet.References[from.Reference]
		n = len(r.Parts)
		var values []string
		for j, part := range r.Parts {
			values = append(values, fmt.Sprintf("%s AS n_%d", l.partValue(part, j), j))
		}
		ask := "SELECT DISTINCT " + strings.Join(values, ", ")
		if !r.Keyed() {
			ask += " FROM " + child.sheetTable() + " t WHERE NOT t.bad"
		} else {
			ask += fmt.Sprintf(" FROM %s d WHERE d.k = %d AND NOT d.bad AND EXISTS (SELECT FROM %s t WHERE t.k%d = d.id AND NOT t.bad)", child.keyTable(), from.Reference, child.sheetTable(), from.Reference)
		}
		asked = append(asked, ask)
	}
	columns, values := []string{"row", "line", "bad"}, []string{"d.row", "0", "false"}
	for i, from := range p.Sheet.MadeFields {
		columns, values = append(columns, fmt.Sprintf("c%d", i)), append(values, fmt.Sprintf("d.n_%d::text", from))
	}
	var keys []string
	parts := 0
	for _, from := range p.Sheet.MadeParts {
		parts = max(parts, len(from))
	}
	for k, from := range p.Sheet.MadeParts {
		columns, values = append(columns, fmt.Sprintf("k%d", k)), append(values, "d.row")
		key := fmt.Sprintf("SELECT %d AS k, d.row::int AS id", k)
		for j := range parts {
			if j < len(from) {
				key += fmt.Sprintf(", d.n_%d::text AS c%d", from[j], j)
			} else {
				key += fmt.Sprintf(", NULL::text AS c%d", j)
			}
		}
		keys = append(keys, key+fmt.Sprintf(" FROM pg_temp.gyro_made_%d d", p.i))
	}
	text := fmt.Sprintf(`CREATE TEMP TABLE gyro_made_%d ON COMMIT DROP AS SELECT row_number() OVER (ORDER BY %s) AS row, d.* FROM (%s) d;
		INSERT INTO %s (%s) SELECT %s FROM pg_temp.gyro_made_%d d; ANALYZE %s`,
		p.i, keyList(n, "d.n_"), strings.Join(asked, " UNION "), p.sheetTable(), strings.Join(columns, ", "), strings.Join(values, ", "), p.i, p.sheetTable())
	if len(keys) > 0 {
		text += fmt.Sprintf("; INSERT INTO %[1]s (k, id%[2]s) %[3]s; ANALYZE %[1]s", p.keyTable(), and(parts, "c", ""), strings.Join(keys, " UNION ALL "))
	}
	if err := l.exec(ctx, "list the rows of "+p.Table.Name.String()+" that are referred to", text); err != nil {
		return err
	}
	var err error
	if p.rows, err = l.number(ctx, "count rows", "SELECT count(*) FROM "+p.sheetTable()); err != nil {
		return err
	}
	if err := l.checkRows(ctx, p); err != nil {
		return err
	}
	return l.mark(ctx, p)
}

// prune leaves out rows that were made for others which are rejected.
func (l *loading) prune(ctx context.Context) error {
	for _, p := range l.parts {
		if len(p.Sheet.Made) == 0 {
			continue
		}
		var wanted []string
		rejecting := false
		for _, from := range p.Sheet.Made {
			child := l.parts[from.Table]
			rejecting = rejecting || child.faults > 0
			wanted = append(wanted, fmt.Sprintf("SELECT b.load_row FROM %s t JOIN %s b ON %s WHERE NOT t.bad", child.sheetTable(), lookupTable(child.i, from.Reference), lookupCondition(child, from.Reference, "b")))
		}
		if !rejecting || l.faulty() {
			continue
		}
		if err := l.exec(ctx, "leave out rows that nothing refers to", fmt.Sprintf(`UPDATE %[1]s SET bad = true WHERE row NOT IN (SELECT load_row FROM (%[2]s) w WHERE load_row IS NOT NULL);
			DELETE FROM %[3]s m USING %[1]s t WHERE t.row = m.row AND t.bad`, p.sheetTable(), strings.Join(wanted, " UNION ALL "), p.idMap())); err != nil {
			return err
		}
	}
	return nil
}
