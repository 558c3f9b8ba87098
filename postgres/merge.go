package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/postgres/internal/server"
)

// How a row of a staging table becomes one of the table. In what follows s is the staging
// table, r0, r1, … the maps that its references lead to, and m its own map.

// joined is a mapped reference of a table, with its alias.
type joined struct {
	*driver.LoadReference
	alias string
	to    *part // nil: not in the plan
}

func (l *loading) mapped(p *part) []joined {
	var all []joined
	for i, r := range p.References {
		j := joined{LoadReference: r, alias: fmt.Sprintf("r%d", i)}
		if r.To >= 0 {
			j.to = l.parts[r.To]
		}
		all = append(all, j)
	}
	return all
}

// refers is true where the reference stands in a row and is not NULL. As MATCH SIMPLE has it,
// one NULL is enough to refer to nothing.
func (j joined) refers() string {
	if j.Through != "" {
		return "s." + j.Through + " IS NOT NULL"
	}
	var terms []string
	for _, c := range j.Columns {
		terms = append(terms, "s."+server.Quote(c)+" IS NOT NULL")
	}
	for _, k := range j.Kinds {
		var values []string
		for _, v := range k.Values {
			values = append(values, server.Literal(v))
		}
		terms = append(terms, fmt.Sprintf("s.%s::text IN (%s)", server.Quote(k.Column), strings.Join(values, ", ")))
	}
	return strings.Join(terms, " AND ")
}

// joins are the maps of references but those in arrays: of all, or of those that stand on one
// of some columns.
func (l *loading) joins(p *part, among []string) string {
	var text strings.Builder
	for _, j := range l.mapped(p) {
		touches := among == nil || slices.ContainsFunc(j.Columns, func(c string) bool { return slices.Contains(among, c) })
		switch {
		case !touches, j.Each, j.to == nil && len(j.Fixed) == 0:
		case j.to == nil:
			fmt.Fprintf(&text, " LEFT JOIN %s %s ON s.%s = %s.o_0", fixedTable(j.Fixed, p.types[j.Columns[0]]), j.alias, server.Quote(j.Columns[0]), j.alias)
			if len(j.Kinds) > 0 {
				text.WriteString(" AND " + j.refers())
			}
		case j.Through != "":
			fmt.Fprintf(&text, " LEFT JOIN %s %s ON %s.row = s.%s", j.to.idMap(), j.alias, j.alias, j.Through)
		default:
			var terms []string
			for i, c := range j.Columns {
				terms = append(terms, l.equal(p, c, j, i))
			}
			if len(j.Kinds) > 0 {
				terms = append(terms, j.refers())
			}
			fmt.Fprintf(&text, " LEFT JOIN %s %s ON %s", j.to.idMap(), j.alias, strings.Join(terms, " AND "))
		}
	}
	return text.String()
}

// place is the number of the i-th column that a reference goes to in the map there.
func (j joined) place(i int) int { return slices.Index(j.to.columns, j.ToColumns[i]) }

// equal compares a column with the old value in a map. Texts of deterministic collations are
// equal where their bytes are, whatever the two collations.
func (l *loading) equal(p *part, column string, j joined, i int) string {
	left, right := "s."+server.Quote(column), fmt.Sprintf("%s.o_%d", j.alias, j.place(i))
	from, _ := p.Table.Column(column)
	to, _ := j.to.Table.Column(j.ToColumns[i])
	switch {
	case j.AsText:
		left, right = left+"::text", right+"::text"
	case from.DataType().Text() && to.DataType().Text() && !from.Nondeterministic && !to.Nondeterministic:
		left, right = left+` COLLATE "C"`, right+` COLLATE "C"`
	}
	return left + " = " + right
}

// value is what a column of the file becomes: the new value of what it refers to, or what
// SQL makes of it, or itself.
func (l *loading) value(p *part, column string) string {
	own := "s." + server.Quote(column)
	if i := slices.IndexFunc(p.Columns, func(c driver.LoadColumn) bool { return c.Name == column }); i >= 0 && p.Columns[i].Expr != "" {
		own = fmt.Sprintf("(SELECT (%s\n) FROM (SELECT %s AS value) gyro_value)::%s", p.Columns[i].Expr, own, p.types[column])
	}
	var arms []string
	for _, j := range l.mapped(p) {
		i := slices.Index(j.Columns, column)
		switch {
		case i < 0:
		case j.Each:
			return l.array(p, j, own)
		case j.to == nil && len(j.Fixed) > 0:
			arms = append(arms, fmt.Sprintf("WHEN %s.o_0 IS NOT NULL THEN %s.v_0::%s", j.alias, j.alias, p.types[column]))
		case j.Through != "":
			arms = append(arms, fmt.Sprintf("WHEN %s.row IS NOT NULL THEN %s.v_%d::%s", j.alias, j.alias, j.place(i), p.types[column]))
		case j.to != nil:
			arms = append(arms, fmt.Sprintf("WHEN %s.o_%d IS NOT NULL THEN %s.v_%d::%s", j.alias, j.place(i), j.alias, j.place(i), p.types[column]))
		}
	}
	if len(arms) == 0 {
		return own
	}
	return "CASE " + strings.Join(arms, " ") + " ELSE " + own + " END"
}

// array maps each element of an array, in its order.
func (l *loading) array(p *part, j joined, own string) string {
	source, old, fresh := l.elements(j)
	return fmt.Sprintf(`CASE WHEN cardinality(%[1]s) > 0 THEN ARRAY(SELECT e.v FROM (
		SELECT u.n, CASE WHEN u.e IS NOT NULL THEN n.%[4]s END AS v FROM unnest(%[1]s) WITH ORDINALITY u(e, n) LEFT JOIN %[2]s n ON %[3]s) e ORDER BY e.n)::%[5]s ELSE %[1]s END`,
		own, source, old, fresh, p.types[j.Columns[0]])
}

// elements is what elements of an array are looked for in.
func (l *loading) elements(j joined) (source, condition, fresh string) {
	if j.to == nil {
		return fixedTable(j.Fixed, "text"), "n.o_0 = u.e::text", "v_0"
	}
	i := j.place(0)
	condition = fmt.Sprintf("n.o_%d = u.e", i)
	if j.AsText {
		condition = fmt.Sprintf("n.o_%d::text = u.e::text", i)
	}
	return j.to.idMap(), condition, fmt.Sprintf("v_%d", i)
}

// conditions are what a row has to fulfil to be loaded: that each reference leads somewhere,
// and that references which share a column agree.
func (l *loading) conditions(p *part) []string {
	var terms []string
	references := l.mapped(p)
	for _, j := range references {
		terms = append(terms, l.resolves(j))
	}
	for _, c := range p.Columns {
		var shared []string // the values that references give the column, NULL where they give none
		for _, j := range references {
			i := slices.Index(j.Columns, c.Name)
			switch {
			case i < 0, j.Each, j.to == nil && len(j.Fixed) == 0:
			case j.to == nil:
				shared = append(shared, j.alias+".v_0::"+p.types[c.Name])
			default:
				shared = append(shared, fmt.Sprintf("%s.v_%d::%s", j.alias, j.place(i), p.types[c.Name]))
			}
		}
		for i := range shared {
			for k := range i {
				terms = append(terms, fmt.Sprintf("(%s = %s) IS NOT FALSE", shared[k], shared[i]))
			}
		}
	}
	return terms
}

// resolves is true where a reference is NULL, or leads to a row that has its place.
func (l *loading) resolves(j joined) string {
	switch {
	case j.Each:
		source, condition, fresh := l.elements(j)
		return fmt.Sprintf("NOT EXISTS (SELECT FROM unnest(s.%s) u(e) WHERE u.e IS NOT NULL AND NOT EXISTS (SELECT FROM %s n WHERE %s AND n.%s IS NOT NULL))",
			server.Quote(j.Columns[0]), source, condition, fresh)
	case j.to == nil && len(j.Fixed) == 0:
		return "(" + j.refers() + ") IS NOT TRUE"
	case j.to == nil:
		return "((" + j.refers() + ") IS NOT TRUE OR " + j.alias + ".o_0 IS NOT NULL)"
	}
	// The row that was found in the target may have NULL where the slice's row has a value: it
	// can't be referred to then.
	var there []string
	for i := range j.Columns {
		there = append(there, fmt.Sprintf("%s.v_%d IS NOT NULL", j.alias, j.place(i)))
	}
	return fmt.Sprintf("((%s) IS NOT TRUE OR %s)", j.refers(), strings.Join(there, " AND "))
}

// source is what an INSERT or UPDATE reads.
func (l *loading) source(p *part, found string) string {
	text := l.staging(p) + " s"
	if p.Map {
		var terms []string
		for i, c := range p.Key {
			terms = append(terms, fmt.Sprintf("m.o_%d = s.%s", i, server.Quote(c)))
		}
		if p.Sheet != nil {
			terms = []string{"m.row = s.gyro_row"}
		}
		text += " JOIN " + p.idMap() + " m ON " + strings.Join(terms, " AND ") + found
	}
	return text + l.joins(p, nil)
}

// final is the value of a column where it is written: from the row's own map, where it stands
// there.
func (l *loading) final(p *part, column string) string {
	if i := slices.Index(p.columns, column); p.Map && i >= 0 {
		return fmt.Sprintf("m.v_%d", i)
	}
	return l.value(p, column)
}

// insertion inserts the rows that were not found, those of them that also are what more says.
func (l *loading) insertion(p *part, more ...string) string {
	var values []string
	for _, c := range p.Columns {
		if c.Load {
			values = append(values, l.final(p, c.Name))
		}
	}
	text := fmt.Sprintf("INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM %s", p.target(), p.list(""), strings.Join(values, ", "), l.source(p, " AND NOT m.found"))
	if terms := append(l.conditions(p), more...); len(terms) > 0 {
		text += " WHERE " + strings.Join(terms, " AND ")
	}
	if p.suspects > 0 { // they stand behind the others, and the server may draw numbers for all
		text += " ORDER BY s.gyro_row"
	}
	return text
}

// updating writes into the rows that were found, as insertion; "" where there is nothing to write.
func (l *loading) updating(p *part, more ...string) string {
	var sets, terms []string
	for _, c := range p.Columns {
		target, _ := p.Table.Column(c.Name)
		if !c.Load || slices.Contains(p.Key, c.Name) || slices.Contains(p.Find, c.Name) || target.Identity == "always" {
			continue
		}
		sets = append(sets, fmt.Sprintf("%s = gyro_new.%s", server.Quote(c.Name), server.Quote(c.Name)))
		terms = append(terms, fmt.Sprintf("%s AS %s", l.final(p, c.Name), server.Quote(c.Name)))
	}
	if len(sets) == 0 {
		return ""
	}
	var keys []string
	for i, c := range p.Key {
		terms = append(terms, fmt.Sprintf("m.v_%d AS gyro_key_%d", i, i))
		keys = append(keys, fmt.Sprintf("t.%s = gyro_new.gyro_key_%d", server.Quote(c), i))
	}
	where := ""
	if conditions := append(l.conditions(p), more...); len(conditions) > 0 {
		where = " WHERE " + strings.Join(conditions, " AND ")
	}
	return fmt.Sprintf("UPDATE %s t SET %s FROM (SELECT %s FROM %s%s) gyro_new WHERE %s", p.target(), strings.Join(sets, ", "),
		strings.Join(terms, ", "), l.source(p, " AND m.found"), where, strings.Join(keys, " AND "))
}

// unresolved says why rows of a table, or of any other, did not go in.
func (l *loading) unresolved(ctx context.Context, missing *part, rows int64) error {
	var found []error
	for _, p := range l.parts {
		if p.straight || p.MapOnly {
			continue
		}
		problems, err := l.diagnose(ctx, p)
		if err != nil {
			return err
		}
		found = append(found, problems...)
	}
	if len(found) > 0 {
		return errors.Join(found...)
	}
	return &gyro.Error{
		Op: "load", Place: "table " + missing.Table.Name.String(), Err: fmt.Errorf("%s did not go in", rowCount(rows)),
		Hint: "a trigger or a rule of the target may have kept them out, or another session deleted rows that were found",
	}
}

// diagnose counts, for each reference of a table, the rows that lead nowhere.
func (l *loading) diagnose(ctx context.Context, p *part) ([]error, error) {
	kept := ""
	if p.Found == gyro.SkipRow {
		kept = " AND NOT m.found"
	}
	var found []error
	for _, j := range l.mapped(p) {
		n, err := l.number(ctx, "look for references that lead nowhere", fmt.Sprintf("SELECT count(*) FROM %s WHERE NOT (%s)", l.source(p, kept), l.resolves(j)))
		if err != nil {
			return nil, err
		}
		if n == 0 {
			continue
		}
		problem, hint := "are not in the slice", "load its rows with them; or declare what they are in the target: a natural key (NaturalKey) of that model, or Fixed ids"
		switch {
		case len(j.Fixed) > 0:
			problem, hint = "have no fixed id", "list all ids"
		case j.to != nil && len(j.to.Find) > 0 && !j.to.MapOnly:
			problem = "are not in the slice, or have NULL in " + strings.Join(j.ToColumns, ", ") + " in the target"
		case j.to != nil && j.to.MapOnly:
			problem, hint = "are not in the target, by "+strings.Join(j.to.Find, ", "), "load that table too, or add the rows"
		}
		found = append(found, &gyro.Error{
			Op: "load", Place: "table " + p.Table.Name.String(),
			Err:  fmt.Errorf("%s: %s %s to rows of %s that %s", strings.Join(j.Columns, ", "), rowCount(n), referWord(n), j.Table, problem),
			Hint: hint,
		})
	}
	if len(found) > 0 {
		return found, nil
	}
	terms := l.conditions(p)
	for _, term := range terms[min(len(p.References), len(terms)):] {
		n, err := l.number(ctx, "look for references that disagree", fmt.Sprintf("SELECT count(*) FROM %s WHERE NOT (%s)", l.source(p, kept), term))
		if err != nil {
			return nil, err
		}
		if n > 0 {
			found = append(found, &gyro.Error{
				Op: "load", Place: "table " + p.Table.Name.String(), Err: fmt.Errorf("%s: two references that share a column would get different values", rowCount(n)),
				Hint: "give the models that they refer to ids that agree",
			})
		}
	}
	return found, nil
}

func referWord(n int64) string {
	if n == 1 {
		return "refers"
	}
	return "refer"
}

// collide counts the rows whose keys are taken, for every unique key of every table, before
// the first row goes in.
func (l *loading) collide(ctx context.Context) error {
	var found []error
	for _, p := range l.parts {
		if p.straight || p.MapOnly || p.empty || p.fresh == 0 || p.Sheet != nil { // of a sheet, each row was looked at
			continue
		}
		for _, key := range append([][]string{p.Table.PrimaryKey}, p.Table.Unique...) {
			if len(key) == 0 || !l.canCollide(p, key) {
				continue
			}
			var terms []string
			for _, c := range key {
				terms = append(terms, fmt.Sprintf("t.%s = v.%s", server.Quote(c), server.Quote(c)))
			}
			var values []string
			for _, c := range key {
				values = append(values, l.final(p, c)+" AS "+server.Quote(c))
			}
			n, err := l.number(ctx, "look for rows that are there already", fmt.Sprintf("SELECT count(*) FROM (SELECT %s FROM %s) v WHERE EXISTS (SELECT FROM %s t WHERE %s)",
				strings.Join(values, ", "), l.source(p, " AND NOT m.found"), p.target(), strings.Join(terms, " AND ")))
			if err != nil {
				return err
			}
			if n > 0 {
				found = append(found, &gyro.Error{
					Op: "load", Place: "table " + p.Table.Name.String(),
					Err:  fmt.Errorf("%s: the target has a row with the same %s already", rowCount(n), strings.Join(key, ", ")),
					Hint: "give the rows new ids, or say what becomes of such rows: conflict skip or update, by that key",
				})
			}
		}
	}
	return errors.Join(found...)
}

// canCollide reports whether rows that are new may have a key that is taken.
func (l *loading) canCollide(p *part, key []string) bool {
	for _, c := range key {
		if !slices.ContainsFunc(p.Columns, func(f driver.LoadColumn) bool { return f.Name == c && f.Load }) {
			return false
		}
		if slices.ContainsFunc(p.New, func(id driver.NewID) bool { return id.Column == c && (id.Sequence != "" || id.Random) }) {
			return false
		}
	}
	return len(p.Find) == 0 || !slices.Equal(slices.Sorted(slices.Values(key)), slices.Sorted(slices.Values(p.Find)))
}
