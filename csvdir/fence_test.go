package csvdir_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gyrodata/gyro/csvdir"
)

// A fence shows which rows belong to another tenant, and the chain by which a row that also
// belongs to the own one leads there.
func TestFence(t *testing.T) {
	t.Parallel()
	dir := makeSlice(t, shop()...)
	got, err := csvdir.Fence(t.Context(), dir, "tenant", []string{"1"}, csvdir.VerifyOptions{ShowValues: true})
	if err != nil {
		t.Fatal(err)
	}
	want := &csvdir.Leaks{
		Table: "tenant", Key: []string{"1"},
		Files: []csvdir.Leak{
			{File: "tenant.csv", Table: "tenant", Rows: 1, First: []int64{2}},
			{File: "customer.csv", Table: "customer", Rows: 1, First: []int64{2}},
			{File: "orders.csv", Table: "orders", Rows: 1, First: []int64{2}},
			{File: "item.csv", Table: "item", Rows: 2, First: []int64{2, 3}},
		},
		Chain: []csvdir.Link{
			{File: "customer.csv", Table: "customer", Row: 2, Reference: "tenant_id_fk", Key: []string{"21"}},
			{File: "tenant.csv", Table: "tenant", Row: 2, Key: []string{"2"}},
		},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}

	files := shop()
	files[3].text = strings.Replace(files[3].text, "21,2,20", "21,2,", 1) // he was invited by nobody
	got, err = csvdir.Fence(t.Context(), makeSlice(t, files...), "tenant", []string{"1"}, csvdir.VerifyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	chain := []csvdir.Link{
		{File: "orders.csv", Table: "orders", Row: 2, Reference: "customer_id_fk"},
		{File: "customer.csv", Table: "customer", Row: 2, Reference: "tenant_id_fk"},
		{File: "tenant.csv", Table: "tenant", Row: 2},
	}
	if d := cmp.Diff(chain, got.Chain); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// A chain begins with a row that belongs to both, though others of its table leak before it.
func TestFenceBridge(t *testing.T) {
	t.Parallel()
	dir := makeSlice(t, made("tenant", "id bigint", "id\n1\n2\n"),
		made("customer", "id bigint, tenant_id bigint", "id,tenant_id\n20,2\n").to("tenant_id -> tenant.id"),
		made("orders", "id bigint, tenant_id bigint, customer_id bigint", "id,tenant_id,customer_id\n30,2,20\n31,,20\n32,1,20\n33,1,20\n").
			to("tenant_id -> tenant.id").to("customer_id -> customer.id"),
		made("item", "id bigint, order_id bigint", "id,order_id\n40,32\n").to("order_id -> orders.id"))
	got, err := csvdir.Fence(t.Context(), dir, "tenant", []string{"1"}, csvdir.VerifyOptions{})
	want := []csvdir.Link{
		{File: "orders.csv", Table: "orders", Row: 3, Reference: "customer_id_fk"},
		{File: "customer.csv", Table: "customer", Row: 1, Reference: "tenant_id_fk"},
		{File: "tenant.csv", Table: "tenant", Row: 2},
	}
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got.Chain); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// Where the fence holds nothing is found; what belongs to nobody is no leak. A reference to a
// row of the fence's table that the slice does not have is one.
func TestFenceHolds(t *testing.T) {
	t.Parallel()
	files := shop()
	for i, row := range map[int]string{0: "2,two\n", 3: "21,2,20\n", 4: "31,1,11,21\n", 5: "31,1,\"\"\n31,2,x\n"} {
		files[i].text = strings.Replace(files[i].text, row, "", 1)
	}
	files[3].lists("id\n")
	got, err := csvdir.Fence(t.Context(), makeSlice(t, files...), "tenant", []string{"1"}, csvdir.VerifyOptions{})
	if err != nil || !got.None() || len(got.Chain) > 0 {
		t.Errorf("got %+v, %v", got, err)
	}
	files[2].text = strings.Replace(files[2].text, "11,1", "11,2", 1)
	got, err = csvdir.Fence(t.Context(), makeSlice(t, files...), "tenant", []string{"1"}, csvdir.VerifyOptions{})
	if err != nil || got.None() || got.Chain[len(got.Chain)-1].String() != "tenant, a row that the slice does not have" {
		t.Errorf("got %+v, %v", got, err)
	}
}

// What can't be fenced is refused, with what to do.
func TestFenceErrors(t *testing.T) {
	t.Parallel()
	keyless := made("keyless", "t text", "t\n")
	keyless.PrimaryKey = nil
	dir := makeSlice(t, append(shop(), keyless)...)
	for _, c := range []struct{ table, key, want string }{
		{"tenat", "1", `the slice has no table tenat (did you mean "tenant"?)`},
		{"a.b.c", "1", `table: table name "a.b.c": more than schema and table; put a part that holds a dot in double quotes`},
		{"tenant", "3", "tenant.csv has no row with this key (a key is written as it stands in the file, by id)"},
		{"tenant", "1,2", "the key of tenant has 1 column, not 2 (it is (id))"},
		{"item", "30", "the key of item has 2 columns, not 1 (it is (order_id, number))"},
		{"keyless", "1", "keyless has no primary key, and no unique key without NULLs"},
	} {
		_, err := csvdir.Fence(t.Context(), dir, c.table, strings.Split(c.key, ","), csvdir.VerifyOptions{})
		if err == nil || !strings.HasSuffix(err.Error(), c.want) {
			t.Errorf("got  %v\nwant … %s", err, c.want)
		}
	}
	put(t, "id,name\n1,one,secret\n", dir, "tenant.csv")
	_, err := csvdir.Fence(t.Context(), dir, "tenant", []string{"1"}, csvdir.VerifyOptions{})
	if want := "read directory " + dir + ": tenant.csv: row 1, line 2: 3 fields, the header has 2 (gyro verify says what is wrong)"; err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	put(t, "{", dir, "manifest.json")
	if _, err := csvdir.Fence(t.Context(), dir, "tenant", []string{"1"}, csvdir.VerifyOptions{}); err == nil || !strings.Contains(err.Error(), "can't be read (gyro verify") {
		t.Errorf("got %v", err)
	}
}

// Where the memory for keys of leaking rows ends, or a circle is very deep, the fence still
// does not hold, and it says that there may be more.
func TestFencePartial(t *testing.T) {
	t.Parallel()
	var tree strings.Builder
	tree.WriteString("id,tenant_id,parent_id\n")
	const n = 5000
	for i := range n { // each row refers to the next, the last to tenant 2
		if i == n-1 {
			fmt.Fprintf(&tree, "%d,2,\n", i)
			continue
		}
		fmt.Fprintf(&tree, "%d,,%d\n", i, i+1)
	}
	dir := makeSlice(t, made("tenant", "id bigint", "id\n1\n2\n"),
		made("tree", "id bigint, tenant_id bigint, parent_id bigint", tree.String()).to("tenant_id -> tenant.id").to("parent_id -> tree.id"))
	for _, limit := range []int64{0, 100} {
		got, err := csvdir.Fence(t.Context(), dir, "tenant", []string{"1"}, csvdir.VerifyOptions{MemoryLimit: limit})
		if err != nil || got.None() || !got.Partial || len(got.Chain) < 2 {
			t.Errorf("with %d bytes: %+v, %v", limit, got, err)
		}
	}
	got, err := csvdir.Fence(t.Context(), dir, "tree", []string{"4999"}, csvdir.VerifyOptions{})
	if err != nil || got.None() {
		t.Errorf("got %+v, %v", got, err)
	}
}

// Over many blocks: rows are all counted, and the row that belongs to both is found in the
// last. With little memory the fence does not hold either, and it says that it counted less.
func TestFenceLarge(t *testing.T) {
	t.Parallel()
	const n = 50_000
	var orders, items strings.Builder
	orders.WriteString("id,tenant_id,customer_id\n")
	items.WriteString("id,order_id\n")
	for i := range n {
		tenant := 2 - i/(n-1) // the last is of tenant 1, and of a customer of tenant 2
		fmt.Fprintf(&orders, "%d,%d,20\n", i, tenant)
		fmt.Fprintf(&items, "%d,%d\n", i, i)
	}
	dir := makeSlice(t, made("tenant", "id bigint", "id\n1\n2\n"),
		made("customer", "id bigint, tenant_id bigint", "id,tenant_id\n20,2\n").to("tenant_id -> tenant.id"),
		made("orders", "id bigint, tenant_id bigint, customer_id bigint", orders.String()).to("tenant_id -> tenant.id").to("customer_id -> customer.id"),
		made("item", "id bigint, order_id bigint", items.String()).to("order_id -> orders.id"))
	for _, limit := range []int64{0, n * 32} {
		got, err := csvdir.Fence(t.Context(), dir, "tenant", []string{"1"}, csvdir.VerifyOptions{MemoryLimit: limit})
		if err != nil {
			t.Fatal(err)
		}
		if got.Partial != (limit > 0) || got.Files[2].Rows != n || (got.Files[3].Rows == n) != (limit == 0) || got.Files[3].Rows == 0 {
			t.Errorf("with %d bytes: partial %t, %+v", limit, got.Partial, got.Files)
		}
		if got.Chain[0].Row != n || got.Chain[0].Table != "orders" || len(got.Chain) != 3 {
			t.Errorf("with %d bytes: %+v", limit, got.Chain)
		}
	}
}
