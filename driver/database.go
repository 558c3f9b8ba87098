package driver

import (
	"context"
	"io"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/schema"
)

// Database is a source whose rows are selected, such as postgres.DB. It may be used by many goroutines at
// once, and gives each a Snapshot of its own.
type Database interface {
	// Open begins to read. All that the Snapshot gives is of one moment, which is not before the call. The
	// source is only read. After an error nothing is left open.
	Open(ctx context.Context) (Snapshot, error)
}

// Snapshot is a source at one moment: what is changed after Open is not seen. It is used by one goroutine
// at a time: Catalog, Explain and Copy in any order, then Finish and Close.
//
// After an error, or where a call's context ended, the Snapshot may be of no more use, and the caller
// closes it; but for an error of Explain that wraps [ErrQuery], after which it can be used on. Where the
// server gave the snapshot up for reasons of its own, the error wraps [gyro.ErrConflict], and the caller
// may begin anew with Open.
type Snapshot interface {
	// Origin says what is read, and of when. It may be asked at any time, also after Close.
	Origin() gyro.Origin
	// Catalog describes every table that the source has. The caller may keep it, and changes nothing in it.
	Catalog(ctx context.Context) (schema.Catalog, error)
	// Explain says what Copy would do with each of the selections, in their order, without reading a row. Keys
	// of the selections need not be known yet. A query that the source refuses is an error that wraps
	// [ErrQuery] and does not say of which selection; the Snapshot can be used on, and the caller asks of each
	// alone.
	Explain(ctx context.Context, all ...Selection) ([]gyro.Estimate, error)
	// Refuses says whether one of the values, each as PostgreSQL prints it, could not stand in a column: the name of the first of
	// checks, which are the table's, that it does not pass, or "its type"; empty: all could. It reads no row.
	Refuses(ctx context.Context, table *schema.Table, column string, checks, values []string) (by string, err error)
	// Copy writes the rows as CSV (see package pgcsv), after a header line with the selection's columns and
	// flags, and returns how many rows there were. It calls Write once for the header and once for each
	// row, with its line feed, from one goroutine; Write does not keep what it is given. Where Restrict
	// holds a set of keys, no row comes twice. An error of Write ends the Copy, and is wrapped by its own; rows that were
	// written before stay written.
	Copy(ctx context.Context, s Selection, w io.Writer) (rows int64, err error)
	// Finish is called once, when all has been copied. Where something that was read turns out not
	// to be of the snapshot's moment, the error wraps [gyro.ErrConflict].
	Finish(ctx context.Context) error
	// Close ends the snapshot. It is called once, also after an error, and also where a context has
	// ended: so it takes none, and waits for a few seconds at most.
	Close() error
}

// Sharer is a [Snapshot] beside which others of the same moment can be opened, each to be used by one goroutine at a time.
type Sharer interface {
	// Share opens one, to read selections that Explain was asked for. It sees what the Snapshot sees, to the row, or is an error; it is used,
	// finished and closed as any, before the Snapshot is.
	Share(ctx context.Context, all ...Selection) (Snapshot, error)
}

// Divider is a [Snapshot] that can divide a selection into pieces of about as many rows, to be read by several.
type Divider interface {
	// Divide gives pieces that hold each row once, as many as asked for or fewer; none: the selection can't be divided. Those with bounds follow
	// each other in the order of the primary key, unless the selection is unsorted. Those with keys do not: rows of each stand in that order, and
	// between those of others.
	Divide(ctx context.Context, s Selection, pieces int) ([]Piece, error)
}
