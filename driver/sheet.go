package driver

import (
	"io"
	"slices"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/pgcsv"
	"github.com/gyrodata/gyro/schema"
)

// Sheet says how the rows of a foreign CSV file become rows of a table. Its texts come as
// a [SheetStream].
type Sheet struct {
	Headers    []string // the file's columns
	Fields     []SheetField
	Values     []SheetValue
	References []SheetReference
	Checks     []SheetCheck
	TimeZones  []string // names that have to be ones the server knows
	// Reject: rows that break a rule are left out; else one refuses the load.
	Reject bool
	// Made says that there is no file: the rows are those that references of other sheets ask
	// for, each once.
	Made []MadeFrom
	// MadeFields, and MadeParts for each of References, are where a made row's texts come from:
	// numbers of the Parts of the references that ask for it.
	MadeFields []int
	MadeParts  [][]int
}

// SheetStream is a foreign CSV file on its way to the server: portions, each of one kind. It is used by
// one goroutine at a time, which closes it, whatever became of it; the context that it was opened with
// holds up to then.
type SheetStream interface {
	// Next goes on to the next portion; at the end its error is io.EOF. Read gives the portion, up to
	// io.EOF: what the [SheetEncoder] made of its rows or keys. A portion is read to its end before the
	// next one. After another error than io.EOF the stream is only closed.
	Next() (SheetPortion, error)
	io.ReadCloser
}

// SheetEncoder writes what a [SheetStream] reads, as the endpoint takes it. The stream calls it from
// one goroutine of its own, ahead of who reads, and keeps what is appended. An encoder keeps nothing
// of a row or a key: they are used again.
type SheetEncoder interface {
	AppendRow(b []byte, row *SheetRow) []byte
	AppendKey(b []byte, key *SheetKey) []byte
}

// SheetPortion is a kind of portion of a [SheetStream].
type SheetPortion int

// What a portion holds. The keys by which references look for rows repeat, and stand in portions of
// their own. A key may come several times, under several numbers, and before or after its rows.
const (
	SheetRows     SheetPortion = iota // rows of which nothing has to be tested
	SheetSuspects                     // the others: see [SheetRow.Suspect]
	SheetKeys
)

// SheetRow is one record of a file, with its texts converted.
type SheetRow struct {
	Row, Line int64
	// Spoilt: the record itself is broken, and has neither Keys nor Fields.
	Spoilt bool
	Broken []SheetBroken // what its values break
	Test   []int         // the Fields whose values have to be tested, in order
	Keys   []int32       // for each of References the number of its key; 0: NULL
	Fields [][]byte      // the texts; nil: NULL
}

// Suspect reports whether there is something to be tested, or to be told.
func (r *SheetRow) Suspect() bool { return len(r.Broken) > 0 || len(r.Test) > 0 }

// SheetBroken is a rule that a value breaks.
type SheetBroken struct {
	In     SheetPlace
	Number int // from 0; with InHeaders -1: the record
	Rule   pgcsv.Rule
}

// SheetPlace is what the number of a [SheetBroken] counts.
type SheetPlace int

// The places: the columns of the file, Fields, References.
const (
	InHeaders SheetPlace = iota
	InFields
	InReferences
)

// SheetKey is what a reference looks for.
type SheetKey struct {
	Reference int
	Number    int32    // by which rows name it, from 1
	Test      []int    // the Parts that have to be tested, in order
	Parts     [][]byte // the texts; nil: it is Given
}

// KeyParts is how many columns keys have: as many as the longest has Parts.
func (s *Sheet) KeyParts() int {
	n := 0
	for _, r := range s.References {
		n = max(n, len(r.Parts))
	}
	return n
}

// SheetField is one text that a sheet's file gives.
type SheetField struct {
	Header string      // as the file has it, for messages
	Table  schema.Name // with Column: the one whose type it is to have
	Column string
	Expr   string // SQL over "value" that gives the value; empty: the text itself
	// Mask gives an expression of SQL over the value, which stands in its place; see [Masking]. Nil: the value does.
	Mask func(value string) string
	// Test: every value has to be tested; else those that the file names.
	Test bool
	// Pattern has to match: with TestPattern every value has to be tried, else those that the
	// file names.
	Pattern     string
	TestPattern bool
	// Min and Max bound the value: with TestBounds every one has to be held against them, else
	// those that the file names.
	Min, Max   string
	TestBounds bool
	Default    string // what stands for NULL; it was put in already
	// Allowed is what the values may be, in words; they were looked at already.
	Allowed string
}

// SheetValue is a column of the table that gets a field's value, or a literal.
type SheetValue struct {
	Column  string
	Field   int // -1: Literal
	Literal string
}

// SheetReference is a reference whose key is looked for.
type SheetReference struct {
	Columns   []string // of the table, that get the key
	Table     schema.Name
	ToColumns []string
	To        int // the number of Table's sheet in the plan; -1: it is not there
	Parts     []SheetPart
	// LoadOnly: only rows of the load are meant, not those of the target.
	LoadOnly bool
	// Create: To is made of what is asked for.
	Create bool
	// SetNull: a key that means no row, neither of the load nor of the target, is NULL, and counted in a note.
	SetNull bool
	// Unique: the parts contain a key of Table. Several rows of the load that they mean are
	// told where that key is looked at; the first is meant.
	Unique bool
	// Through is the column of the staging rows that has the number of the row of To.
	Through string
}

// Keyed reports whether rows have different keys: not all parts are literals.
func (r SheetReference) Keyed() bool {
	return slices.ContainsFunc(r.Parts, func(p SheetPart) bool { return !p.Given })
}

// SheetPart is one value by which a row is looked for.
type SheetPart struct {
	Name       string     // the column, or the path to it, as the importer writes it
	SheetField            // Table and Column are what it is compared with
	Given      bool       // it is Literal, in all rows
	Literal    string     //
	Path       []SheetHop // from the referred table to Table
	// Load is what it is compared with in the sheet of To.
	Load SheetSource
}

// SheetSource is a value of a sheet: that of a part of one of its references, or as in a
// SheetValue.
type SheetSource struct {
	Reference, Part int // Reference -1: Value
	Value           SheetValue
}

// SheetHop is a reference on the way.
type SheetHop struct {
	Columns   []string
	Table     schema.Name
	ToColumns []string
	As        []string // as in a [LoadReference]
}

// SheetCheck is a condition on the rows of a sheet, over columns that have Values.
type SheetCheck struct {
	Place gyro.Text // for messages
	SQL   string
	Text  string // the rule in words
}

// MadeFrom is a reference whose missing rows are made.
type MadeFrom struct {
	Table     int // of the plan
	Reference int // of its sheet
}
