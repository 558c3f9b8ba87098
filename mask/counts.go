package mask

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/schema"
)

// Integer writes a whole number from low to high; without them one of all that the column holds, from 0.
func Integer(between ...int64) gyro.Mask {
	low, high := int64(0), int64(math.MaxInt64)
	if len(between) > 0 {
		low = between[0]
	}
	if len(between) > 1 {
		high = between[1]
	}
	return integerBetween(low, high).mask()
}

func integerBetween(low, high int64) recipe {
	name := "integer"
	switch {
	case high < math.MaxInt64:
		name = fmt.Sprintf("integer(%d, %d)", low, high)
	case low != 0:
		name = fmt.Sprintf("integer(%d)", low)
	}
	if high < low {
		return failed(name, gyro.Text("the highest number is below the lowest"))
	}
	// span is how many numbers there are, less one, which uint64 always holds.
	span := func(s *shape) uint64 {
		top := high
		if high == math.MaxInt64 {
			top = max(low, s.whole())
		}
		return uint64(top) - uint64(low) //nolint:gosec // the difference is right, whatever the signs
	}
	return recipe{
		name: name, kinds: numbers | texts, longest: 20,
		fits: func(_ schema.Column, s *shape) string {
			if high == math.MaxInt64 {
				return s.room(name, low, low)
			}
			return s.room(name, low, high)
		},
		bits: func(s *shape) int {
			if n := span(s); n < math.MaxUint64 {
				return below(n + 1)
			}
			return 64
		},
		draw: func(text []byte, d draw) []byte {
			n, most := d.number(64), span(d.shape)
			if most < math.MaxUint64 {
				n %= most + 1
			}
			return d.shape.appendWhole(text, int64(n+uint64(low))) //nolint:gosec // between the two
		},
	}
}

// Decimal writes a number from low to high, with so many digits behind the point, or as many as the column has.
func Decimal(low, high float64, digits int) gyro.Mask { return decimal(low, high, digits).mask() }

func decimal(low, high float64, digits int) recipe {
	name := "decimal"
	if low != 0 || high != 1000 || digits != 2 {
		name = fmt.Sprintf("decimal(%s, %s, %d)", decimalText(low), decimalText(high), digits)
	}
	if digits < 0 || digits > 9 || !(low <= high) || math.Abs(low) > 1e9 || math.Abs(high) > 1e9 {
		return failed(name, gyro.Text("the highest number is to be above the lowest, both within 10^9, with up to 9 digits behind the point"))
	}
	unit := math.Pow10(digits)
	first, last := int64(math.Ceil(low*unit)), int64(math.Floor(high*unit))
	if last < first {
		return failed(name, gyro.Text("no number of so many digits lies between the two"))
	}
	size := 0
	for _, n := range []int64{first, last} {
		plain := shape{kind: text}
		size = max(size, len(plain.appendDecimal(nil, n, digits)))
	}
	return recipe{
		name: name, kinds: numeric | float4 | float8 | texts, least: size, longest: size,
		fits: func(_ schema.Column, s *shape) string {
			if s.kind == numeric && s.scale < 0 {
				return name + ": the column holds no digits behind the point"
			}
			if n := len(strconv.FormatInt(max(-first, last), 10)); s.kind == float4 && n > 6 || s.kind == float8 && n > 15 {
				return name + ": the column holds no number of so many digits"
			}
			if s.kind == numeric {
				return s.room(name, int64(low), int64(high))
			}
			return ""
		},
		draw: func(text []byte, d draw) []byte {
			die := d.own()
			return d.shape.appendDecimal(text, first+int64(die.below(int(last-first+1))), digits)
		},
	}
}

// Percent writes a number from 0 to 100, with two digits behind the point.
func Percent() gyro.Mask { return percent().mask() }

func percent() recipe {
	r := decimal(0, 100, 2)
	r.name = "percent"
	return r
}

// Boolean writes true or false: t or f, as PostgreSQL prints them.
func Boolean() gyro.Mask { return flag().mask() }

func flag() recipe {
	return recipe{name: "boolean", kinds: boolean | texts, least: 1, longest: 1, draw: func(text []byte, d draw) []byte {
		return append(text, "ft"[d.own().bit()])
	}}
}

// bit is one of the die's first number.
func (d die) bit() int { return int(d.next() >> 63) }

// Digits writes so many digits.
func Digits(length int) gyro.Mask { return digitsOf(length).mask() }

func digitsOf(length int) recipe {
	name := fmt.Sprintf("digits(%d)", length)
	if length < 1 || length > 18 {
		return failed(name, gyro.Text("the length is to be from 1 to 18"))
	}
	return numbered(name, strings.Repeat("#", length))
}

// Pattern writes a text with each # a digit and each ? a capital letter: "??-####".
func Pattern(format string) gyro.Mask { return pattern(format).mask() }

func pattern(format string) recipe {
	name := fmt.Sprintf("pattern(%q)", format)
	if !strings.ContainsAny(format, "#?") {
		return failed(name, gyro.Text("the pattern has neither # nor ?"))
	}
	r := patterned(name, format)
	r.least = utf8.RuneCountInString(format)
	r.longest = r.least
	return r
}
