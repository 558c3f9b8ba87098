package gyrotest

import (
	"flag"
	"os"
	"testing"

	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/export"
)

// Update takes the slice anew, where the test runs with -update (a flag that the test's package defines:
// flag.Bool("update", false, "take slices anew")) or GYRO_UPDATE is set; else it does nothing. Target is set to dir. What is in the way ends the
// test, and leaves the slice that was there.
func Update(t testing.TB, dir string, slice export.Slice) {
	t.Helper()
	if !updating() {
		return
	}
	slice.Target = csvdir.Dir{Path: dir, Overwrite: true}
	report, err := slice.Run(t.Context())
	if err != nil {
		t.Fatalf("gyrotest: %v", err)
	}
	t.Logf("gyrotest: %s taken anew: %d rows in %d files", dir, report.Rows, len(report.Files))
}

func updating() bool {
	if f := flag.Lookup("update"); f != nil && f.Value.String() == "true" {
		return true
	}
	return os.Getenv("GYRO_UPDATE") != ""
}
