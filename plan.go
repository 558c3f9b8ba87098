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
	Model schema.Name
	File  string
	Whole bool // nothing restricts it: the whole table
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
	if plan.Notes, err = s.resolve(ctx, snapshot, steps); err != nil {
		return nil, err
	}
	plan.Origin = snapshot.Origin()
	for _, step := range steps {
		plan.Jobs = append(plan.Jobs, PlannedJob{
			Model: step.table.Name, File: step.file, Whole: step.job.Query.IsZero(), Estimate: step.estimate,
		})
	}
	return plan, nil
}
