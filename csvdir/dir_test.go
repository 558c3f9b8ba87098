package csvdir_test

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/driver"
)

// begin makes ready to write files into dir.
func begin(t *testing.T, dir csvdir.Dir, files ...string) driver.SliceWriter {
	t.Helper()
	w, err := dir.Begin(t.Context(), files)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// fill writes files whose text names the slice, and gives their manifest.
func fill(t *testing.T, w driver.SliceWriter, slice string, files ...string) driver.Manifest {
	t.Helper()
	m := driver.Manifest{Version: driver.ManifestVersion, Server: slice}
	for _, file := range files {
		f, err := w.Create(t.Context(), file)
		if err != nil {
			t.Fatal(err)
		}
		text := content(slice, file)
		if _, err := f.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		m.Files = append(m.Files, driver.ManifestFile{
			File: file, Table: file, Bytes: int64(len(text)), SHA256: fmt.Sprintf("%x", sha256.Sum256([]byte(text))),
		})
	}
	return m
}

func content(slice, file string) string { return "id\n" + slice + " " + file + "\n" }

// write puts a whole slice into dir.
func write(t *testing.T, dir csvdir.Dir, slice string, files ...string) {
	t.Helper()
	w := begin(t, dir, files...)
	if err := w.Commit(t.Context(), fill(t, w, slice, files...)); err != nil {
		t.Fatal(err)
	}
}

// tree is everything below a directory: what it holds, and its mode.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		all[name] = info.Mode().String()
		if info.Mode().IsRegular() {
			text, err := os.ReadFile(path)
			all[name] += " " + string(text)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// wantSlice checks that dir holds just this slice, whole by its manifest, and others.
func wantSlice(t *testing.T, dir, slice string, files []string, others ...string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		t.Error(err)
		return
	}
	var m driver.Manifest
	if err := json.Unmarshal(text, &m); err != nil {
		t.Error(err)
	}
	if m.Server != slice || len(m.Files) != len(files) {
		t.Errorf("the manifest is of slice %s with %d files", m.Server, len(m.Files))
	}
	for _, f := range m.Files {
		text, err := os.ReadFile(filepath.Join(dir, f.File))
		if err != nil || fmt.Sprintf("%x", sha256.Sum256(text)) != f.SHA256 {
			t.Errorf("%s is not what the manifest says: %q, %v", f.File, text, err)
		}
	}
	want := slices.Sorted(slices.Values(slices.Concat([]string{".", "manifest.json"}, files, others)))
	if d := cmp.Diff(want, slices.Sorted(maps.Keys(tree(t, dir)))); d != "" {
		t.Errorf("in the directory (-want +got):\n%s", d)
	}
}

// put makes a file that is no slice's.
func put(t *testing.T, text string, path ...string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(path...), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestFresh(t *testing.T) {
	t.Parallel()
	top := t.TempDir()
	dir := filepath.Join(top, "a", "b")
	w := begin(t, csvdir.Dir{Path: dir}, "x.csv", "y.csv")
	if w.Place() != dir {
		t.Errorf("place %s", w.Place())
	}
	m := fill(t, w, "one", "x.csv", "y.csv")
	if _, err := os.Stat(filepath.Join(dir, "x.csv")); err == nil {
		t.Error("a file is to be seen before Commit")
	}
	if err := w.Commit(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if err := w.Abort(); err != nil {
		t.Errorf("abort after commit: %v", err)
	}
	wantSlice(t, dir, "one", []string{"x.csv", "y.csv"})
	modes := map[string]string{"a": "drwx------", "a/b": "drwx------", "a/b/x.csv": "-rw-------", "a/b/y.csv": "-rw-------", "a/b/manifest.json": "-rw-------"}
	all := tree(t, top)
	for name, mode := range modes {
		if !strings.HasPrefix(all[name], mode) {
			t.Errorf("%s has mode %.10s, want %s", name, all[name], mode)
		}
	}
	text, _ := os.ReadFile(filepath.Join(dir, "manifest.json"))
	want, _ := json.MarshalIndent(m, "", "  ")
	if string(text) != string(want)+"\n" {
		t.Errorf("manifest: %s", text)
	}
}

// Where a file of the slice or a manifest is there, nothing is written, and the error says
// what to do; Check says the same.
func TestExists(t *testing.T) {
	t.Parallel()
	files := []string{"a.csv", "b.csv", "c.csv", "d.csv"}
	for name, c := range map[string]struct {
		there []string
		want  string
	}{
		"manifest": {[]string{"manifest.json"}, "manifest.json"},
		"a file":   {[]string{"c.csv"}, "c.csv"},
		"three":    {[]string{"a.csv", "b.csv", "manifest.json"}, "manifest.json, a.csv, b.csv"},
		"five":     {append([]string{"manifest.json"}, files...), "manifest.json, a.csv, b.csv and 2 more"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for _, file := range c.there {
				put(t, "mine", dir, file)
			}
			before := tree(t, dir)
			want := "write directory " + dir + ": " + c.want + " exists already; nothing was read (set Overwrite to replace the slice that is there, or choose another directory)"
			_, err := csvdir.Dir{Path: dir}.Begin(t.Context(), files)
			for _, err := range []error{err, csvdir.Dir{Path: dir}.Check(t.Context(), files)} {
				if err == nil || err.Error() != want || !errors.Is(err, gyro.ErrExists) {
					t.Errorf("got  %v\nwant %s", err, want)
				}
			}
			if d := cmp.Diff(before, tree(t, dir)); d != "" {
				t.Errorf("the directory was changed:\n%s", d)
			}
		})
	}
}

func TestOverwrite(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "slice")
	write(t, csvdir.Dir{Path: dir}, "old", "a.csv", "b.csv", "c.csv")
	put(t, "mine", dir, "notes.csv")
	target := csvdir.Dir{Path: dir, Overwrite: true}
	if err := target.Check(t.Context(), []string{"b.csv"}); err != nil {
		t.Error(err)
	}
	w := begin(t, target, "b.csv", "d.csv")
	m := fill(t, w, "new", "b.csv", "d.csv")
	wantSlice(t, dir, "old", []string{"a.csv", "b.csv", "c.csv"}, "notes.csv", ".gyro-new", ".gyro-new/b.csv", ".gyro-new/d.csv")
	if err := w.Commit(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	wantSlice(t, dir, "new", []string{"b.csv", "d.csv"}, "notes.csv")
	if text, _ := os.ReadFile(filepath.Join(dir, "notes.csv")); string(text) != "mine" {
		t.Errorf("notes.csv holds %q", text)
	}
}

// Files that Gyro knows for itself do not stand in the way of files that are called so.
func TestOverwriteOwnNames(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "slice")
	files := []string{"old.json", "manifest.json.part", "a.csv"}
	write(t, csvdir.Dir{Path: dir}, "old", append([]string{"z.csv"}, files...)...)
	write(t, csvdir.Dir{Path: dir, Overwrite: true}, "new", files...)
	wantSlice(t, dir, "new", files)
}

// What stands in a manifest is no reason to remove anything outside the directory, or a
// hidden file.
func TestOverwriteMalicious(t *testing.T) {
	t.Parallel()
	top := t.TempDir()
	dir := filepath.Join(top, "slice")
	for _, sub := range []string{"sub", "empty"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	keep := []string{"outside.csv", "slice/.hidden", "slice/sub/in.csv", "slice/mine.csv"}
	for _, file := range keep {
		put(t, "mine", top, file)
	}
	names := []string{"../outside.csv", filepath.Join(top, "outside.csv"), ".hidden", "sub/in.csv", "", ".", "..", "sub", "empty", `..\outside.csv`, "gone.csv"}
	old := driver.Manifest{Version: 1}
	for _, name := range names {
		old.Files = append(old.Files, driver.ManifestFile{File: name})
	}
	text, err := json.Marshal(old)
	if err != nil {
		t.Fatal(err)
	}
	put(t, string(text), dir, "manifest.json")
	write(t, csvdir.Dir{Path: dir, Overwrite: true}, "new", "a.csv")
	wantSlice(t, dir, "new", []string{"a.csv"}, ".hidden", "empty", "mine.csv", "sub", "sub/in.csv")
	for _, file := range keep {
		if text, err := os.ReadFile(filepath.Join(top, file)); err != nil || string(text) != "mine" {
			t.Errorf("%s: %q, %v", file, text, err)
		}
	}
}

// A manifest that is not Gyro's is not replaced, and what it lists stays.
func TestOverwriteForeignManifest(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"not JSON": "can't be read",
		`{"name": "webapp", "files": [{"file": "b.csv"}]}`: "the manifest is not Gyro's (choose another directory, or take manifest.json away)",
		`{"version": 99, "files": [{"file": "b.csv"}]}`:    "the manifest is of version 99, and this Gyro knows 1",
	} {
		dir := t.TempDir()
		put(t, text, dir, "manifest.json")
		put(t, "mine", dir, "b.csv")
		to := csvdir.Dir{Path: dir, Overwrite: true}
		_, err := to.Begin(t.Context(), []string{"a.csv"})
		checked := to.Check(t.Context(), []string{"a.csv"})
		for _, err := range []error{err, checked} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: got %v", text, err)
			}
		}
		if left, err := os.ReadFile(filepath.Join(dir, "b.csv")); err != nil || string(left) != "mine" {
			t.Errorf("%s: b.csv: %q, %v", text, left, err)
		}
	}
}

// What can't be a target is told by Begin and Check, and nothing is made.
func TestNoTarget(t *testing.T) {
	t.Parallel()
	top := t.TempDir()
	put(t, "mine", top, "file")
	for _, sub := range []string{"dir/a.csv", "manifest/manifest.json"} {
		if err := os.MkdirAll(filepath.Join(top, sub), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	before := tree(t, top)
	for path, want := range map[string]string{
		"":                     `open the target: the path is empty (name a directory)`,
		" ":                    `open the target: the path is empty (name a directory)`,
		top + "/file":          `open directory ` + top + `/file: ` + top + `/file is not a directory (choose another path)`,
		top + "/file/":         `open directory ` + top + `/file/: ` + top + `/file is not a directory (choose another path)`,
		top + "/file/below/it": `open directory ` + top + `/file/below/it: stat ` + top + `/file/below/it: not a directory`,
		top + "/dir":           `write directory ` + top + `/dir: a.csv is a directory (choose another directory)`,
		top + "/manifest":      `write directory ` + top + `/manifest: manifest.json is a directory (choose another directory)`,
	} {
		for _, overwrite := range []bool{false, true} {
			dir := csvdir.Dir{Path: path, Overwrite: overwrite}
			w, err := dir.Begin(t.Context(), []string{"a.csv"})
			if w != nil {
				t.Errorf("%s: a writer came back", path)
			}
			for _, err := range []error{err, dir.Check(t.Context(), []string{"a.csv"})} {
				if err == nil || err.Error() != want {
					t.Errorf("got  %v\nwant %s", err, want)
				}
			}
		}
	}
	if d := cmp.Diff(before, tree(t, top)); d != "" {
		t.Errorf("the directory was changed:\n%s", d)
	}
}

// Check makes nothing where Begin would.
func TestCheckFresh(t *testing.T) {
	t.Parallel()
	top := t.TempDir()
	if err := (csvdir.Dir{Path: filepath.Join(top, "a", "b")}).Check(t.Context(), []string{"x.csv"}); err != nil {
		t.Error(err)
	}
	if d := cmp.Diff([]string{"."}, slices.Collect(maps.Keys(tree(t, top)))); d != "" {
		t.Error(d)
	}
}
