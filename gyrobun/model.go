package gyrobun

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"

	"github.com/uptrace/bun/dialect/pgdialect"
	bunschema "github.com/uptrace/bun/schema"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/schema"
)

// Model describes the table of the bun struct T: its columns, its primary key, and a
// reference for each belongs-to relation. bun knows of no other foreign keys; the catalog
// adds them when the model is used on a database.
func Model[T any]() gyro.Model {
	table, err := describe(reflect.TypeFor[T]())
	return gyro.NewModel(table, err)
}

// describe asks bun about a struct, in a dialect of its own: what panics leaves nothing
// behind.
func describe(typ reflect.Type) (table schema.Table, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("struct %s: %v", typ, p)
		}
	}()
	t := pgdialect.New().Tables().Get(typ)
	table = schema.Table{Name: tableName(t), Kind: schema.Ordinary}
	for _, f := range t.Fields {
		typ, _ := f.Tag.Option("type") // f.UserSQLType is bun's guess where the tag says none
		table.Columns = append(table.Columns, schema.Column{
			Name: f.Name, Type: typ, NotNull: f.NotNull || f.IsPK, Field: f.GoName,
		})
	}
	for _, f := range t.PKs {
		table.PrimaryKey = append(table.PrimaryKey, f.Name)
	}
	for _, r := range t.Relations {
		if r.Type != bunschema.BelongsToRelation {
			continue
		}
		table.References = append(table.References, schema.Reference{
			Name: r.Field.GoName, Relation: r.Field.GoName,
			Columns: fieldNames(r.BasePKs), To: tableName(r.JoinTable), ToColumns: fieldNames(r.JoinPKs),
		})
	}
	slices.SortFunc(table.References, func(a, b schema.Reference) int { return cmp.Compare(a.Name, b.Name) })
	return table, nil
}

// tableName reads bun's name, which holds the schema already where the tag names one.
func tableName(t *bunschema.Table) schema.Name {
	name, err := schema.ParseName(t.Name)
	if err != nil {
		panic(err)
	}
	return name
}

func fieldNames(fields []*bunschema.Field) []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	return names
}
