package export

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/keyset"
	"github.com/gyrodata/gyro/schema"
)

// Survey is what a source has, and what is said of it: for who looks for what should be said. It lasts as long as its
// [Slice.Survey].
type Survey struct {
	Snapshot driver.Snapshot
	Catalog  schema.Catalog
	Tables   []Table // those that Run would read, in its order; none where there are no jobs
	slice    Slice
	steps    []*step // of all tables that were given
}

// Table is a table as Run would read it.
type Table struct {
	*schema.Table // with the references that were declared
	step          *step
	survey        *Survey
}

// Survey reads the catalog of the source, and lets look work with it. It reads no row itself. What is declared wrong
// comes back as by [Slice.Plan], but for what Strict finds missing: that is what is looked for. Without Jobs
// there is nothing to be wrong with but the registry.
func (s Slice) Survey(ctx context.Context, look func(*Survey) error) (err error) {
	s.Strict = false
	if len(s.Jobs) > 0 || s.Source == nil {
		err = s.check()
	} else {
		err = s.Importers.Validate()
	}
	if err != nil {
		return err
	}
	snapshot, err := s.Source.Open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, snapshot.Close()) }()
	found := &Survey{Snapshot: snapshot, slice: s}
	if found.Catalog, err = snapshot.Catalog(ctx); err != nil {
		return err
	}
	if len(s.Jobs) > 0 {
		steps, err := s.steps()
		if err != nil {
			return err
		}
		if steps, _, err = s.resolve(ctx, snapshot, steps, keyset.NewMemory(s.KeyMemory)); err != nil {
			return err
		}
		for _, step := range steps {
			found.Tables = append(found.Tables, Table{step.table, step, found})
		}
		found.steps = steps
	}
	return look(found)
}

// Others are the tables of the source that hold rows and that Run would not read, by name, as if they had jobs. Partitions, and
// tables that are read through one which they inherit from, are not among them, nor are views.
func (s *Survey) Others() ([]Table, error) {
	var (
		found  gyro.Mistakes
		others []Table
	)
	through := map[schema.Name]bool{}
	for _, t := range s.Tables {
		through[t.Name] = true
		for _, name := range t.step.through {
			if heir, err := schema.ParseName(name); err == nil {
				through[heir] = true
			}
		}
	}
	names := slices.SortedFunc(maps.Keys(s.Catalog), func(a, b schema.Name) int {
		return cmp.Or(cmp.Compare(a.Schema, b.Schema), cmp.Compare(a.Table, b.Table))
	})
	for _, name := range names {
		table := s.Catalog[name]
		if through[name] || !table.PartitionOf.IsZero() || table.Kind == schema.View || table.Kind == schema.MaterializedView {
			continue
		}
		other, mistakes := s.slice.other(s.Catalog, name)
		found = append(found, mistakes...)
		if other != nil {
			others = append(others, Table{other.table, other, s})
			s.steps = append(s.steps, other)
		}
	}
	for _, other := range others {
		for _, r := range other.References {
			other.step.references = append(other.step.references, &reference{Reference: r, parent: find(s.steps, r.To)})
		}
	}
	if len(found) == 0 {
		s.slice.spreadMasks(s.Catalog, s.steps) // what does not agree is no mistake of a run that does not take it
	}
	return others, found.Join()
}

// other is the step of a table without job, as far as masks need it.
func (s Slice) other(catalog schema.Catalog, name schema.Name) (*step, gyro.Mistakes) {
	importer, ok := s.Importers.Importer(name)
	if !ok || !saysMask(importer) { // what it says may be for files that are loaded elsewhere
		importer = gyro.Importer{Model: gyro.Table(name.String())}
	}
	step := &step{job: gyro.ImportJob{Model: importer.Model}, importer: importer}
	table, _, found := s.table(catalog, step, gyro.Text("table "+name.String()))
	if table == nil || len(found) > 0 {
		return nil, found
	}
	step.table = table
	return step, append(found, step.settleMasks()...)
}

func saysMask(importer gyro.Importer) bool {
	for _, c := range importer.Columns {
		if !c.Mask.IsZero() {
			return true
		}
	}
	return false
}

// Mask is what is said of a column: a mask, keep, or nothing.
func (t Table) Mask(column string) gyro.Mask { return t.step.masks[column] }

// Entry reports whether the importer has an entry for a column, whatever it says.
func (t Table) Entry(column string) bool {
	for key, entry := range t.step.importer.Columns {
		columns, mistake := gyro.ColumnsOf(t.Table, key, entry, "")
		if mistake == nil && slices.Contains(columns, column) && len(columns) == 1 {
			return true
		}
	}
	return false
}

// Suppose says a mask of a column, or keep, as if its importer did, with what follows for columns that refer to it; or says why
// Plan would refuse that, and leaves what was said.
func (t Table) Suppose(ctx context.Context, column string, mask gyro.Mask) (refused *gyro.Mistake, err error) {
	if m := t.step.unmaskable(column, mask, gyro.Textf("table %s, column %q", t.Name, column)); m != nil {
		return m, nil
	}
	alone := *t.step
	alone.masks = map[string]gyro.Mask{column: mask}
	found, err := tryFakes(ctx, t.survey.Snapshot, []*step{&alone})
	if err != nil || len(found) > 0 {
		return first(found), err
	}
	if !mask.Keeps() && t.step.readBy(column) {
		return &gyro.Mistake{Place: t.step.place(), Problem: "another column's mask reads it", Hint: "the name of a fake in its place"}, nil
	}
	if !t.survey.keyed(t.step, column) {
		t.step.masks[column] = mask
		return nil, nil
	}
	before := t.survey.said()
	t.step.masks[column] = mask
	if found := t.survey.slice.spreadMasks(t.survey.Catalog, t.survey.steps); len(found) > 0 {
		for i, step := range t.survey.steps {
			step.masks, step.domains, step.keys.masked = before[i].masks, before[i].domains, before[i].masked
		}
		return first(found), nil
	}
	return nil, nil
}

// readBy reports whether the mask of another column reads a column.
func (s *step) readBy(column string) bool {
	for _, mask := range s.masks {
		if slices.Contains(mask.Reads, column) {
			return true
		}
	}
	return false
}

// said is what is said of the columns of each step.
func (s *Survey) said() []saying {
	all := make([]saying, len(s.steps))
	for i, step := range s.steps {
		all[i] = saying{maps.Clone(step.masks), maps.Clone(step.domains), step.keys.masked}
	}
	return all
}

// saying is what [Table.Suppose] may change of a step.
type saying struct {
	masks   map[string]gyro.Mask
	domains map[string]*domain
	masked  bool
}

// keyed reports whether a mask of a column is a matter of others: of keys, and of what refers to them.
func (s *Survey) keyed(of *step, column string) bool {
	if slices.Contains(of.table.PrimaryKey, column) || slices.ContainsFunc(of.references, func(r *reference) bool { return slices.Contains(r.Columns, column) }) {
		return true
	}
	for _, step := range s.steps {
		to := func(r schema.Reference) bool { return r.To == of.table.Name && slices.Contains(r.ToColumns, column) }
		if slices.ContainsFunc(step.arrays, to) || slices.ContainsFunc(step.references, func(r *reference) bool { return to(r.Reference) }) {
			return true
		}
	}
	return false
}

// first is the first of mistakes; nil: there is none.
func first(found gyro.Mistakes) *gyro.Mistake {
	var m *gyro.Mistake
	errors.As(found.Join(), &m)
	return m
}
