package gyro

import (
	"context"
	"io"

	"github.com/gyrodata/gyro/schema"
)

// Slice is a slice that a [Store] holds. It is used by one goroutine at a time.
type Slice interface {
	// Manifest says what the slice holds.
	Manifest() Manifest
	// Verify proves from the files alone that the slice is whole and closed; what is wrong
	// with it comes back whole, each an error that wraps [ErrUnproven].
	Verify(ctx context.Context) error
	// File opens one of the files that the manifest lists.
	File(ctx context.Context, name string) (io.ReadCloser, error)
	// Place is where the slice lies, for a person to read.
	Place() string
}

// Loader is a target into whose tables slices are loaded, such as postgres.DB.
type Loader interface {
	// OpenTarget connects. Nothing is begun.
	OpenTarget(ctx context.Context) (Loading, error)
}

// Loading is one load on its way: Catalog, Check, Load, then Commit or Close; or Catalog and
// Undo. It is used by one goroutine at a time.
type Loading interface {
	// Origin says what is loaded into: Server and Time.
	Origin() Origin
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

// LoadPlan is what is to be loaded. Tables that others refer to come first, as far as
// circles allow.
type LoadPlan struct {
	Create []*schema.Table // to be made first
	Tables []*LoadTable
	// Circles are the tables, by number, that have to be inserted together: those that refer
	// to each other in a circle. Every table stands in one.
	Circles [][]int
	// Maps is the order in which the tables' id maps can be built.
	Maps   []int
	DryRun bool // draw no value from a sequence; Commit is not called
	// Open opens the file of a table, OpenSheet that of one that has a Sheet.
	Open      func(ctx context.Context, table int) (io.ReadCloser, error)
	OpenSheet func(ctx context.Context, table int) (SheetStream, error)
	// Tell is told what is done: the rows and bytes of a file so far, or a stage.
	Tell func(LoadEvent)
	// Sheets are the tables that have a Sheet, by number, in the order in which their references
	// can be resolved; those of a circle together.
	Sheets [][]int
}

// LoadEvent is what a load tells of itself.
type LoadEvent struct {
	Stage Stage
	Table int   // -1: of no one table
	Done  bool  // the stage has ended
	Rows  int64 // of Staging and Copying, known at the end
	Bytes int64 // of Staging and Copying, so far
}

// LoadTable is one file of a slice, and how it goes into its table.
type LoadTable struct {
	Table *schema.Table // as the target has it
	File  string
	// Columns are the file's, in its order.
	Columns []LoadColumn
	// Key tells rows apart: the primary key, or else a unique key without NULLs; none: the
	// table has neither.
	Key []string
	// New says how columns of Key get new values. Others keep theirs, or follow their reference.
	New []NewID
	// Find are the columns by which a row is looked for in the target; none: no row is.
	Find []string
	// Unique says that Find is unique in the file, as its manifest proves.
	Unique bool
	// Found says what becomes of a row that is there: skip it or update it.
	Found Action
	// FailFound: a row that is there is a mistake.
	FailFound bool
	// MapOnly: its rows are not loaded. Each has to be in the target, where others refer to it.
	MapOnly    bool
	References []*LoadReference
	// Lists are the columns that others refer to by references that are mapped.
	Lists [][]string
	// Map: old keys have to be told apart from new ones, or rows that are there from others.
	Map bool
	// Straight: nothing changes on the way, so that the file can be copied into the table,
	// if that is empty.
	Straight bool
	Rows     int64 // of the file
	Bytes    int64 // of the file
	// Sheet says that File is no file of a slice, but a foreign CSV, and how it is read.
	Sheet *LoadSheet
}

// Action is what is done with a row of the target that is there already.
type Action string

// The actions.
const (
	SkipRow   Action = "skip"
	UpdateRow Action = "update"
)

// LoadColumn is one column of a file.
type LoadColumn struct {
	Name string
	// Load is false for a column that the target generates itself.
	Load bool
	// Expr is SQL over "value", the column's value; empty: the value itself.
	Expr string
}

// NewID says how a key column gets its new value.
type NewID struct {
	Column   string
	Sequence string      // its next value; the sequence's name as SQL writes it
	Random   bool        // a random uuid
	Derived  []string    // a uuid computed from these columns
	Fixed    [][2]string // old and new
}

// LoadReference is a reference that is mapped: rows get the new values of what they refer to.
type LoadReference struct {
	Name      string
	Columns   []string
	Table     schema.Name // that is referred to
	To        int         // its number in the plan; -1: it is not there
	ToColumns []string
	MatchFull bool
	// Kinds are the conditions of a polymorphic reference: it stands in rows that hold one of
	// the values in each of the columns. None: in all rows.
	Kinds []Kind
	// AsText: the columns are of another type than those referred to; their texts compare.
	AsText bool
	// Each: the column is an array, and each of its elements refers.
	Each bool
	// Fixed are the ids that were declared for a table that is not in the plan.
	Fixed [][2]string
	// Through is a column of a sheet's staging rows that has the number of the row that is
	// referred to, in place of its key.
	Through string
}

// Loaded is what a load did, or an undo.
type Loaded struct {
	Tables      []TableCount // by number in the plan
	Transaction Transaction
	Sheets      []FileValidation // by number in the plan, of those that have a Sheet
	Exclusive   bool             // foreign keys and indexes were dropped and built again
	Notes       []string         // what the user should know
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
