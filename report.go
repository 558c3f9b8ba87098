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
	Notes   []string // what the user should know, as in [Plan]
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
