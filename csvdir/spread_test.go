package csvdir_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gyrodata/gyro/csvdir"
)

func spreads(t testing.TB, dir string, memory int64) map[string]csvdir.Spread {
	t.Helper()
	all, err := csvdir.Spreads(t.Context(), dir, csvdir.SpreadOptions{MemoryLimit: memory})
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]csvdir.Spread{}
	for _, s := range all {
		byName[s.File+" "+s.Reference] = s
	}
	return byName
}

// Children are counted by parent: of what refers to itself, of polymorphic references the rows of their kind, and in any memory.
func TestSpreads(t *testing.T) {
	t.Parallel()
	dir := makeSlice(t, shop()...)
	for _, memory := range []int64{0, 1, 20, 50} {
		got := spreads(t, dir, memory)
		want := csvdir.Spread{
			File: "customer.csv", Table: "customer", Reference: "invited_by_fk", Columns: []string{"invited_by"}, To: "customer", Rows: 2, Parents: 3, Childless: 2, Most: 2,
			Counts: []csvdir.SpreadCount{{From: 2, To: 2, Parents: 1}},
		}
		if d := cmp.Diff(want, got["customer.csv invited_by_fk"]); d != "" {
			t.Errorf("with %d bytes (-want +got):\n%s", memory, d)
		}
		if n := len(got); n != 8 {
			t.Errorf("%d references, not 8", n)
		}
		item := got["item.csv order_id_fk"]
		if d := cmp.Diff([]csvdir.SpreadCount{{1, 1, 1}, {2, 2, 1}}, item.Counts); d != "" || item.Childless != 0 || item.Rows != 3 {
			t.Errorf("with %d bytes: %+v", memory, item)
		}
	}
	got := spreads(t, makeSlice(t, comments()...), 0)
	if s := got["comment.csv object_id_fk as order"]; s.Rows != 1 || s.Childless != 1 || s.NotCounted != "" {
		t.Errorf("%+v", s)
	}
	files := comments()
	files[3].Polymorphic[0].Kinds = nil
	if s := spreads(t, makeSlice(t, files...), 0)["comment.csv "+files[3].Polymorphic[0].Name]; s.NotCounted == "" || s.Rows != 0 {
		t.Errorf("%+v", s)
	}
	if _, err := csvdir.Spreads(t.Context(), t.TempDir(), csvdir.SpreadOptions{}); err == nil {
		t.Error("of an empty directory: no error")
	}
}

// What is counted is what a slow count counts, whatever the keys are of, and however little memory there is.
func TestSpreadsRandom(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		kind := rapid.SampledFrom([]string{"bigint", "text"}).Draw(rt, "type")
		children := rapid.SliceOfN(rapid.IntRange(0, 20), 1, 30).Draw(rt, "children")
		var parents, rows strings.Builder
		parents.WriteString("id\n")
		rows.WriteString("id,parent_id\n")
		want, with := csvdir.Spread{Parents: int64(len(children))}, map[int]int64{}
		for parent, n := range children {
			fmt.Fprintf(&parents, "%d\n", parent)
			want.Most, want.Rows = max(want.Most, int64(n)), want.Rows+int64(n)
			if n == 0 {
				want.Childless++
				continue
			}
			with[n]++
		}
		for round, id := 0, 0; round < 20; round++ { // not in the order of the parents
			for parent, n := range children {
				if round < n {
					fmt.Fprintf(&rows, "%d,%d\n", id, parent)
					id++
				}
			}
		}
		fmt.Fprintf(&rows, "%d,\n", 1_000_000)
		dir := makeSlice(t,
			made("parent", "id "+kind, parents.String()).job(1, false, true),
			made("child", "id bigint, parent_id "+kind, rows.String()).to("parent_id -> parent.id").job(2, false, false))
		got := spreads(t, dir, rapid.SampledFrom([]int64{0, 1, 40, 300}).Draw(rt, "memory"))["child.csv parent_id_fk"]
		if got.Parents != want.Parents || got.Rows != want.Rows || got.Most != want.Most || got.Childless != want.Childless {
			rt.Fatalf("got %+v, not %+v", got, want)
		}
		next := int64(0)
		for _, c := range got.Counts {
			if next > 0 && c.From != next || c.To < c.From || c.From > want.Most {
				rt.Fatalf("%+v do not follow each other", got.Counts)
			}
			next = c.To + 1
			for n, parents := range with {
				if int64(n) >= c.From && int64(n) <= c.To {
					c.Parents -= parents
					delete(with, n)
				}
			}
			if c.Parents != 0 {
				rt.Fatalf("%+v of %v", got.Counts, children)
			}
		}
		if len(with) > 0 {
			rt.Fatalf("%v are in none of %+v", with, got.Counts)
		}
	})
}
