package picture

import "math"

// Sizes of a picture, in pixels.
const (
	columnGap  = 56.0 // between columns, and more where many lines pass
	boxGap     = 14.0
	laneHeight = 6.0
	laneGap    = 8.0
)

// heights finds the y of each node: near its neighbours, and apart from those above and below. A line that passes several columns
// is pulled straight before all else.
func (l *layers) heights() {
	x := 0.0
	for i, column := range l.columns {
		y, w, links := 0.0, 0.0, 0
		for k, n := range column {
			if k > 0 {
				y += gap(column[k-1], n)
			}
			n.y = y
			y += n.h
			w = max(w, n.w)
			links += len(n.in)
		}
		if i > 0 {
			x += columnGap + min(90, 2*float64(links))
		}
		for _, n := range column {
			n.x, n.w = x, w
		}
		x += w
	}
	for round := range 30 {
		for i := range l.columns {
			if round%2 == 1 {
				i = len(l.columns) - 1 - i
			}
			l.settle(l.columns[i], round)
		}
	}
	top := math.Inf(1)
	for _, column := range l.columns {
		top = min(top, column[0].y)
	}
	for _, column := range l.columns {
		for _, n := range column {
			n.y = math.Round(n.y - top)
		}
	}
}

// gap is the room between a node and the one below it. Rounding takes a pixel at most.
func gap(above, below *node) float64 {
	if above.table < 0 && below.table < 0 {
		return laneGap
	}
	return boxGap
}

func (n *node) middle() float64 { return n.y + n.h/2 }

// wish is where a node's middle would be best, and how much that counts.
func (n *node) wish(round int) (y, weight float64) {
	sum := 0.0
	add := func(other *node) {
		w := 1.0
		if n.table < 0 && other.table < 0 {
			w = 8
		} else if n.table < 0 || other.table < 0 {
			w = 2
		}
		sum, weight = sum+w*other.middle(), weight+w
	}
	if round%4 != 1 {
		for _, k := range n.in {
			add(k.from)
		}
	}
	if round%4 != 0 {
		for _, k := range n.out {
			add(k.to)
		}
	}
	if weight == 0 {
		return n.middle(), 0.05
	}
	return sum / weight, weight
}

// settle moves the nodes of a column as near to where they would be best as their order and the gaps allow: the least
// squares, by pools of neighbours that push each other.
func (l *layers) settle(column []*node, round int) {
	type pool struct {
		sum, weight float64
		nodes       int
	}
	offsets, offset := make([]float64, len(column)), 0.0
	var pools []pool
	for i, n := range column {
		if i > 0 {
			offset += column[i-1].h + gap(column[i-1], n) + 1
		}
		offsets[i] = offset
		y, weight := n.wish(round)
		pools = append(pools, pool{weight * (y - n.h/2 - offset), weight, 1})
		for len(pools) > 1 {
			a, b := pools[len(pools)-2], pools[len(pools)-1]
			if a.sum/a.weight <= b.sum/b.weight {
				break
			}
			pools = append(pools[:len(pools)-2], pool{a.sum + b.sum, a.weight + b.weight, a.nodes + b.nodes})
		}
	}
	i := 0
	for _, p := range pools {
		for range p.nodes {
			column[i].y = p.sum/p.weight + offsets[i]
			i++
		}
	}
}

// size is how much room the component takes.
func (l *layers) size() (w, h float64) {
	for _, column := range l.columns {
		for _, n := range column {
			w, h = max(w, n.x+n.w), max(h, n.y+n.h)
		}
	}
	return w, h
}
