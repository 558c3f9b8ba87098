package loading

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/postgres/internal/server"
)

// A table's map that needs nothing but the staging row itself is no table of its own: new ids are drawn while the file is
// staged, in its order, as a default of a column beside the file's. That saves writing the map, and joining each row with
// its own line of it: a tenth of a load with new ids.

// mostColumns is how many a table can have.
const mostColumns = 1600

// alone reports whether a table's map can be a view of its staging table.
func (m *Mapping) alone(t *TableLoad) bool {
	if !t.Map || t.MapOnly || len(t.Find) > 0 || t.Known != nil || t.Numbered || len(t.Columns)+len(t.New) > mostColumns {
		return false
	}
	for _, id := range t.New {
		if id.Sequence == "" || m.Plan.DryRun { // which draws nothing
			return false
		}
	}
	for _, other := range m.Tables {
		if slices.ContainsFunc(m.merge.Joins(other), func(j Join) bool { return j.Each && j.to == t }) { // it has an index
			return false
		}
	}
	for _, c := range t.MapColumns {
		if _, drawn := t.newID(c); !drawn && m.merge.Value(t, c) != "s."+server.Quote(c) {
			return false
		}
	}
	return true
}

// newID is how a column gets a new value, where it does.
func (t *TableLoad) newID(column string) (int, bool) {
	i := slices.IndexFunc(t.New, func(id driver.NewID) bool { return id.Column == column })
	return i, i >= 0
}

// draws are statements that give the staging table its new ids.
func (m *Mapping) draws(t *TableLoad) string {
	var text strings.Builder
	for i, id := range t.New {
		fmt.Fprintf(&text, "; ALTER TABLE %s ADD COLUMN gyro_new_%d %s DEFAULT %s", t.Staging, i, t.Types[id.Column], m.Fresh(t, id.Column))
	}
	return text.String()
}

// line is what the map says of a staging row s.
func (t *TableLoad) line() string {
	var columns []string
	for i, c := range t.MapColumns {
		value := "s." + server.Quote(c)
		if k, drawn := t.newID(c); drawn {
			value = fmt.Sprintf("s.gyro_new_%d", k)
		}
		columns = append(columns, fmt.Sprintf("s.%s AS o_%d, %s AS v_%d", server.Quote(c), i, value, i))
	}
	return "SELECT " + strings.Join(columns, ", ") + ", false AS found"
}

// beside makes the map, as a view.
func (*Mapping) beside(t *TableLoad) string {
	return fmt.Sprintf("CREATE TEMP VIEW gyro_map_%d AS %s FROM %s s", t.Number, t.line(), t.Staging)
}
