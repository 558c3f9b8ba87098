package pgcsv

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// The rules of values: a [Converter] finds what breaks them.
const (
	NotANumber      Rule = "not-a-number"
	AmbiguousNumber Rule = "ambiguous-number"
	// DressedNumber is a number with more around it than the column's numbers have: a currency, a
	// percent sign, parentheses, a minus behind it.
	DressedNumber Rule = "dressed-number"
	NotADate      Rule = "not-a-date"
	NoSuchDate    Rule = "no-such-date"
	NotABoolean   Rule = "not-a-boolean"
	// DigitsLost is for who knows the column's type: digits of the value would go.
	DigitsLost Rule = "digits-lost"
)

// Conversion is how one column of a foreign file is written. The zero value takes the text as
// it stands, which PostgreSQL may read as what the column is. A column holds numbers, or dates,
// or booleans, or neither.
type Conversion struct {
	Trim  bool     // cut blanks at both ends, Unicode's among them; default: they stay
	Nulls []string // words that are NULL, in quotes or not, as they stand after trimming; default: none
	Empty Empty    // when a cell without text is NULL; default: where it has no quotes

	Decimal   string // "." or ",": numbers, with this before the fraction; default: no numbers
	Thousands string // ".", ",", "'" or " ": may stand between groups of three digits; default: nothing may

	// What else numbers have, where Decimal is said; a currency and a percent sign with blanks or without.
	Currency string   // a sign or a code, as $ or EUR, that may stand before a number or behind it; default: none may
	Percent  bool     // behind each number stands a percent sign, and 12.5% is 0.125; default: behind none
	Negative Negative // how else than by a minus in front a number says that it is negative; default: in no other way

	// Date is the pattern of a date, a time, or both, in the words of PostgreSQL's to_timestamp:
	// YYYY, YY (70 to 99 are of the last century), MM, DD, Mon, Month, HH24, HH12, HH, MI, SS,
	// MS and US (fractions of a second), AM or PM. Other letters stand in double quotes;
	// a blank stands for one or more, any other character for itself. Default: no dates.
	//
	// It is stricter than to_timestamp: nothing may be missing or follow, and the day must be
	// there. HH without AM or PM is HH24.
	Date     string
	Language string // of Mon and Month: "en" or "de"; default: en

	True, False []string // words of booleans, whatever their case; "" is a cell without text; default: no booleans
}

// Typed reports whether the conversion says what its column holds: numbers, dates or booleans.
func (c Conversion) Typed() bool {
	return c.Decimal != "" || c.Thousands != "" || c.Dressed() || c.Date != "" || c.Language != "" || c.True != nil || c.False != nil
}

// Dressed reports whether more is said of numbers than their digits: a currency, percents, negative ones.
func (c Conversion) Dressed() bool {
	return c.Currency != "" || c.Percent || c.Negative != MinusInFront
}

// IsZero reports whether nothing is said.
func (c Conversion) IsZero() bool {
	return !c.Trim && c.Nulls == nil && c.Empty == EmptyUnquoted && !c.Typed()
}

// Empty says when a cell without text is NULL.
type Empty uint8

// The choices.
const (
	EmptyUnquoted Empty = iota // NULL where it has no quotes, as in PostgreSQL's own CSV
	EmptyNull                  // always NULL
	EmptyText                  // never: it is the empty string
)

// Negative says how numbers are written that are negative, where it is not by a minus in front: that is read in any case.
type Negative uint8

// The ways.
const (
	MinusInFront Negative = iota // -5.00
	MinusBehind                  // 5.00-; 5.00+ is read, too
	Parentheses                  // (5.00)
)

// Converter converts the cells of one column to text that PostgreSQL reads the same under any
// of its settings. It is used by one goroutine at a time.
type Converter struct {
	of     Conversion
	number *notation
	date   *pattern
	lower  []byte // memory for a boolean's word
	bools  map[string]bool
	nulls  map[string]bool
}

// NewConverter makes a Converter. The error names all that contradicts itself in a Conversion.
func NewConverter(of Conversion) (*Converter, error) {
	c := &Converter{of: of, bools: map[string]bool{}, nulls: map[string]bool{}}
	var mistakes []error
	mistake := func(format string, args ...any) { mistakes = append(mistakes, fmt.Errorf(format, args...)) }
	var kinds []string
	if of.Decimal != "" || of.Thousands != "" || of.Dressed() {
		kinds = append(kinds, "numbers (decimal)")
	}
	if of.Date != "" || of.Language != "" {
		kinds = append(kinds, "dates (date)")
	}
	if len(of.True)+len(of.False) > 0 {
		kinds = append(kinds, "booleans (true, false)")
	}
	if len(kinds) > 1 {
		mistake("a column can't be %s at once", strings.Join(kinds, " and "))
	}
	number, wrong := newNotation(of)
	c.number, mistakes = number, append(mistakes, wrong...)
	switch {
	case of.Date != "":
		var err error
		if c.date, err = newPattern(of.Date, of.Language); err != nil {
			mistakes = append(mistakes, err)
		}
	case of.Language != "":
		mistake("a language is said, but no pattern of dates (date)")
	}
	if of.Empty > EmptyText {
		mistake("when an empty cell is NULL is not one of the choices")
	}
	mistakes = append(mistakes, c.takeWords()...)
	if len(mistakes) > 0 {
		return nil, errors.Join(mistakes...)
	}
	return c, nil
}

// takeWords takes the words of booleans and of NULL.
func (c *Converter) takeWords() (mistakes []error) {
	if (len(c.of.True) > 0) != (len(c.of.False) > 0) {
		mistakes = append(mistakes, errors.New("of a boolean both true and false need words; an empty one is a cell without text"))
	}
	for value, words := range map[bool][]string{true: c.of.True, false: c.of.False} {
		for _, word := range words {
			if value && slices.ContainsFunc(c.of.False, func(f string) bool { return strings.EqualFold(f, word) }) {
				mistakes = append(mistakes, fmt.Errorf("%q is both true and false", word))
			}
			c.bools[strings.ToLower(word)] = value
		}
	}
	for _, word := range c.of.Nulls {
		if _, is := c.bools[strings.ToLower(word)]; is {
			mistakes = append(mistakes, fmt.Errorf("%q is both NULL and a boolean", word))
		}
		c.nulls[word] = true
	}
	return mistakes
}

// Convert appends what PostgreSQL is to read for a cell, or says that it is NULL, or which rule
// it breaks; then dst is as it was. Numbers become 1234.56, dates 2026-12-31, times 23:59:59.5,
// both 2026-12-31 23:59:59.5, booleans t and f.
//
// The order is: trim; the words of NULL; a cell without text; the rest.
func (c *Converter) Convert(dst []byte, cell Cell) (_ []byte, null bool, broken Rule) {
	text := cell.Text
	if c.of.Trim {
		text = bytes.TrimSpace(text)
	}
	if len(c.nulls) > 0 && c.nulls[string(text)] {
		return dst, true, ""
	}
	if len(c.bools) > 0 {
		c.lower = appendLower(c.lower[:0], text)
		if value, is := c.bools[string(c.lower)]; is {
			if value {
				return append(dst, 't'), false, ""
			}
			return append(dst, 'f'), false, ""
		}
	}
	if len(text) == 0 {
		null = c.of.Empty == EmptyNull || c.of.Empty == EmptyUnquoted && !cell.Quoted
		if null || c.number == nil && c.date == nil && len(c.bools) == 0 {
			return dst, null, ""
		}
	}
	start := len(dst)
	switch {
	case c.number != nil:
		dst, broken = c.number.convert(dst, text)
	case c.date != nil:
		dst, broken = c.date.convert(dst, text)
	case len(c.bools) > 0:
		broken = NotABoolean
	default:
		dst = append(dst, text...)
	}
	if broken != "" {
		dst = dst[:start]
	}
	return dst, false, broken
}

// appendLower appends text in lower case; it allocates only beyond ASCII.
func appendLower(dst, text []byte) []byte {
	for _, c := range text {
		if c >= 0x80 {
			return append(dst[:0], bytes.ToLower(text)...)
		}
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}
