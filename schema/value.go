package schema

import (
	"bytes"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Values reports whether PostgreSQL certainly takes a text as a value of a type. Where it is in
// doubt it says no, and the server is to be asked: it alone decides what is wrong.
type Values func(text []byte) bool

// Values knows certain values of the column's type; nil: all texts have to be tested.
func (c Column) Values() Values {
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
	t := c.DataType()
	switch t.Base {
	case "text":
		return func([]byte) bool { return true }
	case "character varying", "character":
		most, err := strconv.Atoi(t.Size)
		if err != nil { // without a length
			most = 1
			if t.Base == "character varying" {
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
		return decimal(t.Size)
	case "boolean":
		return func(text []byte) bool { return len(text) == 1 && (text[0] == 't' || text[0] == 'f') }
	case "date":
		return func(text []byte) bool { return len(text) == 10 && isDate(text) }
	case "timestamp without time zone", "timestamp with time zone":
		return IsTimestamp
	case "uuid":
		return isUUID
	}
	return nil
}

// whole takes whole numbers of so many digits.
func whole(digits int) Values {
	return func(text []byte) bool {
		text = bytes.TrimPrefix(text, []byte("-"))
		return len(text) > 0 && len(text) <= digits && isDigits(text)
	}
}

// decimal takes numbers that a numeric of this size has room for.
func decimal(size string) Values {
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

// IsTimestamp reports whether a text is a timestamp as PostgreSQL prints one, without a zone: it takes 2026-12-31, and with 23:59:59 behind it.
func IsTimestamp(text []byte) bool {
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

// Within knows values of the type that certainly lie within two bounds, of which one may be empty; nil
// where that can't be told: of numbers, and of dates, in the form that Values takes.
func (t Type) Within(least, most string) Values {
	inOrder := func(a, b string) bool { return a == "" || b == "" || a <= b }
	switch t.Base {
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

// Literal says what is wrong with a text that stands for a value of the type in a program or a file,
// as far as it would be misread in silence: a date that is not written as PostgreSQL writes it. Empty:
// nothing is known to be wrong.
func (t Type) Literal(text string) string {
	if t.Date() && strings.ContainsAny(text, "0123456789") && (len(text) < 10 || !isDate([]byte(text[:10]))) && !strings.HasPrefix(text, "infinity") {
		return "it is no date of the form 2026-12-31"
	}
	return ""
}

// Misreading is how PostgreSQL would take a text for another value than the one that is written, without a
// word.
type Misreading int

// The misreadings.
const (
	ReadAsWritten Misreading = iota
	ReadByGuess              // a date or time in an order, a form or a zone that only the server's settings know
	ReadRounded              // digits that the type has no room for would go
)

// isoTimestamp is a date, with a time and a zone behind it or not, in the one order that no setting changes.
var isoTimestamp = regexp.MustCompile(`^[0-9]{4,6}-[0-9]{1,2}-[0-9]{1,2}(?:[ T]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.([0-9]+))?)?)( ?(?:Z|[+-][0-9]{2}(?::?[0-9]{2}(?::[0-9]{2})?)?| [A-Z][A-Za-z_]+/[A-Z][A-Za-z_/-]+))?)?(?: BC)?$`)

// isoTime is a time of day, with a zone behind it or not.
var isoTime = regexp.MustCompile(`^[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.([0-9]+))?)?( ?(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?))?$`)

// Misread gives what says how PostgreSQL would misread a text as a value of the type, where a foreign file has it:
// dates and times that are not written as year, month, day and hours, minutes, seconds, "now" and "today", a zone that
// is ignored or a name that is none of a place, a time that a date drops, more digits than a numeric or a timestamp
// keeps. Of a text that is no value at all the server says so itself. nil: it misreads nothing.
func (t Type) Misread() func(text []byte) Misreading {
	switch {
	case t.Base == "date":
		return func(text []byte) Misreading {
			if len(text) == 10 && isDate(text) {
				return ReadAsWritten
			}
			return t.misreadDay(text, 0)
		}
	case t.Date():
		keeps := digitsKept(t.Size, 6)
		return func(text []byte) Misreading {
			if IsTimestamp(text) {
				return ReadAsWritten
			}
			return t.misreadDay(text, keeps)
		}
	case t.Time():
		keeps := digitsKept(t.Size, 6)
		return func(text []byte) Misreading {
			found := isoTime.FindSubmatch(text)
			if found == nil || t.Base != "time with time zone" && len(found[2]) > 0 {
				return ReadByGuess
			}
			return rounded(found[1], keeps)
		}
	case t.Base == "numeric" && t.Size != "":
		_, scale, _ := strings.Cut(t.Size, ",")
		return roundedNumber(digitsKept(strings.TrimSpace(scale), 0))
	case t.Base == "money":
		return roundedNumber(2)
	}
	return nil
}

// misreadDay is Misread of dates and timestamps that are not written as most are.
func (t Type) misreadDay(text []byte, keeps int) Misreading {
	if strings.EqualFold(strings.TrimPrefix(string(text), "-"), "infinity") {
		return ReadAsWritten
	}
	found := isoTimestamp.FindSubmatch(text)
	if found == nil || t.Base == "date" && len(found[1]) > 0 || !t.Zoned() && len(found[3]) > 0 {
		return ReadByGuess
	}
	return rounded(found[2], keeps)
}

// digitsKept is how many digits behind the point a type keeps, by its size.
func digitsKept(size string, otherwise int) int {
	if n, err := strconv.Atoi(size); err == nil {
		return max(0, n)
	}
	return otherwise
}

// rounded says whether a fraction has more digits than are kept.
func rounded(fraction []byte, keeps int) Misreading {
	if len(fraction) > keeps && len(bytes.TrimRight(fraction, "0")) > keeps {
		return ReadRounded
	}
	return ReadAsWritten
}

func roundedNumber(keeps int) func(text []byte) Misreading {
	return func(text []byte) Misreading {
		i := bytes.IndexByte(text, '.')
		if i < 0 || len(text)-i-1 <= keeps || !isDigits(text[i+1:]) {
			return ReadAsWritten
		}
		return rounded(text[i+1:], keeps)
	}
}
