package loadplan

import (
	"slices"
	"time"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/schema"
)

// Stage tells that a load has come to its next stage.
func (p *Plan) Stage(stage gyro.Stage) { p.Options.Tell(gyro.Event{Type: gyro.Staged, Stage: stage}) }

// Plan is a load's plan on its way: what is declared, what the manifest says, and
// what the target's catalog says.
type Plan struct {
	driver.LoadPlan
	Options Options
	Catalog schema.Catalog
	Steps   []*Step // by number in the plan
	Notes   []gyro.Text
	Found   gyro.Mistakes
	Slice   string    // its place
	Taken   time.Time // as its manifest says
	earlier *earlier
}

// Refuse notes a mistake of a table.
func (p *Plan) Refuse(s *Step, problem, hint gyro.Text) {
	p.Found.Add(gyro.Mistake{Place: s.Place(), Problem: problem, Hint: hint})
}

// Target finds a step's table in the target; hint says what to do where it is not there.
func (p *Plan) Target(s *Step, hint string) {
	table, ok := p.Catalog[s.Name]
	switch near := p.Catalog.Nearest(s.Name); {
	case ok && table.Kind != schema.Ordinary && table.Kind != schema.Partitioned && table.Kind != schema.Foreign:
		p.Refuse(s, gyro.Textf("the target has a %s of that name, into which nothing can be loaded", table.Kind), "leave it out")
	case ok:
		s.Load.Table = table
	case near != "":
		p.Refuse(s, "the target does not have it", gyro.Textf("did you mean %q? Else %s", near, hint))
	default:
		p.Refuse(s, "the target does not have it", gyro.Text(hint))
	}
}

// Find finds the step of a model; nil: it has none.
func (p *Plan) Find(name schema.Name) *Step {
	i := slices.IndexFunc(p.Steps, func(s *Step) bool { return s.Name == name })
	if i < 0 {
		return nil
	}
	return p.Steps[i]
}
