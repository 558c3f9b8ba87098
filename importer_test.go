package gyro_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/internal/modeltest"
	"github.com/gyrodata/gyro/schema"
)

func TestValidate(t *testing.T) {
	t.Parallel()
	for name, registry := range map[string]gyro.Registry{
		"none":                            nil,
		"models alone":                    modeltest.Shop(nil),
		"a column that is":                modeltest.Shop(gyro.Columns{"note": {}}),
		"a reference by column":           modeltest.Shop(gyro.Columns{"gift_id": {Ref: modeltest.Products}}),
		"by the column less _id":          modeltest.Shop(gyro.Columns{"customer": {Ref: modeltest.Customers}}), // twice the same foreign key
		"to a model by name":              modeltest.Shop(gyro.Columns{"gift_id": {Ref: gyro.Table("product")}}),
		"a part of one composite key":     modeltest.Shop(gyro.Columns{"order": {Ref: modeltest.Orders}}),
		"composite":                       modeltest.Shop(gyro.Columns{"o": {Ref: modeltest.Orders, Over: "tenant, order"}}),
		"composite, to said":              modeltest.Shop(gyro.Columns{"o": {Ref: modeltest.Orders, Over: "order,tenant", To: "id, tenant"}}),
		"soft":                            modeltest.Shop(gyro.Columns{"note": {Ref: modeltest.Tenants, Soft: true, To: "code"}}),
		"soft over a part of another key": modeltest.Shop(gyro.Columns{"tenant": {Ref: modeltest.Tenants, Soft: true}}),
		"soft though it is one":           modeltest.Shop(gyro.Columns{"gift_id": {Ref: modeltest.Products, Soft: true}}),
		"itself":                          {{Model: modeltest.Model(modeltest.Refer(modeltest.Table("a", "parent_id"), "a", "parent_id")), Columns: gyro.Columns{"parent": {Ref: gyro.Table("a")}}}},
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
		{Model: modeltest.Model(modeltest.Refer(modeltest.Table("hen", "egg_id"), "egg", "egg_id")), Columns: gyro.Columns{"egg": {Ref: eggs}}},
		{Model: modeltest.Model(modeltest.Refer(modeltest.Table("egg", "hen_id"), "hen", "hen_id")), Columns: gyro.Columns{"hen": {Ref: hens}}},
	}
	names := gyro.Registry{{Model: hens, Columns: gyro.Columns{"egg": {Ref: eggs}}}, {Model: eggs, Columns: gyro.Columns{"hen": {Ref: hens}}}}
	for _, registry := range []gyro.Registry{structs, names} {
		modeltest.WantError(t, registry.Validate(), "")
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
		{"no model", gyro.Registry{{Model: modeltest.Tenants}, {}}, `importer 2: no model is given`},
		{"a model that is wrong", one(gyro.Importer{Model: gyro.Table("a.b.c")}), `importer 1: table name "a.b.c": more than schema and table; put a part that holds a dot in double quotes`},
		{"a struct that is wrong", one(gyro.Importer{Model: gyro.NewModel(schema.Table{}, errors.New("struct X: bad tag"))}), `importer 1: struct X: bad tag`},
		{"model twice", gyro.Registry{{Model: modeltest.Tenants}, {Model: gyro.Table("tenant"), File: "b.csv"}}, `importer tenant: there is another importer for this model (keep one)`},
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

		{"column unknown", modeltest.Shop(gyro.Columns{"tenat": {Ref: modeltest.Tenants}}), `importer item, column "tenat": item has no column "tenat" (did you mean "tenant_id"?)`},
		{"column unknown, none near", modeltest.Shop(gyro.Columns{"colour": {}}), `importer item, column "colour": item has no column "colour"`},
		{"column by its Go field", modeltest.Shop(gyro.Columns{"Field_note": {}}), `importer item, column "Field_note": item has no column "Field_note" (did you mean "note"?)`},
		{"Over unknown", modeltest.Shop(gyro.Columns{"o": {Ref: modeltest.Orders, Over: "tenant_id, ordr"}}), `importer item, column "o": item has no column "ordr" (did you mean "order_id"?)`},
		{"Over empty", modeltest.Shop(gyro.Columns{"o": {Ref: modeltest.Orders, Over: " , "}}), `importer item, column "o": Over names no column`},
		{"To empty", modeltest.Shop(gyro.Columns{"order": {Ref: modeltest.Orders, To: ","}}), `importer item, column "order": To names no column`},
		{"To unknown", modeltest.Shop(gyro.Columns{"o": {Ref: modeltest.Orders, Over: "tenant_id, order_id", To: "tenant_id, idd"}}), `importer item, column "o": order has no column "idd" (did you mean "id"?)`},
		{"To and Over differ", modeltest.Shop(gyro.Columns{"o": {Ref: modeltest.Orders, Over: "tenant_id, order_id", To: "id"}}), `importer item, column "o": To (id) and the reference (tenant_id, order_id) differ in their number of columns`},
		{"To and a soft column differ", modeltest.Shop(gyro.Columns{"note": {Ref: modeltest.Orders, Soft: true, To: "id, tenant_id"}}), `importer item, column "note": To (id, tenant_id) and the reference (note) differ in their number of columns`},

		{"Over without Ref", modeltest.Shop(gyro.Columns{"o": {Over: "tenant_id"}}), `importer item, column "o": Over is set, but no Ref (set Ref)`},
		{"To without Ref", modeltest.Shop(gyro.Columns{"note": {To: "id"}}), `importer item, column "note": To is set, but no Ref (set Ref)`},
		{"Soft without Ref", modeltest.Shop(gyro.Columns{"note": {Soft: true}}), `importer item, column "note": Soft is set, but no Ref (set Ref)`},
		{"by name: Over without Ref", one(gyro.Importer{Model: gyro.Table("a"), Columns: gyro.Columns{"o": {Over: "x, y"}}}), `importer a, column "o": Over is set, but no Ref (set Ref)`},
		{"by name: Soft without Ref", one(gyro.Importer{Model: gyro.Table("a"), Columns: gyro.Columns{"o": {Soft: true}}}), `importer a, column "o": Soft is set, but no Ref (set Ref)`},

		{"Ref is wrong", modeltest.Shop(gyro.Columns{"note": {Ref: gyro.Table("")}}), `importer item, column "note": Ref: table name "": an empty part`},
		{"Ref has no importer", modeltest.Shop(gyro.Columns{"note": {Ref: gyro.Table("s.other")}}), `importer item, column "note": it refers to s.other, which has no importer (add an importer for s.other)`},
		{"by name: Ref has no importer", one(gyro.Importer{Model: gyro.Table("a"), Columns: gyro.Columns{"b": {Ref: gyro.Table("b")}}}), `importer a, column "b": it refers to b, which has no importer (add an importer for b)`},
		{"no foreign key", modeltest.Shop(gyro.Columns{"note": {Ref: modeltest.Tenants}}), `importer item, column "note": note is not a foreign key, says the struct (give the struct a belongs-to relation to tenant, or set Soft)`},
		{"no foreign key over both", modeltest.Shop(gyro.Columns{"n": {Ref: modeltest.Tenants, Over: "note, tenant"}}), `importer item, column "n": note, tenant_id is not a foreign key, says the struct (give the struct a belongs-to relation to tenant, or set Soft)`},
		{"no foreign key, but its neighbour", modeltest.Shop(gyro.Columns{"gift": {Ref: modeltest.Products}}), `importer item, column "gift": gift is not a foreign key, says the struct (did you mean "gift_id"?)`},
		{"foreign key to another", modeltest.Shop(gyro.Columns{"gift_id": {Ref: modeltest.Tenants}}), `importer item, column "gift_id": the struct says that it refers to product, not to tenant`},
		{"foreign key to another, soft", modeltest.Shop(gyro.Columns{"gift_id": {Ref: modeltest.Tenants, Soft: true}}), `importer item, column "gift_id": the struct says that it refers to product, not to tenant`},
		{"a part of a key to another", modeltest.Shop(gyro.Columns{"order": {Ref: modeltest.Tenants}}), `importer item, column "order": the struct says that it refers to order, not to tenant`},
		{"a part of two", modeltest.Shop(gyro.Columns{"product": {Ref: modeltest.Products}}), `importer item, column "product": several foreign keys to product include this column (list the columns of the one that is meant in Over)`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := c.registry.Validate()
			modeltest.WantError(t, err, c.want)
			var mistake *gyro.Mistake
			if !errors.As(err, &mistake) || !strings.HasPrefix(mistake.Place.String(), "importer ") {
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
		{Model: modeltest.Tenants, File: "x.csv", Columns: gyro.Columns{"z": {}, "y": {Soft: true}, "code": {Ref: gyro.Table("none")}, "x": {}}},
		{},
		{Model: modeltest.Orders, File: "x.csv", Columns: gyro.Columns{"tenant": {Ref: modeltest.Products}}},
		{Model: modeltest.Orders, Columns: gyro.Columns{"tenant": {Ref: modeltest.Orders}}},
		{Model: modeltest.Products, File: "a/b"},
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
		modeltest.WantError(t, registry.Validate(), want)
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
		gyro.Importer{Model: modeltest.Tenants, Columns: gyro.Columns{"b": {Over: "3"}, "c": {Soft: true}}},
		gyro.Importer{Model: gyro.Table("order"), File: "o.csv"},
		gyro.Importer{Model: modeltest.Products},
		gyro.Importer{Model: gyro.Table("product"), File: "p.csv"}, // the struct stays
	)
	want := gyro.Registry{
		{Model: modeltest.Tenants, File: "t.csv", Columns: gyro.Columns{"a": {To: "1"}, "b": {Over: "3"}, "c": {Soft: true}}},
		{Model: gyro.Table("order"), File: "o.csv"},
		{Model: modeltest.Products, File: "p.csv"},
	}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(gyro.Model{}, gyro.IDs{}, gyro.Conflict{}), cmpopts.EquateEmpty()); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	if len(base) != 2 || base[1].File != "" || len(base[0].Columns) != 2 || base[0].Columns["b"].To != "2" {
		t.Errorf("the registry itself was changed: %+v", base)
	}
}
