//go:build unix

package csvdir_test

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gyrodata/gyro/csvdir"
)

// While one writes, another is refused, and changes nothing; then it may.
func TestLock(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "slice")
	first := begin(t, csvdir.Dir{Path: dir}, "a.csv")
	m := fill(t, first, "one", "a.csv")
	before := tree(t, dir)
	target := csvdir.Dir{Path: dir, Overwrite: true}
	_, err := target.Begin(t.Context(), []string{"a.csv"})
	if want := "lock directory " + dir + ": another gyro is writing to it"; err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	if d := cmp.Diff(before, tree(t, dir)); d != "" {
		t.Errorf("the refused one changed the directory:\n%s", d)
	}
	if err := first.Commit(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	wantSlice(t, dir, "one", []string{"a.csv"})
	if err := begin(t, target, "a.csv").Abort(); err != nil {
		t.Error(err)
	}
	write(t, target, "two", "b.csv")
	wantSlice(t, dir, "two", []string{"b.csv"})
}

// A commit that was broken holds no lock.
func TestLockAfterBrokenCommit(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "slice")
	w := begin(t, csvdir.Dir{Path: dir}, "a.csv")
	m := fill(t, w, "one", "a.csv")
	m.Files[0].File = "../a.csv" // which the exchange refuses
	if err := w.Commit(t.Context(), m); err == nil {
		t.Fatal("committed")
	}
	_, err := csvdir.Dir{Path: dir}.Begin(t.Context(), nil)
	if err == nil || err.Error() == "lock directory "+dir+": another gyro is writing to it" {
		t.Errorf("got %v", err)
	}
}
