package main

import (
	"bytes"
	"fmt"
	"html"
	"math"
)

// Sizes of the chart, in points.
const (
	chartWidth = 760
	chartLeft  = 300 // where bars begin
	chartScale = 200 // of the ratio 1
	chartMost  = 2.0 // bars that are longer are cut, and say their ratio
	chartRow   = 18
	chartGap   = 34
)

// chart draws the ratios of all works: a bar for each run, a line where the reference is, and a mark for what is wanted. It has the colours
// of the reader's scheme, light or dark, and no font, script or picture of its own.
func (f *figures) chart() []byte {
	var bars bytes.Buffer
	y := 10
	for _, w := range works {
		one, ok := f.Works[w.name]
		if !ok || len(one.Rounds) == 0 {
			continue
		}
		y += 16
		fmt.Fprintf(&bars, "<text class=\"title\" x=\"10\" y=\"%d\">%s</text>\n", y, html.EscapeString(w.title))
		y += 8
		top := y
		for _, l := range one.lines() {
			kind := "peer"
			if l.Ours {
				kind = "gyro"
			}
			width := int(math.Round(min(l.ratio, chartMost) * chartScale))
			fmt.Fprintf(&bars, "<text class=\"name\" x=\"%d\" y=\"%d\">%s</text>\n", chartLeft-8, y+13, html.EscapeString(l.Name))
			fmt.Fprintf(&bars, "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>\n", kind, chartLeft, y+3, width, chartRow-5)
			fmt.Fprintf(&bars, "<text x=\"%d\" y=\"%d\">%.2f</text>\n", chartLeft+width+5, y+13, l.ratio)
			if l.Wanted > 0 {
				at := chartLeft + int(math.Round(l.Wanted*chartScale))
				fmt.Fprintf(&bars, "<path class=\"wanted\" d=\"M%d %dv%d\"/>\n", at, y+1, chartRow-1)
			}
			y += chartRow
		}
		fmt.Fprintf(&bars, "<path class=\"one\" d=\"M%d %dv%d\"/>\n", chartLeft+chartScale, top, y-top)
		y += chartGap - 24
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="time beside the reference, by work">
<style>
svg { background: #fff; font: 12px system-ui, sans-serif }
text { fill: #1f2328 } .title { font-weight: 600 } .name { text-anchor: end }
.gyro { fill: #1f77b4 } .peer { fill: #b6bec7 } .one { stroke: #59636e; stroke-dasharray: 3 3 } .wanted { stroke: #d1242f; stroke-width: 2 }
@media (prefers-color-scheme: dark) {
svg { background: #0d1117 } text { fill: #e6edf3 } .gyro { fill: #58a6ff } .peer { fill: #545d68 } .one { stroke: #8b949e } .wanted { stroke: #ff7b72 }
}
</style>
`, chartWidth, y+26, chartWidth, y+26)
	b.Write(bars.Bytes())
	fmt.Fprintf(&b, "<text class=\"note\" x=\"10\" y=\"%d\">time; the dashed line is the reference, the red mark what is wanted: shorter is faster</text>\n</svg>\n", y+14)
	return b.Bytes()
}
