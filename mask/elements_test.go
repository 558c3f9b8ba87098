package mask_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/mask"
)

// arrayOf writes an array as PostgreSQL does: bounds, where one is not 1, and braces.
func arrayOf(dims, lows []int, elements []string) string {
	text := ""
	if slices.ContainsFunc(lows, func(n int) bool { return n != 1 }) {
		for i, n := range dims {
			text += fmt.Sprintf("[%d:%d]", lows[i], lows[i]+n-1)
		}
		text += "="
	}
	if len(elements) == 0 {
		return "{}"
	}
	var nest func(dims []int, elements []string) string
	nest = func(dims []int, elements []string) string {
		var parts []string
		for i := range dims[0] {
			if len(dims) == 1 {
				parts = append(parts, elements[i])
				continue
			}
			size := len(elements) / dims[0]
			parts = append(parts, nest(dims[1:], elements[i*size:(i+1)*size]))
		}
		return "{" + strings.Join(parts, ",") + "}"
	}
	return text + nest(dims, elements)
}

// arrayElement is an element that is not NULL.
func arrayElement(text string) string {
	if text != "" && !strings.EqualFold(text, "null") && !strings.ContainsAny(text, "\"\\{}, \t\n\r\v\f") {
		return text
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

// Whatever array: its bounds and NULLs stay, its elements are what the fake or the source makes, and the server would print it so.
func TestElementsRandom(t *testing.T) {
	t.Parallel()
	s := newSource(t)
	for _, c := range []struct {
		typ, named string
		mask       gyro.Mask
		elements   []string
		made       func(element string, n int) string // nil: by madeOf
	}{
		{"text[]", "pg_catalog.text[]", maker("one"), oddities, nil},
		{"character varying(40)[]", "character varying(40)[]", maker("one"), oddities, nil},
		{"text[]", "pg_catalog.text[]", mask.Hash(), oddities, func(element string, _ int) string { return hmacOf("a key", element) }},
		{"integer[]", "integer[]", mask.Integer(), []string{"1", "-7", "2147483647"}, func(_ string, n int) string { return fmt.Sprint(n * 17) }},
		{"integer[]", "integer[]", mask.Round(10), []string{"4", "-16", "0"}, func(element string, _ int) string { return tens(element) }},
		{"numeric(6,2)[]", "numeric(6,2)[]", mask.Round(10), []string{"4.00", "-16.25"}, func(element string, _ int) string { return tens(element) + ".00" }},
		{"boolean[]", "boolean[]", mask.Boolean(), []string{"t", "f"}, func(_ string, n int) string { return string("tf"[n%2]) }},
		{"date[]", "pg_catalog.date[]", mask.TruncateDate("year"), []string{"2020-02-29"}, func(string, int) string { return "2020-01-01" }},
		{"character(5)[]", "character(5)[]", mask.Constant("ab"), []string{"a    ", "bc   "}, func(string, int) string { return "ab   " }},
		{"inet[]", "pg_catalog.inet[]", mask.Constant("10.0.0.1"), []string{"192.168.0.1"}, func(string, int) string { return "10.0.0.1" }},
		{"text[]", "pg_catalog.text[]", mask.Null(), oddities, nil},
	} {
		m := mask.Elements(c.mask)
		rapid.Check(t, func(t *rapid.T) {
			dims := rapid.SliceOfN(rapid.IntRange(1, 3), 0, 3).Draw(t, "dims")
			var lows []int
			count := min(1, len(dims))
			for _, n := range dims {
				lows, count = append(lows, rapid.SampledFrom([]int{1, 1, 1, 0, -3, 7}).Draw(t, "low")), count*n
			}
			var clear, want []string
			for n := range count {
				if rapid.IntRange(0, 4).Draw(t, "null") == 0 {
					clear, want = append(clear, "NULL"), append(want, "NULL")
					continue
				}
				element := rapid.SampledFrom(c.elements).Draw(t, "element")
				clear = append(clear, arrayElement(element))
				switch {
				case c.mask.Null:
					want = append(want, "NULL")
				case c.made == nil:
					want = append(want, arrayElement(madeOf(0, fmt.Sprint(n+1))))
				default:
					want = append(want, arrayElement(c.made(element, n+1)))
				}
			}
			value := arrayOf(dims, lows, clear)
			if got := s.printed(t, value, c.named); got != value {
				t.Fatalf("the test writes %s, the server %s", value, got)
			}
			_, got := s.marked(t, m, c.typ, value, func(at gyro.Place) string {
				if c.made == nil {
					return madeOf(at.Part, string(at.Tells))
				}
				var n int
				_, _ = fmt.Sscan(string(at.Tells), &n)
				return c.made("", n)
			})
			if expected := arrayOf(dims, lows, want); got != expected {
				t.Fatalf("%s of %s is\n%s, want\n%s", m.Name, value, got, expected)
			}
			if again := s.printed(t, got, c.named); again != got {
				t.Fatalf("%s is printed as %s", got, again)
			}
		})
	}
	// By value, the digest is that of a column of the element's type.
	for typ, c := range map[string][2]string{"text[]": {`{"Maria \""}`, `Maria "`}, "integer[]": {"{17}", "17"}, "character(5)[]": {"{ab}", "ab"}} {
		m := mask.Choice("17").ByValue("people")
		s.marked(t, mask.Elements(m), typ, c[0], func(at gyro.Place) string {
			if want := hmacOf("a key", `domain "people":`+c[1]); string(at.Tells) != want {
				t.Errorf("%s: %s, want %s", typ, at.Tells, want)
			}
			return "17"
		})
	}
}

// Whatever hstore: what is kept is kept, and the server would print it so.
func TestHStoreRandom(t *testing.T) {
	t.Parallel()
	s := newSource(t)
	s.exec(`CREATE SCHEMA "ext tension"; CREATE EXTENSION hstore SCHEMA "ext tension"`)
	keys := []string{"a", "bb", "", "NULL", `q"\`, "x y", "ä", "\n\x01", "=>"}
	rapid.Check(t, func(t *rapid.T) {
		masks := map[string]gyro.Mask{}
		for range rapid.IntRange(1, 4).Draw(t, "masks") {
			masks[rapid.SampledFrom(keys).Draw(t, "masked")] = rapid.SampledFrom([]gyro.Mask{maker("one"), maker("two"), mask.Null(), mask.Keep(), mask.Hash()}).Draw(t, "mask")
		}
		quote := func(text string) string {
			return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
		}
		var clear, want []string
		said := map[string]any{}
		for range rapid.IntRange(0, 6).Draw(t, "size") {
			said[rapid.SampledFrom(keys).Draw(t, "key")] = nil
		}
		numbers := map[string]int{}
		for _, key := range slices.Sorted(maps.Keys(masks)) {
			numbers[key] = len(numbers)
		}
		for _, key := range sortedKeys(said) {
			value, masked := "NULL", "NULL"
			if rapid.IntRange(0, 3).Draw(t, "null") > 0 {
				text := strings.ReplaceAll(rapid.OneOf(rapid.SampledFrom(oddities), rapid.String()).Draw(t, "text"), "\x00", "")
				value = quote(text)
				switch m, ok := masks[key]; {
				case !ok || m.Name == "keep":
					masked = value
				case m.Name == "hash":
					masked = quote(hmacOf("a key", text))
				case m.Fake != nil:
					masked = quote(madeOf(numbers[key], ""))
				}
			}
			clear, want = append(clear, quote(key)+"=>"+value), append(want, quote(key)+"=>"+masked)
		}
		value, expected := strings.Join(clear, ", "), strings.Join(want, ", ")
		if got := s.printed(t, value, `"ext tension".hstore`); got != value {
			t.Fatalf("the test writes %s, the server %s", value, got)
		}
		_, got := s.marked(t, mask.HStore(masks), "ext tension.hstore", value, func(at gyro.Place) string { return madeOf(at.Part, string(at.Tells)) })
		if got != expected {
			t.Fatalf("%s is\n%s, want\n%s", value, got, expected)
		}
		if again := s.printed(t, got, `"ext tension".hstore`); again != got {
			t.Fatalf("%s is printed as %s", got, again)
		}
	})
}
