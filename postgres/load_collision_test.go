package postgres_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/load"
)

// The conflict that a run says for all is not about tables whose importers give new ids.
func TestLoadConflictForAll(t *testing.T) {
	t.Parallel()
	_, dir := taken(t, "CREATE TABLE a (id serial PRIMARY KEY, t text); CREATE TABLE b (id int PRIMARY KEY, a_id int REFERENCES a); INSERT INTO a VALUES (1, 'x'); INSERT INTO b VALUES (1, 1)", "a", "b")
	target := pgtest.DB(t)
	pgtest.Exec(t, target, "CREATE TABLE a (id serial PRIMARY KEY, t text); CREATE TABLE b (id int PRIMARY KEY, a_id int REFERENCES a); INSERT INTO a (t) VALUES ('y'); INSERT INTO b VALUES (1, 1)")
	importers := gyro.Registry{{Model: gyro.Table("a"), IDs: gyro.Sequential()}}
	report := mustLoad(t, dir, target, load.Slice{Conflict: gyro.Skip(), Importers: importers})
	wantQuery(t, target, "SELECT (SELECT count(*) FROM a), (SELECT count(*) FROM b)", "count,count\n2,1")
	wantMistakes(t, errors.New(strings.Join(texts(report.Notes), "\n")), "a: its rows get new ids, so that conflict: skip is not about them")
	_, err := loadDir(t, dir, target, load.Slice{Importers: gyro.Registry{{Model: gyro.Table("a"), IDs: gyro.Sequential(), Conflict: gyro.Skip()}}})
	wantMistakes(t, err, "conflict: skip: rows get new ids")
}

// Rows that a unique index would refuse which is no key are counted beforehand, and each collision has a hint that helps.
func TestLoadCollisions(t *testing.T) {
	t.Parallel()
	const page = `CREATE TABLE tenant (id serial PRIMARY KEY);
		CREATE TABLE page (id serial PRIMARY KEY, tenant_id int NOT NULL REFERENCES tenant, slug text UNIQUE, token text, path text, gone boolean NOT NULL DEFAULT false, number int, UNIQUE (tenant_id, number));
		CREATE UNIQUE INDEX page_token ON page (lower(token), (number + 1)); CREATE UNIQUE INDEX page_path ON page (path) WHERE NOT gone;
		CREATE UNIQUE INDEX page_hidden ON page (lower(slug)) WHERE gone;`
	_, dir := taken(t, page+`INSERT INTO tenant VALUES (1);
		INSERT INTO page VALUES (1, 1, 'a', 'T1', '/', false, 1), (2, 1, 'b', 't2', '/2', true, 2), (3, 1, NULL, NULL, '/3', false, 3)`, "tenant", "page")
	target := pgtest.DB(t)
	pgtest.Exec(t, target, page+"INSERT INTO tenant VALUES (1); INSERT INTO page VALUES (1, 1, 'a', 't1', '/', false, 1), (9, 1, 'z', 'T2', '/2', true, 7)")
	// What an index calls is PostgreSQL's own, whatever the role's search_path finds first.
	pgtest.Exec(t, target, `CREATE SCHEMA evil; CREATE FUNCTION evil.lower(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'hostile lower ran'; END $$;
		CREATE FUNCTION evil.plus(int, int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE 'hostile + ran'; END $$; CREATE OPERATOR evil.+ (leftarg = int, rightarg = int, function = evil.plus);
		DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = evil, pg_catalog, public', current_database()); END $$`)
	const byPolicy, byExpr = "say what becomes of such rows: conflict skip or update, by that key", "change the values on their way (Expr), or leave such rows out of the slice; no Conflict can name that index"
	_, err := loadDir(t, dir, target, load.Slice{IDs: gyro.Keep(), Importers: gyro.Registry{{Model: gyro.Table("tenant"), Conflict: gyro.Skip()}}})
	wantMistakes(t, err,
		"load table page: 1 row: the target has a row with the same id already (give the rows new ids, or "+byPolicy+")",
		"the target has a row with the same tenant_id, number already (give the rows new ids, or "+byPolicy+")",
		"the target has a row with the same slug already ("+byPolicy+"; or change the values on their way (Expr): new ids do not change them)",
		"the target has a row that is the same for the unique index page_path, over gone, path, already ("+byExpr+")",
		"the target has a row that is the same for the unique index page_token, over number, token, already ("+byExpr+")")
	if n := strings.Count(err.Error(), "\n"); n != 4 {
		t.Errorf("%d mistakes:\n%v", n+1, err)
	}
	_, err = loadDir(t, dir, target, load.Slice{IDs: gyro.Sequential(), Importers: gyro.Registry{{Model: gyro.Table("page"), Columns: gyro.Columns{
		"slug": {Expr: "value || '-copy'"}, "path": {Expr: "value || '/copy'"}, "token": {Expr: "value || 'copy'"},
	}}}})
	if err != nil {
		t.Error(err)
	}
}
