package export

import (
	"context"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/keyset"
)

// Plan says what [Slice.Run] would do: jobs, SQL, estimates. It reads no row but those that Of of a case names, asking the
// source for its catalog and for EXPLAIN only, and changes nothing. What is wrong with
// registry, jobs and queries is returned as an error, all of it at once; what is wrong
// with the target is in the Plan.
func (s Slice) Plan(ctx context.Context) (*gyro.Plan, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	steps, err := s.steps()
	if err != nil {
		return nil, err
	}
	plan := &gyro.Plan{TargetError: s.Target.Check(ctx, files(steps))}
	snapshot, err := s.Source.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer snapshot.Close() //nolint:errcheck // only read; nothing to lose
	steps, notes, err := s.resolve(ctx, snapshot, steps, keyset.NewMemory(s.KeyMemory))
	if err != nil {
		return nil, err
	}
	plan.Notes = notes
	plan.Origin = snapshot.Origin()
	if err := lead(ctx, snapshot, steps, s.Unsorted); err != nil {
		return nil, err
	}
	for _, step := range steps {
		plan.Jobs = append(plan.Jobs, gyro.PlannedJob{
			Job: step.number, Model: step.table.Name, File: step.file, Whole: step.whole(),
			References: step.describe(), Masks: step.describeMasks(), Estimate: step.estimate,
		})
	}
	return plan, nil
}

// lead says of each job whose rows keys will lead to which of them will, by as many as are expected of its parents.
func lead(ctx context.Context, snapshot driver.Snapshot, steps []*step, unsorted bool) error {
	var (
		led []*step
		all []driver.Selection
	)
	for _, step := range steps {
		if step.implicit() || len(step.restricting()) == 0 {
			continue
		}
		selection := step.masked(step.selection(), "")
		selection.Unsorted = unsorted
		led, all = append(led, step), append(all, selection)
	}
	if len(led) == 0 {
		return nil
	}
	estimates, err := snapshot.Explain(ctx, all...)
	if err != nil {
		return err
	}
	for i, step := range led {
		step.estimate.SQL, step.estimate.Shape, step.estimate.Why = estimates[i].SQL, estimates[i].Shape, estimates[i].Why
	}
	return nil
}
