package pgcsv

import (
	"bytes"
	"slices"
)

// numberWays are the ways of writing numbers, those that PostgreSQL reads itself first.
var numberWays = [][2]string{{".", ""}, {",", ""}, {".", ","}, {",", "."}, {",", " "}, {".", " "}, {".", "'"}, {",", "'"}}

func (g *guessing) numeric() bool {
	fit := g.fitting(dress{})
	var d dress
	if len(fit) == 0 && g.all(d.add) {
		fit = g.fitting(d)
	}
	if len(fit) == 0 {
		return false
	}
	way, others := fit[0], fit[1:]
	g.settle(Numeric)
	// 1.234 and 1,234: with all fractions of three digits, a thousand may be meant.
	thousands := func(w Conversion) bool { return w.Thousands == "," || w.Thousands == "." }
	if other := slices.IndexFunc(others, func(w Conversion) bool { return w.Decimal != way.Decimal && thousands(w) && !g.sameNumbers(way, w) }); other >= 0 && way.Thousands == "" {
		g.other(func(c *Conversion) { c.takeNumbers(others[other]) })
		g.choice("the %s is taken for what stands before the fraction, but it may be that of thousands", map[string]string{".": "point", ",": "comma"}[way.Decimal])
	}
	if d != (dress{}) || way.Decimal != "." || way.Thousands != "" || !g.all(isPoint) {
		g.Conversion.takeNumbers(way)
	}
	g.dressed(d)
	return true
}

// fitting are the ways of writing numbers that all values are written in.
func (g *guessing) fitting(d dress) (fit []Conversion) {
	for _, way := range numberWays {
		c := Conversion{Decimal: way[0], Thousands: way[1], Currency: d.currency, Percent: d.percent, Negative: d.negative}
		n, mistakes := newNotation(c)
		if len(mistakes) == 0 && g.all(func(v []byte) bool { _, broken := n.convert(nil, v); return broken == "" }) {
			fit = append(fit, c)
		}
	}
	return fit
}

// sameNumbers says whether each value is the same number in both ways of writing.
func (g *guessing) sameNumbers(a, b Conversion) bool {
	x, _ := newNotation(a)
	y, _ := newNotation(b)
	return g.all(func(v []byte) bool {
		one, _ := x.convert(nil, v)
		other, _ := y.convert(nil, v)
		return bytes.Equal(one, other)
	})
}

// takeNumbers takes what another conversion says of numbers.
func (c *Conversion) takeNumbers(of Conversion) {
	c.Decimal, c.Thousands, c.Currency, c.Percent, c.Negative = of.Decimal, of.Thousands, of.Currency, of.Percent, of.Negative
}

// dressed tells what is read from what numbers have around them.
func (g *guessing) dressed(d dress) {
	has := func(v []byte) bool { return bytes.Contains(v, []byte(d.currency)) }
	switch {
	case d.currency == "":
	case g.all(has):
		g.doubt("its numbers have %q, which is not kept", d.currency)
	default:
		g.doubt("%q, which some of its numbers have, is not kept", d.currency)
	}
	if d.percent {
		g.doubt("percents are taken for parts of one: 12.5%% is 0.125; expr: \"value::numeric * 100\" would keep 12.5")
	}
	if d != (dress{}) && (slices.Contains(g.weak, "-") || slices.Contains(g.weak, "–")) {
		g.doubt("a dash is taken for NULL, and may be a zero")
	}
}
