package schema_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/gyrodata/gyro/schema"
)

// graph says of each name which it refers to.
type graph map[string]string

func (g graph) to(n schema.Name) []schema.Name { return names(g[n.Table]) }

// names makes a name of each letter.
func names(letters string) []schema.Name {
	var out []schema.Name
	for _, l := range letters {
		out = append(out, schema.NewName("", string(l)))
	}
	return out
}

// spell writes components as "a bc d".
func spell(components [][]schema.Name) string {
	words := make([]string, len(components))
	for i, c := range components {
		for _, n := range c {
			words[i] += n.Table
		}
	}
	return strings.Join(words, " ")
}

func TestComponents(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		names string
		graph graph
		want  string
	}{
		{name: "nothing", want: ""},
		{name: "no references: the order stays", names: "cab", want: "c a b"},
		{name: "parents first already", names: "abc", graph: graph{"b": "a", "c": "ab"}, want: "a b c"},
		{name: "a child waits for its parent, the others stay", names: "xcab", graph: graph{"c": "a"}, want: "x a c b"},
		{name: "reversed", names: "cba", graph: graph{"c": "b", "b": "a"}, want: "a b c"},
		{name: "itself", names: "ba", graph: graph{"a": "a", "b": "ab"}, want: "a b"},
		{name: "a circle keeps the order of names", names: "cba", graph: graph{"a": "b", "b": "c", "c": "a"}, want: "cba"},
		{name: "a circle between parent and child", names: "zcbax", graph: graph{"z": "a", "a": "b", "b": "ax", "c": "b"}, want: "x ba z c"},
		{name: "circles that share a table are one", names: "abcd", graph: graph{"a": "b", "b": "ac", "c": "bd", "d": "c"}, want: "abcd"},
		{name: "two circles, one after the other", names: "abcd", graph: graph{"a": "b", "b": "ac", "c": "d", "d": "c"}, want: "cd ab"},
		{name: "a circle with a way across", names: "abcd", graph: graph{"a": "b", "b": "cd", "c": "a", "d": "b"}, want: "abcd"},
		{name: "names that are not in the list", names: "ba", graph: graph{"a": "z", "b": "az", "z": "b"}, want: "a b"},
		{name: "twice the same reference", names: "ba", graph: graph{"b": "aa"}, want: "a b"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := spell(schema.Components(names(c.names), c.graph.to)); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// The components are those that mutual reachability gives, found the slow and obvious way,
// and they stand in the first order of names that puts every component after all it refers
// to.
func TestComponentsProperty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		all := "abcdefgh"[:rapid.IntRange(0, 8).Draw(t, "how many")]
		letters := string(rapid.Permutation([]rune(all)).Draw(t, "names"))
		g := graph{}
		for _, l := range all {
			g[string(l)] = rapid.StringOfN(rapid.RuneFrom([]rune("abcdefgh")), 0, 3, -1).Draw(t, fmt.Sprintf("%c refers to", l))
		}
		got := schema.Components(names(letters), g.to)
		if want := slowly(letters, g); spell(got) != want {
			t.Fatalf("names %s, %v: got %q, want %q", letters, g, spell(got), want)
		}
	})
}

// slowly is Components by its definition.
func slowly(letters string, g graph) string {
	reaches := map[string]bool{} // "ab": a reaches b
	for _, a := range letters {
		for _, b := range g[string(a)] {
			reaches[string([]rune{a, b})] = strings.ContainsRune(letters, b)
		}
		reaches[string([]rune{a, a})] = true
	}
	for range letters { // as often as a way may be long
		for _, a := range letters {
			for _, b := range letters {
				for _, c := range letters {
					if reaches[string([]rune{a, b})] && reaches[string([]rune{b, c})] {
						reaches[string([]rune{a, c})] = true
					}
				}
			}
		}
	}
	var out []string
	placed := ""
	for len(placed) < len(letters) {
		for _, a := range letters {
			circle, ready := "", !strings.ContainsRune(placed, a)
			for _, b := range letters {
				there, back := reaches[string([]rune{a, b})], reaches[string([]rune{b, a})]
				if there && back {
					circle += string(b)
				} else if there && !strings.ContainsRune(placed, b) {
					ready = false
				}
			}
			if ready {
				out = append(out, circle)
				placed += circle
				break
			}
		}
	}
	return strings.Join(out, " ")
}

// The worst order of two thousand tables takes a moment, not minutes.
func TestComponentsLong(t *testing.T) {
	t.Parallel()
	const n = 2000
	list := make([]schema.Name, n)
	next := map[schema.Name]schema.Name{}
	for i := range list {
		list[i] = schema.NewName("", fmt.Sprint(i))
		if i > 0 {
			next[list[i]] = list[i-1]
		}
	}
	reversed := slices.Clone(list)
	slices.Reverse(reversed)
	got := schema.Components(reversed, func(m schema.Name) []schema.Name {
		if p, ok := next[m]; ok {
			return []schema.Name{p}
		}
		return nil
	})
	for i, c := range got {
		if len(c) != 1 || c[0] != list[i] {
			t.Fatalf("at %d: %v", i, c)
		}
	}
}
