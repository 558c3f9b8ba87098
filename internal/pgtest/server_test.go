package pgtest_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gyrodata/gyro/internal/pgtest"
)

// startServer starts a server for one test.
func startServer(t *testing.T, opts pgtest.Options) *pgtest.Server {
	t.Helper()
	opts.NoEmbedded = true
	s, err := pgtest.Start(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(s.Dir()); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the folder is still there: %v", err)
		}
	})
	return s
}

// value asks a database for one text.
func value(t *testing.T, url, sql string, args ...any) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	var text string
	if err := conn.QueryRow(t.Context(), sql, args...).Scan(&text); err != nil {
		t.Fatal(err)
	}
	return text
}

func TestSettings(t *testing.T) {
	t.Parallel()
	s := startServer(t, pgtest.Options{Settings: map[string]string{"work_mem": "7MB", "fsync": "on", "cluster_name": "it's"}})
	for name, want := range map[string]string{
		"work_mem": "7MB", "fsync": "on", "cluster_name": "it's", // given
		"full_page_writes": "off", "listen_addresses": "", "server_encoding": "UTF8", "wal_level": "replica",
	} {
		if got := value(t, s.URL("postgres"), "SELECT current_setting($1)", name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
}

// TestNotRoot shows that the server's user owns its folder, and is not root.
func TestNotRoot(t *testing.T) {
	t.Parallel()
	s := startServer(t, pgtest.Options{})
	pgtest.Exec(t, s.URL("postgres"), "CREATE TABLE who (id text); COPY who FROM PROGRAM 'id -u'")
	if uid := value(t, s.URL("postgres"), "SELECT id FROM who"); uid == "0" {
		t.Error("the server runs as root")
	}
}

// TestPsql shows that the URL works in PostgreSQL's own programs too, whatever
// the environment says.
func TestPsql(t *testing.T) {
	t.Parallel()
	s := startServer(t, pgtest.Options{})
	psql, err := s.Bin("psql")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(psql, "-XAtc", "SELECT current_database(), current_user", s.URL("template1"))
	cmd.Env = append(os.Environ(), "PGHOST=nowhere.invalid", "PGPORT=1", "PGDATABASE=none", "PGUSER=none")
	out, err := cmd.CombinedOutput()
	if got := strings.TrimSpace(string(out)); err != nil || got != "template1|postgres" {
		t.Errorf("psql: %q, %v", got, err)
	}
}

func TestStopTwice(t *testing.T) {
	t.Parallel()
	s := startServer(t, pgtest.Options{})
	if err := errors.Join(s.Stop(), s.Stop()); err != nil {
		t.Error(err)
	}
}

func TestStandby(t *testing.T) {
	t.Parallel()
	primary := startServer(t, pgtest.Options{})
	pgtest.Exec(t, primary.URL("postgres"), "CREATE TABLE t AS SELECT 'before' AS word")
	standby, err := primary.Standby(t.Context(), pgtest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := standby.Stop(); err != nil {
			t.Error(err)
		}
	})
	if got := value(t, standby.URL("postgres"), "SELECT pg_is_in_recovery()::text || word FROM t"); got != "truebefore" {
		t.Errorf("standby: %s", got)
	}
	pgtest.Exec(t, primary.URL("postgres"), "UPDATE t SET word = 'after'")
	for start := time.Now(); value(t, standby.URL("postgres"), "SELECT word FROM t") != "after"; time.Sleep(20 * time.Millisecond) {
		if time.Since(start) > 20*time.Second {
			t.Fatal("the standby does not follow")
		}
	}
}

// TestBadSettings shows that an error holds what the server said.
func TestBadSettings(t *testing.T) {
	t.Parallel()
	s, err := pgtest.Start(t.Context(), pgtest.Options{NoEmbedded: true, Settings: map[string]string{"shared_buffers": "many"}})
	if err == nil {
		t.Fatalf("started; stopped: %v", s.Stop())
	}
	if !strings.Contains(err.Error(), `invalid value for parameter "shared_buffers": "many"`) {
		t.Errorf("the error does not hold the server's words: %v", err)
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	s, err := pgtest.Start(ctx, pgtest.Options{NoEmbedded: true})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("started: %v, error: %v", s != nil, err)
	}
}

// TestDeepTemp shows that a folder for temporary files whose path is too long
// for a socket, or closed to the server's user, is no obstacle.
func TestDeepTemp(t *testing.T) {
	deep := filepath.Join(t.TempDir(), strings.Repeat("deep/", 20))
	if err := os.MkdirAll(deep, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", deep)
	startServer(t, pgtest.Options{})
}

// What a server with Keep holds is there when another is started.
func TestKeep(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("/tmp", "gyro-keep-") // TempDir is closed to the user that a server runs as
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	opts := pgtest.Options{NoEmbedded: true, Keep: dir}
	for _, want := range []string{"0", "1"} {
		s, err := pgtest.Start(t.Context(), opts)
		if err != nil {
			t.Fatal(err)
		}
		if got := value(t, s.URL("postgres"), "SELECT count(*)::text FROM pg_class WHERE relname = 'kept'"); got != want {
			t.Errorf("%s tables are there, want %s", got, want)
		}
		pgtest.Exec(t, s.URL("postgres"), "CREATE TABLE IF NOT EXISTS kept (id int)")
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(s.Dir()); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the folder is still there: %v", err)
		}
	}
}
