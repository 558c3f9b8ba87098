package gyro

import (
	"bytes"
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
	used     []bool // of headers
	estimate int64  // rows of the file
	plan     *LoadSheet
	reads    []fieldReading         // of plan.Fields
	keys     map[string]keyedColumn // by column, what the importer says
	lookups  []*sheetLookup
	provided map[string]bool // columns that get a value
	madeBy   []string        // the parts of By, where there is no file: see [LoadSheet].Made
	from     []*loadStep     // of plan.Made
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
	prove     prover // nil: every value is tested
	zone      string // behind what is no NULL
	otherwise string // in place of NULL
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
func (m *sheetMap) open(csv CSV) (notes []string, err error) {
	fail := func(err error) error { return &Error{Op: "read", Place: m.sheet.Name, Err: err} }
	file, err := m.sheet.Open()
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
		notes = append(notes, m.sheet.Name+": "+doubt)
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
	for i, h := range m.headers {
		m.headers[i] = strings.TrimSpace(h)
	}
	m.estimate = estimateRows(sample, m.sheet.Size)
	m.used = make([]bool, len(m.headers))
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
	format := formatOf(said.Format, csv.Format, c.Type)
	convert, err := pgcsv.NewConverter(format)
	if err != nil {
		return SheetField{}, fieldReading{}, err //nolint:wrapcheck // the mistake says where
	}
	read := fieldReading{header: header, convert: convert, prove: proverOf(c), otherwise: said.Default}
	if c.Type == "timestamp with time zone" && format.Date != "" && csv.TimeZone != "" {
		read.zone = " " + csv.TimeZone
		prove := read.prove
		read.prove = func(text []byte) bool { return prove(bytes.TrimSuffix(text, []byte(read.zone))) }
	}
	field := SheetField{
		Header: m.headers[header], Table: table.Name, Column: column, Expr: said.Expr, Pattern: said.Pattern, Min: said.Min, Max: said.Max,
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
		within := within(said.Min, said.Max)
		field.TestBounds = field.Test || within == nil
		if !field.TestBounds {
			prove := read.prove
			read.prove = func(text []byte) bool { return prove(text) && within(text) }
		}
	}
	return field, read, nil
}

// formatOf is a column's format: its own, and of the file's what its type can be meant by.
func formatOf(own, all pgcsv.Conversion, typ string) pgcsv.Conversion {
	format := own
	format.Trim = own.Trim || all.Trim
	if own.Nulls == nil {
		format.Nulls = all.Nulls
	}
	if own.Empty == pgcsv.EmptyUnquoted {
		format.Empty = all.Empty
	}
	if spoken(own) {
		return format
	}
	base, _, _ := strings.Cut(typ, "(")
	switch base {
	case "smallint", "integer", "bigint", "numeric", "real", "double precision", "money":
		format.Decimal, format.Thousands = all.Decimal, all.Thousands
	case "date", "timestamp", "timestamp without time zone", "timestamp with time zone":
		format.Date, format.Language = all.Date, all.Language
	case "boolean":
		format.True, format.False = all.True, all.False
	}
	if !takesEmpty(base) && own.Empty == pgcsv.EmptyUnquoted && all.Empty == pgcsv.EmptyText {
		format.Empty = pgcsv.EmptyNull // "" is no number, whatever texts are
	}
	return format
}

// takesEmpty reports whether an empty text is a value of a type.
func takesEmpty(base string) bool {
	switch base {
	case "text", "character varying", "character", "citext", "bytea", "xml", "name":
		return true
	}
	return false
}

// mapColumns finds for each of the table's columns where its values come from.
func (p *loadPlanning) mapColumns(s *loadStep) {
	m, table := s.sheet, s.load.Table
	m.plan = &LoadSheet{Headers: m.headers, Reject: m.sheet.Reject != nil}
	m.keys, m.provided = map[string]keyedColumn{}, map[string]bool{}
	if zone := s.importer.CSV.TimeZone; zone != "" {
		m.plan.TimeZones = []string{zone}
	}
	for _, key := range slices.Sorted(maps.Keys(s.importer.Columns)) {
		p.key(s, key, s.importer.Columns[key])
	}
	p.directReferences(s)
	for _, c := range table.Columns {
		if c.Generated || m.provided[c.Name] {
			continue
		}
		p.plain(s, c)
	}
	p.leftOver(s)
	for _, c := range table.Columns {
		if c.NotNull && !c.Default && !c.Generated && !m.provided[c.Name] && !slices.Contains(s.load.Table.KeyColumns(), c.Name) {
			p.refuse(s, fmt.Sprintf("column %q is NOT NULL without a default, and nothing gives it a value", c.Name),
				"say where it comes from (From, By), or give it a value (Default); the file has "+someHeaders(m.headers))
		}
	}
}

func (m *sheetMap) columnPlace(s *loadStep, key string) string { return columnPlace(s.importer, key) }

// key takes one entry of the importer's Columns.
func (p *loadPlanning) key(s *loadStep, key string, column Column) {
	place := s.sheet.columnPlace(s, key)
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
	case len(columns) > 1 && (column.From != "" || column.Default != "" || column.Expr != ""):
		refuse("it is several columns, "+strings.Join(columns, ", "), "name each of them")
		return
	case len(columns) > 1:
		return
	}
	if c, _ := s.load.Table.Column(columns[0]); c.Generated && column.From != "" {
		refuse("the target generates the column itself", "leave it out")
		return
	}
	if before, said := s.sheet.keys[columns[0]]; said {
		refuse(fmt.Sprintf("column %s is said twice, by %q too", columns[0], before.key), "keep one")
		return
	}
	s.sheet.keys[columns[0]] = keyedColumn{key, column}
}

// plain finds the header of a column.
func (p *loadPlanning) plain(s *loadStep, c schema.Column) {
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
		read.required = c.NotNull
		m.plan.Values = append(m.plan.Values, SheetValue{Column: c.Name, Field: len(m.plan.Fields)})
		m.plan.Fields, m.reads = append(m.plan.Fields, field), append(m.reads, read)
	case said.Default != "", said.Format.Empty == pgcsv.EmptyText:
		m.plan.Values = append(m.plan.Values, SheetValue{Column: c.Name, Field: -1, Literal: said.Default})
	case said.Expr != "" || said.Pattern != "" || said.Min != "" || said.Max != "" || len(said.OneOf) > 0:
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
		if i >= 0 {
			m.used[i] = true
			return i, nil
		}
	}
	return -1, nil
}

// leftOver refuses headers that nothing takes.
func (p *loadPlanning) leftOver(s *loadStep) {
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
	p.refuse(s, fmt.Sprintf("%s: nothing takes %s", m.sheet.Name, strings.Join(words, ", ")), hint)
}
