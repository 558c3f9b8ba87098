package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/internal/pgtest"
)

// No error shows a row, however the server's message quotes it.
func TestErrorsShowNoRow(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, `
		CREATE TABLE leak (id int PRIMARY KEY, s text);
		INSERT INTO leak VALUES (1, 'ab"cd HUSH"x'), (2, 'HUSHNAME');
		CREATE FUNCTION shout(text, code text) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RAISE 'it is %', $1 USING ERRCODE = code; END $$`)
	for _, where := range []string{
		"s::int = 1", "id = 2 AND s::regclass IS NOT NULL", "current_setting(s) IS NULL", "s::json IS NULL", "s::inet IS NULL",
		"shout(s, 'P0001')", "shout(s, '45000')", "shout(s, '22023')", "shout(s, 'XX000')", "shout(s, '42P01')", "shout(s, 'ABCDE')", "1 / (id - id) = 1",
	} {
		_, err := run(t, url, filepath.Join(t.TempDir(), "slice"), gyro.ImportJob{Model: gyro.Table("leak"), Query: gyro.Where(where)})
		if err == nil || strings.Contains(strings.ToUpper(err.Error()), "HUSH") {
			t.Errorf("%s: %v", where, err)
		}
		if err != nil && !strings.Contains(err.Error(), "SQLSTATE") {
			t.Errorf("%s: no SQLSTATE: %v", where, err)
		}
	}
}

// TRUNCATE is not MVCC-safe: a table that is written anew between the snapshot and its turn
// would be read as empty. The run begins anew.
func TestTableWrittenAnew(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY); INSERT INTO a VALUES (1); INSERT INTO b SELECT generate_series(1, 1000)")
	conn := connect(t, url)
	for _, rewrite := range []string{"TRUNCATE b; INSERT INTO b SELECT generate_series(1, 1000)", "ALTER TABLE b ALTER id TYPE bigint"} {
		for _, retries := range []int{2, -1} {
			dir := filepath.Join(t.TempDir(), "slice")
			done, restarted := false, 0
			s := slicer(url, dir, "a", "b")
			s.Retries = retries
			s.Progress = func(e gyro.Event) {
				if e.Type == gyro.Restarted {
					restarted++
				}
				if e.Type != gyro.Planned || e.Job != 0 || done {
					return
				}
				done = true
				// EXPLAIN has locked b by now: the rewrite has to wait, or had to come before.
				ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
				defer cancel()
				if _, err := conn.Exec(ctx, rewrite); err == nil {
					t.Error("the table could be written anew under its lock")
				}
				conn = connect(t, url)
			}
			if _, err := s.Run(t.Context()); err != nil || restarted != 0 {
				t.Errorf("%s: %d restarts, %v", rewrite, restarted, err)
			}
		}
	}
	// Before EXPLAIN locks it: another session rewrites b, and commits after the snapshot.
	writer := connect(t, url)
	for _, retries := range []int{2, -1} {
		if _, err := writer.Exec(t.Context(), "BEGIN; TRUNCATE b; INSERT INTO b SELECT generate_series(1, 1000)"); err != nil {
			t.Fatal(err)
		}
		committed := make(chan error, 1)
		go func() {
			time.Sleep(500 * time.Millisecond)
			_, err := writer.Exec(context.Background(), "COMMIT")
			committed <- err
		}()
		dir := filepath.Join(t.TempDir(), "slice")
		s := slicer(url, dir, "a", "b")
		s.Retries = retries
		report, err := s.Run(t.Context())
		if e := <-committed; e != nil {
			t.Fatal(e)
		}
		if retries < 0 {
			if !errors.Is(err, gyro.ErrConflict) || !strings.Contains(fmt.Sprint(err), "copy public.b: the server gave up the snapshot: TRUNCATE or ALTER TABLE") {
				t.Errorf("got %v", err)
			}
			continue
		}
		if err != nil || report.Files[1].Rows != 1000 {
			t.Errorf("%+v, %v", report, err)
		}
	}
}
