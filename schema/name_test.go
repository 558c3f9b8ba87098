package schema_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/gyrodata/gyro/schema"
)

func TestParseName(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]schema.Name{
		"orders":               {Schema: "public", Table: "orders"},
		"Orders":               {Schema: "public", Table: "Orders"}, // no folding
		"sales.orders":         {Schema: "sales", Table: "orders"},
		"public.orders":        {Schema: "public", Table: "orders"},
		`"a.b"`:                {Schema: "public", Table: "a.b"},
		`"a.b".c`:              {Schema: "a.b", Table: "c"},
		`a."b.c"`:              {Schema: "a", Table: "b.c"},
		`"say ""hi"""`:         {Schema: "public", Table: `say "hi"`},
		`"""".""""`:            {Schema: `"`, Table: `"`},
		"with blank. and-dash": {Schema: "with blank", Table: " and-dash"},
		"größe":                {Schema: "public", Table: "größe"},
	} {
		got, err := schema.ParseName(text)
		if err != nil || got != want {
			t.Errorf("%s: got %#v, %v; want %#v", text, got, err, want)
		}
	}
}

func TestParseNameMistakes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":       `table name "": an empty part`,
		".":      `table name ".": an empty part`,
		"a.":     `table name "a.": an empty part`,
		".a":     `table name ".a": an empty part`,
		`""`:     `table name "\"\"": an empty part`,
		`"a`:     `table name "\"a": no closing quote`,
		`"a""`:   `table name "\"a\"\"": no closing quote`,
		`"a"b`:   `table name "\"a\"b": text after a closing quote`,
		`a"b`:    `table name "a\"b": a quote inside a part that is not quoted`,
		"a\x00b": `table name "a\x00b": a NUL byte`,
		"a.b.c":  `table name "a.b.c": more than schema and table; put a part that holds a dot in double quotes`,
	} {
		if got, err := schema.ParseName(text); err == nil || err.Error() != want || !got.IsZero() {
			t.Errorf("%q: got %#v, %v; want %s", text, got, err, want)
		}
	}
}

func TestNameString(t *testing.T) {
	t.Parallel()
	for want, name := range map[string]schema.Name{
		"orders":         schema.NewName("", "orders"),
		"sales.orders":   schema.NewName("sales", "orders"),
		`"a.b"`:          schema.NewName("public", "a.b"),
		`"x""y"."a.b"`:   schema.NewName(`x"y`, "a.b"),
		"Sales.With Gap": schema.NewName("Sales", "With Gap"),
	} {
		if got := name.String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// What String writes, ParseName reads back, whatever PostgreSQL may have named the table.
func TestNameRoundTrip(t *testing.T) {
	t.Parallel()
	part := rapid.OneOf(
		rapid.StringOfN(rapid.RuneFrom([]rune(`ab."_ 1Ü`)), 1, 8, -1),
		rapid.StringOfN(rapid.Rune().Filter(func(r rune) bool { return r != 0 }), 1, 63, -1),
	)
	rapid.Check(t, func(t *rapid.T) {
		name := schema.NewName(rapid.OneOf(rapid.Just(schema.Public), part).Draw(t, "schema"), part.Draw(t, "table"))
		got, err := schema.ParseName(name.String())
		if err != nil || got != name {
			t.Fatalf("%#v is written %s, read %#v, %v", name, name, got, err)
		}
	})
}

func TestNameCompare(t *testing.T) {
	t.Parallel()
	ordered := []schema.Name{{Schema: "a", Table: "z"}, {Schema: "b", Table: "A"}, {Schema: "b", Table: "a"}, {Schema: "c", Table: "a"}}
	for i, a := range ordered {
		for j, b := range ordered {
			if got, want := a.Compare(b), min(1, max(-1, i-j)); got != want {
				t.Errorf("%s, %s: got %d, want %d", a, b, got, want)
			}
		}
	}
}
