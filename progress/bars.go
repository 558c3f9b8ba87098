package progress

import (
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"github.com/gyrodata/gyro"
)

// barWidth is the width of a bar itself, in columns.
const barWidth = 24

// bars shows all jobs at once, a bar each.
type bars struct {
	out      io.Writer
	size     func() (width, height int) // of the terminal
	line     *rewritten                 // where there are more jobs than lines: one line; nil: bars
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
	return &bars{out: w, size: sizeOf(w), progress: mpb.New(mpb.WithOutput(w), mpb.WithAutoRefresh(), mpb.WithRefreshRate(100*time.Millisecond))}
}

// sizeOf asks a terminal how large it is; 0 where it does not say.
func sizeOf(w io.Writer) func() (width, height int) {
	f, ok := w.(*os.File)
	return func() (width, height int) {
		if ok {
			width, height, _ = term.GetSize(int(f.Fd()))
		}
		return width, height
	}
}

// crowded reports whether more bars were to come than the terminal has lines, the status and the cursor's among them:
// those above would be drawn again and again, each time a line lower.
func (b *bars) crowded(e gyro.Event) bool {
	_, height := b.size()
	return height > 0 && e.Jobs > height-2
}

func (b *bars) Event(e gyro.Event) {
	if b.line == nil && e.Type == gyro.Planned && len(b.jobs) == 0 && b.crowded(e) {
		b.line = newRewritten(b.out, func() int {
			width, _ := b.size()
			return width
		})
	}
	if b.line != nil {
		b.line.Event(e)
		if e.Type == gyro.Ended {
			b.line.Close()
			b.line = nil // what follows may have fewer jobs
		}
		return
	}
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
		mpb.AppendDecorators(decor.Any(func(s decor.Statistics) string {
			return " " + fitting(texts(*j.last.Load()), s.AvailableWidth-barWidth-1)
		})),
	)
	b.jobs = append(b.jobs, j)
}

// fitting is the first text that has room, or the last.
func fitting(texts []string, room int) string {
	for _, text := range texts {
		if len(text) <= room {
			return text
		}
	}
	return texts[len(texts)-1]
}

// Close leaves the bars on the screen as they are.
func (b *bars) Close() {
	if b.line != nil {
		b.line.Close()
	}
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
