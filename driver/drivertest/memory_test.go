package drivertest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/driver/drivertest"
)

// The comments of package driver are enough to write a store by: this one was, and it passes.
func TestMemory(t *testing.T) {
	t.Parallel()
	drivertest.TestStore(t, func(*testing.T) drivertest.Place {
		s := &shelf{}
		return drivertest.Place{
			Store:       func() driver.Store { return memory{s, false} },
			Overwriting: func() driver.Store { return memory{s, true} },
			Look:        func(*testing.T) string { return s.look() },
		}
	})
}

// shelf is a place for one slice in memory.
type shelf struct {
	mu    sync.Mutex
	slice *kept
	taken bool // a slice is on its way
}

func (s *shelf) look() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.slice == nil {
		return ""
	}
	return fmt.Sprintf("%v %q", s.slice.manifest, s.slice.files)
}

// memory is a store over a shelf. Its proof is in verify_test.go.
type memory struct {
	*shelf
	overwrite bool
}

func failed(op string, err error) error { return &gyro.Error{Op: op, Place: "the shelf", Err: err} }

func (m memory) Slice(ctx context.Context) (driver.Slice, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case m.slice == nil:
		return nil, failed("open", errors.New("there is no slice"))
	}
	return m.slice, nil
}

func (m memory) Check(ctx context.Context, _ []string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.check(ctx)
}

func (m memory) check(ctx context.Context) error {
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case m.taken:
		return failed("write to", errors.New("another slice is on its way"))
	case m.slice != nil && !m.overwrite:
		return failed("write to", fmt.Errorf("a slice %w", gyro.ErrExists))
	}
	return nil
}

func (m memory) Begin(ctx context.Context, _ []string) (driver.SliceWriter, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.check(ctx); err != nil {
		return nil, err
	}
	m.taken = true
	return &writer{shelf: m.shelf, kept: &kept{files: map[string][]byte{}}}, nil
}

// writer is a slice on its way.
type writer struct {
	*shelf
	*kept
	done bool
}

func (*writer) Place() string { return "the shelf" }

func (w *writer) Create(ctx context.Context, file string) (io.WriteCloser, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if _, ok := w.files[file]; ok {
		return nil, failed("create a file in", fmt.Errorf("%s %w", file, gyro.ErrExists))
	}
	w.files[file] = nil
	return &page{kept: w.kept, name: file}, nil
}

func (w *writer) Commit(ctx context.Context, m driver.Manifest) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.manifest, w.slice = m, w.kept
	w.taken, w.done = false, true
	return nil
}

func (w *writer) Abort() error {
	if w.done {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.taken, w.done = false, true
	return nil
}

// page is a file that is written.
type page struct {
	*kept
	name string
}

func (p *page) Write(b []byte) (int, error) {
	p.files[p.name] = append(p.files[p.name], b...)
	return len(b), nil
}

func (*page) Close() error { return nil }

// kept is a slice that is complete.
type kept struct {
	manifest driver.Manifest
	files    map[string][]byte
}

func (k *kept) Manifest() driver.Manifest { return k.manifest }

func (*kept) Place() string { return "the shelf" }

func (k *kept) File(ctx context.Context, name string) (io.ReadCloser, error) {
	text, ok := k.files[name]
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case !ok:
		return nil, failed("open a file of", fmt.Errorf("there is no %q", name))
	}
	return io.NopCloser(bytes.NewReader(text)), nil
}
