// Command gyro takes a true, small piece of a PostgreSQL database and puts it on disk as
// CSV files. "gyro help" says how.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// version is set by the build.
var version = "dev"

func main() { os.Exit(mainWithSignals()) }

// mainWithSignals cancels the run at the first Ctrl-C, which cleans up; a second one ends
// the process at once.
func mainWithSignals() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	signal.Ignore(syscall.SIGPIPE) // who looks away from the progress does not break the run off
	defer stop()
	context.AfterFunc(ctx, stop)
	return run(ctx, os.Args[1:], os.Stdout, os.Stderr, os.LookupEnv)
}
