package csvdir

import (
	"cmp"
	"math/bits"
	"slices"
	"sort"
)

// numbers is a set of 64-bit numbers. Keys of a file come in their order, and mostly close to each other, so that they
// are held as runs and bitmaps: those of a whole table of 9M rows in next to no memory, those of one tenant in ten in 2 bytes
// each. Numbers that come out of order, twice, or too far apart are held in a list, 8 bytes each and an index of half a byte.
type numbers struct {
	pieces  []piece // ascending; none where listed
	room    []uint64
	words   int // of the pieces' bitmaps
	count   int
	list    []uint64
	listed  bool
	most    int // how many are to come in all
	byStart index
}

// piece is the numbers from first to last: all of them, or those that bits says.
type piece struct {
	first, last uint64
	bits        []uint64 // nil: all
}

const (
	pieceBytes = 40
	// widestGap is the distance of two neighbours from which on a new piece takes less than the bits between them.
	widestGap = 8 * pieceBytes
	// widestPiece bounds a bitmap, and shortestRun what is left a run where one begins.
	widestPiece = 1 << 16
	shortestRun = 512
	roomWords   = 8 * widestPiece / 64
	// mostBytes is what a number may take in pieces: from there on a list, which has no look-ups in between, is the better one.
	mostBytes = 6
)

// grow says how many numbers are to come.
func (s *numbers) grow(rows int64) { s.most += int(rows) }

func (s *numbers) add(all []uint64) {
	for i, n := range all {
		if s.listed {
			s.list = append(s.list, all[i:]...)
			s.count += len(all) - i
			return
		}
		s.addOne(n)
	}
}

func (s *numbers) addOne(n uint64) {
	s.count++
	if len(s.pieces) == 0 {
		s.begin(n)
		return
	}
	p := &s.pieces[len(s.pieces)-1]
	switch {
	case n == p.last+1 && p.bits == nil && n > 0:
		p.last = n
		return
	case n <= p.last:
		s.toList()
		s.list = append(s.list, n)
		return
	case n-p.last > widestGap || n-p.first >= widestPiece || p.bits == nil && p.last-p.first >= shortestRun:
		if len(s.pieces)*pieceBytes+s.words*8 > 1<<16+s.count*mostBytes {
			s.toList()
			s.list = append(s.list, n)
			return
		}
		s.begin(n)
		return
	case p.bits == nil:
		s.toBits(p)
	}
	s.set(p, n-p.first)
	p.last = n
}

// begin begins a piece. The room behind the bitmap of the one before is that of the next.
func (s *numbers) begin(n uint64) {
	if last := len(s.pieces) - 1; last >= 0 && s.pieces[last].bits != nil {
		b := s.pieces[last].bits
		s.pieces[last].bits, s.room = b[:len(b):len(b)], b[len(b):]
	}
	s.pieces = append(s.pieces, piece{first: n, last: n})
}

// toBits makes a bitmap of a short run.
func (s *numbers) toBits(p *piece) {
	if cap(s.room) < widestPiece/64 {
		s.room = make([]uint64, 0, roomWords)
	}
	p.bits = s.room[:0]
	for at := range p.last - p.first + 1 {
		s.set(p, at)
	}
}

func (s *numbers) set(p *piece, at uint64) {
	for uint64(len(p.bits)) <= at/64 {
		p.bits = append(p.bits, 0) // within its room
		s.words++
	}
	p.bits[at/64] |= 1 << (at % 64)
}

// toList holds all as a list from now on.
func (s *numbers) toList() {
	*s = numbers{list: s.appendAll(make([]uint64, 0, max(s.most, s.count))), listed: true, count: s.count, most: s.most}
}

func (s *numbers) appendAll(to []uint64) []uint64 {
	for _, p := range s.pieces {
		for n := range p.all {
			to = append(to, n)
		}
	}
	return append(to, s.list...)
}

// all gives the numbers of a piece.
func (p piece) all(yield func(n uint64) bool) {
	if p.bits == nil {
		for n := p.first; ; n++ {
			if !yield(n) || n == p.last {
				return
			}
		}
	}
	for i, word := range p.bits {
		for ; word != 0; word &= word - 1 {
			if !yield(p.first + uint64(64*i+bits.TrailingZeros64(word))) {
				return
			}
		}
	}
}

// seal makes the set one that can be asked.
func (s *numbers) seal() {
	if !s.listed {
		s.room = nil
		s.byStart = newIndex(len(s.pieces), func(i int) uint64 { return s.pieces[i].first })
		return
	}
	sortNumbers(s.list)
	s.byStart = newIndex(len(s.list), func(i int) uint64 { return s.list[i] })
}

func (s *numbers) has(n uint64) bool {
	if s.listed {
		from, to := s.byStart.span(n)
		_, found := slices.BinarySearch(s.list[from:to], n)
		return found
	}
	if len(s.pieces) == 0 {
		return false
	}
	i := 0 // of the last piece that begins at n or before
	if len(s.pieces) > 1 {
		from, to := s.byStart.span(n)
		if to == 0 && n > s.pieces[0].first { // behind them all
			from, to = len(s.pieces)-1, len(s.pieces)
		}
		i = from + sort.Search(to-from, func(i int) bool { return s.pieces[from+i].first > n }) - 1
		if i < 0 {
			return false
		}
	}
	p := &s.pieces[i]
	if n < p.first || n > p.last {
		return false
	}
	at := n - p.first
	return p.bits == nil || p.bits[at/64]>>(at%64)&1 == 1
}

// keepRepeated leaves those that were added more than once, and gives how often they were.
func (s *numbers) keepRepeated() (rows int64) {
	list, rows := repeated(s.list) // of pieces none
	*s = numbers{list: list, listed: true, count: len(list)}
	s.seal()
	return rows
}

func sortNumbers(list []uint64) {
	if slices.IsSorted(list) {
		return
	}
	least := slices.Min(list)
	sortByHead(list, bits.Len64(slices.Max(list)-least), func(n uint64) uint64 { return n - least }, cmp.Compare)
}
