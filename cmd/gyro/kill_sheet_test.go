package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gyrodata/gyro/internal/pgtest"
)

// A load of a CSV file that is killed, while it reads standard input or at any other moment, leaves no row of it in a file.
func TestKillSheet(t *testing.T) {
	const rows = 10_000
	url := pgtest.DB(t)
	pgtest.Exec(t, url, "CREATE TABLE shop (id bigserial PRIMARY KEY, name text, fee int)")
	var file strings.Builder
	file.WriteString("name,fee\n")
	for i := range rows {
		fmt.Fprintf(&file, "customer,%d\nsecret,x%d\n", i, i)
	}
	dir := t.TempDir()
	temp, out := filepath.Join(dir, "tmp"), filepath.Join(dir, "out")
	for _, path := range []string{temp, out} {
		if err := os.Mkdir(path, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	left := func() string {
		var all []string
		for _, path := range []string{temp, out} {
			files, err := os.ReadDir(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range files {
				all = append(all, f.Name())
			}
		}
		return strings.Join(all, " ")
	}
	begin := func(stdin *os.File) *exec.Cmd {
		cmd := exec.Command(os.Args[0], "import", "--csv", "shop=-", "--target", url, "--no-record", "--progress", "none", "--reject", filepath.Join(out, "bad.csv"))
		cmd.Env = append(os.Environ(), asGyro+"=1", "GYRO_CONFIG=", "TMPDIR="+temp)
		cmd.Stdin = stdin
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd
	}
	// While it reads: who writes has more to say.
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := begin(reader)
	_, _ = writer.WriteString(file.String()[:100<<10])
	time.Sleep(100 * time.Millisecond)
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	_, _ = reader.Close(), writer.Close()
	if names := left(); names != "" {
		t.Errorf("killed while it read, it left %s", names)
	}
	// At any moment.
	path := filepath.Join(dir, "shops.csv")
	if err := os.WriteFile(path, []byte(file.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	whole := time.Duration(0)
	for round := range 10 {
		stdin, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		started := time.Now()
		cmd := begin(stdin)
		if round > 0 {
			time.Sleep(time.Duration(rand.Int64N(int64(whole))))
			_ = cmd.Process.Kill()
		}
		_ = cmd.Wait()
		_ = stdin.Close()
		if round == 0 {
			whole = time.Since(started)
		}
		bad, err := os.ReadFile(filepath.Join(out, "bad.csv"))
		if names := left(); names != "" && names != "bad.csv" || err == nil && bytes.Count(bad, []byte("\n")) != rows+1 {
			t.Errorf("round %d left %s, %d bytes of rejects", round, names, len(bad))
		}
		_ = os.Remove(filepath.Join(out, "bad.csv"))
	}
}
