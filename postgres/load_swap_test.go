package postgres_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/load"
	"github.com/gyrodata/gyro/postgres"
	"github.com/gyrodata/gyro/sheets"
)

// Values of unique keys that change places: each table has them in another way, before is what the target has, and after
// what the slice, or the file, has.
var swaps = map[string]struct{ table, before, after string }{
	"two numbers":       {"(id int PRIMARY KEY, v int NOT NULL UNIQUE)", "(1, 1), (2, 2)", "(1, 2), (2, 1)"},
	"a circle of three": {"(id int PRIMARY KEY, v int NOT NULL UNIQUE)", "(1, 1), (2, 2), (3, 3), (4, 4)", "(1, 2), (2, 3), (3, 1), (4, 4)"},
	"one place on, and a new one at the head": {"(id int PRIMARY KEY, v int NOT NULL UNIQUE)", "(1, 1), (2, 2), (3, 3)", "(1, 2), (2, 3), (3, 4), (4, 1)"},
	"taken by a new row":                      {"(id int PRIMARY KEY, v int NOT NULL UNIQUE)", "(1, 1)", "(1, 7), (2, 1)"},
	"deferrable":                              {"(id int PRIMARY KEY, v int NOT NULL UNIQUE DEFERRABLE)", "(1, 1), (2, 2)", "(1, 2), (2, 1)"},
	"initially deferred":                      {"(id int PRIMARY KEY, v int NOT NULL UNIQUE DEFERRABLE INITIALLY DEFERRED)", "(1, 1), (2, 2)", "(1, 2), (2, 1)"},
	"small numbers":                           {"(id int PRIMARY KEY, v smallint UNIQUE NOT NULL, CHECK (v > 0))", "(1, 1), (2, 2)", "(1, 2), (2, 1)"},
	"numbers at their end":                    {"(id int PRIMARY KEY, v smallint UNIQUE NOT NULL)", "(1, 32767), (2, 1)", "(1, 1), (2, 32767)"},
	"numbers that a check bounds":             {"(id int PRIMARY KEY, v int UNIQUE NOT NULL CHECK (v BETWEEN 1 AND 4))", "(1, 4), (2, 2)", "(1, 2), (2, 4)"},
	"a computed column":                       {"(id int PRIMARY KEY, v int NOT NULL, w int GENERATED ALWAYS AS (v * 10) STORED UNIQUE)", "(1, 1), (2, 2)", "(1, 2), (2, 1)"},
	"may be NULL":                             {"(id int PRIMARY KEY, v int UNIQUE CHECK (v BETWEEN 1 AND 2))", "(1, 1), (2, 2)", "(1, 2), (2, 1)"},
	"texts":                                   {"(id int PRIMARY KEY, v text UNIQUE NOT NULL)", "(1, 'a'), (2, 'b')", "(1, 'b'), (2, 'a')"},
	"short texts":                             {"(id int PRIMARY KEY, v varchar(4) UNIQUE NOT NULL)", "(1, 'a'), (2, 'b')", "(1, 'b'), (2, 'a')"},
	"dates":                                   {"(id int PRIMARY KEY, v date UNIQUE NOT NULL)", "(1, '2026-01-01'), (2, '2026-01-02')", "(1, '2026-01-02'), (2, '2026-01-01')"},
	"moments":                                 {"(id int PRIMARY KEY, v timestamptz UNIQUE NOT NULL)", "(1, '2026-01-01'), (2, '2026-01-02')", "(1, '2026-01-02'), (2, '2026-01-01')"},
	"uuids":                                   {"(id int PRIMARY KEY, v uuid UNIQUE NOT NULL)", "(1, '00000000-0000-0000-0000-00000000000a'), (2, '00000000-0000-0000-0000-00000000000b')", "(1, '00000000-0000-0000-0000-00000000000b'), (2, '00000000-0000-0000-0000-00000000000a')"},
	"amounts":                                 {"(id int PRIMARY KEY, v numeric(5, 2) UNIQUE NOT NULL)", "(1, 1.50), (2, 2)", "(1, 2), (2, 1.50)"},
	"a place in a list":                       {"(id int PRIMARY KEY, list int NOT NULL, v int NOT NULL, UNIQUE (list, v))", "(1, 1, 1), (2, 1, 2), (3, 2, 1)", "(1, 1, 2), (2, 1, 1), (3, 2, 1)"},
	"from list to list":                       {"(id int PRIMARY KEY, list int NOT NULL, v int NOT NULL, UNIQUE (list, v))", "(1, 1, 1), (2, 2, 1)", "(1, 2, 1), (2, 1, 1)"},
	"some rows":                               {"(id int PRIMARY KEY, gone bool NOT NULL, v int NOT NULL); CREATE UNIQUE INDEX ON thing (v) WHERE NOT gone", "(1, false, 1), (2, false, 2), (3, true, 1)", "(1, false, 2), (2, false, 1), (3, true, 1)"},
	"in any case":                             {"(id int PRIMARY KEY, v text NOT NULL); CREATE UNIQUE INDEX ON thing (lower(v))", "(1, 'a'), (2, 'B')", "(1, 'b'), (2, 'A')"},
	"two keys at once":                        {"(id int PRIMARY KEY, v int NOT NULL UNIQUE, w text NOT NULL UNIQUE)", "(1, 1, 'a'), (2, 2, 'b')", "(1, 2, 'b'), (2, 1, 'a')"},
	"one to one, that can wait":               {"(id int PRIMARY KEY, v int NOT NULL UNIQUE REFERENCES other DEFERRABLE)", "(1, 1), (2, 2)", "(1, 2), (2, 1)"},
	"one to one, or to none":                  {"(id int PRIMARY KEY, v int UNIQUE REFERENCES other)", "(1, 1), (2, 2)", "(1, 2), (2, 1)"},
	"of parts":                                {"(id int PRIMARY KEY, v int NOT NULL, UNIQUE (id, v)) PARTITION BY RANGE (id); CREATE TABLE thing_1 PARTITION OF thing DEFAULT; CREATE UNIQUE INDEX ON thing_1 (v)", "(1, 1), (2, 2)", "(1, 2), (2, 1)"},
	"with names that need quotes":             {`("Id" int PRIMARY KEY, "V v" int NOT NULL UNIQUE)`, "(1, 1), (2, 2)", "(1, 2), (2, 1)"},
}

func swapTables(table string) string {
	return "CREATE TABLE other (id int PRIMARY KEY); INSERT INTO other SELECT generate_series(1, 9); CREATE TABLE thing " + table + ";"
}

func TestLoadSwaps(t *testing.T) {
	t.Parallel()
	for name, c := range swaps {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source, dir := taken(t, swapTables(c.table)+"INSERT INTO thing VALUES "+c.after, "other", "thing")
			for what, run := range map[string]func(url string) error{
				"slice": func(url string) error {
					_, err := loadDir(t, dir, url, load.Slice{Conflict: gyro.Update(), Tables: models("other", "thing")})
					return err
				},
				"file": func(url string) error {
					file := sheets.File{Model: gyro.Table("thing"), From: csvdir.File(filepath.Join(dir, "thing.csv"), "")}
					l := sheets.Load{Files: []sheets.File{file}, Target: postgres.DB{URL: url}, Conflict: gyro.Update()}
					if strings.Contains(c.table, "REFERENCES") {
						l.Importers = gyro.Registry{{Model: gyro.Table("other")}, {
							Model: gyro.Table("thing"), Columns: gyro.Columns{"v": {Ref: gyro.Table("other"), By: gyro.By{"id": "v"}}},
						}}
					}
					if strings.Contains(c.table, "GENERATED") {
						l.Importers = gyro.Registry{{Model: gyro.Table("thing"), CSV: gyro.CSV{Ignore: []string{"w"}}}}
					}
					_, err := l.Run(t.Context())
					return err
				},
			} {
				url := pgtest.DB(t)
				pgtest.Exec(t, url, swapTables(c.table)+"INSERT INTO thing VALUES "+c.before)
				if err := run(url); err != nil {
					t.Errorf("%s: %v", what, err)
					continue
				}
				sameTables(t, source, url, "thing")
			}
		})
	}
}

// What can't change places, or would not be unique afterwards, is refused and named, and nothing is lost.
func TestLoadSwapsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ table, before, after, want string }{
		"no value in between": {"(id int PRIMARY KEY, v bool NOT NULL UNIQUE)", "(1, true), (2, false)", "(1, false), (2, true)", "none of its columns can take a value in between"},
		"a check":             {"(id int PRIMARY KEY, v int NOT NULL UNIQUE CONSTRAINT low CHECK (v < 3))", "(1, 1), (2, 2)", "(1, 2), (2, 1)", "a value in between breaks low"},
		"not in the slice":    {"(id int PRIMARY KEY, v int NOT NULL UNIQUE)", "(1, 1), (2, 2), (3, 3)", "(1, 2), (2, 3)", "thing_v_key"},
		"twice":               {"(id int PRIMARY KEY, v int NOT NULL UNIQUE DEFERRABLE)", "(1, 1), (2, 2), (3, 3)", "(1, 2), (2, 3)", "thing_v_key"},
	} {
		_, dir := taken(t, swapTables(c.table)+"INSERT INTO thing VALUES "+c.after, "thing")
		url := pgtest.DB(t)
		pgtest.Exec(t, url, swapTables(c.table)+"INSERT INTO thing VALUES "+c.before)
		before := string(pgtest.Copy(t, url, "SELECT * FROM thing ORDER BY 1"))
		_, err := loadDir(t, dir, url, load.Slice{Conflict: gyro.Update()})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want %q", name, err, c.want)
		}
		if after := string(pgtest.Copy(t, url, "SELECT * FROM thing ORDER BY 1")); after != before {
			t.Errorf("%s: there is\n%s\nand was\n%s", name, after, before)
		}
	}
}

// Many rows, each of which takes the place of the next, known by a name.
func TestLoadSwapsMany(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, "CREATE TABLE thing (id bigserial PRIMARY KEY, name text NOT NULL UNIQUE, place int NOT NULL UNIQUE); INSERT INTO thing (name, place) SELECT 'n' || n, n FROM generate_series(1, 5000) n")
	var text strings.Builder
	text.WriteString("name,place\n")
	for n := range 5001 {
		fmt.Fprintf(&text, "n%d,%d\n", n, n%5001+1)
	}
	path := filepath.Join(t.TempDir(), "thing.csv")
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	importers := gyro.Registry{{Model: gyro.Table("thing"), IDs: gyro.NaturalKey("name"), Conflict: gyro.Update()}}
	if _, err := loadSheets(t, url, importers, sheets.File{Model: gyro.Table("thing"), From: csvdir.File(path, "")}); err != nil {
		t.Fatal(err)
	}
	wantQuery(t, url, "SELECT count(*) FROM thing WHERE name = 'n' || place - 1", "count\n5001")
}
