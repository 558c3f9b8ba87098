package export

import (
	"bytes"
	"errors"
	"io"
	"slices"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/internal/masking"
	"github.com/gyrodata/gyro/pgcsv"
)

// masker writes fakes in the place of what the source said of values: the signs that they are made of.
type masker struct {
	to        io.Writer
	columns   []string // of a row; signs of their own stand behind them
	fakes     []fakeColumn
	key       []int // fields of the primary key
	counts    bool  // which is one integer
	width     int   // fields of what is read
	header    bool
	documents bool // parts of values are masked
	fields    []pgcsv.Field
	line      []byte
	text      []byte
	row       *masking.Row
	undone    []byte        // the row, its doubled quotes undone
	filled    *insideColumn // whose value is filled
	filling   func(text []byte, at gyro.Place) ([]byte, error)
}

type fakeColumn struct {
	*masking.Fake
	field, sign int           // the same, unless the sign stands apart
	inside      *insideColumn // in the place of a fake
}

// newMasker gives nil where none of the columns, which are the step's, is faked.
func newMasker(s *step, columns []string, key masking.Key, to io.Writer) *masker {
	table := s.table
	m := &masker{to: to, columns: columns, width: len(columns)}
	for _, asked := range s.maskings(columns) {
		if !asked.Sign {
			continue
		}
		name := asked.Column
		mask, field := s.masks[name], slices.Index(columns, name)
		f := fakeColumn{field: field, sign: field}
		if asked.Apart() {
			f.sign = m.width
			m.width++
		}
		if mask.Inside != nil {
			f.inside, m.documents = newInside(s, name, mask.Inside, key), true
		} else {
			f.Fake = masking.NewFake(key, table.Name, name, mask, s.fitted(name), masking.Distinct(table, name), s.numbered())
		}
		m.fakes = append(m.fakes, f)
	}
	if len(m.fakes) == 0 {
		return nil
	}
	slices.SortFunc(m.fakes, func(a, b fakeColumn) int { return a.field - b.field })
	for _, name := range table.PrimaryKey {
		if i := slices.Index(columns, name); i >= 0 {
			m.key = append(m.key, i)
		}
	}
	m.row = masking.NewRow(key, table.Name)
	m.counts = s.numbered() && len(m.key) == 1
	m.row.Value, m.filling = m.value, m.part
	return m
}

// Write takes one row, or first the header.
func (m *masker) Write(row []byte) (int, error) {
	fields, err := m.split(row)
	if err != nil || len(fields) != m.width {
		return 0, &gyro.Error{Op: "mask a row", Err: errors.New("it is not the CSV that was asked for")}
	}
	m.fields, m.line = fields, m.line[:0]
	if !m.header {
		m.header = true
		if m.width == len(m.columns) {
			return m.to.Write(row)
		}
		for i := range m.columns { // without the names of signs
			m.line = appendField(append(m.line, ","[:min(i, 1)]...), fields[i])
		}
		return m.written(row)
	}
	if err := m.identify(); err != nil {
		return 0, err
	}
	next := 0
	for i := range m.columns {
		if i > 0 {
			m.line = append(m.line, ',')
		}
		if next < len(m.fakes) && m.fakes[next].field == i {
			f := &m.fakes[next]
			next++
			if !fields[f.sign].Null {
				if err := m.fake(f); err != nil {
					return 0, err
				}
				continue
			}
		}
		m.line = appendField(m.line, fields[i])
	}
	return m.written(row)
}

// split takes a row apart. Documents are full of doubled quotes: these are undone in memory that is kept.
func (m *masker) split(row []byte) ([]pgcsv.Field, error) {
	if !m.documents {
		return pgcsv.Split(row, m.fields[:0])
	}
	m.undone = append(m.undone[:0], row...)
	fields, rest, err := pgcsv.Cut(m.undone, m.fields[:0])
	if err == nil && len(rest) > 0 {
		err = pgcsv.ErrManyRecords
	}
	return fields, err
}

// written gives the line on, in the place of row.
func (m *masker) written(row []byte) (int, error) {
	m.line = append(m.line, '\n')
	if _, err := m.to.Write(m.line); err != nil {
		return 0, err
	}
	return len(row), nil
}

// value is what an unmasked column holds: that of a mask which reads it is none, for the plan has seen to that.
func (m *masker) value(column string) (text []byte, null, ok bool) {
	i := slices.Index(m.columns, column)
	if i < 0 || slices.ContainsFunc(m.fakes, func(f fakeColumn) bool { return f.field == i }) {
		return nil, false, false
	}
	return m.fields[i].Value, m.fields[i].Null, true
}

// identify sets what fakes know of the row.
func (m *masker) identify() error {
	m.row.Begin()
	for _, i := range m.key {
		m.row.Add(m.fields[i].Value)
	}
	m.row.End()
	if m.counts {
		if err := m.row.Count(m.fields[m.key[0]].Value); err != nil {
			return &gyro.Error{Op: "mask a row", Err: err}
		}
	}
	return nil
}

func (m *masker) fake(f *fakeColumn) error {
	var err error
	sent := m.fields[f.sign].Value
	if f.inside != nil {
		m.filled = f.inside
		m.text, err = f.inside.Fill(m.text[:0], sent, f.inside.mark, m.filling)
	} else {
		m.text, err = f.Append(m.text[:0], m.row, sent)
	}
	if err != nil {
		var told *gyro.Error
		if errors.As(err, &told) {
			return err //nolint:wrapcheck // it says the column
		}
		return &gyro.Error{Op: "mask", Place: m.columns[f.field], Err: err}
	}
	m.line = appendText(m.line, m.text)
	return nil
}

// appendField writes a field as PostgreSQL's COPY does.
func appendField(line []byte, f pgcsv.Field) []byte {
	if f.Null {
		return line
	}
	return appendText(line, f.Value)
}

func appendText(line, text []byte) []byte {
	if len(text) > 0 && bytes.IndexByte(text, ',') < 0 && bytes.IndexByte(text, '"') < 0 && bytes.IndexByte(text, '\n') < 0 && bytes.IndexByte(text, '\r') < 0 {
		return append(line, text...)
	}
	line = append(line, '"')
	for _, b := range text {
		if b == '"' {
			line = append(line, '"')
		}
		line = append(line, b)
	}
	return append(line, '"')
}
