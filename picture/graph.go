package picture

import (
	"slices"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/schema"
)

// Graph is tables and what they refer to. Each reference leads from one of Tables to one.
type Graph struct {
	Tables     []Table
	References []Reference
	// Expected: the rows that are taken are what a planner expects.
	Expected bool
}

// Unknown is a number of rows that is not known.
const Unknown = -1

// Table is one table of a [Graph].
type Table struct {
	Name schema.Name
	// Taken is how many rows of it are, There how many it has; Unknown where nobody said.
	Taken, There int64
	Masked       int  // columns in whose place something else is written
	Outside      bool // no row of it is taken, and taken rows refer to it
}

// Reference is one reference of a [Graph].
type Reference struct {
	From, To schema.Name
	Columns  []string
	// Missing is what becomes of rows that refer to a row which was not selected; empty: nothing is said.
	Missing gyro.Missing
	Nature  Nature
}

// Nature is what stands behind a reference.
type Nature string

// The natures.
const (
	ForeignKey  Nature = ""
	NotEnforced Nature = "not enforced" // the database does not see to it that it leads to a row
	Polymorphic Nature = "polymorphic"  // it stands in some rows only
	Array       Nature = "array"        // it stands in each element
)

// OfCatalog is the graph of all tables of a database: not of views, nor of partitions, which their table stands for.
func OfCatalog(catalog schema.Catalog) Graph {
	var g Graph
	for name, table := range catalog {
		if !table.PartitionOf.IsZero() || table.Kind == schema.View || table.Kind == schema.MaterializedView {
			continue
		}
		g.Tables = append(g.Tables, Table{Name: name, Taken: Unknown, There: there(catalog, name)})
		for _, r := range table.References {
			one := Reference{From: name, To: standsFor(catalog, r.To), Columns: r.Columns}
			if !r.Enforced {
				one.Nature = NotEnforced
			}
			if r.When != "" {
				one.Nature = Polymorphic
			}
			g.References = append(g.References, one)
		}
	}
	slices.SortFunc(g.Tables, func(a, b Table) int { return a.Name.Compare(b.Name) })
	slices.SortStableFunc(g.References, func(a, b Reference) int { return a.From.Compare(b.From) })
	g.addOutside(catalog)
	return g
}

// standsFor is the table in whose place a partition is not drawn.
func standsFor(catalog schema.Catalog, name schema.Name) schema.Name {
	for range len(catalog) {
		table := catalog[name]
		if table == nil || table.PartitionOf.IsZero() {
			break
		}
		name = table.PartitionOf
	}
	return name
}

// OfManifest is the graph of a slice. A catalog of its source, or nil, says how many rows are there, and what the
// database enforces: without it a reference of a slice counts as enforced, for the slice holds to it.
func OfManifest(m driver.Manifest, catalog schema.Catalog) (Graph, error) {
	var g Graph
	for _, f := range m.Files {
		name, err := schema.ParseName(f.Table)
		if err != nil {
			return Graph{}, err
		}
		table := Table{Name: name, Taken: f.Rows, There: there(catalog, name)}
		for _, c := range f.Columns {
			if isMasked(c) {
				table.Masked++
			}
		}
		g.Tables = append(g.Tables, table)
		for _, list := range []struct {
			references []driver.ManifestReference
			nature     Nature
		}{{f.References, ForeignKey}, {f.Polymorphic, Polymorphic}, {f.Arrays, Array}} {
			for _, r := range list.references {
				to, err := schema.ParseName(r.Table)
				if err != nil {
					return Graph{}, err
				}
				one := Reference{From: name, To: to, Columns: r.Columns, Missing: gyro.Missing(r.Missing), Nature: list.nature}
				if one.Nature == ForeignKey && catalog != nil && !enforced(catalog[name], to, r) {
					one.Nature = NotEnforced
				}
				g.References = append(g.References, one)
			}
		}
	}
	g.addOutside(catalog)
	return g, nil
}

// there is how many rows a table has, as far as its catalog knows.
func there(catalog schema.Catalog, name schema.Name) int64 {
	if table := catalog[name]; table != nil && table.Rows >= 0 {
		return int64(table.Rows)
	}
	return Unknown
}

// enforced reports whether the database sees to a reference.
func enforced(table *schema.Table, to schema.Name, r driver.ManifestReference) bool {
	wanted := schema.Reference{To: to, Columns: r.Columns, ToColumns: r.ToColumns}
	return table != nil && slices.ContainsFunc(table.References, func(own schema.Reference) bool { return own.Enforced && own.Same(wanted) })
}

// addOutside adds the tables that are referred to and are not there.
func (g *Graph) addOutside(catalog schema.Catalog) {
	known := map[schema.Name]bool{}
	for _, t := range g.Tables {
		known[t.Name] = true
	}
	for _, r := range g.References {
		if !known[r.To] {
			known[r.To] = true
			g.Tables = append(g.Tables, Table{Name: r.To, Taken: Unknown, There: there(catalog, r.To), Outside: true})
		}
	}
}

// isMasked reports whether something else stands in the values' place.
func isMasked(c driver.ManifestColumn) bool { return c.Mask != "" && c.Mask != kept }

// kept is what a manifest calls a column that was looked at, and whose clear values are written.
const kept = "keep"

// Rest adds the tables of another graph that are not there, as tables of which no row is taken, with their references.
func (g *Graph) Rest(all Graph) {
	taken := map[schema.Name]bool{}
	for _, t := range g.Tables {
		taken[t.Name] = !t.Outside
	}
	for _, t := range all.Tables {
		if _, there := taken[t.Name]; !there {
			t.Outside = true
			g.Tables = append(g.Tables, t)
		}
	}
	for _, r := range all.References {
		if !taken[r.From] {
			g.References = append(g.References, r)
		}
	}
}

// bundle is the references between two tables that are drawn alike.
type bundle struct {
	from, to int // of Tables
	missing  gyro.Missing
	nature   Nature
	columns  [][]string // of each
}

// bundles puts together what is drawn as one line.
func (g *Graph) bundles() []bundle {
	at := map[schema.Name]int{}
	for i, t := range g.Tables {
		at[t.Name] = i
	}
	type alike struct {
		from, to int
		missing  gyro.Missing
		nature   Nature
	}
	known := map[alike]int{}
	var all []bundle
	for _, r := range g.References {
		key := alike{at[r.From], at[r.To], r.Missing, r.Nature}
		i, ok := known[key]
		if !ok {
			i = len(all)
			known[key] = i
			all = append(all, bundle{from: key.from, to: key.to, missing: r.Missing, nature: r.Nature})
		}
		all[i].columns = append(all[i].columns, r.Columns)
	}
	return all
}
