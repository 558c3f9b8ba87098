package progress_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/progress"
	"github.com/gyrodata/gyro/schema"
)

// env makes an environment.
func env(pairs ...string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		for _, pair := range pairs {
			if key, value, _ := strings.Cut(pair, "="); key == name {
				return value, true
			}
		}
		return "", false
	}
}

// run is the events of a run: a short job, and a long one with more rows than the planner
// thought.
func run() []gyro.Event {
	a, b := schema.NewName("", "a"), schema.NewName("sales", "b")
	event := func(step gyro.EventType, job int, rows, bytes int64, elapsed time.Duration) gyro.Event {
		e := gyro.Event{Type: step, Job: job, Jobs: 2, Model: a, File: "a.csv", Estimate: 1000, Rows: rows, Bytes: bytes, Elapsed: elapsed}
		if job == 1 {
			e.Model, e.File, e.Estimate = b, "sales.b.csv", 2_000_000
		}
		return e
	}
	return []gyro.Event{
		event(gyro.Planned, 0, 0, 0, 0),
		event(gyro.Planned, 1, 0, 0, 0),
		event(gyro.Started, 0, 0, 0, 0),
		event(gyro.Moved, 0, 250, 10_000, 100*time.Millisecond),
		event(gyro.Finished, 0, 950, 38_000, 400*time.Millisecond),
		event(gyro.Started, 1, 0, 0, 0),
		event(gyro.Moved, 1, 0, 0, 4*time.Second),
		event(gyro.Moved, 1, 500_000, 61_440_000, 5*time.Second),
		event(gyro.Moved, 1, 600_000, 70_000_000, 6*time.Second),
		event(gyro.Moved, 1, 1_000_000, 122_880_000, 10*time.Second),
		event(gyro.Moved, 1, 3_000_000, 368_640_000, 30*time.Second),
		event(gyro.Finished, 1, 3_600_000, 442_368_000, 36*time.Second),
		{Type: gyro.Ended, Jobs: 2, Rows: 3_600_950, Bytes: 442_406_000, Elapsed: 37 * time.Second},
	}
}

// shown is what a mode writes for events.
func shown(t *testing.T, mode string, events []gyro.Event, environment ...string) string {
	t.Helper()
	var out bytes.Buffer
	p, err := progress.New(mode, &out, env(environment...))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		p.Event(e)
	}
	p.Close()
	return out.String()
}

const plain = `1/2 a: 950 rows, 38.0kB, 0.4 s
2/2 sales.b: 500k of ~2.00M rows (25%), 100k rows/s, 12.3MB/s, 0:15 left
2/2 sales.b: 1.00M of ~2.00M rows (50%), 100k rows/s, 12.3MB/s, 0:10 left
2/2 sales.b: 3.00M of ~2.00M rows (99%), 100k rows/s, 12.3MB/s
2/2 sales.b: 3600000 rows, 442MB, 36.0 s
`

func TestModes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		mode string
		env  []string
		want string
	}{
		"none":                     {mode: "none"},
		"plain":                    {mode: "plain", want: plain},
		"plain, in a notebook too": {mode: "plain", env: []string{"JPY_PARENT_PID=7"}, want: plain},
		"auto, in a pipe":          {mode: "auto", env: []string{"TERM=xterm"}, want: plain},
		"auto, in a notebook": {mode: "auto", env: []string{"JPY_PARENT_PID=7"}, want: "" +
			"\r1/2 a: 0 of ~1.00k rows (0%), 0 rows/s, 0B/s" +
			"\r1/2 a: 250 of ~1.00k rows (25%), 2.50k rows/s, 100kB/s, 0:00 left" +
			"\r1/2 a: 950 rows, 38.0kB, 0.4 s                                   " +
			"\r2/2 sales.b: 0 of ~2.00M rows (0%), 0 rows/s, 0B/s" +
			"\r2/2 sales.b: 0 of ~2.00M rows (0%), 0 rows/s, 0B/s" +
			"\r2/2 sales.b: 500k of ~2.00M rows (25%), 100k rows/s, 12.3MB/s, 0:15 left" +
			"\r2/2 sales.b: 600k of ~2.00M rows (30%), 100k rows/s, 11.7MB/s, 0:14 left" +
			"\r2/2 sales.b: 1.00M of ~2.00M rows (50%), 100k rows/s, 12.3MB/s, 0:10 left" +
			"\r2/2 sales.b: 3.00M of ~2.00M rows (99%), 100k rows/s, 12.3MB/s           " +
			"\r2/2 sales.b: 3600000 rows, 442MB, 36.0 s                      " +
			"\r3,600,950 rows, 442MB, 37.0 s           \n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if d := cmp.Diff(c.want, shown(t, c.mode, run(), c.env...)); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
}

// Each event is an object on a line of its own.
func TestJSON(t *testing.T) {
	t.Parallel()
	out := shown(t, "json", run())
	want := `{"step":"planned","job":1,"jobs":2,"model":"a","file":"a.csv","estimate":1000,"rows":0,"bytes":0,"seconds":0}
{"step":"planned","job":2,"jobs":2,"model":"sales.b","file":"sales.b.csv","estimate":2000000,"rows":0,"bytes":0,"seconds":0}
{"step":"started","job":1,"jobs":2,"model":"a","file":"a.csv","estimate":1000,"rows":0,"bytes":0,"seconds":0}
{"step":"moved","job":1,"jobs":2,"model":"a","file":"a.csv","estimate":1000,"rows":250,"bytes":10000,"seconds":0.1}
{"step":"finished","job":1,"jobs":2,"model":"a","file":"a.csv","estimate":1000,"rows":950,"bytes":38000,"seconds":0.4}
`
	if !strings.HasPrefix(out, want) {
		t.Errorf("got:\n%s", out)
	}
	lines := strings.SplitAfter(out, "\n")
	if last := `{"step":"ended","jobs":2,"rows":3600950,"bytes":442406000,"seconds":37}` + "\n"; lines[len(lines)-2] != last {
		t.Errorf("the last line is %s", lines[len(lines)-2])
	}
	if len(lines)-1 != len(run()) {
		t.Errorf("%d lines", len(lines)-1)
	}
	for _, line := range lines[:len(lines)-1] {
		var object map[string]any
		if err := json.Unmarshal([]byte(line), &object); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
}

// A name takes columns, not bytes and not letters: what is left of a longer line is covered, and no more.
func TestRewrittenWidth(t *testing.T) {
	t.Parallel()
	wide := gyro.Event{Type: gyro.Staged, Stage: gyro.Mapping, Jobs: 1, Model: schema.NewName("", "注文一覧")}
	out := shown(t, "auto", []gyro.Event{wide, {Type: gyro.Staged, Stage: gyro.Committing}}, "JPY_PARENT_PID=7")
	if want := "\r1/1 注文一覧: map ids\rcommit" + strings.Repeat(" ", 15) + "\n"; out != want {
		t.Errorf("got  %q\nwant %q", out, want)
	}
}

// A run that failed half way leaves the cursor on a line of its own.
func TestNotebookBroken(t *testing.T) {
	t.Parallel()
	out := shown(t, "auto", run()[:4], "JPY_PARENT_PID=7")
	if !strings.HasSuffix(out, " left\n") {
		t.Errorf("got %q", out)
	}
	if out := shown(t, "auto", nil, "JPY_PARENT_PID=7"); out != "" {
		t.Errorf("nothing ran, and it wrote %q", out)
	}
}

func TestUnknownMode(t *testing.T) {
	t.Parallel()
	p, err := progress.New("bars", &bytes.Buffer{}, env())
	if want := `unknown progress "bars"; known: auto, plain, json, none`; err == nil || err.Error() != want || p != nil {
		t.Errorf("got %v, %v", p, err)
	}
	for _, mode := range progress.Modes() {
		if _, err := progress.New(mode, &bytes.Buffer{}, env()); err != nil {
			t.Errorf("%s: %v", mode, err)
		}
	}
}

// Who reads no longer does not stop the run.
func TestReaderGone(t *testing.T) {
	t.Parallel()
	for _, mode := range progress.Modes() {
		p, err := progress.New(mode, gone{}, env())
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range run() {
			p.Event(e)
		}
		p.Close()
	}
}

type gone struct{}

func (gone) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

// Numbers take four or five characters, times are read at a glance.
func TestFormat(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rows, estimate int64
		elapsed        time.Duration
		want           string
	}{
		{0, 0, 10 * time.Second, "0 of ~0 rows (0%), 0 rows/s, 0B/s"},
		{5, 0, 10 * time.Second, "5 of ~0 rows (0%), 0 rows/s, 0B/s"},
		{999, 999, 9 * time.Second, "999 of ~999 rows (99%), 111 rows/s, 111B/s"},
		{9_994, 99_949, 10 * time.Second, "9.99k of ~99.9k rows (9%), 999 rows/s, 999B/s, 1:30 left"},
		{9_996, 99_951, 9996 * time.Millisecond, "10.0k of ~100k rows (10%), 1.00k rows/s, 1.00kB/s, 1:30 left"},
		{999_499, 999_500, 10 * time.Second, "999k of ~1.00M rows (99%), 99.9k rows/s, 99.9kB/s, 0:00 left"},
		{1_000_000_000, 4_600_000_000_000, 10 * time.Second, "1.00G of ~4.60T rows (0%), 100M rows/s, 100MB/s, 12:46:30 left"},
		{1, 5_000_000_000_000_000, 10 * time.Second, "1 of ~5000T rows (0%), 0 rows/s, 0B/s"},
	} {
		e := gyro.Event{Type: gyro.Moved, Jobs: 1, Model: schema.NewName("", "a"), Rows: c.rows, Bytes: c.rows, Estimate: c.estimate, Elapsed: c.elapsed}
		got := shown(t, "plain", []gyro.Event{e})
		if got != "1/1 a: "+c.want+"\n" {
			t.Errorf("got  %swant 1/1 a: %s", got, c.want)
		}
	}
}

// A load has stages besides its files: of one file, or of the whole.
func TestStages(t *testing.T) {
	t.Parallel()
	a := schema.NewName("", "a")
	events := []gyro.Event{
		{Type: gyro.Planned, Jobs: 1, Model: a, Estimate: 3},
		{Type: gyro.Staged, Stage: gyro.Verifying},
		{Type: gyro.Started, Jobs: 1, Model: a, Estimate: 3},
		{Type: gyro.Finished, Jobs: 1, Model: a, Estimate: 3, Rows: 3, Bytes: 12, Elapsed: time.Second},
		{Type: gyro.Staged, Stage: gyro.Mapping, Jobs: 1, Model: a},
		{Type: gyro.Staged, Stage: gyro.Committing},
		{Type: gyro.Ended, Jobs: 1, Rows: 3, Bytes: 12, Elapsed: time.Second},
	}
	if d := cmp.Diff("verify\n1/1 a: 3 rows, 12B, 1.0 s\n1/1 a: map ids\ncommit\n", shown(t, "plain", events)); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	out := shown(t, "json", events)
	for _, want := range []string{
		`{"step":"stage","stage":"verify","jobs":0,"rows":0,"bytes":0,"seconds":0}` + "\n",
		`{"step":"stage","stage":"map ids","job":1,"jobs":1,"model":"a","rows":0,"bytes":0,"seconds":0}` + "\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("got\n%s\nlacks\n%s", out, want)
		}
	}
}
