// Package planted looks for values that must not be there: a list of them, as somebody keeps it who has put them into a
// database to see whether they come out. It says which lines of the list it found, and never a value.
//
//	list, err := planted.Read(file)            // one value a line
//	lines := list.Finder().Lines(field)        // of the values that the field holds, or a part of it is
package planted

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// Least is how many characters a value has at least: a shorter one would be found anywhere.
const Least = 4

// List is values to be looked for. It may be used by many goroutines at once.
type List struct {
	values []value              // sorted by their bytes
	begins [1 << tableBits]bool // by the digest of four bytes: a value may begin with them
	least  int                  // bytes of the shortest
}

type value struct {
	text []byte
	line int
	// within is the longest of the other values that this one begins with, by its number; -1: there is none.
	within int
}

const (
	tableBits = 16
	prefix    = 4       // bytes, which every value has
	mostLine  = 1 << 20 // bytes of a value
)

// Read reads a list: one value a line, in UTF-8. Empty lines are skipped, and so are blanks around a value. Lines that can't be
// looked for are mistakes, all of them at once, by number; so is a list without a value, which would prove nothing.
func Read(r io.Reader) (*List, error) {
	var (
		l     = &List{least: mostLine}
		short []int
		wrong []int
		seen  = map[string]bool{}
	)
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, mostLine)
	for n := 1; lines.Scan(); n++ {
		text := bytes.TrimSpace(bytes.TrimPrefix(lines.Bytes(), []byte("\xef\xbb\xbf")))
		switch {
		case len(text) == 0 || seen[string(text)]:
		case !utf8.Valid(text):
			wrong = append(wrong, n)
		case utf8.RuneCount(text) < Least:
			short = append(short, n)
		default:
			seen[string(text)] = true
			l.values = append(l.values, value{text: slices.Clone(text), line: n})
		}
	}
	l.index()
	errs := []error{lines.Err()}
	if len(wrong) > 0 {
		errs = append(errs, fmt.Errorf("line %s: not UTF-8, as slices are", numbers(wrong)))
	}
	if len(short) > 0 {
		errs = append(errs, fmt.Errorf("line %s: shorter than %d characters, which would be found anywhere", numbers(short), Least))
	}
	if len(l.values)+len(wrong)+len(short) == 0 && lines.Err() == nil {
		errs = append(errs, errors.New("it holds no value, and would prove nothing"))
	}
	return l, errors.Join(errs...)
}

func numbers(lines []int) string {
	const shown = 10
	var texts []string
	for _, n := range lines[:min(shown, len(lines))] {
		texts = append(texts, fmt.Sprint(n))
	}
	if len(lines) > shown {
		texts = append(texts, "…")
	}
	return strings.Join(texts, ", ")
}

// index makes ready to look.
func (l *List) index() {
	slices.SortFunc(l.values, func(a, b value) int { return bytes.Compare(a.text, b.text) })
	for i := range l.values {
		v := &l.values[i]
		l.begins[digest(v.text)] = true
		l.least = min(l.least, len(v.text))
		// What begins v and stands before it begins all between the two as well.
		for v.within = i - 1; v.within >= 0 && !bytes.HasPrefix(v.text, l.values[v.within].text); {
			v.within = l.values[v.within].within
		}
	}
}

// Len is how many values there are; those that stand in several lines count once.
func (l *List) Len() int { return len(l.values) }

// digest is the slot of the four bytes that a text begins with.
func digest(text []byte) uint32 {
	return binary.LittleEndian.Uint32(text) * 0x9E3779B1 >> (32 - tableBits)
}

// find appends the lines of the values that stand in a text. Of most places one look at a table says that no value begins there:
// 1 GB takes about a second and a half of a core, whatever the number of values, up to some thousands.
func (l *List) find(text []byte, lines []int) []int {
	if len(text) < l.least {
		return lines
	}
	for i := 0; i+prefix <= len(text); i++ {
		if !l.begins[digest(text[i:])] {
			continue
		}
		// Every value that the text begins with here is the last one that is not behind it, or begins that one.
		at, same := slices.BinarySearchFunc(l.values, text[i:], func(v value, text []byte) int { return bytes.Compare(v.text, text) })
		if !same {
			at--
		}
		for ; at >= 0; at = l.values[at].within {
			if v := &l.values[at]; bytes.HasPrefix(text[i:], v.text) && !slices.Contains(lines, v.line) {
				lines = append(lines, v.line)
			}
		}
	}
	return lines
}
