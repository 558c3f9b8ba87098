package export

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/internal/masking"
	"github.com/gyrodata/gyro/keyset"
)

// Slice takes a slice: it reads the rows that Jobs ask for from one snapshot of a database, and
// writes them one CSV file a model, with a manifest. [Slice.Plan] says what it would do.
type Slice struct {
	Source    driver.Database  // the database that is read
	Target    driver.Store     // where the slice is put
	Importers gyro.Registry    // default: none, the catalog alone describes the tables
	Jobs      []gyro.ImportJob // models that others refer to come first
	// Order says in which order jobs are worked off. Default: in that of Jobs.
	Order Order
	// Missing says what becomes of rows that refer to a model which has no job, where neither a column nor its importer says
	// otherwise: with Include such lookup tables need nothing said. A model that has a job restricts as ever. Default:
	// each has to be said.
	Missing gyro.Missing
	// MaxRows fails the run where the slice would have more rows. Default: no bound.
	MaxRows int64
	// KeyMemory bounds the memory for keys, in bytes: what does not fit lies in temporary
	// files until the run ends. Default: 512 MiB.
	KeyMemory int64
	// Retries is how often a run begins anew, whole and on a new snapshot, where the server
	// gave the snapshot up (see [gyro.ErrConflict]). Default: 2; negative: never.
	Retries int
	// Unsorted takes rows in the order they come in, which is faster where the key does
	// not follow the heap; the same data may then give other bytes. Default: by primary key.
	Unsorted bool
	// Workers is how many connections read, all of one moment. With several, what waits for no other's keys is read at once, the
	// longest first, and the bytes are the same. Default: one, and jobs in their order.
	Workers int
	// Strict makes a column of which neither a mask nor mask.Keep is said a mistake: one that is added to the database
	// tomorrow stops the run.
	Strict bool
	// MaskKey is the secret that masks depend on: the same key gives the same values, in every run. At least 16 bytes.
	// Default: a random one for this run, which is told in a note where a mask depends on it.
	MaskKey gyro.Secret
	// Version is that of the program, for the manifest. Default: of this module in the build.
	Version string
	// Progress is told what the run does: by one goroutine at a time, at most ten times a
	// second while a file is written. Default: nobody is told.
	Progress func(gyro.Event)
}

// Order is the order of jobs.
type Order string

// The orders.
const (
	OrderGiven Order = "given" // that of Jobs: a reference to a later job is a mistake, unless it is within a circle
	OrderAuto  Order = "auto"  // models that others refer to first, by the catalog; else that of Jobs
)

// Run takes the slice. What is declared wrong comes back whole, each a [gyro.Mistake], before
// anything is asked of the source. The place for the slice is asked next: where it holds files
// of the slice already, the error wraps [gyro.ErrExists].
//
// On any error, and when ctx is cancelled, the target is left as it was, and there is no Report.
func (s Slice) Run(ctx context.Context) (*gyro.Report, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	return s.take(ctx)
}

// check says what is wrong with what is set, all of it at once.
func (s Slice) check() error {
	var found gyro.Mistakes
	if s.Source == nil {
		found.Add(gyro.Mistake{Place: "export", Problem: "there is no {Source}", Hint: "name a database"})
	}
	if s.Target == nil {
		found.Add(gyro.Mistake{Place: "export", Problem: "there is no {Target}", Hint: "a place for the slice, such as a directory"})
	}
	switch s.Order {
	case "", OrderGiven, OrderAuto:
	default:
		found.Add(gyro.Mistake{Place: "export", Problem: gyro.Textf("{Order} can't be %q", string(s.Order)), Hint: "given or auto"})
	}
	if s.Workers < 0 {
		found.Add(gyro.Mistake{Place: "export", Problem: "{Workers} is less than 0", Hint: "how many connections read at once; one, where it is left out"})
	}
	if n := len(s.MaskKey); n > 0 && n < masking.MinKey {
		found.Add(gyro.Mistake{Place: "export", Problem: "{MaskKey} is too short to be a secret", Hint: "at least 16 random bytes: openssl rand -hex 32"})
	}
	if _, err := s.steps(); err != nil {
		found = append(found, err)
	}
	return found.Join()
}

// take takes the slice, again where the server gave the snapshot up.
func (s Slice) take(ctx context.Context) (*gyro.Report, error) {
	if tell := s.Progress; tell != nil { // several may have something to tell
		var mu sync.Mutex
		s.Progress = func(e gyro.Event) {
			mu.Lock()
			defer mu.Unlock()
			tell(e)
		}
	}
	retries := s.Retries
	if retries == 0 {
		retries = defaultRetries
	}
	for {
		report, err := s.once(ctx)
		if retries <= 0 || !errors.Is(err, gyro.ErrConflict) || ctx.Err() != nil {
			return report, err
		}
		retries--
		s.tell(gyro.Event{Type: gyro.Restarted, Jobs: len(s.Jobs)})
	}
}

const defaultRetries = 2

// once is one try.
func (s Slice) once(ctx context.Context) (*gyro.Report, error) {
	begin := time.Now()
	steps, err := s.steps()
	if err != nil {
		return nil, err
	}
	writer, err := s.Target.Begin(ctx, files(steps))
	if err != nil {
		return nil, err
	}
	report, err := s.export(ctx, steps, writer)
	if err != nil {
		return nil, errors.Join(err, writer.Abort())
	}
	report.Place = writer.Place()
	report.Elapsed = time.Since(begin)
	s.tell(gyro.Event{Type: gyro.Ended, Jobs: len(steps), Rows: report.Rows, Bytes: report.Bytes, Elapsed: report.Elapsed})
	return report, nil
}

// export reads from one snapshot, closes it, and completes the slice.
func (s Slice) export(ctx context.Context, steps []*step, writer driver.SliceWriter) (*gyro.Report, error) {
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
func (s Slice) read(ctx context.Context, steps []*step, writer driver.SliceWriter) (report *gyro.Report, manifest driver.Manifest, err error) {
	snapshot, err := s.Source.Open(ctx)
	if err != nil {
		return nil, manifest, err
	}
	defer func() {
		if closeErr := snapshot.Close(); err == nil {
			err = closeErr
		}
	}()
	report = &gyro.Report{Origin: snapshot.Origin()}
	manifest = driver.Manifest{
		Gyro: driver.Version(s.Version), Version: driver.ManifestVersion, Server: report.Origin.Server, Standby: report.Origin.Standby,
		Taken: report.Origin.Time, LSN: report.Origin.LSN,
	}
	memory := keyset.NewMemory(s.KeyMemory)
	defer memory.Close()
	steps, report.Notes, err = s.resolve(ctx, snapshot, steps, memory)
	if err != nil {
		return nil, manifest, err
	}
	report.Notes = append(report.Notes, wholeTables(steps)...)
	if report.Origin.LSN == "" {
		report.Notes = append(report.Notes, "the source does not say where its write-ahead log is: the manifest has no position")
	}
	for i := range steps {
		s.tell(s.event(gyro.Planned, steps, i))
	}
	key := masking.Key(s.MaskKey)
	if keyed := slices.ContainsFunc(steps, (*step).keyed); keyed && len(key) == 0 {
		if key, err = masking.NewKey(); err != nil {
			return nil, manifest, &gyro.Error{Op: "draw a key for masks", Err: err}
		}
		report.Notes = append(report.Notes, masking.RandomKeyNote)
	} else if keyed {
		manifest.MaskKey = key.Fingerprint()
	}
	w := &run{Slice: s, maskKey: key, snapshot: snapshot, steps: steps, memory: memory, writer: writer, files: make([]driver.ManifestFile, len(steps)), elapsed: make([]time.Duration, len(steps))}
	if err := w.run(ctx); err != nil {
		return nil, manifest, err
	}
	if err := snapshot.Finish(ctx); err != nil {
		return nil, manifest, err
	}
	for i, file := range w.files {
		manifest.Files = append(manifest.Files, file)
		f := gyro.FileReport{Model: steps[i].table.Name, File: file.File, Rows: file.Rows, Bytes: file.Bytes, Elapsed: w.elapsed[i]}
		if file.Included != nil {
			f.Included = file.Included.Rows
		}
		report.Files = append(report.Files, f)
		report.Rows += file.Rows
		report.Bytes += file.Bytes
	}
	return report, manifest, nil
}

func (s Slice) event(step gyro.EventType, steps []*step, i int) gyro.Event {
	return gyro.Event{
		Type: step, Job: i, Jobs: len(steps), Model: steps[i].table.Name, File: steps[i].file,
		Estimate: int64(steps[i].estimate.Rows),
	}
}

func (s Slice) tell(e gyro.Event) {
	if s.Progress != nil {
		s.Progress(e)
	}
}
