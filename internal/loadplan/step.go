package loadplan

import (
	"slices"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/schema"
)

// Step is one file with all that is known of it.
type Step struct {
	Number   int
	File     driver.ManifestFile
	Name     schema.Name
	Importer gyro.Importer
	IDs      gyro.IDs
	Conflict gyro.Conflict
	Source   *schema.Table // as the manifest describes it
	Create   bool
	MapOnly  bool
	Load     *driver.LoadTable
	// all references, whether or not their values change
	References []*Reference
	Periods    []schema.Reference // those by PERIOD, which the database alone follows
	Changes    map[string]bool    // columns whose value may be another afterwards
}

// Place names the step in a message.
func (s *Step) Place() gyro.Text { return gyro.Text("table " + s.Name.String()) }

// Has reports whether the file has all of these columns.
func (s *Step) Has(columns []string) bool {
	for _, c := range columns {
		if _, ok := s.Source.Column(c); !ok {
			return false
		}
	}
	return true
}

// follows reports whether a column is part of a reference to another table.
func (s *Step) follows(column string) bool {
	return slices.ContainsFunc(s.References, func(r *Reference) bool {
		return !r.Each && r.To != s.Number && slices.Contains(r.Columns, column)
	})
}
