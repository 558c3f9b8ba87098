package load

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/schema"
)

// preflight compares the table that a file was taken from with the one that it is to be
// loaded into: all that would fail, and what may.
func preflight(from, to *schema.Table) (problems []gyro.Mistake, notes []gyro.Text) {
	refuse := func(hint, format string, args ...any) {
		problems = append(problems, gyro.Mistake{Problem: gyro.Textf(format, args...), Hint: gyro.Text(hint)})
	}
	for _, c := range from.Columns {
		target, ok := to.Column(c.Name)
		switch {
		case !ok && c.Generated:
			continue
		case !ok:
			hint := "add it there, or take the slice without it"
			if near := schema.Nearest(c.Name, to.ColumnNames()); near != "" {
				hint = fmt.Sprintf("did you mean %q? Else %s", near, hint)
			}
			refuse(hint, "the target has no column %q", c.Name)
			continue
		case target.Generated && !c.Generated:
			notes = append(notes, gyro.Textf("column %s is generated in the target: its values in the file are left out", c.Name))
		}
		switch c.DataType().Into(target.DataType()) {
		case schema.Refused:
			refuse("", "column %q is %s in the slice and %s in the target", c.Name, c.Type, target.Type)
		case schema.Doubtful:
			notes = append(notes, gyro.Textf("column %s is %s in the slice and %s in the target: a value may not fit", c.Name, c.Type, target.Type))
		case schema.Fits:
		}
		var missing []string
		for _, label := range c.Labels {
			if target.Enum && !slices.Contains(target.Labels, label) {
				missing = append(missing, label)
			}
		}
		if len(missing) > 0 {
			refuse("ALTER TYPE … ADD VALUE", "the target's enum of column %q lacks %s", c.Name, strings.Join(missing, ", "))
		}
		if target.NotNull && !c.NotNull && !target.Generated {
			notes = append(notes, gyro.Textf("column %s is NOT NULL in the target and not in the slice: a NULL will fail", c.Name))
		}
	}
	for _, c := range to.Columns {
		if _, there := from.Column(c.Name); !there && c.NotNull && !c.Default && !c.Generated {
			refuse("give it a default", "the target's column %q is NOT NULL without a default, and the slice does not have it", c.Name)
		}
	}
	keys := func(t *schema.Table) [][]string {
		all := slices.Clone(t.Unique)
		if len(t.PrimaryKey) > 0 {
			all = append(all, t.PrimaryKey)
		}
		return all
	}
	has := func(t *schema.Table, key []string) bool {
		return slices.ContainsFunc(keys(t), func(k []string) bool { return schema.SameColumns(k, key) })
	}
	for _, key := range keys(to) {
		if !has(from, key) {
			notes = append(notes, gyro.Textf("%s is unique in the target and not in the slice: rows may collide", strings.Join(key, ", ")))
		}
	}
	if len(from.PrimaryKey) > 0 && !has(to, from.PrimaryKey) {
		notes = append(notes, gyro.Textf("%s is the primary key in the slice, and not unique in the target: rows that are there already are not seen", strings.Join(from.PrimaryKey, ", ")))
	}
	return problems, notes
}
