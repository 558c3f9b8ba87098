package csvdir

import (
	"context"
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/pgcsv"
)

// pathStep is a row on the way up, and the one below it that is here because of it.
type pathStep struct {
	found
	below    *pathStep
	via      *reference // of this row, to below; where that followed, of that to this row
	followed bool
}

// path goes from an included row up to a row that a job selected, all ways at once. A row
// that was selected has no way to go.
func (w *why) path(ctx context.Context, from found) ([]Reason, found, error) {
	frontier := []*pathStep{{found: from}}
	seen := map[*key]map[fingerprint]bool{}
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
		var steps []Reason
		for c := top; c.below != nil; c = c.below {
			step := Reason{
				File: c.below.table.File, Table: c.below.table.Table, Row: c.below.number, Key: c.below.named(),
				Included: true, Followed: c.followed, Via: c.via.Name,
			}
			step.columns(c.via)
			steps = append(steps, step)
		}
		slices.Reverse(steps)
		return steps, top.found, nil
	}
	return nil, from, errNoWay
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
func (w *why) isSelected(ctx context.Context, row found, seen map[*key]map[fingerprint]bool) (bool, error) {
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
		seen[k] = map[fingerprint]bool{}
	}
	seen[k][print] = true
	return false, nil
}

// above gives the rows because of which those of the frontier are here, and which were not
// seen yet, or the first one that was selected.
func (w *why) above(ctx context.Context, frontier []*pathStep, seen map[*key]map[fingerprint]bool) (above []*pathStep, top *pathStep, err error) {
	for _, t := range w.tables {
		if t.isList {
			continue
		}
		list, err := w.listOf(ctx, t)
		if err != nil {
			return nil, nil, err
		}
		wanted, leaders := w.wantedBy(t, frontier), referredIn(t, frontier)
		if len(wanted)+len(leaders) == 0 {
			continue
		}
		begin := func() *referrers {
			return &referrers{table: t, wanted: wanted, leaders: leaders, list: list, seen: seen[t.rowKey]}
		}
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
func (w *why) wantedBy(t *table, frontier []*pathStep) map[*reference]map[fingerprint]*pathStep {
	var p printer
	wanted := map[*reference]map[fingerprint]*pathStep{}
	for _, r := range t.refs {
		if r.Missing == string(gyro.SetNull) || r.unknown || t.Follow && r.restricts() && !w.generous {
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
				wanted[r] = map[fingerprint]*pathStep{}
			}
			if wanted[r][print] == nil {
				wanted[r][print] = c
			}
		}
	}
	return wanted
}

// leader is a reference by which rows of the frontier may have followed others, and their keys.
type referred struct {
	*reference
	keys map[fingerprint]*pathStep
}

// leadersIn gives, for each reference by which a row of the frontier may have followed one of
// t, the keys of these.
func referredIn(t *table, frontier []*pathStep) []referred {
	var (
		p       printer
		leaders []referred
	)
	for _, c := range frontier {
		for _, r := range c.table.refs {
			if !c.table.Follow || r.to != t || !r.restricts() {
				continue
			}
			print, nulls := p.by(r, c.fields)
			if nulls > 0 {
				continue
			}
			i := slices.IndexFunc(leaders, func(l referred) bool { return l.reference == r })
			if i < 0 {
				i = len(leaders)
				leaders = append(leaders, referred{r, map[fingerprint]*pathStep{}})
			}
			if leaders[i].keys[print] == nil {
				leaders[i].keys[print] = c
			}
		}
	}
	return leaders
}

// referrers takes the rows of a block that refer to a wanted one, and the included ones that
// a wanted one followed.
type referrers struct {
	table   *table
	wanted  map[*reference]map[fingerprint]*pathStep
	leaders []referred
	list    *keySet
	seen    map[fingerprint]bool
	printer printer
	rows    []*pathStep // included ones
	top     []*pathStep // the first that was selected
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
		if below := g.wanted[r][print]; nulls == 0 && below != nil {
			g.add(&pathStep{found: found{table: g.table, number: number, fields: keep(row)}, below: below, via: r})
			return
		}
	}
	for _, l := range g.leaders {
		print, nulls := g.printer.of(l.key, l.key.columns, row)
		if below := l.keys[print]; nulls == 0 && below != nil {
			g.add(&pathStep{found: found{table: g.table, number: number, fields: keep(row)}, below: below, via: l.reference, followed: true})
			return
		}
	}
}

// add takes a row that was selected, or included and not seen.
func (g *referrers) add(c *pathStep) {
	included := false
	if g.list != nil {
		k := g.table.rowKey
		print, _ := g.printer.of(k, k.columns, c.fields)
		if g.seen[print] {
			return
		}
		included = g.list.has(print)
	}
	switch {
	case included:
		g.rows = append(g.rows, c)
	case !c.followed: // a selected row is followed by none
		g.top = []*pathStep{c}
	}
}
