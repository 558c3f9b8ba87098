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
)

// What databases have that were not made yesterday: settings of their own, sequences that lag behind, defaults that make
// something of a sequence's value, triggers that count and that talk.

// An expression that names no value of the row is another for each row.
func TestLoadVolatileExpression(t *testing.T) {
	t.Parallel()
	_, dir := taken(t, "CREATE TABLE c (id serial PRIMARY KEY, token text); INSERT INTO c (token) SELECT 'secret' FROM generate_series(1, 50)", "c")
	for _, ids := range []gyro.IDs{gyro.Keep(), gyro.Sequential()} {
		target := pgtest.DB(t)
		pgtest.Exec(t, target, "CREATE TABLE c (id serial PRIMARY KEY, token text)")
		mustLoad(t, dir, target, load.Slice{IDs: ids, Importers: gyro.Registry{{Model: gyro.Table("c"), Columns: gyro.Columns{"token": {Expr: "md5(random()::text)"}}}}})
		wantQuery(t, target, "SELECT count(*), count(DISTINCT token) FROM c", "count,count\n50,50")
	}
}

// A sequence that lags behind rows which others inserted with their ids is moved before it gives new ones, whether or not
// the role may read it.
func TestLoadLaggingSequence(t *testing.T) {
	t.Parallel()
	const table = "CREATE TABLE c (id serial PRIMARY KEY, note text);"
	_, dir := taken(t, table+"INSERT INTO c (note) VALUES ('a'), ('b')", "c")
	for prepare, want := range map[string]string{
		"INSERT INTO c VALUES (1), (2), (7)":                               "8,9",
		"INSERT INTO c VALUES (1), (50000)":                                "50001,50002", // farther than is drawn one by one
		"INSERT INTO c VALUES (-3); SELECT setval('c_id_seq', 20, false)":  "20,21",
		"INSERT INTO c VALUES (3); ALTER SEQUENCE c_id_seq INCREMENT BY 5": "11,16",
		"INSERT INTO c VALUES (40); SELECT setval('c_id_seq', 60)":         "61,62",
	} {
		target := pgtest.DB(t)
		pgtest.Exec(t, target, table+prepare)
		mustLoad(t, dir, target, load.Slice{IDs: gyro.Sequential()})
		wantQuery(t, target, "SELECT string_agg(id::text, ',' ORDER BY id) AS ids FROM c WHERE note IS NOT NULL", "ids\n\""+want+"\"")
	}
}

// A default that is more than the next value of a sequence is no sequence: ids are not drawn past it, and it is not moved
// by values that it never gave.
func TestLoadDefaultExpression(t *testing.T) {
	t.Parallel()
	const table = `CREATE SEQUENCE no; CREATE TABLE bill (id bigint PRIMARY KEY DEFAULT 20240000000 + nextval('no'), note text);`
	_, dir := taken(t, table+"INSERT INTO bill (note) VALUES ('a'), ('b')", "bill")
	target := pgtest.DB(t)
	pgtest.Exec(t, target, table)
	_, err := loadDir(t, dir, target, load.Slice{IDs: gyro.Sequential(), Importers: gyro.Registry{{Model: gyro.Table("bill"), IDs: gyro.Sequential()}}})
	if err == nil {
		wantQuery(t, target, "SELECT count(*) FROM bill WHERE id < 20240000000", "count\n0")
		pgtest.Exec(t, target, "TRUNCATE bill")
	}
	mustLoad(t, dir, target, load.Slice{})
	wantQuery(t, target, "SELECT last_value < 1000 AS near FROM no", "near\nt")
}

// What a default gives follows the file's order, as what a sequence gives does, in whatever order the server joins.
func TestLoadDefaultOrder(t *testing.T) {
	t.Parallel()
	const table = `CREATE SEQUENCE no; CREATE TABLE bill (id bigint PRIMARY KEY DEFAULT 1000000 + nextval('no'), code text UNIQUE);`
	_, dir := taken(t, table+"INSERT INTO bill SELECT i, 'new ' || i FROM generate_series(1, 300) i", "bill")
	target := pgtest.DB(t)
	pgtest.Exec(t, target, table+"INSERT INTO bill (code) SELECT 'own ' || i FROM generate_series(1, 5000) i; ANALYZE bill")
	mustLoad(t, dir, target, load.Slice{Importers: gyro.Registry{{Model: gyro.Table("bill"), IDs: gyro.NaturalKey("code")}}})
	wantQuery(t, target, "SELECT count(*) FROM bill WHERE code LIKE 'new %' AND id <> 1005000 + split_part(code, ' ', 2)::int", "count\n0")
}

// Settings of a database, a role or a session change nothing of what a value means.
func TestLoadUnderSettings(t *testing.T) {
	t.Parallel()
	const table = "CREATE TABLE s (id int PRIMARY KEY, a text[], at timestamptz, f float8, i interval, b bytea, d date);"
	const rows = `INSERT INTO s VALUES (1, ARRAY['x', NULL, 'NULL'], '2020-02-29 12:00:00.123456+00', 0.1::float8 + 0.2::float8, '-1 day +02:03:04.5', '\x00ff5c', '2020-03-04')`
	source, dir := taken(t, table+rows, "s")
	target := pgtest.DB(t)
	for _, url := range []string{source, target} {
		pgtest.Exec(t, url, `DO $$ BEGIN
			EXECUTE format('ALTER DATABASE %I SET array_nulls = off', current_database());
			EXECUTE format('ALTER DATABASE %I SET timezone_abbreviations = ''India''', current_database());
			EXECUTE format('ALTER DATABASE %I SET DateStyle = ''SQL, DMY''', current_database());
			EXECUTE format('ALTER DATABASE %I SET IntervalStyle = ''sql_standard''', current_database());
			EXECUTE format('ALTER DATABASE %I SET extra_float_digits = -15', current_database());
			EXECUTE format('ALTER DATABASE %I SET bytea_output = ''escape''', current_database());
			EXECUTE format('ALTER DATABASE %I SET TimeZone = ''Asia/Kathmandu''', current_database());
		END $$`)
	}
	again := slice(t, source, jobs("s")...)
	for _, d := range []string{dir, again} {
		pgtest.Exec(t, target, "DROP TABLE IF EXISTS s; "+table)
		mustLoad(t, d, target, load.Slice{})
		wantQuery(t, target, `SELECT a[2] IS NULL AS a, a[3] = 'NULL' AS b, at = '2020-02-29 12:00:00.123456+00' AS c, f = 0.1::float8 + 0.2::float8 AS d,
			i = interval '-1 day' + interval '02:03:04.5' AS e, b = '\x00ff5c' AS f, extract(month FROM d) AS g FROM s`, "a,b,c,d,e,f,g\nt,t,t,t,t,t,3")
	}
}

// A load whose triggers were off is undone with them off as well: what they did not add they must not take away.
func TestUndoTriggers(t *testing.T) {
	t.Parallel()
	const tables = `CREATE TABLE post (id serial PRIMARY KEY, slug text UNIQUE, comments int DEFAULT 0); CREATE TABLE comment (id serial PRIMARY KEY, post_id int REFERENCES post);
		CREATE FUNCTION counts() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			UPDATE post SET comments = comments + 1 WHERE TG_OP = 'INSERT' AND id = NEW.post_id; UPDATE post SET comments = comments - 1 WHERE TG_OP = 'DELETE' AND id = OLD.post_id; RETURN NULL; END $$;
		CREATE TRIGGER counts AFTER INSERT OR DELETE ON comment FOR EACH ROW EXECUTE FUNCTION counts();
		INSERT INTO post (slug) VALUES ('a'); INSERT INTO comment (post_id) VALUES (1), (1);`
	_, dir := taken(t, tables, "post", "comment")
	for _, off := range []bool{false, true} {
		target := pgtest.DB(t)
		pgtest.Exec(t, target, tables)
		record := csvdir.Dir{Path: filepath.Join(t.TempDir(), "record")}
		mustLoad(t, dir, target, load.Slice{
			Target: postgres.DB{URL: target, DisableTriggers: off}, Record: record, IDs: gyro.Sequential(),
			Importers: gyro.Registry{{Model: gyro.Table("post"), IDs: gyro.NaturalKey("slug")}},
		})
		if _, err := load.Undo(t.Context(), record, postgres.DB{URL: target}); err != nil {
			t.Fatal(err)
		}
		wantQuery(t, target, "SELECT comments, (SELECT count(*) FROM comment) FROM post", "comments,count\n2,2")
	}
}

// Rows that nothing tells apart can't be found again: the load says so, and prints no command that would fail.
func TestLoadSaysNoUndo(t *testing.T) {
	t.Parallel()
	const tables = "CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE log (t_id int REFERENCES t, msg text);"
	_, dir := taken(t, tables+"INSERT INTO t VALUES (1); INSERT INTO log VALUES (1, 'a')", "t", "log")
	target := pgtest.DB(t)
	pgtest.Exec(t, target, tables)
	report := mustLoad(t, dir, target, load.Slice{Record: csvdir.Dir{Path: filepath.Join(t.TempDir(), "record")}})
	if !strings.Contains(string(report.Load.NoUndo), "log") {
		t.Errorf("%+v", report.Load)
	}
}

// What a trigger says of a row is not quoted, whatever class it gives its error.
func TestLoadHidesWordsOfTriggers(t *testing.T) {
	t.Parallel()
	const table = "CREATE TABLE c (id int PRIMARY KEY, email text);"
	_, dir := taken(t, table+"INSERT INTO c VALUES (1, 'planted@example.com')", "c")
	target := pgtest.DB(t)
	pgtest.Exec(t, target, table)
	for _, code := range []string{"P0001", "23514", "23505", "22P02", "42501", "40001", "55000", "53100", "57014", "57P01", "08006", "0A000", "58030", "XX000", "ZZ999"} {
		pgtest.Exec(t, target, `CREATE OR REPLACE FUNCTION says() RETURNS trigger LANGUAGE plpgsql AS $x$ BEGIN RAISE EXCEPTION 'bad mail %', NEW.email USING ERRCODE = '`+code+`', HINT = NEW.email, DETAIL = NEW.email; END $x$;
			DROP TRIGGER IF EXISTS says ON c; CREATE TRIGGER says BEFORE INSERT ON c FOR EACH ROW EXECUTE FUNCTION says()`)
		_, err := loadDir(t, dir, target, load.Slice{})
		if err == nil || strings.Contains(err.Error(), "planted") {
			t.Errorf("%s: %v", code, err)
		}
		if !strings.Contains(gyro.Words(err), "planted") {
			t.Errorf("%s: the server's words are %q", code, gyro.Words(err))
		}
		_, err = loadSheets(t, target, nil, sheetOf(t, "c", "id,email\n1,planted@example.com\n"))
		if err == nil || strings.Contains(err.Error(), "planted") {
			t.Errorf("%s, a foreign file: %v", code, err)
		}
		pgtest.Exec(t, target, "ALTER TABLE c DISABLE TRIGGER says")
		record := csvdir.Dir{Path: filepath.Join(t.TempDir(), "record")}
		mustLoad(t, dir, target, load.Slice{Record: record})
		pgtest.Exec(t, target, `CREATE OR REPLACE FUNCTION says() RETURNS trigger LANGUAGE plpgsql AS $x$ BEGIN RAISE EXCEPTION 'bad mail %', OLD.email USING ERRCODE = '`+code+`'; END $x$;
			CREATE TRIGGER goes BEFORE DELETE ON c FOR EACH ROW EXECUTE FUNCTION says()`)
		_, err = load.Undo(t.Context(), record, postgres.DB{URL: target})
		if err == nil || strings.Contains(err.Error(), "planted") {
			t.Errorf("%s, an undo: %v", code, err)
		}
		pgtest.Exec(t, target, "DROP TRIGGER goes ON c; DELETE FROM c")
	}
}

// A trigger that gives rows another key than they were given would leave their children with strangers, and undo without
// its rows: the load says so. One that fills what is missing, or is switched off, is no matter.
func TestLoadKeyTriggers(t *testing.T) {
	t.Parallel()
	const tables = "CREATE TABLE p (id int PRIMARY KEY, code text UNIQUE); CREATE TABLE c (id int PRIMARY KEY, p_code text); CREATE SEQUENCE n START 100;"
	_, dir := taken(t, tables+"ALTER TABLE c ADD FOREIGN KEY (p_code) REFERENCES p (code); INSERT INTO p VALUES (1, 'A'), (2, 'B'); INSERT INTO c VALUES (1, 'A'), (2, 'B')", "p", "c")
	const counts = "SELECT (SELECT count(*) FROM p), (SELECT count(*) FROM c)"
	for body, fails := range map[string]bool{
		"NEW.id := nextval('n');":                                true,
		"IF NEW.id IS NULL THEN NEW.id := nextval('n'); END IF;": false,
		"NEW.code := NEW.code;":                                  false,
		"IF NEW.id = 2 THEN NEW.id := nextval('n'); END IF;":     true,
	} {
		for _, ids := range []gyro.IDs{gyro.Keep(), gyro.Sequential()} {
			for _, there := range []string{"", "; INSERT INTO p VALUES (-5, 'mine')"} {
				target := pgtest.DB(t)
				pgtest.Exec(t, target, tables+"ALTER TABLE p ALTER id SET DEFAULT nextval('n'); ALTER TABLE c ALTER id SET DEFAULT nextval('n')"+there+`;
					CREATE FUNCTION sets() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN `+body+` RETURN NEW; END $$;
					CREATE TRIGGER sets BEFORE INSERT ON p FOR EACH ROW EXECUTE FUNCTION sets()`)
				before := pgtest.Copy(t, target, counts)
				_, err := loadDir(t, dir, target, load.Slice{IDs: ids})
				switch {
				case fails && ids.Strategy() == gyro.SequentialIDs && strings.Contains(body, "IF"): // no row gets the id 2
				case fails:
					wantMistakes(t, err, "got another key than given, by a trigger of the table (sets)")
					if after := pgtest.Copy(t, target, counts); string(after) != string(before) {
						t.Errorf("%s: %s", body, after)
					}
				case err != nil:
					t.Errorf("%s: %v", body, err)
				}
				if fails {
					pgtest.Exec(t, target, "TRUNCATE p, c")
					mustLoad(t, dir, target, load.Slice{Target: postgres.DB{URL: target, DisableTriggers: true}, IDs: ids})
				}
				wantQuery(t, target, "SELECT count(*) FROM c JOIN p ON p.code = c.p_code", "count\n2")
			}
		}
	}
}

// What an expression makes of a key, those follow that refer to it, and undo finds the rows.
func TestLoadKeyExpression(t *testing.T) {
	t.Parallel()
	const tables = "CREATE TABLE p (id int PRIMARY KEY, code text UNIQUE); CREATE TABLE c (id int PRIMARY KEY, p_id int REFERENCES p, p_code text REFERENCES p (code), ps int[]);"
	_, dir := taken(t, tables+"INSERT INTO p VALUES (1, 'a'), (2, 'b'); INSERT INTO c VALUES (1, 1, 'b', '{2,1}'), (2, 2, NULL, NULL)", "p", "c")
	target := pgtest.DB(t)
	pgtest.Exec(t, target, tables+"INSERT INTO p VALUES (1, 'mine')")
	record := csvdir.Dir{Path: filepath.Join(t.TempDir(), "record")}
	mustLoad(t, dir, target, load.Slice{Record: record, Importers: gyro.Registry{
		{Model: gyro.Table("p"), Columns: gyro.Columns{"id": {Expr: "value::int + 100"}, "code": {Expr: "upper(value)"}}},
		{Model: gyro.Table("c"), Columns: gyro.Columns{"id": {Expr: "value::int * 10"}, "ps": {Each: true, Ref: gyro.Table("p")}}},
	}})
	wantQuery(t, target, "SELECT * FROM c ORDER BY id", "id,p_id,p_code,ps\n10,101,B,\"{102,101}\"\n20,102,,")
	if _, err := load.Undo(t.Context(), record, postgres.DB{URL: target}); err != nil {
		t.Fatal(err)
	}
	wantQuery(t, target, "SELECT id, code FROM p", "id,code\n1,mine")
}

// A row that is referred to in several writings, which are equal to its key, is included once.
func TestIncludeByTwoWritings(t *testing.T) {
	t.Parallel()
	for name, typ := range map[string]string{"a collation": "text COLLATE ci", "a scale": "numeric", "citext": "citext", "blanks": "char(3)"} {
		source := pgtest.DB(t)
		pgtest.Exec(t, source, fmt.Sprintf(`
			CREATE EXTENSION citext; CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
			CREATE TABLE parent (k %[1]s PRIMARY KEY); CREATE TABLE child (id int PRIMARY KEY, k %[1]s REFERENCES parent);
			INSERT INTO parent VALUES (%[2]s), (%[3]s); INSERT INTO child VALUES (1, %[2]s), (2, %[4]s)`,
			typ, map[bool]string{true: "1.0", false: "'a'"}[typ == "numeric"], map[bool]string{true: "2.0", false: "'b'"}[typ == "numeric"],
			map[string]string{"numeric": "1.00", "char(3)": "'a '"}[typ]+map[bool]string{true: "'A'"}[typ == "citext" || typ == "text COLLATE ci"]))
		dir := filepath.Join(t.TempDir(), "slice")
		s := slicer(source, dir, "child")
		s.Importers = gyro.Registry{{Model: gyro.Table("child"), Columns: gyro.Columns{"k": {Missing: gyro.Include}}}}
		report, err := s.Run(t.Context())
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, f := range report.Files {
			if f.Model.Table == "parent" && (f.Rows != 1 || f.Included != 1) {
				t.Errorf("%s: %d rows, %d included", name, f.Rows, f.Included)
			}
		}
	}
}

// A foreign key compares texts as the column does that it refers to, in the slice and where it is loaded. PostgreSQL 18
// refuses keys whose columns disagree. Oracle: what the server takes for the referring rows.
func TestCollationsAcrossKeys(t *testing.T) {
	t.Parallel()
	const tables = `
		CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
		CREATE TABLE exact (k text PRIMARY KEY); CREATE TABLE loose_child (id int PRIMARY KEY, k text COLLATE ci REFERENCES exact);
		CREATE TABLE loose (k text COLLATE ci PRIMARY KEY, n int UNIQUE); CREATE TABLE exact_child (id int PRIMARY KEY, k text REFERENCES loose);`
	source := pgtest.DB(t)
	if string(pgtest.Copy(t, source, "SELECT current_setting('server_version_num')::int < 180000 AS before")) != "before\nt\n" {
		t.Skip("PostgreSQL 18 has no such keys")
	}
	pgtest.Exec(t, source, tables+`
		INSERT INTO exact VALUES ('abc'), ('ABC'); INSERT INTO loose_child VALUES (1, 'abc'), (2, 'ABC');
		INSERT INTO loose VALUES ('Abc', 1), ('Zoe', 2); INSERT INTO exact_child VALUES (1, 'abc'), (2, 'zoe'), (3, 'Abc')`)
	for _, c := range []struct{ parent, where, child, want string }{
		{"exact", "k = 'abc'", "loose_child", "id,k\n1,abc"},
		{"loose", "n = 1", "exact_child", "id,k\n1,abc\n3,Abc"},
	} {
		dir := slice(t, source, gyro.ImportJob{Model: gyro.Table(c.parent), Query: gyro.Where(c.where)}, gyro.ImportJob{Model: gyro.Table(c.child)})
		for _, there := range []string{"", "INSERT INTO exact VALUES ('x'); INSERT INTO loose VALUES ('x'); INSERT INTO exact_child VALUES (9); INSERT INTO loose_child VALUES (9);"} {
			target := pgtest.DB(t)
			pgtest.Exec(t, target, tables+there)
			mustLoad(t, dir, target, load.Slice{})
			wantQuery(t, target, "SELECT * FROM "+c.child+" WHERE id < 9 ORDER BY id", c.want)
		}
	}
}
