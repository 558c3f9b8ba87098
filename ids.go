package gyro

import (
	"fmt"
	"slices"
	"strings"
)

// IDs says which ids the rows of a model get in the target. The zero IDs is no choice: the
// load's own (load.Slice.IDs), and where that has none [Keep].
//
// Whatever they are, references follow: a row that refers to a row of the slice refers to it
// under its new id.
type IDs struct {
	strategy Strategy
	columns  []string
	fixed    [][2]string // old and new, as PostgreSQL prints them
	offset   int64
}

// Strategy is which ids an [IDs] gives.
type Strategy string

// The strategies.
const (
	KeepIDs       Strategy = "keep"
	SequentialIDs Strategy = "sequential"
	NaturalIDs    Strategy = "natural key"
	DerivedIDs    Strategy = "derived"
	FixedIDs      Strategy = "fixed"
	HighestIDs    Strategy = "max+1"
	OffsetIDs     Strategy = "offset"
)

// Strategy is which ids rows get; empty: nothing was chosen.
func (i IDs) Strategy() Strategy { return i.strategy }

// Columns are those of [NaturalKey] or [Derived]. They are not to be changed.
func (i IDs) Columns() []string { return i.columns }

// Pairs are the ids of [Fixed], old and new, as PostgreSQL prints them, in the order of the old. They are
// not to be changed.
func (i IDs) Pairs() [][2]string { return i.fixed }

// Distance is that of [Offset].
func (i IDs) Distance() int64 { return i.offset }

// Keep is the ids of the slice.
func Keep() IDs { return IDs{strategy: KeepIDs} }

// Sequential gives every row a new id, as the database does: the next value of the key column's sequence, which may
// leave gaps, or what its default gives, a function's or a domain's too; without a default a random one of a uuid, and what
// a trigger gives where nothing refers to the rows. A key column that is part of a reference follows
// the reference instead.
func Sequential() IDs { return IDs{strategy: SequentialIDs} }

// NaturalKey knows a row by other columns, such as a plan by its slug. A row that is in the
// target already is reused, under the id that it has there; the rest get new ids, as by
// [Sequential]. Columns are compared with IS NOT DISTINCT FROM, after references among them
// are mapped. They have to be unique in the slice and in the target, else the load is refused.
func NaturalKey(columns ...string) IDs {
	return IDs{strategy: NaturalIDs, columns: slices.Clone(columns)}
}

// Derived computes a uuid from the natural key: a version 8 uuid (RFC 9562) from the SHA-256
// of the table's name and the columns' values, in which references stand as the derived ids of
// what they refer to. The same rows get the same ids wherever they are loaded, and rows that
// are there already are reused.
func Derived(columns ...string) IDs { return IDs{strategy: DerivedIDs, columns: slices.Clone(columns)} }

// Fixed names the new id of each row: tenant 1060 becomes 10. An id that is not listed is an
// error, in the slice's rows and in what refers to a model that is not in the slice. For keys
// of one column.
func Fixed[K comparable](ids map[K]K) IDs {
	fixed := IDs{strategy: FixedIDs}
	for old, id := range ids {
		fixed.fixed = append(fixed.fixed, [2]string{fmt.Sprint(old), fmt.Sprint(id)})
	}
	slices.SortFunc(fixed.fixed, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	return fixed
}

// MaxPlusOne gives every row the highest id that the target has, plus one, two and so on, in the order of the
// rows: for numbers that no sequence gives. Loads that do so wait for each other; whoever else counts on in that way
// meanwhile may take the same number, and one of the two fails.
func MaxPlusOne() IDs { return IDs{strategy: HighestIDs} }

// Offset adds a number to every id: 7 becomes 1000007 by Offset(1000000). A row that has that id already makes the
// load fail, unless Conflict says otherwise. A key column that is part of a reference follows that instead.
func Offset(distance int64) IDs { return IDs{strategy: OffsetIDs, offset: distance} }

// IsZero reports whether nothing was chosen.
func (i IDs) IsZero() bool { return i.strategy == "" }

// String names the strategy and its columns, not the ids.
func (i IDs) String() string {
	if len(i.columns) > 0 {
		return string(i.strategy) + " (" + strings.Join(i.columns, ", ") + ")"
	}
	if i.strategy == OffsetIDs {
		return fmt.Sprintf("%s %d", i.strategy, i.offset)
	}
	return string(i.strategy)
}

// Check gives what is contradictory in the strategy itself, or "".
func (i IDs) Check() string {
	switch {
	case (i.strategy == NaturalIDs || i.strategy == DerivedIDs) && len(i.columns) == 0:
		return "ids by " + string(i.strategy) + " name no column"
	case i.strategy == FixedIDs && len(i.fixed) == 0:
		return "fixed ids list none"
	case i.strategy == OffsetIDs && i.offset == 0:
		return "an offset of 0 gives no new ids"
	}
	seen := map[string]bool{}
	for _, pair := range i.fixed {
		if seen[pair[1]] {
			return "fixed ids give two rows the same id"
		}
		seen[pair[1]] = true
	}
	return ""
}

// Conflict says what becomes of a row that is in the target already. The zero Conflict is no
// choice: the load's own, and where that has none, rows that [NaturalKey] or [Derived] finds
// are skipped, and any others fail.
//
// A row is there already where one has the same values in the arbiter's columns; by default
// the natural key of the importer's IDs, else the primary key. A collision by any other key
// fails.
type Conflict struct {
	policy  Policy
	columns []string
}

// Policy is what a [Conflict] does with a row that is there.
type Policy string

// The policies.
const (
	FailRow   Policy = "fail"
	SkipRow   Policy = "skip"
	UpdateRow Policy = "update"
)

// Policy is what becomes of a row that is there; empty: nothing was chosen.
func (c Conflict) Policy() Policy { return c.policy }

// Arbiter is the columns by which a row is looked for; none: those of the ids. They are not to be
// changed.
func (c Conflict) Arbiter() []string { return c.columns }

// Fail refuses the load, and says how many rows collide, by which key.
func Fail() Conflict { return Conflict{policy: FailRow} }

// Skip leaves the row that is there as it is; rows that refer to the skipped one refer to it.
func Skip(arbiter ...string) Conflict {
	return Conflict{policy: SkipRow, columns: slices.Clone(arbiter)}
}

// Update writes the slice's values into the row that is there; its key and the arbiter stay.
func Update(arbiter ...string) Conflict {
	return Conflict{policy: UpdateRow, columns: slices.Clone(arbiter)}
}

// IsZero reports whether nothing was chosen.
func (c Conflict) IsZero() bool { return c.policy == "" }

// String names the policy and its columns.
func (c Conflict) String() string {
	if len(c.columns) > 0 {
		return string(c.policy) + " by " + strings.Join(c.columns, ", ")
	}
	return string(c.policy)
}
