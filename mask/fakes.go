package mask

import (
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/gyrodata/gyro/schema"
)

// tabled is a text of a table, drawn for each column by itself.
func tabled(name string, table []string) recipe {
	return recipe{name: name, kinds: texts, longest: longest(table), draw: func(text []byte, d draw) []byte {
		die := d.own()
		return append(text, die.of(table)...)
	}}
}

// shared is a text of a table, drawn alike for all columns of a row.
func shared(name string, f facet, table []string) recipe {
	return recipe{name: name, kinds: texts, longest: longest(table), draw: func(text []byte, d draw) []byte {
		return append(text, d.one(f, table)...)
	}}
}

// one is a text of a table for a facet of the row.
func (d draw) one(f facet, table []string) string {
	die := d.whole(f)
	return die.of(table)
}

// patterned is a pattern filled for each column by itself: # a digit, ? a capital letter.
func patterned(name, pattern string) recipe {
	return recipe{name: name, kinds: texts, least: len(pattern), longest: len(pattern), draw: func(text []byte, d draw) []byte {
		die := d.own()
		return appendPattern(text, &die, pattern)
	}}
}

// whole is a whole number of a die, from low to high, as far as the column has room.
func whole(name string, low, high int64) recipe {
	return recipe{name: name, kinds: numbers | texts, least: len(strconv.FormatInt(high, 10)), longest: 20, draw: func(text []byte, d draw) []byte {
		top := max(low, min(high, d.shape.whole()))
		die := d.own()
		return d.shape.appendWhole(text, low+int64(die.below(int(top-low+1))))
	}, fits: func(_ schema.Column, s *shape) string { return s.room(name, low, high) }}
}

// room says why whole numbers from low to high have no room in a column; "": they have.
func (s *shape) room(name string, low, high int64) string {
	if s.kind == text || s.kind == character {
		if s.length > 0 && max(len(strconv.FormatInt(low, 10)), len(strconv.FormatInt(high, 10))) > s.length {
			return name + ": the column is too short for " + strconv.FormatInt(high, 10)
		}
		return ""
	}
	if most := s.whole(); high > most || low < -most {
		return name + ": the column holds no number beyond " + strconv.FormatInt(most, 10)
	}
	return ""
}

// appendWhole writes a whole number as PostgreSQL prints it in a column of the shape.
func (s *shape) appendWhole(text []byte, n int64) []byte {
	text = strconv.AppendInt(text, n, 10)
	if s.kind == numeric && s.precision > 0 && s.scale > 0 {
		text = append(text, '.')
		for range s.scale {
			text = append(text, '0')
		}
	}
	return text
}

// appendDecimal writes units of 10^-places, as PostgreSQL prints them in a column of the shape.
func (s *shape) appendDecimal(text []byte, units int64, places int) []byte {
	if s.kind == numeric && s.precision > 0 {
		for ; places < s.scale && units < math.MaxInt64/10 && units > -math.MaxInt64/10; places++ {
			units *= 10
		}
		for ; places > s.scale; places-- {
			units /= 10
		}
	}
	negative := units < 0
	if negative {
		text = append(text, '-')
		units = -units
	}
	start := len(text)
	for n := uint64(units); ; n /= 10 { // from the back
		text = append(text, byte('0'+n%10))
		if done := len(text) - start; n < 10 && done > places {
			break
		}
	}
	for i, k := start, len(text)-1; i < k; i, k = i+1, k-1 {
		text[i], text[k] = text[k], text[i]
	}
	if places > 0 {
		text = append(text, 0)
		point := len(text) - 1 - places
		copy(text[point+1:], text[point:])
		text[point] = '.'
	}
	if s.kind == float4 || s.kind == float8 { // these print no zeros at the end
		for places > 0 && text[len(text)-1] == '0' {
			text, places = text[:len(text)-1], places-1
		}
		if text[len(text)-1] == '.' {
			text = text[:len(text)-1]
		}
		if negative && string(text[start:]) == "0" {
			text = append(text[:start-1], '0')
		}
	}
	return text
}

// degrees reads a number of a table.
func degrees(text string) float64 {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		panic("a table of this package: " + err.Error())
	}
	return f
}

// appendCapital writes a text whose first letter is made large.
func appendCapital(text []byte, word string) []byte {
	start := len(text)
	text = append(text, word...)
	if r, _ := utf8.DecodeRuneInString(word); 'a' <= r && r <= 'z' {
		text[start] -= 'a' - 'A'
	}
	return text
}
