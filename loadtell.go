package gyro

import (
	"time"
)

// telling makes events of what a load tells, for the files at most one a tick.
type telling struct {
	loadOptions
	steps []*loadStep
	// far says how far a file is, of foreign CSV files, which alone know it; else nil.
	far   func(table int) (rows, bytes int64)
	began time.Time
	last  time.Time
}

func newTelling(p *loadPlanning) *telling {
	t := &telling{loadOptions: p.options, steps: p.steps}
	for i := range p.steps {
		t.tell(t.file(Planned, i))
	}
	return t
}

func (t *telling) file(step Step, i int) Event {
	s := t.steps[i]
	return Event{Step: step, Job: i, Jobs: len(t.steps), Model: s.name, File: s.file.File, Estimate: s.file.Rows}
}

func (t *telling) event(e LoadEvent) {
	now := time.Now()
	if e.Stage != Staging && e.Stage != Copying {
		event := Event{Step: Staged, Stage: e.Stage}
		if e.Table >= 0 {
			event = t.file(Staged, e.Table)
			event.Stage = e.Stage
		}
		t.tell(event)
		return
	}
	switch {
	case e.Done:
		event := t.file(Finished, e.Table)
		event.Rows, event.Bytes, event.Elapsed = e.Rows, e.Bytes, now.Sub(t.began)
		if t.far != nil {
			event.Rows, event.Bytes = t.far(e.Table)
		}
		t.tell(event)
	case e.Bytes == 0:
		t.began, t.last = now, now
		t.tell(t.file(Started, e.Table))
	case now.Sub(t.last) >= tick:
		t.last = now
		event := t.file(Moved, e.Table)
		f := t.steps[e.Table].file
		event.Bytes, event.Elapsed = e.Bytes, now.Sub(t.began)
		event.Rows = int64(float64(f.Rows) * float64(e.Bytes) / float64(max(1, f.Bytes)))
		if t.far != nil {
			event.Rows, event.Bytes = t.far(e.Table)
		}
		t.tell(event)
	}
}
