package pgcsv_test

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gyrodata/gyro/pgcsv"
)

func TestSniff(t *testing.T) {
	t.Parallel()
	const (
		noHeader = "it is taken to have no header: its first record holds a number or a date"
		flat     = "its first record is taken for a header, though nothing below it looks otherwise"
	)
	all := pgcsv.Dialect{Encoding: pgcsv.UTF8, Delimiter: ',', Quote: '"', Header: pgcsv.Yes, LineEnd: "\n"}
	like := func(change func(*pgcsv.Dialect)) pgcsv.Dialect {
		d := all
		change(&d)
		return d
	}
	semicolon := func(d *pgcsv.Dialect) { d.Delimiter = ';' }
	german := "Nr;Kunde;Betrag;Datum\r\n1;Müller, Günther;\"1.234,56\";31.12.2026\r\n2;\"Groß; Söhne\r\nund\";0,50;01.01.2027\r\n"
	for name, test := range map[string]struct {
		sample string
		fixed  pgcsv.Dialect
		want   pgcsv.Dialect
		doubts []string
	}{
		"plain":         {"id,name\n1,x\n2,y\n", pgcsv.Dialect{}, all, nil},
		"cut short":     {"id,name\n1,x\n2,\"y\n\nz,", pgcsv.Dialect{}, all, nil},
		"cut in a word": {"id,name\n1,x\n2", pgcsv.Dialect{}, all, nil},
		"spreadsheet": {"\xEF\xBB\xBF" + german, pgcsv.Dialect{}, like(func(d *pgcsv.Dialect) {
			d.Delimiter, d.BOM, d.LineEnd = ';', true, "\r\n"
		}), nil},
		"old spreadsheet": {strings.NewReplacer("ü", "\xFC", "ß", "\xDF", "ö", "\xF6").Replace(german), pgcsv.Dialect{}, like(func(d *pgcsv.Dialect) {
			d.Delimiter, d.LineEnd = ';', "\r\n"
		}), []string{"4 bytes are no UTF-8: rows with such are told, unless its encoding is said"}},
		"unicode text": {string(utf16Of("\uFEFFid\tname\r\n1\tx\r\n", binary.LittleEndian)), pgcsv.Dialect{}, like(func(d *pgcsv.Dialect) {
			d.Delimiter, d.Encoding, d.BOM, d.LineEnd = '\t', pgcsv.UTF16LE, true, "\r\n"
		}), nil},
		"UTF-16, no mark":      {string(utf16Of("id|name\n1|x\n", binary.BigEndian)), pgcsv.Dialect{}, like(func(d *pgcsv.Dialect) { d.Delimiter, d.Encoding = '|', pgcsv.UTF16BE }), nil},
		"cut in a character":   {"id,name\n1,ä\n2,\xC3", pgcsv.Dialect{}, all, nil},
		"almost UTF-8":         {"id,name\n1,äöüäöüäöüäöü\n2,\xFC\n", pgcsv.Dialect{}, all, []string{"1 byte is no UTF-8: rows with such are told, unless its encoding is said"}},
		"UTF-16, little ASCII": {string(utf16Of("a,имя\nā,дом\n", binary.LittleEndian)), pgcsv.Dialect{}, like(func(d *pgcsv.Dialect) { d.Encoding = pgcsv.UTF16LE }), []string{flat}},
		"NULs":                 {"id,name\n1,\x00\n2,a\n", pgcsv.Dialect{}, all, nil},
		"decimal commas":       {"id;net;gross\n1;1,50;2,50\n2;3,50;4,50\n", pgcsv.Dialect{}, like(semicolon), nil},
		"no names, two ways":   {"1;2,5;3,5\n2;3,5;4,5\n", pgcsv.Dialect{}, like(func(d *pgcsv.Dialect) { d.Delimiter, d.Header = ';', pgcsv.No }), []string{"a semicolon as delimiter gives 3 columns; a comma would give 3", noHeader}},
		"single quotes":        {"'id','name'\n'1','x,y'\n'2','it''s'\n", pgcsv.Dialect{}, like(func(d *pgcsv.Dialect) { d.Quote = '\'' }), []string{"fields are taken to stand in single quotes"}},
		"apostrophes":          {"id,name\n1,'tis\n2,O'Neill\n", pgcsv.Dialect{}, all, nil},
		"both quotes":          {"id,name\n\"1\",'y'\n", pgcsv.Dialect{}, all, nil},
		"the header knows":     {"a;b\n" + strings.Repeat("7,x;z\n", 100), pgcsv.Dialect{}, like(semicolon), []string{flat}},
		"one column":           {"name\nx\ny\n", pgcsv.Dialect{}, all, []string{"no delimiter was found: it is taken for one column", flat}},
		"nothing":              {"", pgcsv.Dialect{}, all, []string{"there is no record in it"}},
		"texts":                {"a,b\nc,d\n", pgcsv.Dialect{}, all, []string{flat}},
		"names":                {"id,,x\n1,2,y\n", pgcsv.Dialect{}, all, []string{"a column has no name"}},
		"same names":           {"id,id\n1,2\n", pgcsv.Dialect{}, all, []string{"two columns have the same name"}},
		"ragged":               {"id,b\n1,2\n1,2,3\n1,2\n1,2\n", pgcsv.Dialect{}, all, []string{"of 5 records 1 have not 2 fields, or misplaced quotes"}},
		"backslashes":          {"id,b\n1,\"x\\\"y\"\n1,2\n1,2\n", pgcsv.Dialect{}, all, []string{"of 4 records 1 have not 2 fields, or misplaced quotes", "a quote stands behind a backslash: if it escapes the quote, it is not read so"}},
		"line ends":            {"id,b\r\n1,2\n3,4\r\n", pgcsv.Dialect{}, like(func(d *pgcsv.Dialect) { d.LineEnd = "\r\n" }), []string{"its lines end in different ways"}},
		"old line ends":        {"id,b\r1,2\r3,4", pgcsv.Dialect{}, like(func(d *pgcsv.Dialect) { d.LineEnd = "\r" }), nil},
		"Excel's hint":         {"sep=;\r\nid;b,c\r\n1;2\r\n", pgcsv.Dialect{}, like(func(d *pgcsv.Dialect) { d.Delimiter, d.LineEnd = ';', "\r\n" }), nil},
		"a tab in letters":     {"sep=\\t\r\nid\tb,c\r\n1\t2\r\n", pgcsv.Dialect{}, like(func(d *pgcsv.Dialect) { d.Delimiter, d.LineEnd = '\t', "\r\n" }), nil},
		"a hint with columns":  {"\"sep=;\";;\r\nid;b,c;d\r\n1;2;3\r\n", pgcsv.Dialect{}, like(func(d *pgcsv.Dialect) { d.Delimiter, d.LineEnd = ';', "\r\n" }), nil},
		"fixed": {"1:2\n", like(func(d *pgcsv.Dialect) {
			d.Delimiter, d.Encoding, d.Header, d.LineEnd = ':', pgcsv.Latin1, pgcsv.No, "\r"
		}), like(func(d *pgcsv.Dialect) {
			d.Delimiter, d.Encoding, d.Header, d.LineEnd = ':', pgcsv.Latin1, pgcsv.No, "\r"
		}), nil},
		"fixed, and otherwise": {"\xEF\xBB\xBFid;b\n1;2\n", pgcsv.Dialect{Encoding: pgcsv.Windows1252}, like(func(d *pgcsv.Dialect) { d.Delimiter, d.Encoding = ';', pgcsv.Windows1252 }), []string{"the file begins with the byte order mark of UTF-8, and is read as Windows-1252"}},
		"contradiction":        {"id", pgcsv.Dialect{Delimiter: '"', Quote: '"'}, like(func(d *pgcsv.Dialect) { d.Delimiter = '"' }), []string{"there is no record in it"}},
		"quote is delimiter":   {"id\"b\n1\"2\n", pgcsv.Dialect{Delimiter: '"'}, like(func(d *pgcsv.Dialect) { d.Delimiter, d.Quote = '"', '\'' }), nil},
	} {
		got, doubts := pgcsv.Sniff([]byte(test.sample), test.fixed)
		if d := cmp.Diff(test.want, got) + cmp.Diff(test.doubts, doubts); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

// In whatever dialect Python writes a table of the common kind, it is found from any part of the
// file that holds some rows, and the file is read as it was.
func TestSniffPython(t *testing.T) {
	t.Parallel()
	text := rapid.SampledFrom([]string{"x", "Müller, Günther", "Groß; Söhne", "5\" disk", "it's", "two\nlines", "", "a\tb", "a|b", "long text, with commas, in it"})
	rapid.Check(t, func(t *rapid.T) {
		q := question{
			Rows:      [][]string{{"Nr", "Name", "Preis", "Datum", "Notiz"}},
			Delimiter: rapid.SampledFrom([]string{",", ";", "\t", "|"}).Draw(t, "delimiter"),
			Quote:     rapid.SampledFrom([]string{"\"", "'"}).Draw(t, "quote"),
			Quoting:   rapid.IntRange(0, 1).Draw(t, "quoting"),
			End:       rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "end"),
		}
		for i := range rapid.IntRange(10, 50).Draw(t, "rows") {
			name := text.Draw(t, "name")
			if i == 0 {
				name = "Müller, ; | \t" // what stands in no sample can't be found: an umlaut, a quote
			}
			q.Rows = append(q.Rows, []string{
				fmt.Sprint(i), name, fmt.Sprintf("%d,%02d", rapid.IntRange(0, 999).Draw(t, "price"), i),
				fmt.Sprintf("%02d.%02d.2026", i%28+1, i%12+1), text.Draw(t, "note"),
			})
		}
		file := ask(t, q).Text
		switch rapid.SampledFrom([]string{"UTF-8", "BOM", "Windows-1252", "UTF-16"}).Draw(t, "encoding") {
		case "BOM":
			file = "\uFEFF" + file
		case "Windows-1252":
			file = strings.NewReplacer("ü", "\xFC", "ß", "\xDF", "ö", "\xF6").Replace(file)
		case "UTF-16":
			file = string(utf16Of(file, binary.LittleEndian))
		}
		sample := file[:rapid.IntRange(len(file)/2, len(file)).Draw(t, "sample")]
		guessed, _ := pgcsv.GuessEncoding([]byte(sample))
		d, _ := pgcsv.Sniff([]byte(sample), pgcsv.Dialect{Encoding: guessed})
		got := readSheet(strings.NewReader(file), d, 0)
		if diff := cmp.Diff(q.Rows[0], got.header) + cmp.Diff(q.Rows[1:], got.texts()); diff != "" || got.err != nil {
			t.Fatalf("%q as %+v: %v\n%s", file, d, got.err, diff)
		}
	})
}

// FuzzSniff: whatever the file is, the dialect found is one that can be, and stays as it is when
// it is fixed.
func FuzzSniff(f *testing.F) {
	for _, seed := range []string{"", "a,b\n1,2\n", "\xFF\xFEa\x00", "sep=;\na;b", "'a';'b'\n", "\"a\nb", "\xFE\xFF\x00a\x00", "\x81", "\xEF\xBB\xBF"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, sample []byte) {
		d, _ := pgcsv.Sniff(sample, pgcsv.Dialect{})
		if err := d.Validate(); err != nil || d.Encoding == 0 || d.Delimiter == 0 || d.Quote == 0 || d.Header == 0 || d.LineEnd == "" {
			t.Errorf("%q: %+v, %v", sample, d, err)
		}
		if again, _ := pgcsv.Sniff(sample, d); again != d {
			t.Errorf("%q: %+v, then %+v", sample, d, again)
		}
	})
}
