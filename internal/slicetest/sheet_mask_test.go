package slicetest

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/mask"
	"github.com/gyrodata/gyro/postgres"
	"github.com/gyrodata/gyro/sheets"
)

const membersSQL = `CREATE TABLE member (id bigint PRIMARY KEY, email varchar(60) NOT NULL UNIQUE, name text, code char(12), phone text CHECK (phone ~ '^[+]'), born date,
	salary numeric(9,2), note text, token uuid NOT NULL, lang text NOT NULL DEFAULT 'en');`

var memberMasks = gyro.Columns{
	"email": {Mask: mask.Email()}, "name": {Mask: mask.Name().ByValue("people")}, "code": {Mask: mask.Hex(10).ByValue("codes")}, "phone": {Mask: mask.Phone()},
	"born": {Mask: mask.ShiftDate(30, "")}, "salary": {Mask: mask.Round(100)}, "note": {Mask: mask.Partial(1, 2)}, "token": {Mask: mask.UUID()}, "lang": {Mask: mask.Keep()}, "id": {Mask: mask.Keep()},
}

// A file that others wrote is masked on its way in as a slice is on its way out: the same row has the same values.
func TestMasksOfSheets(t *testing.T) {
	t.Parallel()
	source, target, dir := pgtest.DB(t), pgtest.DB(t), t.TempDir()
	pgtest.Exec(t, target, membersSQL)
	pgtest.Exec(t, source, membersSQL+`INSERT INTO member SELECT n, 'Clear' || n || '@example.org', CASE WHEN n % 5 > 0 THEN 'Clear Name ' || n % 40 END, 'CLEAR' || n % 70, '+49 151 clear' || n,
		'1980-01-01'::date + n, n * 12.34, CASE WHEN n % 3 > 0 THEN 'clear "note", ' || n END, md5(n::text)::uuid, 'en' FROM generate_series(1, 500) n`)
	file := filepath.Join(dir, "members.csv")
	pgtest.Psql(t, source, `\copy member TO '`+file+`' (FORMAT csv, HEADER)`)
	key, importers := gyro.Secret(bytes.Repeat([]byte("k"), 32)), gyro.Registry{{Model: gyro.Table("member"), Columns: memberMasks}}
	slice := csvdir.Dir{Path: filepath.Join(dir, "slice")}
	if _, err := (export.Slice{Source: postgres.DB{URL: source}, Target: slice, Importers: importers, MaskKey: key, Strict: true, Jobs: []gyro.ImportJob{{Model: gyro.Table("member")}}}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	load := sheets.Load{Files: []sheets.File{{Model: gyro.Table("member"), From: csvdir.File(file, "")}}, Target: postgres.DB{URL: target}, Importers: importers, MaskKey: key, Strict: true}
	plan, err := load.Plan(t.Context())
	if err != nil || !strings.Contains(strings.Join(plan.Loads[0].Columns, "; "), "name: name, masked: name by value of people") {
		t.Error(plan, err)
	}
	report, err := load.Run(t.Context())
	if err != nil || strings.Contains(strings.Join(notes(report), " "), "random key") {
		t.Fatal(err)
	}
	got := pgtest.Psql(t, target, "COPY (SELECT * FROM member ORDER BY id) TO STDOUT (FORMAT csv, HEADER)")
	want, err := os.ReadFile(filepath.Join(slice.Path, "member.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.TrimSpace(got) != strings.TrimSpace(string(want)) {
		t.Errorf("the table is\n%.2000s\nthe slice\n%.2000s", got, want)
	}
	if strings.Contains(got, "lear Name") || strings.Contains(got, "Clear") || strings.Contains(got, "CLEAR") {
		t.Error("a clear value came in")
	}
	load.MaskKey = nil
	pgtest.Exec(t, target, "TRUNCATE member")
	if report, err = load.Run(t.Context()); err != nil || !strings.Contains(strings.Join(notes(report), " "), "random key") {
		t.Error(report, err)
	}
}

func notes(r *gyro.Report) []string {
	var all []string
	if r != nil {
		for _, n := range r.Notes {
			all = append(all, n.String())
		}
	}
	return all
}

func TestMasksOfSheetsRefused(t *testing.T) {
	t.Parallel()
	target, dir := pgtest.DB(t), t.TempDir()
	pgtest.Exec(t, target, membersSQL+`CREATE TABLE note (id int PRIMARY KEY, member_id bigint REFERENCES member, text text, born date)`)
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	notes, members := write("notes.csv", "text,member,born\na,a@example.org,2024-01-01\n"), write("members.csv", "id,email,name,token\n1,a@example.org,A,00000000-0000-4000-8000-000000000000\n")
	by := gyro.Columns{"member_id": {By: gyro.By{"email": "member"}, Ref: gyro.Table("member")}}
	for _, c := range []struct {
		table, column string
		said          gyro.Column
		want          string
	}{
		{"note", "text", gyro.Column{Mask: mask.Word()}, "a value is made from the primary key, and the file does not give that"},
		{"note", "text", gyro.Column{Mask: mask.Word(), Expr: "lower(value)"}, "both Expr and a mask are set"},
		{"note", "text", gyro.Column{Mask: mask.Word().ByValue("a").When("true")}, "Rows is a condition over the row"},
		{"note", "text", gyro.Column{Mask: mask.Expr("lower(text)")}, "the mask is an expression over the row"},
		{"note", "text", gyro.Column{Mask: mask.Command(gyro.Command{Run: []string{"cat"}})}, "an outside program makes the values"},
		{"note", "text", gyro.Column{Mask: mask.Template("{{row.id}}")}, "the mask reads other columns of the row"},
		{"note", "born", gyro.Column{Mask: mask.Date().ByValue("days")}, "a fake by value goes by how the source prints it"},
		{"note", "member_id", gyro.Column{By: gyro.By{"email": "member"}, Ref: gyro.Table("member"), Mask: mask.Token("")}, "it is a part of a key or of a reference"},
		{"member", "name", gyro.Column{Mask: gyro.Mask{}.ByValue("people")}, "nothing is written in the value's place"},
		{"member", "id", gyro.Column{Mask: mask.Token("")}, "it is a part of a key or of a reference"},
		{"member", "email", gyro.Column{Mask: mask.Email()}, "it is a part of a key or of a reference"},
		{"member", "name", gyro.Column{Mask: mask.Age()}, ""},
		{"member", "token", gyro.Column{Mask: mask.Email()}, "email is for text"},
	} {
		columns := map[string]gyro.Columns{"note": {"member_id": by["member_id"]}, "member": {}}
		columns[c.table][c.column] = c.said
		_, err := sheets.Load{
			Files:  []sheets.File{{Model: gyro.Table("note"), From: csvdir.File(notes, "")}, {Model: gyro.Table("member"), From: csvdir.File(members, "")}},
			Target: postgres.DB{URL: target}, IDs: gyro.MaxPlusOne(), MaskKey: bytes.Repeat([]byte("k"), 32),
			Importers: gyro.Registry{{Model: gyro.Table("note"), Columns: columns["note"]}, {Model: gyro.Table("member"), Columns: columns["member"], IDs: gyro.Keep()}},
		}.Plan(t.Context())
		switch {
		case c.want == "" && err != nil, c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s.%s, %s: %v; want %q", c.table, c.column, c.said.Mask, err, c.want)
		}
	}
	_, err := sheets.Load{
		Files: []sheets.File{{Model: gyro.Table("member"), From: csvdir.File(members, "")}}, Target: postgres.DB{URL: target}, Strict: true, MaskKey: gyro.Secret("short"),
		Importers: gyro.Registry{{Model: gyro.Table("member"), Columns: gyro.Columns{"id": {Mask: mask.Keep()}, "name": {Mask: mask.Name()}}}},
	}.Plan(t.Context())
	direct := write("direct.csv", "id,member_id,text\n1,1,a\n")
	for _, strict := range []bool{false, true} { // a key that the file gives itself
		c, want := gyro.Columns{"member_id": {Mask: mask.Token("")}}, "it is a part of a key or of a reference"
		if strict {
			c, want = gyro.Columns{"id": {Mask: mask.Keep()}, "text": {Mask: mask.Keep()}}, "neither a mask nor keep is said of member_id"
		}
		_, err := sheets.Load{
			Files:  []sheets.File{{Model: gyro.Table("note"), From: csvdir.File(direct, "")}, {Model: gyro.Table("member"), From: csvdir.File(members, "")}},
			Target: postgres.DB{URL: target}, Strict: strict, Importers: gyro.Registry{{Model: gyro.Table("note"), Columns: c}, {Model: gyro.Table("member")}},
		}.Plan(t.Context())
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("strict %v: %v; want %s", strict, err, want)
		}
	}
	if err == nil || !strings.Contains(err.Error(), "MaskKey is too short") {
		t.Error(err)
	}
	_, err = sheets.Load{
		Files: []sheets.File{{Model: gyro.Table("member"), From: csvdir.File(members, "")}}, Target: postgres.DB{URL: target}, Strict: true,
		Importers: gyro.Registry{{Model: gyro.Table("member"), Columns: gyro.Columns{"id": {Mask: mask.Keep()}, "name": {Mask: mask.Name()}}}},
	}.Plan(t.Context())
	if err == nil || !strings.Contains(err.Error(), "neither a mask nor keep is said of email, token") {
		t.Error(err)
	}
}
