package export_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/schema"
)

// calls is what source and target were asked for, in order.
type calls struct {
	mu   sync.Mutex
	list []string
}

func (c *calls) add(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.list = append(c.list, fmt.Sprintf(format, args...))
}

// source is a Database over a catalog; every table's file is text.
type source struct {
	*calls
	catalog  schema.Catalog
	rows     map[string][]string // of a table, the header first; none: the header alone
	openErr  error
	catErr   error
	closeErr error
	explain  func(driver.Selection) error
	copy     func(context.Context, driver.Selection) error // before anything is written
}

var taken = time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC)

func (s *source) String() string { return "fake source" }

func (s *source) Open(context.Context) (driver.Snapshot, error) {
	s.add("open")
	return s, s.openErr
}

func (s *source) Origin() gyro.Origin {
	return gyro.Origin{Server: "PostgreSQL 15.18", Standby: true, Time: taken, LSN: "0/16B3748"}
}

func (s *source) Catalog(context.Context) (schema.Catalog, error) { return s.catalog, s.catErr }

func (s *source) Explain(_ context.Context, all ...driver.Selection) ([]gyro.Estimate, error) {
	var estimates []gyro.Estimate
	for _, sel := range all {
		s.add("explain %s", sel.Table.Name)
		if s.explain != nil {
			if err := s.explain(sel); err != nil {
				return nil, err
			}
		}
		estimates = append(estimates, gyro.Estimate{SQL: "SELECT " + sel.Table.Name.String(), Rows: 42, Cost: 1.5})
	}
	return estimates, nil
}

func (s *source) Refuses(context.Context, *schema.Table, string, []string, []string) (string, error) {
	return "", nil
}

func (s *source) Copy(ctx context.Context, sel driver.Selection, w io.Writer) (int64, error) {
	s.add("copy %s", sel.Table.Name)
	if s.copy != nil {
		if err := s.copy(ctx, sel); err != nil {
			return 0, err
		}
	}
	rows := s.rows[sel.Table.Name.Table]
	for _, row := range rows {
		if _, err := io.WriteString(w, row); err != nil {
			return 0, err
		}
	}
	return int64(max(0, len(rows)-1)), ctx.Err()
}

func (s *source) Finish(context.Context) error { return nil }

func (s *source) Close() error {
	s.add("close")
	return s.closeErr
}

// target is a Store that keeps a slice in memory.
type target struct {
	*calls
	files     map[string]*bytes.Buffer
	manifest  driver.Manifest
	beginErr  error
	createErr error
	fileErr   error // of a file's Close
	commitErr error
	abortErr  error
}

func (t *target) String() string { return "fake target" }

func (t *target) Slice(context.Context) (driver.Slice, error) {
	return nil, errors.New("there is none")
}

func (t *target) Check(_ context.Context, files []string) error {
	t.add("check %s", files)
	return t.beginErr
}

func (t *target) Begin(_ context.Context, files []string) (driver.SliceWriter, error) {
	t.add("begin %s", files)
	t.files = map[string]*bytes.Buffer{}
	return t, t.beginErr
}

func (t *target) Create(_ context.Context, file string) (io.WriteCloser, error) {
	t.add("create %s", file)
	t.files[file] = &bytes.Buffer{}
	return &memory{Writer: t.files[file], target: t, name: file}, t.createErr
}

func (t *target) Commit(_ context.Context, m driver.Manifest) error {
	t.add("commit")
	t.manifest = m
	return t.commitErr
}

func (t *target) Abort() error {
	t.add("abort")
	return t.abortErr
}

func (t *target) Place() string { return "/slices/a" }

// memory is one file of a target.
type memory struct {
	io.Writer
	target *target
	name   string
}

func (m *memory) Close() error {
	m.target.add("close %s", m.name)
	return m.target.fileErr
}

// endpoints are a source and a target that write their calls into one list.
func endpoints(tables ...*schema.Table) (*source, *target) {
	c := &calls{}
	s := &source{calls: c, catalog: schema.Catalog{}}
	for _, t := range tables {
		s.catalog[t.Name] = t
	}
	return s, &target{calls: c}
}

// jobs makes a job of each table's name, without a query.
func jobs(tables ...string) []gyro.ImportJob {
	list := make([]gyro.ImportJob, len(tables))
	for i, name := range tables {
		list[i].Model = gyro.Table(name)
	}
	return list
}

// wantCalls compares what source and target were asked for.
func wantCalls(t *testing.T, c *calls, want ...string) {
	t.Helper()
	if d := cmp.Diff(want, c.list); d != "" {
		t.Errorf("calls (-want +got):\n%s", d)
	}
}

// slowTarget is a target whose files take 100 ms for each write.
type slowTarget struct{ *target }

func (t *slowTarget) Begin(ctx context.Context, files []string) (driver.SliceWriter, error) {
	_, err := t.target.Begin(ctx, files)
	return t, err
}

func (t *slowTarget) Create(ctx context.Context, file string) (io.WriteCloser, error) {
	f, err := t.target.Create(ctx, file)
	return slowFile{f}, err
}

type slowFile struct{ io.WriteCloser }

func (f slowFile) Write(p []byte) (int, error) {
	time.Sleep(100 * time.Millisecond)
	return f.WriteCloser.Write(p)
}
