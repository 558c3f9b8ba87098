package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/load"
	"github.com/gyrodata/gyro/postgres"
	"github.com/gyrodata/gyro/sheets"
)

// sessionSQL is what a session holds that outlives a transaction, and the session's own settings.
const sessionSQL = `
SELECT concat_ws(E'\n',
  (SELECT string_agg('relation ' || relname, E'\n') FROM pg_class WHERE relnamespace = pg_my_temp_schema()),
  (SELECT string_agg('function ' || proname, E'\n') FROM pg_proc WHERE pronamespace = pg_my_temp_schema()),
  (SELECT string_agg('prepared ' || name, E'\n') FROM pg_prepared_statements),
  (SELECT string_agg('cursor ' || name, E'\n') FROM pg_cursors WHERE name <> ''),
  (SELECT string_agg('listens to ' || pg, E'\n') FROM pg_listening_channels() pg),
  (SELECT string_agg('locks ' || locktype, E'\n') FROM pg_locks WHERE pid = pg_backend_pid() AND locktype NOT IN ('relation', 'virtualxid')),
  (SELECT string_agg(name || ' = ' || setting, E'\n' ORDER BY name) FROM pg_settings WHERE source = 'session' AND name <> 'application_name'),
  pg_backend_pid())`

// sessionOf gives what the one session of a pooler holds.
func sessionOf(t *testing.T, url string) string {
	t.Helper()
	config, err := pgx.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	config.DefaultQueryExecMode = pgx.QueryExecModeExec
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
	defer cancel()
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	var held string
	if err := conn.QueryRow(ctx, sessionSQL).Scan(&held); err != nil {
		t.Fatal(err)
	}
	return held
}

// Behind a pooler in transaction mode a session is everybody's: all runs on one connection to the server, what a transaction
// made is gone with it, and the connection itself is handed back.
func TestPooler(t *testing.T) {
	t.Parallel()
	source, target := pgtest.DB(t), pgtest.DB(t)
	pgtest.Exec(t, source, family+familyRows+goods)
	pgtest.Exec(t, target, family+goods+`INSERT INTO maker (code) VALUES ('m');
		CREATE FUNCTION picky() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.sku = 'bad' THEN RAISE 'no'; END IF; RETURN NEW; END $$;
		CREATE TRIGGER picky BEFORE INSERT ON good FOR EACH ROW EXECUTE FUNCTION picky()`)
	from, to := pgtest.Bouncer(t, source, "transaction"), pgtest.Bouncer(t, target, "transaction")
	begin := map[string]string{from: sessionOf(t, from), to: sessionOf(t, to)}
	clean := func(after string) {
		t.Helper()
		for url, before := range begin {
			if now := sessionOf(t, url); now != before {
				t.Errorf("after %s the pooler's session holds\n%s\nit held\n%s", after, now, before)
			}
		}
	}
	undo := func(record csvdir.Dir) {
		t.Helper()
		if _, err := load.Undo(t.Context(), record, postgres.DB{URL: to}); err != nil {
			t.Error(err)
		}
		clean("an undo")
	}

	query := []gyro.ImportJob{
		{Model: gyro.Table("parent"), Query: gyro.Where("id = ANY($1)", []int64{5, 7})},
		{Model: gyro.Table("child"), Limit: 2, Per: "parent"},
	}
	direct, pooled := slice(t, source, query...), slice(t, from, query...)
	for _, file := range []string{"parent.csv", "child.csv"} {
		want, err := os.ReadFile(filepath.Join(direct, file))
		if err != nil {
			t.Fatal(err)
		}
		wantBytes(t, filepath.Join(pooled, file), want)
	}
	clean("an export")

	dir := slice(t, from, jobs("parent", "child", "pair")...)
	for _, c := range []struct {
		ids       gyro.IDs
		exclusive postgres.Exclusive
	}{{gyro.Keep(), postgres.ExclusiveAuto}, {gyro.Keep(), postgres.ExclusiveAlways}, {gyro.Sequential(), postgres.ExclusiveNever}, {gyro.Sequential(), ""}} {
		record := csvdir.Dir{Path: filepath.Join(t.TempDir(), "record")}
		mustLoad(t, dir, to, load.Slice{
			Target: postgres.DB{URL: to, Exclusive: c.exclusive}, Record: record, Importers: gyro.Registry{
				{Model: gyro.Table("parent"), IDs: c.ids, Columns: gyro.Columns{"code": {Expr: "upper(value)"}}},
				{Model: gyro.Table("child"), IDs: c.ids, Columns: gyro.Columns{"code": {Expr: "upper(value)"}}},
				{Model: gyro.Table("pair")},
			},
		})
		wantQuery(t, target, "SELECT count(*), min(code) FROM parent", "count,min\n3,FIVE")
		clean("a load")
		undo(record)
	}

	importers := gyro.Registry{{Model: gyro.Table("maker"), IDs: gyro.Sequential()}, {
		Model: gyro.Table("good"), IDs: gyro.NaturalKey("maker", "sku"), Conflict: gyro.Skip(),
		Columns: gyro.Columns{"maker": {Ref: gyro.Table("maker"), By: gyro.By{"code": "maker"}}, "price": {Min: "0", Default: "1"}},
	}}
	for range 2 {
		record := csvdir.Dir{Path: filepath.Join(t.TempDir(), "record")}
		report, err := sheets.Load{
			Files: []sheets.File{sheetOf(t, "good", "sku,maker,price\na,m,1\nb,m,\n")}, Target: postgres.DB{URL: to}, Importers: importers, Record: record,
		}.Run(t.Context())
		if err != nil {
			t.Fatalf("%v\n%s", err, faultsOf(report))
		}
		clean("a foreign file")
		undo(record)
	}
	for range 2 { // rows that only the server refuses: functions that try them
		in := filepath.Join(t.TempDir(), "good.csv")
		if err := os.WriteFile(in, []byte("sku,maker,price\nbad,m,1\nc,m,2\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		file := sheets.File{Model: gyro.Table("good"), From: csvdir.File(in, in+".rejects")}
		report, err := sheets.Load{Files: []sheets.File{file}, Target: postgres.DB{URL: to}, Importers: importers}.Run(t.Context())
		if err != nil {
			t.Fatalf("%v\n%s", err, faultsOf(report))
		}
		clean("a file with rejects")
	}
	report, err := loadSheets(t, to, importers, sheetOf(t, "good", "sku,maker,price\nd,nobody,-1\n"))
	wantFaults(t, report, err, "good 1: maker: unknown-reference", "good 1: price: out-of-range")
	clean("a file that is refused")
	wantQuery(t, target, "SELECT count(*) FROM good", "count\n1")
}

// A statement that is cancelled behind a pooler is cancelled on the server.
func TestPoolerCancel(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, "CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a VALUES (1)")
	pooled := pgtest.Bouncer(t, url, "transaction")
	before := sessionOf(t, pooled)
	ctx, cancel := context.WithCancel(t.Context())
	watch := connect(t, url)
	const running = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle' AND query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()"
	go func() {
		defer cancel()
		for range 200 {
			var n int
			if err := watch.QueryRow(context.Background(), running).Scan(&n); err != nil || n > 0 {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
	}()
	begin := time.Now()
	s := slicer(pooled, filepath.Join(t.TempDir(), "slice"))
	s.Jobs = []gyro.ImportJob{{Model: gyro.Table("a"), Query: gyro.Where("pg_sleep(60) IS NOT NULL")}}
	if _, err := s.Run(ctx); !errors.Is(err, context.Canceled) || time.Since(begin) > 20*time.Second {
		t.Errorf("after %s: %v", time.Since(begin), err)
	}
	if now := sessionOf(t, pooled); now != before {
		t.Errorf("the session was\n%s\nis\n%s", before, now)
	}
	wantQuery(t, url, running, "count\n0")
}

// A pooler that gives each statement a session of its own is refused.
func TestPoolerStatementMode(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, "CREATE TABLE maker (id serial PRIMARY KEY, code text)")
	dir := slice(t, url, jobs("maker")...)
	pooled := pgtest.Bouncer(t, url, "statement")
	_, exported := run(t, pooled, filepath.Join(t.TempDir(), "slice"), jobs("maker")...)
	_, loaded := loadDir(t, dir, pooled, load.Slice{})
	_, sheet := loadSheets(t, pooled, nil, sheetOf(t, "maker", "code\na\n"))
	for _, err := range []error{exported, loaded, sheet} {
		wantMistakes(t, err, "the pooler gives no transaction (statement mode)", "pool_mode = transaction")
		if strings.Contains(err.Error(), "exception") {
			t.Error(err)
		}
	}
}

// What a pooler refuses at connect is told, without a word of the URL.
func TestPoolerRefusesToConnect(t *testing.T) {
	t.Parallel()
	url := pgtest.Bouncer(t, pgtest.DB(t), "transaction")
	_, err := postgres.DB{URL: url + "&search_path=hush"}.Open(t.Context())
	want := "connect: the pooler takes no such setting at connect (SQLSTATE 08P01)" +
		" (leave it out of the URL and PGOPTIONS, or have the pooler ignore it (ignore_startup_parameters))"
	if fmt.Sprint(err) != want {
		t.Errorf("got %v", err)
	}
}
