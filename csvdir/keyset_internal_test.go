package csvdir

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// drawNumbers draws keys as files have them: runs, tenants in turn, clumps far apart, any order, doubles, and the ends of the range.
func drawNumbers(r *rand.Rand) []uint64 {
	var all []uint64
	at := []uint64{0, 1, 1 << 63, math.MaxUint64 - 200_000, r.Uint64()}[r.IntN(5)]
	for range 1 + r.IntN(6) {
		gap := []uint64{1, 2, 10, 64, widestGap - 1, widestGap, widestGap + 1, 1 << 40}[r.IntN(8)]
		for range 1 + r.IntN(1+r.IntN(3000)) {
			all = append(all, at)
			step := gap
			if gap > 1 && r.IntN(2) == 0 {
				step = 1 + r.Uint64N(gap)
			}
			if at+step < at {
				break
			}
			at += step
		}
	}
	switch r.IntN(6) {
	case 0: // one late
		all = append(all, all[r.IntN(len(all))]-1)
	case 1: // one twice
		i := r.IntN(len(all))
		all = slices.Insert(all, i, all[i])
	case 2:
		r.Shuffle(len(all), func(i, k int) { all[i], all[k] = all[k], all[i] })
	case 3:
		all = append(all, math.MaxUint64, 0)
	}
	return all
}

// drawSums draws hashes, some of them twice, and some that are nearly the same.
func drawSums(r *rand.Rand) []fingerprint {
	var all []fingerprint
	for range r.IntN(1 + r.IntN(5000)) {
		p := fingerprint{high: r.Uint64() | 1<<63, low: r.Uint64()}
		all = append(all, p)
		for r.IntN(4) == 0 {
			all = append(all, p)
			p.high ^= 1 << r.IntN(63)
			p.low ^= 1 << r.IntN(64)
			all = append(all, p, fingerprint{high: p.high, low: p.low + 1})
		}
	}
	for p := (fingerprint{high: r.Uint64() | 1<<63}); r.IntN(100) > 0; p.low = r.Uint64N(500) { // of one bucket down to the last bit
		all = append(all, p)
	}
	r.Shuffle(len(all), func(i, k int) { all[i], all[k] = all[k], all[i] })
	return all
}

// A keySet holds what a map holds: what was added, and how often.
func TestKeySet(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	for i := range 400 {
		var all fingerprints
		if i%3 != 0 {
			all.numbers = drawNumbers(r)
		}
		if i%3 != 1 {
			all.sums = drawSums(r)
		}
		set, counts := &keySet{}, map[fingerprint]int64{}
		for _, n := range all.numbers {
			counts[fingerprint{low: n}]++
		}
		for _, p := range all.sums {
			counts[p]++
		}
		set.grow(r.IntN(2) == 0, int64(r.IntN(len(counts)+1)))
		for len(all.numbers)+len(all.sums) > 0 { // block by block
			block := fingerprints{numbers: all.numbers[:min(len(all.numbers), r.IntN(500))], sums: all.sums[:min(len(all.sums), r.IntN(500))]}
			set.merge(&block)
			all.numbers, all.sums = all.numbers[len(block.numbers):], all.sums[len(block.sums):]
		}
		set.seal(true)
		checkSet(t, r, set, func(p fingerprint) bool { return counts[p] > 0 }, counts)
		var repeated int64
		for _, n := range counts {
			if n > 1 {
				repeated += n
			}
		}
		if got := set.keepRepeated(); got != repeated {
			t.Fatalf("draw %d: %d repeated, want %d", i, got, repeated)
		}
		checkSet(t, r, set, func(p fingerprint) bool { return counts[p] > 1 }, counts)
	}
}

// checkSet asks a set for all keys, their neighbours and others.
func checkSet(t *testing.T, r *rand.Rand, set *keySet, want func(fingerprint) bool, counts map[fingerprint]int64) {
	t.Helper()
	asked := slices.AppendSeq([]fingerprint{{}, {low: math.MaxUint64}, {high: 1 << 63}, {high: math.MaxUint64, low: math.MaxUint64}}, maps.Keys(counts))
	for range 200 {
		asked = append(asked, fingerprint{low: r.Uint64()}, fingerprint{high: r.Uint64() | 1<<63, low: r.Uint64()})
	}
	for _, p := range asked {
		for _, step := range []uint64{0, 1, 2, 63, 64, widestGap, math.MaxUint64} {
			q := fingerprint{high: p.high, low: p.low + step}
			if got := set.has(q); got != want(q) {
				t.Fatalf("%x: %v", q, got)
			}
		}
	}
}

// Keys that stand close to each other take next to nothing, whatever is between them; keys that don't, 8 bytes.
func TestNumbersSize(t *testing.T) {
	t.Parallel()
	const rows = 1 << 20
	for name, c := range map[string]struct {
		key  func(i uint64) uint64
		most int // bytes
	}{
		"whole table":        {func(i uint64) uint64 { return i }, 1 << 10},
		"with holes":         {func(i uint64) uint64 { return i + i/1000 }, rows / 5},
		"every tenth":        {func(i uint64) uint64 { return 10 * i }, 2 * rows},
		"a thousand in each": {func(i uint64) uint64 { return i%1000 + i/1000<<32 }, rows / 8},
		"a hundred in each":  {func(i uint64) uint64 { return i%100 + i/100*10_000 }, rows},
		"one in a thousand":  {func(i uint64) uint64 { return 1000 * i }, 8 * rows},
		"in two halves":      {func(i uint64) uint64 { return i ^ rows>>1 }, 8 * rows},
	} {
		var s numbers
		s.grow(rows)
		for i := range uint64(rows) {
			s.add([]uint64{c.key(i)})
		}
		if size := cap(s.pieces)*pieceBytes + s.words*8 + cap(s.list)*8; size > c.most {
			t.Errorf("%s: %d bytes", name, size)
		}
		s.seal()
		for i := range uint64(rows) {
			if !s.has(c.key(i)) {
				t.Fatalf("%s: %d is not there", name, c.key(i))
			}
		}
	}
}

func BenchmarkKeySet(b *testing.B) {
	const rows = 1 << 20
	r := rand.New(rand.NewPCG(9, 10))
	draws := map[string]func(i uint64) fingerprint{
		"whole table":  func(i uint64) fingerprint { return fingerprint{low: i} },
		"every tenth":  func(i uint64) fingerprint { return fingerprint{low: 10*i + i*2654435761>>7%10} },
		"far apart":    func(i uint64) fingerprint { return fingerprint{low: 1000 * i} },
		"out of order": func(i uint64) fingerprint { return fingerprint{low: i * 2654435761 % (1 << 32)} },
		"hashes":       func(uint64) fingerprint { return fingerprint{high: r.Uint64() | 1<<63, low: r.Uint64()} },
	}
	for name, draw := range draws {
		var all fingerprints
		asked := make([]fingerprint, rows)
		for i := range asked {
			asked[i] = draw(uint64(i))
			all.add(asked[i])
		}
		var set *keySet
		b.Run("fill/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				set = &keySet{}
				set.grow(asked[0].high == 0, rows)
				set.merge(&all)
				set.seal(true)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/key")
		})
		b.Run("has/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if !set.has(asked[uint64(i)*7919%rows]) {
					b.Fatal(i)
				}
			}
		})
	}
}
