package postgres_test

import (
	"os"
	"path/filepath"
	"testing"
	"unicode/utf16"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/pgcsv"
	"github.com/gyrodata/gyro/postgres"
	"github.com/gyrodata/gyro/sheets"
)

// A file of rejects has the rows as they were; or, where that is asked for, so that a spreadsheet takes nothing in it for a
// formula, in the file's own dialect.
func TestSheetFormulas(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, "CREATE TABLE shop (name text, fee int, note text)")
	const text = "=1+1;\nname;=fee;note\n=cmd;x;-5\n\"@a;\"\"b\"\"\";-1+1;+3,5\n-;1e;ü\n"
	for name, c := range map[string]struct {
		dialect pgcsv.Dialect
		escape  bool
		want    string
	}{
		"as it was": {pgcsv.Dialect{}, false, "=1+1;\nreason;name;=fee;note\n'=fee: no value of type integer;=cmd;x;-5\n'=fee: no value of type integer;\"@a;\"\"b\"\"\";-1+1;+3,5\n'=fee: no value of type integer;-;1e;ü\n"},
		"escaped":   {pgcsv.Dialect{}, true, "\nreason;name;'=fee;note\n'=fee: no value of type integer;'=cmd;x;-5\n'=fee: no value of type integer;\"'@a;\"\"b\"\"\";'-1+1;+3,5\n'=fee: no value of type integer;'-;1e;ü\n"},
		"UTF-16":    {pgcsv.Dialect{Encoding: pgcsv.UTF16LE}, true, ""},
	} {
		dir := t.TempDir()
		path, bad := filepath.Join(dir, "shop.csv"), filepath.Join(dir, "bad.csv")
		encode := func(text string) string { return text }
		if c.dialect.Encoding == pgcsv.UTF16LE {
			encode = func(text string) string {
				var b []byte
				for _, u := range utf16.Encode([]rune("\uFEFF" + text)) {
					b = append(b, byte(u), byte(u>>8))
				}
				return string(b)
			}
			c.want = encode("\nreason;name;'=fee;note\n'=fee: no value of type integer;'=cmd;x;-5\n'=fee: no value of type integer;\"'@a;\"\"b\"\"\";'-1+1;+3,5\n'=fee: no value of type integer;'-;1e;ü\n")
		}
		if err := os.WriteFile(path, []byte(encode(text)), 0o600); err != nil {
			t.Fatal(err)
		}
		c.dialect.Skip, c.dialect.Delimiter = 1, ';'
		_, err := sheets.Load{
			Files: []sheets.File{{Model: gyro.Table("shop"), From: csvdir.File(path, bad)}}, Target: postgres.DB{URL: url}, EscapeFormulas: c.escape,
			Importers: gyro.Registry{{Model: gyro.Table("shop"), CSV: gyro.CSV{Dialect: c.dialect}, Columns: gyro.Columns{"fee": {From: "#2"}}}},
		}.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(bad); err != nil || string(got) != c.want {
			t.Errorf("%s: %v\n%q, want\n%q", name, err, got, c.want)
		}
	}
}
