package csvdir

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/pgcsv"
)

// Step is one row on the way from a row to the reason why it is in its slice.
type Step struct {
	File  string
	Table string
	Row   int64 // from 1
	// Included says that no job selected the row: the next step's row refers to it, by that
	// row's reference Via. Else Job selected it.
	Included bool
	Job      int  // from 1; 0 where the manifest names none
	Query    bool // the job had a query
	Whole    bool // the job was the whole table
	// Restricted names the references that restricted the job and are not NULL in the row.
	Restricted []string
	// Via is the reference between this row and the next: the next row's, where this one is
	// included, else this row's. Empty in the last step.
	Via string
}

// Why gives the chain that brought a row into a slice, beginning with it. An included row is
// there because another refers to it; that one perhaps because a third does, up to a row that
// a job selected, and of all these chains it is a shortest. A selected row is there because of
// its job's query, or because the job takes the whole table, or else because it refers to
// another selected row.
func Why(ctx context.Context, path, name string, key []string) ([]Step, error) {
	s, err := usableSlice(path)
	if err != nil {
		return nil, err
	}
	row, err := s.rowNamed(ctx, name, key)
	if err != nil {
		return nil, err
	}
	w := &why{slice: s, included: map[*table]*keySet{}}
	steps, row, err := w.climb(ctx, row)
	if err != nil {
		return nil, err
	}
	return w.selected(ctx, steps, row)
}

// why is one Why.
type why struct {
	*slice
	included map[*table]*keySet // the keys of included rows
}

// listOf is the included rows of a table, or nil where it has none.
func (w *why) listOf(ctx context.Context, t *table) (*keySet, error) {
	if t.list == nil || w.included[t] != nil {
		return w.included[t], nil
	}
	set := &keySet{}
	begin := func() *listed { return &listed{key: t.rowKey, columns: t.list.refs[0].columns} }
	err := scanTable(ctx, w.slice, t.list, begin, func(_ int64, g *listed) error {
		set.merge(&g.set)
		return nil
	})
	set.seal()
	w.included[t] = set
	return set, err
}

type listed struct {
	key     *key
	columns []int
	printer printer
	set     keySet
}

func (l *listed) row(_ int64, row []pgcsv.Field) {
	if print, nulls := l.printer.of(l.key, l.columns, row); nulls == 0 {
		l.set.add(print)
	}
}

// climber is a row on the way up, and the one below it that it refers to.
type climber struct {
	found
	below *climber
	via   *reference // of this row, to below
}

// climb goes from an included row up to a row that a job selected, all ways at once. A row
// that was selected has no way to go.
func (w *why) climb(ctx context.Context, from found) ([]Step, found, error) {
	frontier := []*climber{{found: from}}
	seen := map[*key]map[imprint]bool{}
	if selected, err := w.isSelected(ctx, from, seen); err != nil || selected {
		return nil, from, err
	}
	for len(frontier) > 0 {
		above, top, err := w.above(ctx, frontier, seen)
		if err != nil {
			return nil, from, err
		}
		if top == nil {
			frontier = above
			continue
		}
		var steps []Step
		for c := top; c.below != nil; c = c.below {
			steps = append(steps, Step{File: c.below.table.File, Table: c.below.table.Table, Row: c.below.number, Included: true, Via: c.via.Name})
		}
		slices.Reverse(steps)
		return steps, top.found, nil
	}
	return nil, from, w.dir.failed("explain", errors.New(from.table.File+": the row is listed as included, but no selected row leads to it"), w.perhaps(from.table))
}

// perhaps says what else may have included a row of a table.
func (w *why) perhaps(of *table) string {
	var unknown []string
	for _, t := range w.tables {
		for _, r := range t.refs {
			if r.unknown && r.to == of && r.Missing != string(gyro.SetNull) {
				unknown = append(unknown, t.File+", "+r.Name)
			}
		}
	}
	if len(unknown) > 0 {
		return "it may be by a polymorphic reference whose condition files don't show: " + strings.Join(unknown, "; ")
	}
	return "gyro verify says whether the slice is what was taken"
}

// isSelected reports whether a job selected the row, and marks it as seen where not.
func (w *why) isSelected(ctx context.Context, row found, seen map[*key]map[imprint]bool) (bool, error) {
	list, err := w.listOf(ctx, row.table)
	if err != nil || list == nil {
		return true, err
	}
	var p printer
	k := row.table.rowKey
	print, _ := p.of(k, k.columns, row.fields)
	if !list.has(print) {
		return true, nil
	}
	if seen[k] == nil {
		seen[k] = map[imprint]bool{}
	}
	seen[k][print] = true
	return false, nil
}

// above gives the rows that refer to those of the frontier and were not seen yet, or the
// first one that was selected.
func (w *why) above(ctx context.Context, frontier []*climber, seen map[*key]map[imprint]bool) (above []*climber, top *climber, err error) {
	for _, t := range w.tables {
		if t.isList {
			continue
		}
		list, err := w.listOf(ctx, t)
		if err != nil {
			return nil, nil, err
		}
		wanted := wantedBy(t, frontier)
		if len(wanted) == 0 {
			continue
		}
		begin := func() *referrers { return &referrers{table: t, wanted: wanted, list: list, seen: seen[t.rowKey]} }
		err = scanTable(ctx, w.slice, t, begin, func(before int64, g *referrers) error {
			for _, c := range append(g.rows, g.top...) {
				c.number += before
			}
			above = append(above, g.rows...)
			if len(g.top) > 0 {
				top = g.top[0]
				return errEnough
			}
			return nil
		})
		if err != nil || top != nil {
			return nil, top, err
		}
	}
	for _, c := range above {
		if _, err := w.isSelected(ctx, c.found, seen); err != nil {
			return nil, nil, err
		}
	}
	return above, nil, nil
}

// wantedBy gives, for each reference of t that could have included a row of the frontier, the
// keys of these.
func wantedBy(t *table, frontier []*climber) map[*reference]map[imprint]*climber {
	var p printer
	wanted := map[*reference]map[imprint]*climber{}
	for _, r := range t.refs {
		if r.Missing == string(gyro.SetNull) || r.unknown {
			continue
		}
		for _, c := range frontier {
			if c.table != r.to {
				continue
			}
			print, nulls := p.of(r.key, r.key.columns, c.fields)
			if nulls > 0 {
				continue
			}
			if wanted[r] == nil {
				wanted[r] = map[imprint]*climber{}
			}
			if wanted[r][print] == nil {
				wanted[r][print] = c
			}
		}
	}
	return wanted
}

// referrers takes the rows of a block that refer to a wanted one.
type referrers struct {
	table   *table
	wanted  map[*reference]map[imprint]*climber
	list    *keySet
	seen    map[imprint]bool
	printer printer
	rows    []*climber // included ones
	top     []*climber // the first that was selected
}

func (g *referrers) row(number int64, row []pgcsv.Field) {
	if len(g.top) > 0 {
		return
	}
	for _, r := range g.table.refs {
		if g.wanted[r] == nil {
			continue
		}
		print, nulls := g.printer.by(r, row)
		below := g.wanted[r][print]
		if nulls > 0 || below == nil {
			continue
		}
		c := &climber{found: found{table: g.table, number: number, fields: keep(row)}, below: below, via: r}
		if g.list != nil {
			k := g.table.rowKey
			if print, _ := g.printer.of(k, k.columns, row); g.seen[print] {
				return
			} else if g.list.has(print) {
				g.rows = append(g.rows, c)
				return
			}
		}
		g.top = []*climber{c}
		return
	}
}

// selected goes from a selected row to the root of what restricted its job.
func (w *why) selected(ctx context.Context, steps []Step, row found) ([]Step, error) {
	var p printer
	for { // it ends: references that restrict lead to earlier jobs
		t := row.table
		step := Step{File: t.File, Table: t.Table, Row: row.number, Job: t.Job, Query: t.Query, Whole: t.Whole}
		var parents []*reference
		for _, r := range t.refs {
			if _, nulls := p.by(r, row.fields); nulls == 0 && r.restricts() {
				parents = append(parents, r)
				step.Restricted = append(step.Restricted, r.Name)
			}
		}
		var parent found
		if !t.Query && !t.Whole {
			for _, r := range parents {
				print, _ := p.of(r.key, r.columns, row.fields)
				var err error
				if parent, err = w.findKey(ctx, r.key, print); err != nil {
					return nil, err
				}
				if parent.number > 0 {
					step.Via = r.Name
					break
				}
			}
		}
		steps = append(steps, step)
		if parent.number == 0 {
			return steps, nil
		}
		row = parent
	}
}

// restricts reports whether the job of the reference's table selected by it.
func (r *reference) restricts() bool {
	if r.to == nil || r.to.Job == 0 || r.to.Job >= r.from.Job {
		return false
	}
	return r.Missing == string(gyro.Restrict) || r.Missing == ""
}
