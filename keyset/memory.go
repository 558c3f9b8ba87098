package keyset

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"sync"
)

// Memory is the memory that the key sets of one run share. A set that takes a quarter of it,
// or grows when it is full, goes to disk: to files without names where the system allows that,
// so that a run that is killed leaves no key behind, and at most an empty directory.
//
// Its sets may be filled side by side, each by one goroutine. A sealed set may be read by several, but for Has.
type Memory struct {
	bound int64

	mu    sync.Mutex // guards what follows
	used  int64
	dir   string // made when the first set goes to disk
	files []*os.File
	err   error
}

const (
	defaultKeyMemory = 512 << 20
	keyRuns          = 16   // that a set has before they are merged
	keyBlock         = 4096 // bytes of a run behind one entry of its index
	keyBuffer        = 64 << 10
)

// NewMemory makes a budget of bound bytes. Default: 512 MiB.
func NewMemory(bound int64) *Memory {
	if bound <= 0 {
		bound = defaultKeyMemory
	}
	return &Memory{bound: bound}
}

// Set makes an empty set.
func (m *Memory) Set(width int, kind Form) *Set {
	k := NewSet(width, kind)
	k.memory = m
	return k
}

// charge tells that a set takes more bytes than before, or less, and reports whether one that takes size is to go to disk.
func (m *Memory) charge(more, size int64) (full bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.used += more
	return size > m.bound/4 || (m.used > m.bound && size > m.bound/64)
}

// Err is the first thing that went wrong with a file. Sets that can't be read hold fewer keys than they
// should: who asked them must look here before what they said is used.
func (m *Memory) Err() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.err
}

func (m *Memory) fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err == nil && err != nil {
		m.err = err
	}
}

func (m *Memory) create() (*os.File, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
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

// Close removes what is on disk.
func (m *Memory) Close() {
	for _, file := range m.files {
		_ = file.Close()
	}
	if m.dir != "" {
		_ = os.RemoveAll(m.dir)
	}
}

// writeRun writes a run of the keys that next gives, until it gives nil.
func (m *Memory) writeRun(fixed int, next func() []byte) (*keyRun, error) {
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

// mergeRuns makes one run of several.
func (m *Memory) mergeRuns(runs []*keyRun) (*keyRun, error) {
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
