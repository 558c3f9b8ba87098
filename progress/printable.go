package progress

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Printable is text as a terminal may be given it, whoever wrote it: names of tables and headers of files are others'.
// What a terminal would obey, or show in another order, stands as its number, \u001b; bytes that are no UTF-8 stand as
// \x9b. Of kept, line ends and tabs say, stays what it is.
func Printable(text, kept string) string {
	if utf8.ValidString(text) && !strings.ContainsFunc(text, obeyed) {
		return text
	}
	var b strings.Builder
	for i, r := range text {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], "\uFFFD"):
			fmt.Fprintf(&b, `\x%02x`, text[i])
		case obeyed(r) && !strings.ContainsRune(kept, r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// obeyed reports whether a character may be more than a sign: controls, marks of direction, ends of lines and paragraphs.
func obeyed(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Zl, unicode.Zp)
}
