package progress_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/internal/browser"
	"github.com/gyrodata/gyro/pgcsv"
	"github.com/gyrodata/gyro/progress"
	"github.com/gyrodata/gyro/schema"
)

// tag is what is no text of HTML.
var tag = regexp.MustCompile(`<[^>]*>`)

// words are the texts of HTML, a line of a table each.
func words(html string) string {
	html = strings.NewReplacer("</td><td", "</td> | <td", "</th><th", "</th> | <th", "</div><div><small>", "; ").Replace(html)
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&#34;", `"`, "&#43;", "+").Replace(strings.TrimSpace(tag.ReplaceAllString(html, "")))
}

// A notebook has a bar a job from the beginning on, and totals at the end; each time all of it is shown.
func TestNotebook(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var shown []string
		n := progress.Notebook{Show: func(html string) { shown = append(shown, html) }}
		for i, e := range run() {
			if i > 2 {
				time.Sleep(time.Second)
			}
			n.Event(e)
			synctest.Wait()
		}
		n.Close()
		for at, want := range map[int]string{
			0: "a | 0% |  | ~1.00k rows",
			1: "a | 0% |  | 0/~1.00k rows  0 rows/s  0B/s  0:00<?\nsales.b | 0% |  | ~2.00M rows", // both are planned by then
			8: "a | 100% |  | 950 rows  38.0kB  2.38k rows/s  95.0kB/s  0:00\nsales.b | 50% |  | 1.00M/~2.00M rows  100k rows/s  12.3MB/s  0:10<0:10",
			len(shown) - 1: "a | 100% |  | 950 rows  38.0kB  2.38k rows/s  95.0kB/s  0:00\nsales.b | 100% |  | 3.60M rows  442MB  100k rows/s  12.3MB/s  0:36\n\n" +
				"3,600,950 rows, 442MB, 37.0 s",
		} {
			if at < 0 || at >= len(shown) {
				t.Fatalf("it was shown %d times", len(shown))
			}
			if d := cmp.Diff(want, words(shown[at])); d != "" {
				t.Errorf("%d: -want +got:\n%s", at, d)
			}
		}
		if last := shown[len(shown)-1]; last != n.HTML() || strings.Count(last, `role="progressbar"`) != 2 || strings.Count(last, `width:100%`) != 2 {
			t.Errorf("got\n%s", last)
		}
	})
}

// However many events there are, it is shown four times a second, less often where it is much; and what came last is shown
// also where nothing follows.
func TestNotebookRate(t *testing.T) {
	t.Parallel()
	for jobs, most := range map[int]int{1: 41, 1000: 13} {
		synctest.Test(t, func(t *testing.T) {
			var (
				mu    sync.Mutex // nothing but time stands between who shows and who looks
				seen  []string
				shown = func() []string {
					mu.Lock()
					defer mu.Unlock()
					return slices.Clone(seen)
				}
			)
			n := progress.Notebook{Show: func(html string) {
				mu.Lock()
				defer mu.Unlock()
				seen = append(seen, html)
			}}
			for i := range jobs {
				n.Event(gyro.Event{Type: gyro.Planned, Job: i, Jobs: jobs, Model: schema.NewName("", "a"), Estimate: 1_000_000})
			}
			for i := range 1000 {
				n.Event(gyro.Event{Type: gyro.Moved, Jobs: jobs, Model: schema.NewName("", "a"), Estimate: 1_000_000, Rows: int64(i), Elapsed: time.Duration(i) * 10 * time.Millisecond})
				time.Sleep(10 * time.Millisecond)
			}
			if times := len(shown()); times < most/3 || times > most {
				t.Errorf("%d jobs: in ten seconds it was shown %d times", jobs, times)
			}
			time.Sleep(10 * time.Second)
			before := shown()
			if last := before[len(before)-1]; !strings.Contains(last, "999/~1.00M rows") {
				t.Errorf("%d jobs: what came last is not shown:\n%.300s", jobs, last)
			}
			n.Close()
			time.Sleep(time.Minute)
			after := shown()
			if last := after[len(after)-1]; len(after) != len(before)+1 || !strings.Contains(last, "stopped: 0 of ") {
				t.Errorf("%d jobs: Close showed %d times, at last\n%.300s", jobs, len(after)-len(before), last)
			}
		})
	}
}

// A load has stages besides its files, a copy is two runs, a snapshot that is given up begins anew; and who can't show
// anything in place of what is there reads the end.
func TestNotebookKinds(t *testing.T) {
	t.Parallel()
	a := schema.NewName("", "a")
	done := gyro.Event{Type: gyro.Finished, Jobs: 1, Model: a, Estimate: 3, Rows: 3, Bytes: 12, Elapsed: time.Second}
	for want, events := range map[string][]gyro.Event{
		"":                               nil,
		"verify\nstopped":                {{Type: gyro.Staged, Stage: gyro.Verifying}},
		"a | 100% |  | map ids\nstopped": {done, {Type: gyro.Staged, Stage: gyro.Mapping, Jobs: 1, Model: a}},
		"a | 100% |  | 3 rows  12B  3 rows/s  12B/s  0:01\n\n3 rows, 12B, 1.0 s": {
			done, {Type: gyro.Staged, Stage: gyro.Mapping, Jobs: 1, Model: a}, {Type: gyro.Staged, Stage: gyro.Committing}, {Type: gyro.Ended, Rows: 3, Bytes: 12, Elapsed: time.Second},
		},
		"the server gave up": {done, {Type: gyro.Restarted}},
		"0:01\n\n3 rows, 12B, 1.0 s\n\na | 0% |  | ~9 rows\n\nstopped: 0 of 1 were done": {
			done, {Type: gyro.Ended, Rows: 3, Bytes: 12, Elapsed: time.Second}, {Type: gyro.Planned, Jobs: 1, Model: a, Estimate: 9},
		},
	} {
		var n progress.Notebook
		for _, e := range events {
			n.Event(e)
		}
		if before := words(n.HTML()); want != "" && !strings.Contains(before, strings.TrimSpace(strings.Split(want, "stopped")[0])) {
			t.Errorf("wanted\n%s\ngot\n%s", want, before)
		}
		n.Close()
		if _, end, found := strings.Cut(want, "stopped"); found && !strings.Contains(words(n.HTML()), "stopped"+end) || want == "" && n.HTML() != "" {
			t.Errorf("wanted\n%s\ngot\n%s", want, words(n.HTML()))
		}
	}
}

// plans and reports have everything that can stand in them.
func planAndReports() (*gyro.Plan, []*gyro.Report) {
	a, b := schema.NewName("", "a"), schema.NewName("sales", "b")
	plan := &gyro.Plan{
		Jobs: []gyro.PlannedJob{
			{Job: 1, Model: a, File: "a.csv", Whole: true, Estimate: gyro.Estimate{Rows: 1234.6, SQL: "SELECT secret"}},
			{Job: 2, Model: b, File: "b.csv", References: []string{"a_id -> a: restrict"}, Masks: []string{"email: fake email"}, Estimate: gyro.Estimate{Rows: 12, Shape: "unnest join on a_id"}},
			{Model: schema.NewName("", "c")},
		},
		Loads: []gyro.PlannedLoad{{Model: b, Rows: 7, IDs: gyro.Sequential(), Conflict: gyro.Skip(), Mapped: []string{"a_id -> a"}}, {Model: a, IDs: gyro.Keep(), Columns: []string{"name: Name"}}},
		Notes: []gyro.Text{"set {Missing}"}, TargetError: gyro.Text("there is one; set {Overwrite}"),
	}
	export := &gyro.Report{
		Place: "slices/one", Files: []gyro.FileReport{{Model: a, File: "a.csv", Rows: 1234, Bytes: 56789, Elapsed: time.Second}, {Model: b, File: "b.csv"}},
		Rows: 1234, Bytes: 56789, Elapsed: 1500 * time.Millisecond, Notes: []gyro.Text{"set {Missing}"},
	}
	load := &gyro.Report{Place: "slices/one", Load: &gyro.LoadReport{Tables: []gyro.TableReport{{Model: a, Rows: 10, Inserted: 7, Skipped: 2, Updated: 1}}, Record: "records/1", Exclusive: true}}
	sheet := &gyro.Report{Load: &gyro.LoadReport{
		DryRun: true, NoUndo: "rows were {Skip}ped", Record: "records/1", Tables: []gyro.TableReport{{Model: a, Rows: 3, Inserted: 1, Rejected: 2}},
		Validation: &gyro.Validation{Files: []gyro.FileValidation{{Model: a, File: "a.csv", Rows: 3, Bad: 2, Rules: []gyro.BrokenRule{
			{Rule: gyro.Required, Column: "name", Text: "NULL, where the table has NOT NULL", Count: 2}, {Rule: pgcsv.Rule("ragged"), Text: "too few fields", Count: 1},
		}}}},
	}}
	return plan, []*gyro.Report{export, load, sheet}
}

// Plans and reports are tables with the words of Go; what is not there leaves nothing.
func TestHTML(t *testing.T) {
	t.Parallel()
	plan, reports := planAndReports()
	for i, c := range []struct {
		html progress.HTML
		want string
	}{
		{progress.PlanHTML(plan), "job | table | how | rows (estimate)\n1 | a | whole table | 1,234\n2 | sales.b | unnest join on a_id; a_id -> a: restrict; masked email: fake email | 12\n" +
			"- | c | only rows that others include | not known\n\ntable | ids | conflict | rows\nsales.b | sequential | skip; a_id -> a | 7\na | keep | name: Name | \n\n" +
			"note: set Missing\nthe target would refuse: there is one; set Overwrite"},
		{progress.ReportHTML(reports[0]), "file | rows | bytes | seconds\na.csv | 1,234 | 56,789 | 1.00\nb.csv | 0 | 0 | 0.00\n2 files | 1,234 | 56,789 | 1.50\nslice: slices/one\nnote: set Missing"},
		{progress.ReportHTML(reports[1]), "table | rows | inserted | skipped | updated\na | 10 | 7 | 2 | 1\n\nforeign keys and indexes were built again\nslice: slices/one\n" +
			`undo: load.Undo(ctx, csvdir.Dir{Path: "records/1"}, target)`},
		{progress.ReportHTML(reports[2]), "table | rows | inserted | skipped | updated | rejected\na | 3 | 1 | 0 | 0 | 2\n\na.csv | rule | rows | \n" +
			"name | required | 2 | NULL, where the table has NOT NULL\n(the row) | ragged | 1 | too few fields\n\na dry run: all was rolled back\nundo: not possible: rows were Skipped"},
		{progress.ReportHTML(&gyro.Report{}), ""},
		{progress.PlanHTML(&gyro.Plan{}), ""},
		{progress.ReportHTML(nil), ""},
		{progress.PlanHTML(nil), ""},
	} {
		if d := cmp.Diff(c.want, words(c.html.HTML())); d != "" {
			t.Errorf("%d: -want +got:\n%s", i, d)
		}
	}
}

// Whoever named a table, a file or a column: it is a text of the page, and turns no other text around.
func TestHTMLEscapes(t *testing.T) {
	t.Parallel()
	const evil = `"'><script>alert(1)</script>&amp;<!--` + "\u202e\x1b[2J\n"
	name := schema.NewName(evil, evil)
	var n progress.Notebook
	for _, e := range run() {
		e.Model, e.File = name, evil
		n.Event(e)
	}
	n.Event(gyro.Event{Type: gyro.Staged, Stage: evil})
	for _, html := range []string{
		n.HTML(),
		progress.PlanHTML(&gyro.Plan{
			Jobs:  []gyro.PlannedJob{{Job: 1, Model: name, References: []string{evil}, Masks: []string{evil}, Estimate: gyro.Estimate{Shape: evil}}},
			Loads: []gyro.PlannedLoad{{Model: name, IDs: gyro.NaturalKey(evil), Mapped: []string{evil}, Columns: []string{evil}}}, Notes: []gyro.Text{evil}, TargetError: gyro.Text(evil),
		}).HTML(),
		progress.ReportHTML(&gyro.Report{Place: evil, Files: []gyro.FileReport{{File: evil}}, Notes: []gyro.Text{evil}, Load: &gyro.LoadReport{
			Record: evil, Tables: []gyro.TableReport{{Model: name}},
			Validation: &gyro.Validation{Files: []gyro.FileValidation{{File: evil, Rules: []gyro.BrokenRule{{Column: evil, Rule: evil, Text: evil}}}}},
		}}).HTML(),
		progress.ReportHTML(&gyro.Report{Load: &gyro.LoadReport{NoUndo: evil}}).HTML(),
	} {
		if !strings.Contains(html, "&lt;script&gt;") || strings.Contains(html, "<script") || strings.Contains(html, "<!--") || strings.ContainsAny(html, "\u202e\x1b") {
			t.Errorf("got\n%s", html)
		}
		if open, shut := strings.Count(html, "<table"), strings.Count(html, "</table>"); open != shut {
			t.Errorf("%d tables begin, %d end", open, shut)
		}
	}
}

// Bars, plans and reports are readable in a cell's width, in light and in dark, and ask for nothing from elsewhere.
func TestHTMLLooks(t *testing.T) {
	t.Parallel()
	b := browser.Start(t)
	var n progress.Notebook
	for _, e := range run()[:9] {
		n.Event(e)
	}
	plan, reports := planAndReports()
	html := n.HTML() + progress.PlanHTML(plan).HTML()
	for _, r := range reports {
		html += progress.ReportHTML(r).HTML()
	}
	const cell = `<!DOCTYPE html><html lang="en"><meta charset="utf-8"><style>body{background:#fff;color:#1f1f1f;font:13px/1.4 sans-serif}
		@media (prefers-color-scheme: dark){body{background:#111;color:#e0e0e0}} td,th{padding:3px 6px}</style><body>`
	path := filepath.Join(t.TempDir(), "cell.html")
	if err := os.WriteFile(path, []byte(cell+html), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, view := range browser.Views {
		page := b.Open(path, view)
		page.Look(t)
		browser.Keep(t, "notebook-"+view.String()+".png", page.Screenshot(0))
		var bars []float64
		page.Eval(`[...document.querySelectorAll('[role=progressbar]')].map(e => Math.round(100 * e.firstChild.getBoundingClientRect().width / e.getBoundingClientRect().width))`, &bars)
		if d := cmp.Diff([]float64{100, 30}, bars); d != "" {
			t.Errorf("%v: bars of these widths, in percent: %s", view, d)
		}
	}
}
