package csvdir

import (
	"cmp"
	"slices"
)

// sums is a set of fingerprints that are hashes: 16 bytes each, and an index of half a byte where it is asked.
type sums struct {
	list    []fingerprint
	byStart index // of high
}

func (s *sums) grow(rows int64) { s.list = slices.Grow(s.list, int(rows)) }

func (s *sums) seal(asked bool) {
	if sortSums(s.list); asked {
		s.byStart = newIndex(len(s.list), func(i int) uint64 { return s.list[i].high })
	}
}

func (s *sums) has(p fingerprint) bool {
	from, to := s.byStart.span(p.high)
	_, found := slices.BinarySearchFunc(s.list[from:to], p, compareFingerprints)
	return found
}

func (s *sums) keepRepeated() (rows int64) {
	s.list, rows = repeated(s.list)
	s.seal(true)
	return rows
}

func compareFingerprints(a, b fingerprint) int {
	if c := cmp.Compare(a.high, b.high); c != 0 {
		return c
	}
	return cmp.Compare(a.low, b.low)
}

// sortSums sorts hashes, of which the highest bit is the same.
func sortSums(list []fingerprint) {
	sortByHead(list, 63, func(p fingerprint) uint64 { return p.high &^ (1 << 63) }, compareFingerprints)
}
