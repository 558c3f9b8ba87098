package gyro

import (
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"strconv"
	"sync/atomic"

	"github.com/gyrodata/gyro/pgcsv"
)

// sheetStream is a foreign CSV file as [LoadSheet] wants it: each record with its number, line and
// faults, its cells converted.
type sheetStream struct {
	m      *sheetMap
	file   io.ReadCloser
	source *summed
	reader *pgcsv.Sheet
	buffer []byte // what is not read yet, from pos on
	pos    int
	ended  error
	broken []byte // of the record in hand
	test   []byte
	value  []byte
	text   []byte
	rows   atomic.Int64
}

// summed counts and sums what is read of a file.
type summed struct {
	io.Reader
	bytes atomic.Int64
	sum   hash.Hash
}

func (s *summed) Read(b []byte) (int, error) {
	n, err := s.Reader.Read(b)
	s.bytes.Add(int64(n))
	s.sum.Write(b[:n])
	return n, err //nolint:wrapcheck // io.EOF has to stay what it is
}

// streamSize is how much is converted at a time.
const streamSize = 64 << 10

// read opens a sheet's file and reads it in its dialect.
func (m *sheetMap) read() (io.ReadCloser, *summed, *pgcsv.Sheet, error) {
	file, err := m.sheet.Open()
	if err != nil {
		return nil, nil, nil, err
	}
	source := &summed{Reader: file, sum: sha256.New()}
	return file, source, pgcsv.NewSheet(source, m.dialect), nil
}

// stream opens a sheet's file to be loaded.
func (m *sheetMap) stream() (*sheetStream, error) {
	s := &sheetStream{m: m}
	var err error
	s.file, s.source, s.reader, err = m.read()
	return s, err
}

func (s *sheetStream) Close() error { return s.file.Close() }

func (s *sheetStream) Read(b []byte) (int, error) {
	if s.pos == len(s.buffer) && s.ended == nil {
		s.buffer, s.pos = s.buffer[:0], 0
		for len(s.buffer) < streamSize && s.ended == nil {
			s.next()
		}
	}
	if s.pos == len(s.buffer) {
		return 0, s.ended
	}
	n := copy(b, s.buffer[s.pos:])
	s.pos += n
	return n, nil
}

// next converts a record.
func (s *sheetStream) next() {
	r, err := s.reader.Read()
	if err != nil {
		s.ended = err
		if !errors.Is(err, io.EOF) {
			s.ended = &Error{Op: "read", Place: s.m.sheet.Name, Err: err}
		}
		return
	}
	s.rows.Add(1)
	b := strconv.AppendInt(s.buffer, r.Row, 10)
	b = append(b, ',')
	b = strconv.AppendInt(b, r.Line, 10)
	if len(r.Problems) > 0 {
		s.buffer = s.spoilt(b, r)
		return
	}
	b = append(b, ",f,"...)
	s.broken, s.test = s.broken[:0], s.test[:0]
	// What is broken and what has to be tested is known behind the fields, and stands before
	// them: they are put into value first.
	s.value = s.value[:0]
	for i := range s.m.reads {
		s.cell(i, r.Cells[s.m.reads[i].header])
	}
	if len(s.broken) > 0 {
		b = append(b, '"')
		b = append(b, s.broken...)
		b = append(b, '"')
	}
	b = append(b, ',')
	if len(s.test) > 0 {
		b = append(b, s.test...)
		b = append(b, ' ')
	}
	b = append(b, s.value...)
	s.buffer = append(b, '\n')
}

// cell appends a field, with the comma before it.
func (s *sheetStream) cell(i int, cell pgcsv.Cell) {
	read := &s.m.reads[i]
	s.value = append(s.value, ',')
	text, null, broken := read.convert.Convert(s.text[:0], cell)
	s.text = text
	switch {
	case broken != "":
		if len(s.broken) > 0 {
			s.broken = append(s.broken, ' ')
		}
		s.broken = append(s.broken, 'f')
		s.broken = strconv.AppendInt(s.broken, int64(i), 10)
		s.broken = append(s.broken, ':')
		s.broken = append(s.broken, broken...)
		return
	case null && read.otherwise == "":
		return
	case null:
		text = append(text, read.otherwise...)
	case read.zone != "":
		text = append(text, read.zone...)
	}
	s.text = text
	if read.prove != nil && !read.prove(text) {
		s.test = append(s.test, ' ')
		s.test = strconv.AppendInt(s.test, int64(i), 10)
	}
	s.value = pgcsv.AppendField(s.value, text, false)
}

// spoilt is a record that is broken itself: nothing is made of its cells.
func (s *sheetStream) spoilt(b []byte, r *pgcsv.Record) []byte {
	b = append(b, `,t,"`...)
	for i, p := range r.Problems {
		if i > 0 {
			b = append(b, ' ')
		}
		b = append(b, 'h')
		b = strconv.AppendInt(b, int64(p.Column), 10)
		b = append(b, ':')
		b = append(b, p.Rule...)
	}
	b = append(b, `",`...)
	for range s.m.reads {
		b = append(b, ',')
	}
	return append(b, '\n')
}
