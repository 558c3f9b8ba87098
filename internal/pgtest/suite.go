package pgtest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// What the tests' environment says: the first is for people, the others say
// more about a server that serve started.
const (
	envURL = "GYRO_TEST_DATABASE"
	envDir = "GYRO_TEST_DIR"
	envBin = "GYRO_TEST_BIN"
)

const oldest = 130000 // DROP DATABASE … WITH (FORCE)

// suite is what the tests of a process share.
var suite struct {
	sync.Mutex
	open      func() (*Server, error) // nil: no test has asked for a server
	templates map[string]func() (string, error)
	names     []string // of templates, and of databases of Examples, to be dropped
	dirs      []string // of Examples, to be removed
}

// Main runs the tests of a package, then drops its template databases and
// stops its server. It returns the code to exit with:
//
//	func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }
func Main(m *testing.M) int {
	code := m.Run()
	if err := closeSuite(); err != nil {
		fmt.Fprintln(os.Stderr, "pgtest:", err)
		return max(code, 1)
	}
	return code
}

func closeSuite() error {
	suite.Lock()
	defer suite.Unlock()
	var errs []error
	for _, dir := range suite.dirs {
		errs = append(errs, os.RemoveAll(dir))
	}
	if suite.open == nil {
		return errors.Join(errs...)
	}
	s, err := suite.open()
	if err != nil {
		return errors.Join(errs...) // every test that asked has failed with it
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for _, name := range suite.names {
		errs = append(errs, s.drop(ctx, name))
	}
	return errors.Join(append(errs, s.Stop())...)
}

// TestServer is the server of this test run: the one that GYRO_TEST_DATABASE
// names, else one of this process's own. Without a server the test fails.
func TestServer(t testing.TB) *Server {
	t.Helper()
	s, err := server()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func server() (*Server, error) {
	suite.Lock()
	if suite.open == nil {
		suite.open = sync.OnceValues(func() (*Server, error) {
			if address := os.Getenv(envURL); address != "" {
				return named(context.Background(), address)
			}
			return Start(context.Background(), Options{Log: os.Stderr})
		})
	}
	open := suite.open
	suite.Unlock()
	return open()
}

// named is the server that the environment names.
func named(ctx context.Context, address string) (*Server, error) {
	base, err := url.Parse(address)
	if err != nil || (base.Scheme != "postgres" && base.Scheme != "postgresql") {
		return nil, errors.New(envURL + " is not a URL like postgres://user@host/postgres") // quotes no password
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", envURL, err)
	}
	defer conn.Close(ctx)
	var version int
	var may bool
	err = conn.QueryRow(ctx, `SELECT current_setting('server_version_num')::int, rolsuper OR rolcreatedb
		FROM pg_roles WHERE rolname = current_user`).Scan(&version, &may)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", envURL, err)
	case version < oldest:
		return nil, fmt.Errorf("%s: the server is PostgreSQL %d; 13 or later is needed", envURL, version/10000)
	case !may:
		return nil, fmt.Errorf("%s: the role may not create databases: ALTER ROLE … CREATEDB", envURL)
	}
	return &Server{base: base, dir: os.Getenv(envDir), bin: os.Getenv(envBin)}, nil
}

// DB is the URL of a fresh, empty database. At the end of the test it is
// dropped, with the connections that are still open.
func DB(t testing.TB) string {
	t.Helper()
	return copyOf(t, TestServer(t), "template0")
}

// Scratch is the URL of a fresh, empty database, for a test that needs many one after the
// other; drop drops it.
func Scratch(t testing.TB) (url string, drop func()) {
	t.Helper()
	s := TestServer(t)
	name, err := s.create(t.Context(), "template0")
	if err != nil {
		t.Fatal(err)
	}
	return s.URL(name), func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := s.drop(ctx, name); err != nil {
			t.Error(err)
		}
	}
}

// Template is the URL of a fresh copy of the database that fill filled. The
// first test of a process that names it waits for fill, and so do the others
// meanwhile; fill need not close its connections. The copy is dropped at the
// end of the test.
func Template(t testing.TB, name string, fill func(url string) error) string {
	t.Helper()
	s := TestServer(t)
	suite.Lock()
	once, ok := suite.templates[name]
	if !ok {
		if suite.templates == nil {
			suite.templates = map[string]func() (string, error){}
		}
		once = sync.OnceValues(func() (string, error) { return s.template(t.Context(), fill) })
		suite.templates[name] = once
	}
	suite.Unlock()
	database, err := once()
	if err != nil {
		t.Fatalf("template %s: %v", name, err)
	}
	return copyOf(t, s, database)
}

func (s *Server) template(ctx context.Context, fill func(url string) error) (string, error) {
	database, err := s.create(ctx, "template0")
	if err != nil {
		return "", err
	}
	suite.Lock()
	suite.names = append(suite.names, database)
	suite.Unlock()
	// In a goroutine of its own, so that a t.Fatal in fill ends only that, and
	// those who wait get an answer.
	err = errors.New("fill did not return")
	filled := make(chan struct{})
	go func() {
		defer close(filled)
		err = fill(s.URL(database))
	}()
	<-filled
	if err != nil {
		return "", err
	}
	return database, s.seal(ctx, database)
}

func copyOf(t testing.TB, s *Server, template string) string {
	t.Helper()
	name, err := s.create(t.Context(), template)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := s.drop(ctx, name); err != nil {
			t.Error(err)
		}
	})
	return s.URL(name)
}

// Exec runs a script of SQL, as psql's -c does: in one transaction, unless it
// says otherwise. An error fails the test, and says in which line. It may be
// called in a Cleanup.
func Exec(t testing.TB, url string, sql string) {
	t.Helper()
	if err := script(context.WithoutCancel(t.Context()), url, sql); err != nil {
		t.Fatalf("exec: %v", err)
	}
}
