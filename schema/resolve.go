package schema

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Resolve finds the columns that name stands for: the column of that name, else the
// column name_id, else the columns of the ORM's relation of that name ("Tenant", or
// "tenant"). A name that is none of these, or two relations, is an error that says what
// is near.
func (t *Table) Resolve(name string) ([]string, error) {
	if _, ok := t.Column(name); ok {
		return []string{name}, nil
	}
	if _, ok := t.Column(name + "_id"); ok {
		return []string{name + "_id"}, nil
	}
	var relations []Reference
	for _, r := range t.References {
		if r.Relation != "" && (r.Relation == name || snake(r.Relation) == name) {
			relations = append(relations, r)
		}
	}
	switch len(relations) {
	case 1:
		return relations[0].Columns, nil
	case 0:
		return nil, &UnknownColumnError{Table: t.Name, Name: name, Nearest: t.nearest(name)}
	}
	return nil, fmt.Errorf("%q may be relation %s or %s: name the column", name, relations[0].Relation, relations[1].Relation)
}

// nearest looks for the column that was meant by a name that is none: first by its Go
// field, then by its spelling.
func (t *Table) nearest(name string) string {
	i := slices.IndexFunc(t.Columns, func(c Column) bool {
		return c.Field != "" && (c.Field == name || strings.EqualFold(strings.TrimSuffix(c.Field, "ID"), name))
	})
	if i >= 0 {
		return t.Columns[i].Name
	}
	// Either may be meant: the column's name, or its name less "_id".
	var candidates []string
	for _, column := range t.ColumnNames() {
		candidates = append(candidates, column, strings.TrimSuffix(column, "_id"))
	}
	near := Nearest(name, candidates)
	if _, ok := t.Column(near); near != "" && !ok {
		near += "_id"
	}
	return near
}

// UnknownColumnError is what [Table.Resolve] returns for a name that no column has.
type UnknownColumnError struct {
	Table   Name
	Name    string
	Nearest string // the column that may have been meant, or empty
}

func (e *UnknownColumnError) Error() string {
	return fmt.Sprintf("%s has no column %q", e.Table, e.Name)
}

// snake turns a Go name into the form of a column: OrderItem becomes order_item.
func snake(name string) string {
	var b strings.Builder
	runes := []rune(name)
	for i, r := range runes {
		startsWord := i > 0 && unicode.IsUpper(r) &&
			(unicode.IsLower(runes[i-1]) || (i+1 < len(runes) && unicode.IsLower(runes[i+1])))
		if startsWord {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
