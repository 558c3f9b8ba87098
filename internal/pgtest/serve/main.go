// Command serve runs a command, such as go test, with a PostgreSQL server that
// lives as long as the command does:
//
//	go run ./internal/pgtest/serve go test ./...
//
// The command finds the server in GYRO_TEST_DATABASE. If that is set already,
// no server is started. SIGINT and SIGTERM are passed on, and the exit code is
// the command's.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"github.com/gyrodata/gyro/internal/pgtest"
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		fmt.Fprintln(stderr, "usage: serve COMMAND [ARGUMENT...]")
		return 2
	}
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	defer signal.Stop(signals)

	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, stdout, stderr
	if os.Getenv("GYRO_TEST_DATABASE") == "" {
		server, err := start(signals, stderr)
		if err != nil {
			fmt.Fprintln(stderr, "error:", err)
			return 1
		}
		defer func() {
			if err := server.Stop(); err != nil {
				fmt.Fprintln(stderr, "error:", err)
			}
		}()
		cmd.Env = append(os.Environ(), server.Environ()...)
	}
	return follow(cmd, signals, stderr)
}

// start starts the server; a signal ends the waiting. Many packages share the
// server, each with as many parallel tests as there are processors.
func start(signals <-chan os.Signal, log io.Writer) (*pgtest.Server, error) {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	go func() {
		select {
		case s := <-signals:
			cancel(fmt.Errorf("signal: %v", s))
		case <-ctx.Done():
		}
	}()
	return pgtest.Start(ctx, pgtest.Options{Log: log, Settings: map[string]string{"max_connections": "400"}})
}

// follow runs the command in a process group of its own, so that a signal
// reaches it once, and with it every process that it started.
func follow(cmd *exec.Cmd, signals <-chan os.Signal, stderr io.Writer) int {
	group(cmd)
	if err := cmd.Start(); err != nil {
		fmt.Fprintln(stderr, "error:", err)
		return 127
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case s := <-signals:
			pass(cmd, s)
		case err := <-ended:
			var exit *exec.ExitError
			if err != nil && !errors.As(err, &exit) {
				fmt.Fprintln(stderr, "error:", err)
				return 1
			}
			return code(cmd.ProcessState)
		}
	}
}
