package csvdir_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/driver"
)

// handmade is one file of a slice that a test writes down.
type handmade struct {
	driver.ManifestFile
	text     string
	included string // the text of the list; empty: none
}

// made is a table with its text; columns are "name type", a table's first the primary key.
func made(table, columns, text string) *handmade {
	h := &handmade{ManifestFile: driver.ManifestFile{File: table + ".csv", Table: table, Kind: "table"}, text: text}
	for i, column := range strings.Split(columns, ", ") {
		name, kind, _ := strings.Cut(column, " ")
		h.Columns = append(h.Columns, driver.ManifestColumn{Name: name, Type: kind})
		if i == 0 {
			h.PrimaryKey = []string{name}
		}
	}
	return h
}

func (h *handmade) key(columns ...string) *handmade { h.PrimaryKey = columns; return h }

func (h *handmade) unique(columns ...string) *handmade {
	h.Unique = append(h.Unique, columns)
	return h
}

func (h *handmade) lists(text string) *handmade { h.included = text; return h }

func (h *handmade) job(n int, query, whole bool) *handmade {
	h.Job, h.Query, h.Whole = n, query, whole
	return h
}

// to adds a reference: "customer_id -> customer.id".
func (h *handmade) to(text string, change ...func(*driver.ManifestReference)) *handmade {
	columns, to, _ := strings.Cut(text, " -> ")
	table, toColumns, _ := strings.Cut(to, ".")
	r := driver.ManifestReference{
		Name: strings.ReplaceAll(columns, ",", "_") + "_fk", Columns: strings.Split(columns, ","),
		Table: table, ToColumns: strings.Split(toColumns, ","),
	}
	for _, f := range change {
		f(&r)
	}
	if r.When != "" {
		h.Polymorphic = append(h.Polymorphic, r)
		return h
	}
	h.References = append(h.References, r)
	return h
}

func include(r *driver.ManifestReference) { r.Missing = string(gyro.Include) }

// when makes a reference one of a polymorphic one: "kind a b" is kind IN ('a', 'b'), and none
// a condition that files don't show.
func when(kinds ...string) func(*driver.ManifestReference) {
	return func(r *driver.ManifestReference) {
		r.When = "as the database knows"
		for _, text := range kinds {
			words := strings.Fields(text)
			r.Kinds = append(r.Kinds, driver.Condition{Column: words[0], Values: words[1:]})
			r.Name += " as " + words[1]
		}
	}
}

func matchFull(r *driver.ManifestReference) { r.MatchFull = true }

func sum(text string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(text))) }

// makeSlice writes a slice whose manifest is right about sizes, sums, and rows of one line each.
func makeSlice(t testing.TB, files ...*handmade) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "gyro-slice-") // TempDir is made once a test, also in a rapid.Check
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	m := driver.Manifest{Version: driver.ManifestVersion}
	write := func(file, text string) {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	lines := func(text string) int64 { return int64(strings.Count(text, "\n")) - 1 }
	for _, h := range files {
		h.Rows, h.Bytes, h.SHA256 = lines(h.text), int64(len(h.text)), sum(h.text)
		if h.included != "" {
			h.Included = &driver.ManifestKeys{File: h.Table + ".included", Rows: lines(h.included), Bytes: int64(len(h.included)), SHA256: sum(h.included)}
			write(h.Included.File, h.included)
		}
		write(h.File, h.text)
		m.Files = append(m.Files, h.ManifestFile)
	}
	writeManifest(t, dir, m)
	return dir
}

func writeManifest(t testing.TB, dir string, m driver.Manifest) {
	t.Helper()
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "manifest.json"), text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// changeManifest edits the manifest of a slice.
func changeManifest(t testing.TB, dir string, change func(*driver.Manifest)) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var m driver.Manifest
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	change(&m)
	writeManifest(t, dir, m)
}

// shop is a small slice of two tenants, all right: order 31 is of tenant 1 by its own column,
// and of tenant 2 by its customer.
func shop() []*handmade {
	return []*handmade{
		made("tenant", "id bigint, name text", "id,name\n1,one\n2,two\n").job(1, true, false),
		made("currency", "code text, name text", "code,name\nEUR,Euro\nUSD,\n").job(2, false, true),
		made("shop", "id bigint, tenant_id bigint, currency text", "id,tenant_id,currency\n10,1,EUR\n11,1,USD\n").
			to("tenant_id -> tenant.id").to("currency -> currency.code").job(3, false, false),
		made("customer", "id bigint, tenant_id bigint, invited_by bigint", "id,tenant_id,invited_by\n20,1,\n21,2,20\n22,1,20\n").
			to("tenant_id -> tenant.id", include).to("invited_by -> customer.id", include).lists("id\n21\n").job(4, true, false),
		made("orders", "id bigint, tenant_id bigint, shop_id bigint, customer_id bigint", "id,tenant_id,shop_id,customer_id\n30,1,10,20\n31,1,11,21\n").
			to("tenant_id -> tenant.id").to("shop_id -> shop.id").to("customer_id -> customer.id", include).job(5, false, false),
		made("item", "order_id bigint, number integer, note text", "order_id,number,note\n30,1,\n31,1,\"\"\n31,2,x\n").
			key("order_id", "number").to("order_id -> orders.id").job(6, false, false),
	}
}

func verify(t testing.TB, dir string, opts csvdir.VerifyOptions) *csvdir.Verification {
	t.Helper()
	v, err := csvdir.Verify(t.Context(), dir, opts)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
