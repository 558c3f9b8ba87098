package pgcsv

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Kind is what the cells of a column look like.
type Kind uint8

// The kinds. Text is what is nothing else.
const (
	NoKind Kind = iota // no cell holds anything
	Text
	Integer
	Numeric
	Date
	Time
	Timestamp
	TimestampTZ // as Timestamp, with a time zone
	Boolean
)

var kindNames = [...]string{"nothing", "text", "integer", "numeric", "date", "time", "timestamp", "timestamptz", "boolean"}

func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

// Guess is what the cells of a column look like, and how they are to be converted so that
// PostgreSQL reads them as that.
type Guess struct {
	Kind       Kind
	Conversion Conversion
	Doubts     []string // sentences for a human; they quote no value but words for NULL and booleans, and currencies
	// Others are the conversions that fit each cell as well and would read some of them otherwise;
	// what other columns of the file show may decide. Choices are the Doubts that tell of them.
	Others  []Conversion
	Choices []string
	// Weak are the words found that stand for NULL in a column of another kind than text, and may
	// be texts in one of text.
	Weak []string
}

// GuessColumn guesses from cells of one column: some hundred at least, to be of use. A kind is
// guessed only where each cell fits, but for the empty ones and words like NULL and n/a. Where
// several ways of writing fit (01/02/2026), one is taken and the others are told as doubts.
func GuessColumn(cells []Cell) Guess {
	g := guessing{}
	for _, c := range cells {
		g.add(c)
	}
	for _, guess := range []func() bool{g.nothing, g.boolean, g.integer, g.asPostgres, g.date, g.numeric} {
		if guess() {
			return g.Guess
		}
	}
	g.text()
	return g.Guess
}

// guessing is a Guess in the making.
type guessing struct {
	Guess
	values   [][]byte // trimmed, each once, without words for NULL
	full     int      // cells with a value, repeated ones among them
	trimmed  bool     // some cell has blanks at its ends
	strong   []string // words that mean NULL wherever they stand
	weak     []string // words that may be text, too
	seen     map[string]bool
	bareNone bool // a cell without text and quotes
	quotNone bool // a cell without text in quotes
}

// Words that stand for NULL. In a column of texts the weak ones may be texts.
var (
	strongNulls = []string{"NULL", "null", "Null", `\N`, "#N/A", "#NV", "(null)", "<null>", "(NULL)", "<NULL>"}
	weakNulls   = []string{"N/A", "n/a", "NA", "-", "--", "–", "None", "none", "nil", "k.A.", "k. A.", "?", "NaN"}
)

func (g *guessing) add(c Cell) {
	text := bytes.TrimSpace(c.Text)
	g.trimmed = g.trimmed || len(text) < len(c.Text)
	word := string(text)
	switch {
	case word == "":
		g.bareNone = g.bareNone || !c.Quoted
		g.quotNone = g.quotNone || c.Quoted
		return
	case slices.Contains(strongNulls, word):
		g.strong = append(g.strong, word)
		return
	case slices.Contains(weakNulls, word):
		g.weak = append(g.weak, word)
		return
	}
	g.full++
	if g.seen == nil {
		g.seen = map[string]bool{}
	}
	if !g.seen[word] {
		g.seen[word] = true
		g.values = append(g.values, []byte(word))
	}
}

// choice is a doubt about one of Others.
func (g *guessing) choice(format string, args ...any) {
	g.doubt(format, args...)
	g.Choices = append(g.Choices, g.Doubts[len(g.Doubts)-1])
}

// other adds what is left of the conversion with another way of writing numbers or dates.
func (g *guessing) other(change func(*Conversion)) {
	c := g.Conversion
	change(&c)
	g.Others = append(g.Others, c)
}

func (g *guessing) doubt(format string, args ...any) {
	g.Doubts = append(g.Doubts, fmt.Sprintf(format, args...))
}

// settle sets what all kinds but text have in common: an empty cell, and each word for NULL, can't
// be anything else.
func (g *guessing) settle(kind Kind) bool {
	g.Kind = kind
	c := &g.Conversion
	c.Trim = g.trimmed
	c.Nulls = sorted(append(slices.Clone(g.strong), g.weak...))
	g.Weak = sorted(g.weak)
	if g.quotNone {
		c.Empty = EmptyNull
	}
	if g.full < 5 {
		g.doubt("only %d cells hold a value", g.full)
	}
	return true
}

func sorted(words []string) []string {
	slices.Sort(words)
	return slices.Compact(words)
}

func (g *guessing) nothing() bool {
	if len(g.values) > 0 {
		return false
	}
	g.settle(NoKind)
	g.Doubts = []string{"no cell holds a value"}
	return true
}

// pairs are the words of booleans that are known, the true one first.
var pairs = [][2]string{
	{"true", "false"},
	{"t", "f"},
	{"yes", "no"},
	{"y", "n"},
	{"on", "off"},
	{"ja", "nein"},
	{"j", "n"},
	{"wahr", "falsch"},
	{"oui", "non"},
	{"vrai", "faux"},
	{"si", "no"},
	{"sí", "no"},
	{"x", ""},
}

func (g *guessing) boolean() bool {
	var words []string
	for _, v := range g.values {
		words = append(words, strings.ToLower(string(v)))
	}
	words = sorted(words)
	if len(words) > 2 {
		return false
	}
	for _, pair := range pairs {
		if slices.ContainsFunc(words, func(w string) bool { return w != pair[0] && w != pair[1] }) {
			continue
		}
		if pair[1] == "" {
			if !g.bareNone && !g.quotNone {
				continue
			}
			words = append(words, "") // the cells without text
			g.doubt("a cell without text is taken for false; it may be NULL")
		}
		g.settle(Boolean)
		if pair[1] == "" {
			g.Conversion.Empty = EmptyUnquoted
		}
		g.Conversion.True, g.Conversion.False = []string{pair[0]}, []string{pair[1]}
		if len(words) == 1 {
			g.doubt("only one of its words is there")
		}
		return true
	}
	return false
}

func (g *guessing) all(fits func([]byte) bool) bool {
	return !slices.ContainsFunc(g.values, func(v []byte) bool { return !fits(v) })
}

var (
	isInteger = regexp.MustCompile(`^[+-]?[0-9]+$`).Match
	leadsZero = regexp.MustCompile(`^[+-]?0[0-9]`).Match
	isPlainTZ = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?([+-][0-9]{2}(:?[0-9]{2})?|Z)$`).Match
	isPoint   = regexp.MustCompile(`^[+-]?[0-9]+\.[0-9]+([eE][+-]?[0-9]+)?$|^[+-]?[0-9]+$`).Match
)

func (g *guessing) integer() bool {
	if !g.all(isInteger) {
		return false
	}
	switch {
	case slices.ContainsFunc(g.values, leadsZero):
		g.text()
		g.doubt("it is all digits, but some begin with 0: it is taken for codes, as text")
		return true
	case g.all(func(v []byte) bool { return packed().fits(v) && v[0] <= '2' && v[0] >= '1' }):
		g.settle(Date)
		g.Conversion.Date = packed().pattern
		g.doubt("dates as YYYYMMDD may be numbers")
		return true
	case g.all(func(v []byte) bool { return len(v) < 19 }):
		g.settle(Integer)
	default:
		g.settle(Numeric)
	}
	if g.all(func(v []byte) bool { return len(v) == 1 && v[0] <= '1' }) {
		g.doubt("it is all 0 and 1: it may be a boolean")
	}
	return true
}

// asPostgres guesses what PostgreSQL reads as it is.
func (g *guessing) asPostgres() bool {
	for _, trial := range isoTrials() {
		if g.all(trial.fits) {
			return g.settle(trial.kind)
		}
	}
	day := isoTrials()[0]
	return g.all(func(v []byte) bool { return isPlainTZ(v) && day.fits(v[:10]) }) && g.settle(TimestampTZ)
}

// What PostgreSQL reads itself, the day alone first; and what might be a number.
var (
	isoTrials = sync.OnceValue(func() []dateTrial {
		return []dateTrial{
			newDateTrial("YYYY-MM-DD", "", Date),
			newDateTrial("YYYY-MM-DD HH24:MI:SS", "", Timestamp),
			newDateTrial("YYYY-MM-DD HH24:MI:SS.US", "", Timestamp),
			newDateTrial("YYYY-MM-DD HH24:MI", "", Timestamp),
			newDateTrial(`YYYY-MM-DD"T"HH24:MI:SS`, "", Timestamp),
			newDateTrial(`YYYY-MM-DD"T"HH24:MI:SS.US`, "", Timestamp),
			newDateTrial("HH24:MI:SS", "", Time),
			newDateTrial("HH24:MI:SS.US", "", Time),
			newDateTrial("HH24:MI", "", Time),
		}
	})
	packed = sync.OnceValue(func() dateTrial { return newDateTrial("YYYYMMDD", "", Date) })
)

// The patterns that are tried. Where two fit, the first is taken: in Europe's order, since that is
// where a file is imported that is not in ISO form, unless the year comes first.
var (
	datePatterns = []string{
		"DD.MM.YYYY", "DD.MM.YY", "DD/MM/YYYY", "MM/DD/YYYY", "DD/MM/YY", "MM/DD/YY", "DD-MM-YYYY", "MM-DD-YYYY", "DD-MM-YY", "MM-DD-YY",
		"YYYY/MM/DD", "YYYY.MM.DD", "YYYY-MM-DD", "DD. Month YYYY", "DD. Mon YYYY", "DD Month YYYY", "DD Mon YYYY", "DD-Mon-YYYY", "DD-Mon-YY", "Month DD, YYYY", "Mon DD, YYYY",
	}
	timePatterns = []string{"", " HH24:MI", " HH24:MI:SS", " HH24:MI:SS.US", ", HH24:MI", ", HH24:MI:SS", " HH12:MI AM", " HH12:MI:SS AM"}
	dateTrials   = sync.OnceValue(makeDateTrials)
)

// dateTrial is one pattern in one language.
type dateTrial struct {
	pattern, language string
	kind              Kind
	compiled          *pattern
}

func newDateTrial(text, language string, kind Kind) dateTrial {
	p, err := newPattern(text, language)
	if err != nil {
		panic(err) // a mistake in this file; the tests see it
	}
	return dateTrial{pattern: text, language: language, kind: kind, compiled: p}
}

// fits says whether a value is written as the pattern says.
func (d dateTrial) fits(value []byte) bool {
	var memory [32]byte
	_, broken := d.compiled.convert(memory[:0], value)
	return broken == ""
}

func makeDateTrials() (trials []dateTrial) {
	add := func(text, language string, kind Kind) {
		trials = append(trials, newDateTrial(text, language, kind))
	}
	for _, clock := range timePatterns {
		for _, date := range datePatterns {
			kind := Timestamp
			if clock == "" {
				kind = Date
			}
			add(date+clock, "", kind)
			if strings.Contains(date, "Mon") {
				add(date+clock, "de", kind)
			}
		}
		if strings.HasSuffix(clock, "AM") {
			add(strings.TrimSpace(clock), "", Time)
		}
	}
	return trials
}

func (g *guessing) date() bool {
	var fit []dateTrial
	for _, trial := range dateTrials() {
		if g.all(trial.fits) {
			fit = append(fit, trial)
		}
	}
	if len(fit) == 0 {
		return false
	}
	first := fit[0]
	g.settle(first.kind)
	g.Conversion.Date, g.Conversion.Language = first.pattern, first.language
	var others []string
	for _, other := range fit[1:] {
		if other.pattern == first.pattern {
			if !g.same(first, other) {
				g.other(func(c *Conversion) { c.Language = other.language })
			}
			g.choice("names of months are taken for English, but all of them may be German")
			continue
		}
		if g.same(first, other) {
			continue
		}
		others = append(others, other.pattern)
		g.other(func(c *Conversion) { c.Date, c.Language = other.pattern, other.language })
	}
	if len(others) > 0 {
		g.choice("dates are taken for %s, but all of them fit %s", first.pattern, strings.Join(others, " and "))
	}
	if !strings.Contains(first.pattern, "YYYY") && strings.Contains(first.pattern, "YY") {
		g.doubt("its years have two digits: 70 to 99 are taken for the last century")
	}
	return true
}

// same says whether both trials read each value alike.
func (g *guessing) same(a, b dateTrial) bool {
	return g.all(func(v []byte) bool {
		x, _ := a.compiled.convert(nil, v)
		y, _ := b.compiled.convert(nil, v)
		return bytes.Equal(x, y)
	})
}

// text settles what texts have: words that may be NULL, or texts, are left to a human.
func (g *guessing) text() {
	g.Kind = Text
	c := &g.Conversion
	c.Trim = g.trimmed
	c.Nulls = sorted(g.strong)
	if len(c.Nulls) > 0 {
		g.doubt("taken for NULL: %s", quotedWords(c.Nulls))
	}
	if g.Weak = sorted(g.weak); len(g.Weak) > 0 {
		g.doubt("taken for text, but may be NULL: %s", quotedWords(g.Weak))
	}
}

func quotedWords(words []string) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%q", w)
	}
	return b.String()
}
