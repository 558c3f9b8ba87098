package pgcsv

import (
	"bytes"
	"slices"
)

// Cell is one field of a record.
type Cell struct {
	Text   []byte // UTF-8, without its quotes
	Quoted bool
}

// empty reports whether nothing stands in the field, not even quotes.
func (c Cell) empty() bool { return len(c.Text) == 0 && !c.Quoted }

// Record is one record of a foreign file. It is valid until the next Read.
type Record struct {
	Cells    []Cell
	Row      int64     // from 1; the header is not counted
	Line     int64     // where it begins, from 1: a line ends with LF, CRLF or CR, also inside quotes
	Offset   int64     // where it begins in the file, in bytes
	Problems []Problem // in the order of columns, the record's own first; none: well-formed

	raw      []byte
	original []byte // raw as it is in a file of several bytes a character
	encoding Encoding
}

// Blank reports whether a record is delimiters alone, as spreadsheets write rows that are empty.
func (r *Record) Blank() bool {
	return len(r.Cells) > 1 && !slices.ContainsFunc(r.Cells, func(c Cell) bool { return !c.empty() })
}

// AppendRaw appends the record's bytes as they are in the file, with its line end.
func (r *Record) AppendRaw(dst []byte) []byte {
	switch {
	case r.original != nil:
		return append(dst, r.original...)
	case r.encoding.utf16():
		return r.encoding.appendUnits(dst, r.raw)
	}
	return append(dst, r.raw...)
}

// Ended says whether the record has a line end: the last one of a file may have none.
func (r *Record) Ended() bool {
	last := r.raw[len(r.raw)-1]
	return last == '\n' || last == '\r'
}

// clone is a record that is valid for ever.
func (r *Record) clone() *Record {
	own := *r
	own.Cells, own.Problems, own.raw, own.original = slices.Clone(r.Cells), slices.Clone(r.Problems), slices.Clone(r.raw), slices.Clone(r.original)
	for i := range own.Cells {
		own.Cells[i].Text = slices.Clone(own.Cells[i].Text)
	}
	return &own
}

// lines counts the lines of a record.
func lines(raw []byte) int64 {
	n := bytes.Count(raw, []byte{'\n'})
	if returns := bytes.Count(raw, []byte{'\r'}); returns > 0 {
		n += returns - bytes.Count(raw, []byte("\r\n"))
	}
	if last := raw[len(raw)-1]; last != '\n' && last != '\r' {
		n++
	}
	return int64(n)
}
