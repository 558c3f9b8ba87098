package draft

import (
	"slices"

	"github.com/gyrodata/gyro/schema"
)

// A row that gets new ids in a database which has it already is a second one, and so are all rows that refer to it. Where a unique
// key does not allow that it has to be found instead, and with it those that it refers to by the columns that it is
// found by, or that others refer to: what is found refers to what is there.

// settle takes the ways by which every row that must be found is, and reports whether a way changed.
func (l *loading) settle() bool {
	changed := false
	for again := true; again; {
		again = false
		found := l.found()
		for _, name := range l.names {
			p := l.at[name]
			if p.must = p.must || l.collides(p, found); p.must && !found[name] && l.find(p, found) {
				again, changed = true, true
				found = l.found()
			}
			if !found[name] {
				continue
			}
			for _, r := range p.references { // what is found keeps what it refers to
				kept := slices.ContainsFunc(r.Columns, func(c string) bool {
					return slices.Contains(p.asked, c) && !slices.Contains(p.ways[0].find, c)
				})
				if to := l.at[r.To]; kept && !to.must {
					to.must, again = true, true
				}
			}
		}
	}
	return changed
}

// find takes a way by which rows of a table are found, or has those found by which they would be.
func (l *loading) find(p *placing, found map[schema.Name]bool) bool {
	for i, w := range p.ways {
		if len(w.find) > 0 && l.findable(p, w, found) {
			p.ways = p.ways[i:]
			return true
		}
	}
	i := slices.IndexFunc(p.ways, func(w way) bool { return len(w.find) > 0 })
	if i < 0 {
		return false
	}
	changed := i > 0
	p.ways = p.ways[i:]
	for _, r := range p.references {
		if to := l.at[r.To]; p.gives(r, p.ways[0].find) && !to.must {
			to.must, changed = true, true
		}
	}
	return changed
}

// found are the tables whose rows are found where they are there already.
func (l *loading) found() map[schema.Name]bool {
	found := map[schema.Name]bool{}
	for _, name := range l.names {
		found[name] = len(l.at[name].ways[0].find) > 0
	}
	for changed := true; changed; { // those that are found by what is not
		changed = false
		for _, name := range l.names {
			if p := l.at[name]; found[name] && !l.findable(p, p.ways[0], found) {
				found[name], changed = false, true
			}
		}
	}
	return found
}

// findable reports whether all that a way finds rows by is found itself.
func (l *loading) findable(p *placing, w way, found map[schema.Name]bool) bool {
	return !slices.ContainsFunc(p.references, func(r schema.Reference) bool {
		return p.gives(r, w.find) && !found[r.To] && r.To != p.table.Name
	})
}

// collides reports whether rows of a table that are there already could not be there twice.
func (l *loading) collides(p *placing, found map[schema.Name]bool) bool {
	return len(p.table.KeyColumns()) > 0 && l.twice(p, found)
}

// twice reports whether a unique key or index keeps rows of a table from going in a second time.
func (l *loading) twice(p *placing, found map[schema.Name]bool) bool {
	keys := append(slices.Clone(p.table.Unique), p.table.PrimaryKey)
	for _, rule := range p.table.Rules {
		if rule.Kind != schema.Check {
			keys = append(keys, rule.Columns)
		}
	}
	return slices.ContainsFunc(keys, func(key []string) bool {
		return len(key) > 0 && !slices.ContainsFunc(key, func(c string) bool {
			return l.fresh(p, c, found, map[string]bool{})
		})
	})
}

// fresh reports whether a column gets a value that is nowhere yet.
func (l *loading) fresh(p *placing, column string, found map[schema.Name]bool, seen map[string]bool) bool {
	place := p.table.Name.String() + "." + column
	if seen[place] {
		return false
	}
	seen[place] = true
	if slices.Contains(p.ways[0].given, column) {
		return true
	}
	return slices.ContainsFunc(p.references, func(r schema.Reference) bool {
		i := slices.Index(r.Columns, column)
		return i >= 0 && !found[r.To] && p.gives(r, []string{column}) && l.fresh(l.at[r.To], r.ToColumns[i], found, seen)
	})
}

// gives reports whether one of some columns has its value by a reference: no shorter one gives it as well.
func (p *placing) gives(r schema.Reference, columns []string) bool {
	return slices.ContainsFunc(r.Columns, func(c string) bool {
		return slices.Contains(columns, c) && !slices.ContainsFunc(p.references, func(other schema.Reference) bool {
			return len(other.Columns) < len(r.Columns) && slices.Contains(other.Columns, c) && contains(r.Columns, other.Columns)
		})
	})
}

// disagrees reports whether two references of a table give a column that they share values which have nothing to do with each other.
func (l *loading) disagrees(p *placing) bool {
	return slices.ContainsFunc(p.table.Columns, func(c schema.Column) bool {
		var from []string
		for _, r := range p.references {
			if i := slices.Index(r.Columns, c.Name); i >= 0 {
				from = append(from, l.origin(l.at[r.To], r.ToColumns[i], map[string]bool{}))
			}
		}
		return len(slices.Compact(from)) > 1
	})
}

// origin is the column whose new values, or whose rows that are there, a column's values are those of; empty: they stay as they are.
func (l *loading) origin(p *placing, column string, seen map[string]bool) string {
	place, way := p.table.Name.String()+"."+column, p.ways[0]
	if seen[place] {
		return ""
	}
	seen[place] = true
	if slices.Contains(way.given, column) {
		return place
	}
	for _, r := range p.references {
		if i := slices.Index(r.Columns, column); i >= 0 && r.To != p.table.Name && p.gives(r, []string{column}) {
			return l.origin(l.at[r.To], r.ToColumns[i], seen)
		}
	}
	if len(way.find) > 0 && !slices.Contains(way.find, column) {
		return place
	}
	return ""
}
