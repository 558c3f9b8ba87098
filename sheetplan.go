package gyro

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gyrodata/gyro/schema"
)

// sheetPlanning is the plan of a load of foreign CSV files on its way.
type sheetPlanning struct {
	*loadPlanning
	files []*sheetStep // the steps of the load, by number in the plan
}

// sheetStep is one foreign CSV file, or the rows of a table that others ask for, with all that is
// known of it.
type sheetStep struct {
	*loadStep
	sheet *sheetMap
}

// step finds the step of a model; nil: it has none.
func (p *sheetPlanning) step(name schema.Name) *sheetStep {
	i := slices.IndexFunc(p.files, func(s *sheetStep) bool { return s.name == name })
	if i < 0 {
		return nil
	}
	return p.files[i]
}

// plannedSheets makes the plan of a load of foreign CSV files. All that is wrong comes back at
// once.
func (s SheetsLoad) planned(ctx context.Context, catalog schema.Catalog) (*sheetPlanning, error) {
	p := &sheetPlanning{loadPlanning: &loadPlanning{options: s.options(), catalog: catalog}}
	for i, sheet := range s.Files {
		p.sheet(ctx, i, sheet)
	}
	if len(p.found) > 0 {
		return nil, p.found.join()
	}
	for _, step := range p.files {
		p.mapColumns(step)
	}
	if len(p.found) > 0 {
		return nil, p.found.join()
	}
	p.makeMissing()
	p.arrange()
	for _, step := range p.files {
		for _, lookup := range step.sheet.lookups {
			p.link(lookup)
		}
	}
	if len(p.found) > 0 {
		return nil, p.found.join()
	}
	for _, step := range p.files {
		p.assemble(step)
	}
	for _, step := range p.files {
		p.strategy(step.loadStep)
	}
	if len(p.found) > 0 {
		return nil, p.found.join()
	}
	p.propagate()
	for _, step := range p.files {
		p.unique(step)
		step.load.Straight, step.load.Unique = false, false
		step.load.Map = len(step.load.Key) > 0
	}
	p.order()
	p.sheetOrder()
	for _, step := range p.files {
		p.Tables = append(p.Tables, step.load)
	}
	return p, p.found.join()
}

// sheet makes a step of a file.
func (p *sheetPlanning) sheet(ctx context.Context, i int, sheet Sheet) {
	place := fmt.Sprintf("file %d", i+1)
	if sheet.From.Name != "" {
		place = sheet.From.Name
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
	step := &sheetStep{p.options.step(name, ManifestFile{File: sheet.From.Name, Table: name.String(), Bytes: sheet.From.Size}), &sheetMap{sheet: sheet}}
	step.load = &LoadTable{File: sheet.From.Name, Bytes: sheet.From.Size}
	p.target(step.loadStep, "make it by your migrations: a CSV file does not say what its table is")
	notes, err := step.sheet.open(ctx, step.importer.CSV)
	p.notes = append(p.notes, notes...)
	step.file.Rows = step.sheet.estimate
	if err != nil {
		p.found = append(p.found, err)
	}
	step.number = len(p.files)
	p.files = append(p.files, step)
}

// makeMissing makes steps of the references whose missing rows are made.
func (p *sheetPlanning) makeMissing() {
	for _, s := range slices.Clone(p.files) {
		for _, lookup := range s.sheet.lookups {
			if lookup.Create {
				p.makeFor(s, lookup)
			}
		}
	}
}

func (p *sheetPlanning) makeFor(s *sheetStep, lookup *sheetLookup) {
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
func (s *sheetStep) made() bool { return s.sheet != nil && s.sheet.madeBy != nil }

// madeStep makes the step for rows that references ask for: a field for each part of By.
func (p *sheetPlanning) madeStep(lookup *sheetLookup) *sheetStep {
	words := "rows of " + lookup.Table.String() + " that are referred to"
	m := &sheetMap{plan: &LoadSheet{}, provided: map[string]bool{}, keys: map[string]keyedColumn{}, madeBy: lookup.paths}
	step := &sheetStep{p.options.step(lookup.Table, ManifestFile{File: words, Table: lookup.Table.String()}), m}
	step.load = &LoadTable{Table: p.catalog[lookup.Table], File: words}
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
	step.number = len(p.files)
	p.files = append(p.files, step)
	return step
}

// arrange numbers the steps: those that others refer to come first, as far as circles allow.
func (p *sheetPlanning) arrange() {
	var names []schema.Name
	for _, s := range p.files {
		names = append(names, s.name)
	}
	var arranged []*sheetStep
	for _, component := range schema.Components(names, func(n schema.Name) []schema.Name { return p.lookedUp(p.step(n)) }) {
		for _, n := range component {
			arranged = append(arranged, p.step(n))
		}
	}
	p.files, p.steps = arranged, nil
	for i, s := range p.files {
		s.number = i
		p.steps = append(p.steps, s.loadStep)
	}
	for _, s := range p.files {
		for i, from := range s.sheet.from {
			s.sheet.plan.Made[i].Table = from.number
		}
	}
}

// lookedUp are the models that a sheet's references lead to.
func (p *sheetPlanning) lookedUp(s *sheetStep) []schema.Name {
	var names []schema.Name
	for _, lookup := range s.sheet.lookups {
		names = append(names, lookup.Table)
	}
	return names
}

// sheetOrder is the order in which the sheets' references can be resolved.
func (p *sheetPlanning) sheetOrder() {
	var names []schema.Name
	for _, s := range p.files {
		names = append(names, s.name)
	}
	for _, component := range schema.Components(names, func(n schema.Name) []schema.Name { return p.lookedUp(p.step(n)) }) {
		var numbers []int
		for _, i := range p.Maps { // of a circle, in the order of the maps
			if slices.Contains(component, p.files[i].name) {
				numbers = append(numbers, i)
			}
		}
		p.Sheets = append(p.Sheets, numbers)
	}
}

// assemble says what a sheet gives its table, in the words of a slice's file.
func (p *sheetPlanning) assemble(s *sheetStep) {
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
		p.refuse(s.loadStep, fmt.Sprintf("ids: %s, and the file has no %s", s.ids, strings.Join(key, ", ")), "leave ids out: the rows get new ones")
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
