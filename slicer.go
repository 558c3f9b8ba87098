package gyro

import (
	"context"
	"errors"
	"time"
)

// Slicer takes a slice, loads one, or does both:
//
//   - from a [Database] to a [Store] it takes a slice: it reads the rows that Jobs ask for, all
//     of one moment, and writes them one CSV file a job, and a manifest;
//   - from a [Store] to a [Loader] it loads the slice that lies there, in one transaction;
//   - from a [Database] to a [Loader] it takes a slice, puts it on disk in Via, and loads it;
//   - from [Sheets] to a [Loader] it loads CSV files that others wrote, in one transaction.
type Slicer struct {
	Source    Source
	Target    Target
	Via       Store       // where the slice lies between two databases, and stays; needed there
	Importers Registry    // default: none, the catalog alone describes the tables
	Jobs      []ImportJob // models that others refer to come first; of a load, default: all of the slice
	// IDs says which ids rows get where they are loaded. Default: [Keep].
	IDs IDs
	// Conflict says what becomes of a row that is in the target already. Default: [Fail].
	Conflict Conflict
	// Create makes the tables that the target does not have, from what the manifest says of
	// them: columns, keys and references, no more; it replaces no migration.
	Create bool
	// DryRun does all that a load does, and rolls it back. Of an export it does nothing.
	DryRun bool
	// ShowValues puts what stands in the file into the faults of a [Validation]. Default: no value
	// leaves the file.
	ShowValues bool
	// Record is where a load leaves what [Undo] needs: an empty place of its own. Default: it
	// leaves nothing, and can't be undone.
	Record Store
	// Unsorted takes rows in the order they come in, which is faster where the key does
	// not follow the heap; the same data may then give other bytes. Default: by primary key.
	Unsorted bool
	// MaxRows fails the run where the slice would have more rows. Default: no bound.
	MaxRows int64
	// KeyMemory bounds the memory for keys, in bytes: what does not fit lies in temporary
	// files until the run ends. Default: 512 MiB.
	KeyMemory int64
	// Retries is how often a run begins anew, whole and on a new snapshot, where the server
	// gave the snapshot up (see [ErrConflict]). Default: 2; negative: never.
	Retries int
	// Version is that of the program, for the manifest. Default: of this module in the build.
	Version string
	// Progress is told what the run does: by one goroutine at a time, at most ten times a
	// second while a file is written. Default: nobody is told.
	Progress func(Event)
}

// Run takes the slice, or loads it. What is declared wrong comes back whole, each a [Mistake].
// On any error, and when ctx is cancelled, the target is left as it was.
//
// Where a slice is taken, the place for it is asked first: where it holds files of the slice
// already, the error wraps [ErrExists] and the source is not asked for anything.
//
// Where a slice is loaded, it is first proved from its files (the error wraps [ErrUnproven]),
// and the target's catalog is looked at before a row is sent. Values of sequences that were
// drawn are not given back by a load that fails.
//
// Where CSV files have rows that break rules and nothing takes the rejects, the error wraps
// [ErrInvalid], and the Report has the [Validation].
func (s Slicer) Run(ctx context.Context) (*Report, error) {
	way, err := s.way()
	if err != nil {
		return nil, s.andJobs(err)
	}
	switch way {
	case loads:
		return s.load(ctx, s.Source.(Store))
	case reads:
		return s.loadSheets(ctx, s.Source.(Sheets))
	case copies:
		report, err := s.take(ctx)
		if err != nil {
			return nil, err
		}
		s.Jobs = nil // the slice is what they asked for
		loaded, err := s.load(ctx, s.Via)
		if err != nil {
			return report, err
		}
		return report.with(loaded), nil
	case takes:
	}
	return s.take(ctx)
}

// way is what the endpoints ask for.
type way int

const (
	takes way = iota
	loads
	copies
	reads
)

// way finds out what source and target ask for.
func (s Slicer) way() (way, error) {
	_, fromDatabase := s.Source.(Database)
	_, fromStore := s.Source.(Store)
	fromStore = fromStore && !fromDatabase
	_, fromSheets := s.Source.(Sheets)
	_, toStore := s.Target.(Store)
	_, toDatabase := s.Target.(Loader)
	var found mistakes
	refuse := func(problem, hint string) { found.add(Mistake{Place: "slicer", Problem: problem, Hint: hint}) }
	switch {
	case s.Source == nil:
		refuse("there is no Source", "")
	case !fromDatabase && !fromStore && !fromSheets:
		refuse("nothing can be read from the Source", "postgres.DB, csvdir.Dir or Sheets")
	}
	switch {
	case s.Target == nil:
		refuse("there is no Target", "")
	case !toStore && !toDatabase:
		refuse("nothing can be written to the Target", "csvdir.Dir or postgres.DB")
	case fromSheets && !toDatabase:
		refuse("CSV files can be loaded into a database only", "postgres.DB")
	case fromStore && !toDatabase:
		refuse("both Source and Target are directories", "copy the directory")
	}
	if s.Source == nil || s.Target == nil || len(found) > 0 {
		return takes, found.join()
	}
	switch {
	case fromSheets:
		return reads, nil
	case fromStore:
		return loads, nil
	case toStore:
		return takes, nil
	case s.Via == nil:
		refuse("between two databases the slice has to lie on disk, and there is no Via", "set Via to a csvdir.Dir")
	}
	return copies, found.join()
}

// andJobs adds to what is wrong with the endpoints what is wrong with the jobs.
func (s Slicer) andJobs(err error) error {
	if _, stored := s.Source.(Store); stored {
		return err
	}
	_, more := s.steps()
	return errors.Join(err, more)
}

// store is where the slice is put.
func (s Slicer) store() Store {
	if store, ok := s.Target.(Store); ok {
		return store
	}
	return s.Via
}

// take takes the slice, again where the server gave the snapshot up.
func (s Slicer) take(ctx context.Context) (*Report, error) {
	retries := s.Retries
	if retries == 0 {
		retries = defaultRetries
	}
	for {
		report, err := s.once(ctx)
		if retries <= 0 || !errors.Is(err, ErrConflict) || ctx.Err() != nil {
			return report, err
		}
		retries--
		s.tell(Event{Step: Restarted, Jobs: len(s.Jobs)})
	}
}

const defaultRetries = 2

// once is one try.
func (s Slicer) once(ctx context.Context) (*Report, error) {
	begin := time.Now()
	steps, err := s.steps()
	if err != nil {
		return nil, err
	}
	writer, err := s.store().Begin(ctx, files(steps))
	if err != nil {
		return nil, err
	}
	report, err := s.export(ctx, steps, writer)
	if err != nil {
		return nil, errors.Join(err, writer.Abort())
	}
	report.Place = writer.Place()
	report.Elapsed = time.Since(begin)
	s.tell(Event{Step: Ended, Jobs: len(steps), Rows: report.Rows, Bytes: report.Bytes, Elapsed: report.Elapsed})
	return report, nil
}

// export reads from one snapshot, closes it, and completes the slice.
func (s Slicer) export(ctx context.Context, steps []*step, writer SliceWriter) (*Report, error) {
	report, manifest, err := s.read(ctx, steps, writer)
	if err != nil {
		return nil, err
	}
	if err := writer.Commit(ctx, manifest); err != nil {
		return nil, err
	}
	return report, nil
}

// read copies every step's rows into the writer's files.
func (s Slicer) read(ctx context.Context, steps []*step, writer SliceWriter) (report *Report, manifest Manifest, err error) {
	snapshot, err := s.Source.(Database).Open(ctx)
	if err != nil {
		return nil, manifest, err
	}
	defer func() {
		if closeErr := snapshot.Close(); err == nil {
			err = closeErr
		}
	}()
	report = &Report{Origin: snapshot.Origin()}
	manifest = Manifest{
		Gyro: s.version(), Version: ManifestVersion, Server: report.Origin.Server, Standby: report.Origin.Standby,
		Taken: report.Origin.Time, LSN: report.Origin.LSN,
	}
	room := newKeyRoom(s.KeyMemory)
	defer room.close()
	steps, report.Notes, err = s.resolve(ctx, snapshot, steps, room)
	if err != nil {
		return nil, manifest, err
	}
	for i := range steps {
		s.tell(s.event(Planned, steps, i))
	}
	w := &slicing{Slicer: s, snapshot: snapshot, steps: steps, room: room, writer: writer, files: make([]ManifestFile, len(steps)), elapsed: make([]time.Duration, len(steps))}
	if err := w.run(ctx); err != nil {
		return nil, manifest, err
	}
	if err := snapshot.Finish(ctx); err != nil {
		return nil, manifest, err
	}
	for i, file := range w.files {
		manifest.Files = append(manifest.Files, file)
		f := FileReport{Model: steps[i].table.Name, File: file.File, Rows: file.Rows, Bytes: file.Bytes, Elapsed: w.elapsed[i]}
		if file.Included != nil {
			f.Included = file.Included.Rows
		}
		report.Files = append(report.Files, f)
		report.Rows += file.Rows
		report.Bytes += file.Bytes
	}
	return report, manifest, nil
}

func (s Slicer) event(step Step, steps []*step, i int) Event {
	return Event{
		Step: step, Job: i, Jobs: len(steps), Model: steps[i].table.Name, File: steps[i].file,
		Estimate: int64(steps[i].estimate.Rows),
	}
}

func (s Slicer) tell(e Event) {
	if s.Progress != nil {
		s.Progress(e)
	}
}
