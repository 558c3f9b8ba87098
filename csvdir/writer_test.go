package csvdir_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gyrodata/gyro/csvdir"
)

// Abort leaves what was there before Begin, wherever the run was.
func TestAbort(t *testing.T) {
	t.Parallel()
	for name, setup := range map[string]func(t *testing.T, top string) csvdir.Dir{
		"nothing there":   func(_ *testing.T, top string) csvdir.Dir { return csvdir.Dir{Path: filepath.Join(top, "a", "b")} },
		"an empty folder": func(_ *testing.T, top string) csvdir.Dir { return csvdir.Dir{Path: top} },
		"another's file": func(t *testing.T, top string) csvdir.Dir {
			put(t, "mine", top, "notes.csv")
			return csvdir.Dir{Path: top}
		},
		"an old slice": func(t *testing.T, top string) csvdir.Dir {
			write(t, csvdir.Dir{Path: top}, "old", "x.csv", "z.csv")
			return csvdir.Dir{Path: top, Overwrite: true}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			top := t.TempDir()
			dir := setup(t, top)
			before := tree(t, top)
			for stage := range 4 {
				w := begin(t, dir, "x.csv", "y.csv")
				ctx, cancel := context.WithCancel(t.Context())
				cancel()
				switch stage {
				case 1: // a file is half written
					f, err := w.Create(t.Context(), "x.csv")
					if err != nil {
						t.Fatal(err)
					}
					if _, err := f.Write([]byte("id\n1")); err != nil {
						t.Fatal(err)
					}
				case 2: // the files are complete
					fill(t, w, "new", "x.csv", "y.csv")
				case 3: // cancelled just before Commit
					if err := w.Commit(ctx, fill(t, w, "new", "x.csv", "y.csv")); !errors.Is(err, context.Canceled) {
						t.Errorf("commit: %v", err)
					}
				}
				for range 2 { // again, it does nothing
					if err := w.Abort(); err != nil {
						t.Error(err)
					}
				}
				if d := cmp.Diff(before, tree(t, top)); d != "" {
					t.Errorf("stage %d: the directory was changed:\n%s", stage, d)
				}
			}
		})
	}
}

// What somebody put into a directory that Begin made is left there.
func TestAbortLeavesForeign(t *testing.T) {
	t.Parallel()
	top := t.TempDir()
	w := begin(t, csvdir.Dir{Path: filepath.Join(top, "a", "b")}, "x.csv")
	put(t, "mine", top, "a", "mine.csv")
	if err := w.Abort(); err != nil {
		t.Error(err)
	}
	all := tree(t, top)
	if _, gone := all["a/b"]; gone || !strings.HasSuffix(all["a/mine.csv"], "mine") {
		t.Errorf("left: %v", all)
	}
}

// What breaks a commit once the new slice counts does not lose it: the error says so, the
// lock is given back, and the next run that can moves the slice in.
func TestCommitBroken(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, csvdir.Dir{Path: dir}, "old", "a.csv", "b.csv")
	target := csvdir.Dir{Path: dir, Overwrite: true}
	w := begin(t, target, "b.csv", "c.csv", "d.csv")
	m := fill(t, w, "new", "b.csv", "c.csv", "d.csv")
	obstacle := filepath.Join(dir, "c.csv", "x")
	if err := os.MkdirAll(obstacle, 0o700); err != nil {
		t.Fatal(err)
	}
	err := w.Commit(t.Context(), m)
	if want := "(the slice is complete in .gyro-new; the next run on this directory moves it in)"; err == nil || !strings.Contains(err.Error(), want) {
		t.Fatalf("commit: %v", err)
	}
	if err := w.Abort(); err != nil {
		t.Error(err)
	}
	left := tree(t, dir)
	for range 2 { // as often as one tries, nothing is lost
		if _, err := target.Begin(t.Context(), []string{"e.csv"}); err == nil || !strings.HasPrefix(err.Error(), "recover directory "+dir+": move in: ") {
			t.Errorf("begin: %v", err)
		}
		if d := cmp.Diff(left, tree(t, dir)); d != "" {
			t.Fatalf("the directory was changed:\n%s", d)
		}
	}
	if err := os.RemoveAll(filepath.Dir(obstacle)); err != nil {
		t.Fatal(err)
	}
	if err := begin(t, target, "e.csv").Abort(); err != nil {
		t.Error(err)
	}
	wantSlice(t, dir, "new", []string{"b.csv", "c.csv", "d.csv"})
}

// A file is made once, and only in a slice that was begun.
func TestCreateMistakes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w := begin(t, csvdir.Dir{Path: dir}, "x.csv")
	fill(t, w, "new", "x.csv")
	if _, err := w.Create(t.Context(), "x.csv"); err == nil || !strings.HasPrefix(err.Error(), "create a file in directory "+dir+": ") {
		t.Errorf("twice: %v", err)
	}
	f, err := w.Create(t.Context(), "y.csv")
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte("x")); err == nil || !strings.HasPrefix(err.Error(), "write directory "+dir+": ") {
		t.Errorf("after Close: %v", err)
	}
	if err := w.Abort(); err != nil {
		t.Error(err)
	}
	if _, err := w.Create(t.Context(), "z.csv"); err == nil {
		t.Error("after Abort a file was made")
	}
}
