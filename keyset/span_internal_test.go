package keyset

import (
	"slices"
	"strconv"
	"testing"
)

// TestKeySpan on disk have the span and the order of those in memory.
func TestKeySpan(t *testing.T) {
	t.Parallel()
	for _, bound := range []int64{0, 1} { // the default; all on disk
		room := NewMemory(bound)
		t.Cleanup(room.Close)
		keys := room.Set(1, Integers)
		if _, _, ok := keys.Seal().Span(); ok {
			t.Error("an empty set has a span")
		}
		for _, n := range []int64{5, -3, 1 << 40, 5, 0} {
			if err := keys.Add([][]byte{strconv.AppendInt(nil, n, 10)}); err != nil {
				t.Fatal(err)
			}
		}
		low, high, ok := keys.Seal().Span()
		if low != -3 || high != 1<<40 || !ok {
			t.Errorf("%d to %d, %t", low, high, ok)
		}
		if got := slices.Collect(keys.Integers()); !slices.Equal(got, []int64{-3, 0, 5, 1 << 40}) {
			t.Errorf("got %v", got)
		}
		if (len(keys.runs) > 0) != (bound == 1) {
			t.Error("the keys are not where they should be")
		}
	}
}
