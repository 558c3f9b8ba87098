package driver

import (
	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/keyset"
	"github.com/gyrodata/gyro/schema"
)

// Selection is the rows of one table that are to be read.
type Selection struct {
	Table    *schema.Table // as the catalog has it
	Columns  []string      // in this order; none: all of the table's
	Query    gyro.Query
	Restrict []Restriction // each of them
	// Orphans keeps rows all of whose restricting references are NULL.
	Orphans bool
	Limit   int      // 0: all
	Per     []string // columns; Limit counts for each of their values
	// PerParent is the reference that Per are the columns of: their values are one where they lead to one parent. Without
	// columns: there is none, and they compare as themselves. Its keys do not matter.
	PerParent Restriction
	Percent   float64 // 0: all
	OrderBy   string  // SQL; with Limit
	Seed      int64   // with Limit, unless OrderBy is set, and with Percent
	Null      []Nulling
	Masks     []Masking
	// Secret is the setting gyro.mask_key of the expressions of Masks, in hex; empty: it is not set.
	Secret string
	// Flags are conditions in SQL, whose truth follows the columns, a column each: t, or f, also for NULL.
	Flags []string
	// Piece is the part of the rows that is read. Default: all.
	Piece Piece
	// Unsorted: in any order; else by primary key, or by all columns, NULL first, where there is none.
	Unsorted bool
}

// Restriction keeps the rows whose Columns hold one of Keys. Rows that hold NULL there are
// kept as well, but for those of which [Selection].Orphans speaks.
type Restriction struct {
	Columns   []string
	To        []schema.Column // those that are referred to, which the keys are of
	MatchFull bool            // only NULL in all Columns counts as NULL
	NotNull   bool            // no column can be NULL, or such rows are not wanted
	Keys      *keyset.Set     // nil: all that there are, so that only NULL is of interest
	// When is SQL: the reference stands only in rows for which it is true. Empty: in all.
	When string
	// As are the types as which the columns compare with those that they refer to, as SQL writes them: empty where
	// they compare as they are. None: all do.
	As []string
	// Share is what part of its table's rows Keys are, 0 to 1, as far as is known.
	Share float64
	// Expected is how many Keys are expected, where they are not there yet.
	Expected float64
}

// Masking writes something else in a column's place, where that is not NULL.
type Masking struct {
	Column string
	// SQL gives an expression over the value, as SQL writes it, which is PostgreSQL's own functions and operators by their
	// schema. The result is cast to the column's type, unless it is a Sign. Nil: Expr is asked for, and where that is empty
	// nothing of the value: the sign is t.
	SQL  func(value string) string
	Expr string // of the user's, over the row's columns
	// Sign: what stands in the column's place is no value, but what one is made of.
	Sign bool
	// When is a condition of the user's: rows for which it is false keep the value. Empty: there are none. A sign then stands
	// in a column of its own, behind those of Flags in the order of Masks, and is NULL where the value is kept; the column is
	// NULL where it is not.
	When string
}

// Apart reports whether the sign stands in a column of its own.
func (m Masking) Apart() bool { return m.Sign && m.When != "" }

// Nulling writes NULL into Set where Columns hold none of Keys.
type Nulling struct {
	Restriction
	Set []string
}

// Piece is a part of a selection's rows, as a [Divider] makes it: those whose Column is From or more, and less than Before. All are SQL, as the
// Divider means it; an empty bound is none. Or those to which a part of the keys leads.
type Piece struct {
	Column, From, Before string
	Keys                 *keyset.Set // in the stead of those of a restriction; nil: all keys
	Lead                 int         // which restriction that is
}
