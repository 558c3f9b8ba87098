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
	// Staged says that a load has come to its next Stage.
	Staged Step = "stage"
)

// Stage is a part of a load.
type Stage string

// The stages, in their order. Staging and Copying are told as Started, Moved and Finished of
// each file.
const (
	Verifying  Stage = "verify"     // the slice is proved from its files
	Preparing  Stage = "prepare"    // the target is looked at; with exclusive, keys and indexes are dropped
	Staging    Stage = "stage"      // a file is copied into a staging table
	Validating Stage = "validate"   // the rows of a foreign CSV file are held against the rules
	Mapping    Stage = "map ids"    // old ids to new ones
	Copying    Stage = "copy"       // a file is copied into its table
	Inserting  Stage = "insert"     // from a staging table
	Indexing   Stage = "indexes"    // with exclusive: built again
	Referring  Stage = "references" // with exclusive: foreign keys added again and proved; else deferred ones checked
	Analyzing  Stage = "analyze"
	Rejecting  Stage = "reject" // rows that break rules are written to their file
	Recording  Stage = "record" // what undo needs
	Committing Stage = "commit"
)

// Event is what a run tells of itself while it goes on.
type Event struct {
	Step     Step
	Stage    Stage // of Staged
	Job      int   // from 0
	Jobs     int   // how many there are
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
