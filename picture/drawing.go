package picture

import (
	"cmp"
	"slices"
	"strings"
)

// Sizes of what stands in a box, in pixels. Letters are of a font in which all are as wide; cellWidth is for its size in
// nameFont, and a little more than such fonts take.
const (
	nameFont   = 13.0
	smallFont  = 11.0
	cellWidth  = 8.0
	smallCell  = cellWidth * smallFont / nameFont
	boxPadding = 10.0
	nameLine   = 26.0
	smallLine  = 17.0
	sampleLine = 20.0 // of a line's look, before a text
	groupApart = 34.0
	titleLine  = 30.0
	margin     = 16.0
)

// drawing is a graph with a place for all.
type drawing struct {
	graph   *Graph
	bundles []bundle
	written [][]bundle // by table
	boxes   []*node    // of tables
	strokes []stroke
	frames  []frame
	w, h    float64
}

// stroke is one line, or several that end together.
type stroke struct {
	bundles []bundle
	pieces  []piece
	tip     point   // where the arrow's tip is
	tails   []point // where the lines begin
	back    bool    // the tip points to the right
}

// piece is a part of a stroke: a curve, or a straight line, from left to right.
type piece struct{ from, to point }

type point struct{ x, y float64 }

// frame is a group with a title.
type frame struct {
	title      string
	x, y, w, h float64
}

// aspect is how much wider than high a picture is, if it can be.
const aspect = 1.5

// draw lays the graph out.
func (g *Graph) draw() *drawing {
	d := &drawing{graph: g, bundles: g.bundles(), written: make([][]bundle, len(g.Tables))}
	lines, written, groups := g.split(d.bundles)
	for _, b := range written {
		d.written[b.from] = append(d.written[b.from], b)
	}
	var blocks []*block
	var parts []func(x, y float64)
	for _, gr := range groups {
		w, h, move := d.group(gr, lines)
		blocks, parts = append(blocks, &block{w: w, h: h}), append(parts, move)
	}
	d.w, d.h = pack(blocks, groupApart, aspect)
	for i, move := range parts {
		move(blocks[i].x, blocks[i].y)
	}
	return d
}

// group lays out one, and gives its size and what moves it to its place.
func (d *drawing) group(gr group, lines []bundle) (w, h float64, move func(x, y float64)) {
	inset, top := 0.0, 0.0
	if gr.title != "" {
		inset, top = boxPadding, titleLine
	}
	var (
		blocks []*block
		parts  []*layers
		alone  []*node
	)
	for _, tables := range gr.components {
		l := newLayers(tables, lines, d.size)
		w, h := l.size()
		blocks, parts = append(blocks, &block{w: w, h: h}), append(parts, l)
	}
	for _, t := range gr.alone {
		n := &node{table: t}
		n.w, n.h = d.size(t)
		alone = append(alone, n)
	}
	if len(alone) > 0 {
		w, h := grid(alone, aspect)
		blocks = append(blocks, &block{w: w, h: h})
	}
	w, h = pack(blocks, groupApart, aspect)
	w, h = w+2*inset, h+top+inset
	if gr.title != "" {
		w = max(w, float64(cells(short(gr.title, 2*mostCells)))*cellWidth+4*boxPadding)
	}
	return w, h, func(x, y float64) {
		if gr.title != "" {
			d.frames = append(d.frames, frame{short(gr.title, 2*mostCells), x, y, w, h})
		}
		for i, b := range blocks {
			b.x, b.y = b.x+x+inset, b.y+y+top
			if i < len(parts) {
				d.addLayers(parts[i], b.x, b.y)
				continue
			}
			for _, n := range alone {
				n.x, n.y = n.x+b.x, n.y+b.y
				d.boxes = append(d.boxes, n)
			}
		}
	}
}

// size is how much room a table's box needs.
func (d *drawing) size(table int) (w, h float64) {
	t := d.graph.Tables[table]
	w, h = float64(cells(boxName(t)))*cellWidth, nameLine
	if facts := d.graph.facts(t); facts != "" {
		w, h = max(w, float64(cells(facts))*smallCell), h+smallLine
	}
	for _, b := range d.written[table] {
		w, h = max(w, sampleLine+float64(cells(d.tag(b)))*smallCell), h+smallLine
	}
	return w + 2*boxPadding, h + boxPadding/2 + 2
}

func boxName(t Table) string { return short(t.Name.String(), mostCells) }

// facts are the second line of a box.
func (g *Graph) facts(t Table) string {
	parts := slices.DeleteFunc([]string{g.rows(t), masked(t)}, func(s string) bool { return s == "" })
	return strings.Join(parts, " · ")
}

// tag is a reference that is written.
func (d *drawing) tag(b bundle) string {
	text := "→ " + short(d.graph.Tables[b.to].Name.String(), mostCells)
	if b.from == b.to {
		text = "→ itself"
	}
	if b.nature != ForeignKey {
		text += " (" + string(b.nature) + ")"
	}
	return text
}

// addLayers takes a component over, at its place.
func (d *drawing) addLayers(l *layers, x, y float64) {
	for _, column := range l.columns {
		for _, n := range column {
			n.x, n.y = n.x+x, n.y+y
			if n.table >= 0 {
				d.boxes = append(d.boxes, n)
			}
		}
	}
	ports := map[*node]map[port]float64{}
	for _, n := range l.nodes {
		ports[n] = n.ports()
	}
	at := map[int]int{}
	for _, k := range l.links {
		i, ok := at[k.line]
		if !ok {
			i = len(d.strokes)
			at[k.line] = i
			d.strokes = append(d.strokes, l.stroke(k))
		}
		s := &d.strokes[i]
		from, to := point{k.from.x + k.from.w, k.from.middle()}, point{k.to.x, k.to.middle()}
		if k.from.table >= 0 {
			from.y = ports[k.from][port{k.line, true}]
			s.ends(from, k.back)
		} else if first := k.from.out[0] == k; first {
			s.pieces = append(s.pieces, piece{point{k.from.x, from.y}, from})
		}
		if k.to.table >= 0 {
			to.y = ports[k.to][port{k.line, false}]
			s.ends(to, !k.back)
		}
		s.pieces = append(s.pieces, piece{from, to})
	}
}

// stroke begins the one that a link is a part of.
func (l *layers) stroke(k *link) stroke {
	s := stroke{back: k.back}
	first := l.lines[k.line]
	for i, b := range l.lines {
		alike := b.to == first.to && b.missing == first.missing && b.nature == first.nature && l.own(b)
		if back := alike && l.nodes[b.from].rank < l.nodes[b.to].rank; i == k.line || !k.back && alike && !back {
			s.bundles = append(s.bundles, b)
		}
	}
	return s
}

// ends notes where a stroke meets a box.
func (s *stroke) ends(at point, tail bool) {
	if tail {
		s.tails = append(s.tails, at)
		return
	}
	s.tip = at
}

// port is where a line meets a box: on its left, or right.
type port struct {
	line  int
	right bool
}

// ports gives each line its own height at a box, in the order of where they come from.
func (n *node) ports() map[port]float64 {
	all := map[port]float64{}
	for _, right := range []bool{false, true} {
		sums, counts := map[int]float64{}, map[int]float64{}
		links := n.in
		if right {
			links = n.out
		}
		for _, k := range links {
			other := k.from
			if right {
				other = k.to
			}
			sums[k.line] += other.middle()
			counts[k.line]++
		}
		var lines []int
		for line := range sums {
			lines = append(lines, line)
		}
		slices.SortFunc(lines, func(a, b int) int {
			return cmp.Or(cmp.Compare(sums[a]/counts[a], sums[b]/counts[b]), cmp.Compare(a, b))
		})
		for i, line := range lines {
			all[port{line, right}] = n.y + n.h*float64(i+1)/float64(len(lines)+1)
		}
	}
	return all
}
