package driver

import (
	"context"
	"io"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/schema"
)

// Database is a source whose rows are selected, such as postgres.DB.
type Database interface {
	// Open begins to read. All that the Snapshot gives is of one moment.
	Open(ctx context.Context) (Snapshot, error)
}

// Snapshot is a source at one moment. It is used by one goroutine at a time.
type Snapshot interface {
	// Origin says what is read, and of when.
	Origin() gyro.Origin
	// Catalog describes every table that the source has.
	Catalog(ctx context.Context) (schema.Catalog, error)
	// Explain says what Copy would do with each of the selections, without reading a row. A query
	// that the source refuses is an error, which does not say of which selection; the Snapshot
	// can be used on.
	Explain(ctx context.Context, all ...Selection) ([]gyro.Estimate, error)
	// Copy writes the rows as CSV, after a header line, and returns how many rows there
	// were. It calls Write once for the header and once for each row. Where Restrict holds
	// a set of keys, no row comes twice.
	Copy(ctx context.Context, s Selection, w io.Writer) (rows int64, err error)
	// Finish is called when all has been copied. Where something that was read turns out not
	// to be of the snapshot's moment, the error wraps [ErrConflict].
	Finish(ctx context.Context) error
	// Close ends the snapshot. It is called once, also after an error.
	Close() error
}
