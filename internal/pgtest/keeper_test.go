//go:build unix

package pgtest_test

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestNothingStays kills a process that runs a server in every way, and sees
// server and folder go.
func TestNothingStays(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]os.Signal{
		"SIGKILL": syscall.SIGKILL, "SIGINT": syscall.SIGINT, "SIGTERM": syscall.SIGTERM, "SIGHUP": syscall.SIGHUP, "panic": nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if end != nil && end != syscall.SIGKILL && signal.Ignored(end) {
				t.Skipf("%s is ignored here, as under nohup, and by what is started from here", name)
			}
			role := "wait"
			if end == nil {
				role = "panic"
			}
			victim := exec.Command(os.Args[0])
			victim.Env = append(os.Environ(), roleEnv+"="+role)
			out, err := victim.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := victim.Start(); err != nil {
				t.Fatal(err)
			}
			line, err := bufio.NewReader(out).ReadString('\n')
			if err != nil {
				t.Fatalf("the victim said nothing: %v", err)
			}
			dir := strings.TrimSpace(line)
			var pid int
			if end != nil {
				pid = postmaster(t, dir)
				if !alive(pid) {
					t.Fatalf("process %d does not run", pid)
				}
				if err := victim.Process.Signal(end); err != nil {
					t.Fatal(err)
				}
			}
			if err := victim.Wait(); err == nil {
				t.Error("the victim ended well; it was to be killed")
			}
			gone(t, dir, pid)
		})
	}
}

func TestKilledWhileStarting(t *testing.T) {
	t.Parallel()
	tmp := shortTemp(t)
	victim := exec.Command(os.Args[0])
	victim.Env = append(os.Environ(), roleEnv+"=wait", "TMPDIR="+tmp)
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	var dirs []string
	for start := time.Now(); len(dirs) == 0; time.Sleep(time.Millisecond) {
		dirs, _ = filepath.Glob(tmp + "/gyro-pg-*/data") // initdb has begun
		if time.Since(start) > 30*time.Second {
			t.Fatal("no data directory appeared")
		}
	}
	if err := victim.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = victim.Wait()
	gone(t, filepath.Dir(dirs[0]), 0)
}

// postmaster is the id of the server's process.
func postmaster(t *testing.T, dir string) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// alive tells whether a process runs. One that has ended but was not reaped,
// as happens in containers, does not.
func alive(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err == nil && strings.Contains(string(stat), ") Z ") {
		return false
	}
	return !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)
}

// gone waits until folder and process (unless 0) are gone.
func gone(t *testing.T, dir string, pid int) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		_, err := os.Stat(dir)
		if errors.Is(err, fs.ErrNotExist) && (pid == 0 || !alive(pid)) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("after 20 s: folder: %v, process %d alive: %v", err, pid, pid != 0 && alive(pid))
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// shortTemp is a temporary folder that is open to all, as /tmp is, and whose
// path is short enough for sockets.
func shortTemp(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "gyro-t-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o777|fs.ModeSticky); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.Remove(dir); err != nil { // not RemoveAll: it must be empty
			t.Errorf("something is left: %v", err)
		}
	})
	return dir
}
