package csvdir

import (
	"cmp"
	"math/bits"
	"runtime"
	"slices"
	"sync"
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

// sortSums sorts hashes in place, by all cores: by their first bits into buckets, each of these again, and the few that are in
// one then by insertion. 3M take 0.1 s of CPU, a fourth of what slices.SortFunc takes.
func sortSums(list []fingerprint) {
	const unsorted = 63 // the highest bit is the same in all
	ends := bucketSums(list, unsorted, 8)
	var (
		all  sync.WaitGroup
		todo = make(chan []fingerprint)
	)
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for bucket := range todo {
				sortBucket(bucket, unsorted-8)
			}
		})
	}
	begin := 0
	for _, end := range ends {
		if end-begin > 1 {
			todo <- list[begin:end]
		}
		begin = end
	}
	close(todo)
	all.Wait()
}

// sortBucket sorts hashes that are the same but for the last unsorted bits of high, and low.
func sortBucket(list []fingerprint, unsorted int) {
	const few = 32
	switch {
	case len(list) <= few:
		insertSums(list)
		return
	case unsorted < 8:
		slices.SortFunc(list, compareFingerprints)
		return
	}
	width := min(8, bits.Len(uint(len(list)/(few/2))))
	begin := 0
	ends := bucketSums(list, unsorted, width)
	for _, end := range ends[:1<<width] {
		if end-begin > 1 {
			sortBucket(list[begin:end], unsorted-width)
		}
		begin = end
	}
}

// bucketSums puts hashes into the order of width bits of high, those below the highest of unsorted, and gives where each bucket ends.
func bucketSums(list []fingerprint, unsorted, width int) (ends [256]int) {
	var next [256]int
	shift, mask := unsorted-width, uint64(1)<<width-1
	for _, p := range list {
		ends[p.high>>shift&mask]++
	}
	at := 0
	for i := range 1 << width {
		next[i] = at
		at += ends[i]
		ends[i] = at
	}
	for i := range 1 << width {
		for next[i] < ends[i] {
			p := list[next[i]]
			for {
				to := p.high >> shift & mask
				if to == uint64(i) {
					break
				}
				p, list[next[to]] = list[next[to]], p
				next[to]++
			}
			list[next[i]] = p
			next[i]++
		}
	}
	return ends
}

func insertSums(list []fingerprint) {
	for i := 1; i < len(list); i++ {
		p, k := list[i], i
		for ; k > 0 && compareFingerprints(p, list[k-1]) < 0; k-- {
			list[k] = list[k-1]
		}
		list[k] = p
	}
}
