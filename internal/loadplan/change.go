package loadplan

import (
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
)

// Propagate finds out which values change on the way, and keeps the references that have to
// be mapped for it.
func (p *Plan) Propagate() {
	for _, s := range p.Steps {
		for _, id := range s.Load.New {
			s.Changes[id.Column] = true
		}
	}
	for changed := true; changed; {
		changed = false
		for _, s := range p.Steps {
			for _, r := range s.References {
				for i, c := range r.Columns {
					if (r.To < 0 || p.moves(r, i)) && !s.Changes[c] {
						s.Changes[c], changed = true, true
					}
				}
			}
		}
	}
	for _, s := range p.Steps {
		for _, r := range s.References {
			stays := (r.Through == "" || r.To < 0) && !slices.ContainsFunc(r.indexes(), func(i int) bool { return p.moves(r, i) })
			if r.Proved && stays && !p.doubted(s, r) {
				continue
			}
			r.Keep = stays && r.To >= 0
			s.Load.References = append(s.Load.References, r.LoadReference)
			if r.To >= 0 {
				parent := p.Steps[r.To].Load
				if !slices.ContainsFunc(parent.Lists, func(l []string) bool { return slices.Equal(l, r.ToColumns) }) {
					parent.Lists = append(parent.Lists, r.ToColumns)
				}
			}
		}
	}
	for _, s := range p.Steps {
		for _, r := range s.References {
			p.elsewhere(s, r)
		}
		p.follow(s)
	}
}

// doubted reports whether another reference may give a column of a reference that stays a value of its own: the two are
// held against each other then.
func (p *Plan) doubted(s *Step, r *Reference) bool {
	return r.To >= 0 && slices.ContainsFunc(s.References, func(other *Reference) bool {
		if other == r || other.Each || other.Through != "" {
			return false
		}
		return slices.ContainsFunc(other.indexes(), func(i int) bool {
			return slices.Contains(r.Columns, other.Columns[i]) && (other.To < 0 || p.moves(other, i))
		})
	})
}

// elsewhere finds the columns of a reference that have their value without it. Another reference gives it wherever this
// one would, where its columns are fewer and all of this one's: it is NULL in no row in which this one is not.
func (p *Plan) elsewhere(s *Step, r *Reference) {
	if r.To < 0 || r.Each || r.Through != "" {
		return
	}
	r.Elsewhere = make([]bool, len(r.Columns))
	for i, c := range r.Columns {
		r.Elsewhere[i] = !p.moves(r, i) || slices.ContainsFunc(s.Load.References, func(other *driver.LoadReference) bool {
			return other.To >= 0 && !other.Each && other.Through == "" && len(other.Kinds) == 0 && !other.Keep &&
				len(other.Columns) < len(r.Columns) && slices.Contains(other.Columns, c) && within(other.Columns, r.Columns)
		})
	}
}

func within(some, all []string) bool {
	return !slices.ContainsFunc(some, func(c string) bool { return !slices.Contains(all, c) })
}

// moves reports whether the i-th column that a reference goes to may have another value
// afterwards: it changes, or is that of a row of the target that was found by other columns.
func (p *Plan) moves(r *Reference, i int) bool {
	if r.To < 0 {
		return false
	}
	parent, to := p.Steps[r.To], r.ToColumns[i]
	return parent.Changes[to] || len(parent.Load.Find) > 0 && !slices.Contains(parent.Load.Find, to) || parent.recalls(to)
}

// settle says of a table what follows from the changes.
func (p *Plan) follow(s *Step) {
	t := s.Load
	keyChanges := slices.ContainsFunc(t.Key, func(c string) bool { return s.Changes[c] })
	t.Map = len(t.Lists) > 0 || len(t.Find) > 0 || len(t.New) > 0 || keyChanges || t.Known != nil
	for _, c := range t.Key {
		if s.Changes[c] || s.recalls(c) {
			t.Was = append(t.Was, c)
		}
	}
	t.Unique = t.Unique && !keyChanges
	t.Straight = !t.Map && len(t.References) == 0 && !t.MapOnly
	for _, c := range t.Columns {
		t.Straight = t.Straight && c.Load && c.Expr == ""
	}
	if len(t.Lists) > 0 && len(t.Key) == 0 {
		p.Refuse(s, "others refer to it by values that change, and it has no key that tells its rows apart", "give it a primary key")
	}
	for _, r := range s.Periods {
		parent := p.Find(r.To)
		for i, c := range r.Columns {
			if parent != nil && parent.Changes[r.ToColumns[i]] && !s.Changes[c] {
				p.Refuse(s, gyro.Textf("%s refers to %s by PERIOD (%s), and can't follow its %s, which changes", strings.Join(r.Columns, ", "), r.To, r.Name, r.ToColumns[i]),
					gyro.Text("keep the ids of "+r.To.String()))
			}
		}
	}
	for _, id := range t.New {
		if len(id.Triggers) == 0 {
			continue
		}
		if len(t.Lists) > 0 {
			p.Refuse(s, gyro.Textf("only its trigger %s could give it new ids, while the rows go in, so that what refers to them could not follow", strings.Join(id.Triggers, ", ")),
				"keep its ids, count on from the highest ({MaxPlusOne}), add a number ({Offset}), or name them ({Fixed})")
		}
		for i := range t.Columns {
			t.Columns[i].Load = t.Columns[i].Load && t.Columns[i].Name != id.Column
		}
	}
	for _, id := range t.New {
		for _, c := range id.Derived {
			for _, r := range s.References {
				i := slices.Index(r.Columns, c)
				if i >= 0 && (r.Looked || r.To >= 0 && p.varies(p.Steps[r.To], r.ToColumns[i], map[string]bool{})) {
					p.Refuse(s, gyro.Textf("its ids are derived from %s, which refers to %s, whose %s is not the same in every target", c, r.Table, r.ToColumns[i]),
						gyro.Text("derive the ids of "+r.Table.String()+" as well, or keep them"))
				}
			}
		}
	}
}

// varies reports whether a column's value depends on the target: it is drawn there, or is that
// of a row that is there and known by other columns, or follows such a value.
func (p *Plan) varies(s *Step, column string, seen map[string]bool) bool {
	place := s.Name.String() + "." + column
	if seen[place] {
		return false
	}
	seen[place] = true
	if len(s.Load.Find) > 0 && !slices.Contains(s.Load.Find, column) {
		return true
	}
	for _, id := range s.Load.New {
		if id.Column == column {
			return id.Drawn()
		}
	}
	for _, r := range s.References {
		i := slices.Index(r.Columns, column)
		if i >= 0 && !r.Each && (r.Looked || r.To >= 0 && p.varies(p.Steps[r.To], r.ToColumns[i], seen)) {
			return true
		}
	}
	return false
}
