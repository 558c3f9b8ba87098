package postgres_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/postgres"
	"github.com/gyrodata/gyro/sheets"
)

// repeat gives a format with the numbers from 0 on.
func repeat(n int, separator, format string) string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf(format, i)
	}
	return strings.Join(all, separator)
}

// What a table of PostgreSQL takes, a file of it brings in, whatever its columns are as texts: a row of texts is no row of the
// server's.
func TestSheetWide(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		columns     int
		typ, format string
		sum         string // over the first column and the last
	}{
		{1600, "int", "1%06d", "c0 + c1599"},
		{900, "bigint", "1%09d", "c0 + c899"},
		{500, "timestamp", "2026-12-31 23:59:59.%06d", "c499 - c0"},
		{400, "text", `"a\,""{%d}"`, "c0 || c399"},
		{333, "text", "%d" + strings.Repeat("x", 20), "c0 || c332"}, // in the page, to the last that may
		{300, "text", "%d" + strings.Repeat("x", 20), "c0 || c299"},
		{300, "text", "%d" + strings.Repeat("x", 200), "c0 || c299"},
	} {
		url := pgtest.DB(t)
		pgtest.Exec(t, url, "CREATE TABLE wide ("+repeat(c.columns, ", ", "c%d "+c.typ)+"); CREATE TABLE copied (LIKE wide)")
		file := repeat(c.columns, ",", "c%d") + "\n" + strings.Repeat(repeat(c.columns, ",", c.format)+"\n", 3) + ",1" + strings.Repeat(",", c.columns-2) + "\n"
		if c.typ == "timestamp" {
			file = strings.TrimSuffix(file, ",1"+strings.Repeat(",", c.columns-2)+"\n")
		}
		if _, err := loadSheets(t, url, nil, sheetOf(t, "wide", file)); err != nil {
			t.Errorf("%d columns of %s: %v", c.columns, c.typ, err)
		}
		conn := connect(t, url)
		if _, err := conn.PgConn().CopyFrom(t.Context(), strings.NewReader(file), "COPY copied FROM STDIN (FORMAT csv, HEADER)"); err != nil {
			t.Fatal(err)
		}
		got, want := pgtest.Copy(t, url, "SELECT *, "+c.sum+" FROM wide"), pgtest.Copy(t, url, "SELECT *, "+c.sum+" FROM copied")
		if string(got) != string(want) {
			t.Errorf("%d columns of %s: other rows than COPY loads", c.columns, c.typ)
		}
	}
}

// In a wide file rows break rules, are rejected, refer to each other and to the target, and are found again, as in any.
func TestSheetWideRules(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, "CREATE DOMAIN positive AS int CHECK (VALUE > 0); CREATE TABLE wide (id bigserial PRIMARY KEY, num int NOT NULL UNIQUE, boss_id bigint REFERENCES wide, "+
		repeat(1500, ", ", "c%d int")+", last positive CHECK (last < 100))")
	cells := "," + repeat(1500, ",", "%d") + ","
	file := "num,boss," + repeat(1500, ",", "c%d") + ",last\n" +
		"1," + cells + "7\n" +
		"2,1" + cells + "x\n" +
		"3,1" + cells + "8\n" +
		"4,2" + cells + "9\n" + // its boss is rejected
		"5,9" + cells + "9\n" + // there is none
		"6,3" + cells + "-1\n" +
		"3,1" + cells + "1\n" +
		"7,3" + cells + "100\n" +
		"8,3" + cells + "1,2\n"
	dir := t.TempDir()
	path := filepath.Join(dir, "wide.csv")
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(reject string, conflict gyro.Conflict) (*gyro.Report, error) {
		return sheets.Load{
			Files: []sheets.File{{Model: gyro.Table("wide"), From: csvdir.File(path, reject)}}, Target: postgres.DB{URL: url},
			Importers: gyro.Registry{{Model: gyro.Table("wide"), Conflict: conflict, Columns: gyro.Columns{"boss": {By: gyro.By{"num": "boss"}}, "c1499": {Expr: "value::int + 1"}}}},
		}.Run(t.Context())
	}
	report, err := run("", gyro.Conflict{})
	wantFaults(t, report, err, "wide 2: last: invalid-value", "wide 5: boss: unknown-reference", "wide 6: last: check", "wide 7: num: duplicate", "wide 8: : check", "wide 9: : too-many-fields")
	report, err = run(filepath.Join(dir, "bad.csv"), gyro.Conflict{})
	if err != nil || report.Load.Tables[0].Rejected != 7 {
		t.Errorf("%v, %+v", err, report)
	}
	wantQuery(t, url, "SELECT w.num, b.num AS boss, w.c1498, w.c1499, w.last FROM wide w LEFT JOIN wide b ON b.id = w.boss_id ORDER BY 1", "num,boss,c1498,c1499,last\n1,,1498,1500,7\n3,1,1498,1500,8")
	pgtest.Exec(t, url, "UPDATE wide SET last = 50")
	if report, err = run(filepath.Join(dir, "again.csv"), gyro.Update("num")); err != nil || report.Load.Tables[0].Updated != 2 {
		t.Errorf("%v, %+v", err, report)
	}
	wantQuery(t, url, "SELECT num, last FROM wide ORDER BY 1", "num,last\n1,7\n3,8")
}
