package personal

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// words cuts a name into words: at every sign that is no letter, between a small letter and a capital, before the last of several
// capitals, and at digits, which are left out. Words are small letters without accents: "straßenName" is strassen and name,
// "IBANNumber2" is iban and number.
func words(name string) []string {
	var (
		all  []string
		word []rune
	)
	end := func() {
		if len(word) > 0 {
			all = append(all, strings.ToLower(string(word)))
			word = nil
		}
	}
	runes := []rune(folded(name))
	for i, r := range runes {
		if !unicode.IsLetter(r) {
			end()
			continue
		}
		if unicode.IsUpper(r) && i > 0 {
			follows := i+1 < len(runes) && unicode.IsLower(runes[i+1])
			if unicode.IsLower(runes[i-1]) || unicode.IsUpper(runes[i-1]) && follows {
				end()
			}
		}
		word = append(word, r)
	}
	end()
	return all
}

// folded takes accents off.
func folded(name string) string {
	plain := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(name))
	return strings.NewReplacer("ß", "ss", "ẞ", "SS", "æ", "ae", "ø", "o", "œ", "oe", "ł", "l").Replace(plain)
}

// singular are what a word may be the plural of, and itself.
func singular(word string) []string {
	all := []string{word}
	for _, ending := range []string{"s", "es", "n", "en", "e", "er"} {
		if stem, ok := strings.CutSuffix(word, ending); ok && len(stem) > 2 {
			all = append(all, stem)
		}
	}
	return all
}

// person reports whether a word means somebody.
func person(word string) bool {
	return slices.ContainsFunc(singular(word), func(w string) bool { return people[w] })
}

// set is a set of words that are written with blanks between.
func set(text string) map[string]bool {
	all := map[string]bool{}
	for _, word := range strings.Fields(text) {
		all[word] = true
	}
	return all
}
