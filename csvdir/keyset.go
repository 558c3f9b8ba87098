package csvdir

import "math/bits"

// fingerprints are those of some rows, in their order.
type fingerprints struct {
	numbers []uint64      // fingerprints with high 0
	sums    []fingerprint // others
}

func (f *fingerprints) add(p fingerprint) {
	if p.high == 0 {
		f.numbers = append(f.numbers, p.low)
		return
	}
	f.sums = append(f.sums, p)
}

func (f *fingerprints) merge(other *fingerprints) {
	f.numbers = append(f.numbers, other.numbers...)
	f.sums = append(f.sums, other.sums...)
}

// keySet is the fingerprints of all keys of a table. It is filled, sealed, and then asked, by any number of goroutines.
type keySet struct {
	numbers numbers
	sums    sums
}

// grow makes room for keys that are to come: a list that grows by itself is copied, and held
// twice meanwhile.
func (s *keySet) grow(asNumbers bool, rows int64) {
	if asNumbers {
		s.numbers.grow(rows)
		return
	}
	s.sums.grow(rows)
}

func (s *keySet) merge(f *fingerprints) {
	s.numbers.add(f.numbers)
	s.sums.list = append(s.sums.list, f.sums...)
}

// seal ends the filling. A set that is not to be asked may have keys that are repeated.
func (s *keySet) seal(asked bool) {
	s.numbers.seal()
	s.sums.seal(asked)
}

// has reports whether the sealed set holds a key.
func (s *keySet) has(p fingerprint) bool {
	if p.high == 0 {
		return s.numbers.has(p.low)
	}
	return s.sums.has(p)
}

// keepRepeated leaves those keys that the sealed set holds more than once, and gives the
// number of rows that they had. These can be asked.
func (s *keySet) keepRepeated() (rows int64) { return s.numbers.keepRepeated() + s.sums.keepRepeated() }

func repeated[E comparable](sorted []E) (kept []E, rows int64) {
	kept = sorted[:0]
	for i := 0; i < len(sorted); {
		end := i + 1
		for end < len(sorted) && sorted[end] == sorted[i] {
			end++
		}
		if end-i > 1 {
			rows += int64(end - i)
			kept = append(kept, sorted[i]) // at or before i
		}
		i = end
	}
	return kept, rows
}

// index says where in a sorted list the entries with a given beginning are: a look-up is
// then two places in memory, not one for each halving. In 9M numbers a random one is found in
// 0.11 µs with it, and in 0.36 to 0.49 µs without.
type index struct {
	low    uint64
	shift  int
	starts []uint32
}

// perStart is how many entries a start of the index is for, on the average.
const perStart = 8

func newIndex(n int, at func(int) uint64) index {
	if n == 0 {
		return index{}
	}
	x := index{low: at(0)}
	width := at(n-1) - x.low
	x.shift = max(0, bits.Len64(width)-bits.Len64(uint64(n/perStart)))
	x.starts = make([]uint32, width>>x.shift+2)
	next := 0
	for i := range n {
		for bucket := int((at(i) - x.low) >> x.shift); next <= bucket; next++ {
			x.starts[next] = uint32(i)
		}
	}
	for ; next < len(x.starts); next++ {
		x.starts[next] = uint32(n)
	}
	return x
}

// span gives the part of the list in which a value stands, if anywhere.
func (x index) span(value uint64) (from, to int) {
	if value < x.low || len(x.starts) == 0 {
		return 0, 0
	}
	bucket := (value - x.low) >> x.shift
	if bucket >= uint64(len(x.starts)-1) {
		return 0, 0
	}
	return int(x.starts[bucket]), int(x.starts[bucket+1])
}
