package gyro

import (
	"errors"

	"github.com/gyrodata/gyro/pgcsv"
	"github.com/gyrodata/gyro/schema"
)

// ErrInvalid is wrapped by what sheets.Load.Run returns where rows of CSV files break rules. Nothing
// was loaded. The Report says which, in its Validation.
var ErrInvalid = errors.New("rows break rules")

// The rules that a target's table, and an importer, have for the values of a CSV file. Those of
// records and of how values are written are pgcsv's.
const (
	InvalidValue        pgcsv.Rule = "invalid-value"        // no value of the column's type
	TooLong             pgcsv.Rule = "too-long"             // longer than the column's type allows
	OutOfRange          pgcsv.Rule = "out-of-range"         // beyond the column's type, or Min or Max
	Required            pgcsv.Rule = "required"             // NULL, where the table has NOT NULL
	NotAllowed          pgcsv.Rule = "not-allowed"          // none of OneOf, or of the enum's labels
	PatternMismatch     pgcsv.Rule = "pattern"              // the Pattern does not match
	CheckFailed         pgcsv.Rule = "check"                // a Check, or a constraint of the table, is false
	DuplicateRow        pgcsv.Rule = "duplicate"            // an earlier row of the file has the same key
	RowExists           pgcsv.Rule = "exists"               // the target has a row with the same key
	UnknownReference    pgcsv.Rule = "unknown-reference"    // By finds no row
	AmbiguousReference  pgcsv.Rule = "ambiguous-reference"  // By finds several rows
	IncompleteReference pgcsv.Rule = "incomplete-reference" // some cells of By are NULL, and some are not
	RejectedReference   pgcsv.Rule = "rejected-reference"   // By finds a row that is rejected itself
	Refused             pgcsv.Rule = "refused"              // the server refuses the row: a trigger, an index, a policy
	ReferencesDisagree  pgcsv.Rule = "references-disagree"  // two references share a column, and give it different values
)

// Validation is what was found wrong in the rows of CSV files.
type Validation struct {
	Files []FileValidation // those that were loaded, or were to be
}

// FileValidation is one file of a [Validation].
type FileValidation struct {
	Model schema.Name
	File  string
	Rows  int64        // that the file has
	Bad   int64        // of Rows, those that break a rule
	Rules []BrokenRule // those that are broken, by rule and column; none: all rows are good
	// Rejects is where the bad rows lie; empty: they were not written.
	Rejects string
}

// BrokenRule is a rule that rows break.
type BrokenRule struct {
	Rule   pgcsv.Rule
	Column string      // as the header has it; several with ", " between; empty: the row as a whole
	Text   string      // the rule in words
	Count  int64       // rows that break it
	First  []Violation // the first of them, by row: at most MaxViolations
	Values []BadValue  // what stands in most of them, where values are to be shown: at most MaxBadValues
}

// BadValue is a value that breaks a rule; of a rule over several columns, theirs with ", " between.
type BadValue struct {
	Value string
	Count int64 // rows that have it
}

// MaxBadValues is how many values a [BrokenRule] lists.
const MaxBadValues = 20

// MaxViolations is how many rows a [BrokenRule] lists.
const MaxViolations = 100

// Violation is one row that breaks a rule.
type Violation struct {
	Row   int64   // from 1; the header is not counted
	Line  int64   // where the row begins
	Value *string // what stands there, where values are to be shown; nil: they are not, or it is the row as a whole
}

// Bad counts the rows that break a rule.
func (v *Validation) Bad() int64 {
	if v == nil {
		return 0
	}
	var bad int64
	for _, f := range v.Files {
		bad += f.Bad
	}
	return bad
}
