package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
)

// copies writes the six tables with psql: each by what selects its rows, in the order of its key, or as they lie.
func copies(order string, selects ...string) string {
	var script strings.Builder
	for i, table := range tables {
		fmt.Fprintf(&script, "\\copy (SELECT t.* FROM %s t %s%s) TO '%%[1]s/%s.csv' (FORMAT csv, HEADER)\n", table, selects[i], order, table)
	}
	return script.String()
}

const byKey = " ORDER BY t.id"

// byHand is psql with a script that has the directory in place of %[1]s.
func (b *bench) byHand(ctx context.Context, script string) func(dir, url string) *exec.Cmd {
	return func(dir, _ string) *exec.Cmd { return b.script(ctx, b.server.URL(shop), fmt.Sprintf(script, dir)) }
}

// twoWorkers is a run with --workers 2, where this gyro has it.
func (b *bench) twoWorkers(ctx context.Context, r run) []run {
	if !b.knows(ctx, "export", "--workers") {
		return nil
	}
	return []run{r}
}

func (b *bench) whole(ctx context.Context) (task, error) {
	config, err := b.file("whole.yaml", "jobs: ["+strings.Join(tables, ", ")+"]\n")
	if err != nil {
		return task{}, err
	}
	all := make([]string, len(tables))
	same := files(tables...)
	const dump = "pg_dump -Fd -Z0 -j2"
	runs := []run{
		{name: `psql \copy, in order`, cmd: b.byHand(ctx, copies(byKey, all...)), outcome: same},
		{name: `psql \copy, unsorted`, cmd: b.byHand(ctx, copies("", all...)), outcome: same},
		{name: "gyro export", cmd: b.export(ctx, shop, config), outcome: same, wanted: 0.95},
		{name: "gyro export --unsorted", cmd: b.export(ctx, shop, config, "--unsorted"), outcome: same, wanted: 0.8},
		{name: dump, outcome: dumped, cmd: func(dir, _ string) *exec.Cmd {
			return b.tool(ctx, "pg_dump", "-Fd", "-Z0", "-j2", "--no-sync", "-f", filepath.Join(dir, "dump"), b.server.URL(shop))
		}},
	}
	return task{runs: append(runs, b.twoWorkers(ctx, run{
		name: "gyro export --workers 2", cmd: b.export(ctx, shop, config, "--workers", "2"), outcome: same, wanted: 0.65, also: goal{dump, 1.3},
	})...)}, nil
}

const tenantJobs = "jobs:\n  - {model: accounts_tenant, where: id = 1}\n  - accounts_shop\n  - accounts_customer\n  - products_product\n  - orders_order\n  - orders_orderitem\n"

func (b *bench) tenant(ctx context.Context) (task, error) {
	config, err := b.file("tenant.yaml", tenantJobs)
	if err != nil {
		return task{}, err
	}
	const its = "WHERE tenant_id = 1"
	same := files(tables...)
	runs := []run{
		{name: `psql \copy by tenant_id`, cmd: b.byHand(ctx, copies(byKey, "WHERE id = 1", its, its, its, its, its)), outcome: same},
		{name: "gyro export", cmd: b.export(ctx, shop, config), outcome: same, wanted: 1.1},
	}
	runs = append(runs, b.twoWorkers(ctx, run{name: "gyro export --workers 2", cmd: b.export(ctx, shop, config, "--workers", "2"), outcome: same, wanted: 0.75})...)
	if greenmask := found("greenmask"); greenmask != "" {
		runs = append(runs, run{name: "greenmask dump -j2", outcome: dumped, cmd: func(dir, _ string) *exec.Cmd {
			config, err := b.greenmask("greenmask.yaml", dir, b.server.URL(shop), "", 2, "", oneTenant)
			if err != nil {
				return exec.CommandContext(ctx, "false")
			}
			return exec.CommandContext(ctx, greenmask, "--config", config, "dump")
		}})
	}
	if sample := found("pg_sample"); sample != "" { // it writes a schema into the source, and drops it
		runs = append(runs, run{name: "pg_sample", outcome: sampled, cmd: func(dir, _ string) *exec.Cmd {
			args := []string{"--data-only", "--file=" + filepath.Join(dir, "sample.sql"), "--host=" + b.server.Dir(), "--username=postgres", "--limit=accounts_tenant = id = 1"}
			for _, table := range tables[1:] {
				args = append(args, "--limit="+table+" = tenant_id = 1")
			}
			return exec.CommandContext(ctx, sample, append(args, shop)...)
		}})
	}
	return task{runs: runs}, nil
}

func (b *bench) sixOfOne(ctx context.Context) (task, error) {
	const shops = "id IN (10, 11, 12)"
	return b.six(ctx, "id = 1", shops, "limit: 100", "SELECT id FROM accounts_customer WHERE shop_id IN (10, 11, 12) ORDER BY id LIMIT 100", 1.1)
}

func (b *bench) sixOfAll(ctx context.Context) (task, error) {
	const customers = "SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY shop_id ORDER BY id) AS n FROM accounts_customer) c WHERE n <= 100"
	return b.six(ctx, "true", "true", "limit: 100, per: shop", customers, 0.65)
}

// six is the six lines of the README: tenants, shops, all their products, some of the customers, of each 10 orders, and their items. By
// hand in three ways: nested with a window, nested with a lateral join, and by way of temporary tables, which a standby or a role
// with SELECT could not make.
func (b *bench) six(ctx context.Context, tenant, shops, limit, customers string, wanted float64) (task, error) {
	config, err := b.file("six.yaml", fmt.Sprintf(`jobs:
  - {model: accounts_tenant, where: %q}
  - {model: accounts_shop, where: %q}
  - products_product
  - {model: accounts_customer, %s}
  - {model: orders_order, limit: 10, per: customer}
  - orders_orderitem
`, tenant, shops, limit))
	if err != nil {
		return task{}, err
	}
	const (
		begin   = "BEGIN ISOLATION LEVEL REPEATABLE READ;\n"
		lateral = "SELECT o.id FROM (%s) c CROSS JOIN LATERAL (SELECT id FROM orders_order WHERE customer_id = c.id ORDER BY id LIMIT 10) o"
		window  = "SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY customer_id ORDER BY id) AS n FROM orders_order WHERE customer_id IN (%s)) o WHERE n <= 10"
	)
	chosen := []string{"WHERE " + tenant, "WHERE " + shops, "", "WHERE t.shop_id IN (SELECT id FROM accounts_shop WHERE " + shops + ")", "", ""}
	nested := func(orders string) string {
		orders = fmt.Sprintf(orders, customers)
		return begin + copies(byKey, chosen[0], chosen[1], "WHERE t.id IN ("+customers+")", chosen[3], "WHERE t.id IN ("+orders+")", "WHERE t.order_id IN ("+orders+")") + "COMMIT;\n"
	}
	temporary := begin + "CREATE TEMP TABLE c AS " + customers + ";\nANALYZE c;\nCREATE TEMP TABLE o AS " + fmt.Sprintf(lateral, "SELECT id FROM c") + ";\nANALYZE o;\n" +
		copies(byKey, chosen[0], chosen[1], "JOIN c USING (id)", chosen[3], "JOIN o USING (id)", "JOIN o ON o.id = t.order_id") + "COMMIT;\n"
	same := files(tables...)
	runs := []run{
		{name: "psql, lateral joins", cmd: b.byHand(ctx, nested(lateral)), outcome: same},
		{name: "psql, windows", cmd: b.byHand(ctx, nested(window)), outcome: same},
		{name: "psql, temporary tables", cmd: b.byHand(ctx, temporary), outcome: same},
		{name: "gyro export", cmd: b.export(ctx, shop, config), outcome: same, best: true, wanted: wanted},
	}
	return task{runs: append(runs, b.twoWorkers(ctx, run{name: "gyro export --workers 2", cmd: b.export(ctx, shop, config, "--workers", "2"), outcome: same, best: true})...)}, nil
}

func (b *bench) verify(ctx context.Context) (task, error) {
	slice, err := b.slice(ctx, "whole-slice", "jobs: ["+strings.Join(tables, ", ")+"]\n")
	if err != nil {
		return task{}, err
	}
	var paths []string
	for _, table := range tables {
		paths = append(paths, filepath.Join(slice, table+".csv"))
	}
	rows, err := files(tables...)(ctx, slice)
	if err != nil {
		return task{}, err
	}
	return task{note: thousands(rows.rows) + " rows", runs: []run{
		{name: "sha256sum and wc -l", cmd: func(string, string) *exec.Cmd {
			return exec.CommandContext(ctx, "sh", append([]string{"-c", `sha256sum "$@" && wc -l "$@"`, "sh"}, paths...)...)
		}},
		{name: "gyro verify", wanted: 0.7, cmd: func(string, string) *exec.Cmd { return exec.CommandContext(ctx, b.gyro, "verify", slice) }},
	}}, nil
}

// slice takes a slice that other works read.
func (b *bench) slice(ctx context.Context, name, yaml string) (string, error) {
	config, err := b.file(name+".yaml", yaml)
	if err != nil {
		return "", err
	}
	dir := filepath.Join(b.dir, name)
	_, err = measure(b.export(ctx, shop, config, "--overwrite")(dir, ""))
	return dir, err
}
