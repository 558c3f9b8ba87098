package export

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/pgcsv"
	"github.com/gyrodata/gyro/schema"
)

// never is a condition that no row meets: of a case whose row the source does not have.
const never = "false"

// equals is PostgreSQL's own operator: the condition is ours, and no one else's code runs in it.
const equals = " OPERATOR(pg_catalog.=) "

// identify gives each case that says Of, by values of the row that another reference leads to, its condition in this
// source: that row's key.
func (s Slice) identify(ctx context.Context, snapshot driver.Snapshot, catalog schema.Catalog) (gyro.Registry, error) {
	var found gyro.Mistakes
	registry := slices.Clone(s.Importers)
	known := map[string][][]string{}
	for i, importer := range registry {
		table, ok := catalog[importer.Model.Name()]
		if !ok {
			continue // who needs it says so
		}
		registry[i].Columns = maps.Clone(importer.Columns)
		for _, key := range slices.Sorted(maps.Keys(importer.Columns)) {
			column := importer.Columns[key]
			column.Cases = slices.Clone(column.Cases)
			for k, c := range column.Cases {
				if len(c.Of) == 0 {
					continue
				}
				o := of{snapshot: snapshot, catalog: catalog, table: table, place: importer.ColumnPlace(key), known: known}
				when, mistake, err := o.condition(ctx, c.Of)
				if err != nil {
					return nil, err
				}
				if mistake != nil {
					found.Add(*mistake)
				}
				column.Cases[k].When, column.Cases[k].Of = when, nil
			}
			registry[i].Columns[key] = column
		}
	}
	return registry, found.Join()
}

// of finds the condition of one case.
type of struct {
	snapshot driver.Snapshot
	catalog  schema.Catalog
	table    *schema.Table
	place    gyro.Text
	known    map[string][][]string // keys of rows, by what was asked for: generic keys mean the same types again and again
}

func (o of) condition(ctx context.Context, paths map[string]string) (string, *gyro.Mistake, error) {
	references := map[string]schema.Reference{}
	wanted := map[string]map[string]string{} // by reference: column there, and value
	for path, value := range paths {
		name, column, ok := cutLast(path)
		if !ok {
			return "", &gyro.Mistake{Place: o.place, Problem: gyro.Textf("{Of} names %q", path), Hint: "a reference, a dot, and a column of the table that it leads to, such as content_type.model"}, nil
		}
		r, mistake := o.reference(name)
		if mistake != nil {
			return "", mistake, nil
		}
		if references[r.Name] = r; wanted[r.Name] == nil {
			wanted[r.Name] = map[string]string{}
		}
		wanted[r.Name][column] = value
	}
	var terms []string
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		r := references[name]
		keys, mistake, err := o.rows(ctx, r, wanted[name])
		switch {
		case mistake != nil || err != nil:
			return "", mistake, err
		case len(keys) == 0:
			return never, nil, nil
		case len(keys) > 1:
			return "", &gyro.Mistake{Place: o.place, Problem: gyro.Textf("several rows of %s are what {Of} says", r.To), Hint: "say values of a unique key"}, nil
		}
		for i, column := range r.Columns {
			terms = append(terms, schema.QuoteName(column)+equals+schema.QuoteLiteral(keys[0][i]))
		}
	}
	return strings.Join(terms, " AND "), nil, nil
}

// cutLast cuts a path at its last dot.
func cutLast(path string) (before, after string, ok bool) {
	i := strings.LastIndex(path, ".")
	if i <= 0 {
		return "", "", false
	}
	return path[:i], path[i+1:], true
}

// reference finds the one that a path begins with.
func (o of) reference(name string) (schema.Reference, *gyro.Mistake) {
	columns, err := o.table.Resolve(name)
	if mistake := gyro.ColumnMistake(err, o.place); mistake != nil {
		return schema.Reference{}, mistake
	}
	over := o.table.Over(columns)
	if len(over) != 1 {
		return schema.Reference{}, &gyro.Mistake{
			Place: o.place, Problem: gyro.Textf("{Of}: %s is not the one foreign key that stands there", strings.Join(columns, ", ")), Hint: "write the condition in {When}",
		}
	}
	return over[0], nil
}

// rows gives the keys of the rows that hold the values.
func (o of) rows(ctx context.Context, r schema.Reference, values map[string]string) ([][]string, *gyro.Mistake, error) {
	to, ok := o.catalog[r.To]
	if !ok {
		return nil, &gyro.Mistake{Place: o.place, Problem: gyro.Text("the source has no table " + r.To.String())}, nil
	}
	question := fmt.Sprintf("%q %q %q", r.To.String(), r.ToColumns, values)
	if keys, asked := o.known[question]; asked {
		return keys, nil, nil
	}
	var (
		terms []string
		args  []any
	)
	for _, name := range slices.Sorted(maps.Keys(values)) {
		columns, err := to.Resolve(name)
		if mistake := gyro.ColumnMistake(err, o.place); mistake != nil {
			return nil, mistake, nil
		}
		if len(columns) != 1 {
			return nil, &gyro.Mistake{Place: o.place, Problem: gyro.Textf("{Of}: %s of %s is several columns", name, r.To), Hint: "name one"}, nil
		}
		args = append(args, values[name])
		terms = append(terms, schema.QuoteName(columns[0])+equals+"$"+strconv.Itoa(len(args)))
	}
	var rows keyRows
	_, err := o.snapshot.Copy(ctx, driver.Selection{Table: to, Columns: r.ToColumns, Query: gyro.Where(strings.Join(terms, " AND "), args...), Unsorted: true, Orphans: true}, &rows)
	if err != nil {
		return nil, nil, err
	}
	o.known[question] = rows.keys
	return rows.keys, nil, nil
}

// keyRows keeps the values of a few rows.
type keyRows struct {
	header bool
	keys   [][]string
}

func (k *keyRows) Write(row []byte) (int, error) {
	if !k.header {
		k.header = true
		return len(row), nil
	}
	fields, err := pgcsv.Split(bytes.TrimSuffix(row, []byte("\n")), nil)
	if err != nil {
		return 0, err //nolint:wrapcheck // Copy says whose it is
	}
	key := make([]string, len(fields))
	for i, f := range fields {
		if f.Null {
			return len(row), nil // nothing refers to it
		}
		key[i] = string(f.Value)
	}
	k.keys = append(k.keys, key)
	return len(row), nil
}
