package export

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/keyset"
	"github.com/gyrodata/gyro/schema"
)

// step is one job with all that is known of it, or a model that is only included.
type step struct {
	number     int // of the job, from 1; 0: the model has no job
	job        gyro.ImportJob
	importer   gyro.Importer
	table      *schema.Table // as the catalog has it, with the references that were declared
	missing    map[string]gyro.Missing
	follow     map[string]bool // by the names of references
	references []*reference
	arrays     []schema.Reference   // those that stand in each element of an array
	per        []string             // the columns that job.Per names
	through    []string             // tables that inherit from it and are read through it
	masks      map[string]gyro.Mask // by column
	domains    map[string]*domain   // by column
	inside     map[string]*domain   // by name, of parts of values
	mark       string               // of parts of values; empty until rows are read
	file       string
	estimate   gyro.Estimate
	base       float64 // rows that the planner expects of the query alone
	guessed    bool    // its estimate does not rest on statistics alone
	keys       keyStore
}

// implicit reports whether the model has no job: its rows are only included.
func (s *step) implicit() bool { return s.number == 0 }

// place names the step in a message.
func (s *step) place() gyro.Text {
	if s.implicit() {
		return gyro.Textf("included model %s", s.job.Model)
	}
	return jobPlace(s.number-1, s.job)
}

// whole reports whether nothing restricts the job.
func (s *step) whole() bool {
	return !s.implicit() && s.job.Query.IsZero() && !s.job.Sampled() && len(s.restricting()) == 0
}

// all reports whether the job selects every row that the table has, for what it refers to is
// selected whole as well.
func (s *step) all() bool {
	if s.implicit() || !s.job.Query.IsZero() || s.job.Sampled() {
		return false
	}
	for _, r := range s.restricting() {
		if !r.all() || !s.notNull(r) {
			return false
		}
	}
	return true
}

// restricting gives the references that restrict the job's rows.
func (s *step) restricting() []*reference {
	var all []*reference
	for _, r := range s.references {
		if r.missing == gyro.Restrict {
			all = append(all, r)
		}
	}
	return all
}

// steps checks all that can be checked without a database.
func (s Slice) steps() ([]*step, error) {
	var found gyro.Mistakes
	if err := s.Importers.Validate(); err != nil {
		found = append(found, err)
	}
	if len(s.Jobs) == 0 {
		found.Add(gyro.Mistake{Place: "export", Problem: "there are no jobs", Hint: "name at least one model in {Jobs}"})
	}
	steps := make([]*step, 0, len(s.Jobs))
	taken := map[string]schema.Name{}
	for i, job := range s.Jobs {
		place := jobPlace(i, job)
		if err := job.Model.Err(); err != nil {
			found.Add(gyro.Mistake{Place: place, Problem: gyro.Text(err.Error()), Err: err})
			continue
		}
		name := job.Model.Name()
		if slices.ContainsFunc(steps, func(s *step) bool { return s.job.Model.Name() == name }) {
			found.Add(gyro.Mistake{Place: place, Problem: "there is another job for this model", Hint: "join their conditions with OR in one"})
			continue
		}
		if err := job.Query.Check(name); err != nil {
			found.Add(gyro.Mistake{Place: place, Problem: gyro.Text(err.Error()), Err: err})
		}
		importer, ok := s.Importers.Importer(name)
		if !ok {
			importer = gyro.Importer{Model: job.Model}
			if len(s.Importers) > 0 {
				found.Add(gyro.Mistake{Place: place, Problem: "the registry has no importer for this model", Hint: "add one to {Importers}"})
			}
		}
		file := importer.FileName()
		if other, exists := taken[file]; exists {
			found.Add(gyro.Mistake{
				Place: place, Problem: gyro.Text("file " + file + " is taken by " + other.String()), Hint: "set {File} of an importer",
			})
		}
		taken[file] = name
		for _, problem := range job.Check() {
			found.Add(gyro.Mistake{Place: place, Problem: problem})
		}
		steps = append(steps, &step{number: i + 1, job: job, importer: importer, file: file})
	}
	if s.Order == OrderAuto {
		return steps, found.Join()
	}
	// What structs and importers say of references is enough to see most wrong orders.
	found = append(found, checkOrder(steps, func(step *step) []schema.Reference {
		table, _ := step.importer.Model.Described()
		said, _ := gyro.Declared(step.importer, &table, s.Importers, "struct")
		return early(append(slices.Clone(table.References), said.Added...), said.Missing)
	})...)
	return steps, found.Join()
}

// resolve finds each step's table in the catalog, checks what was declared against it, and
// has the source explain each query. It gives all steps, also those of models that are only
// included, and notes for the user.
func (s Slice) resolve(ctx context.Context, snapshot driver.Snapshot, steps []*step, memory *keyset.Memory) ([]*step, []gyro.Text, error) {
	catalog, err := snapshot.Catalog(ctx)
	if err != nil {
		return nil, nil, err
	}
	if s.Importers, err = s.identify(ctx, snapshot, catalog); err != nil {
		return nil, nil, err
	}
	var (
		found gyro.Mistakes
		notes []gyro.Text
	)
	if doubter, ok := snapshot.(driver.Doubter); ok {
		notes = append(notes, doubter.Doubts()...)
	}
	for i, step := range steps {
		if identified, ok := s.Importers.Importer(step.job.Model.Name()); ok {
			step.importer = identified
		}
		table, told, problems := s.table(catalog, step, jobPlace(i, step.job))
		step.table = table
		notes = append(notes, told...)
		found = append(found, problems...)
	}
	if len(found) > 0 {
		return nil, nil, found.Join()
	}
	for _, step := range steps {
		s.defaults(steps, step)
	}
	references := func(s *step) []schema.Reference { return early(s.table.References, s.missing) }
	if s.Order == OrderAuto {
		steps = ordered(steps, references)
	} else if found = append(found, checkOrder(steps, references)...); len(found) > 0 {
		return nil, nil, found.Join()
	}
	steps, told, problems := s.link(catalog, steps)
	notes, found = append(notes, told...), append(found, problems...)
	names := map[string]*step{}
	for _, s := range steps {
		found = append(found, s.sample()...)
		if other, taken := names[s.file]; taken {
			found.Add(gyro.Mistake{Place: s.place(), Problem: gyro.Textf("file %s is taken by %s", s.file, other.place()), Hint: "set {File} of an importer"})
		}
		names[s.file] = s
	}
	if len(found) > 0 {
		return nil, nil, found.Join()
	}
	for _, step := range steps {
		found = append(found, step.settleMasks()...)
	}
	found = append(found, s.spreadMasks(catalog, steps)...)
	for _, step := range steps {
		found = append(found, step.unmasked(s.Strict)...)
	}
	found = append(found, makeKeyStores(steps, memory)...)
	problems, err = s.explain(ctx, snapshot, steps)
	if err != nil {
		return nil, nil, err
	}
	found = append(found, problems...)
	if len(found) == 0 {
		if found, err = tryFakes(ctx, snapshot, steps); err != nil {
			return nil, nil, err
		}
	}
	for _, step := range steps {
		notes = append(notes, step.ruled()...)
		if step.implicit() {
			continue
		}
		step.estimate.Rows = step.expected()
		step.guessed = step.table.Rows <= 0 || slices.ContainsFunc(step.restricting(), func(r *reference) bool { return !r.all() && r.parent.guessed })
		notes = append(notes, step.missingIndexes()...)
		notes = append(notes, step.doubts()...)
		if step.job.Follow && !slices.ContainsFunc(step.restricting(), func(r *reference) bool { return r.follows(step) && r.parent.keys.open }) {
			notes = append(notes, step.place()+": {Follow} changes nothing, for no row that it refers to is included")
		}
	}
	return steps, notes, found.Join()
}

// defaults says Missing of references to models without a job, where no column says it.
func (s Slice) defaults(steps []*step, st *step) {
	missing := cmp.Or(st.importer.Missing, s.Missing)
	if missing == "" {
		return
	}
	for _, r := range st.table.References {
		if st.missing[r.Name] == "" && !st.follow[r.Name] && find(steps, r.To) == nil {
			st.missing[r.Name] = missing
		}
	}
}

// explain has the source explain each query: all at once, and one by one where it refuses some.
func (s Slice) explain(ctx context.Context, snapshot driver.Snapshot, steps []*step) (gyro.Mistakes, error) {
	var all []driver.Selection
	for _, step := range steps {
		all = append(all, step.explained(s.Unsorted)...)
	}
	estimates, err := snapshot.Explain(ctx, all...)
	if err != nil && !errors.Is(err, driver.ErrQuery) {
		return nil, err
	}
	var found gyro.Mistakes
	for _, step := range steps {
		asked := step.explained(s.Unsorted)
		if len(asked) == 0 {
			continue
		}
		var own []gyro.Estimate
		if err == nil {
			own, estimates = estimates[:len(asked)], estimates[len(asked):]
		} else {
			var refused error
			if own, refused = snapshot.Explain(ctx, asked...); refused != nil {
				if !errors.Is(refused, driver.ErrQuery) {
					return nil, refused
				}
				found.Add(queryMistake(step.place(), refused))
				continue
			}
		}
		if !step.implicit() { // of that only rights are asked
			step.estimate, step.base = own[0], own[len(own)-1].Rows
		}
	}
	return found, nil
}

// explained is what is asked of the source for a step: the selection, and the query alone where
// keys restrict it, for of keys that are not known yet the planner knows nothing. Of a model that is only included it is the
// table: whether it may be read.
func (s *step) explained(unsorted bool) []driver.Selection {
	if s.implicit() {
		return []driver.Selection{s.masked(driver.Selection{Table: s.table, Unsorted: true}, "")}
	}
	selection := s.masked(s.selection(), "")
	selection.Unsorted = unsorted
	if s.job.Query.IsZero() || len(selection.Restrict) == 0 {
		return []driver.Selection{selection}
	}
	return []driver.Selection{selection, {Table: s.table, Query: s.job.Query, Unsorted: true}}
}

// early leaves out the references that do not ask for a parent before the child.
func early(references []schema.Reference, missing map[string]gyro.Missing) []schema.Reference {
	var all []schema.Reference
	for _, r := range references {
		if m := missing[r.Name]; m == "" || m == gyro.Restrict {
			all = append(all, r)
		}
	}
	return all
}

// sample checks what the job says of its sample against the table.
func (s *step) sample() gyro.Mistakes {
	var found gyro.Mistakes
	if s.job.Per != "" {
		columns, mistake := gyro.Resolve(s.table, gyro.Names(s.job.Per), s.place()+", {Per}")
		if mistake != nil {
			found.Add(*mistake)
		}
		s.per = columns
	}
	if s.job.Sampled() && len(s.table.PrimaryKey) == 0 {
		found.Add(gyro.Mistake{
			Place: s.place(), Problem: "a table without primary key can't be sampled: its rows have no order of their own",
			Hint: "take it whole, or by query",
		})
	}
	return found
}

func queryMistake(place gyro.Text, err error) gyro.Mistake {
	var failure *gyro.Error
	if errors.As(err, &failure) {
		return gyro.Mistake{Place: place, Problem: gyro.Text(failure.Op + ": " + failure.Err.Error()), Hint: failure.Hint, Err: err}
	}
	return gyro.Mistake{Place: place, Problem: gyro.Text(err.Error()), Err: err}
}

// jobPlace names a job in a message; jobs are counted from 1.
func jobPlace(i int, job gyro.ImportJob) gyro.Text {
	if job.Model.Name().IsZero() {
		return gyro.Textf("job %d", i+1)
	}
	return gyro.Textf("job %d (%s)", i+1, job.Model)
}

func files(steps []*step) []string {
	names := make([]string, len(steps))
	for i, s := range steps {
		names[i] = s.file
	}
	return names
}
