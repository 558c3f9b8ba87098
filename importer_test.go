package gyro_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/schema"
)

// The structs of the tests' shop: items refer to orders by a composite key, to a product
// twice, and to a customer with two foreign keys that say the same.
var (
	tenants  = model(table("tenant", "code"))
	orders   = model(refer(table("order", "tenant_id"), "tenant", "tenant_id"))
	products = model(table("product"))
	items    = model(refer(refer(refer(refer(refer(refer(table("item", "tenant_id", "order_id", "product_id", "twin_id", "gift", "gift_id", "customer_id", "note"),
		"order", "tenant_id", "order_id"), "product", "twin_id", "product_id"), "product", "product_id", "gift_id"),
		"product", "gift_id"), "customer", "customer_id"), "customer", "customer_id"))
	customers = model(table("customer"))
)

// shop is a registry without mistakes, with the columns of items.
func shop(columns gyro.Columns) gyro.Registry {
	return gyro.Registry{{Model: tenants}, {Model: customers}, {Model: orders}, {Model: products}, {Model: items, Columns: columns}}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	for name, registry := range map[string]gyro.Registry{
		"none":                            nil,
		"models alone":                    shop(nil),
		"a column that is":                shop(gyro.Columns{"note": {}}),
		"a reference by column":           shop(gyro.Columns{"gift_id": {Ref: products}}),
		"by the column less _id":          shop(gyro.Columns{"customer": {Ref: customers}}), // twice the same foreign key
		"to a model by name":              shop(gyro.Columns{"gift_id": {Ref: gyro.Table("product")}}),
		"a part of one composite key":     shop(gyro.Columns{"order": {Ref: orders}}),
		"composite":                       shop(gyro.Columns{"o": {Ref: orders, Over: "tenant, order"}}),
		"composite, to said":              shop(gyro.Columns{"o": {Ref: orders, Over: "order,tenant", To: "id, tenant"}}),
		"soft":                            shop(gyro.Columns{"note": {Ref: tenants, Soft: true, To: "code"}}),
		"soft over a part of another key": shop(gyro.Columns{"tenant": {Ref: tenants, Soft: true}}),
		"soft though it is one":           shop(gyro.Columns{"gift_id": {Ref: products, Soft: true}}),
		"itself":                          {{Model: model(refer(table("a", "parent_id"), "a", "parent_id")), Columns: gyro.Columns{"parent": {Ref: gyro.Table("a")}}}},
		"names alone":                     {{Model: gyro.Table("a"), Columns: gyro.Columns{"b": {Ref: gyro.Table("b")}, "x": {}}}, {Model: gyro.Table("b")}},
		"the same table in two schemas":   {{Model: gyro.Table("a")}, {Model: gyro.Table("s.a")}},
		"file names":                      {{Model: gyro.Table("a"), File: "b.csv"}, {Model: gyro.Table("b"), File: "a..csv"}},
	} {
		if err := registry.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Importers are values, so that models may refer to each other.
func TestValidateCircle(t *testing.T) {
	t.Parallel()
	hens, eggs := gyro.Table("hen"), gyro.Table("egg")
	structs := gyro.Registry{
		{Model: model(refer(table("hen", "egg_id"), "egg", "egg_id")), Columns: gyro.Columns{"egg": {Ref: eggs}}},
		{Model: model(refer(table("egg", "hen_id"), "hen", "hen_id")), Columns: gyro.Columns{"hen": {Ref: hens}}},
	}
	names := gyro.Registry{{Model: hens, Columns: gyro.Columns{"egg": {Ref: eggs}}}, {Model: eggs, Columns: gyro.Columns{"hen": {Ref: hens}}}}
	for _, registry := range []gyro.Registry{structs, names} {
		wantError(t, registry.Validate(), "")
	}
}

func TestValidateMistakes(t *testing.T) {
	t.Parallel()
	one := func(i gyro.Importer) gyro.Registry { return gyro.Registry{i} }
	for _, c := range []struct {
		name     string
		registry gyro.Registry
		want     string
	}{
		{"no model", gyro.Registry{{Model: tenants}, {}}, `importer 2: no model is given`},
		{"a model that is wrong", one(gyro.Importer{Model: gyro.Table("a.b.c")}), `importer 1: table name "a.b.c": more than schema and table; put a part that holds a dot in double quotes`},
		{"a struct that is wrong", one(gyro.Importer{Model: gyro.NewModel(schema.Table{}, errors.New("struct X: bad tag"))}), `importer 1: struct X: bad tag`},
		{"model twice", gyro.Registry{{Model: tenants}, {Model: gyro.Table("tenant"), File: "b.csv"}}, `importer tenant: there is another importer for this model (keep one)`},
		{"model twice, by another spelling", gyro.Registry{{Model: gyro.Table("public.a")}, {Model: gyro.Table(`"a"`)}}, `importer a: there is another importer for this model (keep one)`},

		{"file twice", gyro.Registry{{Model: gyro.Table("a")}, {Model: gyro.Table("b"), File: "a.csv"}}, `importer b: file a.csv is taken by importer a (set File of one of them)`},
		{"file twice, by default", gyro.Registry{{Model: gyro.Table(`s.a`)}, {Model: gyro.Table(`"s.a"`)}}, `importer "s.a": file s.a.csv is taken by importer s.a (set File of one of them)`},
		{"file in another directory", one(gyro.Importer{Model: gyro.Table("a"), File: "../a.csv"}), `importer a: file name ../a.csv leads out of the slice's directory (a plain name, such as a.csv)`},
		{"file below", one(gyro.Importer{Model: gyro.Table("s.a"), File: `x\a.csv`}), `importer s.a: file name x\a.csv leads out of the slice's directory (a plain name, such as s.a.csv)`},
		{"file at the root", one(gyro.Importer{Model: gyro.Table("a"), File: "/a.csv"}), `importer a: file name /a.csv leads out of the slice's directory (a plain name, such as a.csv)`},
		{"file is the directory above", one(gyro.Importer{Model: gyro.Table("a"), File: ".."}), `importer a: file name .. begins with a dot (a plain name, such as a.csv)`},
		{"file is hidden", one(gyro.Importer{Model: gyro.Table("a"), File: ".gyro-new"}), `importer a: file name .gyro-new begins with a dot (a plain name, such as a.csv)`},
		{"file is the manifest", one(gyro.Importer{Model: gyro.Table("a"), File: "manifest.json"}), `importer a: manifest.json is the slice's own file (a plain name, such as a.csv)`},
		{"file is the manifest where case does not count", one(gyro.Importer{Model: gyro.Table("a"), File: "Manifest.JSON"}), `importer a: Manifest.JSON is the slice's own file (a plain name, such as a.csv)`},

		{"column unknown", shop(gyro.Columns{"tenat": {Ref: tenants}}), `importer item, column "tenat": item has no column "tenat" (did you mean "tenant_id"?)`},
		{"column unknown, none near", shop(gyro.Columns{"colour": {}}), `importer item, column "colour": item has no column "colour"`},
		{"column by its Go field", shop(gyro.Columns{"Field_note": {}}), `importer item, column "Field_note": item has no column "Field_note" (did you mean "note"?)`},
		{"Over unknown", shop(gyro.Columns{"o": {Ref: orders, Over: "tenant_id, ordr"}}), `importer item, column "o": item has no column "ordr" (did you mean "order_id"?)`},
		{"Over empty", shop(gyro.Columns{"o": {Ref: orders, Over: " , "}}), `importer item, column "o": Over names no column`},
		{"To empty", shop(gyro.Columns{"order": {Ref: orders, To: ","}}), `importer item, column "order": To names no column`},
		{"To unknown", shop(gyro.Columns{"o": {Ref: orders, Over: "tenant_id, order_id", To: "tenant_id, idd"}}), `importer item, column "o": order has no column "idd" (did you mean "id"?)`},
		{"To and Over differ", shop(gyro.Columns{"o": {Ref: orders, Over: "tenant_id, order_id", To: "id"}}), `importer item, column "o": To (id) has not as many columns as the reference (tenant_id, order_id)`},
		{"To and a soft column differ", shop(gyro.Columns{"note": {Ref: orders, Soft: true, To: "id, tenant_id"}}), `importer item, column "note": To (id, tenant_id) has not as many columns as the reference (note)`},

		{"Over without Ref", shop(gyro.Columns{"o": {Over: "tenant_id"}}), `importer item, column "o": Over is set, but no Ref (set Ref)`},
		{"To without Ref", shop(gyro.Columns{"note": {To: "id"}}), `importer item, column "note": To is set, but no Ref (set Ref)`},
		{"Soft without Ref", shop(gyro.Columns{"note": {Soft: true}}), `importer item, column "note": Soft is set, but no Ref (set Ref)`},
		{"by name: Over without Ref", one(gyro.Importer{Model: gyro.Table("a"), Columns: gyro.Columns{"o": {Over: "x, y"}}}), `importer a, column "o": Over is set, but no Ref (set Ref)`},
		{"by name: Soft without Ref", one(gyro.Importer{Model: gyro.Table("a"), Columns: gyro.Columns{"o": {Soft: true}}}), `importer a, column "o": Soft is set, but no Ref (set Ref)`},

		{"Ref is wrong", shop(gyro.Columns{"note": {Ref: gyro.Table("")}}), `importer item, column "note": Ref: table name "": an empty part`},
		{"Ref has no importer", shop(gyro.Columns{"note": {Ref: gyro.Table("s.other")}}), `importer item, column "note": it refers to s.other, which has no importer (add an importer for s.other)`},
		{"by name: Ref has no importer", one(gyro.Importer{Model: gyro.Table("a"), Columns: gyro.Columns{"b": {Ref: gyro.Table("b")}}}), `importer a, column "b": it refers to b, which has no importer (add an importer for b)`},
		{"no foreign key", shop(gyro.Columns{"note": {Ref: tenants}}), `importer item, column "note": note is not a foreign key, says the struct (give the struct a rel:belongs-to relation to tenant, or set Soft)`},
		{"no foreign key over both", shop(gyro.Columns{"n": {Ref: tenants, Over: "note, tenant"}}), `importer item, column "n": note, tenant_id is not a foreign key, says the struct (give the struct a rel:belongs-to relation to tenant, or set Soft)`},
		{"no foreign key, but its neighbour", shop(gyro.Columns{"gift": {Ref: products}}), `importer item, column "gift": gift is not a foreign key, says the struct (did you mean "gift_id"?)`},
		{"foreign key to another", shop(gyro.Columns{"gift_id": {Ref: tenants}}), `importer item, column "gift_id": the struct says that it refers to product, not to tenant`},
		{"foreign key to another, soft", shop(gyro.Columns{"gift_id": {Ref: tenants, Soft: true}}), `importer item, column "gift_id": the struct says that it refers to product, not to tenant`},
		{"a part of a key to another", shop(gyro.Columns{"order": {Ref: tenants}}), `importer item, column "order": the struct says that it refers to order, not to tenant`},
		{"a part of two", shop(gyro.Columns{"product": {Ref: products}}), `importer item, column "product": several foreign keys to product include this column (list the columns of the one that is meant in Over)`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := c.registry.Validate()
			wantError(t, err, c.want)
			var mistake *gyro.Mistake
			if !errors.As(err, &mistake) || !strings.HasPrefix(mistake.Place, "importer ") {
				t.Errorf("not a Mistake of an importer: %#v", err)
			}
		})
	}
}

// All mistakes come at once, in the order of the importers and then of the columns' names,
// each time the same.
func TestValidateAll(t *testing.T) {
	t.Parallel()
	registry := gyro.Registry{
		{Model: tenants, File: "x.csv", Columns: gyro.Columns{"z": {}, "y": {Soft: true}, "code": {Ref: gyro.Table("none")}, "x": {}}},
		{},
		{Model: orders, File: "x.csv", Columns: gyro.Columns{"tenant": {Ref: products}}},
		{Model: orders, Columns: gyro.Columns{"tenant": {Ref: orders}}},
		{Model: products, File: "a/b"},
	}
	want := strings.Join([]string{
		`importer 2: no model is given`,
		`importer order: file x.csv is taken by importer tenant (set File of one of them)`,
		`importer order: there is another importer for this model (keep one)`,
		`importer product: file name a/b leads out of the slice's directory (a plain name, such as product.csv)`,
		`importer tenant, column "code": it refers to none, which has no importer (add an importer for none)`,
		`importer tenant, column "x": tenant has no column "x"`,
		`importer tenant, column "y": Soft is set, but no Ref (set Ref)`,
		`importer tenant, column "z": tenant has no column "z"`,
		`importer order, column "tenant": the struct says that it refers to tenant, not to product`,
		`importer order, column "tenant": the struct says that it refers to tenant, not to order`,
	}, "\n")
	for range 20 {
		wantError(t, registry.Validate(), want)
	}
}

// Where another component found the cause, errors.Is finds it.
func TestMistakeCause(t *testing.T) {
	t.Parallel()
	cause := errors.New("bad tag")
	err := gyro.Registry{{Model: gyro.NewModel(schema.Table{}, cause)}}.Validate()
	if !errors.Is(err, cause) {
		t.Errorf("%v does not wrap its cause", err)
	}
}

func TestRegistryWith(t *testing.T) {
	t.Parallel()
	base := gyro.Registry{
		{Model: gyro.Table("tenant"), File: "t.csv", Columns: gyro.Columns{"a": {To: "1"}, "b": {To: "2"}}},
		{Model: gyro.Table("order")},
	}
	got := base.With(
		gyro.Importer{Model: tenants, Columns: gyro.Columns{"b": {Over: "3"}, "c": {Soft: true}}},
		gyro.Importer{Model: gyro.Table("order"), File: "o.csv"},
		gyro.Importer{Model: products},
		gyro.Importer{Model: gyro.Table("product"), File: "p.csv"}, // the struct stays
	)
	want := gyro.Registry{
		{Model: tenants, File: "t.csv", Columns: gyro.Columns{"a": {To: "1"}, "b": {Over: "3"}, "c": {Soft: true}}},
		{Model: gyro.Table("order"), File: "o.csv"},
		{Model: products, File: "p.csv"},
	}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(gyro.Model{}, gyro.IDs{}, gyro.Conflict{}), cmpopts.EquateEmpty()); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	if len(base) != 2 || base[1].File != "" || len(base[0].Columns) != 2 || base[0].Columns["b"].To != "2" {
		t.Errorf("the registry itself was changed: %+v", base)
	}
}
