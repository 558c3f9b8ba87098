//go:build unix

package csvdir

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
)

// names are those of a directory's files.
func names(t *testing.T, dir string) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

// Until it is committed a file of rejects has no name; what older runs left that were killed is removed, what others hold stays.
func TestTemporary(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	held, err := os.CreateTemp(dir, ".gyro-rejects-*")
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close() //nolint:errcheck // only held
	if err := lockFile(held); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{".gyro-rejects-123", "shops.csv"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("a\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "bad.csv")
	r, err := newRejects(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Write([]byte("row\n")); err != nil {
		t.Fatal(err)
	}
	if got, want := names(t, dir), []string{filepath.Base(held.Name()), "shops.csv"}; runtime.GOOS == "linux" && !slices.Equal(got, want) {
		t.Errorf("there are %q, want %q", got, want)
	}
	if err := r.Commit(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got, want := names(t, dir), []string{filepath.Base(held.Name()), "bad.csv", "shops.csv"}; !slices.Equal(got, want) {
		t.Errorf("there are %q, want %q", got, want)
	}
	info, err := os.Stat(path)
	if text, _ := os.ReadFile(path); err != nil || info.Mode() != 0o600 || string(text) != "row\n" {
		t.Errorf("%v %v, %q", info.Mode(), err, text)
	}
	// Another one does not take its place, and leaves nothing.
	other, err := newRejects(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Commit(context.Background()); err == nil {
		t.Error("a file was written over")
	}
	if err := other.Abort(); err != nil || len(names(t, dir)) != 3 {
		t.Errorf("%v, there are %q", err, names(t, dir))
	}
	if err := r.Abort(); err != nil || len(names(t, dir)) != 2 {
		t.Errorf("%v, there are %q", err, names(t, dir))
	}
}

// Where files have to have names, one is held while it is written, and gone afterwards.
func TestTemporaryNamed(t *testing.T) {
	t.Parallel()
	for _, commit := range []bool{true, false} {
		dir := t.TempDir()
		file, err := os.CreateTemp(dir, ".gyro-rejects-*")
		if err != nil {
			t.Fatal(err)
		}
		if err := lockFile(file); err != nil {
			t.Fatal(err)
		}
		r := &rejects{path: filepath.Join(dir, "bad.csv"), file: &temporary{file, true}}
		sweepFiles(dir, ".gyro-rejects-*")
		if got := names(t, dir); len(got) != 1 {
			t.Errorf("there are %q", got)
		}
		want := []string{"bad.csv"}
		if !commit {
			want = nil
			err = r.Abort()
		} else {
			err = r.Commit(context.Background())
		}
		if got := names(t, dir); err != nil || !slices.Equal(got, want) {
			t.Errorf("%v, there are %q", err, got)
		}
	}
}
