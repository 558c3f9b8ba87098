package pgcsv

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// Encoding is how the text of a foreign file is written in bytes. Those that have no name here, [ParseEncoding] knows by
// theirs.
type Encoding uint8

// The encodings that a [Sheet] reads, the most frequent ones.
const (
	UnknownEncoding Encoding = iota // for [Sniff]: to be found; for a [Sheet]: UTF-8
	UTF8
	UTF16LE
	UTF16BE
	Windows1252 // Western Europe's; 0x81, 0x8D, 0x8F, 0x90 and 0x9D are invalid in it
	Latin1      // ISO 8859-1: as Windows1252, with control characters from 0x80 to 0x9F
)

var encodingNames = []string{"unknown", "UTF-8", "UTF-16LE", "UTF-16BE", "Windows-1252", "ISO-8859-1"}

// charset is an encoding that holds ASCII, and other characters in one byte each (upper), or in several (multi).
type charset struct {
	name  string
	upper *[128]rune // of the bytes from 0x80 on; 0 is invalid
	multi encoding.Encoding
}

// charsets are those of one byte and of several, Windows1252 and Latin1 first. EBCDIC and encodings with states (ISO-2022)
// are none: their delimiters and line ends are not those of ASCII.
var charsets = makeCharsets()

func makeCharsets() []charset {
	all := []charset{{name: "Windows-1252", upper: upperOf(charmap.Windows1252, true)}, {name: "ISO-8859-1", upper: upperOf(charmap.ISO8859_1, false)}}
	for _, e := range charmap.All {
		table, is := e.(*charmap.Charmap)
		name, err := ianaindex.MIME.Name(e)
		if !is || err != nil || table == charmap.Windows1252 || table == charmap.ISO8859_1 || table.DecodeByte('A') != 'A' {
			continue
		}
		all = append(all, charset{name: name, upper: upperOf(table, strings.HasPrefix(strings.ToLower(name), "windows"))})
	}
	for _, e := range []encoding.Encoding{
		japanese.ShiftJIS, japanese.EUCJP, korean.EUCKR, simplifiedchinese.GBK, simplifiedchinese.GB18030, traditionalchinese.Big5,
	} {
		name, err := ianaindex.MIME.Name(e)
		if err != nil {
			panic(err) // the tests see it
		}
		all = append(all, charset{name: name, multi: e})
	}
	return all
}

// upperOf is what a table has from 0x80 on. Microsoft's leave some bytes open, where x/text has control characters.
func upperOf(table *charmap.Charmap, controlsAreOpen bool) *[128]rune {
	var upper [128]rune
	for i := range upper {
		r := table.DecodeByte(byte(0x80 + i))
		if r == utf8.RuneError || controlsAreOpen && r >= 0x80 && r < 0xA0 {
			r = 0
		}
		upper[i] = r
	}
	return &upper
}

// charset is nil for UTF-8 and UTF-16.
func (e Encoding) charset() *charset {
	if e < Windows1252 || int(e-Windows1252) >= len(charsets) {
		return nil
	}
	return &charsets[e-Windows1252]
}

func (e Encoding) String() string {
	if set := e.charset(); set != nil {
		return set.name
	}
	if int(e) < len(encodingNames) {
		return encodingNames[e]
	}
	return fmt.Sprintf("Encoding(%d)", uint8(e))
}

// known reports whether there is such an encoding.
func (e Encoding) known() bool { return e <= UTF16BE || e.charset() != nil }

// ParseEncoding finds an encoding by its name: "UTF-8", "UTF-16LE", "UTF-16BE", and of other
// encodings that hold ASCII the name or an alias that IANA has for it, such as "Windows-1251", "ISO-8859-2", "latin2", "IBM850", "macintosh",
// "Shift_JIS", "GB18030". Case, hyphens and underscores do not matter, and cp1252 is Windows-1252.
func ParseEncoding(name string) (Encoding, error) {
	plain := plainName(name)
	for e := UTF8; e.known(); e++ {
		if plainName(e.String()) == plain {
			return e, nil
		}
	}
	if number, is := strings.CutPrefix(plain, "cp125"); is {
		return ParseEncoding("windows-125" + number)
	}
	for _, alias := range []string{name, strings.ReplaceAll(name, "-", "_"), plain, "ibm00" + strings.TrimPrefix(plain, "cp")} {
		found, err := ianaindex.IANA.Encoding(alias)
		if err != nil || found == nil {
			continue
		}
		canonical, err := ianaindex.MIME.Name(found)
		if i := slices.IndexFunc(charsets, func(c charset) bool { return c.name == canonical || plainName(c.name) == plainName(canonical) }); err == nil && i >= 0 {
			return Windows1252 + Encoding(i), nil
		}
	}
	if plain == "sjis" {
		return ParseEncoding("Shift_JIS")
	}
	var known []string
	for e := UTF8; e.known(); e++ {
		known = append(known, e.String())
	}
	return UnknownEncoding, fmt.Errorf("the encoding %q is not known; known are %s", name, strings.Join(known, ", "))
}

func plainName(name string) string {
	return strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(name))
}

func (e Encoding) utf16() bool { return e == UTF16LE || e == UTF16BE }

// upper is what an encoding of one byte a character has from 0x80 on; nil: it is none.
func (e Encoding) upper() *[128]rune {
	if set := e.charset(); set != nil {
		return set.upper
	}
	return nil
}

// multi is an encoding of several bytes a character; nil: it is none.
func (e Encoding) multi() encoding.Encoding {
	if set := e.charset(); set != nil {
		return set.multi
	}
	return nil
}

// converted gives the file's text as a Sheet cuts it; of encodings in which delimiters and quotes are bytes, as it is.
func (e Encoding) converted(source io.Reader) io.Reader {
	switch multi := e.multi(); {
	case e.utf16():
		return &utf16Reader{source: source, big: e == UTF16BE}
	case multi != nil:
		return newMultiReader(source, multi)
	}
	return source
}

// appendOneByte appends b, one byte a character, as UTF-8. What is invalid becomes U+FFFD.
func appendOneByte(dst, b []byte, upper *[128]rune) (_ []byte, valid bool) {
	valid = true
	for _, c := range b {
		switch {
		case c < utf8.RuneSelf:
			dst = append(dst, c)
		case upper[c-0x80] == 0:
			valid = false
			dst = utf8.AppendRune(dst, utf8.RuneError)
		default:
			dst = utf8.AppendRune(dst, upper[c-0x80])
		}
	}
	return dst, valid
}

// appendText appends text in the encoding. What it can't write becomes a question mark.
func (e Encoding) appendText(dst []byte, text string) []byte {
	upper, multi := e.upper(), e.multi()
	switch {
	case e.utf16():
		return e.appendUnits(dst, []byte(strings.ToValidUTF8(text, "\uFFFD")))
	case upper == nil && multi == nil:
		return append(dst, text...)
	}
	for _, r := range text {
		if r < utf8.RuneSelf {
			dst = append(dst, byte(r))
			continue
		}
		if upper != nil {
			if at := slices.Index(upper[:], r); at >= 0 {
				dst = append(dst, byte(0x80+at))
			} else {
				dst = append(dst, '?')
			}
			continue
		}
		if own, err := multi.NewEncoder().String(string(r)); err == nil {
			dst = append(dst, own...)
		} else {
			dst = append(dst, '?')
		}
	}
	return dst
}
