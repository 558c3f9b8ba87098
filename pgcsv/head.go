package pgcsv

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"
)

// Header is the names of the columns as they stand in the file, nil where the dialect says
// that there is none. A header that is malformed, or not there, is an [Error] of row 0.
func (s *Sheet) Header() ([]string, error) {
	if !s.begun {
		s.begun = true
		if s.failed == nil {
			s.failed = s.begin()
		}
		s.unheaded = s.failed
	}
	return s.header, s.unheaded
}

// begin passes over what stands before the first record, and reads the header.
func (s *Sheet) begin() error {
	if s.MaxRecord <= 0 {
		s.MaxRecord = defaultMaxRecord
	}
	s.fill()
	const mark = "\xEF\xBB\xBF"
	if s.dialect.Encoding.charset() == nil && bytes.HasPrefix(s.buffer[:s.end], []byte(mark)) {
		s.head = s.pass(len(mark), s.head)
	}
	if err := s.passLines(s.dialect.Skip - s.passHint()); err != nil {
		return err
	}
	if s.dialect.Header == No {
		return nil
	}
	s.row = -1
	r := &s.record
	if err := s.next(); errors.Is(err, io.EOF) {
		return &Error{Line: 1, Err: ErrEmpty}
	} else if err != nil {
		return err
	}
	if s.settleQuotes(true); len(r.Problems) > 0 {
		p := r.Problems[0]
		return &Error{Line: r.Line, Err: fmt.Errorf("column %d: %s", p.Column+1, p.Rule.Text())}
	}
	if s.surplus {
		return &Error{Line: r.Line, Err: fmt.Errorf("it has more than %d fields; is this no CSV?", mostCells)}
	}
	for _, c := range r.Cells {
		s.header = append(s.header, string(c.Text))
	}
	s.width = len(s.header)
	s.preface = len(s.head)
	s.head = r.AppendRaw(s.head)
	return nil
}

// Head is the file's bytes up to the end of the header: byte order mark, a line "sep=;" (by which
// Excel is told the delimiter), empty lines, header. It is nil before Header or Read.
func (s *Sheet) Head() []byte { return s.head }

// AppendHead appends Head with one more column in front of the others, as the head of a file of
// rejected records has it.
func (s *Sheet) AppendHead(dst []byte, first string) []byte {
	if s.header == nil {
		return append(dst, s.head...)
	}
	dst = append(dst, s.head[:s.preface]...)
	dst = s.dialect.AppendFirst(dst, first)
	return append(dst, s.head[s.preface:]...)
}

// passHint passes over a first line "sep=;", by which programs tell Excel the delimiter, whatever it says, and gives how
// many lines that were.
func (s *Sheet) passHint() int {
	_, size := delimiterHint(s.buffer[s.pos:s.end])
	if size == 0 {
		return 0
	}
	s.head = s.pass(size, s.head)
	s.line++
	return 1
}

// passLines passes over n lines.
func (s *Sheet) passLines(n int) error {
	for n > 0 {
		rest := s.buffer[s.pos:s.end]
		size, at := 0, bytes.IndexAny(rest, "\r\n")
		if at >= 0 {
			size = lineEnd(rest[at:], s.ended != nil)
		}
		switch {
		case size > 0:
			s.head = s.pass(at+size, s.head)
			s.line++
			n--
		case errors.Is(s.ended, io.EOF):
			s.head = s.pass(len(rest), s.head)
			return nil
		case s.ended != nil:
			return s.fail(s.ended)
		case len(rest) >= s.MaxRecord:
			return s.failOverlong()
		default:
			s.fill()
		}
	}
	return nil
}

// delimiterHint reads the line that text begins with as such a hint, and gives its size; 0: it is none. The
// delimiter is one byte of ASCII, or \t in letters; behind it stand at most a quote, delimiters and blanks.
func delimiterHint(text []byte) (delimiter byte, size int) {
	found := hintLine.FindSubmatch(text[:min(len(text), longestHint)])
	if found == nil || len(found[0]) == longestHint {
		return 0, 0
	}
	said := bytes.Replace(found[1], []byte(`\t`), []byte{'\t'}, 1)
	if text[0] == '"' {
		closing := bytes.IndexByte(said[min(1, len(said)):], '"')
		if closing != 0 {
			return 0, 0
		}
		said = slices.Delete(said, 1, 2)
	}
	if len(said) == 0 || said[0] >= utf8.RuneSelf || said[0] == '"' || len(bytes.Trim(said[1:], string(said[:1])+" ")) > 0 {
		return 0, 0
	}
	return said[0], len(found[0])
}
