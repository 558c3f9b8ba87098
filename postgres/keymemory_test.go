package postgres_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/postgres"
)

// TestKeyMemory on disk give the same bytes as keys in memory, and nothing is left of them, neither at
// the end nor where the run is cancelled.
func TestKeyMemory(t *testing.T) { //nolint:paralleltest // it sets TMPDIR
	url := pgtest.DB(t)
	pgtest.Exec(t, url, following)
	all, importers := followJobs()
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	empty := func() {
		t.Helper()
		if left, err := os.ReadDir(temporary); err != nil || len(left) > 0 {
			t.Errorf("%v is left, %v", left, err)
		}
	}
	sums := map[string]string{}
	for _, memory := range []int64{0, 1, 300, 5000} {
		ctx, dir, seen := t.Context(), filepath.Join(t.TempDir(), "slice"), false
		s := export.Slice{
			Source: postgres.DB{URL: url}, Target: csvdir.Dir{Path: dir}, Jobs: all, Importers: importers, KeyMemory: memory,
			Progress: func(gyro.Event) {
				left, err := os.ReadDir(temporary)
				seen = seen || err == nil && len(left) > 0
			},
		}
		if _, err := s.Run(ctx); err != nil {
			t.Fatal(err)
		}
		empty()
		if seen != (memory > 0) {
			t.Errorf("with %d bytes keys are on disk: %t", memory, seen)
		}
		m, err := csvdir.ReadManifest(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range m.Files {
			if sums[f.File] == "" {
				sums[f.File] = f.SHA256
			}
			if f.SHA256 != sums[f.File] {
				t.Errorf("with %d bytes: %s has other bytes", memory, f.File)
			}
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	s := export.Slice{
		Source: postgres.DB{URL: url}, Target: csvdir.Dir{Path: filepath.Join(t.TempDir(), "slice")}, Jobs: all, Importers: importers, KeyMemory: 1,
		Progress: func(e gyro.Event) {
			if e.Type == gyro.Finished {
				cancel()
			}
		},
	}
	if _, err := s.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	empty()
	t.Setenv("TMPDIR", filepath.Join(temporary, "nowhere"))
	s.Progress = nil
	if _, err := s.Run(t.Context()); err == nil || !strings.HasPrefix(err.Error(), "keep keys on disk: ") {
		t.Errorf("got %v", err)
	}
}
