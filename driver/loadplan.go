package driver

import (
	"context"
	"io"
	"slices"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/schema"
)

// LoadPlan is what is to be loaded. Tables that others refer to come first, as far as
// circles allow. Its functions are called by one goroutine at a time, in the time of [Target].Load.
type LoadPlan struct {
	Create []*schema.Table // to be made first
	Tables []*LoadTable
	// Circles are the tables, by number, that have to be inserted together: those that refer
	// to each other in a circle. Every table stands in one.
	Circles [][]int
	// Maps is the order in which the tables' id maps can be built.
	Maps []int
	// Secret is the setting gyro.mask_key of the masks of sheets, in hex; empty: it is not set.
	Secret string
	DryRun bool // draw no value from a sequence; Commit is not called
	// Open opens the file of a table, OpenSheet that of one that has a Sheet, whose rows encode writes, at the first
	// byte. They may be called again for the same table, after what was opened was closed. ctx holds up to the Close.
	Open      func(ctx context.Context, table int) (io.ReadCloser, error)
	OpenSheet func(ctx context.Context, table int, encode SheetEncoder) (SheetStream, error)
	// Over is the transaction of an earlier load, whose rows the tables know by Known; nil: there was none. OpenKnown opens
	// what its record knows of a table, as Open does its file.
	Over      *Transaction
	OpenKnown func(ctx context.Context, table int) (io.ReadCloser, error)
	// Tell is told what is done: the rows and bytes of a file so far, or a stage. It returns at once.
	// nil: nobody is told.
	Tell func(LoadEvent)
	// Sheets are the tables that have a Sheet, by number, in the order in which their references
	// can be resolved; those of a circle together.
	Sheets [][]int
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
	// Find are the columns by which a row is looked for in the target; empty: insert only.
	Find []string
	// Unique says that Find is unique in the file, as its manifest proves.
	Unique bool
	// Found says what becomes of a row that is there: skip it or update it.
	Found gyro.Policy
	// FailFound: a row that is there is a mistake.
	FailFound bool
	// Known says that OpenKnown has the rows of an earlier load. Those of the file that are among them are found by it,
	// before Find is asked, and updated where they differ.
	Known *KnownRows
	// Was are the columns of Key of which [LoadTarget].Keys gives the values in the file, too.
	Was []string
	// MapOnly: its rows are not loaded. Each has to be in the target, where others refer to it.
	MapOnly    bool
	References []*LoadReference
	// Lists are the columns that others refer to by references that are mapped.
	Lists [][]string
	// Map: the load needs a map from old to new ids, or has to tell rows that are there from others. A table that
	// has a Sheet and a Key has it.
	Map bool
	// Straight: nothing changes on the way, so that the file can be copied into the table,
	// if that is empty.
	Straight bool
	Rows     int64 // of the file
	Bytes    int64 // of the file
	// Sheet says that File is no file of a slice, but a foreign CSV, and how it is read.
	Sheet *Sheet
}

// KnownRows says what is known of the rows that an earlier load left in a table: a CSV with a header that has their keys,
// in the order of the columns Key.
type KnownRows struct {
	Key []string
	// Was are the columns of Key whose values in the slice stand behind the key. The others have those that they had there.
	Was []string
}

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
	Default  bool        // what the column's default, or that of its domain, gives
	Triggers []string    // one of these triggers gives it while the row goes in: it is not written
	Random   bool        // a random uuid
	Highest  bool        // the target's highest, and on
	Offset   int64       // the old one and this
	Derived  []string    // a uuid computed from these columns
	Fixed    [][2]string // old and new
}

// Drawn reports whether the value has nothing to do with the row.
func (id NewID) Drawn() bool {
	return id.Sequence != "" || id.Default || len(id.Triggers) > 0 || id.Random || id.Highest
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
	Kinds []Condition
	// As are the types as which the columns compare with those that they refer to, as SQL writes them: empty where
	// they compare as they are. None: all do.
	As []string
	// Elsewhere says of each column that its value does not come from what is referred to: it stays as it is, or another
	// reference gives it, whose columns are a part of these. So the tenant of a tree's nodes is known without its parents.
	// None: all come from there.
	Elsewhere []bool
	// Keep: no value that it goes to changes. Its own stay as they are written, and are only held against the rows.
	Keep bool
	// Each: the column is an array, and each of its elements refers.
	Each bool
	// Fixed are the ids that were declared for a table that is not in the plan.
	Fixed [][2]string
	// Through is a column of a sheet's staging rows that has the number of the row that is
	// referred to, in place of its key.
	Through string
}

// Gives reports whether one of some columns has its value from what is referred to; nil: whether any has.
func (r *LoadReference) Gives(among []string) bool {
	for i, c := range r.Columns {
		if !r.FromElsewhere(i) && (among == nil || slices.Contains(among, c)) {
			return true
		}
	}
	return false
}

// FromElsewhere reports whether the i-th column has its value without the reference.
func (r *LoadReference) FromElsewhere(i int) bool { return i < len(r.Elsewhere) && r.Elsewhere[i] }
