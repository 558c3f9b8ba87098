package driver

import (
	"context"
	"io"
)

// SheetFile is a foreign CSV file as a store has it. It may be used again: each load opens the file anew.
type SheetFile struct {
	Name string // what messages call the file
	Size int64  // in bytes, for progress; 0: not known
	// Open opens the file at its first byte. It is called once more where rows are rejected, or
	// where values are shown, and gives the same bytes each time. ctx holds up to the Close.
	Open func(ctx context.Context) (io.ReadCloser, error)
	// Reject opens the place for the rows that break a rule; the others are loaded then. It is
	// called at most once a load, where there is such a row. Default: none; a single bad row refuses
	// the load.
	Reject func(ctx context.Context) (Rejects, error)
}

// Rejects is where the rows of a foreign CSV file go that break a rule: as they were, with the reasons
// in front. It is written only where there is such a row, by one goroutine; nothing is to be seen of it before
// Commit.
//
// After an error of Write or Commit the caller calls Abort.
type Rejects interface {
	io.Writer
	// Commit makes what was written durable, before the load is. What is in its place by then is not
	// written over: that is an error. Where ctx has ended, nothing is there.
	Commit(ctx context.Context) error
	// Abort leaves nothing of it, also after Commit: the load failed at its end. It is called once, and
	// takes no context, for it is called where that has ended.
	Abort() error
	// Place is where they lie, for a person to read.
	Place() string
}
