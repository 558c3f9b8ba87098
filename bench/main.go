// Command bench measures Gyro beside what it must not be slower than, on a PostgreSQL of its
// own, in one run: the rounds are interleaved, figures are medians, and what counts are the
// ratios, for machines are noisy.
//
//	go run ./bench export   # throughput beside psql's \copy, and what the bars cost
//	go run ./bench select   # whole slices beside the best SQL by hand
//	go run ./bench memory   # peak memory at scale 1 and 30
//	go run ./bench load     # loads into an empty database and into full tables, beside psql's \copy; --scale 3 is 1.3 million rows
//	go run ./bench full     # the latter alone
//	go run ./bench csv      # a foreign CSV file with a thousand faults, beside its COPY
//	go run ./bench mask     # an export with four fakes beside one without, and Greenmask where it is on PATH
//	go run ./bench keys     # peak memory of slices of 20 million keys
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gyrodata/gyro/examples/shop/shopdb"
	"github.com/gyrodata/gyro/internal/pgtest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := command(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func command(ctx context.Context, args []string) error {
	which := "all"
	if len(args) > 0 {
		which, args = args[0], args[1:]
	}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	scale := flags.Float64("scale", 10, "of the shop: 10 is a million orders, three million items")
	rounds := flags.Int("rounds", 5, "how often each is measured")
	against := flags.String("against", "", "another gyro, such as one built before a change, to be measured beside in the same rounds")
	if err := flags.Parse(args); err != nil {
		return err
	}
	b := &bench{scale: *scale, rounds: *rounds, against: *against}
	all := map[string]func(context.Context) error{"export": b.export, "select": b.selects, "memory": b.memory, "load": b.load, "full": b.fullOnly, "csv": b.csv, "mask": b.mask, "keys": b.keys}
	if which != "all" && all[which] == nil {
		return fmt.Errorf("unknown benchmark %q", which)
	}
	dir, err := os.MkdirTemp("", "gyro-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	b.dir, b.gyro = dir, filepath.Join(dir, "program", "gyro")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", b.gyro, "./cmd/gyro").CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w\n%s", err, out)
	}
	for _, name := range []string{"export", "select", "memory", "load", "full", "csv", "mask", "keys"} {
		if which != name && (which != "all" || name == "full") { // which load measures too
			continue
		}
		if err := all[name](ctx); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// bench is one run of measurements.
type bench struct {
	scale   float64
	rounds  int
	dir     string // temporary
	gyro    string // the program
	against string // another one; empty: none
}

// other is a command with the other gyro in its place; nil: there is none, or the command has no gyro.
func (b *bench) other(cmd *exec.Cmd) *exec.Cmd {
	if b.against == "" || !strings.Contains(strings.Join(cmd.Args, "\x00"), b.gyro) {
		return nil
	}
	swapped := *cmd
	swapped.Args = nil
	for _, arg := range cmd.Args {
		swapped.Args = append(swapped.Args, strings.ReplaceAll(arg, b.gyro, b.against))
	}
	if cmd.Path == b.gyro {
		swapped.Path = b.against
	}
	return &swapped
}

// shop starts a server with a filled shop.
func (b *bench) shop(ctx context.Context, scale float64) (*pgtest.Server, error) {
	server, err := pgtest.Start(ctx, pgtest.Options{Settings: map[string]string{"shared_buffers": "1GB", "max_wal_size": "8GB"}})
	if err != nil {
		return nil, err
	}
	conn, err := pgx.Connect(ctx, server.URL("postgres"))
	if err == nil {
		defer conn.Close(ctx)
		err = shopdb.Fill(ctx, conn, scale)
	}
	if err == nil {
		_, err = conn.Exec(ctx, "VACUUM (FREEZE, ANALYZE)") // no hint bits to set while measuring
	}
	if err == nil {
		_, err = conn.Exec(ctx, "CHECKPOINT")
	}
	if err != nil {
		_ = server.Stop()
		return nil, err
	}
	return server, nil
}

// usage is what a process took.
type usage struct {
	wall, cpu time.Duration
	server    time.Duration // CPU of the server's processes, where it was asked for
	peak      int64         // KiB of memory
}

// measure runs a command and says what it took.
func measure(cmd *exec.Cmd) (usage, error) {
	begin := time.Now()
	out, err := cmd.CombinedOutput()
	if err != nil {
		return usage{}, fmt.Errorf("%s: %w\n%s", filepath.Base(cmd.Path), err, out)
	}
	u := usage{wall: time.Since(begin), cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	if r, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		u.peak = r.Maxrss
	}
	return u, nil
}

// run is a command that is measured, made anew each time.
type run struct {
	name string
	cmd  func() *exec.Cmd
}

// interleaved measures runs in turn, in as many rounds as were asked for and one before that warms up. Each finds fresh, a directory, gone.
func (b *bench) interleaved(runs []run, fresh string) ([][]usage, error) {
	taken := make([][]usage, len(runs))
	for round := range b.rounds + 1 {
		for i, r := range runs {
			if err := os.RemoveAll(fresh); err != nil {
				return nil, err
			}
			u, err := measure(r.cmd())
			if err != nil {
				return nil, err
			}
			if round > 0 {
				taken[i] = append(taken[i], u)
			}
		}
	}
	return taken, nil
}

// median of the wall times, CPU times and peaks, each by itself.
func median(all []usage) usage {
	middle := func(value func(usage) int64) int64 {
		values := make([]int64, len(all))
		for i, u := range all {
			values[i] = value(u)
		}
		slices.Sort(values)
		return values[len(values)/2]
	}
	return usage{
		wall:   time.Duration(middle(func(u usage) int64 { return int64(u.wall) })),
		cpu:    time.Duration(middle(func(u usage) int64 { return int64(u.cpu) })),
		server: time.Duration(middle(func(u usage) int64 { return int64(u.server) })),
		peak:   middle(func(u usage) int64 { return u.peak }),
	}
}
