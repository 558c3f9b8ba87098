package picture

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/gyrodata/gyro"
)

// What Mermaid draws where its page does not say otherwise, which a diagram can't.
const (
	mermaidLines = 500
	mermaidText  = 50_000 // characters
)

// Mermaid writes the graph for Mermaid, as GitHub and GitLab show it in Markdown. Of a graph that is too large for it, the first
// line says so.
func (g *Graph) Mermaid(w io.Writer) error {
	var b strings.Builder
	b.WriteString("flowchart RL\n")
	for i, t := range g.Tables {
		label := mermaidLabel(t.Name.String())
		if facts := g.facts(t); facts != "" {
			label += "<br>" + mermaidLabel(facts)
		}
		fmt.Fprintf(&b, "  t%d[\"%s\"]\n", i, label)
		if t.Outside {
			fmt.Fprintf(&b, "  style t%d stroke-dasharray:4 3\n", i)
		}
	}
	lines := g.bundles()
	for _, l := range lines {
		arrow := "-->"
		switch l.missing {
		case gyro.Include:
			arrow = "==>"
		case gyro.SetNull:
			arrow = "-.->"
		}
		fmt.Fprintf(&b, "  t%d %s|\"%s\"| t%d\n", l.from, arrow, mermaidLabel(l.label(", ")), l.to)
	}
	large := ""
	if len(lines) > mermaidLines || b.Len() > mermaidText {
		large = ": more than Mermaid draws (maxEdges, maxTextSize) unless the page that shows it says so; an SVG has no such bound"
	}
	_, err := fmt.Fprintf(w, "%%%% %s%s\n%s", g.title(), large, b.String())
	return err
}

// label is what stands at a line: the columns, and what is behind the reference.
func (b bundle) label(between string) string {
	var all []string
	for _, columns := range b.columns {
		all = append(all, short(strings.Join(columns, "+"), mostCells))
	}
	if len(all) > 4 {
		all = append(all[:3], fmt.Sprintf("%d more", len(all)-3))
	}
	text := strings.Join(all, between)
	if b.nature != ForeignKey {
		text += " (" + string(b.nature) + ")"
	}
	return text
}

// mermaidLabel is a text within a label's quotes: all that could mean something there, or to the page that shows it, is
// written by its number.
func mermaidLabel(text string) string {
	var b strings.Builder
	for _, r := range plain(text) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(" ,.()+_·≈…", r) {
			b.WriteRune(r)
			continue
		}
		fmt.Fprintf(&b, "#%d;", r)
	}
	return b.String()
}

// DOT writes the graph for Graphviz, and whatever else reads its language.
func (g *Graph) DOT(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "// %s\ndigraph gyro {\n  rankdir=RL\n  node [shape=box style=rounded fontname=monospace]\n  edge [fontname=monospace fontsize=9]\n", g.title())
	schemas := map[string]int{}
	for _, t := range g.Tables {
		if _, known := schemas[t.Name.Schema]; !known {
			schemas[t.Name.Schema] = len(schemas)
		}
	}
	for i, t := range g.Tables {
		label := quoteDOT(plain(t.Name.String()))
		if facts := g.facts(t); facts != "" {
			label = label[:len(label)-1] + `\n` + quoteDOT(facts)[1:]
		}
		attributes := ""
		if t.Outside {
			attributes = ` style="rounded,dashed"`
		}
		node := fmt.Sprintf("t%d [label=%s%s]", i, label, attributes)
		if len(schemas) > 1 {
			node = fmt.Sprintf("subgraph cluster_%d { label=%s; %s }", schemas[t.Name.Schema], quoteDOT(plain(t.Name.Schema)), node)
		}
		fmt.Fprintf(&b, "  %s\n", node)
	}
	for _, l := range g.bundles() {
		style := "solid"
		switch l.missing {
		case gyro.Include:
			style = "bold"
		case gyro.SetNull:
			style = "dashed"
		}
		tail := map[Nature]string{NotEnforced: "odot", Polymorphic: "odiamond", Array: "obox"}[l.nature]
		if tail != "" {
			tail = " dir=both arrowtail=" + tail
		}
		fmt.Fprintf(&b, "  t%d -> t%d [style=%s%s tooltip=%s]\n", l.from, l.to, style, tail, quoteDOT(strings.Join(l.said(g), "; ")))
	}
	b.WriteString("}\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// quoteDOT is a text as DOT has it in quotes, where a backslash is no escape.
func quoteDOT(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}
