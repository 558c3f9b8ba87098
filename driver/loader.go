package driver

import (
	"context"
	"io"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/schema"
)

// Loader is a target into whose tables slices are loaded, such as postgres.DB.
type Loader interface {
	// OpenTarget connects. Nothing is begun.
	OpenTarget(ctx context.Context) (Target, error)
}

// Target is one load on its way: Catalog, Check, Load, then Commit or Close; or Catalog and
// Undo. It is used by one goroutine at a time.
type Target interface {
	// Origin says what is loaded into: Server and Time.
	Origin() gyro.Origin
	// Catalog describes every table that the target has.
	Catalog(ctx context.Context) (schema.Catalog, error)
	// Check says all that keeps a plan from being carried out, such as rights, before it is
	// begun. The errors are joined.
	Check(ctx context.Context, plan *LoadPlan) error
	// Load begins the transaction and loads all of the plan's tables, without committing. Where
	// rows of sheets break rules and are not rejected, nothing goes in, and the Loaded says
	// what was found.
	Load(ctx context.Context, plan *LoadPlan) (*Loaded, error)
	// Keys writes the keys of the rows that Load inserted into one table, as CSV with a
	// header, in their order, and returns how many there were. It calls Write once a row.
	Keys(ctx context.Context, table int, w io.Writer) (int64, error)
	// Rejected gives the rows of a sheet that break rules, by number, with their reasons, each
	// "column: rule". It comes after Load.
	Rejected(ctx context.Context, table int, row func(row int64, reasons []string) error) error
	// Commit makes the load last. Where the connection is lost meanwhile, it finds out whether
	// the load did.
	Commit(ctx context.Context) error
	// Undo deletes the rows that a load inserted, and commits, or changes nothing: see [Undo].
	Undo(ctx context.Context, plan *UndoPlan) (*Loaded, error)
	// Close ends the transaction, where it was not committed, as if nothing had been loaded,
	// and the connection.
	Close() error
}

// LoadEvent is what a load tells of itself.
type LoadEvent struct {
	Stage gyro.Stage
	Table int   // -1: of no one table
	Done  bool  // the stage has ended
	Rows  int64 // of Staging and Copying, known at the end
	Bytes int64 // of Staging and Copying, so far
}

// Loaded is what a load did, or an undo.
type Loaded struct {
	Tables      []TableCount // by number in the plan
	Transaction Transaction
	Sheets      []gyro.FileValidation // by number in the plan, of those that have a Sheet
	Exclusive   bool                  // foreign keys and indexes were dropped and built again
	Notes       []gyro.Text           // what the user should know
}

// TableCount is what became of one table's rows.
type TableCount struct {
	Straight                   bool // copied into the table itself
	Inserted, Skipped, Updated int64
	Deleted                    int64 // by an undo
}

// Transaction names the transaction of a load, so that it can be asked for later.
type Transaction struct {
	System   string `json:"system"`   // the server's system identifier
	Database uint32 `json:"database"` // the database's OID
	ID       uint64 `json:"id"`       // with its epoch
}
