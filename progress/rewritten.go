package progress

import (
	"fmt"
	"io"

	"github.com/gyrodata/gyro"
)

// rewritten is one line that is written anew: what a cell of a notebook can show, and a terminal that has no room for bars.
type rewritten struct {
	w     io.Writer
	width int // of the line that is there
	limit int // of a line that is not to be broken; 0: none
}

func newRewritten(w io.Writer) *rewritten { return &rewritten{w: w} }

func (r *rewritten) Event(e gyro.Event) {
	switch e.Type {
	case gyro.Started, gyro.Moved:
		r.line(fmt.Sprintf("%d/%d %s: %s", e.Job+1, e.Jobs, model(e), moving(e)), "")
	case gyro.Restarted:
		r.line(restarted, "\n")
	case gyro.Staged:
		r.line(staged(e), "")
	case gyro.Finished:
		r.line(fmt.Sprintf("%d/%d %s: %s", e.Job+1, e.Jobs, model(e), finished(e)), "\n")
	case gyro.Planned, gyro.Ended:
	}
}

// line puts text over the line that is there, blanks over what is left of it.
func (r *rewritten) line(text, end string) {
	if runes := []rune(text); r.limit > 0 && len(runes) >= r.limit {
		text = string(runes[:r.limit-1])
	}
	fmt.Fprintf(r.w, "\r%-*s%s", r.width, text, end)
	r.width = len(text)
	if end != "" {
		r.width = 0
	}
}

func (r *rewritten) Close() {
	if r.width > 0 {
		fmt.Fprintln(r.w)
	}
}
