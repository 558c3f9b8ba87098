package sheets

import (
	"bytes"
	"maps"
	"slices"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/internal/masking"
	"github.com/gyrodata/gyro/schema"
)

// masks are what a file's rows have to give before their values can be made.
type masks struct {
	row    *masking.Row // nil: no column is faked
	key    []int        // the fields of the primary key
	counts bool         // which is one integer
	secret masking.Key
}

// mask settles the masks of all files.
func (p *planning) mask(s Load) error {
	key := masking.Key(s.MaskKey)
	if len(key) == 0 {
		var err error
		if key, err = masking.NewKey(); err != nil {
			return &gyro.Error{Op: "draw a key for masks", Err: err}
		}
	}
	masked := false
	for _, step := range p.files {
		if step.made() {
			continue
		}
		p.maskColumns(step, key, s.Strict)
		masked = masked || step.sheet.masks.row != nil
	}
	if (masked || p.Secret != "") && len(s.MaskKey) == 0 {
		p.Notes = append(p.Notes, masking.RandomKeyNote)
	}
	return nil
}

// maskColumns takes the masks of a file's columns, and says which it can't have. The rows of a file that others wrote are known by their
// primary key, if it has one, as those of a slice are: the same row gets the same values.
func (p *planning) maskColumns(s *step, secret masking.Key, strict bool) {
	m, table := s.sheet, s.Load.Table
	if strict {
		p.unsaid(s)
	}
	p.maskReferences(s)
	for _, v := range m.plan.Values {
		said := m.keys[v.Column]
		mask := said.Mask
		place := m.columnPlace(s, said.key)
		if mask.IsZero() || mask.Keeps() {
			continue
		}
		if problem, hint := p.unmaskable(s, v.Field, said, v.Column); problem != "" {
			p.Found.Add(gyro.Mistake{Place: place, Problem: problem, Hint: hint})
			continue
		}
		c, _ := table.Column(v.Column)
		if mask.SQL != nil {
			m.plan.Fields[v.Field].Mask = func(value string) string { return mask.SQL(value, c) }
			p.Secret = secret.ForServer()
			continue
		}
		if m.masks.row == nil {
			m.masks = masks{row: masking.NewRow(secret, table.Name), secret: secret}
			m.masks.key, m.masks.counts = m.keyFields(table)
			m.masks.row.Value = nil
		}
		m.reads[v.Field].fake = masking.NewFake(secret, table.Name, v.Column, mask, c, masking.Distinct(table, v.Column), m.masks.counts)
	}
}

// maskReferences refuses masks of columns whose values are looked for, and what is said of no mask.
func (p *planning) maskReferences(s *step) {
	for _, key := range slices.Sorted(maps.Keys(s.Importer.Columns)) {
		said := s.Importer.Columns[key]
		place := s.sheet.columnPlace(s, key)
		if problem, hint := masking.Idle(said.Mask); problem != "" {
			p.Found.Add(gyro.Mistake{Place: place, Problem: problem, Hint: hint})
		}
		columns, mistake := gyro.ColumnsOf(s.Load.Table, key, said, place)
		if mistake != nil || said.Mask.IsZero() || said.Mask.Keeps() { // the mistake was told
			continue
		}
		if slices.ContainsFunc(columns, s.sheet.looked) {
			p.Found.Add(gyro.Mistake{Place: place, Problem: ofKey, Hint: keepKey})
		}
	}
}

// What is said of a column by which rows are found.
const (
	ofKey   gyro.Text = "it is a part of a key or of a reference, by which rows of files are found"
	keepKey gyro.Text = "keep it; {IDs} gives new ids"
)

// looked reports whether a column gets the key of a row that is looked for.
func (m *mapping) looked(column string) bool {
	return slices.ContainsFunc(m.lookups, func(l *keyLookup) bool { return slices.Contains(l.Columns, column) })
}

// keyFields are the fields of the primary key, and whether it is one integer; none where the file does not give it all.
func (m *mapping) keyFields(table *schema.Table) (fields []int, counts bool) {
	for _, name := range table.PrimaryKey {
		for _, v := range m.plan.Values {
			if v.Column == name && v.Field >= 0 {
				fields = append(fields, v.Field)
			}
		}
	}
	if len(fields) < len(table.PrimaryKey) {
		return nil, false
	}
	return fields, masking.IntegerKey(table)
}

// unmaskable says why a column of a file can't have a mask.
func (p *planning) unmaskable(s *step, field int, said keyedColumn, column string) (problem, hint gyro.Text) {
	m, table, mask := s.sheet, s.Load.Table, said.Mask
	key, counts := m.keyFields(table)
	c, _ := table.Column(column)
	references := slices.ContainsFunc(table.References, func(r schema.Reference) bool { return slices.Contains(r.Columns, column) })
	switch {
	case field < 0:
		return "it has the same value in all rows, and a mask", "the value that it is to have"
	case said.Expr != "":
		return "both {Expr} and a mask are set", "keep one"
	case mask.Expr != "":
		return "the mask is an expression over the row, and the file's rows are not there to be asked", "{Expr}, over its own value"
	case mask.Rows != "":
		return "{Rows} is a condition over the row, and the file's rows are not there to be asked", "mask it in all rows"
	case mask.Command != nil:
		return "an outside program makes the values, and nothing feeds it here", "let it mask the file before"
	case len(mask.Reads) > 0:
		return "the mask reads other columns of the row", "a mask that does not"
	case mask.SQL == nil && mask.Fake == nil:
		return "parts of its value are masked, which only a source does", "mask it whole, or let a program mask the file before"
	case slices.Contains(table.PrimaryKey, column) || references || !said.Ref.IsZero() || p.looksFor(s, column):
		return ofKey, keepKey
	case mask.Fake != nil && mask.Domain == "" && len(key) == 0:
		return "a value is made from the primary key, and the file does not give that", "{Domain}: a fake by value"
	case mask.Domain != "" && !c.Underlying().Text():
		return "a fake by value goes by how the source prints it, and the file may write it otherwise", "a fake by row"
	}
	return masking.Unfit(table, column, mask, counts)
}

// looksFor reports whether rows of a file may be looked for by a column.
func (p *planning) looksFor(s *step, column string) bool {
	if slices.Contains(s.Load.Key, column) {
		return true
	}
	for _, other := range p.files {
		for _, lookup := range other.sheet.lookups {
			if lookup.Table == s.Name && slices.ContainsFunc(lookup.Parts, func(part driver.SheetPart) bool {
				return part.Table == s.Name && part.Column == column
			}) {
				return true
			}
		}
	}
	return false
}

// unsaid refuses columns of a file that neither a mask nor keep is said of.
func (p *planning) unsaid(s *step) {
	var names []string
	for _, c := range s.Load.Table.Columns {
		given := s.sheet.looked(c.Name) || slices.ContainsFunc(s.sheet.plan.Values, func(v driver.SheetValue) bool { return v.Column == c.Name && v.Field >= 0 })
		if given && !p.said(s, c.Name) {
			names = append(names, c.Name)
		}
	}
	if len(names) > 0 {
		problem, hint := masking.Unsaid(names)
		p.Refuse(s.Step, problem, hint)
	}
}

// said reports whether a mask or keep is said of a column.
func (p *planning) said(s *step, column string) bool {
	for key, said := range s.Importer.Columns {
		columns, mistake := gyro.ColumnsOf(s.Load.Table, key, said, "")
		if mistake == nil && !said.Mask.IsZero() && slices.Contains(columns, column) {
			return true
		}
	}
	return false
}

// maskRow says to the fakes which row it is, once all else of it is converted.
func (s *stream) maskRow() {
	masks, row := &s.m.masks, &s.row
	masks.row.Begin()
	for _, i := range masks.key {
		at := row.places[i]
		if at.null { // of a key that is refused
			continue
		}
		text := row.text[at.from:at.to]
		masks.row.Add(text)
		if masks.counts {
			_ = masks.row.Count(text) // where it is none the row is refused
		}
	}
	masks.row.End()
}

// fake writes a value in the place of another, which stands at the end of the row's text.
func (s *stream) fake(read *fieldReading, text []byte, from int) ([]byte, error) {
	var digest []byte
	if mask := read.fake.Mask; mask.Domain != "" {
		clear := text[from:]
		if read.fake.Column.Underlying().Base == "character" { // as text has it
			clear = bytes.TrimRight(clear, " ")
		}
		digest = s.m.masks.secret.Digest(mask.Domain, clear)
	}
	return read.fake.Append(text[:from], s.m.masks.row, digest)
}
