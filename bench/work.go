package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// works are all of them, in the order of the table.
var works = []work{
	{"whole", "the six tables to files", (*bench).whole},
	{"tenant", "tenant 1 with all under it, by references alone", (*bench).tenant},
	{"six-one", "the six lines of the README, one tenant", (*bench).sixOfOne},
	{"six-all", "the six lines, 100 customers of every shop", (*bench).sixOfAll},
	{"load", "tenant 1 into empty tables with keys and indexes", (*bench).load},
	{"add", "tenant 1 with new ids into tables with all rows", (*bench).add},
	{"copy", "the whole database into another", (*bench).copy},
	{"verify", "the files of the whole database proved", (*bench).verify},
	{"faults", "a foreign CSV file with a thousand faults, all reported", (*bench).faults},
	{"csv", "a foreign CSV file, ten rules, two references", (*bench).csv},
	{"mask", "customers to a file, four columns masked", (*bench).mask},
	{"keys", "a slice of 20M keys at scale 1", (*bench).keys},
}

// work is one thing that several can do.
type work struct {
	name, title string
	prepare     func(*bench, context.Context) (task, error)
}

// task is a work that can be done now.
type task struct {
	note string // what it is, in figures
	runs []run
}

// run is one way to do it.
type run struct {
	name string
	// cmd makes the command. It may write into the directory, which is new, and where template is set into the database at url, which
	// is a copy of that one.
	cmd      func(dir, url string) *exec.Cmd
	template string
	// outcome says what came out, so that all who do the same work are seen to have done it; nil: nothing is compared.
	outcome func(ctx context.Context, dir string) (outcome, error)
	wanted  float64 // the ratio to the first that is wanted; 0: none
	best    bool    // it is compared to the fastest of those without gyro, and not to the first
	also    goal    // what else it is compared to
}

// goal is a ratio that is wanted of the time of another run.
type goal struct {
	beside string // empty: none
	wanted float64
}

// outcome is what a run made.
type outcome struct {
	rows    int64
	content string // of those rows; empty: they stand in a format of their own, and only their number is compared
}

// run measures a work, where it was not measured before.
func (b *bench) run(ctx context.Context, w work) (err error) {
	if b.figures.done(w, b.rounds) {
		fmt.Fprintf(b.out, "\n%s: measured before\n", w.name)
		return b.figures.show(b.out, w)
	}
	defer func() { err = errors.Join(err, b.clean(context.WithoutCancel(ctx))) }()
	fmt.Fprintf(b.out, "\n%s: preparing\n", w.name)
	t, err := w.prepare(b, ctx)
	if err != nil {
		return fmt.Errorf("prepare: %w", err)
	}
	t.runs = b.withOther(t.runs)
	if t, err = b.compared(ctx, t); err != nil {
		return err
	}
	if err := b.measured(ctx, w, t); err != nil {
		return err
	}
	return b.figures.show(b.out, w)
}

// compared does the work once, which warms up, and sees to it that all do the same.
func (b *bench) compared(ctx context.Context, t task) (task, error) {
	var same outcome
	as := "" // who made it
	for _, r := range t.runs {
		_, got, err := b.once(ctx, r, true)
		switch {
		case err != nil:
			return t, fmt.Errorf("%s: %w", r.name, err)
		case r.outcome == nil:
		case as == "":
			same, as = got, r.name
		case got.rows != same.rows || got.content != "" && same.content != "" && got.content != same.content:
			return t, fmt.Errorf("%s and %s did not do the same: %d rows and %d\n%s%s", as, r.name, same.rows, got.rows, same.content, got.content)
		}
	}
	if as != "" {
		t.note = strings.TrimSuffix(fmt.Sprintf("%s rows, %s", thousands(same.rows), t.note), ", ")
	}
	return t, nil
}

// measured takes rounds, as many as were asked for. Those that were taken before count.
func (b *bench) measured(ctx context.Context, w work, t task) error {
	b.figures.begin(w, t)
	for round := b.figures.rounds(w); round < b.rounds; round++ {
		fmt.Fprintf(b.out, "%s: round %d of %d\n", w.name, round+1, b.rounds)
		all := map[string]usage{}
		for _, r := range t.runs {
			u, _, err := b.once(ctx, r, false)
			if err != nil {
				return fmt.Errorf("%s: %w", r.name, err)
			}
			all[r.name] = u
		}
		if err := b.figures.add(w, all); err != nil {
			return err
		}
	}
	return nil
}

// once runs it once, in a directory and a database that are new, and looks at what came out where it is compared.
func (b *bench) once(ctx context.Context, r run, compared bool) (usage, outcome, error) {
	dir := filepath.Join(b.dir, "out")
	if err := os.RemoveAll(dir); err != nil {
		return usage{}, outcome{}, err
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return usage{}, outcome{}, err
	}
	if r.template != "" {
		if err := b.database(ctx, r.template); err != nil {
			return usage{}, outcome{}, err
		}
	}
	url := ""
	if r.template != "" {
		url = b.server.URL(target)
	}
	u, err := measure(r.cmd(dir, url))
	if err != nil || !compared || r.outcome == nil {
		return u, outcome{}, err
	}
	got, err := r.outcome(ctx, dir)
	return u, got, err
}

// withOther puts the other gyro, if there is one, behind each run that has a gyro in it.
func (b *bench) withOther(runs []run) []run {
	if b.against == "" {
		return runs
	}
	var all []run
	for _, r := range runs {
		all = append(all, r)
		if !r.ours() {
			continue
		}
		other := r
		other.name, other.wanted, other.also = r.name+", the other", 0, goal{beside: r.name}
		other.cmd = func(dir, url string) *exec.Cmd {
			cmd := r.cmd(dir, url)
			for i, arg := range cmd.Args {
				cmd.Args[i] = strings.ReplaceAll(arg, b.gyro, b.against)
			}
			cmd.Path = strings.ReplaceAll(cmd.Path, b.gyro, b.against)
			return cmd
		}
		all = append(all, other)
	}
	return all
}

// ours reports whether it is gyro that does it.
func (r run) ours() bool { return strings.HasPrefix(r.name, "gyro") }

// thousands writes a number as people do: 1,234,567.
func thousands(n int64) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
