package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/gyrodata/gyro/internal/pgtest"
)

// A process that is killed at any moment leaves either the old slice, complete, or a
// directory that does not pass for one; the next run puts all right.
func TestKill(t *testing.T) {
	url := pgtest.DB(t)
	pgtest.Exec(t, url, `
		CREATE TABLE small (id int PRIMARY KEY, version int);
		CREATE TABLE large (id int PRIMARY KEY, version int, filler text);
		INSERT INTO small VALUES (1, 0);
		INSERT INTO large SELECT n, 0, repeat('x', 100) FROM generate_series(1, 100000) n;`)
	dir := t.TempDir()
	config := filepath.Join(dir, "gyro.yaml")
	if err := os.WriteFile(config, []byte("jobs: [small, large]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	target := filepath.Join(dir, "slice")
	export := func() *exec.Cmd {
		cmd := exec.Command(os.Args[0], "export", "-c", config, "--target", target, "--overwrite", "--progress", "none")
		cmd.Env = append(os.Environ(), asGyro+"=1", "GYRO_SOURCE="+url)
		return cmd
	}
	begin := time.Now()
	if out, err := export().CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	whole := time.Since(begin)
	kills := 20
	if os.Getenv("GYRO_LONG") != "" {
		kills = 200
	}
	killed, old, fresh, none := 0, 0, 0, 0
	previous := complete(t, target)
	for round := 1; killed < kills; round++ {
		if round > 10*kills {
			t.Fatalf("of %d runs only %d could be killed", round, killed)
		}
		pgtest.Exec(t, url, "UPDATE small SET version = version + 1; UPDATE large SET version = version + 1 WHERE id % 100 = 0")
		cmd := export()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(rand.Int64N(int64(whole))))
		_ = cmd.Process.Kill()
		if cmd.Wait() == nil {
			previous = complete(t, target)
			continue // it was done
		}
		killed++
		switch now := complete(t, target); now {
		case "":
			none++
		case previous:
			old++
		default:
			fresh++
		}
		if round%4 == 0 { // what was left does not stand in the way of the next run
			if out, err := export().CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			if previous = complete(t, target); previous == "" {
				t.Fatal("after a whole run there is no slice")
			}
			if left, _ := filepath.Glob(filepath.Join(target, ".gyro*")); len(left) > 0 {
				t.Fatalf("left behind: %v", left)
			}
		}
	}
	t.Logf("killed %d times: old slice %d, new slice %d, none %d", killed, old, fresh, none)
}

// complete gives the hash of the manifest where the directory passes for a slice, else "".
// A manifest beside files that are not its own fails the test. It shares no code with Gyro.
func complete(t *testing.T, dir string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		return ""
	}
	var manifest struct {
		Files []struct {
			File   string
			SHA256 string
		}
	}
	if err := json.Unmarshal(text, &manifest); err != nil {
		t.Fatalf("half a manifest: %v", err)
	}
	if len(manifest.Files) != 2 {
		t.Fatalf("%d files", len(manifest.Files))
	}
	for _, f := range manifest.Files {
		content, err := os.ReadFile(filepath.Join(dir, f.File))
		if err != nil {
			t.Fatalf("the manifest lists it: %v", err)
		}
		if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != f.SHA256 {
			t.Fatalf("%s is not the file that the manifest lists", f.File)
		}
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
