//go:build unix

package main

import (
	"bytes"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// sh runs a script under serve.
func sh(t *testing.T, script string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run([]string{"sh", "-c", script}, strings.NewReader(""), &out, &errs)
	return code, out.String(), errs.String()
}

func TestServes(t *testing.T) {
	t.Setenv("GYRO_TEST_DATABASE", "")
	code, out, errs := sh(t, `"$GYRO_TEST_BIN/pg_ctl" --version; ls "$GYRO_TEST_DIR"/data/PG_VERSION; echo "$GYRO_TEST_DATABASE"; exit 7`)
	if code != 7 {
		t.Errorf("code %d, want the command's 7; %s", code, errs)
	}
	lines := strings.Split(out, "\n")
	if len(lines) < 3 || !strings.Contains(lines[0], "PostgreSQL") || !strings.HasPrefix(lines[2], "postgres:///postgres?host=") {
		t.Fatalf("the command saw %q", out)
	}
	if _, err := os.Stat(lines[1]); err == nil {
		t.Error("the server's folder is still there")
	}
}

func TestServerIsThere(t *testing.T) {
	t.Setenv("GYRO_TEST_DATABASE", "postgres://somewhere/else")
	code, out, errs := sh(t, `echo "$GYRO_TEST_DATABASE"`)
	if code != 0 || out != "postgres://somewhere/else\n" || errs != "" {
		t.Errorf("code %d, out %q, errors %q", code, out, errs)
	}
}

// TestSignal shows that a signal reaches the command, and what it started.
func TestSignal(t *testing.T) {
	t.Setenv("GYRO_TEST_DATABASE", "postgres://somewhere/else")
	timer := time.AfterFunc(300*time.Millisecond, func() { _ = syscall.Kill(os.Getpid(), syscall.SIGTERM) })
	defer timer.Stop()
	start := time.Now()
	code, _, _ := sh(t, `sleep 60; exit 3`)
	if code != 128+int(syscall.SIGTERM) {
		t.Errorf("code %d", code)
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("it took %v", took)
	}
}

func TestUsage(t *testing.T) {
	var out, errs bytes.Buffer
	if code := run(nil, nil, &out, &errs); code != 2 || !strings.Contains(errs.String(), "usage") {
		t.Errorf("code %d, said %q", code, errs.String())
	}
	if code := run([]string{"/no/such/command"}, nil, &out, &errs); code == 0 {
		t.Error("a command that is not there ended well")
	}
}
