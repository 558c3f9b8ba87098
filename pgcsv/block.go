package pgcsv

import (
	"bytes"
	"errors"
	"io"
)

// Block gives the next rows unparsed, as many whole ones as the buffer holds, in the memory
// of block: to be [Cut] by another goroutine, while this one reads on. At the end the error is
// io.EOF. The header is read first, and is in no block. A file is read by rows or by blocks;
// Row and Line count rows only.
//
// Where rows end is seen by counting quotes: that is right for all that COPY writes. In a file
// that is broken a block may end inside a row, and then Cut finds what is broken.
func (r *Reader) Block(block []byte) ([]byte, error) {
	if _, err := r.Header(); err != nil {
		return nil, err
	}
	for r.failed == nil {
		length := wholeRecords(r.buffer[r.pos:r.end])
		full := r.end-r.pos > len(r.buffer)/2
		if errors.Is(r.ended, io.EOF) {
			length = r.end - r.pos
		}
		if length > 0 && (full || r.ended != nil) {
			return r.give(block, length), nil
		}
		switch {
		case errors.Is(r.ended, io.EOF):
			r.failed = io.EOF
		case r.ended != nil:
			r.failed = r.ended
		default:
			r.failed = r.fill()
		}
	}
	return nil, r.failed
}

// give copies the next bytes into block. Where they are many, the buffer itself is given, and only what is behind them copied.
func (r *Reader) give(block []byte, length int) []byte {
	next := r.buffer[r.pos : r.pos+length : r.pos+length]
	r.pos += length
	if length < LargeBlock {
		return append(block[:0], next...)
	}
	rest := r.buffer[r.pos:r.end]
	r.buffer = make([]byte, max(bufferSize, 2*len(rest)))
	r.pos, r.end = 0, copy(r.buffer, rest)
	return next
}

// LargeBlock is a size in bytes from which on a block is mostly one row: who works on several blocks at once should
// wait for such a one.
const LargeBlock = 16 << 20

// wholeRecords is the length of the records that b begins with and holds whole, where b
// begins with a record.
func wholeRecords(b []byte) int {
	inside := bytes.Count(b, []byte{'"'})%2 == 1
	for end := len(b); ; {
		at := bytes.LastIndexByte(b[:end], '\n')
		if at < 0 {
			return 0
		}
		if bytes.Count(b[at:end], []byte{'"'})%2 == 1 {
			inside = !inside
		}
		if !inside {
			return at + 1
		}
		end = at
	}
}
