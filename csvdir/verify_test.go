package csvdir_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/driver"
)

func TestVerify(t *testing.T) {
	t.Parallel()
	dir := makeSlice(t, shop()...)
	want := &csvdir.Verification{
		Path: dir,
		Files: []csvdir.FileCheck{
			{File: "tenant.csv", Table: "tenant", Rows: 2, Bytes: 20, Keys: 1},
			{File: "currency.csv", Table: "currency", Rows: 2, Bytes: 24, Keys: 1},
			{File: "shop.csv", Table: "shop", Rows: 2, Bytes: 40, Keys: 1, References: 2},
			{File: "customer.csv", Table: "customer", Rows: 3, Bytes: 46, Keys: 1, References: 2},
			{File: "customer.included", Table: "customer", Rows: 1, Bytes: 6, Keys: 1, References: 1},
			{File: "orders.csv", Table: "orders", Rows: 2, Bytes: 55, Keys: 1, References: 3},
			{File: "item.csv", Table: "item", Rows: 3, Bytes: 42, Keys: 1, References: 1},
		},
		References: []csvdir.ReferenceCheck{
			{File: "shop.csv", Name: "tenant_id_fk", To: "tenant", Rows: 2, Checked: true},
			{File: "shop.csv", Name: "currency_fk", To: "currency", Rows: 2, Checked: true},
			{File: "customer.csv", Name: "tenant_id_fk", To: "tenant", Rows: 3, Checked: true},
			{File: "customer.csv", Name: "invited_by_fk", To: "customer", Rows: 2, Checked: true},
			{File: "orders.csv", Name: "tenant_id_fk", To: "tenant", Rows: 2, Checked: true},
			{File: "orders.csv", Name: "shop_id_fk", To: "shop", Rows: 2, Checked: true},
			{File: "orders.csv", Name: "customer_id_fk", To: "customer", Rows: 2, Checked: true},
			{File: "item.csv", Name: "order_id_fk", To: "orders", Rows: 3, Checked: true},
		},
		Problems: []csvdir.Problem{},
	}
	for _, limit := range []int64{0, 1, 20, 50} { // in many rounds too
		got := verify(t, dir, csvdir.VerifyOptions{MemoryLimit: limit})
		if d := cmp.Diff(want, got, cmpopts.IgnoreFields(csvdir.Verification{}, "Elapsed")); d != "" {
			t.Errorf("with %d bytes (-want +got):\n%s", limit, d)
		}
		if !got.Proved() || got.Elapsed <= 0 {
			t.Errorf("proved %t in %s", got.Proved(), got.Elapsed)
		}
	}
}

// problems are what Verify says, each as its kind and text.
func problems(v *csvdir.Verification) []string {
	list := []string{}
	for _, p := range v.Problems {
		list = append(list, string(p.Kind)+": "+p.String())
	}
	return list
}

// Each thing that can be wrong is found, and named without a value.
func TestVerifyProblems(t *testing.T) {
	t.Parallel()
	text := func(table int, from, to string) func([]*handmade) {
		return func(s []*handmade) {
			if !strings.Contains(s[table].text, from) {
				panic(from)
			}
			s[table].text = strings.ReplaceAll(s[table].text, from, to)
		}
	}
	file := func(name, text string) func(*testing.T, string) {
		return func(t *testing.T, dir string) { put(t, text, dir, name) }
	}
	manifest := func(change func(*driver.Manifest)) func(*testing.T, string) {
		return func(t *testing.T, dir string) { changeManifest(t, dir, change) }
	}
	for name, c := range map[string]struct {
		make  func([]*handmade)
		spoil func(t *testing.T, dir string)
		want  []string
	}{
		"a reference leads nowhere":     {text(4, "31,1,11,21", "31,1,12,21"), nil, []string{"dangling reference: orders.csv: 1 row whose reference shop_id_fk (shop_id) leads to no row of shop: row 2"}},
		"by text":                       {text(2, "EUR", "eur"), nil, []string{"dangling reference: shop.csv: 1 row whose reference currency_fk (currency) leads to no row of currency: row 1"}},
		"the empty string is not NULL":  {text(2, "EUR", `""`), nil, []string{"dangling reference: shop.csv: 1 row whose reference currency_fk (currency) leads to no row of currency: row 1"}},
		"the same number, other bytes":  {text(4, "30,1,10,20", "30,01,10,+20"), nil, []string{"dangling reference: orders.csv: 1 row whose reference tenant_id_fk (tenant_id) leads to no row of tenant: row 1", "dangling reference: orders.csv: 1 row whose reference customer_id_fk (customer_id) leads to no row of customer: row 1"}},
		"to its own table":              {text(3, "22,1,20", "22,1,23"), nil, []string{"dangling reference: customer.csv: 1 row whose reference invited_by_fk (invited_by) leads to no row of customer: row 3"}},
		"NULL leads nowhere":            {text(2, ",EUR", ","), nil, []string{}},
		"a key twice":                   {text(4, "31,1,11,21", "30,1,11,21"), nil, []string{"repeated key: orders.csv: 2 rows that share their key (id) with another: rows 1, 2", "dangling reference: item.csv: 2 rows whose reference order_id_fk (order_id) leads to no row of orders: rows 2, 3"}},
		"a text key twice":              {text(1, "USD", "EUR"), nil, []string{"repeated key: currency.csv: 2 rows that share their key (code) with another: rows 1, 2", "dangling reference: shop.csv: 1 row whose reference currency_fk (currency) leads to no row of currency: row 2"}},
		"a key of two columns twice":    {text(5, "31,2", "31,1"), nil, []string{"repeated key: item.csv: 2 rows that share their key (order_id, number) with another: rows 2, 3"}},
		"a NULL key":                    {text(5, "31,2", "31,"), nil, []string{"null key: item.csv: 1 row with a NULL in the primary key (order_id, number): row 3"}},
		"a unique key twice":            {func(s []*handmade) { s[2].unique("tenant_id") }, nil, []string{"repeated key: shop.csv: 2 rows that share their key (tenant_id) with another: rows 1, 2"}},
		"NULLs of a unique key":         {func(s []*handmade) { s[5].text = "order_id,number,note\n30,1,\n30,2,\n31,1,\n"; s[5].unique("note") }, nil, []string{}},
		"a table that is not there":     {func(s []*handmade) { s[2].to("currency -> rate.code") }, nil, []string{"dangling reference: shop.csv: 2 rows whose reference currency_fk (currency) leads to no row of rate, which is not in the slice: rows 1, 2"}},
		"none refers to what's missing": {func(s []*handmade) { s[5].text = "order_id,number,note\n"; s[5].to("note -> rate.code") }, nil, []string{}},
		"MATCH FULL": {func(s []*handmade) {
			s[3].to("tenant_id,invited_by -> item.order_id,number", matchFull)
			s[3].text = "id,tenant_id,invited_by\n20,1,\n21,,\n"
		}, nil, []string{"partly null: customer.csv: 1 row whose reference tenant_id_invited_by_fk is NULL in a part of (tenant_id, invited_by) only (MATCH FULL): row 1"}},
		"MATCH SIMPLE": {func(s []*handmade) {
			s[3].to("tenant_id,invited_by -> item.order_id,number")
			s[3].text = "id,tenant_id,invited_by\n20,1,\n21,,\n"
		}, nil, []string{}},
		"composite, in another order": {func(s []*handmade) {
			s[4].to("customer_id,tenant_id -> item.number,order_id")
			s[5].text = "order_id,number,note\n1,20,\n1,21,\n30,1,\n"
		}, nil, []string{"dangling reference: item.csv: 2 rows whose reference order_id_fk (order_id) leads to no row of orders: rows 1, 2"}},
		"an included row is none": {func(s []*handmade) { s[3].lists("id\n21\n29\n") }, nil, []string{"stray key: customer.included: 1 row listed as included, which customer.csv does not have: row 2"}},
		"an included row twice":   {func(s []*handmade) { s[3].lists("id\n21\n21\n") }, nil, []string{"repeated key: customer.included: 2 rows that share their key (id) with another: rows 1, 2"}},
		"not provable": {func(s []*handmade) {
			s[4].text = strings.ReplaceAll(s[4].text, ",21", ",021")
			s[4].References[2].NotProvable = "it is said so"
		}, nil, []string{}},
		"another header":          {text(0, "name", "nome"), nil, []string{"header: tenant.csv: the header is not the manifest's columns"}},
		"text after a quote":      {text(5, `""`, `"secret"x`), nil, []string{"malformed: item.csv: row 2, line 3: text after a closing quote"}},
		"a row too wide":          {text(5, `""`, `secret,secret`), nil, []string{"malformed: item.csv: row 2, line 3: 4 fields, the header has 3"}},
		"a quote is never closed": {text(5, `""`, `"secret`), nil, []string{"malformed: item.csv: row 2, line 3: a quoted field does not end"}},
		"a file is gone":          {nil, func(_ *testing.T, dir string) { _ = os.Remove(filepath.Join(dir, "shop.csv")) }, []string{"missing file: shop.csv: the file is missing"}},
		"a directory": {nil, func(_ *testing.T, dir string) {
			_ = os.Remove(filepath.Join(dir, "shop.csv"))
			_ = os.Mkdir(filepath.Join(dir, "shop.csv"), 0o700)
		}, []string{"missing file: shop.csv: it is no regular file"}},
		"a list is gone":                {nil, func(_ *testing.T, dir string) { _ = os.Remove(filepath.Join(dir, "customer.included")) }, []string{"missing file: customer.included: the file is missing"}},
		"a byte was changed":            {nil, file("tenant.csv", "id,name\n1,one\n2,twO\n"), []string{"checksum: tenant.csv: the SHA-256 is not the manifest's"}},
		"a list was changed":            {nil, file("customer.included", "id\n20\n"), []string{"checksum: customer.included: the SHA-256 is not the manifest's"}},
		"an end was cut":                {nil, file("item.csv", "order_id,number,note\n30,1,\n"), []string{"size: item.csv: 27 bytes, the manifest says 42", "row count: item.csv: 1 row, the manifest says 3"}},
		"an empty file":                 {nil, file("item.csv", ""), []string{"malformed: item.csv: header: the file is empty", "size: item.csv: 0 bytes, the manifest says 42"}},
		"the manifest counts otherwise": {nil, manifest(func(m *driver.Manifest) { m.Files[5].Rows = 4 }), []string{"row count: item.csv: 3 rows, the manifest says 4"}},
		"no manifest":                   {nil, func(_ *testing.T, dir string) { _ = os.Remove(filepath.Join(dir, "manifest.json")) }, []string{"manifest: there is no manifest.json"}},
		"half a manifest":               {nil, file("manifest.json", "{"), []string{"manifest: manifest.json can't be read"}},
		"a later version":               {nil, manifest(func(m *driver.Manifest) { m.Version = 2 }), []string{"manifest: manifest.json has version 2; this gyro knows 1"}},
		"a file outside":                {nil, manifest(func(m *driver.Manifest) { m.Files[5].File = "../item.csv" }), []string{"manifest: manifest.json lists a file for item that no slice has"}},
		"a table twice":                 {nil, manifest(func(m *driver.Manifest) { m.Files[5].Table = "tenant" }), []string{"manifest: manifest.json lists item.csv twice"}},
		"no table":                      {nil, manifest(func(m *driver.Manifest) { m.Files[5].Table = "" }), []string{"manifest: manifest.json lists a file without a table's name"}},
		"keys and references of nothing": {nil, manifest(func(m *driver.Manifest) {
			m.Files[0].PrimaryKey[0] = "x"
			m.Files[2].References[0].ToColumns[0] = "x"
			m.Files[4].References[0].Columns[0] = "x"
		}), []string{"manifest: manifest.json says that tenant has a key of columns that it has not", "manifest: manifest.json has a reference of shop (tenant_id_fk) to columns that are not there", "manifest: manifest.json has a reference of orders (tenant_id_fk) to columns that are not there"}},
		"an exchange to be ended": {nil, func(t *testing.T, dir string) {
			_ = os.Mkdir(filepath.Join(dir, ".gyro-new"), 0o700)
			put(t, "{}", dir, ".gyro-new", "manifest.json")
		}, []string{"unfinished: a newer slice is complete in .gyro-new, but not yet moved in"}},
		"only rubbish": {nil, func(_ *testing.T, dir string) { _ = os.Mkdir(filepath.Join(dir, ".gyro-new"), 0o700) }, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := shop()
			if c.make != nil {
				c.make(files)
			}
			dir := makeSlice(t, files...)
			if c.spoil != nil {
				c.spoil(t, dir)
			}
			for _, limit := range []int64{0, 1} {
				got := verify(t, dir, csvdir.VerifyOptions{MemoryLimit: limit})
				if d := cmp.Diff(c.want, problems(got)); d != "" {
					t.Errorf("with %d bytes (-want +got):\n%s", limit, d)
				}
			}
		})
	}
}

func TestVerifyShowsValues(t *testing.T) {
	t.Parallel()
	files := shop()
	files[2].text = "id,tenant_id,currency\n10,1,\"e,r\"\n10,3,USD\n"
	got := verify(t, makeSlice(t, files[:3]...), csvdir.VerifyOptions{ShowValues: true})
	want := []string{
		"repeated key: shop.csv: 2 rows that share their key (id) with another: rows 1 (10), 2 (10)",
		"dangling reference: shop.csv: 1 row whose reference tenant_id_fk (tenant_id) leads to no row of tenant: row 2 (3)",
		"dangling reference: shop.csv: 1 row whose reference currency_fk (currency) leads to no row of currency: row 1 (e,r)",
	}
	if d := cmp.Diff(want, problems(got)); d != "" {
		t.Error(d)
	}
}

// Files that take many blocks: counts are whole, the first ten rows are named, in order,
// lines are counted over quoted line feeds, with one core and with many, in one round and in
// many.
func TestVerifyLarge(t *testing.T) {
	t.Parallel()
	const n = 60_000
	var parents, children strings.Builder
	parents.WriteString("id,code\n")
	children.WriteString("id,parent_id,code\n")
	for i := range n {
		fmt.Fprintf(&parents, "%d,c%d\n", (i*7919)%n, i)
		fmt.Fprintf(&children, "%d,%d,c%d\n", i, i+i/59_980*n, i)
	}
	parents.WriteString("17,x\n17,y\n")
	slice := func() []*handmade {
		return []*handmade{
			made("parent", "id bigint, code text", parents.String()).unique("code"),
			made("child", "id bigint, parent_id integer, code text", children.String()).to("parent_id -> parent.id").to("code -> parent.code"),
		}
	}
	dir := makeSlice(t, slice()...)
	want := []string{
		"repeated key: parent.csv: 3 rows that share their key (id) with another: rows " + fmt.Sprint(row17(n)) + ", 60001, 60002",
		"dangling reference: child.csv: 20 rows whose reference parent_id_fk (parent_id) leads to no row of parent: rows 59981, 59982, 59983, 59984, 59985, 59986, 59987, 59988, 59989, 59990, …",
	}
	for _, limit := range []int64{0, 100_000, 1_000_000} {
		if d := cmp.Diff(want, problems(verify(t, dir, csvdir.VerifyOptions{MemoryLimit: limit}))); d != "" {
			t.Errorf("with %d bytes (-want +got):\n%s", limit, d)
		}
	}
	spoiled := slice()
	spoiled[1].text = strings.Replace(spoiled[1].text, "\n59999,", "\n59998,1,\"a\n\n\nb\"\n59999,x,", 1)
	spoiled[1].text = strings.Replace(spoiled[1].text, "\n30000,", "\n30000,1,\"a\n\nb\"\n30000,", 1)
	wantMalformed(t, "row 60002, line 60008: 4 fields, the header has 3", spoiled)
	spoiled[1].text = "id,parent_id,code\n1,2\n" + strings.Repeat(children.String(), 5) // its sum is still that of the whole file
	wantMalformed(t, "row 1, line 2: 2 fields, the header has 3", spoiled)
}

func wantMalformed(t *testing.T, what string, slice []*handmade) {
	t.Helper()
	var got []string
	for _, p := range problems(verify(t, makeSlice(t, slice...), csvdir.VerifyOptions{})) {
		if strings.Contains(p, "child.csv") && !strings.HasPrefix(p, "dangling") && !strings.HasPrefix(p, "row count") {
			got = append(got, p)
		}
	}
	if d := cmp.Diff([]string{"malformed: child.csv: " + what}, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// row17 is the row of TestVerifyLarge's parents in which 17 stands first.
func row17(n int) int {
	for i := range n {
		if i*7919%n == 17 {
			return i + 1
		}
	}
	return 0
}

// A table without columns, and one without a key, can be verified too.
func TestVerifyOddTables(t *testing.T) {
	t.Parallel()
	none := made("none", "", "\n\n\n")
	none.Columns, none.PrimaryKey = nil, nil
	keyless := made("keyless", "t text", "t\n\n\n\"\"\n")
	keyless.PrimaryKey = nil
	got := verify(t, makeSlice(t, none, keyless), csvdir.VerifyOptions{})
	if len(got.Problems) > 0 || got.Files[0].Rows != 2 || got.Files[1].Rows != 3 {
		t.Errorf("got %+v", got)
	}
}

// What keeps Verify from looking is an error.
func TestVerifyErrors(t *testing.T) {
	t.Parallel()
	top := t.TempDir()
	put(t, "x", top, "file")
	for path, want := range map[string]string{
		filepath.Join(top, "nothing"): "no such file or directory (name the directory of a slice)",
		filepath.Join(top, "file"):    "not a directory (name the directory of a slice)",
	} {
		_, err := csvdir.Verify(t.Context(), path, csvdir.VerifyOptions{})
		if err == nil || !strings.HasPrefix(err.Error(), "open directory "+path+": ") || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("got %v", err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := csvdir.Verify(ctx, makeSlice(t, shop()...), csvdir.VerifyOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// Numbers at the ends of their range, and keys that are spread over all of it, are told apart.
func TestVerifyExtremeNumbers(t *testing.T) {
	t.Parallel()
	var parents, children, absent strings.Builder
	parents.WriteString("id\n-9223372036854775808\n9223372036854775807\n-1\n0\n1\n")
	children.WriteString("id,parent_id\n1,-9223372036854775808\n2,9223372036854775807\n3,-1\n4,0\n5,1\n")
	absent.WriteString("id,parent_id\n1,-9223372036854775807\n2,9223372036854775806\n3,-2\n4,-0\n5,2\n6,9223372036854775808\n7,18446744073709551615\n8,-9223372036854775809\n9,\"\"\n")
	for i := range 3000 {
		n := int64(i+2) * (1 << 62 / 3003) >> (i % 50)
		fmt.Fprintf(&parents, "%d\n", n|1<<40)
		fmt.Fprintf(&children, "%d,%d\n", i+10, n|1<<40)
		fmt.Fprintf(&absent, "%d,%d\n", i+10, -(n | 1<<40))
	}
	for text, want := range map[string]int64{children.String(): 0, absent.String(): 3009} {
		parent, child := made("parent", "id bigint", parents.String()), made("child", "id bigint, parent_id bigint", text).to("parent_id -> parent.id")
		parent.PrimaryKey = nil // some are there twice
		for _, limit := range []int64{0, 5000} {
			v := verify(t, makeSlice(t, parent, child), csvdir.VerifyOptions{MemoryLimit: limit})
			var count int64
			for _, p := range v.Problems {
				count += p.Count
			}
			if count != want {
				t.Errorf("%d rows dangle, want %d: %v", count, want, v.Problems)
			}
			if v.Files[0].Keys != 0 || v.Files[1].Keys != 1 {
				t.Errorf("what is referred to is no key yet: %+v", v.Files)
			}
		}
	}
}
