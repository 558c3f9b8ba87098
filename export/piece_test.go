package export_test

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/mask"
	"github.com/gyrodata/gyro/postgres"
)

const pieceTables = `
CREATE TABLE numbers (id int PRIMARY KEY, text text, email text); INSERT INTO numbers SELECT (n * 48271 % 20011) - 9000, repeat('é"' || E'\n,', n % 7), 'a' || n FROM generate_series(1, 3000) n;
CREATE TABLE uuids (id uuid PRIMARY KEY); INSERT INTO uuids SELECT md5(n::text)::uuid FROM generate_series(1, 2000) n;
CREATE TABLE words (id text PRIMARY KEY); INSERT INTO words SELECT 'w' || n FROM generate_series(1, 900) n;
CREATE TABLE pairs (a smallint, b text, PRIMARY KEY (a, b)); INSERT INTO pairs SELECT n % 40, 'b' || n FROM generate_series(1, 2500) n;
CREATE TABLE keyless (a int, b text); INSERT INTO keyless SELECT n % 3, n % 7 FROM generate_series(1, 700) n;
CREATE TABLE parts (id bigint PRIMARY KEY, text text) PARTITION BY RANGE (id); CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (MINVALUE) TO (500); CREATE TABLE parts_2 PARTITION OF parts DEFAULT;
INSERT INTO parts SELECT n, n FROM generate_series(-500, 1500) n;
CREATE TABLE child (id int PRIMARY KEY, number_id int REFERENCES numbers); INSERT INTO child SELECT row_number() OVER (), id FROM numbers;
CREATE TABLE heir (more int) INHERITS (numbers); INSERT INTO heir SELECT n, 'own', 'x', n FROM generate_series(100000, 100900) n;
ANALYZE;`

// Tables that are read in pieces have the bytes that they have as a whole, whatever their keys, and unsorted the same rows; children find the
// keys that were read in pieces.
func TestPieces(t *testing.T) {
	export.SmallPieces(t)
	url := pgtest.DB(t)
	pgtest.Exec(t, url, pieceTables)
	tables := []string{"numbers", "uuids", "words", "pairs", "keyless", "parts", "child"}
	var jobs []gyro.ImportJob
	for _, table := range tables {
		jobs = append(jobs, gyro.ImportJob{Model: gyro.Table(table)})
	}
	jobs[1].Percent = 50
	jobs[1].Seed = 3
	jobs[0].Query = gyro.Where("id % 3 <> 0")
	importers := gyro.Registry{
		{Model: gyro.Table("numbers"), Columns: gyro.Columns{"email": {Mask: mask.Email()}, "text": {Mask: mask.Lorem()}}},
	}
	for _, table := range tables[1:] {
		importers = append(importers, gyro.Importer{Model: gyro.Table(table)})
	}
	take := func(workers int, unsorted bool) (dir string) {
		dir = filepath.Join(t.TempDir(), "slice")
		s := export.Slice{Source: postgres.DB{URL: url}, Target: csvdir.Dir{Path: dir}, Importers: importers, Jobs: jobs, Workers: workers, Unsorted: unsorted, MaskKey: []byte("0123456789abcdef")}
		if _, err := s.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	whole := take(1, false)
	for _, workers := range []int{2, 5} {
		for _, unsorted := range []bool{false, true} {
			dir := take(workers, unsorted)
			for _, table := range tables {
				if want, got := lines(t, whole, table), lines(t, dir, table); !same(want, got, unsorted) {
					t.Errorf("%d workers, unsorted %v: %s has other rows (%d lines, want %d)", workers, unsorted, table, len(got), len(want))
				}
			}
		}
	}
	if left, err := filepath.Glob(filepath.Join(os.TempDir(), "gyro-rows-*")); err != nil || len(left) > 0 {
		t.Errorf("%v is left, %v", left, err)
	}
}

// same reports whether files have the same lines, in any order where they are unsorted.
func same(a, b []string, unsorted bool) bool {
	if unsorted {
		slices.Sort(a)
		slices.Sort(b)
	}
	return slices.Equal(a, b)
}

func lines(t *testing.T, dir, table string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, table+".csv"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(string(text), "\n")
}

// A piece that fails ends the run, and leaves no file.
func TestPiecesFail(t *testing.T) {
	export.SmallPieces(t)
	t.Setenv("TMPDIR", t.TempDir())
	url := pgtest.DB(t)
	pgtest.Exec(t, url, "CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a SELECT generate_series(1, 5000); ANALYZE")
	dir := filepath.Join(t.TempDir(), "slice")
	for _, bad := range []int{1, 2500, 4999} {
		s := export.Slice{
			Source: postgres.DB{URL: url}, Target: csvdir.Dir{Path: dir}, Workers: 3,
			Jobs: []gyro.ImportJob{{Model: gyro.Table("a"), Query: gyro.Where(fmt.Sprintf("1 / (id - %d) IS NOT NULL", bad))}},
		}
		if _, err := s.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "22012") {
			t.Errorf("got %v", err)
		}
	}
	if left, err := os.ReadDir(os.Getenv("TMPDIR")); err != nil || len(left) > 0 {
		t.Errorf("%v is left, %v", left, err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("%s is left, %v", dir, err)
	}
}

// What many keys lead to is read in parts where an index finds them, and where the text of its rows' key says how they are sorted.
func TestPiecesOfKeys(t *testing.T) {
	export.SmallPieces(t)
	url := pgtest.DB(t)
	latin := pgtest.TestServer(t).URL("pieces_latin")
	pgtest.Exec(t, url, "DROP DATABASE IF EXISTS pieces_latin")
	pgtest.Exec(t, url, "CREATE DATABASE pieces_latin ENCODING 'WIN1252' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
	const tables = `SET client_encoding = UTF8;
DROP TABLE IF EXISTS indexed, bare, fixed, parent;
CREATE TABLE parent (id uuid PRIMARY KEY); INSERT INTO parent SELECT md5(n::text)::uuid FROM generate_series(1, 500) n;
CREATE TABLE indexed (id text PRIMARY KEY, parent_id uuid NOT NULL REFERENCES parent); CREATE INDEX ON indexed (parent_id);
INSERT INTO indexed SELECT (ARRAY['é', '€', 'z', 'Z'])[1 + n % 4] || n, md5((1 + n % 500)::text)::uuid FROM generate_series(1, 2000) n;
CREATE TABLE bare (LIKE indexed INCLUDING INDEXES, FOREIGN KEY (parent_id) REFERENCES parent); DROP INDEX bare_parent_id_idx; INSERT INTO bare SELECT * FROM indexed;
CREATE TABLE fixed (id char(9) PRIMARY KEY, parent_id uuid NOT NULL REFERENCES parent); CREATE INDEX ON fixed (parent_id); INSERT INTO fixed SELECT 'c' || id, parent_id FROM indexed;
ANALYZE;`
	for _, c := range []struct {
		url      string
		unsorted bool
		pieces   map[string]bool
	}{
		{url, false, map[string]bool{"indexed": true}},
		{url, true, map[string]bool{"indexed": true, "fixed": true}},
		{latin, false, nil},
	} {
		pgtest.Exec(t, c.url, tables)
		jobs := []gyro.ImportJob{{Model: gyro.Table("parent"), Query: gyro.Where("id::text < 'd'")}, {Model: gyro.Table("indexed")}, {Model: gyro.Table("bare")}, {Model: gyro.Table("fixed")}}
		take := func(workers int) (string, map[string][]int) {
			db := &watched{Database: postgres.DB{URL: c.url}, restricted: map[string][]int{}}
			dir := filepath.Join(t.TempDir(), "slice")
			if _, err := (export.Slice{Source: db, Target: csvdir.Dir{Path: dir}, Jobs: jobs, Workers: workers, Unsorted: c.unsorted}).Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			return dir, db.restricted
		}
		one, _ := take(1)
		many, calls := take(3)
		for _, table := range []string{"indexed", "bare", "fixed"} {
			if want, got := lines(t, one, table), lines(t, many, table); !same(want, got, c.unsorted) || len(got) < 100 {
				t.Errorf("unsorted %v: %s has other rows (%d lines, want %d)", c.unsorted, table, len(got), len(want))
			}
			if pieces := len(calls[table]); (pieces > 1) != c.pieces[table] {
				t.Errorf("unsorted %v: %s was read in %d pieces", c.unsorted, table, pieces)
			}
		}
	}
}

// A connection that fails as it helps ends the run by what went wrong, and reads nothing else.
func TestHelperFails(t *testing.T) {
	export.SmallPieces(t)
	url := pgtest.DB(t)
	pgtest.Exec(t, url, `CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a SELECT generate_series(1, 5000); CREATE TABLE b (id int PRIMARY KEY); INSERT INTO b VALUES (1);
CREATE TABLE c (id int PRIMARY KEY, b_id int REFERENCES b); INSERT INTO c VALUES (1, 1); ANALYZE`)
	s := export.Slice{Source: postgres.DB{URL: url}, Target: csvdir.Dir{Path: filepath.Join(t.TempDir(), "slice")}, Workers: 3, Jobs: []gyro.ImportJob{
		{Model: gyro.Table("a"), Query: gyro.Where("CASE WHEN id = 1 THEN pg_sleep(2) IS NOT NULL ELSE 1 / (id - 4999) IS NOT NULL END")},
		{Model: gyro.Table("b"), Query: gyro.Where("pg_sleep(0.5) IS NOT NULL")},
		{Model: gyro.Table("c")},
	}}
	if _, err := s.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "22012") {
		t.Errorf("got %v", err)
	}
}

// A role that may not see statistics reads by several connections too: in pieces where they need none, and as one in others.
func TestPiecesWithoutStatistics(t *testing.T) {
	export.SmallPieces(t)
	admin := pgtest.DB(t)
	pgtest.Exec(t, admin, `DROP ROLE IF EXISTS gyro_pieces; CREATE ROLE gyro_pieces LOGIN; REVOKE SELECT ON pg_catalog.pg_stats FROM PUBLIC;
CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a SELECT generate_series(1, 20000);
CREATE TABLE b (id int PRIMARY KEY, a_id int NOT NULL REFERENCES a); CREATE INDEX ON b (a_id); INSERT INTO b SELECT n, 1 + n / 40 FROM generate_series(1, 100000) n;
GRANT SELECT ON a, b TO gyro_pieces; ANALYZE a, b`)
	t.Cleanup(func() { pgtest.Exec(t, admin, "DROP OWNED BY gyro_pieces; DROP ROLE gyro_pieces") })
	u, err := url.Parse(admin)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("user", "gyro_pieces")
	u.RawQuery, u.User = q.Encode(), nil
	for _, workers := range []int{1, 3} {
		s := export.Slice{
			Source: postgres.DB{URL: u.String()}, Target: csvdir.Dir{Path: filepath.Join(t.TempDir(), "slice")}, Workers: workers,
			Jobs: []gyro.ImportJob{{Model: gyro.Table("a"), Query: gyro.Where("id <= 2000")}, {Model: gyro.Table("b")}},
		}
		report, err := s.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if report.Rows != 2000+79999 {
			t.Errorf("%d workers: %d rows", workers, report.Rows)
		}
	}
}
