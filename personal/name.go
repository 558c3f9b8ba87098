package personal

import (
	"slices"
	"strings"

	"github.com/gyrodata/gyro/schema"
)

// byName is the kind that a column's name says, and by which words; nil: none.
func byName(table, column string, types family) (*kind, string) {
	all, of := words(column), words(table)
	found, by := byPhrase(all, types)
	if found != nil || types&textual == 0 {
		return found, by
	}
	name := strings.Join(all, " ")
	if namesPerson(of, all) {
		return phrases["full name"], name
	}
	if masks, known := ofAddresses[name]; known && addresses(of) {
		return &kind{types: textual, masks: masks}, name
	}
	return nil, ""
}

// addresses reports whether each row of a table is an address, by its last word.
func addresses(table []string) bool {
	return len(table) > 0 && slices.ContainsFunc(addressWords, func(word string) bool {
		return slices.ContainsFunc(singular(table[len(table)-1]), func(last string) bool { return strings.HasSuffix(last, word) })
	})
}

// byPhrase reads words from the left, and takes the longest phrase at each place. The last one counts that is not
// about something else.
func byPhrase(all []string, types family) (found *kind, by string) {
	for i := 0; i < len(all); {
		k, phrase, size := phraseAt(all[i:])
		if k == nil {
			i++
			continue
		}
		topic := i+size < len(all) && topics[all[i+size]]
		other := i > 0 && others[all[i-1]]
		if !topic && !other && k.types&types != 0 {
			found, by = k, phrase
		}
		i += size
	}
	return found, by
}

// phraseAt is the longest phrase that words begin with.
func phraseAt(all []string) (*kind, string, int) {
	for size := min(longestPhrase, len(all)); size > 0; size-- {
		phrase := strings.Join(all[:size], " ")
		if k := phrases[phrase]; k != nil {
			return k, phrase, size
		}
	}
	if k, phrase := compound(all[0]); k != nil {
		return k, phrase, 1
	}
	return nil, "", 0
}

// compound takes a word apart that begins with who or what for: "kundenemail", "billingphone", but not "filename".
func compound(word string) (*kind, string) {
	for at := 2; at < len(word)-1; at++ {
		first, rest := word[:at], word[at:]
		if rest == "age" || !person(first) && !qualifiers[first] {
			continue
		}
		if k := phrases[rest]; k != nil && (len(rest) > 2 || rest == "ip") {
			return k, rest
		}
		if nameWords[rest] && person(first) {
			return phrases["full name"], word
		}
	}
	return nil, ""
}

// namesPerson reports whether a column is the name of somebody: by a word beside it, as in "customer_name" and "nom_du_client", or
// where there is none, by its table.
func namesPerson(table, column []string) bool {
	at := slices.IndexFunc(column, func(w string) bool { return nameWords[w] })
	if at < 0 {
		return false
	}
	before, behind := column[:at], column[at+1:]
	if len(before) > 0 {
		last := before[len(before)-1]
		return len(behind) == 0 && (person(last) || bearers[last] || styles[last] && len(before) == 1 && somebodys(table))
	}
	for len(behind) > 0 && particles[behind[0]] {
		behind = behind[1:]
	}
	if len(behind) > 0 {
		return person(behind[0]) && (len(behind) == 1 || !topics[behind[1]])
	}
	return len(column) == 1 && somebodys(table)
}

// somebodys reports whether each row of a table is somebody, by its last word.
func somebodys(table []string) bool {
	for len(table) > 1 && after[table[len(table)-1]] {
		table = table[:len(table)-1]
	}
	if len(table) == 0 {
		return false
	}
	last := table[len(table)-1]
	if person(last) {
		return true
	}
	for at := 2; at < len(last)-2; at++ { // "hauptkunden", "webuser"
		if len(last[at:]) > 4 && person(last[at:]) {
			return true
		}
	}
	return false
}

// familyOf is what a column's type allows to look for.
func familyOf(c schema.Column) family {
	t := c.Underlying()
	if nested(c) {
		t = t.Element()
	}
	switch base := baseName(t); {
	case c.Enum:
		return label
	case t.Word() || base == "citext":
		return textual
	case t.Number():
		return number
	case t.Date():
		return day
	case base == "inet" || base == "cidr" || base == "macaddr" || base == "macaddr8":
		return address
	case unknown(c):
		return textual
	}
	return 0
}

// baseName is a type's name less its schema and size.
func baseName(t schema.Type) string {
	name := t.Base
	if at := strings.LastIndexByte(name, '.'); at >= 0 {
		name = name[at+1:]
	}
	if at := strings.IndexByte(name, '('); at >= 0 { // geography(Point,4326)
		name = name[:at]
	}
	return strings.Trim(name, `"`)
}

func nested(c schema.Column) bool { return strings.HasSuffix(c.Underlying().Base, "[]") }

// unknown reports whether the catalog does not say what values are: of a domain, or a composite type.
func unknown(c schema.Column) bool {
	if c.Qualified == "" || c.Enum || c.Base != "" || nested(c) {
		return false
	}
	base := baseName(c.DataType())
	return base != "citext" && holdsAnything[base] == nil && !places[base]
}

// holdsAnything are types whose values may hold whatever was put in, each with what stands for nothing.
var holdsAnything = map[string]*string{
	"json": of("{}"), "jsonb": of("{}"), "hstore": of(""), "xml": of(""), "bytea": of(""), "tsvector": of(""),
}

func of(text string) *string { return &text }

// places are types of a place on earth, or in a drawing.
var places = map[string]bool{"point": true, "geometry": true, "geography": true}

// byType is what a column's type says: why it is to be looked at, and what may stand in its place.
func byType(c schema.Column) (why string, all []Candidate) {
	base := baseName(c.Underlying().Element())
	switch {
	case base == "inet" || base == "cidr":
		return "type " + base, fakes("ipv4", "ipv6")
	case base == "macaddr" || base == "macaddr8":
		return "type " + base, fakes("mac")
	case holdsAnything[base] != nil:
		return "type " + base + " may hold anything", nil
	case places[base]:
		return "type " + base + " may be a place", nil
	}
	return "", nil
}
