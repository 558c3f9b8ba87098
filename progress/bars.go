package progress

import (
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"

	"github.com/mattn/go-runewidth"
	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"github.com/gyrodata/gyro"
)

// How wide the parts of a line are, in columns: what stands between the name and the bar; the bar itself, which is the widest that
// leaves its room to the text behind it; and what is left to the text in any case, where the name gives way.
const (
	percentWidth        = 6
	leastBar, mostBar   = 8, 24
	textRoom, leastText = 30, 17
	leastName           = 8
)

// bars shows all jobs at once, a bar each.
type bars struct {
	out      io.Writer
	size     func() (width, height int) // of the terminal
	line     *rewritten                 // where there are more jobs than lines: one line; nil: bars
	progress *mpb.Progress
	planned  []gyro.Event // jobs that have no bar yet: how wide bars are depends on all names
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

// sizeOf asks a terminal how large it is; 0 where it does not say, and where it is none.
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
	if e.Type == gyro.Planned {
		if b.planned = append(b.planned, e); e.Job == e.Jobs-1 {
			b.begin()
		}
		return
	}
	b.begin()
	switch e.Type {
	case gyro.Planned:
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

// begin draws a bar for each job that was planned since.
func (b *bars) begin() {
	width, _ := b.size()
	longest, names := 0, make([]string, len(b.planned))
	for i, e := range b.planned {
		names[i] = shortened(model(e), max(leastName, width-percentWidth-leastBar-1-leastText))
		longest = max(longest, runewidth.StringWidth(names[i]))
	}
	bar := min(mostBar, max(leastBar, width-longest-percentWidth-1-textRoom))
	for i, e := range b.planned {
		b.add(e, names[i], bar)
	}
	b.planned = nil
}

func (b *bars) add(e gyro.Event, name string, width int) {
	j := &job{}
	j.last.Store(&e)
	j.bar = b.progress.New(100, mpb.BarStyle().Lbound("▕").Filler("█").Tip("█").Padding(" ").Rbound("▏"),
		mpb.BarWidth(width), mpb.BarFillerTrim(),
		mpb.PrependDecorators(
			decor.Name(name, decor.WCSyncSpaceR),
			decor.Any(func(decor.Statistics) string { return fmt.Sprintf("%3d%%", percent(*j.last.Load())) }, decor.WCSyncSpace),
		),
		mpb.AppendDecorators(decor.Any(func(s decor.Statistics) string {
			return " " + fitting(append(texts(*j.last.Load()), ""), s.AvailableWidth-width-1)
		})),
	)
	b.jobs = append(b.jobs, j)
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
