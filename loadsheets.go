package gyro

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gyrodata/gyro/pgcsv"
)

// SheetsLoad loads CSV files that others wrote into the tables of a database, in one transaction, in
// an order that their references give.
type SheetsLoad struct {
	Files     []Sheet
	Target    Loader   // what is loaded into
	Importers Registry // how headers become columns; default: none, they are called as the columns are
	// IDs says which ids rows get whose importer says nothing. Default: those that the file has,
	// else new ones.
	IDs IDs
	// Conflict says what becomes of a row that is in the target already, where its importer says
	// nothing. Default: [gyro.Fail].
	Conflict Conflict
	// DryRun does all that a load does, and rolls it back.
	DryRun bool
	// ShowValues puts what stands in the file into the violations of a [gyro.Validation]. Default:
	// no value leaves the file.
	ShowValues bool
	// Record is where the load leaves what [load.Undo] needs: an empty place of its own. Default: it
	// leaves nothing, and can't be undone.
	Record Store
	// Version is that of the program, for the record. Default: of this module in the build.
	Version string
	// Progress is told what the run does: by one goroutine at a time, at most ten times a
	// second while a file is read. Default: nobody is told.
	Progress func(Event)
}

// options are those that a load of foreign files shares with one of a slice.
func (s SheetsLoad) options() loadOptions {
	return loadOptions{
		Importers: s.Importers, IDs: s.IDs, Conflict: s.Conflict, DryRun: s.DryRun, Record: s.Record, Version: s.Version, Progress: s.Progress,
	}
}

// check says what is wrong with what is set, all of it at once.
func (s SheetsLoad) check() error {
	var found mistakes
	if len(s.Files) == 0 {
		found.add(Mistake{Place: "load", Problem: "there is no CSV file", Hint: "name at least one in Files"})
	}
	for i, file := range s.Files {
		if file.From.Open == nil {
			found.add(Mistake{Place: fmt.Sprintf("file %d", i+1), Problem: "it has no Open"})
		}
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

// Run loads the files. What is declared wrong comes back whole, each a [gyro.Mistake], before a row
// is sent.
//
// Where rows break rules and nothing takes the rejects, the error wraps [gyro.ErrInvalid], nothing
// was loaded, and the Report, which comes beside the error then, has the [gyro.Validation]. Beside
// any other error there is no Report, and the target is left as it was.
func (s SheetsLoad) Run(ctx context.Context) (*Report, error) {
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
		s.options().tell(Event{Step: Ended, Jobs: len(report.Load.Tables), Rows: report.Rows, Bytes: report.Bytes, Elapsed: report.Elapsed})
	}
	return report, err
}

// loadInto gives a report as soon as there is something to say, also with an error.
func (s SheetsLoad) loadInto(ctx context.Context, target Loading) (*Report, error) {
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
	streams := make([]*sheetStream, len(p.files))
	p.OpenSheet = func(ctx context.Context, table int) (SheetStream, error) {
		stream, err := p.files[table].sheet.stream(ctx)
		if err != nil {
			return nil, err
		}
		streams[table] = stream
		return stream, nil
	}
	p.DryRun = s.DryRun
	t := newTelling(p.loadPlanning)
	t.far = func(table int) (rows, bytes int64) {
		return streams[table].rows.Load(), streams[table].source.bytes.Load()
	}
	p.Tell = t.event
	loaded, err := target.Load(ctx, &p.LoadPlan)
	if err != nil {
		return nil, err
	}
	r := &sheetRun{SheetsLoad: s, planning: p, target: target, loaded: loaded, streams: streams}
	return r.finish(ctx)
}

// sheetRun is a load of sheets whose rows have been looked at.
type sheetRun struct {
	SheetsLoad
	planning *sheetPlanning
	target   Loading
	loaded   *Loaded
	streams  []*sheetStream
	report   *Report
}

func (r *sheetRun) finish(ctx context.Context) (*Report, error) {
	r.begin()
	bad := r.report.Load.Validation.Bad() > 0
	if bad && r.ShowValues {
		if err := r.showValues(ctx); err != nil {
			return nil, err
		}
	}
	if r.refused() {
		return r.report, r.report.Load.Validation.invalid()
	}
	if r.DryRun {
		return r.report, nil
	}
	var rejects []Rejects
	var err error
	if bad {
		rejects, err = r.reject(ctx)
	}
	if err == nil {
		err = r.planning.commit(ctx, r.target, r.loaded, r.report)
	}
	if err != nil {
		for _, w := range rejects {
			if !errors.Is(err, ErrUncertain) { // else they may be wanted
				err = errors.Join(err, w.Abort())
			}
		}
		return nil, err
	}
	return r.report, nil
}

// begin fills the report.
func (r *sheetRun) begin() {
	r.report = &Report{Notes: slices.Concat(r.planning.notes, r.loaded.Notes)}
	r.report.Load = &LoadReport{Origin: r.target.Origin(), Exclusive: r.loaded.Exclusive, DryRun: r.DryRun, Validation: &Validation{}}
	var names []string
	for i, step := range r.planning.files {
		n, sheet := r.loaded.Tables[i], r.loaded.Sheets[i]
		table := TableReport{
			Model: step.name, File: step.file.File, Rows: sheet.Rows, Rejected: sheet.Bad,
			Inserted: n.Inserted, Skipped: n.Skipped, Updated: n.Updated,
		}
		if step.made() {
			table.Rejected = 0
			r.report.Load.Tables = append(r.report.Load.Tables, table)
			continue
		}
		r.report.Load.Tables = append(r.report.Load.Tables, table)
		sheet.Model, sheet.File = step.name, step.file.File
		r.report.Load.Validation.Files = append(r.report.Load.Validation.Files, sheet)
		names = append(names, step.file.File)
		r.report.Rows += sheet.Rows
		r.report.Bytes += r.streams[i].source.bytes.Load()
	}
	r.report.Place = strings.Join(names, ", ")
}

// refused reports whether a row is bad that nothing takes.
func (r *sheetRun) refused() bool {
	for i, step := range r.planning.files {
		if !step.made() && r.loaded.Sheets[i].Bad > 0 && step.sheet.sheet.From.Reject == nil {
			return true
		}
	}
	return false
}

// again reads a sheet once more: row is called for those whose numbers next gives, in their
// order. The file has to be the one that was loaded.
func (r *sheetRun) again(ctx context.Context, i int, head func(*pgcsv.Sheet), rows func(yield func(row int64) error) error, row func(*pgcsv.Record) error) error {
	step := r.planning.files[i]
	file, source, reader, err := step.sheet.read(ctx)
	if err != nil {
		return err
	}
	defer file.Close()
	if _, err := reader.Header(); err != nil {
		return &Error{Op: "read", Place: step.file.File, Err: err}
	}
	if head != nil {
		head(reader)
	}
	changed := changedFile(step.file.File)
	err = rows(func(wanted int64) error {
		for {
			record, err := reader.Read()
			if errors.Is(err, io.EOF) {
				return changed
			}
			if err != nil {
				return &Error{Op: "read", Place: step.file.File, Err: err}
			}
			if record.Row == wanted {
				return row(record)
			}
			if record.Row%(1<<14) == 0 && ctx.Err() != nil {
				return context.Cause(ctx)
			}
		}
	})
	if err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, source); err != nil {
		return &Error{Op: "read", Place: step.file.File, Err: err}
	}
	if !bytes.Equal(source.sum.Sum(nil), r.streams[i].source.sum.Sum(nil)) {
		return changed
	}
	return nil
}

// reject writes the bad rows of each sheet, as they were, with their reasons before them.
func (r *sheetRun) reject(ctx context.Context) (written []Rejects, err error) {
	r.planning.stage(Rejecting)
	validation := r.report.Load.Validation
	next := 0
	for i, step := range r.planning.files {
		if step.made() {
			continue
		}
		file := &validation.Files[next]
		next++
		if file.Bad == 0 {
			continue
		}
		w, err := step.sheet.sheet.From.Reject(ctx)
		if err != nil {
			return written, err
		}
		written = append(written, w)
		if err := r.rejectOne(ctx, i, w); err != nil {
			return written, err
		}
		if err := w.Commit(); err != nil {
			return written, err
		}
		file.Rejects = w.Place()
	}
	return written, nil
}

// reasonHeader is the first column of a file of rejects.
const reasonHeader = "reason"

func (r *sheetRun) rejectOne(ctx context.Context, i int, w io.Writer) error {
	m := r.planning.files[i].sheet
	out := &rejecting{w: w, dialect: m.dialect}
	head := func(reader *pgcsv.Sheet) { out.buffer = reader.AppendHead(out.buffer, reasonHeader) }
	err := r.again(ctx, i, head, func(yield func(int64) error) error {
		return r.target.Rejected(ctx, i, func(row int64, reasons []string) error {
			out.reasons = strings.Join(reasons, "; ")
			return yield(row)
		})
	}, out.record)
	if err != nil {
		return err
	}
	return out.flush()
}

// rejecting writes rejected records.
type rejecting struct {
	w       io.Writer
	dialect pgcsv.Dialect
	reasons string
	buffer  []byte
}

func (o *rejecting) record(r *pgcsv.Record) error {
	o.buffer = o.dialect.AppendFirst(o.buffer, o.reasons)
	o.buffer = r.AppendRaw(o.buffer)
	if !r.Ended() {
		o.buffer = o.dialect.AppendLineEnd(o.buffer)
	}
	if len(o.buffer) >= streamSize {
		return o.flush()
	}
	return nil
}

func (o *rejecting) flush() error {
	_, err := o.w.Write(o.buffer)
	o.buffer = o.buffer[:0]
	return err //nolint:wrapcheck // it says what it is
}

// showValues puts what stands in the files into the faults.
func (r *sheetRun) showValues(ctx context.Context) error {
	next := 0
	for i, step := range r.planning.files {
		if step.made() {
			continue
		}
		file := &r.report.Load.Validation.Files[next]
		next++
		wanted := map[int64][]*Fault{}
		columns := map[*Fault][]int{}
		for j := range file.Rules {
			rule := &file.Rules[j]
			var indexes []int
			names := strings.Split(rule.Column, ", ")
			if slices.Contains(step.sheet.headers, rule.Column) { // a header may hold a comma
				names = []string{rule.Column}
			}
			for _, name := range names {
				if at := slices.Index(step.sheet.headers, name); at >= 0 {
					indexes = append(indexes, at)
				}
			}
			for k := range rule.First {
				fault := &rule.First[k]
				if len(indexes) > 0 {
					wanted[fault.Row] = append(wanted[fault.Row], fault)
					columns[fault] = indexes
				}
			}
		}
		if len(wanted) == 0 {
			continue
		}
		rows := slices.Sorted(maps.Keys(wanted))
		err := r.again(ctx, i, nil, func(yield func(int64) error) error {
			for _, row := range rows {
				if err := yield(row); err != nil {
					return err
				}
			}
			return nil
		}, func(record *pgcsv.Record) error {
			for _, fault := range wanted[record.Row] {
				var values []string
				for _, at := range columns[fault] {
					if at < len(record.Cells) {
						values = append(values, string(record.Cells[at].Text))
					}
				}
				value := strings.Join(values, ", ")
				fault.Value = &value
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Plan says what [Load.Run] would do. It reads the beginnings of the files and the target's
// catalog, and changes nothing. What is wrong with files and importers is an error, all of it at
// once; what else is in the way, such as rights, is in the Plan.
func (s SheetsLoad) Plan(ctx context.Context) (*Plan, error) {
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
	plan := &Plan{Origin: target.Origin(), Notes: p.notes, TargetError: target.Check(ctx, &p.LoadPlan)}
	for _, step := range p.files {
		plan.Loads = append(plan.Loads, PlannedLoad{
			Model: step.name, File: step.file.File, IDs: step.ids, Conflict: step.conflict, Columns: step.sheet.told(step.load),
		})
	}
	return plan, nil
}

// told says where the columns come from.
func (m *sheetMap) told(load *LoadTable) []string {
	var lines []string
	for _, v := range m.plan.Values {
		from := "=" + v.Literal
		if v.Field >= 0 {
			from = m.plan.Fields[v.Field].Header
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
		if id.Sequence != "" || id.Random {
			lines = append(lines, id.Column+": new")
		}
	}
	return lines
}
