package drivertest

import (
	"errors"
	"io"
	"testing"

	"github.com/gyrodata/gyro/driver"
)

// Foreign is a foreign CSV file, and the place of its rejects, in which there is nothing yet.
type Foreign struct {
	File driver.SheetFile
	Text string // what the file holds
	// Look gives all that lies where the rejects go, in any form that tells one state from another.
	Look func(t *testing.T) string
}

// TestSheetFile holds a foreign CSV file to the contracts of [driver.SheetFile] and [driver.Rejects]. fresh
// makes another one each time.
func TestSheetFile(t *testing.T, fresh func(t *testing.T) Foreign) {
	for _, c := range []struct {
		name string
		test func(t *testing.T, f Foreign)
	}{
		{"the file", testOpen},
		{"Commit", testRejectsCommit},
		{"Abort", testRejectsAbort},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.test(t, fresh(t))
		})
	}
}

func testOpen(t *testing.T, f Foreign) {
	before := f.Look(t)
	if f.File.Name == "" {
		t.Error("the file has no name for messages")
	}
	if f.File.Size != 0 && f.File.Size != int64(len(f.Text)) {
		t.Errorf("Size is %d, and the file has %d bytes", f.File.Size, len(f.Text))
	}
	for range 2 {
		file, err := f.File.Open(t.Context())
		if err != nil {
			t.Fatalf("Open: %v", err)
		}
		text, err := io.ReadAll(file)
		if err = errors.Join(err, file.Close()); err != nil || string(text) != f.Text {
			t.Errorf("the file holds %q, %v", text, err)
		}
	}
	_, err := f.File.Open(ended(t))
	wantError(t, "Open", err, errCancelled)
	_, err = f.File.Reject(ended(t))
	wantError(t, "Reject", err, errCancelled)
	if after := f.Look(t); after != before {
		t.Errorf("reading left %s", after)
	}
}

// rejected writes a row.
func (f Foreign) rejected(t *testing.T) driver.Rejects {
	t.Helper()
	w, err := f.File.Reject(t.Context())
	if err != nil {
		t.Fatalf("Reject: %v", err)
	}
	if _, err := io.WriteString(w, "reason,id\nbad,1\n"); err != nil {
		t.Fatalf("Write: %v", err)
	}
	return w
}

func testRejectsCommit(t *testing.T, f Foreign) {
	before := f.Look(t)
	w := f.rejected(t)
	if w.Place() == "" {
		t.Error("Place says nothing")
	}
	if err := w.Commit(t.Context()); err != nil {
		t.Fatalf("Commit: %v", err)
	}
	committed := f.Look(t)
	if committed == before {
		t.Error("Commit left nothing")
	}
	// What lies there is not written over by another load.
	other, err := f.File.Reject(t.Context())
	if err == nil {
		if err = other.Commit(t.Context()); err == nil {
			t.Error("rejects of an earlier load are written over")
		}
		if err := other.Abort(); err != nil {
			t.Errorf("Abort: %v", err)
		}
	}
	wantWords(t, "rejects where there are some", err)
	if after := f.Look(t); after != committed {
		t.Errorf("another load changed what lies there; before\n%s\nafter\n%s", committed, after)
	}
	if err := w.Abort(); err != nil {
		t.Errorf("Abort after Commit: %v", err)
	}
	if after := f.Look(t); after != before {
		t.Errorf("Abort after Commit left %s", after)
	}
}

func testRejectsAbort(t *testing.T, f Foreign) {
	before := f.Look(t)
	if err := f.rejected(t).Abort(); err != nil {
		t.Errorf("Abort: %v", err)
	}
	w := f.rejected(t)
	wantError(t, "Commit", w.Commit(ended(t)), errCancelled)
	if err := w.Abort(); err != nil {
		t.Errorf("Abort: %v", err)
	}
	if after := f.Look(t); after != before {
		t.Errorf("Abort left %s", after)
	}
}
