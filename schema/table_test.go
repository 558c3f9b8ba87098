package schema_test

import (
	"reflect"
	"slices"
	"testing"

	"github.com/gyrodata/gyro/schema"
)

func TestTableColumn(t *testing.T) {
	t.Parallel()
	if c, ok := items.Column("qty"); !ok || c.Field != "Quantity" {
		t.Errorf("got %+v, %t", c, ok)
	}
	if c, ok := items.Column("Qty"); ok || !reflect.DeepEqual(c, schema.Column{}) {
		t.Errorf("a name is exact; got %+v", c)
	}
	want := []string{"id", "tenant_id", "order_id", "product", "product_id", "qty", "unit_price"}
	if got := items.ColumnNames(); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestTableOver(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		columns []string
		want    []string
	}{
		{columns: []string{"tenant_id"}, want: []string{"item_tenant_fk"}},
		{columns: []string{"order_id", "tenant_id"}, want: []string{"Order"}}, // in any order
		{columns: []string{"tenant_id", "order_id"}, want: []string{"Order"}},
		{columns: []string{"order_id"}}, // only a part of one
		{columns: []string{"qty"}, want: []string{"Price", "Two"}},
		{columns: nil},
	} {
		var got []string
		for _, r := range items.Over(c.columns) {
			got = append(got, r.Name)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q: got %q, want %q", c.columns, got, c.want)
		}
	}
	columns := []string{"tenant_id", "order_id"}
	items.Over(columns)
	if columns[0] != "tenant_id" {
		t.Error("the caller's columns were sorted")
	}
}
