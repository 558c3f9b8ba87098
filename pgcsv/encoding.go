package pgcsv

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Encoding is how the text of a foreign file is written in bytes. There are few of them, and
// tables are short: no library is needed for it.
type Encoding uint8

// The encodings that a [Sheet] reads.
const (
	UnknownEncoding Encoding = iota // for [Sniff]: to be found; for a [Sheet]: UTF-8
	UTF8
	UTF16LE
	UTF16BE
	Windows1252 // Western Europe's; 0x81, 0x8D, 0x8F, 0x90 and 0x9D are invalid in it
	Latin1      // ISO 8859-1: as Windows1252, with control characters from 0x80 to 0x9F
)

var encodingNames = [...]string{"unknown", "UTF-8", "UTF-16LE", "UTF-16BE", "Windows-1252", "ISO-8859-1"}

func (e Encoding) String() string {
	if int(e) < len(encodingNames) {
		return encodingNames[e]
	}
	return fmt.Sprintf("Encoding(%d)", uint8(e))
}

// ParseEncoding finds an encoding by its name: "UTF-8", "UTF-16LE", "UTF-16BE",
// "Windows-1252" or "cp1252", "ISO-8859-1" or "Latin-1". Case, hyphens and underscores do not
// matter.
func ParseEncoding(name string) (Encoding, error) {
	switch strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(name)) {
	case "utf8":
		return UTF8, nil
	case "utf16le":
		return UTF16LE, nil
	case "utf16be":
		return UTF16BE, nil
	case "windows1252", "cp1252":
		return Windows1252, nil
	case "iso88591", "latin1":
		return Latin1, nil
	}
	return UnknownEncoding, fmt.Errorf("the encoding %q is not known; known are %s", name, strings.Join(encodingNames[1:], ", "))
}

func (e Encoding) utf16() bool    { return e == UTF16LE || e == UTF16BE }
func (e Encoding) eightBit() bool { return e == Windows1252 || e == Latin1 }

// upper1252 is what Windows-1252 has from 0x80 to 0x9F; 0 is invalid.
var upper1252 = [32]rune{
	'€', 0, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', 0, 'Ž', 0,
	0, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', 0, 'ž', 'Ÿ',
}

// appendEightBit appends b, which is Windows-1252 or Latin-1, as UTF-8. What is invalid
// becomes U+FFFD.
func appendEightBit(dst, b []byte, e Encoding) (_ []byte, valid bool) {
	valid = true
	for _, c := range b {
		switch {
		case c < utf8.RuneSelf:
			dst = append(dst, c)
		case e == Latin1 || c >= 0xA0:
			dst = utf8.AppendRune(dst, rune(c))
		case upper1252[c-0x80] == 0:
			valid = false
			dst = utf8.AppendRune(dst, utf8.RuneError)
		default:
			dst = utf8.AppendRune(dst, upper1252[c-0x80])
		}
	}
	return dst, valid
}

// appendText appends text in the encoding. What it can't write becomes a question mark.
func (e Encoding) appendText(dst []byte, text string) []byte {
	switch {
	case e.utf16():
		return e.appendUnits(dst, []byte(strings.ToValidUTF8(text, "\uFFFD")))
	case !e.eightBit():
		return append(dst, text...)
	}
	for _, r := range text {
		switch {
		case r < utf8.RuneSelf, r >= 0xA0 && r <= 0xFF, e == Latin1 && r <= 0xFF:
			dst = append(dst, byte(r))
		default:
			dst = append(dst, byteOf1252(r, e))
		}
	}
	return dst
}

func byteOf1252(r rune, e Encoding) byte {
	for i, u := range upper1252 {
		if u == r && e == Windows1252 {
			return byte(0x80 + i)
		}
	}
	return '?'
}

// Inside a Sheet UTF-16 is UTF-8, so that there is one way to cut records, and it is such that
// nothing of the file is lost: half a surrogate pair is the three bytes that UTF-8 would have
// for it, half a unit at the end of the file two bytes that begin with 0xF8 or more. Both are
// invalid in UTF-8.

const halfUnit = 0xF8

// utf16Reader gives the text of a UTF-16 file.
type utf16Reader struct {
	source io.Reader
	big    bool
	raw    []byte // read, of which rest is not yet text
	rest   int
	text   []byte // to be given from at on
	at     int
	err    error
}

func (u *utf16Reader) Read(p []byte) (int, error) {
	for u.at == len(u.text) {
		if u.err != nil {
			return 0, u.err
		}
		if u.raw == nil {
			u.raw = make([]byte, 64<<10)
		}
		n, err := u.source.Read(u.raw[u.rest:])
		u.err = err
		u.decode(u.raw[:u.rest+n])
		if n == 0 && err == nil {
			return 0, nil
		}
	}
	n := copy(p, u.text[u.at:])
	u.at += n
	return n, nil
}

// decode makes text of raw; what may be the first half of something stays for the next time.
func (u *utf16Reader) decode(raw []byte) {
	u.text, u.at = u.text[:0], 0
	i := 0
	for ; i+1 < len(raw); i += 2 {
		unit := u.unit(raw[i:])
		switch {
		case unit < 0xD800 || unit > 0xDFFF:
			u.text = utf8.AppendRune(u.text, unit)
			continue
		case unit < 0xDC00 && i+3 < len(raw):
			if low := u.unit(raw[i+2:]); low >= 0xDC00 && low <= 0xDFFF {
				u.text = utf8.AppendRune(u.text, 0x10000+(unit-0xD800)<<10+(low-0xDC00))
				i += 2
				continue
			}
		case unit < 0xDC00 && u.err == nil:
			u.rest = copy(u.raw, raw[i:])
			return
		}
		u.text = append(u.text, 0xE0|byte(unit>>12), 0x80|byte(unit>>6)&0x3F, 0x80|byte(unit)&0x3F)
	}
	if i < len(raw) && u.err != nil {
		u.text = append(u.text, halfUnit|raw[i]>>6, 0x80|raw[i]&0x3F)
		i++
	}
	u.rest = copy(u.raw, raw[i:])
}

func (u *utf16Reader) unit(b []byte) rune {
	if u.big {
		return rune(b[0])<<8 | rune(b[1])
	}
	return rune(b[1])<<8 | rune(b[0])
}

// appendUnits makes of text what it was in UTF-16.
func (e Encoding) appendUnits(dst, text []byte) []byte {
	unit := func(u rune) {
		if e == UTF16BE {
			dst = append(dst, byte(u>>8), byte(u))
		} else {
			dst = append(dst, byte(u), byte(u>>8))
		}
	}
	for i := 0; i < len(text); {
		c := rune(text[i])
		tail := func(n int) rune { return rune(text[i+n]) & 0x3F }
		switch {
		case c < 0x80:
			unit(c)
			i++
		case c < 0xE0:
			unit(c&0x1F<<6 | tail(1))
			i += 2
		case c < 0xF0:
			unit(c&0x0F<<12 | tail(1)<<6 | tail(2))
			i += 3
		case c < halfUnit:
			r := c&0x07<<18 | tail(1)<<12 | tail(2)<<6 | tail(3) - 0x10000
			unit(0xD800 + r>>10)
			unit(0xDC00 + r&0x3FF)
			i += 4
		default:
			dst = append(dst, byte(c&3<<6|tail(1)))
			i += 2
		}
	}
	return dst
}

// unitBytes is how many bytes the text is in UTF-16.
func unitBytes(text []byte) (n int64) {
	for _, c := range text {
		switch {
		case c < 0x80, c >= 0xC0 && c < 0xF0:
			n += 2
		case c >= 0xF0 && c < halfUnit:
			n += 4
		case c >= halfUnit:
			n++
		}
	}
	return n
}
