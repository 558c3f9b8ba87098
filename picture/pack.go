package picture

import (
	"cmp"
	"math"
	"slices"
)

// block is what is packed as a whole.
type block struct {
	x, y, w, h float64
	order      int
}

// pack puts blocks beside and below each other, the highest first, each as far up as it finds room, and gives what room they
// take: about as wide as a screen is, and no less than the widest.
func pack(blocks []*block, apart, aspect float64) (w, h float64) {
	area, widest := 0.0, 0.0
	for i, b := range blocks {
		b.order = i
		area += (b.w + apart) * (b.h + apart)
		widest = max(widest, b.w)
	}
	limit := max(widest, math.Sqrt(area*aspect))
	sorted := slices.Clone(blocks)
	slices.SortStableFunc(sorted, func(a, b *block) int { return cmp.Or(cmp.Compare(b.h, a.h), cmp.Compare(a.order, b.order)) })
	for i, b := range sorted {
		b.place(sorted[:i], apart, limit)
		w, h = max(w, b.x+b.w), max(h, b.y+b.h)
	}
	return w, h
}

// place finds the highest place of a block, and of these the one furthest to the left: at the left edge, or beside another.
func (b *block) place(placed []*block, apart, limit float64) {
	b.x, b.y = 0, b.below(placed, 0, apart)
	for _, other := range placed {
		x := other.x + other.w + apart
		if x+b.w > limit {
			continue
		}
		if y := b.below(placed, x, apart); y < b.y || y == b.y && x < b.x {
			b.x, b.y = x, y
		}
	}
}

// below is where a block lies that has its left edge at x, below all that stand there.
func (b *block) below(placed []*block, x, apart float64) float64 {
	y := 0.0
	for _, other := range placed {
		if other.x < x+b.w+apart && x < other.x+other.w+apart {
			y = max(y, other.y+other.h+apart)
		}
	}
	return y
}

// grid puts boxes into columns of one width, each on top of the next, and gives their room.
func grid(nodes []*node, aspect float64) (w, h float64) {
	width, total := 0.0, 0.0
	for _, n := range nodes {
		width = max(width, n.w)
		total += n.h + boxGap
	}
	columns := max(1, int(math.Round(math.Sqrt(total*aspect/(width+boxGap)))))
	tops := make([]float64, min(columns, len(nodes)))
	for _, n := range nodes {
		i := 0
		for k, top := range tops {
			if top < tops[i] {
				i = k
			}
		}
		n.x, n.y, n.w = float64(i)*(width+boxGap), tops[i], width
		tops[i] += n.h + boxGap
		w, h = max(w, n.x+width), max(h, tops[i]-boxGap)
	}
	return w, h
}
