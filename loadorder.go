package gyro

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gyrodata/gyro/schema"
)

// propagate finds out which values change on the way, and keeps the references that have to
// be mapped for it.
func (p *loadPlanning) propagate() {
	for _, s := range p.steps {
		for _, id := range s.load.New {
			s.changes[id.Column] = true
		}
	}
	for changed := true; changed; {
		changed = false
		for _, s := range p.steps {
			for _, r := range s.references {
				for i, c := range r.Columns {
					if (r.To < 0 || p.moves(r, i)) && !s.changes[c] {
						s.changes[c], changed = true, true
					}
				}
			}
		}
	}
	for _, s := range p.steps {
		for _, r := range s.references {
			if r.proved && (r.Through == "" || r.To < 0) && !slices.ContainsFunc(r.indexes(), func(i int) bool { return p.moves(r, i) }) {
				continue
			}
			s.load.References = append(s.load.References, r.LoadReference)
			if r.To >= 0 {
				parent := p.steps[r.To].load
				if !slices.ContainsFunc(parent.Lists, func(l []string) bool { return slices.Equal(l, r.ToColumns) }) {
					parent.Lists = append(parent.Lists, r.ToColumns)
				}
			}
		}
	}
	for _, s := range p.steps {
		p.settle(s)
	}
}

func (r *loadReference) indexes() []int {
	all := make([]int, len(r.Columns))
	for i := range all {
		all[i] = i
	}
	return all
}

// moves reports whether the i-th column that a reference goes to may have another value
// afterwards: it changes, or is that of a row of the target that was found by other columns.
func (p *loadPlanning) moves(r *loadReference, i int) bool {
	if r.To < 0 {
		return false
	}
	parent, to := p.steps[r.To], r.ToColumns[i]
	return parent.changes[to] || len(parent.load.Find) > 0 && !slices.Contains(parent.load.Find, to)
}

// settle says of a table what follows from the changes.
func (p *loadPlanning) settle(s *loadStep) {
	t := s.load
	keyChanges := slices.ContainsFunc(t.Key, func(c string) bool { return s.changes[c] })
	t.Map = len(t.Lists) > 0 || len(t.Find) > 0 || len(t.New) > 0 || keyChanges
	t.Unique = t.Unique && !keyChanges
	t.Straight = !t.Map && len(t.References) == 0 && !t.MapOnly
	for _, c := range t.Columns {
		t.Straight = t.Straight && c.Load && c.Expr == ""
	}
	if len(t.Lists) > 0 && len(t.Key) == 0 {
		p.refuse(s, "others refer to it by values that change, and it has no key that tells its rows apart", "give it a primary key")
	}
	for _, id := range t.New {
		for _, c := range id.Derived {
			for _, r := range s.references {
				i := slices.Index(r.Columns, c)
				if i >= 0 && (r.looked || r.To >= 0 && p.varies(p.steps[r.To], r.ToColumns[i], map[string]bool{})) {
					p.refuse(s, fmt.Sprintf("its ids are derived from %s, which refers to %s, whose %s is not the same in every target", c, r.Table, r.ToColumns[i]),
						"derive the ids of "+r.Table.String()+" as well, or keep them")
				}
			}
		}
	}
}

// varies reports whether a column's value depends on the target: it is drawn there, or is that
// of a row that is there and known by other columns, or follows such a value.
func (p *loadPlanning) varies(s *loadStep, column string, seen map[string]bool) bool {
	place := s.name.String() + "." + column
	if seen[place] {
		return false
	}
	seen[place] = true
	if len(s.load.Find) > 0 && !slices.Contains(s.load.Find, column) {
		return true
	}
	for _, id := range s.load.New {
		if id.Column == column {
			return id.Sequence != "" || id.Random
		}
	}
	for _, r := range s.references {
		i := slices.Index(r.Columns, column)
		if i >= 0 && !r.Each && (r.looked || r.To >= 0 && p.varies(p.steps[r.To], r.ToColumns[i], seen)) {
			return true
		}
	}
	return false
}

// order finds the tables that have to be inserted together, and the order of the maps.
func (p *loadPlanning) order() {
	var names, all []schema.Name
	number := map[schema.Name]int{}
	for i, s := range p.steps {
		number[s.name] = i
		all = append(all, s.name)
		if !s.load.MapOnly {
			names = append(names, s.name)
		}
	}
	// A partition's keys are those of the table that it is part of: the target's foreign keys
	// alone decide what has to be there first.
	for _, component := range schema.Components(names, func(n schema.Name) []schema.Name { return parents(p.steps[number[n]].load.Table) }) {
		var circle []int
		for _, n := range component {
			circle = append(circle, number[n])
		}
		p.Circles = append(p.Circles, circle)
		if len(circle) > 1 {
			p.circle(circle)
		}
	}
	for _, component := range schema.Components(all, func(n schema.Name) []schema.Name { return p.before(p.steps[number[n]]) }) {
		s := p.steps[number[component[0]]]
		switch {
		case len(component) > 1:
			var words []string
			for _, n := range component {
				words = append(words, n.String())
			}
			p.refuse(s, "the keys of "+strings.Join(words, ", ")+" follow each other in a circle: no new one can be found first",
				"keep the ids of one of them, or leave the reference out of its natural key")
		case slices.Contains(p.before(s), s.name):
			p.refuse(s, "its key, or natural key, contains a reference to the table itself: no new one can be found first",
				"keep its ids, or leave the reference out of its natural key")
		}
		for _, n := range component {
			p.Maps = append(p.Maps, number[n])
		}
	}
}

// circle keeps tables of a circle from being copied straight where a foreign key can't wait.
func (p *loadPlanning) circle(circle []int) {
	for _, i := range circle {
		for _, r := range p.steps[i].load.Table.References {
			inside := slices.ContainsFunc(circle, func(j int) bool { return j != i && p.steps[j].name == r.To })
			if inside && !r.Deferrable {
				for _, j := range circle {
					p.steps[j].load.Straight = false
				}
				return
			}
		}
	}
}

// before gives the tables whose maps have to be there before a table's own.
func (p *loadPlanning) before(s *loadStep) []schema.Name {
	t := s.load
	if !t.Map {
		return nil
	}
	columns := slices.Concat(append([][]string{t.Key, t.Find}, t.Lists...)...)
	for _, id := range t.New {
		columns = append(columns, id.Derived...)
	}
	var names []schema.Name
	for _, r := range t.References {
		if r.To >= 0 && slices.ContainsFunc(r.Columns, func(c string) bool { return slices.Contains(columns, c) }) {
			names = append(names, p.steps[r.To].name)
		}
	}
	return names
}
