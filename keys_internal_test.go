package gyro

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Keys are a set, of each kind: what was added is there once and comes out as it went in,
// what was not is not there.
func TestKeys(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind  keyKind
		width int
		draw  *rapid.Generator[string]
	}{
		"integers": {integerKeys, 1, rapid.Custom(func(t *rapid.T) string { return fmt.Sprint(rapid.Int64().Draw(t, "n")) })},
		"uuids": {uuidKeys, 1, rapid.Custom(func(t *rapid.T) string {
			u := rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "uuid")
			return fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
		})},
		"text":  {textKeys, 1, rapid.String()},
		"pairs": {textKeys, 2, rapid.String()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				key := rapid.SliceOfN(c.draw, c.width, c.width)
				added := rapid.SliceOf(key).Draw(t, "added")
				others := rapid.SliceOf(key).Draw(t, "others")
				one, two := newKeys(c.width, c.kind), newKeys(c.width, c.kind)
				want := map[string]bool{}
				for i, k := range append(slices.Clone(added), added...) { // each twice
					set := one
					if i%3 == 0 {
						set = two
					}
					if err := set.add(raw(k)); err != nil {
						t.Fatal(err)
					}
					want[fmt.Sprintf("%q", k)] = true
				}
				one.merge(two)
				one.seal()
				if one.Len() != len(want) {
					t.Fatalf("%d keys, want %d", one.Len(), len(want))
				}
				for values := range one.all() {
					if k := fmt.Sprintf("%q", values); !want[k] {
						t.Fatalf("%s was not added", k)
					}
				}
				columns := make([][]string, c.width)
				for i := range columns {
					for v := range one.Column(i) {
						columns[i] = append(columns[i], string(v))
					}
					if len(columns[i]) != one.Len() {
						t.Fatalf("column %d has %d values", i, len(columns[i]))
					}
				}
				for _, k := range append(others, added...) {
					if one.has(raw(k)) != want[fmt.Sprintf("%q", k)] {
						t.Fatalf("has(%q) is wrong", k)
					}
				}
			})
		})
	}
}

func raw(key []string) [][]byte {
	values := make([][]byte, len(key))
	for i, v := range key {
		values[i] = []byte(v)
	}
	return values
}

// What is no key of its kind is refused, and not shown.
func TestKeysRefuse(t *testing.T) {
	t.Parallel()
	for kind, text := range map[keyKind]string{integerKeys: "hush", uuidKeys: "hush0000-0000-0000-0000-000000000000"} {
		err := newKeys(1, kind).add(raw([]string{text}))
		if err == nil || err.Error() != map[keyKind]string{
			integerKeys: "read a key: invalid syntax", uuidKeys: "read a key: it is not a uuid as PostgreSQL prints it",
		}[kind] {
			t.Errorf("%v", err)
		}
	}
}
