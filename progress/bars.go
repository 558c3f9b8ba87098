package progress

import (
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/gyrodata/gyro"
)

// barWidth is the width of a bar itself, in columns.
const barWidth = 24

// bars shows all jobs at once, a bar each.
type bars struct {
	progress *mpb.Progress
	jobs     []*job
	status   *mpb.Bar // one line below: what a load does that is no file's; nil: none yet
	stage    atomic.Pointer[string]
}

// job is one bar. Its total is 100: how far the job is, never mind how wrong the estimate.
type job struct {
	bar  *mpb.Bar
	last atomic.Pointer[gyro.Event] // what is shown; the bars are drawn by another goroutine
	rows atomic.Pointer[gyro.Event] // of a load: when the file was in, if it was
}

func newBars(w io.Writer) *bars {
	return &bars{progress: mpb.New(mpb.WithOutput(w), mpb.WithAutoRefresh(), mpb.WithRefreshRate(100*time.Millisecond))}
}

func (b *bars) Event(e gyro.Event) {
	switch e.Type {
	case gyro.Planned:
		b.add(e)
	case gyro.Started, gyro.Moved:
		j := b.jobs[e.Job]
		j.last.Store(&e)
		j.bar.SetCurrent(int64(percent(e)))
	case gyro.Finished:
		j := b.jobs[e.Job]
		j.last.Store(&e)
		j.rows.Store(&e)
		j.bar.SetCurrent(100)
	case gyro.Staged:
		b.staged(e)
	case gyro.Restarted:
		for _, j := range b.jobs {
			j.bar.Abort(false)
		}
		b.jobs = nil
	case gyro.Ended:
		for _, j := range b.jobs { // what the file had is worth more than its last stage
			if e := j.rows.Load(); e != nil {
				j.last.Store(e)
			}
		}
		b.jobs = nil // what follows, such as a load of what was taken, has bars of its own
	}
}

// staged shows a stage behind the bar of its file, or on the line below the bars.
func (b *bars) staged(e gyro.Event) {
	if !e.Model.IsZero() {
		b.jobs[e.Job].last.Store(&e)
		return
	}
	text := string(e.Stage)
	b.stage.Store(&text)
	if b.status == nil {
		b.status = b.progress.New(1, mpb.NopStyle(), mpb.BarRemoveOnComplete(), mpb.BarPriority(1<<20),
			mpb.PrependDecorators(decor.Any(func(decor.Statistics) string { return *b.stage.Load() })))
	}
}

func (b *bars) add(e gyro.Event) {
	j := &job{}
	j.last.Store(&e)
	j.bar = b.progress.New(100, mpb.BarStyle().Lbound("▕").Filler("█").Tip("█").Padding(" ").Rbound("▏"),
		mpb.BarWidth(barWidth), mpb.BarFillerTrim(),
		mpb.PrependDecorators(
			decor.Name(model(e), decor.WCSyncSpaceR),
			decor.Any(func(decor.Statistics) string { return fmt.Sprintf("%3d%%", percent(*j.last.Load())) }, decor.WCSyncSpace),
		),
		mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return " " + j.text() })),
	)
	b.jobs = append(b.jobs, j)
}

// text is what stands behind the bar.
func (j *job) text() string {
	e := *j.last.Load()
	switch e.Type {
	case gyro.Planned:
		return fmt.Sprintf("~%s rows", short(float64(e.Estimate)))
	case gyro.Finished:
		return fmt.Sprintf("%s rows  %sB  %s rows/s  %sB/s  %s", short(float64(e.Rows)), short(float64(e.Bytes)),
			short(perSecond(e.Rows, e.Elapsed)), short(perSecond(e.Bytes, e.Elapsed)), clock(e.Elapsed))
	case gyro.Staged:
		return string(e.Stage)
	case gyro.Started, gyro.Moved, gyro.Ended, gyro.Restarted:
	}
	return fmt.Sprintf("%s/~%s rows  %s rows/s  %sB/s  %s<%s", short(float64(e.Rows)), short(float64(e.Estimate)),
		short(perSecond(e.Rows, e.Elapsed)), short(perSecond(e.Bytes, e.Elapsed)), clock(e.Elapsed), left(e))
}

// left is the time that the job still takes, or a question mark.
func left(e gyro.Event) string {
	if d := remaining(e); d > 0 {
		return clock(d)
	}
	return "?"
}

// Close leaves the bars on the screen as they are.
func (b *bars) Close() {
	for _, j := range b.jobs {
		if !j.bar.Completed() {
			j.bar.Abort(false)
		}
	}
	if b.status != nil {
		b.status.Abort(true)
	}
	b.progress.Wait()
}
