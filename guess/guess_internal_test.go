package guess

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/pgcsv"
	"github.com/gyrodata/gyro/schema"
	"github.com/gyrodata/gyro/sheets"
)

// Under the formats that are guessed every cell can be read, and is proved to be of its column's
// type, unless a doubt says that it is not.
func TestGuessConverts(t *testing.T) {
	t.Parallel()
	types := []string{
		"smallint", "integer", "bigint", "numeric", "numeric(20,3)", "date", "timestamp without time zone", "timestamp with time zone", "boolean", "text", "uuid",
	}
	values := []*rapid.Generator[string]{
		rapid.StringMatching(`-?[0-9]{1,3}`), rapid.StringMatching(`[0-9]{1,3}(,[0-9]{2})?`), rapid.StringMatching(`[0-9]{1,3}(\.[0-9]{3}){0,2}(,[0-9]{1,2})?`),
		rapid.StringMatching(`[0-9]{1,3}(,[0-9]{3}){0,2}(\.[0-9]{1,2})?`), rapid.StringMatching(`[0-9]{1,3}[.,][0-9]{3}`), rapid.StringMatching(`\$[0-9]{1,3}|\(\$[0-9]{1,3}\)`), rapid.StringMatching(`[0-9]{1,3}(,[0-9])?%`), rapid.StringMatching(`[0-9]{1,3}-?`), rapid.StringMatching(`[a-z]{1,6}( [a-z]{1,4})?`),
		rapid.StringMatching(`[0-2][1-8]\.0[1-9]\.202[0-9]`), rapid.StringMatching(`[0-2][1-8]/0[1-9]/202[0-9] 10:00`), rapid.StringMatching(`0[1-9]/[0-2][1-8]/202[0-9]`),
		rapid.StringMatching(`202[0-9]-0[1-9]-[0-2][1-8]`), rapid.StringMatching(`202[0-9]0[1-9][0-2][1-8]`), rapid.SampledFrom([]string{"1 Jan 2026", "2 Mai 2026", "3 May 2026"}),
		rapid.SampledFrom([]string{"ja", "nein"}), rapid.SampledFrom([]string{"yes", "no"}), rapid.SampledFrom([]string{"j", "n"}), rapid.SampledFrom([]string{"x", ""}), rapid.SampledFrom([]string{"0", "1"}),
	}
	odd := rapid.SampledFrom([]string{"", `""`, "NULL", "n/a", "-", " "})
	rapid.Check(t, func(t *rapid.T) {
		table := &schema.Table{Name: schema.NewName("", "t"), Kind: schema.Ordinary}
		var names []string
		columns := make([]*rapid.Generator[string], rapid.IntRange(1, 5).Draw(t, "columns"))
		for i := range columns {
			name := string(rune('a' + i))
			table.Columns = append(table.Columns, schema.Column{Name: name, Type: rapid.SampledFrom(types).Draw(t, "type"), NotNull: rapid.Bool().Draw(t, "required")})
			names = append(names, name)
			own := rapid.SampledFrom(values).Draw(t, "kind")
			columns[i] = rapid.OneOf(own, own, own, odd)
		}
		text := strings.Join(names, ";") + "\n"
		for range rapid.IntRange(1, 7).Draw(t, "rows") {
			var cells []string
			for _, c := range columns {
				cells = append(cells, c.Draw(t, "cell"))
			}
			text += strings.Join(cells, ";") + "\n"
		}
		sheet := sheets.File{Model: gyro.Table("t"), From: driver.SheetFile{Name: "t.csv", Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}}
		fixed := gyro.CSV{Dialect: pgcsv.Dialect{Delimiter: ';', Quote: '"', Header: pgcsv.Yes}}
		guesses, err := Importers(context.Background(), []sheets.File{sheet}, schema.Catalog{table.Name: table}, gyro.Registry{{Model: gyro.Table("t"), CSV: fixed}})
		if err != nil {
			t.Fatal(err)
		}
		g := guesses[0]
		doubted := func(column string) bool {
			return slices.ContainsFunc(g.Columns, func(c Column) bool {
				return c.Key == column && strings.Contains(strings.Join(c.Doubts, "\n"), "it holds ")
			})
		}
		reader := pgcsv.NewSheet(strings.NewReader(text), fixed.Dialect)
		for {
			r, err := reader.Read()
			if err != nil {
				return
			}
			for i, c := range table.Columns {
				convert, err := pgcsv.NewConverter(sheets.FormatOf(g.Importer.Columns[c.Name].Format, g.Importer.CSV.Format, c))
				if err != nil {
					t.Fatalf("%v\n%+v\n%s", err, g, text)
				}
				value, null, broken := convert.Convert(nil, r.Cells[i])
				// A word may be a boolean's for the server alone, and a number beyond its type.
				proved := null || broken == "" && (c.Type == "boolean" || classOf(c.DataType()) == numberClass && pgcsvNumber(value) || c.Values()(value))
				if !proved && !doubted(c.Name) {
					t.Fatalf("%s %s: %q: %s\n%+v\n%s", c.Name, c.Type, value, broken, g, text)
				}
			}
		}
	})
}

// pgcsvNumber reports whether PostgreSQL reads a text as a number.
func pgcsvNumber(text []byte) bool {
	return len(text) > 0 && !strings.ContainsFunc(strings.Replace(string(text), ".", "", 1), func(r rune) bool { return !strings.ContainsRune("-0123456789", r) })
}
