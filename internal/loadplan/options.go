package loadplan

import (
	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/schema"
)

// Options are those that every load has.
type Options struct {
	Importers gyro.Registry
	IDs       gyro.IDs
	Conflict  gyro.Conflict
	DryRun    bool
	Record    driver.Store
	Before    driver.Store // the record of an earlier load, whose rows are loaded over
	Version   string
	Progress  func(gyro.Event)
}

// Tell tells an event to who wants to know.
func (o Options) Tell(e gyro.Event) {
	if o.Progress != nil {
		o.Progress(e)
	}
}

// Check says what is wrong with them and with where they load to, all of it at once.
func (o Options) Check(target driver.Loader) error {
	var found gyro.Mistakes
	if target == nil {
		found.Add(gyro.Mistake{Place: "load", Problem: "there is no {Target}", Hint: "name a database"})
	}
	if o.DryRun && o.Record != nil {
		found.Add(gyro.Mistake{Place: "load", Problem: "both {DryRun} and {Record} are set, and a dry run leaves nothing to undo", Hint: "keep one"})
	}
	if err := o.Importers.Validate(); err != nil {
		found = append(found, err)
	}
	if problem := o.IDs.Check(); problem != "" {
		found.Add(gyro.Mistake{Place: "load", Problem: gyro.Text(problem)})
	}
	return found.Join()
}

// Step makes a step with what importers and options say of its model.
func (o Options) Step(name schema.Name, f driver.ManifestFile) *Step {
	step := &Step{File: f, Name: name, Changes: map[string]bool{}}
	step.Importer, _ = o.Importers.Importer(name)
	if step.Importer.Model.IsZero() {
		step.Importer.Model = gyro.NewModel(schema.Table{Name: name}, nil)
	}
	step.IDs, step.Conflict = step.Importer.IDs, step.Importer.Conflict
	if step.IDs.IsZero() {
		step.IDs = o.IDs
	}
	if step.Conflict.IsZero() {
		step.Conflict = o.Conflict
	}
	return step
}
