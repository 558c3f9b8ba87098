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
}

// Table is a table as Run would read it.
type Table struct {
	*schema.Table // with the references that were declared
	step          *step
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
			found.Tables = append(found.Tables, Table{step.table, step})
		}
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
			others = append(others, Table{other.table, other})
		}
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
	for _, r := range table.References {
		step.references = append(step.references, &reference{Reference: r})
	}
	for _, child := range catalog {
		for _, r := range child.References {
			if r.To == name {
				step.keys.lists = append(step.keys.lists, r.ToColumns)
			}
		}
	}
	return step, append(found, step.settleMasks(false)...)
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

// Refuses says why Plan would refuse a mask of a column; nil: it would take it.
func (t Table) Refuses(column string, mask gyro.Mask) *gyro.Mistake {
	return t.step.unmaskable(column, mask, gyro.Textf("table %s, column %q", t.Name, column))
}
