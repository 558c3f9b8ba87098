package csvdir_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/driver"
)

// fewer: the command's script shows the others.
var fewer = cmpopts.IgnoreFields(csvdir.Reason{}, "Key", "Columns")

func TestWhy(t *testing.T) {
	t.Parallel()
	dir := makeSlice(t, shop()...)
	root := csvdir.Reason{File: "tenant.csv", Table: "tenant", Row: 1, Job: 1, Query: true}
	for _, c := range []struct {
		table string
		key   []string
		want  []csvdir.Reason
	}{
		{"tenant", []string{"1"}, []csvdir.Reason{root}},
		{"currency", []string{"USD"}, []csvdir.Reason{{File: "currency.csv", Table: "currency", Row: 2, Job: 2, Whole: true}}},
		{"shop", []string{"11"}, []csvdir.Reason{
			{File: "shop.csv", Table: "shop", Row: 2, Job: 3, Restricted: []string{"tenant_id_fk", "currency_fk"}, Via: "tenant_id_fk"}, root,
		}},
		{"item", []string{"31", "2"}, []csvdir.Reason{
			{File: "item.csv", Table: "item", Row: 3, Job: 6, Restricted: []string{"order_id_fk"}, Via: "order_id_fk"},
			{File: "orders.csv", Table: "orders", Row: 2, Job: 5, Restricted: []string{"tenant_id_fk", "shop_id_fk"}, Via: "tenant_id_fk"},
			root,
		}},
		{"customer", []string{"20"}, []csvdir.Reason{{File: "customer.csv", Table: "customer", Row: 1, Job: 4, Query: true}}},
		{"customer", []string{"21"}, []csvdir.Reason{
			{File: "customer.csv", Table: "customer", Row: 2, Included: true, Via: "customer_id_fk"},
			{File: "orders.csv", Table: "orders", Row: 2, Job: 5, Restricted: []string{"tenant_id_fk", "shop_id_fk"}, Via: "tenant_id_fk"},
			root,
		}},
	} {
		got, err := csvdir.Why(t.Context(), dir, c.table, c.key)
		if err != nil {
			t.Error(err)
		}
		if d := cmp.Diff(c.want, got, fewer); d != "" {
			t.Errorf("%s %s (-want +got):\n%s", c.table, c.key, d)
		}
	}
	_, err := csvdir.Why(t.Context(), dir, "customer", []string{"23"})
	if want := "read directory " + dir + ": customer.csv has no row with this key (a key is written as it stands in the file, by id)"; err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

// A reference that would have become NULL included nothing, and is no reason.
func TestWhyNotSetNull(t *testing.T) {
	t.Parallel()
	setNull := func(r *driver.ManifestReference) { r.Missing = string(gyro.SetNull) }
	dir := makeSlice(t, made("parent", "id bigint", "id\n1\n").lists("id\n1\n"),
		made("child", "id bigint, parent_id bigint", "id,parent_id\n1,1\n").to("parent_id -> parent.id", setNull).job(1, true, false))
	steps, err := csvdir.Why(t.Context(), dir, "parent", []string{"1"})
	want := "explain directory " + dir + ": parent.csv: the row is listed as included, but no selected row leads to it (gyro verify says whether the slice is what was taken)"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v, %v\nwant %s", steps, err, want)
	}
}

// Where a table has no primary key, its rows are told apart by a unique key without NULLs.
func TestWhyWithoutPrimaryKey(t *testing.T) {
	t.Parallel()
	parent := made("parent", "t text, code text, n integer", "t,code,n\n,a,1\n,a,2\n").unique("t").unique("code", "n").lists("code,n\na,2\n")
	parent.PrimaryKey, parent.Columns[1].NotNull, parent.Columns[2].NotNull = nil, true, true
	dir := makeSlice(t, parent, made("child", "id bigint, n integer, code text", "id,n,code\n1,2,a\n").to("n,code -> parent.n,code", include).job(1, true, false))
	if got := problems(verify(t, dir, csvdir.VerifyOptions{})); len(got) > 0 {
		t.Errorf("got %q", got)
	}
	got, err := csvdir.Why(t.Context(), dir, "parent", []string{"a", "2"})
	want := []csvdir.Reason{
		{File: "parent.csv", Table: "parent", Row: 2, Included: true, Via: "n_code_fk"},
		{File: "child.csv", Table: "child", Row: 1, Job: 1, Query: true},
	}
	if d := cmp.Diff(want, got, fewer); d != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, d)
	}
	leaks, err := csvdir.Fence(t.Context(), dir, "parent", []string{"a", "2"}, csvdir.VerifyOptions{})
	if err != nil || len(leaks.Files) != 1 || leaks.Files[0].Rows != 1 {
		t.Errorf("got %+v, %v", leaks, err)
	}
}

// A row may be here because its job follows a row that another included, and so on.
func TestWhyFollowed(t *testing.T) {
	t.Parallel()
	follow := func(h *handmade) *handmade { h.Follow = true; return h }
	dir := makeSlice(t,
		made("customer", "id bigint", "id\n1\n2\n").lists("id\n2\n").job(1, true, false),
		follow(made("orders", "id bigint, customer_id bigint, parent_id bigint", "id,customer_id,parent_id\n10,1,20\n20,2,\n21,2,\n").
			to("customer_id -> customer.id").to("parent_id -> orders.id", include).lists("id\n20\n21\n")).job(2, false, false),
		follow(made("item", "id bigint, order_id bigint", "id,order_id\n30,10\n31,21\n").to("order_id -> orders.id").lists("id\n31\n")).job(3, false, false),
	)
	if got := problems(verify(t, dir, csvdir.VerifyOptions{})); len(got) > 0 {
		t.Errorf("got %q", got)
	}
	got, err := csvdir.Why(t.Context(), dir, "item", []string{"31"})
	want := []csvdir.Reason{
		{File: "item.csv", Table: "item", Row: 2, Included: true, Followed: true, Via: "order_id_fk"},
		{File: "orders.csv", Table: "orders", Row: 3, Included: true, Followed: true, Via: "customer_id_fk"},
		{File: "customer.csv", Table: "customer", Row: 2, Included: true, Via: "customer_id_fk"},
		{File: "orders.csv", Table: "orders", Row: 2, Included: true, Via: "parent_id_fk"},
		{File: "orders.csv", Table: "orders", Row: 1, Job: 2, Restricted: []string{"customer_id_fk"}, Via: "customer_id_fk"},
		{File: "customer.csv", Table: "customer", Row: 1, Job: 1, Query: true},
	}
	if d := cmp.Diff(want, got, fewer); d != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, d)
	}
}
