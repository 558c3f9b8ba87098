package gyrotest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/postgres"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// shop takes a slice, and gives its directory.
func shop(t *testing.T) string {
	t.Helper()
	url, dir := pgtest.DB(t), filepath.Join(t.TempDir(), "slice")
	pgtest.Exec(t, url, "CREATE TABLE shop (id int PRIMARY KEY, name text NOT NULL); CREATE TABLE item (id int PRIMARY KEY, shop_id int REFERENCES shop); INSERT INTO shop VALUES (1, 'one'), (2, 'two'); INSERT INTO item SELECT n, 1 + n % 2 FROM generate_series(1, 10) n")
	if _, err := jobs(url, csvdir.Dir{Path: dir}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	return dir
}

func jobs(url string, to csvdir.Dir) export.Slice {
	return export.Slice{Source: postgres.DB{URL: url}, Target: to, Jobs: []gyro.ImportJob{{Model: gyro.Table("shop")}, {Model: gyro.Table("item")}}}
}

func databases(t *testing.T, server string) string {
	t.Helper()
	return pgtest.Psql(t, server, "SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database WHERE datname LIKE 'gyrotest%'")
}

// Each test has a database of its own, which is gone when it has ended; one template was made for all.
func TestLoad(t *testing.T) {
	server, dir := pgtest.DB(t), shop(t)
	t.Run("tests", func(t *testing.T) {
		for _, name := range []string{"a", "b", "c"} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				db := Load(t, server, dir)
				if got := pgtest.Psql(t, db, "SELECT count(*), sum(shop_id) FROM item JOIN shop ON shop.id = shop_id"); got != "10|15" {
					t.Error(got)
				}
				pgtest.Exec(t, db, "DELETE FROM item; DROP TABLE item")
			})
		}
	})
	if names := strings.Fields(databases(t, server)); len(names) != 1 {
		t.Errorf("%v are left", names)
	}
	if err := Close(); err != nil {
		t.Error(err)
	}
	if left := databases(t, server); left != "" {
		t.Errorf("%s is left", left)
	}
}

// Migrations make the tables, with all that they have; their mistakes and those of the load are told, and leave nothing.
func TestPrepare(t *testing.T) {
	server, dir := pgtest.DB(t), shop(t)
	migrate := func(sql string) func(context.Context, string) error {
		return func(ctx context.Context, url string) error {
			conn, err := pgx.Connect(ctx, url)
			if err != nil {
				return err
			}
			defer conn.Close(ctx)
			_, err = conn.Exec(ctx, sql)
			return err
		}
	}
	tables := "CREATE TABLE shop (id int PRIMARY KEY, name text NOT NULL, town text DEFAULT 'here'); CREATE TABLE item (id int PRIMARY KEY, shop_id int REFERENCES shop); "
	s := Slice{Dir: dir, Prepare: migrate(tables + "CREATE INDEX ON item (shop_id)")}
	if got := pgtest.Psql(t, s.Load(t, server), "SELECT count(*), min(town), (SELECT count(*) FROM pg_indexes WHERE tablename = 'item') FROM shop"); got != "2|here|2" {
		t.Error(got)
	}
	filled := Slice{Dir: dir, Prepare: migrate(tables + "INSERT INTO shop VALUES (2, 'mine'), (3, 'three')"), Conflict: gyro.Skip()}
	if got := pgtest.Psql(t, filled.Load(t, server), "SELECT string_agg(name, ' ' ORDER BY id) FROM shop"); got != "one mine three" {
		t.Error(got)
	}
	for want, s := range map[string]*Slice{
		"no such slice":  {Dir: dir + "-none"},
		"mine is broken": {Dir: dir, Prepare: func(context.Context, string) error { return errors.New("mine is broken") }},
		"table shop":     {Dir: dir, Prepare: migrate("SELECT 1")},
	} {
		before := databases(t, server)
		_, err := s.template(t.Context(), server)
		if err == nil || want != "no such slice" && !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %s", err, want)
		}
		if after := databases(t, server); after != before {
			t.Errorf("%s is left, %s was there", after, before)
		}
	}
	if _, err := (&Slice{Dir: dir}).template(t.Context(), "postgres://me:secret@127.0.0.1:1/none?connect_timeout=2"); err == nil || strings.Contains(err.Error(), "secret") {
		t.Error(err)
	}
}

// What a process leaves that was killed, the next one drops; what belongs to one that lives stays.
func TestSweep(t *testing.T) {
	at := pgtest.DB(t)
	one, err := newServer(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	pgtest.Exec(t, at, "CREATE DATABASE "+one.name())
	two, err := newServer(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	defer two.lock.Close(context.Background())
	if !strings.Contains(databases(t, at), one.mark) {
		t.Error("what is in use was dropped")
	}
	if err := one.lock.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 100 {
		if err := two.sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(databases(t, at), one.mark) {
			return
		}
	}
	t.Error("what a dead process left is there")
}

// Update takes the slice anew where it is told to, and only there.
func TestUpdate(t *testing.T) {
	url, dir := pgtest.DB(t), shop(t)
	pgtest.Exec(t, url, "CREATE TABLE shop (id int PRIMARY KEY); CREATE TABLE item (id int PRIMARY KEY, shop_id int REFERENCES shop); INSERT INTO shop VALUES (77)")
	slice := jobs(url, csvdir.Dir{})
	for _, told := range []string{"", "1"} {
		t.Setenv("GYRO_UPDATE", told)
		Update(t, dir, slice)
		text, err := os.ReadFile(filepath.Join(dir, "shop.csv"))
		if err != nil || strings.Contains(string(text), "77") != (told != "") {
			t.Errorf("told %q: %s, %v", told, text, err)
		}
	}
}
