package progress

import (
	"fmt"
	"io"
	"math"
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
		r.line(e, moving(e)...)
	case gyro.Restarted:
		r.line(gyro.Event{}, restarted)
		r.end() // it is worth a line of its own
	case gyro.Staged:
		r.line(e, string(e.Stage))
	case gyro.Finished:
		r.line(e, finished(e))
	case gyro.Ended:
		r.line(gyro.Event{}, ended(e))
		r.end() // what follows, such as a load of what was taken, has a line of its own
	case gyro.Planned:
	}
}

// line puts what is said of an event's table, or of all, over the line that is there, and blanks over what is left of it.
func (r *rewritten) line(e gyro.Event, texts ...string) {
	limit := r.limit() - 1 // a terminal goes on in the next line when its last column is written
	if limit < 0 {
		limit = math.MaxInt
	}
	begin := ""
	if !e.Model.IsZero() {
		shortest := runewidth.StringWidth(place(e) + ": " + texts[len(texts)-1])
		begin = place(e) + shortened(model(e), max(leastName, limit-shortest)) + ": "
	}
	text := runewidth.Truncate(begin+fitting(texts, limit-runewidth.StringWidth(begin)), limit, "")
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
