package main

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/gyrodata/gyro/internal/pgtest"
)

// An import that is killed at any moment leaves the target as before, but for values of
// sequences, or it is done.
func TestKillImport(t *testing.T) {
	source, target := pgtest.DB(t), pgtest.DB(t)
	const tables = `
		CREATE TABLE small (id serial PRIMARY KEY, t text);
		CREATE TABLE large (id serial PRIMARY KEY, small_id int NOT NULL REFERENCES small, filler text);
		CREATE INDEX large_small ON large (small_id);`
	pgtest.Exec(t, source, tables+"INSERT INTO small SELECT n, 'x' FROM generate_series(1, 1000) n; INSERT INTO large SELECT n, 1 + n % 1000, 'f' FROM generate_series(1, 30000) n")
	pgtest.Exec(t, target, tables+"INSERT INTO small VALUES (1, 'mine'); INSERT INTO large VALUES (1, 1, 'mine'); SELECT setval('small_id_seq', 1), setval('large_id_seq', 1)")
	dir := t.TempDir()
	slice := filepath.Join(dir, "slice")
	config := filepath.Join(dir, "gyro.yaml")
	if err := os.WriteFile(config, []byte("jobs: [small, large]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	gyro := func(args ...string) *exec.Cmd {
		cmd := exec.Command(os.Args[0], append(args, "--progress", "none", "-c", config)...)
		cmd.Env = append(os.Environ(), asGyro+"=1", "GYRO_CONFIG=")
		return cmd
	}
	if out, err := gyro("export", "--source", source, "--target", slice).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	load := func(exclusive string) *exec.Cmd {
		return gyro("import", "--source", slice, "--target", target, "--ids", "sequential", "--exclusive", exclusive, "--no-record")
	}
	state := func() []byte {
		return pgtest.Copy(t, target, "SELECT s.*, l.* FROM small s JOIN large l ON l.small_id = s.id ORDER BY l.id")
	}
	definitions := func() []byte {
		return pgtest.Copy(t, target, "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' UNION ALL SELECT conname || pg_get_constraintdef(oid) || convalidated FROM pg_constraint ORDER BY 1")
	}
	begin := time.Now()
	before, defined := state(), definitions()
	if out, err := load("never").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	whole := time.Since(begin)
	restore := func() {
		pgtest.Exec(t, target, "DELETE FROM large WHERE filler <> 'mine'; DELETE FROM small WHERE t <> 'mine'")
	}
	restore()
	const kills = 30
	killed := 0
	for round := 0; killed < kills; round++ {
		if round > 10*kills {
			t.Fatalf("of %d runs only %d could be killed", round, killed)
		}
		cmd := load([]string{"never", "always"}[round%2])
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(rand.Int64N(int64(whole))))
		_ = cmd.Process.Kill()
		if cmd.Wait() == nil {
			restore()
			continue
		}
		killed++
		// The server notices when it next speaks to the client.
		for wait := 0; string(pgtest.Copy(t, target, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'gyro' AND datname = current_database()")) != "count\n0\n"; wait++ {
			if wait > 600 {
				t.Fatal("the server goes on with a load that was killed")
			}
			time.Sleep(50 * time.Millisecond)
		}
		if after := state(); !bytes.Equal(after, before) {
			if bytes.Count(after, []byte("\n")) != 30002 {
				t.Fatalf("after kill %d the target is neither as before nor whole: %d bytes, were %d", killed, len(after), len(before))
			}
			restore() // it had been committed
		}
		if now := definitions(); !bytes.Equal(now, defined) {
			t.Fatalf("keys and indexes were\n%s\nare\n%s", defined, now)
		}
	}
}
