package planted

import (
	"bytes"
	"encoding/hex"
	"unicode/utf16"
	"unicode/utf8"
)

// Finder looks for the values of a list. It is used by one goroutine at a time.
type Finder struct {
	list  *List
	lines []int
	plain [2][]byte // a text without its escapes, and the one before
}

// Finder makes one.
func (l *List) Finder() *Finder { return &Finder{list: l} }

// layers is how often escapes may lie in escapes: JSON in a string of JSON, in an array, in a composite value.
const layers = 8

// Lines are those of the values that a text holds, each once: as it is; where it has escapes, without them, as the strings of JSON, the
// elements of arrays, values of hstore and composite values are written; and where it is a bytea in hexadecimal digits, in its
// bytes. What is returned lasts up to the next call.
func (f *Finder) Lines(text []byte) []int {
	f.lines = f.list.find(text, f.lines[:0])
	if bytes.HasPrefix(text, []byte(`\x`)) {
		f.plain[0] = append(f.plain[0][:0], text[2:]...)
		if n, err := hex.Decode(f.plain[0], f.plain[0]); err == nil {
			f.lines = f.list.find(f.plain[0][:n], f.lines)
		}
	}
	for layer := range layers {
		if bytes.IndexByte(text, '\\') < 0 && !bytes.Contains(text, []byte(`""`)) {
			break
		}
		f.plain[layer%2] = appendPlain(f.plain[layer%2][:0], text)
		text = f.plain[layer%2]
		f.lines = f.list.find(text, f.lines)
	}
	return f.lines
}

// appendPlain takes one layer of escapes off: a backslash with what it stands for, \u with a code unit of UTF-16 or two, and
// quotes that are doubled.
func appendPlain(b, text []byte) []byte {
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '"' && i+1 < len(text) && text[i+1] == '"':
			i++
			b = append(b, '"')
		case text[i] != '\\' || i+1 == len(text):
			b = append(b, text[i])
		default:
			i++
			if r, size := escaped(text[i:]); size > 0 {
				b = utf8.AppendRune(b, r)
				i += size - 1
				continue
			}
			if at := bytes.IndexByte([]byte("bfnrt"), text[i]); at >= 0 {
				b = append(b, "\b\f\n\r\t"[at])
			} else {
				b = append(b, text[i])
			}
		}
	}
	return b
}

// escaped reads uXXXX, or two of them that are a pair, and says how long that is; 0: it is none.
func escaped(text []byte) (rune, int) {
	r, ok := unit(text)
	if !ok {
		return 0, 0
	}
	if utf16.IsSurrogate(r) && len(text) > 5 && text[5] == '\\' {
		if low, ok := unit(text[6:]); ok {
			if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
				return pair, 11
			}
		}
	}
	return r, 5
}

func unit(text []byte) (rune, bool) {
	if len(text) < 5 || text[0] != 'u' {
		return 0, false
	}
	var two [2]byte
	if _, err := hex.Decode(two[:], text[1:5]); err != nil {
		return 0, false
	}
	return rune(two[0])<<8 | rune(two[1]), true
}
