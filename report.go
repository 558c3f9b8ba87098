package gyro

import (
	"time"

	"github.com/gyrodata/gyro/schema"
)

// Report is what a run did.
type Report struct {
	Place   string // where the slice lies
	Origin  Origin
	Files   []FileReport // in the order of the jobs
	Rows    int64        // of all files
	Bytes   int64        // of all files
	Elapsed time.Duration
	Notes   []Text      // what the user should know, as in [Plan]
	Load    *LoadReport // of a run that loaded a slice; else nil
}

// LoadReport is what a load did.
type LoadReport struct {
	Origin    Origin // what was loaded into
	Tables    []TableReport
	Exclusive bool   // foreign keys and indexes were dropped and built again
	DryRun    bool   // all was rolled back
	Record    string // where load.Undo finds what it needs; empty: there is none
	NoUndo    Text   // why the load can't be taken back, though there is a Record; empty: it can
	Elapsed   time.Duration
	// Validation is what was found in foreign CSV files; of a slice nil.
	Validation *Validation
}

// TableReport is one table of a [LoadReport].
type TableReport struct {
	Model    schema.Name
	File     string
	Rows     int64 // of the file
	Inserted int64
	Skipped  int64 // they were there already
	Updated  int64
	Rejected int64 // rows of a foreign CSV file that break rules
	Deleted  int64 // by [Undo]
	Straight bool  // copied into the table itself; else by way of a staging table
}

// FileReport is one file of a [Report].
type FileReport struct {
	Model    schema.Name
	File     string
	Rows     int64
	Included int64 // of Rows, those that are here only because others refer to them
	Bytes    int64
	Elapsed  time.Duration
}
