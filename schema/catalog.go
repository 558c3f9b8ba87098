package schema

import (
	"maps"
	"slices"
)

// Catalog is a set of tables by name: a database's, or those of a slice.
type Catalog map[Name]*Table

// Names gives the names of all tables, sorted.
func (c Catalog) Names() []Name {
	return slices.SortedFunc(maps.Keys(c), Name.Compare)
}

// Root gives the partitioned table that a table's rows are the rows of as well, at the top; the table itself where it
// is no partition.
func (c Catalog) Root(name Name) Name {
	for t := c[name]; t != nil && !t.PartitionOf.IsZero(); t = c[name] {
		name = t.PartitionOf
	}
	return name
}

// Heirs gives the tables that inherit from another, at any depth, each once.
func (c Catalog) Heirs(name Name) []Name {
	var all []Name
	for i := -1; i < len(all); i++ {
		if i >= 0 {
			name = all[i]
		}
		for _, heir := range c[name].Heirs {
			if !slices.Contains(all, heir) {
				all = append(all, heir)
			}
		}
	}
	return all
}

// Nearest gives the table name most like the one that was not found, or "" where none
// is near.
func (c Catalog) Nearest(name Name) string {
	names := make([]string, 0, len(c))
	for _, n := range c.Names() {
		if n.Table == name.Table {
			return n.String() // the same table in another schema
		}
		names = append(names, n.String())
	}
	return Nearest(name.String(), names)
}

// Nearest gives the candidate most like name: equal but for case and underscores, or
// within an edit distance of a third of its length; "" where none is.
func Nearest(name string, candidates []string) string {
	best, bestDistance := "", len(name)/3+1
	folded := fold(name)
	for _, candidate := range candidates {
		if d := distance(folded, fold(candidate)); d < bestDistance {
			best, bestDistance = candidate, d
		}
	}
	return best
}

// fold lowers letters and drops underscores, blanks and hyphens.
func fold(s string) []rune {
	var out []rune
	for _, r := range s {
		switch {
		case r == '_' || r == ' ' || r == '-':
		case 'A' <= r && r <= 'Z':
			out = append(out, r-'A'+'a')
		default:
			out = append(out, r)
		}
	}
	return out
}

// distance is the number of insertions, deletions, substitutions and swaps of
// neighbours that lead from a to b (optimal string alignment).
func distance(a, b []rune) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d := min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, rows[i-2][j-2]+1)
			}
			rows[i][j] = d
		}
	}
	return rows[len(a)][len(b)]
}
