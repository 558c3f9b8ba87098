package sheets

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/pgcsv"
	"github.com/gyrodata/gyro/schema"
)

// stream is a [SheetStream] of a file: each record with its number, line and faults, its
// cells converted.
type stream struct {
	m       *mapping
	file    io.ReadCloser
	source  *driver.Digest
	reader  *pgcsv.Sheet
	got     portion // what is read, from pos on
	pos     int
	is      driver.SheetPortion // what Read gives
	full    chan portion        // on their way: see start
	empty   chan []byte         // buffers for rows
	stopped chan struct{}
	working sync.WaitGroup
	out     [driver.SheetKeys + 1][]byte // what is being filled, by what it holds
	ended   error                        // why there is no more; read when full is closed
	keys    []keyNumbers                 // by reference
	row     streamRow
	rows    atomic.Int64
}

// portion is a piece of a portion.
type portion struct {
	is   driver.SheetPortion
	text []byte
}

// streamRow is the row in hand.
type streamRow struct {
	broken, test, keys, fields, text, cells, key []byte
}

// keyNumbers numbers the keys of one reference, by the cells they are made of. It forgets them where they are many: a key may
// have several numbers.
type keyNumbers struct {
	known map[string]int32
	bytes int
	last  int32
}

// knownKeys bounds the memory for the keys of one reference, in bytes of text.
const knownKeys = 4 << 20

// How much is converted at a time, and how much of what is rare is put aside: each portion is a
// statement.
const (
	streamSize = 64 << 10
	asideSize  = 1 << 20
)

// read opens a sheet's file and reads it in its dialect.
func (m *mapping) read(ctx context.Context) (io.ReadCloser, *driver.Digest, *pgcsv.Sheet, error) {
	file, err := m.File.From.Open(ctx)
	if err != nil {
		return nil, nil, nil, err
	}
	source := driver.ReadDigest(file)
	return file, source, pgcsv.NewSheet(source, m.Dialect), nil
}

// stream opens a sheet's file to be loaded.
func (m *mapping) stream(ctx context.Context) (*stream, error) {
	s := &stream{m: m, keys: make([]keyNumbers, len(m.lookups))}
	for i := range s.keys {
		s.keys[i].known = map[string]int32{}
	}
	var err error
	if s.file, s.source, s.reader, err = m.read(ctx); err != nil {
		return nil, err
	}
	headers, err := s.reader.Header()
	switch {
	case err != nil:
		err = &gyro.Error{Op: "read", Place: m.File.From.Name, Err: err}
	case m.Dialect.Header == pgcsv.Yes && !slices.Equal(headers, m.raw):
		err = changedFile(m.File.From.Name)
	}
	if err != nil {
		return nil, errors.Join(err, s.file.Close())
	}
	return s, nil
}

// changedFile says that a file is not the one that was looked at before.
func changedFile(name string) error {
	return &gyro.Error{Op: "read", Place: name, Err: errors.New("the file was changed while it was loaded"), Hint: "nothing was loaded; let nobody write to it meanwhile"}
}

// Next waits for the next portion.
func (s *stream) Next() (driver.SheetPortion, error) {
	if s.full == nil {
		s.start()
	}
	if s.pos == len(s.got.text) && !s.take() {
		return 0, s.ended
	}
	s.is = s.got.is
	return s.is, nil
}

// Read gives what was converted; the next is converted meanwhile.
func (s *stream) Read(b []byte) (int, error) {
	if s.pos == len(s.got.text) && !s.take() {
		return 0, s.ended
	}
	if s.got.is != s.is {
		return 0, io.EOF
	}
	n := copy(b, s.got.text[s.pos:])
	s.pos += n
	return n, nil
}

// take takes the next piece, where there is one.
func (s *stream) take() bool {
	if s.got.is == driver.SheetRows && s.got.text != nil {
		s.empty <- s.got.text[:0]
	}
	var more bool
	s.got, more = <-s.full
	s.pos = 0
	return more
}

// start begins to convert, a few buffers ahead of who reads.
func (s *stream) start() {
	const buffers = 4
	s.full, s.empty, s.stopped = make(chan portion, buffers), make(chan []byte, buffers), make(chan struct{})
	for range buffers {
		s.empty <- make([]byte, 0, streamSize+streamSize/4)
	}
	s.working.Go(func() {
		defer close(s.full)
		for s.ended == nil {
			select {
			case <-s.stopped:
				return
			case s.out[driver.SheetRows] = <-s.empty:
			}
			for !s.enough(driver.SheetRows, streamSize) && !s.enough(driver.SheetSuspects, asideSize) && !s.enough(driver.SheetKeys, asideSize) {
				s.next()
			}
			if !s.pass(driver.SheetRows, 1) || !s.pass(driver.SheetSuspects, asideSize) || !s.pass(driver.SheetKeys, asideSize) {
				return
			}
		}
	})
}

// enough reports whether there is enough to be passed on, for this time.
func (s *stream) enough(is driver.SheetPortion, size int) bool {
	return s.ended != nil || len(s.out[is]) >= size
}

// pass passes on what there is, where it is enough; false where nobody wants it any more.
func (s *stream) pass(is driver.SheetPortion, size int) bool {
	text := s.out[is]
	if len(text) == 0 || !s.enough(is, size) {
		if is == driver.SheetRows {
			s.empty <- text
		}
		return true
	}
	s.out[is] = nil
	select {
	case <-s.stopped:
		return false
	case s.full <- portion{is, text}:
		return true
	}
}

// Close ends the work, also where not all was read.
func (s *stream) Close() error {
	if s.full != nil {
		close(s.stopped)
		s.working.Wait()
	}
	return s.file.Close() //nolint:wrapcheck // it says the path
}

// next converts a record.
func (s *stream) next() {
	r, err := s.reader.Read()
	if err != nil {
		s.ended = err
		if !errors.Is(err, io.EOF) {
			s.ended = &gyro.Error{Op: "read", Place: s.m.File.From.Name, Err: err}
		}
		return
	}
	if r.Blank() {
		return
	}
	if len(r.Problems) == 0 && len(r.Cells) != len(s.m.Headers) {
		s.ended = changedFile(s.m.File.From.Name)
		return
	}
	s.rows.Add(1)
	row := &s.row
	row.broken, row.test, row.keys, row.fields = row.broken[:0], row.test[:0], row.keys[:0], row.fields[:0]
	for _, i := range s.m.empty {
		if len(r.Problems) == 0 && len(r.Cells[i].Text) > 0 {
			row.fault('h', i, pgcsv.TooManyFields)
		}
	}
	spoilt := len(r.Problems) > 0
	if spoilt { // nothing is made of its cells
		for _, p := range r.Problems {
			row.fault('h', p.Column, p.Rule)
		}
		row.keys = commas(row.keys, len(s.m.lookups))
		row.fields = commas(row.fields, len(s.m.reads))
	} else {
		for k, lookup := range s.m.lookups {
			row.keys = append(row.keys, ',')
			if number := s.key(k, lookup, r); number > 0 {
				row.keys = strconv.AppendInt(row.keys, int64(number), 10)
			}
		}
		for i := range s.m.reads {
			row.fields = append(row.fields, ',')
			s.field(i, r)
		}
	}
	is := driver.SheetRows
	if len(row.broken) > 0 || len(row.test) > 0 {
		is = driver.SheetSuspects
	}
	b := s.out[is]
	b = strconv.AppendInt(b, r.Row, 10)
	b = append(b, ',')
	b = strconv.AppendInt(b, r.Line, 10)
	if is == driver.SheetSuspects {
		if spoilt {
			b = append(b, ",t,"...)
		} else {
			b = append(b, ",f,"...)
		}
		b = append(b, row.broken...)
		b = append(b, ',')
		b = append(b, row.test...)
		if len(row.test) > 0 {
			b = append(b, ' ')
		}
	}
	b = append(b, row.keys...)
	b = append(b, row.fields...)
	s.out[is] = append(b, '\n')
}

func commas(b []byte, n int) []byte {
	for range n {
		b = append(b, ',')
	}
	return b
}

// fault says what the row breaks, and where.
func (r *streamRow) fault(kind byte, number int, rule pgcsv.Rule) {
	if len(r.broken) > 0 {
		r.broken = append(r.broken, ' ')
	}
	r.broken = append(r.broken, kind)
	r.broken = strconv.AppendInt(r.broken, int64(number), 10)
	r.broken = append(r.broken, ':')
	r.broken = append(r.broken, rule...)
}

// convert gives a cell's text, which is valid until the next call, or says that it is NULL, or
// what it breaks.
func (s *stream) convert(read *fieldReading, r *pgcsv.Record) (text []byte, null bool, broken pgcsv.Rule) {
	text, null, broken = read.convert.Convert(s.row.text[:0], r.Cells[read.header])
	s.row.text = text
	switch {
	case broken != "" || null && read.otherwise == "":
		return text, null, broken
	case null:
		text = append(text, read.otherwise...)
	default:
		switch read.misread.Misread(text) {
		case schema.ReadByGuess:
			return text, false, pgcsv.NotADate
		case schema.ReadRounded:
			return text, false, pgcsv.DigitsLost
		case schema.ReadAsWritten:
		}
		if read.zone != "" && (read.always || schema.IsTimestamp(text)) {
			text = append(text, read.zone...)
		}
	}
	s.row.text = text
	if read.allowed != nil && !read.allowed[string(text)] {
		return text, false, gyro.NotAllowed
	}
	return text, false, ""
}

// field appends a field.
func (s *stream) field(i int, r *pgcsv.Record) {
	read := &s.m.reads[i]
	text, null, broken := s.convert(read, r)
	switch {
	case broken != "":
		s.row.fault('f', i, broken)
		return
	case null && read.required:
		s.row.fault('f', i, gyro.Required)
		return
	case null:
		return
	}
	if read.prove != nil && !read.prove(text) {
		s.row.test = append(s.row.test, ' ')
		s.row.test = strconv.AppendInt(s.row.test, int64(i), 10)
	}
	s.row.fields = pgcsv.AppendField(s.row.fields, text, false)
}

// key numbers the key of a reference; 0 is NULL. Where the cells are as before so is the number,
// and nothing is converted.
func (s *stream) key(k int, lookup *keyLookup, r *pgcsv.Record) int32 {
	row := &s.row
	row.cells = row.cells[:0]
	for j := range lookup.reads {
		if lookup.Parts[j].Given {
			continue
		}
		cell := r.Cells[lookup.reads[j].header]
		size := uint64(len(cell.Text)) << 1
		if cell.Quoted {
			size |= 1
		}
		row.cells = binary.AppendUvarint(row.cells, size)
		row.cells = append(row.cells, cell.Text...)
	}
	numbers := &s.keys[k]
	if number, known := numbers.known[string(row.cells)]; known {
		return number
	}
	test, is := s.convertKey(k, lookup, r)
	if !is {
		return 0
	}
	numbers.last++
	if numbers.bytes += len(row.cells); numbers.bytes > knownKeys {
		clear(numbers.known)
		numbers.bytes = len(row.cells)
	}
	numbers.known[string(row.cells)] = numbers.last
	s.newKey(k, lookup, numbers.last, test)
	return numbers.last
}

// convertKey converts the parts of a key, and says which of them have to be tested; false where the
// reference is NULL, or the key is none.
func (s *stream) convertKey(k int, lookup *keyLookup, r *pgcsv.Record) (test []byte, is bool) {
	row := &s.row
	row.key = row.key[:0]
	given, nulls, faulty := 0, 0, false
	for j := range lookup.Parts {
		if lookup.Parts[j].Given {
			given++
			continue
		}
		read := &lookup.reads[j]
		text, null, broken := s.convert(read, r)
		switch {
		case broken != "":
			row.fault('h', read.header, broken)
			faulty = true
		case null:
			nulls++
		default:
			if read.prove == nil || !read.prove(text) {
				test = append(test, ' ')
				test = strconv.AppendInt(test, int64(j), 10)
			}
			row.key = binary.AppendUvarint(row.key, uint64(len(text)))
			row.key = append(row.key, text...)
		}
	}
	asked := len(lookup.Parts) - given
	switch {
	case faulty, asked == 0:
	case nulls == asked, nulls > 0 && lookup.LoadOnly: // a key of which a part is NULL refers to nothing
		if lookup.required {
			row.fault('r', k, gyro.Required)
		}
	case nulls > 0:
		row.fault('r', k, gyro.IncompleteReference)
	default:
		is = true
	}
	return test, is
}

// newKey writes a key.
func (s *stream) newKey(k int, lookup *keyLookup, number int32, test []byte) {
	b := s.out[driver.SheetKeys]
	b = strconv.AppendInt(b, int64(k), 10)
	b = append(b, ',')
	b = strconv.AppendInt(b, int64(number), 10)
	b = append(b, ',')
	if len(test) > 0 {
		b = append(append(b, test...), ' ')
	}
	key := s.row.key
	for _, part := range lookup.Parts {
		b = append(b, ',')
		if part.Given {
			continue
		}
		size, n := binary.Uvarint(key)
		text := key[n : n+int(size)] //nolint:gosec // as it was written
		b = pgcsv.AppendField(b, text, false)
		key = key[n+len(text):]
	}
	s.out[driver.SheetKeys] = append(commas(b, s.m.plan.KeyParts()-len(lookup.Parts)), '\n')
}
