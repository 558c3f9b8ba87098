package export

import (
	"maps"
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/internal/masking"
	"github.com/gyrodata/gyro/schema"
)

// settleMasks reads what is written in place of each column of a step, and says what can't be masked.
func (s *step) settleMasks() gyro.Mistakes {
	var found gyro.Mistakes
	s.masks = map[string]gyro.Mask{}
	for _, key := range slices.Sorted(maps.Keys(s.importer.Columns)) {
		mask := s.importer.Columns[key].Mask
		place := s.importer.ColumnPlace(key)
		if problem, hint := masking.Idle(mask); problem != "" {
			found.Add(gyro.Mistake{Place: place, Problem: problem, Hint: hint})
		}
		if mask.IsZero() {
			continue
		}
		columns, mistake := gyro.ColumnsOf(s.table, key, s.importer.Columns[key], place)
		switch {
		case mistake != nil: // told where references are read
		case len(columns) != 1:
			found.Add(gyro.Mistake{Place: place, Problem: "{Mask} is set, and it is several columns", Hint: "set it of each by its name"})
		default:
			if m := s.unmaskable(columns[0], mask, place); m != nil {
				found.Add(*m)
				mask = gyro.Mask{Name: mask.Name} // it is said, and the queries can be looked at
			}
			s.masks[columns[0]] = mask
		}
	}
	return found
}

// unmasked are the columns that are left as they are and must not be: all that are not said, if the run is strict, and those
// that show what others hold.
func (s *step) unmasked(strict bool) gyro.Mistakes {
	var found gyro.Mistakes
	if strict {
		found = s.unsaid()
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
	var found gyro.Mistakes
	problem, hint := masking.Unsaid(names)
	found.Add(gyro.Mistake{Place: gyro.Text("table " + s.table.Name.String()), Problem: problem, Hint: hint})
	return found
}

// unmaskable says why a column can't have a mask, or nil. What keys and references ask for is seen to by their domains.
func (s *step) unmaskable(column string, mask gyro.Mask, place gyro.Text) *gyro.Mistake {
	if mask.Keeps() {
		return nil
	}
	refuse := func(problem, hint gyro.Text) *gyro.Mistake {
		return &gyro.Mistake{Place: place, Problem: problem, Hint: hint}
	}
	switch {
	case mask.Domain != "" && mask.Inside != nil:
		return refuse("{Domain} is set of the whole column, and parts of it are masked", "set it of their masks")
	case mask.Command != nil && mask.Rows != "":
		return refuse("an outside program makes the values, and {Rows} is set", "let the program decide, by columns that it reads")
	case s.choosesBy(column):
		return refuse("a polymorphic reference, or one in each element of an array, stands on it", "keep it, and do without masks on the keys that it leads to")
	case drawsByRow(mask) && len(s.table.PrimaryKey) == 0:
		return refuse("a value is made from the primary key, and the table has none", "a mask that the source computes, or {Domain}: a fake by value")
	}
	if m := s.unreadable(mask, refuse); m != nil {
		return m
	}
	if problem, hint := masking.Unfit(s.table, column, mask, s.numbered()); problem != "" {
		return refuse(problem, hint)
	}
	return nil
}

// unreadable says why a mask can't read what it asks for, or nil.
func (s *step) unreadable(mask gyro.Mask, refuse func(problem, hint gyro.Text) *gyro.Mistake) *gyro.Mistake {
	for _, name := range mask.Reads {
		if _, ok := s.table.Column(name); !ok {
			return refuse(gyro.Textf("the mask reads %q, which is no column of the table", name), "")
		}
		for key, c := range s.importer.Columns {
			columns, _ := gyro.ColumnsOf(s.table, key, c, "")
			if !c.Mask.IsZero() && !c.Mask.Keeps() && slices.Contains(columns, name) {
				return refuse(gyro.Textf("the mask reads %q, which is masked", name), "the name of a fake in its place")
			}
		}
	}
	return nil
}

// numbered reports whether the primary key is one integer, as far as the fakes see it.
func (s *step) numbered() bool {
	return masking.IntegerKey(s.table) && s.masks[s.table.PrimaryKey[0]].Fake == nil
}

// choosesBy reports whether a reference that stands in some rows, or in elements, has to do with a column of the table.
func (s *step) choosesBy(column string) bool {
	for _, r := range s.references {
		if r.When != "" && slices.Contains(r.Columns, column) || tellsKind(r.When, s.table, column) {
			return true
		}
	}
	return slices.ContainsFunc(s.arrays, func(a schema.Reference) bool { return slices.Contains(a.Columns, column) })
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
			lines = append(lines, c.Name+": "+mask.String())
		}
	}
	return lines
}

// keyed reports whether a mask of the step depends on the key.
func (s *step) keyed() bool {
	for _, mask := range s.masks {
		if mask.Fake != nil || mask.SQL != nil || mask.Inside != nil {
			return true
		}
	}
	return false
}

// maskings are the step's masks of some of its columns, as the source is asked for them.
func (s *step) maskings(columns []string) []driver.Masking {
	var all []driver.Masking
	for _, name := range columns {
		mask, ok := s.masks[name]
		if !ok || mask.Keeps() {
			continue
		}
		m := driver.Masking{Column: name, Expr: mask.Expr, When: mask.Rows}
		switch c := s.fitted(name); {
		case mask.Inside != nil:
			m.Sign, m.SQL = true, func(value string) string { return mask.Inside.SQL(value, c, s.marked()) }
		case mask.Domain != "":
			m.Sign, m.SQL = true, func(value string) string { return mask.Digest(mask.Domain, value) }
		case mask.Fake != nil:
			m.Sign = true
		case mask.SQL != nil:
			m.SQL = func(value string) string { return mask.SQL(value, c) }
		}
		all = append(all, m)
	}
	return all
}

// apart is how many signs stand behind the columns of a row.
func (s *step) apart() int {
	n := 0
	for _, m := range s.maskings(s.table.ColumnNames()) {
		if m.Apart() {
			n++
		}
	}
	return n
}

// masked puts the step's masks into a selection of its columns.
func (s *step) masked(selection driver.Selection, secret string) driver.Selection {
	selection.Masks = s.maskings(columnsOf(selection))
	for _, m := range selection.Masks {
		if m.SQL != nil {
			selection.Secret = secret
		}
	}
	return selection
}

// columnsOf are the columns that a selection gives.
func columnsOf(selection driver.Selection) []string {
	if len(selection.Columns) > 0 {
		return selection.Columns
	}
	return selection.Table.ColumnNames()
}
