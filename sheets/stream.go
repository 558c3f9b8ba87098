package sheets

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/pgcsv"
	"github.com/gyrodata/gyro/schema"
)

// stream is a [driver.SheetStream] of a file: each record with its number, line and what it breaks, its
// cells converted.
type stream struct {
	m         *mapping
	encode    driver.SheetEncoder
	file      io.ReadCloser
	source    *driver.Digest
	reader    *pgcsv.Sheet
	got       portion // what is read, from pos on
	pos       int
	is        driver.SheetPortion // what Read gives
	full      chan portion        // on their way: see start
	empty     chan []byte         // buffers for rows
	stopped   chan struct{}
	working   sync.WaitGroup
	out       [driver.SheetKeys + 1][]byte // what is being filled, by what it holds
	ended     error                        // why there is no more; read when full is closed
	keys      []keyNumbers                 // by reference
	row       streamRow
	keyInHand driver.SheetKey
	rows      atomic.Int64
}

// portion is a piece of a portion.
type portion struct {
	is   driver.SheetPortion
	text []byte
}

// streamRow is the row in hand. Its texts stand in one buffer, which grows while they are converted:
// until all are there, only their places are known.
type streamRow struct {
	driver.SheetRow
	text   []byte
	places []place // of Fields
	cells  []byte  // of a key, by which it is known
}

// place is where a text stands in a buffer.
type place struct {
	from, to int
	null     bool
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
func (m *mapping) stream(ctx context.Context, encode driver.SheetEncoder) (*stream, error) {
	s := &stream{m: m, encode: encode, keys: make([]keyNumbers, len(m.lookups))}
	s.row.text = make([]byte, 0, 1<<10) // not nil: a text without a byte is no NULL
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
	row.Row, row.Line, row.Spoilt = r.Row, r.Line, len(r.Problems) > 0
	row.Broken, row.Test, row.Keys, row.Fields = row.Broken[:0], row.Test[:0], row.Keys[:0], row.Fields[:0]
	for _, i := range s.m.empty {
		if !row.Spoilt && len(r.Cells[i].Text) > 0 {
			row.breaks(driver.InHeaders, i, pgcsv.TooManyFields)
		}
	}
	if row.Spoilt { // nothing is made of its cells
		for _, p := range r.Problems {
			row.breaks(driver.InHeaders, p.Column, p.Rule)
		}
	} else {
		for k, lookup := range s.m.lookups {
			row.Keys = append(row.Keys, s.key(k, lookup, r))
		}
		s.fields(r)
	}
	is := driver.SheetRows
	if row.Suspect() {
		is = driver.SheetSuspects
	}
	s.out[is] = s.encode.AppendRow(s.out[is], &row.SheetRow)
}

// breaks says what the row breaks, and where.
func (r *streamRow) breaks(in driver.SheetPlace, number int, rule pgcsv.Rule) {
	r.Broken = append(r.Broken, driver.SheetBroken{In: in, Number: number, Rule: rule})
}

// texts gives what stands at places.
func (r *streamRow) texts(to [][]byte, places []place) [][]byte {
	for _, p := range places {
		if p.null {
			to = append(to, nil)
			continue
		}
		to = append(to, r.text[p.from:p.to:p.to])
	}
	return to
}

// convert appends a cell's text to the row's buffer, and says where it stands, or what it breaks.
func (s *stream) convert(read *fieldReading, r *pgcsv.Record) (at place, broken pgcsv.Rule) {
	from := len(s.row.text)
	text, null, broken := read.convert.Convert(s.row.text, r.Cells[read.header])
	switch {
	case broken != "" || null && read.otherwise == "":
		return place{null: true}, broken
	case null:
		text = append(text, read.otherwise...)
	default:
		if read.misread != nil {
			switch read.misread(text[from:]) {
			case schema.ReadByGuess:
				return place{null: true}, pgcsv.NotADate
			case schema.ReadRounded:
				return place{null: true}, pgcsv.DigitsLost
			case schema.ReadAsWritten:
			}
		}
		if read.zone != "" && (read.always || schema.IsTimestamp(text[from:])) {
			text = append(text, read.zone...)
		}
	}
	if read.fake != nil {
		var err error
		if text, err = s.fake(read, text, from); err != nil {
			s.ended = err
			return place{null: true}, ""
		}
	}
	if read.allowed != nil && !read.allowed[string(text[from:])] {
		return place{null: true}, gyro.NotAllowed
	}
	s.row.text = text
	return place{from: from, to: len(text)}, ""
}

// fields converts the fields: those that are made of others last.
func (s *stream) fields(r *pgcsv.Record) {
	row := &s.row
	row.text = row.text[:0]
	row.places = slices.Grow(row.places[:0], len(s.m.reads))[:len(s.m.reads)]
	for i := range s.m.reads {
		if s.m.reads[i].fake == nil {
			s.field(i, r)
		}
	}
	if s.m.masks.row != nil {
		s.maskRow()
		for i := range s.m.reads {
			if s.m.reads[i].fake != nil {
				s.field(i, r)
			}
		}
		slices.Sort(row.Test)
	}
	row.Fields = row.texts(row.Fields, row.places)
}

// field converts one.
func (s *stream) field(i int, r *pgcsv.Record) {
	row, read := &s.row, &s.m.reads[i]
	at, broken := s.convert(read, r)
	switch {
	case broken != "":
		row.breaks(driver.InFields, i, broken)
	case at.null && read.required:
		row.breaks(driver.InFields, i, gyro.Required)
	case !at.null && read.prove != nil && !read.prove(row.text[at.from:at.to]):
		if read.bare && pgcsv.IsDressed(row.text[at.from:at.to]) {
			row.breaks(driver.InFields, i, pgcsv.DressedNumber)
			at = place{null: true}
			break
		}
		row.Test = append(row.Test, i)
	}
	row.places[i] = at
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
	key := &s.keyInHand
	if !s.convertKey(k, lookup, r) {
		return 0
	}
	numbers.last++
	if numbers.bytes += len(row.cells); numbers.bytes > knownKeys {
		clear(numbers.known)
		numbers.bytes = len(row.cells)
	}
	numbers.known[string(row.cells)] = numbers.last
	key.Reference, key.Number = k, numbers.last
	s.out[driver.SheetKeys] = s.encode.AppendKey(s.out[driver.SheetKeys], key)
	return numbers.last
}

// convertKey converts the parts of a key, the one in hand, and says which of them have to be tested;
// false where the reference is NULL, or the key is none.
func (s *stream) convertKey(k int, lookup *keyLookup, r *pgcsv.Record) bool {
	row, key := &s.row, &s.keyInHand
	row.text, row.places = row.text[:0], row.places[:0]
	key.Test, key.Parts = key.Test[:0], key.Parts[:0]
	given, nulls, faulty := 0, 0, false
	for j := range lookup.Parts {
		if lookup.Parts[j].Given {
			given++
			row.places = append(row.places, place{null: true})
			continue
		}
		read := &lookup.reads[j]
		at, broken := s.convert(read, r)
		switch {
		case broken != "":
			row.breaks(driver.InHeaders, read.header, broken)
			faulty = true
		case at.null:
			nulls++
		case read.prove == nil || !read.prove(row.text[at.from:at.to]):
			key.Test = append(key.Test, j)
		}
		row.places = append(row.places, at)
	}
	asked := len(lookup.Parts) - given
	switch {
	case faulty, asked == 0:
	case nulls == asked, nulls > 0 && lookup.LoadOnly: // a key of which a part is NULL refers to nothing
		if lookup.required {
			row.breaks(driver.InReferences, k, gyro.Required)
		}
	case nulls > 0:
		row.breaks(driver.InReferences, k, gyro.IncompleteReference)
	default:
		key.Parts = row.texts(key.Parts, row.places)
		return true
	}
	return false
}
