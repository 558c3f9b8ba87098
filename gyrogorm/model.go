package gyrogorm

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"sync"

	gormschema "gorm.io/gorm/schema"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/schema"
)

// Model describes the table of the GORM struct T: its columns, its primary key, and a reference for each belongs-to relation. GORM knows of
// no other foreign keys; the catalog adds them when the model is used on a database. The namer is that of [gorm.Config], where
// names follow rules of one's own; default: GORM's.
func Model[T any](namer ...gormschema.Namer) gyro.Model {
	table, err := describe(reflect.TypeFor[T](), namer...)
	return gyro.NewModel(table, err)
}

// describe asks GORM about a struct, in a cache of its own.
func describe(typ reflect.Type, namer ...gormschema.Namer) (table schema.Table, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("struct %s: %v", typ, p)
		}
	}()
	var names gormschema.Namer = gormschema.NamingStrategy{}
	if len(namer) > 0 {
		names = namer[0]
	}
	parsed, err := gormschema.Parse(reflect.New(typ).Interface(), new(sync.Map), names)
	if err != nil {
		return table, fmt.Errorf("struct %s: %w", typ, err)
	}
	if table.Name, err = schema.ParseName(parsed.Table); err != nil {
		return table, fmt.Errorf("struct %s: %w", typ, err)
	}
	table.Kind = schema.Ordinary
	for _, f := range parsed.Fields {
		if f.DBName == "" { // a relation, or one that is left out
			continue
		}
		table.Columns = append(table.Columns, schema.Column{
			Name: f.DBName, Type: f.TagSettings["TYPE"], NotNull: f.NotNull || f.PrimaryKey, Field: f.Name,
		})
	}
	table.PrimaryKey = fieldNames(parsed.PrimaryFields)
	for _, r := range parsed.Relationships.BelongsTo {
		to, err := schema.ParseName(r.FieldSchema.Table)
		if err != nil {
			return table, fmt.Errorf("struct %s, %s: %w", typ, r.Name, err)
		}
		reference := schema.Reference{Name: r.Name, Relation: r.Name, To: to}
		for _, pair := range r.References {
			reference.Columns = append(reference.Columns, pair.ForeignKey.DBName)
			reference.ToColumns = append(reference.ToColumns, pair.PrimaryKey.DBName)
		}
		table.References = append(table.References, reference)
	}
	slices.SortFunc(table.References, func(a, b schema.Reference) int { return cmp.Compare(a.Name, b.Name) })
	return table, nil
}

func fieldNames(fields []*gormschema.Field) []string {
	var names []string
	for _, f := range fields {
		names = append(names, f.DBName)
	}
	return names
}
