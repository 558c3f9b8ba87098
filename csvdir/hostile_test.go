//go:build unix

package csvdir_test

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/driver"
)

// twoTables is a slice of a, and b that refers to it.
func twoTables(t testing.TB) string {
	t.Helper()
	return makeSlice(t, made("a", "id integer", "id\n1\n2\n"), made("b", "id integer, a_id integer", "id,a_id\n1,1\n").to("a_id -> a.id"))
}

// What a manifest says is a claim: no number in it makes anybody reserve memory, or fail otherwise than by a
// problem.
func TestManifestNumbers(t *testing.T) {
	t.Parallel()
	dir := twoTables(t)
	good, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(good, &m); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"rows", "bytes"} {
		for _, n := range []any{-1, -1 << 62, int64(1<<63 - 1), 1_000_000_000_000_000, 100_000_000, "7", 1.5, nil, []int{1}} {
			for _, file := range m["files"].([]any) {
				file.(map[string]any)[key] = n
			}
			text, err := json.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, "manifest.json"), text, 0o600); err != nil {
				t.Fatal(err)
			}
			for _, memory := range []int64{0, 1} {
				v, err := csvdir.Verify(t.Context(), dir, csvdir.VerifyOptions{MemoryLimit: memory})
				if err != nil || v.Proved() {
					t.Errorf("%s %v: %v, proved", key, n, err)
				}
			}
			if _, err := csvdir.Why(t.Context(), dir, "a", []string{"1"}); err != nil && strings.Contains(err.Error(), "panic") {
				t.Errorf("%s %v: %v", key, n, err)
			}
		}
	}
}

// A manifest that is mutated byte by byte is a problem or a slice, never a panic, and takes little memory.
func FuzzManifest(f *testing.F) {
	dir := twoTables(f)
	good, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"version":1,"files":[{"file":"a.csv","table":"a","kind":"table","columns":[{"name":"id"}],"rows":9223372036854775807,"bytes":-1}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		defer debug.SetMemoryLimit(debug.SetMemoryLimit(256 << 20))
		dir := twoTables(t)
		if err := os.WriteFile(filepath.Join(dir, "manifest.json"), text, 0o600); err != nil {
			t.Fatal(err)
		}
		_, _ = csvdir.Verify(t.Context(), dir, csvdir.VerifyOptions{})
		_, _ = csvdir.Why(t.Context(), dir, "a", []string{"1"})
	})
}

// A pipe, a link or a directory in the place of a file ends with an error, and is not waited for.
func TestNotAFile(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"manifest.json", "a.csv"} {
		for what, put := range map[string]func(path string) error{
			"pipe":      func(path string) error { return syscall.Mkfifo(path, 0o600) },
			"device":    func(path string) error { return os.Symlink("/dev/zero", path) },
			"link":      func(path string) error { return os.Symlink("b.csv", path) },
			"directory": func(path string) error { return os.Mkdir(path, 0o700) },
		} {
			dir := twoTables(t)
			path := filepath.Join(dir, name)
			if err := errors.Join(os.Remove(path), put(path)); err != nil {
				t.Fatal(err)
			}
			done := inBackground(func() {
				v, err := csvdir.Verify(t.Context(), dir, csvdir.VerifyOptions{})
				if err == nil && v.Proved() {
					t.Errorf("%s in place of %s: proved", what, name)
				}
				if _, err := csvdir.Why(t.Context(), dir, "a", []string{"1"}); err == nil {
					t.Errorf("%s in place of %s: why said nothing", what, name)
				}
				if s, err := (csvdir.Dir{Path: dir}).Slice(t.Context()); err == nil {
					if f, err := s.File(t.Context(), "a.csv"); err == nil {
						_ = f.Close()
						t.Errorf("%s in place of %s: opened", what, name)
					}
				}
			})
			select {
			case <-done:
			case <-time.After(20 * time.Second):
				t.Fatalf("%s in place of %s: still waiting", what, name)
			}
		}
	}
}

func inBackground(do func()) chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		do()
	}()
	return done
}

// A link in the place of Gyro's own directory is not followed: what it leads to stays as it is, whether the export is
// refused for other reasons or not.
func TestStagingLink(t *testing.T) {
	t.Parallel()
	other, dir := twoTables(t), t.TempDir()
	before := tree(t, other)
	if err := os.Symlink(other, filepath.Join(dir, ".gyro-new")); err != nil {
		t.Fatal(err)
	}
	for _, overwrite := range []bool{false, true} {
		to := csvdir.Dir{Path: dir, Overwrite: overwrite}
		if _, err := to.Begin(t.Context(), []string{"a.csv"}); err == nil || !strings.Contains(err.Error(), "no directory of Gyro's") {
			t.Errorf("Begin: %v", err)
		}
		if err := to.Check(t.Context(), []string{"a.csv"}); err == nil {
			t.Error("Check took it")
		}
	}
	if after := tree(t, other); !maps.Equal(after, before) {
		t.Errorf("the other slice was\n%v\nand is\n%v", before, after)
	}
}

// Only what a manifest proves to be the old slice's file is replaced: not one that it merely names, not one that was changed,
// and not one that no manifest knows.
func TestOverwriteOnlyItsOwn(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(dir string) error{
		"named only": func(dir string) error {
			text := `{"version":1,"server":"x","files":[{"file":"thesis.odt","table":"t","kind":"table","rows":0,"bytes":0,"sha256":""}]}`
			return errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o700), os.WriteFile(filepath.Join(dir, "manifest.json"), []byte(text), 0o600),
				os.WriteFile(filepath.Join(dir, "thesis.odt"), []byte("my only copy"), 0o600))
		},
		"changed, of the same size": func(dir string) error {
			path := filepath.Join(dir, "a.csv")
			text, err := os.ReadFile(path)
			if err == nil {
				text[len(text)-2] ^= 1
				err = os.WriteFile(path, text, 0o600)
			}
			return err
		},
		"grown": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "a.csv"), []byte("id\n1\n2\n3\n4\n5\n"), 0o600)
		},
		"without manifest": func(dir string) error { return os.Remove(filepath.Join(dir, "manifest.json")) },
		"another of that name": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "new.csv"), []byte("mine"), 0o600)
		},
	} {
		dir := filepath.Join(t.TempDir(), "slice")
		write(t, csvdir.Dir{Path: dir}, "old", "a.csv", "b.csv")
		if err := spoil(dir); err != nil {
			t.Fatal(err)
		}
		before := tree(t, dir)
		to := csvdir.Dir{Path: dir, Overwrite: true}
		if err := to.Check(t.Context(), []string{"a.csv", "new.csv"}); err == nil || !strings.Contains(err.Error(), "is not a file of the slice") {
			t.Errorf("%s: Check: %v", name, err)
		}
		var w driver.SliceWriter
		w, err := to.Begin(t.Context(), []string{"a.csv", "new.csv"})
		if err == nil {
			t.Errorf("%s: taken", name)
			_ = w.Abort()
		}
		if after := tree(t, dir); !maps.Equal(after, before) {
			t.Errorf("%s: it was\n%v\nand is\n%v", name, before, after)
		}
	}
}
