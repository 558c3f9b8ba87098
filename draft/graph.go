package draft

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"github.com/gyrodata/gyro/schema"
)

// graph is which tables refer to which: those that a slice can be taken from, each with the rows that it is read with.
type graph struct {
	catalog  schema.Catalog
	tables   map[schema.Name]*schema.Table
	names    []schema.Name                  // sorted
	children map[schema.Name][]schema.Name  // who refers to a table, itself apart
	kinds    map[schema.Name][]*polymorphic // by table
	lookups  map[schema.Name]bool           // referred to by what hangs below a root, and hang below it by few rows alone
	leftOut  map[schema.Name]string         // why a table is never taken
}

// newGraph leaves out views, foreign tables, partitions, tables that are read through one which they inherit from, and those that
// are of a framework's own.
func newGraph(catalog schema.Catalog) *graph {
	g := &graph{catalog: catalog, tables: map[schema.Name]*schema.Table{}, lookups: map[schema.Name]bool{}, leftOut: map[schema.Name]string{}, kinds: map[schema.Name][]*polymorphic{}}
	through := map[schema.Name]bool{}
	for _, name := range catalog.Names() {
		if t := catalog[name]; t.PartitionOf.IsZero() && len(t.Heirs) > 0 && g.plain(name) {
			for _, heir := range catalog.Heirs(name) {
				through[heir] = true
			}
		}
	}
	for _, name := range catalog.Names() {
		t := catalog[name]
		switch why := ownAffair(t); {
		case t.Kind != schema.Ordinary && t.Kind != schema.Partitioned, !t.PartitionOf.IsZero(), through[name]:
		case why != "":
			g.leftOut[name] = why
		default:
			g.tables[name] = g.gathered(t)
		}
	}
	g.leaveOut()
	g.names = slices.SortedFunc(maps.Keys(g.tables), schema.Name.Compare)
	g.link()
	return g
}

// leaveOut leaves out the tables whose rows can't be without what is left out, or that refer by periods, which nothing follows.
func (g *graph) leaveOut() {
	for changed := true; changed; {
		changed = false
		for name, t := range g.tables {
			for _, r := range t.References {
				why := ""
				switch {
				case r.Period:
					why = "it refers to " + r.To.String() + " by PERIOD, which can't be followed"
				case g.leftOut[r.To] != "":
					why = "it refers to " + r.To.String() + ", which is left out"
				}
				if why != "" && !g.nullable(name, r) && g.leftOut[name] == "" {
					g.leftOut[name], changed = why, true
					delete(g.tables, name)
					break
				}
			}
		}
	}
}

// plain reports whether the tables that inherit from one have no columns of their own, so that it is read with their rows.
func (g *graph) plain(name schema.Name) bool {
	return !slices.ContainsFunc(g.catalog.Heirs(name), func(heir schema.Name) bool {
		return len(g.catalog[heir].Columns) != len(g.catalog[name].Columns)
	})
}

// gathered is a table with the references and rows of those that it is read with.
func (g *graph) gathered(t *schema.Table) *schema.Table {
	if len(t.Heirs) == 0 || !g.plain(t.Name) {
		return t
	}
	whole := *t
	var heirs []*schema.Table
	for _, name := range g.catalog.Heirs(t.Name) {
		heirs = append(heirs, g.catalog[name])
		if rows := g.catalog[name].Rows; rows > 0 {
			whole.Rows = max(0, whole.Rows) + rows
		}
	}
	whole.Gather(heirs)
	return &whole
}

// link finds who refers to whom.
func (g *graph) link() {
	g.children = map[schema.Name][]schema.Name{}
	for _, name := range g.names {
		for _, to := range g.parents(name) {
			g.children[to] = append(g.children[to], name)
		}
	}
}

// parents are the tables by whose rows those of a table are chosen, each once: not itself, not one that is only looked up.
func (g *graph) parents(name schema.Name) []schema.Name {
	var all []schema.Name
	add := func(to schema.Name) {
		if to != name && !slices.Contains(all, to) && g.tables[to] != nil {
			all = append(all, to)
		}
	}
	for _, r := range g.tables[name].References {
		if r.Period || g.lookups[name] && g.nullable(name, r) {
			continue
		}
		add(r.To)
	}
	for _, p := range g.kinds[name] {
		for _, k := range p.kinds {
			add(k.to)
		}
	}
	return all
}

// nullable reports whether a reference of one column may be NULL, and be made NULL without breaking what else the table keeps to.
func (g *graph) nullable(name schema.Name, r schema.Reference) bool {
	t := g.tables[name]
	if len(r.Columns) != 1 {
		return false
	}
	column := r.Columns[0]
	c, _ := t.Column(column)
	in := func(columns []string) bool { return slices.Contains(columns, column) }
	return !c.NotNull && !c.Generated && !in(t.PrimaryKey) && !slices.ContainsFunc(t.Unique, in) &&
		!slices.ContainsFunc(t.Rules, func(rule schema.Rule) bool { return in(rule.Columns) || in(rule.Where) }) &&
		len(slices.DeleteFunc(slices.Clone(t.References), func(other schema.Reference) bool { return !in(other.Columns) })) == 1
}

// below are a table and all that hangs below it, nearest first.
func (g *graph) below(root schema.Name) []schema.Name {
	all := []schema.Name{root}
	seen := map[schema.Name]bool{root: true}
	for i := 0; i < len(all); i++ {
		for _, child := range g.children[all[i]] {
			if !seen[child] {
				seen[child] = true
				all = append(all, child)
			}
		}
	}
	return all
}

// Candidate is a table that a slice may begin with.
type Candidate struct {
	Table schema.Name
	Rows  float64 // the planner's estimate; -1: not known
	// Below is how many tables hang below it, Direct how many of them refer to it themselves.
	Below, Direct int
	RowsBelow     float64 // of those that are known
	score         float64
}

// candidates are the tables that a slice may begin with, the best first: below whose few rows much hangs, by many references.
func (g *graph) candidates() []Candidate {
	var all []Candidate
	for _, name := range g.names {
		below := g.below(name)[1:]
		c := Candidate{Table: name, Rows: g.tables[name].Rows, Below: len(below), Direct: len(g.children[name])}
		for _, child := range below {
			c.RowsBelow += max(0, g.tables[child].Rows)
		}
		ratio := 1.0
		if c.Rows > 0 {
			ratio = c.RowsBelow / c.Rows
		}
		c.score = float64(c.Below*c.Direct) * math.Log2(2+ratio)
		if everywhere(name.Table) != nil {
			c.score = 0
		}
		all = append(all, c)
	}
	slices.SortStableFunc(all, func(a, b Candidate) int {
		if a.score == 0 && b.score == 0 { // nothing hangs below: the most rows
			return cmp.Compare(b.Rows, a.Rows)
		}
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.Rows, b.Rows))
	})
	return all
}
