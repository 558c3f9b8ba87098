package loadplan

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/schema"
)

// earlier is the record of an earlier load, whose rows are loaded over.
type earlier struct {
	record driver.Slice
	files  map[schema.Name]driver.ManifestFile
	given  map[schema.Name]bool // tables that it inserted rows into
}

// ErrNoRecord is given for a slice where the record of a load is meant.
var ErrNoRecord = errors.New("this is a slice, not the record of a load")

// Recall reads the record of the earlier load, where there is one. It comes before Strategy.
func (p *Plan) Recall(ctx context.Context) error {
	if p.Options.Before == nil {
		return nil
	}
	record, err := p.Options.Before.Slice(ctx)
	if err != nil {
		return err
	}
	m := record.Manifest()
	if m.Import == nil {
		return &gyro.Error{Op: "load", Place: record.Place(), Err: ErrNoRecord, Hint: "the report of a load names its record"}
	}
	if err := record.Verify(ctx); err != nil {
		return err
	}
	known := &earlier{record: record, files: map[schema.Name]driver.ManifestFile{}, given: map[schema.Name]bool{}}
	for _, table := range m.Import.Tables {
		name, err := schema.ParseName(table)
		if err != nil {
			return &gyro.Error{Op: "load", Place: record.Place(), Err: err}
		}
		known.given[name] = true
	}
	for _, f := range m.Files {
		name, err := schema.ParseName(f.Table)
		if err != nil {
			return &gyro.Error{Op: "load", Place: record.Place(), Err: err}
		}
		known.files[name] = f
	}
	p.earlier, p.Over = known, &m.Import.Transaction
	p.OpenKnown = func(ctx context.Context, table int) (io.ReadCloser, error) {
		return record.File(ctx, known.files[p.Steps[table].Name].File)
	}
	return nil
}

// recall says by which keys the rows of the earlier load are known.
func (p *Plan) recall(s *Step) {
	if p.earlier == nil || s.MapOnly || s.Create {
		return
	}
	f, ok := p.earlier.files[s.Name]
	switch {
	case !ok && p.earlier.given[s.Name]:
		p.Refuse(s, "the rows that the earlier load inserted can't be told from others, and would stand there twice", "leave the table out, or undo that load and load anew")
	case !ok:
	case !schema.SameColumns(f.PrimaryKey, s.Load.Key):
		p.Refuse(s, gyro.Textf("the earlier load's rows are known by %s, and %s", strings.Join(f.PrimaryKey, ", "), keyWords(s.Load.Key)), "undo that load and load anew")
	default:
		s.Load.Known = &driver.KnownRows{Key: f.PrimaryKey, Was: f.Was}
	}
}

// recalls reports whether a column may have another value in a row that the earlier load left than in the slice.
func (s *Step) recalls(column string) bool {
	return s.Load.Known != nil && slices.Contains(s.Load.Known.Was, column)
}

// retire marks the earlier load's record.
func (p *Plan) retire(ctx context.Context, report *gyro.Report) {
	store, ok := p.Options.Before.(driver.Retirer)
	if !ok {
		return
	}
	if err := store.Retire(context.WithoutCancel(ctx), report.Load.Record); err != nil {
		p.Notes = append(p.Notes, gyro.Text(err.Error()))
	}
}

// Forgotten are the tables that the earlier load inserted rows into and that this one has not.
func (p *Plan) Forgotten() []string {
	if p.earlier == nil {
		return nil
	}
	var names []string
	for name := range p.earlier.given {
		if p.Find(name) == nil {
			names = append(names, name.String())
		}
	}
	slices.Sort(names)
	return names
}
