package pgcsv_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gyrodata/gyro/pgcsv"
)

// null stands for a NULL in the rows that tests write down.
const null = "\x00NULL"

func fieldsOf(values ...string) []pgcsv.Field {
	fields := make([]pgcsv.Field, len(values))
	for i, v := range values {
		if v == null {
			fields[i].Null = true
			continue
		}
		fields[i].Value = []byte(v)
	}
	return fields
}

func valuesOf(fields []pgcsv.Field) []string {
	values := []string{}
	for _, f := range fields {
		if f.Null {
			if len(f.Value) > 0 {
				panic("a NULL with a value")
			}
			values = append(values, null)
			continue
		}
		values = append(values, string(f.Value))
	}
	return values
}

// rows are records as COPY writes them, with what they hold.
var rows = map[string][]string{
	"\n":                             {null},
	",\n":                            {null, null},
	"\"\"\n":                         {""},
	"\"\",\n":                        {"", null},
	",\"\",x\n":                      {null, "", "x"},
	"1,-2,3.5\n":                     {"1", "-2", "3.5"},
	" a , b\t\n":                     {" a ", " b\t"},
	"\"a,b\",c\n":                    {"a,b", "c"},
	"\"say \"\"hi\"\"\"\n":           {`say "hi"`},
	"\"\"\"\"\n":                     {`"`},
	"\"\"\"\"\"\",\"\"\"x\"\n":       {`""`, `"x`},
	"\"a\nb\",\"c\r\nd\",\"e\rf\"\n": {"a\nb", "c\r\nd", "e\rf"},
	"\"\n\"\n":                       {"\n"},
	"\"\\.\"\n":                      {`\.`},
	"\\.,\\N,\\\n":                   {`\.`, `\N`, `\`},
	"NULL,null\n":                    {"NULL", "null"},
	"é漢,'x'\n":                       {"é漢", "'x'"},
}

func TestSplit(t *testing.T) {
	t.Parallel()
	for text, want := range rows {
		row := []byte(text)
		got, err := pgcsv.Split(row, fieldsOf("kept")[:1])
		if err != nil || len(got) == 0 || string(got[0].Value) != "kept" {
			t.Fatalf("%q: %v, %v", text, got, err)
		}
		if d := cmp.Diff(want, valuesOf(got[1:])); d != "" {
			t.Errorf("%q (-want +got):\n%s", text, d)
		}
		if string(row) != text {
			t.Errorf("%q was changed: %q", text, row)
		}
		if again := string(pgcsv.AppendRecord([]byte("x"), got[1:])); again != "x"+text {
			t.Errorf("%q is written %q", text, again)
		}
		got, err = pgcsv.Split(row[:len(row)-1], nil) // without its line feed
		if d := cmp.Diff(want, valuesOf(got)); d != "" || err != nil {
			t.Errorf("%q without line feed: %v\n%s", text, err, d)
		}
	}
}

// A field is not appended to over its neighbour.
func TestSplitCapacity(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"a,b\n", `"a","b"`, `"a""",b`} {
		fields, err := pgcsv.Split([]byte(text), nil)
		if err != nil {
			t.Fatal(err)
		}
		_ = append(fields[0].Value, "XXX"...)
		if string(fields[1].Value) != "b" {
			t.Errorf("%s: the neighbour became %q", text, fields[1].Value)
		}
	}
}

var broken = map[string]error{
	`"`:         pgcsv.ErrUnterminated,
	"a,\"b\n":   pgcsv.ErrUnterminated,
	`"a""`:      pgcsv.ErrUnterminated,
	"\"a\"b\n":  pgcsv.ErrAfterQuote,
	"\"a\" ,\n": pgcsv.ErrAfterQuote,
	"a\"b\"\n":  pgcsv.ErrBareQuote,
	"a\"\n":     pgcsv.ErrBareQuote,
	"a\r\n":     pgcsv.ErrBareReturn,
	"\"a\"\r\n": pgcsv.ErrBareReturn,
	"\r":        pgcsv.ErrBareReturn,
}

func TestSplitBroken(t *testing.T) {
	t.Parallel()
	for text, want := range broken {
		if _, err := pgcsv.Split([]byte(text), nil); !errors.Is(err, want) {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, text := range []string{"a\nb\n", "\n\n", "a\nb"} {
		if _, err := pgcsv.Split([]byte(text), nil); !errors.Is(err, pgcsv.ErrManyRecords) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	var text string
	var want [][]string
	for row, values := range rows {
		text += row
		want = append(want, values)
	}
	var got [][]string
	var fields []pgcsv.Field
	for rest := []byte(text); len(rest) > 0; {
		var err error
		if fields, rest, err = pgcsv.Cut(rest, fields); err != nil {
			t.Fatal(err)
		}
		got = append(got, valuesOf(fields))
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	for text, want := range broken {
		if _, _, err := pgcsv.Cut([]byte(text), nil); !errors.Is(err, want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestNoAllocations(t *testing.T) {
	plain := []byte("12,345,\"x\ny\",,\"\"\n")
	var fields []pgcsv.Field
	if n := testing.AllocsPerRun(100, func() { fields, _ = pgcsv.Split(plain, fields[:0]) }); n != 0 {
		t.Errorf("Split: %v allocations for a row", n)
	}
	doubled := []byte("\"a\"\"b\",\"c\"\"d\"\n")
	if n := testing.AllocsPerRun(100, func() { fields, _ = pgcsv.Split(doubled, fields[:0]) }); n != 1 {
		t.Errorf("Split: %v allocations for a row with doubled quotes", n)
	}
	r := pgcsv.NewReader(strings.NewReader("a,b\n" + strings.Repeat("\"a\"\"b\",\"c\"\"d\"\n", 2000)))
	if _, err := r.Read(); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(1000, func() {
		if _, err := r.Read(); err != nil {
			t.Error(err)
		}
	}); n != 0 {
		t.Errorf("Read: %v allocations for a row", n)
	}
}
