package export

import (
	"maps"
	"slices"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/internal/masking"
	"github.com/gyrodata/gyro/schema"
)

// domain is columns in which equal values become equal ones: a key with all that refers to it, and those of one [gyro.Mask.ByValue].
type domain struct {
	members []member
	// fits is what a value has to fit: the narrowest column.
	fits schema.Column
}

// member is a column of a step.
type member struct {
	step   *step
	column string
}

func (m member) mask() gyro.Mask { return m.step.masks[m.column] }
func (m member) masked() bool    { return !m.mask().IsZero() && !m.mask().Keeps() }
func (m member) place() gyro.Text {
	return gyro.Textf("table %s, column %q", m.step.table.Name, m.column)
}
func (m member) typ() *schema.Column { c, _ := m.step.table.Column(m.column); return &c }

// refuse is a mistake of the column.
func (m member) refuse(problem, hint gyro.Text) gyro.Mistake {
	return gyro.Mistake{Place: m.place(), Problem: problem, Hint: hint}
}

// fitted is the column that the values of a mask have to fit.
func (s *step) fitted(column string) schema.Column {
	if d := s.domains[column]; d != nil {
		return d.fits
	}
	c, _ := s.table.Column(column)
	return c
}

// spreadMasks gives what refers to a masked key the key's mask, and sees to it that columns of one domain agree.
func (s Slice) spreadMasks(catalog schema.Catalog, steps []*step) gyro.Mistakes {
	var found gyro.Mistakes
	for _, d := range referring(steps) {
		found = append(found, d.spread(steps)...)
	}
	if len(found) > 0 {
		return found
	}
	domains := named(steps)
	for _, name := range slices.Sorted(maps.Keys(domains)) {
		found = append(found, domains[name].agree(s.elsewhere(catalog, steps, name))...)
	}
	return append(found, s.agreeInside(catalog, steps, domains)...)
}

// named are the domains that masks name.
func named(steps []*step) map[string]*domain {
	all := map[string]*domain{}
	for _, st := range steps {
		for _, c := range st.table.Columns {
			if mask := st.masks[c.Name]; mask.Domain != "" {
				if all[mask.Domain] == nil {
					all[mask.Domain] = new(domain)
				}
				all[mask.Domain].members = append(all[mask.Domain].members, member{st, c.Name})
			}
		}
	}
	return all
}

// elsewhere are the columns of a domain in tables that the run does not take: the same value is to come out there.
func (s Slice) elsewhere(catalog schema.Catalog, steps []*step, name string) []schema.Column {
	var all []schema.Column
	for _, importer := range s.Importers {
		table := catalog[importer.Model.Name()]
		if table == nil || find(steps, table.Name) != nil {
			continue
		}
		for key, c := range importer.Columns {
			columns, mistake := gyro.ColumnsOf(table, key, c, "")
			if mistake != nil || len(columns) != 1 {
				continue
			}
			column, _ := table.Column(columns[0])
			if all = append(all, typedParts(c.Mask, column, name)...); c.Mask.Domain == name {
				all = append(all, column)
			}
		}
	}
	return all
}

// referring are the keys one column of which is masked, each with all that refers to it. A column of a primary key that nobody
// refers to is one too.
func referring(steps []*step) []*domain {
	neighbours, order := map[member][]member{}, []member(nil)
	for _, st := range steps {
		for _, c := range st.table.Columns {
			if m := (member{st, c.Name}); m.masked() {
				order = append(order, m)
			}
		}
		for _, r := range st.references {
			for i, name := range r.Columns {
				if r.parent != nil && r.When == "" {
					from, to := member{st, name}, member{r.parent, r.ToColumns[i]}
					neighbours[from], neighbours[to] = append(neighbours[from], to), append(neighbours[to], from)
				}
			}
		}
	}
	var all []*domain
	seen := map[member]bool{}
	for _, first := range order {
		if seen[first] || len(neighbours[first]) == 0 && !slices.Contains(first.step.table.PrimaryKey, first.column) && !first.referredOddly(steps) {
			continue
		}
		d := &domain{members: []member{first}}
		seen[first] = true
		for i := 0; i < len(d.members); i++ {
			for _, next := range neighbours[d.members[i]] {
				if !seen[next] {
					seen[next] = true
					d.members = append(d.members, next)
				}
			}
		}
		all = append(all, d)
	}
	return all
}

// referredOddly reports whether a reference leads to the column by which the mask can't be followed: one that stands in some rows, or in
// the elements of an array, or one of periods.
func (m member) referredOddly(steps []*step) bool {
	to := func(r schema.Reference) bool {
		return r.To == m.step.table.Name && slices.Contains(r.ToColumns, m.column)
	}
	for _, st := range steps {
		for _, r := range st.references {
			if (r.When != "" || r.Period) && to(r.Reference) || r.Period && st == m.step && slices.Contains(r.Columns, m.column) {
				return true
			}
		}
		if slices.ContainsFunc(st.arrays, to) {
			return true
		}
	}
	return false
}

// spread gives all columns of a key's domain its mask.
func (d *domain) spread(steps []*step) gyro.Mistakes {
	roots := d.roots()
	i := slices.IndexFunc(roots, func(m member) bool { return m.masked() })
	if i < 0 {
		var found gyro.Mistakes
		for _, m := range d.members {
			if m.masked() {
				found.Add(m.refuse(gyro.Textf("it is a part of a reference, and the key that it refers to is not masked: %s", roots[0].place()), "mask that: what refers to it follows"))
			}
		}
		return found
	}
	from := roots[i]
	mask := from.mask()
	if mask.Rows != "" {
		var found gyro.Mistakes
		found.Add(from.refuse("it is a key, and its mask has a condition: what refers to it would not know where it holds", "mask it in all rows"))
		return found
	}
	found := d.agree(nil)
	for _, m := range d.members {
		c := *m.typ()
		switch own := m.mask(); {
		case own.IsZero() && slices.Contains(roots, m):
			found.Add(m.refuse(gyro.Textf("what refers to it refers to %s too, which is masked", from.place()), "the same mask"))
		case !own.IsZero() && own.String() != mask.String():
			found.Add(m.refuse(gyro.Textf("it goes with %s, and that has another mask", from.place()), "leave its own out"))
		case m.step.choosesBy(m.column), m.referredOddly(steps):
			found.Add(m.refuse("a polymorphic reference, one in each element of an array, or one by periods has to do with it, and its keys would stay", gyro.Textf("keep %s", from.place())))
		case c.Generated:
			found.Add(m.refuse(gyro.Textf("it goes with %s, and is computed by the database", from.place()), ""))
		case !byValue(mask, d.fits):
			found.Add(m.refuse("it is a key, or refers to one, and the mask does not keep values apart by what they are",
				"token, hash, or a unique fake by value ({Domain}), where the column has room; new ids are for who loads the slice"))
		case !c.PrintsOnce():
			found.Add(m.refuse("equal values of its type may be written differently, and so be masked differently", "keep it"))
		}
	}
	if len(found) > 0 {
		return found
	}
	for _, m := range d.members {
		m.step.masks[m.column], m.step.keys.masked = mask, true
	}
	return nil
}

// roots are the keys that refer to none of the others: of them a mask has to be said. In a circle all are.
func (d *domain) roots() []member {
	var all []member
	for _, m := range d.members {
		refers := slices.ContainsFunc(m.step.references, func(r *reference) bool {
			i := slices.Index(r.Columns, m.column)
			return i >= 0 && r.parent != nil && r.When == "" && (member{r.parent, r.ToColumns[i]}) != m
		})
		if !refers {
			all = append(all, m)
		}
	}
	if len(all) == 0 {
		return d.members
	}
	return all
}

// byValue reports whether a mask gives values that differ others that differ, and equal ones equal ones.
func byValue(mask gyro.Mask, column schema.Column) bool {
	if !mask.Unique || mask.Bits == nil {
		return false
	}
	if mask.Fake != nil {
		return mask.Domain != "" && mask.Bits(column) >= masking.WideBits
	}
	return mask.SQL != nil && mask.Bits(column) > 0
}

// agree settles what all values of the domain have to fit.
func (d *domain) agree(elsewhere []schema.Column) gyro.Mistakes {
	var found gyro.Mistakes
	d.fits = *d.members[0].typ()
	for _, m := range d.members {
		switch first := d.members[0]; {
		case family(*m.typ()) != family(*first.typ()):
			found.Add(m.refuse(gyro.Textf("it goes with %s, and is of another type", first.place()), "columns of one type, or masks of their own"))
		case m.mask().Domain != "" && first.mask().Name != m.mask().Name:
			found.Add(m.refuse(gyro.Textf("its mask names the domain of %s, and is another: %s and %s", first.place(), m.mask().Name, first.mask().Name), "one mask for a {Domain}"))
		}
		d.narrow(*m.typ())
		if m.step.domains == nil {
			m.step.domains = map[string]*domain{}
		}
		m.step.domains[m.column] = d
	}
	for _, c := range elsewhere {
		d.narrow(c)
	}
	return found
}

// family tells types apart between which a value's text stays as it is.
func family(c schema.Column) string {
	switch t := c.Underlying(); t.Base {
	case "text", "character varying":
		return "text"
	case "character":
		return t.Base + t.Size
	default:
		return t.Base
	}
}
