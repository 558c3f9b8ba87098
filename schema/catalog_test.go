package schema_test

import (
	"slices"
	"testing"

	"github.com/gyrodata/gyro/schema"
)

func TestNearest(t *testing.T) {
	t.Parallel()
	candidates := []string{"accounts_tenant", "accounts_shop", "Order Item", "id", "a"}
	for name, want := range map[string]string{
		"accounts_tenat":  "accounts_tenant", // a letter missing
		"acounts_tennant": "accounts_tenant", // two
		"accounts_hsop":   "accounts_shop",   // neighbours swapped
		"AccountsShop":    "accounts_shop",   // another way to write it
		"order-item":      "Order Item",
		"ID":              "id",
		"ad":              "", // too short to be like anything
		"products":        "",
		"":                "",
	} {
		if got := schema.Nearest(name, candidates); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

// A swap counts once: two letters of six may differ, and here three do, were it counted
// as two.
func TestNearestSwap(t *testing.T) {
	t.Parallel()
	if got := schema.Nearest("tneatn", []string{"tenant"}); got != "tenant" {
		t.Errorf("got %q", got)
	}
}

func TestCatalogNearest(t *testing.T) {
	t.Parallel()
	catalog := schema.Catalog{}
	for _, name := range []schema.Name{{Schema: "sales", Table: "customer"}, {Schema: "public", Table: "customers"}, {Schema: "public", Table: "orders"}} {
		catalog[name] = &schema.Table{Name: name}
	}
	for name, want := range map[schema.Name]string{
		{Schema: "public", Table: "customer"}: "sales.customer", // the same table elsewhere, before a likely spelling
		{Schema: "public", Table: "order"}:    "orders",
		{Schema: "public", Table: "tenants"}:  "",
	} {
		if got := catalog.Nearest(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	want := []schema.Name{{Schema: "public", Table: "customers"}, {Schema: "public", Table: "orders"}, {Schema: "sales", Table: "customer"}}
	if got := catalog.Names(); !slices.Equal(got, want) {
		t.Errorf("names: %v", got)
	}
}
