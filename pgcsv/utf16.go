package pgcsv

import (
	"io"
	"unicode/utf8"
)

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

// isUTF16 reports whether a text without a byte order mark is UTF-16 and can be nothing else: it begins with a character of
// ASCII, whose other byte is a NUL, with which no text of another encoding begins, and all of it is well-formed.
func isUTF16(sample []byte, big bool) bool {
	u := utf16Reader{big: big}
	if len(sample) < 2 || u.unit(sample) >= utf8.RuneSelf {
		return false
	}
	for i := 0; i+1 < len(sample); i += 2 {
		unit := u.unit(sample[i:])
		if unit >= 0xD800 && unit < 0xDC00 && i+3 < len(sample) {
			i += 2
			if low := u.unit(sample[i:]); low < 0xDC00 || low > 0xDFFF {
				return false
			}
			continue
		}
		if unit == 0 || unit >= 0xDC00 && unit <= 0xDFFF || unit >= 0xFFFE {
			return false
		}
	}
	return true
}
