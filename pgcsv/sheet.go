package pgcsv

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"unicode/utf8"
)

// defaultMaxRecord bounds a record of a foreign file, and with it a Sheet's memory.
const defaultMaxRecord = 16 << 20

// ErrFooter says that a file has fewer records than [Dialect.Footer]. [Sheet.Read] returns it in an [Error].
var ErrFooter = errors.New("it has fewer records than its footer is said to have")

// ErrOverlong says that a record is longer than [Sheet.MaxRecord]. [Sheet.Read] returns it in
// an [Error].
var ErrOverlong = errors.New("the record is too long; is a quote missing, or is this no CSV?")

// Sheet reads a foreign CSV file, record by record. What is wrong with a record is told with
// it, and does not stop the reading: see [Record.Problems].
//
// Records are cut as Python's csv module cuts them: a line ends with LF, CRLF or CR; empty
// lines are no records; empty fields behind the last column are none; a quoted field may hold line ends and, doubled, quotes; the last line
// needs no end. A quote amid a field that does not begin with one is text, as there. So are malformed records (text after a closing
// quote belongs to the field), but for one: where a field with a line end in it proves to be
// malformed, or never closes, the quote before it is taken to be the mistake. The record then
// ends with that line, as an [UnclosedQuote], and the lines below it are records again. (Not in
// a file of one column, where any line would be one.)
//
// A quote amid a field is told, as a [QuoteInside], where it may have been meant to quote: behind blanks alone, and in a
// record that has not as many fields as the header.
//
// A Sheet's memory is bounded by MaxRecord, and reading a record allocates nothing in the end.
// What it gives depends on the file alone, so that a second reading counts the same rows. It is
// used by one goroutine at a time.
type Sheet struct {
	// MaxRecord is how many bytes a record may have; of UTF-16, as UTF-8. To be set before the
	// first Read. Default, and where it is not positive: 16 MiB.
	MaxRecord int

	source  io.Reader
	multi   *multiReader // source, where a character has several bytes
	dialect Dialect
	ends    [256]bool // the bytes at which an unquoted field may end: delimiter, quote, line ends

	buffer   []byte
	pos, end int   // of buffer, what is still to be given
	ended    error // what source said at its end
	plain    bool  // buffer holds ASCII without NUL

	record   Record
	scratch  []byte    // the fields that are not as they stand in buffer
	ahead    []*Record // where there is a footer: read, and not given yet
	surplus  bool      // of the record: it has more cells than are kept
	dubious  bool      // of the record: a quote inside a field may not be text
	strict   bool      // each quote inside a field is told
	width    int       // fields of a record; 0: not known yet
	begun    bool
	unheaded error // why there is no header
	header   []string
	head     []byte
	preface  int // of head, what stands before the header
	row      int64
	line     int64 // where the next record begins
	offset   int64 // of the file, where the next record begins
	failed   error
}

// NewSheet makes a Sheet of a file from its first byte on. A dialect that can't be is the
// error of the first Header or Read.
func NewSheet(source io.Reader, dialect Dialect) *Sheet {
	s := &Sheet{MaxRecord: defaultMaxRecord, source: source, dialect: dialect.filled(), line: 1, failed: dialect.Validate()}
	s.record.encoding = s.dialect.Encoding
	s.source = s.dialect.Encoding.converted(source)
	s.multi, _ = s.source.(*multiReader)
	for _, c := range []byte{s.dialect.Delimiter, s.dialect.Quote, '\n', '\r'} {
		s.ends[c] = true
	}
	s.ends[NoQuote] = s.dialect.Delimiter == NoQuote
	return s
}

// Width is how many fields a record should have: as many as the header, or, where there is
// none, as the first record without a misplaced quote. It is 0 before that was read.
func (s *Sheet) Width() int { return s.width }

// Read gives the next record; at the end the error is io.EOF, else an [Error], after which
// there is no more. The header is read first.
func (s *Sheet) Read() (*Record, error) {
	if s.dialect.Footer == 0 {
		return s.read()
	}
	for len(s.ahead) <= s.dialect.Footer {
		r, err := s.read()
		switch {
		case errors.Is(err, io.EOF) && len(s.ahead) < s.dialect.Footer:
			return nil, s.fail(ErrFooter)
		case err != nil:
			return nil, err
		case !r.Blank():
			s.ahead = append(s.ahead, r.clone())
		}
	}
	first := s.ahead[0]
	s.ahead = s.ahead[1:]
	return first, nil
}

// read gives the next record, also one of the footer.
func (s *Sheet) read() (*Record, error) {
	if _, err := s.Header(); err != nil {
		return nil, err
	}
	if err := s.next(); err != nil {
		return nil, err
	}
	r := &s.record
	for !s.surplus && s.width > 0 && len(r.Cells) > s.width && r.Cells[len(r.Cells)-1].empty() {
		r.Cells = r.Cells[:len(r.Cells)-1] // a delimiter behind the last field
	}
	s.settleQuotes(len(r.Cells) == s.width && !s.surplus)
	sound := !slices.ContainsFunc(r.Problems, func(p Problem) bool { return p.Rule.ofQuotes() })
	if s.width == 0 && sound {
		s.width = len(r.Cells)
	}
	if (len(r.Cells) != s.width || s.surplus) && sound {
		rule := TooFewFields
		if len(r.Cells) > s.width || s.surplus {
			rule = TooManyFields
		}
		r.Problems = slices.Insert(r.Problems, 0, Problem{Rule: rule, Column: -1})
	}
	return r, nil
}

// settleQuotes takes quotes inside fields for text, where the record is otherwise as it should be.
func (s *Sheet) settleQuotes(fits bool) {
	r := &s.record
	if len(r.Problems) == 0 || !fits || s.dubious || s.strict {
		return
	}
	if !slices.ContainsFunc(r.Problems, func(p Problem) bool { return p.Rule == UnclosedQuote || p.Rule == AfterQuote }) {
		r.Problems = slices.DeleteFunc(r.Problems, func(p Problem) bool { return p.Rule == QuoteInside })
	}
}

// hintLine is a line by which programs tell Excel the delimiter: in capitals or not, in quotes or not.
var hintLine = regexp.MustCompile(`^"?(?i:sep)=([^\r\n]*)(?:\r\n|\n|\r|$)`)

// longestHint bounds what is looked at for it: behind it may stand delimiters, as many as the file has columns.
const longestHint = 4 << 10

// next reads the next record, the header among them.
func (s *Sheet) next() error {
	if s.failed != nil {
		return s.failed
	}
	for {
		s.skipEmpty()
		rest := s.buffer[s.pos:s.end]
		atEnd := errors.Is(s.ended, io.EOF)
		window := rest[:min(len(rest), s.MaxRecord)]
		if len(rest) > 0 {
			length, open := s.cut(window, atEnd && len(window) == len(rest))
			if length == 0 && len(window) < len(rest) {
				if length = s.giveUp(rest, open, len(window)); length == 0 {
					return s.failOverlong()
				}
				s.unclosed(rest, open, length)
			}
			if length > 0 {
				s.complete(length)
				return nil
			}
		}
		switch {
		case atEnd && len(rest) == 0:
			s.failed = io.EOF
			return io.EOF
		case s.ended != nil:
			return s.fail(s.ended)
		}
		s.fill()
	}
}

func (s *Sheet) failOverlong() error {
	return s.fail(fmt.Errorf("%w (a record has at most %d bytes)", ErrOverlong, s.MaxRecord))
}

func (s *Sheet) fail(err error) error {
	s.failed = &Error{Row: s.row + 1, Line: s.line, Err: err}
	return s.failed
}

// skipEmpty passes over empty lines. One that ends with the buffer's last CR waits for its LF.
func (s *Sheet) skipEmpty() {
	for s.pos < s.end {
		size := lineEnd(s.buffer[s.pos:s.end], s.ended != nil)
		if size <= 0 {
			return
		}
		if s.row < 0 {
			s.head = s.pass(size, s.head)
		} else {
			s.scratch = s.pass(size, s.scratch[:0])
		}
		s.line++
	}
}

// lineEnd is the size of the line end that b begins with: 0 where there is none, -1 where one
// must see more to know.
func lineEnd(b []byte, whole bool) int {
	switch {
	case b[0] == '\n':
		return 1
	case b[0] != '\r':
		return 0
	case len(b) > 1 && b[1] == '\n':
		return 2
	case len(b) == 1 && !whole:
		return -1
	}
	return 1
}

// pass passes over n bytes of text, and appends what they are in the file to memory.
func (s *Sheet) pass(n int, memory []byte) []byte {
	text := s.buffer[s.pos : s.pos+n]
	s.pos += n
	switch {
	case s.multi != nil:
		before := len(memory)
		memory = s.multi.take(memory, n)
		s.offset += int64(len(memory) - before)
		return memory
	case !s.dialect.Encoding.utf16():
		s.offset += int64(n)
		return append(memory, text...)
	}
	s.offset += unitBytes(text)
	return s.dialect.Encoding.appendUnits(memory, text)
}

// complete makes a Record of the fields that were cut, and of their bytes.
func (s *Sheet) complete(length int) {
	r := &s.record
	s.row++
	r.Row, r.Line, r.Offset = s.row, s.line, s.offset
	r.raw = s.buffer[s.pos : s.pos+length : s.pos+length]
	s.pos += length
	switch {
	case s.multi != nil:
		r.original = s.multi.take(r.original[:0], length)
		s.offset += int64(len(r.original))
	case s.dialect.Encoding.utf16():
		s.offset += unitBytes(r.raw)
	default:
		s.offset += int64(length)
	}
	s.line++
	for _, c := range r.Cells {
		if c.Quoted { // only there are line ends
			s.line += lines(r.raw) - 1
			break
		}
	}
	if !s.plain {
		s.decode()
	}
}

// decode makes the cells UTF-8, and says where they were not, or hold a NUL.
func (s *Sheet) decode() {
	r := &s.record
	nul := bytes.IndexByte(r.raw, 0) >= 0
	upper := s.dialect.Encoding.upper()
	if !nul && (upper != nil && isPlain(r.raw) || upper == nil && utf8.Valid(r.raw)) {
		return
	}
	quotes := len(r.Problems)
	for i := range r.Cells {
		c := &r.Cells[i]
		var valid bool
		start := len(s.scratch)
		if upper != nil {
			s.scratch, valid = appendOneByte(s.scratch, c.Text, upper)
			c.Text = s.scratch[start:len(s.scratch):len(s.scratch)]
		} else if valid = utf8.Valid(c.Text); !valid {
			s.scratch = append(s.scratch, bytes.ToValidUTF8(c.Text, []byte("\uFFFD"))...)
			c.Text = s.scratch[start:len(s.scratch):len(s.scratch)]
		}
		if !valid {
			r.Problems = append(r.Problems, Problem{Rule: InvalidEncoding, Column: i})
		}
		if nul && bytes.IndexByte(c.Text, 0) >= 0 {
			r.Problems = append(r.Problems, Problem{Rule: NULCharacter, Column: i})
		}
	}
	if quotes > 0 && len(r.Problems) > quotes {
		slices.SortStableFunc(r.Problems, func(a, b Problem) int { return a.Column - b.Column })
	}
}

// isPlain says whether b is ASCII without NUL.
func isPlain(b []byte) bool {
	const low, high = 0x0101010101010101, 0x8080808080808080
	for len(b) >= 8 {
		x := binary.LittleEndian.Uint64(b)
		if (x|(x-low))&high != 0 { // a byte above 0x7F, or one that was 0 (with others below it)
			return false
		}
		b = b[8:]
	}
	for _, c := range b {
		if c == 0 || c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// fill reads on behind what is still to be given, until the buffer is full: it begins with
// that, and is doubled where that takes all of it. So a long record is looked at twice on the
// average, whatever pieces the source gives.
func (s *Sheet) fill() {
	switch {
	case s.buffer == nil:
		s.buffer = make([]byte, bufferSize)
	case s.pos > 0:
		s.end = copy(s.buffer, s.buffer[s.pos:s.end])
		s.pos = 0
	}
	if s.end == len(s.buffer) {
		s.buffer = append(s.buffer, make([]byte, min(len(s.buffer), max(s.MaxRecord, bufferSize)))...)
	}
	for nothing := 0; s.end < len(s.buffer) && s.ended == nil; {
		n, err := s.source.Read(s.buffer[s.end:])
		s.end += n
		s.ended = err
		if n > 0 {
			nothing = 0
		} else if nothing++; nothing == 100 && err == nil {
			s.ended = io.ErrNoProgress
		}
	}
	s.plain = isPlain(s.buffer[:s.end])
}
