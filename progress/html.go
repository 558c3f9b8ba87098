package progress

import (
	_ "embed"
	"fmt"
	"html/template"
	"strconv"
	"strings"

	"github.com/gyrodata/gyro"
)

// HTML is a plan or a report for the cell of a notebook: of itself, readable in light and in dark, with everything escaped.
// gophernotes displays a value of it; GoNB takes its text, by gonbui.DisplayHTML(html.HTML()).
type HTML string

// HTML is the text itself, by which gophernotes knows what it can display.
func (h HTML) HTML() string { return string(h) }

// PlanHTML is what a run would do.
func PlanHTML(p *gyro.Plan) HTML { return HTML(written("plan", p)) }

// ReportHTML is what a run did.
func ReportHTML(r *gyro.Report) HTML { return HTML(written("report", r)) }

//go:embed notebook.html
var notebookHTML string

var notebookTemplate = template.Must(template.New("notebook").Funcs(template.FuncMap{
	"count":   thousands,
	"rows":    func(n float64) string { return thousands(int64(n)) },
	"seconds": func(seconds float64) string { return strconv.FormatFloat(seconds, 'f', 2, 64) },
	"name":    func(name any) string { return Printable(fmt.Sprint(name), "") },
}).Parse(notebookHTML))

// written is one of the templates with what it shows. They are ours, and so is what they are given.
func written(name string, of any) string {
	var b strings.Builder
	if err := notebookTemplate.ExecuteTemplate(&b, name, of); err != nil {
		panic(err)
	}
	return b.String()
}
