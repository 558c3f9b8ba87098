package export_test

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/postgres"
	"github.com/gyrodata/gyro/schema"
)

// watched is a database that remembers by how many references each table was restricted.
type watched struct {
	driver.Database
	mu         sync.Mutex
	restricted map[string][]int
}

func (w *watched) Open(ctx context.Context) (driver.Snapshot, error) {
	s, err := w.Database.Open(ctx)
	return watchedSnapshot{s, w}, err
}

type watchedSnapshot struct {
	driver.Snapshot
	of *watched
}

func (s watchedSnapshot) Share(ctx context.Context, all ...driver.Selection) (driver.Snapshot, error) {
	other, err := s.Snapshot.(driver.Sharer).Share(ctx, all...)
	return watchedSnapshot{other, s.of}, err
}

func (s watchedSnapshot) Divide(ctx context.Context, selection driver.Selection, pieces int) ([]driver.Piece, error) {
	return s.Snapshot.(driver.Divider).Divide(ctx, selection, pieces)
}

func (s watchedSnapshot) Copy(ctx context.Context, selection driver.Selection, w io.Writer) (int64, error) {
	s.of.mu.Lock()
	name := selection.Table.Name.Table
	s.of.restricted[name] = append(s.of.restricted[name], len(selection.Restrict))
	s.of.mu.Unlock()
	return s.Snapshot.Copy(ctx, selection, w)
}

// Of tables that have their tenant's key all rows of the tenant are read at once, and those left out that refer to others' rows: bytes are
// those of one connection. Where a reference may be NULL, or its values are masked, a job waits for its turn.
func TestAhead(t *testing.T) {
	export.SmallPieces(t)
	url := pgtest.DB(t)
	pgtest.Exec(t, url, `
CREATE TABLE tenant (id int PRIMARY KEY); INSERT INTO tenant SELECT generate_series(1, 5);
CREATE TABLE orders (id text PRIMARY KEY, tenant_id int NOT NULL REFERENCES tenant, number int NOT NULL, UNIQUE (number)); INSERT INTO orders SELECT 'o"' || n, 1 + n % 5, n FROM generate_series(1, 2000) n;
CREATE TABLE item (id int PRIMARY KEY, tenant_id int NOT NULL REFERENCES tenant, order_id text NOT NULL REFERENCES orders);
INSERT INTO item SELECT n, 1 + n % 5, 'o"' || CASE n % 7 WHEN 0 THEN 1 + n % 2000 ELSE 1 + (n * 5 + n % 5 - 1) % 2000 END FROM generate_series(1, 8000) n; -- a seventh goes astray
CREATE TABLE loose (id int PRIMARY KEY, tenant_id int NOT NULL REFERENCES tenant, order_id text REFERENCES orders); INSERT INTO loose SELECT id, tenant_id, CASE WHEN id % 3 > 0 THEN order_id END FROM item;
CREATE TABLE numbered (id int PRIMARY KEY, tenant_id int NOT NULL REFERENCES tenant, number int NOT NULL REFERENCES orders (number)); INSERT INTO numbered SELECT n, 1 + n % 5, 1 + (n + 1999) % 2000 FROM generate_series(1, 4000) n;
ANALYZE`)
	tables := []string{"tenant", "orders", "item", "loose", "numbered"}
	jobs := []gyro.ImportJob{{Model: gyro.Table("tenant"), Query: gyro.Where("id = 2")}}
	var importers gyro.Registry
	for i, table := range tables {
		if i > 0 {
			jobs = append(jobs, gyro.ImportJob{Model: gyro.Table(table)})
		}
		importer := gyro.Importer{Model: gyro.Table(table)}
		if table == "orders" {
			importer.Columns = gyro.Columns{"number": {Mask: gyro.Mask{Name: "other", Unique: true, Bits: func(schema.Column) int { return 64 }, SQL: func(value string, _ schema.Column) string { return value + " OPERATOR(pg_catalog.+) 5000" }}}}
		}
		importers = append(importers, importer)
	}
	take := func(workers int) (string, map[string][]int) {
		db := &watched{Database: postgres.DB{URL: url}, restricted: map[string][]int{}}
		dir := filepath.Join(t.TempDir(), "slice")
		s := export.Slice{Source: db, Target: csvdir.Dir{Path: dir}, Importers: importers, Jobs: jobs, Workers: workers, MaskKey: []byte("0123456789abcdef")}
		if _, err := s.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		return dir, db.restricted
	}
	whole, alone := take(1)
	for _, old := range []string{"tenant", "orders"} { // nothing is known of how many rows are wanted
		pgtest.Exec(t, url, "UPDATE pg_class SET reltuples = -1, relpages = 0 WHERE oid = '"+old+"'::regclass")
		if _, restricted := take(4); !slices.Equal(restricted["item"], alone["item"]) {
			t.Errorf("%s was never analyzed, and items were restricted by %v references", old, restricted["item"])
		}
		pgtest.Exec(t, url, "ANALYZE "+old)
	}
	dir, restricted := take(4)
	for _, table := range tables {
		if want, got := lines(t, whole, table), lines(t, dir, table); !slices.Equal(want, got) || len(want) < 3 {
			t.Errorf("%s has other rows (%d lines, want %d)", table, len(got), len(want))
		}
	}
	if n := len(lines(t, dir, "item")); n >= 1600 {
		t.Errorf("%d items: none was astray", n)
	}
	for _, table := range tables[1:] {
		want := slices.Compact(alone[table])
		if table == "item" {
			want = []int{1}
		}
		if got := slices.Compact(restricted[table]); !slices.Equal(got, want) { // whether or not in pieces
			t.Errorf("%s was restricted by %v references, by one connection %v; want %v", table, got, alone[table], want)
		}
	}
}

// kinds of keys: its columns' types, and their values in the n-th row.
var kinds = [][][2]string{
	{{"int", "({n} * 48271 % 20011) - 9000"}},
	{{"bigint", "{n} * 7919 - 1000000"}},
	{{"uuid", "md5({n}::text)::uuid"}},
	{{"text", `E'w"' || {n} % 7 || E',é\\n' || {n}`}},
	{{"char(9)", "'c' || {n}"}},
	{{"smallint", "{n} % 40 - 20"}, {"varchar(20)", "'b' || {n}"}},
}

// Random tables that refer to each other, and all or some of them to a tenant, have the same bytes whoever reads them, in pieces, ahead of
// their turn, or by one connection.
func TestRandomPieces(t *testing.T) {
	export.SmallPieces(t)
	rapid.Check(t, func(r *rapid.T) {
		url := pgtest.DB(t)
		rows := func(n int) string { return fmt.Sprintf(" FROM generate_series(1, %d) n;\n", n) }
		script := "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 4);\n"
		jobs := []gyro.ImportJob{{Model: gyro.Table("t"), Query: gyro.Where(rapid.SampledFrom([]string{"id = 2", "id < 3", "true"}).Draw(r, "tenants"))}}
		type table struct {
			kind [][2]string
			rows int
		}
		var tables []table
		names := []string{"t"}
		for i := range rapid.IntRange(1, 4).Draw(r, "tables") {
			name := fmt.Sprintf("x%d", i)
			own := table{rapid.SampledFrom(kinds).Draw(r, "kind"), rapid.IntRange(0, 600).Draw(r, "rows")}
			var columns, values, key []string
			indexes := ""
			for k, c := range own.kind {
				columns, values = append(columns, fmt.Sprintf("k%d %s", k, c[0])), append(values, strings.ReplaceAll(c[1], "{n}", "n"))
				key = append(key, fmt.Sprintf("k%d", k))
			}
			columns = append(columns, "PRIMARY KEY ("+strings.Join(key, ", ")+")")
			job := gyro.ImportJob{Model: gyro.Table(name)}
			if rapid.IntRange(0, 3).Draw(r, "tenant") > 0 {
				columns, values = append(columns, "t_id int NOT NULL REFERENCES t"), append(values, "1 + n % 4")
			}
			for p, parent := range tables {
				if parent.rows == 0 || rapid.Bool().Draw(r, "no reference") {
					continue
				}
				var from, to []string
				null := rapid.SampledFrom([]string{"", "", " NOT NULL"}).Draw(r, "null")
				of := fmt.Sprintf("(1 + (n * %d) %% %d)", rapid.SampledFrom([]int{1, 5, 7919}).Draw(r, "step"), parent.rows)
				for k, c := range parent.kind {
					from, to = append(from, fmt.Sprintf("p%d_%d", p, k)), append(to, fmt.Sprintf("k%d", k))
					columns = append(columns, fmt.Sprintf("p%d_%d %s%s", p, k, c[0], null))
					value := strings.ReplaceAll(c[1], "{n}", of)
					if null == "" {
						value = "CASE WHEN n % 5 > 0 THEN " + value + " END"
					}
					values = append(values, value)
				}
				columns = append(columns, fmt.Sprintf("FOREIGN KEY (%s) REFERENCES x%d (%s)", strings.Join(from, ", "), p, strings.Join(to, ", ")))
				if rapid.IntRange(0, 3).Draw(r, "index") > 0 {
					indexes += fmt.Sprintf("CREATE INDEX ON %s (%s);\n", name, strings.Join(from, ", "))
				}
				if len(from) == 1 && job.Limit == 0 && rapid.IntRange(0, 2).Draw(r, "limit") == 0 {
					job.Limit, job.Per = 2, from[0]
				}
			}
			if job.Limit == 0 && rapid.IntRange(0, 4).Draw(r, "percent") == 0 {
				job.Percent = 60
			}
			script += fmt.Sprintf("CREATE TABLE %[1]s (%[2]s); INSERT INTO %[1]s SELECT %[3]s%[4]s", name, strings.Join(columns, ", "), strings.Join(values, ", "), rows(own.rows)) + indexes
			tables, names, jobs = append(tables, own), append(names, name), append(jobs, job)
		}
		if rapid.IntRange(0, 3).Draw(r, "analyzed") > 0 {
			script += "ANALYZE;"
		}
		pgtest.Exec(t, url, script)
		take := func(workers int, unsorted bool) string {
			dir := filepath.Join(t.TempDir(), "slice")
			s := export.Slice{Source: postgres.DB{URL: url}, Target: csvdir.Dir{Path: dir}, Jobs: jobs, Workers: workers, Unsorted: unsorted}
			if _, err := s.Run(t.Context()); err != nil {
				r.Fatal(err)
			}
			return dir
		}
		whole := take(1, false)
		workers, unsorted := rapid.IntRange(2, 5).Draw(r, "workers"), rapid.IntRange(0, 2).Draw(r, "unsorted") == 0
		dir := take(workers, unsorted)
		for _, name := range names {
			if want, got := lines(t, whole, name), lines(t, dir, name); !same(want, got, unsorted) {
				r.Errorf("%d workers, unsorted %v: %s has other rows (%d lines, want %d)\n%s", workers, unsorted, name, len(got), len(want), script)
			}
		}
	})
}
