package csvdir_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/pgcsv"
)

// null stands for NULL in rows that a test keeps as text.
const null = "\x00"

// randomTable is a table in memory, the model that Verify, Fence and Why are held against. It
// knows nothing of fingerprints, blocks or rounds.
type randomTable struct {
	*handmade
	rows     [][]string
	included map[int]bool // by row, from 0
}

// randomSlice draws up to four tables that refer to each other, to keys of one column and of
// two. Where whole, keys are unique and none is NULL.
func randomSlice(t *rapid.T, whole bool) []*randomTable {
	n := rapid.IntRange(1, 4).Draw(t, "tables")
	tables := make([]*randomTable, n)
	for i := range tables {
		h := made(fmt.Sprintf("t%d", i), "id bigint, a text, b integer", "")
		if !whole && rapid.Bool().Draw(t, "composite key") {
			h.key("b", "a")
		}
		if rapid.Bool().Draw(t, "unique") {
			h.unique("a", "b")
		}
		h.job(i+1, rapid.Bool().Draw(t, "query"), rapid.Bool().Draw(t, "whole"))
		for j := range rapid.IntRange(0, 3).Draw(t, "references") {
			addReference(t, h, j, n)
		}
		tables[i] = &randomTable{handmade: h, included: map[int]bool{}}
	}
	for _, table := range tables {
		table.draw(t, whole)
	}
	return tables
}

func addReference(t *rapid.T, h *handmade, j, tables int) {
	to := rapid.IntRange(0, tables).Draw(t, "to") // one may not be there
	columns, toColumns := []string{fmt.Sprintf("r%d", j)}, "id"
	kinds := []string{"bigint"}
	switch rapid.IntRange(0, 3).Draw(t, "to columns") {
	case 0:
		toColumns, kinds = "a", []string{"text"}
	case 1:
		columns = append(columns, columns[0]+"x")
		toColumns, kinds = "b,a", []string{"integer", "text"}
	}
	for i, name := range columns {
		h.Columns = append(h.Columns, driver.ManifestColumn{Name: name, Type: kinds[i]})
	}
	h.to(fmt.Sprintf("%s -> t%d.%s", strings.Join(columns, ","), to, toColumns), func(r *driver.ManifestReference) {
		r.MatchFull = rapid.Bool().Draw(t, "match full")
		r.Missing = rapid.SampledFrom([]string{"", "restrict", "include", "set null"}).Draw(t, "missing")
	})
}

// draw makes the rows, and of them those that are included.
func (r *randomTable) draw(t *rapid.T, whole bool) {
	numbers, texts := []string{null, "0", "1", "2", "3"}, []string{null, "", "x", "y,\n\"", "1"}
	if whole {
		numbers, texts = []string{null, "1", "1", "2", "3", "4"}, []string{null, "k1", "k1", "k2", "k3", "k4"}
	}
	for i := range rapid.IntRange(0, 6).Draw(t, "rows") {
		var row []string
		for _, c := range r.Columns {
			values := numbers
			if c.Type == "text" {
				values = texts
			}
			row = append(row, rapid.SampledFrom(values).Draw(t, c.Name))
		}
		if whole {
			row[0], row[1], row[2] = fmt.Sprint(i+1), fmt.Sprintf("k%d", i+1), "1"
		}
		r.rows = append(r.rows, row)
		r.included[i] = whole && rapid.Bool().Draw(t, "included")
	}
	var names []string
	for _, c := range r.Columns {
		names = append(names, c.Name)
	}
	r.text = csvOf(names, r.rows)
	if whole && rapid.Bool().Draw(t, "list") {
		var keys [][]string
		for i, row := range r.rows {
			if r.included[i] {
				keys = append(keys, row[:1])
			}
		}
		r.lists(csvOf([]string{"id"}, keys))
	} else {
		clear(r.included)
	}
}

func csvOf(header []string, rows [][]string) string {
	var b strings.Builder
	w := pgcsv.NewWriter(&b)
	_ = w.Header(header)
	for _, row := range rows {
		fields := make([]pgcsv.Field, len(row))
		for i, v := range row {
			fields[i] = pgcsv.Field{Value: []byte(v), Null: v == null}
			if v == null {
				fields[i].Value = nil
			}
		}
		_ = w.Write(fields)
	}
	_ = w.Flush()
	return b.String()
}

func dirOf(t testing.TB, tables []*randomTable) string {
	var files []*handmade
	for _, table := range tables {
		files = append(files, table.handmade)
	}
	dir := makeSlice(t, files...)
	changeManifest(t, dir, func(m *driver.Manifest) { // a value may hold a line feed
		for i, table := range tables {
			m.Files[i].Rows = int64(len(table.rows))
		}
	})
	return dir
}

// values gives a row's values of columns, and how many are NULL.
func (r *randomTable) values(row []string, columns []string) (values []string, nulls int) {
	for _, name := range columns {
		i := slices.IndexFunc(r.Columns, func(c driver.ManifestColumn) bool { return c.Name == name })
		values = append(values, row[i])
		if row[i] == null {
			nulls++
		}
	}
	return values, nulls
}

func tableOf(tables []*randomTable, name string) *randomTable {
	for _, table := range tables {
		if table.Table == name {
			return table
		}
	}
	return nil
}

// targets are the rows that a row refers to, from 0.
func targets(tables []*randomTable, from *randomTable, row []string, r driver.ManifestReference) []int {
	values, nulls := from.values(row, r.Columns)
	to := tableOf(tables, r.Table)
	if nulls > 0 || to == nil {
		return nil
	}
	var found []int
	for i, candidate := range to.rows {
		if got, _ := to.values(candidate, r.ToColumns); slices.Equal(got, values) {
			found = append(found, i)
		}
	}
	return found
}

// obvious is what Verify has to find, by loops over all rows.
func obvious(tables []*randomTable) []string {
	want := []string{}
	note := func(kind csvdir.ProblemKind, file, of string, rows []int64) {
		if len(rows) > 0 {
			want = append(want, fmt.Sprint(kind, " ", file, " ", of, " ", rows))
		}
	}
	for _, table := range tables {
		for i, key := range append([][]string{table.PrimaryKey}, table.Unique...) {
			var nulls, twice []int64
			for n, row := range table.rows {
				values, null := table.values(row, key)
				if null > 0 {
					if i == 0 {
						nulls = append(nulls, int64(n+1))
					}
					continue
				}
				for m, other := range table.rows {
					if same, _ := table.values(other, key); m != n && slices.Equal(same, values) {
						twice = append(twice, int64(n+1))
						break
					}
				}
			}
			slices.Sort(key)
			if i == 1 && slices.Equal(key, table.PrimaryKey) {
				continue // one key, told once
			}
			note(csvdir.NullKey, table.File, fmt.Sprint(key), nulls)
			note(csvdir.RepeatedKey, table.File, fmt.Sprint(key), twice)
		}
		for _, r := range table.References {
			var mixed, dangling []int64
			for n, row := range table.rows {
				_, nulls := table.values(row, r.Columns)
				switch {
				case nulls == len(r.Columns):
				case nulls > 0:
					if r.MatchFull {
						mixed = append(mixed, int64(n+1))
					}
				case len(targets(tables, table, row, r)) == 0:
					dangling = append(dangling, int64(n+1))
				}
			}
			note(csvdir.PartlyNull, table.File, r.Name, mixed)
			note(csvdir.Dangling, table.File, r.Name, dangling)
		}
	}
	slices.Sort(want)
	return want
}

// Verify finds what an obvious model finds, no more and no less, in however many rounds.
func TestVerifyRandom(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		tables := randomSlice(rt, false)
		v := verify(t, dirOf(t, tables), csvdir.VerifyOptions{MemoryLimit: rapid.Int64Range(0, 200).Draw(rt, "memory")})
		got := []string{}
		for _, p := range v.Problems {
			of := p.Reference
			if of == "" {
				slices.Sort(p.Columns)
				of = fmt.Sprint(p.Columns)
			}
			if p.Count != int64(len(p.Rows)) {
				rt.Errorf("%d rows, %d named", p.Count, len(p.Rows))
			}
			got = append(got, fmt.Sprint(p.Kind, " ", p.File, " ", of, " ", p.Rows))
		}
		slices.Sort(got)
		if d := cmp.Diff(obvious(tables), got); d != "" {
			rt.Errorf("(-obvious +Verify):\n%s", d)
		}
	})
}

// place is a row of a table.
type place struct {
	table string
	row   int // from 0; -1: not in the slice
}

// leaksObviously gives the rows that belong to another row of the fence's table, by going
// round until nothing changes.
func leaksObviously(tables []*randomTable, fence *randomTable, own int) map[place]bool {
	leaks := map[place]bool{}
	for row := range fence.rows {
		if row != own {
			leaks[place{fence.Table, row}] = true
		}
	}
	for changed := true; changed; {
		changed = false
		for _, table := range tables {
			for i, row := range table.rows {
				at := place{table.Table, i}
				for _, r := range table.References {
					_, nulls := table.values(row, r.Columns)
					to := targets(tables, table, row, r)
					outside := nulls == 0 && r.Table == fence.Table && len(to) == 0
					leak := outside || slices.ContainsFunc(to, func(row int) bool { return leaks[place{r.Table, row}] })
					if leak && !leaks[at] {
						leaks[at], changed = true, true
					}
				}
			}
		}
	}
	return leaks
}

// Fence counts the rows that an obvious model finds, and shows a chain that is one.
func TestFenceRandom(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		tables := randomSlice(rt, true)
		fence := rapid.SampledFrom(tables).Draw(rt, "fence")
		if len(fence.rows) == 0 {
			rt.Skip()
		}
		own := rapid.IntRange(0, len(fence.rows)-1).Draw(rt, "own")
		got, err := csvdir.Fence(t.Context(), dirOf(t, tables), fence.Table, []string{fence.rows[own][0]}, csvdir.VerifyOptions{})
		if err != nil {
			rt.Fatal(err)
		}
		leaks := leaksObviously(tables, fence, own)
		want, had := map[place]bool{}, map[place]bool{}
		for at := range leaks {
			want[at] = true
		}
		for _, f := range got.Files {
			for _, row := range f.First {
				had[place{f.Table, int(row) - 1}] = true
			}
			if f.Rows != int64(len(f.First)) {
				rt.Errorf("%d rows, %d named", f.Rows, len(f.First))
			}
		}
		if d := cmp.Diff(want, had, cmp.AllowUnexported(place{})); d != "" || got.Partial || got.None() != (len(want) == 0) {
			rt.Fatalf("partial %t (-obvious +Fence):\n%s", got.Partial, d)
		}
		if got.None() {
			return
		}
		if first := got.Chain[0]; !leaks[place{first.Table, int(first.Row) - 1}] {
			rt.Errorf("the chain begins with %s, which does not leak", first)
		}
		for i, link := range got.Chain[:len(got.Chain)-1] {
			wantLink(rt, tables, link.Table, int(link.Row)-1, link.Reference, got.Chain[i+1].Table, int(got.Chain[i+1].Row)-1)
		}
		if last := got.Chain[len(got.Chain)-1]; last.Table != fence.Table || int(last.Row)-1 == own || last.Reference != "" {
			rt.Errorf("the chain ends with %+v", last)
		}
	})
}

// wantLink checks that a row refers to another, or to none where that has no number.
func wantLink(rt *rapid.T, tables []*randomTable, from string, row int, reference, to string, target int) {
	table := tableOf(tables, from)
	for _, r := range table.References {
		if r.Name != reference || r.Table != to {
			continue
		}
		found := targets(tables, table, table.rows[row], r)
		if target >= 0 && slices.Contains(found, target) || target < 0 && len(found) == 0 {
			return
		}
	}
	rt.Errorf("%s row %d does not refer to %s row %d by %s", from, row+1, to, target+1, reference)
}

// stepsUp is the number of references from the nearest selected row down to a row; -1 where
// none leads to it.
func stepsUp(tables []*randomTable, from place) int {
	reached := map[place]bool{from: true}
	for steps := 0; ; steps++ {
		next := map[place]bool{}
		for at := range reached {
			next[at] = true
			if !tableOf(tables, at.table).included[at.row] {
				return steps
			}
		}
		for _, table := range tables {
			for i, row := range table.rows {
				for _, r := range table.References {
					for _, to := range targets(tables, table, row, r) {
						if r.Missing != "set null" && reached[place{r.Table, to}] {
							next[place{table.Table, i}] = true
						}
					}
				}
			}
		}
		if len(next) == len(reached) {
			return -1
		}
		reached = next
	}
}

// Why shows a shortest chain up to a selected row, and from there references that restrict,
// up to a job with a query, or of a whole table, or to a row that nothing restricted.
func TestWhyRandom(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		tables := randomSlice(rt, true)
		table := rapid.SampledFrom(tables).Draw(rt, "table")
		if len(table.rows) == 0 {
			rt.Skip()
		}
		at := rapid.IntRange(0, len(table.rows)-1).Draw(rt, "row")
		steps, err := csvdir.Why(t.Context(), dirOf(t, tables), table.Table, []string{table.rows[at][0]})
		up := stepsUp(tables, place{table.Table, at})
		if up < 0 {
			if err == nil || !strings.HasSuffix(err.Error(), "(gyro verify says whether the slice is what was taken)") {
				rt.Errorf("got %+v, %v", steps, err)
			}
			return
		}
		if err != nil {
			rt.Fatal(err)
		}
		if steps[0].Table != table.Table || int(steps[0].Row)-1 != at {
			rt.Errorf("it begins with %+v", steps[0])
		}
		for i, s := range steps {
			if s.Included != (i < up) || s.Included && !tableOf(tables, s.Table).included[int(s.Row)-1] {
				rt.Errorf("step %d of %d: %+v", i, up, s)
			}
			switch {
			case s.Included:
				wantLink(rt, tables, steps[i+1].Table, int(steps[i+1].Row)-1, s.Via, s.Table, int(s.Row)-1)
			case i < len(steps)-1:
				if s.Query || s.Whole || !slices.Contains(s.Restricted, s.Via) {
					rt.Errorf("step %d goes on: %+v", i, s)
				}
				wantLink(rt, tables, s.Table, int(s.Row)-1, s.Via, steps[i+1].Table, int(steps[i+1].Row)-1)
			case s.Via != "":
				rt.Errorf("the last one is %+v", s)
			}
		}
	})
}
