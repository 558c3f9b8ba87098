package load

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

// planned makes the plan of a load. All that is wrong comes back at once.
func (s Slice) planned(ctx context.Context, slice driver.Slice, catalog schema.Catalog) (*loadplan.Plan, error) {
	m := slice.Manifest()
	if m.Import != nil {
		return nil, &gyro.Error{Op: "load", Place: "the slice", Err: errWrongRecord, Hint: "gyro undo takes it"}
	}
	p := &planning{Plan: &loadplan.Plan{Options: s.options(), Catalog: catalog, Slice: slice.Place(), Taken: m.Taken}, only: s.Tables, create: s.Create}
	if err := p.Recall(ctx); err != nil {
		return nil, err
	}
	return p.plan(m)
}

// plan makes it of a manifest.
func (p *planning) plan(m driver.Manifest) (*loadplan.Plan, error) {
	p.choose(m)
	if len(p.Found) > 0 {
		return nil, p.Found.Join()
	}
	for _, step := range p.Steps {
		p.table(step)
	}
	if len(p.Found) > 0 { // without tables there is no more to be said
		return nil, p.Found.Join()
	}
	for _, step := range p.Steps {
		p.columns(step)
		p.refer(step)
	}
	for _, step := range p.Steps {
		p.Strategy(step)
	}
	if len(p.Found) > 0 {
		return nil, p.Found.Join()
	}
	p.Propagate()
	p.Order()
	p.unsaid()
	if names := p.Forgotten(); len(names) > 0 {
		p.Notes = append(p.Notes, gyro.Textf("%s: rows that the earlier load inserted stay as they are: the slice does not have the table", strings.Join(names, ", ")))
	}
	for _, step := range p.Steps {
		p.Tables = append(p.Tables, step.Load)
	}
	return p.Plan, p.Found.Join()
}

// unsaid notes what looks like a polymorphic reference and is none that is known, where rows get other ids than they had.
func (p *planning) unsaid() {
	moved := slices.ContainsFunc(p.Steps, func(s *loadplan.Step) bool { return len(s.Load.New) > 0 || len(s.Load.Find) > 0 })
	for _, s := range p.Steps {
		if !moved || s.MapOnly {
			continue
		}
		table := schema.Table{Columns: s.Source.Columns, PrimaryKey: s.Source.PrimaryKey}
		for _, r := range s.References {
			table.References = append(table.References, schema.Reference{Columns: r.Columns})
		}
		for _, pair := range table.Unsaid() {
			p.Notes = append(p.Notes, gyro.Textf("%s: %s and %s look like a polymorphic reference that no importer declares ({Cases}): its values stay as they are, "+
				"and may mean other rows, for ids change", s.Name, pair[0], pair[1]))
		}
	}
}

// planning is the plan of a slice's load on its way: what is declared, what the manifest
// says, and what the target's catalog says.
type planning struct {
	*loadplan.Plan
	only   []gyro.Model // empty: all
	create bool
}

// choose finds the files that are wanted, in an order in which those that others refer to
// come first.
func (p *planning) choose(m driver.Manifest) {
	steps := map[schema.Name]*loadplan.Step{}
	var names []schema.Name
	for _, f := range m.Files {
		name, err := schema.ParseName(f.Table)
		if err != nil {
			p.Found.Add(gyro.Mistake{Place: "manifest", Problem: gyro.Text(err.Error()), Err: err})
			continue
		}
		step := p.Options.Step(name, f)
		step.Source = described(name, f)
		if step.IDs.IsZero() {
			step.IDs = gyro.Keep()
		}
		steps[name] = step
		names = append(names, name)
	}
	wanted := p.wanted(steps)
	for _, component := range schema.Components(names, func(n schema.Name) []schema.Name { return loadplan.Parents(steps[n].Source) }) {
		for _, name := range component {
			if step := steps[name]; wanted[name] || step.MapOnly {
				step.Number = len(p.Steps)
				p.Steps = append(p.Steps, step)
			}
		}
	}
}

// wanted are the models that the jobs name, or all. Of the others, those that rows refer to
// and that a natural key finds in the target are looked for there.
func (p *planning) wanted(steps map[schema.Name]*loadplan.Step) map[schema.Name]bool {
	wanted := map[schema.Name]bool{}
	for i, model := range p.only {
		name := model.Name()
		place := fmt.Sprintf("table %d", i+1)
		switch {
		case model.Err() != nil:
			p.Found.Add(gyro.Mistake{Place: gyro.Text(place), Problem: gyro.Text(model.Err().Error())})
		case steps[name] == nil:
			known := schema.Catalog{}
			for n := range steps {
				known[n] = nil
			}
			m := gyro.Mistake{Place: gyro.Text("table " + name.String()), Problem: "the slice does not have it"}
			if near := known.Nearest(name); near != "" {
				m.Hint = gyro.Textf("did you mean %q?", near)
			}
			p.Found.Add(m)
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
			if !wanted[name] && !step.MapOnly {
				continue
			}
			for _, parent := range loadplan.Parents(step.Source) {
				other := steps[parent]
				if other != nil && !wanted[parent] && !other.MapOnly && other.IDs.Strategy() == gyro.NaturalIDs {
					other.MapOnly, changed = true, true
				}
			}
		}
	}
	return wanted
}

// described is the table that a file was taken from.
func described(name schema.Name, f driver.ManifestFile) *schema.Table {
	t := &schema.Table{Name: name, Kind: schema.Ordinary, PrimaryKey: f.PrimaryKey, Unique: f.Unique}
	for _, c := range f.Columns {
		column := schema.Column{Name: c.Name, Type: c.Type, NotNull: c.NotNull, Generated: c.Generated, Identity: c.Identity, Labels: c.Labels, Enum: len(c.Labels) > 0}
		t.Columns = append(t.Columns, column)
	}
	for _, r := range f.References {
		if to, err := schema.ParseName(r.Table); err == nil && !r.Period {
			t.References = append(t.References, schema.Reference{
				Name: r.Name, Columns: r.Columns, To: to, ToColumns: r.ToColumns, MatchFull: r.MatchFull, Enforced: true,
			})
		}
	}
	return t
}

// table finds a step's table in the target, or plans to make it.
func (p *planning) table(s *loadplan.Step) {
	if len(s.File.Through) > 0 {
		p.Notes = append(p.Notes, gyro.Textf("%s: the rows of %s were read through it, and become its own", s.Name, strings.Join(s.File.Through, ", ")))
	}
	s.Load = &driver.LoadTable{File: s.File.File, Rows: s.File.Rows, Bytes: s.File.Bytes, MapOnly: s.MapOnly}
	if p.Catalog[s.Name] == nil && p.create && !s.MapOnly {
		s.Create = true
		s.Load.Table = p.made(s)
		p.Create = append(p.Create, s.Load.Table)
		p.Catalog[s.Name] = s.Load.Table
		return
	}
	p.Target(s, "make it by your migrations; or let Gyro make it from what the manifest says, with {Create}")
}

// made is the table that is to be made: what the manifest knows of it.
func (p *planning) made(s *loadplan.Step) *schema.Table {
	t := *s.Source
	t.Columns = slices.Clone(s.Source.Columns)
	for i, c := range s.File.Columns {
		column := &t.Columns[i]
		if c.Generated {
			column.Generated = false
			p.Notes = append(p.Notes, gyro.Textf("%s: column %s is generated in the source; here it is made an ordinary one", s.Name, c.Name))
		}
		if c.Sequence || c.Identity != "" {
			if column.Identity == "" {
				column.Identity = "by default"
			}
			column.Sequence, column.Default, column.Drawn = identitySequence, true, true
		}
	}
	t.References = nil
	for _, r := range s.Source.References {
		if p.Catalog[r.To] != nil || slices.ContainsFunc(p.Steps, func(o *loadplan.Step) bool { return o.Name == r.To }) {
			t.References = append(t.References, r)
		}
	}
	if s.File.Kind != string(schema.Ordinary) {
		p.Notes = append(p.Notes, gyro.Textf("%s: a %s in the source, here it is made a table", s.Name, s.File.Kind))
	}
	return &t
}

// identitySequence stands for the sequence of a table that is not made yet.
const identitySequence = "identity"

// columns compares the file's columns with the table's.
func (p *planning) columns(s *loadplan.Step) {
	problems, notes := preflight(s.Source, s.Load.Table)
	for _, problem := range problems {
		p.Refuse(s, problem.Problem, problem.Hint)
	}
	for _, note := range notes {
		p.Notes = append(p.Notes, gyro.Text(s.Name.String())+": "+note)
	}
	expressions := map[string]string{}
	for key, c := range s.Importer.Columns {
		if c.Expr == "" {
			continue
		}
		columns, err := s.Source.Resolve(key)
		if err != nil || len(columns) != 1 {
			p.Refuse(s, gyro.Textf("{Expr} of %q: it is no column of the file", key), "")
			continue
		}
		expressions[columns[0]] = c.Expr
	}
	for _, c := range s.Source.Columns {
		target, ok := s.Load.Table.Column(c.Name)
		s.Load.Columns = append(s.Load.Columns, driver.LoadColumn{Name: c.Name, Load: ok && !target.Generated, Expr: expressions[c.Name]})
		if expressions[c.Name] != "" {
			s.Changes[c.Name] = true
		}
	}
}

// refer collects a table's references: those of the manifest, those that importers declare,
// and foreign keys of the target that neither knows.
func (p *planning) refer(s *loadplan.Step) {
	for _, r := range s.File.References {
		p.reference(s, r, false)
	}
	for _, r := range s.File.Polymorphic {
		p.reference(s, r, false)
	}
	for _, r := range s.File.Arrays {
		p.reference(s, r, true)
	}
	if len(p.Options.Importers) > 0 {
		table := *s.Source
		said, problems := gyro.Declared(s.Importer, &table, p.Options.Importers, "manifest")
		p.Found = append(p.Found, problems...)
		for _, r := range said.Added {
			p.declared(s, r, false)
		}
		for _, r := range said.Arrays {
			p.declared(s, r, true)
		}
	}
	for _, r := range s.Load.Table.References {
		if r.Period && s.Has(r.Columns) {
			s.Periods = append(s.Periods, r)
			continue
		}
		if !s.Has(r.Columns) || slices.ContainsFunc(s.References, func(o *loadplan.Reference) bool {
			return len(o.Kinds) == 0 && o.Table == r.To && schema.SameColumns(o.Columns, r.Columns)
		}) {
			continue
		}
		p.Add(s, &driver.LoadReference{Name: r.Name, Columns: r.Columns, Table: r.To, ToColumns: r.ToColumns, MatchFull: r.MatchFull}, false)
	}
}

// reference takes one that the manifest lists. The slice proves all but those in arrays.
func (p *planning) reference(s *loadplan.Step, r driver.ManifestReference, each bool) {
	to, err := schema.ParseName(r.Table)
	if err != nil {
		p.Refuse(s, gyro.Text("the manifest's reference "+r.Name+" names no table"), "")
		return
	}
	if r.Period {
		s.Periods = append(s.Periods, schema.Reference{Name: r.Name, Columns: r.Columns, To: to, ToColumns: r.ToColumns})
		return
	}
	if r.When != "" && len(r.Kinds) == 0 {
		p.Refuse(s, gyro.Textf("the manifest does not say in a form that can be read which rows refer to %s by %s", to, strings.Join(r.Columns, ", ")),
			"take the slice with a condition of the form column = value, or column IN (values)")
		return
	}
	p.Add(s, &driver.LoadReference{
		Name: r.Name, Columns: r.Columns, Table: to, ToColumns: r.ToColumns, MatchFull: r.MatchFull, Kinds: r.Kinds, Each: each,
	}, !each && r.NotProvable == "") // what the manifest excuses from proof is proved against the rows
}

// declared takes one that an importer declares and the manifest does not list.
func (p *planning) declared(s *loadplan.Step, r schema.Reference, each bool) {
	same := func(o *loadplan.Reference) bool {
		return o.Table == r.To && o.Each == each && schema.SameColumns(o.Columns, r.Columns)
	}
	if slices.ContainsFunc(s.References, same) {
		return
	}
	if r.When != "" {
		p.Refuse(s, gyro.Text("the slice was taken without the polymorphic reference "+r.Name), "take it anew with the importer's {Cases}")
		return
	}
	to := r.ToColumns
	if parent := p.Find(r.To); len(to) == 0 && parent != nil {
		to = parent.Source.PrimaryKey
	}
	p.Add(s, &driver.LoadReference{Name: r.Name, Columns: r.Columns, Table: r.To, ToColumns: to, Each: each}, false)
}
