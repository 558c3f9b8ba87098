package mask

import (
	"bytes"
	"errors"
	"strconv"
	"unicode/utf8"

	"github.com/gyrodata/gyro"
)

// What becomes of a text with marks: each is replaced by what a fake writes, as PostgreSQL writes it there.

// faker appends what a fake makes for a place.
type faker = func(text []byte, at gyro.Place) ([]byte, error)

// errMark is of a text that is not what the expression gives.
var errMark = errors.New("the source did not send the value as it was asked for")

// readMark reads a mark behind the run's own text: the part's number, a letter of JSON's type, ordinals or a digest. size is
// its length.
func readMark(text []byte) (at gyro.Place, kind byte, size int, err error) {
	i := 0
	for ; i < len(text) && text[i] >= '0' && text[i] <= '9'; i++ {
		at.Part = at.Part*10 + int(text[i]-'0')
		if i > 8 {
			return at, 0, 0, errMark
		}
	}
	if i == 0 || i == len(text) {
		return at, 0, 0, errMark
	}
	kind = text[i]
	i++
	end := i
	for end < len(text) && (text[end] >= '0' && text[end] <= '9' || text[end] >= 'a' && text[end] <= 'z') {
		end++
	}
	at.Tells = text[i:end]
	return at, kind, end, nil
}

// fillJSON replaces the marks of a jsonb's text; each is a whole string.
func fillJSON(value, marked, mark []byte, fake faker) ([]byte, error) {
	for {
		i := bytes.Index(marked, mark)
		if i < 0 {
			return append(value, marked...), nil
		}
		at, kind, size, err := readMark(marked[i+len(mark):])
		end := i + len(mark) + size
		if err != nil || i == 0 || marked[i-1] != '"' || end == len(marked) || marked[end] != '"' {
			return value, errMark
		}
		value = append(value, marked[:i]...) // with the quote before
		start := len(value)
		if value, err = fake(value, at); err != nil {
			return value, err
		}
		value = asJSON(value, start, kind)
		marked = marked[end+1:]
	}
}

// asJSON makes JSON of what stands from start on, behind a quote: a number or a boolean, where one stood there and this is one,
// else a string.
func asJSON(text []byte, start int, kind byte) []byte {
	bare := text[start:]
	switch {
	case kind == 'n' && isNumber(bare):
	case kind == 'b' && (string(bare) == "t" || string(bare) == "true"):
		return append(text[:start-1], "true"...)
	case kind == 'b' && (string(bare) == "f" || string(bare) == "false"):
		return append(text[:start-1], "false"...)
	default:
		return append(escape(text, start, &jsonEscape), '"')
	}
	copy(text[start-1:], bare)
	return text[:len(text)-1]
}

// PostgreSQL's numeric has so many digits before and behind the point.
const (
	digitsBefore = 131072
	digitsBehind = 16383
)

// isNumber reports whether a text is a number as jsonb prints it: no exponent, no -0, and digits before and behind the point.
func isNumber(text []byte) bool {
	unsigned := bytes.TrimPrefix(text, []byte("-"))
	before, behind, point := bytes.Cut(unsigned, []byte("."))
	digits := func(text []byte) bool {
		for _, c := range text {
			if c < '0' || c > '9' {
				return false
			}
		}
		return len(text) > 0
	}
	zero := len(bytes.Trim(unsigned, "0.")) == 0
	return digits(before) && (!point || digits(behind)) && (len(before) == 1 || before[0] != '0') &&
		len(before) <= digitsBefore && len(behind) <= digitsBehind && (!zero || len(unsigned) == len(text))
}

const hexDigits = "0123456789abcdef"

// jsonEscape is how a character stands in a string as PostgreSQL writes JSON; "": as it is.
var jsonEscape = func() (table [utf8.RuneSelf]string) {
	for c := range 0x20 {
		table[c] = `\u00` + string(hexDigits[c>>4]) + string(hexDigits[c&15])
	}
	for c, is := range map[byte]string{'"': `\"`, '\\': `\\`, '\b': `\b`, '\f': `\f`, '\n': `\n`, '\r': `\r`, '\t': `\t`} {
		table[c] = is
	}
	return table
}()

// backslash is how a character stands in quotes in an array or an hstore.
var backslash = func() (table [utf8.RuneSelf]string) {
	table['"'], table['\\'] = `\"`, `\\`
	return table
}()

// escape writes what stands from start on with the escapes of a table, in its place.
func escape(text []byte, start int, table *[utf8.RuneSelf]string) []byte {
	more := 0
	for _, c := range text[start:] {
		if c < utf8.RuneSelf && table[c] != "" {
			more += len(table[c]) - 1
		}
	}
	if more == 0 {
		return text
	}
	from := len(text) - 1
	for range more {
		text = append(text, 0)
	}
	for to := len(text); from >= start; from-- { // from the back: nothing is overwritten before it was read
		c := text[from]
		if c < utf8.RuneSelf && table[c] != "" {
			to -= len(table[c])
			copy(text[to:], table[c])
			continue
		}
		to--
		text[to] = c
	}
	return text
}

// fillArray makes an array's text of its bounds, =, and its elements in one dimension.
func fillArray(value, marked, mark []byte, fake faker) ([]byte, error) {
	bounds, flat, found := bytes.Cut(marked, []byte("="))
	var sizes [6]int // PostgreSQL has no more dimensions
	dims, said, ok := readBounds(bounds, &sizes)
	if !found || !ok || len(flat) < 2 || flat[0] != '{' {
		return value, errMark
	}
	if len(dims) == 0 {
		return append(value, flat...), nil
	}
	if said {
		value = append(append(value, bounds...), '=')
	}
	at := 1
	for n := 0; ; n++ {
		if n > 0 {
			value = append(value, ',')
		}
		for range turns(dims, n) {
			value = append(value, '{')
		}
		end := elementEnd(flat, at)
		if end >= len(flat) {
			return value, errMark
		}
		element := flat[at:end]
		if bytes.HasPrefix(element, mark) {
			place, _, size, err := readMark(element[len(mark):])
			if err != nil || len(mark)+size != len(element) {
				return value, errMark
			}
			value = append(value, '"')
			start := len(value)
			if value, err = fake(value, place); err != nil {
				return value, err
			}
			value = asElement(value, start)
		} else {
			value = append(value, element...)
		}
		for range turns(dims, n+1) {
			value = append(value, '}')
		}
		if at = end + 1; flat[end] == '}' {
			if n+1 != elementCount(dims) {
				return value, errMark
			}
			return value, nil
		}
	}
}

// readBounds reads the bounds of an array, "[1:3][0:1]": how many elements each dimension has. said: they stand in its
// text, for one does not begin at 1.
func readBounds(bounds []byte, sizes *[6]int) (dims []int, said, ok bool) {
	dims = sizes[:0]
	for len(bounds) > 0 {
		colon, end := bytes.IndexByte(bounds, ':'), bytes.IndexByte(bounds, ']')
		if bounds[0] != '[' || colon < 0 || end < colon || len(dims) == len(sizes) {
			return nil, false, false
		}
		low, err := strconv.Atoi(string(bounds[1:colon]))
		high, other := strconv.Atoi(string(bounds[colon+1 : end]))
		if err != nil || other != nil || high < low {
			return nil, false, false
		}
		said = said || low != 1
		dims, bounds = append(dims, high-low+1), bounds[end+1:]
	}
	return dims, said, true
}

// turns is how many of an array's braces turn before its n-th element.
func turns(dims []int, n int) int {
	size, count := 1, 0
	for i := len(dims) - 1; i >= 0; i-- {
		if size *= dims[i]; n%size == 0 {
			count++
		}
	}
	return count
}

func elementCount(dims []int) int {
	size := 1
	for _, n := range dims {
		size *= n
	}
	return size
}

// elementEnd is where the element that begins at at ends: at a comma or a brace.
func elementEnd(flat []byte, at int) int {
	if at < len(flat) && flat[at] == '"' {
		for at++; at < len(flat) && flat[at] != '"'; at++ {
			if flat[at] == '\\' {
				at++
			}
		}
		at++
	}
	for at < len(flat) && flat[at] != ',' && flat[at] != '}' {
		at++
	}
	return at
}

// asElement makes an array's element of what stands from start on, behind a quote: without it where none is needed.
func asElement(text []byte, start int) []byte {
	bare := text[start:]
	quoted := len(bare) == 0 || len(bare) == 4 && bytes.EqualFold(bare, []byte("NULL"))
	for _, c := range bare {
		switch c {
		case '"', '\\', '{', '}', ',', ' ', '\t', '\n', '\r', '\v', '\f':
			quoted = true
		}
	}
	if quoted {
		return append(escape(text, start, &backslash), '"')
	}
	copy(text[start-1:], bare)
	return text[:len(text)-1]
}

// fillHStore makes an hstore's text of a jsonb's text, whose order is the same: by the keys' lengths and bytes.
func fillHStore(value, marked, mark []byte, fake faker) ([]byte, error) {
	if len(marked) < 2 || marked[0] != '{' {
		return value, errMark
	}
	rest := marked[1:]
	for first := true; ; first = false {
		if len(rest) == 1 && rest[0] == '}' {
			return value, nil
		}
		if !first {
			if !bytes.HasPrefix(rest, []byte(", ")) {
				return value, errMark
			}
			value, rest = append(value, ", "...), rest[2:]
		}
		var err error
		if value, rest, err = appendWord(value, rest, nil, nil); err != nil {
			return value, err
		}
		if !bytes.HasPrefix(rest, []byte(": ")) {
			return value, errMark
		}
		value, rest = append(value, "=>"...), rest[2:]
		if bytes.HasPrefix(rest, []byte("null")) {
			value, rest = append(value, "NULL"...), rest[4:]
			continue
		}
		if value, rest, err = appendWord(value, rest, mark, fake); err != nil {
			return value, err
		}
	}
}

// appendWord writes the JSON string that rest begins with as an hstore has it, or what a fake makes in its place.
func appendWord(value, rest, mark []byte, fake faker) (_, _ []byte, err error) {
	if len(rest) == 0 || rest[0] != '"' {
		return value, rest, errMark
	}
	rest = rest[1:]
	value = append(value, '"')
	if fake != nil && bytes.HasPrefix(rest, mark) {
		at, _, size, err := readMark(rest[len(mark):])
		if size += len(mark); err != nil || size >= len(rest) || rest[size] != '"' {
			return value, rest, errMark
		}
		start := len(value)
		if value, err = fake(value, at); err != nil {
			return value, rest, err
		}
		return append(escape(value, start, &backslash), '"'), rest[size+1:], nil
	}
	for i := 0; i < len(rest); i++ {
		c := rest[i]
		switch {
		case c == '"':
			return append(value, '"'), rest[i+1:], nil
		case c != '\\':
			value = append(value, c)
			continue
		case i+1 == len(rest):
			return value, rest, errMark
		}
		i++
		switch c = rest[i]; c {
		case 'b':
			c = '\b'
		case 'f':
			c = '\f'
		case 'n':
			c = '\n'
		case 'r':
			c = '\r'
		case 't':
			c = '\t'
		case 'u':
			if i+4 >= len(rest) {
				return value, rest, errMark
			}
			n, err := strconv.ParseUint(string(rest[i+1:i+5]), 16, 7)
			if err != nil { // PostgreSQL writes control characters alone so
				return value, rest, errMark
			}
			c, i = byte(n), i+4
		}
		if c == '"' || c == '\\' {
			value = append(value, '\\')
		}
		value = append(value, c)
	}
	return value, rest, errMark
}
