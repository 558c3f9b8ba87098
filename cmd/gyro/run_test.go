package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gyrodata/gyro/internal/pgtest"
)

// A run whose reader goes away, or that is interrupted, while the server works or waits is cancelled there, and leaves
// nothing behind.
func TestRunCancelled(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*exec.Cmd, *os.File) error{
		"reader":    func(_ *exec.Cmd, stdout *os.File) error { return stdout.Close() },
		"interrupt": func(cmd *exec.Cmd, _ *os.File) error { return cmd.Process.Signal(os.Interrupt) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := pgtest.DB(t)
			pgtest.Exec(t, url, "CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a SELECT generate_series(1, 10)")
			target := filepath.Join(t.TempDir(), "slice")
			cmd := exec.Command(os.Args[0], "run", "-")
			cmd.Env = append(os.Environ(), asGyro+"=1", "PGAPPNAME=cancelled", "GYRO_SOURCE="+url)
			cmd.Stdin = strings.NewReader(fmt.Sprintf(`{"version": 1, "verb": "export", "target": %q, "jobs": [{"model": "a", "order_by": "(SELECT count(*) FROM generate_series(1, 1000000000000) n WHERE n + a.id > 0)", "limit": 1}]}`, target))
			stdout, writer, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			cmd.Stdout, cmd.Stderr = writer, os.Stderr
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			_ = writer.Close()
			lines := bufio.NewScanner(stdout)
			for lines.Scan() && !strings.Contains(lines.Text(), `"alive"`) {
			}
			if err := end(cmd, stdout); err != nil {
				t.Fatal(err)
			}
			var last string
			for lines.Scan() {
				last = lines.Text()
			}
			ended := make(chan struct{})
			go func() { _ = cmd.Wait(); close(ended) }()
			select {
			case <-ended:
			case <-time.After(30 * time.Second):
				_ = cmd.Process.Kill()
				t.Fatal("it runs on")
			}
			if code := cmd.ProcessState.ExitCode(); code != exitInterrupted {
				t.Errorf("exit code %d", code)
			}
			if want := `{"event":"end","exit":130}`; name == "interrupt" && last != want {
				t.Errorf("the last event is %s", last)
			}
			if busy := string(pgtest.Copy(t, url, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND (application_name = 'cancelled' OR query LIKE '%generate_series(1, 1000000000000)%') AND pid <> pg_backend_pid()")); busy != "count\n0\n" {
				t.Errorf("the server works on: %s", busy)
			}
			if left, _ := filepath.Glob(filepath.Dir(target) + "/*"); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// A run that still waits for its document ends at an interrupt.
func TestRunInterruptedWhileReading(t *testing.T) {
	t.Parallel()
	cmd := exec.Command(os.Args[0], "run", "-")
	cmd.Env = append(os.Environ(), asGyro+"=1")
	document, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer document.Close() //nolint:errcheck // the process has ended
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprint(document, `{"version": 1, `); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stdout)
	for lines.Scan() && !strings.Contains(lines.Text(), `"alive"`) {
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	var last string
	for lines.Scan() {
		last = lines.Text()
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != exitInterrupted || last != `{"event":"end","exit":130}` {
		t.Errorf("exit code %d after %s", code, last)
	}
}
