package pgcsv

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// notation is how numbers are written.
type notation struct {
	decimal   byte
	thousands string
	currency  []byte
	percent   bool
	negative  Negative
	dressed   bool // one of the three
}

// newNotation says all that contradicts itself; it is nil where a column holds no numbers.
func newNotation(of Conversion) (_ *notation, mistakes []error) {
	mistake := func(format string, args ...any) { mistakes = append(mistakes, fmt.Errorf(format, args...)) }
	switch {
	case of.Decimal == "" && of.Thousands != "":
		mistake("thousands are said, but not what stands before the fraction (decimal)")
	case of.Decimal == "" && of.Dressed():
		mistake("it is said what numbers have around them (currency, percent, negative), but not what stands before the fraction (decimal)")
	case !slices.Contains([]string{"", ".", ","}, of.Decimal):
		mistake("decimal is neither a point nor a comma")
	}
	if !slices.Contains([]string{"", ".", ",", "'", " "}, of.Thousands) {
		mistake("thousands is neither a point, a comma, an apostrophe nor a blank")
	}
	if of.Decimal != "" && of.Decimal == of.Thousands {
		mistake("decimal and thousands are both %q", of.Decimal)
	}
	if !isCurrency(of.Currency) {
		mistake("a currency is a sign or a code: no digits, blanks at its ends, signs, parentheses, or marks of numbers alone")
	}
	if of.Negative > Parentheses {
		mistakes = append(mistakes, errors.New("how negative numbers are written is not one of the choices"))
	}
	if of.Decimal == "" || len(mistakes) > 0 {
		return nil, mistakes
	}
	return &notation{of.Decimal[0], of.Thousands, []byte(of.Currency), of.Percent, of.Negative, of.Dressed()}, nil
}

// isCurrency reports whether a text can stand at a number and be told from it.
func isCurrency(text string) bool {
	return strings.TrimSpace(text) == text && utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsNumber(r) || strings.ContainsRune("+-()%\u2212", r)
	}) && (text == "" || strings.Trim(text, ".,'\u2019\u00A0\u202F ") != "")
}

// convert appends a number as PostgreSQL writes it.
func (n *notation) convert(dst, text []byte) ([]byte, Rule) {
	if !n.dressed {
		start := len(dst)
		dst, broken := appendNumber(dst, text, n.decimal, n.thousands)
		if broken == NotANumber && n.isDressed(text) {
			return dst[:start], DressedNumber
		}
		return dst, broken
	}
	start := len(dst)
	bare, negative, ok := n.undress(text)
	if !ok {
		return dst, n.whyDressed(text)
	}
	if negative {
		dst = append(dst, '-')
	}
	dst, broken := appendNumber(dst, bare, n.decimal, n.thousands)
	if broken == "" && n.percent {
		dst, ok = hundredth(dst, start, negative)
	}
	switch {
	case broken == NotANumber, !ok:
		return dst[:start], n.whyDressed(text)
	case broken != "":
		return dst[:start], broken
	}
	return dst, ""
}

// undress takes off what a number has around it, each of it once: what is left has no sign.
func (n *notation) undress(text []byte) (bare []byte, negative, ok bool) {
	signed, paid, opened, closed, percented := false, false, false, false, false
	sign := func(is byte, size int, may bool) bool {
		if size == 0 || signed || !may {
			return false
		}
		signed, negative = true, is == '-'
		return true
	}
	currency := func(has func(s, part []byte) bool) bool {
		if paid || len(n.currency) == 0 || !has(text, n.currency) {
			return false
		}
		paid = true
		return true
	}
	for more := true; more; {
		is, size := signOf(text)
		switch {
		case sign(is, size, true):
			text = text[size:]
		case currency(bytes.HasPrefix):
			text = bytes.TrimLeftFunc(text[len(n.currency):], unicode.IsSpace)
		case n.negative == Parentheses && !opened && len(text) > 0 && text[0] == '(':
			text, opened = text[1:], true
		default:
			more = false
		}
	}
	for more := true; more; {
		is, size := signBehind(text)
		switch {
		case sign(is, size, n.negative == MinusBehind):
			text = text[:len(text)-size]
		case currency(bytes.HasSuffix):
			text = bytes.TrimRightFunc(text[:len(text)-len(n.currency)], unicode.IsSpace)
		case n.percent && !percented && bytes.HasSuffix(text, []byte{'%'}):
			text, percented = bytes.TrimRightFunc(text[:len(text)-1], unicode.IsSpace), true
		case opened && !closed && bytes.HasSuffix(text, []byte{')'}):
			text, closed = text[:len(text)-1], true
		default:
			more = false
		}
	}
	_, size := signOf(text)
	return text, negative || opened, size == 0 && opened == closed && (!opened || !signed) && percented == n.percent
}

// whyDressed tells a number with something around it that its column's have not, or without what they have, from what is none.
func (n *notation) whyDressed(text []byte) Rule {
	if _, broken := appendNumber(nil, text, n.decimal, n.thousands); broken == "" || n.isDressed(text) {
		return DressedNumber
	}
	return whyNoNumber(text, n.decimal)
}

// IsDressed reports whether a text is a number with a currency, a percent sign, parentheses or a minus behind it.
func IsDressed(text []byte) bool {
	return slices.ContainsFunc(numberWays, func(way [2]string) bool {
		return (&notation{decimal: way[0][0], thousands: way[1]}).isDressed(text)
	})
}

// isDressed reports whether a text is a number with something around it, of what is known.
func (n *notation) isDressed(text []byte) bool {
	var d dress
	if !d.add(text) || d == (dress{}) {
		return false
	}
	own := notation{n.decimal, n.thousands, []byte(d.currency), d.percent, d.negative, true}
	bare, _, ok := own.undress(text)
	if !ok {
		return false
	}
	_, broken := appendNumber(nil, bare, n.decimal, n.thousands)
	return broken == ""
}

// signBehind is the sign that text ends with, as signOf.
func signBehind(text []byte) (sign byte, size int) {
	const minus = "\u2212"
	switch {
	case len(text) == 0:
		return 0, 0
	case text[len(text)-1] == '+' || text[len(text)-1] == '-':
		return text[len(text)-1], 1
	case bytes.HasSuffix(text, []byte(minus)):
		return '-', len(minus)
	}
	return 0, 0
}

// hundredth divides the number that stands in dst from start on, which has no exponent, by a hundred: it keeps all its
// digits, and gets no zeros behind the point.
func hundredth(dst []byte, start int, signed bool) ([]byte, bool) {
	if bytes.IndexByte(dst[start:], 'e') >= 0 {
		return dst, false
	}
	if signed {
		start++
	}
	dst = slices.Insert(dst, start, '0', '0')
	point := bytes.IndexByte(dst[start:], '.')
	whole := point < 0
	if whole {
		dst = append(dst, '.')
		point = len(dst) - 1 - start
	}
	point += start
	copy(dst[point-1:], dst[point-2:point]) // the two digits before the point go behind it
	dst[point-2] = '.'
	if whole {
		dst = bytes.TrimRight(dst, "0")
		dst = bytes.TrimSuffix(dst, []byte{'.'})
	}
	for zeros := 0; zeros < 2 && dst[start] == '0' && len(dst) > start+1 && dst[start+1] != '.'; zeros++ {
		dst = slices.Delete(dst, start, start+1)
	}
	return dst, true
}
