package sheets

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/pgcsv"
)

// run is a load of sheets whose rows have been looked at.
type run struct {
	Load
	planning *planning
	target   driver.Target
	loaded   *driver.Loaded
	streams  []*stream
	report   *gyro.Report
}

func (r *run) finish(ctx context.Context) (*gyro.Report, error) {
	r.begin()
	bad := r.report.Load.Validation.Bad() > 0
	if bad && r.ShowValues {
		if err := r.showValues(ctx); err != nil {
			return nil, err
		}
	}
	if r.refused() {
		return r.report, invalid(r.report.Load.Validation)
	}
	if r.DryRun {
		return r.report, nil
	}
	var rejects []driver.Rejects
	var err error
	if bad {
		rejects, err = r.reject(ctx)
	}
	if err == nil {
		err = r.planning.Commit(ctx, r.target, r.loaded, r.report)
	}
	if err != nil {
		for _, w := range rejects {
			if !errors.Is(err, gyro.ErrUncertain) { // else they may be wanted
				err = errors.Join(err, w.Abort())
			}
		}
		return nil, err
	}
	return r.report, nil
}

// begin fills the report.
func (r *run) begin() {
	r.report = &gyro.Report{Notes: slices.Concat(r.planning.Notes, r.loaded.Notes)}
	r.report.Load = &gyro.LoadReport{Origin: r.target.Origin(), Exclusive: r.loaded.Exclusive, DryRun: r.DryRun, Validation: &gyro.Validation{}}
	var names []string
	for i, step := range r.planning.files {
		n, sheet := r.loaded.Tables[i], r.loaded.Sheets[i]
		table := gyro.TableReport{
			Model: step.Name, File: step.File.File, Rows: sheet.Rows, Rejected: sheet.Bad,
			Inserted: n.Inserted, Skipped: n.Skipped, Updated: n.Updated,
		}
		if step.made() {
			table.Rejected = 0
			r.report.Load.Tables = append(r.report.Load.Tables, table)
			continue
		}
		r.report.Load.Tables = append(r.report.Load.Tables, table)
		sheet.Model, sheet.File = step.Name, step.File.File
		r.report.Load.Validation.Files = append(r.report.Load.Validation.Files, sheet)
		names = append(names, step.File.File)
		r.report.Rows += sheet.Rows
		r.report.Bytes += r.streams[i].source.Bytes()
	}
	r.report.Place = strings.Join(names, ", ")
}

// refused reports whether a row is bad that nothing takes.
func (r *run) refused() bool {
	for i, step := range r.planning.files {
		if !step.made() && r.loaded.Sheets[i].Bad > 0 && step.sheet.File.From.Reject == nil {
			return true
		}
	}
	return false
}

// again reads a sheet once more: row is called for those whose numbers next gives, in their
// order. The file has to be the one that was loaded.
func (r *run) again(ctx context.Context, i int, head func(*pgcsv.Sheet), rows func(yield func(row int64) error) error, row func(*pgcsv.Record) error) error {
	step := r.planning.files[i]
	file, source, reader, err := step.sheet.read(ctx)
	if err != nil {
		return err
	}
	defer file.Close()
	if _, err := reader.Header(); err != nil {
		return &gyro.Error{Op: "read", Place: step.File.File, Err: err}
	}
	if head != nil {
		head(reader)
	}
	changed := changedFile(step.File.File)
	err = rows(func(wanted int64) error {
		for {
			record, err := reader.Read()
			if errors.Is(err, io.EOF) {
				return changed
			}
			if err != nil {
				return &gyro.Error{Op: "read", Place: step.File.File, Err: err}
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
		return &gyro.Error{Op: "read", Place: step.File.File, Err: err}
	}
	if source.SHA256() != r.streams[i].source.SHA256() {
		return changed
	}
	return nil
}

// reject writes the bad rows of each sheet, as they were, with their reasons before them.
func (r *run) reject(ctx context.Context) (written []driver.Rejects, err error) {
	r.planning.Stage(gyro.Rejecting)
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
		w, err := step.sheet.File.From.Reject(ctx)
		if err != nil {
			return written, err
		}
		written = append(written, w)
		if err := r.rejectOne(ctx, i, w); err != nil {
			return written, err
		}
		if err := w.Commit(ctx); err != nil {
			return written, err
		}
		file.Rejects = w.Place()
	}
	return written, nil
}

func (r *run) rejectOne(ctx context.Context, i int, w io.Writer) error {
	m := r.planning.files[i].sheet
	out := &rejecting{w: w, dialect: m.Dialect, escape: r.EscapeFormulas}
	err := r.again(ctx, i, out.head, func(yield func(int64) error) error {
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
