package postgres_test

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/load"
	"github.com/gyrodata/gyro/postgres"
	"github.com/gyrodata/gyro/sheets"
)

// asRole makes a role, and gives the URL of a database for it.
func asRole(t *testing.T, address, grants string) (role, as string) {
	t.Helper()
	role = fmt.Sprintf("gyro_role_%d", time.Now().UnixNano())
	pgtest.Exec(t, address, "CREATE ROLE "+role+" LOGIN; "+strings.ReplaceAll(grants, "ROLE", role))
	t.Cleanup(func() { pgtest.Exec(t, address, "DROP OWNED BY "+role+"; DROP ROLE "+role) })
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("user", role)
	u.RawQuery, u.User = q.Encode(), nil
	return role, u.String()
}

// callsOf are the functions of pg_catalog that our SQL names, found in the sources.
func callsOf(t *testing.T, url string) []string {
	t.Helper()
	known := strings.Split(pgtest.Psql(t, url, "SELECT DISTINCT proname FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace"), "\n")
	files, err := filepath.Glob(filepath.Join("internal", "*", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`\b([a-z_][a-z0-9_]*)\(`)
	var calls []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range named.FindAllStringSubmatch(string(text), -1) {
			if slices.Contains(known, found[1]) {
				calls = append(calls, found[1])
			}
		}
	}
	slices.Sort(calls)
	return slices.Compact(calls)
}

// A function that a role may not call is done without, where it is nice to have; where it is needed, the message says
// which to grant.
func TestFunctionsThatARoleLacks(t *testing.T) {
	t.Parallel()
	address := pgtest.DB(t)
	pgtest.Exec(t, address, family+familyRows+goods+"INSERT INTO maker (code) VALUES ('m'); GRANT CREATE ON SCHEMA public TO public")
	_, as := asRole(t, address, `ALTER TABLE parent OWNER TO ROLE; ALTER TABLE child OWNER TO ROLE; ALTER TABLE pair OWNER TO ROLE;
		ALTER TABLE maker OWNER TO ROLE; ALTER TABLE good OWNER TO ROLE`)
	nice := []string{"pg_control_system", "pg_current_wal_lsn", "pg_last_wal_replay_lsn", "pg_postmaster_start_time", "pg_terminate_backend"}
	tried := []string{"clock_timestamp", "count", "pg_backend_pid", "pg_current_xact_id", "pg_is_in_recovery", "set_config", "unnest"}
	if os.Getenv("GYRO_LONG") != "" {
		tried = callsOf(t, address)
		if len(tried) < 50 {
			t.Fatalf("the sources name few functions: %v", tried)
		}
	}
	failed := 0
	for _, name := range slices.Concat(nice, tried) {
		functions := pgtest.Psql(t, address, "SELECT string_agg(oid::regprocedure::text, ', ') FROM pg_proc WHERE prokind IN ('f', 'a', 'w') AND pronamespace = 'pg_catalog'::regnamespace AND proname = '"+name+"'")
		pgtest.Exec(t, address, "REVOKE EXECUTE ON FUNCTION "+functions+" FROM PUBLIC")
		err := allVerbs(t, address, as)
		pgtest.Exec(t, address, "GRANT EXECUTE ON FUNCTION "+functions+" TO PUBLIC")
		if err == nil {
			continue
		}
		failed++
		if slices.Contains(nice, name) {
			t.Errorf("%s is nice to have: %v", name, err)
		}
		if !strings.Contains(err.Error(), "GRANT EXECUTE ON FUNCTION "+name+" TO") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if failed == 0 {
		t.Error("no function is needed")
	}
	pgtest.Exec(t, address, "REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC")
	wantMistakes(t, allVerbs(t, address, as), "GRANT USAGE ON LANGUAGE plpgsql TO")
}

// allVerbs exports, loads and undoes a slice, and loads a foreign file.
func allVerbs(t *testing.T, address, as string) error {
	t.Helper()
	db := postgres.DB{URL: as}
	dir, record := filepath.Join(t.TempDir(), "slice"), csvdir.Dir{Path: filepath.Join(t.TempDir(), "record")}
	_, exported := run(t, as, dir, gyro.ImportJob{Model: gyro.Table("parent"), Limit: 2}, gyro.ImportJob{Model: gyro.Table("child"), Limit: 1, Per: "parent"})
	if exported != nil {
		dir = slice(t, address, jobs("parent", "child")...)
	}
	null := gyro.Columns{"code": {Expr: "NULL"}}
	_, loaded := load.Slice{Source: csvdir.Dir{Path: dir}, Target: db, Record: record, IDs: gyro.Sequential(), Importers: gyro.Registry{
		{Model: gyro.Table("parent"), Columns: null}, {Model: gyro.Table("child"), Columns: null},
	}}.Run(t.Context())
	var undone error
	if loaded == nil {
		if _, undone = load.Undo(t.Context(), record, db); undone != nil {
			_, err := load.Undo(t.Context(), record, postgres.DB{URL: address})
			if err != nil {
				t.Error(err)
			}
		}
	}
	sheet := sheetOf(t, "good", "sku,maker,price\na,m,1.50\nb,m,\n")
	_, foreign := sheets.Load{Files: []sheets.File{sheet}, Target: db, Importers: gyro.Registry{{Model: gyro.Table("maker")}, {
		Model: gyro.Table("good"), IDs: gyro.NaturalKey("maker", "sku"), Columns: gyro.Columns{"maker": {Ref: gyro.Table("maker"), By: gyro.By{"code": "maker"}}},
	}}}.Run(t.Context())
	pgtest.Exec(t, address, "DELETE FROM good")
	return errors.Join(exported, loaded, undone, foreign)
}
