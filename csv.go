package gyro

import (
	"github.com/gyrodata/gyro/pgcsv"
)

// CSV says how the foreign CSV file of a model is written: see package sheets. The files of a slice
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
	return c.Format.IsZero() && c.Dialect == (pgcsv.Dialect{}) && c.TimeZone == "" && c.Ignore == nil
}
