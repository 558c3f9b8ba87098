package postgres_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/examples/shop"
	"github.com/gyrodata/gyro/examples/shop/shopdb"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/postgres"
)

// pair starts a primary of the test's own, with a small shop and a role that may only read,
// and a hot standby that gives queries little time.
func pair(t *testing.T) (primary, standby *pgtest.Server) {
	t.Helper()
	ctx := t.Context()
	primary, err := pgtest.Start(ctx, pgtest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = primary.Stop() })
	conn := connect(t, primary.URL("postgres"))
	if err := shopdb.Fill(ctx, conn, 0.01); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(ctx, "CREATE ROLE reader LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader"); err != nil {
		t.Fatal(err)
	}
	standby, err = primary.Standby(ctx, pgtest.Options{Settings: map[string]string{
		"max_standby_streaming_delay": "100ms", "hot_standby_feedback": "off",
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = standby.Stop() })
	return primary, standby
}

// asReader is the URL of a server's database for the role that may only read.
func asReader(t *testing.T, s *pgtest.Server) string {
	t.Helper()
	u, err := url.Parse(s.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("user", "reader")
	u.RawQuery, u.User = q.Encode(), nil
	return u.String()
}

// caughtUp waits until the standby has replayed what the primary wrote.
func caughtUp(t *testing.T, primary, standby *pgx.Conn) {
	t.Helper()
	var lsn string
	if err := primary.QueryRow(t.Context(), "SELECT pg_current_wal_insert_lsn()::text").Scan(&lsn); err != nil {
		t.Fatal(err)
	}
	for range 100 {
		var there bool
		if err := standby.QueryRow(t.Context(), "SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn", lsn).Scan(&there); err == nil && there {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal("the standby does not follow")
}

func shopSlice(url, dir string) export.Slice {
	return export.Slice{Source: postgres.DB{URL: url}, Target: csvdir.Dir{Path: dir}, Importers: shop.Importers, Jobs: shop.Jobs()}
}

// The same slice, byte for byte, from the primary and from a hot standby, by a role that has
// SELECT only; and the primary is not written to.
func TestStandby(t *testing.T) {
	t.Parallel()
	primary, standby := pair(t)
	watch := connect(t, primary.URL("postgres"))
	caughtUp(t, watch, connect(t, standby.URL("postgres")))
	const written = `SELECT sum(n_tup_ins + n_tup_upd + n_tup_del)::text || ' ' || (SELECT xact_commit > 0 FROM pg_stat_database WHERE datname = current_database())
		|| ' ' || (SELECT count(*) FROM pg_class) FROM pg_stat_all_tables`
	var before, after string
	if err := watch.QueryRow(t.Context(), written).Scan(&before); err != nil {
		t.Fatal(err)
	}
	one, two := filepath.Join(t.TempDir(), "primary"), filepath.Join(t.TempDir(), "standby")
	report, err := shopSlice(asReader(t, primary), one).Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if report.Origin.Standby {
		t.Error("the primary was taken for a standby")
	}
	if err := watch.QueryRow(t.Context(), written).Scan(&after); err != nil {
		t.Fatal(err)
	}
	if before != after {
		t.Errorf("the primary was written to: %s before, %s after", before, after)
	}
	report, err = shopSlice(asReader(t, standby), two).Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !report.Origin.Standby || report.Origin.LSN == "" {
		t.Errorf("origin: %+v", report.Origin)
	}
	for _, f := range report.Files {
		a, err := os.ReadFile(filepath.Join(one, f.File))
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(two, f.File))
		if err != nil || !bytes.Equal(a, b) {
			t.Errorf("%s differs between primary and standby (%v)", f.File, err)
		}
	}
	if report.Rows == 0 {
		t.Error("the slice is empty")
	}
}

// The transaction that reads has no id: nothing that it did was a write.
func TestNoTransactionID(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, `CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY, a_id int REFERENCES a);
		INSERT INTO a VALUES (1), (2); INSERT INTO b VALUES (1, 1), (2, 2)`)
	watch := connect(t, url)
	dir := filepath.Join(t.TempDir(), "slice")
	seen := 0
	_, err := export.Slice{
		Source: postgres.DB{URL: url}, Target: csvdir.Dir{Path: dir},
		Jobs: []gyro.ImportJob{{Model: gyro.Table("a"), Limit: 1}, {Model: gyro.Table("b")}},
		Progress: func(e gyro.Event) {
			if e.Type != gyro.Finished {
				return
			}
			var xid *string
			if err := watch.QueryRow(context.Background(), `SELECT backend_xid::text FROM pg_stat_activity
				WHERE datname = current_database() AND application_name = 'gyro'`).Scan(&xid); err != nil || xid != nil {
				t.Errorf("transaction id %v, %v", xid, err)
			}
			seen++
		},
	}.Run(t.Context())
	if err != nil || seen != 2 {
		t.Fatal(err, seen)
	}
}

// A standby that gives the snapshot up is told of; the run begins anew, whole, as often as
// it may, and what comes out is of one moment.
func TestRecoveryConflict(t *testing.T) {
	t.Parallel()
	primary, standby := pair(t)
	write, follow := connect(t, primary.URL("postgres")), connect(t, standby.URL("postgres"))
	caughtUp(t, write, follow)
	conflict := func() {
		for _, sql := range []string{"UPDATE accounts_tenant SET name = name || '.'", "UPDATE accounts_tenant SET name = name", "VACUUM accounts_tenant"} {
			if _, err := write.Exec(context.Background(), sql); err != nil {
				t.Error(err)
			}
		}
		caughtUp(t, write, follow)
	}
	for _, c := range []struct {
		retries, conflicts int
		fails              bool
	}{{0, 2, false}, {1, 2, true}, {-1, 1, true}} {
		dir := filepath.Join(t.TempDir(), "slice")
		s := shopSlice(asReader(t, standby), dir)
		s.Retries = c.retries
		conflicts, restarts := 0, 0
		s.Progress = func(e gyro.Event) {
			switch {
			case e.Type == gyro.Restarted:
				restarts++
			case e.Type == gyro.Finished && e.Job == 0 && conflicts < c.conflicts:
				conflicts++
				conflict()
			}
		}
		_, err := s.Run(t.Context())
		switch {
		case !c.fails && (err != nil || restarts != c.conflicts):
			t.Errorf("%+v: %d restarts, %v", c, restarts, err)
		case c.fails && (!errors.Is(err, gyro.ErrConflict) || !strings.Contains(err.Error(), "the standby had to go on with recovery")):
			t.Errorf("%+v: %v", c, err)
		}
		_, statErr := os.Stat(dir)
		if c.fails != os.IsNotExist(statErr) {
			t.Errorf("%+v: the directory: %v", c, statErr)
		}
	}
}

// A snapshot is not held longer than MaxDuration.
func TestMaxDuration(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, "CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a VALUES (1)")
	dir := filepath.Join(t.TempDir(), "slice")
	_, err := export.Slice{
		Source: postgres.DB{URL: url, MaxDuration: 300 * time.Millisecond}, Target: csvdir.Dir{Path: dir},
		Jobs: []gyro.ImportJob{{Model: gyro.Table("a"), Query: gyro.Where("pg_sleep(60) IS NOT NULL")}},
	}.Run(t.Context())
	want := "read: the snapshot was held for 300ms, which is MaxDuration (take less, or raise MaxDuration; a standby is a better place for long runs)"
	if fmt.Sprint(err) != want {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the directory is there: %v", err)
	}
}
