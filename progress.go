package gyro

import (
	"time"

	"github.com/gyrodata/gyro/schema"
)

// EventType says what an [Event] tells.
type EventType string

// A run's events come in this order: Planned for each job, then for each job Started,
// Moved any number of times and Finished; Ended is the last one of a run that succeeded.
// Restarted says that the server gave the snapshot up and all begins anew.
const (
	Planned  EventType = "planned"
	Started  EventType = "started"
	Moved    EventType = "moved"
	Finished EventType = "finished"
	Ended    EventType = "ended"

	Restarted EventType = "restarted"
	// Staged says that a load has come to its next Stage.
	Staged EventType = "stage"
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
	Type     EventType
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

// ProgressInterval is the time between two Moved events.
const ProgressInterval = 100 * time.Millisecond
