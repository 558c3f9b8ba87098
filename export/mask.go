package export

import (
	"maps"
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/schema"
)

// masks settles what is written in place of each column of a step, and says what can't be masked.
func (s *step) settleMasks(strict bool) gyro.Mistakes {
	var found gyro.Mistakes
	s.masks = map[string]gyro.Mask{}
	for _, key := range slices.Sorted(maps.Keys(s.importer.Columns)) {
		mask := s.importer.Columns[key].Mask
		if mask.IsZero() {
			continue
		}
		place := s.importer.ColumnPlace(key)
		columns, mistake := gyro.ColumnsOf(s.table, key, s.importer.Columns[key], place)
		switch {
		case mistake != nil: // told where references are read
		case len(columns) != 1:
			found.Add(gyro.Mistake{Place: place, Problem: "{Mask} is set, and it is several columns", Hint: "set it of each by its name"})
		default:
			if m := s.unmaskable(columns[0], mask, place); m != nil {
				found.Add(*m)
			}
			s.masks[columns[0]] = mask
		}
	}
	if strict {
		found = append(found, s.unsaid()...)
	}
	return append(found, s.leaks()...)
}

// unsaid are the columns that neither a mask nor keep is said of.
func (s *step) unsaid() gyro.Mistakes {
	var names []string
	for _, c := range s.table.Columns {
		if _, said := s.masks[c.Name]; !said {
			names = append(names, c.Name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	ready := make([]string, len(names))
	for i, name := range names {
		ready[i] = name + ": {keep: true}"
	}
	var found gyro.Mistakes
	found.Add(gyro.Mistake{
		Place:   gyro.Text("table " + s.table.Name.String()),
		Problem: gyro.Textf("neither a mask nor keep is said of %s", strings.Join(names, ", ")),
		Hint:    gyro.Textf("add a mask, or to the columns of its importer: %s", strings.Join(ready, ", ")),
	})
	return found
}

// unmaskable says why a column can't have a mask, or nil.
func (s *step) unmaskable(column string, mask gyro.Mask, place gyro.Text) *gyro.Mistake {
	if mask.Keeps() {
		return nil
	}
	c, _ := s.table.Column(column)
	refuse := func(problem, hint gyro.Text) *gyro.Mistake {
		return &gyro.Mistake{Place: place, Problem: problem, Hint: hint}
	}
	switch {
	case c.Generated:
		return refuse("it is computed from other columns by the database", "mask those")
	case mask.Null && c.NotNull:
		return refuse("it is NOT NULL, and the mask makes it NULL", "another mask")
	case slices.Contains(s.table.PrimaryKey, column):
		return refuse("it is a part of the primary key, by which rows are known", "keep it: new ids are for who loads the slice")
	case s.refersBy(column):
		return refuse("it is a part of a reference, or rows refer to it", "keep it")
	case mask.Fake != nil && len(s.table.PrimaryKey) == 0:
		return refuse("a value is made from the primary key, and the table has none", "a mask that the source computes")
	}
	if problem := mask.Problem(c); problem != "" {
		return refuse(gyro.Text(problem), "")
	}
	for _, key := range s.table.Unique {
		if !slices.Contains(key, column) {
			continue
		}
		switch place := strings.Join(key, ", "); {
		case !mask.Unique || mask.Bits == nil || mask.Bits(c) == 0:
			return refuse(gyro.Textf("it is a part of the unique key (%s), and the mask may give two rows one value", place), "a mask that is unique, and fits the column's length")
		case mask.Fake != nil && !numbered(s.table):
			return refuse(gyro.Textf("it is a part of the unique key (%s), and the primary key is not one integer, by which values could be told apart", place), "a mask that the source computes")
		}
	}
	return nil
}

// numbered reports whether the primary key is one integer.
func numbered(table *schema.Table) bool {
	if len(table.PrimaryKey) != 1 {
		return false
	}
	c, _ := table.Column(table.PrimaryKey[0])
	return c.DataType().Integer()
}

// refersBy reports whether a column stands in a reference, of this table or to it.
func (s *step) refersBy(column string) bool {
	for _, r := range s.references {
		if slices.Contains(r.Columns, column) || tellsKind(r.When, s.table, column) {
			return true
		}
	}
	for _, a := range s.arrays {
		if slices.Contains(a.Columns, column) {
			return true
		}
	}
	return slices.ContainsFunc(s.keys.lists, func(list []string) bool { return slices.Contains(list, column) })
}

// tellsKind reports whether a column's values may say which rows a condition means. Of one that can't be read every word
// may be a column.
func tellsKind(when string, table *schema.Table, column string) bool {
	kinds := conditionsOf(when, table)
	if kinds == nil {
		return strings.Contains(when, column)
	}
	return slices.ContainsFunc(kinds, func(k driver.Condition) bool { return k.Column == column })
}

// leaks are columns that the database computes from others, of which one is masked.
func (s *step) leaks() gyro.Mistakes {
	masked := false
	for _, mask := range s.masks {
		masked = masked || !mask.Keeps()
	}
	var found gyro.Mistakes
	for _, c := range s.table.Columns {
		if _, said := s.masks[c.Name]; masked && c.Generated && !said {
			found.Add(gyro.Mistake{
				Place: gyro.Textf("table %s, column %q", s.table.Name, c.Name), Problem: "the database computes it from other columns, and some of these are masked",
				Hint: "say keep, if it shows nothing of them",
			})
		}
	}
	return found
}

// describeMasks says what is written in the place of columns, in their order.
func (s *step) describeMasks() []string {
	var lines []string
	for _, c := range s.table.Columns {
		if mask := s.masks[c.Name]; !mask.IsZero() && !mask.Keeps() {
			lines = append(lines, c.Name+": "+mask.Name)
		}
	}
	return lines
}

// keyed reports whether a mask of the step depends on the key.
func (s *step) keyed() bool {
	for _, mask := range s.masks {
		if mask.Fake != nil || mask.SQL != nil {
			return true
		}
	}
	return false
}

// masked puts the step's masks into a selection of whole rows.
func (s *step) masked(selection driver.Selection, secret string) driver.Selection {
	for _, c := range s.table.Columns {
		mask, ok := s.masks[c.Name]
		if !ok || mask.Keeps() {
			continue
		}
		m := driver.Masking{Column: c.Name, Expr: mask.Expr}
		if mask.SQL != nil {
			m.SQL = func(value string) string { return mask.SQL(value, c) }
			selection.Secret = secret
		}
		selection.Masks = append(selection.Masks, m)
	}
	return selection
}
