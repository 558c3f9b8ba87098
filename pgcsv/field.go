package pgcsv

import (
	"bytes"
	"errors"
	"math/bits"
)

// Field is one value of a row.
type Field struct {
	Value   []byte // without its quotes; empty where it is NULL
	Null    bool
	doubled bool // the quotes in Value are still doubled
}

// What is wrong with a record; [Reader] wraps them in [Error], [Split] and [Cut] return them
// as they are.
var (
	ErrUnterminated = errors.New("a quoted field does not end")
	ErrAfterQuote   = errors.New("text after a closing quote")
	ErrBareQuote    = errors.New("a quote inside a field without quotes")
	ErrBareReturn   = errors.New("a carriage return outside quotes; were the line ends converted?")
	ErrManyFields   = errors.New("more fields than the 1,664 that a row of PostgreSQL can have")
	ErrManyRecords  = errors.New("more than one row")
)

// errNoEnd says that a record has no line feed at its end; its fields are complete.
var errNoEnd = errors.New("no line feed at the end of the record")

// Split takes one row apart, a record with its line feed, which may be missing, and appends
// its fields. They point into row, which is not changed. Only a row with doubled quotes
// allocates, once.
//
// A row of a table without columns can't be told from a NULL: it is one NULL field.
func Split(row []byte, fields []Field) ([]Field, error) {
	before := len(fields)
	fields, n, quotes, err := record(row, fields)
	switch {
	case err != nil && !errors.Is(err, errNoEnd):
		return fields, err
	case n != len(row):
		return fields, ErrManyRecords
	}
	if quotes == doubledQuotes {
		undoubled := make([]byte, 0, len(row))
		for i := before; i < len(fields); i++ {
			if fields[i].doubled {
				undoubled = fields[i].undouble(undoubled)
			}
		}
	}
	return fields, nil
}

// Cut takes the first row of a block apart, and gives what follows it: see [Reader.Block]. It
// uses the memory of fields. The fields point into block, in which doubled quotes are undone.
func Cut(block []byte, fields []Field) (row []Field, rest []byte, err error) {
	row, n, quotes, err := record(block, fields[:0])
	if err != nil && !errors.Is(err, errNoEnd) {
		return row, nil, err
	}
	if quotes == doubledQuotes {
		undoubleAll(row)
	}
	return row, block[n:], nil
}

// mostFields bounds the memory for the fields of a record: a table of PostgreSQL has 1,600 columns, and a query 1,664.
const mostFields = 1664

// quotes is what a record holds of them.
type quotes int8

const (
	noQuotes quotes = iota
	plainQuotes
	doubledQuotes
)

// ends are the bytes that a field without quotes can't hold.
var ends = [256]bool{',': true, '\n': true, '\r': true, '"': true}

// record reads the first record of b, appends its fields, and gives its length. Where b ends
// before the record, the error is errNoEnd or ErrUnterminated.
func record(b []byte, fields []Field) (_ []Field, length int, seen quotes, err error) {
	start, before := 0, len(fields)
	at, ahead := 0, marks(b) // those of b[at:]
	for {
		if ahead == 0 {
			if at += window; at < len(b) {
				ahead = marks(b[at:])
				continue
			}
			return append(fields, Field{Value: b[start:len(b):len(b)], Null: start == len(b)}), len(b), seen, errNoEnd
		}
		i := at + bits.TrailingZeros64(ahead)
		ahead &= ahead - 1
		switch b[i] {
		case ',', '\n', '\r':
			fields = append(fields, Field{Value: b[start:i:i], Null: i == start})
		case '"':
			if i > start {
				return fields, 0, seen, ErrBareQuote
			}
			field, size, err := quoted(b[i:])
			if err != nil {
				return fields, 0, seen, err
			}
			seen = max(seen, plainQuotes)
			if field.doubled {
				seen = doubledQuotes
			}
			fields = append(fields, field)
			if i += size; i == len(b) {
				return fields, i, seen, errNoEnd
			}
			at, ahead = i+1, 0
			if at < len(b) {
				ahead = marks(b[at:])
			}
		default:
			continue
		}
		switch b[i] {
		case ',':
			if start = i + 1; len(fields)-before >= mostFields {
				return fields, 0, seen, ErrManyFields
			}
		case '\n':
			return fields, i + 1, seen, nil
		case '\r':
			return fields, 0, seen, ErrBareReturn
		default:
			return fields, 0, seen, ErrAfterQuote
		}
	}
}

// quoted reads the field that begins with the quote b[0], and gives its size, quotes included.
func quoted(b []byte) (Field, int, error) {
	var f Field
	for i := 1; ; i++ {
		at := bytes.IndexByte(b[i:], '"')
		if at < 0 {
			return f, 0, ErrUnterminated
		}
		i += at + 1
		if i == len(b) || b[i] != '"' {
			f.Value = b[1 : i-1 : i-1]
			return f, i, nil
		}
		f.doubled = true
	}
}

func undoubleAll(fields []Field) {
	for i := range fields {
		if fields[i].doubled {
			fields[i].undouble(fields[i].Value[:0]) // what is read is ahead of what is written
		}
	}
}

// undouble appends the value to memory with its quotes single, and makes that the value.
func (f *Field) undouble(memory []byte) []byte {
	start := len(memory)
	for rest := f.Value; ; {
		at := bytes.IndexByte(rest, '"')
		if at < 0 {
			memory = append(memory, rest...)
			break
		}
		memory = append(memory, rest[:at+1]...)
		rest = rest[at+2:]
	}
	f.Value = memory[start:len(memory):len(memory)]
	f.doubled = false
	return memory
}
