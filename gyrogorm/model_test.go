package gyrogorm_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"
	gormschema "gorm.io/gorm/schema"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/gyrogorm"
	"github.com/gyrodata/gyro/schema"
)

type tenant struct {
	ID        int64
	Code      string `gorm:"column:short_code;not null;type:varchar(9);unique"`
	CreatedAt time.Time
	Secret    string   `gorm:"-"`
	Orders    []*order `gorm:"foreignKey:TenantID"`
}

func (tenant) TableName() string { return "accounts.tenant" }

type order struct {
	TenantID   int64 `gorm:"primaryKey;autoIncrement:false"`
	ID         int64 `gorm:"primaryKey;autoIncrement:false"`
	TenantCode *string
	ParentID   *int64
	Tenant     *tenant `gorm:"foreignKey:TenantID"`
	ByCode     *tenant `gorm:"foreignKey:TenantCode;references:Code"` // to a unique key
	Parent     *order  `gorm:"foreignKey:TenantID,ParentID;references:TenantID,ID"`
}

func (order) TableName() string { return "order" }

// A circle: hens and eggs, with what gorm.Model gives them.
type (
	hen struct {
		gorm.Model
		EggID uint
		Egg   *egg `gorm:"foreignKey:EggID"`
	}
	egg struct {
		ID    uint
		HenID uint
		Hen   *hen `gorm:"foreignKey:HenID"`
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
		{gyrogorm.Model[tenant](), schema.Table{
			Name: schema.Name{Schema: "accounts", Table: "tenant"}, Kind: schema.Ordinary, PrimaryKey: []string{"id"},
			Columns: []schema.Column{
				{Name: "id", NotNull: true, Field: "ID"},
				{Name: "short_code", Type: "varchar(9)", NotNull: true, Field: "Code"},
				{Name: "created_at", Field: "CreatedAt"},
			},
		}},
		{gyrogorm.Model[order](), schema.Table{
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
		{gyrogorm.Model[hen](), schema.Table{
			Name: schema.NewName("", "hens"), Kind: schema.Ordinary, PrimaryKey: []string{"id"},
			Columns: []schema.Column{
				{Name: "id", NotNull: true, Field: "ID"},
				{Name: "created_at", Field: "CreatedAt"},
				{Name: "updated_at", Field: "UpdatedAt"},
				{Name: "deleted_at", Field: "DeletedAt"},
				{Name: "egg_id", Field: "EggID"},
			},
			References: []schema.Reference{{Name: "Egg", Relation: "Egg", Columns: []string{"egg_id"}, To: schema.NewName("", "eggs"), ToColumns: []string{"id"}}},
		}},
		{gyrogorm.Model[keyless](), schema.Table{
			Name: schema.NewName("", "keylesses"), Kind: schema.Ordinary,
			Columns: []schema.Column{{Name: "at", Field: "At"}, {Name: "size", Field: "Size"}},
		}},
		{gyrogorm.Model[keyless](gormschema.NamingStrategy{TablePrefix: "shop.", SingularTable: true}), schema.Table{
			Name: schema.NewName("shop", "keyless"), Kind: schema.Ordinary,
			Columns: []schema.Column{{Name: "at", Field: "At"}, {Name: "size", Field: "Size"}},
		}},
	} {
		if d := cmp.Diff(gyro.NewModel(c.want, nil), c.model, cmp.AllowUnexported(gyro.Model{})); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.want.Name, d)
		}
	}
}

// Structs that refer to each other are declared in one registry, by any name that the ORM's user would say.
func TestRegistry(t *testing.T) {
	t.Parallel()
	tenants, orders := gyrogorm.Model[tenant](), gyrogorm.Model[order]()
	hens, eggs := gyrogorm.Model[hen](), gyrogorm.Model[egg]()
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
	badRelation struct {
		ID int64
		T  *tenant `gorm:"foreignKey:Nope"`
	}
	badName struct{ ID int64 }
)

func (badName) TableName() string { return "a.b.c" }

// What GORM can't read waits for Validate.
func TestModelMistakes(t *testing.T) {
	t.Parallel()
	err := gyro.Registry{{Model: gyrogorm.Model[badRelation]()}, {Model: gyrogorm.Model[badName]()}, {Model: gyrogorm.Model[int]()}, {Model: gyrogorm.Model[hen]()}}.Validate()
	for _, want := range []string{"struct gyrogorm_test.badRelation: ", "invalid field found for struct", "struct gyrogorm_test.badName: ", "struct int: "} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if strings.Contains(err.Error(), "hen") {
		t.Error(err)
	}
}
