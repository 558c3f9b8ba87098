package sheets

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/internal/masking"
	"github.com/gyrodata/gyro/pgcsv"
	"github.com/gyrodata/gyro/schema"
)

// mapping is a sheet on its way into a plan: which of its headers becomes which column.
type mapping struct {
	Head
	empty    []int           // headers behind the last column, below which nothing may stand
	direct   map[string]bool // columns that a key in the file itself gives
	plan     *driver.Sheet
	reads    []fieldReading         // of plan.Fields
	keys     map[string]keyedColumn // by column, what the importer says
	lookups  []*keyLookup
	provided map[string]bool // columns that get a value
	madeBy   []string        // the parts of By, where there is no file: see [driver.Sheet].Made
	from     []*step         // of plan.Made
	masks    masks
}

// keyedColumn is an entry of Columns with its key.
type keyedColumn struct {
	key string
	gyro.Column
}

// fieldReading is how a field is made of a cell.
type fieldReading struct {
	header    int
	required  bool            // NULL is a fault
	allowed   map[string]bool // what the values may be; nil: anything
	convert   *pgcsv.Converter
	prove     schema.Values                       // nil: every value is tested
	zone      string                              // behind a timestamp that says none
	bare      bool                                // it is a number as PostgreSQL writes it
	always    bool                                // Date reads it, so that it says none
	otherwise string                              // in place of NULL
	fake      *masking.Fake                       // makes another value; nil: it is the file's
	misread   func(text []byte) schema.Misreading // what the server would take for another value is none; nil: it takes none so
}

// keyLookup is a reference of a sheet on its way into the plan.
type keyLookup struct {
	driver.SheetReference
	key      string
	place    gyro.Text
	paths    []string       // of By, as the parts
	reads    []fieldReading // of the parts; of a literal nothing
	required bool           // NULL is a fault
}

// field is what is read from a header for a column's type.
func (m *mapping) field(header int, said gyro.Column, csv gyro.CSV, table *schema.Table, column string) (driver.SheetField, fieldReading, error) {
	c, _ := table.Column(column)
	format := FormatOf(said.Format, csv.Format, c)
	convert, err := pgcsv.NewConverter(format)
	if err != nil {
		return driver.SheetField{}, fieldReading{}, err //nolint:wrapcheck // the mistake says where
	}
	read := fieldReading{header: header, convert: convert, prove: c.Values(), otherwise: said.Default}
	read.bare = c.Underlying().Number() && !format.Typed() && said.Expr == ""
	if c.Underlying().Zoned() && csv.TimeZone != "" {
		read.zone, read.always = " "+csv.TimeZone, format.Date != ""
		if prove := read.prove; prove != nil {
			read.prove = func(text []byte) bool { return prove(bytes.TrimSuffix(text, []byte(read.zone))) }
		}
	}
	field := driver.SheetField{
		Header: m.labels[header], Table: table.Name, Column: column, Expr: said.Expr, Pattern: said.Pattern, Min: said.Min, Max: said.Max, Default: said.Default,
	}
	if len(said.OneOf) > 0 {
		read.allowed = map[string]bool{}
		for _, word := range said.OneOf {
			read.allowed[word] = true
		}
		field.Allowed = SomeHeaders(said.OneOf)
	}
	if said.Expr != "" {
		read.prove = nil
	} else {
		read.misread = c.Underlying().Misread()
	}
	field.Test = read.prove == nil
	if said.Pattern != "" {
		matches := matching(said.Pattern)
		field.TestPattern = field.Test || matches == nil
		if !field.TestPattern {
			prove := read.prove
			read.prove = func(text []byte) bool { return prove(text) && matches(text) }
		}
	}
	if said.Min != "" || said.Max != "" {
		within := c.Underlying().Within(said.Min, said.Max)
		field.TestBounds = field.Test || within == nil
		if !field.TestBounds {
			prove := read.prove
			read.prove = func(text []byte) bool { return prove(text) && within(text) }
		}
	}
	return field, read, nil
}

// FormatOf is a column's format: its own, and of the file's what its type can be meant by.
func FormatOf(own, all pgcsv.Conversion, c schema.Column) pgcsv.Conversion {
	format := own
	format.Trim = own.Trim || all.Trim
	if own.Nulls == nil {
		format.Nulls = all.Nulls
	}
	if own.Empty == pgcsv.EmptyUnquoted {
		format.Empty = all.Empty
	}
	t := c.Underlying()
	if !t.TakesEmpty() && own.Empty == pgcsv.EmptyUnquoted && all.Empty == pgcsv.EmptyText {
		format.Empty = pgcsv.EmptyNull // "" is no number, whatever texts are
	}
	if t.Number() && own.Decimal == "" && own.Dressed() { // of its own it has what is around the numbers
		format.Decimal, format.Thousands = all.Decimal, cmp.Or(own.Thousands, all.Thousands)
	}
	if own.Typed() {
		return format
	}
	switch {
	case t.Number():
		format.Decimal, format.Thousands = all.Decimal, all.Thousands
		format.Currency, format.Percent, format.Negative = all.Currency, all.Percent, all.Negative
	case t.Date():
		format.Date, format.Language = all.Date, all.Language
	case t.Boolean():
		format.True, format.False = all.True, all.False
	}
	return format
}

// mapColumns finds for each of the table's columns where its values come from.
func (p *planning) mapColumns(s *step) {
	before := len(p.Found)
	m, table := s.sheet, s.Load.Table
	m.plan = &driver.Sheet{Headers: m.labels, Reject: m.File.From.Reject != nil}
	m.keys, m.provided = map[string]keyedColumn{}, map[string]bool{}
	if zone := s.Importer.CSV.TimeZone; zone != "" {
		m.plan.TimeZones = []string{zone}
	}
	m.direct = map[string]bool{}
	m.claim(s.Importer)
	for _, key := range slices.Sorted(maps.Keys(s.Importer.Columns)) {
		p.key(s, key, s.Importer.Columns[key])
	}
	p.directReferences(s)
	p.requireKeys(s)
	for _, c := range table.Columns {
		if c.Generated || m.provided[c.Name] {
			continue
		}
		p.plain(s, c)
	}
	p.unmapped(s, before)
	p.takesNothing(s, before)
	for _, c := range table.Columns {
		if c.NotNull && !c.Default && !c.Generated && !m.provided[c.Name] && !slices.Contains(s.Load.Table.KeyColumns(), c.Name) {
			p.Refuse(s.Step, gyro.Textf("column %q is NOT NULL without a default, and nothing gives it a value", c.Name),
				gyro.Text("say where it comes from ({From}, {By}), or give it a value ({Default}); the file has "+SomeHeaders(m.labels)))
		}
	}
}

func (m *mapping) columnPlace(s *step, key string) gyro.Text { return s.Importer.ColumnPlace(key) }

// key takes one entry of the importer's Columns.
func (p *planning) key(s *step, key string, column gyro.Column) {
	m := s.sheet
	place := m.columnPlace(s, key)
	columns, mistake := gyro.ColumnsOf(s.Load.Table, key, column, place)
	if mistake != nil {
		p.Found.Add(*mistake)
		return
	}
	if len(column.By) > 0 {
		p.by(s, keyedColumn{key, column}, columns, place)
		return
	}
	refuse := func(problem, hint gyro.Text) { p.Found.Add(gyro.Mistake{Place: place, Problem: problem, Hint: hint}) }
	switch {
	case column.CreateMissing:
		refuse("{CreateMissing} is set, but no {By}", "say by which columns a row is found")
		return
	case column.IfPresent && (!ruled(column) || column.From != ""):
		refuse("{IfPresent} is about rules of a column that a file may lack ({OneOf}, {Pattern}, {Min}, {Max}, {Check}), and there are none, or its header is said ({From})",
			"leave it out, or leave {From} out")
		return
	case len(columns) > 1 && (column.From != "" || column.Default != "" || column.Expr != "" || ruled(column)):
		refuse(gyro.Text("it is several columns, "+strings.Join(columns, ", ")), "name each of them")
		return
	case len(columns) > 1:
		return
	}
	if c, _ := s.Load.Table.Column(columns[0]); c.Generated && column.From != "" {
		refuse("the target generates the column itself", "leave it out")
		return
	}
	if before, said := m.keys[columns[0]]; said {
		refuse(gyro.Textf("column %s is said twice, by %q too", columns[0], before.key), "keep one")
		return
	}
	m.keys[columns[0]] = keyedColumn{key, column}
}

// ruled reports whether there are rules for a column's values.
func ruled(c gyro.Column) bool {
	return c.Pattern != "" || c.Min != "" || c.Max != "" || c.Check != "" || len(c.OneOf) > 0
}

// claim notes the headers that the importer names, also those that it ignores: no other column
// takes them by its name.
func (m *mapping) claim(importer gyro.Importer) {
	claim := func(name string) {
		if i, _ := m.Find(name); i >= 0 {
			m.claimed[i] = true
		}
	}
	for _, header := range importer.CSV.Ignore {
		claim(header)
	}
	for _, column := range importer.Columns {
		if column.From != "" {
			claim(column.From)
		}
		for _, header := range column.By {
			if !strings.HasPrefix(header, "=") {
				claim(header)
			}
		}
	}
}

// plain finds the header of a column.
func (p *planning) plain(s *step, c schema.Column) {
	m := s.sheet
	said := m.keys[c.Name]
	place := m.columnPlace(s, said.key)
	header, mistake := m.headerOf(c.Name, said)
	if header < 0 && said.IfPresent {
		said.OneOf, said.Pattern, said.Min, said.Max, said.Check = nil, "", "", "", ""
	}
	switch {
	case mistake != nil:
		mistake.Place = place
		if said.key == "" {
			mistake.Place = gyro.Text(gyro.Textf("%s, column %s", s.Place(), c.Name))
		}
		p.Found.Add(*mistake)
		return
	case header >= 0:
		field, read, err := m.field(header, said.Column, s.Importer.CSV, s.Load.Table, c.Name)
		if err != nil {
			p.Found.Add(gyro.Mistake{Place: place, Problem: gyro.Text(err.Error()), Err: err})
			return
		}
		m.used[header] = true
		read.required = c.NotNull && said.Expr == ""
		m.plan.Values = append(m.plan.Values, driver.SheetValue{Column: c.Name, Field: len(m.plan.Fields)})
		m.plan.Fields, m.reads = append(m.plan.Fields, field), append(m.reads, read)
	case (said.Default != "" || said.Format.Empty == pgcsv.EmptyText) && !ruled(said.Column):
		if len(s.Load.Table.Over([]string{c.Name})) > 0 || !said.Ref.IsZero() {
			p.Found.Add(gyro.Mistake{Place: place, Problem: "a {Default} for a reference does not say whether the target's key is meant, or that of a row of the same load", Hint: `{By} {column: "=value"} does`})
			break
		}
		if problem := c.Underlying().Literal(said.Default); problem != "" {
			p.Found.Add(gyro.Mistake{Place: gyro.Text(place + ", {Default}"), Problem: gyro.Text(problem), Hint: "write it as PostgreSQL does, whatever the file has: 2026-12-31"})
		}
		m.plan.Values = append(m.plan.Values, driver.SheetValue{Column: c.Name, Field: -1, Literal: said.Default})
	case said.Expr != "" || ruled(said.Column) && said.Check == "" || said.Default != "":
		p.Found.Add(gyro.Mistake{Place: place, Problem: "the file has no such column", Hint: gyro.Text("{From} names the header; it has " + SomeHeaders(m.labels))})
		return
	default:
		if said.Check != "" {
			m.check(said.Check, place, said.key)
		}
		return
	}
	m.provided[c.Name] = true
	if said.Check != "" {
		m.check(said.Check, place, said.key)
	}
}

func (m *mapping) check(sql string, place gyro.Text, key string) {
	m.plan.Checks = append(m.plan.Checks, driver.SheetCheck{Place: place + ", {Check}", SQL: sql, Text: "the check of " + key})
}

// headerOf finds the header of a column: the one that is said, else that of the column's name
// or key.
func (m *mapping) headerOf(column string, said keyedColumn) (int, *gyro.Mistake) {
	if said.From != "" {
		return m.must(said.From)
	}
	for _, name := range []string{column, said.key} {
		if name == "" {
			continue // no entry: a header without a name is not meant
		}
		i, problem := m.find(name, func(i int) bool { return !m.claimed[i] })
		if problem != "" {
			return -1, &gyro.Mistake{Problem: gyro.Text(problem), Hint: samePlaces}
		}
		if i >= 0 {
			return i, nil
		}
	}
	return -1, nil
}

// takesNothing refuses a file of which no column is loaded: its rows would be rows of nothing.
func (p *planning) takesNothing(s *step, before int) {
	if len(p.Found) == before && !slices.Contains(s.sheet.used, true) {
		p.Refuse(s.Step, gyro.Textf("%s: none of its headers is a column", s.sheet.File.From.Name),
			gyro.Textf("is its header another line ({Skip}), or its delimiter another character? it has %s", SomeHeaders(s.sheet.labels)))
	}
}

// unmapped refuses headers that nothing takes.
func (p *planning) unmapped(s *step, before int) {
	m := s.sheet
	ignored := func(at int, h string) bool {
		return slices.ContainsFunc(s.Importer.CSV.Ignore, func(i string) bool {
			return i == "*" || i == h || i == ordinal(at) || Forgiving(i) == Forgiving(h) && Forgiving(h) != "" && !placed.MatchString(i)
		})
	}
	var candidates []string
	for _, c := range s.Load.Table.Columns {
		if !m.provided[c.Name] && !c.Generated {
			candidates = append(candidates, c.Name)
		}
	}
	var words []string
	for i, h := range m.Headers {
		if m.used[i] || ignored(i, h) {
			continue
		}
		if h == "" && len(strings.Join(m.Headers[i:], "")) == 0 { // a delimiter behind the last column
			m.empty = append(m.empty, i)
			continue
		}
		word := strconv.Quote(m.labels[i])
		if h == "" {
			word = ordinal(i) + " (without a name)"
		} else if near := schema.Nearest(h, candidates); near != "" {
			word += fmt.Sprintf(" (near: %s)", near)
		}
		words = append(words, word)
	}
	if len(words) == 0 || len(p.Found) == before && !slices.Contains(m.used, true) { // takesNothing says it
		return
	}
	hint := "name the column of each ({From}), or leave them out ({Ignore})"
	if len(candidates) > 0 {
		hint += "; without a value are " + SomeHeaders(candidates)
	}
	p.Refuse(s.Step, gyro.Textf("%s: unmapped headers: %s", m.File.From.Name, someWords(words)), gyro.Text(hint))
}
