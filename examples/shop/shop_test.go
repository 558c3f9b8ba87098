package shop

import (
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/schema"

	"github.com/gyrodata/gyro/examples/shop/shopdb"
)

// What bun makes of the structs is what schema.sql has: the same columns, of the same types,
// NULL where it is, and a belongs-to relation for each foreign key.
func TestModelsAreTheSchema(t *testing.T) {
	t.Parallel()
	tables := pgdialect.New().Tables()
	for _, model := range []any{Tenant{}, Shop{}, Customer{}, Product{}, Order{}, OrderItem{}} {
		table := tables.Get(reflect.TypeOf(model))
		models := map[string]string{}
		for _, f := range table.Fields {
			models[f.Name] = f.UserSQLType
			if f.NotNull {
				models[f.Name] += " NOT NULL"
			}
		}
		if want := columns(t, table.Name); !reflect.DeepEqual(models, want) {
			t.Errorf("%s: the model has\n%v, the schema\n%v", table.Name, models, want)
		}
		keys := regexp.MustCompile(`ALTER TABLE `+table.Name+` .*\n +FOREIGN KEY \((\w+)\) REFERENCES (\w+)`).
			FindAllStringSubmatch(shopdb.Schema(), -1)
		want := map[string]string{}
		for _, k := range keys {
			want[k[1]] = k[2]
		}
		got := map[string]string{}
		for _, r := range table.Relations {
			if r.Type == schema.BelongsToRelation {
				got[r.BasePKs[0].Name] = r.JoinTable.Name
			}
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: the model refers to %v, the schema to %v", table.Name, got, want)
		}
	}
}

// columns reads a table of schema.sql.
func columns(t *testing.T, table string) map[string]string {
	t.Helper()
	_, body, found := strings.Cut(shopdb.Schema(), "CREATE TABLE "+table+" (\n")
	if !found {
		t.Fatalf("schema.sql has no table %s", table)
	}
	body, _, _ = strings.Cut(body, "\n);")
	all := map[string]string{}
	for line := range strings.SplitSeq(body, ",\n") {
		name, typ, _ := strings.Cut(strings.TrimSpace(line), " ")
		notNull := strings.Contains(typ, "NOT NULL")
		typ = regexp.MustCompile(`NOT NULL.*`).ReplaceAllString(typ, "")
		all[name] = strings.ReplaceAll(typ, " ", "")
		if notNull {
			all[name] += " NOT NULL"
		}
	}
	return all
}
