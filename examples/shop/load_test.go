package shop_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/examples/shop"
	"github.com/gyrodata/gyro/examples/shop/shopdb"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/load"
	"github.com/gyrodata/gyro/postgres"
)

var tables = []string{
	"accounts_tenant", "accounts_shop", "accounts_customer", "products_product", "orders_order", "orders_orderitem",
}

// sample takes the technical design's slice.
func sample(t *testing.T, url, dir string) {
	t.Helper()
	_, err := export.Slice{Source: postgres.DB{URL: url}, Target: csvdir.Dir{Path: dir}, Importers: shop.Importers, Jobs: shop.Jobs()}.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
}

// A slice that goes into an empty database and is taken from there again is the same, to the
// byte; so it is with foreign keys and indexes in place, and built again.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "slice")
	sample(t, pgtest.Template(t, "shop", fill), dir)
	for _, exclusive := range []postgres.Exclusive{postgres.ExclusiveNever, postgres.ExclusiveAlways} {
		target := pgtest.DB(t)
		pgtest.Exec(t, target, shopdb.Schema())
		_, err := load.Slice{Source: csvdir.Dir{Path: dir}, Target: postgres.DB{URL: target, Exclusive: exclusive}, Importers: shop.Importers}.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, table := range tables {
			want, err := os.ReadFile(filepath.Join(dir, table+".csv"))
			if err != nil {
				t.Fatal(err)
			}
			if got := pgtest.Copy(t, target, "SELECT * FROM "+table+" ORDER BY id"); !bytes.Equal(got, want) {
				t.Errorf("%s, exclusive %s: %d bytes, the slice has %d", table, exclusive, len(got), len(want))
			}
			// By EXCEPT too, against what psql's own \copy loads.
			pgtest.Psql(t, target, "CREATE TABLE plain (LIKE "+table+");\n\\copy plain FROM '"+filepath.Join(dir, table+".csv")+"' (FORMAT csv, HEADER)\n")
			n := pgtest.Copy(t, target, "SELECT count(*) FROM ((TABLE plain EXCEPT ALL TABLE "+table+") UNION ALL (TABLE "+table+" EXCEPT ALL TABLE plain)) x")
			if string(n) != "count\n0\n" {
				t.Errorf("%s, exclusive %s: rows differ: %s", table, exclusive, n)
			}
			pgtest.Exec(t, target, "DROP TABLE plain")
		}
	}
}

// The same slice three times into one database that holds other tenants, with ids that
// overlap: three copies, each of which refers to its own rows alone.
func TestThreeCopies(t *testing.T) {
	t.Parallel()
	source := pgtest.Template(t, "shop", fill)
	dir := filepath.Join(t.TempDir(), "slice")
	sample(t, source, dir)
	target := pgtest.Template(t, "shop", fill) // a database of its own, with all the tenants
	before := map[string][]byte{}
	for _, table := range tables {
		before[table] = pgtest.Copy(t, target, "SELECT * FROM "+table+" ORDER BY id")
	}
	const content = `SELECT regexp_replace(t.subdomain, '-copy[0-9]$', '') tenant, h.name shop, c.email, o.order_number, p.sku, h2.url shop_of_product,
		i.quantity, i.unit_price, i.total_price, o.status, o.total_amount, o.created_at, c.phone, p.description
		FROM orders_orderitem i JOIN orders_order o ON o.id = i.order_id JOIN products_product p ON p.id = i.product_id
		JOIN accounts_shop h2 ON h2.id = p.shop_id JOIN accounts_customer c ON c.id = o.customer_id JOIN accounts_shop h ON h.id = i.shop_id
		JOIN accounts_tenant t ON t.id = h.tenant_id AND t.id = i.tenant_id AND t.id = o.tenant_id AND t.id = p.tenant_id AND t.id = c.tenant_id
		AND o.shop_id = h.id AND c.shop_id = h.id `
	alone := pgtest.DB(t)
	pgtest.Exec(t, alone, shopdb.Schema())
	var want []byte
	for i, suffix := range []string{"", "-copy1", "-copy2", "-copy3"} {
		importers := shop.Importers.With(gyro.Importer{Model: gyro.Table("accounts_tenant"), Columns: gyro.Columns{"subdomain": {Expr: "value || '" + suffix + "'"}}})
		url, ids := target, gyro.Sequential()
		if i == 0 {
			url, ids = alone, gyro.Keep()
		}
		if _, err := (load.Slice{Source: csvdir.Dir{Path: dir}, Target: postgres.DB{URL: url}, Importers: importers, IDs: ids}).Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		got := pgtest.Copy(t, url, "SELECT * FROM ("+content+" WHERE t.subdomain LIKE '%"+suffix+"') x ORDER BY x::text")
		if i == 0 {
			want = got
			if bytes.Count(want, []byte("\n")) < 10 {
				t.Fatal("the slice has hardly an item")
			}
		} else if !bytes.Equal(got, want) {
			t.Errorf("copy %d: %d bytes, the slice has %d", i, len(got), len(want))
		}
	}
	for _, table := range tables {
		rows := bytes.Count(pgtest.Copy(t, source, "SELECT id FROM "+table), []byte("\n")) - 1
		if still := pgtest.Copy(t, target, "SELECT * FROM "+table+" ORDER BY id LIMIT "+strconv.Itoa(rows)); !bytes.Equal(still, before[table]) {
			t.Errorf("%s: rows that were there have changed", table)
		}
	}
}
