package pgcsv

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

const (
	// bufferSize is what is read at once, and the size of a block: thousands of rows, so that
	// a system call or a hand-over costs nothing beside them.
	bufferSize = 256 << 10
	// longest is more than a record can have: PostgreSQL builds a row of COPY in one buffer
	// of less than 1 GiB. It bounds the memory where a quote that is not closed swallows a file.
	longest = 1 << 30
)

// Error is a record that can't be read. Its text does not quote the record.
type Error struct {
	Row  int64 // from 1; 0 is the header
	Line int64 // where the record begins, from 1: a line ends with a line feed, also inside quotes
	Err  error
}

func (e *Error) Error() string {
	if e.Row == 0 {
		return fmt.Sprintf("header: %v", e.Err)
	}
	return fmt.Sprintf("row %d, line %d: %v", e.Row, e.Line, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

var (
	// ErrEmpty says that not even a header is there. [Reader.Header] returns it in an [Error].
	ErrEmpty = errors.New("the file is empty")
	// ErrTooLong says that a record is longer than PostgreSQL's can be.
	ErrTooLong = errors.New("the row is longer than 1 GiB; is a quote missing?")
)

// WidthError is a row that has not as many fields as the header.
type WidthError struct{ Got, Want int }

func (e *WidthError) Error() string {
	return fmt.Sprintf("%d fields, the header has %d", e.Got, e.Want)
}

// Reader reads one file. It holds a buffer of its own, as long as the longest record. It is
// used by one goroutine at a time.
type Reader struct {
	source   io.Reader
	buffer   []byte
	pos, end int   // of buffer, what is still to be given
	ended    error // what source said at its end
	fields   []Field
	header   []string
	begun    bool // the header was read
	row      int64
	line     int64 // of the last record
	next     int64 // line of the next record
	failed   error
}

// NewReader makes a Reader of a file that begins with a header.
func NewReader(source io.Reader) *Reader { return &Reader{source: source, row: -1, next: 1} }

// Header is the names of the columns. A table without columns has none.
func (r *Reader) Header() ([]string, error) {
	if r.begun || r.failed != nil {
		return r.header, r.failed
	}
	fields, err := r.record()
	if errors.Is(err, io.EOF) {
		r.failed = &Error{Line: 1, Err: ErrEmpty}
		return nil, r.failed
	}
	if err != nil {
		return nil, err
	}
	r.begun = true
	if len(fields) == 1 && fields[0].Null {
		return nil, nil
	}
	for _, f := range fields {
		r.header = append(r.header, string(f.Value))
	}
	return r.header, nil
}

// Read gives the next row; at the end the error is io.EOF, else an [Error]. The fields are
// valid until the next call. The header is read first.
func (r *Reader) Read() ([]Field, error) {
	if _, err := r.Header(); err != nil {
		return nil, err
	}
	fields, err := r.record()
	if err != nil {
		return nil, err
	}
	row, err := Fit(fields, len(r.header))
	if err != nil {
		return nil, r.fail(err)
	}
	return row, nil
}

// Fit checks that a row has as many fields as the header. An empty line is the row of a table
// without columns. The error is a [WidthError].
func Fit(fields []Field, width int) ([]Field, error) {
	if len(fields) == width {
		return fields, nil
	}
	if width == 0 && len(fields) == 1 && fields[0].Null {
		return fields[:0], nil
	}
	return nil, &WidthError{Got: len(fields), Want: width}
}

// Row is the number of the row that was read last, from 1; 0 is the header.
func (r *Reader) Row() int64 { return max(0, r.row) }

// Line is the line in which the row that was read last begins, from 1.
func (r *Reader) Line() int64 { return r.line }

// record reads the next record, the header among them.
func (r *Reader) record() ([]Field, error) {
	if r.failed != nil {
		return nil, r.failed
	}
	for {
		if r.pos < r.end {
			fields, length, seen, err := record(r.buffer[r.pos:r.end], r.fields[:0])
			r.fields = fields
			incomplete := errors.Is(err, errNoEnd) || errors.Is(err, ErrUnterminated)
			if !incomplete || errors.Is(r.ended, io.EOF) {
				return r.complete(length, seen, err)
			}
		}
		if r.ended != nil {
			if r.pos == r.end && errors.Is(r.ended, io.EOF) {
				r.failed = io.EOF
				return nil, io.EOF
			}
			r.row, r.line = r.row+1, r.next
			return nil, r.fail(r.ended)
		}
		if err := r.fill(); err != nil {
			r.row, r.line = r.row+1, r.next
			return nil, r.fail(err)
		}
	}
}

// complete counts the record that was found.
func (r *Reader) complete(length int, seen quotes, err error) ([]Field, error) {
	r.row, r.line = r.row+1, r.next
	if err != nil && !errors.Is(err, errNoEnd) {
		return nil, r.fail(err)
	}
	r.next++
	if seen != noQuotes {
		r.next += int64(bytes.Count(r.buffer[r.pos:r.pos+length-1], []byte{'\n'}))
	}
	if seen == doubledQuotes {
		undoubleAll(r.fields)
	}
	r.pos += length
	return r.fields, nil
}

func (r *Reader) fail(err error) error {
	r.failed = &Error{Row: r.Row(), Line: r.line, Err: err}
	return r.failed
}

// fill reads on behind what is still to be given, until the buffer is full: it begins with
// that, and is doubled where that takes all of it. So a long record is looked at twice on
// the average, however small the pieces are that the source gives.
func (r *Reader) fill() error {
	switch {
	case r.buffer == nil:
		r.buffer = make([]byte, bufferSize)
	case r.pos > 0:
		r.end = copy(r.buffer, r.buffer[r.pos:r.end])
		r.pos = 0
	case r.end == len(r.buffer):
		if r.end >= longest {
			return ErrTooLong
		}
		larger := make([]byte, min(2*len(r.buffer), longest)) // no more than that, as append might take
		copy(larger, r.buffer)
		r.buffer = larger
	}
	for nothing := 0; r.end < len(r.buffer) && r.ended == nil; {
		n, err := r.source.Read(r.buffer[r.end:])
		r.end += n
		r.ended = err
		if n > 0 {
			nothing = 0
		} else if nothing++; nothing == 100 && err == nil {
			r.ended = io.ErrNoProgress
		}
	}
	return nil
}
