package csvdir_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gyrodata/gyro/csvdir"
)

// parentsAndChildren is a slice of files of many blocks. id gives the key of the n-th parent; mistakes: the row of every
// thousandth child refers to none, of every thousandth parent the code is that of the one before, and one more key is NULL.
func parentsAndChildren(t testing.TB, rows int, kind string, id func(n int) string, mistakes bool) string {
	var parents, children strings.Builder
	parents.WriteString("id,code\n")
	children.WriteString("id,parent_id,note\n")
	for n := range rows {
		code, parent, key := n, id(n*7919%rows), id(n)
		if mistakes && n%1000 == 999 {
			code, parent = n-1, id(rows+n)
		}
		if mistakes && n == rows/3 {
			key = ""
		}
		fmt.Fprintf(&parents, "%s,C-%d\n", key, code)
		fmt.Fprintf(&children, "%d,%s,%s\n", n, parent, strings.Repeat("x", n%50))
	}
	return makeSlice(
		t,
		made("parent", "id "+kind+", code text", parents.String()).unique("code"),
		made("child", "id bigint, parent_id "+kind+", note text", children.String()).to("parent_id -> parent.id"),
	)
}

// What blocks find is added up, whatever was found in those before, in the order that keys come in and in which they are held.
func TestVerifyBlocks(t *testing.T) {
	t.Parallel()
	const rows = 60_000
	for name, c := range map[string]struct {
		kind string
		id   func(n int) string
	}{
		"in order":     {"bigint", func(n int) string { return fmt.Sprint(n) }},
		"with gaps":    {"bigint", func(n int) string { return fmt.Sprint(n * (1 + n/20_000*15)) }},
		"far apart":    {"bigint", func(n int) string { return fmt.Sprint(n * 100_003) }},
		"out of order": {"bigint", func(n int) string { return fmt.Sprint(n ^ 0x2aaa) }},
		"texts":        {"text", func(n int) string { return fmt.Sprintf("key %d", n) }},
	} {
		for _, limit := range []int64{0, 200_000} { // in several rounds too
			if v := verify(t, parentsAndChildren(t, rows, c.kind, c.id, false), csvdir.VerifyOptions{MemoryLimit: limit}); !v.Proved() || v.References[0].Rows != rows {
				t.Errorf("%s, %d bytes: %v, %v", name, limit, problems(v), v.References)
			}
			v := verify(t, parentsAndChildren(t, rows, c.kind, c.id, true), csvdir.VerifyOptions{MemoryLimit: limit})
			got := map[csvdir.ProblemKind]int64{}
			for _, p := range v.Problems {
				got[p.Kind] += p.Count
			}
			want := map[csvdir.ProblemKind]int64{csvdir.NullKey: 1, csvdir.RepeatedKey: 2 * rows / 1000, csvdir.Dangling: rows/1000 + 1}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("%s, %d bytes (-want +got):\n%s", name, limit, d)
			}
		}
	}
}

// No row makes garbage: what Verify allocates is by blocks, and for keys.
func TestVerifyAllocations(t *testing.T) {
	const rows = 100_000
	for kind, id := range map[string]func(n int) string{
		"bigint": func(n int) string { return fmt.Sprint(n) },
		"text":   func(n int) string { return fmt.Sprintf("key %d", n) },
	} {
		dir := parentsAndChildren(t, rows, kind, id, false)
		if n := testing.AllocsPerRun(3, func() { verify(t, dir, csvdir.VerifyOptions{}) }); n > rows/50 {
			t.Errorf("%s: %.0f allocations for %d rows", kind, n, 2*rows)
		}
	}
}
