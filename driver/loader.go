package driver

import (
	"context"
	"io"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/schema"
)

// Loader is a target into whose tables slices are loaded, such as postgres.DB. It may be used by many
// goroutines at once, and gives each a Target of its own.
type Loader interface {
	// OpenTarget connects. Nothing is begun. After an error nothing is left open.
	OpenTarget(ctx context.Context) (Target, error)
}

// Target is a connection to what is loaded into, for one load or one undo: Catalog, Check, Load, what
// there is to be asked of it, Commit; or Undo. It is used by one goroutine at a time, and in the end
// closed.
//
// After an error, or where a call's context ended, it is of no more use: the caller closes it, and
// nothing was loaded. Only Check's errors leave it as it was.
type Target interface {
	// Origin says what is loaded into: Server and Time. It may be asked at any time, also after Close.
	Origin() gyro.Origin
	// Catalog describes every table that the target has. The caller may keep it, and changes nothing in
	// it. It comes before Load.
	Catalog(ctx context.Context) (schema.Catalog, error)
	LoadTarget
	SheetTarget
	UndoTarget
	// Close ends the transaction, where it was not committed, as if nothing had been loaded, and the
	// connection. Values that were drawn from sequences are not given back. It is called once, also after an
	// error, and also where a context has ended: so it takes none, and waits for a few seconds at most.
	Close() error
}

// LoadTarget is what a [Target] does for a load.
type LoadTarget interface {
	// Check says all that keeps a plan from being carried out, such as rights, before it is
	// begun. The errors are joined, each a [gyro.Mistake]. It changes nothing, and may be called again.
	Check(ctx context.Context, plan *LoadPlan) error
	// Load begins the transaction and loads all of the plan's tables, without committing: others see none of
	// it, and may have to wait for its locks. It is called once. The plan is not changed, and not to be
	// changed up to Commit or Close.
	//
	// It calls the plan's functions from one goroutine at a time: Open or OpenSheet for each table with a
	// file, again where it has to begin anew, and it closes what they opened. An error of theirs, or of what
	// they opened, ends the load and is wrapped by its own.
	//
	// Where rows of sheets break rules and are not rejected, nothing goes in, and the Loaded says what was
	// found.
	Load(ctx context.Context, plan *LoadPlan) (*Loaded, error)
	// Keys writes the keys of the rows that Load inserted into one table, which has a key, as CSV with a
	// header, in their order, and returns how many there were: those of [TableCount]. Where the table's plan says
	// Was, values that they have in the file stand behind, in columns [WasColumn]; where it has Known, the rows that are known
	// stand among them. It calls Write once for the header and once for each row. It comes between Load and Commit,
	// and may be called again.
	Keys(ctx context.Context, table int, w io.Writer) (int64, error)
	// Commit makes the load last. Where ctx has ended before, it does not. Where the connection is lost
	// meanwhile, it finds out whether the load did, for which it may take longer than ctx lasts; where it
	// can't, the error wraps [gyro.ErrUncertain]. Any other error means that nothing was loaded. It comes
	// after a Load without error, once, and not after that of a plan with DryRun, nor where rows were found
	// that are not rejected.
	Commit(ctx context.Context) error
}

// SheetTarget is what a [Target] does besides where tables of the plan have a [Sheet].
type SheetTarget interface {
	// Rejected gives the rows of a sheet that break rules, each once, by number, with their reasons, each
	// "column: rule", or the rule alone where it is the row as a whole. It comes between Load and
	// Commit or Close. An error of row ends it, and is wrapped by its own. row does not use the Target.
	Rejected(ctx context.Context, table int, row func(row int64, reasons []string) error) error
}

// UndoTarget is what a [Target] does to take a load back.
type UndoTarget interface {
	// Undo deletes the rows that a load inserted, and commits, or changes nothing and says why. It
	// changes nothing where this is not the database that was loaded into, where a row was changed or
	// deleted since, and where a row that stays refers to one of them. It is called once, on a Target that
	// loads nothing.
	Undo(ctx context.Context, plan *UndoPlan) (*Loaded, error)
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
	TriggersOff bool                  // the tables' triggers were kept from firing
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
