package picture

import (
	"cmp"
	"slices"
)

// A picture of few tables has a line for each reference. One of many would be a ball of wool: there, what leads to a table
// that many refer to, or to one of another schema, is written into the box that it leads from, and what hangs together by
// the lines that are left is drawn together.
const (
	fewTables      = 30
	manyReferrers  = 12 // of a table whose lines are not drawn; less, down to leastReferrers, while a group is too large
	leastReferrers = 3
	largeGroup     = 45 // tables that hang together
)

// group is tables that are drawn together: all of those of a schema, or of all.
type group struct {
	title      string
	components [][]int // tables that lines hold together, of two and more
	alone      []int   // tables without lines
}

// split says which bundles are lines, and which are written; and puts the tables into groups.
func (g *Graph) split(bundles []bundle) (lines, written []bundle, groups []group) {
	titles := g.titles()
	inside := func(b bundle) bool { return titles[b.from] == titles[b.to] }
	for limit := manyReferrers; ; limit-- {
		lines, written = nil, nil
		hubs := g.hubs(bundles, limit)
		for _, b := range bundles {
			if b.from == b.to || !inside(b) || hubs[b.to] {
				written = append(written, b)
			} else {
				lines = append(lines, b)
			}
		}
		components := components(len(g.Tables), lines)
		largest := 0
		for _, c := range components {
			largest = max(largest, len(c))
		}
		if len(g.Tables) > fewTables && largest > largeGroup && limit > leastReferrers {
			continue
		}
		return lines, written, grouped(titles, components)
	}
}

// titles are the schemas of the tables where these are groups of their own; else empty ones.
func (g *Graph) titles() []string {
	titles, schemas := make([]string, len(g.Tables)), map[string]bool{}
	for _, t := range g.Tables {
		schemas[t.Name.Schema] = true
	}
	if len(schemas) > 1 && len(g.Tables) > fewTables {
		for i, t := range g.Tables {
			titles[i] = t.Name.Schema
		}
	}
	return titles
}

// hubs are the tables that more others refer to than limit.
func (g *Graph) hubs(bundles []bundle, limit int) map[int]bool {
	hubs := map[int]bool{}
	if len(g.Tables) <= fewTables {
		return hubs
	}
	type pair struct{ from, to int }
	seen, referrers := map[pair]bool{}, make([]int, len(g.Tables))
	for _, b := range bundles {
		if p := (pair{b.from, b.to}); b.from != b.to && !seen[p] {
			seen[p] = true
			if referrers[b.to]++; referrers[b.to] > limit {
				hubs[b.to] = true
			}
		}
	}
	return hubs
}

// components are the tables that lines hold together, in the order of their first.
func components(n int, lines []bundle) [][]int {
	root := make([]int, n)
	for i := range root {
		root[i] = i
	}
	find := func(i int) int {
		for root[i] != i {
			root[i] = root[root[i]]
			i = root[i]
		}
		return i
	}
	for _, b := range lines {
		from, to := find(b.from), find(b.to)
		root[max(from, to)] = min(from, to)
	}
	var all [][]int
	at := map[int]int{}
	for i := range n {
		k, ok := at[find(i)]
		if !ok {
			k = len(all)
			at[find(i)] = k
			all = append(all, nil)
		}
		all[k] = append(all[k], i)
	}
	return all
}

// grouped puts components under their titles, the largest first.
func grouped(titles []string, components [][]int) []group {
	var groups []group
	for _, c := range components {
		k := slices.IndexFunc(groups, func(g group) bool { return g.title == titles[c[0]] })
		if k < 0 {
			k = len(groups)
			groups = append(groups, group{title: titles[c[0]]})
		}
		if len(c) == 1 {
			groups[k].alone = append(groups[k].alone, c[0])
		} else {
			groups[k].components = append(groups[k].components, c)
		}
	}
	for _, g := range groups {
		slices.SortStableFunc(g.components, func(a, b []int) int { return cmp.Compare(len(b), len(a)) })
	}
	return groups
}
