package export

import (
	"strings"

	"github.com/gyrodata/gyro"
)

// doubts notes the foreign keys that the database does not enforce, by which rows may refer to nothing, and what looks like a
// polymorphic reference and is none that is known.
func (s *step) doubts() []gyro.Text {
	var notes []gyro.Text
	for _, r := range s.references {
		if r.Doubt == "" {
			continue
		}
		becomes := "are left out"
		switch r.missing {
		case gyro.Include:
			becomes = "end the export"
		case gyro.SetNull:
			becomes = "get NULL there"
		}
		notes = append(notes, gyro.Textf("%s: %s to %s is %s in the source: rows that refer to nothing %s", s.table.Name, r.Name, r.To, r.Doubt, becomes))
	}
	table := *s.table
	table.References = nil
	for _, r := range s.references {
		table.References = append(table.References, r.Reference)
	}
	table.References = append(table.References, s.arrays...)
	for _, pair := range table.Unsaid() {
		notes = append(notes, gyro.Textf("%s: %s and %s look like a polymorphic reference that no importer declares ({Cases}): it is not followed, nor proved", s.table.Name, pair[0], pair[1]))
	}
	return notes
}

// wholeTables notes the jobs that take all rows of their tables: nothing restricts them. Who takes all tables whole knows.
func wholeTables(steps []*step) []gyro.Text {
	var names []string
	for _, s := range steps {
		if s.whole() {
			names = append(names, s.table.Name.String())
		}
	}
	if len(names) == 0 || len(names) == len(steps) {
		return nil
	}
	return []gyro.Text{gyro.Text("taken whole, for no condition and no reference restricts their jobs: " + strings.Join(names, ", "))}
}
