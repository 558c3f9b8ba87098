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

var shopTables = []string{
	"accounts_tenant", "accounts_shop", "accounts_customer", "products_product", "orders_order", "orders_orderitem",
}

// few is a slice of 20,000 rows with new ids, and as many that refer to them.
const few = `
	CREATE TABLE few (id bigserial PRIMARY KEY, t text);
	CREATE TABLE fewer (id bigserial PRIMARY KEY, few_id bigint NOT NULL REFERENCES few);`

// load measures the whole shop on its way into an empty database with all keys and indexes,
// beside psql's \copy of the same files in the same order.
func (b *bench) load(ctx context.Context) error {
	server, err := b.shop(ctx, b.scale)
	if err != nil {
		return err
	}
	defer server.Stop() //nolint:errcheck // throwaway
	source := server.URL("postgres")
	psql, err := server.Bin("psql")
	if err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, source)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, few+`INSERT INTO few SELECT n, 'x' FROM generate_series(1, 20000) n; INSERT INTO fewer SELECT n, n FROM generate_series(1, 20000) n`); err != nil {
		return err
	}
	// Up to version 17 psql takes a line of \. for the end, in a CSV's quotes too.
	for _, column := range []string{"accounts_tenant.name", "accounts_shop.name", "accounts_customer.first_name", "accounts_customer.last_name", "accounts_customer.phone", "products_product.name", "products_product.description"} {
		table, name, _ := strings.Cut(column, ".")
		if _, err := conn.Exec(ctx, fmt.Sprintf(`UPDATE %s SET %s = replace(%s, '\.', '.') WHERE %s LIKE '%%\\.%%'`, table, name, name, name)); err != nil {
			return err
		}
	}
	take := func(name string, tables ...string) (string, error) {
		config, dir := filepath.Join(b.dir, name+".yaml"), filepath.Join(b.dir, name)
		if err := os.WriteFile(config, []byte("jobs: ["+strings.Join(tables, ", ")+"]\n"), 0o600); err != nil {
			return "", err
		}
		_, err := measure(exec.CommandContext(ctx, b.gyro, "export", "-c", config, "--source", source, "--target", dir, "--progress", "none"))
		return dir, err
	}
	dir, err := take("shop", shopTables...)
	if err != nil {
		return err
	}
	fewDir, err := take("few", "few", "fewer")
	if err != nil {
		return err
	}
	for name, schema := range map[string]string{"bench_shop": shopdb.Schema(), "bench_few": few + "INSERT INTO few SELECT n, 'mine' FROM generate_series(1, 20000) n; SELECT setval('few_id_seq', 20000)"} {
		if _, err := conn.Exec(ctx, "CREATE DATABASE "+name); err != nil {
			return err
		}
		if _, err := measure(exec.CommandContext(ctx, psql, "-X", "-q", "-d", server.URL(name), "-c", schema)); err != nil {
			return err
		}
	}
	var script strings.Builder
	for _, table := range shopTables {
		fmt.Fprintf(&script, "\\copy %s FROM '%s' (FORMAT csv, HEADER)\n", table, filepath.Join(dir, table+".csv"))
	}
	gyro := func(dir, url string, flags ...string) *exec.Cmd {
		return exec.CommandContext(ctx, b.gyro, append([]string{"import", "--source", dir, "--target", url, "--progress", "none", "--no-record"}, flags...)...)
	}
	runs := []struct {
		name, template string
		cmd            func(url string) *exec.Cmd
	}{
		{`psql \copy, in order`, "bench_shop", func(url string) *exec.Cmd {
			cmd := exec.CommandContext(ctx, psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url)
			cmd.Stdin = strings.NewReader(script.String())
			return cmd
		}},
		{"gyro import, keys in place", "bench_shop", func(url string) *exec.Cmd { return gyro(dir, url, "--exclusive", "never") }},
		{"gyro import, exclusive", "bench_shop", func(url string) *exec.Cmd { return gyro(dir, url, "--exclusive", "always") }},
		{"gyro import, new ids", "bench_shop", func(url string) *exec.Cmd { return gyro(dir, url, "--exclusive", "never", "--ids", "sequential") }},
		{"new ids, exclusive", "bench_shop", func(url string) *exec.Cmd { return gyro(dir, url, "--exclusive", "always", "--ids", "sequential") }},
		{"20,000 new ids, two tables", "bench_few", func(url string) *exec.Cmd { return gyro(fewDir, url, "--ids", "sequential") }},
	}
	for _, r := range runs {
		if b.other(r.cmd("")) != nil {
			with := r
			with.name, with.cmd = r.name+", other", func(url string) *exec.Cmd { return b.other(r.cmd(url)) }
			runs = append(runs, with)
		}
	}
	taken := make([][]usage, len(runs))
	for range b.rounds {
		for i, r := range runs {
			if _, err := conn.Exec(ctx, "CREATE DATABASE bench_target TEMPLATE "+r.template); err != nil {
				return err
			}
			if _, err := conn.Exec(ctx, "CHECKPOINT"); err != nil {
				return err
			}
			u, err := measure(r.cmd(server.URL("bench_target")))
			if err != nil {
				return err
			}
			taken[i] = append(taken[i], u)
			if _, err := conn.Exec(ctx, "DROP DATABASE bench_target"); err != nil {
				return err
			}
		}
	}
	counts, err := shopdb.Size(b.scale)
	if err != nil {
		return err
	}
	fmt.Printf("the shop at scale %g (%+v) into an empty database; medians of %d\n\n", b.scale, counts, b.rounds)
	base := median(taken[0]).wall
	for i, r := range runs {
		m := median(taken[i])
		fmt.Printf("%-28s %8.2f s  %6.1f MB at the peak of the client  time / psql's %.2f\n", r.name, m.wall.Seconds(), float64(m.peak)/1024, float64(m.wall)/float64(base))
	}
	return nil
}
