package csvdir

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// ProblemKind is what [Verify] can find.
type ProblemKind string

// The kinds, in the order in which a person mends them.
const (
	BadManifest ProblemKind = "manifest"     // there is none, or it can't be read, or it contradicts itself
	Unfinished  ProblemKind = "unfinished"   // an exchange of slices was broken off
	MissingFile ProblemKind = "missing file" // or it is no regular file
	WrongSize   ProblemKind = "size"
	WrongSum    ProblemKind = "checksum"
	WrongRows   ProblemKind = "row count"
	WrongHeader ProblemKind = "header"
	Malformed   ProblemKind = "malformed" // not the CSV that PostgreSQL writes
	NullKey     ProblemKind = "null key"  // a primary key with a NULL
	RepeatedKey ProblemKind = "repeated key"
	PartlyNull  ProblemKind = "partly null" // a MATCH FULL reference
	Dangling    ProblemKind = "dangling reference"
	StrayKey    ProblemKind = "stray key" // listed as included, but no row of the file
	Planted     ProblemKind = "planted"   // a value of VerifyOptions.Planted
)

// shownRows is how many rows a Problem names.
const shownRows = 10

// Problem is one thing that keeps a slice from being proved. Its text quotes no value of a
// row unless Values is set.
type Problem struct {
	Kind      ProblemKind `json:"kind"`
	File      string      `json:"file,omitempty"`
	Table     string      `json:"table,omitempty"`
	Reference string      `json:"reference,omitempty"` // its name
	Columns   []string    `json:"columns,omitempty"`   // of the reference or the key
	Text      string      `json:"text"`
	Hint      string      `json:"hint,omitempty"`
	Count     int64       `json:"count,omitempty"`  // of rows
	Rows      []int64     `json:"rows,omitempty"`   // the first ten, from 1; the header is not counted
	Values    [][]string  `json:"values,omitempty"` // of Columns in these Rows, where VerifyOptions.ShowValues is set
	Lines     []int       `json:"lines,omitempty"`  // of the list of planted values, the first that each of these Rows holds; of the manifest all
}

func (p Problem) String() string {
	text := p.Text
	if p.File != "" {
		text = p.File + ": " + text
	}
	if len(p.Rows) == 0 {
		if len(p.Lines) > 0 {
			text += fmt.Sprintf(": line%s %s of the list", plural(len(p.Lines)), strings.Trim(strings.ReplaceAll(fmt.Sprint(p.Lines), " ", ", "), "[]"))
		}
		return text
	}
	shown := make([]string, len(p.Rows))
	for i, row := range p.Rows {
		shown[i] = strconv.FormatInt(row, 10)
		if i < len(p.Values) {
			shown[i] += " (" + strings.Join(p.Values[i], ", ") + ")"
		}
		if i < len(p.Lines) {
			shown[i] += fmt.Sprintf(" (line %d of the list)", p.Lines[i])
		}
	}
	if p.Count > int64(len(shown)) {
		shown = append(shown, "…")
	}
	return text + ": row" + plural(len(p.Rows)) + " " + strings.Join(shown, ", ")
}

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}

func rowCount(n int64) string {
	if n == 1 {
		return "1 row"
	}
	return strconv.FormatInt(n, 10) + " rows"
}

// finding counts rows, and remembers the first of them. Parts of one are joined by merge.
type finding struct {
	count  int64
	rows   []int64
	values [][]string
	lines  []int // of a list; see [Problem]
}

func (f *finding) add(row int64, values func() []string) {
	f.count++
	if len(f.rows) < shownRows {
		f.rows = append(f.rows, row)
		if values != nil {
			f.values = append(f.values, values())
		}
	}
}

// addLine is add of a row that holds the value in a line of a list.
func (f *finding) addLine(row int64, line int) {
	if f.add(row, nil); len(f.lines) < len(f.rows) {
		f.lines = append(f.lines, line)
	}
}

// merge adds what was found elsewhere, with rows counted from first.
func (f *finding) merge(first int64, other finding) {
	f.count += other.count
	for i, row := range other.rows {
		row += first
		at, _ := slices.BinarySearch(f.rows, row)
		if at == shownRows {
			continue
		}
		f.rows = slices.Insert(f.rows, at, row)
		f.rows = f.rows[:min(len(f.rows), shownRows)]
		if i < len(other.values) {
			f.values = slices.Insert(f.values, at, other.values[i])
			f.values = f.values[:len(f.rows)]
		}
		if i < len(other.lines) {
			f.lines = slices.Insert(f.lines, at, other.lines[i])
			f.lines = f.lines[:len(f.rows)]
		}
	}
}

// of makes a problem of what was found.
func (f *finding) of(p Problem) Problem {
	p.Count, p.Rows, p.Values, p.Lines = f.count, f.rows, f.values, f.lines
	return p
}

func quoteList(names []string) string { return "(" + strings.Join(names, ", ") + ")" }

func manifestProblem(format string, args ...any) Problem {
	return Problem{
		Kind: BadManifest, Text: manifestName + " " + fmt.Sprintf(format, args...),
		Hint: "take the slice again; a manifest is not to be edited",
	}
}
