package postgres_test

import (
	"fmt"
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

const idFunctions = `
CREATE SEQUENCE n;
CREATE FUNCTION new_code() RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT 'U' || md5(random()::text) $$;
CREATE FUNCTION new_number() RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$ BEGIN RETURN 1000 + nextval('n'); END $$;
CREATE DOMAIN doc_id AS bigint DEFAULT 3000 + nextval('n');
CREATE DOMAIN same_id AS bigint DEFAULT 7;
CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.id IS NULL THEN NEW.id := 5000 + nextval('n'); END IF; RETURN NEW; END $$;`

// idSources are the ways in which a key gets its values: the column, the ids of the slice, and a statement for the table.
var idSources = map[string]struct{ column, first, second, more string }{
	"a sequence":             {"bigserial", "1", "2", "SELECT setval('parent_id_seq', 100);"},
	"a sequence by a text":   {"bigint DEFAULT nextval('n'::text)", "1", "2", ""},
	"an identity":            {"int GENERATED ALWAYS AS IDENTITY", "1", "2", "ALTER TABLE parent ALTER id RESTART 100;"},
	"over a sequence":        {"bigint DEFAULT 1000 + nextval('n')", "1", "2", ""},
	"a text over a sequence": {"text DEFAULT 'INV-' || nextval('n')", "'INV-a'", "'INV-b'", ""},
	"a function":             {"bigint DEFAULT new_number()", "1", "2", ""},
	"a text function":        {"text DEFAULT new_code()", "'a'", "'b'", ""},
	"a domain":               {"doc_id", "1", "2", ""},
	"a uuid":                 {"uuid", "'00000000-0000-0000-0000-000000000001'", "'00000000-0000-0000-0000-000000000002'", ""},
	"a uuid's default":       {"uuid DEFAULT gen_random_uuid()", "'00000000-0000-0000-0000-000000000001'", "'00000000-0000-0000-0000-000000000002'", ""},
	"a constant":             {"bigint DEFAULT 7", "1", "2", ""},
	"a constant of a domain": {"same_id", "1", "2", ""},
	"a stable function":      {"text DEFAULT 'N' || current_date", "'a'", "'b'", ""},
	"a trigger":              {"bigint", "1", "2", "CREATE TRIGGER fill BEFORE INSERT ON parent FOR EACH ROW EXECUTE FUNCTION fill();"},
	"nothing":                {"bigint", "1", "2", ""},
	"nothing, a text":        {"text", "'a'", "'b'", ""},
}

// Where new ids come from: each strategy gives them as the database does, or is refused and says why; what refers to the
// rows follows, and all can be undone.
func TestLoadIDs(t *testing.T) {
	t.Parallel()
	const names = "SELECT p.name AS parent, c.name AS child FROM child c JOIN parent p ON p.id = c.parent_id ORDER BY 1, 2"
	refused := map[string]string{
		"a constant Sequential": "has a default that is the same for every row", "a constant NaturalKey": "has a default that is the same for every row",
		"a constant of a domain Sequential": "has a default that is the same", "a constant of a domain NaturalKey": "has a default that is the same",
		"a stable function Sequential": "has a default that is the same", "a stable function NaturalKey": "has a default that is the same",
		"a trigger Sequential":       "only its trigger fill could give it new ids",
		"a trigger NaturalKey":       "only its trigger fill could give it new ids",
		"nothing Sequential":         "has no sequence, no default and no trigger",
		"nothing NaturalKey":         "has no sequence, no default and no trigger",
		"nothing, a text Sequential": "has no sequence, no default and no trigger",
		"nothing, a text NaturalKey": "has no sequence, no default and no trigger",
	}
	for name, c := range idSources {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			typ, _, _ := strings.Cut(c.column, " ")
			child := map[string]string{"bigserial": "bigint", "doc_id": "bigint", "same_id": "bigint"}[typ]
			if child == "" {
				child = typ
			}
			tables := idFunctions + fmt.Sprintf("CREATE TABLE parent (id %s PRIMARY KEY, name text UNIQUE); CREATE TABLE child (id bigserial PRIMARY KEY, parent_id %s REFERENCES parent, name text); %s", c.column, child, c.more)
			rows := fmt.Sprintf("INSERT INTO parent OVERRIDING SYSTEM VALUE VALUES (%[1]s, 'x'), (%[2]s, 'y'); INSERT INTO child (parent_id, name) VALUES (%[1]s, 'of x'), (%[2]s, 'of y'), (NULL, 'none')", c.first, c.second)
			source, dir := taken(t, tables+rows, "parent", "child")
			want := string(pgtest.Copy(t, source, names))
			for strategy, ids := range map[string]gyro.IDs{
				"Sequential": gyro.Sequential(), "NaturalKey": gyro.NaturalKey("name"), "MaxPlusOne": gyro.MaxPlusOne(), "Offset": gyro.Offset(500),
			} {
				numbers := child == "bigint" || child == "int"
				wantErr := refused[name+" "+strategy]
				if !numbers && (strategy == "MaxPlusOne" || strategy == "Offset") {
					wantErr = "is for numbers"
				}
				target := pgtest.DB(t)
				pgtest.Exec(t, target, tables)
				old := 0
				if numbers { // ids that a counting strategy has to keep away from
					pgtest.Exec(t, target, "INSERT INTO parent OVERRIDING SYSTEM VALUE VALUES (7, 'old')")
					old = 1
				}
				record := csvdir.Dir{Path: t.TempDir() + "/record"}
				s := load.Slice{
					Record:    record,
					Importers: gyro.Registry{{Model: gyro.Table("parent"), IDs: ids}, {Model: gyro.Table("child"), IDs: gyro.Sequential()}},
				}
				_, err := loadDir(t, dir, target, s)
				switch {
				case wantErr != "" && (err == nil || !strings.Contains(err.Error(), wantErr)):
					t.Errorf("%s: %v; want %q", strategy, err, wantErr)
					continue
				case wantErr != "":
					if strings.Contains(err.Error(), "count on from the highest") && !numbers {
						t.Errorf("%s: a text is to be counted: %v", strategy, err)
					}
					continue
				case err != nil:
					t.Errorf("%s: %v", strategy, err)
					continue
				}
				if got := string(pgtest.Copy(t, target, names)); got != want {
					t.Errorf("%s:\n%s\nwant\n%s", strategy, got, want)
				}
				wantQuery(t, target, fmt.Sprintf("SELECT count(*) FROM parent WHERE id::text IN (%s::text, %s::text)", c.first, c.second), "count\n0")
				if strategy == "MaxPlusOne" {
					wantQuery(t, target, "SELECT id FROM parent ORDER BY 1", "id\n7\n8\n9")
				}
				if strategy == "Offset" {
					wantQuery(t, target, "SELECT id FROM parent ORDER BY 1", "id\n7\n501\n502")
				}
				if strings.Contains(c.column, "bigserial") || strings.Contains(c.column, "IDENTITY") || strings.Contains(c.column, "::text") { // nobody draws an id that is taken
					pgtest.Exec(t, target, "INSERT INTO parent (name) VALUES ('later'); DELETE FROM parent WHERE name = 'later'")
				}
				if _, err := load.Undo(t.Context(), record, postgres.DB{URL: target}); err != nil {
					t.Errorf("%s: undo: %v", strategy, err)
				}
				wantQuery(t, target, "SELECT count(*) FROM parent", fmt.Sprintf("count\n%d", old))
			}
		})
	}
}

// The rows of CSV files without ids get them as the database gives them; what refers to a row whose key a trigger
// gives is refused.
func TestSheetIDSources(t *testing.T) {
	t.Parallel()
	for name, c := range idSources {
		url := pgtest.DB(t)
		pgtest.Exec(t, url, idFunctions+"CREATE TABLE parent (id "+c.column+" PRIMARY KEY, name text UNIQUE);"+c.more)
		record := csvdir.Dir{Path: filepath.Join(t.TempDir(), "record")}
		report, err := sheets.Load{Files: []sheets.File{sheetOf(t, "parent", "name\nx\ny\n")}, Target: postgres.DB{URL: url}, Record: record}.Run(t.Context())
		if strings.HasPrefix(name, "nothing") {
			if err == nil || !strings.Contains(err.Error(), "has no sequence, no default and no trigger") {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if strings.Contains(name, "constant") || strings.Contains(name, "stable") {
			if err == nil || !strings.Contains(err.Error(), "the same for every row") {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		wantQuery(t, url, "SELECT count(DISTINCT id), count(*) AS n FROM parent", "count,n\n2,2")
		if known := report.Load.NoUndo == ""; known != (name != "a trigger") {
			t.Errorf("%s: undo: %q", name, report.Load.NoUndo)
		}
	}
}

// Two loads that count on from the highest id at the same time.
func TestLoadMaxPlusOneConcurrently(t *testing.T) {
	t.Parallel()
	_, dir := taken(t, "CREATE TABLE thing (id int PRIMARY KEY); INSERT INTO thing SELECT generate_series(1, 500)", "thing")
	target := pgtest.DB(t)
	pgtest.Exec(t, target, "CREATE TABLE thing (id int PRIMARY KEY)")
	done := make(chan error)
	for range 4 {
		go func() {
			_, err := load.Slice{
				Source: csvdir.Dir{Path: dir}, Target: postgres.DB{URL: target, Exclusive: postgres.ExclusiveNever}, IDs: gyro.MaxPlusOne(),
			}.Run(t.Context())
			done <- err
		}()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	wantQuery(t, target, "SELECT count(*), max(id) FROM thing", "count,max\n2000,2000")
}

// A sequence is moved past the ids that are written, whatever they were before.
func TestLoadFixedMovesSequence(t *testing.T) {
	t.Parallel()
	_, dir := taken(t, "CREATE TABLE thing (id serial PRIMARY KEY, name text); INSERT INTO thing (name) VALUES ('x')", "thing")
	for name, ids := range map[string]gyro.IDs{"fixed": gyro.Fixed(map[int]int{1: 50}), "offset": gyro.Offset(49)} {
		target := pgtest.DB(t)
		pgtest.Exec(t, target, "CREATE TABLE thing (id serial PRIMARY KEY, name text)")
		mustLoad(t, dir, target, load.Slice{IDs: ids})
		pgtest.Exec(t, target, "INSERT INTO thing (name) VALUES ('later')")
		if got := strings.TrimSpace(string(pgtest.Copy(t, target, "SELECT max(id) FROM thing"))); got != "max\n51" {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// A default that is the same for every row gives no ids: a part of a key that has one is kept, as what else the key is of
// follows.
func TestLoadConstantInKey(t *testing.T) {
	t.Parallel()
	const tables = `CREATE TABLE owner (id serial PRIMARY KEY, name text);
		CREATE TABLE entry (owner_id int REFERENCES owner, word text DEFAULT '', day date DEFAULT current_date, PRIMARY KEY (owner_id, word, day))`
	_, dir := taken(t, tables+`; INSERT INTO owner (name) VALUES ('a'), ('b'); INSERT INTO entry VALUES (1, 'x', '2024-01-01'), (1, 'y', '2024-01-01'), (2, 'x', '2024-01-02')`, "owner", "entry")
	target := pgtest.DB(t)
	pgtest.Exec(t, target, tables+"; INSERT INTO owner (name) VALUES ('own')")
	mustLoad(t, dir, target, load.Slice{IDs: gyro.Sequential()})
	wantQuery(t, target, "SELECT name, word, day FROM entry JOIN owner ON id = owner_id ORDER BY 1, 2", "name,word,day\na,x,2024-01-01\na,y,2024-01-01\nb,x,2024-01-02")
}

// After rows came with their ids, a sequence gives the next one, however the default names it.
func TestLoadMovesSequences(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]string{
		"a text": "bigint DEFAULT nextval('n'::text)", "a text with its schema": "int DEFAULT nextval('other.\"odd name\"'::text)",
		"a name": "bigint DEFAULT nextval('n')", "an identity": "int GENERATED ALWAYS AS IDENTITY",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tables := `CREATE SEQUENCE n; CREATE SCHEMA other; CREATE SEQUENCE other."odd name"; CREATE TABLE a (id ` + c + " PRIMARY KEY, name text);"
			_, dir := taken(t, tables+"INSERT INTO a OVERRIDING SYSTEM VALUE SELECT n, 'x' FROM generate_series(1, 5) n", "a")
			target := pgtest.DB(t)
			pgtest.Exec(t, target, tables)
			mustLoad(t, dir, target, load.Slice{})
			pgtest.Exec(t, target, "INSERT INTO a (name) VALUES ('next')")
			wantQuery(t, target, "SELECT id FROM a WHERE name = 'next'", "id\n6")
		})
	}
}
