package csvdir

import (
	"slices"

	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/pgcsv"
	"github.com/gyrodata/gyro/schema"
)

// table is one file of a slice. A list of included rows is one too, which refers to the
// identity of its table.
type table struct {
	most int64 // rows that the file can have, by its size and its manifest
	driver.ManifestFile
	name   schema.Name
	keys   []*key
	rowKey *key // of identity; nil where there is none
	refs   []*reference
	list   *table // of its included rows; nil where there is none
	isList bool
	broken bool // it can't be read as the manifest says; what it is to prove can't be proved
}

// reference is one reference of a slice. columns are in the order of key's.
type reference struct {
	driver.ManifestReference
	from    *table
	to      *table // nil: not in the slice
	columns []int
	key     *key
	prints  []func([]byte) []byte // of each column: its value as the key prints an equal one; nil, or none at all: it prints the same
	kinds   []condition           // of a polymorphic reference: a row refers by it only if it is of all of them
	unknown bool                  // a polymorphic reference of which files don't show which rows refer by it
}

// kind is a column that holds one of values.
type condition struct {
	column int
	values []string
}

// resolveKinds finds the columns by which a polymorphic reference's rows are told.
func (r *reference) resolveConditions() {
	for _, k := range r.Kinds {
		columns, ok := r.from.columnsOf([]string{k.Column})
		if !ok {
			r.unknown = true
			r.NotProvable = "its condition is on " + k.Column + ", which is not in the file"
			return
		}
		r.kinds = append(r.kinds, condition{column: columns[0], values: k.Values})
	}
	if len(r.Kinds) > 0 || r.When == "" && !r.Period {
		return
	}
	r.unknown = true
	if r.NotProvable == "" {
		r.NotProvable = "only the database can say which rows its condition means"
	}
}

// stands reports whether a row may refer by the reference.
func (r *reference) stands(row []pgcsv.Field) bool {
	for _, k := range r.kinds {
		f := row[k.column]
		if f.Null || !slices.ContainsFunc(k.values, func(v string) bool { return v == string(f.Value) }) {
			return false
		}
	}
	return !r.unknown
}

// resolveKeys finds the columns of the keys.
func (t *table) resolveKeys() *Problem {
	for i, names := range append([][]string{t.PrimaryKey}, t.Unique...) {
		if len(names) == 0 {
			continue
		}
		columns, ok := t.columnsOf(names)
		if !ok {
			problem := manifestProblem("says that %s has a key of columns that it has not", t.name)
			return &problem
		}
		k := t.key(columns)
		k.primary = k.primary || i == 0
		k.unique = true
	}
	if columns, _ := t.columnsOf(t.identity()); len(columns) > 0 {
		t.rowKey = t.key(columns)
	}
	return nil
}

// key finds or makes the key of a set of columns.
func (t *table) key(columns []int) *key {
	sorted := slices.Sorted(slices.Values(columns))
	for _, k := range t.keys {
		if slices.Equal(k.columns, sorted) {
			return k
		}
	}
	k := &key{table: t, columns: sorted, integer: len(columns) == 1 && schema.TypeOf(t.Columns[columns[0]].Type).Integer()}
	t.keys = append(t.keys, k)
	return k
}

// identity names the columns that tell rows apart: the primary key, or else the first unique
// key without NULLs. By them included rows are listed.
func (t *table) identity() []string {
	if len(t.PrimaryKey) > 0 {
		return t.PrimaryKey
	}
	for _, names := range t.Unique {
		columns, _ := t.columnsOf(names)
		if !slices.ContainsFunc(columns, func(i int) bool { return !t.Columns[i].NotNull }) {
			return names
		}
	}
	return nil
}

// point sets the key that the reference refers to by columns of its table, one for each of
// its own, and puts its own into the key's order.
func (r *reference) point(to []int) {
	r.key = r.to.key(to)
	r.key.refs = append(r.key.refs, r)
	own := make([]int, len(to))
	prints := make([]func([]byte) []byte, len(to))
	for i, column := range r.key.columns {
		own[i] = r.columns[slices.Index(to, column)]
		from, to := schema.TypeOf(r.from.Columns[own[i]].Type), schema.TypeOf(r.to.Columns[column].Type)
		if from.ComparedAs(to) != "" {
			prints[i] = from.PrintedAs(to)
		}
	}
	r.columns = own
	if slices.ContainsFunc(prints, func(f func([]byte) []byte) bool { return f != nil }) {
		r.prints = prints
	}
}

// includedList is the file that lists the identities of t's included rows.
func includedList(t *table) *table {
	list := &table{name: t.name, isList: true, ManifestFile: driver.ManifestFile{
		File: t.Included.File, Table: t.Table, Rows: t.Included.Rows, Bytes: t.Included.Bytes, SHA256: t.Included.SHA256,
		PrimaryKey: t.identity(),
	}}
	columns, _ := t.columnsOf(t.identity())
	own := make([]int, len(columns))
	for i, c := range columns {
		own[i] = i
		list.Columns = append(list.Columns, t.Columns[c])
	}
	k := list.key(own)
	k.primary, k.unique = true, true
	r := &reference{from: list, to: t, columns: own}
	r.Columns, r.ToColumns, r.Table = t.identity(), t.identity(), t.Table
	r.point(columns)
	list.refs = []*reference{r}
	return list
}

// columnsOf gives the places of columns in the file; false where one is not there, or twice.
func (t *table) columnsOf(names []string) ([]int, bool) {
	var columns []int
	for _, name := range names {
		i := slices.IndexFunc(t.Columns, func(c driver.ManifestColumn) bool { return c.Name == name })
		if i < 0 || slices.Contains(columns, i) {
			return nil, false
		}
		columns = append(columns, i)
	}
	return columns, true
}

func (t *table) columnNames(columns []int) []string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = t.Columns[c].Name
	}
	return names
}

func (t *table) header() []string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	return names
}
