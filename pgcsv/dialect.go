package pgcsv

import (
	"errors"
	"fmt"
	"strings"
)

// Dialect is how a foreign CSV file is written. The zero value is UTF-8 with commas, double
// quotes and a header. What is said in it before [Sniff] is not looked for.
type Dialect struct {
	Encoding  Encoding // default: UTF-8
	Delimiter byte     // between fields; one byte of ASCII; default: a comma
	Quote     byte     // around fields, doubled inside; NoQuote: quotes are text as any; default: "
	// StrayQuotes: quotes that are not where they should be are text. So are a quote in a field that does not begin with
	// one, also behind blanks, and one in a quoted field that is not doubled and has neither a delimiter nor a line end behind it; there on the
	// field's first line. Default: such records are malformed, but see [Sheet].
	StrayQuotes bool
	// Skip is how many lines stand above the header, whatever is in them, also empty ones and a line "sep=;".
	// Default: none but that.
	Skip int
	// Footer is how many records at the end are none of the table's, such as a total: records of delimiters alone, and
	// empty lines, are not counted. Default: none.
	Footer  int
	Header  Answer // the first record holds the columns' names; default: Yes
	BOM     bool   // the file begins with a byte order mark: what Sniff found; a Sheet sees for itself
	LineEnd string // "\n", "\r\n" or "\r": what Sniff found most; a Sheet takes each of them
}

// maxFooter bounds what has to be kept to know a footer.
const maxFooter = 100

// NoQuote is a Dialect's Quote where no field stands in quotes.
const NoQuote byte = 0x01

// Answer is yes, no, or not said.
type Answer uint8

// The answers. Unsaid means what the field's comment calls its default.
const (
	Unsaid Answer = iota
	Yes
	No
)

// Validate says all that can't be in a dialect.
func (d Dialect) Validate() error {
	d = d.filled()
	var mistakes []error
	if !d.Encoding.known() {
		mistakes = append(mistakes, fmt.Errorf("the encoding %v is not known", d.Encoding))
	}
	for _, said := range []struct {
		name string
		char byte
	}{{"delimiter", d.Delimiter}, {"quote", d.Quote}} {
		switch c := said.char; {
		case c == NoQuote && said.name == "quote":
		case c >= 0x80:
			mistakes = append(mistakes, fmt.Errorf("the %s is not a character of ASCII", said.name))
		case c == '\n' || c == '\r':
			mistakes = append(mistakes, fmt.Errorf("the %s is a line end", said.name))
		}
	}
	if d.Delimiter == d.Quote {
		mistakes = append(mistakes, fmt.Errorf("delimiter and quote are both %q", d.Quote))
	}
	if d.Skip < 0 || d.Footer < 0 || d.Footer > maxFooter {
		mistakes = append(mistakes, fmt.Errorf("skip and footer count lines and records: they are not negative, and a footer has at most %d", maxFooter))
	}
	if d.Header > No {
		mistakes = append(mistakes, errors.New("whether there is a header is neither yes nor no"))
	}
	return errors.Join(mistakes...)
}

// filled has the defaults for what is not said.
func (d Dialect) filled() Dialect {
	if d.Encoding == UnknownEncoding {
		d.Encoding = UTF8
	}
	if d.Delimiter == 0 {
		d.Delimiter = ','
	}
	if d.Quote == 0 {
		d.Quote = '"'
	}
	if d.Header == Unsaid {
		d.Header = Yes
	}
	return d
}

// AppendLineEnd appends a line end in the file's encoding.
func (d Dialect) AppendLineEnd(dst []byte) []byte {
	end := d.LineEnd
	if end == "" {
		end = "\n"
	}
	return d.filled().Encoding.appendText(dst, end)
}

// AppendFirst appends text as the first field of a record, in quotes if need be, and a
// delimiter, in the file's encoding. A file of rejected records has their reasons there: in
// front, the bytes of a record can follow as they were, even where a quote in them never
// closes.
//
// A character that the encoding has not becomes a question mark. Without quotes (NoQuote)
// delimiters and line ends in text become blanks.
func (d Dialect) AppendFirst(dst []byte, text string) []byte {
	d = d.filled()
	return d.Encoding.appendText(dst, d.field(text)+string(d.Delimiter))
}

// AppendRecord appends texts as a record with its line end, as AppendFirst has the first.
func (d Dialect) AppendRecord(dst []byte, texts []string) []byte {
	d = d.filled()
	fields := make([]string, len(texts))
	for i, text := range texts {
		fields[i] = d.field(text)
	}
	return d.AppendLineEnd(d.Encoding.appendText(dst, strings.Join(fields, string(d.Delimiter))))
}

// field is text as a field, in quotes if need be.
func (d Dialect) field(text string) string {
	special := string([]byte{d.Delimiter, d.Quote, '\n', '\r'})
	quote := string(d.Quote)
	switch {
	case text != "" && !strings.ContainsAny(text, special):
	case d.Quote == NoQuote:
		text = strings.Map(func(r rune) rune {
			if strings.ContainsRune(special, r) {
				return ' '
			}
			return r
		}, text)
	default:
		text = quote + strings.ReplaceAll(text, quote, quote+quote) + quote
	}
	return text
}
