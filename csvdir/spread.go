package csvdir

import (
	"context"
	"math/bits"

	"github.com/gyrodata/gyro/pgcsv"
)

// SpreadOptions say how [Spreads] works.
type SpreadOptions struct {
	// MemoryLimit bounds the memory for keys, in bytes; what does not fit is done in several passes over a file.
	// Default: 512 MiB.
	MemoryLimit int64
}

// Spread is how the rows that refer by one reference are spread over those that they refer to: how many children its
// parents have.
type Spread struct {
	File      string
	Table     string
	Reference string
	Columns   []string
	To        string
	Rows      int64 // that refer to a row
	Parents   int64 // rows of To
	Childless int64 // of Parents, those that no row refers to
	Most      int64 // children of one parent
	// Counts are the parents that have children, by how many: 1, 2, 3 to 4, 5 to 8, and so on. None is empty, but for one
	// between two that are not.
	Counts []SpreadCount
	// NotCounted says why files don't show it; empty: all of the above is counted.
	NotCounted string
}

// SpreadCount is the parents that have From to To children.
type SpreadCount struct{ From, To, Parents int64 }

// Spreads says of each reference of a slice how many children its parents have. It gives no value of a row, and takes the slice
// for one that [Verify] has proved. References of elements of arrays are left out.
//
// Each file that refers to others is streamed once, by all cores; the memory is 8 or 16 bytes for each reference of its rows,
// within the limit.
func Spreads(ctx context.Context, path string, opts SpreadOptions) ([]Spread, error) {
	s, err := usableSlice(path)
	if err != nil {
		return nil, err
	}
	var all []Spread
	for _, t := range s.tables {
		if t.isList {
			continue
		}
		spreads, err := s.spreads(ctx, t, VerifyOptions{MemoryLimit: opts.MemoryLimit}.memory())
		if err != nil {
			return nil, err
		}
		all = append(all, spreads...)
	}
	return all, nil
}

// spreads are those of a table's references.
func (s *slice) spreads(ctx context.Context, t *table, memory int64) ([]Spread, error) {
	all, counters, size := make([]Spread, len(t.refs)), []*spreadCounter(nil), int64(0)
	for i, r := range t.refs {
		all[i] = Spread{File: t.File, Table: t.Table, Reference: r.Name, Columns: r.Columns, To: r.Table}
		switch {
		case r.to == nil:
			all[i].NotCounted = "the slice does not have " + r.Table
		case r.NotProvable != "":
			all[i].NotCounted = r.NotProvable
		default:
			all[i].Parents = r.to.Rows
			counters = append(counters, &spreadCounter{reference: r, spread: &all[i]})
			size += keyBytes(r.key, t)
		}
	}
	parts := 1 + size/memory
	for part := range parts {
		if len(counters) == 0 {
			break
		}
		for _, c := range counters {
			c.part = keyPart{key: c.key, number: uint64(part), of: uint64(parts)} //nolint:gosec // not below 0
		}
		begin := func() *spreadRows { return &spreadRows{counters: counters, keys: make([]fingerprints, len(counters))} }
		err := scanTable(ctx, s, t, begin, func(_ int64, g *spreadRows) error {
			for i, c := range counters {
				c.keys.merge(&g.keys[i])
			}
			return ctx.Err()
		})
		if err != nil {
			return nil, err
		}
		for _, c := range counters {
			c.count()
		}
	}
	for _, c := range counters {
		c.end()
	}
	return all, nil
}

// spreadCounter counts the children of one reference's parents.
type spreadCounter struct {
	*reference
	spread  *Spread
	part    keyPart
	keys    fingerprints
	parents [65]int64 // with children, by the bits of their number less one
}

// count takes the keys that were collected.
func (c *spreadCounter) count() {
	sortNumbers(c.keys.numbers)
	sortSums(c.keys.sums)
	runs(c.keys.numbers, c.add)
	runs(c.keys.sums, c.add)
	c.keys = fingerprints{}
}

// runs tells the length of each run of what is the same.
func runs[E comparable](sorted []E, tell func(n int64)) {
	for i := 0; i < len(sorted); {
		end := i + 1
		for end < len(sorted) && sorted[end] == sorted[i] {
			end++
		}
		tell(int64(end - i))
		i = end
	}
}

func (c *spreadCounter) add(children int64) {
	c.spread.Rows += children
	c.spread.Most = max(c.spread.Most, children)
	c.parents[bits.Len64(uint64(children-1))]++ //nolint:gosec // at least 1
}

func (c *spreadCounter) end() {
	with := int64(0)
	for i := range bits.Len64(uint64(c.spread.Most)) + 1 { //nolint:gosec // not below 0
		from, to := int64(1), int64(1)
		if i > 0 {
			from, to = 1<<(i-1)+1, 1<<i
		}
		if with += c.parents[i]; with > 0 && from <= c.spread.Most {
			c.spread.Counts = append(c.spread.Counts, SpreadCount{from, to, c.parents[i]})
		}
	}
	c.spread.Childless = max(0, c.spread.Parents-with)
}

// spreadRows takes what the rows of a block refer to.
type spreadRows struct {
	counters []*spreadCounter
	printer  printer
	keys     []fingerprints
}

func (g *spreadRows) row(_ int64, row []pgcsv.Field) {
	for i, c := range g.counters {
		if print, nulls := g.printer.by(c.reference, row); nulls == 0 && c.part.holds(print) {
			g.keys[i].add(print)
		}
	}
}
