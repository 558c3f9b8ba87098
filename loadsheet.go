package gyro

import "github.com/gyrodata/gyro/schema"

// LoadSheet says how the rows of a foreign CSV file become rows of a table.
//
// The file of [LoadPlan].Open is CSV as COPY reads it, without a header: the row's number and
// line; true where the record itself is broken; what its values break, as "h3:rule f0:rule"
// (h: a column of the file, f: of Fields, from 0; h-1: the record) or NULL; the Fields that
// have to be tested, as " 0 4 ", or NULL; the Fields.
type LoadSheet struct {
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
}

// SheetField is one column of texts that a sheet's file gives.
type SheetField struct {
	Header string      // as the file has it, for messages
	Table  schema.Name // with Column: the one whose type it is to have
	Column string
	Expr   string // SQL over "value" that gives the value; empty: the text itself
	// Test: every value has to be tested; else those that the file names.
	Test     bool
	Required bool // NULL is a fault
	OneOf    []string
	Pattern  string
	Min, Max string
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
	Create   bool
	Required bool
	// Through is the column of the staging rows that has the number of the row of To.
	Through string
}

// SheetPart is one value by which a row is looked for.
type SheetPart struct {
	Field   int // -1: Literal
	Literal string
	Table   schema.Name // with Column: what it is compared with
	Column  string
	Path    []SheetStep // from the referred table to Table
	// Load is what it is compared with in the sheet of To.
	Load SheetValue
}

// SheetStep is a reference on the way.
type SheetStep struct {
	Columns   []string
	Table     schema.Name
	ToColumns []string
}

// SheetCheck is a condition on the rows of a sheet, over columns that have Values.
type SheetCheck struct {
	Place string // for messages
	SQL   string
	Text  string // the rule in words
}

// MadeFrom is a reference whose missing rows are made.
type MadeFrom struct {
	Table  int          // of the plan
	Fields []SheetValue // of that table, for each field of the made one
}
