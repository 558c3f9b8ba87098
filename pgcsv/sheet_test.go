package pgcsv_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/gyrodata/gyro/pgcsv"
)

// read is all that a Sheet says of a file.
type read struct {
	header  []string
	head    string
	records []record
	width   int
	err     error
}

type record struct {
	Cells    []string // a quoted one begins with '
	Row      int64
	Line     int64
	Offset   int64
	Raw      string
	Problems []pgcsv.Problem
	texts    []string // the cells without the mark
}

func (r read) texts() (rows [][]string) {
	for _, rec := range r.records {
		rows = append(rows, rec.texts)
	}
	return rows
}

func (r read) rows() (rows [][]string) {
	for _, rec := range r.records {
		rows = append(rows, rec.Cells)
	}
	return rows
}

func readSheet(source io.Reader, d pgcsv.Dialect, limit int) (r read) {
	s := pgcsv.NewSheet(source, d)
	s.MaxRecord = limit
	r.header, r.err = s.Header()
	for r.err == nil {
		var rec *pgcsv.Record
		if rec, r.err = s.Read(); r.err != nil {
			break
		}
		got := record{Row: rec.Row, Line: rec.Line, Offset: rec.Offset, Raw: string(rec.AppendRaw(nil)), Problems: append([]pgcsv.Problem(nil), rec.Problems...)}
		for _, c := range rec.Cells {
			text := string(c.Text)
			got.texts = append(got.texts, text)
			if c.Quoted {
				text = "'" + text
			}
			got.Cells = append(got.Cells, text)
		}
		r.records = append(r.records, got)
	}
	r.width, r.head = s.Width(), string(s.Head())
	if errors.Is(r.err, io.EOF) {
		r.err = nil
	}
	return r
}

func TestSheet(t *testing.T) {
	t.Parallel()
	text := "\xEF\xBB\xBF\r\n\"Order \"\"No\"\"\";Price;\r\n" +
		"1;\"1,50\";x\n" + // line 3
		"\r\n\n" +
		"2;\"two\r\nlines\rthree\";\"\"\r" + // line 6
		" 3 ;;\"say \"\"hi\"\"\"\n" + // line 9
		"4;5"
	got := readSheet(strings.NewReader(text), pgcsv.Dialect{Delimiter: ';'}, 0)
	want := read{
		header: []string{`Order "No"`, "Price", ""},
		head:   text[:28],
		width:  3,
		records: []record{
			{Cells: []string{"1", "'1,50", "x"}, Row: 1, Line: 3, Offset: 28, Raw: "1;\"1,50\";x\n"},
			{Cells: []string{"2", "'two\r\nlines\rthree", "'"}, Row: 2, Line: 6, Offset: 42, Raw: "2;\"two\r\nlines\rthree\";\"\"\r"},
			{Cells: []string{" 3 ", "", `'say "hi"`}, Row: 3, Line: 9, Offset: 66, Raw: " 3 ;;\"say \"\"hi\"\"\"\n"},
			{Cells: []string{"4", "5"}, Row: 4, Line: 10, Offset: 84, Raw: "4;5", Problems: []pgcsv.Problem{{Rule: pgcsv.TooFewFields, Column: -1}}},
		},
	}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(read{}), cmpopts.IgnoreUnexported(record{})); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// A first line that tells Excel the delimiter is no record.
func TestSheetHint(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]read{
		"sep=;\r\na;b\r\n1;2\r\n":         {head: "sep=;\r\na;b\r\n", records: []record{{texts: []string{"1", "2"}, Line: 3}}},
		"\xEF\xBB\xBFsep=;\ra;b\r\r1;2\r": {head: "\xEF\xBB\xBFsep=;\ra;b\r", records: []record{{texts: []string{"1", "2"}, Line: 4}}},
		"sep=;;;\na;b\n1;2":               {head: "sep=;;;\na;b\n", records: []record{{texts: []string{"1", "2"}, Line: 3}}},
		"sep=; \na;b\n1;2":                {head: "sep=; \na;b\n", records: []record{{texts: []string{"1", "2"}, Line: 3}}},
		"\"Sep=;\";;\na;b\n1;2":           {head: "\"Sep=;\";;\na;b\n", records: []record{{texts: []string{"1", "2"}, Line: 3}}},
		"sep=\\t\na;b\n1;2":               {head: "sep=\\t\na;b\n", records: []record{{texts: []string{"1", "2"}, Line: 3}}},
		"sep=\t\na;b\n1;2":                {head: "sep=\t\na;b\n", records: []record{{texts: []string{"1", "2"}, Line: 3}}},
		"\"sep=;\nx\";b\n1;2":             {head: "\"sep=;\nx\";b\n", records: []record{{texts: []string{"1", "2"}, Line: 3}}},
		"sep=\na;b\n":                     {head: "sep=\n", records: []record{{texts: []string{"a", "b"}, Line: 2}}},
		"sep=;x\n1;2":                     {head: "sep=;x\n", records: []record{{texts: []string{"1", "2"}, Line: 2}}},
		"sep=,\na;b\n1;2":                 {head: "sep=,\na;b\n", records: []record{{texts: []string{"1", "2"}, Line: 3}}}, // whatever it says
		"SEP=~\na;b\n1;2":                 {head: "SEP=~\na;b\n", records: []record{{texts: []string{"1", "2"}, Line: 3}}},
		"\"sep=;\"\na;b\n1;2":             {head: "\"sep=;\"\na;b\n", records: []record{{texts: []string{"1", "2"}, Line: 3}}},
	} {
		got := readSheet(strings.NewReader(text), pgcsv.Dialect{Delimiter: ';'}, 0)
		if got.head != want.head || len(got.records) != 1 || !slices.Equal(got.records[0].texts, want.records[0].texts) || got.records[0].Line != want.records[0].Line {
			t.Errorf("%q: head %q, %+v", text, got.head, got.records)
		}
	}
	if got := readSheet(strings.NewReader("sep=;"), pgcsv.Dialect{Delimiter: ';', Header: pgcsv.No}, 0); got.head != "sep=;" || got.records != nil || got.err != nil {
		t.Errorf("%+v", got)
	}
}

// What is wrong with a record is told at its row, and the rows after it are read.
func TestSheetProblems(t *testing.T) {
	t.Parallel()
	const whole = -1
	for name, test := range map[string]struct {
		text string
		rows [][]string // with width 2, and after a header
		want map[int]pgcsv.Problem
	}{
		"ragged": {"1\n2,2\n3,3,3\n", [][]string{{"1"}, {"2", "2"}, {"3", "3", "3"}}, map[int]pgcsv.Problem{
			0: {Rule: pgcsv.TooFewFields, Column: whole}, 2: {Rule: pgcsv.TooManyFields, Column: whole},
		}},
		"quote inside":              {"1,5\" disk\n2,2\n", [][]string{{"1", `5" disk`}, {"2", "2"}}, nil},
		"quotes behind blanks":      {"1, \"2\"\n2,2\n", [][]string{{"1", ` "2"`}, {"2", "2"}}, map[int]pgcsv.Problem{0: {Rule: pgcsv.QuoteInside, Column: 1}}},
		"quotes around a delimiter": {"1,x \"2,3\n2,2\n", [][]string{{"1", `x "2`, `3`}, {"2", "2"}}, map[int]pgcsv.Problem{0: {Rule: pgcsv.QuoteInside, Column: 1}}},
		"after a quote":             {"\"1\"x\"y,z\n2,2\n", [][]string{{`'1x"y`, "z"}, {"2", "2"}}, map[int]pgcsv.Problem{0: {Rule: pgcsv.AfterQuote, Column: 0}}},
		"never closed":              {"1,\"x\n2,2\n3,3\n", [][]string{{"1", "'x"}, {"2", "2"}, {"3", "3"}}, map[int]pgcsv.Problem{0: {Rule: pgcsv.UnclosedQuote, Column: 1}}},
		"closed by another":         {"1,\"x\r\n2,2\r\n3,\"y\"\r\n", [][]string{{"1", "'x"}, {"2", "2"}, {"3", "'y"}}, map[int]pgcsv.Problem{0: {Rule: pgcsv.UnclosedQuote, Column: 1}}},
		"in its last line":          {"1,1\n2,\"x\"\"y", [][]string{{"1", "1"}, {"2", `'x"y`}}, map[int]pgcsv.Problem{1: {Rule: pgcsv.UnclosedQuote, Column: 1}}},
		"below whole lines":         {"\"a\nb\",\"x\n2,2\n", [][]string{{"'a\nb", "'x"}, {"2", "2"}}, map[int]pgcsv.Problem{0: {Rule: pgcsv.UnclosedQuote, Column: 1}}},
		"longer than all":           {"1,\"x\n" + strings.Repeat("2,2\n", 300), append([][]string{{"1", "'x"}}, slices.Repeat([][]string{{"2", "2"}}, 300)...), map[int]pgcsv.Problem{0: {Rule: pgcsv.UnclosedQuote, Column: 1}}},
		"bytes":                     {"1,\xFF\xFEx\n2,ü\n3,\"\"\"\xC3\"\n", [][]string{{"1", "\uFFFDx"}, {"2", "ü"}, {"3", "'\"\uFFFD"}}, map[int]pgcsv.Problem{0: {Rule: pgcsv.InvalidEncoding, Column: 1}, 2: {Rule: pgcsv.InvalidEncoding, Column: 1}}},
		"NUL":                       {"\x00,1\n2,2\n", [][]string{{"\x00", "1"}, {"2", "2"}}, map[int]pgcsv.Problem{0: {Rule: pgcsv.NULCharacter, Column: 0}}},
	} {
		got := readSheet(strings.NewReader("a,b\n"+test.text), pgcsv.Dialect{}, 1000)
		if d := cmp.Diff(test.rows, got.rows()); d != "" || got.err != nil {
			t.Errorf("%s: %v\n%s", name, got.err, d)
			continue
		}
		for i, r := range got.records {
			var want []pgcsv.Problem
			if p, ok := test.want[i]; ok {
				want = []pgcsv.Problem{p}
			}
			if d := cmp.Diff(want, r.Problems); d != "" {
				t.Errorf("%s, row %d:\n%s", name, i+1, d)
			}
		}
		lines := strings.SplitAfter("a,b\n"+test.text, "\n")
		for _, r := range got.records {
			if first, _, _ := strings.Cut(r.Raw, "\n"); !strings.HasPrefix(lines[r.Line-1], first) {
				t.Errorf("%s, row %d: line %d is %q", name, r.Row, r.Line, lines[r.Line-1])
			}
		}
	}
}

// Several problems of one record stand in the order of its columns.
func TestSheetManyProblems(t *testing.T) {
	t.Parallel()
	got := readSheet(strings.NewReader("a\x00, \"b\",\xFF,\"x\"y\x00\n"), pgcsv.Dialect{Header: pgcsv.No}, 0)
	want := []pgcsv.Problem{
		{Rule: pgcsv.NULCharacter, Column: 0},
		{Rule: pgcsv.QuoteInside, Column: 1},
		{Rule: pgcsv.InvalidEncoding, Column: 2},
		{Rule: pgcsv.AfterQuote, Column: 3},
		{Rule: pgcsv.NULCharacter, Column: 3},
	}
	if d := cmp.Diff(want, got.records[0].Problems); d != "" {
		t.Error(d)
	}
	for _, p := range want {
		if p.Rule.Text() == string(p.Rule) {
			t.Errorf("%s has no text", p.Rule)
		}
	}
}

// Lines above the header and records below the last row are none, whatever is in them; the head has all that stands above the rows.
func TestSheetSkipFooter(t *testing.T) {
	t.Parallel()
	const report = "sep=;\r\n\"A report\r\n\r\na;b\r\n1;2\r\n3;4\r\n;\r\nTotal;6\r\n\r\n;\r\n"
	for name, file := range map[string]struct {
		text     string
		encoding pgcsv.Encoding
	}{
		"UTF-8": {report, 0}, "UTF-16": {string(utf16Of("\uFEFF"+report, binary.LittleEndian)), pgcsv.UTF16LE}, "GBK": {report, must(pgcsv.ParseEncoding("GBK"))},
	} {
		d := pgcsv.Dialect{Delimiter: ';', Skip: 3, Footer: 1, Encoding: file.encoding}
		got := readSheet(iotest.OneByteReader(strings.NewReader(file.text)), d, 0)
		if !slices.Equal(got.header, []string{"a", "b"}) || got.err != nil || cmp.Diff(got.texts(), [][]string{{"1", "2"}, {"3", "4"}}) != "" {
			t.Errorf("%s: %q, %q, %v", name, got.header, got.texts(), got.err)
			continue
		}
		last := got.records[1]
		if last.Row != 2 || last.Line != 6 || !strings.HasPrefix(file.text[last.Offset:], last.Raw) || !strings.HasPrefix(file.text, got.head+got.records[0].Raw+last.Raw) {
			t.Errorf("%s: %+v after the head %q", name, last, got.head)
		}
	}
	for name, test := range map[string]struct {
		d    pgcsv.Dialect
		want string
	}{
		"a footer of more":   {pgcsv.Dialect{Delimiter: ';', Skip: 3, Footer: 4}, "row 6, line 11: " + pgcsv.ErrFooter.Error()},
		"lines to the end":   {pgcsv.Dialect{Skip: 30}, "header: the file is empty"},
		"a line without end": {pgcsv.Dialect{Skip: 1 << 40}, "header: the file is empty"},
	} {
		if got := readSheet(strings.NewReader(report), test.d, 0); got.err == nil || got.err.Error() != test.want {
			t.Errorf("%s: %v", name, got.err)
		}
	}
	if got := readSheet(strings.NewReader(strings.Repeat("x", 1<<20)+"\na\n"), pgcsv.Dialect{Skip: 1}, 1000); !errors.Is(got.err, pgcsv.ErrOverlong) {
		t.Error(got.err)
	}
	for _, d := range []pgcsv.Dialect{{Skip: -1}, {Footer: -1}, {Footer: 1 << 30}} {
		if d.Validate() == nil {
			t.Errorf("%+v is valid", d)
		}
	}
	// Whatever the file: without its first lines and its last records it is what they stand around.
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOfN(rapid.StringMatching(`["a;, ]{0,5}`), 0, 4).Draw(t, "lines")
		footer := rapid.SliceOfN(rapid.StringMatching(`[a-z]{1,3}(;"x
y")?`), 0, 3).Draw(t, "footer")
		rows := rapid.SliceOfN(rapid.StringMatching(`[a-z]{1,3};[a-z]{0,3}`), 0, 5).Draw(t, "rows")
		middle := "a;b\n" + strings.Join(append(rows, ""), "\n")
		above := strings.Join(append(lines, ""), "\n")
		text := above + middle + strings.Join(footer, "\n\n;\n")
		want := readSheet(strings.NewReader(middle), pgcsv.Dialect{Delimiter: ';'}, 0)
		got := readSheet(strings.NewReader(text), pgcsv.Dialect{Delimiter: ';', Skip: len(lines), Footer: len(footer)}, 0)
		if got.err != nil || !slices.Equal(got.header, want.header) || cmp.Diff(want.rows(), got.rows()) != "" || got.head != above+want.head {
			t.Fatalf("%q: %v\n%q, want %q", text, got.err, got.rows(), want.rows())
		}
	})
}

func must(e pgcsv.Encoding, err error) pgcsv.Encoding {
	if err != nil {
		panic(err)
	}
	return e
}

// Where stray quotes are text, what a writer joined that doubles no quote is read as it was, but for quotes before a delimiter
// or a line end, which close.
func TestSheetStrayQuotes(t *testing.T) {
	t.Parallel()
	d := pgcsv.Dialect{StrayQuotes: true}
	for text, want := range map[string][]string{
		`x,"He said "hi" to me"`: {"x", `'He said "hi" to me`},
		`x, "b"`:                 {"x", ` "b"`},
		`"a"b","c"`:              {`'a"b`, "'c"},
		`"a""b"c",d`:             {`'a"b"c`, "d"},
		"\"a\nb\",c":             {"'a\nb", "c"},
		`"5" disk",""`:           {`'5" disk`, "'"},
	} {
		got := readSheet(strings.NewReader("h,i\n"+text+"\n9,9\n"), d, 1000)
		if rows := got.rows(); len(rows) != 2 || !slices.Equal(rows[0], want) || len(got.records[0].Problems) > 0 {
			t.Errorf("%s: %q %v, want %q", text, rows, got.records[0].Problems, want)
		}
	}
	// What never closes takes its own line alone.
	got := readSheet(strings.NewReader("h,i\n1,\"x\"y\n2,\"z\n3,\"q\"\n"), d, 1000)
	if rows := got.rows(); len(rows) != 3 || got.records[0].Problems[0].Rule != pgcsv.UnclosedQuote || got.records[1].Problems[0].Rule != pgcsv.UnclosedQuote || rows[2][1] != "'q" {
		t.Errorf("%q", rows)
	}
	piece := rapid.SampledFrom([]string{"a", `"`, `"`, ",", "'", "\n", "\r\n", " ", "ä", "5"})
	rapid.Check(t, func(t *rapid.T) {
		var want [][]string
		var file strings.Builder
		file.WriteString("h,i,j\n")
		for range rapid.IntRange(1, 5).Draw(t, "rows") {
			var row []string
			for i := range 3 {
				text := strings.Join(rapid.SliceOfN(piece, 0, 6).Draw(t, "field"), "")
				if i > 0 {
					file.WriteByte(',')
				}
				quoted := rapid.Bool().Draw(t, "quoted")
				for _, closes := range []string{`""`, `",`, "\"\n", "\"\r"} {
					text = strings.ReplaceAll(text, closes, "x")
				}
				if strings.ContainsAny(text, "\r\n") {
					quoted, text = true, strings.ReplaceAll(text, `"`, "q")
				}
				if text = strings.TrimSuffix(text, `"`); quoted {
					text = strings.TrimPrefix(text, `"`)
					file.WriteString(`"` + text + `"`)
					row = append(row, "'"+text)
					continue
				}
				text = strings.TrimLeft(strings.ReplaceAll(text, ",", ";"), `"`)
				if i == 0 {
					text = "k" + text // else the line may be empty
				}
				file.WriteString(text)
				row = append(row, text)
			}
			file.WriteString("\n")
			want = append(want, row)
		}
		got := readSheet(strings.NewReader(file.String()), d, 1000)
		if diff := cmp.Diff(want, got.rows()); diff != "" || got.err != nil {
			t.Fatalf("%q: %v\n%s", file.String(), got.err, diff)
		}
		for _, r := range got.records {
			if len(r.Problems) > 0 {
				t.Fatalf("%q: %v", file.String(), r.Problems)
			}
		}
	})
}

func TestSheetHeader(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                 "header: the file is empty",
		"\r\n\n":           "header: the file is empty",
		"\xEF\xBB\xBF":     "header: the file is empty",
		"a, \"secret\"\n1": "header: column 2: a quote inside a field without quotes, which may be text or not (stray_quotes takes it for text)",
		"\xFFsecret,b\n":   "header: column 1: bytes that are invalid in the file's encoding (encoding would say another)",
	} {
		if got := readSheet(strings.NewReader(text), pgcsv.Dialect{}, 0); got.err == nil || got.err.Error() != want {
			t.Errorf("%q: got %v, want %s", text, got.err, want)
		}
	}
	// Without a header the first record that can be counted says the width.
	got := readSheet(strings.NewReader("x\"\n1,2\n3\n"), pgcsv.Dialect{Header: pgcsv.No}, 0)
	if got.header != nil || got.head != "" || got.width != 2 || len(got.records) != 3 || len(got.records[2].Problems) != 1 {
		t.Errorf("got %+v", got)
	}
	s := pgcsv.NewSheet(strings.NewReader("a\n"), pgcsv.Dialect{})
	if _, err := s.Read(); !errors.Is(err, io.EOF) {
		t.Error(err)
	}
	if header, err := s.Header(); err != nil || len(header) != 1 {
		t.Errorf("after the end the header is %q, %v", header, err)
	}
}

func TestSheetFails(t *testing.T) {
	t.Parallel()
	failure := errors.New("the disk is gone")
	for name, test := range map[string]struct {
		source io.Reader
		err    error
		text   string
		rows   int
	}{
		"source":          {io.MultiReader(strings.NewReader("a,b\n1,2\n\n3"), iotest.ErrReader(failure)), failure, "row 2, line 4: the disk is gone", 1},
		"no progress":     {lazy{}, io.ErrNoProgress, "header: " + io.ErrNoProgress.Error(), 0},
		"long":            {strings.NewReader("a,b\n1,2\n3," + strings.Repeat("x", 1000) + "\n"), pgcsv.ErrOverlong, "row 2, line 3: " + pgcsv.ErrOverlong.Error() + " (a record has at most 1000 bytes)", 1},
		"long, one line":  {strings.NewReader("a,b\n1,2\n3,\"" + strings.Repeat("x", 1000) + "\"\n"), pgcsv.ErrOverlong, "row 2, line 3: " + pgcsv.ErrOverlong.Error() + " (a record has at most 1000 bytes)", 1},
		"long, one field": {strings.NewReader("a\n1\n\"" + strings.Repeat("x\n", 500)), pgcsv.ErrOverlong, "row 2, line 3: " + pgcsv.ErrOverlong.Error() + " (a record has at most 1000 bytes)", 1},
	} {
		got := readSheet(test.source, pgcsv.Dialect{}, 1000)
		if !errors.Is(got.err, test.err) || got.err.Error() != test.text || len(got.records) != test.rows {
			t.Errorf("%s: got %v after %d rows", name, got.err, len(got.records))
		}
	}
}

func utf16Of(text string, order binary.AppendByteOrder) (b []byte) {
	for _, u := range utf16.Encode([]rune(text)) {
		b = order.AppendUint16(b, u)
	}
	return b
}

// Each encoding gives the same cells, and the file's own bytes.
func TestSheetEncodings(t *testing.T) {
	t.Parallel()
	const text = "name;note\r\nMüller;\"10 €; „gut“\"\r\n\r\nß;\"\"\"Ä\"\"\"\r\n"
	want := [][]string{{"Müller", "'10 €; „gut“"}, {"ß", `'"Ä"`}}
	cp1252 := strings.NewReplacer("ü", "\xFC", "€", "\x80", "„", "\x84", "“", "\x93", "ß", "\xDF", "Ä", "\xC4").Replace(text)
	for encoding, file := range map[pgcsv.Encoding]string{
		pgcsv.UTF8:        text,
		pgcsv.Windows1252: cp1252,
		pgcsv.UTF16LE:     string(utf16Of("\uFEFF"+text, binary.LittleEndian)),
		pgcsv.UTF16BE:     string(utf16Of(text, binary.BigEndian)),
	} {
		got := readSheet(strings.NewReader(file), pgcsv.Dialect{Delimiter: ';', Encoding: encoding}, 0)
		if d := cmp.Diff(want, got.rows()); d != "" || got.err != nil {
			t.Errorf("%v: %v\n%s", encoding, got.err, d)
		}
		for _, r := range got.records {
			if len(r.Problems) > 0 || file[r.Offset:r.Offset+int64(len(r.Raw))] != r.Raw {
				t.Errorf("%v: row %d is %q, %v", encoding, r.Row, r.Raw, r.Problems)
			}
		}
		if parsed, err := pgcsv.ParseEncoding(encoding.String()); err != nil || parsed != encoding {
			t.Errorf("%v is parsed as %v, %v", encoding, parsed, err)
		}
	}
	got := readSheet(strings.NewReader("\xE4\x81\n\x85"), pgcsv.Dialect{Header: pgcsv.No, Encoding: pgcsv.Windows1252}, 0)
	if d := cmp.Diff([][]string{{"ä\uFFFD"}, {"…"}}, got.rows()); d != "" || len(got.records[0].Problems) != 1 || len(got.records[1].Problems) != 0 {
		t.Errorf("%v\n%s", got.records, d)
	}
	got = readSheet(strings.NewReader("\xE4\x81\n\x85"), pgcsv.Dialect{Header: pgcsv.No, Encoding: pgcsv.Latin1}, 0)
	if d := cmp.Diff([][]string{{"ä\u0081"}, {"\u0085"}}, got.rows()); d != "" || len(got.records[0].Problems) != 0 {
		t.Errorf("%v\n%s", got.records, d)
	}
	if _, err := pgcsv.ParseEncoding("EBCDIC"); err == nil {
		t.Error("EBCDIC is known")
	}
}

// Half a surrogate pair and half a unit are problems of their records, and stay in the raw bytes.
func TestSheetHalfUTF16(t *testing.T) {
	t.Parallel()
	file := "a\x00\n\x00" + "\x3D\xD8\n\x00" + "\x3D\xD8\x00\xDE\n\x00" + "\x00\xDE\x3D\xD8\x3D\xD8\x00\xDE\n\x00" + "\xFD\xFF\n\x00" + "x\x00\x9B"
	got := readSheet(iotest.OneByteReader(strings.NewReader(file)), pgcsv.Dialect{Encoding: pgcsv.UTF16LE}, 0)
	raw, valid := got.head, []bool{}
	for _, r := range got.records {
		raw += r.Raw
		valid = append(valid, len(r.Problems) == 0)
	}
	if d := cmp.Diff([]bool{false, true, false, true, false}, valid); d != "" || raw != file || got.err != nil {
		t.Errorf("%v, %q\n%s", got.err, raw, d)
	}
	if d := cmp.Diff([][]string{{"\uFFFD"}, {"😀"}, {"\uFFFD😀"}, {"\uFFFD"}, {"x\uFFFD"}}, got.rows()); d != "" {
		t.Error(d)
	}
}

func TestDialectMistakes(t *testing.T) {
	t.Parallel()
	for want, d := range map[string]pgcsv.Dialect{
		"delimiter and quote are both '\"'":                                                       {Delimiter: '"'},
		"the delimiter is not a character of ASCII\nthe quote is a line end":                      {Delimiter: 0xA7, Quote: '\n'},
		"the encoding Encoding(77) is not known\nwhether there is a header is neither yes nor no": {Encoding: 77, Header: 3},
	} {
		_, err := pgcsv.NewSheet(strings.NewReader("a\n1\n"), d).Read()
		if err == nil || err.Error() != want {
			t.Errorf("%+v: %v", d, err)
		}
	}
	got := readSheet(strings.NewReader("a|b\n5\"|\"x\n"), pgcsv.Dialect{Delimiter: '|', Quote: pgcsv.NoQuote}, 0)
	if d := cmp.Diff([][]string{{`5"`, `"x`}}, got.texts()); d != "" || len(got.records[0].Problems) != 0 {
		t.Errorf("%v\n%s", got.records, d)
	}
}

// A record with a reason in front of its bytes is a record with one field more.
func TestAppendFirst(t *testing.T) {
	t.Parallel()
	for _, d := range []pgcsv.Dialect{{}, {Delimiter: ';', Encoding: pgcsv.Windows1252}, {Encoding: pgcsv.UTF16BE, Quote: '\''}, {Encoding: pgcsv.Latin1}} {
		d.Header = pgcsv.No
		for _, text := range []string{"too-few-fields", "a,b;c\nd\"e'f", "", "Größe"} {
			file := d.AppendFirst(nil, text)
			file = d.AppendFirst(file, "raw")
			got := readSheet(bytes.NewReader(file), d, 0)
			if len(got.records) != 1 || got.records[0].texts[0] != text || got.records[0].texts[1] != "raw" {
				t.Errorf("%+v: %q is %q", d, text, got.rows())
			}
		}
	}
	if got := string(pgcsv.Dialect{Encoding: pgcsv.Windows1252}.AppendFirst(nil, "€Ω")); got != "\x80?," {
		t.Errorf("got %q", got)
	}
	if got := string(pgcsv.Dialect{Encoding: pgcsv.Latin1, Quote: pgcsv.NoQuote}.AppendFirst(nil, "€,\n")); got != "?  ," {
		t.Errorf("got %q", got)
	}
}

// Reading allocates nothing for a record, whatever it holds.
func TestSheetNoAllocations(t *testing.T) { // not parallel: what is allocated is counted
	for name, row := range map[string]string{"ints": ints, "text": text, "umlauts": "ü,\"ä\"\"\",\xFF\x00,\"x\ny\"z\n\n"} {
		for _, d := range []pgcsv.Dialect{{}, {Encoding: pgcsv.Windows1252}} {
			if name == "umlauts" && d.Encoding == 0 {
				row = strings.Replace(row, "\xFF", "ß", 1)
			}
			d.Header = pgcsv.No
			s := pgcsv.NewSheet(strings.NewReader(strings.Repeat(row, 20_000)), d)
			var raw []byte
			one := func() {
				r, err := s.Read()
				if err != nil {
					t.Fatal(err)
				}
				raw = r.AppendRaw(raw[:0])
			}
			one()
			if n := testing.AllocsPerRun(15_000, one); n > 0 {
				t.Errorf("%s, %v: %.2f allocations a record", name, d.Encoding, n)
			}
		}
	}
}

// Wherever the buffer ends, nothing changes: each byte of the tail comes to stand there.
func TestSheetAcrossBuffers(t *testing.T) {
	t.Parallel()
	const tail = "1,\"a\"\"b\"\r\n\r\n\"\r\nü\",2\r\r\n3,\"4\"\n"
	want := [][]string{{"1", `a"b`}, {"\r\nü", "2"}, {"3", "4"}}
	for at := range len(tail) + 1 {
		filler := "f," + strings.Repeat("x", 256<<10-at-3) + "\n"
		got := readSheet(strings.NewReader(filler+tail), pgcsv.Dialect{Header: pgcsv.No}, 0)
		lines := []int64{}
		for _, r := range got.records {
			lines = append(lines, r.Line)
		}
		if d := cmp.Diff(want, got.texts()[1:]) + cmp.Diff([]int64{1, 2, 4, 7}, lines); d != "" {
			t.Errorf("at %q:\n%s", tail[at:], d)
		}
	}
}

// Memory is bounded, however long the file is.
func TestSheetMemory(t *testing.T) { // not parallel: what is allocated is counted
	const rows = 200_000
	s := pgcsv.NewSheet(strings.NewReader(strings.Repeat(text+german, rows)), pgcsv.Dialect{Encoding: pgcsv.Windows1252})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for {
		if _, err := s.Read(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
		t.Errorf("%d KiB were allocated for %d MiB", used>>10, rows*len(text+german)>>20)
	}
}

// Nor however wide a record is, or its header.
func TestSheetMemoryWide(t *testing.T) { // not parallel: what is allocated is counted
	const wide = 4_000_000
	for name, test := range map[string]struct {
		file string
		want string
	}{
		"commas":  {"a,b\n1,2\n" + strings.Repeat(",", wide) + "\n3,4\n", "row 2: too-many-fields, row 3: fine"},
		"cells":   {"a,b\n1,2\n" + strings.Repeat("x,", wide) + "\n3,4\n", "row 2: too-many-fields, row 3: fine"},
		"quotes":  {"a,b\n1,2\n" + strings.Repeat(`x"y,`, wide/2) + "\n3,4\n", "row 2: quote-inside, row 3: fine"},
		"header":  {strings.Repeat(",", wide) + "\n1,2\n", "header: it has more than 16384 fields; is this no CSV?"},
		"16384":   {"a" + strings.Repeat(",", 16383) + "\n" + strings.Repeat("1,", 16384) + "\n" + strings.Repeat("1,", 16384) + "1\n", "row 1: too-many-fields, row 2: too-many-fields"},
		"no more": {"a" + strings.Repeat(",", 16383) + "\n" + strings.Repeat("1,", 16383) + "\n", ""},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		s := pgcsv.NewSheet(strings.NewReader(test.file), pgcsv.Dialect{})
		var told []string
		for {
			r, err := s.Read()
			if err != nil {
				if !errors.Is(err, io.EOF) {
					told = append(told, err.Error())
				}
				break
			}
			switch {
			case len(r.Problems) > 0:
				told = append(told, fmt.Sprintf("row %d: %s", r.Row, r.Problems[0].Rule))
			case r.Row == 3:
				told = append(told, "row 3: fine")
			}
		}
		runtime.ReadMemStats(&after)
		if got := strings.Join(told, ", "); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 40<<20 { // buffers of 16 MiB and half of it, and so on
			t.Errorf("%s: %d MiB were allocated for a record of %d MiB", name, used>>20, len(test.file)>>20)
		}
	}
}

// checkSheet holds what is true of every file.
func checkSheet(t *testing.T, file []byte, d pgcsv.Dialect, limit int) read {
	t.Helper()
	got := readSheet(bytes.NewReader(file), d, limit)
	if again := readSheet(iotest.OneByteReader(bytes.NewReader(file)), d, limit); fmt.Sprint(got.err, got.records, got.header, got.head) != fmt.Sprint(again.err, again.records, again.header, again.head) {
		t.Errorf("%q in pieces is\n%v, as a whole\n%v", file, again, got)
	}
	empty := func(between []byte) {
		for _, c := range between {
			if c != '\r' && c != '\n' && (c != 0 || d.Encoding != pgcsv.UTF16LE && d.Encoding != pgcsv.UTF16BE) {
				t.Errorf("%q: %q is in no record", file, between)
			}
		}
	}
	at, line := int64(len(got.head)), int64(1)
	if !bytes.HasPrefix(file, []byte(got.head)) {
		t.Errorf("%q: the head is %q", file, got.head)
	}
	for i, r := range got.records {
		if r.Offset < at || r.Offset+int64(len(r.Raw)) > int64(len(file)) || len(r.Raw) == 0 {
			t.Fatalf("%q: row %d is at %d", file, r.Row, r.Offset)
		}
		empty(file[at:r.Offset])
		at = r.Offset + int64(len(r.Raw))
		if string(file[r.Offset:at]) != r.Raw || r.Row != int64(i+1) || r.Line < line || len(r.Cells) == 0 {
			t.Errorf("%q: row %d is %+v", file, i+1, r)
		}
		line = r.Line + 1
		for _, c := range r.Cells {
			if !utf8.ValidString(c) {
				t.Errorf("%q: cell %q", file, c)
			}
		}
		if len(r.Cells) != got.width && len(r.Problems) == 0 {
			t.Errorf("%q: row %d has not %d fields", file, r.Row, got.width)
		}
	}
	if got.err == nil {
		empty(file[at:])
	}
	return got
}

// FuzzSheet: whatever the file is, a Sheet ends; what it gives does not depend on the pieces in
// which the file comes; and the raw bytes and the empty lines between them are the file.
func FuzzSheet(f *testing.F) {
	seeds := []string{"", "a,b\n1,2\n", "\xEF\xBB\xBFa\r\n\"1", "x\n\"a\nb\"c\n", "a,b\n1,\"x\n2,2\n3,\"y\"\n", "\r\n\r\r\n", "\xFF\xFEa\x00\n\x00\x00\xD8", "a\",\"\"\"\na\",\"\"\"\na\",\"\"\"\n", "\x00", "sep=,\r\na"}
	for i, seed := range seeds {
		f.Add([]byte(seed), byte(i), byte(i), uint16(20))
	}
	for encoding := range byte(64) {
		f.Add([]byte("\x81\x7C|\"\xB0\xA1\xFF\n\x8F\xA1\x81\x30\x81\x30|\xE0"), encoding|128, byte(4), uint16(1000))
	}
	f.Fuzz(func(t *testing.T, file []byte, encoding, marks byte, limit uint16) {
		d := pgcsv.Dialect{
			Encoding:    pgcsv.Encoding(encoding & 63),
			Delimiter:   []byte{0, ',', ';', '\t', '|', 'a'}[marks%6],
			Quote:       []byte{0, '"', '\'', pgcsv.NoQuote}[marks>>3%4],
			Header:      pgcsv.Answer(marks >> 6 % 3),
			StrayQuotes: encoding >= 128,
			Skip:        int(encoding >> 6 & 1),
		}
		if d.Encoding > pgcsv.Latin1 && d.Validate() != nil {
			return
		}
		checkSheet(t, file, d, int(limit))
	})
}
