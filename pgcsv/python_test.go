package pgcsv_test

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gyrodata/gyro/pgcsv"
)

// script reads and writes with Python's csv module: one question and one answer a line.
const script = `
import csv, io, json, sys
csv.field_size_limit(sys.maxsize)
def read(q, strict):
    quoting = csv.QUOTE_MINIMAL if q["quote"] else csv.QUOTE_NONE
    lines = io.StringIO(q["text"], newline="")
    return [r for r in csv.reader(lines, delimiter=q["delimiter"], quotechar=q["quote"] or None, quoting=quoting, strict=strict) if r]
def write(q):
    out = io.StringIO(newline="")
    w = csv.writer(out, delimiter=q["delimiter"], quotechar=q["quote"], quoting=q["quoting"], lineterminator=q["end"])
    w.writerows(q["rows"])
    return out.getvalue()
for line in sys.stdin:
    q, a = json.loads(line), {}
    if q["rows"]:
        q["text"] = a["text"] = write(q)
    a["rows"] = read(q, False)
    try:
        read(q, True)
        a["sound"] = True
    except csv.Error:
        a["sound"] = False
    print(json.dumps(a), flush=True)
`

type question struct {
	Text      string     `json:"text"` // to be read; or
	Rows      [][]string `json:"rows"` // to be written first
	Delimiter string     `json:"delimiter"`
	Quote     string     `json:"quote"`   // none: ""
	Quoting   int        `json:"quoting"` // 0: where need be, 1: all
	End       string     `json:"end"`
}

type answer struct {
	Text  string     `json:"text"`  // what was written
	Rows  [][]string `json:"rows"`  // without empty lines
	Sound bool       `json:"sound"` // strict reading found nothing
}

// python is one process for all tests; it ends with them, when its input does.
var python struct {
	sync.Mutex
	in  io.Writer
	out *bufio.Reader
}

func ask(t rapid.TB, q question) (a answer) {
	t.Helper()
	python.Lock()
	defer python.Unlock()
	if python.in == nil {
		command := exec.Command("python3", "-c", script)
		command.Env = append(os.Environ(), "PYTHONIOENCODING=utf-8")
		command.Stderr = os.Stderr
		in, err := command.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		out, err := command.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := command.Start(); err != nil {
			t.Fatalf("Python's csv module is what a Sheet is compared with: %v; scripts/need says how to get it", err)
		}
		python.in, python.out = in, bufio.NewReader(out)
	}
	if err := json.NewEncoder(python.in).Encode(q); err != nil {
		t.Fatal(err)
	}
	if err := json.NewDecoder(python.out).Decode(&a); err != nil {
		t.Fatal(err)
	}
	return a
}

// comparePython reads text with a Sheet and with Python.
func comparePython(t rapid.TB, text string, delimiter, quote byte) {
	t.Helper()
	q := question{Text: text, Delimiter: string(delimiter), Quote: string(quote)}
	if quote == pgcsv.NoQuote {
		q.Quote = ""
	}
	want := ask(t, q)
	d := pgcsv.Dialect{Delimiter: delimiter, Quote: quote, Header: pgcsv.No}
	got := readSheet(strings.NewReader(text), d, 0)
	if got.err != nil {
		t.Fatalf("%q: %v", text, got.err)
	}
	has := func(rule pgcsv.Rule) bool {
		return slices.ContainsFunc(got.records, func(r record) bool {
			return slices.ContainsFunc(r.Problems, func(p pgcsv.Problem) bool { return p.Rule == rule })
		})
	}
	if sound := !has(pgcsv.UnclosedQuote) && !has(pgcsv.AfterQuote); sound != want.Sound {
		t.Errorf("%q with %q and %q is sound: %v, says Python; %v", text, delimiter, quote, want.Sound, got.records)
	}
	if has(pgcsv.UnclosedQuote) {
		return // here a Sheet is not content with what Python makes of it
	}
	rows := got.texts()
	for i, row := range want.Rows { // empty fields behind the last column are none to a Sheet
		for i < len(rows) && len(row) > len(rows[i]) && len(row) > got.width && row[len(row)-1] == "" {
			row = row[:len(row)-1]
		}
		want.Rows[i] = row
	}
	if !cmp.Equal(want.Rows, rows) && len(rows)+len(want.Rows) > 0 {
		t.Errorf("%q with %q and %q (-Python +Sheet):\n%s", text, delimiter, quote, cmp.Diff(want.Rows, rows))
	}
}

// hint is Excel's, in all its writings.
var hint = regexp.MustCompile(`^(?i:"?sep=)`)

// FuzzSheetPython: a Sheet cuts every text as Python's csv module does, and where its strict
// reading refuses a text, so does a Sheet.
func FuzzSheetPython(f *testing.F) {
	for i, seed := range []string{
		"", "a,b\n1,2\n", "a;\"b\r\nc\"\r\n\r\n;\r", "a\"b,\"c\"d\"e,f\"\n", "\"\"\"\",\"\"\n\"", "\r\r\n\n\r", "x,\"a\n\n", "'a''b';'", "ü|\"\u2028\x85\"\n", "\"a\rb\",\v\f\n",
		" \"a\" , b\n", "\x1c,\x1d\n\x1e", "\ufeffa,b\n",
	} {
		f.Add(seed, byte(i))
	}
	f.Fuzz(func(t *testing.T, text string, marks byte) {
		if !utf8.ValidString(text) || strings.ContainsRune(text, 0) || strings.HasPrefix(text, "\ufeff") || hint.MatchString(text) {
			return // Python reads text, before 3.11 without NUL; to a Sheet a byte order mark is none, nor is Excel's hint
		}
		comparePython(t, text, []byte{',', ';', '\t', '|', 'a'}[marks%5], []byte{'"', '\'', pgcsv.NoQuote}[marks>>4%3])
	})
}

// What Python's csv module writes, in any dialect and encoding, is read as it was, without a
// problem.
func TestSheetReadsPython(t *testing.T) {
	t.Parallel()
	piece := rapid.OneOf(
		rapid.SampledFrom([]string{",", ";", "\t", "|", "\"", "'", "\n", "\r\n", "\r", "", " ", "ä", "€", "1.234,56", "NULL", "31.12.2026", "\\"}),
		rapid.StringN(0, 5, -1),
	)
	cell := rapid.Map(rapid.SliceOfN(piece, 0, 4), func(p []string) string {
		return strings.ReplaceAll(strings.Join(p, ""), "\x00", "")
	})
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(1, 5).Draw(t, "width")
		q := question{
			Rows:      rapid.SliceOfN(rapid.SliceOfN(cell, width, width), 1, 20).Draw(t, "rows"),
			Delimiter: rapid.SampledFrom([]string{",", ";", "\t", "|"}).Draw(t, "delimiter"),
			Quote:     rapid.SampledFrom([]string{"\"", "'"}).Draw(t, "quote"),
			Quoting:   rapid.IntRange(0, 1).Draw(t, "quoting"),
			End:       rapid.SampledFrom([]string{"\n", "\r\n", "\r"}).Draw(t, "end"),
		}
		if strings.ContainsAny(fmt.Sprint(q.Rows), "\r\n") {
			q.Quoting = 1 // else Python before 3.13 leaves line ends without quotes that are not its own
		}
		a := ask(t, q)
		text := a.Text
		if rapid.Bool().Draw(t, "no last line end") {
			text = strings.TrimSuffix(text, q.End)
		}
		if strings.HasPrefix(text, "\ufeff") {
			return
		}
		d := pgcsv.Dialect{
			Encoding:  rapid.SampledFrom([]pgcsv.Encoding{pgcsv.UTF8, pgcsv.UTF16LE, pgcsv.UTF16BE}).Draw(t, "encoding"),
			Delimiter: q.Delimiter[0], Quote: q.Quote[0], Header: pgcsv.No,
		}
		if rapid.Bool().Draw(t, "BOM") {
			text = "\ufeff" + text
		}
		switch d.Encoding {
		case pgcsv.UTF16LE:
			text = string(utf16Of(text, binary.LittleEndian))
		case pgcsv.UTF16BE:
			text = string(utf16Of(text, binary.BigEndian))
		}
		got := readSheet(strings.NewReader(text), d, 0)
		for _, r := range got.records {
			if len(r.Problems) > 0 {
				t.Fatalf("%q: row %d has %v", text, r.Row, r.Problems)
			}
		}
		rows := got.texts()
		if !cmp.Equal(q.Rows, rows) || got.err != nil {
			t.Fatalf("%q: %v (-written +read):\n%s", text, got.err, cmp.Diff(q.Rows, rows))
		}
	})
}
