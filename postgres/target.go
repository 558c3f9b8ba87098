package postgres

import (
	"context"
	"errors"
	"io"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/postgres/internal/foreign"
	"github.com/gyrodata/gyro/postgres/internal/loading"
)

// Exclusive says whether a load may have its tables to itself: see [DB].
type Exclusive string

// The choices.
const (
	ExclusiveAuto   Exclusive = "auto"
	ExclusiveAlways Exclusive = "always"
	ExclusiveNever  Exclusive = "never"
)

// target is one connection to a database that is loaded into, and the one load on it: of a slice, or
// of foreign files.
type target struct {
	*loading.Session
	options loading.Options
	load    interface {
		Run(ctx context.Context) (*driver.Loaded, error)
		Keys(ctx context.Context, table int, w io.Writer) (int64, error)
		Commit(ctx context.Context) error
	}
}

var (
	_ driver.Loader = DB{}
	_ driver.Target = (*target)(nil)
)

// OpenTarget connects.
func (d DB) OpenTarget(ctx context.Context) (driver.Target, error) {
	switch d.Exclusive {
	case "", ExclusiveAuto, ExclusiveAlways, ExclusiveNever:
	default:
		return nil, &gyro.Error{Op: "load", Err: gyro.Textf("{Exclusive} can't be %q", string(d.Exclusive)), Hint: "auto, always or never"}
	}
	session, err := loading.Open(ctx, d.server())
	if err != nil {
		return nil, err
	}
	return &target{Session: session, options: loading.Options{Exclusive: loading.Mode(d.Exclusive), DisableTriggers: d.DisableTriggers}}, nil
}

// Check asks for the rights that a plan needs.
func (t *target) Check(ctx context.Context, plan *driver.LoadPlan) error {
	rights := loading.Rights{Session: t.Session, Options: t.options}
	if len(plan.Sheets) > 0 {
		rights.More = func(ctx context.Context, table *driver.LoadTable) ([]error, error) {
			return foreign.Check(ctx, t.Session, table)
		}
	}
	return rights.Check(ctx, plan)
}

// Load does all but committing. A plan is one of a slice, or one of foreign files.
func (t *target) Load(ctx context.Context, plan *driver.LoadPlan) (*driver.Loaded, error) {
	if len(plan.Sheets) > 0 {
		t.load = foreign.NewLoad(t.Session, t.options, plan)
	} else {
		t.load = loading.NewLoad(t.Session, t.options, plan)
	}
	return t.load.Run(ctx)
}

// Keys lists the rows that were inserted.
func (t *target) Keys(ctx context.Context, table int, w io.Writer) (int64, error) {
	return t.load.Keys(ctx, table, w)
}

// Rejected gives the rows of a foreign file that break rules.
func (t *target) Rejected(ctx context.Context, table int, row func(row int64, reasons []string) error) error {
	load, ok := t.load.(*foreign.Load)
	if !ok {
		return errors.New("postgres: no foreign file was loaded")
	}
	return load.Rejected(ctx, table, row)
}

// Commit commits, and where the connection is lost, asks on another one whether it did.
func (t *target) Commit(ctx context.Context) error { return t.load.Commit(ctx) }
