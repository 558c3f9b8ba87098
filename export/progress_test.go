package export_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/schema"
)

// Events come in the documented order, one at a time, ten times a second while a file is
// written. (The clock is the test's: three quarters of a second take no time.)
func TestProgress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, to := pair()
		s.copy = func(_ context.Context, sel driver.Selection) error {
			if sel.Table.Name.Table == "b" {
				time.Sleep(250 * time.Millisecond)
			}
			return nil
		}
		var got []gyro.Event
		var inside atomic.Int32
		slicer := export.Slice{Source: s, Target: to, Jobs: jobs("a", "s.b"), Progress: func(e gyro.Event) {
			if inside.Add(1) != 1 {
				t.Error("told by two goroutines at a time")
			}
			defer inside.Add(-1)
			if e.Type == gyro.Moved {
				time.Sleep(60 * time.Millisecond) // beyond the end of the file
			}
			got = append(got, e)
		}}
		if _, err := slicer.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		a, b := schema.NewName("", "a"), schema.NewName("s", "b")
		want := []gyro.Event{
			{Type: gyro.Planned, Job: 0, Jobs: 2, Model: a, File: "a.csv", Estimate: 42},
			{Type: gyro.Planned, Job: 1, Jobs: 2, Model: b, File: "s.b.csv", Estimate: 42},
			{Type: gyro.Started, Job: 0, Jobs: 2, Model: a, File: "a.csv", Estimate: 42},
			{Type: gyro.Finished, Job: 0, Jobs: 2, Model: a, File: "a.csv", Estimate: 42, Rows: 2, Bytes: 26},
			{Type: gyro.Started, Job: 1, Jobs: 2, Model: b, File: "s.b.csv", Estimate: 42},
			{Type: gyro.Moved, Job: 1, Jobs: 2, Model: b, File: "s.b.csv", Estimate: 42},
			{Type: gyro.Moved, Job: 1, Jobs: 2, Model: b, File: "s.b.csv", Estimate: 42},
			{Type: gyro.Finished, Job: 1, Jobs: 2, Model: b, File: "s.b.csv", Estimate: 42, Rows: 1, Bytes: 100_011},
			{Type: gyro.Ended, Jobs: 2, Rows: 3, Bytes: 100_037},
		}
		if d := cmp.Diff(want, got, cmpopts.IgnoreFields(gyro.Event{}, "Elapsed")); d != "" {
			t.Errorf("events (-want +got):\n%s", d)
		}
		if moved, finished := got[5].Elapsed, got[7].Elapsed; moved < 100*time.Millisecond || moved > 110*time.Millisecond || finished < 250*time.Millisecond {
			t.Errorf("moved at %v, finished at %v", moved, finished)
		}
	})
}

// While a file grows, Moved tells of whole buffers that left for the target; it never
// tells more than there is.
func TestProgressMoves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, to := pair()
		row := string(make([]byte, 1023)) + "\n"
		var rows []string
		for range 1001 {
			rows = append(rows, row)
		}
		s.rows["a"] = rows
		slow := &slowTarget{target: to}
		var moved []gyro.Event
		slicer := export.Slice{Source: s, Target: slow, Jobs: jobs("a"), Progress: func(e gyro.Event) {
			if e.Type == gyro.Moved {
				moved = append(moved, e)
			}
		}}
		if _, err := slicer.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(moved) < 10 {
			t.Fatalf("told %d times", len(moved))
		}
		last := gyro.Event{}
		for _, e := range moved {
			if e.Rows < last.Rows || e.Bytes < last.Bytes || e.Rows > 1000 || e.Bytes > 1001<<10 || e.Rows*1024 > e.Bytes+128<<10 {
				t.Fatalf("after %+v came %+v", last, e)
			}
			last = e
		}
		if last.Rows < 800 || last.Bytes < 800<<10 {
			t.Errorf("the last was %+v", last)
		}
	})
}
