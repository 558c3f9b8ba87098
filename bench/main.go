// Command bench measures Gyro beside what it must not be slower than, on a PostgreSQL of its own and rows of its own, in one
// run: whoever does the same work takes turns, round by round, what came out is compared, figures are medians, and what
// counts are ratios, for machines are noisy.
//
//	go run ./bench                               # all works, at scale 1: 3M orders, 9M items; an hour, 20 GB of disk
//	go run ./bench --scale 0.1 tenant verify     # two of them, at a tenth
//	go run ./bench --list                        # which there are, and which peers were found
//	go run ./bench --keep DIR                    # data and figures stay in DIR: what is broken off goes on there
//	go run ./bench --write docs/performance.md   # the table and the chart of all figures, into the document
//	go run ./bench --against OLD                 # another gyro, such as one built before a change, in the same rounds
//
// Peers are programs that are on PATH: psql, pg_dump and pg_restore come with the server; greenmask, pg_sample and pgcopydb are
// measured where they are installed. Nothing is fetched.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := command(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// options are the flags.
type options struct {
	scale   float64
	rounds  int
	keep    string
	write   string
	against string
	list    bool
}

func command(ctx context.Context, args []string, out io.Writer) error {
	var o options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.Float64Var(&o.scale, "scale", 1, "of the data: 1 is 3M orders, 9M items; from 0.001")
	flags.IntVar(&o.rounds, "rounds", 5, "how often each is measured, after one round that warms up")
	flags.StringVar(&o.keep, "keep", "", "a directory for data and figures, to go on with; default: a temporary one")
	flags.StringVar(&o.write, "write", "", "the document whose table is written, and the chart beside it")
	flags.StringVar(&o.against, "against", "", "another gyro, to be measured in the same rounds")
	flags.BoolVar(&o.list, "list", false, "list works and peers, and measure nothing")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if o.scale < 0.001 || o.rounds < 1 {
		return errors.New("--scale is at least 0.001, --rounds at least 1")
	}
	chosen, err := choose(flags.Args())
	if err != nil {
		return err
	}
	if o.list {
		for _, w := range works {
			fmt.Fprintf(out, "%-10s %s\n", w.name, w.title)
		}
		for _, p := range peers {
			fmt.Fprintf(out, "%-10s %s\n", p, cmp.Or(found(p), "is not on PATH"))
		}
		return nil
	}
	b, err := open(ctx, o, out)
	if err != nil {
		return err
	}
	for _, w := range chosen {
		if err = b.run(ctx, w); err != nil {
			err = fmt.Errorf("%s: %w", w.name, err)
			break
		}
	}
	if err == nil && o.write != "" {
		err = b.figures.document(o.write)
	}
	return errors.Join(err, b.close())
}

// choose finds works by their names; none: all.
func choose(names []string) ([]work, error) {
	if len(names) == 0 {
		return works, nil
	}
	var chosen []work
	for _, name := range names {
		i := slices.IndexFunc(works, func(w work) bool { return w.name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no work %q: bench --list says which there are", name)
		}
		chosen = append(chosen, works[i])
	}
	return chosen, nil
}
