package draft

import (
	"context"
	"slices"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/schema"
)

// lookupRows is how many rows a table may have that is looked up.
const lookupRows = 5_000

// findLookups finds the tables that hang below others by references which most of their rows do not have, such as who made a
// country: others look things up in them, and would lose their rows if they were chosen so. The planner's statistics say how
// many rows have NULL there.
func (g *graph) findLookups(ctx context.Context, snapshot driver.Snapshot) error {
	var (
		names []schema.Name
		asked []driver.Selection
	)
	for _, name := range g.names {
		t := g.tables[name]
		if t.Rows <= 0 || t.Rows > lookupRows || len(g.children[name]) == 0 || len(g.parents(name)) == 0 {
			continue
		}
		own := slices.DeleteFunc(slices.Clone(t.References), func(r schema.Reference) bool { return r.To == name || g.tables[r.To] == nil })
		if slices.ContainsFunc(own, func(r schema.Reference) bool { return !g.nullable(name, r) }) {
			continue
		}
		for _, r := range own {
			names = append(names, name)
			asked = append(asked, driver.Selection{Table: t, Query: gyro.Where(schema.QuoteName(r.Columns[0]) + " IS NULL"), Unsorted: true, Orphans: true})
		}
	}
	if len(asked) == 0 {
		return nil
	}
	estimates, err := snapshot.Explain(ctx, asked...)
	if err != nil {
		return err //nolint:wrapcheck // it says operation and place itself
	}
	for i, name := range names {
		sparse := estimates[i].Rows*2 > g.tables[name].Rows
		if was, known := g.lookups[name]; known {
			sparse = sparse && was
		}
		g.lookups[name] = sparse
	}
	g.link()
	return nil
}
