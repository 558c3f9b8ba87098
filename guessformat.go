package gyro

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

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

func classOf(typ string) formatClass {
	base, _, _ := strings.Cut(typ, "(")
	switch base = strings.TrimSpace(base); base {
	case "text", "character varying", "character", "citext", "name":
		return textClass
	case "smallint", "integer", "bigint", "numeric", "real", "double precision", "money":
		return numberClass
	case "date", "timestamp", "timestamp without time zone", "timestamp with time zone":
		return dateClass
	case "time without time zone", "time with time zone", "time":
		return timeClass
	case "boolean":
		return booleanClass
	}
	return otherClass
}

// fits reports whether a header's values can be of a column's type, by their kind.
func (g *sheetGuessing) fits(header int, c schema.Column) bool {
	guess := g.kinds[header]
	if guess.Kind == pgcsv.NoKind {
		return true
	}
	switch classOf(c.Type) {
	case numberClass:
		return guess.Kind == pgcsv.Integer || guess.Kind == pgcsv.Numeric && (kindOf(c.Type) != "integer" || g.wholeWay(guess, header) != nil) || guess.Conversion.Date == packedDate || g.looksLike(header, c)
	case dateClass:
		return guess.Kind == pgcsv.Date || guess.Kind == pgcsv.Timestamp || guess.Kind == pgcsv.TimestampTZ
	case timeClass:
		return guess.Kind == pgcsv.Time
	case booleanClass:
		return guess.Kind == pgcsv.Boolean || guess.Kind == pgcsv.Integer && g.proved(header, pgcsv.Conversion{Trim: true, True: []string{"1"}, False: []string{"0"}}, c)
	case otherClass:
		return proverOf(c) == nil || g.looksLike(header, c)
	}
	return true
}

// packedDate is the pattern of dates that may be numbers.
const packedDate = "YYYYMMDD"

// looksLike reports whether all of a header's values are of a type as they stand, and there are some.
func (g *sheetGuessing) looksLike(header int, c schema.Column) bool {
	guess := g.kinds[header]
	switch {
	case guess.Kind == pgcsv.NoKind || proverOf(c) == nil:
		return false
	case classOf(c.Type) == textClass:
		return true
	}
	return g.proved(header, pgcsv.Conversion{Trim: true, Nulls: guess.Conversion.Nulls}, c)
}

// proved reports whether all of a header's values are of a column's type after a conversion.
func (g *sheetGuessing) proved(header int, as pgcsv.Conversion, c schema.Column) bool {
	prove := proverOf(c)
	return g.each(header, as, func(text []byte) bool { return prove == nil || prove(text) })
}

// each reports whether a conversion takes all of a header's cells, and is what its values then are.
func (g *sheetGuessing) each(header int, as pgcsv.Conversion, is func([]byte) bool) bool {
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
func (g *sheetGuessing) wholeWay(guess pgcsv.Guess, header int) *pgcsv.Conversion {
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
func (g *sheetGuessing) convert() {
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
func (g *sheetGuessing) use(match *columnMatch, c schema.Column) *formatUse {
	u := &formatUse{match: match, column: c, header: match.header, class: classOf(c.Type), guess: g.kinds[match.header]}
	kind := u.guess.Kind
	meant := false
	switch u.class {
	case numberClass:
		meant = kind == pgcsv.Numeric
		if way := g.wholeWay(u.guess, u.header); meant && kindOf(c.Type) == "integer" && way != nil {
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
func (g *sheetGuessing) share(class formatClass, uses []*formatUse) {
	uses = slices.DeleteFunc(slices.Clone(uses), func(u *formatUse) bool { return u.class != class })
	decideDates(uses)
	var sure, unsure []pgcsv.Conversion
	for _, u := range uses {
		way := spokenOnly(u.want)
		switch {
		case u.unsure:
			unsure = append(unsure, way)
		case spoken(way):
			sure = append(sure, way)
		}
	}
	ways, decided := sure, true
	if len(ways) == 0 {
		ways, decided = unsure, false
	}
	way, ok := common(ways)
	if !ok || !spoken(way) {
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
func (g *sheetGuessing) under(u *formatUse, way pgcsv.Conversion) pgcsv.Conversion {
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
func (g *sheetGuessing) shareWords(uses []*formatUse) {
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

// doubt says what is unsure of a column's values.
func (g *sheetGuessing) doubt(u *formatUse) {
	say := func(format string, args ...any) {
		u.match.doubts = append(u.match.doubts, fmt.Sprintf(format, args...))
	}
	switch {
	case u.guess.Kind == pgcsv.NoKind:
		if g.Records > 0 {
			say("no cell holds a value")
		}
	case kindOf(u.column.Type) == "integer" && u.guess.Kind == pgcsv.Numeric && !g.fits(u.header, u.column):
		say("it holds fractions, and the column is of type %s", u.column.Type)
	case !g.fits(u.header, u.column):
		say("it holds %s, and the column is of type %s", kindWords(u.guess.Kind), u.column.Type)
	case u.class == dateClass && u.column.Type == "date" && u.guess.Kind != pgcsv.Date:
		say("it holds times of day as well, and the column is of type date")
	}
	switch {
	case u.class == textClass && u.guess.Kind != pgcsv.Text:
		if len(u.guess.Weak) > 0 {
			say("taken for text, but may be NULL: %s", quotedList(u.guess.Weak))
		}
	case u.class == textClass, u.misfit(), spoken(u.guess.Conversion) && u.guess.Kind != pgcsv.NoKind && !plainBoolean(u.guess.Conversion):
		for _, d := range u.guess.Doubts {
			// That digits are texts is what the column says, too; that there are few rows is seen once.
			if (u.class != textClass || !strings.HasPrefix(d, "it is all digits")) && (g.Records >= 5 || !strings.HasSuffix(d, "cells hold a value")) {
				say("%s", d)
			}
		}
	default:
		for _, d := range u.guess.Choices {
			say("%s", d)
		}
	}
	if most := lengthOf(u.column.Type); u.class == textClass && most > 0 {
		if !g.each(u.header, pgcsv.Conversion{Trim: true}, func(text []byte) bool { return utf8.RuneCount(text) <= most }) {
			say("some texts are longer than %s has room for", u.column.Type)
		}
	}
	g.doubtNulls(u, say)
}

// doubtNulls says where values are missing that have to be there. Of texts an empty one may be meant.
func (g *sheetGuessing) doubtNulls(u *formatUse, say func(string, ...any)) {
	if !u.column.NotNull || u.match.literal != "" {
		return
	}
	format := formatOf(u.want, g.Importer.CSV.Format, u.column.Type)
	convert, err := pgcsv.NewConverter(format)
	if err != nil {
		return
	}
	nulls, words := 0, 0
	for _, cell := range g.cells[u.header] {
		if _, null, _ := convert.Convert(nil, cell); null {
			nulls++
			if strings.TrimSpace(string(cell.Text)) != "" {
				words++
			}
		}
	}
	switch {
	case nulls == 0:
	case u.class == textClass && words == 0:
		u.match.format.Empty = pgcsv.EmptyText
		say("a cell without text is taken for an empty text, since the column is NOT NULL")
	default:
		say("in %d of the first %d rows it has no value, and the column is NOT NULL: default would give one", nulls, g.Records)
	}
}

// lengthOf is the n of varchar(n); 0 without.
func lengthOf(typ string) int {
	_, size, _ := strings.Cut(typ, "(")
	n, _ := strconv.Atoi(strings.TrimSuffix(size, ")"))
	return n
}

func kindWords(k pgcsv.Kind) string {
	return map[pgcsv.Kind]string{
		pgcsv.Text: "text", pgcsv.Integer: "whole numbers", pgcsv.Numeric: "numbers", pgcsv.Date: "dates", pgcsv.Time: "times of day",
		pgcsv.Timestamp: "timestamps", pgcsv.TimestampTZ: "timestamps", pgcsv.Boolean: "booleans",
	}[k]
}

func quotedList(words []string) string {
	var quoted []string
	for _, word := range words {
		quoted = append(quoted, strconv.Quote(word))
	}
	return strings.Join(quoted, ", ")
}

// zone tells of times whose zone the file does not say.
func (g *sheetGuessing) zone(uses []*formatUse) {
	for _, u := range uses {
		format := formatOf(u.match.format, g.Importer.CSV.Format, u.column.Type)
		if u.column.Type == "timestamp with time zone" && format.Date != "" && u.guess.Kind != pgcsv.NoKind {
			g.Doubts.TimeZone = []string{"that of dates and times without one, such as those of " + u.column.Name + "; else UTC is"}
			return
		}
	}
}

// open says which columns have to have a value and get none; times of creation are now.
func (g *sheetGuessing) open() {
	key := g.table.KeyColumns()
	for _, c := range g.table.Columns {
		numbered := slices.Contains(key, c.Name) && (c.Sequence != "" || c.Identity != "" || c.Type == "uuid")
		if !c.NotNull || c.Default || c.Generated || numbered || g.found[c.Name] != nil {
			continue
		}
		match := &columnMatch{key: c.Name, header: -1}
		g.found[c.Name] = match
		if classOf(c.Type) == dateClass && isMoment(c.Name) {
			match.literal = "now"
			match.doubts = []string{"the file has none: the time of the load"}
			continue
		}
		match.open = true
		match.doubts = []string{"TODO: it is NOT NULL without a default, and nothing was found for it"}
		g.suggest(match, c)
	}
}

// suggest says how an open column might be said.
func (g *sheetGuessing) suggest(match *columnMatch, c schema.Column) {
	for _, r := range g.table.References {
		parent := g.catalog[r.To]
		if !slices.Equal(r.Columns, []string{c.Name}) || parent == nil {
			continue
		}
		match.key, match.by = g.shortName(c.Name), By{}
		const deep = 3 // tables that a path leads through at most
		for _, path := range g.knownBy(parent, r.ToColumns, deep) {
			match.by[path] = "HEADER"
		}
		return
	}
	switch {
	case len(c.Labels) > 0:
		match.literal = c.Labels[0]
	case classOf(c.Type) == booleanClass:
		match.literal = "true"
	}
}

// knownBy are the paths by which a table's rows are known: those of its first unique key, else the
// key that is referred to.
func (g *sheetGuessing) knownBy(table *schema.Table, to []string, deep int) (paths []string) {
	for _, key := range table.Unique {
		if sameColumns(key, to) {
			continue
		}
		for _, c := range key {
			above := table.Over([]string{c})
			if len(above) == 0 || deep == 0 || g.catalog[above[0].To] == nil {
				paths = append(paths, c)
				continue
			}
			for _, path := range g.knownBy(g.catalog[above[0].To], above[0].ToColumns, deep-1) {
				paths = append(paths, shortName(table, c)+"."+path)
			}
		}
		return paths
	}
	return to
}

// isMoment reports whether a column is called as the time is at which its row was made.
func isMoment(name string) bool {
	return slices.ContainsFunc(nameWords(name), func(word string) bool {
		return slices.Contains([]string{"created", "updated", "modified", "changed", "inserted", "added", "imported", "registered", "joined", "creation", "timestamp"}, word)
	})
}

func (g *sheetGuessing) unheaded() bool { return g.dialect.Header == pgcsv.No }
