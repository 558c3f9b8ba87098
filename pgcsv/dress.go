package pgcsv

import (
	"slices"
	"strings"
	"unicode"
)

// dress is what numbers have around them, as far as it is known by sight.
type dress struct {
	currency string
	percent  bool
	negative Negative
}

// currencyCodes are those of ISO 4217 that are most in use, and short names.
var currencyCodes = strings.Fields(`
	AED ARS AUD BGN BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP HKD HUF IDR ILS INR ISK JPY KES KRW KZT MAD MXN MYR NGN NOK NZD
	PEN PHP PKR PLN QAR RON RSD RUB SAR SEK SGD THB TRY TWD UAH USD UYU VND ZAR
	kr zł Kč`)

// knownCurrency reports whether a word is a currency to anyone: a sign, with the letters of a country before it (US$), or a code.
func knownCurrency(word string) bool {
	runes := []rune(word)
	if len(runes) == 0 {
		return false
	}
	letters := runes[:len(runes)-1]
	sign := unicode.Is(unicode.Sc, runes[len(runes)-1]) && len(letters) <= 2 &&
		!slices.ContainsFunc(letters, func(r rune) bool { return r < 'A' || r > 'Z' })
	return sign || slices.Contains(currencyCodes, word)
}

// add adds what one text shows; false where it is no number that is known, or of another kind than those before.
func (d *dress) add(text []byte) bool {
	word := strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) || unicode.IsSpace(r) || strings.ContainsRune(".,'\u2019+-()%\u2212", r) {
			return -1
		}
		return r
	}, string(text))
	switch {
	case word == "":
	case !knownCurrency(word), d.currency != "" && d.currency != word:
		return false
	default:
		d.currency = word
	}
	rest := strings.TrimRightFunc(strings.Replace(string(text), word, "", 1), func(r rune) bool { return unicode.IsSpace(r) || r == '%' })
	negative := MinusInFront
	_, behind := signBehind([]byte(rest))
	switch {
	case strings.ContainsRune(rest, '('):
		negative = Parentheses
	case behind > 0:
		negative = MinusBehind
	}
	if negative != MinusInFront && d.negative != MinusInFront && d.negative != negative {
		return false
	}
	d.negative = max(d.negative, negative)
	d.percent = d.percent || strings.ContainsRune(string(text), '%')
	return true
}
