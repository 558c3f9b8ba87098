package pgcsv

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// pattern is the compiled pattern of dates: see [Conversion.Date].
type pattern struct {
	parts  []part
	months *months
	date   bool // it has year, month and day
	time   bool // it has an hour
	noon   bool // it has AM or PM
}

// part is one of its elements.
type part struct {
	word    string // of words; "": literal stands there
	literal string
	least   int // of its digits: all that it can have where another number stands beside it
	most    int // of its digits; 0: it is no number
}

// words are what a pattern is made of, a longer one before what it begins with.
var words = []string{"YYYY", "YY", "HH24", "HH12", "HH", "Month", "Mon", "MM", "MI", "DD", "SS", "MS", "US", "A.M.", "P.M.", "AM", "PM"}

// width is how many digits a word's number can have.
var width = map[string]int{"YYYY": 4, "YY": 2, "HH24": 2, "HH12": 2, "HH": 2, "MM": 2, "MI": 2, "DD": 2, "SS": 2, "MS": 3, "US": 6}

// newPattern compiles it.
func newPattern(text, language string) (*pattern, error) {
	p := &pattern{}
	var mistakes []error
	switch language {
	case "", "en":
		p.months = &english
	case "de":
		p.months = &german
	default:
		mistakes = append(mistakes, errors.New("the language of dates is neither en nor de"))
	}
	for rest := text; rest != ""; {
		next, size, err := nextPart(rest)
		if err != nil {
			return nil, errors.Join(append(mistakes, fmt.Errorf("the pattern of dates %q: %w", text, err))...)
		}
		p.parts = append(p.parts, next)
		rest = rest[size:]
	}
	for i := range p.parts {
		own := &p.parts[i]
		own.most = width[own.word]
		own.least = min(1, own.most)
		beside := i > 0 && width[p.parts[i-1].word] > 0 || i+1 < len(p.parts) && width[p.parts[i+1].word] > 0
		if beside || own.word == "YYYY" || own.word == "YY" || own.word == "MI" || own.word == "SS" {
			own.least = own.most
		}
	}
	for _, err := range p.check() {
		mistakes = append(mistakes, fmt.Errorf("the pattern of dates %q: %w", text, err))
	}
	return p, errors.Join(mistakes...)
}

// nextPart is the part that text begins with, and its size.
func nextPart(text string) (part, int, error) {
	for _, w := range words {
		if len(text) >= len(w) && strings.EqualFold(text[:len(w)], w) {
			return part{word: w}, len(w), nil
		}
	}
	if text[0] == '"' {
		end := strings.IndexByte(text[1:], '"')
		if end < 0 {
			return part{}, 0, errors.New("a quote does not close")
		}
		return part{literal: text[1 : 1+end]}, end + 2, nil
	}
	r, size := utf8.DecodeRuneInString(text)
	if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
		return part{}, 0, fmt.Errorf("%q is none of its words; text stands in double quotes", text[:size])
	}
	return part{literal: text[:size]}, size, nil
}

// check says what is missing, there twice, or without sense.
func (p *pattern) check() (mistakes []error) {
	n := map[string]int{}
	for _, part := range p.parts {
		switch w := part.word; w {
		case "YYYY", "YY":
			n["a year"]++
		case "MM", "Mon", "Month":
			n["a month"]++
		case "DD":
			n["a day"]++
		case "HH24", "HH12", "HH":
			n["an hour"]++
		case "MI":
			n["minutes"]++
		case "SS":
			n["seconds"]++
		case "MS", "US":
			n["a fraction"]++
		case "AM", "PM", "A.M.", "P.M.":
			n["AM or PM"]++
		}
		if part.word != "" {
			n[part.word]++
		}
	}
	say := func(format string, args ...any) { mistakes = append(mistakes, fmt.Errorf(format, args...)) }
	for _, name := range []string{"a year", "a month", "a day", "an hour", "minutes", "seconds", "a fraction", "AM or PM"} {
		if n[name] > 1 {
			say("it has %s twice", name)
		}
	}
	p.date = n["a year"]+n["a month"]+n["a day"] > 0
	p.time = n["an hour"]+n["minutes"]+n["seconds"]+n["a fraction"]+n["AM or PM"] > 0
	p.noon = n["AM or PM"] > 0
	need := func(whole bool, names ...string) {
		for _, name := range names {
			if whole && n[name] == 0 {
				say("it lacks %s", name)
			}
		}
	}
	if !p.date && !p.time {
		say("it has neither a date nor a time")
	}
	need(p.date, "a year", "a month", "a day")
	need(p.time, "an hour")
	need(n["seconds"] > 0, "minutes")
	need(n["a fraction"] > 0, "seconds")
	need(n["HH12"] > 0, "AM or PM")
	if p.noon && n["HH24"] > 0 {
		say("it has both HH24 and AM or PM")
	}
	return mistakes
}

// moment is what a pattern reads.
type moment struct {
	year, month, day, hour, minute, second int
	fraction                               []byte
	afternoon                              bool
}

// convert appends the date or time in ISO form.
func (p *pattern) convert(dst, text []byte) ([]byte, Rule) {
	var m moment
	for _, part := range p.parts {
		size, ok := part.read(&m, text, p.months)
		if !ok {
			return dst, NotADate
		}
		text = text[size:]
	}
	if len(text) > 0 {
		return dst, NotADate
	}
	if !p.exists(&m) {
		return dst, NoSuchDate
	}
	if p.date {
		dst = appendDigits(dst, m.year, 4)
		dst = appendDigits(append(dst, '-'), m.month, 2)
		dst = appendDigits(append(dst, '-'), m.day, 2)
	}
	if p.date && p.time {
		dst = append(dst, ' ')
	}
	if p.time {
		dst = appendDigits(dst, m.hour, 2)
		dst = appendDigits(append(dst, ':'), m.minute, 2)
		dst = appendDigits(append(dst, ':'), m.second, 2)
		if f := bytes.TrimRight(m.fraction, "0"); len(f) > 0 {
			dst = append(append(dst, '.'), f...)
		}
	}
	return dst, ""
}

// exists says whether there is such a date and time, and makes the hour one of 24.
func (p *pattern) exists(m *moment) bool {
	if p.date && (m.year < 1 || m.month < 1 || m.month > 12 || m.day < 1 || m.day > daysIn(m.year, m.month)) {
		return false
	}
	if p.noon {
		if m.hour < 1 || m.hour > 12 {
			return false
		}
		m.hour %= 12
		if m.afternoon {
			m.hour += 12
		}
	}
	return m.hour < 24 && m.minute < 60 && m.second < 60
}

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

func appendDigits(dst []byte, n, width int) []byte {
	for unit := []int{0, 1, 10, 100, 1000}[width]; unit > 0; unit /= 10 {
		dst = append(dst, byte('0'+n/unit%10))
	}
	return dst
}

// read reads the part at the beginning of text, and gives its size.
func (p *part) read(m *moment, text []byte, months *months) (size int, ok bool) {
	if p.most > 0 {
		size = digits(text[:min(len(text), p.most)])
		if size < p.least {
			return 0, false
		}
		m.set(p.word, text[:size])
		return size, true
	}
	switch p.word {
	case "Month":
		m.month, size = find(text, &months.long)
		return size, size > 0
	case "Mon":
		m.month, size = find(text, &months.short)
		return size, size > 0
	case "AM", "PM":
		return m.readNoon(text, "am", "pm")
	case "A.M.", "P.M.":
		return m.readNoon(text, "a.m.", "p.m.")
	}
	return p.readLiteral(text)
}

func (m *moment) set(word string, text []byte) {
	n := 0
	for _, c := range text {
		n = 10*n + int(c-'0')
	}
	switch word {
	case "YYYY":
		m.year = n
	case "YY":
		m.year = 2000 + n
		if n >= 70 {
			m.year = 1900 + n
		}
	case "MM":
		m.month = n
	case "DD":
		m.day = n
	case "HH24", "HH12", "HH":
		m.hour = n
	case "MI":
		m.minute = n
	case "SS":
		m.second = n
	case "MS", "US":
		m.fraction = text
	}
}

func (p *part) readLiteral(text []byte) (int, bool) {
	if p.literal != " " {
		return len(p.literal), bytes.HasPrefix(text, []byte(p.literal))
	}
	rest := bytes.TrimLeft(text, " \u00A0\u202F")
	return len(text) - len(rest), len(rest) < len(text)
}

func (m *moment) readNoon(text []byte, before, after string) (int, bool) {
	m.afternoon = hasPrefixFold(text, after)
	return len(before), m.afternoon || hasPrefixFold(text, before)
}

// months are the names of the months, several for one where they are written in several ways.
type months struct{ long, short [12][]string }

var english = months{
	long: [12][]string{
		{"January"},
		{"February"},
		{"March"},
		{"April"},
		{"May"},
		{"June"},
		{"July"},
		{"August"},
		{"September"},
		{"October"},
		{"November"},
		{"December"},
	},
	short: [12][]string{{"Jan"}, {"Feb"}, {"Mar"}, {"Apr"}, {"May"}, {"Jun"}, {"Jul"}, {"Aug"}, {"Sept", "Sep"}, {"Oct"}, {"Nov"}, {"Dec"}},
}

var german = months{
	long: [12][]string{
		{"Januar", "Jänner"},
		{"Februar", "Feber"},
		{"März", "Maerz"},
		{"April"},
		{"Mai"},
		{"Juni"},
		{"Juli"},
		{"August"},
		{"September"},
		{"Oktober"},
		{"November"},
		{"Dezember"},
	},
	short: [12][]string{{"Jan", "Jän"}, {"Feb"}, {"Mär", "Mrz", "Mar"}, {"Apr"}, {"Mai"}, {"Jun"}, {"Jul"}, {"Aug"}, {"Sept", "Sep"}, {"Okt"}, {"Nov"}, {"Dez"}},
}

// find is the month, from 1, whose name text begins with, and the name's size; 0: none.
func find(text []byte, names *[12][]string) (month, size int) {
	for i, ways := range names {
		for _, name := range ways {
			if hasPrefixFold(text, name) {
				return i + 1, len(name)
			}
		}
	}
	return 0, 0
}

func hasPrefixFold(text []byte, prefix string) bool {
	return len(text) >= len(prefix) && bytes.EqualFold(text[:len(prefix)], []byte(prefix))
}
