package keyset

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestKeys are a set, of each kind: what was added is there once and comes out as it went in,
// what was not is not there.
func TestKeys(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind  Form
		width int
		draw  *rapid.Generator[string]
	}{
		"integers": {Integers, 1, rapid.Custom(func(t *rapid.T) string { return fmt.Sprint(rapid.Int64().Draw(t, "n")) })},
		"uuids": {UUIDs, 1, rapid.Custom(func(t *rapid.T) string {
			u := rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "uuid")
			return fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
		})},
		"text":  {Texts, 1, rapid.String()},
		"pairs": {Texts, 2, rapid.String()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				key := rapid.SliceOfN(c.draw, c.width, c.width)
				added := rapid.SliceOf(key).Draw(t, "added")
				others := rapid.SliceOf(key).Draw(t, "others")
				room := NewMemory(rapid.SampledFrom([]int64{0, 1, 64, 4096, 100_000}).Draw(t, "room"))
				defer room.Close()
				one, two := room.Set(c.width, c.kind), room.Set(c.width, c.kind)
				want := map[string]bool{}
				for i, k := range append(slices.Clone(added), added...) { // each twice
					set := one
					if i%3 == 0 {
						set = two
					}
					if err := set.Add(raw(k)); err != nil {
						t.Fatal(err)
					}
					want[fmt.Sprintf("%q", k)] = true
				}
				one.Merge(two)
				one.Seal()
				if one.Len() != len(want) {
					t.Fatalf("%d keys, want %d", one.Len(), len(want))
				}
				for values := range one.All() {
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
					if one.Has(raw(k)) != want[fmt.Sprintf("%q", k)] {
						t.Fatalf("has(%q) is wrong", k)
					}
				}
				if room.bound == 1 && one.held()+two.held() > 0 {
					t.Fatal("keys stay in memory")
				}
				one.Free()
				two.Free()
				if room.Err() != nil || room.used != 0 {
					t.Fatalf("%d bytes are taken, %v", room.used, room.Err())
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
	for kind, text := range map[Form]string{Integers: "hush", UUIDs: "hush0000-0000-0000-0000-000000000000"} {
		err := NewSet(1, kind).Add(raw([]string{text}))
		if err == nil || err.Error() != map[Form]string{
			Integers: "read a key: invalid syntax", UUIDs: "read a key: it is not a uuid as PostgreSQL prints it",
		}[kind] {
			t.Errorf("%v", err)
		}
	}
}

// Many keys on disk, in many blocks, are found; nothing is left when the room is closed; and
// what goes wrong with a file is kept.
func TestKeysOnDisk(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	room := NewMemory(1 << 20)
	ints, texts := room.Set(1, Integers), room.Set(2, Texts)
	const n = 300_000
	for i := range n {
		number := fmt.Appendf(nil, "%d", (i*7919)%n-n/2)
		if err := errors.Join(ints.Add([][]byte{number}), texts.Add([][]byte{number, []byte("x")})); err != nil {
			t.Fatal(err)
		}
	}
	for _, k := range []*Set{ints, texts} {
		if k.Seal(); len(k.runs) != 1 || k.Len() != n {
			t.Errorf("%d runs, %d keys", len(k.runs), k.Len())
		}
		key := func(text string) [][]byte { return [][]byte{[]byte(text), []byte("x")}[:k.width] }
		for i := -n / 2; i < n/2; i += 997 {
			if !k.Has(key(fmt.Sprint(i))) {
				t.Errorf("%d is not there", i)
			}
		}
		if k.Has(key(fmt.Sprint(n))) || k.Has(key(fmt.Sprint(-n))) {
			t.Error("what was not added is there")
		}
		last := ""
		for values := range k.All() {
			if s := fmt.Sprintf("%q", values); k == texts && s < last && len(s) == len(last) {
				t.Fatalf("%s comes after %s", s, last)
			} else {
				last = s
			}
		}
	}
	if room.used > room.bound+room.bound/4 || room.Err() != nil {
		t.Errorf("%d bytes are taken, %v", room.used, room.Err())
	}
	if err := ints.runs[0].file.Close(); err != nil {
		t.Fatal(err)
	}
	if ints.Has([][]byte{[]byte("7")}); !errors.Is(room.Err(), os.ErrClosed) {
		t.Errorf("got %v", room.Err())
	}
	room.Close()
	if left, err := os.ReadDir(os.Getenv("TMPDIR")); err != nil || len(left) > 0 {
		t.Errorf("%v is left, %v", left, err)
	}
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "nowhere"))
	room = NewMemory(1)
	k := room.Set(1, Integers)
	if err := k.Add([][]byte{[]byte("7")}); err != nil || !errors.Is(room.Err(), os.ErrNotExist) {
		t.Errorf("got %v, %v", err, room.Err())
	}
}
