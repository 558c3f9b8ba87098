package postgres_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/load"
	"github.com/gyrodata/gyro/postgres"
)

// long is how many times a fault is tried: few, or many where the tests may take long.
func long(few, many int) int {
	if os.Getenv("GYRO_LONG") != "" {
		return many
	}
	return few
}

// Wherever a connection is cut, or its session ended by the server's owner, a load is in whole or not at all, and what is said of
// it is true; so are undo and export.
func TestCuts(t *testing.T) {
	t.Parallel()
	source, target := pgtest.DB(t), pgtest.DB(t)
	pgtest.Exec(t, source, wares+wareRows)
	pgtest.Exec(t, target, wares)
	dir := slice(t, source, jobs("ware", "part")...)
	watch := connect(t, target)
	const rows = "SELECT (SELECT count(*) FROM ware)::text || ' ' || (SELECT count(*) FROM part)"
	state := func() string {
		return strings.TrimPrefix(strings.TrimSpace(string(pgtest.Copy(t, target, rows))), "?column?\n")
	}
	broken := 0
	for round := range long(12, 100) {
		url, ended := target, make(chan struct{})
		if round%2 == 0 {
			url = swallow(t, target, &swallower{after: rand.Int64N(700_000), cut: true})
		} else { // by somebody who may
			go func() {
				defer close(ended)
				time.Sleep(time.Duration(rand.Int64N(int64(80 * time.Millisecond))))
				_, _ = watch.Exec(context.Background(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'gyro'")
			}()
		}
		record := csvdir.Dir{Path: filepath.Join(t.TempDir(), "record")}
		_, err := loadDir(t, dir, target, load.Slice{Target: postgres.DB{URL: url, Exclusive: postgres.ExclusiveNever}, Record: record})
		if round%2 == 1 {
			<-ended
		}
		now := state()
		switch {
		case err == nil && now != "500 2000", err != nil && now != "0 0":
			t.Fatalf("round %d: there are %s, %v", round, now, err)
		case err != nil:
			broken++
			continue
		}
		through := swallow(t, target, &swallower{after: rand.Int64N(60_000), cut: true})
		_, err = load.Undo(t.Context(), record, postgres.DB{URL: through})
		now = state()
		if err == nil && now != "0 0" || err != nil && now != "500 2000" {
			t.Fatalf("round %d: after an undo there are %s, %v", round, now, err)
		}
		pgtest.Exec(t, target, "TRUNCATE ware, part")
	}
	if broken == 0 {
		t.Error("nothing was cut")
	}
	for range long(6, 60) {
		to := filepath.Join(t.TempDir(), "slice")
		_, err := run(t, swallow(t, source, &swallower{after: rand.Int64N(400_000), cut: true}), to, jobs("ware", "part")...)
		if _, there := os.Stat(filepath.Join(to, "manifest.json")); (err == nil) != (there == nil) {
			t.Errorf("%v, and the manifest: %v", err, there)
		}
	}
	wantNoLock(t, target)
}

// Loads at one time, with DDL beside them, each go in whole or not at all, and no row hangs on another load's.
func TestLoadsAtOnce(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	const tables = "CREATE TABLE node (id serial PRIMARY KEY, up int REFERENCES node, load text); CREATE TABLE leaf (id serial PRIMARY KEY, node_id int NOT NULL REFERENCES node, load text);"
	pgtest.Exec(t, url, tables+"INSERT INTO node SELECT n, nullif(n / 2, 0), '' FROM generate_series(1, 300) n; INSERT INTO leaf SELECT n, 1 + n % 300, '' FROM generate_series(1, 900) n")
	dir := slice(t, url, jobs("node", "leaf")...)
	target := pgtest.DB(t)
	pgtest.Exec(t, target, tables+"CREATE INDEX leaf_node ON leaf (node_id)")
	stop := make(chan struct{})
	var ddl sync.WaitGroup
	ddl.Go(func() {
		conn := connect(t, target)
		for n := 0; ; n++ {
			select {
			case <-stop:
				return
			default:
			}
			for _, text := range []string{"ALTER TABLE leaf ADD COLUMN more_%d int", "CREATE INDEX more_%d ON node (load)", "ALTER TABLE leaf DROP COLUMN more_%d", "DROP INDEX more_%d"} {
				_, _ = conn.Exec(context.Background(), "SET lock_timeout = '200ms'; "+fmt.Sprintf(text, n)) // where a load is in the way it waits, or lets it be
			}
		}
	})
	var loads sync.WaitGroup
	var done atomic.Int64
	for n := range long(8, 32) {
		loads.Go(func() {
			said := gyro.Columns{"load": {Expr: fmt.Sprintf("'%d'", n)}}
			_, err := load.Slice{
				Source: csvdir.Dir{Path: dir}, Target: postgres.DB{URL: target}, IDs: gyro.Sequential(),
				Importers: gyro.Registry{{Model: gyro.Table("node"), Columns: said}, {Model: gyro.Table("leaf"), Columns: said}},
			}.Run(t.Context())
			if err == nil {
				done.Add(1)
			} else if !strings.Contains(err.Error(), "lock") && !strings.Contains(err.Error(), "deadlock") {
				t.Errorf("load %d: %v", n, err)
			}
		})
	}
	loads.Wait()
	close(stop)
	ddl.Wait()
	if done.Load() == 0 {
		t.Fatal("no load went in")
	}
	wantQuery(t, target, "SELECT count(DISTINCT load), count(*) FROM leaf", fmt.Sprintf("count,count\n%d,%d", done.Load(), 900*done.Load()))
	wantQuery(t, target, "SELECT count(*) FROM node", fmt.Sprintf("count\n%d", 300*done.Load()))
	wantQuery(t, target, "SELECT (SELECT count(*) FROM leaf l JOIN node n ON n.id = l.node_id WHERE l.load <> n.load) + (SELECT count(*) FROM node n JOIN node u ON u.id = n.up WHERE n.load <> u.load)", "?column?\n0")
}
