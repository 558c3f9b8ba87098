package gyro

import (
	"context"
	"io"
	"time"

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
	Origin() Origin
	// Catalog describes every table that the source has.
	Catalog(ctx context.Context) (schema.Catalog, error)
	// Explain says what Copy would do with each of the selections, without reading a row. A query
	// that the source refuses is an error, which does not say of which selection; the Snapshot
	// can be used on.
	Explain(ctx context.Context, all ...Selection) ([]Estimate, error)
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

// Origin is what a slice was taken from.
type Origin struct {
	Server  string    // "PostgreSQL 15.18"
	Standby bool      // read on a hot standby
	Time    time.Time // when the snapshot was taken, by the server's clock
	LSN     string    // the write-ahead log's position near the snapshot; on a standby the replayed one
}

// Selection is the rows of one table that are to be read.
type Selection struct {
	Table    *schema.Table // as the catalog has it
	Columns  []string      // in this order; none: all of the table's
	Query    Query
	Restrict []Restriction // each of them
	// Orphans keeps rows all of whose restricting references are NULL.
	Orphans bool
	Limit   int      // 0: all
	Per     []string // columns; Limit counts for each of their values
	Percent float64  // 0: all
	OrderBy string   // SQL; with Limit
	Seed    int64    // with Limit, unless OrderBy is set, and with Percent
	Null    []Nulling
	// Flags are conditions in SQL, whose truth follows the columns, a column each.
	Flags []string
	// Unsorted: in any order; else by primary key, or by all columns where there is none.
	Unsorted bool
}

// Restriction keeps the rows whose Columns hold one of Keys. Rows that hold NULL there are
// kept as well, but for those of which [Selection].Orphans speaks.
type Restriction struct {
	Columns   []string
	To        []schema.Column // those that are referred to, which the keys are of
	MatchFull bool            // only NULL in all Columns counts as NULL
	NotNull   bool            // no column can be NULL, or such rows are not wanted
	Keys      *Keys           // nil: all that there are, so that only NULL is of interest
	// When is SQL: the reference stands only in rows for which it is true. Empty: in all.
	When string
	// AsText: the columns are of another type than those referred to; their texts compare.
	AsText bool
	// Share is what part of its table's rows Keys are, 0 to 1, as far as is known.
	Share float64
}

// Nulling writes NULL into Set where Columns hold none of Keys.
type Nulling struct {
	Restriction
	Set []string
}

// Estimate is what a source expects of a [Selection].
type Estimate struct {
	SQL   string  // the SELECT as it will run
	Shape string  // how the rows are found: "plain predicate", "unnest join on …", "lateral per …"
	Rows  float64 // as the planner thinks
	Cost  float64 // in the planner's units
}

// Store is a place for a slice, such as csvdir.Dir: to put one, or to read the one it holds.
type Store interface {
	// Slice opens the slice that is there.
	Slice(ctx context.Context) (Slice, error)
	// Check says whether Begin would refuse; it changes nothing.
	Check(ctx context.Context, files []string) error
	// Begin makes ready to take these files. Where one of them is there already and the
	// target was not told to overwrite, the error wraps [ErrExists].
	Begin(ctx context.Context, files []string) (SliceWriter, error)
}

// SliceWriter takes one slice. It is used by one goroutine at a time. After Commit or
// Abort it is done.
type SliceWriter interface {
	// Create begins a file. The slice is not to be seen before Commit.
	Create(ctx context.Context, file string) (io.WriteCloser, error)
	// Commit makes the slice complete, and durable: the files that were closed, and the
	// manifest.
	Commit(ctx context.Context, m Manifest) error
	// Abort leaves what was there before Begin. After Commit it does nothing.
	Abort() error
	// Place is where the slice lies, for a person to read.
	Place() string
}
