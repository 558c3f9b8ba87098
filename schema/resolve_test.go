package schema_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/gyrodata/gyro/schema"
)

// items is a table as gyrobun describes one, with a composite reference, a column that is
// named as another's stem, and two relations of one snake name.
var items = schema.Table{
	Name: schema.NewName("orders", "item"),
	Columns: []schema.Column{
		{Name: "id", Field: "ID"},
		{Name: "tenant_id", Field: "TenantID"},
		{Name: "order_id", Field: "OrderID"},
		{Name: "product", Field: "ProductID"},
		{Name: "product_id", Field: "LegacyProduct"},
		{Name: "qty", Field: "Quantity"},
		{Name: "unit_price", Field: "UnitPrice"},
	},
	References: []schema.Reference{
		{Name: "Order", Relation: "OrderOf", Columns: []string{"tenant_id", "order_id"}},
		{Name: "Price", Relation: "UnitPrice", Columns: []string{"qty"}},
		{Name: "Two", Relation: "HTTPLog", Columns: []string{"qty"}},
		{Name: "Three", Relation: "HttpLog", Columns: []string{"id"}},
		{Name: "item_tenant_fk", Columns: []string{"tenant_id"}},
	},
}

func TestResolve(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]string{
		"tenant_id":  {"tenant_id"},
		"tenant":     {"tenant_id"},
		"product":    {"product"}, // the column itself before the column with _id
		"product_id": {"product_id"},
		"OrderOf":    {"tenant_id", "order_id"}, // the relation
		"order_of":   {"tenant_id", "order_id"}, // the relation, as a column would be written
		"unit_price": {"unit_price"},            // a column before a relation of that name
		"UnitPrice":  {"qty"},
		"HTTPLog":    {"qty"}, // exact, and so not ambiguous as http_log is
	} {
		got, err := items.Resolve(name)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: got %q, %v; want %q", name, got, err, want)
		}
	}
}

func TestResolveMistakes(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct{ text, nearest string }{
		"http_log":  {text: `"http_log" may be relation HTTPLog or HttpLog: name the column`},
		"tenat":     {text: `orders.item has no column "tenat"`, nearest: "tenant_id"},
		"Tenant":    {text: `orders.item has no column "Tenant"`, nearest: "tenant_id"},
		"TenantID":  {text: `orders.item has no column "TenantID"`, nearest: "tenant_id"},
		"Quantity":  {text: `orders.item has no column "Quantity"`, nearest: "qty"}, // the Go field
		"ProductID": {text: `orders.item has no column "ProductID"`, nearest: "product"},
		"colour":    {text: `orders.item has no column "colour"`},
	} {
		got, err := items.Resolve(name)
		if err == nil || err.Error() != want.text || got != nil {
			t.Errorf("%s: got %q, %v; want %s", name, got, err, want.text)
			continue
		}
		var unknown *schema.UnknownColumnError
		if errors.As(err, &unknown) && (unknown.Nearest != want.nearest || unknown.Name != name || unknown.Table != items.Name) {
			t.Errorf("%s: got %+v, want nearest %q", name, unknown, want.nearest)
		}
	}
}
