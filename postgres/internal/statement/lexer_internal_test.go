package statement

import (
	"strings"
	"testing"
)

// Where a parameter is one, and where it only looks like it.
func TestSplice(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a = $1":                             "a = (<1>)",
		"a = $2 AND b=$1":                    "a = (<2>) AND b=(<1>)",
		"a IN ($1,$2,$1)":                    "a IN ((<1>),(<2>),(<1>))",
		"a = '$1' AND b = $1":                "a = '$1' AND b = (<1>)",
		"a = 'it''s $1' AND b = $1":          "a = 'it''s $1' AND b = (<1>)",
		`a = E'\'$1' AND b = $1`:             `a = E'\'$1' AND b = (<1>)`,
		`a = e'\\' AND b = $1`:               `a = e'\\' AND b = (<1>)`,
		`a = '\' AND b = $1`:                 `a = '\' AND b = (<1>)`,
		`U&'\0041$1' = $1`:                   `U&'\0041$1' = (<1>)`,
		`"$1" = $1`:                          `"$1" = (<1>)`,
		`"a""$1" = $1`:                       `"a""$1" = (<1>)`,
		"$$ $1 $$ = $1":                      "$$ $1 $$ = (<1>)",
		"$a$ $$ $1 $b$ $a$ = $1":             "$a$ $$ $1 $b$ $a$ = (<1>)",
		"a$1 = $1":                           "a$1 = (<1>)",
		"a = $1 -- $2 ';)\n AND b":           "a = (<1>) -- $2 ';)\n AND b",
		"a = $1 -- to the end '":             "a = (<1>) -- to the end '",
		"a = $1 --x\r AND b = $2":            "a = (<1>) --x\r AND b = (<2>)",
		"a /* $1 /* ) */ ; */ = $1":          "a /* $1 /* ) */ ; */ = (<1>)",
		"a /*/ */ = $1":                      "a /*/ */ = (<1>)",
		"a */* ; */ $1":                      "a */* ; */ (<1>)",
		"b[$1] = (ARRAY[1,2])[$2]":           "b[(<1>)] = (ARRAY[1,2])[(<2>)]",
		"a = 1.5e-3 AND b = 0x1F AND c=$1":   "a = 1.5e-3 AND b = 0x1F AND c=(<1>)",
		"j ? 'k' AND j @> $1":                "j ? 'k' AND j @> (<1>)",
		"é = $1":                             "é = (<1>)",
		"a = 'x'\n'$1' AND $1":               "a = 'x'\n'$1' AND (<1>)",
		"foo(E'a\\'b', $1)":                  "foo(E'a\\'b', (<1>))",
		"nameE'\\' = $1":                     "nameE'\\' = (<1>)",
		"a::timestamp AT TIME ZONE 'x' < $1": "a::timestamp AT TIME ZONE 'x' < (<1>)",
	} {
		literals := []string{"<1>"}
		if strings.Contains(want, "<2>") {
			literals = append(literals, "<2>")
		}
		got, err := Splice(text, literals)
		if err != nil || got != want {
			t.Errorf("splice(%q) = %q, %v; want %q", text, got, err, want)
		}
	}
}

// What the lexer refuses, and what it says.
func TestSpliceRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"true) TO STDOUT; COMMIT; DROP TABLE victim; COPY (SELECT 1 WHERE true": `line 1: ')' closes what was not opened`,
		"a = 1;":                "line 1: a semicolon outside a string: one statement only, without its semicolon",
		"a = 1\n\n;":            "line 3: a semicolon outside a string: one statement only, without its semicolon",
		"(a = 1":                `line 1: '(' is not closed`,
		"(a = 1]":               `line 1: ']' closes what was not opened`,
		"a[1)":                  `line 1: ')' closes what was not opened`,
		"a = 'x":                "line 1: a string is not closed",
		`a = E'x\'`:             "line 1: an escape string is not closed",
		`a = E'x\`:              "line 1: an escape string is not closed",
		`"a`:                    "line 1: a quoted name is not closed",
		"$$ a":                  "line 1: dollar-quoted string $$ is not closed",
		"$a$ $b$":               "line 1: dollar-quoted string $a$ is not closed",
		"/* /* */":              "line 1: a comment is not closed",
		"/*":                    "line 1: a comment is not closed",
		"a = $2":                "line 1: there is no argument for $2; 1 given",
		"a = $0":                "line 1: there is no argument for $0; 1 given",
		"a = $99999999999999":   "line 1: there is no argument for $99999999999999; 1 given",
		"a = $1x":               "line 1: a name directly after a parameter",
		"a = $1$1":              "line 1: a name directly after a parameter",
		"a = $":                 "line 1: a dollar sign that is neither a parameter nor a dollar quote",
		"a = $x":                "line 1: a dollar sign that is neither a parameter nor a dollar quote",
		"a = 1E'\\'":            "line 1: a quote or dollar sign directly after a number",
		"a = 1$1":               "line 1: a quote or dollar sign directly after a number",
		"a = 1\"x\"":            "line 1: a quote or dollar sign directly after a number",
		"a = E'x' -- c\n 'y\\'": "line 1: an escape string (E'…') goes on in another one: write it as one",
		"a = E'x'\n'y'":         "line 1: an escape string (E'…') goes on in another one: write it as one",
		"a = 'x\x00'":           "line 1: a NUL byte",
		"a\x00":                 "line 1: a NUL byte",
		"a = '\xff'":            "the query is not valid UTF-8",
		"a = 1":                 "argument $1 is not used in the query",
		"a = '$1'":              "argument $1 is not used in the query",
	} {
		got, err := Splice(text, []string{"<1>"})
		if err == nil || err.Error() != want {
			t.Errorf("splice(%q) = %q, %v; want error %q", text, got, err, want)
		}
	}
}

// A query as an ORM writes it, with all that the lexer has to know.
func BenchmarkSplice(b *testing.B) {
	query := "SELECT o.id FROM orders AS o -- of one tenant\n" + strings.Repeat("JOIN lines AS \"l\" ON l.order_id = o.id AND l.note <> 'it''s' AND l.kind = $1 /* and */ AND l.price > 1.5e-3 ", 20) +
		"WHERE o.tenant_id = $2 AND o.name LIKE E'a\\'b%' AND o.text = $q$ $1 $q$"
	b.SetBytes(int64(len(query)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Splice(query, []string{"'x'::text", "7::bigint"}); err != nil {
			b.Fatal(err)
		}
	}
}
