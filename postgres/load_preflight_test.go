package postgres_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/load"
	"github.com/gyrodata/gyro/postgres"
)

// wantMistakes looks for texts in an error.
func wantMistakes(t *testing.T, err error, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got\n%v\nlacks\n%s", err, want)
		}
	}
}

// All that is in the way is told at once, before a row is sent.
func TestLoadPreflight(t *testing.T) {
	t.Parallel()
	_, dir := taken(t, `
		CREATE TYPE mood AS ENUM ('sad', 'glad');
		CREATE TABLE a (id int PRIMARY KEY, gone text, word text, mood mood, flag boolean);
		CREATE TABLE b (id int PRIMARY KEY, a_id int REFERENCES a); CREATE TABLE missing (id int PRIMARY KEY);
		INSERT INTO a VALUES (1, '', 'x', 'glad', true)`, "a", "b", "missing")
	target := pgtest.DB(t)
	pgtest.Exec(t, target, `
		CREATE TYPE mood AS ENUM ('sad');
		CREATE TABLE a (id int PRIMARY KEY, words text, word text, mood mood, flag int, must int NOT NULL);
		CREATE VIEW b AS SELECT 1 AS id`)
	_, err := loadDir(t, dir, target, load.Slice{})
	wantMistakes(t, err, "table missing: the target does not have it", "table b: the target has a view of that name")
	_, err = loadDir(t, dir, target, load.Slice{Tables: models("a")})
	wantMistakes(t, err,
		`table a: the target has no column "gone"`, `table a: column "flag" is boolean in the slice and integer in the target`,
		`table a: the target's enum of column "mood" lacks glad`, `table a: the target's column "must" is NOT NULL without a default`)
	_, err = loadDir(t, dir, target, load.Slice{Tables: models("aa")})
	wantMistakes(t, err, `table aa: the slice does not have it`)
	// A reference to a table that stays away.
	pgtest.Exec(t, target, "DROP VIEW b; CREATE TABLE b (id int PRIMARY KEY, a_id int)")
	if _, err = loadDir(t, dir, target, load.Slice{Tables: models("b")}); err != nil {
		t.Error(err) // there is no row that refers
	}
}

// What may go wrong, but need not, is said.
func TestLoadNotes(t *testing.T) {
	t.Parallel()
	_, dir := taken(t, "CREATE TABLE a (id bigint PRIMARY KEY, t text, n int, g int); INSERT INTO a VALUES (1, 'x', 1, 9)", "a")
	target := pgtest.DB(t)
	pgtest.Exec(t, target, "CREATE TABLE a (id int, t varchar(5) UNIQUE, n int NOT NULL, g int GENERATED ALWAYS AS (n + 1) STORED)")
	report := mustLoad(t, dir, target, load.Slice{})
	notes := errors.New(strings.Join(texts(report.Notes), "\n"))
	wantMistakes(t, notes,
		"a: t is unique in the target and not in the slice: rows may collide", "a: id is the primary key in the slice, and not unique in the target",
		"a: column id is bigint in the slice and integer in the target: a value may not fit", "a: column t is text in the slice and character varying(5) in the target: a value may not fit",
		"a: column n is NOT NULL in the target and not in the slice", "a: column g is generated in the target: its values in the file are left out")
	wantQuery(t, target, "SELECT * FROM a", "id,t,n,g\n1,x,1,2")
}

// Rights are asked for before the load; a role that has them needs no more.
func TestLoadRights(t *testing.T) {
	t.Parallel()
	_, dir := taken(t, family+familyRows, "parent", "child", "pair")
	target := pgtest.DB(t)
	role := "loader_" + filepath.Base(filepath.Dir(dir))
	role = strings.ToLower(strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r == '_' {
			return r
		}
		return -1
	}, role)) + itoa(os.Getpid())
	pgtest.Exec(t, target, family+"CREATE ROLE "+role+"; GRANT USAGE ON SCHEMA public TO "+role+"; GRANT SELECT ON parent TO "+role)
	t.Cleanup(func() { pgtest.Exec(t, target, "DROP OWNED BY "+role+"; DROP ROLE "+role) })
	as := postgres.DB{URL: target + "&options=-crole%3D" + role}
	if !strings.Contains(target, "?") {
		as.URL = target + "?options=-crole%3D" + role
	}
	_, err := loadDir(t, dir, target, load.Slice{Target: as})
	wantMistakes(t, err, "table parent: the role lacks INSERT", "table child: the role lacks SELECT", "table child: the role lacks USAGE or UPDATE on the sequence")
	pgtest.Exec(t, target, "GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO "+role+"; GRANT USAGE, UPDATE ON ALL SEQUENCES IN SCHEMA public TO "+role)
	record := csvdir.Dir{Path: filepath.Join(t.TempDir(), "record")}
	for range 2 {
		report := mustLoad(t, dir, target, load.Slice{Target: as, IDs: gyro.Sequential(), Importers: gyro.Registry{{Model: gyro.Table("parent"), Columns: gyro.Columns{"code": {Expr: "NULL"}}}, {Model: gyro.Table("child"), Columns: gyro.Columns{"code": {Expr: "NULL"}}}}, Record: record})
		if len(report.Notes) == 0 || report.Load.Exclusive {
			t.Errorf("%+v", report)
		}
		if record.Path = filepath.Join(t.TempDir(), "record"); record.Path == "" {
			break
		}
	}
	_, err = loadDir(t, dir, target, load.Slice{Target: postgres.DB{URL: as.URL, Exclusive: postgres.ExclusiveAlways}})
	wantMistakes(t, err, "table parent: the role is not its owner")
}

// No error of a load quotes a row; a slice that was changed is not loaded.
func TestLoadQuotesNothing(t *testing.T) {
	t.Parallel()
	_, dir := taken(t, "CREATE TABLE s (id int PRIMARY KEY, t text, n numeric); INSERT INTO s VALUES (1, 'secret hunter2', 12345678901)", "s")
	for _, schema := range []string{
		"CREATE TABLE s (id int PRIMARY KEY, t varchar(3), n numeric)",
		"CREATE TABLE s (id int PRIMARY KEY, t text, n numeric(4))",
		"CREATE TABLE s (id int PRIMARY KEY, t text CHECK (t <> 'secret hunter2'), n numeric)",
		"CREATE TABLE s (id int PRIMARY KEY, t text, n numeric); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no %', NEW.t; END $$; CREATE TRIGGER g BEFORE INSERT ON s FOR EACH ROW EXECUTE FUNCTION f()",
		"CREATE TABLE s (id int PRIMARY KEY, t text, n numeric); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$; CREATE TRIGGER g BEFORE INSERT ON s FOR EACH ROW EXECUTE FUNCTION f(); CREATE TABLE filler (); ",
	} {
		target := pgtest.DB(t)
		pgtest.Exec(t, target, schema)
		for _, ids := range []gyro.Conflict{gyro.Fail(), gyro.Skip()} {
			_, err := loadDir(t, dir, target, load.Slice{Conflict: ids})
			if err == nil || strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "12345678901") {
				t.Errorf("%s, %s: %v", schema, ids, err)
			}
			wantQuery(t, target, "SELECT count(*) FROM s", "count\n0")
		}
	}
	file := filepath.Join(dir, "s.csv")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(text), "hunter2", "hunter3", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	target := pgtest.DB(t)
	if _, err := loadDir(t, dir, target, load.Slice{Create: true}); !errors.Is(err, gyro.ErrUnproven) || strings.Contains(err.Error(), "hunter3") {
		t.Error(err)
	}
}

// What a manifest or an Expr says is never run as more than it is.
func TestLoadInjection(t *testing.T) {
	t.Parallel()
	_, dir := taken(t, "CREATE TABLE s (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, t text, u varchar(3)); INSERT INTO s (t) VALUES ('x')", "s")
	target := pgtest.DB(t)
	pgtest.Exec(t, target, "CREATE TABLE s (id int PRIMARY KEY, t text, u varchar(3)); CREATE TABLE victim ()")
	for _, expr := range []string{"value) FROM s; DROP TABLE victim; --", "value); DROP TABLE victim; SELECT (1", "$1", "nothing", "value::text[]; ", "(SELECT 1", "'"} {
		_, err := loadDir(t, dir, target, load.Slice{Importers: gyro.Registry{{Model: gyro.Table("s"), Columns: gyro.Columns{"t": {Expr: expr}}}}})
		var mistake *gyro.Mistake
		if !errors.As(err, &mistake) || !strings.Contains(mistake.Place.String(), `table s, Expr of column "t"`) {
			t.Errorf("%s: %v", expr, err)
		}
	}
	path := filepath.Join(dir, "manifest.json")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	pgtest.Exec(t, target, "DROP TABLE s")
	for old, evil := range map[string]string{
		`"identity": "always"`:   `"identity": "always AS IDENTITY); DROP TABLE victim; --"`,
		`"character varying(3)"`: `"character varying(3) DEFAULT f()); DROP TABLE victim; --"`,
		`"type": "text"`:         `"type": "text); DROP TABLE victim; --"`,
		`"name": "u"`:            `"name": "u\" int); DROP TABLE victim; --"`,
	} {
		changed := strings.Replace(string(text), old, evil, 1)
		if changed == string(text) {
			t.Fatal(old)
		}
		if err := os.WriteFile(path, []byte(changed), 0o600); err != nil {
			t.Fatal(err)
		}
		_, _ = loadDir(t, dir, target, load.Slice{Create: true})
		pgtest.Exec(t, target, "SELECT FROM victim; DROP TABLE IF EXISTS s")
	}
}

// Triggers fire, unless they are not to; those that were off stay off.
func TestLoadTriggers(t *testing.T) {
	t.Parallel()
	const tables = "CREATE TABLE s (id int PRIMARY KEY, t text);"
	_, dir := taken(t, tables+"INSERT INTO s VALUES (1, 'x')", "s")
	for _, off := range []bool{false, true} {
		target := pgtest.DB(t)
		pgtest.Exec(t, target, tables+`
			CREATE FUNCTION loud() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.t := upper(NEW.t); RETURN NEW; END $$;
			CREATE FUNCTION twice() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.t := NEW.t || NEW.t; RETURN NEW; END $$;
			CREATE TRIGGER a BEFORE INSERT ON s FOR EACH ROW EXECUTE FUNCTION loud();
			CREATE TRIGGER b BEFORE INSERT ON s FOR EACH ROW EXECUTE FUNCTION twice(); ALTER TABLE s DISABLE TRIGGER b;
			CREATE TRIGGER c BEFORE INSERT ON s FOR EACH ROW EXECUTE FUNCTION twice(); ALTER TABLE s ENABLE ALWAYS TRIGGER c`)
		states := pgtest.Copy(t, target, "SELECT tgname, tgenabled FROM pg_trigger ORDER BY 1")
		mustLoad(t, dir, target, load.Slice{Target: postgres.DB{URL: target, DisableTriggers: off}})
		if off {
			wantQuery(t, target, "SELECT t FROM s", "t\nxx") // what is always on stays on
		} else {
			wantQuery(t, target, "SELECT t FROM s", "t\nXX")
		}
		if after := pgtest.Copy(t, target, "SELECT tgname, tgenabled FROM pg_trigger ORDER BY 1"); string(after) != string(states) {
			t.Errorf("were\n%s\nare\n%s", states, after)
		}
	}
}

// An exclusive load is what auto chooses where nobody else is there and all is empty.
func TestLoadAuto(t *testing.T) {
	t.Parallel()
	_, dir := taken(t, family+familyRows, "parent", "child", "pair")
	target := pgtest.DB(t)
	pgtest.Exec(t, target, family)
	for tries := 0; ; tries++ { // the server may not have noticed yet that a connection was closed
		report := mustLoad(t, dir, target, load.Slice{DryRun: true})
		if report.Load.Exclusive {
			break
		}
		if tries == 100 {
			t.Fatalf("%+v", report.Notes)
		}
		time.Sleep(50 * time.Millisecond)
	}
	other := connect(t, target)
	report := mustLoad(t, dir, target, load.Slice{DryRun: true})
	if report.Load.Exclusive || !strings.Contains(strings.Join(texts(report.Notes), "\n"), "the database") {
		t.Errorf("%+v", report.Notes)
	}
	if err := other.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	mustLoad(t, dir, target, load.Slice{})
	report = mustLoad(t, dir, target, load.Slice{Conflict: gyro.Skip()})
	if report.Load.Exclusive || !strings.Contains(strings.Join(texts(report.Notes), "\n"), "parent, child, pair had rows already") {
		t.Errorf("%+v", report.Notes)
	}
}
