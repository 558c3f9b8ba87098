package export

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
)

// task is something that a run reads from its snapshot.
type task struct {
	step   *step
	waits  []*task // that have to be done first
	rows   float64 // that are expected
	weight float64 // with those of what waits for it, in the longest chain
	// before and after are called by one goroutine, do by another with a snapshot of its own, or without one where the rows were read ahead.
	before func()
	do     func(ctx context.Context, snapshot driver.Snapshot) error
	after  func() error
	// begin makes ready to read its rows before its turn, or gives nil; ahead is what it made.
	begin func() *ahead
	ahead *ahead
}

// queued says what jobs wait for: those whose keys restrict them, and none else. The keys of a table that is taken whole restrict
// nothing.
func queued(jobs []*task) []*task {
	for i, t := range jobs {
		for _, r := range t.step.restricting() {
			for _, other := range jobs[:i] {
				if other.step == r.parent && !r.all() {
					t.waits = append(t.waits, other)
				}
			}
		}
	}
	for _, t := range slices.Backward(jobs) {
		t.rows = max(1, t.step.expected())
		t.weight += t.rows
		for _, other := range t.waits {
			other.weight = max(other.weight, t.weight)
		}
	}
	return jobs
}

// pool is the connections of a run: the snapshot that it began with, and others of the same moment.
type pool struct {
	snapshots []driver.Snapshot
	room      spoolRoom
	mu        sync.Mutex
	divided   []*divided    // selections that others may help to read
	news      chan struct{} // there is another
}

// offer lets connections that have nothing to do help.
func (p *pool) offer(d *divided) {
	p.mu.Lock()
	p.divided = append(p.divided, d)
	p.mu.Unlock()
	select {
	case p.news <- struct{}{}:
	default:
	}
}

// withdraw ends it.
func (p *pool) withdraw(d *divided) {
	p.mu.Lock()
	p.divided = slices.DeleteFunc(p.divided, func(other *divided) bool { return other == d })
	p.mu.Unlock()
	d.end()
}

// piece is the next that nobody reads; nil: there is none.
func (p *pool) piece() *piece {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, d := range p.divided {
		if part := d.next(); part != nil {
			return part
		}
	}
	return nil
}

// newPool opens the connections that the run may use.
func (w *run) newPool(ctx context.Context) (*pool, error) {
	p := &pool{snapshots: []driver.Snapshot{w.snapshot}, news: make(chan struct{}, 1)}
	if w.Workers < 2 {
		return p, nil
	}
	sharer, ok := w.snapshot.(driver.Sharer)
	if !ok {
		return nil, &gyro.Error{Op: "export", Err: errors.New("the source can't be read by several connections at one moment"), Hint: "leave {Workers} out"}
	}
	var all []driver.Selection
	for _, step := range w.steps {
		all = append(all, step.explained(w.Unsorted)...)
	}
	for len(p.snapshots) < w.Workers {
		snapshot, err := sharer.Share(ctx, all...)
		if err != nil {
			p.close()
			return nil, err
		}
		p.snapshots = append(p.snapshots, snapshot)
	}
	return p, nil
}

// close closes the connections but the first, which is the run's.
func (p *pool) close() {
	for _, snapshot := range p.snapshots[1:] {
		_ = snapshot.Close() // nothing was written
	}
}

// finish sees to it that what the other connections read was of the snapshot's moment.
func (p *pool) finish(ctx context.Context) error {
	for _, snapshot := range p.snapshots[1:] {
		if err := snapshot.Finish(ctx); err != nil {
			return err
		}
	}
	return nil
}

// aside is what a connection may read for which no task is ready: a piece of another's, or the rows of a task before its turn; nil: nothing.
func (p *pool) aside(waiting []*task) func(ctx context.Context, snapshot driver.Snapshot) error {
	part := p.piece()
	if part == nil && !p.room.spills() {
		longest := slices.SortedStableFunc(slices.Values(waiting), func(a, b *task) int { return cmp.Compare(b.rows, a.rows) })
		for _, t := range longest {
			if t.ahead == nil && t.begin != nil {
				if t.ahead = t.begin(); t.ahead != nil {
					part = t.ahead.piece
					break
				}
			}
		}
	}
	if part == nil {
		return nil
	}
	return func(ctx context.Context, snapshot driver.Snapshot) error {
		part.fetch(ctx, snapshot)
		return part.err // who waits for the rows gets the same; the connection is of no more use
	}
}

// run does tasks: one connection those in their order, several whatever waits for no other, that first behind which most rows wait.
// The first error ends all.
func (p *pool) run(ctx context.Context, tasks []*task) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type end struct {
		task     *task
		snapshot driver.Snapshot
		err      error
	}
	var (
		ends    = make(chan end)
		free    = slices.Clone(p.snapshots)
		waiting = slices.Clone(tasks)
		done    = map[*task]bool{}
		failed  error
	)
	if len(free) > 1 {
		slices.SortStableFunc(waiting, func(a, b *task) int { return cmp.Compare(b.weight, a.weight) })
	}
	ready := func(t *task) bool {
		return !slices.ContainsFunc(t.waits, func(other *task) bool { return !done[other] })
	}
	defer func() {
		for _, t := range tasks {
			if t.ahead != nil {
				t.ahead.spool.close()
			}
		}
	}()
	for running := 0; ; {
		for failed == nil {
			var do func(ctx context.Context, snapshot driver.Snapshot) error
			var t *task
			able := func(t *task) bool { return ready(t) && (t.ahead != nil || len(free) > 0) }
			if i := slices.IndexFunc(waiting, able); i >= 0 {
				t = waiting[i]
				waiting = slices.Delete(waiting, i, i+1)
				if t.before != nil {
					t.before()
				}
				do = t.do
			} else if len(free) > 0 {
				do = p.aside(waiting)
			}
			if do == nil {
				break
			}
			var snapshot driver.Snapshot
			if t == nil || t.ahead == nil { // what was read ahead, needs no connection any more
				snapshot, free = free[0], free[1:]
			}
			running++
			go func() { ends <- end{t, snapshot, do(ctx, snapshot)} }()
		}
		if running == 0 {
			return failed
		}
		var e end
		select {
		case e = <-ends:
		case <-p.news:
			continue
		}
		running--
		if e.snapshot != nil {
			free = append(free, e.snapshot)
		}
		if e.task != nil {
			done[e.task] = true
		}
		if e.err == nil && failed == nil && e.task != nil && e.task.after != nil {
			e.err = e.task.after()
		}
		if e.err != nil && failed == nil { // what fails behind it, fails for it
			failed = e.err
			cancel()
		}
	}
}
