package drivertest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
)

// sample is a slice: what its files hold, in the order in which they are written, and its manifest.
type sample struct {
	names    []string
	texts    map[string]string
	manifest driver.Manifest
}

func (s *sample) add(name, text string) (bytes int64, sum string) {
	s.names = append(s.names, name)
	s.texts[name] = text
	digest := sha256.Sum256([]byte(text))
	return int64(len(text)), hex.EncodeToString(digest[:])
}

// table adds the file of a table.
func (s *sample) table(f driver.ManifestFile, text string, rows int64) {
	f.Kind, f.Rows = "table", rows
	f.Bytes, f.SHA256 = s.add(f.File, text)
	s.manifest.Files = append(s.manifest.Files, f)
}

// Parents and children: what is asked most of a slice, and the values that are lost most easily.
const (
	parentsCSV  = "id,name\n1,\"O'Brien, \"\"Bob\"\"\"\n2,\"\"\n3,\n4,\"two\r\nlines \u00e9\"\n"
	childrenCSV = "id,parent_id\n10,1\n11,4\n12,\n"
)

// family is a slice of parents and their children, whose files are named for who took it, so that two of
// them have no file in common.
func family(who string) *sample { return familyOf(who, parentsCSV, childrenCSV, 4, 3) }

func familyOf(who, parents, children string, parentRows, childRows int64) *sample {
	s := &sample{texts: map[string]string{}}
	s.manifest = driver.Manifest{
		Version: driver.ManifestVersion, Gyro: "v0.0.0-" + who, Server: "PostgreSQL 15.18", Standby: true,
		Taken: time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC), LSN: "0/16B3748",
	}
	s.table(driver.ManifestFile{
		File: who + " Parents.csv", Table: "parents", Job: 1, Query: true, PrimaryKey: []string{"id"}, Unique: [][]string{{"name"}},
		Columns: []driver.ManifestColumn{{Name: "id", Type: "bigint", NotNull: true, Sequence: true}, {Name: "name", Type: "text"}},
	}, parents, parentRows)
	included := &driver.ManifestKeys{File: who + " Parents.included", Rows: 1}
	included.Bytes, included.SHA256 = s.add(included.File, "id\n4\n")
	s.manifest.Files[0].Included = included
	s.table(driver.ManifestFile{
		File: who + " größe%.csv", Table: "sales.children", Job: 2, PrimaryKey: []string{"id"},
		Columns:    []driver.ManifestColumn{{Name: "id", Type: "integer", NotNull: true}, {Name: "parent_id", Type: "bigint"}},
		References: []driver.ManifestReference{{Name: "children_parent_fk", Columns: []string{"parent_id"}, Table: "parents", ToColumns: []string{"id"}, Missing: "include"}},
	}, children, childRows)
	return s
}

// begin makes ready to write the slice.
func (s *sample) begin(t *testing.T, store driver.Store) driver.SliceWriter {
	t.Helper()
	w, err := store.Begin(t.Context(), s.names)
	if err != nil {
		t.Fatalf("Begin: %v", err)
	}
	return w
}

// fill writes the files, in several pieces each, one file after the other.
func (s *sample) fill(t *testing.T, w driver.SliceWriter) {
	t.Helper()
	for _, name := range s.names {
		s.fillOne(t, w, name)
	}
}

// fillTogether writes them side by side.
func (s *sample) fillTogether(t *testing.T, w driver.SliceWriter) {
	t.Helper()
	var all sync.WaitGroup
	for _, name := range s.names {
		all.Go(func() { s.fillOne(t, w, name) })
	}
	all.Wait()
	if t.Failed() {
		t.FailNow()
	}
}

func (s *sample) fillOne(t *testing.T, w driver.SliceWriter, name string) {
	t.Helper()
	file, err := w.Create(t.Context(), name)
	if err != nil {
		t.Errorf("Create(%q): %v", name, err)
		return
	}
	text := s.texts[name]
	for len(text) > 0 {
		piece := text[:min(7, len(text))]
		text = text[len(piece):]
		if n, err := io.WriteString(file, piece); err != nil || n != len(piece) {
			t.Errorf("Write to %q: %d of %d bytes, %v", name, n, len(piece), err)
			return
		}
	}
	if err := file.Close(); err != nil {
		t.Errorf("Close of %q: %v", name, err)
	}
}

// put writes the whole slice.
func (s *sample) put(t *testing.T, store driver.Store) {
	t.Helper()
	w := s.begin(t, store)
	s.fill(t, w)
	if err := w.Commit(t.Context(), s.manifest); err != nil {
		t.Fatalf("Commit: %v", err)
	}
}

// want opens the slice that is there, which has to be this one, whole.
func (s *sample) want(t *testing.T, store driver.Store) driver.Slice {
	t.Helper()
	got, err := store.Slice(t.Context())
	if err != nil {
		t.Fatalf("Slice: %v", err)
	}
	if got, want := text(t, got.Manifest()), text(t, s.manifest); got != want {
		t.Errorf("the manifest is\n%s\nwant\n%s", got, want)
	}
	for _, name := range s.names {
		if got := read(t, got, name); got != s.texts[name] {
			t.Errorf("file %q holds\n%q\nwant\n%q", name, got, s.texts[name])
		}
	}
	return got
}

func text(t *testing.T, m driver.Manifest) string {
	t.Helper()
	b, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func read(t *testing.T, slice driver.Slice, name string) string {
	t.Helper()
	file, err := slice.File(t.Context(), name)
	if err != nil {
		t.Errorf("File(%q): %v", name, err)
		return ""
	}
	b, err := io.ReadAll(file)
	if err = errors.Join(err, file.Close()); err != nil {
		t.Errorf("file %q: %v", name, err)
	}
	return string(b)
}

// wantNone sees to it that there is no slice.
func wantNone(t *testing.T, store driver.Store) {
	t.Helper()
	if _, err := store.Slice(t.Context()); err == nil {
		t.Error("Slice gives a slice, and there is none")
	} else {
		wantWords(t, "Slice where there is none", err)
	}
}

// wantWords sees to it that an error says operation and cause.
func wantWords(t *testing.T, what string, err error) {
	t.Helper()
	var e *gyro.Error
	switch {
	case err == nil:
		t.Errorf("%s: no error", what)
	case !errors.As(err, &e):
		t.Errorf("%s: the error is no gyro.Error: %v", what, err)
	case e.Op == "" || e.Err == nil:
		t.Errorf("%s: the error lacks its operation or its cause: %v", what, err)
	}
}

// wantError sees to it that an error wraps another.
func wantError(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: got the error %v, which does not wrap %q", what, err, want)
	}
}

// errCancelled is the cause with which the suite ends contexts.
var errCancelled = errors.New("the suite has cancelled it")

// ended is a context that has ended.
func ended(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errCancelled)
	return ctx
}
