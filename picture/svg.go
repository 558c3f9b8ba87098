package picture

import (
	_ "embed"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/gyrodata/gyro"
)

//go:embed svg.css
var svgCSS string

// SVG writes the graph as a picture that needs nothing else: no script, no font, no network. It is light or dark as
// who looks at it prefers, and light on paper.
func (g *Graph) SVG(w io.Writer) error {
	d := g.draw()
	s := &svg{drawing: d}
	legend := s.legend()
	width := max(d.w, s.legendWidth) + 2*margin
	height := d.h + s.legendHeight + 3*margin
	s.printf(`<svg xmlns="http://www.w3.org/2000/svg" class="gyro-picture" width="%s" height="%s" viewBox="0 0 %s %s" role="img">`,
		px(width), px(height), px(width), px(height))
	s.printf("\n<title>%s</title>\n<style>%s</style>\n", text(g.title()), svgCSS)
	s.printf(`<rect class="paper" width="%s" height="%s"/>`+"\n", px(width), px(height))
	s.printf(`<g transform="translate(%s %s)">%s</g>`+"\n", px(margin), px(margin), legend)
	s.printf(`<g transform="translate(%s %s)">`+"\n", px(margin), px(s.legendHeight+2*margin))
	for _, f := range d.frames {
		s.frame(f)
	}
	for _, stroke := range d.strokes {
		s.stroke(stroke)
	}
	for _, n := range d.boxes {
		s.box(n)
	}
	s.printf("</g>\n</svg>\n")
	_, err := io.WriteString(w, s.out.String())
	return err
}

// title says what is drawn.
func (g *Graph) title() string {
	n := 0
	for _, t := range g.Tables {
		if !t.Outside {
			n++
		}
	}
	return fmt.Sprintf("%d tables, %d references", n, len(g.References))
}

// svg writes a drawing.
type svg struct {
	*drawing
	out                       strings.Builder
	legendWidth, legendHeight float64
}

func (s *svg) printf(format string, args ...any) { fmt.Fprintf(&s.out, format, args...) }

// px is a length, to a tenth of a pixel.
func px(x float64) string { return strconv.FormatFloat(math.Round(x*10)/10, 'f', -1, 64) }

// text is a text between tags or in an attribute.
func text(of string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(of)) // a Builder takes all
	return b.String()
}

func (s *svg) frame(f frame) {
	s.printf(`<g class="frame"><rect class="group" x="%s" y="%s" width="%s" height="%s" rx="8"/>`, px(f.x), px(f.y), px(f.w), px(f.h))
	s.printf(`<text class="head" x="%s" y="%s">%s</text></g>`+"\n", px(f.x+boxPadding), px(f.y+titleLine-11), text(f.title))
}

// look is the class of a line by what becomes of rows.
func look(missing gyro.Missing) string {
	switch missing {
	case gyro.Include:
		return "include"
	case gyro.SetNull:
		return "null"
	}
	return "restrict"
}

// arrow is how long the tip of a line is.
const arrow = 7.0

func (s *svg) stroke(k stroke) {
	s.printf(`<g class="ref %s">`, look(k.bundles[0].missing))
	var words []string
	for _, b := range k.bundles {
		words = append(words, b.said(s.graph)...)
	}
	s.printf("<title>%s</title>", text(strings.Join(words, "\n")))
	s.printf(`<path class="line" d="`)
	for _, p := range k.pieces {
		from, to := p.from, p.to
		if k.back && to == k.tip {
			to.x -= arrow - 1
		} else if !k.back && from == k.tip {
			from.x += arrow - 1
		}
		if from.y == to.y {
			s.printf("M%s %sH%s", px(from.x), px(from.y), px(to.x))
			continue
		}
		middle := (from.x + to.x) / 2
		s.printf("M%s %sC%s %s %s %s %s %s", px(from.x), px(from.y), px(middle), px(from.y), px(middle), px(to.y), px(to.x), px(to.y))
	}
	s.printf(`"/>`)
	s.tip(k.tip, k.back)
	for _, tail := range k.tails {
		s.tail(tail, k.bundles[0].nature, k.back)
	}
	s.printf("</g>\n")
}

func (s *svg) tip(at point, right bool) {
	length := arrow
	if right {
		length = -arrow
	}
	s.printf(`<path class="tip" d="M%s %sl%s -3.5v7z"/>`, px(at.x), px(at.y), px(length))
}

// tail is the mark of what stands behind a reference, where its line begins.
func (s *svg) tail(at point, nature Nature, right bool) {
	const r = 4.0
	x := at.x - r
	if right {
		x = at.x + r
	}
	switch nature {
	case NotEnforced:
		s.printf(`<circle class="mark" cx="%s" cy="%s" r="%s"/>`, px(x), px(at.y), px(r-0.5))
	case Polymorphic:
		s.printf(`<path class="mark" d="M%s %sl%s -%sl%s %sl-%s %sz"/>`, px(x-r), px(at.y), px(r), px(r), px(r), px(r), px(r), px(r))
	case Array:
		s.printf(`<rect class="mark" x="%s" y="%s" width="%s" height="%s"/>`, px(x-r+0.5), px(at.y-r+0.5), px(2*r-1), px(2*r-1))
	case ForeignKey:
	}
}

func (s *svg) box(n *node) {
	t := s.graph.Tables[n.table]
	class := "box"
	if t.Outside {
		class += " outside"
	}
	s.printf(`<g class="table"><title>%s</title>`, text(s.about(n.table)))
	s.printf(`<rect class="%s" x="%s" y="%s" width="%s" height="%s" rx="5"/>`, class, px(n.x), px(n.y), px(n.w), px(n.h))
	if share := t.share(); share > 0 {
		s.printf(`<path class="share" d="M%s %sh%s"/>`, px(n.x+5), px(n.y+n.h-1.5), px(max(1.5, (n.w-10)*share)))
	}
	x, y := n.x+boxPadding, n.y+nameLine-8
	s.printf(`<text class="name" x="%s" y="%s">%s</text>`, px(x), px(y), text(boxName(t)))
	if facts := s.graph.facts(t); facts != "" {
		y += smallLine
		rows, mask := s.graph.rows(t), masked(t)
		s.printf(`<text class="small" x="%s" y="%s">%s`, px(x), px(y), text(rows))
		if mask != "" {
			if rows != "" {
				s.printf(" · ")
			}
			s.printf(`<tspan class="masked">%s</tspan>`, mask)
		}
		s.printf("</text>")
	}
	for _, b := range s.written[n.table] {
		y += smallLine
		s.sample(x, y-4, b.missing, b.nature)
		s.printf(`<text class="small" x="%s" y="%s">%s</text>`, px(x+sampleLine), px(y), text(s.tag(b)))
	}
	s.printf("</g>\n")
}

// share is how much of a table is taken; 0 where that is nothing, or not known.
func (t Table) share() float64 {
	if t.Outside || t.There <= 0 || t.Taken <= 0 || t.Taken > t.There {
		return 0
	}
	return float64(t.Taken) / float64(t.There)
}

// about is all that is known of a table, for who points at it.
func (s *svg) about(table int) string {
	t := s.graph.Tables[table]
	lines := []string{name(t.Name)}
	if facts := s.graph.facts(t); facts != "" {
		lines = append(lines, facts)
	}
	for _, b := range s.written[table] {
		lines = append(lines, b.said(s.graph)...)
	}
	return strings.Join(lines, "\n")
}

// sample is a short line that looks as one does.
func (s *svg) sample(x, y float64, missing gyro.Missing, nature Nature) {
	s.printf(`<g class="ref %s"><path class="line" d="M%s %sH%s"/>`, look(missing), px(x), px(y), px(x+sampleLine-6))
	s.tail(point{x, y}, nature, true)
	s.printf("</g>")
}

// legend says what the looks mean, of those that are there.
func (s *svg) legend() string {
	type entry struct {
		sample func(x, y float64)
		text   string
	}
	var entries []entry
	line := func(missing gyro.Missing, nature Nature, said string) {
		entries = append(entries, entry{func(x, y float64) { s.sample(x, y, missing, nature) }, said})
	}
	looks, natures := map[gyro.Missing]bool{}, map[Nature]bool{}
	for _, b := range s.bundles {
		looks[b.missing], natures[b.nature] = true, true
	}
	for _, known := range []struct {
		missing gyro.Missing
		said    string
	}{
		{"", "refers to"},
		{gyro.Restrict, "restricts: rows that refer elsewhere are left out"},
		{gyro.Include, "includes what is referred to"},
		{gyro.SetNull, "NULL where it leads out of the slice"},
	} {
		if looks[known.missing] && (known.missing != "" || len(looks) == 1) {
			line(known.missing, ForeignKey, known.said)
		}
	}
	for _, nature := range []Nature{NotEnforced, Polymorphic, Array} {
		if natures[nature] {
			said := map[Nature]string{NotEnforced: "not enforced by the database", Polymorphic: "polymorphic", Array: "elements of an array"}
			line("", nature, said[nature])
		}
	}
	for _, w := range s.written {
		if len(w) > 0 {
			entries = append(entries, entry{nil, "→ name: refers to it, not drawn"})
			break
		}
	}
	if slices.ContainsFunc(s.graph.Tables, func(t Table) bool { return t.share() > 0 }) {
		entries = append(entries, entry{func(x, y float64) { s.printf(`<path class="share" d="M%s %sh%s"/>`, px(x), px(y), px(sampleLine-6)) }, "share of the rows that are there"})
	}
	x, y, limit := 0.0, smallLine-4, max(s.w, 560)
	before := s.out.String()
	s.out.Reset()
	for i, e := range entries {
		width := float64(cells(e.text)) * smallCell
		if e.sample != nil {
			width += sampleLine
		}
		if i > 0 && x+width > limit {
			x, y = 0, y+smallLine+2
		}
		at := x
		if e.sample != nil {
			e.sample(x, y-4)
			at += sampleLine
		}
		s.printf(`<text class="small" x="%s" y="%s">%s</text>`, px(at), px(y), text(e.text))
		s.legendWidth = max(s.legendWidth, x+width)
		x += width + 18
	}
	s.legendHeight = y + 4
	drawn := s.out.String()
	s.out.Reset()
	s.out.WriteString(before)
	return drawn
}
