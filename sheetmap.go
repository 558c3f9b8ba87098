package gyro

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/gyrodata/gyro/pgcsv"
	"github.com/gyrodata/gyro/schema"
)

// sheetMap is a sheet on its way into a plan: which of its headers becomes which column.
type sheetMap struct {
	sheet    Sheet
	dialect  pgcsv.Dialect
	headers  []string
	raw      []string        // headers as they stand
	used     []bool          // of headers
	claimed  []bool          // of headers, those that the importer names
	direct   map[string]bool // columns that a key in the file itself gives
	estimate int64           // rows of the file
	plan     *LoadSheet
	reads    []fieldReading         // of plan.Fields
	keys     map[string]keyedColumn // by column, what the importer says
	lookups  []*sheetLookup
	provided map[string]bool // columns that get a value
	madeBy   []string        // the parts of By, where there is no file: see [LoadSheet].Made
	from     []*sheetStep    // of plan.Made
}

// keyedColumn is an entry of Columns with its key.
type keyedColumn struct {
	key string
	Column
}

// fieldReading is how a field is made of a cell.
type fieldReading struct {
	header    int
	required  bool            // NULL is a fault
	allowed   map[string]bool // what the values may be; nil: anything
	convert   *pgcsv.Converter
	prove     schema.Values // nil: every value is tested
	zone      string        // behind a timestamp that says none
	always    bool          // Date reads it, so that it says none
	otherwise string        // in place of NULL
}

// sheetLookup is a reference of a sheet on its way into the plan.
type sheetLookup struct {
	SheetReference
	key      string
	place    string
	paths    []string       // of By, as the parts
	reads    []fieldReading // of the parts; of a literal nothing
	required bool           // NULL is a fault
}

// sampleSize is how much of a file is looked at to find its dialect.
const sampleSize = 100_000

// open opens a file and finds its dialect and its header.
func (m *sheetMap) open(ctx context.Context, csv CSV) (notes []string, err error) {
	fail := func(err error) error { return &Error{Op: "read", Place: m.sheet.From.Name, Err: err} }
	file, err := m.sheet.From.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	sample, err := io.ReadAll(io.LimitReader(file, sampleSize))
	if err != nil {
		return nil, fail(err)
	}
	if err := csv.Dialect.Validate(); err != nil {
		return nil, &Mistake{Place: "importer " + m.sheet.Model.String() + ", csv", Problem: err.Error(), Err: err}
	}
	dialect, doubts := pgcsv.Sniff(sample, csv.Dialect)
	m.dialect = dialect
	for _, doubt := range doubts {
		notes = append(notes, m.sheet.From.Name+": "+doubt)
	}
	reader := pgcsv.NewSheet(io.MultiReader(bytes.NewReader(sample), file), dialect)
	if m.headers, err = reader.Header(); err != nil {
		return nil, fail(err)
	}
	if dialect.Header == pgcsv.No {
		if _, err := reader.Read(); err != nil && !errors.Is(err, io.EOF) {
			return nil, fail(err)
		}
		for i := range reader.Width() {
			m.headers = append(m.headers, strconv.Itoa(i+1))
		}
	}
	m.raw = slices.Clone(m.headers)
	for i, h := range m.headers {
		m.headers[i] = strings.TrimSpace(h)
	}
	m.estimate = estimateRows(sample, m.sheet.From.Size)
	m.used, m.claimed = make([]bool, len(m.headers)), make([]bool, len(m.headers))
	return notes, nil
}

// estimateRows guesses how many rows a file has by its beginning.
func estimateRows(sample []byte, size int64) int64 {
	lines := max(bytes.Count(sample, []byte("\n")), bytes.Count(sample, []byte("\r")))
	if len(sample) == 0 {
		return 0
	}
	return max(1, int64(lines)*max(size, int64(len(sample)))/int64(len(sample))-1)
}

// forgiving is a header less what does not tell two apart: case, blanks, punctuation.
func forgiving(header string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsNumber(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, header)
}

// find finds a header: by its text, else forgivingly. -1: there is none; several is a problem.
func (m *sheetMap) find(name string) (int, string) {
	for _, same := range []func(string) bool{
		func(h string) bool { return h == name },
		func(h string) bool { return forgiving(h) == forgiving(name) && forgiving(name) != "" },
	} {
		found := -1
		for i, h := range m.headers {
			if !same(h) {
				continue
			}
			if found >= 0 {
				return -1, fmt.Sprintf("the file has several columns %q", h)
			}
			found = i
		}
		if found >= 0 {
			return found, ""
		}
	}
	return -1, ""
}

// must is find for a header that is said.
func (m *sheetMap) must(name string) (int, *Mistake) {
	i, problem := m.find(name)
	switch {
	case problem != "":
		return -1, &Mistake{Problem: problem, Hint: "rename one of them in the file"}
	case i < 0:
		mistake := &Mistake{Problem: fmt.Sprintf("the file has no column %q", name), Hint: "it has " + someHeaders(m.headers)}
		if near := schema.Nearest(name, m.headers); near != "" {
			mistake.Hint = fmt.Sprintf("did you mean %q?", near)
		}
		return -1, mistake
	}
	m.used[i] = true
	return i, nil
}

func someHeaders(headers []string) string {
	const shown = 12
	if len(headers) > shown {
		return strings.Join(headers[:shown], ", ") + fmt.Sprintf(" and %d more", len(headers)-shown)
	}
	return strings.Join(headers, ", ")
}

// field is what is read from a header for a column's type.
func (m *sheetMap) field(header int, said Column, csv CSV, table *schema.Table, column string) (SheetField, fieldReading, error) {
	c, _ := table.Column(column)
	format := formatOf(said.Format, csv.Format, c)
	convert, err := pgcsv.NewConverter(format)
	if err != nil {
		return SheetField{}, fieldReading{}, err //nolint:wrapcheck // the mistake says where
	}
	read := fieldReading{header: header, convert: convert, prove: c.Values(), otherwise: said.Default}
	if c.Underlying().Zoned() && csv.TimeZone != "" {
		read.zone, read.always = " "+csv.TimeZone, format.Date != ""
		if prove := read.prove; prove != nil {
			read.prove = func(text []byte) bool { return prove(bytes.TrimSuffix(text, []byte(read.zone))) }
		}
	}
	field := SheetField{
		Header: m.headers[header], Table: table.Name, Column: column, Expr: said.Expr, Pattern: said.Pattern, Min: said.Min, Max: said.Max, Default: said.Default,
	}
	if len(said.OneOf) > 0 {
		read.allowed = map[string]bool{}
		for _, word := range said.OneOf {
			read.allowed[word] = true
		}
		field.Allowed = someHeaders(said.OneOf)
	}
	if said.Expr != "" {
		read.prove = nil
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

// formatOf is a column's format: its own, and of the file's what its type can be meant by.
func formatOf(own, all pgcsv.Conversion, c schema.Column) pgcsv.Conversion {
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
	if spoken(own) {
		return format
	}
	switch {
	case t.Number():
		format.Decimal, format.Thousands = all.Decimal, all.Thousands
	case t.Date():
		format.Date, format.Language = all.Date, all.Language
	case t.Boolean():
		format.True, format.False = all.True, all.False
	}
	return format
}

// mapColumns finds for each of the table's columns where its values come from.
func (p *sheetPlanning) mapColumns(s *sheetStep) {
	m, table := s.sheet, s.load.Table
	m.plan = &LoadSheet{Headers: m.headers, Reject: m.sheet.From.Reject != nil}
	m.keys, m.provided = map[string]keyedColumn{}, map[string]bool{}
	if zone := s.importer.CSV.TimeZone; zone != "" {
		m.plan.TimeZones = []string{zone}
	}
	m.direct = map[string]bool{}
	m.claim(s.importer)
	for _, key := range slices.Sorted(maps.Keys(s.importer.Columns)) {
		p.key(s, key, s.importer.Columns[key])
	}
	p.directReferences(s)
	p.requireKeys(s)
	for _, c := range table.Columns {
		if c.Generated || m.provided[c.Name] {
			continue
		}
		p.plain(s, c)
	}
	p.leftOver(s)
	for _, c := range table.Columns {
		if c.NotNull && !c.Default && !c.Generated && !m.provided[c.Name] && !slices.Contains(s.load.Table.KeyColumns(), c.Name) {
			p.refuse(s.loadStep, fmt.Sprintf("column %q is NOT NULL without a default, and nothing gives it a value", c.Name),
				"say where it comes from (From, By), or give it a value (Default); the file has "+someHeaders(m.headers))
		}
	}
}

func (m *sheetMap) columnPlace(s *sheetStep, key string) string { return columnPlace(s.importer, key) }

// key takes one entry of the importer's Columns.
func (p *sheetPlanning) key(s *sheetStep, key string, column Column) {
	m := s.sheet
	place := m.columnPlace(s, key)
	columns, mistake := columnsOf(s.load.Table, key, column, place)
	if mistake != nil {
		p.found.add(*mistake)
		return
	}
	if len(column.By) > 0 {
		p.by(s, keyedColumn{key, column}, columns, place)
		return
	}
	refuse := func(problem, hint string) { p.found.add(Mistake{Place: place, Problem: problem, Hint: hint}) }
	switch {
	case column.CreateMissing:
		refuse("CreateMissing is set, but no By", "say by which columns a row is found")
		return
	case len(columns) > 1 && (column.From != "" || column.Default != "" || column.Expr != "" || ruled(column)):
		refuse("it is several columns, "+strings.Join(columns, ", "), "name each of them")
		return
	case len(columns) > 1:
		return
	}
	if c, _ := s.load.Table.Column(columns[0]); c.Generated && column.From != "" {
		refuse("the target generates the column itself", "leave it out")
		return
	}
	if before, said := m.keys[columns[0]]; said {
		refuse(fmt.Sprintf("column %s is said twice, by %q too", columns[0], before.key), "keep one")
		return
	}
	m.keys[columns[0]] = keyedColumn{key, column}
}

// ruled reports whether there are rules for a column's values.
func ruled(c Column) bool {
	return c.Pattern != "" || c.Min != "" || c.Max != "" || c.Check != "" || len(c.OneOf) > 0
}

// claim notes the headers that the importer names, also those that it ignores: no other column
// takes them by its name.
func (m *sheetMap) claim(importer Importer) {
	claim := func(name string) {
		if i, _ := m.find(name); i >= 0 {
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
func (p *sheetPlanning) plain(s *sheetStep, c schema.Column) {
	m := s.sheet
	said := m.keys[c.Name]
	place := m.columnPlace(s, said.key)
	header, mistake := m.headerOf(c.Name, said)
	switch {
	case mistake != nil:
		mistake.Place = place
		if said.key == "" {
			mistake.Place = s.place() + ", column " + c.Name
		}
		p.found.add(*mistake)
		return
	case header >= 0:
		field, read, err := m.field(header, said.Column, s.importer.CSV, s.load.Table, c.Name)
		if err != nil {
			p.found.add(Mistake{Place: place, Problem: err.Error(), Err: err})
			return
		}
		m.used[header] = true
		read.required = c.NotNull && said.Expr == ""
		m.plan.Values = append(m.plan.Values, SheetValue{Column: c.Name, Field: len(m.plan.Fields)})
		m.plan.Fields, m.reads = append(m.plan.Fields, field), append(m.reads, read)
	case (said.Default != "" || said.Format.Empty == pgcsv.EmptyText) && !ruled(said.Column):
		if len(s.load.Table.Over([]string{c.Name})) > 0 || !said.Ref.IsZero() {
			p.found.add(Mistake{Place: place, Problem: "a Default for a reference does not say whether the target's key is meant, or that of a row of the same load", Hint: `By {column: "=value"} does`})
			break
		}
		if problem := c.Underlying().Literal(said.Default); problem != "" {
			p.found.add(Mistake{Place: place + ", Default", Problem: problem, Hint: "write it as PostgreSQL does, whatever the file has: 2026-12-31"})
		}
		m.plan.Values = append(m.plan.Values, SheetValue{Column: c.Name, Field: -1, Literal: said.Default})
	case said.Expr != "" || ruled(said.Column) && said.Check == "" || said.Default != "":
		p.found.add(Mistake{Place: place, Problem: "the file has no such column", Hint: "From names the header; it has " + someHeaders(m.headers)})
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

func (m *sheetMap) check(sql, place, key string) {
	m.plan.Checks = append(m.plan.Checks, SheetCheck{Place: place + ", Check", SQL: sql, Text: "the check of " + key})
}

// headerOf finds the header of a column: the one that is said, else that of the column's name
// or key.
func (m *sheetMap) headerOf(column string, said keyedColumn) (int, *Mistake) {
	if said.From != "" {
		return m.must(said.From)
	}
	for _, name := range []string{column, said.key} {
		if name == "" {
			continue // no entry: a header without a name is not meant
		}
		i, problem := m.find(name)
		if problem != "" {
			return -1, &Mistake{Problem: problem, Hint: "say which is meant by From, or rename one in the file"}
		}
		if i >= 0 && !m.claimed[i] {
			return i, nil
		}
	}
	return -1, nil
}

// leftOver refuses headers that nothing takes.
func (p *sheetPlanning) leftOver(s *sheetStep) {
	m := s.sheet
	ignored := func(h string) bool {
		return slices.ContainsFunc(s.importer.CSV.Ignore, func(i string) bool {
			return i == "*" || i == h || forgiving(i) == forgiving(h) && forgiving(h) != ""
		})
	}
	var candidates []string
	for _, c := range s.load.Table.Columns {
		if !m.provided[c.Name] && !c.Generated {
			candidates = append(candidates, c.Name)
		}
	}
	var words []string
	for i, h := range m.headers {
		if m.used[i] || ignored(h) {
			continue
		}
		word := strconv.Quote(h)
		if h == "" {
			word = fmt.Sprintf("column %d (without a name)", i+1)
		} else if near := schema.Nearest(h, candidates); near != "" {
			word += fmt.Sprintf(" (near: %s)", near)
		}
		words = append(words, word)
	}
	if len(words) == 0 {
		return
	}
	hint := "name the column of each (From), or leave them out (ignore)"
	if len(candidates) > 0 {
		hint += "; without a value are " + someHeaders(candidates)
	}
	p.refuse(s.loadStep, fmt.Sprintf("%s: nothing takes %s", m.sheet.From.Name, strings.Join(words, ", ")), hint)
}
