package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// figures are what was measured, in a file beside the data: a run that was broken off goes on where it was, and works that are measured
// one by one come into one table. They are of one gyro, one server, one scale, and one set of rows: with another they begin anew.
type figures struct {
	path    string
	Of      string            `json:"of"`
	Machine string            `json:"machine"`
	Scale   float64           `json:"scale"`
	Works   map[string]figure `json:"works"`
}

// figure is one work.
type figure struct {
	Note   string             `json:"note"`
	Runs   []goals            `json:"runs"`
	Rounds []map[string]usage `json:"rounds"` // by run
}

// goals are what is wanted of a run.
type goals struct {
	Name   string  `json:"name"`
	Ours   bool    `json:"ours,omitempty"`
	Best   bool    `json:"best,omitempty"`
	Wanted float64 `json:"wanted,omitempty"`
	Beside string  `json:"beside,omitempty"`
	And    float64 `json:"and,omitempty"`
}

func (b *bench) openFigures() (*figures, error) {
	of := sha256.New()
	for _, path := range []string{b.gyro, b.against} {
		if path == "" {
			continue
		}
		file, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		_, err = io.Copy(of, file)
		if err = errors.Join(err, file.Close()); err != nil {
			return nil, err
		}
	}
	f := &figures{
		path: filepath.Join(b.dir, "figures.json"), Of: fmt.Sprintf("%x %s", of.Sum(nil)[:8], strings.TrimSpace(b.recipe())),
		Machine: fmt.Sprintf("%s, %d cores, PostgreSQL %s on the same machine, %s", processor(), runtime.NumCPU(), strings.Fields(b.version)[0], runtime.Version()),
		Scale:   b.scale, Works: map[string]figure{},
	}
	text, err := os.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	before := figures{}
	if err == nil {
		err = json.Unmarshal(text, &before)
	}
	if err == nil && before.Of == f.Of {
		f.Works = before.Works
	}
	return f, err
}

// processor is its name, as Linux says it.
func processor() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

func (f *figures) rounds(w work) int            { return len(f.Works[w.name].Rounds) }
func (f *figures) done(w work, rounds int) bool { return f.rounds(w) >= rounds }

// begin sets what a work is. Rounds of other runs than these don't count any more.
func (f *figures) begin(w work, t task) {
	now := figure{Note: t.note}
	for _, r := range t.runs {
		now.Runs = append(now.Runs, goals{r.name, r.ours(), r.best, r.wanted, r.also.beside, r.also.wanted})
	}
	if before := f.Works[w.name]; slices.Equal(before.Runs, now.Runs) {
		now.Rounds = before.Rounds
	}
	f.Works[w.name] = now
}

// add adds a round, and writes all down.
func (f *figures) add(w work, round map[string]usage) error {
	one := f.Works[w.name]
	one.Rounds = append(one.Rounds, round)
	f.Works[w.name] = one
	text, err := json.MarshalIndent(f, "", "\t")
	if err != nil {
		return err
	}
	if err := os.WriteFile(f.path+".new", text, 0o600); err != nil {
		return err
	}
	return os.Rename(f.path+".new", f.path)
}

// line is one run in the table.
type line struct {
	goals
	summary
	ratio float64 // to the first or, where one is compared to that, to the best of the others
	and   float64 // to Beside
}

func (f figure) lines() []line {
	all := make([]line, len(f.Runs))
	times := map[string]float64{}
	best := 0.0
	for i, r := range f.Runs {
		var taken []usage
		for _, round := range f.Rounds {
			taken = append(taken, round[r.Name])
		}
		all[i] = line{goals: r, summary: summarize(taken)}
		took := all[i].Wall.Seconds()
		if times[r.Name] = took; !r.Ours && (best == 0 || took < best) {
			best = took
		}
	}
	beside := all[0].Wall.Seconds()
	if slices.ContainsFunc(f.Runs, func(r goals) bool { return r.Best }) {
		beside = best
	}
	for i := range all {
		all[i].ratio = all[i].Wall.Seconds() / beside
		if all[i].Beside != "" {
			all[i].and = all[i].Wall.Seconds() / times[all[i].Beside]
		}
	}
	return all
}

// ratios are those of a line, each with what is wanted.
func (l line) ratios() (got, wanted string) {
	got = fmt.Sprintf("%.2f", l.ratio)
	if l.Wanted > 0 {
		wanted = fmt.Sprintf("%.2f", l.Wanted)
	}
	if l.Beside != "" {
		got += fmt.Sprintf("; %.2f of %s", l.and, l.Beside)
		if l.And > 0 {
			wanted += fmt.Sprintf("; %.2f", l.And)
		}
	}
	return got, wanted
}

// seconds writes a time with the digits that say something.
func seconds(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%.3f", d.Seconds())
	}
	return fmt.Sprintf("%.2f", d.Seconds())
}

// show prints the table of one work.
func (f *figures) show(out io.Writer, w work) error {
	one := f.Works[w.name]
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "%s (%s; %d rounds)\n\tmedian s\tmin\tmax\tCPU s\tpeak MB\tratio\twanted\n", w.title, one.Note, len(one.Rounds))
	for _, l := range one.lines() {
		got, wanted := l.ratios()
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%.2f\t%.0f\t%s\t%s\n", l.Name, seconds(l.Wall), seconds(l.least), seconds(l.most), l.CPU.Seconds(), float64(l.Peak)/1024, got, wanted)
	}
	return table.Flush()
}

// Between these lines of the document stands what is written here.
const (
	tableBegin = "<!-- what follows is written by the command -->\n"
	tableEnd   = "<!-- what precedes is written by the command -->\n"
)

// document writes table and chart.
func (f *figures) document(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	before, rest, ok := bytes.Cut(text, []byte(tableBegin))
	_, after, ended := bytes.Cut(rest, []byte(tableEnd))
	if !ok || !ended {
		return fmt.Errorf("%s: the lines between which the table stands are not there", path)
	}
	chart := strings.TrimSuffix(path, filepath.Ext(path)) + ".svg"
	var b bytes.Buffer
	b.Write(before)
	b.WriteString(tableBegin)
	f.markdown(&b, filepath.Base(chart))
	b.WriteString(tableEnd)
	b.Write(after)
	return errors.Join(os.WriteFile(path, b.Bytes(), 0o644), os.WriteFile(chart, f.chart(), 0o644)) //nolint:gosec // a document for all
}

func (f *figures) markdown(b *bytes.Buffer, chart string) {
	fmt.Fprintf(b, "\nScale %g; %s.\n\n![time beside the reference, by work](%s)\n", f.Scale, f.Machine, chart)
	for _, w := range works {
		one, ok := f.Works[w.name]
		if !ok || len(one.Rounds) == 0 {
			continue
		}
		note := one.Note
		if note != "" {
			note += "; "
		}
		fmt.Fprintf(b, "\n### %s\n\n`go run ./bench %s`: %smedians of %d.\n\n", w.title, w.name, note, len(one.Rounds))
		b.WriteString("| | median | min | max | CPU of the client | peak | ratio | wanted |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n")
		for _, l := range one.lines() {
			got, wanted := l.ratios()
			fmt.Fprintf(b, "| `%s` | %s s | %s | %s | %.2f s | %.0f MB | %s | %s |\n",
				l.Name, seconds(l.Wall), seconds(l.least), seconds(l.most), l.CPU.Seconds(), float64(l.Peak)/1024, got, wanted)
		}
	}
	b.WriteString("\n")
}
