package config

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/guess"
	"github.com/gyrodata/gyro/pgcsv"
)

// Guessed writes guesses as the text of a file to begin with. [Parse] reads the same importers
// back; what is not sure stands beside them as comments, or above what is too long for that.
func Guessed(guesses []guess.Guess) []byte {
	w := &guessed{}
	w.line(0, "importers:")
	for _, guess := range guesses {
		w.guess(guess)
	}
	return []byte(w.String())
}

// guessed is what guesses are written to.
type guessed struct{ writer }

func (w *guessed) guess(g guess.Guess) {
	comment := fmt.Sprintf("guessed by the headers of %s and its first %d rows: to be looked over", g.File, g.Records)
	if g.Records == 0 {
		comment = fmt.Sprintf("guessed by the headers of %s, which has no rows: to be looked over", g.File)
	}
	for _, comment := range append([]string{comment}, g.Doubts.File...) {
		w.line(1, "# "+oneLine(comment))
	}
	w.line(1, scalar(g.Importer.Model.String())+":")
	csv := csvPairs(g)
	if len(csv) > 0 || len(g.Doubts.TimeZone) > 0 {
		w.line(2, "csv:")
	}
	for _, p := range csv {
		w.line(3, p.text, p.comments...)
	}
	if len(g.Doubts.TimeZone) > 0 {
		w.line(3, "# time_zone: Europe/Berlin", g.Doubts.TimeZone...)
	}
	if len(g.Natural) > 0 {
		w.line(2, "ids: {natural: "+sequence(g.Natural)+"}", g.Doubts.IDs...)
		w.line(2, "# conflict: update", "it gets the file's values instead")
	} else if len(g.Doubts.IDs) > 0 {
		w.line(2, "# ids: "+oneLine(strings.Join(g.Doubts.IDs, "; ")))
	}
	w.columns(g)
}

func (w *guessed) columns(g guess.Guess) {
	switch {
	case len(g.Importer.Columns) > 0:
		w.line(2, "columns:")
	case len(g.Columns) > 0:
		w.line(2, "# columns:")
	}
	for _, c := range g.Columns {
		said := scalar(c.Key) + ": " + mapping(columnPairs(c.Column))
		_, in := g.Importer.Columns[c.Key]
		switch {
		case c.Open:
			w.line(3, "# "+oneLine(said), c.Doubts...)
		case in:
			w.line(3, said, c.Doubts...)
		default:
			w.line(3, "# "+oneLine(c.Key+": "+strings.Join(c.Doubts, "; ")))
		}
	}
}

// pair is a key with its value, as YAML.
type pair struct {
	text     string
	comments []string
}

func mapping(pairs []pair) string {
	var texts []string
	for _, p := range pairs {
		texts = append(texts, p.text)
	}
	return "{" + strings.Join(texts, ", ") + "}"
}

func csvPairs(g guess.Guess) (pairs []pair) {
	csv := g.Importer.CSV
	add := func(key, value string, comments []string) { pairs = append(pairs, pair{key + ": " + value, comments}) }
	d := csv.Dialect
	if d.Encoding != pgcsv.UnknownEncoding {
		add("encoding", scalar(d.Encoding.String()), g.Doubts.Encoding)
	}
	switch d.Delimiter {
	case 0:
	case '\t':
		add("delimiter", "tab", g.Doubts.Delimiter)
	default:
		add("delimiter", scalar(string(d.Delimiter)), g.Doubts.Delimiter)
	}
	switch d.Quote {
	case 0:
	case pgcsv.NoQuote:
		add("quote", "none", g.Doubts.Quote)
	default:
		add("quote", scalar(string(d.Quote)), g.Doubts.Quote)
	}
	if d.Skip > 0 {
		add("skip", strconv.Itoa(d.Skip), nil)
	}
	if d.Footer > 0 {
		add("footer", strconv.Itoa(d.Footer), nil)
	}
	if d.StrayQuotes {
		add("stray_quotes", "true", nil)
	}
	if d.Header != pgcsv.Unsaid {
		add("header", strconv.FormatBool(d.Header == pgcsv.Yes), g.Doubts.Header)
	}
	pairs = append(pairs, formatPairs(csv.Format)...)
	if csv.TimeZone != "" {
		add("time_zone", scalar(csv.TimeZone), nil)
	}
	if len(csv.Ignore) > 0 {
		add("ignore", sequence(csv.Ignore), g.Doubts.Ignore)
	}
	return pairs
}

func columnPairs(c gyro.Column) (pairs []pair) {
	add := func(key, value string) { pairs = append(pairs, pair{text: key + ": " + value}) }
	if c.From != "" {
		add("from", scalar(c.From))
	}
	if len(c.By) > 0 {
		var by []pair
		for _, path := range slices.Sorted(maps.Keys(c.By)) {
			by = append(by, pair{text: scalar(path) + ": " + scalar(c.By[path])})
		}
		add("by", mapping(by))
	}
	if c.Default != "" {
		add("default", scalar(c.Default))
	}
	return append(pairs, formatPairs(c.Format)...)
}

func formatPairs(f pgcsv.Conversion) (pairs []pair) {
	add := func(key, value string) { pairs = append(pairs, pair{text: key + ": " + value}) }
	if f.Trim {
		add("trim", "true")
	}
	if len(f.Nulls) > 0 {
		add("nulls", sequence(f.Nulls))
	}
	switch f.Empty {
	case pgcsv.EmptyUnquoted:
	case pgcsv.EmptyNull:
		add("empty", "null")
	case pgcsv.EmptyText:
		add("empty", "text")
	}
	for _, said := range []struct{ key, value string }{
		{"decimal", f.Decimal},
		{"thousands", f.Thousands},
		{"currency", f.Currency},
		{"negative", map[pgcsv.Negative]string{pgcsv.MinusBehind: "behind", pgcsv.Parentheses: "parentheses"}[f.Negative]},
		{"date", f.Date},
		{"language", f.Language},
	} {
		if said.value != "" {
			add(said.key, scalar(said.value))
		}
	}
	if f.Percent {
		add("percent", "true")
	}
	for _, said := range []struct {
		key   string
		words []string
	}{{"true", f.True}, {"false", f.False}} {
		if len(said.words) > 0 {
			add(said.key, sequence(said.words))
		}
	}
	return pairs
}
