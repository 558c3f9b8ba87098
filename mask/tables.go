package mask

import (
	"strings"
	"unicode/utf8"

	"github.com/brianvoe/gofakeit/v7/data"
)

// The tables are gofakeit's, in English. Its version is pinned: they are part of the output, and testdata/fakes.txt shows
// where another one would write other values.
var (
	firstNames   = data.Person["first"]
	middleNames  = data.Person["middle"]
	lastNames    = data.Person["last"]
	namePrefixes = data.Person["prefix"]
	nameSuffixes = data.Person["suffix"]
	hobbies      = data.Person["hobby"]
	jobTitles    = data.Job["title"]
	jobLevels    = data.Job["level"]
	streetTypes  = data.Address["street_name"]
	units        = data.Address["unit"]
	suffixes     = data.Company["suffix"]
	buzzwords    = data.Company["buzzwords"]
	blurbs       = data.Company["blurb"]
	products     = data.Product["name"]
	categories   = data.Product["category"]
	banks        = data.Bank["name"]
	currencies   = data.Currency["short"]
	currencyText = data.Currency["long"]
	httpMethods  = data.Internet["http_method"]
	httpStatuses = data.Internet["http_status_general"]
	browsers     = []string{"Chrome/120.0.0.0", "Chrome/124.0.0.0", "Firefox/121.0", "Firefox/125.0", "Safari/605.1.15", "Edg/120.0.2210.91"}
	platforms    = []string{"Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7", "X11; Linux x86_64", "Linux; Android 14", "iPhone; CPU iPhone OS 17_2 like Mac OS X"}
	mimeTypes    = data.Files["mime_type"]
	extensions   = data.Files["extension"]
	colors       = data.Colors["full"]
	languages    = data.Languages["long"]
	languageTags = data.Languages["short"]
	emojis       = data.Emoji["face"]
	carMakers    = data.Car["maker"]
	animals      = data.Animal["animal"]
	schools      = data.School["name"]
	schoolTypes  = data.School["type"]
	nouns        = data.Word["noun_concrete"]
	adjectives   = data.Word["adjective_descriptive"]
	verbs        = data.Word["verb_transitive"]
	loremWords   = data.Lorem["word"]
)

// longest is how many characters the longest text of a table has.
func longest(table []string) int {
	n := 0
	for _, s := range table {
		n = max(n, utf8.RuneCountInString(s))
	}
	return n
}

// appendLetters writes the ASCII letters of a name, small.
func appendLetters(text []byte, name string) []byte {
	for i := range len(name) {
		c := name[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if 'a' <= c && c <= 'z' {
			text = append(text, c)
		}
	}
	return text
}

// split are lines of a table that stands in the source, and their fields.
func split(lines string) [][]string {
	var rows [][]string
	for line := range strings.Lines(lines) {
		if line = strings.TrimSpace(line); line != "" {
			rows = append(rows, strings.Split(line, "|"))
		}
	}
	return rows
}
