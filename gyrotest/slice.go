package gyrotest

import (
	"context"
	"path/filepath"
	"sync"
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/load"
	"github.com/gyrodata/gyro/postgres"
)

// Slice is a slice that tests use, as a variable of their package: its template is made once a process and server.
type Slice struct {
	Dir string // of the slice
	// Prepare makes what the slice is loaded into, in an empty database: it runs the migrations. Default: nothing, and the tables
	// are made from what the slice says of them: columns, keys and references, no more.
	Prepare func(ctx context.Context, url string) error
	// Importers, IDs and Conflict are those of [load.Slice], for what Prepare has filled already.
	Importers gyro.Registry
	IDs       gyro.IDs
	Conflict  gyro.Conflict

	mu        sync.Mutex
	templates map[string]*template // by server
}

// Load gives the URL of a database of the test's own that holds the slice. Server is the URL of any database of the server, whose
// role may make databases (CREATEDB). What is in the way ends the test.
func (s *Slice) Load(t testing.TB, server string) string {
	t.Helper()
	made, err := s.template(t.Context(), server)
	if err != nil {
		t.Fatalf("gyrotest: %v", err)
	}
	url, drop, err := made.copy(t.Context())
	if err != nil {
		t.Fatalf("gyrotest: %v", err)
	}
	t.Cleanup(func() {
		if err := drop(context.Background()); err != nil { // the test's context has ended
			t.Errorf("gyrotest: %v", err)
		}
	})
	return url
}

// slices are those that [Load] was asked for, by their directories.
var slices struct {
	sync.Mutex
	known map[string]*Slice
}

// Load gives the URL of a database of the test's own that holds the slice in a directory, whose tables are made from what the slice
// says of them. See [Slice] for tables that migrations make.
func Load(t testing.TB, server, dir string) string {
	t.Helper()
	path, err := filepath.Abs(dir)
	if err != nil {
		t.Fatalf("gyrotest: %v", err)
	}
	slices.Lock()
	if slices.known == nil {
		slices.known = map[string]*Slice{}
	}
	s := slices.known[path]
	if s == nil {
		s = &Slice{Dir: dir}
		slices.known[path] = s
	}
	slices.Unlock()
	return s.Load(t, server)
}

// template makes it once; a mistake is made again, for each test to tell it.
func (s *Slice) template(ctx context.Context, server string) (*template, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if made := s.templates[server]; made != nil {
		return made, nil
	}
	made, err := newTemplate(ctx, server, s.fill)
	if err != nil {
		return nil, err
	}
	if s.templates == nil {
		s.templates = map[string]*template{}
	}
	s.templates[server] = made
	return made, nil
}

// fill loads the slice into an empty database.
func (s *Slice) fill(ctx context.Context, url string) error {
	if s.Prepare != nil {
		if err := s.Prepare(ctx, url); err != nil {
			return err
		}
	}
	_, err := load.Slice{
		Source: csvdir.Dir{Path: s.Dir}, Target: postgres.DB{URL: url}, Create: s.Prepare == nil,
		Importers: s.Importers, IDs: s.IDs, Conflict: s.Conflict,
	}.Run(ctx)
	return err //nolint:wrapcheck // it says operation and place itself
}
