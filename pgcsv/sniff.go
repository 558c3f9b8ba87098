package pgcsv

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// Sniff finds the dialect of a file by its beginning: some 100 KB of it, or all. What fixed says
// stays. All fields of the dialect are said, and in doubts, sentences for a human, what it is
// not sure of; they quote nothing of the file but delimiters and quotes.
//
// It knows commas, semicolons, tabs and bars, double and single quotes. The encoding is told by
// a byte order mark, or by what can be nothing but UTF-16; else it is UTF-8, and bytes that are not are a doubt: see [GuessEncoding]. A line "sep=;" says the delimiter. A header is a first record in which
// nothing looks like a number or a date.
func Sniff(sample []byte, fixed Dialect) (_ Dialect, doubts []string) {
	d := fixed
	found, mark, doubt := sniffEncoding(sample)
	switch {
	case d.Encoding == UnknownEncoding:
		d.Encoding = found
		if doubt != "" {
			doubts = append(doubts, doubt)
		}
	case mark > 0 && d.Encoding != found:
		doubts = append(doubts, fmt.Sprintf("the file begins with the byte order mark of %v, and is read as %v", found, d.Encoding))
	}
	d.BOM = mark > 0 && d.Encoding == found

	best, rival := sniffMarks(sample, d)
	if d.Delimiter == 0 {
		d.Delimiter = best.dialect.Delimiter
	}
	if d.Quote == 0 {
		d.Quote = best.dialect.Quote
	}
	doubts = append(doubts, best.doubts(fixed, rival)...)

	header, doubt := best.header()
	if d.Header == Unsaid {
		d.Header = header
		if doubt != "" {
			doubts = append(doubts, doubt)
		}
	}
	if d.LineEnd == "" {
		d.LineEnd, doubt = best.lineEnd()
		if doubt != "" {
			doubts = append(doubts, doubt)
		}
	}
	return d, doubts
}

// sniffEncoding finds the encoding, and the length of the byte order mark that told it.
func sniffEncoding(b []byte) (found Encoding, mark int, doubt string) {
	switch {
	case bytes.HasPrefix(b, []byte("\xEF\xBB\xBF")):
		return UTF8, 3, ""
	case bytes.HasPrefix(b, []byte("\xFF\xFE")):
		return UTF16LE, 2, ""
	case bytes.HasPrefix(b, []byte("\xFE\xFF")):
		return UTF16BE, 2, ""
	}
	switch little, big := isUTF16(b, false), isUTF16(b, true); {
	case little && !big:
		return UTF16LE, 0, ""
	case big && !little:
		return UTF16BE, 0, ""
	}
	if _, invalid, _ := countUTF8(b); invalid > 0 {
		return UTF8, 0, fmt.Sprintf("%s no UTF-8: rows with such are told, unless its encoding is said", bytesAre(invalid))
	}
	return UTF8, 0, ""
}

func bytesAre(n int) string {
	if n == 1 {
		return "1 byte is"
	}
	return fmt.Sprintf("%d bytes are", n)
}

// GuessEncoding guesses the encoding of a file by its beginning, where [Sniff] can't be sure: what is not UTF-8 may be any
// encoding of one byte a character, and is taken for Windows-1252, or, where that has not its bytes, for ISO-8859-1. The doubt says so;
// "": there is none, and Sniff finds the same.
func GuessEncoding(sample []byte) (_ Encoding, doubt string) {
	sure, _, doubt := sniffEncoding(sample)
	valid, invalid, undefined := countUTF8(sample)
	switch {
	case sure != UTF8 || invalid == 0 || valid > 0: // text in another encoding is hardly ever valid in UTF-8, even in one place
		return sure, doubt
	case undefined:
		return Latin1, "it is taken for ISO-8859-1: it is neither UTF-8 nor Windows-1252"
	}
	return Windows1252, "it is taken for Windows-1252: it is not UTF-8, and other encodings of one byte a character can't be told from it"
}

// countUTF8 counts the characters beyond ASCII, and the bytes that belong to none; those that a
// sample may have been cut at do not count. Undefined are bytes that Windows-1252 has not.
func countUTF8(b []byte) (valid, invalid int, undefined bool) {
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		switch {
		case r == utf8.RuneError && size == 1:
			if !utf8.FullRune(b) {
				return valid, invalid, undefined
			}
			invalid++
		case size > 1:
			valid++
		}
		for _, c := range b[:size] {
			undefined = undefined || c >= 0x80 && Windows1252.upper()[c-0x80] == 0
		}
		b = b[size:]
	}
	return valid, invalid, undefined
}

// trial is what a sample is in one dialect.
type trial struct {
	dialect Dialect
	records int
	width   int     // that most records have
	first   int     // width of the first record
	fits    int     // records that have it, and no misplaced quote
	quoted  int     // cells in quotes
	typed   float64 // part of the cells that look like a number or a date
	escapes bool    // a quote behind a backslash

	head  []kind // of the first record's cells
	names []string
	body  [][kinds]int // of each column, how many cells of each kind are below
	ends  map[string]int
}

// kind is what a cell looks like at the first glance.
type kind uint8

const (
	emptyCell kind = iota
	typedCell      // digits and signs: a number, a date
	textCell
	kinds = 3
)

func kindOf(text []byte) kind {
	text = bytes.TrimSpace(text)
	if len(text) == 0 {
		return emptyCell
	}
	digits := false
	for _, c := range text {
		switch {
		case c >= '0' && c <= '9':
			digits = true
		case !strings.ContainsRune("+-.,:/ '%", rune(c)):
			return textCell
		}
	}
	if digits {
		return typedCell
	}
	return textCell
}

// sniffMarks tries delimiters and quotes, and gives the best, and the best with another
// delimiter.
func sniffMarks(sample []byte, d Dialect) (best, rival trial) {
	text := sample
	if d.Encoding.utf16() || d.Encoding.multi() != nil {
		text, _ = io.ReadAll(d.Encoding.converted(bytes.NewReader(sample)))
		d.Encoding = UTF8
	}
	if d.Delimiter == 0 {
		d.Delimiter, _ = delimiterHint(bytes.TrimPrefix(text, []byte("\xEF\xBB\xBF")))
	}
	delimiters, quotes := []byte{';', ',', '\t', '|'}, []byte{'"', '\''}
	if d.Delimiter != 0 {
		delimiters = []byte{d.Delimiter}
	}
	if d.Quote != 0 {
		quotes = []byte{d.Quote}
	}
	for _, delimiter := range delimiters {
		own := tryMarks(text, d, delimiter, quotes)
		switch {
		case best.dialect.Delimiter == 0 || own.better(best):
			best, rival = own, best
		case rival.dialect.Delimiter == 0 || own.better(rival):
			rival = own
		}
	}
	if best.width < 2 && d.Delimiter == 0 {
		best.dialect.Delimiter = ','
	}
	return best, rival
}

// tryMarks tries the quotes with one delimiter. Single quotes are for where double ones are not.
func tryMarks(text []byte, d Dialect, delimiter byte, quotes []byte) (best trial) {
	for _, quote := range quotes {
		if quote == delimiter {
			continue
		}
		own := try(text, Dialect{Encoding: d.Encoding, Delimiter: delimiter, Quote: quote, StrayQuotes: d.StrayQuotes, Skip: d.Skip, Header: No})
		if best.dialect.Delimiter == 0 || own.quoted > 0 && best.quoted == 0 && own.value() >= best.value() {
			best = own
		}
	}
	return best
}

// try reads the sample, but for its last record, which may be cut short.
func try(text []byte, d Dialect) trial {
	t := trial{dialect: d, ends: map[string]int{}}
	s := NewSheet(bytes.NewReader(text), d)
	s.MaxRecord, s.strict = len(text), true
	widths, cells := map[int]int{}, [kinds]int{}
	for {
		r, err := s.Read()
		if err != nil {
			break
		}
		bad := slices.ContainsFunc(r.Problems, func(p Problem) bool { return p.Rule.ofQuotes() })
		if t.records > 0 && cut(text[int(r.Offset):], r, d.Quote) {
			break
		}
		t.records++
		t.escapes = t.escapes || bytes.Contains(r.raw, []byte{'\\', d.Quote})
		t.ends[endOf(r.raw)]++
		t.count(r.Cells, &cells)
		if !bad {
			widths[len(r.Cells)]++
		}
	}
	for width, n := range widths {
		if n > t.fits || n == t.fits && width > t.width {
			t.width, t.fits = width, n
		}
	}
	if full := cells[typedCell] + cells[textCell]; full > 0 {
		t.typed = float64(cells[typedCell]) / float64(full)
	}
	return t
}

// cut says whether the sample may end within the record, which begins rest: because no line end
// is there, or because it has a quoted field in which the sample ends.
func cut(rest []byte, r *Record, quote byte) bool {
	if last := r.raw[len(r.raw)-1]; len(rest) == len(r.raw) && last != '\n' && last != '\r' {
		return true
	}
	unclosed := slices.ContainsFunc(r.Problems, func(p Problem) bool { return p.Rule == UnclosedQuote })
	return unclosed && bytes.Count(rest[len(r.raw):], []byte{quote})%2 == 0
}

func endOf(raw []byte) string {
	text := bytes.TrimRight(raw, "\r\n")
	end := string(raw[len(text):])
	if strings.HasPrefix(end, "\r\n") {
		return "\r\n"
	}
	return end
}

// count counts the kinds of a record's cells.
func (t *trial) count(cells []Cell, all *[kinds]int) {
	for i, c := range cells {
		k := kindOf(c.Text)
		all[k]++
		if c.Quoted {
			t.quoted++
		}
		if t.records == 1 {
			t.head, t.names = append(t.head, k), append(t.names, string(c.Text))
			continue
		}
		if i == len(t.body) {
			t.body = append(t.body, [kinds]int{})
		}
		t.body[i][k]++
	}
	if t.records == 1 {
		t.first = len(cells)
	}
}

// value is how well the records fit together: 0 to 1.
func (t *trial) value() float64 {
	if t.width < 2 || t.records == 0 {
		return 0
	}
	v := float64(t.fits) / float64(t.records)
	if t.first != t.width {
		v /= 2 // the header knows best
	}
	return v
}

// better says whether t fits better than u. Where they fit alike, more numbers and dates decide:
// a delimiter that is none cuts them up or joins them.
func (t *trial) better(u trial) bool {
	const alike = 0.02
	if a, b := t.value(), u.value(); a > b+alike || a < b-alike {
		return a > b
	}
	if t.typed > u.typed+alike || t.typed < u.typed-alike {
		return t.typed > u.typed
	}
	return t.width > u.width
}

// doubts are those about delimiter and quote, if they are not fixed, and about what they make of
// the sample.
func (t *trial) doubts(fixed Dialect, rival trial) (doubts []string) {
	say := func(format string, args ...any) { doubts = append(doubts, fmt.Sprintf(format, args...)) }
	if t.records == 0 {
		return []string{"there is no record in it"}
	}
	if fixed.Delimiter == 0 {
		switch {
		case t.width < 2:
			say("no delimiter was found: it is taken for one column")
		case rival.value() > 0.9*t.value():
			say("%s as delimiter gives %d columns; %s would give %d", nameOf(t.dialect.Delimiter), t.width, nameOf(rival.dialect.Delimiter), rival.width)
		}
	}
	if fixed.Quote == 0 && t.dialect.Quote == '\'' && t.quoted > 0 {
		say("fields are taken to stand in single quotes")
	}
	if misfits := t.records - t.fits; misfits > 0 && t.width > 0 {
		say("of %d records %d have not %d fields, or misplaced quotes", t.records, misfits, t.width)
	}
	if t.escapes && t.dialect.Quote != NoQuote {
		say("a quote stands behind a backslash: if it escapes the quote, it is not read so")
	}
	return doubts
}

func nameOf(delimiter byte) string {
	switch delimiter {
	case ',':
		return "a comma"
	case ';':
		return "a semicolon"
	case '\t':
		return "a tab"
	case '|':
		return "a bar"
	}
	return fmt.Sprintf("%q", delimiter)
}

// header says whether the first record holds names.
func (t *trial) header() (Answer, string) {
	names := map[string]bool{}
	repeated, empty, like := false, false, t.records > 1
	for i, k := range t.head {
		switch k {
		case typedCell:
			return No, "it is taken to have no header: its first record holds a number or a date"
		case emptyCell:
			empty = true
		case textCell:
			repeated = repeated || names[t.names[i]]
			names[t.names[i]] = true
		}
		if i < len(t.body) && t.body[i][typedCell] > t.body[i][textCell] {
			like = false // below this name is something else
		}
	}
	switch {
	case t.records == 0:
		return Yes, ""
	case repeated:
		return Yes, "two columns have the same name"
	case empty:
		return Yes, "a column has no name"
	case like || t.records == 1:
		return Yes, "its first record is taken for a header, though nothing below it looks otherwise"
	}
	return Yes, ""
}

// lineEnd is the one that most records have.
func (t *trial) lineEnd() (string, string) {
	end, others := "\n", 0
	for e, n := range t.ends {
		if e != "" && (n > t.ends[end] || n == t.ends[end] && e > end) {
			end = e
		}
	}
	for e := range t.ends {
		if e != "" && e != end {
			others++
		}
	}
	if others > 0 {
		return end, "its lines end in different ways"
	}
	return end, ""
}
