package masking

import (
	"math/rand/v2"
	"testing"
)

// No two numbers become the same, and each becomes the same again.
func TestPermutation(t *testing.T) {
	t.Parallel()
	for bits := 1; bits <= 20; bits++ {
		p, seen := newPermutation(Key("one").Derive("x"), bits), map[uint64]bool{}
		for n := range uint64(1) << bits {
			to, ok := p.of(n)
			if !ok || to>>bits != 0 || seen[to] {
				t.Fatalf("%d bits: %d becomes %d", bits, n, to)
			}
			seen[to] = true
		}
		if _, ok := p.of(1 << bits); ok {
			t.Errorf("%d bits have room for more", bits)
		}
	}
	for _, bits := range []int{33, 48, 63, 64} {
		p, q := newPermutation(Key("one").Derive("x"), bits), newPermutation(Key("one").Derive("y"), bits)
		seen, differ := map[uint64]uint64{}, 0
		for i := range uint64(200_000) {
			n := i
			if i%2 == 1 {
				n = rand.Uint64() >> (64 - bits)
			}
			to, ok := p.of(n)
			from, there := seen[to]
			if !ok || there && from != n {
				t.Fatalf("%d and %d become %d", from, n, to)
			}
			seen[to] = n
			if other, _ := q.of(n); other != to {
				differ++
			}
			if again, _ := p.of(n); again != to {
				t.Fatal("it is another the second time")
			}
		}
		if differ < 199_990 {
			t.Errorf("another key gives %d others", differ)
		}
	}
}
