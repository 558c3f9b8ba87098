package csvdir

import (
	"math/bits"
	"runtime"
	"slices"
	"sync"
)

// sortByHead sorts a list in place, by all cores: by the first bits of head into buckets, each of these again, and the few that are in
// one then by compare. No head has more than so many bits, and heads are in the order of compare. A million hashes take a
// fourth of the CPU that slices.SortFunc takes; what is not spread over its bits, as much.
func sortByHead[E any](list []E, bits int, head func(E) uint64, compare func(a, b E) int) {
	s := sorter[E]{head, compare}
	if len(list) < minParallel {
		s.sort(list, bits)
		return
	}
	width := min(8, bits)
	ends := s.bucket(list, bits-width, width)
	var (
		all  sync.WaitGroup
		todo = make(chan []E)
	)
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for bucket := range todo {
				s.sort(bucket, bits-width)
			}
		})
	}
	begin := 0
	for _, end := range ends[:1<<width] {
		if end-begin > 1 {
			todo <- list[begin:end]
		}
		begin = end
	}
	close(todo)
	all.Wait()
}

// minParallel is what is not worth another goroutine, fewInBucket what is not worth a bucket.
const (
	minParallel = 1 << 12
	fewInBucket = 32
)

type sorter[E any] struct {
	head    func(E) uint64
	compare func(a, b E) int
}

// sort sorts what is the same but for the last unsorted bits of its heads, and what is behind them.
func (s sorter[E]) sort(list []E, unsorted int) {
	if len(list) <= fewInBucket || unsorted < 8 {
		slices.SortFunc(list, s.compare)
		return
	}
	width := min(8, bits.Len(uint(len(list)/(fewInBucket/2))))
	begin := 0
	ends := s.bucket(list, unsorted-width, width)
	for _, end := range ends[:1<<width] {
		if end-begin > 1 {
			s.sort(list[begin:end], unsorted-width)
		}
		begin = end
	}
}

// bucket puts a list into the order of width bits of its heads, those from shift on, and gives where each bucket ends.
func (s sorter[E]) bucket(list []E, shift, width int) (ends [256]int) {
	var next [256]int
	mask := uint64(1)<<width - 1
	for _, e := range list {
		ends[s.head(e)>>shift&mask]++
	}
	at := 0
	for i := range 1 << width {
		next[i] = at
		at += ends[i]
		ends[i] = at
	}
	for i := range 1 << width {
		for next[i] < ends[i] {
			e := list[next[i]]
			for {
				to := s.head(e) >> shift & mask
				if to == uint64(i) {
					break
				}
				e, list[next[to]] = list[next[to]], e
				next[to]++
			}
			list[next[i]] = e
			next[i]++
		}
	}
	return ends
}
