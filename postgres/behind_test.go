package postgres_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/postgres"
)

// behind is what stands behind a URL, in short.
func behind(t *testing.T, url string) string {
	t.Helper()
	facts, err := postgres.DB{URL: url}.Behind(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, f := range facts {
		begin, _, _ := strings.Cut(string(f.Follows), " ")
		if begin == "in" || begin == "none" { // what is said of a pooler hangs on its mode
			begin, _, _ = strings.Cut(string(f.Follows), ":")
			all = append(all, f.Kind+", "+begin)
		} else {
			all = append(all, strings.TrimSpace(f.Kind+" "+f.Version))
		}
	}
	return strings.Join(all, "; ")
}

// A primary and its standby are told apart, for a role that may only read.
func TestBehindStandby(t *testing.T) {
	t.Parallel()
	primary, standby := pair(t)
	for want, server := range map[string]*pgtest.Server{"primary": primary, "standby": standby} {
		if got := behind(t, asReader(t, server)); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// A pooler shows, and in transaction mode that its sessions are shared; nothing is left in them, and nobody waits for long for one
// that there is not.
func TestBehindPooler(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	if got := behind(t, url); got != "primary" {
		t.Errorf("without a pooler: %q", got)
	}
	for mode, want := range map[string]string{
		"transaction": "primary; pooler, in transaction mode", "session": "primary; pooler, none of its sessions was seen to be shared",
	} {
		pooled := pgtest.Bouncer(t, url, mode)
		before := sessionOf(t, pooled)
		begin := time.Now()
		if got := behind(t, pooled); got != want || time.Since(begin) > 8*time.Second {
			t.Errorf("%s, after %s: %q", mode, time.Since(begin), got)
		}
		if now := sessionOf(t, pooled); mode == "transaction" && now != before {
			t.Errorf("the session was\n%s\nis\n%s", before, now)
		}
	}
	_, err := postgres.DB{URL: pgtest.Bouncer(t, url, "statement")}.Behind(t.Context())
	wantMistakes(t, err, "look at the server: the pooler gives no transaction (statement mode)")
}

// A role that may not ask is told so, and is not kept from anything else.
func TestBehindRefused(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	for _, revoked := range []string{"EXECUTE ON FUNCTION pg_backend_pid()", "SELECT ON pg_extension", "SELECT ON pg_proc"} {
		pgtest.Exec(t, url, "REVOKE "+revoked+" FROM PUBLIC")
		_, as := asRole(t, url, "")
		if got := behind(t, as); got != "unknown" {
			t.Errorf("%s: %q", revoked, got)
		}
		pgtest.Exec(t, url, "GRANT "+revoked+" TO PUBLIC")
	}
}

// faked is a database that looks as if an extension had been installed: its files are not there, its row is.
func faked(t *testing.T, sql string) string {
	t.Helper()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, "SET allow_system_table_mods = on;"+sql)
	return url
}

func extension(name, version string) string {
	return fmt.Sprintf(`INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
		SELECT max(oid::int8) + 1, '%s', 10, 'pg_catalog'::regnamespace, false, '%s' FROM pg_extension;`, name, version)
}

// TimescaleDB, Citus and Aurora show by what the catalog has of them, and by nothing that anybody may make.
func TestBehindKinds(t *testing.T) {
	t.Parallel()
	const aurora = "CREATE FUNCTION %s.aurora_version() RETURNS text LANGUAGE sql AS $$ SELECT '15.4.2' $$;"
	for sql, want := range map[string]string{
		extension("timescaledb", "2.14.2"): "primary; TimescaleDB 2.14.2",
		extension("citus", "12.1"):         "primary; Citus 12.1",
		fmt.Sprintf(aurora, "pg_catalog"):  "primary; Aurora",
		fmt.Sprintf(aurora, "public"):      "primary",
		extension("timescaledb", "2.14.2") + extension("citus", "12.1") + fmt.Sprintf(aurora, "pg_catalog"): "primary; Aurora; TimescaleDB 2.14.2; Citus 12.1",
		"CREATE TABLE public.pg_extension AS SELECT 'citus'::name AS extname, '12.1' AS extversion":         "primary",
	} {
		url := faked(t, sql)
		if got := behind(t, url+"&search_path=public,pg_catalog"); got != want {
			t.Errorf("%.60s…: got %q, want %q", sql, got, want)
		}
	}
}

// Where a slice may not be of one moment, every plan and every run says so.
func TestDoubtOfCitus(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]bool{"12.1": true, "": false} {
		sql := "CREATE TABLE a (id int PRIMARY KEY);"
		if version != "" {
			sql += extension("citus", version)
		}
		s := slicer(faked(t, sql), t.TempDir()+"/slice")
		s.Jobs = jobs("a")
		plan, err := s.Plan(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		report, err := s.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		const doubt = "the database has Citus 12.1: rows of distributed tables are read from workers"
		if text := fmt.Sprint(plan.Notes); strings.Contains(text, doubt) != want {
			t.Errorf("%q: the plan says %s", version, text)
		}
		if text := fmt.Sprint(report.Notes); strings.Contains(text, doubt) != want {
			t.Errorf("%q: the report says %s", version, text)
		}
	}
}
