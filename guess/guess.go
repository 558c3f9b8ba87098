package guess

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/pgcsv"
	"github.com/gyrodata/gyro/schema"
	"github.com/gyrodata/gyro/sheets"
)

// Guess is what the importer of a foreign CSV file may say, by its headers, its first rows and the
// target's table. It is to begin with: a person looks at it. Sentences for that person quote
// headers, and of rows only words for NULL and booleans.
type Guess struct {
	// Importer says what the load would not find out by itself.
	Importer gyro.Importer
	File     string // what messages call it
	Records  int    // that were looked at
	// Columns are those that there is something to say of, in the table's order.
	Columns []Column
	// Natural are the columns of Importer.IDs, a unique key; none: nothing is said of ids.
	Natural []string
	Doubts  Doubts
}

// Column is what a [SheetGuess] says of one column, or of one reference.
type Column struct {
	Key string // of Columns
	// Column is what the importer says; where that has no such entry, the column is found by
	// its own name.
	Column gyro.Column
	// Open: the column has to have a value, and nothing gives it one. The importer has no such
	// entry, and Column is what it might be, with HEADER for what has to be filled in.
	Open   bool
	Doubts []string
}

// Doubts are sentences about a [SheetGuess] as a whole, by what they are about: a field of
// [CSV], of its Dialect or of the [Importer].
type Doubts struct {
	Encoding, Delimiter, Quote, Header []string
	TimeZone                           []string
	Ignore                             []string
	IDs                                []string
	File                               []string // what is left
}

// guessedRecords is how many records of a file are looked at: kinds of values show early.
const guessedRecords = 2000

// guessedBytes bounds what of them is kept, cellBytes beside the text of each cell.
const (
	guessedBytes = 32 << 20
	cellBytes    = 64
)

// Importers reads the headers and the first rows of the files, and guesses an importer for each, in
// their order. Of importers only what they say of the dialect, and what they ignore, counts, and
// is in the guess again. Nothing is loaded.
//
// A table that the target does not have, or into which nothing can be loaded, is a [Mistake];
// all of them come back at once, joined.
func Importers(ctx context.Context, files []sheets.File, catalog schema.Catalog, importers gyro.Registry) ([]Guess, error) {
	heads, err := sheets.Heads(ctx, files, catalog, importers)
	if err != nil {
		return nil, err
	}
	all := make([]*guessing, len(heads))
	for i, head := range heads {
		all[i] = &guessing{head: head, table: head.Table, catalog: catalog, all: all}
		if err := all[i].sample(ctx, head.Importer.CSV); err != nil {
			return nil, err
		}
	}
	for _, g := range all {
		g.matchOwn()
	}
	guesses := make([]Guess, len(all))
	for i, g := range all {
		g.matchReferences()
		g.matchOthers()
		g.headed(heads[i].Importer.CSV)
		g.convert()
		g.columns()
		g.natural()
		g.leave()
		guesses[i] = g.Guess
	}
	return guesses, nil
}

// guessing is a guess in the making.
type guessing struct {
	Guess
	head    *sheets.Head
	table   *schema.Table
	catalog schema.Catalog
	all     []*guessing // of the same load

	used  []bool         // of headers
	cells [][]pgcsv.Cell // by header
	kinds []pgcsv.Guess  // by header
	found map[string]*columnMatch
	asked map[string]bool // references that are being looked at, by column
}

// columnMatch is where a column's values may come from.
type columnMatch struct {
	key     string
	header  int // -1: By, or nothing
	by      gyro.By
	uses    []int // headers that By names
	shared  bool  // the entry of another column says it
	guessed bool  // the header has another name than the column
	format  pgcsv.Conversion
	doubts  []string
	literal string // Default
	open    bool
}

// sample reads the first records of a file, a column at a time in the end.
func (g *guessing) sample(ctx context.Context, said gyro.CSV) error {
	fail := func(err error) error { return &gyro.Error{Op: "read", Place: g.head.File.From.Name, Err: err} }
	file, err := g.head.File.From.Open(ctx)
	if err != nil {
		return err
	}
	defer file.Close()
	begin, err := io.ReadAll(io.LimitReader(file, sheets.SampleSize))
	if err != nil {
		return fail(err)
	}
	g.Guess = Guess{File: g.head.File.From.Name, Importer: gyro.Importer{Model: g.head.File.Model}}
	g.Importer.CSV.Ignore = slices.Clone(said.Ignore)
	g.sniffed(begin, said.Dialect)
	g.headerBelow(begin)
	g.used = make([]bool, len(g.head.Headers))
	g.cells, g.kinds = make([][]pgcsv.Cell, len(g.head.Headers)), make([]pgcsv.Guess, len(g.head.Headers))
	reader := pgcsv.NewSheet(io.MultiReader(bytes.NewReader(begin), file), g.head.Dialect)
	bad, size := 0, 0
	for g.Records < guessedRecords && size < guessedBytes {
		r, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fail(err)
		}
		g.Records++
		if len(r.Problems) > 0 {
			bad++
			continue
		}
		for i, c := range r.Cells {
			size += len(c.Text) + cellBytes
			g.cells[i] = append(g.cells[i], pgcsv.Cell{Text: bytes.Clone(c.Text), Quoted: c.Quoted})
		}
	}
	if bad > 0 {
		g.Doubts.File = append(g.Doubts.File, fmt.Sprintf("of its first %d records %d are malformed, and were not looked at", g.Records, bad))
	}
	for i := range g.cells {
		g.kinds[i] = pgcsv.GuessColumn(g.cells[i])
	}
	return nil
}

// sniffed takes of the dialect what was said, and what Sniff is not sure of: a doubt is about what
// it vanishes with.
func (g *guessing) sniffed(begin []byte, said pgcsv.Dialect) {
	d := &g.Importer.CSV.Dialect
	*d = pgcsv.Dialect{Encoding: said.Encoding, Delimiter: said.Delimiter, Quote: said.Quote, StrayQuotes: said.StrayQuotes, Skip: said.Skip, Footer: said.Footer, Header: said.Header}
	if encoding, doubt := pgcsv.GuessEncoding(begin); said.Encoding == pgcsv.UnknownEncoding && doubt != "" {
		d.Encoding, said.Encoding, g.Doubts.Encoding = encoding, encoding, []string{doubt}
	}
	_, doubts := pgcsv.Sniff(begin, said)
	about := func(set func(*pgcsv.Dialect)) (own []string) {
		fixed := said
		set(&fixed)
		_, rest := pgcsv.Sniff(begin, fixed)
		doubts = slices.DeleteFunc(doubts, func(doubt string) bool {
			vanishes := !slices.Contains(rest, doubt)
			if vanishes {
				own = append(own, doubt)
			}
			return vanishes
		})
		if len(own) > 0 {
			set(d)
		}
		return own
	}
	g.Doubts.Encoding = append(g.Doubts.Encoding, about(func(d *pgcsv.Dialect) { d.Encoding = g.head.Dialect.Encoding })...)
	g.Doubts.Delimiter = about(func(d *pgcsv.Dialect) { d.Delimiter = g.head.Dialect.Delimiter })
	g.Doubts.Quote = about(func(d *pgcsv.Dialect) { d.Quote = g.head.Dialect.Quote })
	g.Doubts.Header = about(func(d *pgcsv.Dialect) { d.Header = g.head.Dialect.Header })
	g.Doubts.File = append(g.Doubts.File, doubts...)
}

// headerBelow looks for a line that is called as the table's columns are, where the header is not: others may stand above it.
func (g *guessing) headerBelow(begin []byte) {
	names := map[string]bool{}
	for _, c := range g.table.Columns {
		names[sheets.Forgiving(c.Name)] = true
	}
	if slices.ContainsFunc(g.head.Headers, func(h string) bool { return names[sheets.Forgiving(h)] }) {
		return
	}
	reader := pgcsv.NewSheet(bytes.NewReader(begin), g.head.Dialect)
	for range headerDepth {
		r, err := reader.Read()
		if err != nil {
			return
		}
		called, others := 0, 0
		for _, c := range r.Cells {
			switch h := sheets.Forgiving(string(c.Text)); {
			case names[h]:
				called++
			case h != "":
				others++
			}
		}
		if called > 1 && others == 0 {
			g.Doubts.File = append(g.Doubts.File, fmt.Sprintf("line %d is called as the table's columns are: with csv: {skip: %d} it is the header", r.Line, r.Line-1))
			return
		}
	}
}

// headerDepth is how many records are looked at for a header.
const headerDepth = 30

// headed is sure of a header that is called as columns of the table are, whatever stands below it.
func (g *guessing) headed(said gyro.CSV) {
	if g.head.Dialect.Header != pgcsv.Yes {
		return
	}
	for _, match := range g.found {
		if (match.header >= 0 || match.by != nil) && !match.open {
			g.Importer.CSV.Dialect.Header, g.Doubts.Header = said.Dialect.Header, nil
		}
	}
}

// columns says of each column of the table what is to be said.
func (g *guessing) columns() {
	for _, c := range g.table.Columns {
		match := g.found[c.Name]
		if match == nil || match.shared {
			continue
		}
		if match.open {
			g.Columns = append(g.Columns, Column{Key: match.key, Column: gyro.Column{By: match.by, Default: match.literal, From: headerToFill(match)}, Open: true, Doubts: match.doubts})
			continue
		}
		column := gyro.Column{By: match.by, Default: match.literal, Format: match.format}
		if match.header >= 0 && !g.byItself(c.Name, match.header) {
			column.From = g.head.Headers[match.header]
			if match.guessed {
				match.doubts = slices.Insert(match.doubts, 0, g.how())
			}
		}
		said := column.From != "" || column.By != nil || column.Default != "" || !column.Format.IsZero()
		if !said && len(match.doubts) == 0 {
			continue
		}
		g.Columns = append(g.Columns, Column{Key: match.key, Column: column, Doubts: match.doubts})
		if said {
			if g.Importer.Columns == nil {
				g.Importer.Columns = gyro.Columns{}
			}
			g.Importer.Columns[match.key] = column
		}
	}
}

// headerToFill is what stands for a header that nobody knows.
func headerToFill(match *columnMatch) string {
	if match.by == nil && match.literal == "" {
		return "HEADER"
	}
	return ""
}

// byItself reports whether the load finds a column's header without being told.
func (g *guessing) byItself(column string, header int) bool {
	i, problem := g.head.Find(column)
	return problem == "" && i == header
}

// natural proposes ids by a unique key all of whose columns the file gives.
func (g *guessing) natural() {
	given := func(c string) bool {
		m := g.found[c]
		return m != nil && !m.open && (m.header >= 0 || m.by != nil)
	}
	for _, key := range g.table.Unique {
		if schema.SameColumns(key, g.table.PrimaryKey) || slices.ContainsFunc(key, func(c string) bool { return !given(c) }) {
			continue
		}
		var names []string
		nullable := ""
		for _, c := range key {
			names = append(names, g.shortName(c))
			if column, _ := g.table.Column(c); !column.NotNull {
				nullable = c
			}
		}
		words := strings.Join(names, ", ")
		primary := g.table.PrimaryKey
		if len(primary) > 0 && !slices.ContainsFunc(primary, func(c string) bool { return !given(c) }) {
			g.Doubts.IDs = append(g.Doubts.IDs, fmt.Sprintf("the file has %s, which rows keep; ids: {natural: [%s]} would find rows by a unique key, and give others new ids", strings.Join(primary, ", "), words))
			return
		}
		g.Natural, g.Importer.IDs = names, gyro.NaturalKey(names...)
		g.Doubts.IDs = append(g.Doubts.IDs, "a unique key: a row that is there already is used, and stays as it is")
		if n := g.repeated(key); n > 0 {
			g.Doubts.IDs = append(g.Doubts.IDs, fmt.Sprintf("%d of the first %d rows repeat it, which refuses the load", n, g.Records))
		}
		if nullable != "" {
			g.Doubts.IDs = append(g.Doubts.IDs, nullable+" may be NULL, which counts as a value here")
		}
		return
	}
}

// repeated counts the rows whose key has been in a row before, as the texts stand.
func (g *guessing) repeated(key []string) int {
	var headers []int
	for _, c := range key {
		if m := g.found[c]; m.header >= 0 {
			headers = append(headers, m.header)
		} else {
			headers = append(headers, m.uses...)
		}
	}
	seen, repeated := map[string]bool{}, 0
	for row := range g.cells[headers[0]] {
		var text []string
		for _, h := range headers {
			text = append(text, string(bytes.TrimSpace(g.cells[h][row].Text)))
		}
		name := strings.Join(text, "\x00")
		if seen[name] {
			repeated++
		}
		seen[name] = true
	}
	return repeated
}

// leave ignores the headers that nothing was found for.
func (g *guessing) leave() {
	ignored := func(h string) bool { return slices.Contains(g.Importer.CSV.Ignore, h) }
	var unnamed []string
	added := 0
	for i, h := range g.head.Headers {
		if g.used[i] || ignored(h) || ignored("*") {
			continue
		}
		if h == "*" { // alone it would mean all
			h = "#" + strconv.Itoa(i+1)
		}
		if h == "" {
			unnamed = append(unnamed, strconv.Itoa(i+1))
		}
		g.Importer.CSV.Ignore = append(g.Importer.CSV.Ignore, h)
		added++
	}
	if added > 0 {
		g.Doubts.Ignore = append(g.Doubts.Ignore, "no column was found for what stands here")
	}
	if len(unnamed) > 0 {
		g.Doubts.Ignore = append(g.Doubts.Ignore, `"" is a header without a name, of column `+strings.Join(unnamed, ", "))
	}
	seen := map[string]bool{}
	for _, h := range g.head.Headers {
		if seen[h] && h != "" {
			g.Doubts.File = append(g.Doubts.File, fmt.Sprintf("several columns are called %q: none of them is guessed; from: \"#1\" would mean the first column of the file", h))
		}
		seen[h] = true
	}
}
