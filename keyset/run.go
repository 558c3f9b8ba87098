package keyset

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"slices"
	"sort"
)

// keyRun is keys in a file: sorted by their bytes, none twice.
type keyRun struct {
	file   *os.File
	fixed  int // bytes of each key; 0: a length stands before each
	size   int64
	count  int
	starts []int64  // of each block
	firsts [][]byte // the block's first key
	last   []byte   // of all keys
	block  []byte   // that was read last
	at     int      // its number, from 1
}

// cursor reads a run from its beginning.
type cursor struct {
	*keyRun
	r   *bufio.Reader
	key []byte // nil at the end
}

func (r *keyRun) read(size int) *cursor {
	return &cursor{keyRun: r, r: bufio.NewReaderSize(io.NewSectionReader(r.file, 0, r.size), size), key: make([]byte, 0, r.fixed)}
}

func (c *cursor) next() error {
	length := uint64(c.fixed)
	if c.fixed == 0 {
		var err error
		if length, err = binary.ReadUvarint(c.r); err != nil {
			return c.end(err)
		}
	}
	if uint64(cap(c.key)) < length {
		c.key = make([]byte, length)
	}
	c.key = c.key[:length]
	if _, err := io.ReadFull(c.r, c.key); err != nil {
		return c.end(err)
	}
	return nil
}

func (c *cursor) end(err error) error {
	c.key = nil
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// has reads the one block that may hold the key.
func (r *keyRun) has(key []byte) (bool, error) {
	i := sort.Search(len(r.firsts), func(i int) bool { return bytes.Compare(r.firsts[i], key) > 0 })
	if i == 0 {
		return false, nil
	}
	if r.at != i {
		end := r.size
		if i < len(r.starts) {
			end = r.starts[i]
		}
		length := int(end - r.starts[i-1])
		r.block = slices.Grow(r.block[:0], length)[:length]
		if _, err := r.file.ReadAt(r.block, r.starts[i-1]); err != nil {
			return false, err
		}
		r.at = i
	}
	for rest := r.block; len(rest) > 0; {
		length := r.fixed
		if r.fixed == 0 {
			n, size := binary.Uvarint(rest)
			length, rest = int(n), rest[size:]
		}
		if c := bytes.Compare(rest[:length], key); c >= 0 {
			return c == 0, nil
		}
		rest = rest[length:]
	}
	return false, nil
}
