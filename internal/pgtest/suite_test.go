package pgtest_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/gyrodata/gyro/internal/pgtest"
)

func TestDB(t *testing.T) {
	t.Parallel()
	seen := make(chan string, 8)
	t.Run("each its own", func(t *testing.T) {
		for i := range cap(seen) {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				url := pgtest.DB(t)
				pgtest.Exec(t, url, "CREATE TABLE t (id int); INSERT INTO t VALUES (1)")
				seen <- value(t, url, "SELECT current_database()")
			})
		}
	})
	server := pgtest.TestServer(t)
	for range cap(seen) {
		name := <-seen
		if !strings.HasPrefix(name, "gyro_test_") {
			t.Errorf("a database is named %s", name)
		}
		if n := value(t, server.URL("postgres"), "SELECT count(*)::text FROM pg_database WHERE datname = $1", name); n != "0" {
			t.Errorf("%s is still there", name)
		}
	}
}

// TestDroppedWithConnection shows that a test which forgot to close its
// connection does not keep the database.
func TestDroppedWithConnection(t *testing.T) {
	t.Parallel()
	var url string
	t.Run("forgetful", func(t *testing.T) {
		url = pgtest.DB(t)
		conn, err := pgx.Connect(context.Background(), url)
		if err != nil {
			t.Fatal(err)
		}
		_ = conn // not closed
	})
	if conn, err := pgx.Connect(t.Context(), url); err == nil {
		conn.Close(t.Context())
		t.Error("the database is still there")
	}
}

// TestTemplate shows that many tests share one filling, and none sees what
// another changed.
func TestTemplate(t *testing.T) {
	t.Parallel()
	var fills atomic.Int32
	fill := func(url string) error {
		fills.Add(1)
		conn, err := pgx.Connect(context.Background(), url)
		if err != nil {
			return err
		}
		_, err = conn.Exec(context.Background(), "CREATE TABLE t AS SELECT 1 AS id")
		return err // the connection stays open: Template ends it
	}
	t.Run("copies", func(t *testing.T) {
		for i := range 8 {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				url := pgtest.Template(t, "one", fill)
				pgtest.Exec(t, url, "INSERT INTO t VALUES (2)")
				if n := value(t, url, "SELECT count(*)::text FROM t"); n != "2" {
					t.Errorf("%s rows, want 2", n)
				}
			})
		}
	})
	if n := fills.Load(); n != 1 {
		t.Errorf("filled %d times", n)
	}
}

// recorder is a test that may fail.
type recorder struct {
	testing.TB
	said string
}

func (r *recorder) Fatal(args ...any)                 { r.fail(fmt.Sprint(args...)) }
func (r *recorder) Fatalf(format string, args ...any) { r.fail(fmt.Sprintf(format, args...)) }

func (r *recorder) fail(text string) {
	r.said = text
	panic(r)
}

// failing runs f with a test that may fail, and returns what it said.
func failing(t *testing.T, f func(t testing.TB)) string {
	t.Helper()
	r := &recorder{TB: t}
	func() {
		defer func() {
			if p := recover(); p != nil && p != any(r) {
				panic(p)
			}
		}()
		f(r)
	}()
	return r.said
}

func TestTemplateFails(t *testing.T) {
	t.Parallel()
	var fills int
	for range 2 { // the second has the answer of the first
		said := failing(t, func(t testing.TB) {
			pgtest.Template(t, "broken", func(string) error {
				fills++
				return errors.New("out of paint")
			})
		})
		if said != "template broken: out of paint" {
			t.Errorf("said %q", said)
		}
	}
	if fills != 1 {
		t.Errorf("filled %d times", fills)
	}
}

func TestExecFails(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	said := failing(t, func(t testing.TB) { pgtest.Exec(t, url, "SELECT 'ü';\n\nSELECT nothing") })
	if !strings.HasPrefix(said, "exec: line 3: ") || !strings.Contains(said, "nothing") {
		t.Errorf("said %q", said)
	}
}

func TestNamed(t *testing.T) {
	t.Parallel()
	server := pgtest.TestServer(t)
	url := pgtest.DB(t)
	role := value(t, url, "SELECT current_database()") + "_role"
	pgtest.Exec(t, url, "CREATE ROLE "+role+" LOGIN")
	t.Cleanup(func() { pgtest.Exec(t, server.URL("postgres"), "DROP ROLE "+role) })
	limited := "postgres:///postgres?" + strings.Replace(after(server.URL("postgres"), "?"), "user=postgres", "user="+role, 1)
	for address, want := range map[string]string{
		server.URL("postgres"):            "",
		limited:                           "may not create databases",
		"host=/tmp password=secret":       "is not a URL",
		"postgres://:secret@%zz/postgres": "is not a URL",
		"postgres://u:secret@127.0.0.1:1/postgres?connect_timeout=1": "GYRO_TEST_DATABASE: ",
	} {
		_, err := pgtest.Named(t.Context(), address)
		switch {
		case want == "" && err != nil:
			t.Errorf("%v", err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("want %q, got %v", want, err)
		case err != nil && strings.Contains(err.Error(), "secret"):
			t.Errorf("the error tells the password: %v", err)
		}
	}
}

func after(s, sep string) string {
	_, rest, _ := strings.Cut(s, sep)
	return rest
}

// TestTemplateEnds shows that those who wait get an answer when fill ends its
// goroutine, as t.Fatal does.
func TestTemplateEnds(t *testing.T) {
	t.Parallel()
	for range 2 {
		said := failing(t, func(t testing.TB) {
			pgtest.Template(t, "ended", func(string) error {
				runtime.Goexit()
				return nil
			})
		})
		if said != "template ended: fill did not return" {
			t.Errorf("said %q", said)
		}
	}
}
