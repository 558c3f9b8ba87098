package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/gyrodata/gyro/examples/shop/shopdb"
)

// Databases that targets are copies of.
const (
	emptyShop  = "bench_empty" // tables, keys and indexes
	otherShops = "bench_other" // all rows, under other names of tenants
)

// columns are those of the tables but for id; + stands before one that refers.
var columns = map[string]string{
	"accounts_tenant":   "name, subdomain, created_at, is_active",
	"accounts_shop":     "name, url, currency, created_at, +tenant_id",
	"accounts_customer": "email, first_name, last_name, phone, created_at, +shop_id, +tenant_id",
	"products_product":  "sku, name, description, price, inventory_count, is_active, created_at, +shop_id, +tenant_id",
	"orders_order":      "order_number, status, total_amount, tax_amount, shipping_amount, created_at, +customer_id, +shop_id, +tenant_id",
	"orders_orderitem":  "quantity, unit_price, total_price, +order_id, +product_id, +shop_id, +tenant_id",
}

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

// newIDs is the load with new ids as it can be written by hand, in one transaction: files into temporary tables, a map from old ids to new
// ones of each table that others refer to, and rows joined with the maps.
func (b *bench) newIDs(ctx context.Context, dir string) func(_, url string) *exec.Cmd {
	of := map[string]string{}
	for _, table := range tables {
		_, one, _ := strings.Cut(table, "_")
		of["+"+one+"_id"] = table
	}
	script := "BEGIN;\nSET CONSTRAINTS ALL IMMEDIATE;\n"
	for _, table := range tables {
		script += fmt.Sprintf("CREATE TEMP TABLE s_%[1]s (LIKE %[1]s);\n\\copy s_%[1]s FROM '%[2]s' (FORMAT csv, HEADER)\n", table, filepath.Join(dir, table+".csv"))
		script += fmt.Sprintf("CREATE TEMP TABLE m_%[1]s AS SELECT id, nextval(pg_get_serial_sequence('%[1]s', 'id')) AS new FROM s_%[1]s;\nANALYZE m_%[1]s;\n", table)
		list, joins := "m.new", ""
		for column := range strings.SplitSeq(columns[table], ", ") {
			if parent, refers := of[column]; refers {
				list += ", m_" + parent + ".new"
				joins += fmt.Sprintf(" JOIN m_%[1]s ON m_%[1]s.id = s.%[2]s", parent, column[1:])
			} else {
				list += ", s." + column
			}
		}
		script += fmt.Sprintf("INSERT INTO %[1]s (id, %[2]s) SELECT %[3]s FROM s_%[1]s s JOIN m_%[1]s m USING (id)%[4]s;\n", table, strings.ReplaceAll(columns[table], "+", ""), list, joins)
	}
	return func(_, url string) *exec.Cmd { return b.script(ctx, url, script+"COMMIT;\n") }
}

// remadeSQL says what takes keys and indexes away, and what makes them again: indexes before keys.
const remadeSQL = `
SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS drop, format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS make, 1 AS key
FROM pg_constraint WHERE contype = 'f'
UNION ALL
SELECT format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid), 0
FROM pg_index JOIN pg_class c ON c.oid = indrelid WHERE c.relnamespace = 'public'::regnamespace AND NOT indisunique
ORDER BY key`

// remade is the load by hand for which keys and indexes are taken away, and made again, in one transaction.
func (b *bench) remade(ctx context.Context, dir string) (func(_, url string) *exec.Cmd, error) {
	conn, err := pgx.Connect(ctx, b.server.URL(emptyShop))
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close(ctx) }()
	rows, err := conn.Query(ctx, remadeSQL)
	if err != nil {
		return nil, err
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct {
		Drop, Make string
		Key        int
	}])
	if err != nil {
		return nil, err
	}
	script, again := "BEGIN;\nSET maintenance_work_mem = '64MB';\n", ""
	for i := range all {
		script += all[len(all)-1-i].Drop + ";\n"
		again += all[i].Make + ";\n"
	}
	for _, table := range tables {
		script += fmt.Sprintf("\\copy %s FROM '%s' (FORMAT csv, HEADER)\n", table, filepath.Join(dir, table+".csv"))
	}
	script += again + "ANALYZE " + strings.Join(tables, ", ") + ";\nCOMMIT;\n"
	return func(_, url string) *exec.Cmd { return b.script(ctx, url, script) }, nil
}

func (b *bench) load(ctx context.Context) (task, error) {
	slice, err := b.slice(ctx, "tenant-slice", tenantJobs)
	if err != nil {
		return task{}, err
	}
	if err := b.template(ctx, emptyShop, "template0", shopdb.Schema()); err != nil {
		return task{}, err
	}
	remade, err := b.remade(ctx, slice)
	if err != nil {
		return task{}, err
	}
	same := b.loaded("")
	runs := []run{
		{name: `psql \copy in order`, cmd: b.copiesFrom(ctx, slice), template: emptyShop, outcome: same},
		{name: "psql, new ids by temporary tables", cmd: b.newIDs(ctx, slice), template: emptyShop, outcome: same},
		{name: "psql, keys and indexes made again", cmd: remade, template: emptyShop, outcome: same},
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
	runs[5].also = goal{restore, 1}
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
		{name: "psql, new ids by temporary tables", cmd: b.newIDs(ctx, slice), template: otherShops, outcome: same},
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
