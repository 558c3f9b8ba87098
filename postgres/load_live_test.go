package postgres_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/load"
	"github.com/gyrodata/gyro/postgres"
)

// The application goes on to write while a slice is loaded: through the sequence and by keys
// of its own. No key is used twice, no row is lost, and no reader has to wait.
func TestLoadBesideWriters(t *testing.T) {
	t.Parallel()
	const tables = "CREATE TABLE a (id bigserial PRIMARY KEY, t text); CREATE TABLE b (id bigserial PRIMARY KEY, a_id bigint NOT NULL REFERENCES a, t text);"
	_, dir := taken(t, tables+"INSERT INTO a SELECT n, 'slice' FROM generate_series(1, 20000) n; INSERT INTO b SELECT n, 1 + n % 20000, 'slice' FROM generate_series(1, 60000) n", "a", "b")
	for _, ids := range []gyro.IDs{gyro.Keep(), gyro.Sequential()} {
		target := pgtest.DB(t)
		pgtest.Exec(t, target, tables+"SELECT setval('a_id_seq', 100000), setval('b_id_seq', 100000)")
		if ids.String() == "keep" { // then the sequences have to be moved first
			pgtest.Exec(t, target, "SELECT setval('a_id_seq', 1, false), setval('b_id_seq', 1, false)")
		}
		ctx, stop := context.WithCancel(t.Context())
		var writers sync.WaitGroup
		failures := make(chan error, 3)
		started := make(chan struct{}, 3)
		var written atomic.Int64
		// Before the load has moved the sequences an id that it brings may be drawn: so the
		// writers begin when the first file is on its way.
		work := func(do func(conn *pgx.Conn, n int) error) {
			writers.Go(func() {
				conn, err := pgx.Connect(context.Background(), target)
				if err != nil {
					failures <- err
					return
				}
				defer conn.Close(context.Background())
				<-started
				for n := 0; ctx.Err() == nil; n++ {
					if err := do(conn, n); err != nil {
						failures <- err
						return
					}
				}
			})
		}
		work(func(conn *pgx.Conn, _ int) error {
			_, err := conn.Exec(context.Background(), "WITH x AS (INSERT INTO a (t) VALUES ('app') RETURNING id) INSERT INTO b (a_id, t) SELECT id, 'app' FROM x")
			if err == nil {
				_, err = conn.Exec(context.Background(), "INSERT INTO b (a_id, t) SELECT max(id), 'app' FROM a WHERE t = 'app'")
				written.Add(1)
			}
			return err
		})
		work(func(conn *pgx.Conn, n int) error {
			_, err := conn.Exec(context.Background(), "INSERT INTO a VALUES ($1, 'key')", 10_000_000+n)
			return err
		})
		work(func(conn *pgx.Conn, _ int) error {
			// A reader that has to wait for a lock gives up.
			_, err := conn.Exec(context.Background(), "SET lock_timeout = '1ms'; SELECT count(*) FROM a JOIN b ON b.a_id = a.id WHERE a.id < 100")
			return err
		})
		begun := false
		_, err := loadDir(t, dir, target, load.Slice{
			IDs: ids, Target: postgres.DB{URL: target, Exclusive: postgres.ExclusiveNever},
			Progress: func(e gyro.Event) {
				copying := e.Type == gyro.Moved || e.Type == gyro.Finished || e.Type == gyro.Staged && e.Stage != gyro.Verifying && e.Stage != gyro.Preparing
				if !begun && copying && (ids.String() != "keep" || e.Type == gyro.Finished) {
					begun = true
					for range 3 {
						started <- struct{}{}
					}
				}
			},
		})
		if !begun {
			close(started)
		}
		stop()
		writers.Wait()
		close(failures)
		for failure := range failures {
			t.Errorf("%s: the application: %v", ids, failure)
		}
		if err != nil {
			t.Fatalf("%s: %v", ids, err)
		}
		wantQuery(t, target, "SELECT (SELECT count(*) FROM a WHERE t = 'slice') a, (SELECT count(*) FROM b WHERE t = 'slice') b, (SELECT count(*) FROM b JOIN a ON a.id = a_id WHERE b.t = 'slice' AND a.t = 'slice') ab",
			"a,b,ab\n20000,60000,60000")
		wantQuery(t, target, "SELECT count(*) FROM a WHERE t = 'app'", fmt.Sprintf("count\n%d", written.Load()))
		if written.Load() == 0 {
			t.Errorf("%s: the application did not come to write", ids)
		}
	}
}

// Whatever the moment at which a load is broken off, the target is as before.
func TestLoadBrokenOff(t *testing.T) {
	t.Parallel()
	_, dir := taken(t, family+familyRows, "parent", "child", "pair")
	target := pgtest.DB(t)
	pgtest.Exec(t, target, family+"INSERT INTO parent VALUES (1, 'mine')")
	all := "SELECT p.*, c.*, x.* FROM parent p FULL JOIN child c ON c.parent_id = p.id FULL JOIN pair x ON x.a = p.id ORDER BY p.id, c.id, x.a, x.b"
	before := pgtest.Copy(t, target, all)
	for _, exclusive := range []postgres.Exclusive{postgres.ExclusiveNever, postgres.ExclusiveAlways} {
		for n := 0; ; n++ {
			ctx, cancel := context.WithCancel(t.Context())
			events := 0
			s := load.Slice{Target: postgres.DB{URL: target, Exclusive: exclusive}, IDs: gyro.Sequential(), DryRun: true}
			s.Progress = func(gyro.Event) {
				if events++; events > n {
					cancel()
				}
			}
			s.Source = csvdir.Dir{Path: dir}
			_, err := s.Run(ctx)
			cancel()
			if after := pgtest.Copy(t, target, all); string(after) != string(before) {
				t.Fatalf("broken off at event %d: was\n%s\nis\n%s", n, before, after)
			}
			if err == nil {
				break
			}
			if n > 200 {
				t.Fatal("it never ends")
			}
		}
	}
}
