package loading

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/postgres/internal/server"
	"github.com/gyrodata/gyro/schema"
)

// How a row of a staging table becomes one of the table. In what follows s is the staging
// table, r0, r1, … the maps that its references lead to, and m its own map.

// Merge writes the SQL by which a row of a staging table becomes one of the table.
type Merge struct {
	load *Load
	// Doomed reports whether the load will be refused in any case; nil: it will not.
	Doomed func() bool
}

func (m *Merge) doomed() bool { return m.Doomed != nil && m.Doomed() }

// Join is a mapped reference of a table, and how the map is joined that it leads to.
type Join struct {
	*driver.LoadReference
	Alias string
	to    *TableLoad // nil: not in the plan
}

// Joins are the mapped references of a table.
func (m *Merge) Joins(t *TableLoad) []Join {
	var all []Join
	for i, r := range t.References {
		j := Join{LoadReference: r, Alias: fmt.Sprintf("r%d", i)}
		if r.To >= 0 {
			j.to = m.load.Tables[r.To]
		}
		all = append(all, j)
	}
	return all
}

// refers is true where the reference stands in a row and is not NULL. As MATCH SIMPLE has it,
// one NULL is enough to refer to nothing.
func (j Join) refers() string {
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
		terms = append(terms, fmt.Sprintf(server.Own("s.%s::text = ANY (ARRAY[%s]::text[])"), server.Quote(k.Column), strings.Join(values, ", ")))
	}
	return strings.Join(terms, " AND ")
}

// excludes reports whether no row refers by both. The kinds of a polymorphic reference exclude each other; of a hundred
// kinds, five thousand pairs would have to agree, which takes the server half a minute to plan.
func (j Join) excludes(other Join) bool {
	if j.Through != "" || other.Through != "" {
		return false
	}
	for _, a := range j.Kinds {
		for _, b := range other.Kinds {
			if a.Column == b.Column && !slices.ContainsFunc(a.Values, func(v string) bool { return slices.Contains(b.Values, v) }) {
				return true
			}
		}
	}
	return false
}

// Place is the number of the i-th column that a reference goes to in the map there.
func (j Join) Place(i int) int { return slices.Index(j.to.MapColumns, j.ToColumns[i]) }

// as is the type as which the i-th column compares with what the map holds of the one that it goes to: a text, where an
// expression makes something of that.
func (j Join) as(i int) string {
	if slices.ContainsFunc(j.to.Columns, func(c driver.LoadColumn) bool { return c.Name == j.ToColumns[i] && c.Expr != "" }) {
		return schema.AsText
	}
	return server.As(j.As, i)
}

// Maps are the maps of references but those in arrays: of all, or of those that stand on one
// of some columns.
func (m *Merge) Maps(t *TableLoad, among []string) string {
	var text strings.Builder
	for _, j := range m.Joins(t) {
		touches := among == nil || j.Gives(among)
		switch {
		case !touches, j.Each, j.to == nil && len(j.Fixed) == 0:
		case j.to == nil:
			fmt.Fprintf(&text, " LEFT JOIN %s %s ON %s", fixedTable(j.Fixed, t.Types[j.Columns[0]]), j.Alias,
				t.Equal(j.Columns[0], "s."+server.Quote(j.Columns[0]), j.Alias+".o_0"))
			if len(j.Kinds) > 0 {
				text.WriteString(" AND " + j.refers())
			}
		case j.Through != "":
			fmt.Fprintf(&text, " LEFT JOIN %s %s ON %s.row%ss.%s", j.to.IDMap(), j.Alias, j.Alias, server.Is, j.Through)
		default:
			var terms []string
			for i, c := range j.Columns {
				terms = append(terms, m.equal(t, c, j, i))
			}
			if len(j.Kinds) > 0 {
				terms = append(terms, j.refers())
			}
			fmt.Fprintf(&text, " LEFT JOIN %s %s ON %s", j.to.IDMap(), j.Alias, strings.Join(terms, " AND "))
		}
	}
	return text.String()
}

// equal compares a column with the old value in a map: texts as the column that is referred to compares them, whatever
// the other's collation.
func (m *Merge) equal(t *TableLoad, column string, j Join, i int) string {
	return m.same(t, column, j, i, "s."+server.Quote(column), fmt.Sprintf("%s.o_%d", j.Alias, j.Place(i)))
}

// same compares a value of the column with one of what it refers to.
func (m *Merge) same(t *TableLoad, column string, j Join, i int, left, right string) string {
	from, _ := t.Table.Column(column)
	to, _ := j.to.Table.Column(j.ToColumns[i])
	return server.Refers(j.as(i), from, to, left, right)
}

// given is the value that a reference gives its i-th column, as the column holds it: by way of the text where PostgreSQL
// does not compare the two types, and perhaps casts none to the other. A kind of a polymorphic reference may have such a key,
// which no row holds.
func (m *Merge) given(t *TableLoad, j Join, i int) string {
	value := fmt.Sprintf("%s.v_%d", j.Alias, j.Place(i))
	if server.As(j.As, i) == schema.AsText {
		value += "::" + schema.AsText
	}
	return value + "::" + t.Types[j.Columns[i]]
}

// ForEachRow is SQL for an expression over value, evaluated anew for each row, also where it does not name value: the
// LIMIT depends on the row, so that the server can't take one result for all.
func ForEachRow(expr, value string) string {
	return fmt.Sprintf("(SELECT (%s\n) FROM (SELECT %s AS value) gyro_value LIMIT CASE WHEN %s IS NULL THEN 1 ELSE 1 END)", expr, value, value)
}

// Value is what a column of the file becomes: the new value of what it refers to, or what
// SQL makes of it, or itself.
func (m *Merge) Value(t *TableLoad, column string) string {
	own := "s." + server.Quote(column)
	if i := slices.IndexFunc(t.Columns, func(c driver.LoadColumn) bool { return c.Name == column }); i >= 0 && t.Columns[i].Expr != "" {
		own = ForEachRow(t.Columns[i].Expr, own) + "::" + t.Types[column]
	}
	var arms []string
	for _, j := range m.Joins(t) {
		i := slices.Index(j.Columns, column)
		switch {
		case i < 0, j.Keep, j.FromElsewhere(i):
		case j.Each:
			return m.array(t, j, own)
		case j.to == nil && len(j.Fixed) > 0:
			arms = append(arms, fmt.Sprintf("WHEN %s.o_0 IS NOT NULL THEN %s.v_0::%s", j.Alias, j.Alias, t.Types[column]))
		case j.Through != "":
			arms = append(arms, fmt.Sprintf("WHEN %s.row IS NOT NULL THEN %s", j.Alias, m.given(t, j, i)))
		case j.to != nil:
			arms = append(arms, fmt.Sprintf("WHEN %s.o_%d IS NOT NULL THEN %s", j.Alias, j.Place(i), m.given(t, j, i)))
		}
	}
	if len(arms) == 0 {
		return own
	}
	return "CASE " + strings.Join(arms, " ") + " ELSE " + own + " END"
}

var arraySQL = server.Own(`CASE
  WHEN cardinality({own}) > 0 THEN ARRAY(
    SELECT e.v
    FROM (
      SELECT u.n, CASE WHEN u.e IS NOT NULL THEN n.{new} END AS v
      FROM unnest({own}) WITH ORDINALITY AS u(e, n)
      LEFT JOIN {map} n ON {old}
    ) e
    ORDER BY e.n
  )::{type}
  ELSE {own}
END`)

// array maps each element of an array, in its order.
func (m *Merge) array(t *TableLoad, j Join, own string) string {
	source, old, fresh := m.elements(j)
	return server.Fill(arraySQL, "own", own, "map", source, "old", old, "new", fresh, "type", t.Types[j.Columns[0]])
}

// elements is what elements of an array are looked for in.
func (m *Merge) elements(j Join) (source, condition, fresh string) {
	if j.to == nil {
		return fixedTable(j.Fixed, schema.AsText), server.Own("n.o_0 = u.e::text"), "v_0"
	}
	i := j.Place(0)
	to, _ := j.to.Table.Column(j.ToColumns[0])
	condition = server.EqualAs(j.as(0), to, fmt.Sprintf("n.o_%d", i), "u.e")
	return j.to.IDMap(), condition, fmt.Sprintf("v_%d", i)
}

// resolves is true where a reference is NULL, or leads to a row that has its place.
func (m *Merge) resolves(t *TableLoad, j Join) string {
	switch {
	case j.Each:
		source, condition, fresh := m.elements(j)
		return fmt.Sprintf("NOT EXISTS (SELECT FROM pg_catalog.unnest(s.%s) u(e) WHERE u.e IS NOT NULL AND NOT EXISTS (SELECT FROM %s n WHERE %s AND n.%s IS NOT NULL))",
			server.Quote(j.Columns[0]), source, condition, fresh)
	case j.to == nil && len(j.Fixed) == 0:
		return "(" + j.refers() + ") IS NOT TRUE"
	case j.to == nil:
		return "((" + j.refers() + ") IS NOT TRUE OR " + j.Alias + ".o_0 IS NOT NULL)"
	}
	// The row that was found in the target may have NULL where the slice's row has a value: it
	// can't be referred to then.
	var there []string
	for i := range j.Columns {
		there = append(there, fmt.Sprintf("%s.v_%d IS NOT NULL", j.Alias, j.Place(i)))
	}
	return fmt.Sprintf("((%s) IS NOT TRUE OR %s)", j.refers(), strings.Join(append(there, m.held(t, j)...), " AND "))
}

// held are conditions that new values are still those of what they refer to, as the columns hold them: a cast to an
// integer rounds, one to a date or a shorter text cuts off.
func (m *Merge) held(t *TableLoad, j Join) []string {
	if j.to == nil || j.Each || j.Keep || j.Through != "" {
		return nil
	}
	var terms []string
	for i, c := range j.Columns {
		from, _ := t.Table.Column(c)
		to, _ := j.to.Table.Column(j.ToColumns[i])
		expr := slices.ContainsFunc(j.to.Columns, func(c driver.LoadColumn) bool { return c.Name == j.ToColumns[i] && c.Expr != "" })
		if !expr && !from.Underlying().Holds(to.Underlying()) {
			terms = append(terms, m.same(t, c, j, i, m.given(t, j, i), fmt.Sprintf("%s.v_%d", j.Alias, j.Place(i))))
		}
	}
	return terms
}

// conditions are what a row has to fulfil to be loaded: that each reference leads somewhere,
// and that references which share a column agree.
func (m *Merge) conditions(t *TableLoad) []string {
	var terms []string
	references := m.Joins(t)
	for _, j := range references {
		terms = append(terms, m.resolves(t, j))
	}
	for _, c := range t.Columns {
		var givers []Join
		var shared []string // the values that they give the column, NULL where they give none
		for _, j := range references {
			i := slices.Index(j.Columns, c.Name)
			switch {
			case i < 0, j.Each, j.to == nil && len(j.Fixed) == 0:
			case j.to == nil:
				givers, shared = append(givers, j), append(shared, j.Alias+".v_0::"+t.Types[c.Name])
			default:
				givers, shared = append(givers, j), append(shared, m.given(t, j, i))
			}
		}
		for i := range shared {
			for k := range i {
				if givers[k].excludes(givers[i]) {
					continue
				}
				terms = append(terms, "("+t.Equal(c.Name, shared[k], shared[i])+") IS NOT FALSE")
			}
		}
	}
	return terms
}

// fixedTable lists ids that were fixed: o_0 the old one, v_0 the new.
func fixedTable(fixed [][2]string, typ string) string {
	var lists [2][]string
	for _, pair := range fixed {
		for i, id := range pair {
			lists[i] = append(lists[i], `"`+strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(id)+`"`)
		}
	}
	array := func(list []string) string { return server.Literal("{" + strings.Join(list, ",") + "}") }
	return fmt.Sprintf("(SELECT x.o AS o_0, x.v AS v_0 FROM unnest(%s::%s[], %s::%s[]) x(o, v))", array(lists[0]), typ, array(lists[1]), typ)
}
