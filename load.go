package gyro

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"strings"
	"time"
)

// LoadSlice loads a slice that lies in a [Store] into the tables of a database, in one transaction.
type LoadSlice struct {
	Source    Store    // where the slice lies
	Target    Loader   // what is loaded into
	Tables    []Model  // only these of the slice. Default: all
	Importers Registry // default: none, rows keep their ids
	// IDs says which ids rows get whose importer says nothing. Default: [gyro.Keep].
	IDs IDs
	// Conflict says what becomes of a row that is in the target already, where its importer says
	// nothing. Default: [gyro.Fail].
	Conflict Conflict
	// Create makes the tables that the target does not have, from what the manifest says of
	// them: columns, keys and references, no more; it replaces no migration.
	Create bool
	// DryRun does all that a load does, and rolls it back.
	DryRun bool
	// Record is where the load leaves what [Undo] needs: an empty place of its own. Default: it
	// leaves nothing, and can't be undone.
	Record Store
	// Version is that of the program, for the record. Default: of this module in the build.
	Version string
	// Progress is told what the run does: by one goroutine at a time, at most ten times a
	// second while a file is read. Default: nobody is told.
	Progress func(Event)
}

// options are those that a load of a slice shares with one of foreign files.
func (s LoadSlice) options() loadOptions {
	return loadOptions{
		Importers: s.Importers, IDs: s.IDs, Conflict: s.Conflict, DryRun: s.DryRun, Record: s.Record, Version: s.Version, Progress: s.Progress,
	}
}

// check says what is wrong with what is set, all of it at once.
func (s LoadSlice) check() error {
	var found mistakes
	if s.Source == nil {
		found.add(Mistake{Place: "load", Problem: "there is no Source", Hint: "a place that holds a slice, such as csvdir.Dir"})
	}
	if s.Target == nil {
		found.add(Mistake{Place: "load", Problem: "there is no Target", Hint: "a database, such as postgres.DB"})
	}
	if s.DryRun && s.Record != nil {
		found.add(Mistake{Place: "load", Problem: "both DryRun and Record are set, and a dry run leaves nothing to undo", Hint: "keep one"})
	}
	if err := s.options().check(); err != nil {
		found = append(found, err)
	}
	return found.join()
}

// Run loads the slice. It is first proved from its files (the error wraps [gyro.ErrUnproven]), and
// the target's catalog is looked at before a row is sent. What is declared wrong comes back
// whole, each a [gyro.Mistake].
//
// On any error, and when ctx is cancelled, the target is left as it was, and there is no Report;
// values of sequences that were drawn are not given back. Where the connection was lost while
// the load was committed, and nobody can be asked, the error wraps [gyro.ErrUncertain].
func (s LoadSlice) Run(ctx context.Context) (*Report, error) {
	begin := time.Now()
	if err := s.check(); err != nil {
		return nil, err
	}
	slice, err := s.Source.Slice(ctx)
	if err != nil {
		return nil, err
	}
	target, err := s.Target.OpenTarget(ctx)
	if err != nil {
		return nil, err
	}
	report, err := s.loadInto(ctx, target, slice)
	if closeErr := target.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return nil, err
	}
	report.Elapsed = time.Since(begin)
	report.Load.Elapsed = report.Elapsed
	s.options().tell(Event{Step: Ended, Jobs: len(report.Load.Tables), Rows: report.Rows, Bytes: report.Bytes, Elapsed: report.Elapsed})
	return report, nil
}

func (s LoadSlice) loadInto(ctx context.Context, target Loading, slice Slice) (*Report, error) {
	m := slice.Manifest()
	catalog, err := target.Catalog(ctx)
	if err != nil {
		return nil, err
	}
	p, err := s.planned(m, catalog)
	if err != nil {
		return nil, err
	}
	if err := target.Check(ctx, &p.LoadPlan); err != nil {
		return nil, err
	}
	p.stage(Verifying)
	if err := slice.Verify(ctx); err != nil {
		return nil, err
	}
	files := &fileChecks{slice: slice, steps: p.steps}
	p.Open = files.open
	p.DryRun = s.DryRun
	t := newTelling(p)
	p.Tell = t.event
	loaded, err := target.Load(ctx, &p.LoadPlan)
	if err == nil {
		err = files.check()
	}
	if err != nil {
		return nil, err
	}
	report := &Report{Place: slice.Place()}
	report.Origin = Origin{Server: m.Server, Standby: m.Standby, Time: m.Taken, LSN: m.LSN}
	report.Load = &LoadReport{Origin: target.Origin(), Exclusive: loaded.Exclusive, DryRun: s.DryRun}
	for i, step := range p.steps {
		report.Rows += step.file.Rows
		report.Bytes += step.file.Bytes
		n := loaded.Tables[i]
		report.Load.Tables = append(report.Load.Tables, TableReport{
			Model: step.name, File: step.file.File, Rows: step.file.Rows,
			Inserted: n.Inserted, Skipped: n.Skipped, Updated: n.Updated, Straight: n.Straight,
		})
	}
	if !s.DryRun {
		err = p.commit(ctx, target, loaded, report)
	}
	report.Notes = slices.Concat(p.notes, loaded.Notes)
	return report, err
}

// Plan says what [Slice.Run] would do. It reads the slice's manifest and the target's catalog,
// and changes nothing. What is wrong with the target's tables is an error, all of it at once;
// what else is in the way, such as rights, is in the Plan.
func (s LoadSlice) Plan(ctx context.Context) (*Plan, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	slice, err := s.Source.Slice(ctx)
	if err != nil {
		return nil, err
	}
	target, err := s.Target.OpenTarget(ctx)
	if err != nil {
		return nil, err
	}
	defer target.Close() //nolint:errcheck // nothing was begun
	catalog, err := target.Catalog(ctx)
	if err != nil {
		return nil, err
	}
	p, err := s.planned(slice.Manifest(), catalog)
	if err != nil {
		return nil, err
	}
	plan := &Plan{Origin: target.Origin(), Notes: p.notes, TargetError: target.Check(ctx, &p.LoadPlan)}
	for _, step := range p.steps {
		load := PlannedLoad{
			Model: step.name, File: step.file.File, Rows: step.file.Rows, Create: step.create,
			Straight: step.load.Straight, MapOnly: step.load.MapOnly, IDs: step.ids, Conflict: step.conflict,
		}
		for _, r := range step.load.References {
			load.Mapped = append(load.Mapped, fmt.Sprintf("%s -> %s", strings.Join(r.Columns, ", "), r.Table))
		}
		plan.Loads = append(plan.Loads, load)
	}
	return plan, nil
}

// fileChecks opens the files of a slice, and sees to it that what is loaded is what was
// proved.
type fileChecks struct {
	slice  Slice
	steps  []*loadStep
	opened []*checkedFile
}

func (f *fileChecks) open(ctx context.Context, table int) (io.ReadCloser, error) {
	m := f.steps[table].file
	file, err := f.slice.File(ctx, m.File)
	if err != nil {
		return nil, err
	}
	checked := &checkedFile{ReadCloser: file, manifest: m, sum: sha256.New()}
	f.opened = append(f.opened, checked)
	return checked, nil
}

// check compares what was read with the manifest.
func (f *fileChecks) check() error {
	var found []error
	for _, file := range f.opened {
		if file.bytes != file.manifest.Bytes || hex.EncodeToString(file.sum.Sum(nil)) != file.manifest.SHA256 {
			found = append(found, &Error{
				Op: "load", Place: file.manifest.File, Err: errors.New("the file was changed while it was loaded"),
				Hint: "nothing was loaded; let nobody write to the slice meanwhile",
			})
		}
	}
	return errors.Join(found...)
}

type checkedFile struct {
	io.ReadCloser
	manifest ManifestFile
	sum      hash.Hash
	bytes    int64
}

func (f *checkedFile) Read(b []byte) (int, error) {
	n, err := f.ReadCloser.Read(b)
	f.sum.Write(b[:n])
	f.bytes += int64(n)
	return n, err //nolint:wrapcheck // io.EOF has to stay what it is
}
