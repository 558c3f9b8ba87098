package postgres_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/load"
	"github.com/gyrodata/gyro/postgres"
	"github.com/gyrodata/gyro/sheets"
)

// swallower stands between a client and a server, and falls silent once so many bytes went over its first connection: it
// keeps all connections open, and takes what comes without passing it on.
type swallower struct {
	network, address string       // of the server
	after            int64        // bytes
	all              bool         // later connections are swallowed as well
	deaf             bool         // it does not even take what comes
	at               string       // it falls silent where the client says that: before the server has it,
	late             bool         // or after that
	cut              bool         // it closes the first connection instead
	passed           atomic.Int64 // bytes of the first connection
	silent           atomic.Bool
	listener         net.Listener
	held             sync.Map // connections, which would be closed where nobody holds them
}

// swallow starts a swallower before a database, and gives the URL that leads through it.
func swallow(t *testing.T, url string, s *swallower) string {
	t.Helper()
	config, err := pgx.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	s.network, s.address = "tcp", fmt.Sprintf("%s:%d", config.Host, config.Port)
	if strings.HasPrefix(config.Host, "/") {
		s.network, s.address = "unix", fmt.Sprintf("%s/.s.PGSQL.%d", config.Host, config.Port)
	}
	if s.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.listener.Close() })
	go func() {
		for n := 0; ; n++ {
			client, err := s.listener.Accept()
			if err != nil {
				return
			}
			go s.serve(client, n == 0)
		}
	}()
	port := s.listener.Addr().(*net.TCPAddr).Port
	return fmt.Sprintf("host=127.0.0.1 port=%d user=%s password='%s' dbname=%s sslmode=disable connect_timeout=2", port, config.User, config.Password, config.Database)
}

func (s *swallower) serve(client net.Conn, first bool) {
	server, err := net.Dial(s.network, s.address)
	if err != nil {
		_ = client.Close()
		return
	}
	s.held.Store(client, server)
	pass := func(to, from net.Conn) {
		buffer := make([]byte, 1<<10)
		for {
			n, err := from.Read(buffer)
			if first && s.passed.Add(int64(n)) > s.after && s.at == "" {
				s.silent.Store(true)
			}
			if first && to == server && s.at != "" && s.passed.Load() > s.after && bytes.Contains(buffer[:n], []byte(s.at)) {
				if s.silent.Store(true); s.late {
					_, _ = to.Write(buffer[:n])
				}
			}
			if s.cut && first && s.silent.Load() {
				break
			}
			swallowed := s.silent.Load() && (first || s.all)
			if swallowed && s.deaf {
				return
			}
			if n > 0 && !swallowed {
				if _, err := to.Write(buffer[:n]); err != nil {
					break
				}
			}
			if err != nil {
				if swallowed {
					return // the other side is not told
				}
				break
			}
		}
		_ = to.Close()
		_ = from.Close()
	}
	go pass(client, server)
	pass(server, client)
}

const wares = `
	CREATE TABLE ware (id int PRIMARY KEY, filler text);
	CREATE TABLE part (id int PRIMARY KEY, ware_id int NOT NULL REFERENCES ware, filler text);`

const wareRows = `
	INSERT INTO ware SELECT n, repeat('w', 100) FROM generate_series(1, 500) n;
	INSERT INTO part SELECT n, 1 + n % 500, repeat('p', 100) FROM generate_series(1, 2000) n;`

// wantNoLock waits until no session of ours has a lock on the tables.
func wantNoLock(t *testing.T, url string) {
	t.Helper()
	const locks = "SELECT DISTINCT mode, state, query FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_stat_activity a ON a.pid = l.pid" +
		" WHERE c.relname IN ('ware', 'part') AND a.datname = current_database() AND a.pid <> pg_backend_pid()"
	left := ""
	for range 200 {
		if left = string(pgtest.Copy(t, url, locks)); left == "mode,state,query\n" {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Errorf("locks are left: %s", left)
}

// wantSilence wants an error that says that the server fell silent, or did not answer at connect.
func wantSilence(t *testing.T, err error, took time.Duration) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), "the server fell silent: no answer for 400ms") && !strings.Contains(err.Error(), "did not answer in time") {
		t.Errorf("after %s: %v", took, err)
	}
	if took > 20*time.Second {
		t.Errorf("it took %s", took)
	}
}

const stall = 400 * time.Millisecond

// Wherever a connection falls silent, nobody waits for ever: what failed is told, the place is as before, and on the server
// no lock stays.
func TestSilence(t *testing.T) {
	t.Parallel()
	source, target := pgtest.DB(t), pgtest.DB(t)
	pgtest.Exec(t, source, wares+wareRows)
	pgtest.Exec(t, target, wares)
	dir := slice(t, source, jobs("ware", "part")...)

	take := func(t *testing.T, url string) error {
		to := filepath.Join(t.TempDir(), "slice")
		_, err := export.Slice{Source: postgres.DB{URL: url, StallTimeout: stall}, Target: csvdir.Dir{Path: to}, Jobs: jobs("ware", "part")}.Run(t.Context())
		if _, there := os.Stat(to); err != nil && !os.IsNotExist(there) {
			t.Errorf("the directory is there: %v", there)
		}
		return err
	}
	record := csvdir.Dir{Path: filepath.Join(t.TempDir(), "record")}
	put := func(t *testing.T, url string) error {
		_, err := load.Slice{Source: csvdir.Dir{Path: dir}, Target: postgres.DB{URL: url, StallTimeout: stall, Exclusive: postgres.ExclusiveNever}}.Run(t.Context())
		return err
	}
	undo := func(t *testing.T, url string) error {
		_, err := load.Undo(t.Context(), record, postgres.DB{URL: url, StallTimeout: stall})
		return err
	}
	for _, c := range []struct {
		name, server string
		run          func(*testing.T, string) error
		before, done string // rows of the server before, and where it had been done
	}{
		{"export", source, take, "count\n2000", "count\n2000"},
		{"load", target, put, "count\n0", "count\n2000"},
		{"undo", target, undo, "count\n2000", "count\n0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.name == "undo" {
				mustLoad(t, dir, target, load.Slice{Record: record})
			}
			whole := &swallower{after: 1 << 40}
			url := swallow(t, c.server, whole)
			if c.name == "export" {
				if err := c.run(t, url); err != nil {
					t.Fatal(err)
				}
			} else {
				whole.passed.Store(600_000) // about; what is past the end just works
			}
			positions := long(8, 60)
			for i := range positions {
				for _, deaf := range []bool{false, true} {
					if deaf && i%4 != 1 {
						continue
					}
					s := &swallower{after: whole.passed.Load() * int64(i*i) / int64(positions*positions), deaf: deaf}
					url := swallow(t, c.server, s)
					begin := time.Now()
					err := c.run(t, url)
					took := time.Since(begin)
					rows := strings.TrimSpace(string(pgtest.Copy(t, c.server, "SELECT count(*) FROM part")))
					switch {
					case !s.silent.Load(): // it was over before
						if err != nil {
							t.Errorf("after %d bytes: %v", s.after, err)
						}
					case err != nil:
						wantSilence(t, err, took)
						if rows != c.before {
							t.Errorf("after %d bytes: %v, and there are %s", s.after, err, rows)
						}
					}
					if err == nil && rows != c.done {
						t.Errorf("after %d bytes: no error, and there are %s", s.after, rows)
					}
					wantNoLock(t, c.server)
					if err == nil && c.name == "undo" {
						return
					}
					if err == nil && c.name == "load" {
						pgtest.Exec(t, target, "TRUNCATE ware, part")
					}
				}
			}
			if c.name == "load" {
				pgtest.Exec(t, target, "TRUNCATE ware, part")
			}
		})
	}
}

// Where the answer to a COMMIT does not come, the server is asked whether it counts: what is said is true.
func TestSilenceAtCommit(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, wares+wareRows)
	dir := slice(t, url, jobs("ware", "part")...)
	for _, late := range []bool{false, true} {
		target := pgtest.DB(t)
		pgtest.Exec(t, target, wares)
		through := swallow(t, target, &swallower{at: "COMMIT", after: 200_000, late: late})
		report, err := loadDir(t, dir, target, load.Slice{Target: postgres.DB{URL: through, StallTimeout: stall, Exclusive: postgres.ExclusiveNever}})
		want := "count\n2000"
		if late {
			if err != nil || !strings.Contains(strings.Join(texts(report.Notes), "\n"), "the server says that the load was committed") {
				t.Errorf("%v, %+v", err, report)
			}
		} else {
			want = "count\n0"
			wantMistakes(t, err, "commit: the connection to the server was lost", "nothing was loaded; run again")
		}
		wantQuery(t, target, "SELECT count(*) FROM part", want)
		wantNoLock(t, target)
	}
}

// A server that answers nobody at all is given up too, though nothing can be asked.
func TestSilenceOfAll(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, wares+wareRows)
	s := &swallower{after: 20_000, all: true}
	begin := time.Now()
	_, err := export.Slice{
		Source: postgres.DB{URL: swallow(t, url, s), StallTimeout: stall}, Target: csvdir.Dir{Path: filepath.Join(t.TempDir(), "slice")}, Jobs: jobs("ware", "part"),
	}.Run(t.Context())
	wantSilence(t, err, time.Since(begin))
}

// Where a connection fell silent, cancelling ends the run within seconds.
func TestSilenceCancelled(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, wares+wareRows)
	dir := slice(t, url, jobs("ware", "part")...)
	for _, all := range []bool{false, true} {
		for _, after := range []int64{0, 5_000, 20_000, 100_000} {
			for name, do := range map[string]func(context.Context, string) error{
				"export": func(ctx context.Context, through string) error {
					_, err := slicer(through, filepath.Join(t.TempDir(), "slice"), "ware", "part").Run(ctx)
					return err
				},
				"load": func(ctx context.Context, through string) error {
					_, err := load.Slice{Source: csvdir.Dir{Path: dir}, Target: postgres.DB{URL: through}}.Run(ctx)
					return err
				},
			} {
				t.Run(fmt.Sprintf("%s after %d of all %t", name, after, all), func(t *testing.T) {
					t.Parallel()
					server := url
					if name == "load" {
						server = pgtest.DB(t)
						pgtest.Exec(t, server, wares)
					}
					s := &swallower{after: after, all: all}
					ctx, cancel := context.WithCancel(t.Context())
					through := swallow(t, server, s)
					cancelled := make(chan time.Time, 1)
					go func() {
						for !s.silent.Load() {
							time.Sleep(10 * time.Millisecond)
						}
						time.Sleep(100 * time.Millisecond)
						cancelled <- time.Now()
						cancel()
					}()
					err := do(ctx, through)
					if !s.silent.Load() {
						t.Fatalf("it was over before: %v", err)
					}
					took := time.Since(<-cancelled)
					if !errors.Is(err, context.Canceled) || took > 12*time.Second {
						t.Errorf("%s after the cancel: %v", took, err)
					}
				})
			}
		}
	}
}

// slowly is a slice whose files are read slowly: the server is not to blame.
type slowly struct{ csvdir.Dir }

func (s slowly) Slice(ctx context.Context) (driver.Slice, error) {
	opened, err := s.Dir.Slice(ctx)
	return slowSlice{opened}, err
}

type slowSlice struct{ driver.Slice }

func (s slowSlice) File(ctx context.Context, name string) (io.ReadCloser, error) {
	file, err := s.Slice.File(ctx, name)
	return slowFile{file}, err
}

type slowFile struct{ io.ReadCloser }

func (f slowFile) Read(p []byte) (int, error) {
	time.Sleep(5 * stall)
	return f.ReadCloser.Read(p)
}

// What takes long for a reason is waited for: a statement, a lock, a file, a program that does something else meanwhile.
func TestNoSilence(t *testing.T) {
	t.Parallel()
	const long = "1.5" // seconds: several times as long as a silence may be
	url := pgtest.DB(t)
	pgtest.Exec(t, url, wares+"INSERT INTO ware VALUES (1, 'x'); INSERT INTO part VALUES (1, 1, 'y')")
	db := func(url string) postgres.DB { return postgres.DB{URL: url, StallTimeout: 200 * time.Millisecond} }
	for name, do := range map[string]func(*testing.T) error{
		"a statement": func(t *testing.T) error {
			_, err := export.Slice{Source: db(url), Target: csvdir.Dir{Path: filepath.Join(t.TempDir(), "slice")}, Jobs: []gyro.ImportJob{
				{Model: gyro.Table("ware"), Query: gyro.Where("pg_sleep(" + long + ") IS NOT NULL")},
			}}.Run(t.Context())
			return err
		},
		"a lock": func(t *testing.T) error {
			holder := connect(t, url)
			if _, err := holder.Exec(t.Context(), "BEGIN; LOCK TABLE part IN ACCESS EXCLUSIVE MODE"); err != nil {
				t.Fatal(err)
			}
			let := make(chan struct{})
			go func() {
				defer close(let)
				time.Sleep(1500 * time.Millisecond)
				_, _ = holder.Exec(context.Background(), "COMMIT")
			}()
			defer func() { <-let }()
			_, err := export.Slice{Source: db(url), Target: csvdir.Dir{Path: filepath.Join(t.TempDir(), "slice")}, Jobs: jobs("ware", "part")}.Run(t.Context())
			return err
		},
		"a program": func(t *testing.T) error {
			_, err := export.Slice{Source: db(url), Target: csvdir.Dir{Path: filepath.Join(t.TempDir(), "slice")}, Jobs: jobs("ware"), Progress: func(gyro.Event) {
				time.Sleep(time.Second)
			}}.Run(t.Context())
			return err
		},
		"a trigger, and the commit": func(t *testing.T) error {
			target := pgtest.DB(t)
			pgtest.Exec(t, target, wares+`CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(`+long+`); RETURN NEW; END $$;
				CREATE TRIGGER slow BEFORE INSERT ON ware FOR EACH ROW EXECUTE FUNCTION slow();
				CREATE CONSTRAINT TRIGGER late AFTER INSERT ON part DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slow()`)
			dir := slice(t, url, jobs("ware")...)
			_, err := load.Slice{Source: csvdir.Dir{Path: dir}, Target: db(target)}.Run(t.Context())
			if err == nil {
				_, err = sheets.Load{Target: db(target), Files: []sheets.File{sheetOf(t, "part", "id,ware_id,filler\n7,1,x\n")}, Importers: gyro.Registry{
					{Model: gyro.Table("ware")}, {Model: gyro.Table("part"), IDs: gyro.Keep(), Columns: gyro.Columns{"ware_id": {Ref: gyro.Table("ware"), By: gyro.By{"id": "ware_id"}}}},
				}}.Run(t.Context())
			}
			return err
		},
		"a file": func(t *testing.T) error {
			target := pgtest.DB(t)
			pgtest.Exec(t, target, wares)
			_, err := load.Slice{Source: slowly{csvdir.Dir{Path: slice(t, url, jobs("ware")...)}}, Target: db(target)}.Run(t.Context())
			return err
		},
		"a statement behind a pooler": func(t *testing.T) error {
			_, err := export.Slice{
				Source: db(pgtest.Bouncer(t, url, "transaction")), Target: csvdir.Dir{Path: filepath.Join(t.TempDir(), "slice")}, Jobs: []gyro.ImportJob{
					{Model: gyro.Table("ware"), Query: gyro.Where("pg_sleep(" + long + ") IS NOT NULL")},
				},
			}.Run(t.Context())
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := do(t); err != nil {
				t.Error(err)
			}
		})
	}
}
