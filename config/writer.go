package config

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// writer writes YAML, line by line.
type writer struct{ strings.Builder }

// commentWidth is how long a line with a comment behind it may be.
const commentWidth = 120

// line writes a line, with what is to be said of it.
func (w *writer) line(depth int, text string, comments ...string) {
	indent := strings.Repeat("  ", depth)
	comment := strings.Join(comments, "; ")
	switch {
	case comment == "":
		fmt.Fprintf(w, "%s%s\n", indent, text)
	case len(indent)+len(text)+len(comment) < commentWidth:
		fmt.Fprintf(w, "%s%s # %s\n", indent, text, oneLine(comment))
	default:
		for _, comment := range comments {
			fmt.Fprintf(w, "%s# %s\n", indent, oneLine(comment))
		}
		fmt.Fprintf(w, "%s%s\n", indent, text)
	}
}

// oneLine has no character that ends a comment.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if !strconv.IsPrint(r) {
			return ' '
		}
		return r
	}, text)
}

// plain is a text that needs no quotes: words of letters, which YAML takes for nothing else.
var (
	plain    = regexp.MustCompile(`^\pL[\pL0-9_./-]*( [\pL0-9_./-]+)*$`)
	notPlain = regexp.MustCompile(`^(?i:true|false|yes|no|on|off|y|n|null|nan|inf)$`)
)

// scalar writes a text so that YAML reads the same text.
func scalar(text string) string {
	if plain.MatchString(text) && !notPlain.MatchString(text) {
		return text
	}
	if !strings.ContainsAny(text, `"\`) && oneLine(text) == text {
		return `"` + text + `"`
	}
	if oneLine(text) == text {
		return "'" + strings.ReplaceAll(text, "'", "''") + "'"
	}
	return strconv.Quote(text)
}

// sequence writes a list of texts.
func sequence(words []string) string {
	var texts []string
	for _, word := range words {
		texts = append(texts, scalar(word))
	}
	return "[" + strings.Join(texts, ", ") + "]"
}
