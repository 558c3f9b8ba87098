package progress

import (
	"fmt"
	"io"
	"time"

	"github.com/gyrodata/gyro"
)

// quiet is how long a job goes on without a line.
const quiet = 5 * time.Second

// plain writes a line when a job ends, and one in between for each quiet time.
type plain struct {
	w    io.Writer
	last time.Duration // of the job, when the last line was written
}

func newPlain(w io.Writer) *plain { return &plain{w: w} }

func (p *plain) Event(e gyro.Event) {
	switch e.Type {
	case gyro.Started:
		p.last = 0
	case gyro.Restarted:
		fmt.Fprintln(p.w, restarted)
	case gyro.Staged:
		fmt.Fprintln(p.w, staged(e))
	case gyro.Moved:
		if e.Elapsed-p.last >= quiet {
			p.last = e.Elapsed
			fmt.Fprintf(p.w, "%d/%d %s: %s\n", e.Job+1, e.Jobs, model(e), moving(e))
		}
	case gyro.Finished:
		fmt.Fprintf(p.w, "%d/%d %s: %s\n", e.Job+1, e.Jobs, model(e), finished(e))
	case gyro.Planned, gyro.Ended:
	}
}

func (*plain) Close() {}

// notebook rewrites one line, which is what a notebook's output cell can show.
type notebook struct {
	w     io.Writer
	width int // of the line that is there
	limit int // of a line that is not to be broken; 0: none
}

func newNotebook(w io.Writer) *notebook { return &notebook{w: w} }

func (n *notebook) Event(e gyro.Event) {
	switch e.Type {
	case gyro.Started, gyro.Moved:
		n.line(fmt.Sprintf("%d/%d %s: %s", e.Job+1, e.Jobs, model(e), moving(e)), "")
	case gyro.Restarted:
		n.line(restarted, "\n")
	case gyro.Staged:
		n.line(staged(e), "")
	case gyro.Finished:
		n.line(fmt.Sprintf("%d/%d %s: %s", e.Job+1, e.Jobs, model(e), finished(e)), "\n")
	case gyro.Planned, gyro.Ended:
	}
}

// line puts text over the line that is there, blanks over what is left of it.
func (n *notebook) line(text, end string) {
	if runes := []rune(text); n.limit > 0 && len(runes) >= n.limit {
		text = string(runes[:n.limit-1])
	}
	fmt.Fprintf(n.w, "\r%-*s%s", n.width, text, end)
	n.width = len(text)
	if end != "" {
		n.width = 0
	}
}

func (n *notebook) Close() {
	if n.width > 0 {
		fmt.Fprintln(n.w)
	}
}
