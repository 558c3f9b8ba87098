package picture

import (
	"cmp"
	"slices"

	"github.com/gyrodata/gyro"
)

// node is a box, or a place where a line passes a column of boxes.
type node struct {
	table   int // -1: a line passes
	rank    int // its column, from the left
	x, y    float64
	w, h    float64
	in, out []*link // from the column before, to the next
	median  float64
}

// link leads from a node to one of the next column. Where it is drawn, the table that is referred to stands on the left, unless the
// link closes a circle.
type link struct {
	from, to *node
	line     int // of the lines
	back     bool
}

// layers is one component: its tables in columns, those that are referred to before those that refer to them. What is
// known of layouts of this kind: break circles, give ranks, order each column so that few lines cross, then find heights.
type layers struct {
	lines   []bundle
	nodes   map[int]*node // by table
	tables  []int
	columns [][]*node
	links   []*link
}

// newLayers makes columns of the tables of a component.
func newLayers(tables []int, lines []bundle, size func(table int) (w, h float64)) *layers {
	l := &layers{lines: lines, nodes: map[int]*node{}, tables: tables}
	for _, t := range tables {
		n := &node{table: t}
		n.w, n.h = size(t)
		l.nodes[t] = n
	}
	l.rank()
	l.link()
	l.order()
	l.heights()
	return l
}

// own reports whether a line is the component's.
func (l *layers) own(b bundle) bool { return l.nodes[b.from] != nil && l.nodes[b.to] != nil }

// rank gives each table its column: behind all that it refers to, but for lines that close a circle.
func (l *layers) rank() {
	children, parents := map[int][]int{}, map[int][]int{}
	for _, b := range l.lines {
		if l.own(b) {
			children[b.to] = append(children[b.to], b.from)
			parents[b.from] = append(parents[b.from], b.to)
		}
	}
	const (
		open = 1
		done = 2
	)
	state := map[int]int{}
	var order []int // children before parents
	type edge struct{ parent, child int }
	closes := map[edge]bool{}
	var visit func(t int)
	visit = func(t int) {
		state[t] = open
		for _, c := range children[t] {
			switch state[c] {
			case open:
				closes[edge{t, c}] = true
			case 0:
				visit(c)
			}
		}
		state[t] = done
		order = append(order, t)
	}
	for _, first := range []bool{true, false} { // those that refer to nothing, then what is only in circles
		for _, t := range l.tables {
			if state[t] == 0 && (len(parents[t]) == 0) == first {
				visit(t)
			}
		}
	}
	slices.Reverse(order)
	for _, t := range order {
		for _, c := range children[t] {
			if !closes[edge{t, c}] {
				l.nodes[c].rank = max(l.nodes[c].rank, l.nodes[t].rank+1)
			}
		}
	}
	for _, t := range slices.Backward(order) { // what few refer to stands near those
		nearest, n := -1, 0
		for _, c := range children[t] {
			if r := l.nodes[c].rank; !closes[edge{t, c}] {
				n++
				if nearest < 0 || r < nearest {
					nearest = r
				}
			}
		}
		if n > 0 && n >= len(parents[t]) {
			l.nodes[t].rank = max(l.nodes[t].rank, nearest-1)
		}
	}
}

// link makes links of the lines. Those that lead to one table and are drawn alike share their way.
func (l *layers) link() {
	type alike struct {
		to      int
		missing gyro.Missing
		nature  Nature
	}
	type lane struct {
		alike
		rank int
	}
	last := 0
	for _, t := range l.tables {
		last = max(last, l.nodes[t].rank)
	}
	l.columns = make([][]*node, last+1)
	for _, t := range l.tables {
		n := l.nodes[t]
		l.columns[n.rank] = append(l.columns[n.rank], n)
	}
	passing := func(rank int) *node {
		n := &node{table: -1, rank: rank, h: laneHeight}
		l.columns[rank] = append(l.columns[rank], n)
		return n
	}
	lanes, firsts := map[lane]*node{}, map[alike]int{}
	for i, b := range l.lines {
		if !l.own(b) {
			continue
		}
		from, to := l.nodes[b.from], l.nodes[b.to]
		if from.rank < to.rank { // it closes a circle
			at := from
			for rank := from.rank + 1; rank < to.rank; rank++ {
				next := passing(rank)
				l.join(at, next, i, true)
				at = next
			}
			l.join(at, to, i, true)
			continue
		}
		key := alike{b.to, b.missing, b.nature}
		if _, ok := firsts[key]; !ok {
			firsts[key] = i
		}
		at, met := from, false
		for rank := from.rank - 1; rank > to.rank && !met; rank-- {
			next := lanes[lane{key, rank}]
			if met = next != nil; !met {
				next = passing(rank)
				lanes[lane{key, rank}] = next
			}
			l.join(next, at, firsts[key], false)
			at = next
		}
		if !met {
			l.join(to, at, firsts[key], false)
		}
	}
}

func (l *layers) join(from, to *node, line int, back bool) {
	k := &link{from: from, to: to, line: line, back: back}
	from.out, to.in = append(from.out, k), append(to.in, k)
	l.links = append(l.links, k)
}

// order puts each column into an order in which few lines cross: each node to the middle of its neighbours, forwards and
// backwards, as long as that helps.
func (l *layers) order() {
	best, least := l.positions(), l.crossings()
	for round := range 24 {
		forwards := round%2 == 0
		for i := range l.columns {
			if forwards {
				l.sortColumn(i, true)
			} else {
				l.sortColumn(len(l.columns)-1-i, false)
			}
		}
		l.exchange()
		if n := l.crossings(); n < least {
			best, least = l.positions(), n
		}
		if least == 0 {
			break
		}
	}
	copy(l.columns, best)
	l.number()
}

func (l *layers) positions() [][]*node {
	l.number()
	all := make([][]*node, len(l.columns))
	for i, column := range l.columns {
		all[i] = slices.Clone(column)
	}
	return all
}

// number writes the places within columns into y, until there are heights.
func (l *layers) number() {
	for _, column := range l.columns {
		for i, n := range column {
			n.y = float64(i)
		}
	}
}

func (l *layers) sortColumn(i int, forwards bool) {
	column := l.columns[i]
	for _, n := range column {
		n.median = n.y
		if sum, count := n.sum(forwards); count > 0 {
			n.median = sum / count
		}
	}
	slices.SortStableFunc(column, func(a, b *node) int { return cmp.Compare(a.median, b.median) })
	for k, n := range column {
		n.y = float64(k)
	}
}

// sum is that of the places of the neighbours before, or behind.
func (n *node) sum(before bool) (sum, count float64) {
	if before {
		for _, k := range n.in {
			sum, count = sum+k.from.y, count+1
		}
		return sum, count
	}
	for _, k := range n.out {
		sum, count = sum+k.to.y, count+1
	}
	return sum, count
}

// exchange swaps neighbours in a column where that leaves fewer crossings.
func (l *layers) exchange() {
	for _, column := range l.columns {
		for i := range len(column) - 1 {
			a, b := column[i], column[i+1]
			if crossed(a, b) > crossed(b, a) {
				column[i], column[i+1] = b, a
				a.y, b.y = b.y, a.y
			}
		}
	}
}

// crossed is how many links of two nodes cross, the first above the second.
func crossed(a, b *node) int {
	n := 0
	for _, p := range a.in {
		for _, q := range b.in {
			if p.from.y > q.from.y {
				n++
			}
		}
	}
	for _, p := range a.out {
		for _, q := range b.out {
			if p.to.y > q.to.y {
				n++
			}
		}
	}
	return n
}

// crossings counts those of all columns.
func (l *layers) crossings() int {
	n := 0
	for _, column := range l.columns {
		var ends []float64
		for _, a := range column {
			own := make([]float64, 0, len(a.out))
			for _, k := range a.out {
				own = append(own, k.to.y)
			}
			slices.Sort(own)
			for _, y := range own { // those before that end below
				i, _ := slices.BinarySearch(ends, y)
				for i < len(ends) && ends[i] == y {
					i++
				}
				n += len(ends) - i
			}
			ends = append(ends, own...)
			slices.Sort(ends)
		}
	}
	return n
}
