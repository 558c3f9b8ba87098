package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
)

// How references of sheets are resolved. A lookup table has each combination of values by which
// a reference looks for a row, once: n_0, n_1, … the values, load_row the number of the row of
// the same load that they mean, else to_0, to_1, … the key of the one in the target, else the
// fault. Values are few where rows are many: the rows are joined to it as they are read.

func lookupTable(part, reference int) string {
	return fmt.Sprintf("pg_temp.gyro_by_%d_%d", part, reference)
}

// partType is the type of what a part of a reference is compared with.
func (l *loading) partType(r gyro.SheetPart) columnType { return l.types[r.Table][r.Column] }

// partValue is what a row of t looks for.
func (l *loading) partValue(p *part, r gyro.SheetPart) string {
	return l.sheetValue(p, r.Field, r.Literal, l.partType(r))
}

// lookupCondition joins a row of t to its values in a lookup table.
func (l *loading) lookupCondition(p *part, reference int, alias string) string {
	var terms []string
	for i, r := range p.Sheet.References[reference].Parts {
		if r.Field >= 0 {
			terms = append(terms, fmt.Sprintf("%s = %s.n_%d", l.partValue(p, r), alias, i))
		}
	}
	if len(terms) == 0 {
		return "true"
	}
	return strings.Join(terms, " AND ")
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
	var values, present, all []string
	for i, part := range r.Parts {
		values = append(values, fmt.Sprintf("%s AS n_%d", l.partValue(p, part), i))
		all = append(all, fmt.Sprintf("n.n_%d", i))
		if part.Field >= 0 {
			present = append(present, fmt.Sprintf("t.c%d IS NOT NULL", part.Field))
		}
	}
	from := "SELECT " + strings.Join(values, ", ")
	if len(present) > 0 {
		from = "SELECT DISTINCT " + strings.Join(values, ", ") + " FROM " + p.sheetTable() + " t WHERE NOT t.bad AND " + strings.Join(present, " AND ")
	}
	found, other := "NULL::bigint AS good, NULL::bigint AS good_row, NULL::bigint AS any_row", ""
	if r.To >= 0 {
		to := l.parts[r.To]
		var terms []string
		for i, part := range r.Parts {
			terms = append(terms, fmt.Sprintf("n.n_%d = %s", i, collated(l.sheetValue(to, part.Load.Field, part.Load.Literal, l.partType(part)), l.partType(part))))
		}
		found = "l.good, l.good_row, l.any_row"
		other += fmt.Sprintf(` LEFT JOIN (SELECT n.i, count(*) FILTER (WHERE NOT t.bad) AS good, min(t.row) FILTER (WHERE NOT t.bad) AS good_row, min(t.row) AS any_row
			FROM n JOIN %s t ON %s GROUP BY n.i) l ON l.i = n.i`, to.sheetTable(), strings.Join(terms, " AND "))
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
			keys = append(keys, fmt.Sprintf("(array_agg(t.%s))[1] AS to_%d", quote(c), i))
		}
		joins, terms := l.inTarget(r)
		other += fmt.Sprintf(" LEFT JOIN (SELECT n.i, count(*) AS there, %s FROM n JOIN %s t ON true%s WHERE %s GROUP BY n.i) h ON h.i = n.i",
			strings.Join(keys, ", "), identifier(r.Table), joins, strings.Join(terms, " AND "))
	}
	fallback := "NULL" // a row with a fault still is one where nothing is rejected
	switch {
	case r.Create:
		fallback = literal(string(gyro.UnknownReference))
	case p.Sheet.Reject:
		fallback = literal(string(gyro.RejectedReference))
	}
	var keys []string
	for i := range r.ToColumns {
		keys = append(keys, fmt.Sprintf("CASE WHEN coalesce(x.good, 0) = 0 AND x.there = 1 THEN x.to_%d END AS to_%d", i, i))
	}
	var ns []string
	for i := range r.Parts {
		ns = append(ns, fmt.Sprintf("x.n_%d", i))
	}
	return l.exec(ctx, "look for what "+strings.Join(r.Columns, ", ")+" refers to", fmt.Sprintf(`CREATE TEMP TABLE gyro_by_%d_%d ON COMMIT DROP AS
		WITH n AS (SELECT row_number() OVER () AS i, d.* FROM (%s) d)
		SELECT %s, CASE WHEN x.good = 1 THEN x.good_row WHEN coalesce(x.good, 0) = 0 AND x.there = 0 THEN x.any_row END AS load_row, %s,
			CASE WHEN x.good > 1 THEN %s WHEN x.good = 1 OR x.there = 1 THEN NULL WHEN x.there > 1 THEN %s WHEN x.any_row IS NOT NULL THEN %s ELSE %s END AS fault
		FROM (SELECT %s, %s, %s FROM n%s) x; ANALYZE %s`,
		p.i, k, from, strings.Join(ns, ", "), strings.Join(keys, ", "),
		literal(string(gyro.AmbiguousReference)), literal(string(gyro.AmbiguousReference)), fallback, literal(string(gyro.UnknownReference)),
		strings.Join(all, ", "), found, there, other, lookupTable(p.i, k)))
}

// inTarget joins the tables that the paths of a reference lead over, and compares: t is the
// referred table.
func (l *loading) inTarget(r gyro.SheetReference) (joins string, terms []string) {
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
					on = append(on, fmt.Sprintf("%s.%s = %s.%s", alias, quote(c), next, quote(step.ToColumns[j])))
				}
				joins += " JOIN " + identifier(step.Table) + " " + next + " ON " + strings.Join(on, " AND ")
			}
			alias = next
		}
		terms = append(terms, fmt.Sprintf("%s.%s = %s", alias, quote(part.Column), collated(fmt.Sprintf("n.n_%d", i), l.partType(part))))
	}
	return joins, terms
}

// headersOf are those that a reference is found by.
func headersOf(p *part, r gyro.SheetReference) string {
	var names []string
	for _, part := range r.Parts {
		if part.Field >= 0 && !slices.Contains(names, p.Sheet.Fields[part.Field].Header) {
			names = append(names, p.Sheet.Fields[part.Field].Header)
		}
	}
	return strings.Join(names, ", ")
}

// by says in words how a reference is looked for.
func by(r gyro.SheetReference) string {
	var columns []string
	for _, part := range r.Parts {
		columns = append(columns, part.Column)
	}
	return r.Table.String() + " by " + strings.Join(columns, ", ")
}

// lookUp makes the lookup tables of a sheet, and tells rows whose references lead nowhere.
func (l *loading) lookUp(ctx context.Context, p *part) error {
	for k, r := range p.Sheet.References {
		if err := l.lookup(ctx, p, k); err != nil {
			return hidden(err)
		}
		n, err := l.number(ctx, "look for references that lead nowhere", "SELECT count(*) FROM "+lookupTable(p.i, k)+" WHERE fault IS NOT NULL")
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		said := fmt.Sprintf("CASE b.fault WHEN %s THEN %s WHEN %s THEN %s ELSE %s END",
			literal(string(gyro.AmbiguousReference)), literal("several rows of "+by(r)),
			literal(string(gyro.RejectedReference)), literal("the row of "+by(r)+" is rejected itself"), literal("no row of "+by(r)))
		err = l.fault(ctx, p, fmt.Sprintf("SELECT t.row, t.line, b.fault, %s, %s, NULL::int FROM %s t JOIN %s b ON %s WHERE NOT t.bad AND b.fault IS NOT NULL",
			literal(headersOf(p, r)), said, p.sheetTable(), lookupTable(p.i, k), l.lookupCondition(p, k, "b")))
		if err != nil {
			return err
		}
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
	for _, i := range circle {
		if err := l.lookUp(ctx, l.parts[i]); err != nil {
			return err
		}
	}
	for _, i := range circle {
		p := l.parts[i]
		if !p.Map {
			continue
		}
		l.stage(gyro.Mapping, i)
		if err := l.exec(ctx, "map the ids of "+p.Table.Name.String(), l.mapping(p)); err != nil {
			return refusedRow(err)
		}
		if err := l.checkKeys(ctx, p); err != nil {
			return err
		}
	}
	return l.follow(ctx, circle)
}

// follow rejects rows that refer to rejected rows of their own circle, until there are none.
func (l *loading) follow(ctx context.Context, circle []int) error {
	for again := true; again; {
		again = false
		for _, i := range circle {
			p := l.parts[i]
			before := p.faults
			for k, r := range p.Sheet.References {
				if !p.Sheet.Reject || !slices.Contains(circle, r.To) {
					continue
				}
				err := l.fault(ctx, p, fmt.Sprintf("SELECT t.row, t.line, %s, %s, %s, NULL::int FROM %s t JOIN %s b ON %s JOIN %s o ON o.row = b.load_row WHERE NOT t.bad AND o.bad",
					literal(string(gyro.RejectedReference)), literal(headersOf(p, r)), literal("the row of "+by(r)+" is rejected itself"),
					p.sheetTable(), lookupTable(p.i, k), l.lookupCondition(p, k, "b"), l.parts[r.To].sheetTable()))
				if err != nil {
					return err
				}
			}
			if p.faults > before {
				again = true
				if err := l.drop(ctx, p); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// drop takes bad rows out of a map, where they are rejected.
func (l *loading) drop(ctx context.Context, p *part) error {
	if p.faults == p.marked || !p.Sheet.Reject && len(p.Sheet.Made) == 0 {
		return nil
	}
	if err := l.mark(ctx, p); err != nil || !p.Map {
		return err
	}
	return l.exec(ctx, "leave out bad rows", fmt.Sprintf("DELETE FROM %s m USING %s t WHERE t.row = m.row AND t.bad", p.idMap(), p.sheetTable()))
}

// make fills the texts of a sheet whose rows are those that references ask for.
func (l *loading) make(ctx context.Context, p *part) error {
	var asked []string
	var texts, columns []string
	for i := range p.Sheet.Fields {
		texts = append(texts, fmt.Sprintf("d.n_%d::text", i))
		columns = append(columns, fmt.Sprintf("c%d", i))
	}
	for _, from := range p.Sheet.Made {
		child := l.parts[from.Table]
		var values, present []string
		for i, v := range from.Fields {
			values = append(values, fmt.Sprintf("%s AS n_%d", l.sheetValue(child, v.Field, v.Literal, l.fieldType(p, i)), i))
			if v.Field >= 0 {
				present = append(present, fmt.Sprintf(" AND t.c%d IS NOT NULL", v.Field))
			}
		}
		asked = append(asked, "SELECT DISTINCT "+strings.Join(values, ", ")+" FROM "+child.sheetTable()+" t WHERE NOT t.bad"+strings.Join(present, ""))
	}
	if err := l.exec(ctx, "list the rows of "+p.Table.Name.String()+" that are referred to", fmt.Sprintf("INSERT INTO %s (row, line, bad, %s) SELECT row_number() OVER (), 0, false, %s FROM (%s) d; ANALYZE %s",
		p.sheetTable(), strings.Join(columns, ", "), strings.Join(texts, ", "), strings.Join(asked, " UNION "), p.sheetTable())); err != nil {
		return err
	}
	var err error
	p.rows, err = l.number(ctx, "count rows", "SELECT count(*) FROM "+p.sheetTable())
	return err
}

// prune leaves out rows that were made for others which are rejected.
func (l *loading) prune(ctx context.Context) error {
	for _, p := range l.parts {
		if len(p.Sheet.Made) == 0 {
			continue
		}
		var wanted []string
		for _, from := range p.Sheet.Made {
			child := l.parts[from.Table]
			if !child.Sheet.Reject || child.faults == 0 {
				wanted = nil
				break
			}
			for k, r := range child.Sheet.References {
				if r.To == p.i {
					wanted = append(wanted, fmt.Sprintf("SELECT b.load_row FROM %s t JOIN %s b ON %s WHERE NOT t.bad", child.sheetTable(), lookupTable(child.i, k), l.lookupCondition(child, k, "b")))
				}
			}
		}
		if len(wanted) == 0 {
			continue
		}
		if err := l.exec(ctx, "leave out rows that nothing refers to", fmt.Sprintf(`UPDATE %[1]s SET bad = true WHERE row NOT IN (SELECT load_row FROM (%[2]s) w WHERE load_row IS NOT NULL);
			DELETE FROM %[3]s m USING %[1]s t WHERE t.row = m.row AND t.bad`, p.sheetTable(), strings.Join(wanted, " UNION ALL "), p.idMap())); err != nil {
			return err
		}
	}
	return nil
}
