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
			fmt.Fprintf(p.w, "%s%s: %s\n", place(e), model(e), moving(e)[0])
		}
	case gyro.Finished:
		fmt.Fprintf(p.w, "%s%s: %s\n", place(e), model(e), finished(e))
	case gyro.Planned, gyro.Ended:
	}
}

func (*plain) Close() {}
