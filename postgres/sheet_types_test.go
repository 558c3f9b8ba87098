package postgres_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/pgcsv"
	"github.com/gyrodata/gyro/postgres"
	"github.com/gyrodata/gyro/sheets"
)

// sheetTypes are types, with texts of which some are values of them.
var sheetTypes = map[string][]string{
	"smallint":         {"0", "-1", "32767", "32768", "-32768", "9999", "10000", "+5", "007", "1.0", "", " 3 ", "1e3", "-", "٣"},
	"integer":          {"2147483647", "2147483648", "999999999", "-999999999", "1 000", "0x10"},
	"bigint":           {"9223372036854775807", "9223372036854775808", "999999999999999999", "-0"},
	"numeric(6,2)":     {"9999.99", "9999.995", "9999.994", "10000", "-9999.99", ".5", "5.", "1.234", "NaN", "1e2", "--1", "1,5", "000001.10", "0.1"},
	"numeric":          {"1e400", "Infinity", "12345678901234567890.123", "1_0"},
	"real":             {"1e39", "1.5", "abc", "-inf"},
	"varchar(3)":       {"abc", "abcd", "abc  ", "äöü", "äöüß", "€€€"},
	"char(2)":          {"a", "ab", "abc", "ä"},
	"text":             {"", "x", "\\.", "a\nb", "\"", "NULL"},
	"boolean":          {"t", "f", "true", "yes", "2", "on", "T"},
	"date":             {"2024-02-29", "2023-02-29", "2024-04-31", "0000-01-01", "0001-01-01", "2024-1-1", "infinity", "1/2/2024", "2024-12-31 10:00"},
	"timestamp":        {"2024-02-29 23:59:59", "2024-01-01 24:00:00", "2024-01-01 23:60:00", "2024-01-01", "x"},
	"timestamptz":      {"2024-03-31 02:30:00", "2024-01-01 10:00:00 Europe/Berlin", "2024-01-01 10:00:00 Nowhere/Else"},
	"uuid":             {"7d444840-9dc0-11d1-b245-5ffdce74fad2", "7D444840-9DC0-11D1-B245-5FFDCE74FAD2", "7d444840-9dc0-11d1-b245-5ffdce74fad", "{7d4448409dc011d1b2455ffdce74fad2}"},
	"mood":             {"sad", "happy", "Sad", "sad "},
	"int[]":            {"{1,2}", "{1,x}", "{}", "1"},
	"jsonb":            {"{}", "{", "null", `"\u0000"`},
	"positive":         {"1", "-1", "0", "x"},
	"inet":             {"127.0.0.1", "1.2.3"},
	"interval":         {"1 day", "1 fortnight"},
	"bytea":            {`\xff`, `\xf`, "abc"},
	"int4range":        {"[1,2)", "[2,1)", "x"},
	"bit(3)":           {"101", "10", "12"},
	"time":             {"10:00", "25:00"},
	"xml":              {"<a/>", "<a>"},
	"double precision": {"1e308", "1e309"},
}

// misread reports whether the server takes a text as a value of a type, but another one under other settings, or one that is
// less than what is written. The server says so itself.
func misread(t *testing.T, conn *pgx.Conn, typ, text string) bool {
	t.Helper()
	asked := func(sql string) string {
		var got string
		literal := "'" + strings.ReplaceAll(text, "'", "''") + "'"
		if err := conn.QueryRow(t.Context(), strings.ReplaceAll(sql, "$1", literal), pgx.QueryExecModeSimpleProtocol).Scan(&got); err != nil {
			return "refused"
		}
		return got
	}
	switch {
	case asked("SELECT $1::"+typ+"::text") == "refused", strings.EqualFold(text, "infinity"):
		return false
	case typ == "time" && !strings.Contains(text, ":"): // digits alone are a number to others
		return true
	}
	var read []string
	for _, style := range []string{"ISO, MDY", "ISO, DMY", "ISO, YMD"} {
		if _, err := conn.Exec(t.Context(), "SET DateStyle TO '"+style+"'"); err != nil {
			t.Fatal(err)
		}
		read = append(read, asked("SELECT $1::"+typ+"::text"))
	}
	if _, err := conn.Exec(t.Context(), "RESET DateStyle"); err != nil {
		t.Fatal(err)
	}
	if read[0] != read[1] || read[1] != read[2] {
		return true
	}
	less := map[string]string{
		"date":         "SELECT ($1::timestamp = $1::date)::text",
		"time":         "SELECT (('2000-01-01 ' || $1)::timestamp::time = $1::time)::text",
		"numeric(6,2)": "SELECT ($1::numeric = $1::numeric(6,2))::text",
		"timestamp":    "SELECT (($1 || ' +05')::timestamptz <> $1::timestamptz)::text",
	}[typ]
	return less != "" && asked(less) != "true"
}

// For every type, a text that the server casts is loaded, and one that it does not is a fault of its
// row. The server is asked by a plain INSERT.
func TestSheetTypes(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, "CREATE TYPE mood AS ENUM ('sad', 'happy'); CREATE DOMAIN positive AS int CHECK (VALUE > 0); SET timezone TO 'UTC'")
	var all []string
	for _, texts := range sheetTypes {
		all = append(all, texts...)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	n := 0
	for typ := range sheetTypes {
		n++
		table := fmt.Sprintf("t%d", n)
		pgtest.Exec(t, url, "CREATE TABLE "+table+" (id serial PRIMARY KEY, v "+typ+", n int); CREATE TABLE one (v "+typ+")")
		var file strings.Builder
		file.WriteString("v,n\n")
		var want []string
		for i, text := range all {
			fmt.Fprintf(&file, "\"%s\",%d\n", strings.ReplaceAll(text, `"`, `""`), i+1)
			if misread(t, conn, typ, text) {
				want = append(want, fmt.Sprint(i+1))
			} else if _, err := conn.Exec(t.Context(), "SET timezone TO 'UTC'; INSERT INTO one VALUES ('"+strings.ReplaceAll(text, "'", "''")+"')"); err != nil {
				want = append(want, fmt.Sprint(i+1))
			}
		}
		dir := t.TempDir()
		path := filepath.Join(dir, "v.csv")
		if err := os.WriteFile(path, []byte(file.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		importers := gyro.Registry{{Model: gyro.Table(table), CSV: gyro.CSV{
			Dialect: pgcsv.Dialect{Delimiter: ',', Quote: '"', Header: pgcsv.Yes}, Format: pgcsv.Conversion{Empty: pgcsv.EmptyText},
		}}}
		if typ != "text" && typ != "varchar(3)" && typ != "char(2)" && typ != "bytea" {
			// an empty cell is NULL where a text is no value
			importers[0].Columns = gyro.Columns{"v": {Format: pgcsv.Conversion{Empty: pgcsv.EmptyText}}}
		}
		report, err := loadSheets(t, url, importers, sheets.File{Model: gyro.Table(table), From: csvdir.File(path, filepath.Join(dir, "bad.csv"))})
		if err != nil {
			t.Errorf("%s: %v", typ, err)
			continue
		}
		got := map[string]bool{}
		if report.Load.Validation.Bad() > 0 {
			rejected, err := os.Open(filepath.Join(dir, "bad.csv"))
			if err != nil {
				t.Fatal(err)
			}
			records, err := csv.NewReader(rejected).ReadAll()
			_ = rejected.Close()
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range records[1:] {
				got[r[2]] = true
			}
		}
		for i := range all {
			row := fmt.Sprint(i + 1)
			if got[row] != slices.Contains(want, row) {
				t.Errorf("%s: %q: a fault %v, refused by the server %v", typ, all[i], got[row], slices.Contains(want, row))
			}
		}
		differ := "(SELECT v::text FROM " + table + " EXCEPT ALL SELECT v::text FROM one) UNION ALL (SELECT v::text FROM one EXCEPT ALL SELECT v::text FROM " + table + ")"
		if n := string(pgtest.Copy(t, url, differ)); n != "v\n" {
			t.Errorf("%s: not what INSERT makes of it: %s", typ, n)
		}
		pgtest.Exec(t, url, "DROP TABLE one")
	}
}

// What is proved while the file is read, the server takes: random texts made of what values are
// made of.
func TestSheetProofs(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	types := []string{"smallint", "integer", "bigint", "numeric(6,2)", "numeric(3,3)", "numeric(4,0)", "varchar(4)", "char(3)", "boolean", "date", "timestamp", "timestamptz", "uuid"}
	var columns []string
	for i, typ := range types {
		columns = append(columns, fmt.Sprintf("v%d %s", i, typ))
	}
	pgtest.Exec(t, url, "CREATE TABLE x (id serial PRIMARY KEY, "+strings.Join(columns, ", ")+")")
	dir := t.TempDir()
	rapid.Check(t, func(r *rapid.T) {
		var file strings.Builder
		var names []string
		for i := range types {
			names = append(names, fmt.Sprintf("v%d", i))
		}
		fmt.Fprintln(&file, strings.Join(names, ";"))
		piece := rapid.SampledFrom([]string{"0", "1", "9", "99", "12", "31", "02", "30", "29", "-", ".", "2024", "2023", ":", " ", "t", "ä", "-02-", "-12-", "999", "23:59:59", "7d444840-9dc0-11d1-b245-5ffdce74fad2"})
		for range 60 {
			var cells []string
			for range types {
				cells = append(cells, strings.Join(rapid.SliceOfN(piece, 1, 5).Draw(r, "cell"), ""))
			}
			fmt.Fprintln(&file, strings.Join(cells, ";"))
		}
		path := filepath.Join(dir, "x.csv")
		if err := os.WriteFile(path, []byte(file.String()), 0o600); err != nil {
			r.Fatal(err)
		}
		// Where a proof was wrong, the server refuses the row at the end, and the load fails.
		_ = os.Remove(filepath.Join(dir, "bad.csv"))
		_, err := sheets.Load{
			Files: []sheets.File{{Model: gyro.Table("x"), From: csvdir.File(path, filepath.Join(dir, "bad.csv"))}}, Target: postgres.DB{URL: url},
			Importers: gyro.Registry{{Model: gyro.Table("x"), CSV: gyro.CSV{Dialect: pgcsv.Dialect{Delimiter: ';', Header: pgcsv.Yes}}}},
		}.Run(t.Context())
		if err != nil {
			r.Fatal(err)
		}
	})
}
