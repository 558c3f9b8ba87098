package csvdir

import (
	"context"
	"hash/maphash"
	"slices"

	"github.com/gyrodata/gyro/schema"
)

// DiffOptions say how [Diff] works.
type DiffOptions struct {
	// MemoryLimit bounds the memory for what is known of rows, in bytes; what does not fit is done in several passes over the
	// files. Default: 512 MiB.
	MemoryLimit int64
	// ShowValues puts keys of rows into what is found. Default: row numbers only.
	ShowValues bool
}

// Difference is what [Diff] found.
type Difference struct {
	From   string      `json:"from"`
	To     string      `json:"to"`
	Tables []TableDiff `json:"tables"` // those of either, in the order of To's manifest, then of From's; also those that are the same
}

// Same reports whether there is no difference.
func (d *Difference) Same() bool {
	return !slices.ContainsFunc(d.Tables, func(t TableDiff) bool { return !t.Same() })
}

// TableDiff is what became of a table.
type TableDiff struct {
	Table string `json:"table"`
	// Came and Gone: it is in one of the slices alone. All its rows count as Added or Removed then.
	Came bool `json:"came,omitempty"`
	Gone bool `json:"gone,omitempty"`
	// Keyless: without a key there is no telling which row became which: a changed one is Removed and Added.
	Keyless bool  `json:"keyless,omitempty"`
	From    int64 `json:"from"` // rows
	To      int64 `json:"to"`
	Added   int64 `json:"added"`
	Removed int64 `json:"removed"`
	Changed int64 `json:"changed"`
	// Columns are the rows in which each column that both have changed, of those in which any did, in To's order.
	Columns []ColumnDiff `json:"columns,omitempty"`
	// ColumnsCame, ColumnsGone and Types say what became of columns. Values of columns that one slice has alone count for nothing.
	ColumnsCame []string     `json:"columns_came,omitempty"`
	ColumnsGone []string     `json:"columns_gone,omitempty"`
	Types       []TypeChange `json:"types,omitempty"`
	// First are rows that are other, at most ten of each kind.
	First []RowDiff `json:"first,omitempty"`
}

// Same reports whether the table is the same in both.
func (t TableDiff) Same() bool {
	return !t.Came && !t.Gone && t.Added+t.Removed+t.Changed == 0 && len(t.ColumnsCame)+len(t.ColumnsGone)+len(t.Types) == 0
}

// ColumnDiff is a column that changed.
type ColumnDiff struct {
	Column string `json:"column"`
	Rows   int64  `json:"rows"`
}

// TypeChange is a column of another type.
type TypeChange struct {
	Column string `json:"column"`
	From   string `json:"from"`
	To     string `json:"to"`
}

// RowDiff is a row that is other.
type RowDiff struct {
	Kind RowDiffKind `json:"kind"`
	// Row is its number, from 1: in From if it was removed, else in To.
	Row int64 `json:"row"`
	// Key are its values in the table's key, where DiffOptions.ShowValues is set.
	Key []string `json:"key,omitempty"`
}

// RowDiffKind is what became of a row.
type RowDiffKind string

// What can become of one.
const (
	RowAdded   RowDiffKind = "added"
	RowRemoved RowDiffKind = "removed"
	RowChanged RowDiffKind = "changed"
)

// Diff says what is other in a slice than in one before: rows that were added, removed or changed, table by table and by key, and
// columns that came and went. Values are compared by their bytes, as PostgreSQL printed them; the order of rows counts for nothing, nor do files'
// names and how they were selected. Rows are told by 128 bits of a hash that is another in every run.
//
// Files are streamed, by all cores; the memory is for From's rows, some 100 bytes each and 4 a column, within the limit.
func Diff(ctx context.Context, from, to string, opts DiffOptions) (*Difference, error) {
	before, err := usableSlice(from)
	if err != nil {
		return nil, err
	}
	after, err := usableSlice(to)
	if err != nil {
		return nil, err
	}
	d := &differ{from: before, to: after, opts: opts, seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}}
	result := &Difference{From: from, To: to, Tables: []TableDiff{}}
	for _, name := range d.names() {
		t, err := d.table(ctx, name)
		if err != nil {
			return nil, err
		}
		result.Tables = append(result.Tables, t)
	}
	return result, nil
}

// differ is one Diff.
type differ struct {
	from, to *slice
	opts     DiffOptions
	seeds    [2]maphash.Seed
}

// names are the tables of both.
func (d *differ) names() []schema.Name {
	var all []schema.Name
	for _, s := range []*slice{d.to, d.from} {
		for _, t := range s.tables {
			if !t.isList && !slices.Contains(all, t.name) {
				all = append(all, t.name)
			}
		}
	}
	return all
}

func (d *differ) table(ctx context.Context, name schema.Name) (TableDiff, error) {
	from, to := d.from.byName[name], d.to.byName[name]
	diff := TableDiff{Table: name.String(), Came: from == nil, Gone: to == nil}
	switch {
	case from == nil:
		diff.To, diff.Added = to.Rows, to.Rows
		return diff, nil
	case to == nil:
		diff.From, diff.Removed = from.Rows, from.Rows
		return diff, nil
	}
	diff.From, diff.To = from.Rows, to.Rows
	c := &comparison{differ: d, diff: &diff, from: from, to: to}
	c.columns()
	if from.SHA256 == to.SHA256 && from.Bytes == to.Bytes && slices.Equal(from.header(), to.header()) {
		return diff, c.present()
	}
	err := c.run(ctx)
	return diff, err
}
