package sheets

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/internal/loadplan"
	"github.com/gyrodata/gyro/internal/masking"
)

// Load loads CSV files that others wrote into the tables of a database, in one transaction, in
// an order that their references give.
type Load struct {
	Files     []File
	Target    driver.Loader // what is loaded into
	Importers gyro.Registry // how headers become columns; default: none, they are called as the columns are
	// IDs says which ids rows get whose importer says nothing. Default: those that the file has,
	// else new ones.
	IDs gyro.IDs
	// Conflict says what becomes of a row that is in the target already, where its importer says
	// nothing. Default: [gyro.Fail].
	Conflict gyro.Conflict
	// Strict refuses a file with a column that neither a mask nor [mask.Keep] is said of.
	Strict bool
	// MaskKey is the secret that masks depend on, as that of export.Slice. Default: a random one, which a note says. What the server
	// computes, the target computes: such clear values pass through its memory and its temporary tables.
	MaskKey gyro.Secret
	// DryRun does all that a load does, and rolls it back.
	DryRun bool
	// ShowValues puts what stands in the file into the violations of a [gyro.Validation]. Default:
	// no value leaves the file.
	ShowValues bool
	// EscapeFormulas has an apostrophe before each rejected cell that a spreadsheet would take for a formula, as =1+1; the
	// records are written anew then. Default: they are written as they were, but for the reasons.
	EscapeFormulas bool
	// Record is where the load leaves what [load.Undo] needs: an empty place of its own. Default: it
	// leaves nothing, and can't be undone.
	Record driver.Store
	// Version is that of the program, for the record. Default: of this module in the build.
	Version string
	// Progress is told what the run does: by one goroutine at a time, at most ten times a
	// second while a file is read. Default: nobody is told.
	Progress func(gyro.Event)
}

// options are those that a load of foreign files shares with one of a slice.
func (s Load) options() loadplan.Options {
	return loadplan.Options{
		Importers: s.Importers, IDs: s.IDs, Conflict: s.Conflict, DryRun: s.DryRun, Record: s.Record, Version: s.Version, Progress: s.Progress,
	}
}

// check says what is wrong with what is set, all of it at once.
func (s Load) check() error {
	var found gyro.Mistakes
	if len(s.Files) == 0 {
		found.Add(gyro.Mistake{Place: "load", Problem: "there is no CSV file", Hint: "name at least one in {Files}"})
	}
	for i, file := range s.Files {
		if file.From.Open == nil {
			found.Add(gyro.Mistake{Place: gyro.Textf("file %d", i+1), Problem: "nothing opens it"})
		}
	}
	if n := len(s.MaskKey); n > 0 && n < masking.MinKey {
		found.Add(gyro.Mistake{Place: "load", Problem: "{MaskKey} is too short to be a secret", Hint: "at least 16 random bytes: openssl rand -hex 32"})
	}
	if err := s.options().Check(s.Target); err != nil {
		found = append(found, err)
	}
	return found.Join()
}

// Run loads the files. What is declared wrong comes back whole, each a [gyro.Mistake], before a row
// is sent.
//
// Where rows break rules and nothing takes the rejects, the error wraps [gyro.ErrInvalid], nothing
// was loaded, and the Report, which comes beside the error then, has the [gyro.Validation]. Beside
// any other error there is no Report, and the target is left as it was.
func (s Load) Run(ctx context.Context) (*gyro.Report, error) {
	begin := time.Now()
	if err := s.check(); err != nil {
		return nil, err
	}
	target, err := s.Target.OpenTarget(ctx)
	if err != nil {
		return nil, err
	}
	report, err := s.loadInto(ctx, target)
	if closeErr := target.Close(); err == nil {
		err = closeErr
	}
	if report == nil {
		return nil, err
	}
	report.Elapsed = time.Since(begin)
	report.Load.Elapsed = report.Elapsed
	if err == nil {
		s.options().Tell(gyro.Event{Type: gyro.Ended, Jobs: len(report.Load.Tables), Rows: report.Rows, Bytes: report.Bytes, Elapsed: report.Elapsed})
	}
	return report, err
}

// loadInto gives a report as soon as there is something to say, also with an error.
func (s Load) loadInto(ctx context.Context, target driver.Target) (*gyro.Report, error) {
	catalog, err := target.Catalog(ctx)
	if err != nil {
		return nil, err
	}
	p, err := s.planned(ctx, catalog)
	if err != nil {
		return nil, err
	}
	if err := target.Check(ctx, &p.LoadPlan); err != nil {
		return nil, err
	}
	streams := make([]*stream, len(p.files))
	p.OpenSheet = func(ctx context.Context, table int, encode driver.SheetEncoder) (driver.SheetStream, error) {
		stream, err := p.files[table].sheet.stream(ctx, encode)
		if err != nil {
			return nil, err
		}
		streams[table] = stream
		return stream, nil
	}
	p.DryRun = s.DryRun
	t := loadplan.NewProgress(p.Plan)
	t.Far = func(table int) (rows, bytes int64) {
		return streams[table].rows.Load(), streams[table].source.Bytes()
	}
	p.Tell = t.Event
	loaded, err := target.Load(ctx, &p.LoadPlan)
	if err != nil {
		return nil, err
	}
	r := &run{Load: s, planning: p, target: target, loaded: loaded, streams: streams}
	return r.finish(ctx)
}

// Plan says what [Load.Run] would do. It reads the beginnings of the files and the target's
// catalog, and changes nothing. What is wrong with files and importers is an error, all of it at
// once; what else is in the way, such as rights, is in the Plan.
func (s Load) Plan(ctx context.Context) (*gyro.Plan, error) {
	if err := s.check(); err != nil {
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
	p, err := s.planned(ctx, catalog)
	if err != nil {
		return nil, err
	}
	plan := &gyro.Plan{Origin: target.Origin(), Notes: p.Notes, TargetError: target.Check(ctx, &p.LoadPlan)}
	for _, step := range p.files {
		plan.Loads = append(plan.Loads, gyro.PlannedLoad{
			Model: step.Name, File: step.File.File, IDs: step.IDs, Conflict: step.Conflict, Columns: step.sheet.told(step.Load),
		})
	}
	return plan, nil
}

// told says where the columns come from.
func (m *mapping) told(load *driver.LoadTable) []string {
	var lines []string
	for _, v := range m.plan.Values {
		from := "=" + v.Literal
		if v.Field >= 0 {
			from = m.plan.Fields[v.Field].Header
		}
		if mask := m.keys[v.Column].Mask; !mask.IsZero() && !mask.Keeps() {
			from += ", masked: " + mask.String()
		}
		lines = append(lines, v.Column+": "+from)
	}
	for _, lookup := range m.lookups {
		var parts []string
		for i, part := range lookup.Parts {
			from := part.Header
			if part.Given {
				from = "=" + part.Literal
			}
			parts = append(parts, lookup.paths[i]+" = "+from)
		}
		where := "in the target"
		switch {
		case lookup.LoadOnly:
			where = "in this load"
		case lookup.To >= 0:
			where = "in this load, then in the target"
		}
		if lookup.Create {
			where += ", or made"
		}
		lines = append(lines, fmt.Sprintf("%s: %s by %s, %s", strings.Join(lookup.Columns, ", "), lookup.Table, strings.Join(parts, ", "), where))
	}
	for _, id := range load.New {
		if id.Drawn() {
			lines = append(lines, id.Column+": new")
		}
	}
	return lines
}
