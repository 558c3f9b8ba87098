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

// load loads the slice that a store holds.
func (s Slicer) load(ctx context.Context, store Store) (*Report, error) {
	begin := time.Now()
	if err := s.Importers.Validate(); err != nil {
		return nil, err
	}
	slice, err := store.Slice(ctx)
	if err != nil {
		return nil, err
	}
	target, err := s.Target.(Loader).OpenTarget(ctx)
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
	s.tell(Event{Step: Ended, Jobs: len(report.Load.Tables), Rows: report.Rows, Bytes: report.Bytes, Elapsed: report.Elapsed})
	return report, nil
}

func (s Slicer) loadInto(ctx context.Context, target Loading, slice Slice) (*Report, error) {
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
	s.stage(Verifying)
	if err := slice.Verify(ctx); err != nil {
		return nil, err
	}
	files := &fileChecks{slice: slice, steps: p.steps}
	p.Open = files.open
	p.DryRun = s.DryRun
	t := newTelling(s, p)
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
		err = s.commit(ctx, target, p, loaded, report)
	}
	report.Notes = slices.Concat(p.notes, loaded.Notes)
	return report, err
}

// commit leaves the record that undo needs, and makes the load last.
func (s Slicer) commit(ctx context.Context, target Loading, p *loadPlanning, loaded *Loaded, report *Report) error {
	if s.Record != nil {
		s.stage(Recording)
		place, err := s.record(ctx, target, p, loaded)
		if err != nil {
			return err
		}
		report.Load.Record = place
	}
	s.stage(Committing)
	err := target.Commit(ctx)
	if err != nil && s.Record != nil {
		err = fmt.Errorf("%w; the record for undo stays in %s", err, report.Load.Record)
	}
	return err
}

func (s Slicer) stage(stage Stage) { s.tell(Event{Step: Staged, Stage: stage}) }

// planLoad says what a load would do.
func (s Slicer) planLoad(ctx context.Context) (*Plan, error) {
	if err := s.Importers.Validate(); err != nil {
		return nil, err
	}
	slice, err := s.Source.(Store).Slice(ctx)
	if err != nil {
		return nil, err
	}
	target, err := s.Target.(Loader).OpenTarget(ctx)
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

func (f *fileChecks) open(table int) (io.ReadCloser, error) {
	m := f.steps[table].file
	file, err := f.slice.File(m.File)
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

// telling makes events of what a load tells, for the files at most one a tick.
type telling struct {
	Slicer
	steps   []*loadStep
	streams []*sheetStream // of foreign CSV files: they know how far they are
	began   time.Time
	last    time.Time
}

func newTelling(s Slicer, p *loadPlanning) *telling {
	t := &telling{Slicer: s, steps: p.steps}
	for i := range p.steps {
		t.tell(t.file(Planned, i))
	}
	return t
}

func (t *telling) file(step Step, i int) Event {
	s := t.steps[i]
	return Event{Step: step, Job: i, Jobs: len(t.steps), Model: s.name, File: s.file.File, Estimate: s.file.Rows}
}

func (t *telling) event(e LoadEvent) {
	now := time.Now()
	if e.Stage != Staging && e.Stage != Copying {
		event := Event{Step: Staged, Stage: e.Stage}
		if e.Table >= 0 {
			event = t.file(Staged, e.Table)
			event.Stage = e.Stage
		}
		t.tell(event)
		return
	}
	switch {
	case e.Done:
		event := t.file(Finished, e.Table)
		event.Rows, event.Bytes, event.Elapsed = e.Rows, e.Bytes, now.Sub(t.began)
		if t.streams != nil {
			event.Rows, event.Bytes = t.streams[e.Table].rows.Load(), t.streams[e.Table].source.bytes.Load()
		}
		t.tell(event)
	case e.Bytes == 0:
		t.began, t.last = now, now
		t.tell(t.file(Started, e.Table))
	case now.Sub(t.last) >= tick:
		t.last = now
		event := t.file(Moved, e.Table)
		f := t.steps[e.Table].file
		event.Bytes, event.Elapsed = e.Bytes, now.Sub(t.began)
		event.Rows = int64(float64(f.Rows) * float64(e.Bytes) / float64(max(1, f.Bytes)))
		if t.streams != nil {
			stream := t.streams[e.Table]
			event.Rows, event.Bytes = stream.rows.Load(), stream.source.bytes.Load()
		}
		t.tell(event)
	}
}
