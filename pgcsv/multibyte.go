package pgcsv

import (
	"errors"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/transform"
)

// Of some encodings with several bytes a character (Shift_JIS, GBK, Big5) the second byte may be that of a delimiter. Inside a
// Sheet they are UTF-8, as UTF-16 is; but not all of them can be made of it again byte for byte, so what was read is kept until the record that it is
// part of was given.

// invalidByte stands in the text for bytes that are no character.
const invalidByte = 0xFF

// multiReader gives the text of a file of several bytes a character.
type multiReader struct {
	source  io.Reader
	decoder transform.Transformer
	kept    []byte // read, from the first byte on that take has not given
	next    int    // of kept, where what is not yet text begins
	text    []byte // to be given from at on
	at      int
	err     error
}

func newMultiReader(source io.Reader, e encoding.Encoding) *multiReader {
	return &multiReader{source: source, decoder: e.NewDecoder().Transformer}
}

func (m *multiReader) Read(p []byte) (int, error) {
	for m.at == len(m.text) {
		if m.err != nil {
			return 0, m.err
		}
		const piece = 64 << 10
		start := len(m.kept)
		m.kept = append(m.kept, make([]byte, piece)...)
		n, err := m.source.Read(m.kept[start:])
		m.kept, m.err = m.kept[:start+n], err
		m.text, m.at = m.text[:0], 0
		for m.next < len(m.kept) {
			size := 0
			if m.text, size = m.char(m.text, m.kept[m.next:], m.err != nil); size == 0 {
				break
			}
			m.next += size
		}
		if n == 0 && err == nil {
			return 0, nil
		}
	}
	n := copy(p, m.text[m.at:])
	m.at += n
	return n, nil
}

// char appends the character that b begins with, and gives its size in b; 0 where one must see more to know.
func (m *multiReader) char(dst, b []byte, whole bool) ([]byte, int) {
	if b[0] < utf8.RuneSelf {
		return append(dst, b[0]), 1
	}
	var own [16]byte
	const longest = 4
	for size := 1; size <= min(len(b), longest); size++ {
		m.decoder.Reset()
		n, used, err := m.decoder.Transform(own[:], b[:size], whole && size == len(b))
		if used == 0 && errors.Is(err, transform.ErrShortSrc) {
			continue
		}
		if used == 0 {
			break
		}
		if r, _ := utf8.DecodeRune(own[:n]); r == utf8.RuneError {
			break // what is behind the first byte may be a line end
		}
		return append(dst, own[:n]...), used
	}
	if len(b) < longest && !whole {
		return dst, 0
	}
	return append(dst, invalidByte), 1
}

// take appends the bytes that the next n bytes of text were in the file.
func (m *multiReader) take(dst []byte, n int) []byte {
	var own [32]byte
	at := 0
	for n > 0 && at < len(m.kept) {
		text, size := m.char(own[:0], m.kept[at:], true)
		n -= len(text)
		at += size
	}
	dst = append(dst, m.kept[:at]...)
	m.kept = m.kept[at:]
	m.next -= at
	return dst
}
