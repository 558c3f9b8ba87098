package csvdir_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
)

// A file that only comes to light while the slice is taken, such as that of an included
// model, replaces no file of somebody else's, unless told to; a directory never.
func TestCreateReplacesNothing(t *testing.T) {
	t.Parallel()
	for _, overwrite := range []bool{false, true} {
		dir := t.TempDir()
		put(t, "mine", dir, "late.csv")
		if err := os.Mkdir(filepath.Join(dir, "sub.csv"), 0o700); err != nil {
			t.Fatal(err)
		}
		w, err := csvdir.Dir{Path: dir, Overwrite: overwrite}.Begin(t.Context(), []string{"a.csv"})
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.Create(t.Context(), "late.csv")
		if overwrite != (err == nil) || (err != nil && !errors.Is(err, gyro.ErrExists)) {
			t.Errorf("overwrite %v: %v", overwrite, err)
		}
		if _, err := w.Create(t.Context(), "sub.csv"); !errors.Is(err, gyro.ErrExists) {
			t.Errorf("a directory: %v", err)
		}
		if err := w.Abort(); err != nil {
			t.Error(err)
		}
		if text, err := os.ReadFile(filepath.Join(dir, "late.csv")); err != nil || string(text) != "mine" {
			t.Errorf("overwrite %v: %q, %v", overwrite, text, err)
		}
	}
}
