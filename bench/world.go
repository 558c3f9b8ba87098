package main

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5"

	"github.com/gyrodata/gyro/examples/shop/shopdb"
	"github.com/gyrodata/gyro/internal/pgtest"
)

//go:embed data.sql
var dataSQL string

// bench is one run of measurements: a server with the rows, and a directory for what is made.
type bench struct {
	options
	out     io.Writer
	dir     string // of this run, and of those to come where it is kept
	gyro    string // the program
	version string // of the server
	server  *pgtest.Server
	conn    *pgx.Conn // to postgres
	figures *figures
	made    []string // databases that the work at hand has made
}

// Disk that a run takes, beside what scales.
const (
	diskBytes      = 1 << 30
	diskScaleBytes = 18 << 30
)

func open(ctx context.Context, o options, out io.Writer) (_ *bench, err error) {
	b := &bench{options: o, out: out, dir: o.keep}
	if b.dir == "" {
		b.dir, err = os.MkdirTemp("/tmp", "gyro-bench-") // where the user that the server runs as gets to
	} else if b.dir, err = filepath.Abs(b.dir); err == nil {
		err = os.MkdirAll(b.dir, 0o755)
	}
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, b.close())
		}
	}()
	if err := os.Chmod(b.dir, 0o755); err != nil {
		return nil, err
	}
	if err := b.room(); err != nil {
		return nil, err
	}
	b.gyro = filepath.Join(b.dir, "program", "gyro")
	if out, err := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-o", b.gyro, "./cmd/gyro").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build: %w\n%s", err, out)
	}
	if err := b.serve(ctx); err != nil {
		return nil, err
	}
	if err := b.fill(ctx); err != nil {
		return nil, fmt.Errorf("fill: %w", err)
	}
	b.figures, err = b.openFigures()
	return b, err
}

// room refuses to begin what the disk has no room for. What is there already is taken for the data.
func (b *bench) room() error {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(b.dir, &fs); err != nil {
		return err
	}
	need, free := diskBytes+int64(b.scale*diskScaleBytes), int64(fs.Bavail)*int64(fs.Bsize)
	if _, err := os.Stat(b.filledPath()); err == nil {
		need /= 2
	}
	if free < need {
		return fmt.Errorf("%s has %.1f GB of room; scale %g takes %.1f", b.dir, float64(free)/1e9, b.scale, float64(need)/1e9)
	}
	return nil
}

// serve starts the server, in memory that is enough and without flushes: what is measured is the client and the server's work,
// not the disk.
func (b *bench) serve(ctx context.Context) (err error) {
	opts := pgtest.Options{Log: b.out, Settings: map[string]string{"shared_buffers": "1GB", "max_wal_size": "8GB"}}
	if b.keep != "" {
		opts.Keep = filepath.Join(b.dir, "data")
		if err := os.MkdirAll(opts.Keep, 0o700); err != nil {
			return err
		}
	}
	if b.server, err = pgtest.Start(ctx, opts); err != nil {
		return err
	}
	if b.conn, err = pgx.Connect(ctx, b.server.URL("postgres")); err != nil {
		return err
	}
	return b.conn.QueryRow(ctx, "SHOW server_version").Scan(&b.version)
}

func (b *bench) close() error {
	var errs []error
	if b.conn != nil {
		_ = b.conn.Close(context.Background())
	}
	if b.server != nil {
		errs = append(errs, b.server.Stop())
	}
	if b.keep == "" {
		errs = append(errs, os.RemoveAll(b.dir))
	}
	return errors.Join(errs...)
}

// shop is the database with the rows; target is made anew for each run that loads.
const (
	shop   = "bench_shop"
	target = "bench_target"
)

func (b *bench) filledPath() string { return filepath.Join(b.dir, "filled") }

// recipe says what the rows were made by: where that has changed, they are made again.
func (b *bench) recipe() string {
	sum := sha256.Sum256([]byte(shopdb.Schema() + dataSQL))
	return fmt.Sprintf("scale %g, PostgreSQL %s, %s\n", b.scale, b.version, hex.EncodeToString(sum[:8]))
}

func (b *bench) fill(ctx context.Context) error {
	if before, err := os.ReadFile(b.filledPath()); err == nil && string(before) == b.recipe() {
		return nil
	}
	_ = os.Remove(b.filledPath())
	for _, sql := range []string{"DROP DATABASE IF EXISTS " + target, "DROP DATABASE IF EXISTS " + shop, "CREATE DATABASE " + shop} {
		if _, err := b.conn.Exec(ctx, sql); err != nil {
			return err
		}
	}
	fmt.Fprintf(b.out, "filling: scale %g\n", b.scale)
	people := max(100, int(b.scale*3000)*100)
	tables, keys, _ := strings.Cut(shopdb.Schema(), "-- step: create the keys of accounts")
	script := fmt.Sprintf("SET bench.customers = %d; SET bench.products = %d; SET bench.orders = %d; SET jit = off; SET maintenance_work_mem = '512MB';\n", people, people, int(b.scale*3_000_000))
	script += "BEGIN;\n" + tables + dataSQL + "COMMIT;\n" + keys + "\nVACUUM (FREEZE, ANALYZE);\nCHECKPOINT;\n" // no hint bits to set while measuring
	if err := b.psql(ctx, shop, script); err != nil {
		return err
	}
	return os.WriteFile(b.filledPath(), []byte(b.recipe()), 0o600)
}

// psql runs a script in a database.
func (b *bench) psql(ctx context.Context, database, script string) error {
	_, err := measure(b.script(ctx, b.server.URL(database), script))
	return err
}

// script is psql with a script.
func (b *bench) script(ctx context.Context, url, script string) *exec.Cmd {
	psql, err := b.server.Bin("psql")
	if err != nil {
		psql = "psql" // the error comes when it is run
	}
	cmd := exec.CommandContext(ctx, psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url, "-f", "-")
	cmd.Stdin = strings.NewReader(script)
	cmd.Env = append(os.Environ(), "PGOPTIONS=-c TimeZone=UTC -c client_min_messages=warning")
	return cmd
}

// database makes target anew, as a copy of template.
func (b *bench) database(ctx context.Context, template string) error {
	for _, sql := range []string{"DROP DATABASE IF EXISTS " + target + " WITH (FORCE)", "CREATE DATABASE " + target + " TEMPLATE " + template, "CHECKPOINT"} {
		if _, err := b.conn.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}

// template makes a database from a script.
func (b *bench) template(ctx context.Context, name, from, script string) error {
	b.made = append(b.made, name)
	for _, sql := range []string{"DROP DATABASE IF EXISTS " + name + " WITH (FORCE)", "CREATE DATABASE " + name + " TEMPLATE " + from} {
		if _, err := b.conn.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return b.psql(ctx, name, script)
}

// clean takes away what a work has made.
func (b *bench) clean(ctx context.Context) error {
	var errs []error
	for _, name := range append(b.made, target) {
		_, err := b.conn.Exec(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
		errs = append(errs, err)
	}
	b.made = nil
	return errors.Join(append(errs, os.RemoveAll(filepath.Join(b.dir, "out")))...)
}
