package gyro

import (
	"time"
)

// Origin is what a slice was taken from.
type Origin struct {
	Server  string    // "PostgreSQL 15.18"
	Standby bool      // read on a hot standby
	Time    time.Time // when the snapshot was taken, by the server's clock
	LSN     string    // the write-ahead log's position near the snapshot; on a standby the replayed one
}
