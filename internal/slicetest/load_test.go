package slicetest

import (
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/load"
	"github.com/gyrodata/gyro/postgres"
)

// What a load leaves in a target with rows of its own is what the model says, whatever the
// strategies and conflicts; where it has to fail the target is as before, and so it is after
// Undo.
func TestRandomLoads(t *testing.T) {
	t.Parallel()
	for half := range halves {
		t.Run(fmt.Sprint(half+1), randomLoads)
	}
}

func randomLoads(t *testing.T) {
	t.Parallel()
	outcomes := map[string]int{}
	a := newArena(t)
	mix := collationsMix(t, a.source)
	rapid.Check(t, func(rt *rapid.T) {
		l := drawLoadWorld(rt, mix)
		outcome, err := a.load(t, l)
		if err != nil {
			rt.Fatalf("%v\n%s", err, l.describe())
		}
		outcomes[outcome]++
	})
	t.Logf("%v", outcomes)
	if outcomes["loaded"]+outcomes["undone"] < outcomes["refused"] {
		t.Errorf("%v: most were refused", outcomes)
	}
}

// load loads a world and holds the target against the model.
func (a arena) load(t *testing.T, l *loadWorld) (outcome string, err error) {
	a.clear(t)
	pgtest.Exec(t, a.source, l.sql(l.slice))
	pgtest.Exec(t, a.target, l.sql(l.target))
	dir, err := os.MkdirTemp(a.dir, "")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // TempDir removes the rest
	slice, record := csvdir.Dir{Path: filepath.Join(dir, "slice")}, csvdir.Dir{Path: filepath.Join(dir, "record")}
	take := l.slice.slicer()
	take.Source, take.Target = postgres.DB{URL: a.source}, slice
	for i := range take.Jobs {
		take.Jobs[i].Orphans = true
	}
	if _, err := take.Run(t.Context()); err != nil {
		return "", fmt.Errorf("take: %w", err)
	}
	before := a.state(t, l)
	report, err := load.Slice{Source: slice, Target: postgres.DB{URL: a.target}, Importers: l.importers(), Record: record}.Run(t.Context())
	var mistake *gyro.Mistake
	if errors.As(err, &mistake) {
		return "refused", a.same(t, l, before)
	}
	m := &loadModel{loadWorld: l}
	want := m.run()
	switch {
	case err != nil && (want != nil || m.mayFail && (strings.Contains(err.Error(), "violates constraint") || strings.Contains(err.Error(), "change places"))):
		return "failed", a.same(t, l, before)
	case err != nil:
		return "", fmt.Errorf("load: %w", err)
	case want != nil:
		return "", want
	}
	updated := false
	for _, n := range report.Load.Tables {
		if want := m.inserted[n.Model.Table]; n.Inserted != int64(want) {
			return "", fmt.Errorf("%s: %d rows inserted, the model says %d", n.Model, n.Inserted, want)
		}
		if want := m.updated[n.Model.Table]; n.Updated != int64(want) || n.Skipped != n.Rows-n.Inserted-n.Updated {
			return "", fmt.Errorf("%s: of %d rows %d were updated and %d skipped, the model says %d updated", n.Model, n.Rows, n.Updated, n.Skipped, want)
		}
		updated = updated || n.Updated > 0
	}
	if err := a.compare(t, m); err != nil {
		return "", err
	}
	if err := a.next(t, m); err != nil {
		return "", err
	}
	if l.again {
		return "loaded", a.again(t, l, load.Slice{Source: slice, Target: postgres.DB{URL: a.target}, Importers: l.importers(), Before: record})
	}
	after := a.state(t, l)
	_, err = load.Undo(t.Context(), record, postgres.DB{URL: a.target})
	switch {
	case updated && (err == nil || !strings.Contains(err.Error(), "the load updated rows")):
		return "", fmt.Errorf("undo of a load that updated rows: %w", err)
	case updated:
		return "loaded", a.same(t, l, after)
	case err != nil && l.loosely() && strings.Contains(err.Error(), "to its rows by"):
		return "loaded", a.same(t, l, after) // the server finds such rows by the referring column's collation
	case err != nil:
		return "", fmt.Errorf("undo: %w", err)
	}
	return "undone", a.same(t, l, before)
}

// again loads the slice over what it left: nothing changes, whatever ids the rows got.
func (a arena) again(t *testing.T, l *loadWorld, s load.Slice) error {
	before := a.state(t, l)
	dir, err := os.MkdirTemp(a.dir, "")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // TempDir removes the rest
	s.Record = csvdir.Dir{Path: filepath.Join(dir, "record")}
	report, err := s.Run(t.Context())
	if err != nil {
		return fmt.Errorf("load over what was loaded: %w", err)
	}
	for _, n := range report.Load.Tables {
		if n.Inserted > 0 || l.plans[n.Model.Table].conflict != "update" && n.Updated > 0 {
			return fmt.Errorf("%s: loaded over itself, %d rows were inserted and %d updated", n.Model, n.Inserted, n.Updated)
		}
	}
	if err := a.same(t, l, before); err != nil {
		return err
	}
	for record, want := range map[driver.Store]string{s.Record: "went over rows of an earlier one", s.Before: "a later load went over"} {
		if _, err := load.Undo(t.Context(), record, postgres.DB{URL: a.target}); err == nil || !strings.Contains(err.Error(), want) {
			return fmt.Errorf("undo after a load over another: %w", err)
		}
	}
	return nil
}

// state is all that the target holds.
func (a arena) state(t *testing.T, l *loadWorld) string {
	var text strings.Builder
	for _, tab := range l.target.tables {
		text.Write(pgtest.Copy(t, a.target, "SELECT * FROM "+tab.name+" x ORDER BY x::text COLLATE \"C\""))
	}
	return text.String()
}

func (a arena) same(t *testing.T, l *loadWorld, before string) error {
	if after := a.state(t, l); after != before {
		return fmt.Errorf("the target was\n%s\nis\n%s", before, after)
	}
	return nil
}

// isNew reports whether an id may be the one that a row gets instead of its old one.
func (m *loadModel) isNew(tab *table, r row, id string) bool {
	p, taken := m.plans[tab.name], []string{r[tab.own()]}
	for _, own := range m.target.table(tab.name).rows {
		if p.ids == "highest" && compareKeys(tab, row{tab.own(): id}, row{tab.own(): own[tab.own()]}) <= 0 {
			return false
		}
		taken = append(taken, own[tab.own()])
	}
	return p.ids == "highest" || p.source.gives(id, taken)
}

// compare holds the target against the model's result. No value in these worlds is empty, so
// that an empty field is NULL.
func (a arena) compare(t *testing.T, m *loadModel) error {
	actual := map[string][]row{}
	ids := map[string]string{} // what stands for "new:…"
	for _, tab := range m.target.tables {
		records, err := csv.NewReader(strings.NewReader(string(pgtest.Copy(t, a.target, "SELECT * FROM "+tab.name)))).ReadAll()
		if err != nil {
			return err
		}
		for _, record := range records[1:] {
			r := row{}
			for i, v := range record {
				if v != "" {
					r[records[0][i]] = v
				}
			}
			actual[tab.name] = append(actual[tab.name], r)
			ids[drawnLater+tab.name+":"+r[mark]] = r[tab.own()]
		}
	}
	for _, tab := range m.slice.tables {
		last := math.Inf(-1) // ids that count on from a negative one are negative
		for _, r := range slices.SortedFunc(slices.Values(tab.rows), func(x, y row) int { return compareKeys(tab, x, y) }) {
			token := drawnLater + tab.name + ":" + r[mark]
			drawn := slices.ContainsFunc(m.result[tab.name], func(o row) bool { return o[tab.own()] == token })
			if drawn && !m.isNew(tab, r, ids[token]) {
				return fmt.Errorf("%s: row %s was to get a new id, and has %s", tab.name, r[mark], ids[token])
			}
			if id := number(ids[token]); drawn && tab.column(tab.own()).typ != "uuid" {
				if id <= last {
					return fmt.Errorf("%s: row %s has %v behind %v: ids are to follow the file", tab.name, r[mark], id, last)
				}
				last = id
			}
		}
	}
	for _, tab := range m.target.tables {
		print := func(rows []row) string {
			var lines []string
			for _, r := range rows {
				var line strings.Builder
				for _, c := range tab.columns {
					v, ok := r[c.name]
					if id, known := ids[v]; known && strings.HasPrefix(v, drawnLater) {
						v = id
					}
					fmt.Fprintf(&line, "%s=%s %t; ", c.name, tab.equalForm(c, v), ok)
				}
				lines = append(lines, line.String())
			}
			slices.Sort(lines)
			return strings.Join(lines, "\n")
		}
		if got, want := print(actual[tab.name]), print(m.result[tab.name]); got != want {
			return fmt.Errorf("%s is\n%s\nthe model says\n%s", tab.name, got, want)
		}
	}
	return nil
}
