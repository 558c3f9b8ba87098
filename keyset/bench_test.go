package keyset_test

import (
	"fmt"
	"testing"

	"github.com/gyrodata/gyro/keyset"
)

// forms are keys of each form: the n-th, in memory that is used again.
var forms = []struct {
	name string
	form keyset.Form
	key  func(to []byte, n uint64) []byte
}{
	{"integers", keyset.Integers, func(to []byte, n uint64) []byte { return fmt.Appendf(to, "%d", 1_000_000+n*7919%1_000_000) }},
	{"uuids", keyset.UUIDs, func(to []byte, n uint64) []byte {
		return fmt.Appendf(to, "%08x-7b1c-4ef8-bb6d-%012x", uint32(n*2654435761), n)
	}},
	{"texts", keyset.Texts, func(to []byte, n uint64) []byte { return fmt.Appendf(to, "customer.%d@example.com", n*7919%1_000_000) }},
}

// keysOf are so many keys.
func keysOf(key func(to []byte, n uint64) []byte, n int) [][][]byte {
	keys := make([][][]byte, n)
	for i := range keys {
		keys[i] = [][]byte{key(nil, uint64(i))}
	}
	return keys
}

func BenchmarkSet(b *testing.B) {
	const rows = 100_000
	for _, f := range forms {
		keys := keysOf(f.key, rows)
		b.Run("add/"+f.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				set := keyset.NewSet(1, f.form)
				for _, key := range keys {
					if err := set.Add(key); err != nil {
						b.Fatal(err)
					}
				}
				set.Seal()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/key")
		})
		for _, where := range []struct {
			name   string
			memory int64
		}{{"memory", 0}, {"disk", 64 << 10}} {
			memory := keyset.NewMemory(where.memory)
			set := memory.Set(1, f.form)
			for _, key := range keys {
				if err := set.Add(key); err != nil {
					b.Fatal(err)
				}
			}
			set.Seal()
			b.Run("has/"+f.name+"/"+where.name, func(b *testing.B) {
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					if !set.Has(keys[i%rows]) {
						b.Fatal(i)
					}
				}
			})
			memory.Close()
		}
	}
}

// No key makes garbage: not when it is added, but for the list that grows, nor when it is asked for.
func TestAllocations(t *testing.T) {
	const rows = 10_000
	for _, f := range forms {
		keys := keysOf(f.key, rows)
		for _, where := range []int64{0, 16 << 10} { // in memory, and on disk
			memory := keyset.NewMemory(where)
			defer memory.Close()
			set := memory.Set(1, f.form)
			i := 0
			add := func() {
				if err := set.Add(keys[i]); err != nil {
					t.Fatal(err)
				}
				i++
			}
			if n := testing.AllocsPerRun(rows-1, add); n > 0 { // an average, in whole numbers
				t.Errorf("%s, memory of %d: %.0f allocations for a key that is added", f.name, where, n)
			}
			set.Seal()
			i = 0
			if n := testing.AllocsPerRun(rows-1, func() {
				if !set.Has(keys[i]) {
					t.Fatal("a key is not there")
				}
				i++
			}); n > 0 {
				t.Errorf("%s, memory of %d: %.0f allocations for a key that is asked for", f.name, where, n)
			}
		}
	}
}
