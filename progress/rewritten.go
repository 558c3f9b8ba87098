package progress

import (
	"fmt"
	"io"
	"strings"

	"github.com/mattn/go-runewidth"

	"github.com/gyrodata/gyro"
)

// rewritten is one line that is written anew: what a cell of a notebook can show, and a terminal that has no room for bars.
type rewritten struct {
	w     io.Writer
	limit func() int // of a line that is not to be broken, in columns; 0: none
	width int        // of the line that is there
}

func newRewritten(w io.Writer, limit func() int) *rewritten { return &rewritten{w: w, limit: limit} }

func (r *rewritten) Event(e gyro.Event) {
	switch e.Type {
	case gyro.Started, gyro.Moved:
		r.line(fmt.Sprintf("%d/%d %s: %s", e.Job+1, e.Jobs, model(e), moving(e)))
	case gyro.Restarted:
		r.line(restarted)
		r.end() // it is worth a line of its own
	case gyro.Staged:
		r.line(staged(e))
	case gyro.Finished:
		r.line(fmt.Sprintf("%d/%d %s: %s", e.Job+1, e.Jobs, model(e), finished(e)))
	case gyro.Ended:
		r.line(ended(e))
		r.end() // what follows, such as a load of what was taken, has a line of its own
	case gyro.Planned:
	}
}

// line puts text over the line that is there, blanks over what is left of it.
func (r *rewritten) line(text string) {
	if limit := r.limit(); limit > 0 { // a terminal goes on in the next line when its last column is written
		text = runewidth.Truncate(text, limit-1, "")
	}
	width := runewidth.StringWidth(text)
	fmt.Fprintf(r.w, "\r%s%s", text, strings.Repeat(" ", max(0, r.width-width)))
	r.width = width
}

// end leaves the line that is there.
func (r *rewritten) end() {
	if r.width > 0 {
		fmt.Fprintln(r.w)
	}
	r.width = 0
}

func (r *rewritten) Close() { r.end() }
