package pgcsv

import "bytes"

// appendNumber appends a number as PostgreSQL writes it: a sign, digits, and, if it is there, a
// point with digits and an exponent. Thousands stand between groups of three digits all through
// the number, or nowhere.
func appendNumber(dst, text []byte, decimal byte, thousands string) ([]byte, Rule) {
	whole := text
	if sign, size := signOf(text); size > 0 {
		if sign == '-' {
			dst = append(dst, sign)
		}
		text = text[size:]
	}
	dst, text, ok := appendWhole(dst, text, thousands)
	if !ok {
		return dst, whyNoNumber(whole, decimal)
	}
	if len(text) > 0 && text[0] == decimal {
		n := digits(text[1:])
		if n == 0 {
			return dst, whyNoNumber(whole, decimal)
		}
		dst = append(append(dst, '.'), text[1:1+n]...)
		text = text[1+n:]
	}
	if len(text) > 1 && (text[0] == 'e' || text[0] == 'E') {
		sign, size := signOf(text[1:])
		rest := text[1+size:]
		if n := digits(rest); n > 0 && n == len(rest) {
			dst = append(dst, 'e')
			if sign == '-' {
				dst = append(dst, sign)
			}
			return append(dst, rest...), ""
		}
	}
	if len(text) > 0 {
		return dst, whyNoNumber(whole, decimal)
	}
	return dst, ""
}

// appendWhole appends the digits before the fraction, and gives the rest. A fraction alone
// gets a 0.
func appendWhole(dst, text []byte, thousands string) (_, rest []byte, ok bool) {
	n := digits(text)
	if n == 0 {
		return append(dst, '0'), text, len(text) > 1 && (text[0] == '.' || text[0] == ',')
	}
	first := len(dst)
	dst, text = append(dst, text[:n]...), text[n:]
	if thousands == "" || n > 3 {
		return dst, text, true
	}
	for {
		size := separator(text, thousands)
		if size == 0 {
			return dst, text, true
		}
		if digits(text[size:]) != 3 || dst[first] == '0' { // 0.123 is a fraction, whatever is said
			return dst, text, false
		}
		dst, text = append(dst, text[size:size+3]...), text[size+3:]
	}
}

// separator is the size of the separator that text begins with. A blank may be one that does
// not break, an apostrophe a typographic one.
func separator(text []byte, thousands string) int {
	candidates := [...]string{thousands, "", ""}
	switch thousands {
	case " ":
		candidates = [...]string{" ", "\u00A0", "\u202F"}
	case "'":
		candidates = [...]string{"'", "\u2019", ""}
	}
	for _, c := range candidates {
		if c != "" && bytes.HasPrefix(text, []byte(c)) {
			return len(c)
		}
	}
	return 0
}

// signOf is the sign that text begins with, as ASCII; the minus may be the typographic one.
func signOf(text []byte) (sign byte, size int) {
	const minus = "\u2212"
	switch {
	case len(text) == 0:
		return 0, 0
	case text[0] == '+' || text[0] == '-':
		return text[0], 1
	case bytes.HasPrefix(text, []byte(minus)):
		return '-', len(minus)
	}
	return 0, 0
}

// digits is how many digits text begins with.
func digits(text []byte) int {
	for i, c := range text {
		if c < '0' || c > '9' {
			return i
		}
	}
	return len(text)
}

// whyNoNumber tells a number that is written otherwise than it should be from what is none: it
// is all digits, points and commas, so that it would be a number to someone.
func whyNoNumber(text []byte, decimal byte) Rule {
	_, size := signOf(text)
	text = text[size:]
	other := byte(',')
	if decimal == ',' {
		other = '.'
	}
	if digits(text) == 0 || bytes.IndexByte(text, other) < 0 {
		return NotANumber
	}
	for _, c := range text {
		if (c < '0' || c > '9') && c != '.' && c != ',' {
			return NotANumber
		}
	}
	return AmbiguousNumber
}
