package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/examples/shop/shopdb"
	"github.com/gyrodata/gyro/internal/pgtest"
)

var shopTables = []string{
	"accounts_tenant", "accounts_shop", "accounts_customer", "products_product", "orders_order", "orders_orderitem",
}

// few is a slice of 20,000 rows with new ids, and as many that refer to them.
const few = `
	CREATE TABLE few (id bigserial PRIMARY KEY, t text);
	CREATE TABLE fewer (id bigserial PRIMARY KEY, few_id bigint NOT NULL REFERENCES few);`

// far is how far the ids of the slice are moved that goes beside rows which are there, so that psql can load it as it is.
const far = 1_000_000_000

// target is a database that is loaded into, made anew for each run.
type target struct {
	template string // of which it is made; empty: nothing is in it
	dir      string // the slice that is loaded
	tables   []string
}

// loading is one way to load, and where to.
type loading struct {
	name string
	into *target
	cmd  func(url string) *exec.Cmd
}

// loads is what loads are measured with.
type loads struct {
	*bench
	server *pgtest.Server
	conn   *pgx.Conn // to the source
	psql   string
}

// openLoads starts a server with a shop as the source.
func (b *bench) openLoads(ctx context.Context) (*loads, error) {
	server, err := b.shop(ctx, b.scale)
	if err != nil {
		return nil, err
	}
	l := &loads{bench: b, server: server}
	if l.psql, err = server.Bin("psql"); err == nil {
		l.conn, err = pgx.Connect(ctx, server.URL("postgres"))
	}
	if err == nil {
		err = l.tame(ctx)
	}
	if err != nil {
		_ = server.Stop()
		return nil, err
	}
	return l, nil
}

func (l *loads) close(ctx context.Context) {
	_ = l.conn.Close(ctx)
	_ = l.server.Stop() // throwaway
}

// tame takes out of the shop's texts what psql can't load: up to version 17 it takes a line of \. for the end, in a CSV's quotes too.
func (l *loads) tame(ctx context.Context) error {
	for _, column := range []string{"accounts_tenant.name", "accounts_shop.name", "accounts_customer.first_name", "accounts_customer.last_name", "accounts_customer.phone", "products_product.name", "products_product.description"} {
		table, name, _ := strings.Cut(column, ".")
		if _, err := l.conn.Exec(ctx, fmt.Sprintf(`UPDATE %s SET %s = replace(%s, '\.', '.') WHERE %s LIKE '%%\\.%%'`, table, name, name, name)); err != nil {
			return err
		}
	}
	return nil
}

// take takes a slice of whole tables of a database.
func (l *loads) take(ctx context.Context, name, database string, tables ...string) (string, error) {
	config, dir := filepath.Join(l.dir, name+".yaml"), filepath.Join(l.dir, name)
	if err := os.WriteFile(config, []byte("jobs: ["+strings.Join(tables, ", ")+"]\n"), 0o600); err != nil {
		return "", err
	}
	_, err := measure(exec.CommandContext(ctx, l.gyro, "export", "-c", config, "--source", l.server.URL(database), "--target", dir, "--progress", "none"))
	return dir, err
}

// create makes a database and runs SQL in it.
func (l *loads) create(ctx context.Context, name, sql string) error {
	if _, err := l.conn.Exec(ctx, "CREATE DATABASE "+name); err != nil {
		return err
	}
	_, err := measure(exec.CommandContext(ctx, l.psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", l.server.URL(name), "-c", sql))
	return err
}

// imports is gyro import; a record for undo is left but where it says not to.
func (l *loads) imports(ctx context.Context, dir string, flags ...string) func(url string) *exec.Cmd {
	return func(url string) *exec.Cmd {
		record := filepath.Join(l.dir, "record")
		_ = os.RemoveAll(record)
		return exec.CommandContext(ctx, l.gyro, append([]string{"import", "--source", dir, "--target", url, "--progress", "none", "--record", record}, flags...)...)
	}
}

// copies is psql's \copy of all tables, in order, each a transaction of its own.
func (l *loads) copies(ctx context.Context, into *target) func(url string) *exec.Cmd {
	var script strings.Builder
	for _, table := range into.tables {
		fmt.Fprintf(&script, "\\copy %s FROM '%s' (FORMAT csv, HEADER)\n", table, filepath.Join(into.dir, table+".csv"))
	}
	return func(url string) *exec.Cmd {
		cmd := exec.CommandContext(ctx, l.psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url)
		cmd.Stdin = strings.NewReader(script.String())
		return cmd
	}
}

// load measures the whole shop on its way into an empty database with all keys and indexes, beside psql's \copy of the same
// files in the same order; and then full.
func (b *bench) load(ctx context.Context) error {
	l, err := b.openLoads(ctx)
	if err != nil {
		return err
	}
	defer l.close(ctx)
	if err := l.empty(ctx); err != nil {
		return err
	}
	return l.full(ctx)
}

// fullOnly measures loads beside rows that are there.
func (b *bench) fullOnly(ctx context.Context) error {
	l, err := b.openLoads(ctx)
	if err != nil {
		return err
	}
	defer l.close(ctx)
	if err := l.create(ctx, "bench_shop", shopdb.Schema()); err != nil {
		return err
	}
	return l.full(ctx)
}

func (l *loads) empty(ctx context.Context) error {
	if _, err := l.conn.Exec(ctx, few+`INSERT INTO few SELECT n, 'x' FROM generate_series(1, 20000) n; INSERT INTO fewer SELECT n, n FROM generate_series(1, 20000) n`); err != nil {
		return err
	}
	dir, err := l.take(ctx, "shop", "postgres", shopTables...)
	if err != nil {
		return err
	}
	fewDir, err := l.take(ctx, "few", "postgres", "few", "fewer")
	if err != nil {
		return err
	}
	dump, err := l.dump(ctx)
	if err != nil {
		return err
	}
	if err := l.create(ctx, "bench_shop", shopdb.Schema()); err != nil {
		return err
	}
	if err := l.create(ctx, "bench_few", few+"INSERT INTO few SELECT n, 'mine' FROM generate_series(1, 20000) n; SELECT setval('few_id_seq', 20000)"); err != nil {
		return err
	}
	shop := &target{template: "bench_shop", dir: dir, tables: shopTables}
	return l.measure(ctx, "an empty database", []loading{
		{`psql \copy, in order`, shop, l.copies(ctx, shop)},
		{"gyro import, keys in place", shop, l.imports(ctx, dir, "--exclusive", "never")},
		{"gyro import, new ids", shop, l.imports(ctx, dir, "--exclusive", "never", "--ids", "sequential")},
		{"gyro import, exclusive", shop, l.imports(ctx, dir, "--exclusive", "always")},
		{"new ids, exclusive", shop, l.imports(ctx, dir, "--exclusive", "always", "--ids", "sequential")},
		{"pg_restore -j2, tables too", &target{dir: dir, tables: shopTables}, dump},
		{"20,000 new ids, two tables", &target{template: "bench_few", dir: fewDir, tables: []string{"few", "fewer"}}, l.imports(ctx, fewDir, "--ids", "sequential")},
	})
}

// dump dumps the shop, and gives what restores it with two connections.
func (l *loads) dump(ctx context.Context) (func(url string) *exec.Cmd, error) {
	dumps, err := l.server.Bin("pg_dump")
	if err != nil {
		return nil, err
	}
	restores, err := l.server.Bin("pg_restore")
	if err != nil {
		return nil, err
	}
	dir, args := filepath.Join(l.dir, "dump"), []string{"-Fd", "-Z0", "-j2"}
	for _, table := range shopTables {
		args = append(args, "-t", table)
	}
	_, err = measure(exec.CommandContext(ctx, dumps, append(args, "-f", dir, "-d", l.server.URL("postgres"))...))
	return func(url string) *exec.Cmd { return exec.CommandContext(ctx, restores, "-j2", "-d", url, dir) }, err
}

// full measures the shop on its way into tables with ten times its rows: with new ids, beside psql, which can't give any and so
// gets a slice whose ids are free.
func (l *loads) full(ctx context.Context) error {
	near, err := l.take(ctx, "near", "postgres", shopTables...)
	if err != nil {
		return err
	}
	if err := l.create(ctx, "bench_far", shopdb.Schema()); err != nil {
		return err
	}
	moved := filepath.Join(l.dir, "moved.yaml")
	if err := os.WriteFile(moved, fmt.Appendf(nil, "ids: {offset: %d}\n", far), 0o600); err != nil {
		return err
	}
	if _, err := measure(l.imports(ctx, near, "-c", moved)(l.server.URL("bench_far"))); err != nil {
		return err
	}
	if _, err := measure(exec.CommandContext(ctx, l.psql, "-X", "-q", "-d", l.server.URL("bench_far"), "-c", "UPDATE accounts_tenant SET subdomain = 'far-' || subdomain")); err != nil {
		return err
	}
	dir, err := l.take(ctx, "far", "bench_far", shopTables...)
	if err != nil {
		return err
	}
	if _, err := l.conn.Exec(ctx, "CREATE DATABASE bench_full"); err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, l.server.URL("bench_full"))
	if err != nil {
		return err
	}
	err = shopdb.Fill(ctx, conn, 10*l.scale)
	if err == nil {
		_, err = conn.Exec(ctx, "VACUUM (FREEZE, ANALYZE)")
	}
	if err := errors.Join(err, conn.Close(ctx)); err != nil {
		return err
	}
	shop := &target{template: "bench_full", dir: dir, tables: shopTables}
	return l.measure(ctx, "tables with ten times its rows", []loading{
		{`psql \copy, in order`, shop, l.copies(ctx, shop)},
		{"gyro import, new ids", shop, l.imports(ctx, dir, "--exclusive", "never", "--ids", "sequential")},
	})
}

// fresh makes the target anew, and counts its rows.
func (l *loads) fresh(ctx context.Context, into *target) (map[string]int64, error) {
	text := "CREATE DATABASE bench_target TEMPLATE " + cmp.Or(into.template, "template0")
	if l.conn.PgConn().ParameterStatus("server_version") >= "15" {
		text += " STRATEGY file_copy" // a large template through the write-ahead log takes minutes
	}
	for _, text := range []string{"DROP DATABASE IF EXISTS bench_target", text, "CHECKPOINT"} {
		if _, err := l.conn.Exec(ctx, text); err != nil {
			return nil, err
		}
	}
	if into.template == "" {
		return map[string]int64{}, nil
	}
	return l.count(ctx, into.tables)
}

func (l *loads) count(ctx context.Context, tables []string) (map[string]int64, error) {
	conn, err := pgx.Connect(ctx, l.server.URL("bench_target"))
	if err != nil {
		return nil, err
	}
	counts := map[string]int64{}
	for _, table := range tables {
		var n int64
		if err := conn.QueryRow(ctx, "SELECT count(*) FROM "+table).Scan(&n); err != nil {
			return nil, errors.Join(err, conn.Close(ctx))
		}
		counts[table] = n
	}
	return counts, conn.Close(ctx)
}

// loaded sees to it that all rows of the slice went in.
func (l *loads) loaded(ctx context.Context, name string, into *target, before map[string]int64) error {
	after, err := l.count(ctx, into.tables)
	if err != nil {
		return err
	}
	m, err := csvdir.ReadManifest(into.dir)
	if err != nil {
		return err
	}
	for _, f := range m.Files {
		table := strings.TrimSuffix(f.File, ".csv")
		if got := after[table] - before[table]; got != f.Rows {
			return fmt.Errorf("%s: %d rows of %s went in, of %d", name, got, table, f.Rows)
		}
	}
	return nil
}

// measure measures loads in turn, and prints them.
func (l *loads) measure(ctx context.Context, where string, all []loading) error {
	for _, r := range all {
		if l.other(r.cmd("")) != nil {
			with := r
			with.name, with.cmd = r.name+", other", func(url string) *exec.Cmd { return l.other(r.cmd(url)) }
			all = append(all, with)
		}
	}
	taken, ratios := make([][]usage, len(all)), make([][]float64, len(all))
	for range l.rounds {
		for i, r := range all {
			before, err := l.fresh(ctx, r.into)
			if err != nil {
				return err
			}
			began := serverCPU(l.server)
			u, err := measure(r.cmd(l.server.URL("bench_target")))
			if err != nil {
				return err
			}
			time.Sleep(200 * time.Millisecond) // its backends have to have ended
			u.server = serverCPU(l.server) - began
			if err := l.loaded(ctx, r.name, r.into, before); err != nil {
				return err
			}
			taken[i] = append(taken[i], u)
			ratios[i] = append(ratios[i], float64(u.wall)/float64(taken[0][len(taken[i])-1].wall))
		}
	}
	counts, err := shopdb.Size(l.scale)
	if err != nil {
		return err
	}
	fmt.Printf("the shop at scale %g (%+v) into %s; medians of %d rounds, ratios to psql's of the same round\n\n", l.scale, counts, where, l.rounds)
	base := median(taken[0])
	for i, r := range all {
		m := median(taken[i])
		slices.Sort(ratios[i])
		n := len(ratios[i])
		fmt.Printf("%-34s %7.2f s  ratio %.2f (%.2f to %.2f)  server's CPU %6.2f s, ratio %.2f  client's CPU %5.2f s, %5.1f MB\n", r.name, m.wall.Seconds(),
			ratios[i][n/2], ratios[i][0], ratios[i][n-1], m.server.Seconds(), float64(m.server)/float64(base.server), m.cpu.Seconds(), float64(m.peak)/1024)
	}
	fmt.Println()
	return nil
}

// serverCPU is what the processes of a server took that have ended: where others use the machine, it says more than the time.
// 0 where it can't be told.
func serverCPU(server *pgtest.Server) time.Duration {
	text, err := os.ReadFile(filepath.Join(server.Dir(), "data", "postmaster.pid"))
	if err != nil {
		return 0
	}
	pid, _, _ := strings.Cut(string(text), "\n")
	stat, err := os.ReadFile(filepath.Join("/proc", pid, "stat"))
	if err != nil {
		return 0
	}
	const children, tick = 13, 10 * time.Millisecond // of the fields behind the name: cutime, cstime
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	if len(fields) < children+2 {
		return 0
	}
	var ticks time.Duration
	for _, f := range fields[children : children+2] {
		n, err := strconv.Atoi(f)
		if err != nil {
			return 0
		}
		ticks += time.Duration(n)
	}
	return ticks * tick
}
