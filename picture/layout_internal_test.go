package picture

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/schema"
)

var (
	anyMissing = []gyro.Missing{"", gyro.Restrict, gyro.Include, gyro.SetNull}
	anyNature  = []Nature{ForeignKey, NotEnforced, Polymorphic, Array}
	anyName    = rapid.OneOf(
		rapid.StringMatching(`[a-z]{1,12}(_[a-z]{1,10}){0,5}`),
		rapid.SampledFrom([]string{`<script>alert("1")</script>`, `a"b`, `a'b\`, "a\nb", "表の名前", "Größe", "a\u202eb", "]]>", "#quot;", "end", "`x`", strings.Repeat("long", 15), "{x}", "%%", "-->"}),
		rapid.String().Filter(func(s string) bool { return s != "" }),
	)
)

// anyGraph is a graph of up to so many tables, circles and itself among what they refer to.
func anyGraph(t *rapid.T, most int) Graph {
	var g Graph
	names := map[schema.Name]bool{}
	for range rapid.IntRange(1, most).Draw(t, "tables") {
		name := schema.NewName(rapid.SampledFrom([]string{"public", "sales", `<b>"x`}).Draw(t, "schema"), anyName.Draw(t, "name"))
		if names[name] {
			continue
		}
		names[name] = true
		rows := rapid.Int64Range(Unknown, 3e9)
		g.Tables = append(g.Tables, Table{
			Name: name, Taken: rows.Draw(t, "taken"), There: rows.Draw(t, "there"), Masked: rapid.IntRange(0, 12).Draw(t, "masked"), Outside: rapid.IntRange(0, 9).Draw(t, "outside") == 0,
		})
	}
	some := rapid.SampledFrom(g.Tables)
	for range rapid.IntRange(0, 3*len(g.Tables)).Draw(t, "references") {
		to := some.Draw(t, "to")
		if rapid.Bool().Draw(t, "hub") {
			to = g.Tables[0]
		}
		g.References = append(g.References, Reference{
			From: some.Draw(t, "from").Name, To: to.Name, Columns: rapid.SliceOfN(anyName, 1, 2).Draw(t, "columns"),
			Missing: rapid.SampledFrom(anyMissing).Draw(t, "missing"), Nature: rapid.SampledFrom(anyNature).Draw(t, "nature"),
		})
	}
	return g
}

// Whatever refers to whatever: boxes stand apart, no line passes through one, each line begins and ends at the boxes that it is
// of, and each reference is drawn or written, once.
func TestLayout(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := anyGraph(t, rapid.SampledFrom([]int{4, 12, 80}).Draw(t, "most"))
		d := g.draw()
		if len(d.boxes) != len(g.Tables) {
			t.Fatalf("%d boxes of %d tables", len(d.boxes), len(g.Tables))
		}
		box := map[int]*node{}
		for i, a := range d.boxes {
			if box[a.table] != nil {
				t.Fatalf("table %d is drawn twice", a.table)
			}
			box[a.table] = a
			if a.x < 0 || a.y < 0 || a.x+a.w > d.w+0.1 || a.y+a.h > d.h+0.1 {
				t.Fatalf("box %d (%v) leaves the picture (%v × %v)", i, *a, d.w, d.h)
			}
			for _, b := range d.boxes[:i] {
				if a.x < b.x+b.w+4 && b.x < a.x+a.w+4 && a.y < b.y+b.h+4 && b.y < a.y+a.h+4 {
					t.Fatalf("boxes of %v and %v touch", g.Tables[a.table].Name, g.Tables[b.table].Name)
				}
			}
		}
		told := map[string]int{}
		for _, s := range d.strokes {
			for _, p := range s.pieces {
				for _, n := range d.boxes {
					if p.through(n) {
						t.Fatalf("a line passes through the box of %v: %v", g.Tables[n.table].Name, p)
					}
				}
			}
			to := box[s.bundles[0].to]
			if side := map[bool]float64{false: to.x + to.w, true: to.x}[s.back]; s.tip.x != side || s.tip.y <= to.y || s.tip.y >= to.y+to.h {
				t.Fatalf("the tip %v is not at the box %v", s.tip, *to)
			}
			if len(s.tails) != len(s.bundles) {
				t.Fatalf("%d lines begin, of %d", len(s.tails), len(s.bundles))
			}
			for _, b := range s.bundles {
				told[fmt.Sprintf("%q", b.said(&g))]++
				from := box[b.from]
				if !slices.ContainsFunc(s.tails, func(p point) bool {
					return (p.x == from.x || p.x == from.x+from.w) && p.y > from.y && p.y < from.y+from.h
				}) {
					t.Fatalf("no line begins at %v", g.Tables[b.from].Name)
				}
			}
			if !s.connected() {
				t.Fatalf("pieces of a line hang loose: %v", s.pieces)
			}
		}
		for _, written := range d.written {
			for _, b := range written {
				told[fmt.Sprintf("%q", b.said(&g))]++
			}
		}
		for _, b := range g.bundles() {
			if n := told[fmt.Sprintf("%q", b.said(&g))]; n != 1 {
				t.Fatalf("%v is drawn or written %d times", b, n)
			}
		}
		var first, second bytes.Buffer
		if err := g.SVG(&first); err != nil {
			t.Fatal(err)
		}
		if _ = g.SVG(&second); !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Fatal("the same graph gave other bytes")
		}
	})
}

// through reports whether the piece passes a box, but for its edge. A curve stays between its ends.
func (p piece) through(n *node) bool {
	const edge = 0.5
	for i := range 101 {
		s := float64(i) / 100
		middle := (p.from.x + p.to.x) / 2
		x := (1-s)*(1-s)*(1-s)*p.from.x + 3*s*(1-s)*(1-s)*middle + 3*s*s*(1-s)*middle + s*s*s*p.to.x
		y := (1-s)*(1-s)*(1+2*s)*p.from.y + s*s*(3-2*s)*p.to.y
		if x > n.x+edge && x < n.x+n.w-edge && y > n.y+edge && y < n.y+n.h-edge {
			return true
		}
	}
	return false
}

// connected reports whether from each tail the tip is reached.
func (s stroke) connected() bool {
	reached := map[point]bool{s.tip: true}
	for range s.pieces {
		for _, p := range s.pieces {
			if reached[p.from] || reached[p.to] {
				reached[p.from], reached[p.to] = true, true
			}
		}
	}
	return !slices.ContainsFunc(s.tails, func(p point) bool { return !reached[p] })
}

// Names that are too long keep their beginning and their end; what is no sign of a script is no sign of a script.
func TestShort(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text, most := rapid.String().Draw(t, "text"), rapid.IntRange(3, 40).Draw(t, "most")
		got := short(text, most)
		if cells(got) > most {
			t.Fatalf("%q has %d cells, not %d", got, cells(got), most)
		}
		if cells(plain(text)) <= most && got != plain(text) {
			t.Fatalf("%q became %q without need", text, got)
		}
		if head, tail, cut := strings.Cut(got, "…"); cut && !strings.Contains(text, "…") && (!strings.HasPrefix(plain(text), head) || !strings.HasSuffix(plain(text), tail)) {
			t.Fatalf("%q became %q", text, got)
		}
	})
	if got := short("customer_subscription_billing_adjustment_event", 20); got != "customer_subs…_event" {
		t.Errorf("got %q", got)
	}
}

func TestCompact(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 99_999: "99,999", 100_000: "100k", 999_999: "999k", 1_000_000: "1.0M", 5_670_000: "5.6M", 567_000_000: "567M", 3_000_000_000: "3.0G"} {
		if got := compact(n); got != want {
			t.Errorf("%d: %s, not %s", n, got, want)
		}
	}
}
