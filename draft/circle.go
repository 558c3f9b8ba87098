package draft

import (
	"slices"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/schema"
)

// A load finds or makes the keys of a table before those of the tables whose keys follow them. Where they follow each other
// in a circle no one is first, and a plan of a load refuses it (see internal/loadplan). What is found out here is the same, for
// the ways that are chosen.

// worse takes a worse way for a table whose key follows itself, or for one that it refers to, and reports whether there was one.
func (l *loading) worse() bool {
	for _, fresh := range []bool{false, true} {
		f := l.following(fresh)
		for _, circle := range schema.Components(l.names, f.before) {
			if len(circle) == 1 && !slices.Contains(f.before(circle[0]), circle[0]) {
				continue
			}
			if l.next(circle) {
				return true
			}
			var parents []schema.Name
			for _, name := range circle {
				for _, r := range f.mapped[name] {
					parents = append(parents, r.To)
				}
			}
			if l.next(parents) {
				return true
			}
		}
	}
	return false
}

// next takes the next way for the one of some tables that has the most left.
func (l *loading) next(names []schema.Name) bool {
	var most *placing
	for _, name := range names {
		if p := l.at[name]; len(p.ways) > 1 && (most == nil || len(p.ways) > len(most.ways)) {
			most = p
		}
	}
	if most != nil {
		most.ways = most.ways[1:]
	}
	return most != nil
}

// following is which values change in a load.
type following struct {
	*loading
	changes map[schema.Name]map[string]bool
	lists   map[schema.Name][]string // columns that rows are looked for by, for others refer to them
	mapped  map[schema.Name][]schema.Reference
	known   map[schema.Name][]schema.Name
}

// following finds out which values change where the run keeps ids, or gives new ones.
func (l *loading) following(fresh bool) *following {
	f := &following{l, map[schema.Name]map[string]bool{}, map[schema.Name][]string{}, map[schema.Name][]schema.Reference{}, map[schema.Name][]schema.Name{}}
	for _, name := range l.names {
		f.changes[name] = map[string]bool{}
		way := l.at[name].ways[0]
		if fresh && way.ids.IsZero() || !way.ids.IsZero() && way.ids.Strategy() != gyro.KeepIDs {
			for _, c := range way.given {
				f.changes[name][c] = true
			}
		}
	}
	for changed := true; changed; {
		changed = false
		for _, name := range l.names {
			for _, r := range l.at[name].references {
				for i, c := range r.Columns {
					if f.moves(r, i) && !f.changes[name][c] {
						f.changes[name][c], changed = true, true
					}
				}
			}
		}
	}
	for _, name := range l.names {
		for _, r := range l.at[name].references {
			if !f.stays(r) || f.doubted(name, r) || !r.Enforced {
				f.mapped[name] = append(f.mapped[name], r)
				f.lists[r.To] = append(f.lists[r.To], r.ToColumns...)
			}
		}
	}
	for _, name := range l.names {
		f.known[name] = f.found(name)
	}
	return f
}

// moves reports whether the i-th column that a reference goes to may have another value afterwards.
func (f *following) moves(r schema.Reference, i int) bool {
	find := f.at[r.To].ways[0].find
	return f.changes[r.To][r.ToColumns[i]] || len(find) > 0 && !slices.Contains(find, r.ToColumns[i])
}

func (f *following) stays(r schema.Reference) bool {
	for i := range r.Columns {
		if f.moves(r, i) {
			return false
		}
	}
	return true
}

// doubted reports whether another reference gives a column another value.
func (f *following) doubted(name schema.Name, r schema.Reference) bool {
	for _, other := range f.at[name].references {
		for i, c := range other.Columns {
			if other.Name != r.Name && slices.Contains(r.Columns, c) && f.moves(other, i) {
				return true
			}
		}
	}
	return false
}

func (f *following) before(name schema.Name) []schema.Name { return f.known[name] }

// found are the tables whose keys have to be known before those of a table.
func (f *following) found(name schema.Name) []schema.Name {
	p := f.at[name]
	columns := slices.Concat(p.table.KeyColumns(), p.ways[0].find, f.lists[name])
	var all []schema.Name
	for _, r := range f.mapped[name] {
		gives := slices.ContainsFunc(r.Columns, func(c string) bool { return slices.Contains(columns, c) && !f.elsewhere(name, r, c) })
		if gives && !slices.Contains(all, r.To) {
			all = append(all, r.To)
		}
	}
	return all
}

// elsewhere reports whether a column of a reference has its value without it: it stays, or a shorter reference gives it.
func (f *following) elsewhere(name schema.Name, r schema.Reference, column string) bool {
	if !f.moves(r, slices.Index(r.Columns, column)) {
		return true
	}
	return slices.ContainsFunc(f.mapped[name], func(other schema.Reference) bool {
		return len(other.Columns) < len(r.Columns) && slices.Contains(other.Columns, column) && contains(r.Columns, other.Columns) && !f.stays(other)
	})
}
