package sheets

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/schema"
)

// by takes a reference that is found by other columns than its key.
func (p *planning) by(s *step, said keyedColumn, columns []string, place gyro.Text) {
	refuse := func(problem, hint gyro.Text) { p.Found.Add(gyro.Mistake{Place: place, Problem: problem, Hint: hint}) }
	switch {
	case said.Expr != "" || said.From != "" || said.Default != "" || len(said.OneOf) > 0 || said.Pattern != "" || said.Min != "" || said.Max != "" || said.Check != "" || said.IfPresent:
		refuse("{By} is set, and what is for values as they stand in the file ({From}, {Default}, {Expr}, {OneOf}, {Pattern}, {Min}, {Max}, {Check}, {IfPresent})",
			`{By} names the headers; a value for all rows is "=value"`)
		return
	case len(said.Cases) > 0 || said.Each:
		refuse("{By} is set, and {Cases} or {Each}", "a polymorphic reference and an array have no natural key")
		return
	}
	reference, mistake := p.referenceOf(s, said.Column, columns, place)
	if mistake != nil {
		p.Found.Add(*mistake)
		return
	}
	parent := p.Catalog[reference.To]
	if parent == nil {
		refuse(gyro.Text("the target does not have "+reference.To.String()+", which it refers to"), "")
		return
	}
	lookup := &keyLookup{key: said.key, place: place}
	lookup.Columns, lookup.Table, lookup.ToColumns = reference.Columns, reference.To, reference.ToColumns
	lookup.Create, lookup.SetNull = said.CreateMissing, said.Missing == gyro.SetNull
	if lookup.Create && lookup.SetNull {
		refuse("{CreateMissing} is set, and {Missing} is {SetNull}", "a row that is not found is made, or the reference is NULL")
	}
	for _, path := range slices.Sorted(maps.Keys(said.By)) {
		part, problem := p.path(parent, path)
		if problem != nil {
			problem.Place = gyro.Text(place + gyro.Text(", {By} "+path))
			p.Found.Add(*problem)
			continue
		}
		read, problem := p.partField(s, &part, said, path)
		if problem != nil {
			problem.Place = gyro.Text(place + gyro.Text(", {By} "+path))
			p.Found.Add(*problem)
			continue
		}
		lookup.add(part, path, read)
	}
	p.addLookup(s, lookup)
}

func (l *keyLookup) add(part driver.SheetPart, path string, read fieldReading) {
	part.Name = path
	l.Parts, l.paths, l.reads = append(l.Parts, part), append(l.paths, path), append(l.reads, read)
}

// partField finds the header that a part of By names, or takes its literal.
func (p *planning) partField(s *step, part *driver.SheetPart, said keyedColumn, path string) (fieldReading, *gyro.Mistake) {
	text := said.By[path]
	if literal, is := strings.CutPrefix(text, "="); is {
		part.Given, part.Literal = true, literal
		c, _ := p.Catalog[part.Table].Column(part.Column)
		if problem := c.Underlying().Literal(literal); problem != "" {
			return fieldReading{}, &gyro.Mistake{Problem: gyro.Text(problem), Hint: "write it as PostgreSQL does, whatever the file has: 2026-12-31"}
		}
		return fieldReading{}, nil
	}
	header, mistake := s.sheet.must(text)
	if mistake != nil {
		return fieldReading{}, mistake
	}
	field, read, err := s.sheet.field(header, gyro.Column{Format: said.Format}, s.Importer.CSV, p.Catalog[part.Table], part.Column)
	if err != nil {
		return read, &gyro.Mistake{Problem: gyro.Text(err.Error()), Err: err}
	}
	part.SheetField = field
	return read, nil
}

func (p *planning) addLookup(s *step, lookup *keyLookup) {
	m := s.sheet
	for _, c := range lookup.Columns {
		m.provided[c] = true
	}
	lookup.Through = fmt.Sprintf("gyro_ref_%d", len(m.lookups))
	m.lookups = append(m.lookups, lookup)
}

// referenceOf finds the reference that a declaration is about: a foreign key, or one that
// the importer declares.
func (p *planning) referenceOf(s *step, said gyro.Column, columns []string, place gyro.Text) (schema.Reference, *gyro.Mistake) {
	table := s.Load.Table
	candidates := table.Over(columns)
	if len(candidates) == 0 && said.Over == "" {
		for _, r := range table.References {
			if slices.Contains(r.Columns, columns[0]) {
				candidates = append(candidates, r)
			}
		}
	}
	var known []schema.Reference
	for _, r := range candidates {
		same := func(o schema.Reference) bool {
			return o.To == r.To && slices.Equal(o.Columns, r.Columns) && slices.Equal(o.ToColumns, r.ToColumns)
		}
		if (said.Ref.IsZero() || r.To == said.Ref.Name()) && !slices.ContainsFunc(known, same) {
			known = append(known, r)
		}
	}
	switch {
	case len(known) == 1:
		return known[0], nil
	case len(known) > 1:
		return schema.Reference{}, &gyro.Mistake{Place: place, Problem: "it is part of several foreign keys", Hint: "set {Ref}, and list the columns in {Over}"}
	case said.Ref.IsZero():
		return schema.Reference{}, &gyro.Mistake{Place: place, Problem: gyro.Text(strings.Join(columns, ", ") + " is no foreign key of the target"), Hint: "set {Ref}, and {Soft}, if it refers to rows all the same"}
	case !said.Soft:
		return schema.Reference{}, &gyro.Mistake{Place: place, Problem: gyro.Text(strings.Join(columns, ", ") + " is no foreign key to " + said.Ref.String() + " in the target"), Hint: "set {Soft} if it refers to its rows all the same"}
	}
	to, mistake := gyro.ReferredColumns(said, place)
	if mistake != nil {
		return schema.Reference{}, mistake
	}
	if parent := p.Catalog[said.Ref.Name()]; to == nil && parent != nil {
		to = parent.PrimaryKey
	}
	if len(to) != len(columns) {
		return schema.Reference{}, &gyro.Mistake{Place: place, Problem: gyro.Text("{To} and the reference differ in their number of columns (" + strings.Join(columns, ", ") + ")")}
	}
	return schema.Reference{Name: place.String(), Columns: columns, To: said.Ref.Name(), ToColumns: to}, nil
}

// path follows "tenant.subdomain" from a table.
func (p *planning) path(table *schema.Table, path string) (driver.SheetPart, *gyro.Mistake) {
	var part driver.SheetPart
	names := strings.Split(path, ".")
	for _, name := range names[:len(names)-1] {
		columns, err := table.Resolve(name)
		if err != nil {
			return part, gyro.ColumnMistake(err, "")
		}
		references := table.Over(columns)
		if len(references) == 0 {
			return part, &gyro.Mistake{Problem: gyro.Textf("%s of %s is no foreign key", name, table.Name), Hint: "a path leads over references to a column"}
		}
		r := references[0]
		part.Path = append(part.Path, driver.SheetHop{Columns: r.Columns, Table: r.To, ToColumns: r.ToColumns, As: r.As})
		if table = p.Catalog[r.To]; table == nil {
			return part, &gyro.Mistake{Problem: gyro.Text("the target does not have " + r.To.String())}
		}
	}
	last := names[len(names)-1]
	columns, err := table.Resolve(last)
	if err != nil {
		return part, gyro.ColumnMistake(err, "")
	}
	if len(columns) != 1 {
		return part, &gyro.Mistake{Problem: gyro.Textf("%s of %s is several columns", last, table.Name), Hint: "name one of them"}
	}
	part.Table, part.Column = table.Name, columns[0]
	return part, nil
}

// directReferences takes the references whose key is in the file itself. Such a key means a
// row of the same load: that it means the same in the target has to be said.
func (p *planning) directReferences(s *step) {
	references := slices.DeleteFunc(slices.Clone(s.Load.Table.References), func(r schema.Reference) bool { return r.Period })
	for _, key := range slices.Sorted(maps.Keys(s.Importer.Columns)) {
		references = append(references, p.declaredDirect(s, key, s.Importer.Columns[key])...)
	}
	for _, r := range references {
		p.directReference(s, r)
	}
}

// declaredDirect is the reference that an importer declares, where the table has none.
func (p *planning) declaredDirect(s *step, key string, column gyro.Column) []schema.Reference {
	place := s.sheet.columnPlace(s, key)
	columns, mistake := gyro.ColumnsOf(s.Load.Table, key, column, place)
	if mistake != nil || len(column.By) > 0 || column.Expr != "" {
		return nil
	}
	if len(column.Cases) > 0 || column.Each {
		for _, c := range columns {
			if i, _ := s.sheet.headerOf(c, s.sheet.keys[c]); i >= 0 {
				p.Found.Add(gyro.Mistake{Place: place, Problem: "the file has its values, and a polymorphic reference, or an array of keys, can't be looked for", Hint: "leave the header out ({Ignore}), or give the column an {Expr}: then its value is what that says"})
				return nil
			}
		}
		return nil
	}
	if !column.Soft || column.Ref.IsZero() || len(s.Load.Table.Over(columns)) > 0 {
		return nil
	}
	reference, mistake := p.referenceOf(s, column, columns, place)
	if mistake != nil {
		p.Found.Add(*mistake)
		return nil
	}
	return []schema.Reference{reference}
}

func (p *planning) directReference(s *step, r schema.Reference) {
	m := s.sheet
	var headers []int
	bare, free := 0, true // bare: columns that nothing else gives a value, and the file has
	for _, c := range r.Columns {
		said := m.keys[c]
		i, _ := m.headerOf(c, said)
		has := i >= 0 && said.Expr == ""
		if has && !m.provided[c] {
			bare++
		}
		free = free && has && (!m.provided[c] || m.direct[c])
		headers = append(headers, i)
	}
	if bare == 0 {
		return // not there, said by By, or what the user says
	}
	place := gyro.Textf("%s, column %s", s.Place(), strings.Join(r.Columns, ", "))
	refuse := func(problem, hint gyro.Text) {
		p.Found.Add(gyro.Mistake{Place: place, Problem: problem, Hint: hint})
		for _, c := range r.Columns {
			m.provided[c] = true
		}
		for _, i := range headers {
			if i >= 0 {
				m.used[i] = true
			}
		}
	}
	if !free {
		refuse(gyro.Text("it refers to "+r.To.String()+", and the file has only a part of the key"), gyro.Text("say how the row is found: {Over} \""+strings.Join(r.Columns, ", ")+"\", and {By}"))
		return
	}
	for _, c := range r.Columns {
		said := m.keys[c]
		if said.Pattern != "" || said.Min != "" || said.Max != "" || said.Check != "" || said.Default != "" {
			refuse("it is a reference, and {Pattern}, {Min}, {Max}, {Check} or {Default} are set", "leave them out")
			return
		}
	}
	parent := p.step(r.To)
	if parent == nil {
		refuse(gyro.Text("it refers to "+r.To.String()+", and nothing says what the file's values mean"),
			gyro.Text("by its natural key, {By} {column of "+r.To.Table+": header}; if they are the target's own keys, {By} {"+strings.Join(r.ToColumns, ", ")+": "+m.Headers[headers[0]]+"}"))
		return
	}
	lookup := &keyLookup{key: strings.Join(r.Columns, ", "), place: place}
	lookup.Columns, lookup.Table, lookup.ToColumns, lookup.LoadOnly = r.Columns, r.To, r.ToColumns, true
	for i, to := range r.ToColumns {
		field, read, err := m.field(headers[i], m.keys[r.Columns[i]].Column, s.Importer.CSV, parent.Load.Table, to)
		if err != nil {
			p.Found.Add(gyro.Mistake{Place: place, Problem: gyro.Text(err.Error()), Err: err})
			continue
		}
		m.used[headers[i]] = true
		lookup.add(driver.SheetPart{SheetField: field}, to, read)
	}
	lookup.SetNull = s.missing(r.Columns) == gyro.SetNull
	p.addLookup(s, lookup)
	for _, c := range r.Columns {
		m.direct[c] = true
	}
}

// missing is what the importer says of rows of a reference that are not there.
func (s *step) missing(columns []string) gyro.Missing {
	for key, column := range s.Importer.Columns {
		own, mistake := gyro.ColumnsOf(s.Load.Table, key, column, "")
		if mistake == nil && slices.Equal(own, columns) {
			return column.Missing
		}
	}
	return ""
}

// requireKeys says which references may not be NULL: those that alone give a column its value that may
// not be. Where several do, the row is looked at when all are resolved.
func (p *planning) requireKeys(s *step) {
	givers := map[string]int{}
	for _, lookup := range s.sheet.lookups {
		for _, c := range lookup.Columns {
			givers[c]++
		}
	}
	for _, lookup := range s.sheet.lookups {
		for _, c := range lookup.Columns {
			column, _ := s.Load.Table.Column(c)
			lookup.required = lookup.required || column.NotNull && givers[c] == 1
		}
		if lookup.SetNull && lookup.required {
			p.Found.Add(gyro.Mistake{Place: lookup.place, Problem: gyro.Text("{Missing} is {SetNull}, and " + strings.Join(lookup.Columns, ", ") + " may not be NULL"), Hint: "have such rows rejected, or made ({CreateMissing})"})
		}
	}
}

// link says of a reference's parts what they are in the sheet that it refers to.
func (p *planning) link(lookup *keyLookup) {
	lookup.To = -1
	parent := p.step(lookup.Table)
	if parent == nil {
		return
	}
	var missing []string
	for i := range lookup.Parts {
		part := &lookup.Parts[i]
		value, ok := parent.sheet.valueOf(part)
		if !ok {
			missing = append(missing, lookup.paths[i])
			continue
		}
		part.Load = value
	}
	switch {
	case len(missing) == 0:
		lookup.To = parent.Number
	case lookup.LoadOnly:
		p.Found.Add(gyro.Mistake{
			Place: lookup.place, Problem: gyro.Textf("it refers to %s, whose file has no %s", lookup.Table, strings.Join(missing, ", ")),
			Hint: "say what the file's values mean by {By}",
		})
	case slices.ContainsFunc(lookup.Parts, func(part driver.SheetPart) bool { return len(part.Path) > 0 }):
		p.Found.Add(gyro.Mistake{
			Place: lookup.place, Problem: gyro.Textf("%s is in the same load, and its file does not say its %s", lookup.Table, strings.Join(missing, ", ")),
			Hint: "find the rows of both by the same columns",
		})
	}
}

// valueOf finds what a sheet has for a column of its table, or for a path from there.
func (m *mapping) valueOf(part *driver.SheetPart) (driver.SheetSource, bool) {
	if len(part.Path) == 0 {
		i := slices.IndexFunc(m.plan.Values, func(v driver.SheetValue) bool { return v.Column == part.Column })
		if i >= 0 {
			return driver.SheetSource{Reference: -1, Value: m.plan.Values[i]}, true
		}
		for k, lookup := range m.lookups { // a key that the file itself has
			if j := slices.Index(lookup.Columns, part.Column); j >= 0 && lookup.LoadOnly {
				return driver.SheetSource{Reference: k, Part: j}, true
			}
		}
		return driver.SheetSource{}, false
	}
	for i, lookup := range m.lookups {
		if !slices.Equal(lookup.Columns, part.Path[0].Columns) || lookup.Table != part.Path[0].Table {
			continue
		}
		for j, own := range lookup.Parts {
			if own.Table != part.Table || own.Column != part.Column || !slices.EqualFunc(own.Path, part.Path[1:], sameStep) {
				continue
			}
			if own.Given {
				return driver.SheetSource{Reference: -1, Value: driver.SheetValue{Field: -1, Literal: own.Literal}}, true
			}
			return driver.SheetSource{Reference: i, Part: j}, true
		}
	}
	return driver.SheetSource{}, false
}

func sameStep(a, b driver.SheetHop) bool {
	return a.Table == b.Table && slices.Equal(a.Columns, b.Columns)
}

// unique says of each reference whether it means one row by a key, or by what rows are known by.
func (p *planning) unique(s *step) {
	for i := range s.Load.Sheet.References {
		r := &s.Load.Sheet.References[i]
		r.Unique = p.meansOne(p.Catalog[r.Table], r.Parts)
		if parent := p.step(r.Table); parent != nil && len(parent.Load.Find) > 0 {
			r.Unique = r.Unique || containsAll(p.covered(r.Parts), parent.Load.Find)
		}
	}
}

// meansOne reports whether the parts, taken together, contain a key of a table.
func (p *planning) meansOne(table *schema.Table, parts []driver.SheetPart) bool {
	covered := p.covered(parts)
	return slices.ContainsFunc(append([][]string{table.PrimaryKey}, table.Unique...), func(key []string) bool {
		return len(key) > 0 && containsAll(covered, key)
	})
}

// covered are the columns whose values the parts settle: those that they are, and
// references whose row they settle.
func (p *planning) covered(parts []driver.SheetPart) []string {
	var columns []string
	above := map[string][]driver.SheetPart{}
	steps := map[string]driver.SheetHop{}
	for _, part := range parts {
		if len(part.Path) == 0 {
			columns = append(columns, part.Column)
			continue
		}
		key := strings.Join(part.Path[0].Columns, ", ")
		steps[key] = part.Path[0]
		part.Path = part.Path[1:]
		above[key] = append(above[key], part)
	}
	for key, step := range steps {
		if parent := p.Catalog[step.Table]; parent != nil && p.meansOne(parent, above[key]) {
			columns = append(columns, step.Columns...)
		}
	}
	return columns
}

func containsAll(all, some []string) bool {
	return !slices.ContainsFunc(some, func(s string) bool { return !slices.Contains(all, s) })
}
