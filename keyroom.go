package gyro

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"sort"
)

// keyRoom is the memory that the key sets of one run share. A set that takes a quarter of it,
// or grows when it is full, goes to disk: to files without names where the system allows that,
// so that a run that is killed leaves no key behind, and at most an empty directory.
type keyRoom struct {
	bound int64
	used  int64
	dir   string // made when the first set goes to disk
	files []*os.File
	// err is the first thing that went wrong with a file. Sets that can't be read hold fewer
	// keys than they should: who asked them must look here before what they said is used.
	err error
}

const (
	defaultKeyMemory = 512 << 20
	keyRuns          = 16   // that a set has before they are merged
	keyBlock         = 4096 // bytes of a run behind one entry of its index
	keyBuffer        = 64 << 10
)

func newKeyRoom(bound int64) *keyRoom {
	if bound <= 0 {
		bound = defaultKeyMemory
	}
	return &keyRoom{bound: bound}
}

// keys makes an empty set.
func (m *keyRoom) keys(width int, kind keyKind) *Keys {
	k := newKeys(width, kind)
	k.room = m
	return k
}

// full reports whether a set that takes so many bytes is to go to disk.
func (m *keyRoom) full(size int64) bool {
	return size > m.bound/4 || (m.used > m.bound && size > m.bound/64)
}

func (m *keyRoom) fail(err error) {
	if m.err == nil && err != nil {
		m.err = &Error{Op: "keep keys on disk", Err: err, Hint: "TMPDIR names another directory; KeyMemory (key_memory) is how much stays in memory"}
	}
}

func (m *keyRoom) create() (*os.File, error) {
	if m.dir == "" {
		dir, err := os.MkdirTemp("", "gyro-keys-")
		if err != nil {
			return nil, err
		}
		m.dir = dir
	}
	file, err := os.CreateTemp(m.dir, "")
	if err != nil {
		return nil, err
	}
	m.files = append(m.files, file)
	_ = os.Remove(file.Name()) // where it can't go while it is open, close removes it
	return file, nil
}

// close removes what is on disk.
func (m *keyRoom) close() {
	for _, file := range m.files {
		_ = file.Close()
	}
	if m.dir != "" {
		_ = os.RemoveAll(m.dir)
	}
}

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

// writeRun writes a run of the keys that next gives, until it gives nil.
func (m *keyRoom) writeRun(fixed int, next func() []byte) (*keyRun, error) {
	file, err := m.create()
	if err != nil {
		return nil, err
	}
	r := &keyRun{file: file, fixed: fixed}
	w := bufio.NewWriterSize(file, keyBuffer)
	var length []byte
	for key := next(); key != nil; key = next() {
		if len(r.starts) == 0 || r.size-r.starts[len(r.starts)-1] >= keyBlock {
			r.starts, r.firsts = append(r.starts, r.size), append(r.firsts, bytes.Clone(key))
		}
		if fixed == 0 {
			length = binary.AppendUvarint(length[:0], uint64(len(key)))
			_, _ = w.Write(length) // Flush gives the error
			r.size += int64(len(length))
		}
		_, _ = w.Write(key)
		r.last = append(r.last[:0], key...)
		r.size += int64(len(key))
		r.count++
	}
	return r, w.Flush()
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

// mergeRuns makes one run of several.
func (m *keyRoom) mergeRuns(runs []*keyRun) (*keyRun, error) {
	cursors := make([]*cursor, len(runs))
	for i, r := range runs {
		cursors[i] = r.read(keyBuffer)
		if err := cursors[i].next(); err != nil {
			return nil, err
		}
	}
	var (
		failed error
		last   []byte
	)
	merged, err := m.writeRun(runs[0].fixed, func() []byte {
		if last != nil { // step over it, wherever it stands
			for _, c := range cursors {
				if c.key != nil && bytes.Equal(c.key, last) {
					failed = errors.Join(failed, c.next())
				}
			}
		}
		var least *cursor
		for _, c := range cursors {
			if c.key != nil && (least == nil || bytes.Compare(c.key, least.key) < 0) {
				least = c
			}
		}
		if least == nil || failed != nil {
			return nil
		}
		last = append(last[:0], least.key...)
		return last
	})
	for _, r := range runs {
		failed = errors.Join(failed, r.file.Close())
	}
	return merged, errors.Join(err, failed)
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
		r.block = append(r.block[:0], make([]byte, end-r.starts[i-1])...)
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
