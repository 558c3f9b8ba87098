package gyro

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/gyrodata/gyro/schema"
)

// Step says what an [Event] tells.
type Step string

// A run's events come in this order: Planned for each job, then for each job Started,
// Moved any number of times and Finished; Ended is the last one of a run that succeeded.
// Restarted says that the server gave the snapshot up and all begins anew.
const (
	Planned  Step = "planned"
	Started  Step = "started"
	Moved    Step = "moved"
	Finished Step = "finished"
	Ended    Step = "ended"

	Restarted Step = "restarted"
)

// Event is what a run tells of itself while it goes on.
type Event struct {
	Step     Step
	Job      int // from 0
	Jobs     int // how many there are
	Model    schema.Name
	File     string
	Estimate int64 // rows that the planner expects; of Ended, 0
	Rows     int64 // so far; of Ended, of all jobs
	Bytes    int64 // so far; of Ended, of all jobs
	Elapsed  time.Duration
}

// tick is the time between two Moved events.
const tick = 100 * time.Millisecond

// meter counts what one job has written, and tells it every tick.
type meter struct {
	rows, bytes atomic.Int64
}

// watch sends what the meter shows to tell until stop is called, which waits for the last
// call to return. tell is called by one goroutine at a time.
func (m *meter) watch(tell func(rows, bytes int64)) (stop func()) {
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		ticker := time.NewTicker(tick)
		defer ticker.Stop()
		for {
			select {
			case <-done:
				return
			case <-ticker.C:
				tell(m.rows.Load(), m.bytes.Load())
			}
		}
	})
	return func() {
		close(done)
		wg.Wait()
	}
}
