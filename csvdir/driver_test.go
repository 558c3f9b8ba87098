package csvdir_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/driver/drivertest"
)

// A directory keeps the contracts of a store.
func TestStore(t *testing.T) {
	t.Parallel()
	drivertest.TestStore(t, func(t *testing.T) drivertest.Place {
		above := t.TempDir()
		path := filepath.Join(above, "slices", "a") // neither is there
		return drivertest.Place{
			Store:       func() driver.Store { return csvdir.Dir{Path: path} },
			Overwriting: func() driver.Store { return csvdir.Dir{Path: path, Overwrite: true} },
			Look: func(t *testing.T) string {
				var b strings.Builder
				all := tree(t, above)
				for _, name := range slices.Sorted(maps.Keys(all)) {
					fmt.Fprintf(&b, "%s: %s\n", name, all[name])
				}
				return b.String()
			},
		}
	})
}

// A file that lies in the directory, but is none of the slice's, is not given away as one.
func TestStoreForeignFile(t *testing.T) {
	t.Parallel()
	dir := csvdir.Dir{Path: t.TempDir()}
	write(t, dir, "a", "t.csv")
	if err := os.WriteFile(filepath.Join(dir.Path, "notes.txt"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	slice, err := dir.Slice(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if file, err := slice.File(t.Context(), "notes.txt"); err == nil {
		file.Close()
		t.Error("it is opened")
	}
}

// A file of a directory keeps the contracts of a foreign CSV file.
func TestSheetFile(t *testing.T) {
	t.Parallel()
	drivertest.TestSheetFile(t, func(t *testing.T) drivertest.Foreign {
		dir := t.TempDir()
		const text = "id\n1\n2\n"
		path := filepath.Join(dir, "t.csv")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return drivertest.Foreign{
			File: csvdir.File(path, filepath.Join(dir, "rejects.csv")), Text: text,
			Look: func(t *testing.T) string { return fmt.Sprint(tree(t, dir)) },
		}
	})
}
