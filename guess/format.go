package guess

import (
	"slices"
	"strings"

	"github.com/gyrodata/gyro/pgcsv"
	"github.com/gyrodata/gyro/schema"
)

// formatClass is what of a format a type can be meant by: see formatOf.
type formatClass uint8

const (
	otherClass formatClass = iota
	textClass
	numberClass
	dateClass
	timeClass
	booleanClass
)

func classOf(t schema.Type) formatClass {
	switch {
	case t.Word():
		return textClass
	case t.Number():
		return numberClass
	case t.Date():
		return dateClass
	case t.Time():
		return timeClass
	case t.Boolean():
		return booleanClass
	}
	return otherClass
}

// fits reports whether a header's values can be of a column's type, by their kind.
func (g *guessing) fits(header int, c schema.Column) bool {
	guess := g.kinds[header]
	if guess.Kind == pgcsv.NoKind {
		return true
	}
	switch classOf(c.DataType()) {
	case numberClass:
		return guess.Kind == pgcsv.Integer || guess.Kind == pgcsv.Numeric && (!c.DataType().Integer() || g.wholeWay(guess, header) != nil) || guess.Conversion.Date == packedDate || g.looksLike(header, c)
	case dateClass:
		return guess.Kind == pgcsv.Date || guess.Kind == pgcsv.Timestamp || guess.Kind == pgcsv.TimestampTZ
	case timeClass:
		return guess.Kind == pgcsv.Time
	case booleanClass:
		return guess.Kind == pgcsv.Boolean || guess.Kind == pgcsv.Integer && g.proved(header, pgcsv.Conversion{Trim: true, True: []string{"1"}, False: []string{"0"}}, c)
	case otherClass:
		return c.Values() == nil || g.looksLike(header, c)
	}
	return true
}

// packedDate is the pattern of dates that may be numbers.
const packedDate = "YYYYMMDD"

// looksLike reports whether all of a header's values are of a type as they stand, and there are some.
func (g *guessing) looksLike(header int, c schema.Column) bool {
	guess := g.kinds[header]
	switch {
	case guess.Kind == pgcsv.NoKind || c.Values() == nil:
		return false
	case classOf(c.DataType()) == textClass:
		return true
	}
	return g.proved(header, pgcsv.Conversion{Trim: true, Nulls: guess.Conversion.Nulls}, c)
}

// proved reports whether all of a header's values are of a column's type after a conversion.
func (g *guessing) proved(header int, as pgcsv.Conversion, c schema.Column) bool {
	prove := c.Values()
	return g.each(header, as, func(text []byte) bool { return prove == nil || prove(text) })
}

// each reports whether a conversion takes all of a header's cells, and is what its values then are.
func (g *guessing) each(header int, as pgcsv.Conversion, is func([]byte) bool) bool {
	convert, err := pgcsv.NewConverter(as)
	if err != nil {
		return false
	}
	var memory [64]byte
	for _, cell := range g.cells[header] {
		text, null, broken := convert.Convert(memory[:0], cell)
		if broken != "" || !null && !is(text) {
			return false
		}
	}
	return true
}

func anyText([]byte) bool { return true }

// wholeWay is the way of reading a header's numbers that makes them whole ones: of 1.234 that with
// a point of thousands.
func (g *guessing) wholeWay(guess pgcsv.Guess, header int) *pgcsv.Conversion {
	whole := func(text []byte) bool { return !strings.Contains(string(text), ".") }
	for _, way := range append([]pgcsv.Conversion{guess.Conversion}, guess.Others...) {
		if g.each(header, way, whole) {
			return &way
		}
	}
	return nil
}

// formatUse is a column whose format is to be found.
type formatUse struct {
	match  *columnMatch
	column schema.Column
	header int
	class  formatClass
	guess  pgcsv.Guess
	want   pgcsv.Conversion
	unsure bool // other ways of reading fit as well
}

// convert finds the formats of the columns that were matched, and puts what they have in common into
// the importer's CSV.
func (g *guessing) convert() {
	var uses, texts []*formatUse
	for _, c := range g.table.Columns {
		match := g.found[c.Name]
		switch {
		case match == nil || match.open:
		case match.header >= 0:
			u := g.use(match, c)
			uses = append(uses, u)
		default:
			for _, header := range match.uses {
				texts = append(texts, &formatUse{match: match, header: header, class: textClass, guess: g.kinds[header]})
			}
		}
	}
	for _, class := range []formatClass{numberClass, dateClass, booleanClass} {
		g.share(class, uses)
	}
	g.shareWords(append(slices.Clone(uses), texts...))
	for _, u := range uses {
		u.match.format = u.want
		g.doubt(u)
	}
	g.zone(uses)
}

// use takes of a header's guess what its column's type can be meant by.
func (g *guessing) use(match *columnMatch, c schema.Column) *formatUse {
	u := &formatUse{match: match, column: c, header: match.header, class: classOf(c.DataType()), guess: g.kinds[match.header]}
	kind := u.guess.Kind
	meant := false
	switch u.class {
	case numberClass:
		meant = kind == pgcsv.Numeric
		if way := g.wholeWay(u.guess, u.header); meant && c.DataType().Integer() && way != nil {
			u.guess.Conversion, u.guess.Others = *way, nil
			u.guess.Doubts = slices.DeleteFunc(slices.Clone(u.guess.Doubts), func(d string) bool { return slices.Contains(u.guess.Choices, d) })
		}
	case dateClass:
		meant = kind == pgcsv.Date || kind == pgcsv.Timestamp
	case timeClass:
		meant = kind == pgcsv.Time
	case booleanClass:
		meant = kind == pgcsv.Boolean && !plainBoolean(u.guess.Conversion)
	}
	if meant {
		u.want, u.unsure = u.guess.Conversion, len(u.guess.Others) > 0
	}
	if u.class != textClass && kind != pgcsv.Text {
		u.want.Empty = u.guess.Conversion.Empty
	}
	u.want.Trim, u.want.Nulls = false, nil // shareWords puts them in
	return u
}

// plainBoolean reports whether the server reads a boolean's words itself.
func plainBoolean(c pgcsv.Conversion) bool {
	return len(c.True) == 1 && len(c.False) == 1 && slices.Contains([][2]string{{"true", "false"}, {"t", "f"}, {"yes", "no"}, {"y", "n"}, {"on", "off"}}, [2]string{c.True[0], c.False[0]})
}

// share puts into the importer's CSV the one way in which all columns of a class are written. What
// a column alone leaves open, the others may decide.
func (g *guessing) share(class formatClass, uses []*formatUse) {
	// What is around the numbers of one column, others need not have.
	uses = slices.DeleteFunc(slices.Clone(uses), func(u *formatUse) bool { return u.class != class || u.want.Dressed() })
	decideDates(uses)
	var sure, unsure []pgcsv.Conversion
	for _, u := range uses {
		way := spokenOnly(u.want)
		switch {
		case u.unsure:
			unsure = append(unsure, way)
		case way.Typed():
			sure = append(sure, way)
		}
	}
	ways, decided := sure, true
	if len(ways) == 0 {
		ways, decided = unsure, false
	}
	way, ok := common(ways)
	if !ok || !way.Typed() {
		return
	}
	for _, u := range uses {
		if slices.Contains(way.False, "") && !slices.Equal(u.want.False, way.False) {
			return // elsewhere no text may be NULL
		}
		if !u.misfit() && !g.each(u.header, g.under(u, way), anyText) {
			return // each says its own
		}
	}
	for _, u := range uses {
		if u.unsure && decided {
			u.decided()
		}
		empty := u.want.Empty
		u.want = pgcsv.Conversion{Empty: empty}
	}
	f := &g.Importer.CSV.Format
	f.Decimal, f.Thousands = f.Decimal+way.Decimal, f.Thousands+way.Thousands
	f.Date, f.Language = f.Date+way.Date, f.Language+way.Language
	f.True, f.False = append(f.True, way.True...), append(f.False, way.False...)
}

// decided says that other columns chose between the ways of reading this one.
func (u *formatUse) decided() {
	u.unsure = false
	u.guess.Doubts = slices.DeleteFunc(slices.Clone(u.guess.Doubts), func(d string) bool { return slices.Contains(u.guess.Choices, d) })
	u.guess.Choices = []string{"another way of reading it fits, too: it is read as the others are"}
	u.guess.Doubts = append(u.guess.Doubts, u.guess.Choices...)
}

// decideDates reads days first where other columns show it beyond doubt, with times of day or without.
func decideDates(uses []*formatUse) {
	for _, u := range uses {
		if !u.unsure || u.want.Date == "" {
			continue
		}
		for _, way := range append([]pgcsv.Conversion{u.want}, u.guess.Others...) {
			if slices.ContainsFunc(uses, func(o *formatUse) bool {
				return !o.unsure && o.want.Date != "" && (strings.HasPrefix(o.want.Date, way.Date) || strings.HasPrefix(way.Date, o.want.Date))
			}) {
				u.want.Date, u.want.Language = way.Date, way.Language
				u.decided()
				break
			}
		}
	}
}

// under is a column's format under a way of the file's.
func (g *guessing) under(u *formatUse, way pgcsv.Conversion) pgcsv.Conversion {
	way.Trim, way.Nulls, way.Empty = u.guess.Conversion.Trim, u.guess.Conversion.Nulls, u.want.Empty
	return way
}

// misfit reports whether values are of another kind than the column's type.
func (u *formatUse) misfit() bool {
	switch u.class {
	case numberClass, dateClass, timeClass, booleanClass:
		return u.guess.Kind == pgcsv.Text
	}
	return false
}

func spokenOnly(c pgcsv.Conversion) pgcsv.Conversion {
	return pgcsv.Conversion{Decimal: c.Decimal, Thousands: c.Thousands, Date: c.Date, Language: c.Language, True: c.True, False: c.False}
}

// common is the one way that all are; numbers may differ by having thousands or not.
func common(ways []pgcsv.Conversion) (pgcsv.Conversion, bool) {
	if len(ways) == 0 {
		return pgcsv.Conversion{}, false
	}
	one := ways[0]
	for _, way := range ways[1:] {
		if one.Thousands == "" && way.Decimal == one.Decimal {
			one.Thousands = way.Thousands
		}
	}
	for _, way := range ways {
		if way.Decimal != one.Decimal || way.Thousands != "" && way.Thousands != one.Thousands ||
			way.Date != one.Date || way.Language != one.Language || !slices.Equal(way.True, one.True) || !slices.Equal(way.False, one.False) {
			return pgcsv.Conversion{}, false
		}
	}
	return one, true
}

// shareWords says for all columns whether blanks are cut, and which words are NULL wherever they
// stand; others are said at their columns.
func (g *guessing) shareWords(uses []*formatUse) {
	all := &g.Importer.CSV.Format
	for _, u := range uses {
		all.Trim = all.Trim || u.guess.Conversion.Trim
		for _, word := range u.guess.Conversion.Nulls {
			if !slices.Contains(u.guess.Weak, word) && !slices.Contains(all.Nulls, word) {
				all.Nulls = append(all.Nulls, word)
			}
		}
	}
	slices.Sort(all.Nulls)
	for _, u := range uses {
		if u.class == textClass || u.guess.Kind == pgcsv.Text || len(u.guess.Weak) == 0 {
			continue
		}
		u.want.Nulls = append(slices.Clone(all.Nulls), u.guess.Weak...)
		slices.Sort(u.want.Nulls)
	}
}
