package shop

import (
	"math"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/schema"
)

func TestSize(t *testing.T) {
	t.Parallel()
	for scale, want := range map[float64]Counts{
		1:      {5, 30, 20_000, 20_000, 100_000, 300_000},
		0.05:   {5, 30, 1000, 1000, 5000, 15_000},
		0.0001: {5, 30, 200, 200, 1000, 3000},
		1.5:    {7, 45, 30_000, 30_000, 150_000, 450_000},
		100:    {500, 3000, 2_000_000, 2_000_000, 10_000_000, 30_000_000},
	} {
		if got, err := Size(scale); err != nil || got != want {
			t.Errorf("Size(%v) = %+v, %v; want %+v", scale, got, err, want)
		}
	}
	for _, scale := range []float64{0, -1, math.NaN(), math.Inf(1), MaxScale + 1} {
		if got, err := Size(scale); err == nil {
			t.Errorf("Size(%v) = %+v; want an error", scale, got)
		}
	}
}

func TestSteps(t *testing.T) {
	t.Parallel()
	all, err := steps()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range all {
		names = append(names, s.name)
		if strings.TrimSpace(s.sql) == "" {
			t.Errorf("step %q is empty", s.name)
		}
	}
	if names[0] != "create the tables" || names[len(names)-1] != "create the keys of order items" {
		t.Errorf("steps are %q; want the tables first and the keys last", names)
	}
}

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
			FindAllStringSubmatch(schemaSQL, -1)
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
	_, body, found := strings.Cut(schemaSQL, "CREATE TABLE "+table+" (\n")
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
