package guess

import (
	"slices"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/pgcsv"
	"github.com/gyrodata/gyro/schema"
)

// open says which columns have to have a value and get none; times of creation are now.
func (g *guessing) open() {
	key := g.table.KeyColumns()
	for _, c := range g.table.Columns {
		numbered := slices.Contains(key, c.Name) && (c.Sequence != "" || c.Identity != "" || c.Type == "uuid")
		if !c.NotNull || c.Default || c.Generated || numbered || g.found[c.Name] != nil {
			continue
		}
		match := &columnMatch{key: c.Name, header: -1}
		g.found[c.Name] = match
		if classOf(c.DataType()) == dateClass && isMoment(c.Name) {
			match.literal = "now"
			match.doubts = []string{"the file has none: the time of the load"}
			if dates := g.unusedDates(); dates != "" {
				match.doubts = []string{"the time of the load; or is it " + dates + "?"}
			}
			continue
		}
		match.open = true
		match.doubts = []string{"TODO: it is NOT NULL without a default, and nothing was found for it"}
		g.suggest(match, c)
	}
}

// unusedDates are the headers without a column that hold dates.
func (g *guessing) unusedDates() string {
	var names []string
	for i, h := range g.head.Headers {
		if g.usable(i) && slices.Contains([]pgcsv.Kind{pgcsv.Date, pgcsv.Timestamp, pgcsv.TimestampTZ}, g.kinds[i].Kind) {
			names = append(names, h)
		}
	}
	return quotedList(names)
}

// suggest says how an open column might be said.
func (g *guessing) suggest(match *columnMatch, c schema.Column) {
	for _, r := range g.table.References {
		parent := g.catalog[r.To]
		if !slices.Equal(r.Columns, []string{c.Name}) || parent == nil {
			continue
		}
		match.key, match.by = g.shortName(c.Name), gyro.By{}
		const deep = 3 // tables that a path leads through at most
		for _, path := range g.knownBy(parent, r.ToColumns, deep) {
			match.by[path] = "HEADER"
		}
		return
	}
	switch {
	case len(c.Labels) > 0:
		match.literal = c.Labels[0]
	case classOf(c.DataType()) == booleanClass:
		match.literal = "true"
	}
}

// knownBy are the paths by which a table's rows are known: those of its first unique key, else the
// key that is referred to.
func (g *guessing) knownBy(table *schema.Table, to []string, deep int) (paths []string) {
	for _, key := range table.Unique {
		if schema.SameColumns(key, to) {
			continue
		}
		for _, c := range key {
			above := table.Over([]string{c})
			if len(above) == 0 || deep == 0 || g.catalog[above[0].To] == nil {
				paths = append(paths, c)
				continue
			}
			for _, path := range g.knownBy(g.catalog[above[0].To], above[0].ToColumns, deep-1) {
				paths = append(paths, shortName(table, c)+"."+path)
			}
		}
		return paths
	}
	return to
}

// isMoment reports whether a column is called as the time is at which its row was made.
func isMoment(name string) bool {
	return slices.ContainsFunc(nameWords(name), func(word string) bool {
		return slices.Contains([]string{"created", "updated", "modified", "changed", "inserted", "added", "imported", "registered", "joined", "creation", "timestamp"}, word)
	})
}
