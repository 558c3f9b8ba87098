package main

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/term"

	"github.com/gyrodata/gyro/draft"
	"github.com/gyrodata/gyro/progress"
	"github.com/gyrodata/gyro/schema"
)

// asking asks a person in a terminal.
type asking struct {
	ctx   context.Context //nolint:containedctx // Ctrl-C ends a question
	w     io.Writer
	lines chan string // closed where there are no more
}

// asking is who can be asked: nobody, unless both sides are terminals, and nobody in the cell of a notebook.
func (c *cli) asking(ctx context.Context) *asking {
	out, ok := c.stderr.(*os.File)
	if !ok || progress.InCell(c.env) || !term.IsTerminal(int(out.Fd())) || !term.IsTerminal(int(os.Stdin.Fd())) {
		return nil
	}
	a := &asking{ctx: ctx, w: &screen{w: out}, lines: make(chan string)}
	go func() { // it ends with the program: a terminal's read can't be broken off
		defer close(a.lines)
		for in := bufio.NewScanner(os.Stdin); in.Scan(); {
			select {
			case a.lines <- strings.TrimSpace(in.Text()):
			case <-ctx.Done():
				return
			}
		}
	}()
	return a
}

// ask asks, and gives what was typed; enter, and the end of what is typed, mean the default.
func (a *asking) ask(question, byDefault string) (string, error) {
	fmt.Fprintf(a.w, "%s [%s] ", question, byDefault)
	select {
	case <-a.ctx.Done():
		fmt.Fprintln(a.w)
		return "", a.ctx.Err()
	case line, ok := <-a.lines:
		if !ok {
			fmt.Fprintln(a.w)
		}
		return cmp.Or(line, byDefault), nil
	}
}

// shownRoots is how many tables are offered.
const shownRoots = 9

func (a *asking) Root(candidates []draft.Candidate) (schema.Name, error) {
	fmt.Fprintln(a.w, "Which table does the slice begin with?")
	shown := candidates[:min(len(candidates), shownRoots)]
	width := 0
	for _, c := range shown {
		width = max(width, len([]rune(name(c.Table))))
	}
	for i, c := range shown {
		fmt.Fprintf(a.w, "  %d  %-*s  %s, %s below\n", i+1, width, name(c.Table), rowsOf(c.Rows), numberOf(c.Below, "table"))
	}
	for {
		answer, err := a.ask("A number, or a table's name", "1")
		if err != nil {
			return schema.Name{}, err
		}
		if n, err := strconv.Atoi(answer); err == nil && n >= 1 && n <= len(shown) {
			return shown[n-1].Table, nil
		}
		for _, c := range candidates {
			if c.Table.String() == answer {
				return c.Table, nil
			}
		}
		fmt.Fprintln(a.w, "There is no such table.")
	}
}

func (a *asking) Rows(root draft.Candidate, suggested string) (string, error) {
	byDefault, choice := cmp.Or(suggested, "all"), "A condition in SQL, or all"
	if suggested == draft.FirstRow {
		choice = "A condition in SQL, first, or all"
	}
	answer, err := a.ask(fmt.Sprintf("Which rows of %s? %s", name(root.Table), choice), byDefault)
	if err != nil || answer == "all" {
		return "", err
	}
	return answer, nil
}

func (a *asking) Limit(job draft.Job) (int, error) {
	of := ""
	if job.Per != "" {
		of = " for each " + progress.Printable(job.Per, "")
	}
	for {
		answer, err := a.ask(fmt.Sprintf("How many rows of %s%s (%s)? A number, or all", name(job.Table), of, rowsOf(job.Of)), strconv.Itoa(job.Limit))
		if err != nil || answer == "all" {
			return 0, err
		}
		if n, err := strconv.Atoi(answer); err == nil && n > 0 {
			return n, nil
		}
		fmt.Fprintln(a.w, "A number from 1 on, or all.")
	}
}

func name(n schema.Name) string { return progress.Printable(n.String(), "") }

func rowsOf(n float64) string {
	if n < 0 {
		return "rows not known"
	}
	if n == 1 {
		return "1 row"
	}
	return count(int64(n)) + " rows"
}
