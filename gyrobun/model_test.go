package gyrobun_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/uptrace/bun"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/gyrobun"
	"github.com/gyrodata/gyro/schema"
)

type tenant struct {
	bun.BaseModel `bun:"table:accounts.tenant,alias:t"`
	ID            int64     `bun:",pk,autoincrement"`
	Code          string    `bun:"short_code,notnull,type:varchar(9),unique"`
	CreatedAt     time.Time `bun:",nullzero"`
	Secret        string    `bun:"-"`
	Orders        []*order  `bun:"rel:has-many,join:id=tenant_id"`
}

type order struct {
	bun.BaseModel `bun:"table:order"`
	TenantID      int64 `bun:",pk"`
	ID            int64 `bun:",pk"`
	TenantCode    *string
	ParentID      *int64
	Tenant        *tenant `bun:"rel:belongs-to,join:tenant_id=id"`
	ByCode        *tenant `bun:"rel:belongs-to,join:tenant_code=short_code"` // to a unique key
	Parent        *order  `bun:"rel:belongs-to,join:tenant_id=tenant_id,join:parent_id=id"`
}

// A circle: hens and eggs.
type (
	hen struct {
		ID    int64 `bun:",pk"`
		EggID int64
		Egg   *egg `bun:"rel:belongs-to"`
	}
	egg struct {
		ID    int64 `bun:",pk"`
		HenID int64
		Hen   *hen `bun:"rel:belongs-to,join:hen_id=id"`
	}
)

// keyless embeds its columns, and has no primary key.
type keyless struct {
	Stamp
	Size int
}

type Stamp struct{ At time.Time }

func TestModel(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		model gyro.Model
		want  schema.Table
	}{
		{gyrobun.Model[tenant](), schema.Table{
			Name: schema.Name{Schema: "accounts", Table: "tenant"}, Kind: schema.Ordinary, PrimaryKey: []string{"id"},
			Columns: []schema.Column{
				{Name: "id", NotNull: true, Field: "ID"},
				{Name: "short_code", Type: "varchar(9)", NotNull: true, Field: "Code"},
				{Name: "created_at", Field: "CreatedAt"},
			},
		}},
		{gyrobun.Model[order](), schema.Table{
			Name: schema.Name{Schema: "public", Table: "order"}, Kind: schema.Ordinary, PrimaryKey: []string{"tenant_id", "id"},
			Columns: []schema.Column{
				{Name: "tenant_id", NotNull: true, Field: "TenantID"},
				{Name: "id", NotNull: true, Field: "ID"},
				{Name: "tenant_code", Field: "TenantCode"},
				{Name: "parent_id", Field: "ParentID"},
			},
			References: []schema.Reference{
				{Name: "ByCode", Relation: "ByCode", Columns: []string{"tenant_code"}, To: schema.NewName("accounts", "tenant"), ToColumns: []string{"short_code"}},
				{Name: "Parent", Relation: "Parent", Columns: []string{"tenant_id", "parent_id"}, To: schema.NewName("", "order"), ToColumns: []string{"tenant_id", "id"}},
				{Name: "Tenant", Relation: "Tenant", Columns: []string{"tenant_id"}, To: schema.NewName("accounts", "tenant"), ToColumns: []string{"id"}},
			},
		}},
		{gyrobun.Model[hen](), schema.Table{
			Name: schema.NewName("", "hens"), Kind: schema.Ordinary, PrimaryKey: []string{"id"},
			Columns:    []schema.Column{{Name: "id", NotNull: true, Field: "ID"}, {Name: "egg_id", Field: "EggID"}},
			References: []schema.Reference{{Name: "Egg", Relation: "Egg", Columns: []string{"egg_id"}, To: schema.NewName("", "eggs"), ToColumns: []string{"id"}}},
		}},
		{gyrobun.Model[keyless](), schema.Table{
			Name: schema.NewName("", "keylesses"), Kind: schema.Ordinary,
			Columns: []schema.Column{{Name: "at", Field: "At"}, {Name: "size", Field: "Size"}},
		}},
	} {
		if d := cmp.Diff(gyro.NewModel(c.want, nil), c.model, cmp.AllowUnexported(gyro.Model{})); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.want.Name, d)
		}
	}
}

// Structs that refer to each other are declared in one registry, by any name that the
// ORM's user would say.
func TestRegistry(t *testing.T) {
	t.Parallel()
	tenants, orders := gyrobun.Model[tenant](), gyrobun.Model[order]()
	hens, eggs := gyrobun.Model[hen](), gyrobun.Model[egg]()
	good := gyro.Registry{
		{Model: hens, Columns: gyro.Columns{"egg": {Ref: eggs}}},
		{Model: eggs, Columns: gyro.Columns{"Hen": {Ref: hens}}},
		{Model: tenants},
		{Model: orders, Columns: gyro.Columns{
			"tenant": {Ref: tenants}, "ByCode": {Ref: tenants}, "by_code": {Ref: tenants}, "Parent": {Ref: orders},
			"self": {Ref: orders, Over: "tenant, parent", To: "tenant, id"},
		}},
	}
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	bad := gyro.Registry{{Model: tenants, Columns: gyro.Columns{"Code": {}}}, {Model: orders, Columns: gyro.Columns{"tenant": {Ref: orders}}}}
	want := `importer accounts.tenant, column "Code": accounts.tenant has no column "Code" (did you mean "short_code"?)` + "\n" +
		`importer order, column "tenant": the struct says that it refers to accounts.tenant, not to order`
	if err := bad.Validate(); err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

type (
	badJoin struct {
		ID int64   `bun:",pk"`
		T  *tenant `bun:"rel:belongs-to,join:nope=id"`
	}
	badRelation struct {
		ID int64   `bun:",pk"`
		T  *tenant `bun:"rel:belongs"`
	}
	badName struct {
		bun.BaseModel `bun:"table:a.b.c"`
		ID            int64
	}
)

// Where bun panics, the error waits for Validate.
func TestModelMistakes(t *testing.T) {
	t.Parallel()
	err := gyro.Registry{
		{Model: gyrobun.Model[badJoin]()},
		{Model: gyrobun.Model[badRelation]()},
		{Model: gyrobun.Model[badName]()},
		{Model: gyrobun.Model[int]()},
		{Model: gyrobun.Model[hen]()},
	}.Validate()
	want := `importer 1: struct gyrobun_test.badJoin: bun: BadJoin belongs-to T: BadJoin must have column nope
importer 2: struct gyrobun_test.badRelation: bun: unknown relation=belongs on field=T
importer 3: struct gyrobun_test.badName: table name "a.b.c": more than schema and table; put a part that holds a dot in double quotes
importer 4: struct int: got int, wanted struct`
	if err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}
