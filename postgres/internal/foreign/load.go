// Package foreign loads CSV files that others wrote: their texts come to a staging table of their own, and
// are held against the types of their columns and against rules; what breaks one is written down as a
// violation. What their references mean is looked for by keys, in the load and in the target. From there
// the rows go the way of a slice's, which is package loading.
package foreign

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/postgres/internal/loading"
	"github.com/gyrodata/gyro/postgres/internal/server"
)

// Load is one load of foreign files.
//
// Where the server refuses a row for a reason that only it knows, such as a trigger or a partial
// index, all begins anew, and it is found out which rows it refuses: see trial.
type Load struct {
	*attempt // the one that counts
	session  *loading.Session
	options  loading.Options
	plan     *driver.LoadPlan
	refused  map[int]refusals // by sheet, the rows that the server was found to refuse
	trying   bool             // rows are tried before they go in
}

// NewLoad makes ready a load; nothing is done yet.
func NewLoad(s *loading.Session, o loading.Options, plan *driver.LoadPlan) *Load {
	return &Load{session: s, options: o, plan: plan, refused: map[int]refusals{}}
}

// Run does all but committing. Where rows break rules and are not rejected, nothing went in, and the
// Loaded says what was found.
func (l *Load) Run(ctx context.Context) (*driver.Loaded, error) {
	for {
		l.attempt = newAttempt(loading.NewLoad(l.session, l.options, l.plan), l.refused, l.trying)
		err := l.run(ctx)
		var refused refusal
		switch {
		case err == nil:
			return l.Loaded, nil
		case !errors.As(err, &refused):
			return nil, err
		}
		if err := l.again(ctx, refused); err != nil {
			return nil, err
		}
	}
}

// again ends the transaction, and makes ready for another attempt.
func (l *Load) again(ctx context.Context, r refusal) error {
	if err := l.Rollback(ctx); err != nil {
		return err
	}
	l.trying = true
	if r.state != "23505" || r.constraint == "" {
		return nil
	}
	for _, t := range l.sheets {
		if t.Table.Name.Table != r.table || !slices.ContainsFunc(t.New, func(id driver.NewID) bool { return id.Sequence != "" }) {
			continue
		}
		text := fmt.Sprintf(server.Own("SELECT count(*) FROM pg_catalog.pg_constraint WHERE contype = 'p' AND conrelid = %s::regclass::oid AND conname = %s"),
			server.Literal(t.Target()), server.Literal(r.constraint))
		primary, err := l.Number(ctx, "look at a constraint", text)
		if err != nil {
			return err
		}
		if primary > 0 {
			return &gyro.Error{Op: "insert into", Place: t.Table.Name.String(), Err: r.err, Hint: "its sequence is behind the rows that are there: move it past them (setval)"}
		}
	}
	return nil
}

// Rejected gives the rows of a sheet that break rules: see [driver.Target].
func (l *Load) Rejected(ctx context.Context, table int, row func(row int64, reasons []string) error) error {
	return l.violations.rejected(ctx, table, row)
}
