package guess

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/pgcsv"
	"github.com/gyrodata/gyro/schema"
)

// callings are the columns that people name things by, the likeliest first.
var callings = []string{"slug", "code", "subdomain", "key", "number", "sku", "email", "username", "url", "domain", "name", "title", "label"}

// byNames finds a row where no unique key helps: by the text column that suits, and what scopes it.
func (g *guessing) byNames(r schema.Reference, parent *schema.Table, direct int) (reached, bool) {
	var best []string
	way := reached{by: gyro.By{}}
	for _, c := range parent.Columns {
		if !c.DataType().Word() || c.Generated {
			continue
		}
		if header := g.named(referenceWords(r), c); header >= 0 {
			way.by[c.Name] = g.head.Headers[header]
			way.uses = append(way.uses, header)
		}
		best = append(best, c.Name)
	}
	if len(way.by) == 0 {
		if direct < 0 || len(best) == 0 || strings.HasPrefix(g.head.Headers[direct], "=") {
			return reached{}, false
		}
		place := func(name string) int {
			words := nameWords(name)
			i := slices.IndexFunc(callings, func(c string) bool { return slices.Contains(words, c) })
			if i < 0 {
				i = len(callings)
			}
			return i - 100*suits(name, g.cells[direct])
		}
		slices.SortStableFunc(best, func(a, b string) int { return place(a) - place(b) })
		way.by[best[0]] = g.head.Headers[direct]
		way.uses, way.direct = []int{direct}, true
	}
	var words []string
	for _, c := range parent.Columns {
		if _, in := way.by[c.Name]; in {
			words = append(words, c.Name)
		}
	}
	for _, above := range parent.References {
		if len(above.Columns) == 1 && above.To != parent.Name {
			if column, _ := parent.Column(above.Columns[0]); column.NotNull {
				g.throughParent(&way, parent, above, referenceWords(r))
			}
		}
	}
	way.doubts = append(way.doubts, fmt.Sprintf("taken for %s of %s, of which no unique key sees to it that it means one row", strings.Join(words, ", "), parent.Name))
	return way, true
}

// suits says whether values look like what a column is called: 1, -1, or 0 where that can't be told.
func suits(name string, cells []pgcsv.Cell) int {
	all := func(is func(text []byte) bool) bool {
		some := false
		for _, c := range cells {
			text := bytes.TrimSpace(c.Text)
			some = some || len(text) > 0
			if len(text) > 0 && !is(text) {
				return false
			}
		}
		return some
	}
	has := func(signs string) func([]byte) bool {
		return func(text []byte) bool { return bytes.ContainsAny(text, signs) }
	}
	blank := func(text []byte) bool { return bytes.ContainsAny(text, " \t") }
	mails := all(has("@"))
	places := !mails && all(func(text []byte) bool { return bytes.ContainsAny(text, "./") && !blank(text) && !isNumeral(text) })
	words := nameWords(name)
	is := func(candidates ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(candidates, w) })
	}
	verdict := func(good bool) int {
		if good {
			return 1
		}
		return -1
	}
	switch {
	case is("email", "mail"):
		return verdict(mails)
	case is("url", "uri", "domain", "website", "link"):
		return verdict(places)
	case is("slug", "subdomain", "code", "key", "sku", "number", "username"):
		if mails || places || slices.ContainsFunc(cells, func(c pgcsv.Cell) bool { return blank(bytes.TrimSpace(c.Text)) }) {
			return -1
		}
	case is("currency", "description", "note", "notes", "comment", "status", "type", "language", "locale", "password"):
		return -1
	}
	return 0
}

func isNumeral(text []byte) bool {
	return !bytes.ContainsFunc(text, func(r rune) bool { return !strings.ContainsRune("0123456789.,+-", r) })
}
