package guess

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/pgcsv"
	"github.com/gyrodata/gyro/schema"
	"github.com/gyrodata/gyro/sheets"
)

// reached is a row of another table that a file's columns may find.
type reached struct {
	by      gyro.By
	uses    []int // headers
	direct  bool  // the header that is called as the reference is, is among them
	doubts  []string
	missing int // columns of the key that no header was found for
}

// refers reports whether a column is part of a reference.
func (g *guessing) refers(column string) bool {
	return slices.ContainsFunc(g.table.References, func(r schema.Reference) bool { return slices.Contains(r.Columns, column) })
}

// matchReferences finds for each reference how the file says which row it means.
func (g *guessing) matchReferences() {
	for _, r := range g.table.References {
		if len(r.Columns) > 1 {
			g.composite(r)
		}
	}
	for _, r := range g.table.References {
		if len(r.Columns) == 1 {
			g.reference(r)
		}
	}
}

// reference finds the values of one column that refers to another table.
func (g *guessing) reference(r schema.Reference) *columnMatch {
	column, _ := g.table.Column(r.Columns[0])
	if match := g.found[column.Name]; match != nil || g.asked[column.Name] || column.Generated {
		return match
	}
	g.asked[column.Name] = true
	parent := g.catalog[r.To]
	if parent == nil {
		return nil
	}
	direct, guessed := g.direct(r)
	if direct >= 0 && g.keyInLoad(r, direct) {
		match := g.take(column.Name, direct)
		match.guessed = guessed
		return match
	}
	best, ok := g.reach(r, parent, direct)
	if !ok {
		return nil
	}
	if guessed && best.direct {
		best.doubts = slices.Insert(best.doubts, 0, g.how())
	}
	match := &columnMatch{key: g.shortName(column.Name), header: -1, by: best.by, uses: best.uses, doubts: best.doubts}
	g.found[column.Name] = match
	for _, i := range best.uses {
		g.used[i] = true
	}
	return match
}

// direct is the header that is called as a reference is: by its column, less "_id", by the ORM's
// relation; or, with the words of the table, or by the name of what it refers to, guessed.
func (g *guessing) direct(r schema.Reference) (header int, guessed bool) {
	column := r.Columns[0]
	if i := g.placeOf(column); i >= 0 && g.usable(i) {
		return i, true
	}
	for _, name := range []string{column, strings.TrimSuffix(column, "_id"), r.Relation} {
		if i, problem := g.head.Find(name); name != "" && problem == "" && i >= 0 && g.usable(i) {
			return i, false
		}
	}
	words := nameWords(strings.TrimSuffix(column, "_id"))
	for i, h := range g.head.Headers {
		if g.usable(i) && sameWords(g.without(nameWords(h)), words) {
			return i, true
		}
	}
	others := slices.ContainsFunc(g.table.References, func(o schema.Reference) bool { return o.To == r.To && !slices.Equal(o.Columns, r.Columns) })
	entity := nameWords(r.To.Table)
	if others || len(entity) == 0 || r.To == g.table.Name {
		return -1, false
	}
	for i, h := range g.head.Headers {
		if g.usable(i) && (sameWords(nameWords(h), entity) || sameWords(nameWords(h), entity[len(entity)-1:])) {
			return i, true
		}
	}
	return -1, false
}

// keyInLoad reports whether the rows that are referred to are in the same load, with the values by
// which the file refers to them.
func (g *guessing) keyInLoad(r schema.Reference, header int) bool {
	for _, other := range g.all {
		if other.table.Name != r.To {
			continue
		}
		for _, to := range r.ToColumns {
			match := other.found[to]
			c, _ := other.table.Column(to)
			if match == nil || match.header < 0 || !g.fits(header, c) {
				return false
			}
		}
		return true
	}
	return false
}

// reach finds the columns by which a referred row is known: those of a unique key; the key itself,
// where values look like it; else such as people name things by.
func (g *guessing) reach(r schema.Reference, parent *schema.Table, direct int) (reached, bool) {
	var candidates []reached
	for _, key := range parent.Unique {
		if schema.SameColumns(key, r.ToColumns) {
			continue
		}
		way := g.way(r, parent, key, direct)
		way.doubts = append(way.doubts, "taken for "+strings.Join(key, ", ")+", a unique key of "+parent.Name.String())
		candidates = append(candidates, way)
	}
	slices.SortStableFunc(candidates, func(a, b reached) int { return g.rank(b) - g.rank(a) })
	to, _ := parent.Column(r.ToColumns[0])
	isKey := direct >= 0 && g.looksLike(direct, to)
	if len(candidates) > 0 && candidates[0].missing == 0 && (!isKey || !candidates[0].direct) {
		return candidates[0], true
	}
	if isKey {
		return g.byKey(r, direct), true
	}
	if way, ok := g.byNames(r, parent, direct); ok {
		return way, true
	}
	if direct >= 0 {
		return g.byKey(r, direct), true
	}
	return reached{}, false
}

// byKey takes the file's values for the keys that the target has.
func (g *guessing) byKey(r schema.Reference, header int) reached {
	way := reached{by: gyro.By{r.ToColumns[0]: g.head.Headers[header]}, uses: []int{header}, direct: true}
	to, _ := g.catalog[r.To].Column(r.ToColumns[0])
	if g.looksLike(header, to) || g.kinds[header].Kind == pgcsv.NoKind {
		way.doubts = []string{keysDoubt(r.ToColumns, r.To)}
		return way
	}
	way.doubts = []string{fmt.Sprintf("its values do not look like %s of %s (%s): say the column of %s that they are in", to.Name, r.To, to.Type, r.To)}
	return way
}

// rank says how well a key is covered: wholly, by headers that name its columns.
func (g *guessing) rank(way reached) int {
	rank := -100 * way.missing
	if !way.direct {
		rank += 10 // all by their names
	}
	for path := range way.by {
		rank--
		if i := way.uses[0]; way.direct && strings.Contains(path, "mail") {
			rank += 5 * suits(path, g.cells[i])
		}
	}
	return rank
}

// way finds headers for the columns of a key: "tenant subdomain", or "tenant" alone for what is
// left; and the columns that are references themselves by what they lead to.
func (g *guessing) way(r schema.Reference, parent *schema.Table, key []string, direct int) reached {
	way := reached{by: gyro.By{}}
	words := referenceWords(r)
	for _, c := range orderedKey(parent, key) {
		column, _ := parent.Column(c)
		above := parent.Over([]string{c})
		if len(above) > 0 && above[0].To != parent.Name {
			if !g.throughParent(&way, parent, above[0], words) {
				way.missing++
			}
			continue
		}
		header := g.named(words, column)
		if header < 0 && direct >= 0 && !slices.Contains(way.uses, direct) && g.fits(direct, column) {
			header, way.direct = direct, true
		}
		if header < 0 || slices.Contains(way.uses, header) {
			way.missing++
			continue
		}
		way.by[c] = g.head.Headers[header]
		way.uses = append(way.uses, header)
	}
	return way
}

// orderedKey has the references of a key last: "Shop" is the shop's own url rather than its tenant.
func orderedKey(parent *schema.Table, key []string) []string {
	ordered := slices.Clone(key)
	slices.SortStableFunc(ordered, func(a, b string) int { return len(parent.Over([]string{a})) - len(parent.Over([]string{b})) })
	return ordered
}

func referenceWords(r schema.Reference) []string {
	return nameWords(strings.TrimSuffix(r.Columns[0], "_id"))
}

// named is the header of a column of a referred table: "tenant subdomain"; or "subdomain", where
// the table has no such column and a unique key makes it unlikely to mean something else.
func (g *guessing) named(words []string, column schema.Column) int {
	full := append(slices.Clone(words), nameWords(column.Name)...)
	for i, h := range g.head.Headers {
		if g.sayable(i) && g.fits(i, column) && (sameWords(nameWords(h), full) || sheets.Forgiving(h) == strings.Join(full, "")) {
			return i
		}
	}
	if _, own := g.table.Column(column.Name); own || generalName(column.Name) {
		return -1
	}
	if i, problem := g.head.Find(column.Name); problem == "" && i >= 0 && g.sayable(i) && g.fits(i, column) {
		return i
	}
	return -1
}

// generalName reports whether things of any table may have a column of that name.
func generalName(name string) bool {
	return slices.Contains([]string{"id", "name", "title", "number", "code", "key", "type", "value", "label", "position"}, name)
}

// sayable is usable for By, where = begins a value, and several references may name one header.
func (g *guessing) sayable(i int) bool {
	if strings.HasPrefix(g.head.Headers[i], "=") {
		return false
	}
	if !g.used[i] {
		return g.usable(i)
	}
	return slices.ContainsFunc(g.table.References, func(r schema.Reference) bool {
		m := g.found[r.Columns[0]]
		return m != nil && slices.Contains(m.uses, i)
	})
}

// throughParent finds a reference of the referred table: as the file's own reference to the same
// table, else by headers of its own.
func (g *guessing) throughParent(way *reached, parent *schema.Table, above schema.Reference, words []string) bool {
	name := shortName(parent, above.Columns[0])
	for _, own := range g.table.References {
		if own.To != above.To || len(own.Columns) != 1 || !slices.Equal(own.ToColumns, above.ToColumns) || own.Columns[0] != above.Columns[0] {
			continue
		}
		match := g.reference(own)
		if match == nil || match.by == nil {
			break
		}
		for path, header := range match.by {
			way.by[name+"."+path] = header
		}
		way.uses = append(way.uses, match.uses...)
		return true
	}
	grand := g.catalog[above.To]
	if grand == nil {
		return false
	}
	for _, key := range grand.Unique {
		if len(key) != 1 || schema.SameColumns(key, above.ToColumns) {
			continue
		}
		column, _ := grand.Column(key[0])
		header := g.named(referenceWords(above), column)
		for i, h := range g.head.Headers {
			if header < 0 && g.sayable(i) && g.fits(i, column) && (sameWords(nameWords(h), referenceWords(above)) || sameWords(nameWords(h), append(slices.Clone(words), referenceWords(above)...))) {
				header = i
			}
		}
		if header >= 0 && !slices.Contains(way.uses, header) {
			way.by[name+"."+key[0]] = g.head.Headers[header]
			way.uses = append(way.uses, header)
			return true
		}
	}
	return false
}

// composite takes a reference of several columns where headers are called as all of them are.
func (g *guessing) composite(r schema.Reference) {
	// A column that is part of no other reference stands for all.
	key := slices.IndexFunc(r.Columns, func(c string) bool {
		return !slices.ContainsFunc(g.table.References, func(o schema.Reference) bool { return o.Name != r.Name && slices.Contains(o.Columns, c) })
	})
	if key < 0 || g.catalog[r.To] == nil {
		return
	}
	match := &columnMatch{key: r.Columns[key], header: -1, by: gyro.By{}}
	for i, c := range r.Columns {
		header, problem := g.head.Find(c)
		if problem != "" || header < 0 || !g.usable(header) || g.found[c] != nil || strings.HasPrefix(g.head.Headers[header], "=") {
			return
		}
		match.by[r.ToColumns[i]] = g.head.Headers[header]
		match.uses = append(match.uses, header)
	}
	if g.compositeInLoad(r, match.uses) {
		for i, c := range r.Columns {
			g.take(c, match.uses[i])
		}
		return
	}
	match.doubts = []string{keysDoubt(r.ToColumns, r.To)}
	for i, c := range r.Columns {
		g.used[match.uses[i]] = true
		g.found[c] = &columnMatch{key: match.key, header: -1, by: match.by, uses: match.uses[i : i+1], shared: true}
	}
	g.found[match.key] = match
}

// keysDoubt says that the file's values are taken for the target's keys.
func keysDoubt(columns []string, table schema.Name) string {
	return fmt.Sprintf("taken for %s of %s in the target: if these are the keys of another system, say what finds the row", strings.Join(columns, ", "), table)
}

func (g *guessing) compositeInLoad(r schema.Reference, headers []int) bool {
	for _, header := range headers {
		if !g.keyInLoad(r, header) {
			return false
		}
	}
	return true
}
