package shop_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/examples/shop"
	"github.com/gyrodata/gyro/examples/shop/shopdb"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/postgres"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// scale of the tests' shops: 2,000 orders and 6,000 items.
const scale = 0.02

func fill(url string) error {
	conn, err := pgx.Connect(context.Background(), url)
	if err != nil {
		return err
	}
	defer conn.Close(context.Background())
	return shopdb.Fill(context.Background(), conn, scale)
}

// The technical design's first example, by queries alone: each file holds what psql's own \copy writes for the
// same rows, asked for in plain SQL.
func TestSlice(t *testing.T) {
	t.Parallel()
	url := pgtest.Template(t, "shop", fill)
	dir := filepath.Join(t.TempDir(), "slice")
	report, err := export.Slice{
		Source: postgres.DB{URL: url}, Target: csvdir.Dir{Path: dir}, Importers: shop.Importers, Jobs: shop.Queries(),
	}.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const shops = "shop_id IN (10, 11, 12)"
	for _, c := range []struct{ table, where string }{
		{"accounts_tenant", "id = 1"},
		{"accounts_shop", "tenant_id = 1 AND id IN (10, 11, 12)"},
		{"products_product", shops},
		{"accounts_customer", shops},
		{"orders_order", shops},
		{"orders_orderitem", shops},
	} {
		got, err := os.ReadFile(filepath.Join(dir, c.table+".csv"))
		if err != nil {
			t.Fatal(err)
		}
		want := pgtest.Copy(t, url, "SELECT * FROM "+c.table+" WHERE "+c.where+" ORDER BY id")
		if !bytes.Equal(got, want) {
			t.Errorf("%s: %d bytes, psql wrote %d", c.table, len(got), len(want))
		}
		if bytes.Count(want, []byte("\n")) < 2 {
			t.Errorf("%s: the slice is empty", c.table)
		}
	}
	checkManifest(t, dir, report)
}

// The technical design's wish in six lines: what each file holds is asked for in plain SQL,
// with a window where there is a sample.
func TestSample(t *testing.T) {
	t.Parallel()
	url := pgtest.Template(t, "shop", fill)
	dir := filepath.Join(t.TempDir(), "slice")
	if _, err := (export.Slice{
		Source: postgres.DB{URL: url}, Target: csvdir.Dir{Path: dir}, Importers: shop.Importers, Jobs: shop.Jobs(),
	}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	const (
		shops     = "SELECT id FROM accounts_shop WHERE tenant_id = 1 AND id IN (10, 11, 12)"
		customers = "SELECT id FROM accounts_customer WHERE tenant_id = 1 AND shop_id IN (" + shops + ") ORDER BY id LIMIT 100"
		orders    = "SELECT id FROM (SELECT *, row_number() OVER (PARTITION BY customer_id ORDER BY id) AS n FROM orders_order WHERE customer_id IN (" + customers + ")) o WHERE n <= 10"
	)
	for table, keys := range map[string]string{
		"accounts_tenant":   "SELECT 1",
		"accounts_shop":     shops,
		"products_product":  "SELECT id FROM products_product WHERE shop_id IN (" + shops + ")",
		"accounts_customer": customers,
		"orders_order":      orders,
		"orders_orderitem":  "SELECT id FROM orders_orderitem WHERE order_id IN (" + orders + ")",
	} {
		got, err := os.ReadFile(filepath.Join(dir, table+".csv"))
		if err != nil {
			t.Fatal(err)
		}
		want := pgtest.Copy(t, url, "SELECT * FROM "+table+" WHERE id IN ("+keys+") ORDER BY id")
		if !bytes.Equal(got, want) {
			t.Errorf("%s: %d bytes, psql wrote %d", table, len(got), len(want))
		}
		if bytes.Count(want, []byte("\n")) < 2 {
			t.Errorf("%s: the slice is empty", table)
		}
	}
}

// checkManifest reads the manifest with its own eyes: sizes and hashes are the files'.
func checkManifest(t *testing.T, dir string, report *gyro.Report) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var m struct {
		Files []struct {
			File, SHA256 string
			Bytes, Rows  int64
		}
	}
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	if len(m.Files) != 6 || len(report.Files) != 6 {
		t.Fatalf("%d files in the manifest, %d in the report", len(m.Files), len(report.Files))
	}
	for i, f := range m.Files {
		content, err := os.ReadFile(filepath.Join(dir, f.File))
		if err != nil {
			t.Fatal(err)
		}
		if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != f.SHA256 || int64(len(content)) != f.Bytes {
			t.Errorf("%s: the manifest describes another file", f.File)
		}
		if r := report.Files[i]; r.File != f.File || r.Rows != f.Rows || r.Bytes != f.Bytes {
			t.Errorf("the report says %+v, the manifest %+v", r, f)
		}
	}
}

// The same scale gives the same bytes, and the data is what its comments say.
func TestFill(t *testing.T) {
	t.Parallel()
	url, again := pgtest.Template(t, "shop", fill), pgtest.DB(t)
	if err := fill(again); err != nil {
		t.Fatal(err)
	}
	counts, err := shopdb.Size(scale)
	if err != nil {
		t.Fatal(err)
	}
	for table, want := range map[string]int64{
		"accounts_tenant": counts.Tenants, "accounts_shop": counts.Shops, "accounts_customer": counts.Customers,
		"products_product": counts.Products, "orders_order": counts.Orders, "orders_orderitem": counts.Items,
	} {
		one, two := pgtest.Copy(t, url, "SELECT * FROM "+table), pgtest.Copy(t, again, "SELECT * FROM "+table)
		if !bytes.Equal(one, two) {
			t.Errorf("%s differs from run to run", table)
		}
		if got := pgtest.Psql(t, url, fmt.Sprintf("SELECT count(*) = %d FROM %s", want, table)+";"); got != "t" {
			t.Errorf("%s has not %d rows", table, want)
		}
	}
	for what, query := range map[string]string{
		"shops of tenant 1":        "SELECT count(*) = 3 FROM accounts_shop WHERE tenant_id = 1 AND id IN (10, 11, 12)",
		"a customer's tenant":      "SELECT count(*) = 0 FROM accounts_customer c JOIN accounts_shop s ON s.id = c.shop_id WHERE s.tenant_id <> c.tenant_id",
		"a product's tenant":       "SELECT count(*) = 0 FROM products_product c JOIN accounts_shop s ON s.id = c.shop_id WHERE s.tenant_id <> c.tenant_id",
		"an order's shop":          "SELECT count(*) = 0 FROM orders_order o JOIN accounts_customer c ON c.id = o.customer_id WHERE (o.shop_id, o.tenant_id) <> (c.shop_id, c.tenant_id)",
		"an item's product":        "SELECT count(*) = 0 FROM orders_orderitem i JOIN products_product p ON p.id = i.product_id WHERE i.shop_id <> p.shop_id",
		"an item's order":          "SELECT count(*) = 0 FROM orders_orderitem i JOIN orders_order o ON o.id = i.order_id WHERE (i.shop_id, i.tenant_id) <> (o.shop_id, o.tenant_id)",
		"an order's total":         "SELECT count(*) = 0 FROM orders_order o WHERE total_amount - tax_amount - shipping_amount <> (SELECT sum(total_price) FROM orders_orderitem WHERE order_id = o.id)",
		"skewed orders":            "SELECT max(n) > 20 AND count(*) < (SELECT count(*) FROM accounts_customer) FROM (SELECT count(*) n FROM orders_order GROUP BY customer_id) c",
		"items an order":           "SELECT min(n) = 1 AND max(n) > 5 AND avg(n) = 3 FROM (SELECT count(*) n FROM orders_orderitem GROUP BY order_id) c",
		"tenants lie interleaved":  "SELECT count(DISTINCT tenant_id) = 5 FROM (SELECT tenant_id FROM orders_order ORDER BY id LIMIT 100) o",
		"time follows the id":      "SELECT count(*) = 0 FROM (SELECT created_at < lag(created_at) OVER (ORDER BY id) AS back FROM orders_order) o WHERE back",
		"sequences stand right":    "SELECT nextval(pg_get_serial_sequence('orders_order', 'id')) = (SELECT max(id) + 1 FROM orders_order)",
		"the end of data, alone":   `SELECT count(*) > 0 FROM products_product WHERE '\.' IN (name, description)`,
		"the end of data in lines": `SELECT count(*) > 0 FROM products_product WHERE description LIKE E'%\n\\\\.\n%' OR name LIKE E'%\n\\\\.\n%'`,
		"empty beside NULL":        "SELECT count(*) FILTER (WHERE description = '') > 0 AND count(*) FILTER (WHERE description IS NULL) > 0 FROM products_product",
		"quotes, commas, newlines": `SELECT bool_or(t ~ '"') AND bool_or(t ~ ',') AND bool_or(t ~ E'\r\n') AND bool_or(t ~ E'\t') AND bool_or(t ~ '\\') FROM (SELECT name || coalesce(description, '') FROM products_product) p(t)`,
		"blanks and unicode":       `SELECT bool_or(t ~ '^ ') AND bool_or(t ~ ' $') AND bool_or(t ~ '日') FROM (SELECT first_name FROM accounts_customer UNION ALL SELECT last_name FROM accounts_customer UNION ALL SELECT name FROM products_product) c(t)`,
		"foreign keys, deferred":   "SELECT count(*) = 12 AND bool_and(condeferred) FROM pg_constraint WHERE contype = 'f'",
		"an index on each": `SELECT count(*) = 12 FROM pg_constraint c WHERE contype = 'f' AND EXISTS (
			SELECT FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indkey[0] = c.conkey[1] AND NOT i.indisunique)`,
	} {
		if got := pgtest.Psql(t, url, query+";"); got != "t" {
			t.Errorf("%s: %s gives %q", what, query, got)
		}
	}
}

// The registry is right, and the plan is that of six jobs by query.
func TestPlan(t *testing.T) {
	t.Parallel()
	url := pgtest.Template(t, "shop", fill)
	if err := shop.Importers.Validate(); err != nil {
		t.Fatal(err)
	}
	plan, err := export.Slice{
		Source: postgres.DB{URL: url}, Target: csvdir.Dir{Path: filepath.Join(t.TempDir(), "slice")}, Importers: shop.Importers, Jobs: shop.Jobs(),
	}.Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(plan.Jobs) != 6 || len(plan.Notes) != 0 || plan.TargetError != nil {
		t.Errorf("%+v", plan)
	}
	for _, job := range plan.Jobs {
		if job.Whole || job.Rows <= 0 || job.Cost <= 0 || !strings.HasPrefix(job.SQL, "SELECT ") {
			t.Errorf("%+v", job)
		}
	}
}
