package gyro

import (
	"context"

	"github.com/gyrodata/gyro/schema"
)

// Plan is what a run would do.
type Plan struct {
	Origin      Origin
	Jobs        []PlannedJob
	Notes       []string      // what the user should know, one line each
	TargetError error         // why the target would refuse, or nil
	Loads       []PlannedLoad // of a load, parents first; of an export none
}

// PlannedLoad is one file of a load's [Plan].
type PlannedLoad struct {
	Model    schema.Name
	File     string
	Rows     int64
	Create   bool // the table is not there and will be made
	Straight bool // copied into the table itself, if that is empty; else by way of a staging table
	MapOnly  bool // not loaded: its rows are looked for in the target
	IDs      IDs
	Conflict Conflict
	Mapped   []string // the references whose values change: "shop_id -> accounts_shop"
	Columns  []string // of a foreign CSV file, where the columns come from: "name: Shop Name"
}

// PlannedJob is one job of a [Plan].
type PlannedJob struct {
	Job   int // its number, from 1; 0: a model that is only included
	Model schema.Name
	File  string
	Whole bool // nothing restricts it: the whole table
	// References says of each reference what becomes of rows that refer to rows which were
	// not selected: "shop_id -> accounts_shop: restrict".
	References []string
	// Estimate of a job whose parents are selected first is a guess, from the share of the
	// parents' rows that is expected to be selected.
	Estimate
}

// Plan says what [Slicer.Run] would do: jobs, SQL, estimates. It reads no row, asking the
// source for its catalog and for EXPLAIN only, and changes nothing. What is wrong with
// registry, jobs and queries is returned as an error, all of it at once; what is wrong
// with the target is in the Plan.
func (s Slicer) Plan(ctx context.Context) (*Plan, error) {
	way, err := s.way()
	if err != nil {
		return nil, s.andJobs(err)
	}
	switch way {
	case loads:
		return s.planLoad(ctx)
	case reads:
		return s.planSheets(ctx, s.Source.(Sheets))
	case takes, copies:
	}
	steps, err := s.steps()
	if err != nil {
		return nil, err
	}
	plan := &Plan{TargetError: s.store().Check(ctx, files(steps))}
	snapshot, err := s.Source.(Database).Open(ctx)
	if err != nil {
		return nil, err
	}
	defer snapshot.Close() //nolint:errcheck // only read; nothing to lose
	steps, notes, err := s.resolve(ctx, snapshot, steps, newKeyRoom(s.KeyMemory))
	if err != nil {
		return nil, err
	}
	plan.Notes = notes
	plan.Origin = snapshot.Origin()
	for _, step := range steps {
		plan.Jobs = append(plan.Jobs, PlannedJob{
			Job: step.number, Model: step.table.Name, File: step.file, Whole: step.whole(),
			References: step.told(), Estimate: step.estimate,
		})
	}
	return plan, nil
}
