package gyro

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gyrodata/gyro/schema"
)

// plannedSheets makes the plan of a load of foreign CSV files. All that is wrong comes back at
// once.
func (s Slicer) plannedSheets(_ context.Context, sheets Sheets, catalog schema.Catalog) (*loadPlanning, error) {
	p := &loadPlanning{slicer: s, catalog: catalog}
	if len(s.Jobs) > 0 {
		p.found.add(Mistake{Place: "slicer", Problem: "Jobs are set, and the source is CSV files, all of which are loaded", Hint: "leave the Jobs out"})
	}
	if s.Create {
		p.found.add(Mistake{Place: "slicer", Problem: "Create is set, and a CSV file does not say what its table is", Hint: "make the table by your migrations"})
	}
	for i, sheet := range sheets {
		p.sheet(i, sheet)
	}
	if len(sheets) == 0 {
		p.found.add(Mistake{Place: "slicer", Problem: "there is no CSV file"})
	}
	if len(p.found) > 0 {
		return nil, p.found.join()
	}
	for _, step := range p.steps {
		p.mapColumns(step)
	}
	if len(p.found) > 0 {
		return nil, p.found.join()
	}
	p.makeMissing()
	p.arrange()
	for _, step := range p.steps {
		for _, lookup := range step.sheet.lookups {
			p.link(lookup)
		}
	}
	if len(p.found) > 0 {
		return nil, p.found.join()
	}
	for _, step := range p.steps {
		p.assemble(step)
	}
	for _, step := range p.steps {
		p.strategy(step)
	}
	if len(p.found) > 0 {
		return nil, p.found.join()
	}
	p.propagate()
	for _, step := range p.steps {
		p.unique(step)
		step.load.Straight, step.load.Unique = false, false
		step.load.Map = len(step.load.Key) > 0
	}
	p.order()
	p.sheetOrder()
	for _, step := range p.steps {
		p.Tables = append(p.Tables, step.load)
	}
	return p, p.found.join()
}

// sheet makes a step of a file.
func (p *loadPlanning) sheet(i int, sheet Sheet) {
	place := fmt.Sprintf("file %d", i+1)
	if sheet.Name != "" {
		place = sheet.Name
	}
	if err := sheet.Model.check(); err != nil {
		p.found.add(Mistake{Place: place, Problem: err.Error(), Err: err})
		return
	}
	name := sheet.Model.Name()
	if p.step(name) != nil {
		p.found.add(Mistake{Place: place, Problem: "there is another file for " + name.String(), Hint: "load them one after the other"})
		return
	}
	step := p.sheetStep(name, sheet.Name)
	step.file.Bytes = sheet.Size
	step.sheet = &sheetMap{sheet: sheet}
	p.table(step)
	notes, err := step.sheet.open(step.importer.CSV)
	p.notes = append(p.notes, notes...)
	step.file.Rows = step.sheet.estimate
	if err != nil {
		p.found = append(p.found, err)
	}
	step.number = len(p.steps)
	p.steps = append(p.steps, step)
}

// sheetStep makes a step with what is declared of it.
func (p *loadPlanning) sheetStep(name schema.Name, file string) *loadStep {
	step := &loadStep{name: name, file: ManifestFile{File: file, Table: name.String()}, ids: p.slicer.IDs, conflict: p.slicer.Conflict}
	step.importer, _ = p.slicer.Importers.of(name)
	if step.importer.Model.IsZero() {
		step.importer.Model = Table(name.String())
	}
	if !step.importer.IDs.IsZero() {
		step.ids = step.importer.IDs
	}
	if !step.importer.Conflict.IsZero() {
		step.conflict = step.importer.Conflict
	}
	return step
}

// makeMissing makes steps of the references whose missing rows are made.
func (p *loadPlanning) makeMissing() {
	for _, s := range slices.Clone(p.steps) {
		for _, lookup := range s.sheet.lookups {
			if lookup.Create {
				p.makeFor(s, lookup)
			}
		}
	}
}

func (p *loadPlanning) makeFor(s *loadStep, lookup *sheetLookup) {
	refuse := func(problem, hint string) {
		p.found.add(Mistake{Place: lookup.place, Problem: problem, Hint: hint})
	}
	made := p.step(lookup.Table)
	if made != nil && !made.made() {
		refuse("missing rows of "+lookup.Table.String()+" are to be made, and it is loaded from a file in the same load", "put the rows into that file, or load it first")
		return
	}
	if made == nil {
		made = p.madeStep(lookup)
		if made == nil {
			return
		}
	}
	if !slices.Equal(made.sheet.madeBy, lookup.paths) {
		refuse("missing rows of "+lookup.Table.String()+" are to be made by "+strings.Join(lookup.paths, ", ")+", and for another reference by "+strings.Join(made.sheet.madeBy, ", "), "use the same columns")
		return
	}
	made.sheet.from = append(made.sheet.from, s)
	made.sheet.plan.Made = append(made.sheet.plan.Made, MadeFrom{Reference: slices.Index(s.sheet.lookups, lookup)})
}

// made reports whether the step has no file of its own.
func (s *loadStep) made() bool { return s.sheet != nil && s.sheet.madeBy != nil }

// madeStep makes the step for rows that references ask for: a field for each part of By.
func (p *loadPlanning) madeStep(lookup *sheetLookup) *loadStep {
	step := p.sheetStep(lookup.Table, "rows of "+lookup.Table.String()+" that are referred to")
	step.load = &LoadTable{Table: p.catalog[lookup.Table], File: step.file.File}
	step.changes = map[string]bool{}
	m := &sheetMap{plan: &LoadSheet{}, provided: map[string]bool{}, keys: map[string]keyedColumn{}, madeBy: lookup.paths}
	step.sheet = m
	var natural []string
	above := map[string]*sheetLookup{}
	for i, part := range lookup.Parts {
		field := SheetField{Header: lookup.paths[i], Table: part.Table, Column: part.Column}
		if len(part.Path) == 0 {
			m.plan.Values = append(m.plan.Values, SheetValue{Column: part.Column, Field: len(m.plan.Fields)})
			m.plan.Fields, m.plan.MadeFields = append(m.plan.Fields, field), append(m.plan.MadeFields, i)
			m.provided[part.Column] = true
			natural = append(natural, part.Column)
			continue
		}
		first := part.Path[0]
		key := strings.Join(first.Columns, ", ")
		if above[key] == nil {
			above[key] = &sheetLookup{key: key, place: lookup.place}
			above[key].Columns, above[key].Table, above[key].ToColumns = first.Columns, first.Table, first.ToColumns
			p.addLookup(step, above[key])
			m.plan.MadeParts = append(m.plan.MadeParts, nil)
			natural = append(natural, first.Columns...)
		}
		_, rest, _ := strings.Cut(lookup.paths[i], ".")
		above[key].add(SheetPart{SheetField: field, Path: part.Path[1:]}, rest, fieldReading{})
		number := slices.Index(m.lookups, above[key])
		m.plan.MadeParts[number] = append(m.plan.MadeParts[number], i)
	}
	for key, column := range step.importer.Columns {
		columns, err := step.load.Table.Resolve(key)
		if err == nil && len(columns) == 1 && column.Default != "" && !m.provided[columns[0]] {
			m.plan.Values = append(m.plan.Values, SheetValue{Column: columns[0], Field: -1, Literal: column.Default})
			m.provided[columns[0]] = true
		}
	}
	for _, c := range step.load.Table.Columns {
		if c.NotNull && !c.Default && !c.Generated && !m.provided[c.Name] && !slices.Contains(step.load.Table.KeyColumns(), c.Name) {
			p.found.add(Mistake{
				Place: lookup.place, Problem: fmt.Sprintf("missing rows of %s can't be made: its column %q is NOT NULL without a default", lookup.Table, c.Name),
				Hint: "give it a Default in the importer of " + lookup.Table.String(),
			})
		}
	}
	step.ids, step.conflict = NaturalKey(natural...), Skip()
	step.number = len(p.steps)
	p.steps = append(p.steps, step)
	return step
}

// arrange numbers the steps: those that others refer to come first, as far as circles allow.
func (p *loadPlanning) arrange() {
	var names []schema.Name
	for _, s := range p.steps {
		names = append(names, s.name)
	}
	var arranged []*loadStep
	for _, component := range schema.Components(names, func(n schema.Name) []schema.Name { return p.lookedUp(p.step(n)) }) {
		for _, n := range component {
			arranged = append(arranged, p.step(n))
		}
	}
	p.steps = arranged
	for i, s := range p.steps {
		s.number = i
	}
	for _, s := range p.steps {
		for i, from := range s.sheet.from {
			s.sheet.plan.Made[i].Table = from.number
		}
	}
}

// lookedUp are the models that a sheet's references lead to.
func (p *loadPlanning) lookedUp(s *loadStep) []schema.Name {
	var names []schema.Name
	for _, lookup := range s.sheet.lookups {
		names = append(names, lookup.Table)
	}
	return names
}

// sheetOrder is the order in which the sheets' references can be resolved.
func (p *loadPlanning) sheetOrder() {
	var names []schema.Name
	for _, s := range p.steps {
		names = append(names, s.name)
	}
	for _, component := range schema.Components(names, func(n schema.Name) []schema.Name { return p.lookedUp(p.step(n)) }) {
		var numbers []int
		for _, i := range p.Maps { // of a circle, in the order of the maps
			if slices.Contains(component, p.steps[i].name) {
				numbers = append(numbers, i)
			}
		}
		p.Sheets = append(p.Sheets, numbers)
	}
}

// assemble says what a sheet gives its table, in the words of a slice's file.
func (p *loadPlanning) assemble(s *loadStep) {
	m, table := s.sheet, s.load.Table
	s.source = &schema.Table{Name: s.name, Kind: schema.Ordinary, PrimaryKey: table.KeyColumns(), Unique: table.Unique}
	key := table.KeyColumns()
	keyed := true
	for _, c := range table.Columns {
		inKey := slices.Contains(key, c.Name)
		keyed = keyed && (!inKey || m.provided[c.Name])
		if c.Generated || !m.provided[c.Name] && !inKey {
			continue
		}
		s.source.Columns = append(s.source.Columns, c)
		s.load.Columns = append(s.load.Columns, LoadColumn{Name: c.Name, Load: true})
	}
	if s.ids.IsZero() {
		s.ids = Sequential()
		if keyed {
			s.ids = Keep()
		}
	}
	if !keyed && (s.ids.kind == keepIDs || s.ids.kind == fixedIDs) {
		p.refuse(s, fmt.Sprintf("ids: %s, and the file has no %s", s.ids, strings.Join(key, ", ")), "leave ids out: the rows get new ones")
	}
	for _, lookup := range m.lookups {
		m.plan.References = append(m.plan.References, lookup.SheetReference)
		reference := &LoadReference{
			Name: lookup.key, Columns: lookup.Columns, Table: lookup.Table, To: lookup.To, ToColumns: lookup.ToColumns, Through: lookup.Through,
		}
		s.references = append(s.references, &loadReference{LoadReference: reference, proved: true, looked: !lookup.LoadOnly})
	}
	s.load.Sheet = m.plan
}

// checkSheets says what is contradictory in the sheets themselves.
func (s Sheets) check() error {
	var found []error
	for i, sheet := range s {
		if sheet.Open == nil {
			found = append(found, &Mistake{Place: fmt.Sprintf("file %d", i+1), Problem: "it has no Open"})
		}
	}
	return errors.Join(found...)
}
