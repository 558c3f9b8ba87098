package keyset_test

import (
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/gyrodata/gyro/keyset"
)

// Parts of a set have its keys, each once and in their order; a view asks beside others, also where the keys lie on disk.
func TestPartsAndViews(t *testing.T) {
	for form, key := range map[keyset.Form]func(i int) []byte{
		keyset.Integers: func(i int) []byte { return strconv.AppendInt(nil, int64(i-50), 10) },
		keyset.UUIDs:    func(i int) []byte { return fmt.Appendf(nil, "00000000-0000-0000-0000-%012x", i) },
		keyset.Texts:    func(i int) []byte { return fmt.Appendf(nil, "key %d", i) },
	} {
		for _, n := range []int{1, 2, 7, 100, 130} {
			set, want := keyset.NewSet(1, form), []string(nil)
			for i := range 100 {
				if err := set.Add([][]byte{key(i)}); err != nil {
					t.Fatal(err)
				}
			}
			for values := range set.Seal().All() {
				want = append(want, string(values[0]))
			}
			var got []string
			for i := range n {
				part := set.Part(i, n)
				if part.Len() > 100/n+1 {
					t.Errorf("part %d of %d has %d keys", i, n, part.Len())
				}
				for values := range part.All() {
					got = append(got, string(values[0]))
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("form %d in %d parts: %d keys, want %d", form, n, len(got), len(want))
			}
		}
		disk := keyset.NewMemory(1).Set(1, form)
		for i := range 1000 {
			if err := disk.Add([][]byte{key(i)}); err != nil {
				t.Fatal(err)
			}
		}
		if disk.Seal().Part(0, 2) != nil {
			t.Error("a set on disk has parts")
		}
		var group sync.WaitGroup
		for range 4 {
			view := disk.View()
			group.Go(func() {
				for i := range 1200 {
					if view.Has([][]byte{key(i)}) != (i < 1000) {
						t.Errorf("form %d: key %d", form, i)
					}
				}
			})
		}
		group.Wait()
	}
}
