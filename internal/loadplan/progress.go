package loadplan

import (
	"time"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
)

// Progress makes events of what a load tells, for the files at most one a tick.
type Progress struct {
	Options
	steps []*Step
	// far says how far a file is, of foreign CSV files, which alone know it; else nil.
	Far   func(table int) (rows, bytes int64)
	began time.Time
	last  time.Time
}

// NewProgress tells of the files that will be loaded.
func NewProgress(p *Plan) *Progress {
	t := &Progress{Options: p.Options, steps: p.Steps}
	for i := range p.Steps {
		t.Tell(t.file(gyro.Planned, i))
	}
	return t
}

func (t *Progress) file(step gyro.EventType, i int) gyro.Event {
	s := t.steps[i]
	return gyro.Event{Type: step, Job: i, Jobs: len(t.steps), Model: s.Name, File: s.File.File, Estimate: s.File.Rows}
}

// Event takes what an endpoint tells.
func (t *Progress) Event(e driver.LoadEvent) {
	now := time.Now()
	if e.Stage != gyro.Staging && e.Stage != gyro.Copying {
		event := gyro.Event{Type: gyro.Staged, Stage: e.Stage}
		if e.Table >= 0 {
			event = t.file(gyro.Staged, e.Table)
			event.Stage = e.Stage
		}
		t.Tell(event)
		return
	}
	switch {
	case e.Done:
		event := t.file(gyro.Finished, e.Table)
		event.Rows, event.Bytes, event.Elapsed = e.Rows, e.Bytes, now.Sub(t.began)
		if t.Far != nil {
			event.Rows, event.Bytes = t.Far(e.Table)
		}
		t.Tell(event)
	case e.Bytes == 0:
		t.began, t.last = now, now
		t.Tell(t.file(gyro.Started, e.Table))
	case now.Sub(t.last) >= gyro.ProgressInterval:
		t.last = now
		event := t.file(gyro.Moved, e.Table)
		f := t.steps[e.Table].File
		event.Bytes, event.Elapsed = e.Bytes, now.Sub(t.began)
		event.Rows = int64(float64(f.Rows) * float64(e.Bytes) / float64(max(1, f.Bytes)))
		if t.Far != nil {
			event.Rows, event.Bytes = t.Far(e.Table)
		}
		t.Tell(event)
	}
}
