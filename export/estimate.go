package export

import (
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
)

// largeTable is the number of rows from which on a missing index is worth a word.
const largeTable = 10_000

// expected is how many rows the step will have: base times the smallest share of a parent, and of that what the sample takes.
func (s *step) expected() float64 {
	rows := s.base
	restricting := s.restricting()
	if len(restricting) > 0 {
		if s.job.Query.IsZero() && s.table.Rows > 0 {
			rows = s.table.Rows
		}
		share := 1.0
		for _, r := range restricting {
			share = min(share, r.parent.share())
		}
		rows = max(rows*share, min(rows, 1)) // a query that finds rows is meant to
	}
	if s.job.Percent > 0 {
		rows *= s.job.Percent / 100
	}
	if s.job.Limit > 0 && len(s.per) == 0 {
		rows = min(rows, float64(s.job.Limit))
	}
	for _, r := range restricting {
		if s.job.Limit > 0 && slices.Equal(r.Columns, s.per) {
			rows = min(rows, float64(s.job.Limit)*r.parent.rows())
		}
	}
	return rows
}

// rows is how many rows the step has, as far as is known.
func (s *step) rows() float64 {
	if s.keys.rows > 0 {
		return float64(s.keys.rows)
	}
	return s.estimate.Rows
}

// share is what part of the table's rows the step has, 0 to 1.
func (s *step) share() float64 {
	if s.table.Rows <= 0 {
		return 1
	}
	return min(1, s.rows()/s.table.Rows)
}

// missingIndexes warns of references without an index, by which a large table is to be searched.
func (s *step) missingIndexes() []gyro.Text {
	var notes []gyro.Text
	if s.table.Rows < largeTable {
		return nil
	}
	for _, r := range s.restricting() {
		if !s.table.Indexed(r.Columns) {
			notes = append(notes, gyro.Textf("%s: no index begins with %s, and the table has about %.0f rows: it will be read whole", s.table.Name, strings.Join(r.Columns, ", "), s.table.Rows))
		}
	}
	return notes
}
