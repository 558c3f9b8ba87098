// Package modeltest has models and registries for tests that need no database.
package modeltest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/schema"
)

// Table describes a table as a catalog or a struct does: an id, and the columns.
func Table(name string, columns ...string) *schema.Table {
	n, err := schema.ParseName(name)
	if err != nil {
		panic(err)
	}
	t := &schema.Table{Name: n, Kind: schema.Ordinary, PrimaryKey: []string{"id"}}
	for _, c := range slices.Concat([]string{"id"}, columns) {
		t.Columns = append(t.Columns, schema.Column{Name: c, Type: "bigint", Field: "Field_" + c})
	}
	return t
}

// Refer adds a foreign key to t, named as its columns are.
func Refer(t *schema.Table, to string, columns ...string) *schema.Table {
	n, err := schema.ParseName(to)
	if err != nil {
		panic(err)
	}
	t.References = append(t.References, schema.Reference{
		Name: fmt.Sprint(columns), Columns: columns, To: n, ToColumns: []string{"id"}[:min(1, 2-len(columns))],
	})
	return t
}

// Model is a Model that a struct described.
func Model(t *schema.Table) gyro.Model { return gyro.NewModel(*t, nil) }

// WantError compares a whole error text.
func WantError(t *testing.T, err error, want string) {
	t.Helper()
	got := ""
	if err != nil {
		got = err.Error()
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("error (-want +got):\n%s", d)
	}
}

// The structs of the tests' shop: items refer to orders by a composite key, to a product
// twice, and to a customer with two foreign keys that say the same.
var (
	Tenants  = Model(Table("tenant", "code"))
	Orders   = Model(Refer(Table("order", "tenant_id"), "tenant", "tenant_id"))
	Products = Model(Table("product"))
	Items    = Model(Refer(Refer(Refer(Refer(Refer(Refer(Table("item", "tenant_id", "order_id", "product_id", "twin_id", "gift", "gift_id", "customer_id", "note"),
		"order", "tenant_id", "order_id"), "product", "twin_id", "product_id"), "product", "product_id", "gift_id"),
		"product", "gift_id"), "customer", "customer_id"), "customer", "customer_id"))
	Customers = Model(Table("customer"))
)

// Shop is a registry without mistakes, with the columns of items.
func Shop(columns gyro.Columns) gyro.Registry {
	return gyro.Registry{{Model: Tenants}, {Model: Customers}, {Model: Orders}, {Model: Products}, {Model: Items, Columns: columns}}
}
