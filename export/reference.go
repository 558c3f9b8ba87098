package export

import (
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/schema"
)

// reference is a foreign key as a run treats it.
type reference struct {
	schema.Reference
	missing gyro.Missing
	parent  *step
	set     []string // of SetNull: the columns that become NULL
}

// all reports whether every row's reference leads to a selected row, if it is not NULL.
func (r *reference) all() bool {
	return r.When == "" && r.Enforced && r.parent != nil && r.parent.all()
}

// includes reports whether the reference includes what it refers to, from an included row.
func (r *reference) includes() bool { return r.missing != gyro.SetNull }

// follows reports whether rows of from are taken because they refer by it to included rows.
func (r *reference) follows(from *step) bool {
	return (from.job.Follow || from.follow[r.Name]) && r.missing == gyro.Restrict && !r.all()
}

// link gives each step its references: who is referred to, and what becomes of rows that
// refer to rows which were not selected. Models that are only included become steps of
// their own, before the first that includes them.
func (s Slice) link(catalog schema.Catalog, steps []*step) ([]*step, []gyro.Text, gyro.Mistakes) {
	var (
		found gyro.Mistakes
		notes []gyro.Text
	)
	for i := 0; i < len(steps); i++ {
		st := steps[i]
		for _, r := range st.table.References {
			wanted := st.missing[r.Name] == gyro.Include || st.implicit() || st.follow[r.Name]
			if find(steps, r.To) != nil || !wanted || st.missing[r.Name] == gyro.SetNull {
				continue
			}
			importer, ok := s.Importers.Importer(r.To)
			if !ok {
				importer = gyro.Importer{Model: gyro.NewModel(schema.Table{Name: r.To}, nil)}
			}
			parent := &step{job: gyro.ImportJob{Model: importer.Model}, number: 0, importer: importer, file: importer.FileName()}
			table, told, problems := s.table(catalog, parent, gyro.Text("included model "+r.To.String()))
			found, notes = append(found, problems...), append(notes, told...)
			if table == nil {
				continue
			}
			parent.table = table
			steps = slices.Insert(steps, i, parent)
			i = -1 // its own references are to be looked at as well
			break
		}
	}
	for _, st := range steps {
		for _, r := range st.table.References {
			ref, mistake := resolveReference(steps, st, r)
			if mistake != nil {
				found.Add(*mistake)
				continue
			}
			st.references = append(st.references, ref)
		}
	}
	return steps, notes, found
}

func find(steps []*step, name schema.Name) *step {
	i := slices.IndexFunc(steps, func(s *step) bool { return s.job.Model.Name() == name })
	if i < 0 {
		return nil
	}
	return steps[i]
}

// before reports whether a step is selected before another.
func before(steps []*step, one, other *step) bool {
	return slices.Index(steps, one) < slices.Index(steps, other)
}

// resolveReference decides what becomes of rows that refer to rows which were not selected.
func resolveReference(steps []*step, from *step, r schema.Reference) (*reference, *gyro.Mistake) {
	ref := &reference{Reference: r, missing: from.missing[r.Name], parent: find(steps, r.To)}
	columns := strings.Join(r.Columns, ", ")
	place := from.place()
	restricts := ref.missing == "" || ref.missing == gyro.Restrict
	if r.Period && (ref.parent != nil || ref.missing != gyro.SetNull) {
		if ref.missing != "" && ref.missing != gyro.Restrict || ref.parent == nil || !r.Enforced || !before(steps, ref.parent, from) || !ref.parent.all() {
			return ref, &gyro.Mistake{
				Place:   place,
				Problem: gyro.Textf("%s refers to %s by PERIOD (%s): which rows cover it together, Gyro can't follow", columns, r.To, r.Name),
				Hint:    gyro.Textf("take all of %s by a job before it, without {Missing} for that column", r.To),
			}
		}
		ref.missing = gyro.Restrict
		return ref, nil
	}
	if ref.parent == nil || (ref.parent.implicit() && !from.implicit() && restricts && !from.follow[r.Name]) {
		if ref.missing == gyro.SetNull {
			return ref, ref.nullable(from, place)
		}
		return ref, &gyro.Mistake{
			Place:   place,
			Problem: gyro.Textf("%s refers to %s, which has no job", columns, r.To),
			Hint:    gyro.Textf("add a job for %s before it, or set {Missing} of that column to {Include} or {SetNull}; {Missing} of the importer, or of all, is the default", r.To),
		}
	}
	closes := !before(steps, ref.parent, from)
	switch {
	case from.implicit() && ref.missing != gyro.SetNull:
		ref.missing = gyro.Include
	case ref.missing == "" && closes:
		ref.missing = gyro.Include // checkOrder has seen to it that it closes a circle
	case ref.missing == "":
		ref.missing = gyro.Restrict
	case ref.missing == gyro.Restrict && closes:
		return ref, &gyro.Mistake{
			Place: place, Problem: gyro.Textf("%s can't restrict: %s is not selected before it", columns, r.To),
			Hint: "set {Missing} to {Include} or {SetNull}",
		}
	case ref.missing == gyro.SetNull:
		return ref, ref.nullable(from, place)
	}
	return ref, nil
}

// nullable finds the columns that SetNull may write NULL into.
func (r *reference) nullable(from *step, place gyro.Text) *gyro.Mistake {
	for _, name := range r.Columns {
		column, _ := from.table.Column(name)
		if !column.NotNull && !column.Generated && !inKey(from.table, name) && !inOther(from.table, r.Reference, name) {
			r.set = append(r.set, name)
		}
	}
	if len(r.set) == 0 || (r.MatchFull && len(r.set) < len(r.Columns)) {
		return &gyro.Mistake{
			Place:   place,
			Problem: gyro.Text(strings.Join(r.Columns, ", ") + " can't become NULL: it is NOT NULL, or stands in a key or another reference"),
			Hint:    "set {Missing} to {Include}",
		}
	}
	return nil
}

func inKey(table *schema.Table, column string) bool {
	return slices.Contains(table.PrimaryKey, column) ||
		slices.ContainsFunc(table.Unique, func(key []string) bool { return slices.Contains(key, column) })
}

// inOther reports whether a column stands in another reference; the kinds of one polymorphic
// reference are not others.
func inOther(table *schema.Table, one schema.Reference, column string) bool {
	return slices.ContainsFunc(table.References, func(r schema.Reference) bool {
		kinds := one.When != "" && r.When != "" && slices.Equal(r.Columns, one.Columns)
		return r.Name != one.Name && !kinds && slices.Contains(r.Columns, column)
	})
}
