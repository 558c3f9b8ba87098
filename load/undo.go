package load

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/internal/loadplan"
	"github.com/gyrodata/gyro/schema"
)

var errWrongRecord = errors.New("this is the record of a load, not a slice")

// Undo takes a load back: it deletes the rows that it inserted, which record lists, and no
// others, in one transaction. It is refused, and nothing changed, where a row was changed or
// deleted since, where a row that is to stay refers to one of them, where the load updated
// rows, went over those of an earlier one, or inserted into tables without a key, and where target is not the database that was
// loaded into.
func Undo(ctx context.Context, record driver.Store, target driver.Loader) (*gyro.Report, error) {
	begin := time.Now()
	slice, err := record.Slice(ctx)
	if err != nil {
		return nil, err
	}
	m := slice.Manifest()
	refuse := func(err error, hint string) (*gyro.Report, error) {
		return nil, &gyro.Error{Op: "undo", Place: slice.Place(), Err: err, Hint: gyro.Text(hint)}
	}
	switch {
	case m.Import == nil:
		return refuse(loadplan.ErrNoRecord, "the report of a load names its record")
	case m.Import.Over:
		return refuse(errors.New("the load went over rows of an earlier one, and what they were before is not known"), "")
	case len(m.Import.Updated) > 0:
		return refuse(fmt.Errorf("the load updated rows of %s, and what they were before is not known", strings.Join(m.Import.Updated, ", ")), "")
	case len(m.Import.Keyless) > 0:
		return refuse(fmt.Errorf("the load inserted into %s, whose rows can't be told apart without a key", strings.Join(m.Import.Keyless, ", ")), "")
	}
	if err := slice.Verify(ctx); err != nil {
		return nil, err
	}
	plan := &driver.UndoPlan{Transaction: m.Import.Transaction, TriggersOff: m.Import.TriggersOff}
	for _, f := range m.Files {
		name, err := schema.ParseName(f.Table)
		if err != nil {
			return refuse(err, "")
		}
		plan.Tables = append(plan.Tables, driver.UndoTable{Table: name, Key: f.PrimaryKey, Was: f.Was, Rows: f.Rows})
	}
	plan.Open = func(ctx context.Context, i int) (io.ReadCloser, error) { return slice.File(ctx, m.Files[i].File) }
	loading, err := target.OpenTarget(ctx)
	if err != nil {
		return nil, err
	}
	done, err := loading.Undo(ctx, plan)
	if closeErr := loading.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return nil, err
	}
	report := &gyro.Report{Place: slice.Place(), Elapsed: time.Since(begin), Notes: done.Notes}
	report.Load = &gyro.LoadReport{Origin: loading.Origin(), Elapsed: report.Elapsed}
	for i, t := range plan.Tables {
		report.Rows += done.Tables[i].Deleted
		report.Load.Tables = append(report.Load.Tables, gyro.TableReport{Model: t.Table, Rows: t.Rows, Deleted: done.Tables[i].Deleted})
	}
	return report, nil
}
