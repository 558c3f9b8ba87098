package picture

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/schema"
)

// Page is a slice on one HTML page, for a person to look at: what was asked, what was taken, how children are spread, the
// graph, masks, and what was proved. It is one file that asks for nothing else, and holds no value of a row.
type Page struct {
	Name     string // the slice's, for the heading
	Manifest driver.Manifest
	Spreads  []Spread
	NoSpread string // why there are no Spreads; empty: nothing refers to anything
	Proof    Proof
}

// Proof is what came of the slice's proof from its files.
type Proof struct {
	Keys, References int      // that were proved
	Problems         []string // that keep the slice from being proved; they quote no value
	NotProvable      []string // what only the source could prove, and did
}

// Spread is how many children the parents of one reference have.
type Spread struct {
	From, To  schema.Name
	Columns   []string
	Rows      int64 // that refer
	Parents   int64
	Childless int64 // of Parents, those without children
	Most      int64 // children of one parent
	Counts    []SpreadCount
	// NotCounted says why files don't show it; empty: it is counted.
	NotCounted string
}

// SpreadCount is the parents that have From to To children.
type SpreadCount struct{ From, To, Parents int64 }

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageCSS string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"count": thousands,
	"bytes": size,
	"name":  plain,
	"unit":  func(n int64, one, many string) string { return thousands(n) + " " + plural(n, one, many) },
}).Parse(pageHTML))

// HTML writes the page.
func (p Page) HTML(w io.Writer) error {
	graph, err := OfManifest(p.Manifest, nil)
	if err != nil {
		return err
	}
	var svg, out bytes.Buffer
	if err := graph.SVG(&svg); err != nil {
		return err
	}
	view := pageView{
		Page: p, CSS: template.CSS(pageCSS), Graph: template.HTML(svg.String()), //nolint:gosec // both are ours; names in it are escaped
		Taken: p.Manifest.Taken.UTC().Format("2 January 2006, 15:04:05 UTC"), Machine: p.Manifest.Taken.UTC().Format(time.RFC3339),
	}
	view.tables()
	view.masks()
	view.spreads()
	if err := pageTemplate.Execute(&out, view); err != nil {
		return err
	}
	_, err = w.Write(out.Bytes())
	return err
}

// pageView is what the template shows.
type pageView struct {
	Page
	CSS            template.CSS
	Graph          template.HTML
	Taken, Machine string
	Rows, Bytes    int64
	Tables         []tableView
	Masks          []maskView
	Kept, Clear    int64 // columns: kept by word, and neither masked nor kept
	Charts         []chartView
	Flat           []Spread // there is nothing to draw
	Idle           string   // those by which no row refers
	IdleCount      int64
	Uncounted      []Spread
}

// tableView is a table's line.
type tableView struct {
	Job            int
	Name, How      string
	Rows, Included int64
	Bytes          int64
	Own, More      float64 // of the bar, in percent of the largest: selected, and included
}

type maskView struct{ Table, Column, Mask string }

// chartView is the histogram of one reference.
type chartView struct {
	Spread
	Bars []barView
	Mean string
}

type barView struct {
	Label   string
	Parents int64
	Width   float64 // in percent
}

func (v *pageView) tables() {
	largest := int64(1)
	for _, f := range v.Manifest.Files {
		largest = max(largest, f.Rows)
	}
	for _, f := range v.Manifest.Files {
		t := tableView{Job: f.Job, Name: plain(f.Table), How: how(f), Rows: f.Rows, Bytes: f.Bytes}
		if f.Included != nil {
			t.Included = f.Included.Rows
		}
		t.Own, t.More = percent(f.Rows-t.Included, largest), percent(t.Included, largest)
		v.Tables = append(v.Tables, t)
		v.Rows += f.Rows
		v.Bytes += f.Bytes
	}
}

// percent is a share, and of what is not nothing no less than what can be seen.
func percent(n, of int64) float64 {
	if n <= 0 {
		return 0
	}
	return max(0.4, math.Round(float64(n)/float64(of)*1000)/10)
}

// how says in words how a table's rows were chosen, as far as the manifest says it.
func how(f driver.ManifestFile) string {
	var by []string
	for _, r := range slices.Concat(f.References, f.Polymorphic) {
		if columns := plain(strings.Join(r.Columns, "+")); r.Missing == string(gyro.Restrict) && !slices.Contains(by, columns) {
			by = append(by, columns)
		}
	}
	within := "within " + few(by)
	var text string
	switch {
	case f.Job == 0:
		return "only what others include"
	case f.Whole:
		text = "whole table"
	case f.Query && len(by) > 0:
		text = "query, " + within
	case f.Query:
		text = "query"
	case len(by) > 0:
		text = within
	default:
		text = "sample"
	}
	if f.Follow {
		text += ", follows what is included"
	}
	return text
}

// few names some of a list.
func few(names []string) string {
	const most = 4
	if len(names) > most {
		names = append(slices.Clone(names[:most-1]), fmt.Sprintf("%d more", len(names)-most+1))
	}
	return strings.Join(names, ", ")
}

func (v *pageView) masks() {
	for _, f := range v.Manifest.Files {
		for _, c := range f.Columns {
			switch {
			case isMasked(c):
				v.Masks = append(v.Masks, maskView{plain(f.Table), plain(c.Name), plain(c.Mask)})
			case c.Mask == kept:
				v.Kept++
			default:
				v.Clear++
			}
		}
	}
}

// spreads are drawn where parents differ, or have several children; else said in a line.
func (v *pageView) spreads() {
	var idle []string
	for _, s := range v.Spreads {
		s.Columns = slices.Clone(s.Columns)
		for i := range s.Columns {
			s.Columns[i] = plain(s.Columns[i])
		}
		with := s.With()
		switch {
		case s.NotCounted != "":
			v.Uncounted = append(v.Uncounted, s)
		case s.Rows == 0:
			idle = append(idle, name(s.From)+" ("+s.By()+")")
		case s.Most < 2 || with < 2:
			v.Flat = append(v.Flat, s)
		default:
			v.Charts = append(v.Charts, s.chart(with))
		}
	}
	v.Idle, v.IdleCount = strings.Join(idle, ", "), int64(len(idle))
}

func (s Spread) chart(with int64) chartView {
	c := chartView{Spread: s, Mean: thousands(s.Rows / with)}
	if s.Rows/with < 100 {
		c.Mean = fmt.Sprintf("%.1f", float64(s.Rows)/float64(with))
	}
	all := s.Counts
	if s.Childless > 0 {
		all = slices.Concat([]SpreadCount{{0, 0, s.Childless}}, all)
	}
	largest := int64(1)
	for _, n := range all {
		largest = max(largest, n.Parents)
	}
	for _, n := range all {
		label := compact(n.From)
		if n.To > n.From {
			label += "–" + compact(min(n.To, s.Most))
		}
		if n.To > n.From && min(n.To, s.Most) == n.From {
			label = compact(n.From)
		}
		c.Bars = append(c.Bars, barView{label, n.Parents, percent(n.Parents, largest)})
	}
	return c
}

// Arrow is the reference in words.
func (s Spread) Arrow() string { return name(s.From) + " → " + name(s.To) }

// By are its columns.
func (s Spread) By() string { return strings.Join(s.Columns, ", ") }

// With is how many parents have children.
func (s Spread) With() int64 { return s.Parents - s.Childless }

// size is a number of bytes for a person.
func size(n int64) string {
	for _, unit := range []struct {
		of   float64
		sign string
	}{{1e12, "TB"}, {1e9, "GB"}, {1e6, "MB"}, {1e3, "kB"}} {
		if x := float64(n) / unit.of; x >= 1 {
			return fmt.Sprintf("%.1f %s", x, unit.sign)
		}
	}
	return thousands(n) + " " + plural(n, "byte", "bytes")
}

func plural(n int64, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
