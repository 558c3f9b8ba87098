package progress

import (
	"fmt"
	"io"
	"strings"

	"github.com/gyrodata/gyro"
)

// Progress shows the events of one run. It is used by one goroutine at a time.
type Progress struct{ shower }

// shower is one way to show.
type shower interface {
	// Event shows what the Progress of a run is told.
	Event(e gyro.Event)
	// Close ends the showing, also where the run failed half way.
	Close()
}

// Modes are the names that New knows.
func Modes() []string { return []string{"auto", "plain", "json", "none"} }

// New makes a Progress that writes to w. mode is "auto" (bars where w is a terminal that can be drawn on, one
// line in a Jupyter notebook, else plain), "plain" (log lines), "json" (an object a line)
// or "none". env looks up JPY_PARENT_PID and TERM.
func New(mode string, w io.Writer, env func(string) (string, bool)) (*Progress, error) {
	switch mode {
	case "none":
		return &Progress{silent{}}, nil
	case "plain":
		return &Progress{newPlain(w)}, nil
	case "json":
		return &Progress{newLines(w)}, nil
	case "auto":
	default:
		return nil, fmt.Errorf("unknown progress %q; known: %s", mode, strings.Join(Modes(), ", "))
	}
	if InCell(env) {
		return &Progress{newRewritten(w, func() int { return 0 })}, nil
	}
	kind, _ := env("TERM")
	if width, _ := sizeOf(w)(); width > 0 && kind != "dumb" { // one that does not say how wide it is can't be drawn on
		return &Progress{newBars(w)}, nil
	}
	return &Progress{newPlain(w)}, nil
}

// InCell reports whether a program runs in the cell of a notebook, as !gyro and %%bash do in Jupyter: what it writes is shown there, also
// where it is a terminal for the program (as ipykernel makes one for !gyro), and nobody can answer it. env looks up JPY_PARENT_PID.
func InCell(env func(string) (string, bool)) bool {
	pid, _ := env("JPY_PARENT_PID")
	return pid != ""
}

type silent struct{}

func (silent) Event(gyro.Event) {}
func (silent) Close()           {}
