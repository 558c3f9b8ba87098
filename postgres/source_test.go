package postgres_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/postgres"
)

// A row that is committed between two jobs is in neither file.
func TestOneMoment(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, `CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY, a_id int NOT NULL REFERENCES a);
		INSERT INTO a VALUES (1); INSERT INTO b VALUES (1, 1)`)
	conn := connect(t, url)
	wrote := false
	dir := filepath.Join(t.TempDir(), "slice")
	report, err := export.Slice{
		Source: postgres.DB{URL: url}, Target: csvdir.Dir{Path: dir},
		Jobs: []gyro.ImportJob{{Model: gyro.Table("a")}, {Model: gyro.Table("b")}},
		Progress: func(e gyro.Event) {
			if e.Type != gyro.Finished || e.Job != 0 {
				return
			}
			if _, err := conn.Exec(context.Background(), "INSERT INTO a VALUES (2); INSERT INTO b VALUES (2, 2), (3, 1); DELETE FROM b WHERE id = 1"); err != nil {
				t.Error(err)
			}
			wrote = true
		},
	}.Run(t.Context())
	if err != nil || !wrote {
		t.Fatal(err, wrote)
	}
	wantBytes(t, filepath.Join(dir, "a.csv"), []byte("id\n1\n"))
	wantBytes(t, filepath.Join(dir, "b.csv"), []byte("id,a_id\n1,1\n"))
	if report.Rows != 2 {
		t.Errorf("%d rows", report.Rows)
	}
}

// The manifest says what the slice is, and nothing of how the database is reached.
func TestManifest(t *testing.T) {
	t.Parallel()
	address := pgtest.DB(t)
	pgtest.Exec(t, address, `CREATE TABLE a (id int PRIMARY KEY, code varchar(9) UNIQUE);
		CREATE TABLE b (id bigint GENERATED ALWAYS AS IDENTITY, a_id int, n numeric(9,2) NOT NULL, twice numeric GENERATED ALWAYS AS (n * 2) STORED,
			PRIMARY KEY (id, n), CONSTRAINT b_a FOREIGN KEY (a_id) REFERENCES a MATCH FULL);
		INSERT INTO a VALUES (1, 'x'); INSERT INTO b (a_id, n) VALUES (1, 2), (NULL, 3)`)
	dir := slice(t, address, gyro.ImportJob{Model: gyro.Table("a")}, gyro.ImportJob{Model: gyro.Table("b")})
	text, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var m driver.Manifest
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	if m.Version != driver.ManifestVersion || !strings.HasPrefix(m.Server, "PostgreSQL ") || !strings.Contains(m.LSN, "/") ||
		time.Since(m.Taken).Abs() > time.Hour {
		t.Errorf("manifest: %+v", m)
	}
	got, _ := json.Marshal(m.Files[1])
	want := `{"file":"b.csv","table":"b","kind":"table","columns":[{"name":"id","type":"bigint","not_null":true,"identity":"always","sequence":true},` +
		`{"name":"a_id","type":"integer"},{"name":"n","type":"numeric(9,2)","not_null":true},{"name":"twice","type":"numeric","generated":true}],` +
		`"primary_key":["id","n"],"references":[{"name":"b_a","columns":["a_id"],"table":"a","to_columns":["id"],"match_full":true,"missing":"restrict"}],` +
		`"job":2,"rows":1,"bytes":30,"sha256":"` + m.Files[1].SHA256 + `"}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if len(m.Files[0].Unique) != 1 || m.Files[0].Unique[0][0] != "code" {
		t.Errorf("unique keys: %v", m.Files[0].Unique)
	}
	u, _ := url.Parse(address)
	for _, secret := range []string{u.Query().Get("host"), strings.TrimPrefix(u.Path, "/")} {
		if secret != "" && strings.Contains(string(text), secret) {
			t.Errorf("the manifest names %s", secret)
		}
	}
}

// Every way in which a source or a query can be wrong, and what is said of it.
func TestMistakes(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, `
		CREATE TABLE tenant (id int PRIMARY KEY, name text);
		CREATE TABLE shop (id int PRIMARY KEY, tenant_id int REFERENCES tenant, owner_id int);
		CREATE TABLE pair (a int, b int, PRIMARY KEY (a, b));
		CREATE TABLE no_key (a int, b int);
		CREATE SCHEMA other; CREATE TABLE other.thing (id int PRIMARY KEY);
		INSERT INTO tenant VALUES (1, 'secret')`)
	job := func(table string, queries ...gyro.Query) gyro.ImportJob {
		j := gyro.ImportJob{Model: gyro.Table(table)}
		if len(queries) > 0 {
			j.Query = queries[0]
		}
		return j
	}
	tenant := job("tenant")
	for name, c := range map[string]struct {
		jobs []gyro.ImportJob
		want string
	}{
		"no such table":    {[]gyro.ImportJob{job("tenat")}, `job 1 (tenat): the source has no table tenat (did you mean "tenant"?)`},
		"other schema":     {[]gyro.ImportJob{job("thing")}, `job 1 (thing): the source has no table thing (did you mean "other.thing"?)`},
		"no parent":        {[]gyro.ImportJob{job("shop")}, `job 1 (shop): tenant_id refers to tenant, which has no job (add a job for tenant before it, or set Missing of that column to Include or SetNull; Missing of the importer, or of all, is the default)`},
		"wrong order":      {[]gyro.ImportJob{job("shop"), tenant}, `job 1 (shop): it refers to tenant, whose job 2 comes later (an order that works: tenant, shop; Order auto finds it)`},
		"no such column":   {[]gyro.ImportJob{job("tenant", gyro.Where("nam = 'x'"))}, `job 1 (tenant): prepare the query: column "nam" does not exist (SQLSTATE 42703) (Perhaps you meant to reference the column "tenant.name".)`},
		"syntax":           {[]gyro.ImportJob{job("tenant", gyro.Where("id = = 1"))}, `job 1 (tenant): prepare the query: syntax error at or near "=" (SQLSTATE 42601) (a query is one SELECT, or a condition for WHERE, that can stand in parentheses)`},
		"semicolon":        {[]gyro.ImportJob{job("tenant", gyro.SQL("SELECT id FROM tenant;"))}, `job 1 (tenant): read the query: line 1: a semicolon outside a string: one statement only, without its semicolon`},
		"no select":        {[]gyro.ImportJob{job("tenant", gyro.SQL("DELETE FROM tenant"))}, `job 1 (tenant): prepare the query: it returns no rows (write a SELECT)`},
		"returning":        {[]gyro.ImportJob{job("tenant", gyro.SQL("DELETE FROM tenant RETURNING id"))}, `job 1 (tenant): explain: syntax error at or near "FROM" (SQLSTATE 42601) (a query is one SELECT, or a condition for WHERE, that can stand in parentheses)`},
		"no key":           {[]gyro.ImportJob{job("tenant", gyro.SQL("SELECT name FROM tenant"))}, `job 1 (tenant): read the query: it does not return column "id"; it must return the primary key`},
		"key twice":        {[]gyro.ImportJob{job("tenant", gyro.SQL("SELECT * FROM tenant a, tenant b"))}, `job 1 (tenant): read the query: it returns 2 columns "id" (list the columns instead of *: the key is enough)`},
		"half a key":       {[]gyro.ImportJob{job("pair", gyro.SQL("SELECT a FROM pair"))}, `job 1 (pair): read the query: it does not return column "b"; it must return the primary key`},
		"rows, no key":     {[]gyro.ImportJob{job("no_key", gyro.SQL("SELECT a FROM no_key"))}, `job 1 (no_key): read the query: it does not return column "b"; the table has no primary key, so it must return the table's columns`},
		"few arguments":    {[]gyro.ImportJob{job("tenant", gyro.Where("id = $1"))}, `job 1 (tenant): read the query: line 1: there is no argument for $1; 0 given`},
		"many arguments":   {[]gyro.ImportJob{job("tenant", gyro.Where("id = $1", 1, 2))}, `job 1 (tenant): read the query: argument $2 is not used in the query`},
		"argument's type":  {[]gyro.ImportJob{job("tenant", gyro.Where("id = $1", []string{"hush"}))}, `job 1 (tenant): encode arguments: $1 is a integer for PostgreSQL, and a list can't be sent as one`},
		"argument's value": {[]gyro.ImportJob{job("tenant", gyro.Where("id = $1", "hush"))}, `job 1 (tenant): explain: invalid input syntax for type integer: … (SQLSTATE 22P02)`},
		"untyped":          {[]gyro.ImportJob{job("tenant", gyro.Where("$1 IS NULL", 1))}, `job 1 (tenant): prepare the query: could not determine data type of parameter $1 (SQLSTATE 42P18) (say the argument's type, as in $1::bigint)`},
		"several": {[]gyro.ImportJob{job("tenant", gyro.Where("x")), job("shop", gyro.Where("y"))}, `job 1 (tenant): prepare the query: column "x" does not exist (SQLSTATE 42703) (check the column's name; names with capitals need double quotes)
job 2 (shop): prepare the query: column "y" does not exist (SQLSTATE 42703) (check the column's name; names with capitals need double quotes)`},
	} {
		err := plan(t, url, c.jobs...)
		if err == nil || err.Error() != c.want {
			t.Errorf("%s:\ngot  %v\nwant %s", name, err, c.want)
		}
		if err != nil && (strings.Contains(err.Error(), "hush") || strings.Contains(err.Error(), "secret")) {
			t.Errorf("%s: the error shows a value: %v", name, err)
		}
	}
}

// What only the catalog can tell of an importer.
func TestImportersAgainstTheCatalog(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, `
		CREATE TABLE tenant (id int PRIMARY KEY, code text UNIQUE);
		CREATE TABLE shop (id int PRIMARY KEY, tenant_id int REFERENCES tenant, owner_id int, code text);`)
	tenants, shops := gyro.Table("tenant"), gyro.Table("shop")
	for name, c := range map[string]struct {
		columns gyro.Columns
		want    string
	}{
		"checked":        {gyro.Columns{"tenant": {Ref: tenants}}, ""},
		"no column":      {gyro.Columns{"tennant": {Ref: tenants}}, `importer shop, column "tennant": shop has no column "tennant" (did you mean "tenant_id"?)`},
		"no foreign key": {gyro.Columns{"owner": {Ref: tenants}}, `importer shop, column "owner": owner_id is not a foreign key, says the catalog (set Soft if rows refer to tenant without a foreign key)`},
		"another model":  {gyro.Columns{"tenant": {Ref: shops}}, `importer shop, column "tenant": the catalog says that it refers to tenant, not to shop`},
		"soft":           {gyro.Columns{"owner": {Ref: tenants, Soft: true}}, ""},
		"soft to unique": {gyro.Columns{"code": {Ref: tenants, Soft: true, To: "code"}}, ""},
		"soft to nothing": {
			gyro.Columns{"code": {Ref: tenants, Soft: true, To: "cod"}},
			`importer shop, column "code": tenant has no column "cod" (did you mean "code"?)`,
		},
		"both": {gyro.Columns{"x": {Ref: tenants}, "y": {Ref: tenants}}, `importer shop, column "x": shop has no column "x"
importer shop, column "y": shop has no column "y"`},
	} {
		_, err := export.Slice{
			Source: postgres.DB{URL: url}, Target: csvdir.Dir{Path: filepath.Join(t.TempDir(), "x")},
			Importers: gyro.Registry{{Model: tenants}, {Model: shops, Columns: c.columns}},
			Jobs:      []gyro.ImportJob{{Model: tenants}, {Model: shops}},
		}.Plan(t.Context())
		if got := fmt.Sprint(err); got != c.want && (err != nil || c.want != "") {
			t.Errorf("%s:\ngot  %v\nwant %s", name, err, c.want)
		}
	}
}

// What is said where no connection comes about; no password is in it.
func TestConnectionErrors(t *testing.T) {
	t.Parallel()
	address := pgtest.DB(t)
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	missing := *u
	missing.Path = "/no_such_database"
	for name, c := range map[string]struct{ url, want string }{
		"no database": {missing.String(), `connect: database "no_such_database" does not exist (SQLSTATE 3D000) (check the database's name in the URL)`},
		"no server":   {"postgres://me:hush@127.0.0.1:1/x", "connect: dial tcp 127.0.0.1:1: connect: connection refused (check that the server runs and that host and port in the URL are right)"},
		"no socket":   {"postgres:///x?host=/nowhere/at/all&password=hush&user=me", "connect: dial unix /nowhere/at/all/.s.PGSQL.5432: connect: no such file or directory (check that the server runs and that host and port in the URL are right)"},
		"no URL":      {"postgres://me:hu sh@[::1/x", "connect: the URL can't be read, or a file that it names (sslrootcert, service) can't (postgres://user@host:5432/database; in a password, write special characters as in %40 for @)"},
	} {
		_, err := postgres.DB{URL: c.url}.Open(t.Context())
		if fmt.Sprint(err) != c.want {
			t.Errorf("%s:\ngot  %v\nwant %s", name, err, c.want)
		}
	}
}

// A DB shows no URL, however it is printed.
func TestDBHidesItself(t *testing.T) {
	t.Parallel()
	db := postgres.DB{URL: "postgres://me:hush@host/db"}
	asJSON, err := json.Marshal(map[string]any{"db": db})
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "db", db, "slicer", export.Slice{Source: db})
	for _, text := range []string{
		fmt.Sprintf("%v %+v %#v %s %q", db, db, db, db, db), fmt.Sprintf("%v %+v %#v", &db, &db, &db),
		fmt.Sprintf("%v %+v %#v", export.Slice{Source: db}, export.Slice{Source: db}, export.Slice{Source: db}),
		string(asJSON), log.String(),
	} {
		if strings.Contains(text, "hush") || strings.Contains(text, "host/db") {
			t.Errorf("it shows its URL: %s", text)
		}
	}
}

// Row security refuses instead of hiding rows; a role without rights is told.
func TestRights(t *testing.T) {
	t.Parallel()
	address := pgtest.DB(t)
	role := "gyro_reader_" + fmt.Sprint(time.Now().UnixNano())
	pgtest.Exec(t, address, `CREATE TABLE hidden (id int PRIMARY KEY); ALTER TABLE hidden ENABLE ROW LEVEL SECURITY;
		CREATE POLICY p ON hidden USING (id > 1); CREATE TABLE forbidden (id int PRIMARY KEY); CREATE TABLE open (id int PRIMARY KEY);
		CREATE SCHEMA "Far"; CREATE TABLE "Far".thing (id int PRIMARY KEY);
		CREATE ROLE `+role+` LOGIN; GRANT SELECT ON hidden, open TO `+role+`;
		REVOKE EXECUTE ON FUNCTION pg_current_wal_lsn() FROM PUBLIC`) // without it there is no position, but a slice
	t.Cleanup(func() { pgtest.Exec(t, address, "DROP OWNED BY "+role+"; DROP ROLE "+role) })
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("user", role)
	u.RawQuery, u.User = q.Encode(), nil
	for table, want := range map[string]string{
		"open":      "<nil>",
		"hidden":    `job 1 (hidden): explain: query would be affected by row-level security policy for table "hidden" (SQLSTATE 42501) (row security would hide rows; use a role with BYPASSRLS, or the table's owner)`,
		"forbidden": "job 1 (forbidden): explain: permission denied for table forbidden (SQLSTATE 42501) (GRANT SELECT ON public.forbidden TO " + role + ")",
		"Far.thing": "job 1 (Far.thing): explain: permission denied for schema Far (SQLSTATE 42501) (GRANT USAGE ON SCHEMA \"Far\" TO " + role + "; GRANT SELECT ON \"Far\".thing TO " + role + ")",
	} {
		_, err := run(t, u.String(), filepath.Join(t.TempDir(), "slice"), gyro.ImportJob{Model: gyro.Table(table)})
		if fmt.Sprint(err) != want {
			t.Errorf("%s:\ngot  %v\nwant %s", table, err, want)
		}
	}
}

// Cancelling ends the statement on the server and leaves no file.
func TestCancel(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, "CREATE TABLE long (id int PRIMARY KEY); INSERT INTO long VALUES (1)")
	ctx, cancel := context.WithCancel(t.Context())
	dir := filepath.Join(t.TempDir(), "slice")
	_, err := export.Slice{
		Source: postgres.DB{URL: url}, Target: csvdir.Dir{Path: dir},
		Jobs: []gyro.ImportJob{{Model: gyro.Table("long"), Query: gyro.Where("pg_sleep(60) IS NOT NULL")}},
		Progress: func(e gyro.Event) {
			if e.Type == gyro.Moved {
				cancel()
			}
		},
	}.Run(ctx)
	if err == nil || err.Error() != "context canceled" {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the directory is there: %v", err)
	}
	var running int
	conn := connect(t, url)
	for range 50 {
		if err := conn.QueryRow(t.Context(), "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'gyro'").Scan(&running); err != nil {
			t.Fatal(err)
		}
		if running == 0 {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Errorf("%d statements still run", running)
}

// A table that another session has locked is told after LockTimeout.
func TestLockTimeout(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, "CREATE TABLE locked (id int PRIMARY KEY)")
	conn := connect(t, url)
	if _, err := conn.Exec(t.Context(), "BEGIN; LOCK TABLE locked IN ACCESS EXCLUSIVE MODE"); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "slice")
	_, err := export.Slice{
		Source: postgres.DB{URL: url, LockTimeout: 50 * time.Millisecond}, Target: csvdir.Dir{Path: dir},
		Jobs: []gyro.ImportJob{{Model: gyro.Table("locked")}},
	}.Run(t.Context())
	want := "explain: canceling statement due to lock timeout (SQLSTATE 55P03) (another session holds a lock on the table; try again, or raise LockTimeout)"
	if fmt.Sprint(err) != want {
		t.Errorf("got %v", err)
	}
}

// A query that would lock rows is refused before a row is read.
func TestLockingQuery(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, "CREATE TABLE a (id int PRIMARY KEY)")
	for _, lock := range []string{"UPDATE", "SHARE", "NO KEY UPDATE", "KEY SHARE SKIP LOCKED"} {
		err := plan(t, url, gyro.ImportJob{Model: gyro.Table("a"), Query: gyro.SQL("SELECT id FROM a FOR " + lock)})
		var mistake *gyro.Mistake
		if !errors.As(err, &mistake) || !strings.Contains(mistake.Problem.String(), "locks rows") {
			t.Errorf("%s: %v", lock, err)
		}
	}
}
