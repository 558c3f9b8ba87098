package gyrotest

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// template is a database that is copied.
type template struct {
	server *server
	name   string
}

// server is one on which this process makes databases. Their names begin with its mark, of which it holds an advisory lock
// (documentation, 13.3.5) as long as it lives: whose lock is free is dead, and what it left is dropped.
type server struct {
	url  string
	mark string

	mu   sync.Mutex
	lock *pgx.Conn
	next int
}

const prefix = "gyrotest_"

var servers struct {
	sync.Mutex
	known map[string]*server
}

// serverOf gives the server of an URL, where it can be reached.
func serverOf(ctx context.Context, at string) (*server, error) {
	servers.Lock()
	defer servers.Unlock()
	if s := servers.known[at]; s != nil {
		return s, nil
	}
	s, err := newServer(ctx, at)
	if err != nil {
		return nil, err
	}
	if servers.known == nil {
		servers.known = map[string]*server{}
	}
	servers.known[at] = s
	return s, nil
}

// newServer connects, takes the lock, and drops what others left.
func newServer(ctx context.Context, at string) (*server, error) {
	var mark [8]byte
	if _, err := rand.Read(mark[:]); err != nil {
		return nil, fmt.Errorf("draw a name: %w", err)
	}
	s := &server{url: at, mark: hex.EncodeToString(mark[:])}
	var err error
	if s.lock, err = pgx.Connect(ctx, at); err != nil {
		return nil, fmt.Errorf("connect: %w", bare(err))
	}
	if _, err := s.lock.Exec(ctx, "SELECT pg_catalog.pg_advisory_lock($1)", lockOf(s.mark)); err != nil {
		return nil, fmt.Errorf("take a lock: %w", err)
	}
	if err := s.sweep(ctx); err != nil {
		return nil, fmt.Errorf("drop what others left: %w", err)
	}
	return s, nil
}

// bare is an error of connecting without the settings in its text.
func bare(err error) error {
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		return refused
	}
	return errors.New("the server can't be reached, or the URL is none")
}

func lockOf(mark string) int64 {
	b, _ := hex.DecodeString(mark)
	return int64(binary.BigEndian.Uint64(append(make([]byte, 8-min(8, len(b))), b[:min(8, len(b))]...))) //nolint:gosec // any key
}

// sweep drops the databases of processes that have ended.
func (s *server) sweep(ctx context.Context) error {
	rows, err := s.lock.Query(ctx, "SELECT datname FROM pg_catalog.pg_database WHERE datname ~ '^gyrotest_[0-9a-f]{16}_[0-9]+$'")
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, name := range names {
		mark := name[len(prefix) : len(prefix)+16]
		var free bool
		if mark == s.mark {
			continue
		}
		if err := s.lock.QueryRow(ctx, "SELECT pg_catalog.pg_try_advisory_lock($1)", lockOf(mark)).Scan(&free); err != nil || !free {
			if err != nil {
				return err
			}
			continue
		}
		if _, err := s.lock.Exec(ctx, drop(name)); err != nil {
			return err
		}
		if _, err := s.lock.Exec(ctx, "SELECT pg_catalog.pg_advisory_unlock($1)", lockOf(mark)); err != nil {
			return err
		}
	}
	return nil
}

func quoted(name string) string { return pgx.Identifier{name}.Sanitize() }

func drop(name string) string { return "DROP DATABASE IF EXISTS " + quoted(name) + " WITH (FORCE)" }

// exec runs a statement on the connection that holds the lock.
func (s *server) exec(ctx context.Context, sql string, args ...any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := s.lock.Exec(ctx, sql, args...)
	return err
}

// name is one that no database has.
func (s *server) name() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next++
	return fmt.Sprintf("%s%s_%d", prefix, s.mark, s.next)
}

// database is the URL of another database of the server.
func (s *server) database(name string) (string, error) {
	if !strings.Contains(s.url, "://") {
		return s.url + " dbname=" + name, nil // the last one counts
	}
	u, err := url.Parse(s.url)
	if err != nil {
		return "", errors.New("the server's URL can't be read")
	}
	u.Path, u.RawPath = "/"+name, ""
	query := u.Query()
	query.Del("dbname")
	u.RawQuery = query.Encode()
	return u.String(), nil
}

// newTemplate makes a database, fills it, and lets nobody in.
func newTemplate(ctx context.Context, at string, fill func(ctx context.Context, url string) error) (*template, error) {
	s, err := serverOf(ctx, at)
	if err != nil {
		return nil, err
	}
	t := &template{server: s, name: s.name()}
	if err := s.exec(ctx, "CREATE DATABASE "+quoted(t.name)); err != nil {
		return nil, fmt.Errorf("create a database: %w", err)
	}
	to, err := s.database(t.name)
	if err == nil {
		err = fill(ctx, to)
	}
	if err == nil {
		err = s.exec(ctx, "ALTER DATABASE "+quoted(t.name)+" ALLOW_CONNECTIONS false")
	}
	if err == nil {
		err = s.exec(ctx, "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE datname = $1", t.name)
	}
	if err != nil {
		return nil, errors.Join(err, s.exec(context.WithoutCancel(ctx), drop(t.name)))
	}
	return t, nil
}

// objectInUse is what a server says while somebody is connected to a template, as autovacuum may be.
const objectInUse = "55006"

// copy makes a database, which drop removes.
func (t *template) copy(ctx context.Context) (at string, dropped func(context.Context) error, err error) {
	name := t.server.name()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		err = t.server.exec(ctx, "CREATE DATABASE "+quoted(name)+" TEMPLATE "+quoted(t.name))
		var refused *pgconn.PgError
		if !errors.As(err, &refused) || refused.Code != objectInUse || time.Now().After(deadline) {
			break
		}
	}
	if err != nil {
		return "", nil, fmt.Errorf("copy the template: %w", err)
	}
	at, err = t.server.database(name)
	return at, func(ctx context.Context) error {
		if err := t.server.exec(ctx, drop(name)); err != nil {
			return fmt.Errorf("drop the test's database: %w", err)
		}
		return nil
	}, err
}

// Close drops the templates that this process has made. A TestMain may call it when the tests have ended; without it the next
// process does.
func Close() error {
	servers.Lock()
	defer servers.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var all []error
	for _, s := range servers.known {
		for n := 1; n <= s.next; n++ {
			all = append(all, s.exec(ctx, drop(fmt.Sprintf("%s%s_%d", prefix, s.mark, n))))
		}
		all = append(all, s.lock.Close(ctx))
	}
	servers.known = nil
	return errors.Join(all...)
}
