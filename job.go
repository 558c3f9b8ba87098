package gyro

// ImportJob names a model whose rows are wanted, and which. Jobs run in the order given:
// a model that others refer to comes before them.
//
// A row is selected if the Query has it, and if each of its references that restricts (see
// [Missing]) is NULL or leads to a row that the referred model's job selected. The sample
// (Limit, Per, Percent) is taken of those.
type ImportJob struct {
	Model Model
	Query Query // default: every row that the references allow
	// Limit is how many rows at most; with Per, how many for each group. Default: all.
	Limit int
	// Per names a reference ("customer") or columns ("shop, status"): Limit counts for each
	// of their values, NULLs being one. Default: Limit counts for the table.
	Per string
	// Percent keeps each row with this probability, decided by its key and Seed: the same
	// rows each time. Not together with Limit. Default: all.
	Percent float64
	// OrderBy is SQL that says which rows come first where a Limit counts, such as
	// "created_at DESC"; the primary key decides between equals. Default: the primary key.
	OrderBy string
	// Seed, where it is not 0, makes the order of a Limit random, the same for the same
	// seed. Not together with OrderBy. It seeds Percent as well.
	Seed int64
	// Orphans keeps, in a job without Query, the rows all of whose restricting references
	// are NULL. Default: they are left out.
	Orphans bool
	// Follow takes, beside the selected rows, those that refer to rows which others included:
	// a row that the Query and Percent have, each of whose restricting references is NULL or
	// leads to a row of the slice, at least one to an included row. Such rows count as
	// included, not for Limit. Default: the children of included rows stay away.
	Follow bool
	// MaxRows fails the run where the job's file would have more rows. Default: no bound.
	MaxRows int64
}

// Sampled reports whether the job takes a sample.
func (j ImportJob) Sampled() bool { return j.Limit > 0 || j.Percent > 0 }

// Check gives what is contradictory in the job itself.
func (j ImportJob) Check() []Text {
	var found []Text
	refuse := func(text Text) { found = append(found, text) }
	if j.Limit < 0 {
		refuse(Textf("{Limit} is %d", j.Limit))
	}
	if j.MaxRows < 0 {
		refuse(Textf("{MaxRows} is %d", j.MaxRows))
	}
	if !(j.Percent >= 0 && j.Percent <= 100) { // NaN is neither
		refuse(Textf("{Percent} is %g, not between 0 and 100", j.Percent))
	}
	if j.Limit > 0 && j.Percent > 0 {
		refuse("both {Limit} and {Percent} are set")
	}
	if j.Per != "" && j.Limit == 0 {
		refuse("{Per} is set, but no {Limit}")
	}
	if j.OrderBy != "" && j.Limit == 0 {
		refuse("{OrderBy} is set, but no {Limit}")
	}
	if j.OrderBy != "" && j.Seed != 0 {
		refuse("both {OrderBy} and {Seed} are set")
	}
	if j.Seed != 0 && !j.Sampled() {
		refuse("{Seed} is set, but neither {Limit} nor {Percent}")
	}
	return found
}
