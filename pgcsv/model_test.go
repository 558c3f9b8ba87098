package pgcsv_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gyrodata/gyro/pgcsv"
)

// slowRecord is what a record is, a byte at a time: the values of the first of text and its length, or what is wrong with it.
func slowRecord(text string) (values []string, length int, err error) {
	var (
		value   []byte
		quoted  bool // the field has had quotes
		inside  bool
		started bool
	)
	end := func() {
		if !quoted && len(value) == 0 {
			values = append(values, null)
		} else {
			values = append(values, string(value))
		}
		value, quoted, started = nil, false, false
	}
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case inside && c == '"' && i+1 < len(text) && text[i+1] == '"':
			value = append(value, '"')
			i++
		case inside && c == '"':
			inside = false
		case inside:
			value = append(value, c)
		case c == ',':
			if end(); len(values) >= 1664 {
				return nil, 0, pgcsv.ErrManyFields
			}
		case c == '\n':
			end()
			return values, i + 1, nil
		case c == '\r':
			return nil, 0, pgcsv.ErrBareReturn
		case quoted:
			return nil, 0, pgcsv.ErrAfterQuote
		case c == '"' && started:
			return nil, 0, pgcsv.ErrBareQuote
		case c == '"':
			quoted, inside = true, true
		default:
			value, started = append(value, c), true
		}
	}
	if inside {
		return nil, 0, pgcsv.ErrUnterminated
	}
	end()
	return values, len(text), nil
}

// nasty draws a text of which most bytes mean something in CSV, or nearly: in long pieces without and short ones with them, so
// that ends of fields stand at any distance.
func nasty(r *rand.Rand, length int) string {
	var b strings.Builder
	alphabets := []string{",\n", "\"\"\"x", "ab, \n\"", "\x2c\x2d\x2e\x0a\x0b\x0d\x21\x22\x23\x20+0", "0123456789-:. +", "\xac\xa2\x8a\x8d\xff\x00\x80"}
	for b.Len() < length {
		alphabet := alphabets[r.IntN(len(alphabets))]
		for range 1 + r.IntN(1+r.IntN(90)) {
			b.WriteByte(alphabet[r.IntN(len(alphabet))])
		}
		if r.IntN(3) == 0 {
			b.WriteString([]string{"\",\"", ",", "\n", "\"\n", ",,", "\r\n"}[r.IntN(6)])
		}
	}
	return b.String()
}

// wellFormed draws a file that COPY could have written.
func wellFormed(r *rand.Rand, rows int) string {
	var b []byte
	for range rows {
		row := fieldsOf(null, null, null)
		for i := range row {
			if r.IntN(4) > 0 {
				row[i] = pgcsv.Field{Value: []byte(nasty(r, r.IntN(1+r.IntN(200))))}
			}
		}
		b = pgcsv.AppendRecord(b, row)
	}
	return string(b)
}

// Split, Cut and Reader read what the slow model reads, and refuse what it refuses, for the same reason.
func TestModel(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for range 10_000 {
		text := nasty(r, 1+r.IntN(300))
		if r.IntN(2) == 0 {
			text = wellFormed(r, 1+r.IntN(4))
		}
		want, length, wrong := slowRecord(text)
		block := []byte(text)
		got, rest, err := pgcsv.Cut(block, nil)
		if !errors.Is(err, wrong) || err == nil && (len(block)-len(rest) != length || !cmp.Equal(valuesOf(got), want)) {
			t.Fatalf("%q\n got %q, %v\nwant %q, %v", text, valuesOf(got), err, want, wrong)
		}
		if wrong == nil {
			if got, err = pgcsv.Split([]byte(text)[:length:length], nil); err != nil || !cmp.Equal(valuesOf(got), want) {
				t.Fatalf("Split of %q\n got %q, %v\nwant %q", text[:length], valuesOf(got), err, want)
			}
		}
		checkReader(t, text)
	}
	for _, n := range []int{1663, 1664} { // commas
		_, _, wrong := slowRecord(strings.Repeat("1,", n))
		if _, err := pgcsv.Split([]byte(strings.Repeat("1,", n)), nil); !errors.Is(err, wrong) {
			t.Errorf("%d commas: %v, want %v", n, err, wrong)
		}
	}
}

// checkReader reads all rows behind a header, one by one and in blocks.
func checkReader(t *testing.T, text string) {
	t.Helper()
	blocks := pgcsv.NewReader(strings.NewReader("a,b,c\n" + text))
	var block []byte
	reader := pgcsv.NewReader(strings.NewReader("a,b,c\n" + text))
	for rest := text; len(rest) > 0; {
		want, length, wrong := slowRecord(rest)
		if wrong == nil && len(want) != 3 {
			wrong = &pgcsv.WidthError{Got: len(want), Want: 3}
		}
		got, err := reader.Read()
		var at *pgcsv.Error
		if errors.As(err, &at) {
			err = at.Err
		}
		if (err == nil) != (wrong == nil) || err != nil && err.Error() != wrong.Error() || err == nil && !cmp.Equal(valuesOf(got), want) {
			t.Fatalf("Reader of %q, at %q\n got %q, %v\nwant %q, %v", text, rest, valuesOf(got), err, want, wrong)
		}
		if wrong != nil {
			return
		}
		if len(block) == 0 {
			if block, err = blocks.Block(nil); err != nil {
				t.Fatal(err)
			}
		}
		if got, block, err = pgcsv.Cut(bytes.Clone(block), nil); err != nil || !cmp.Equal(valuesOf(got), want) {
			t.Fatalf("block of %q: %q, %v; want %q", text, valuesOf(got), err, want)
		}
		rest = rest[length:]
	}
	if _, err := reader.Read(); !errors.Is(err, io.EOF) {
		t.Fatalf("%q: %v at the end", text, err)
	}
}
