package pgcsv_test

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/gyrodata/gyro/pgcsv"
)

// file is all that a Reader gives: the header first, then rows.
func file(r io.Reader) (rows [][]string, last *pgcsv.Reader, err error) {
	reader := pgcsv.NewReader(r)
	header, err := reader.Header()
	if err != nil {
		return nil, reader, err
	}
	rows = append(rows, append([]string{}, header...))
	for {
		fields, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return rows, reader, nil
		}
		if err != nil {
			return rows, reader, err
		}
		rows = append(rows, valuesOf(fields))
	}
}

func TestReader(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][][]string{
		"id\n":                     {{"id"}},
		"id":                       {{"id"}},
		"id\n\n\n":                 {{"id"}, {null}, {null}}, // NULLs of one column
		"\n\n\n":                   {{}, {}, {}},             // a table without columns
		"id,t\n1,\n2,\"\"\n":       {{"id", "t"}, {"1", null}, {"2", ""}},
		"id,t\n1,x":                {{"id", "t"}, {"1", "x"}},
		"\"a,b\",\"c\nd\"\n1,2\n":  {{"a,b", "c\nd"}, {"1", "2"}},
		"id\n\"a\"\"b\"\n\"\"\"\"": {{"id"}, {`a"b`}, {`"`}},
	} {
		for name, r := range map[string]io.Reader{
			"whole":          strings.NewReader(text),
			"bytes":          iotest.OneByteReader(strings.NewReader(text)),
			"end with bytes": iotest.DataErrReader(strings.NewReader(text)),
		} {
			got, _, err := file(r)
			if d := cmp.Diff(want, got); d != "" || err != nil {
				t.Errorf("%q, %s: %v (-want +got):\n%s", text, name, err, d)
			}
		}
	}
}

func TestReaderBroken(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                  "header: the file is empty",
		"\"id\n":                            "header: a quoted field does not end",
		"id\r\n1\r\n":                       "header: a carriage return outside quotes; were the line ends converted?",
		"id,t\n1\n":                         "row 1, line 2: 1 fields, the header has 2",
		"id,t\n1,\"a\nb\"\n1,2,3\n":         "row 2, line 4: 3 fields, the header has 2",
		"id,t\n\n":                          "row 1, line 2: 1 fields, the header has 2",
		"\nsecret\n":                        "row 1, line 2: 1 fields, the header has 0",
		"id\n1\n\"secret\n\n":               "row 2, line 3: a quoted field does not end",
		"id\n1\n\"secret\"x\n":              "row 2, line 3: text after a closing quote",
		"id\n\"1\n\n\"\nsec\"ret\"\n":       "row 2, line 5: a quote inside a field without quotes",
		"id\n\"\r\"\n2\r\n":                 "row 2, line 3: a carriage return outside quotes; were the line ends converted?",
		"\"a\nb\"\n1\n\"2\n\"\n3,3\n":       "row 3, line 6: 2 fields, the header has 1",
		"id\n1\n" + strings.Repeat("x,", 3): "row 2, line 3: 4 fields, the header has 1",
	} {
		_, reader, err := file(strings.NewReader(text))
		var at *pgcsv.Error
		if err == nil || err.Error() != want || !errors.As(err, &at) || at.Row != reader.Row() {
			t.Errorf("%q:\ngot  %v (row %d)\nwant %s", text, err, reader.Row(), want)
		}
		if _, again := reader.Read(); !errors.Is(again, err) {
			t.Errorf("%q: then %v", text, again)
		}
	}
}

// What the file itself says at its end comes after the rows that were whole.
func TestReaderFails(t *testing.T) {
	t.Parallel()
	failure := errors.New("the disk is gone")
	got, _, err := file(io.MultiReader(strings.NewReader("id\n1\n2\n\"3"), iotest.ErrReader(failure)))
	if d := cmp.Diff([][]string{{"id"}, {"1"}, {"2"}}, got); d != "" {
		t.Error(d)
	}
	if !errors.Is(err, failure) || err.Error() != "row 3, line 4: the disk is gone" {
		t.Errorf("got %v", err)
	}
	_, _, err = file(lazy{})
	if !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("got %v", err)
	}
}

// lazy gives nothing, and no end.
type lazy struct{}

func (lazy) Read([]byte) (int, error) { return 0, nil }

// Fields longer than the buffer are read whole, in memory that is bounded by them, and in
// time that is linear whatever pieces the file comes in.
func TestReaderLongFields(t *testing.T) { // not parallel: what is allocated is counted
	const size = 20 << 20
	value := bytes.Repeat([]byte("0123456789\"\n,abc"), size/16)
	text := pgcsv.AppendRecord(nil, fieldsOf("id", "long"))
	for range 3 {
		text = pgcsv.AppendRecord(text, []pgcsv.Field{{Null: true}, {Value: value}})
		text = pgcsv.AppendRecord(text, fieldsOf("1", "short"))
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r := pgcsv.NewReader(iotest.HalfReader(bytes.NewReader(text)))
	for row := range 6 {
		fields, err := r.Read()
		if err != nil {
			t.Fatal(err)
		}
		if row%2 == 0 && (!fields[0].Null || !bytes.Equal(fields[1].Value, value)) || row%2 == 1 && string(fields[1].Value) != "short" {
			t.Fatalf("row %d is not what was written", row+1)
		}
	}
	if _, err := r.Read(); !errors.Is(err, io.EOF) {
		t.Errorf("then %v", err)
	}
	if want := int64(1 + 6 + 3*size/16); r.Line() != want { // the last row is in the last line
		t.Errorf("line %d, want %d", r.Line(), want)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 10*size { // all that was ever allocated: 2 + 1 + 1/2 …, twice under the race detector
		t.Errorf("%d MiB were allocated for records of %d MiB", used>>20, size>>20)
	}
}

// blocks reads a file in blocks, and each with Cut.
func blocks(r io.Reader) (rows [][]string, sizes []int, err error) {
	reader := pgcsv.NewReader(r)
	header, err := reader.Header()
	if err != nil {
		return nil, nil, err
	}
	rows = append(rows, append([]string{}, header...))
	var block []byte
	for {
		block, err = reader.Block(block)
		if errors.Is(err, io.EOF) {
			return rows, sizes, nil
		}
		if err != nil {
			return rows, sizes, err
		}
		sizes = append(sizes, len(block))
		var fields []pgcsv.Field
		for rest := block; len(rest) > 0; {
			if fields, rest, err = pgcsv.Cut(rest, fields); err != nil {
				return rows, sizes, err
			}
			row, err := pgcsv.Fit(fields, len(header))
			if err != nil {
				return rows, sizes, err
			}
			rows = append(rows, valuesOf(row))
		}
	}
}

// Blocks hold the rows that Read gives, whole, whatever stands in quotes; all but the last
// are large.
func TestBlocks(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("\"\n,x", 300_000)
	for name, text := range map[string]string{
		"nothing":         "id\n",
		"no columns":      strings.Repeat("\n", 5),
		"short":           "id\n1\n2",
		"many":            "id,t\n" + strings.Repeat("1,\"a\nb\"\"\"\n2,\n", 100_000),
		"large":           string(pgcsv.AppendRecord([]byte("id\n1\n"), fieldsOf(strings.Repeat("\"\n,x", pgcsv.LargeBlock/3)))) + "2\n3\n",
		"longer than all": string(pgcsv.AppendRecord([]byte("id\n1\n"), fieldsOf(long))) + "2\n" + string(pgcsv.AppendRecord(nil, fieldsOf(long))),
	} {
		want, _, err := file(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		got, sizes, err := blocks(iotest.HalfReader(strings.NewReader(text)))
		if d := cmp.Diff(len(want), len(got)); d != "" || err != nil {
			t.Fatalf("%s: %v, rows (-want +got):\n%s", name, err, d)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: the rows differ:\n%.300s", name, d)
		}
		if name == "many" {
			for _, size := range sizes[:len(sizes)-2] { // what was left of the first buffer may be small
				if size < 100<<10 {
					t.Errorf("a block of %d bytes", size)
				}
			}
		}
	}
}

// More fields than a row of PostgreSQL can have are no row, and take no memory.
func TestManyFields(t *testing.T) { // not parallel: what is allocated is counted
	row := func(n int) string { return strings.Repeat("1,", n-1) + "1\n" }
	if fields, err := pgcsv.Split([]byte(row(1664)), nil); err != nil || len(fields) != 1664 {
		t.Errorf("%d, %v", len(fields), err)
	}
	var before, after runtime.MemStats
	long := row(5_000_000)
	runtime.ReadMemStats(&before)
	if _, err := pgcsv.Split([]byte(long), nil); !errors.Is(err, pgcsv.ErrManyFields) {
		t.Error(err)
	}
	if _, err := pgcsv.NewReader(strings.NewReader(long)).Header(); !errors.Is(err, pgcsv.ErrManyFields) {
		t.Error(err)
	}
	if _, _, err := blocks(strings.NewReader("a\n" + long)); !errors.Is(err, pgcsv.ErrManyFields) {
		t.Error(err)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 80<<20 {
		t.Errorf("%d MiB were allocated for rows of %d MiB", used>>20, len(long)>>20)
	}
}

func TestBlocksBroken(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"id\n1\n\"2\n3\n4\n", "id\na\"\n3\n", "id\n1,2\n", "id\n\"a\"b\n"} {
		if _, _, err := blocks(strings.NewReader(text)); err == nil {
			t.Errorf("%q was read", text)
		}
	}
	failure := errors.New("the disk is gone")
	got, _, err := blocks(io.MultiReader(strings.NewReader("id\n1\n\"2"), iotest.ErrReader(failure)))
	if !errors.Is(err, failure) || len(got) != 2 {
		t.Errorf("got %q, %v", got, err)
	}
}
