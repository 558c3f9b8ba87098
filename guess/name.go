package guess

import (
	"slices"
	"strings"
	"unicode"

	"github.com/gyrodata/gyro/pgcsv"
	"github.com/gyrodata/gyro/schema"
	"github.com/gyrodata/gyro/sheets"
)

// matchOwn finds the headers that are called as the table's columns are, as the load will.
func (g *guessing) matchOwn() {
	g.found, g.asked = map[string]*columnMatch{}, map[string]bool{}
	for _, c := range g.table.Columns {
		if c.Generated || g.refers(c.Name) {
			continue
		}
		if i, problem := g.head.Find(c.Name); problem == "" && i >= 0 {
			g.take(c.Name, i)
			continue
		}
		// Several are called so but for case and punctuation: the load wants to be told.
		for i, h := range g.head.Headers {
			if sheets.Forgiving(h) == sheets.Forgiving(c.Name) && g.usable(i) {
				g.take(c.Name, i).doubts = []string{"other headers are written almost alike"}
				break
			}
		}
	}
}

// take gives a header to a column.
func (g *guessing) take(column string, header int) *columnMatch {
	g.used[header] = true
	match := &columnMatch{key: column, header: header}
	g.found[column] = match
	return match
}

// matchOthers finds headers whose names are like those of columns: less the words of the table, a
// part of the other's words, or written alike. Then it says which columns get no value.
func (g *guessing) matchOthers() {
	for _, like := range []func(header string, c schema.Column) int{g.lessTable, g.inWords, nil} {
		if like == nil {
			g.matchNearest()
			continue
		}
		g.matchLike(like)
	}
	if g.positional() {
		g.matchPlaces()
	}
	g.open()
}

// free are the columns that may get a value and have none.
func (g *guessing) free() (columns []schema.Column) {
	for _, c := range g.table.Columns {
		if !c.Generated && g.found[c.Name] == nil && !g.refers(c.Name) {
			columns = append(columns, c)
		}
	}
	return columns
}

// matchLike takes the pairs that are most alike first; what is alike to two is no match.
func (g *guessing) matchLike(like func(string, schema.Column) int) {
	type pair struct {
		column        string
		header, score int
	}
	var pairs []pair
	for _, c := range g.free() {
		for i, h := range g.head.Headers {
			if !g.usable(i) || !g.fits(i, c) {
				continue
			}
			if score := like(h, c); score > 0 {
				pairs = append(pairs, pair{c.Name, i, score})
			}
		}
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return b.score - a.score })
	for _, p := range pairs {
		rival := slices.ContainsFunc(pairs, func(o pair) bool {
			return o != p && o.score == p.score && (o.column == p.column || o.header == p.header) && g.found[o.column] == nil && !g.used[o.header]
		})
		if g.found[p.column] == nil && !g.used[p.header] && !rival {
			g.take(p.column, p.header).guessed = true
		}
	}
}

// lessTable: "Shop Name" is the name of a shop.
func (g *guessing) lessTable(header string, c schema.Column) int {
	a, b := g.without(nameWords(header)), g.without(nameWords(c.Name))
	if len(a) > 0 && sameWords(a, b) {
		return 1
	}
	return 0
}

// inWords: "Total" is the total_amount, "Price (EUR)" the price. What else the header says must not be about
// another table: the "Shop Name" of a product is not its name.
func (g *guessing) inWords(header string, c schema.Column) int {
	a, b := g.without(nameWords(header)), g.without(nameWords(c.Name))
	common := 0
	for _, word := range a {
		if slices.ContainsFunc(b, func(o string) bool { return sameWord(o, word) }) {
			common++
		}
	}
	if common == 0 || common < len(a) && common < len(b) {
		return 0
	}
	if common < len(a) && sameWords(b, []string{"id"}) {
		return 0 // "Geoname ID" is the id of something else
	}
	if slices.ContainsFunc(b, isNumber) && common == len(b) && !follow(a, b) {
		return 0 // "ISO 3166-1 Alpha-2" is no alpha1
	}
	for _, word := range a {
		if !slices.ContainsFunc(b, func(o string) bool { return sameWord(o, word) }) && slices.ContainsFunc(g.foreignWords(), func(o string) bool { return sameWord(o, word) }) {
			return 0
		}
	}
	return 100 * common / max(len(a), len(b))
}

// follow reports whether words stand among others one behind the other.
func follow(among, words []string) bool {
	for i := range len(among) - len(words) + 1 {
		if sameWords(among[i:i+len(words)], words) {
			return true
		}
	}
	return false
}

// isNumber reports whether a word is digits.
func isNumber(word string) bool { return strings.Trim(word, "0123456789") == "" }

// numbersOf are the words of a name that are digits.
func numbersOf(name string) []string {
	return slices.DeleteFunc(nameWords(name), func(word string) bool { return !isNumber(word) })
}

// foreignWords are those of the references: what follows them in a header is of another table.
func (g *guessing) foreignWords() (all []string) {
	for _, r := range g.table.References {
		for _, c := range r.Columns {
			all = append(all, nameWords(strings.TrimSuffix(c, "_id"))...)
		}
		all = append(all, nameWords(r.Relation)...)
	}
	return all
}

// matchNearest finds misspelt headers.
func (g *guessing) matchNearest() {
	for i, h := range g.head.Headers {
		if !g.usable(i) {
			continue
		}
		var names []string
		for _, c := range g.free() {
			if g.fits(i, c) && len(h) > 3 && slices.Equal(numbersOf(h), numbersOf(c.Name)) { // "Phone 2" is no phone1
				names = append(names, c.Name)
			}
		}
		if near := schema.Nearest(h, names); near != "" {
			g.take(near, i).guessed = true
		}
	}
}

// usable reports whether a header can be given to a column: it is free, and no other is called so.
func (g *guessing) usable(i int) bool {
	h := g.head.Headers[i]
	if g.used[i] || h == "" || slices.Contains(g.Importer.CSV.Ignore, h) {
		return false
	}
	n := 0
	for _, other := range g.head.Headers {
		if other == h {
			n++
		}
	}
	return n == 1
}

// without is words less those of the table's name, as far as some are left.
func (g *guessing) without(words []string) []string {
	own := nameWords(g.table.Name.Table)
	rest := slices.DeleteFunc(slices.Clone(words), func(word string) bool {
		return slices.ContainsFunc(own, func(o string) bool { return sameWord(o, word) })
	})
	rest = slices.DeleteFunc(rest, func(word string) bool { return word == "is" || word == "has" || word == "the" || word == "of" })
	if len(rest) == 0 {
		return words
	}
	return rest
}

// nameWords takes a name apart, in lower case: at what is neither letter nor digit, between the two, and where a
// capital begins a word.
func nameWords(name string) (words []string) {
	var word []rune
	end := func() {
		if len(word) > 0 {
			words = append(words, strings.ToLower(string(word)))
		}
		word = word[:0]
	}
	runes := []rune(name)
	for i, r := range runes {
		if !unicode.IsLetter(r) && !unicode.IsNumber(r) {
			end()
			continue
		}
		if i > 0 && unicode.IsUpper(r) && (unicode.IsLower(runes[i-1]) || unicode.IsUpper(runes[i-1]) && i+1 < len(runes) && unicode.IsLower(runes[i+1])) {
			end()
		}
		if i > 0 && unicode.IsNumber(r) != unicode.IsNumber(runes[i-1]) {
			end()
		}
		word = append(word, r)
	}
	end()
	return words
}

// shortened are the words that headers shorten.
var shortened = map[string]string{"no": "number", "nr": "number", "num": "number", "qty": "quantity", "amt": "amount", "desc": "description"}

// sameWord compares two words, one of which may be short for the other, or have an s at its end.
func sameWord(a, b string) bool {
	return a == b || len(a) > 2 && a+"s" == b || len(b) > 2 && b+"s" == a || shortened[a] == b || shortened[b] == a
}

func sameWords(a, b []string) bool { return slices.EqualFunc(a, b, sameWord) }

// shortName is the name of a reference where it is one, "shop" for shop_id, else the column's.
func (g *guessing) shortName(column string) string { return shortName(g.table, column) }

func shortName(table *schema.Table, column string) string {
	short := strings.TrimSuffix(column, "_id")
	if columns, err := table.Resolve(short); err == nil && slices.Equal(columns, []string{column}) && len(table.Over(columns)) > 0 {
		return short
	}
	return column
}

// positional reports whether a file without a header has as many columns as the table.
func (g *guessing) positional() bool { return len(g.placed()) == len(g.head.Headers) && g.unheaded() }

// matchPlaces takes the columns in their order.
func (g *guessing) matchPlaces() {
	for i, c := range g.placed() {
		if g.used[i] || !g.fits(i, c) || g.found[c.Name] != nil || g.refers(c.Name) {
			continue
		}
		g.take(c.Name, i).guessed = true
	}
}

// placeOf is the header at a column's place, in a file without names; else -1.
func (g *guessing) placeOf(column string) int {
	if !g.positional() {
		return -1
	}
	return slices.IndexFunc(g.placed(), func(c schema.Column) bool { return c.Name == column })
}

// how says what a guess is made by.
func (g *guessing) how() string {
	if g.unheaded() {
		return "guessed by its place"
	}
	return "guessed by its name"
}

// placed are the columns that a file without a header may have: all, or all but a key that the
// database numbers.
func (g *guessing) placed() (columns []schema.Column) {
	for _, c := range g.table.Columns {
		if !c.Generated {
			columns = append(columns, c)
		}
	}
	if len(columns) == len(g.head.Headers)+1 && len(g.table.PrimaryKey) == 1 {
		columns = slices.DeleteFunc(columns, func(c schema.Column) bool { return c.Name == g.table.PrimaryKey[0] && c.Sequence != "" })
	}
	return columns
}

func (g *guessing) unheaded() bool { return g.head.Dialect.Header == pgcsv.No }
