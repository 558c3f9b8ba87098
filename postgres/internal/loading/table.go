package loading

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/postgres/internal/server"
	"github.com/gyrodata/gyro/schema"
)

// TableLoad is one table of a load on its way.
type TableLoad struct {
	*driver.LoadTable
	Number     int
	Empty      bool              // it had no row when the load began
	Direct     bool              // the file is copied into the table itself
	Rewriting  []string          // its triggers that may give a row another key than it was given
	Types      map[string]string // of the table's columns, as any search_path reads them
	MapColumns []string          // of the map: the key's, then those that others refer to
	// Staging is the staging table, or the query that stands for it.
	Staging string
	// Numbered says that staging rows have a number, gyro_row, by which the map knows them.
	Numbered bool
	// Scattered says that staging rows do not stand in the order of their numbers.
	Scattered bool
	// Alone says that each staging row has what the map says of it, new ids too: the map is a view of the staging table.
	Alone    bool
	Dropped  []string // its foreign keys that are made again at the end
	Staged   int64    // rows of the staging table, or that were copied
	Fresh    int64    // of them, those to be inserted
	Existing int64    // of them, those that are there already
	Recalled int64    // of them, those that an earlier load left
}

// Target is the table's name in SQL.
func (t *TableLoad) Target() string { return server.Identifier(t.Table.Name) }

// IDMap is the table's map.
func (t *TableLoad) IDMap() string { return fmt.Sprintf("pg_temp.gyro_map_%d", t.Number) }

// Equal compares two values of a column.
func (t *TableLoad) Equal(column, left, right string) string {
	c, _ := t.Table.Column(column)
	return server.Equal(c, left, right)
}

// order is that of the file, for a query over its staging table s.
func (t *TableLoad) order() string {
	if t.Numbered {
		return "s.gyro_row"
	}
	return "s.ctid"
}

// listed are the columns that are loaded, in parentheses; of none, nothing, which SQL takes for as many as there are.
func (t *TableLoad) listed() string {
	var columns []string
	for _, c := range t.Columns {
		if c.Load {
			columns = append(columns, server.Quote(c.Name))
		}
	}
	if len(columns) == 0 {
		return ""
	}
	return " (" + strings.Join(columns, ", ") + ")"
}

// staged are the columns of the file, in parentheses.
func (t *TableLoad) staged() string {
	var columns []string
	for _, c := range t.Columns {
		columns = append(columns, server.Quote(c.Name))
	}
	return " (" + strings.Join(columns, ", ") + ")"
}

// quotedKey gives the columns of the key.
func (t *TableLoad) quotedKey() []string {
	var columns []string
	for _, c := range t.Key {
		columns = append(columns, server.Quote(c))
	}
	return columns
}

// brings reports whether a column keeps values that its sequence could give.
func (t *TableLoad) brings(column string) bool {
	in := slices.ContainsFunc(t.Columns, func(c driver.LoadColumn) bool { return c.Name == column && c.Load })
	return in && !slices.ContainsFunc(t.New, func(id driver.NewID) bool { return id.Column == column && id.Sequence != "" })
}

// CanCollide reports whether rows that are new may have a key that is taken.
func (t *TableLoad) CanCollide(key []string) bool {
	for _, c := range key {
		if !slices.ContainsFunc(t.Columns, func(f driver.LoadColumn) bool { return f.Name == c && f.Load }) {
			return false
		}
		if slices.ContainsFunc(t.New, func(id driver.NewID) bool { return id.Column == c && id.Drawn() }) {
			return false
		}
	}
	return len(t.Find) == 0 || t.Known != nil || !slices.Equal(slices.Sorted(slices.Values(key)), slices.Sorted(slices.Values(t.Find)))
}

// mapColumns are the columns of a table's map: the key's, then those that others refer to.
func mapColumns(t *driver.LoadTable) []string {
	columns := slices.Clone(t.Key)
	for _, list := range t.Lists {
		for _, c := range list {
			if !slices.Contains(columns, c) {
				columns = append(columns, c)
			}
		}
	}
	return columns
}

// Stands reports whether a foreign key watches over the rows while they are loaded.
func (t *TableLoad) Stands(r schema.Reference) bool { return !slices.Contains(t.Dropped, r.Name) }

// standing are the tables as the target has them, less the foreign keys that were dropped.
func standing(tables []*TableLoad) []*schema.Table {
	var all []*schema.Table
	for _, t := range tables {
		table := *t.Table
		table.References = slices.DeleteFunc(slices.Clone(table.References), func(r schema.Reference) bool { return !t.Stands(r) })
		all = append(all, &table)
	}
	return all
}

func rowCount(n int64) string {
	if n == 1 {
		return "1 row"
	}
	return fmt.Sprintf("%d rows", n)
}

func referWord(n int64) string {
	if n == 1 {
		return "refers"
	}
	return "refer"
}

// KeyList lists n columns: prefix0, prefix1, ….
func KeyList(n int, prefix string) string {
	var columns []string
	for i := range n {
		columns = append(columns, fmt.Sprintf("%s%d", prefix, i))
	}
	return strings.Join(columns, ", ")
}
