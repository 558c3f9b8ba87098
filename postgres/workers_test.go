package postgres_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/postgres"
)

// Several connections read one moment, on a standby too: what is written while they do is seen by none of them, and the bytes are those
// of one connection.
func TestWorkers(t *testing.T) {
	t.Parallel()
	primary, standby := pair(t)
	watch := connect(t, primary.URL("postgres"))
	caughtUp(t, watch, connect(t, standby.URL("postgres")))
	for name, server := range map[string]*pgtest.Server{"primary": primary, "standby": standby} {
		one, many := filepath.Join(t.TempDir(), "one"), filepath.Join(t.TempDir(), "many")
		report, err := shopSlice(asReader(t, server), one).Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		s := shopSlice(asReader(t, server), many)
		s.Workers = 3
		var wrote sync.Once
		s.Progress = func(e gyro.Event) {
			if name == "primary" && e.Type == gyro.Started { // from now on there are more rows
				wrote.Do(func() {
					if _, err := watch.Exec(t.Context(), "UPDATE orders_orderitem SET quantity = quantity + 1"); err != nil {
						t.Error(err)
					}
				})
			}
		}
		if _, err := s.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, f := range report.Files {
			a, _ := os.ReadFile(filepath.Join(one, f.File))
			b, err := os.ReadFile(filepath.Join(many, f.File))
			if err != nil || !bytes.Equal(a, b) {
				t.Errorf("%s: %s differs (%v)", name, f.File, err)
			}
		}
		if name == "primary" {
			if _, err := watch.Exec(t.Context(), "UPDATE orders_orderitem SET quantity = quantity - 1"); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// What waits for no other's keys is read at once: two jobs that have nothing to do with each other each wait, in the server, until the
// other is being read. One that waits for keys is not begun before they are there.
func TestWorkersTogether(t *testing.T) {
	t.Parallel()
	source := pgtest.DB(t)
	pgtest.Exec(t, source, `
		CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY); CREATE TABLE c (id int PRIMARY KEY, a_id int REFERENCES a);
		INSERT INTO a VALUES (1), (2); INSERT INTO b VALUES (1); INSERT INTO c VALUES (1, 1), (2, 2), (3, NULL);
		CREATE FUNCTION meet(other int) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN
			PERFORM pg_advisory_lock_shared(4200 + 1 - other);
			FOR i IN 1..1000 LOOP
				IF EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 4200 + other AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) THEN RETURN true; END IF;
				PERFORM pg_sleep(0.01);
			END LOOP;
			RAISE 'nobody came';
		END $$`)
	var (
		mu     sync.Mutex
		events []string
	)
	s := export.Slice{
		Source: postgres.DB{URL: source}, Target: csvdir.Dir{Path: filepath.Join(t.TempDir(), "slice")}, Workers: 2,
		Jobs: []gyro.ImportJob{
			{Model: gyro.Table("a"), Query: gyro.Where("id = 1 AND meet(1)")}, {Model: gyro.Table("b"), Query: gyro.Where("meet(0)")}, {Model: gyro.Table("c")},
		},
		Progress: func(e gyro.Event) {
			if e.Type == gyro.Started || e.Type == gyro.Finished {
				mu.Lock()
				defer mu.Unlock()
				events = append(events, string(e.Type)+" "+e.Model.Table)
			}
		},
	}
	report, err := s.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if report.Rows != 3 { // a, b, and of c the one that refers to a; that without a reference is an orphan
		t.Errorf("%d rows", report.Rows)
	}
	if slices.Index(events, "started c") < slices.Index(events, "finished a") {
		t.Errorf("c was begun before its keys were there: %v", events)
	}
}

// One that fails ends the run, and nothing is left.
func TestWorkersFail(t *testing.T) {
	t.Parallel()
	source := pgtest.DB(t)
	pgtest.Exec(t, source, "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY); INSERT INTO a VALUES (0); INSERT INTO b SELECT generate_series(1, 1000)")
	dir := filepath.Join(t.TempDir(), "slice")
	s := export.Slice{Source: postgres.DB{URL: source}, Target: csvdir.Dir{Path: dir}, Workers: 4, Jobs: []gyro.ImportJob{
		{Model: gyro.Table("a"), Query: gyro.Where("1 / id > 0")}, {Model: gyro.Table("b"), Query: gyro.Where("pg_sleep(0.02) IS NOT NULL")},
	}}
	begin := time.Now()
	_, err := s.Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), "22012") {
		t.Errorf("got %v", err)
	}
	if time.Since(begin) > 15*time.Second {
		t.Error("the other one was read to its end")
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the directory is left (%v)", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	s.Jobs[0].Query = gyro.Where("pg_sleep(30) IS NOT NULL")
	if _, err := s.Run(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

// Who wants to change a table while it is read waits for the end of the run, and no connection of the run waits for that one; where it waits
// before the run has all its connections, the run says so.
func TestWorkersBesideChanges(t *testing.T) {
	t.Parallel()
	source := pgtest.DB(t)
	pgtest.Exec(t, source, "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY); CREATE TABLE c (id int PRIMARY KEY); INSERT INTO a VALUES (1); INSERT INTO b VALUES (1); INSERT INTO c VALUES (1)")
	waits := func() bool {
		var n int
		err := connect(t, source).QueryRow(t.Context(), "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'c'::regclass").Scan(&n)
		return err == nil && n > 0
	}
	changed := make(chan error, 1)
	change := func() {
		other := connect(t, source)
		go func() {
			_, err := other.Exec(t.Context(), "ALTER TABLE c ADD more int")
			changed <- err
		}()
		for !waits() {
			time.Sleep(5 * time.Millisecond)
		}
	}
	var begun sync.Once
	s := export.Slice{
		Source: postgres.DB{URL: source, LockTimeout: 3 * time.Second}, Target: csvdir.Dir{Path: filepath.Join(t.TempDir(), "slice")}, Workers: 2,
		Jobs: []gyro.ImportJob{{Model: gyro.Table("a")}, {Model: gyro.Table("b"), Query: gyro.Where("pg_sleep(0.2) IS NOT NULL")}, {Model: gyro.Table("c")}},
		Progress: func(e gyro.Event) {
			if e.Type == gyro.Started {
				begun.Do(change)
			}
		},
	}
	if report, err := s.Run(t.Context()); err != nil || report.Rows != 3 {
		t.Errorf("%d rows, %v", report.Rows, err)
	}
	if err := <-changed; err != nil {
		t.Error(err)
	}
	var planned sync.Once
	s.Progress = func(e gyro.Event) {
		if e.Type == gyro.Planned { // c, too, and none of the other connections is there yet
			planned.Do(change)
		}
	}
	s.Target = csvdir.Dir{Path: filepath.Join(t.TempDir(), "slice")}
	if _, err := s.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "share the snapshot: another session changes one of the tables, or waits to") {
		t.Errorf("got %v", err)
	}
	if err := <-changed; err == nil {
		t.Error("the column was added twice")
	}
}

// Behind one name may be several servers: another than the one that has the snapshot is noticed, and said.
func TestWorkersElsewhere(t *testing.T) {
	t.Parallel()
	primary, standby := pair(t)
	address := fork(t, place(t, primary), place(t, standby))
	u, err := url.Parse(asReader(t, primary))
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	host, port, _ := net.SplitHostPort(address)
	q.Set("host", host)
	q.Set("port", port)
	q.Set("sslmode", "disable")
	u.RawQuery = q.Encode()
	s := shopSlice(u.String(), filepath.Join(t.TempDir(), "slice"))
	s.Workers = 2
	_, err = s.Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), "share the snapshot") || !strings.Contains(err.Error(), "behind one name are several servers") {
		t.Errorf("got %v", err)
	}
}

// place is the socket of a server.
func place(t *testing.T, s *pgtest.Server) string {
	t.Helper()
	u, err := url.Parse(s.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	port := u.Query().Get("port")
	if port == "" {
		port = "5432"
	}
	return filepath.Join(u.Query().Get("host"), ".s.PGSQL."+port)
}

// fork relays connections to sockets in turn.
func fork(t *testing.T, sockets ...string) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for i := 0; ; i++ {
			line, err := listener.Accept()
			if err != nil {
				return
			}
			there, err := net.Dial("unix", sockets[i%len(sockets)])
			if err != nil {
				_ = line.Close()
				continue
			}
			go func() { _, _ = io.Copy(there, line); _ = there.Close() }()
			go func() { _, _ = io.Copy(line, there); _ = line.Close() }()
		}
	}()
	return listener.Addr().String()
}
