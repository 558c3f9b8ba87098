package main

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/gyrodata/gyro"
)

// printValidation writes the bad rows to standard output.
func (c *cli) printValidation(v *gyro.Validation) {
	writeText(c.stdout, v)
}

// writeText writes the bad rows: file, then each rule with the column, how many rows break it,
// and the first of them.
func writeText(w io.Writer, v *gyro.Validation) {
	for _, f := range v.Files {
		if f.Bad == 0 {
			fmt.Fprintf(w, "%s (%s): %s rows, all good\n\n", f.File, f.Model, count(f.Rows))
			continue
		}
		fmt.Fprintf(w, "%s (%s): %s rows, of which %s\n\n", f.File, f.Model, count(f.Rows), breakRules(f.Bad))
		writeRules(w, f)
		for _, r := range f.Rules {
			fmt.Fprintf(w, "\n  %s: %s\n", ruleWords(r), rowWords(r.Count))
			writeValues(w, r)
			writeFaults(w, r)
		}
		fmt.Fprintln(w)
	}
}

// writeRules writes a table of the rules.
func writeRules(w io.Writer, f gyro.FileValidation) {
	t := newTable("column", "rule", "rows", "first line")
	t.SetColumnConfigs([]table.ColumnConfig{{Number: 3, Align: text.AlignRight, AlignHeader: text.AlignRight}, {Number: 4, Align: text.AlignRight, AlignHeader: text.AlignRight}})
	for _, r := range f.Rules {
		t.AppendRow(table.Row{cmp.Or(r.Column, "(the row)"), string(r.Rule), count(r.Count), count(r.First[0].Line)})
	}
	writeTable(w, t)
}

func breakRules(n int64) string {
	if n == 1 {
		return "1 breaks a rule"
	}
	return count(n) + " break rules"
}

func rowWords(n int64) string {
	if n == 1 {
		return "1 row"
	}
	return count(n) + " rows"
}

func ruleWords(r gyro.BrokenRule) string {
	text := fmt.Sprintf("%s [%s]", r.Text, r.Rule)
	if r.Column != "" {
		text = r.Column + ": " + text
	}
	return text
}

// writeValues writes the values that stand in several rows, with how many.
func writeValues(w io.Writer, r gyro.BrokenRule) {
	for _, v := range r.Values {
		if v.Count > 1 {
			fmt.Fprintf(w, "    %q: %s\n", v.Value, rowWords(v.Count))
		}
	}
}

// writeFaults writes row and line of each: one to a line with its value, else as many as fit.
func writeFaults(w io.Writer, r gyro.BrokenRule) {
	const width = 96
	line := ""
	flush := func() {
		if line != "" {
			fmt.Fprintln(w, "    "+line)
		}
		line = ""
	}
	for _, f := range r.First {
		text := fmt.Sprintf("row %d (line %d)", f.Row, f.Line)
		if f.Value != nil {
			flush()
			fmt.Fprintf(w, "    %s: %q\n", text, *f.Value)
			continue
		}
		if line != "" && len(line)+len(text)+2 > width {
			line += ","
			flush()
		}
		if line != "" {
			line += ", "
		}
		line += text
	}
	flush()
	if rest := r.Count - int64(len(r.First)); rest > 0 {
		fmt.Fprintf(w, "    and %s more\n", count(rest))
	}
}

// validationJSON is the form of a report for machines.
type validationJSON struct {
	Bad   int64      `json:"bad"`
	Files []fileJSON `json:"files"`
}

type fileJSON struct {
	Model   string     `json:"model"`
	File    string     `json:"file"`
	Rows    int64      `json:"rows"`
	Bad     int64      `json:"bad"`
	Rejects string     `json:"rejects,omitempty"`
	Rules   []ruleJSON `json:"rules"`
}

type ruleJSON struct {
	Rule   string      `json:"rule"`
	Column string      `json:"column,omitempty"`
	Text   string      `json:"text"`
	Count  int64       `json:"count"`
	Values []valueJSON `json:"values,omitempty"`
	First  []faultJSON `json:"first"`
}

type valueJSON struct {
	Value string `json:"value"`
	Count int64  `json:"count"`
}

type faultJSON struct {
	Row   int64   `json:"row"`
	Line  int64   `json:"line"`
	Value *string `json:"value,omitempty"`
}

func forMachines(v *gyro.Validation) validationJSON {
	all := validationJSON{Bad: v.Bad(), Files: []fileJSON{}}
	for _, f := range v.Files {
		file := fileJSON{Model: f.Model.String(), File: f.File, Rows: f.Rows, Bad: f.Bad, Rejects: f.Rejects, Rules: []ruleJSON{}}
		for _, r := range f.Rules {
			rule := ruleJSON{Rule: string(r.Rule), Column: r.Column, Text: r.Text, Count: r.Count, First: []faultJSON{}}
			for _, v := range r.Values {
				rule.Values = append(rule.Values, valueJSON(v))
			}
			for _, fault := range r.First {
				rule.First = append(rule.First, faultJSON(fault))
			}
			file.Rules = append(file.Rules, rule)
		}
		all.Files = append(all.Files, file)
	}
	return all
}

//go:embed validation.html
var validationHTML string

var validationPage = template.Must(template.New("validation").Funcs(template.FuncMap{
	"count": count,
	"more":  func(r ruleJSON) int64 { return r.Count - int64(len(r.First)) },
}).Parse(validationHTML))

// writeValidation writes the report into a file, whose name says the form.
func writeValidation(path string, v *gyro.Validation) error {
	var out bytes.Buffer
	var err error
	switch strings.ToLower(filepath.Ext(path)) {
	case ".json":
		encoder := json.NewEncoder(&out)
		encoder.SetIndent("", "  ")
		err = encoder.Encode(forMachines(v))
	case ".html", ".htm":
		err = validationPage.Execute(&out, forMachines(v))
	default:
		writeText(&screen{w: &out}, v)
	}
	if err == nil {
		err = os.WriteFile(path, out.Bytes(), 0o600)
	}
	if err != nil {
		return &gyro.Error{Op: "write", Place: path, Err: err}
	}
	return nil
}
