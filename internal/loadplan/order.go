package loadplan

import (
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/schema"
)

// Parents are the tables that a table refers to.
func Parents(table *schema.Table) []schema.Name {
	var names []schema.Name
	for _, r := range table.References {
		names = append(names, r.To)
	}
	return names
}

// Order finds the tables that have to be inserted together, and the order of the maps.
func (p *Plan) Order() {
	var names, all []schema.Name
	number := map[schema.Name]int{}
	for i, s := range p.Steps {
		number[s.Name] = i
		all = append(all, s.Name)
		if !s.Load.MapOnly {
			names = append(names, s.Name)
		}
	}
	// A partition's keys are those of the table that it is part of: the target's foreign keys
	// alone decide what has to be there first.
	for _, component := range schema.Components(names, func(n schema.Name) []schema.Name { return Parents(p.Steps[number[n]].Load.Table) }) {
		var circle []int
		for _, n := range component {
			circle = append(circle, number[n])
		}
		p.Circles = append(p.Circles, circle)
		if len(circle) > 1 {
			p.circle(circle)
		}
	}
	for _, component := range schema.Components(all, func(n schema.Name) []schema.Name { return p.before(p.Steps[number[n]]) }) {
		s := p.Steps[number[component[0]]]
		switch {
		case len(component) > 1:
			var words []string
			for _, n := range component {
				words = append(words, n.String())
			}
			p.Refuse(s, gyro.Text("the keys of "+strings.Join(words, ", ")+" follow each other in a circle: no new one can be found first"),
				"keep the ids of one of them, or leave the reference out of its natural key")
		case slices.Contains(p.before(s), s.Name):
			p.Refuse(s, "its key, or natural key, contains a reference to the table itself: no new one can be found first",
				"keep its ids, or leave the reference out of its natural key")
		}
		for _, n := range component {
			p.Maps = append(p.Maps, number[n])
		}
	}
}

// circle keeps tables of a circle from being copied straight where a foreign key can't wait.
func (p *Plan) circle(circle []int) {
	for _, i := range circle {
		for _, r := range p.Steps[i].Load.Table.References {
			inside := slices.ContainsFunc(circle, func(j int) bool { return j != i && p.Steps[j].Name == r.To })
			if inside && !r.Deferrable {
				for _, j := range circle {
					p.Steps[j].Load.Straight = false
				}
				return
			}
		}
	}
}

// before gives the tables whose maps have to be there before a table's own.
func (p *Plan) before(s *Step) []schema.Name {
	t := s.Load
	if !t.Map {
		return nil
	}
	columns := slices.Concat(append([][]string{t.Key, t.Find}, t.Lists...)...)
	for _, id := range t.New {
		columns = append(columns, id.Derived...)
	}
	var names []schema.Name
	for _, r := range t.References {
		if r.To >= 0 && r.Gives(columns) {
			names = append(names, p.Steps[r.To].Name)
		}
	}
	return names
}
