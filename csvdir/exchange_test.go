package csvdir_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/driver"
)

// The files of the old and the new slice: one is the old one's alone, one both have, and
// two are the new one's alone.
var (
	oldFiles = []string{"a.csv", "b.csv"}
	newFiles = []string{"b.csv", "c.csv", "d.csv"}
)

// operation is one step of the exchange, as the package comment promises it.
type operation struct {
	name string
	do   func(dir string) error
}

func rename(from, to string) operation {
	return operation{"rename " + from + " to " + to, func(dir string) error {
		return os.Rename(filepath.Join(dir, from), filepath.Join(dir, to))
	}}
}

func remove(name string) operation {
	return operation{"remove " + name, func(dir string) error { return os.Remove(filepath.Join(dir, name)) }}
}

// exchange is all that Commit does to a directory, step by step; the new slice counts from
// the journal on. journal is the manifest's text.
func exchange(journal []byte, before bool) (operations []operation, counts int) {
	part := ".gyro-new/.manifest.json.part"
	create := func(text []byte) operation {
		return operation{"write the journal", func(dir string) error { return os.WriteFile(filepath.Join(dir, part), text, 0o600) }}
	}
	operations = []operation{create(nil), create(journal[:len(journal)/2]), create(journal), rename(part, ".gyro-new/manifest.json")}
	counts = len(operations)
	if before {
		operations = append(operations, rename("manifest.json", ".gyro-new/.old.json"), remove("a.csv"))
	}
	for _, file := range newFiles {
		operations = append(operations, rename(".gyro-new/"+file, file))
	}
	operations = append(operations, rename(".gyro-new/manifest.json", "manifest.json"))
	if before {
		operations = append(operations, remove(".gyro-new/.old.json"))
	}
	return append(operations, remove(".gyro-new")), counts
}

// ready makes a directory with an old slice, if before, another's file, and the new slice's
// files in .gyro-new.
func ready(t *testing.T, before bool) (dir string, w driver.SliceWriter, m driver.Manifest) {
	t.Helper()
	dir = t.TempDir()
	put(t, "mine", dir, "notes.csv")
	if before {
		write(t, csvdir.Dir{Path: dir}, "old", oldFiles...)
	}
	w = begin(t, csvdir.Dir{Path: dir, Overwrite: true}, newFiles...)
	return dir, w, fill(t, w, "new", newFiles...)
}

// The operations of these tests are those of Commit: they lead to the same.
func TestExchangeIsCommit(t *testing.T) {
	t.Parallel()
	for _, before := range []bool{true, false} {
		committed, w, m := ready(t, before)
		if err := w.Commit(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		journal, err := os.ReadFile(filepath.Join(committed, "manifest.json"))
		if err != nil {
			t.Fatal(err)
		}
		replayed, _, _ := ready(t, before)
		operations, _ := exchange(journal, before)
		for _, o := range operations {
			if err := o.do(replayed); err != nil {
				t.Fatal(o.name, err)
			}
		}
		if d := cmp.Diff(tree(t, committed), tree(t, replayed)); d != "" {
			t.Errorf("-committed +replayed:\n%s", d)
		}
	}
}

// Broken off after any step, the exchange is ended by the next Begin, with Overwrite or
// without: the old slice or the new one is whole, and nothing else is left. A process
// that dies gives back its lock; here the first writer is left behind in another
// directory.
func TestBrokenOff(t *testing.T) {
	t.Parallel()
	for _, before := range []bool{true, false} {
		_, _, m := ready(t, before)
		journal, err := json.MarshalIndent(m, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		operations, counts := exchange(journal, before)
		for steps := range len(operations) + 1 {
			for _, overwrite := range []bool{true, false} {
				name := "before the first step"
				if steps > 0 {
					name = "after: " + operations[steps-1].name
				}
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					original, w, _ := ready(t, before)
					dir := t.TempDir()
					if err := os.CopyFS(dir, os.DirFS(original)); err != nil {
						t.Fatal(err)
					}
					if err := w.Abort(); err != nil {
						t.Fatal(err)
					}
					for _, o := range operations[:steps] {
						if err := o.do(dir); err != nil {
							t.Fatal(o.name, err)
						}
					}
					recovered(t, csvdir.Dir{Path: dir, Overwrite: overwrite}, before, steps >= counts)
				})
			}
		}
	}
}

// recovered opens a directory that was broken off, and checks what it holds then.
func recovered(t *testing.T, dir csvdir.Dir, before, fresh bool) {
	t.Helper()
	slice, files := "old", oldFiles
	if fresh {
		slice, files = "new", newFiles
	}
	holds := before || fresh // a slice
	if err := dir.Check(t.Context(), []string{"other.csv"}); errors.Is(err, gyro.ErrExists) != (holds && !dir.Overwrite) {
		t.Errorf("check: %v", err)
	}
	w, err := dir.Begin(t.Context(), []string{"other.csv"})
	switch {
	case err == nil && holds && !dir.Overwrite:
		t.Error("a slice is there, and Begin does not say so")
	case err == nil:
		if err := w.Abort(); err != nil {
			t.Error(err)
		}
	case !errors.Is(err, gyro.ErrExists) || !holds || dir.Overwrite:
		t.Fatal(err)
	}
	if holds {
		wantSlice(t, dir.Path, slice, files, "notes.csv")
		return
	}
	if all := tree(t, dir.Path); len(all) != 2 || !strings.HasSuffix(all["notes.csv"], " mine") {
		t.Errorf("left: %v", all)
	}
}

// A run that was killed before its slice was complete is swept away, whatever it wrote.
func TestSweep(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, ".gyro-new", "deep"), 0o700); err != nil {
		t.Fatal(err)
	}
	put(t, "id\n1", dir, ".gyro-new", "a.csv")
	put(t, "{", dir, ".gyro-new", ".manifest.json.part")
	write(t, csvdir.Dir{Path: dir}, "new", "b.csv")
	wantSlice(t, dir, "new", []string{"b.csv"})
}

// A journal that Gyro did not write, or that can't be read, moves nothing.
func TestMaliciousJournal(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ journal, want string }{
		"outside":    {`{"version": 1, "files": [{"file": "a.csv"}, {"file": "../../x.csv"}]}`, `.gyro-new/manifest.json lists a file "../../x.csv", which no slice has; remove .gyro-new if it is not yours`},
		"hidden":     {`{"version": 1, "files": [{"file": ".gyro-new"}]}`, `.gyro-new/manifest.json lists a file ".gyro-new", which no slice has; remove .gyro-new if it is not yours`},
		"manifest":   {`{"version": 1, "files": [{"file": "manifest.json"}]}`, `.gyro-new/manifest.json lists a file "manifest.json", which no slice has; remove .gyro-new if it is not yours`},
		"unreadable": {`{"files": `, `can't be read: unexpected end of JSON input`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			top := t.TempDir()
			dir := filepath.Join(top, "deep", "slice")
			write(t, csvdir.Dir{Path: dir}, "old", oldFiles...)
			if err := os.Mkdir(filepath.Join(dir, ".gyro-new"), 0o700); err != nil {
				t.Fatal(err)
			}
			put(t, "theirs", dir, ".gyro-new", "a.csv")
			put(t, "theirs", top, "deep", "x.csv")
			put(t, c.journal, dir, ".gyro-new", "manifest.json")
			before := tree(t, top)
			_, err := csvdir.Dir{Path: dir, Overwrite: true}.Begin(t.Context(), []string{"b.csv"})
			if err == nil || !strings.HasPrefix(err.Error(), "recover directory "+dir+": ") || !strings.HasSuffix(err.Error(), c.want) {
				t.Errorf("got %v", err)
			}
			if d := cmp.Diff(before, tree(t, top)); d != "" {
				t.Errorf("the directory was changed:\n%s", d)
			}
		})
	}
}
