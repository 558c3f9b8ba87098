package mask_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/mask"
	"github.com/gyrodata/gyro/schema"
)

const mark = "0123456789abcdef0123456789abcdef"

// marked gives what the source sends of a value, and what becomes of it where a fake writes what made says.
func (s source) marked(t errorer, m gyro.Mask, typ, value string, made func(at gyro.Place) string) (sent, filled string) {
	c := schema.Column{Name: "v", Type: typ}
	if strings.HasSuffix(typ, "hstore") {
		c.Qualified = `"ext tension".hstore`
	}
	if problem := m.Problem(c); problem != "" {
		t.Fatalf("%s of %s: %s", m.Name, typ, problem)
	}
	named := c.SizedType()
	sql := "SELECT " + m.Inside.SQL("t.v", c, mark) + " FROM (SELECT ($1::pg_catalog.text)::" + named + " AS v) AS t"
	if err := s.conn.QueryRow(s.t.Context(), sql, value).Scan(&sent); err != nil {
		t.Fatalf("%s of %q: %v\n%s", m.Name, value, err, sql)
	}
	out, err := m.Inside.Fill([]byte("before"), []byte(sent), []byte(mark), func(text []byte, at gyro.Place) ([]byte, error) {
		return append(text, made(at)...), nil
	})
	if err != nil {
		t.Fatalf("%s of %q, sent as %q: %v", m.Name, value, sent, err)
	}
	if strings.Contains(string(out), mark) {
		t.Fatalf("a mark is left in %q", out)
	}
	return sent, strings.TrimPrefix(string(out), "before")
}

// printed is a value as the server prints it.
func (s source) printed(t errorer, value, typ string) (text string) {
	if err := s.conn.QueryRow(s.t.Context(), "SELECT pg_catalog.concat(($1::pg_catalog.text)::"+typ+")", value).Scan(&text); err != nil {
		t.Fatalf("%q: %v", value, err)
	}
	return text
}

type errorer interface {
	Fatalf(format string, args ...any)
}

// maker is a fake of which the test knows what it writes.
func maker(name string) gyro.Mask {
	m := mask.Word()
	m.Name = name
	return m
}

// write is JSON as PostgreSQL writes a jsonb.
func write(b *strings.Builder, v any) {
	switch v := v.(type) {
	case nil:
		b.WriteString("null")
	case bool:
		b.WriteString(strconv.FormatBool(v))
	case json.Number:
		b.WriteString(string(v))
	case string:
		b.WriteByte('"')
		for _, r := range v {
			switch i := strings.IndexRune("\"\\\b\f\n\r\t", r); {
			case i >= 0:
				b.WriteString([]string{`\"`, `\\`, `\b`, `\f`, `\n`, `\r`, `\t`}[i])
			case r < 0x20:
				fmt.Fprintf(b, `\u%04x`, r)
			default:
				b.WriteRune(r)
			}
		}
		b.WriteByte('"')
	case []any:
		b.WriteByte('[')
		for i, e := range v {
			if i > 0 {
				b.WriteString(", ")
			}
			write(b, e)
		}
		b.WriteByte(']')
	case map[string]any:
		b.WriteByte('{')
		for i, k := range sortedKeys(v) {
			if i > 0 {
				b.WriteString(", ")
			}
			write(b, k)
			b.WriteString(": ")
			write(b, v[k])
		}
		b.WriteByte('}')
	}
}

// sortedKeys are keys in jsonb's order.
func sortedKeys(v map[string]any) []string {
	return slices.SortedFunc(maps.Keys(v), func(a, b string) int {
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
}

func written(v any) string {
	var b strings.Builder
	write(&b, v)
	return b.String()
}

// move is one step down a document: a key or an index, and which of its kind it is.
type move struct {
	key     string
	index   int // -1: a key
	ordinal int
}

// drawnPath is a path as its steps: a key is "k" and the key, an index its digits; "*" and "[*]" are all.
type drawnPath struct {
	steps []string
	mask  gyro.Mask
}

func (p drawnPath) String() string {
	text := "$"
	for _, s := range p.steps {
		switch {
		case s == "*":
			text += ".*"
		case s[0] == 'k':
			quoted, _ := json.Marshal(s[1:])
			text += "." + string(quoted)
		default:
			text += "[" + strings.Trim(s, "[]") + "]"
		}
	}
	return text
}

// rank says how exactly the first steps of a path lead along a way; ok is false where they do not.
func (p drawnPath) rank(way []move) (rank string, ok bool) {
	for i, m := range way[:min(len(way), len(p.steps))] {
		named, all := "k"+m.key, "*"
		if m.index >= 0 {
			named, all = strconv.Itoa(m.index), "[*]"
		}
		switch p.steps[i] {
		case named:
			rank += "n"
		case all:
			rank += "*"
		default:
			return "", false
		}
	}
	return rank, true
}

// model masks a document slowly: of each place it asks all paths.
type model struct {
	paths []drawnPath
	made  func(part int, ordinals string) string
}

func (m model) mask(v any, way []move) any {
	best, bestRank := -1, ""
	for i, p := range m.paths {
		if rank, ok := p.rank(way); ok && len(p.steps) <= len(way) && (best < 0 || exacter(rank, bestRank)) {
			best, bestRank = i, rank
		}
	}
	keys, indexes := false, false
	for _, p := range m.paths {
		if rank, ok := p.rank(way); ok && len(p.steps) > len(way) && (best < 0 || exacter(rank, bestRank)) {
			isKey := p.steps[len(way)] == "*" || p.steps[len(way)][0] == 'k'
			keys, indexes = keys || isKey, indexes || !isKey
		}
	}
	switch {
	case !keys && !indexes && best >= 0:
		return m.leaf(best, v, way)
	case !keys && !indexes:
		return v
	}
	switch v := v.(type) {
	case map[string]any:
		if keys {
			out := map[string]any{}
			for i, k := range sortedKeys(v) {
				out[k] = m.mask(v[k], append(slices.Clone(way), move{k, -1, i + 1}))
			}
			return out
		}
	case []any:
		if indexes {
			out := []any{}
			for i, e := range v {
				out = append(out, m.mask(e, append(slices.Clone(way), move{"", i, i + 1})))
			}
			return out
		}
	}
	return nil
}

// exacter compares ranks from the front on; where one begins the other, the longer one is.
func exacter(a, b string) bool {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return a[i] == 'n'
		}
	}
	return len(a) > len(b)
}

func (m model) leaf(part int, v any, way []move) any {
	p := m.paths[part]
	text := written(v)
	if s, ok := v.(string); ok {
		text = s
	}
	number, isNumber := v.(json.Number)
	switch name := p.mask.Name; {
	case name == "keep" || v == nil:
		return v
	case name == "null":
		return nil
	case strings.HasPrefix(name, "constant"):
		return "it's"
	case name == "hash":
		return hmacOf("a key", text)
	case name == "round(10)":
		if !isNumber {
			return nil
		}
		return json.Number(tens(string(number)))
	}
	var ordinals []string
	for i, move := range way {
		if i >= len(p.steps) || p.steps[i] == "*" || p.steps[i] == "[*]" {
			ordinals = append(ordinals, strconv.Itoa(move.ordinal))
		}
	}
	made := m.made(part, strings.Join(ordinals, "x"))
	_, isBool := v.(bool)
	switch {
	case isNumber && (made == "17" || made == "-1.50"):
		return json.Number(made)
	case isBool && (made == "t" || made == "true"):
		return true
	case isBool && (made == "f" || made == "false"):
		return false
	}
	return made
}

// tens rounds a number to tens, half away from zero.
func tens(number string) string {
	r, _ := new(big.Rat).SetString(number)
	r.Quo(r, big.NewRat(10, 1))
	half := big.NewRat(1, 2)
	if r.Sign() < 0 {
		half.Neg(half)
	}
	r.Add(r, half)
	n := new(big.Int).Quo(r.Num(), r.Denom())
	return n.Mul(n, big.NewInt(10)).String()
}

// oddities are what fakes write in the random tests.
var oddities = []string{"17", "-1.50", "t", "f", "true", "false", "01", "-0", "1e5", "", "NULL", "null", `a "quote" \ {b,c}`, "line\nbreak\ttab\x01\x1f\x7f", "Zoë 🙂", ".5", "5.", "-", "\"", "it's"}

func madeOf(part int, ordinals string) string {
	n := part * 7
	for _, c := range ordinals {
		n = n*31 + int(c)
	}
	return oddities[n%len(oddities)]
}

var docKeys = []string{"a", "bb", "ä", "", `q"\`, "x y", "'", "a", "bb", "\n"}

func genDoc(depth int) *rapid.Generator[any] {
	return rapid.Custom(func(t *rapid.T) any {
		kind := rapid.IntRange(0, 8).Draw(t, "kind")
		if depth == 0 {
			kind %= 5
		}
		switch kind {
		case 0:
			return nil
		case 1:
			return rapid.Bool().Draw(t, "bool")
		case 2:
			return json.Number(rapid.SampledFrom([]string{"0", "-0", "1", "14.999", "-15", "25.0", "0.10", "1e400", "-1.5E-7", "123456789012345678901234567890", "5e-1"}).Draw(t, "number"))
		case 3, 4:
			if rapid.Bool().Draw(t, "odd") {
				return rapid.SampledFrom(oddities).Draw(t, "odd")
			}
			return strings.ReplaceAll(rapid.String().Draw(t, "text"), "\x00", "")
		case 5, 6:
			return rapid.SliceOfN(genDoc(depth-1), 0, 3).Draw(t, "list")
		}
		doc := map[string]any{}
		for range rapid.IntRange(0, 4).Draw(t, "size") {
			doc[rapid.SampledFrom(docKeys).Draw(t, "key")] = genDoc(depth-1).Draw(t, "member")
		}
		return doc
	})
}

func genPath(t *rapid.T) drawnPath {
	p := drawnPath{mask: rapid.SampledFrom([]gyro.Mask{maker("one"), maker("two"), maker("three"), mask.Null(), mask.Keep(), mask.Hash(), mask.Constant("it's"), mask.Round(10)}).Draw(t, "mask")}
	for range rapid.IntRange(0, 4).Draw(t, "steps") {
		switch rapid.IntRange(0, 4).Draw(t, "step") {
		case 0:
			p.steps = append(p.steps, "*")
		case 1:
			p.steps = append(p.steps, "[*]")
		case 2:
			p.steps = append(p.steps, strconv.Itoa(rapid.IntRange(0, 2).Draw(t, "index")))
		default:
			p.steps = append(p.steps, "k"+rapid.SampledFrom(docKeys).Draw(t, "key"))
		}
	}
	return p
}

// Whatever documents and paths: what comes out is what a model makes of the document, place by place, and the server would print it
// so.
func TestJSONRandom(t *testing.T) {
	t.Parallel()
	s := newSource(t)
	deep := 0
	rapid.Check(t, func(t *rapid.T) {
		paths, said := mask.Paths{}, []drawnPath{}
		for range rapid.IntRange(1, 6).Draw(t, "paths") {
			p := genPath(t)
			paths[p.String()] = p.mask
		}
		// Parts are numbered in the order of their texts.
		for _, text := range slices.Sorted(maps.Keys(paths)) {
			said = append(said, drawnPath{mask: paths[text], steps: stepsOf(text)})
		}
		m := mask.JSON(paths)
		if problem := m.Problem(schema.Column{Name: "v", Type: "jsonb"}); problem != "" {
			if !strings.Contains(problem, " hides ") {
				t.Fatalf("%s", problem)
			}
			t.Skip("one hides another")
		}
		doc := genDoc(4).Draw(t, "doc")
		text := written(doc)
		canonical := s.printed(t, text, "pg_catalog.jsonb")
		decoder := json.NewDecoder(strings.NewReader(canonical))
		decoder.UseNumber()
		var decoded any
		if err := decoder.Decode(&decoded); err != nil {
			t.Fatalf("%v", err)
		}
		if got := written(decoded); got != canonical {
			t.Fatalf("the model writes %s, the server %s", got, canonical)
		}
		want := written(model{said, madeOf}.mask(decoded, nil))
		typ := rapid.SampledFrom([]string{"json", "jsonb"}).Draw(t, "type")
		_, got := s.marked(t, m, typ, text, func(at gyro.Place) string { return madeOf(at.Part, string(at.Tells)) })
		if got != want {
			t.Fatalf("%s of %s is\n%s, want\n%s", m.Name, canonical, got, want)
		}
		if again := s.printed(t, got, "pg_catalog.jsonb"); again != got {
			t.Fatalf("%s is printed as %s", got, again)
		}
		if got != canonical {
			deep++
		}
	})
	if deep < 5 {
		t.Errorf("%d documents changed", deep)
	}
}

// stepsOf reads back a path that the test wrote.
func stepsOf(path string) (steps []string) {
	for rest := path[1:]; rest != ""; {
		switch {
		case strings.HasPrefix(rest, ".*"):
			steps, rest = append(steps, "*"), rest[2:]
		case strings.HasPrefix(rest, "[*]"):
			steps, rest = append(steps, "[*]"), rest[3:]
		case rest[0] == '[':
			index, after, _ := strings.Cut(rest[1:], "]")
			steps, rest = append(steps, index), after
		default:
			decoder := json.NewDecoder(strings.NewReader(rest[1:]))
			var key string
			if err := decoder.Decode(&key); err != nil {
				panic(err)
			}
			steps, rest = append(steps, "k"+key), rest[1+decoder.InputOffset():]
		}
	}
	return steps
}

// many are so many keys of one document that it is made anew.
func many(m gyro.Mask) mask.Paths {
	paths := mask.Paths{}
	for i := range 10 {
		paths["$.k"+strconv.Itoa(i)] = m
	}
	return paths
}

// What is masked how, case by case.
func TestJSON(t *testing.T) {
	t.Parallel()
	s := newSource(t)
	one := maker("one")
	for _, c := range []struct {
		paths     mask.Paths
		doc, want string
	}{
		{mask.Paths{"$.name": one}, `{"name": "Maria", "age": 7}`, `{"age": 7, "name": "<0s>"}`},
		{mask.Paths{"$.name": one}, `{"name": null}`, `{"name": null}`},
		{mask.Paths{"$.name": one}, `{}`, `{}`},
		{mask.Paths{"$.name": one}, `{"name": {"first": "Maria"}}`, `{"name": "<0o>"}`},
		{mask.Paths{"$.name": one}, `{"name": ["Maria"]}`, `{"name": "<0a>"}`},
		{mask.Paths{"$.name.first": one}, `{"name": "Maria"}`, `{"name": null}`},
		{mask.Paths{"$.name.first": one}, `["Maria"]`, `null`},
		{mask.Paths{"$.tags[*]": one}, `{"tags": ["a", null, "b"]}`, `{"tags": ["<0s1>", null, "<0s3>"]}`},
		{mask.Paths{"$.tags[*]": one}, `{"tags": "a"}`, `{"tags": null}`},
		{mask.Paths{"$.tags[1]": one}, `{"tags": ["a", "b", "c"]}`, `{"tags": ["a", "<0s>", "c"]}`},
		{mask.Paths{"$[*].a[*].b": one}, `[{"a": [{"b": 1}, {"b": true}]}, {"a": []}, {"a": [{"b": "x"}]}]`, `[{"a": [{"b": "<0n1x1>"}, {"b": "<0b1x2>"}]}, {"a": []}, {"a": [{"b": "<0s3x1>"}]}]`},
		{mask.Paths{"$": one}, `{"name": "Maria"}`, `"<0o>"`},
		{mask.Paths{"$.*": mask.Null(), "$.a": mask.Keep(), "$.b.c": one}, `{"a": {"x": 1}, "b": {"c": 1, "d": "Maria"}, "e": "Maria"}`, `{"a": {"x": 1}, "b": {"c": "<2n>", "d": null}, "e": null}`},
		{mask.Paths{"$.*": one, "$.a.b": mask.Keep()}, `{"a": {"b": 1, "c": {"d": 2}}, "x": 3}`, `{"a": {"b": 1, "c": "<0o1x2>"}, "x": "<0n2>"}`},
		{mask.Paths{"$.*.name": one, "$.a.note": mask.Null()}, `{"a": {"name": "Maria", "note": "x", "more": 1}}`, `{"a": {"more": 1, "name": "<0s1>", "note": null}}`},
		{mask.Paths{"$.*.x": one, "$.a.*": mask.Keep()}, `{"a": {"x": 1}, "b": {"x": 1}}`, `{"a": {"x": 1}, "b": {"x": "<0n2>"}}`},
		{mask.Paths{"$.n": mask.Round(10)}, `{"n": 14.5}`, `{"n": 10}`},
		{mask.Paths{"$.n": mask.Range(10)}, `{"n": -1}`, `{"n": -10}`},
		{mask.Paths{"$.n": mask.Round(10)}, `{"n": "14.5"}`, `{"n": null}`},
		{mask.Paths{"$.n": mask.Round(10)}, `{"n": {"m": 14.5}}`, `{"n": null}`},
		{mask.Paths{"$.n": mask.Token("")}, `{"n": 1.5}`, `{"n": null}`},
		{mask.Paths{"$.n": mask.Token("")}, `{"n": 1e400}`, `{"n": null}`},
		{mask.Paths{"$.n": mask.Partial(1, 1)}, `{"n": 4111}`, `{"n": "4**1"}`},
		{mask.Paths{"$.n": mask.Partial(1, 1)}, `{"n": "it's \"\\"}`, `{"n": "i*****\\"}`},
		{mask.Paths{"$.n": mask.Constant("17")}, `{"n": 4}`, `{"n": "17"}`},
		{mask.Paths{`$."a.b"`: one, `$."\""`: one, `$.ä_1`: one}, `{"a.b": 1, "\"": 2, "ä_1": 3, "a": {"b": 4}}`, `{"\"": "<0n>", "a": {"b": 4}, "a.b": "<1n>", "ä_1": "<2n>"}`},
		{many(one), `{"k0": 1, "k3": "x", "k9": [], "k10": 2}`, `{"k0": "<0n>", "k3": "<3s>", "k9": "<9a>", "k10": 2}`},
	} {
		_, got := s.marked(t, mask.JSON(c.paths), "jsonb", c.doc, func(at gyro.Place) string { return fmt.Sprintf("<%d?%s>", at.Part, at.Tells) })
		want := strings.NewReplacer("0s", "0?", "0o", "0?", "0a", "0?", "0n", "0?", "0b", "0?", "1n", "1?", "2n", "2?", "3s", "3?", "9a", "9?").Replace(c.want)
		if got != want {
			t.Errorf("%v of %s is\n%s, want\n%s", mask.JSON(c.paths).Name, c.doc, got, want)
		}
	}
	// A whole number stays one, and another one.
	_, got := s.marked(t, mask.JSON(mask.Paths{"$.n": mask.Token("")}), "jsonb", `{"n": 17}`, nil)
	if n, err := strconv.ParseInt(strings.Trim(got, `{}":n `), 10, 64); err != nil || n == 17 || n < 0 {
		t.Error(got)
	}
	if _, got = s.marked(t, mask.JSON(mask.Paths{"$.n": mask.Token("tok_##")}), "jsonb", `{"n": "17"}`, nil); !strings.HasPrefix(got, `{"n": "tok_`) {
		t.Error(got)
	}
	// By value, the digest of the text goes on, whatever JSON's type.
	for doc, text := range map[string]string{`{"n": "Maria \""}`: `Maria "`, `{"n": 1.50}`: "1.50", `{"n": true}`: "true"} {
		var digest string
		sent, _ := s.marked(t, mask.JSON(mask.Paths{"$.n": mask.Word().ByValue("people")}), "jsonb", doc, func(at gyro.Place) string {
			digest = string(at.Tells)
			return ""
		})
		if want := hmacOf("a key", `domain "people":`+text); digest != want || strings.Contains(sent, text) {
			t.Errorf("%s: %s, want %s, in %s", doc, digest, want, sent)
		}
	}
}

// A fake is written as PostgreSQL writes such a value, whatever it is and whatever stood there.
func TestJSONWritten(t *testing.T) {
	t.Parallel()
	s := newSource(t)
	numbers := map[string]bool{"17": true, "-1.50": true, "0": true, "0.00": true, "0.5": true, "-10.0": true}
	booleans := map[string]string{"t": "true", "true": "true", "f": "false", "false": "false"}
	for _, made := range append(slices.Clone(oddities), "0", "0.00", "-0.0", "0.5", "-10.0", "00", "1.", "--1", "1-", "1.2.3", "+1", "\\u0000", "\x01\x1f\x7f\b\f\r", "\U0001F600", "x") {
		quoted := written(made)
		bare, boolean := quoted, quoted
		if numbers[made] {
			bare = made
		}
		if b := booleans[made]; b != "" {
			boolean = b
		}
		want := `{"b": ` + boolean + `, "l": ` + quoted + `, "n": ` + bare + `, "s": ` + quoted + `}`
		one := maker("one")
		_, got := s.marked(t, mask.JSON(mask.Paths{"$.n": one, "$.b": one, "$.s": one, "$.l": one}), "jsonb", `{"n": 4, "b": true, "s": "4", "l": [4]}`, func(gyro.Place) string { return made })
		if got != want {
			t.Errorf("%q: %s, want %s", made, got, want)
		}
		if again := s.printed(t, got, "pg_catalog.jsonb"); again != got {
			t.Errorf("%s is printed as %s", got, again)
		}
	}
}

// What a masked path holds is not in what the source sends.
func TestInsideSent(t *testing.T) {
	t.Parallel()
	s := newSource(t)
	s.exec(`CREATE SCHEMA "ext tension"; CREATE EXTENSION hstore SCHEMA "ext tension"`)
	for _, m := range []gyro.Mask{mask.Name(), mask.Name().ByValue("a"), mask.Null(), mask.Hash(), mask.Constant("x"), mask.Shuffle(), mask.Lorem(), mask.Partial(1, 0), mask.Token(""), mask.Template("{{name}}{{row.id}}")} {
		for _, c := range []struct {
			m          gyro.Mask
			typ, value string
		}{
			{mask.JSON(mask.Paths{"$.a": m, "$.b[*]": m, "$.c[0].*": m}), "jsonb", `{"a": "Maria", "b": ["Maria", {"x": "Maria"}, "Maria"], "c": [{"y": "Maria", "z": ["Maria"]}]}`},
			{mask.JSON(mask.Paths{"$.a": m, "$.*": m, "$.b.c.d": m}), "json", `{"a": "x", "c": {"x": "Maria"}, "a": "Maria", "b": {"c": ["Maria"], "d": "Maria"}}`},
			{mask.Elements(m), "text[]", `{{Maria,Maria},{x,Maria}}`},
			{mask.HStore(map[string]gyro.Mask{"a": m, "b": m}), "ext tension.hstore", `a=>Maria, b=>"x Maria"`},
		} {
			sent, filled := s.marked(t, c.m, c.typ, c.value, func(gyro.Place) string { return "fake" })
			if strings.Contains(sent, "aria") || strings.Contains(filled, "aria") {
				t.Errorf("%s: a clear value is in %s", c.m.Name, sent)
			}
		}
	}
}

// What can't be said of a document is told, all of it.
func TestInsideMistakes(t *testing.T) {
	t.Parallel()
	one := maker("one")
	for _, c := range []struct {
		m    gyro.Mask
		typ  string
		want []string
	}{
		{mask.JSON(mask.Paths{"$..a": one, "a": one, "$.a-b": one, "$.a b": one, "$[last]": one, "$[-1]": one, "$[01]": one, "$.**": one, "$.a ? (@ > 1)": one, `$."a`: one, `$."\ud800"`: one, "$.": one, "$[": one, "$.a[1 to 3]": one, "$.1a": one, "$a": one, "strict $.a": one}), "jsonb", []string{
			"path $..a: character 2: there is no ..; there are $, .key,", "path a: character 1: it does not begin with $", `path $.a-b: character 4: a step is expected: a key stands in " where it is not letters`,
			"path $.a b: character 4", "path $[last]: character 3: an index from 0 on is expected, or *", "path $[-1]", "path $[01]", "path $.**: character 2: there is no .**", "path $.a ? (@ > 1): character 4", `path $."a: character 3: the key is no JSON string`, `path $."\ud800"`, "path $.: ", "path $[: ", "path $.a[1 to 3]", "path $.1a", "path $a", "path strict $.a",
		}},
		{mask.JSON(mask.Paths{"$.a": one, "$.a.b": one, `$."a"`: one, "$.*": one, "$.*.c": one, "$[0]": one, "$[*]": one}), "jsonb", []string{"$.a hides $.a.b", `$."a" hides $.a.b`, `$."a" and $.a are the same`, "$.* hides $.*.c"}},
		{mask.JSON(mask.Paths{"$.a": {}, "$.b": mask.Expr("now()"), "$.c": one.When("true"), "$.d": mask.JSON(nil), "$.e": mask.Hash().ByValue("x"), "$.f": mask.TruncateDate("year"), "$.g": mask.Template("{{row.id}}").ByValue("x"), "$.h": mask.Round(0), "$.i": mask.Command(gyro.Command{Run: []string{"cat"}})}), "jsonb", []string{
			"$.i: an outside program makes values of whole columns",
			"$.a: no mask is said", "$.b: expr reads columns", "$.c: {Rows} is said of the column", "$.d: what stands inside of it is said by a longer path", "$.e: hash goes by no value", "$.f: truncate_date(year) is for date, timestamps", "$.g: the mask reads other columns", "$.h: round(0): the step is to be above 0",
		}},
		{mask.JSON(nil), "jsonb", []string{"json: there is no path"}},
		{mask.JSON(mask.Paths{"$.a": one}), "text", []string{"json is for json and jsonb; the column is of type text"}},
		{mask.Elements(one), "text", []string{"elements is for arrays; the column is of type text"}},
		{mask.Elements(one), "box[]", []string{"have semicolons"}},
		{mask.Elements(one), "integer[]", []string{"[*]: word is for text"}},
		{mask.Elements(mask.IPv6()), "text[]", nil},
		{mask.Elements(mask.Keep()), "text[]", []string{"elements: keep is said of the column"}},
		{mask.Elements(mask.UUID()), "character varying(10)[]", []string{"[*]: uuid"}},
		{mask.HStore(nil), "hstore", []string{"hstore: there is no key"}},
		{mask.HStore(map[string]gyro.Mask{"a": mask.Round(10)}), "public.hstore", []string{"a: round(10) is for integers"}},
		{mask.HStore(map[string]gyro.Mask{"a": one}), "jsonb", []string{"hstore is for hstore; the column is of type jsonb"}},
	} {
		got := c.m.Problem(schema.Column{Name: "v", Type: c.typ})
		if (got == "") != (c.want == nil) {
			t.Errorf("%s of %s: %q", c.m.Name, c.typ, got)
		}
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s of %s: %s is not told in\n%s", c.m.Name, c.typ, want, strings.ReplaceAll(got, "; ", ";\n"))
			}
		}
	}
	// As many sets of paths may meet as there are subsets of them.
	wild := mask.Paths{}
	for i := range 12 {
		wild["$"+strings.Repeat(".*", i)+".k"+strings.Repeat(".*", 12-i)+".end"] = one
	}
	if got := mask.JSON(wild).Problem(schema.Column{Type: "jsonb"}); !strings.Contains(got, "meet in too many ways") {
		t.Errorf("%q", got)
	}
}

// The expression grows with the paths, and not with their depth more than that.
func TestInsideSize(t *testing.T) {
	t.Parallel()
	for _, step := range []string{".a", "[0]", ".*", ".a[*]", ".a[0]"} {
		size := func(depth int) int {
			return len(mask.JSON(mask.Paths{"$" + strings.Repeat(step, depth): mask.Partial(1, 1)}).Inside.SQL("v", schema.Column{Type: "jsonb"}, mark))
		}
		if more, twice := size(20)-size(10), size(40)-size(20); twice > 2*more+200 {
			t.Errorf("%s: 10 levels more are %d characters, 20 are %d", step, more, twice)
		}
	}
}

// What is not what was asked for is an error, and no panic.
func TestFillBroken(t *testing.T) {
	t.Parallel()
	one := maker("one")
	never := func(text []byte, _ gyro.Place) ([]byte, error) { return text, errors.New("asked") }
	for _, c := range []struct {
		m       gyro.Mask
		marked  []string
		asks    string
		passing string
	}{
		{mask.JSON(mask.Paths{"$.a": one}), []string{mark, `"` + mark, `"` + mark + `"`, `"` + mark + `0"`, `"` + mark + `0s`, `"` + mark + `99999999999s"`, `"` + mark + `0s1 x"`}, `"` + mark + `0s"`, `{"a": "0s"}`},
		{mask.Elements(one), []string{"", "=", "={", "[1:2]={a}", "[1:1]={a,b}", "[1:1={a}", "[2:1]={a}", "[x:1]={a}", `[1:1]={"a`, "[1:1]={" + mark + "}", "[1:1]={" + mark + "0s-}", "[1:1][1:1][1:1][1:1][1:1][1:1][1:1]={a}"}, "[1:1]={" + mark + "0s1}", "={}"},
		{mask.HStore(map[string]gyro.Mask{"a": one}), []string{"", "{", `{"a"}`, `{"a": 1}`, `{"a": "b"`, `{"a": "b\`, `{"a": "\u00`, `{"a": "\u0099"}`, `{"a": "` + mark + `"}`, `{"a": "` + mark + `0s`, `{"a": "b" "c": "d"}`, "null"}, `{"a": "` + mark + `0s"}`, `{}`},
	} {
		for _, text := range c.marked {
			if out, err := c.m.Inside.Fill(nil, []byte(text), []byte(mark), never); err == nil || err.Error() == "asked" {
				t.Errorf("%s becomes %q: %v", text, out, err)
			}
		}
		if _, err := c.m.Inside.Fill(nil, []byte(c.asks), []byte(mark), never); err == nil || err.Error() != "asked" {
			t.Errorf("%s: %v", c.asks, err)
		}
		if _, err := c.m.Inside.Fill(nil, []byte(c.passing), []byte(mark), never); err != nil {
			t.Errorf("%s: %v", c.passing, err)
		}
	}
}

func BenchmarkFill(b *testing.B) {
	m := mask.JSON(mask.Paths{"$.name": maker("one")})
	doc := fmt.Appendf(nil, `{"id": 1234567, "name": "%[1]s0s", "note": "a note that goes on for some time", "email": "%[1]s1s", "phone": "%[1]s2s", "address": {"city": "Berlin", "street": "Unter den Linden 7"}}`, mark)
	var out []byte
	fake := func(text []byte, _ gyro.Place) ([]byte, error) { return append(text, "Daisy Richards"...), nil }
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if out, err = m.Inside.Fill(out[:0], doc, []byte(mark), fake); err != nil {
			b.Fatal(err)
		}
	}
}
