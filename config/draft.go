package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/draft"
	"github.com/gyrodata/gyro/schema"
)

// Drafted writes a draft as the text of a file that runs as it stands. [Parse] reads it. The source must not hold a password;
// where it is empty it is left to the environment.
func Drafted(d *draft.Draft, source, target string) []byte {
	w := &drafted{}
	w.head(d, source, target)
	w.importers(d)
	w.jobs(d)
	w.rest(d)
	return []byte(w.String())
}

// drafted is what a draft is written to.
type drafted struct{ writer }

func (w *drafted) comment(depth int, text string) { w.line(depth, "# "+oneLine(text)) }

func (w *drafted) head(d *draft.Draft, source, target string) {
	made := ""
	if d.Framework != "" {
		made = ", which " + d.Framework + " made"
	}
	w.comment(0, "A slice of a database"+made+". gyro init wrote it; it runs as it stands, and is yours to change.")
	w.comment(0, fmt.Sprintf("It begins with %s: %s.", d.Root.Table, d.Why))
	if slices.ContainsFunc(d.Tables, func(t draft.Table) bool { return slices.ContainsFunc(t.Columns, active) }) {
		w.comment(0, "What looks personal is masked before it leaves the server: fake and mask below. keep: true in its place lets a value through;")
		w.comment(0, "what looks harmless need not be so. docs/masking.md lists what there is.")
	}
	if d.Unknown > 0 {
		w.comment(0, fmt.Sprintf("%s never analyzed, so that no sizes are known and no limits suggested: run ANALYZE, then gyro init again.", was(d.Unknown)))
	}
	w.line(0, "")
	if source != "" {
		w.line(0, "source: "+scalar(source), "GYRO_SOURCE and --source go before it; the password is PGPASSWORD's, or that of ~/.pgpass")
	} else {
		w.line(0, "# source: ${PROD_URL}", "it is given by GYRO_SOURCE, or --source")
	}
	w.line(0, "target: "+scalar(target), "a directory: one CSV file a table, and manifest.json")
	w.line(0, "order: auto", "jobs may stand in any order")
	w.line(0, "missing: include", "what has no job comes where rows refer to it, and only then; a job's rows are those whose references lead to selected rows")
	w.line(0, "")
}

func active(c draft.Column) bool { return c.Say != nil && !c.Off }

func was(n int) string {
	if n == 1 {
		return "1 table was"
	}
	return fmt.Sprintf("%d tables were", n)
}

func (w *drafted) importers(d *draft.Draft) {
	body, any := &drafted{}, false
	for _, t := range d.Tables {
		any = body.table(t) || any
	}
	switch {
	case any:
		w.line(0, "importers:", "how rows travel; ids and conflict are for gyro import")
	case body.Len() > 0:
		w.line(0, "# importers:")
	default:
		return
	}
	w.WriteString(body.String())
	w.line(0, "")
}

// table writes what is said of a table, and reports whether that is more than comments.
func (w *drafted) table(t draft.Table) bool {
	head, columns, more := &drafted{}, &drafted{}, false
	for _, c := range t.Columns {
		more = columns.column(c) || more
	}
	if t.File != "" {
		head.line(2, "file: "+scalar(t.File))
	}
	var found []string
	if t.Found != "" {
		found = []string{t.Found}
	}
	if !t.IDs.IsZero() {
		head.line(2, "ids: "+idsText(t.IDs), found...)
		found = nil
	}
	if !t.Conflict.IsZero() {
		head.line(2, "conflict: "+conflictText(t.Conflict), found...)
	}
	name := scalar(t.Name.String()) + ":"
	switch {
	case more:
		head.line(2, "columns:")
	case columns.Len() > 0:
		head.line(2, "# columns:")
	}
	switch {
	case head.Len() == 0:
		return false
	case more || !t.IDs.IsZero() || !t.Conflict.IsZero() || t.File != "":
		w.line(1, name)
		more = true
	default:
		w.comment(1, name)
	}
	w.WriteString(head.String() + columns.String())
	return more
}

// column writes what is said of a column, and reports whether that is more than a comment.
func (w *drafted) column(c draft.Column) bool {
	name := scalar(c.Name)
	var pairs []string
	if c.Missing != "" {
		pairs = append(pairs, "ref: "+scalar(c.Ref.String()), "missing: "+strings.ReplaceAll(string(c.Missing), " ", "_"))
	}
	if active(c) {
		pairs = append(pairs, said(*c.Say))
	}
	switch {
	case len(c.Cases) > 0:
		for _, why := range c.Why {
			w.comment(3, why)
		}
		w.line(3, name+":")
		w.line(4, "cases:", "to one table or another, as another column says")
		for _, k := range c.Cases {
			w.line(5, "- {"+caseText(k)+"}")
		}
		for _, pair := range pairs {
			w.line(4, pair)
		}
	case len(pairs) > 0:
		w.line(3, name+": {"+strings.Join(pairs, ", ")+"}", c.Why...)
	case c.Say != nil:
		w.line(3, "# "+name+": {"+said(*c.Say)+"}", c.Why...)
		return false
	default:
		for _, why := range c.Why {
			w.comment(3, name+": "+why)
		}
		return false
	}
	return true
}

func caseText(k gyro.Case) string {
	to := "ref: " + scalar(k.Ref.String())
	if len(k.Of) == 0 {
		return "when: " + scalar(k.When) + ", " + to
	}
	var of []string
	for _, path := range slices.Sorted(maps.Keys(k.Of)) {
		of = append(of, scalar(path)+": "+scalar(k.Of[path]))
	}
	return "of: {" + strings.Join(of, ", ") + "}, " + to
}

func idsText(ids gyro.IDs) string {
	switch ids.Strategy() {
	case gyro.NaturalIDs:
		return "{natural: " + sequence(ids.Columns()) + "}"
	case gyro.HighestIDs:
		return "max+1"
	case gyro.SequentialIDs:
		return "sequential"
	}
	return "keep"
}

func conflictText(c gyro.Conflict) string {
	if len(c.Arbiter()) == 0 {
		return string(c.Policy())
	}
	return "{" + string(c.Policy()) + ": " + sequence(c.Arbiter()) + "}"
}

func (w *drafted) jobs(d *draft.Draft) {
	w.line(0, "jobs:", "rows about as many as the planner thinks; gyro plan says more")
	for _, j := range d.Jobs {
		pairs := []string{"model: " + scalar(j.Table.String())}
		if j.Where != "" {
			pairs = append(pairs, "where: "+scalar(j.Where))
		}
		if len(j.Args) > 0 {
			var args []string
			for _, arg := range j.Args {
				args = append(args, setting(arg))
			}
			pairs = append(pairs, "args: ["+strings.Join(args, ", ")+"]")
		}
		if j.Limit > 0 {
			pairs = append(pairs, fmt.Sprintf("limit: %d", j.Limit))
		}
		if j.Per != "" {
			pairs = append(pairs, "per: "+scalar(j.Per))
		}
		if j.Orphans {
			pairs = append(pairs, "orphans: true")
		}
		w.line(1, "- {"+strings.Join(pairs, ", ")+"}", sizes(j)...)
	}
}

// sizes says how many rows a job is expected to have.
func sizes(j draft.Job) []string {
	switch {
	case j.Of < 0:
		return nil
	case j.Rows < 0 || j.Rows == j.Of:
		return []string{fmt.Sprintf("of %.0f rows", j.Of)}
	}
	return []string{fmt.Sprintf("about %.0f of %.0f rows", j.Rows, j.Of)}
}

// rest says what is not taken.
func (w *drafted) rest(d *draft.Draft) {
	var included []schema.Name
	for _, t := range d.Tables {
		if !t.Job {
			included = append(included, t.Name)
		}
	}
	if len(included)+len(d.Beside)+len(d.LeftOut) > 0 {
		w.line(0, "")
	}
	w.names("Rows of these come where others refer to them; a line of jobs takes a table whole:", included)
	w.names("Not taken, for they do not hang together with "+d.Root.Table.String()+":", d.Beside)
	if len(d.LeftOut) > 0 {
		w.comment(0, "Left out:")
	}
	for _, l := range d.LeftOut {
		w.comment(0, "  "+l.Table.String()+": "+l.Why)
	}
}

// names writes a list that may be long.
func (w *drafted) names(what string, names []schema.Name) {
	if len(names) == 0 {
		return
	}
	w.comment(0, what)
	line := ""
	for i, name := range names {
		text := name.String()
		if i < len(names)-1 {
			text += ","
		}
		if line != "" && len(line)+len(text) > commentWidth-4 {
			w.comment(0, "  "+line)
			line = ""
		}
		line = strings.TrimPrefix(line+" "+text, " ")
	}
	w.comment(0, "  "+line)
}
