package draft

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/schema"
)

// settled is which tables have jobs, in an order that works.
type settled struct {
	*graph
	order    []schema.Name
	position map[schema.Name]int
	besides  map[schema.Name][]string // names of references that include what limits would leave out, by table
}

// settled are the root and what hangs below it, those that others refer to first.
func (g *graph) settled(root schema.Name) *settled {
	below := g.below(root)
	s := &settled{graph: g, position: map[schema.Name]int{}, besides: map[schema.Name][]string{}}
	for _, component := range schema.Components(below, g.parents) {
		s.order = append(s.order, component...)
	}
	for i, name := range s.order {
		s.position[name] = i
	}
	return s
}

func (s *settled) taken(name schema.Name) bool {
	_, ok := s.position[name]
	return ok
}

// known is a table, also one that is only read through another.
func (s *settled) known(name schema.Name) *schema.Table {
	if t := s.tables[name]; t != nil {
		return t
	}
	return s.catalog[name]
}

// small reports whether a table and what hangs below it have few rows, as far as is known.
func (g *graph) small(root schema.Name) bool {
	sum := 0.0
	for _, name := range g.below(root) {
		if rows := g.tables[name].Rows; rows < 0 {
			return false
		}
		sum += g.tables[name].Rows
	}
	return sum <= few
}

// jobs adds those of the tables below the root, with how many rows they are expected to have.
func (s *settled) jobs(d *Draft) {
	root := d.Jobs[0]
	whole := root.Where == "" && root.Limit == 0
	expected := map[schema.Name]float64{}
	share := map[schema.Name]float64{} // of a table's rows that are expected; -1: not known
	limited := map[schema.Name]bool{}
	d.Jobs = nil
	for _, name := range s.order {
		t := s.tables[name]
		job := Job{Table: name, Of: t.Rows, Rows: -1}
		if t.Rows < 0 {
			d.Unknown++
		}
		if name == root.Table {
			job = root
		} else {
			s.besides[name] = s.included(name, share, limited)
			part, by := s.leading(name, share, expected)
			if part >= 0 && t.Rows >= 0 {
				job.Rows = math.Ceil(t.Rows * part)
			}
			job.Orphans = whole && s.orphans(name)
			s.suggest(&job, by, expected)
		}
		if s.heirsApart(name) && job.Where == "" {
			job.Where = "true"
		}
		share[name] = -1
		if job.Rows >= 0 && t.Rows >= 0 {
			share[name] = min(1, job.Rows/max(1, t.Rows))
		}
		expected[name], limited[name] = job.Rows, job.Limit > 0 && name != root.Table
		d.Jobs = append(d.Jobs, job)
	}
}

// heirsApart reports whether tables inherit from one that are not read through it, so that its own rows have to be asked for.
func (s *settled) heirsApart(name schema.Name) bool {
	return len(s.tables[name].Heirs) > 0 && !s.plain(name)
}

// leading is what part of a table's rows its parents leave, and the reference to the parent that is expected to have the most; -1: not
// known.
func (s *settled) leading(name schema.Name, share, expected map[schema.Name]float64) (float64, *schema.Reference) {
	part, by := -1.0, (*schema.Reference)(nil)
	for i, r := range s.tables[name].References {
		p, ok := share[r.To]
		if !ok || r.To == name || p < 0 || slices.Contains(s.besides[name], r.Name) {
			continue
		}
		if part < 0 || p < part {
			part = p
		}
		if by == nil || expected[r.To] > expected[by.To] {
			by = &s.tables[name].References[i]
		}
	}
	return part, by
}

// included are the references of a table by which rows come along that a limit would leave out: an item whose order was taken brings its
// product, of which only some were. One reference to what is limited chooses the rows, or one to what hangs below that.
func (s *settled) included(name schema.Name, share map[schema.Name]float64, limited map[schema.Name]bool) []string {
	var all []schema.Reference
	highest, below := 0.0, false
	for _, r := range s.tables[name].References {
		if p, ok := share[r.To]; ok && r.To != name {
			highest = max(highest, p)
		}
	}
	for _, r := range s.tables[name].References {
		p, ok := share[r.To]
		switch {
		case !ok || r.To == name:
		case limited[r.To]:
			all = append(all, r)
		case p >= 0 && p < highest*0.99:
			below = true
		}
	}
	if !below && len(all) > 0 { // that with the most rows chooses
		at := 0
		for i, r := range all {
			if s.tables[r.To].Rows > s.tables[all[at].To].Rows {
				at = i
			}
		}
		all = slices.Delete(all, at, at+1)
	}
	var names []string
	for _, r := range all {
		alone := len(s.tables[name].Over(r.Columns)) == 1
		if len(r.Columns) == 1 && r.Enforced && r.When == "" && alone {
			names = append(names, r.Name)
		}
	}
	return names
}

// orphans reports whether rows of a table may have no parent at all.
func (s *settled) orphans(name schema.Name) bool {
	if s.heirsApart(name) {
		return false
	}
	for _, r := range s.tables[name].References {
		if !s.taken(r.To) || r.To == name || s.position[r.To] > s.position[name] {
			continue
		}
		if !slices.ContainsFunc(r.Columns, func(column string) bool { c, _ := s.tables[name].Column(column); return !c.NotNull }) {
			return false
		}
	}
	return true
}

const (
	many      = 2_000  // rows of a job, from which on a limit is suggested where there are many for each parent
	perParent = 10     // rows are many
	tooMany   = 50_000 // rows of a job, whatever its parents have
	most      = 1_000
)

// suggest says how many rows of a job are enough, where they are many. Where a parent has a few each they all come: half an order
// is none.
func (s *settled) suggest(job *Job, by *schema.Reference, expected map[schema.Name]float64) {
	t := s.tables[job.Table]
	if job.Rows <= many || len(t.PrimaryKey) == 0 || by == nil {
		return
	}
	parents := expected[by.To]
	switch each := job.Rows / max(1, parents); {
	case each <= perParent && job.Rows <= tooMany:
	case plainNames(by.Columns) && parents > 1 && each > perParent && parents*perParent <= tooMany:
		job.Limit, job.Per, job.Rows = perParent, strings.Join(by.Columns, ", "), parents*perParent
	default:
		job.Limit, job.Rows = most, most
	}
}

// plainNames reports whether names can stand in a list that commas part.
func plainNames(columns []string) bool {
	return !slices.ContainsFunc(columns, func(c string) bool { return strings.ContainsAny(c, `,"`) || strings.TrimSpace(c) != c })
}

// limits asks how many rows of each job there may be.
func (b Brief) limits(d *Draft) error {
	if b.Answers == nil {
		return nil
	}
	for i, job := range d.Jobs {
		if job.Limit == 0 || i == 0 {
			continue
		}
		limit, err := b.Answers.Limit(job)
		if err != nil {
			return err //nolint:wrapcheck // who answers says it
		}
		j := &d.Jobs[i]
		switch {
		case limit == 0:
			j.Per, j.Rows = "", -1
		case j.Per != "":
			j.Rows *= float64(limit) / float64(job.Limit)
		default:
			j.Rows = float64(limit)
		}
		j.Limit = limit
	}
	return nil
}

// big is from how many rows on a table beside the slice is not looked up, where a reference to it may be NULL.
const big = 5_000

// references answers what becomes of those that lead out of the slice, or back in it, and says which tables are included.
func (s *settled) references(d *Draft) {
	for _, name := range s.order {
		d.Tables = append(d.Tables, Table{Name: name, Job: true})
	}
	for i := 0; i < len(d.Tables); i++ {
		name := d.Tables[i].Name
		t := s.known(name)
		for _, r := range t.References {
			said := slices.ContainsFunc(d.Tables[i].Columns, func(c Column) bool { return c.Name == r.Columns[0] })
			known := slices.ContainsFunc(d.Tables, func(t Table) bool { return t.Name == r.To })
			switch {
			case slices.Contains(s.besides[name], r.Name):
				d.Tables[i].Columns = append(d.Tables[i].Columns, Column{
					Name: r.Columns[0], Missing: gyro.Include, Ref: r.To, Why: []string{"what the limit of " + r.To.String() + " leaves out comes along"},
				})
			case s.nulled(name, r) && !said:
				d.Tables[i].Columns = append(d.Tables[i].Columns, Column{Name: r.Columns[0], Missing: gyro.SetNull, Ref: r.To, Why: []string{s.whyNulled(name, r)}})
			case !s.nulled(name, r) && !known && s.known(r.To) != nil:
				d.Tables = append(d.Tables, Table{Name: r.To})
			}
		}
		if d.Tables[i].Job {
			s.polymorphic(&d.Tables[i])
		}
	}
	files := map[string]bool{}
	for i := range d.Tables {
		t := &d.Tables[i]
		file := gyro.Importer{Model: gyro.Table(t.Name.String())}.FileName()
		for n := 2; files[strings.ToLower(file)]; n++ { // some file systems know no case
			file = strings.TrimSuffix(gyro.Importer{Model: gyro.Table(t.Name.String())}.FileName(), ".csv") + "-" + strconv.Itoa(n) + ".csv"
			t.File = file
		}
		files[strings.ToLower(file)] = true
	}
}

// nulled reports whether a reference becomes NULL where it leads out of the slice.
func (s *settled) nulled(name schema.Name, r schema.Reference) bool {
	if s.tables[name] == nil || !s.nullable(name, r) {
		return false
	}
	switch {
	case s.leftOut[r.To] != "", r.Period:
		return true
	case s.taken(name) && s.taken(r.To):
		return !r.Enforced && s.position[r.To] >= s.position[name]
	case s.taken(r.To): // from what is only looked up
		return true
	}
	to := s.known(r.To)
	return to == nil || !r.Enforced || to.Rows > big
}

func (s *settled) whyNulled(name schema.Name, r schema.Reference) string {
	switch {
	case s.leftOut[r.To] != "":
		return r.To.String() + " is left out"
	case !r.Enforced:
		return "it may lead nowhere: the foreign key is " + r.Doubt
	case s.lookups[name]:
		return "few rows have it"
	}
	return r.To.String() + " is big, and stands beside"
}

// polymorphic declares the polymorphic references of a table whose kinds are known.
func (s *settled) polymorphic(t *Table) {
	for _, p := range s.kinds[t.Name] {
		before := func(to schema.Name) bool { return s.taken(to) && s.position[to] < s.position[t.Name] }
		cases := p.cases(before)
		var others []string
		for _, k := range p.kinds {
			if !before(k.to) && k.name != "" {
				others = append(others, k.name)
			}
		}
		others = append(others, p.strange...)
		column := Column{Name: p.id, Cases: cases}
		if len(others) > 0 {
			column.Why = append(column.Why, p.typ+" is also "+strings.Join(others, ", ")+": such rows are taken as leading nowhere")
		}
		if p.through == "" {
			column.Why = append(column.Why, "by the names in the first 10,000 rows")
		}
		if len(cases) > 0 || len(others) > 0 {
			t.Columns = append(t.Columns, column)
		}
	}
}

// beside are the tables that are not taken.
func (s *settled) beside(d *Draft) {
	for _, name := range s.names {
		if s.leftOut[name] == "" && !slices.ContainsFunc(d.Tables, func(t Table) bool { return t.Name == name }) {
			d.Beside = append(d.Beside, name)
		}
	}
	for _, name := range s.catalog.Names() {
		if why := s.leftOut[name]; why != "" {
			d.LeftOut = append(d.LeftOut, LeftOut{name, why})
		}
	}
}

func argument(text string) any {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n
	}
	return text
}
