package csvdir_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/driver"
)

// A list of included rows moves in with its slice, and is retired with it.
func TestIncludedListsAreExchanged(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "slice")
	write := func(slice string, files, lists []string) {
		t.Helper()
		w := begin(t, csvdir.Dir{Path: dir, Overwrite: true}, append(files, lists...)...)
		m := fill(t, w, slice, files...)
		for i, list := range lists {
			keys := fill(t, w, slice, list).Files[0]
			m.Files[i].Included = &driver.ManifestKeys{File: list, Bytes: keys.Bytes, SHA256: keys.SHA256}
		}
		if err := w.Commit(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	write("one", []string{"a.csv", "b.csv"}, []string{"a.included", "b.included"})
	wantSlice(t, dir, "one", []string{"a.csv", "b.csv"}, "a.included", "b.included")
	write("two", []string{"b.csv"}, []string{"b.included"})
	wantSlice(t, dir, "two", []string{"b.csv"}, "b.included")
	if got := tree(t, dir)["b.included"]; got != fmt.Sprint("-rw------- ", content("two", "b.included")) {
		t.Errorf("b.included is %q", got)
	}
	write("three", []string{"b.csv"}, nil)
	wantSlice(t, dir, "three", []string{"b.csv"})
}

// A name that leaves the directory is refused as a list's name too.
func TestIncludedListOutside(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w := begin(t, csvdir.Dir{Path: dir}, "a.csv")
	m := fill(t, w, "one", "a.csv")
	m.Files[0].Included = &driver.ManifestKeys{File: "../a.included"}
	if err := w.Commit(t.Context(), m); err == nil {
		t.Error("it was taken")
	}
}
