package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/gyrodata/gyro/examples/shop/shopdb"
)

// Databases that targets are copies of.
const (
	emptyShop  = "bench_empty" // tables, keys and indexes
	otherShops = "bench_other" // all rows, under other names of tenants
)

// into is gyro import of a slice.
func (b *bench) into(ctx context.Context, slice string, flags ...string) func(dir, url string) *exec.Cmd {
	return func(_, url string) *exec.Cmd {
		args := []string{"import", "--source", slice, "--target", url, "--progress", "none", "--no-record"}
		return exec.CommandContext(ctx, b.gyro, append(args, flags...)...)
	}
}

// copiesFrom loads the files of a directory with psql, in order, each table by itself: a load that is broken off stays where it is, which is
// less than Gyro promises.
func (b *bench) copiesFrom(ctx context.Context, dir string) func(_, url string) *exec.Cmd {
	script := ""
	for _, table := range tables {
		script += fmt.Sprintf("\\copy %s FROM '%s' (FORMAT csv, HEADER)\n", table, filepath.Join(dir, table+".csv"))
	}
	return func(_, url string) *exec.Cmd { return b.script(ctx, url, script) }
}

func (b *bench) load(ctx context.Context) (task, error) {
	slice, err := b.slice(ctx, "tenant-slice", tenantJobs)
	if err != nil {
		return task{}, err
	}
	if err := b.template(ctx, emptyShop, "template0", shopdb.Schema()); err != nil {
		return task{}, err
	}
	same := b.loaded("")
	runs := []run{
		{name: `psql \copy in order`, cmd: b.copiesFrom(ctx, slice), template: emptyShop, outcome: same},
		{name: "gyro import, in place", cmd: b.into(ctx, slice, "--exclusive", "never"), template: emptyShop, outcome: same, wanted: 1.05},
		{name: "gyro import, in place, new ids", cmd: b.into(ctx, slice, "--exclusive", "never", "--ids", "sequential"), template: emptyShop, outcome: same, wanted: 1.05},
		{name: "gyro import, exclusive", cmd: b.into(ctx, slice, "--exclusive", "always"), template: emptyShop, outcome: same, wanted: 0.14},
		{name: "gyro import, exclusive, new ids", cmd: b.into(ctx, slice, "--exclusive", "always", "--ids", "sequential"), template: emptyShop, outcome: same},
	}
	greenmask := found("greenmask")
	if greenmask == "" {
		return task{runs: runs}, nil
	}
	dump := filepath.Join(b.dir, "greenmask-dump")
	if err := os.MkdirAll(dump, 0o700); err != nil {
		return task{}, err
	}
	config, err := b.greenmask("greenmask-load.yaml", dump, b.server.URL(shop), b.server.URL(target), 2, "", oneTenant)
	if err != nil {
		return task{}, err
	}
	if _, err := measure(exec.CommandContext(ctx, greenmask, "--config", config, "dump")); err != nil {
		return task{}, err
	}
	const restore = "greenmask restore -j2" // it makes the tables too
	runs[3].also = goal{restore, 1}
	return task{runs: append(runs, run{name: restore, template: "template0", outcome: same, cmd: func(string, string) *exec.Cmd {
		return exec.CommandContext(ctx, greenmask, "--config", config, "restore", "latest")
	}})}, nil
}

// shifted is how far the ids of the rows are from their own that psql loads into tables which have rows.
const shifted = 2_000_000_000

// add loads tenant 1 once more into tables that have all rows. psql can't give new ids: its files have others from the start.
func (b *bench) add(ctx context.Context) (task, error) {
	slice, err := b.slice(ctx, "tenant-slice", tenantJobs)
	if err != nil {
		return task{}, err
	}
	if err := b.template(ctx, otherShops, shop, "UPDATE accounts_tenant SET subdomain = 'other-' || id; VACUUM ANALYZE accounts_tenant"); err != nil {
		return task{}, err
	}
	moved := filepath.Join(b.dir, "tenant-moved")
	if err := os.MkdirAll(moved, 0o700); err != nil {
		return task{}, err
	}
	columns := map[string]string{
		"accounts_tenant":   "name, subdomain, created_at, is_active",
		"accounts_shop":     "name, url, currency, created_at, +tenant_id",
		"accounts_customer": "email, first_name, last_name, phone, created_at, +shop_id, +tenant_id",
		"products_product":  "sku, name, description, price, inventory_count, is_active, created_at, +shop_id, +tenant_id",
		"orders_order":      "order_number, status, total_amount, tax_amount, shipping_amount, created_at, +customer_id, +shop_id, +tenant_id",
		"orders_orderitem":  "quantity, unit_price, total_price, +order_id, +product_id, +shop_id, +tenant_id",
	}
	script := ""
	for _, table := range tables {
		its, list := "tenant_id = 1", strings.ReplaceAll("+id, "+columns[table], "+", fmt.Sprintf("%d + ", shifted))
		if table == "accounts_tenant" {
			its = "id = 1"
		}
		script += fmt.Sprintf("\\copy (SELECT %s FROM %s WHERE %s ORDER BY id) TO '%s/%s.csv' (FORMAT csv, HEADER)\n", list, table, its, moved, table)
	}
	if err := b.psql(ctx, shop, script); err != nil {
		return task{}, err
	}
	same := b.loaded(otherShops)
	return task{runs: []run{
		{name: `psql \copy in order, no new ids`, cmd: b.copiesFrom(ctx, moved), template: otherShops, outcome: same},
		{name: "gyro import, in place, new ids", cmd: b.into(ctx, slice, "--exclusive", "never", "--ids", "sequential"), template: otherShops, outcome: same, wanted: 1.1},
	}}, nil
}

// copy is the whole database into one that is empty, tables and all, or has its tables.
func (b *bench) copy(ctx context.Context) (task, error) {
	if err := b.template(ctx, emptyShop, "template0", shopdb.Schema()); err != nil {
		return task{}, err
	}
	config, err := b.file("copy.yaml", "jobs: ["+strings.Join(tables, ", ")+"]\n")
	if err != nil {
		return task{}, err
	}
	restore, err := b.server.Bin("pg_restore")
	if err != nil {
		return task{}, err
	}
	dump, err := b.server.Bin("pg_dump")
	if err != nil {
		return task{}, err
	}
	same := b.loaded("")
	runs := []run{
		{name: "pg_dump and pg_restore -j2", template: "template0", outcome: same, cmd: func(dir, url string) *exec.Cmd {
			const script = `"$1" -Fd -Z0 -j2 --no-sync -f "$3/dump" "$4" && "$2" -j2 -d "$5" "$3/dump"`
			return exec.CommandContext(ctx, "sh", "-c", script, "sh", dump, restore, dir, b.server.URL(shop), url)
		}},
		{name: "gyro export and import", template: emptyShop, outcome: same, cmd: func(dir, url string) *exec.Cmd {
			const script = `"$1" export -c "$2" --source "$3" --target "$4" --progress none && "$1" import --source "$4" --target "$5" --progress none --no-record --exclusive always`
			return exec.CommandContext(ctx, "sh", "-c", script, "sh", b.gyro, config, b.server.URL(shop), dir, url)
		}},
	}
	if clone := found("pgcopydb"); clone != "" {
		runs = append(runs, run{name: "pgcopydb clone -j2", template: "template0", outcome: same, cmd: func(dir, url string) *exec.Cmd {
			return exec.CommandContext(ctx, clone, "clone", "--table-jobs", "2", "--index-jobs", "2", "--dir", filepath.Join(dir, "pgcopydb"), "--source", b.server.URL(shop), "--target", url)
		}})
	}
	return task{runs: runs}, nil
}
