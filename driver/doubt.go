package driver

import "github.com/gyrodata/gyro"

// Doubter is what a [Snapshot] may do besides: say what it can't promise.
type Doubter interface {
	// Doubts are promises of a Snapshot that this source can't keep: they are told with every plan and every run. It may be asked at
	// any time.
	Doubts() []gyro.Text
}
