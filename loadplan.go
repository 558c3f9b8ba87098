package gyro

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gyrodata/gyro/schema"
)

// loadOptions are those that every load has.
type loadOptions struct {
	Importers Registry
	IDs       IDs
	Conflict  Conflict
	DryRun    bool
	Record    Store
	Version   string
	Progress  func(Event)
}

func (o loadOptions) tell(e Event) {
	if o.Progress != nil {
		o.Progress(e)
	}
}

// check says what is wrong with them, all of it at once.
func (o loadOptions) check() error {
	var found mistakes
	if err := o.Importers.Validate(); err != nil {
		found = append(found, err)
	}
	if problem := o.IDs.check(); problem != "" {
		found.add(Mistake{Place: "load", Problem: problem})
	}
	return found.join()
}

// loadPlanning is a load's plan on its way: what is declared, what the manifest says, and
// what the target's catalog says.
type loadPlanning struct {
	LoadPlan
	options loadOptions
	catalog schema.Catalog
	steps   []*loadStep // by number in the plan
	notes   []string
	found   mistakes
}

// loadStep is one file with all that is known of it.
type loadStep struct {
	number   int
	file     ManifestFile
	name     schema.Name
	importer Importer
	ids      IDs
	conflict Conflict
	source   *schema.Table // as the manifest describes it
	create   bool
	mapOnly  bool
	load     *LoadTable
	// all references, whether or not their values change
	references []*loadReference
	changes    map[string]bool // columns whose value may be another afterwards
}

type loadReference struct {
	*LoadReference
	proved bool // the slice proves that every row's leads to one of its rows
	looked bool // the row may be one of the target's, under the key that it has there
}

func (s *loadStep) place() string { return "table " + s.name.String() }

// refuse notes a mistake of a table.
func (p *loadPlanning) refuse(s *loadStep, problem, hint string) {
	p.found.add(Mistake{Place: s.place(), Problem: problem, Hint: hint})
}

// planned makes the plan of a load. All that is wrong comes back at once.
func (s LoadSlice) planned(m Manifest, catalog schema.Catalog) (*loadPlanning, error) {
	if m.Import != nil {
		return nil, &Error{Op: "load", Place: "the slice", Err: errWrongRecord, Hint: "gyro undo takes it"}
	}
	p := &slicePlanning{loadPlanning: &loadPlanning{options: s.options(), catalog: catalog}, only: s.Tables, create: s.Create}
	p.choose(m)
	if len(p.found) > 0 {
		return nil, p.found.join()
	}
	for _, step := range p.steps {
		p.table(step)
	}
	if len(p.found) > 0 { // without tables there is no more to be said
		return nil, p.found.join()
	}
	for _, step := range p.steps {
		p.columns(step)
		p.refer(step)
	}
	for _, step := range p.steps {
		p.strategy(step)
	}
	if len(p.found) > 0 {
		return nil, p.found.join()
	}
	p.propagate()
	p.order()
	for _, step := range p.steps {
		p.Tables = append(p.Tables, step.load)
	}
	return p.loadPlanning, p.found.join()
}

// slicePlanning is the plan of a slice's load on its way: what is declared, what the manifest
// says, and what the target's catalog says.
type slicePlanning struct {
	*loadPlanning
	only   []Model // empty: all
	create bool
}

// step makes a step with what importers and options say of its model.
func (o loadOptions) step(name schema.Name, f ManifestFile) *loadStep {
	step := &loadStep{file: f, name: name, changes: map[string]bool{}}
	step.importer, _ = o.Importers.of(name)
	if step.importer.Model.IsZero() {
		step.importer.Model = NewModel(schema.Table{Name: name}, nil)
	}
	step.ids, step.conflict = step.importer.IDs, step.importer.Conflict
	if step.ids.IsZero() {
		step.ids = o.IDs
	}
	if step.conflict.IsZero() {
		step.conflict = o.Conflict
	}
	return step
}

// choose finds the files that are wanted, in an order in which those that others refer to
// come first.
func (p *slicePlanning) choose(m Manifest) {
	steps := map[schema.Name]*loadStep{}
	var names []schema.Name
	for _, f := range m.Files {
		name, err := schema.ParseName(f.Table)
		if err != nil {
			p.found.add(Mistake{Place: "manifest", Problem: err.Error(), Err: err})
			continue
		}
		step := p.options.step(name, f)
		step.source = described(name, f)
		if step.ids.IsZero() {
			step.ids = Keep()
		}
		steps[name] = step
		names = append(names, name)
	}
	wanted := p.wanted(steps)
	for _, component := range schema.Components(names, func(n schema.Name) []schema.Name { return parents(steps[n].source) }) {
		for _, name := range component {
			if step := steps[name]; wanted[name] || step.mapOnly {
				step.number = len(p.steps)
				p.steps = append(p.steps, step)
			}
		}
	}
}

func parents(table *schema.Table) []schema.Name {
	var names []schema.Name
	for _, r := range table.References {
		names = append(names, r.To)
	}
	return names
}

// wanted are the models that the jobs name, or all. Of the others, those that rows refer to
// and that a natural key finds in the target are looked for there.
func (p *slicePlanning) wanted(steps map[schema.Name]*loadStep) map[schema.Name]bool {
	wanted := map[schema.Name]bool{}
	for i, model := range p.only {
		name := model.Name()
		place := fmt.Sprintf("table %d", i+1)
		switch {
		case model.check() != nil:
			p.found.add(Mistake{Place: place, Problem: model.check().Error()})
		case steps[name] == nil:
			known := schema.Catalog{}
			for n := range steps {
				known[n] = nil
			}
			m := Mistake{Place: "table " + name.String(), Problem: "the slice does not have it"}
			if near := known.Nearest(name); near != "" {
				m.Hint = fmt.Sprintf("did you mean %q?", near)
			}
			p.found.add(m)
		}
		wanted[name] = true
	}
	if len(p.only) == 0 {
		for name := range steps {
			wanted[name] = true
		}
		return wanted
	}
	for changed := true; changed; {
		changed = false
		for name, step := range steps {
			if !wanted[name] && !step.mapOnly {
				continue
			}
			for _, parent := range parents(step.source) {
				other := steps[parent]
				if other != nil && !wanted[parent] && !other.mapOnly && other.ids.kind == naturalIDs {
					other.mapOnly, changed = true, true
				}
			}
		}
	}
	return wanted
}

// described is the table that a file was taken from.
func described(name schema.Name, f ManifestFile) *schema.Table {
	t := &schema.Table{Name: name, Kind: schema.Ordinary, PrimaryKey: f.PrimaryKey, Unique: f.Unique}
	for _, c := range f.Columns {
		column := schema.Column{Name: c.Name, Type: c.Type, NotNull: c.NotNull, Generated: c.Generated, Identity: c.Identity, Labels: c.Labels, Enum: len(c.Labels) > 0}
		t.Columns = append(t.Columns, column)
	}
	for _, r := range f.References {
		if to, err := schema.ParseName(r.Table); err == nil {
			t.References = append(t.References, schema.Reference{
				Name: r.Name, Columns: r.Columns, To: to, ToColumns: r.ToColumns, MatchFull: r.MatchFull, Enforced: true,
			})
		}
	}
	return t
}

// table finds a step's table in the target, or plans to make it.
func (p *slicePlanning) table(s *loadStep) {
	s.load = &LoadTable{File: s.file.File, Rows: s.file.Rows, Bytes: s.file.Bytes, MapOnly: s.mapOnly}
	if p.catalog[s.name] == nil && p.create && !s.mapOnly {
		s.create = true
		s.load.Table = p.made(s)
		p.Create = append(p.Create, s.load.Table)
		p.catalog[s.name] = s.load.Table
		return
	}
	p.target(s, "make it by your migrations; or let Gyro make it from what the manifest says, with Create (--create)")
}

// target finds a step's table in the target; hint says what to do where it is not there.
func (p *loadPlanning) target(s *loadStep, hint string) {
	table, ok := p.catalog[s.name]
	switch near := p.catalog.Nearest(s.name); {
	case ok && table.Kind != schema.Ordinary && table.Kind != schema.Partitioned && table.Kind != schema.Foreign:
		p.refuse(s, fmt.Sprintf("the target has a %s of that name, into which nothing can be loaded", table.Kind), "leave it out")
	case ok:
		s.load.Table = table
	case near != "":
		p.refuse(s, "the target does not have it", fmt.Sprintf("did you mean %q? Else %s", near, hint))
	default:
		p.refuse(s, "the target does not have it", hint)
	}
}

// made is the table that is to be made: what the manifest knows of it.
func (p *slicePlanning) made(s *loadStep) *schema.Table {
	t := *s.source
	t.Columns = slices.Clone(s.source.Columns)
	for i, c := range s.file.Columns {
		column := &t.Columns[i]
		if c.Generated {
			column.Generated = false
			p.notes = append(p.notes, fmt.Sprintf("%s: column %s is generated in the source; here it is made an ordinary one", s.name, c.Name))
		}
		if c.Sequence || c.Identity != "" {
			if column.Identity == "" {
				column.Identity = "by default"
			}
			column.Sequence, column.Default = identitySequence, true
		}
	}
	t.References = nil
	for _, r := range s.source.References {
		if p.catalog[r.To] != nil || slices.ContainsFunc(p.steps, func(o *loadStep) bool { return o.name == r.To }) {
			t.References = append(t.References, r)
		}
	}
	if s.file.Kind != string(schema.Ordinary) {
		p.notes = append(p.notes, fmt.Sprintf("%s: a %s in the source, here it is made a table", s.name, s.file.Kind))
	}
	return &t
}

// identitySequence stands for the sequence of a table that is not made yet.
const identitySequence = "identity"

// columns compares the file's columns with the table's.
func (p *slicePlanning) columns(s *loadStep) {
	problems, notes := preflight(s.source, s.load.Table)
	for _, problem := range problems {
		p.refuse(s, problem.Problem, problem.Hint)
	}
	for _, note := range notes {
		p.notes = append(p.notes, s.name.String()+": "+note)
	}
	expressions := map[string]string{}
	for key, c := range s.importer.Columns {
		if c.Expr == "" {
			continue
		}
		columns, err := s.source.Resolve(key)
		if err != nil || len(columns) != 1 {
			p.refuse(s, fmt.Sprintf("Expr of %q: it is no column of the file", key), "")
			continue
		}
		expressions[columns[0]] = c.Expr
	}
	for _, c := range s.source.Columns {
		target, ok := s.load.Table.Column(c.Name)
		s.load.Columns = append(s.load.Columns, LoadColumn{Name: c.Name, Load: ok && !target.Generated, Expr: expressions[c.Name]})
		if expressions[c.Name] != "" {
			s.changes[c.Name] = true
		}
	}
}

// refer collects a table's references: those of the manifest, those that importers declare,
// and foreign keys of the target that neither knows.
func (p *slicePlanning) refer(s *loadStep) {
	for _, r := range s.file.References {
		p.reference(s, r, false)
	}
	for _, r := range s.file.Polymorphic {
		p.reference(s, r, false)
	}
	for _, r := range s.file.Arrays {
		p.reference(s, r, true)
	}
	if len(p.options.Importers) > 0 {
		table := *s.source
		said, problems := declared(s.importer, &table, p.options.Importers, "manifest")
		p.found = append(p.found, problems...)
		for _, r := range said.added {
			p.declared(s, r, false)
		}
		for _, r := range said.arrays {
			p.declared(s, r, true)
		}
	}
	for _, r := range s.load.Table.References {
		if !s.has(r.Columns) || slices.ContainsFunc(s.references, func(o *loadReference) bool { return o.Table == r.To && sameColumns(o.Columns, r.Columns) }) {
			continue
		}
		p.add(s, &LoadReference{Name: r.Name, Columns: r.Columns, Table: r.To, ToColumns: r.ToColumns, MatchFull: r.MatchFull}, false)
	}
}

// has reports whether the file has all of these columns.
func (s *loadStep) has(columns []string) bool {
	for _, c := range columns {
		if _, ok := s.source.Column(c); !ok {
			return false
		}
	}
	return true
}

func sameColumns(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// reference takes one that the manifest lists. The slice proves all but those in arrays.
func (p *slicePlanning) reference(s *loadStep, r ManifestReference, each bool) {
	to, err := schema.ParseName(r.Table)
	if err != nil {
		p.refuse(s, "the manifest's reference "+r.Name+" names no table", "")
		return
	}
	if r.When != "" && len(r.Kinds) == 0 {
		p.refuse(s, fmt.Sprintf("the manifest does not say in a form that can be read which rows refer to %s by %s", to, strings.Join(r.Columns, ", ")),
			"take the slice with a condition of the form column = value, or column IN (values)")
		return
	}
	p.add(s, &LoadReference{
		Name: r.Name, Columns: r.Columns, Table: to, ToColumns: r.ToColumns, MatchFull: r.MatchFull, Kinds: r.Kinds, Each: each,
	}, !each)
}

// declared takes one that an importer declares and the manifest does not list.
func (p *slicePlanning) declared(s *loadStep, r schema.Reference, each bool) {
	same := func(o *loadReference) bool {
		return o.Table == r.To && o.Each == each && sameColumns(o.Columns, r.Columns)
	}
	if slices.ContainsFunc(s.references, same) {
		return
	}
	if r.When != "" {
		p.refuse(s, "the slice was taken without the polymorphic reference "+r.Name, "take it anew with the importer's Cases")
		return
	}
	to := r.ToColumns
	if parent := p.step(r.To); len(to) == 0 && parent != nil {
		to = parent.source.PrimaryKey
	}
	p.add(s, &LoadReference{Name: r.Name, Columns: r.Columns, Table: r.To, ToColumns: to, Each: each}, false)
}

func (p *loadPlanning) step(name schema.Name) *loadStep {
	i := slices.IndexFunc(p.steps, func(s *loadStep) bool { return s.name == name })
	if i < 0 {
		return nil
	}
	return p.steps[i]
}

// add completes a reference.
func (p *loadPlanning) add(s *loadStep, r *LoadReference, proved bool) {
	for _, c := range s.load.Columns {
		if c.Expr != "" && slices.Contains(r.Columns, c.Name) {
			return // its value is what the user says
		}
	}
	r.To = -1
	if parent := p.step(r.Table); parent != nil {
		r.To = parent.number
		for i, c := range r.Columns {
			from, _ := s.source.Column(c)
			to, ok := parent.source.Column(r.ToColumns[i])
			if !ok {
				p.refuse(s, fmt.Sprintf("%s refers to a column of %s that the slice does not have", r.Name, r.Table), "")
				return
			}
			own := from.DataType()
			if r.Each {
				own = own.Element()
			}
			r.AsText = r.AsText || !own.Alike(to.DataType())
		}
	} else if importer, ok := p.options.Importers.of(r.Table); ok && importer.IDs.kind == fixedIDs {
		if known := p.catalog[r.Table]; known != nil && slices.Equal(known.PrimaryKey, r.ToColumns) {
			r.Fixed = importer.IDs.fixed
		}
	}
	s.references = append(s.references, &loadReference{LoadReference: r, proved: proved && r.To >= 0})
}
