package picture_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/picture"
	"github.com/gyrodata/gyro/schema"
)

// hostile are names that something in a picture's language, or in the page around it, would obey.
var hostile = []string{
	`plain`, `"quoted"`, `a"]; t1 --> t0; x["`, `<script>alert(1)</script>`, `</title></svg><img src=x onerror=alert(1)>`, `a\`, `\N`, `\" ]`, "line\nbreak",
	"tab\tand\r", "zero\x00", "\u202eright to left", "#quot;", "&lt;", "end", "`code`", "%%{init: {}}%%", "-->", "a;b", "{{x}}", "]]>", "表の名前", "Größe", "😀😀",
	strings.Repeat("very_long_name_", 4) + "abc", strings.Repeat("表", 63),
}

// hostileGraph has each of them as a table, a schema and a column.
func hostileGraph() *picture.Graph {
	var g picture.Graph
	missing := []gyro.Missing{"", gyro.Restrict, gyro.Include, gyro.SetNull}
	natures := []picture.Nature{picture.ForeignKey, picture.NotEnforced, picture.Polymorphic, picture.Array}
	for i, name := range hostile {
		g.Tables = append(g.Tables, picture.Table{Name: schema.NewName("", name), Taken: int64(i), There: int64(i * i), Masked: i % 3})
		g.Tables = append(g.Tables, picture.Table{Name: schema.NewName(name, "t"), Taken: picture.Unknown, There: picture.Unknown, Outside: i%5 == 0})
		for k, to := range []int{0, i, 2 * i, 2*i + 1} {
			g.References = append(g.References, picture.Reference{
				From: g.Tables[2*i].Name, To: g.Tables[to].Name, Columns: []string{name, "b"}, Missing: missing[(i+k)%4], Nature: natures[(i/4+k)%4],
			})
		}
	}
	return &g
}

func written(t *testing.T, write func(io.Writer) error) string {
	t.Helper()
	var out bytes.Buffer
	if err := write(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// The picture is XML of the elements that a picture has, with nothing that runs or fetches, and every name stands in it whole.
func TestSVGEscapes(t *testing.T) {
	t.Parallel()
	g := hostileGraph()
	svg := written(t, g.SVG)
	known := regexp.MustCompile(`^(svg|title|style|rect|g|path|circle|text|tspan)$`)
	decoder := xml.NewDecoder(strings.NewReader(svg))
	var words strings.Builder
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			if !known.MatchString(token.Name.Local) {
				t.Errorf("there is an element %s", token.Name.Local)
			}
			for _, a := range token.Attr {
				if strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "href" || a.Name.Local == "src" {
					t.Errorf("%s has an attribute %s", token.Name.Local, a.Name.Local)
				}
			}
		case xml.CharData:
			words.Write(token)
		}
	}
	for _, forbidden := range []string{"@import", "url(", "http:", "https:"} {
		if rest := strings.ReplaceAll(svg, `xmlns="http://www.w3.org/2000/svg"`, ""); strings.Contains(rest, forbidden) {
			t.Errorf("the picture asks for something: %s", forbidden)
		}
	}
	for _, table := range g.Tables {
		shown := strings.Map(func(r rune) rune {
			if r < ' ' || r == '\u202e' {
				return '\uFFFD'
			}
			return r
		}, table.Name.String())
		if !strings.Contains(words.String(), shown) {
			t.Errorf("%q is not in the picture", shown)
		}
	}
}

var mermaidLine = regexp.MustCompile(`^(%% .*|flowchart RL|  (t\d+)\["((?:[^"#;<>&` + "`" + `]|<br>|#\d+;)*)"\]|  style (t\d+) stroke-dasharray:4 3|  (t\d+) (-->|==>|-\.->)\|"((?:[^"#;<>&` + "`" + `]|#\d+;)*)"\| (t\d+))$`)

// Each line of Mermaid is one of those that there are, no label is left before its end, and lines lead between boxes that are there.
func TestMermaid(t *testing.T) {
	t.Parallel()
	g := hostileGraph()
	boxes, lines := map[string]bool{}, 0
	for line := range strings.Lines(written(t, g.Mermaid)) {
		parts := mermaidLine.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
		switch {
		case parts == nil:
			t.Errorf("no line of Mermaid: %q", line)
		case parts[2] != "":
			boxes[parts[2]] = true
		case parts[5] != "":
			lines++
			if !boxes[parts[5]] || !boxes[parts[8]] {
				t.Errorf("a line between boxes that are not there: %q", line)
			}
		}
	}
	if len(boxes) != len(g.Tables) || lines == 0 {
		t.Errorf("%d boxes of %d tables, %d lines", len(boxes), len(g.Tables), lines)
	}
}

// A graph that Mermaid would not draw says so.
func TestMermaidTooLarge(t *testing.T) {
	t.Parallel()
	for tables, want := range map[int]bool{60: false, 700: true} {
		first, _, _ := strings.Cut(written(t, application(tables, false).Mermaid), "\n")
		if strings.Contains(first, "more than Mermaid draws") != want {
			t.Errorf("of %d tables: %q", tables, first)
		}
	}
}

// DOT's own words, with texts in quotes as the language has them.
var dotWord = regexp.MustCompile(`^(?:\s+|//[^\n]*\n|"(?:[^"\\]|\\.)*"|->|[A-Za-z_][A-Za-z_0-9]*|\d+|[{}\[\]=;])`)

// DOT is made of its words alone, and Graphviz, where it is on the machine, finds as many boxes and lines.
func TestDOT(t *testing.T) {
	t.Parallel()
	g := hostileGraph()
	dot := written(t, g.DOT)
	boxes, lines, depth := 0, 0, 0
	for rest := dot; rest != ""; {
		word := dotWord.FindString(rest)
		if word == "" {
			t.Fatalf("no word of DOT: %.60q", rest)
		}
		rest = rest[len(word):]
		switch word {
		case "->":
			lines++
		case "{", "[":
			depth++
		case "}", "]":
			depth--
		case "label":
			boxes++
		}
	}
	if depth != 0 || boxes < len(g.Tables) || lines == 0 {
		t.Errorf("depth %d at the end, %d labels of %d tables, %d lines", depth, boxes, len(g.Tables), lines)
	}
	graphviz, err := exec.LookPath("dot")
	if err != nil {
		t.Log("Graphviz is not on this machine: only the words were looked at")
		return
	}
	cmd := exec.CommandContext(t.Context(), graphviz, "-Tplain")
	cmd.Stdin = strings.NewReader(dot)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	for line := range strings.Lines(string(out)) {
		kind, _, _ := strings.Cut(line, " ")
		found[kind]++
	}
	if found["node"] != len(g.Tables) || found["edge"] != lines {
		t.Errorf("Graphviz sees %d boxes of %d, %d lines of %d", found["node"], len(g.Tables), found["edge"], lines)
	}
}

// The same says what stands in each form, for a graph that a person can follow.
func ExampleGraph_Mermaid() {
	shops, orders := schema.NewName("", "shops"), schema.NewName("", "orders")
	g := picture.Graph{
		Tables: []picture.Table{{Name: shops, Taken: 3, There: 100}, {Name: orders, Taken: 1200, There: 3_000_000, Masked: 2}},
		References: []picture.Reference{
			{From: orders, To: shops, Columns: []string{"shop_id"}, Missing: gyro.Restrict},
			{From: orders, To: orders, Columns: []string{"replaces_id"}, Missing: gyro.SetNull},
		},
	}
	var out strings.Builder
	if err := g.Mermaid(&out); err != nil {
		fmt.Println(err)
	}
	fmt.Print(out.String())
	// Output:
	// %% 2 tables, 2 references
	// flowchart RL
	//   t0["shops<br>3 of ≈100 rows"]
	//   t1["orders<br>1,200 of ≈3.0M rows · 2 masked"]
	//   t1 -->|"shop_id"| t0
	//   t1 -.->|"replaces_id"| t1
}
