package main

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/gyrodata/gyro/progress"
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
