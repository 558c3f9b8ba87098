package sheets

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/internal/loadplan"
	"github.com/gyrodata/gyro/pgcsv"
	"github.com/gyrodata/gyro/schema"
)

// Head is a foreign CSV file whose beginning was read: how it is written, and its header.
type Head struct {
	File     File
	Dialect  pgcsv.Dialect
	Headers  []string // less the blanks around them; of a file without a header numbers, from 1
	raw      []string // headers as they stand
	labels   []string // headers for messages
	used     []bool   // of headers
	claimed  []bool   // of headers, those that the importer names
	estimate int64    // rows of the file
	Table    *schema.Table
	Importer gyro.Importer
}

// SampleSize is how much of a file is looked at to find its dialect.
const SampleSize = 100_000

// open opens a file and finds its dialect and its header.
func (m *Head) open(ctx context.Context, csv gyro.CSV, guessing bool) (notes []gyro.Text, err error) {
	fail := func(err error) error { return &gyro.Error{Op: "read", Place: m.File.From.Name, Err: err} }
	file, err := m.File.From.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	sample, err := io.ReadAll(io.LimitReader(file, SampleSize))
	if err != nil {
		return nil, fail(err)
	}
	if err := csv.Dialect.Validate(); err != nil {
		return nil, &gyro.Mistake{Place: gyro.Text("importer " + m.File.Model.String() + ", csv"), Problem: gyro.Text(err.Error()), Err: err}
	}
	if guessing && csv.Dialect.Encoding == pgcsv.UnknownEncoding {
		csv.Dialect.Encoding, _ = pgcsv.GuessEncoding(sample)
	}
	dialect, doubts := pgcsv.Sniff(sample, csv.Dialect)
	m.Dialect = dialect
	for _, doubt := range doubts {
		notes = append(notes, gyro.Text(m.File.From.Name+": "+doubt))
	}
	reader := pgcsv.NewSheet(io.MultiReader(bytes.NewReader(sample), file), dialect)
	if m.Headers, err = reader.Header(); err != nil {
		return nil, fail(err)
	}
	if dialect.Header == pgcsv.No {
		if _, err := reader.Read(); err != nil && !errors.Is(err, io.EOF) {
			return nil, fail(err)
		}
		for i := range reader.Width() {
			m.Headers = append(m.Headers, strconv.Itoa(i+1))
		}
	}
	m.raw = slices.Clone(m.Headers)
	for i, h := range m.Headers {
		m.Headers[i] = strings.TrimSpace(h)
	}
	m.labels = labelled(m.Headers)
	m.estimate = estimateRows(sample, m.File.From.Size)
	m.used, m.claimed = make([]bool, len(m.Headers)), make([]bool, len(m.Headers))
	return notes, nil
}

// estimateRows guesses how many rows a file has by its beginning.
func estimateRows(sample []byte, size int64) int64 {
	lines := max(bytes.Count(sample, []byte("\n")), bytes.Count(sample, []byte("\r")))
	if len(sample) == 0 {
		return 0
	}
	return max(1, int64(lines)*max(size, int64(len(sample)))/int64(len(sample))-1)
}

// Forgiving is a header less what does not tell two apart: case, blanks, punctuation.
func Forgiving(header string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsNumber(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, header)
}

// Find finds a header: by its text, by its place ("#3"), else forgivingly. -1: there is none; several is a problem.
func (m *Head) Find(name string) (int, string) {
	return m.find(name, func(int) bool { return true })
}

// find is Find among some of the headers.
func (m *Head) find(name string, among func(i int) bool) (int, string) {
	for _, same := range []func(i int, h string) bool{
		func(_ int, h string) bool { return h == name },
		func(i int, _ string) bool { return name == ordinal(i) },
		func(_ int, h string) bool {
			return Forgiving(h) == Forgiving(name) && Forgiving(name) != "" && !placed.MatchString(name)
		},
	} {
		var found []int
		for i, h := range m.Headers {
			if same(i, h) && among(i) {
				found = append(found, i)
			}
		}
		switch {
		case len(found) == 1:
			return found[0], ""
		case len(found) > 1:
			var places []string
			for _, i := range found {
				places = append(places, ordinal(i))
			}
			return -1, fmt.Sprintf("the file has several columns %q: %s", m.Headers[found[0]], someWords(places))
		}
	}
	return -1, ""
}

// ordinal is how a column is named by its place in the file, from 1.
func ordinal(i int) string { return "#" + strconv.Itoa(i+1) }

// placed matches such a name.
var placed = regexp.MustCompile(`^#[1-9][0-9]*$`)

// labelled are headers, each told from the others: with its place where others are the same, or where it has no name.
func labelled(headers []string) []string {
	labels, seen := slices.Clone(headers), map[string]int{}
	for i, h := range headers { // of several lines, perhaps
		labels[i] = strings.Join(strings.FieldsFunc(h, unicode.IsControl), " ")
	}
	for _, h := range headers {
		seen[h]++
	}
	for i, h := range headers {
		if h == "" || seen[h] > 1 {
			labels[i] = strings.TrimSpace(labels[i] + " " + ordinal(i))
		}
	}
	return labels
}

// must is find for a header that is said.
func (m *Head) must(name string) (int, *gyro.Mistake) {
	i, problem := m.Find(name)
	switch {
	case problem != "":
		return -1, &gyro.Mistake{Problem: gyro.Text(problem), Hint: samePlaces}
	case i < 0:
		mistake := &gyro.Mistake{Problem: gyro.Textf("the file has no column %q", name), Hint: gyro.Text("it has " + SomeHeaders(m.labels))}
		if near := schema.Nearest(name, m.Headers); near != "" {
			mistake.Hint = gyro.Textf("did you mean %q?", near)
		}
		return -1, mistake
	}
	m.used[i] = true
	return i, nil
}

// samePlaces is what helps where several columns are called alike.
const samePlaces = `say which is meant by its place: {From} "#1" is the first column of the file`

// SomeHeaders lists headers for a message: the first few, and how many more.
func SomeHeaders(headers []string) string {
	shown := make([]string, 0, someShown)
	for _, h := range headers[:min(len(headers), someShown)] {
		const longest = 60
		if runes := []rune(h); len(runes) > longest {
			h = string(runes[:longest]) + "…"
		}
		shown = append(shown, h)
	}
	return someWords(append(shown, headers[len(shown):]...))
}

// someShown is how many words a message lists.
const someShown = 12

// someWords lists words for a message: the first few, and how many more.
func someWords(words []string) string {
	if len(words) > someShown {
		return strings.Join(words[:someShown], ", ") + fmt.Sprintf(" and %d more", len(words)-someShown)
	}
	return strings.Join(words, ", ")
}

// Heads reads the beginnings of foreign CSV files, as a load of them would, but that it guesses their encodings: of importers
// only what they say of the dialect counts. A table that the target does not have, or into which nothing can be
// loaded, is a [gyro.Mistake]; all of them come back at once, joined.
func Heads(ctx context.Context, files []File, catalog schema.Catalog, importers gyro.Registry) ([]*Head, error) {
	p := &planning{Plan: &loadplan.Plan{Catalog: catalog, Options: loadplan.Options{Importers: importers}}, guessing: true}
	for i, sheet := range files {
		p.sheet(ctx, i, sheet)
	}
	heads := make([]*Head, len(p.files))
	for i, step := range p.files {
		heads[i] = &step.sheet.Head
	}
	return heads, p.Found.Join()
}
