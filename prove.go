package gyro

import (
	"bytes"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gyrodata/gyro/schema"
)

// prover reports whether PostgreSQL certainly takes a text as a value of a type. Where it is in
// doubt it says no, and the server is asked: it alone decides what is wrong.
type prover func(text []byte) bool

// proverOf is the prover of a column's type; nil: all values have to be tested.
func proverOf(c schema.Column) prover {
	if c.Enum {
		labels := map[string]bool{}
		for _, l := range c.Labels {
			labels[l] = true
		}
		return func(text []byte) bool { return labels[string(text)] }
	}
	if c.Base != "" { // a domain may have checks
		return nil
	}
	base, size := bareType(c)
	switch base {
	case "text":
		return func([]byte) bool { return true }
	case "character varying", "character":
		most, err := strconv.Atoi(size)
		if err != nil { // without a length
			most = 1
			if base == "character varying" {
				return func([]byte) bool { return true }
			}
		}
		return func(text []byte) bool { return len(text) <= most || utf8.RuneCount(text) <= most }
	case "smallint":
		return whole(4)
	case "integer":
		return whole(9)
	case "bigint":
		return whole(18)
	case "numeric":
		return decimal(size)
	case "boolean":
		return func(text []byte) bool { return len(text) == 1 && (text[0] == 't' || text[0] == 'f') }
	case "date":
		return func(text []byte) bool { return len(text) == 10 && isDate(text) }
	case "timestamp without time zone", "timestamp with time zone":
		return isTimestamp
	case "uuid":
		return isUUID
	}
	return nil
}

// whole takes whole numbers of so many digits.
func whole(digits int) prover {
	return func(text []byte) bool {
		text = bytes.TrimPrefix(text, []byte("-"))
		return len(text) > 0 && len(text) <= digits && isDigits(text)
	}
}

// decimal takes numbers that a numeric of this size has room for.
func decimal(size string) prover {
	before, after := 1000, 1000
	if precision, scale, ok := strings.Cut(size, ","); ok || size != "" {
		p, err := strconv.Atoi(precision)
		s, err2 := strconv.Atoi(scale)
		if scale == "" {
			s, err2 = 0, nil
		}
		if err != nil || err2 != nil || s < 0 || s > p {
			return nil
		}
		before, after = p-s, s
	}
	return func(text []byte) bool {
		text = bytes.TrimPrefix(text, []byte("-"))
		left, right, point := bytes.Cut(text, []byte("."))
		if len(left) == 0 || len(left) > before && (len(left) != 1 || left[0] != '0') || !isDigits(left) {
			return false
		}
		return !point || len(right) > 0 && len(right) <= after && isDigits(right)
	}
}

func isDigits(text []byte) bool {
	for _, c := range text {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// number reads two or four digits; -1 where they are none.
func number(text []byte) int {
	n := 0
	for _, c := range text {
		if c < '0' || c > '9' {
			return -1
		}
		n = n*10 + int(c-'0')
	}
	return n
}

var monthDays = [...]int{0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

// isDate takes 2026-12-31. The 29th of February is left to the server.
func isDate(text []byte) bool {
	if text[4] != '-' || text[7] != '-' {
		return false
	}
	year, month, day := number(text[:4]), number(text[5:7]), number(text[8:10])
	return year > 0 && month >= 1 && month <= 12 && day >= 1 && day <= monthDays[month]
}

// isTimestamp takes 2026-12-31, and with 23:59:59 behind it.
func isTimestamp(text []byte) bool {
	if len(text) < 10 || !isDate(text[:10]) {
		return false
	}
	if len(text) == 10 {
		return true
	}
	if len(text) != 19 || text[10] != ' ' || text[13] != ':' || text[16] != ':' {
		return false
	}
	hour, minute, second := number(text[11:13]), number(text[14:16]), number(text[17:19])
	return hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 60
}

func isUUID(text []byte) bool {
	if len(text) != 36 {
		return false
	}
	for i, c := range text {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		hex := c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
		if dash != (c == '-') || !dash && !hex {
			return false
		}
	}
	return true
}

// within takes values of a type that certainly lie within two bounds, of which one may be missing; nil
// where that can't be told: of numbers, and of dates, in the form that the provers take.
func within(base, least, most string) prover {
	inOrder := func(a, b string) bool { return a == "" || b == "" || a <= b }
	switch base {
	case "smallint", "integer", "bigint", "numeric":
	case "date":
		if !dateOrNone(least) || !dateOrNone(most) {
			return nil
		}
		return func(text []byte) bool {
			return len(text) == 10 && isDate(text) && inOrder(least, string(text)) && inOrder(string(text), most)
		}
	default:
		return nil
	}
	low, high := math.Inf(-1), math.Inf(1)
	for _, bound := range []struct {
		text string
		into *float64
	}{{least, &low}, {most, &high}} {
		if bound.text == "" {
			continue
		}
		f, err := strconv.ParseFloat(bound.text, 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			return nil
		}
		*bound.into = f
	}
	// A float is off by less than this part of itself; what is so near to a bound is tested.
	const near = 1e-12
	low += math.Abs(low) * near
	high -= math.Abs(high) * near
	return func(text []byte) bool {
		f, err := strconv.ParseFloat(string(text), 64)
		return err == nil && (least == "" || f > low || f == 0 && low == 0) && (most == "" || f < high || f == 0 && high == 0)
	}
}

func dateOrNone(text string) bool { return text == "" || len(text) == 10 && isDate([]byte(text)) }

// plainPattern is a pattern that means the same to PostgreSQL and to Go, where all of a text has
// to match: letters, digits and a few signs, classes of them, groups, alternatives, quantifiers.
var plainPattern = regexp.MustCompile(`^(?:[A-Za-z0-9 _:/@,;#%&=~"'-]|\[(?:[a-z]-[a-z]|[A-Z]-[A-Z]|[0-9]-[0-9]|[A-Za-z0-9 _])+\]|[()|*+?]|\{[0-9]{1,2}(?:,[0-9]{0,2})?\})+$`)

// matching takes texts that certainly match a pattern; nil where the server has to say it.
func matching(pattern string) prover {
	if !plainPattern.MatchString(pattern) || strings.Contains(pattern, "(?") {
		return nil
	}
	compiled, err := regexp.Compile(`\A(?:` + pattern + `)\z`)
	if err != nil {
		return nil
	}
	return compiled.Match
}
