package gyro

import (
	"context"
	"io"

	"github.com/gyrodata/gyro/pgcsv"
)

// Sheet is a CSV file that others wrote: a customer, a spreadsheet, an old system. The importer
// of its model says how its columns become the table's.
type Sheet struct {
	Model Model
	From  SheetFile // such as csvdir.File
}

// SheetFile is a foreign CSV file as a store has it.
type SheetFile struct {
	Name string // what messages call the file
	Size int64  // in bytes, for progress; 0: not known
	// Open opens the file at its first byte. It is called once more where rows are rejected, or
	// where values are shown, and gives the same bytes each time.
	Open func(ctx context.Context) (io.ReadCloser, error)
	// Reject opens the place for the rows that break a rule; the others are loaded then. It is
	// called at most once, where there is such a row. Default: none; a single bad row refuses
	// the load.
	Reject func(ctx context.Context) (Rejects, error)
}

// Rejects is where the rows of a foreign CSV file go that break a rule: as they were, with the reasons
// in front. It is written only where there is such a row.
type Rejects interface {
	io.Writer
	// Commit makes what was written durable, before the load is.
	Commit() error
	// Abort leaves nothing of it, also after Commit: the load failed at its end.
	Abort() error
	// Place is where they lie, for a person to read.
	Place() string
}

// CSV says how the foreign CSV file of a model is written: see [Sheet]. The files of a slice
// are none.
type CSV struct {
	// Dialect is what is known of the file; the rest is found out.
	Dialect pgcsv.Dialect
	// Format holds for every column that it can be meant for: Decimal and Thousands for numbers,
	// Date for dates and timestamps, True and False for booleans, the rest for all. What a
	// [Column] says in its own Format goes before.
	Format pgcsv.Conversion
	// TimeZone is that of timestamps which Date reads, for columns with a time zone: a name,
	// such as Europe/Berlin. Default: UTC.
	TimeZone string
	// Ignore lists headers that are not loaded; "*" is all that no column is found for.
	// Default: such a header is a mistake.
	Ignore []string
}

// By finds the row that a reference means: a column of the referred table, or a path to one,
// and the header of the file that holds its value. Paths lead over references, as
// "tenant.subdomain" of a shop. Together the columns have to mean one row:
//
//	"shop": {By: gyro.By{"url": "Shop", "tenant.subdomain": "Tenant"}}
//
// A value that begins with = is none of a header, but the value itself, in all rows:
// "=acme".
//
// A row is looked for among those of the same load first, then in the target. A reference
// whose cells are all NULL is NULL; one that finds no row, or two, is a fault of the row.
type By map[string]string

// isZero reports whether nothing is said.
func (c CSV) isZero() bool {
	f := c.Format
	said := f.Trim || f.Nulls != nil || f.Empty != pgcsv.EmptyUnquoted || spoken(f)
	return !said && c.Dialect == (pgcsv.Dialect{}) && c.TimeZone == "" && c.Ignore == nil
}

// spoken reports whether a format says what its column holds: numbers, dates or booleans.
func spoken(f pgcsv.Conversion) bool {
	return f.Decimal != "" || f.Thousands != "" || f.Date != "" || f.Language != "" || f.True != nil || f.False != nil
}
