package load

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/internal/loadplan"
)

// Slice loads a slice that lies in a [Store] into the tables of a database, in one transaction.
type Slice struct {
	Source    driver.Store  // where the slice lies
	Target    driver.Loader // what is loaded into
	Tables    []gyro.Model  // only these of the slice. Default: all
	Importers gyro.Registry // default: none, rows keep their ids
	// IDs says which ids rows get whose importer says nothing. Default: [gyro.Keep].
	IDs gyro.IDs
	// Conflict says what becomes of a row that is in the target already, where its importer says
	// nothing. Default: [gyro.Fail].
	Conflict gyro.Conflict
	// Create makes the tables that the target does not have, from what the manifest says of
	// them: columns, keys and references, no more; it replaces no migration.
	Create bool
	// DryRun does all that a load does, and rolls it back.
	DryRun bool
	// Record is where the load leaves what [Undo] needs: an empty place of its own. Default: it
	// leaves nothing, and can't be undone.
	Record driver.Store
	// Before is the record of an earlier load into the same database. A row of the slice that it, or one before, inserted
	// is known by it, whatever id it got, and updated where it differs; the rest are loaded as ever. Rows that
	// are in the slice no more stay. Default: none.
	Before driver.Store
	// Version is that of the program, for the record. Default: of this module in the build.
	Version string
	// Progress is told what the run does: by one goroutine at a time, at most ten times a
	// second while a file is read. Default: nobody is told.
	Progress func(gyro.Event)
}

// options are those that a load of a slice shares with one of foreign files.
func (s Slice) options() loadplan.Options {
	return loadplan.Options{
		Importers: s.Importers, IDs: s.IDs, Conflict: s.Conflict, DryRun: s.DryRun, Record: s.Record, Before: s.Before, Version: s.Version, Progress: s.Progress,
	}
}

// check says what is wrong with what is set, all of it at once.
func (s Slice) check() error {
	var found gyro.Mistakes
	if s.Source == nil {
		found.Add(gyro.Mistake{Place: "load", Problem: "there is no {Source}", Hint: "a place that holds a slice, such as a directory"})
	}
	if err := s.options().Check(s.Target); err != nil {
		found = append(found, err)
	}
	return found.Join()
}

// Run loads the slice. The target's catalog is looked at before a row is sent; what is declared wrong comes back
// whole, each a [gyro.Mistake]. While rows are sent the slice is proved from its files, and nothing is committed that is not (the
// error wraps [gyro.ErrUnproven]): what is sent is held against the same digests.
//
// On any error, and when ctx is cancelled, the target is left as it was, and there is no Report;
// values of sequences that were drawn are not given back. Where the connection was lost while
// the load was committed, and nobody can be asked, the error wraps [gyro.ErrUncertain].
func (s Slice) Run(ctx context.Context) (*gyro.Report, error) {
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
	s.options().Tell(gyro.Event{Type: gyro.Ended, Jobs: len(report.Load.Tables), Rows: report.Rows, Bytes: report.Bytes, Elapsed: report.Elapsed})
	return report, nil
}

func (s Slice) loadInto(ctx context.Context, target driver.Target, slice driver.Slice) (*gyro.Report, error) {
	m := slice.Manifest()
	catalog, err := target.Catalog(ctx)
	if err != nil {
		return nil, err
	}
	p, err := s.planned(ctx, slice, catalog)
	if err != nil {
		return nil, err
	}
	if err := target.Check(ctx, &p.LoadPlan); err != nil {
		return nil, err
	}
	p.Open = files{slice: slice, steps: p.Steps}.open
	p.DryRun = s.DryRun
	t := loadplan.NewProgress(p)
	p.Tell = t.Event
	p.Stage(gyro.Verifying)
	proof := prove(ctx, slice)
	loaded, err := target.Load(proof.ctx, &p.LoadPlan)
	if !proof.ended() {
		p.Stage(gyro.Verifying)
	}
	if err := proof.wait(); err != nil {
		return nil, err
	}
	if err != nil {
		return nil, err
	}
	report := &gyro.Report{Place: slice.Place()}
	report.Origin = gyro.Origin{Server: m.Server, Standby: m.Standby, Time: m.Taken, LSN: m.LSN}
	report.Load = &gyro.LoadReport{Origin: target.Origin(), Exclusive: loaded.Exclusive, DryRun: s.DryRun}
	for i, step := range p.Steps {
		report.Rows += step.File.Rows
		report.Bytes += step.File.Bytes
		n := loaded.Tables[i]
		report.Load.Tables = append(report.Load.Tables, gyro.TableReport{
			Model: step.Name, File: step.File.File, Rows: step.File.Rows,
			Inserted: n.Inserted, Skipped: n.Skipped, Updated: n.Updated, Straight: n.Straight,
		})
	}
	if !s.DryRun {
		err = p.Commit(ctx, target, loaded, report)
	}
	report.Notes = slices.Concat(p.Notes, loaded.Notes)
	return report, err
}

// Plan says what [Slice.Run] would do. It reads the slice's manifest and the target's catalog,
// and changes nothing. What is wrong with the target's tables is an error, all of it at once;
// what else is in the way, such as rights, is in the Plan.
func (s Slice) Plan(ctx context.Context) (*gyro.Plan, error) {
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
	p, err := s.planned(ctx, slice, catalog)
	if err != nil {
		return nil, err
	}
	plan := &gyro.Plan{Origin: target.Origin(), Notes: p.Notes, TargetError: target.Check(ctx, &p.LoadPlan)}
	for _, step := range p.Steps {
		load := gyro.PlannedLoad{
			Model: step.Name, File: step.File.File, Rows: step.File.Rows, Create: step.Create,
			Straight: step.Load.Straight, MapOnly: step.Load.MapOnly, IDs: step.IDs, Conflict: step.Conflict,
		}
		for _, r := range step.Load.References {
			load.Mapped = append(load.Mapped, fmt.Sprintf("%s -> %s", strings.Join(r.Columns, ", "), r.Table))
		}
		plan.Loads = append(plan.Loads, load)
	}
	return plan, nil
}
