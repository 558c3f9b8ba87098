package gyro

import (
	"context"

	"github.com/gyrodata/gyro/schema"
)

// Plan is what a run would do.
type Plan struct {
	Origin      Origin
	Jobs        []PlannedJob
	Notes       []string // what the user should know, one line each
	TargetError error    // why the target would refuse, or nil
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
	steps, err := s.steps()
	if err != nil {
		return nil, err
	}
	plan := &Plan{TargetError: s.Target.Check(ctx, files(steps))}
	snapshot, err := s.Source.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer snapshot.Close() //nolint:errcheck // only read; nothing to lose
	steps, notes, err := s.resolve(ctx, snapshot, steps)
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
