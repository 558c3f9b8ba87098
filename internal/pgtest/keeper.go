package pgtest

import (
	"bufio"
	"context"
	_ "embed"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
)

// keeper is the shell process that starts a server, and ends it when the pipe
// to us closes. It lives in a session of its own, so that no signal meant for
// us reaches it, and it is the kernel that closes the pipe: nothing that can
// happen to us keeps it from its work.
type keeper struct {
	dir  string
	cmd  *exec.Cmd
	in   io.WriteCloser // the pipe; Go opens it close-on-exec, so no other child holds it
	out  *bufio.Reader
	once sync.Once
	err  error
}

//go:embed keeper.sh
var keeperScript string

// keep starts the keeper of a folder. The folder is its from now on.
func keep(dir string, user *account, tool ...string) (*keeper, error) {
	cmd := exec.Command("/bin/sh", append([]string{"-c", keeperScript, "gyro-pg-keeper", dir}, tool...)...)
	cmd.Dir = dir
	cmd.Env = environ(dir)
	cmd.SysProcAttr = user.detached()
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &keeper{dir: dir, cmd: cmd, in: in, out: bufio.NewReader(out)}, nil
}

// environ is ours without what would change the server: PG*, the locale, HOME.
func environ(home string) []string {
	var env []string
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		if strings.HasPrefix(name, "PG") || strings.HasPrefix(name, "LC_") || name == "LANG" || name == "HOME" {
			continue
		}
		env = append(env, v)
	}
	return append(env, "LC_ALL=C", "HOME="+home)
}

// start tells the keeper where the binaries are, and waits for the server.
func (k *keeper) start(ctx context.Context, bin string) error {
	if _, err := fmt.Fprintln(k.in, bin); err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	answer := make(chan string, 1)
	go func() {
		line, _ := k.out.ReadString('\n') // at the latest when stop closes the pipe
		answer <- strings.TrimSpace(line)
	}()
	select {
	case <-ctx.Done():
		_ = k.in.Close() // a pipe; the keeper may be gone
		<-answer
		return fmt.Errorf("start PostgreSQL: %w", context.Cause(ctx))
	case word := <-answer:
		if word != "ready" {
			return fmt.Errorf("start PostgreSQL from %s: it said:\n%s", bin, tail(filepath.Join(k.dir, "log"), 20))
		}
		return nil
	}
}

// stop closes the pipe, and waits until server and folder are gone.
func (k *keeper) stop() error {
	k.once.Do(func() {
		_ = k.in.Close() // a pipe; the keeper may be gone
		if err := k.cmd.Wait(); err != nil {
			k.err = fmt.Errorf("stop PostgreSQL: keeper: %w", err)
		}
		if err := os.RemoveAll(k.dir); err != nil { // what the server's user could not
			k.err = fmt.Errorf("stop PostgreSQL: %w", err)
		}
	})
	return k.err
}

// tail is the end of a file, for an error.
func tail(path string, lines int) string {
	text, err := os.ReadFile(path)
	if err != nil || len(text) == 0 {
		return "\t(nothing)"
	}
	all := strings.Split(strings.TrimSpace(string(text)), "\n")
	if len(all) > lines {
		all = all[len(all)-lines:]
	}
	return "\t" + strings.Join(all, "\n\t")
}
