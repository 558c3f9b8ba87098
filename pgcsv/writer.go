package pgcsv

import (
	"bytes"
	"io"
)

// Writer writes records through a buffer. It is used by one goroutine at a time.
type Writer struct {
	target io.Writer
	buffer []byte
	err    error
}

// NewWriter makes a Writer; Flush ends it.
func NewWriter(target io.Writer) *Writer { return &Writer{target: target} }

// Header writes the names of the columns.
func (w *Writer) Header(names []string) error {
	fields := make([]Field, len(names))
	for i, name := range names {
		fields[i].Value = []byte(name)
	}
	return w.Write(fields)
}

// Write writes one row. After an error it does nothing, and says it again.
func (w *Writer) Write(row []Field) error {
	if w.err != nil {
		return w.err
	}
	w.buffer = AppendRecord(w.buffer, row)
	if len(w.buffer) >= bufferSize {
		return w.Flush()
	}
	return nil
}

// Flush writes what is still in the buffer.
func (w *Writer) Flush() error {
	if w.err == nil && len(w.buffer) > 0 {
		_, w.err = w.target.Write(w.buffer)
		w.buffer = w.buffer[:0]
	}
	return w.err
}

// AppendRecord appends a row, or the header, with its line feed.
func AppendRecord(dst []byte, row []Field) []byte {
	if len(row) == 1 && string(row[0].Value) == `\.` && !row[0].Null {
		return append(dst, "\"\\.\"\n"...) // else it would end the data for COPY FROM
	}
	for i, f := range row {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = AppendField(dst, f.Value, f.Null)
	}
	return append(dst, '\n')
}

// AppendField appends one of several fields, without the comma. A field that is alone may
// need more quotes: see [AppendRecord].
func AppendField(dst, value []byte, null bool) []byte {
	if null {
		return dst
	}
	plain := len(value) > 0
	for _, c := range value {
		if ends[c] {
			plain = false
			break
		}
	}
	if plain {
		return append(dst, value...)
	}
	dst = append(dst, '"')
	for {
		at := bytes.IndexByte(value, '"')
		if at < 0 {
			break
		}
		dst = append(append(dst, value[:at+1]...), '"')
		value = value[at+1:]
	}
	return append(append(dst, value...), '"')
}
