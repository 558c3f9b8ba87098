package csvdir

import (
	"context"
	"errors"
	"fmt"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/pgcsv"
)

// Reason is one row on the way from a row to the reason why it is in its slice.
type Reason struct {
	File  string `json:"file"`
	Table string `json:"table"`
	Row   int64  `json:"row"` // from 1
	// Key is what the row is named by, as it stands in the file: the values of the primary key, or of a unique key
	// without NULLs; none where the table has neither.
	Key []string `json:"key,omitempty"`
	// Included says that no job selected the row: the next step's row refers to it, by that
	// row's reference Via. Else Job selected it.
	Included bool `json:"included"`
	// Followed says of an included row that it is here because its job follows: it refers to
	// the next step's row, an included one, by its own reference Via.
	Followed bool `json:"followed,omitempty"`
	Job      int  `json:"job,omitempty"`   // from 1; 0 where the manifest names none
	Query    bool `json:"query,omitempty"` // the job had a query
	Whole    bool `json:"whole,omitempty"` // the job was the whole table
	// Restricted names the references that restricted the job and are not NULL in the row.
	Restricted []string `json:"restricted,omitempty"`
	// Via is the reference between this row and the next: the next row's, where this one is
	// included and not followed, else this row's. Empty in the last step.
	Via string `json:"via,omitempty"`
	// Columns are those of the references that Via and Restricted name, but of polymorphic ones: a foreign key's own name says
	// little.
	Columns map[string][]string `json:"columns,omitempty"`
}

// columns adds those of a reference.
func (r *Reason) columns(of *reference) {
	if of.When != "" {
		return
	}
	if r.Columns == nil {
		r.Columns = map[string][]string{}
	}
	r.Columns[of.Name] = of.Columns
}

// Why gives the chain that brought a row into a slice, beginning with it. An included row is
// there because another refers to it, or because it refers to an included one and its job
// follows; that one perhaps because a third does, up to a row that a job selected, and of all
// these chains it is a shortest. A selected row is there because of
// its job's query, or because the job takes the whole table, or else because it refers to
// another selected row.
func Why(ctx context.Context, path, name string, key []string) ([]Reason, error) {
	s, err := usableSlice(path)
	if err != nil {
		return nil, err
	}
	row, err := s.rowNamed(ctx, name, key)
	if err != nil {
		return nil, err
	}
	w := &why{slice: s, included: map[*table]*keySet{}}
	steps, top, err := w.path(ctx, row)
	if errors.Is(err, errNoWay) && !w.generous {
		w.generous = true
		steps, top, err = w.path(ctx, row)
	}
	switch {
	case errors.Is(err, errNoWay):
		return nil, w.dir.failed("explain", fmt.Errorf("%s: %w", row.table.File, err), w.perhaps(row.table))
	case err != nil:
		return nil, err
	}
	return w.selected(ctx, steps, top)
}

// why is one Why.
type why struct {
	*slice
	included map[*table]*keySet // the keys of included rows
	// generous: a restricting reference of a row whose job follows may have included what it
	// refers to. It has where the row did not follow, which files don't show.
	generous bool
}

var errNoWay = errors.New("the row is listed as included, but no selected row leads to it")

// listOf is the included rows of a table, or nil where it has none.
func (w *why) listOf(ctx context.Context, t *table) (*keySet, error) {
	if t.list == nil || w.included[t] != nil {
		return w.included[t], nil
	}
	set := &keySet{}
	begin := func() *listed { return &listed{key: t.rowKey, columns: t.list.refs[0].columns} }
	err := scanTable(ctx, w.slice, t.list, begin, func(_ int64, g *listed) error {
		set.merge(&g.keys)
		return nil
	})
	set.seal(true)
	w.included[t] = set
	return set, err
}

type listed struct {
	key     *key
	columns []int
	printer printer
	keys    fingerprints
}

func (l *listed) row(_ int64, row []pgcsv.Field) {
	if print, nulls := l.printer.of(l.key, l.columns, row); nulls == 0 {
		l.keys.add(print)
	}
}

// selected goes from a selected row to the root of what restricted its job.
func (w *why) selected(ctx context.Context, steps []Reason, row found) ([]Reason, error) {
	var p printer
	for { // it ends: references that restrict lead to earlier jobs
		t := row.table
		step := Reason{File: t.File, Table: t.Table, Row: row.number, Key: row.named(), Job: t.Job, Query: t.Query, Whole: t.Whole}
		var parents []*reference
		for _, r := range t.refs {
			if _, nulls := p.by(r, row.fields); nulls == 0 && r.restricts() {
				parents = append(parents, r)
				step.Restricted = append(step.Restricted, r.Name)
				step.columns(r)
			}
		}
		var parent found
		if !t.Query && !t.Whole {
			for _, r := range parents {
				print, _ := p.by(r, row.fields)
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
