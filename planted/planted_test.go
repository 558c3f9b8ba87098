package planted_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/gyrodata/gyro/planted"
)

func read(t testing.TB, lines ...string) *planted.List {
	t.Helper()
	l, err := planted.Read(strings.NewReader(strings.Join(lines, "\n")))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestRead(t *testing.T) {
	t.Parallel()
	l := read(t, "\ufeffhush@example.org\r", "", "  \tfour ", "hush@example.org", "größ")
	if l.Len() != 3 || fmt.Sprint(l.Finder().Lines([]byte("größ, four and hush@example.org"))) != "[5 3 1]" {
		t.Error(l.Len(), l.Finder().Lines([]byte("größ, four and hush@example.org")))
	}
	for text, want := range map[string]string{
		"long enough\nabc\n\n12\n": "line 2, 4: shorter than 4 characters, which would be found anywhere",
		"größ\ngrö":                "line 2: shorter than 4 characters, which would be found anywhere",
		"\xff\xfe\xfd\xfc\nab":     "line 1: not UTF-8, as slices are\nline 2: shorter than 4 characters, which would be found anywhere",
		"\n  \n":                   "it holds no value, and would prove nothing",
		strings.Repeat("x", 2<<20): "bufio.Scanner: token too long",
	} {
		if _, err := planted.Read(strings.NewReader(text)); err == nil || err.Error() != want {
			t.Errorf("%.20q: %v, want %s", text, err, want)
		}
	}
}

// However a value is wrapped, it is found: whole, within, in JSON, in JSON within JSON, in an array, a composite, a bytea.
func TestWrapped(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.StringMatching(`[a-zé"\\漢😀/{}, ]{2}[a-zé"\\漢😀/]{3,8}`).Draw(t, "value")
		if strings.TrimSpace(value) != value {
			t.Skip()
		}
		l, err := planted.Read(strings.NewReader("some other value\n" + value + "\nyet another"))
		if err != nil {
			t.Fatal(err)
		}
		text := value
		for range rapid.IntRange(0, 3).Draw(t, "layers") {
			text = wraps[rapid.IntRange(0, len(wraps)-1).Draw(t, "wrap")](text)
		}
		if lines := l.Finder().Lines([]byte(text)); !slices.Contains(lines, 2) {
			t.Fatalf("%q is not found in %q: %v", value, text, lines)
		}
	})
}

// wraps are what a value may lie in.
var wraps = []func(string) string{
	func(s string) string { return "before " + s + " behind" },
	func(s string) string { b, _ := json.Marshal(map[string]any{"a": []any{1, s}}); return string(b) },
	func(s string) string { // every character by its number
		var b strings.Builder
		for _, r := range s {
			if r > 0xFFFF {
				r -= 0x10000
				fmt.Fprintf(&b, `\u%04x\u%04X`, 0xD800+r>>10, 0xDC00+r&0x3FF)
			} else {
				fmt.Fprintf(&b, `\u%04x`, r)
			}
		}
		return `{"k": "` + b.String() + `"}`
	},
	func(s string) string {
		return `{"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `",two}`
	},
	func(s string) string { return `(1,"` + strings.NewReplacer(`\`, `\\`, `"`, `""`).Replace(s) + `")` },
}

func TestBytea(t *testing.T) {
	t.Parallel()
	l := read(t, "hush@example.org")
	if lines := l.Finder().Lines(fmt.Appendf(nil, `\x%x`, "\x00\x01hush@example.org\xff")); len(lines) != 1 {
		t.Error("in a bytea it is not found")
	}
}

// The same as looking for one value after the other.
func TestAsIndex(t *testing.T) {
	t.Parallel()
	dice := rand.New(rand.NewPCG(3, 4))
	word := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = "ab"[dice.IntN(2)]
		}
		return string(b)
	}
	for range 300 {
		var values []string
		for range 1 + dice.IntN(40) {
			values = append(values, word(4+dice.IntN(8)))
		}
		l, text := read(t, values...), word(dice.IntN(200))
		got, want := slices.Sorted(slices.Values(l.Finder().Lines([]byte(text)))), []int(nil)
		for i, v := range values {
			if slices.Index(values, v) == i && strings.Contains(text, v) {
				want = append(want, i+1)
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("in %s of %v: %v, want %v", text, values, got, want)
		}
	}
}

func FuzzLines(f *testing.F) {
	f.Add([]byte(`{"a": "\ud83d\ude00\"\\u0041"}`))
	f.Add([]byte(`\xzz`))
	l := read(f, "hush@example.org", "\\u0041\\")
	f.Fuzz(func(t *testing.T, text []byte) {
		before := bytes.Clone(text)
		l.Finder().Lines(text)
		if !bytes.Equal(before, text) {
			t.Error("the text was changed")
		}
	})
}

// BenchmarkLines looks for 500 values in rows of customers, a field at a time.
func BenchmarkLines(b *testing.B) {
	var values []string
	for i := range 500 {
		values = append(values, fmt.Sprintf("planted.person%d@example.org", i))
	}
	l := read(b, values...)
	fields := [][]byte{[]byte("4711"), []byte("jane.doe.kaabf@example.com"), []byte("Jane Doe"), []byte("2024-01-02 03:04:05.678+00"), []byte(strings.Repeat("some words of a note ", 8)), []byte(`{"a": "b\"c", "d": [1, 2]}`)}
	size := 0
	for _, f := range fields {
		size += len(f)
	}
	finder := l.Finder()
	b.SetBytes(int64(size))
	for b.Loop() {
		for _, f := range fields {
			if len(finder.Lines(f)) > 0 {
				b.Fatal("found")
			}
		}
	}
}
