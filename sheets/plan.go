package sheets

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/internal/loadplan"
	"github.com/gyrodata/gyro/schema"
)

// planning is the plan of a load of foreign CSV files on its way.
type planning struct {
	*loadplan.Plan
	files    []*step // the steps of the load, by number in the plan
	guessing bool    // encodings
}

// step is one foreign CSV file, or the rows of a table that others ask for, with all that is
// known of it.
type step struct {
	*loadplan.Step
	sheet *mapping
}

// step finds the step of a model; nil: it has none.
func (p *planning) step(name schema.Name) *step {
	i := slices.IndexFunc(p.files, func(s *step) bool { return s.Name == name })
	if i < 0 {
		return nil
	}
	return p.files[i]
}

// plannedSheets makes the plan of a load of foreign CSV files. All that is wrong comes back at
// once.
func (s Load) planned(ctx context.Context, catalog schema.Catalog) (*planning, error) {
	p := &planning{Plan: &loadplan.Plan{Options: s.options(), Catalog: catalog}}
	for i, sheet := range s.Files {
		p.sheet(ctx, i, sheet)
	}
	if len(p.Found) > 0 {
		return nil, p.Found.Join()
	}
	for _, step := range p.files {
		p.mapColumns(step)
	}
	if len(p.Found) > 0 {
		return nil, p.Found.Join()
	}
	p.makeMissing()
	p.arrange()
	for _, step := range p.files {
		for _, lookup := range step.sheet.lookups {
			p.link(lookup)
		}
	}
	if len(p.Found) > 0 {
		return nil, p.Found.Join()
	}
	for _, step := range p.files {
		p.assemble(step)
	}
	for _, step := range p.files {
		p.Strategy(step.Step)
	}
	if len(p.Found) > 0 {
		return nil, p.Found.Join()
	}
	p.Propagate()
	if err := p.mask(s); err != nil {
		return nil, err
	}
	for _, step := range p.files {
		p.unique(step)
		step.Load.Straight, step.Load.Unique = false, false
		step.Load.Map = len(step.Load.Key) > 0
	}
	p.Order()
	p.sheetOrder()
	for _, step := range p.files {
		p.Tables = append(p.Tables, step.Load)
	}
	return p, p.Found.Join()
}

// sheet makes a step of a file.
func (p *planning) sheet(ctx context.Context, i int, sheet File) {
	place := fmt.Sprintf("file %d", i+1)
	if sheet.From.Name != "" {
		place = sheet.From.Name
	}
	if err := sheet.Model.Err(); err != nil {
		p.Found.Add(gyro.Mistake{Place: gyro.Text(place), Problem: gyro.Text(err.Error()), Err: err})
		return
	}
	name := sheet.Model.Name()
	if p.step(name) != nil {
		p.Found.Add(gyro.Mistake{Place: gyro.Text(place), Problem: gyro.Text("there is another file for " + name.String()), Hint: "load them one after the other"})
		return
	}
	step := &step{p.Options.Step(name, driver.ManifestFile{File: sheet.From.Name, Table: name.String(), Bytes: sheet.From.Size}), &mapping{Head: Head{File: sheet}}}
	step.Load = &driver.LoadTable{File: sheet.From.Name, Bytes: sheet.From.Size}
	p.Target(step.Step, "make it by your migrations: a CSV file does not say what its table is")
	step.sheet.Table, step.sheet.Importer = step.Load.Table, step.Importer
	notes, err := step.sheet.open(ctx, step.Importer.CSV, p.guessing)
	p.Notes = append(p.Notes, notes...)
	step.File.Rows = step.sheet.estimate
	if err != nil {
		p.Found = append(p.Found, err)
	}
	step.Number = len(p.files)
	p.files = append(p.files, step)
}

// makeMissing makes steps of the references whose missing rows are made.
func (p *planning) makeMissing() {
	for _, s := range slices.Clone(p.files) {
		for _, lookup := range s.sheet.lookups {
			if lookup.Create {
				p.makeFor(s, lookup)
			}
		}
	}
}

func (p *planning) makeFor(s *step, lookup *keyLookup) {
	refuse := func(problem, hint gyro.Text) {
		p.Found.Add(gyro.Mistake{Place: lookup.place, Problem: problem, Hint: hint})
	}
	made := p.step(lookup.Table)
	if made != nil && !made.made() {
		refuse(gyro.Text("missing rows of "+lookup.Table.String()+" are to be made, and it is loaded from a file in the same load"), "put the rows into that file, or load it first")
		return
	}
	if made == nil {
		made = p.madeStep(lookup)
		if made == nil {
			return
		}
	}
	if !slices.Equal(made.sheet.madeBy, lookup.paths) {
		refuse(gyro.Text("missing rows of "+lookup.Table.String()+" are to be made by "+strings.Join(lookup.paths, ", ")+", and for another reference by "+strings.Join(made.sheet.madeBy, ", ")), "use the same columns")
		return
	}
	made.sheet.from = append(made.sheet.from, s)
	made.sheet.plan.Made = append(made.sheet.plan.Made, driver.MadeFrom{Reference: slices.Index(s.sheet.lookups, lookup)})
}

// made reports whether the step has no file of its own.
func (s *step) made() bool { return s.sheet != nil && s.sheet.madeBy != nil }

// madeStep makes the step for rows that references ask for: a field for each part of By.
func (p *planning) madeStep(lookup *keyLookup) *step {
	words := "rows of " + lookup.Table.String() + " that are referred to"
	m := &mapping{plan: &driver.Sheet{}, provided: map[string]bool{}, keys: map[string]keyedColumn{}, madeBy: lookup.paths}
	step := &step{p.Options.Step(lookup.Table, driver.ManifestFile{File: words, Table: lookup.Table.String()}), m}
	step.Load = &driver.LoadTable{Table: p.Catalog[lookup.Table], File: words}
	var natural []string
	above := map[string]*keyLookup{}
	for i, part := range lookup.Parts {
		field := driver.SheetField{Header: lookup.paths[i], Table: part.Table, Column: part.Column}
		if len(part.Path) == 0 {
			m.plan.Values = append(m.plan.Values, driver.SheetValue{Column: part.Column, Field: len(m.plan.Fields)})
			m.plan.Fields, m.plan.MadeFields = append(m.plan.Fields, field), append(m.plan.MadeFields, i)
			m.provided[part.Column] = true
			natural = append(natural, part.Column)
			continue
		}
		first := part.Path[0]
		key := strings.Join(first.Columns, ", ")
		if above[key] == nil {
			above[key] = &keyLookup{key: key, place: lookup.place}
			above[key].Columns, above[key].Table, above[key].ToColumns = first.Columns, first.Table, first.ToColumns
			p.addLookup(step, above[key])
			m.plan.MadeParts = append(m.plan.MadeParts, nil)
			natural = append(natural, first.Columns...)
		}
		_, rest, _ := strings.Cut(lookup.paths[i], ".")
		above[key].add(driver.SheetPart{SheetField: field, Path: part.Path[1:]}, rest, fieldReading{})
		number := slices.Index(m.lookups, above[key])
		m.plan.MadeParts[number] = append(m.plan.MadeParts[number], i)
	}
	for key, column := range step.Importer.Columns {
		columns, err := step.Load.Table.Resolve(key)
		if err == nil && len(columns) == 1 && column.Default != "" && !m.provided[columns[0]] {
			m.plan.Values = append(m.plan.Values, driver.SheetValue{Column: columns[0], Field: -1, Literal: column.Default})
			m.provided[columns[0]] = true
		}
	}
	for _, c := range step.Load.Table.Columns {
		if c.NotNull && !c.Default && !c.Generated && !m.provided[c.Name] && !slices.Contains(step.Load.Table.KeyColumns(), c.Name) {
			p.Found.Add(gyro.Mistake{
				Place: lookup.place, Problem: gyro.Textf("missing rows of %s can't be made: its column %q is NOT NULL without a default", lookup.Table, c.Name),
				Hint: gyro.Text("give it a {Default} in the importer of " + lookup.Table.String()),
			})
		}
	}
	step.IDs, step.Conflict = gyro.NaturalKey(natural...), gyro.Skip()
	step.Number = len(p.files)
	p.files = append(p.files, step)
	return step
}

// arrange numbers the steps: those that others refer to come first, as far as circles allow.
func (p *planning) arrange() {
	var names []schema.Name
	for _, s := range p.files {
		names = append(names, s.Name)
	}
	var arranged []*step
	for _, component := range schema.Components(names, func(n schema.Name) []schema.Name { return p.lookedUp(p.step(n)) }) {
		for _, n := range component {
			arranged = append(arranged, p.step(n))
		}
	}
	p.files, p.Steps = arranged, nil
	for i, s := range p.files {
		s.Number = i
		p.Steps = append(p.Steps, s.Step)
	}
	for _, s := range p.files {
		for i, from := range s.sheet.from {
			s.sheet.plan.Made[i].Table = from.Number
		}
	}
}

// lookedUp are the models that a sheet's references lead to.
func (p *planning) lookedUp(s *step) []schema.Name {
	var names []schema.Name
	for _, lookup := range s.sheet.lookups {
		names = append(names, lookup.Table)
	}
	return names
}

// sheetOrder is the order in which the sheets' references can be resolved.
func (p *planning) sheetOrder() {
	var names []schema.Name
	for _, s := range p.files {
		names = append(names, s.Name)
	}
	for _, component := range schema.Components(names, func(n schema.Name) []schema.Name { return p.lookedUp(p.step(n)) }) {
		var numbers []int
		for _, i := range p.Maps { // of a circle, in the order of the maps
			if slices.Contains(component, p.files[i].Name) {
				numbers = append(numbers, i)
			}
		}
		p.Sheets = append(p.Sheets, numbers)
	}
}

// assemble says what a sheet gives its table, in the words of a slice's file.
func (p *planning) assemble(s *step) {
	m, table := s.sheet, s.Load.Table
	s.Source = &schema.Table{Name: s.Name, Kind: schema.Ordinary, PrimaryKey: table.KeyColumns(), Unique: table.Unique}
	key := table.KeyColumns()
	keyed := true
	for _, c := range table.Columns {
		inKey := slices.Contains(key, c.Name)
		keyed = keyed && (!inKey || m.provided[c.Name])
		if c.Generated || !m.provided[c.Name] && !inKey {
			continue
		}
		s.Source.Columns = append(s.Source.Columns, c)
		s.Load.Columns = append(s.Load.Columns, driver.LoadColumn{Name: c.Name, Load: true})
	}
	if s.IDs.IsZero() {
		s.IDs = gyro.Sequential()
		if keyed {
			s.IDs = gyro.Keep()
		}
	}
	if !keyed && (s.IDs.Strategy() == gyro.KeepIDs || s.IDs.Strategy() == gyro.FixedIDs) {
		p.Refuse(s.Step, gyro.Textf("ids: %s, and the file has no %s", s.IDs, strings.Join(key, ", ")), "leave ids out: the rows get new ones")
	}
	for _, lookup := range m.lookups {
		m.plan.References = append(m.plan.References, lookup.SheetReference)
		reference := &driver.LoadReference{
			Name: lookup.key, Columns: lookup.Columns, Table: lookup.Table, To: lookup.To, ToColumns: lookup.ToColumns, Through: lookup.Through,
		}
		s.References = append(s.References, &loadplan.Reference{LoadReference: reference, Proved: true, Looked: !lookup.LoadOnly})
	}
	s.Load.Sheet = m.plan
}
