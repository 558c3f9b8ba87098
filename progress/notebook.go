package progress

import (
	"fmt"
	"sync"
	"time"

	"github.com/gyrodata/gyro"
)

// Notebook shows the events of a run in a notebook whose kernel runs Go: a bar a job, in one output that is put in the place
// of itself, and totals at the end. The kernel's own function displays it, so that no kernel is needed here. With GoNB:
//
//	id := gonbui.UniqueID()
//	shown := progress.Notebook{Show: func(html string) { gonbui.UpdateHTML(id, html) }}
//
// gophernotes can't put an output in the place of another. There Show stays nil, and &shown as the last line of a cell
// displays what the run came to. The zero value works; it must not be copied once it was used.
type Notebook struct {
	// Show displays the HTML in place of what it displayed before; default: nothing is displayed while the run goes on. It is
	// called at most four times a second, never twice at a time, and not only by the goroutine of the run.
	Show func(html string)

	mu    sync.Mutex
	runs  []*shownRun // one; of a copy two
	next  time.Time   // when Show may be called again
	later *time.Timer // calls Show where no event does; nil: there is nothing to show
}

// shownRun is what is known of a run.
type shownRun struct {
	jobs  []shownJob
	state string      // what it does, or why it came to no end; empty: the bars say it
	end   *gyro.Event // Ended; nil: it goes on
}

type shownJob struct{ last, finished gyro.Event }

// notebookInterval is the time between two calls of Show. Large HTML is let more: a front end has to lay all of it out again.
const (
	notebookInterval = 250 * time.Millisecond
	notebookRate     = 200 << 10 // bytes a second
)

// Event is what the Progress of a run is to be.
func (n *Notebook) Event(e gyro.Event) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.hear(e)
	wait := time.Until(n.next)
	switch {
	case n.Show == nil:
	case wait <= 0 || e.Type == gyro.Ended:
		n.show()
	case n.later == nil: // no other event may come for long
		n.later = time.AfterFunc(wait, func() {
			n.mu.Lock()
			defer n.mu.Unlock()
			if n.later != nil {
				n.show()
			}
		})
	}
}

func (n *Notebook) hear(e gyro.Event) {
	if len(n.runs) == 0 || n.runs[len(n.runs)-1].end != nil {
		n.runs = append(n.runs, &shownRun{})
	}
	r := n.runs[len(n.runs)-1]
	switch {
	case e.Type == gyro.Ended:
		r.end, r.state = &e, ""
		return
	case e.Type == gyro.Restarted:
		r.jobs, r.state = nil, restarted
		return
	case e.Type == gyro.Staged && e.Model.IsZero():
		r.state = string(e.Stage)
		return
	}
	for len(r.jobs) <= e.Job {
		r.jobs = append(r.jobs, shownJob{})
	}
	j := &r.jobs[e.Job]
	j.last = e
	if e.Type == gyro.Finished {
		j.finished = e
	}
	if e.Type != gyro.Planned {
		r.state = ""
	}
}

// show is called with the lock held.
func (n *Notebook) show() {
	if n.later != nil {
		n.later.Stop()
		n.later = nil
	}
	html := n.html()
	n.Show(html)
	n.next = time.Now().Add(notebookInterval + time.Duration(len(html))*time.Second/notebookRate)
}

// Close shows how things stand, also where the run failed half way. Nothing is shown after it.
func (n *Notebook) Close() {
	n.mu.Lock()
	defer n.mu.Unlock()
	stopped := false
	if i := len(n.runs) - 1; i >= 0 && n.runs[i].end == nil {
		n.runs[i].state, stopped = n.runs[i].stopped(), true
	}
	if n.Show != nil && (stopped || n.later != nil) {
		n.show()
	}
}

func (r *shownRun) stopped() string {
	done := 0
	for _, j := range r.jobs {
		if j.finished.Type == gyro.Finished {
			done++
		}
	}
	return fmt.Sprintf("stopped: %d of %d were done", done, len(r.jobs))
}

// HTML is how things stand.
func (n *Notebook) HTML() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.html()
}

// barView is a line of the HTML: a bar.
type barView struct {
	Name    string
	Percent int
	Done    bool
	Text    string
}

type runView struct {
	Bars         []barView
	State, Total string
}

func (n *Notebook) html() string {
	var runs []runView
	for _, r := range n.runs {
		view := runView{State: r.state}
		for _, j := range r.jobs {
			e := j.last
			if r.end != nil && j.finished.Type == gyro.Finished { // what the file had is worth more than its last stage
				e = j.finished
			}
			view.Bars = append(view.Bars, barView{
				Name: model(e), Percent: percent(e), Done: j.finished.Type == gyro.Finished, Text: texts(e)[0],
			})
		}
		if r.end != nil {
			view.Total = ended(*r.end)
		}
		runs = append(runs, view)
	}
	return written("bars", runs)
}
