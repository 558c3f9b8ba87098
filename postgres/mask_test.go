package postgres_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/load"
	"github.com/gyrodata/gyro/postgres"
	"github.com/gyrodata/gyro/schema"
)

var (
	numbered = gyro.Mask{Name: "numbered", Unique: true, Bits: func(schema.Column) int { return 64 }, Fake: func(text []byte, row *gyro.MaskRow) []byte {
		return fmt.Appendf(text, "%016x", row.Number)
	}}
	seeded = gyro.Mask{Name: "seeded", Fake: func(text []byte, row *gyro.MaskRow) []byte {
		return fmt.Appendf(text, "\"%x\",\n%x", row.Seed[:2], row.Whole[:2])
	}}
	hashed = gyro.Mask{Name: "hashed", SQL: func(value string, _ schema.Column) string {
		return "pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.current_setting('gyro.mask_key'), 'UTF8') OPERATOR(pg_catalog.||) pg_catalog.convert_to(" + value + ", 'UTF8')), 'hex')"
	}}
	keptAsIs = gyro.Mask{Name: "keep"}
)

const maskedTables = `
	CREATE TABLE shop (id int PRIMARY KEY, name text NOT NULL);
	CREATE TABLE person (id bigint PRIMARY KEY, shop_id int REFERENCES shop, email text UNIQUE, name text, note varchar(10), city text, born date);`

func masked(t *testing.T, url, dir string, key gyro.Secret, columns gyro.Columns) (string, *gyro.Report) {
	t.Helper()
	s := slicer(url, dir, "shop", "person")
	s.MaskKey = key
	s.Importers = gyro.Registry{{Model: gyro.Table("shop")}, {Model: gyro.Table("person"), Columns: columns}}
	report, err := s.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "person.csv"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text), report
}

// What is written is no clear value, the same for the same key, and whole rows: the slice is proved and loads.
func TestMasks(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, maskedTables+`
		INSERT INTO shop VALUES (1, 'one'), (2, 'a "shop", of two'); INSERT INTO person
		SELECT n, 1 + n % 2, 'clear' || n || '@example.com', 'Clear ' || n, CASE WHEN n % 3 > 0 THEN 'clear ' || n END, CASE WHEN n % 4 = 1 THEN '' WHEN n % 4 > 1 THEN E'clear\n' || n END, '2000-01-01'::date + n
		FROM generate_series(1, 1000) n`)
	columns := gyro.Columns{"email": {Mask: numbered}, "name": {Mask: hashed}, "note": {Mask: hashed}, "city": {Mask: seeded}}
	one, other := gyro.Secret(bytes.Repeat([]byte("k"), 32)), gyro.Secret(bytes.Repeat([]byte("o"), 32))
	dir := filepath.Join(t.TempDir(), "slice")
	text, report := masked(t, url, dir, one, columns)
	if strings.Contains(text, "lear") {
		t.Error("a clear value is in the file")
	}
	if len(report.Notes) > 2 {
		t.Error(report.Notes)
	}
	if again, _ := masked(t, url, filepath.Join(t.TempDir(), "slice"), one, columns); again != text {
		t.Error("the same key gives another file")
	}
	if differs, _ := masked(t, url, filepath.Join(t.TempDir(), "slice"), other, columns); differs == text {
		t.Error("another key gives the same file")
	}
	_, random := masked(t, url, filepath.Join(t.TempDir(), "slice"), nil, columns)
	if !strings.Contains(fmt.Sprint(random.Notes), "random key of this run") {
		t.Error(random.Notes)
	}
	if v, err := csvdir.Verify(t.Context(), dir, csvdir.VerifyOptions{}); err != nil || !v.Proved() {
		t.Error(v, err)
	}
	m, err := csvdir.ReadManifest(dir)
	if err != nil || m.MaskKey == "" || strings.Contains(fmt.Sprintf("%+v", m), "kkkk") || m.Files[1].Columns[2].Mask != "numbered" {
		t.Errorf("%+v %v", m, err)
	}
	target := pgtest.DB(t)
	pgtest.Exec(t, target, maskedTables)
	mustLoad(t, dir, target, load.Slice{})
	wantQuery(t, target, `SELECT count(*), count(DISTINCT email), count(DISTINCT name), count(note), max(length(note)), count(city), count(DISTINCT left(city, 6)) > 500 AS many, sum(born - '2000-01-01') FROM person`,
		"count,count,count,count,max,count,many,sum\n1000,1000,1000,667,10,750,t,500500")
}

func TestMaskMistakes(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, maskedTables+"CREATE TABLE keyless (a text); CREATE TABLE tag (id int PRIMARY KEY, kind text, kin text, object_id int); CREATE TABLE computed (id int PRIMARY KEY, a text, b text GENERATED ALWAYS AS (a || 'x') STORED)")
	null := gyro.Mask{Name: "null", Null: true, SQL: func(string, schema.Column) string { return "NULL" }}
	short := gyro.Mask{Name: "short", Fake: seeded.Fake, Fits: func(c schema.Column) string { return "its type is " + c.Type }}
	for _, c := range []struct {
		table, column string
		mask          gyro.Mask
		want          string
	}{
		{"person", "id", numbered, "it is a key, or refers to one, and the mask does not keep values apart by what they are"},
		{"person", "shop_id", hashed, "it is a part of a reference, and the key that it refers to is not masked"},
		{"person", "name", numbered.ByValue("people"), "numbered goes by no value"},
		{"person", "name", gyro.Mask{}.When("true"), "nothing is written in the value's place"},
		{"person", "email", numbered.When("name > 'a'"), "it is a part of the unique key (email), and what is masked could be what is kept"},
		{"person", "name", gyro.Mask{Name: "reads", Fake: seeded.Fake, Reads: []string{"nam"}}, "the mask reads \"nam\", which is no column of the table"},
		{"person", "name", gyro.Mask{Name: "reads", Fake: seeded.Fake, Reads: []string{"name"}}, "the mask reads \"name\", which is masked"},
		{"person", "email", hashed, "it is a part of the unique key (email), and the mask may give two rows one value"},
		{"person", "born", short, "its type is date"},
		{"tag", "kin", hashed, ""}, // a part of a word of the condition
		{"tag", "kind", hashed, "a polymorphic reference, or one in each element of an array, stands on it"},
		{"shop", "name", null, "it is NOT NULL, and the mask makes it NULL"},
		{"keyless", "a", seeded, "a value is made from the primary key, and the table has none"},
		{"computed", "b", seeded, "it is computed from other columns by the database"},
		{"computed", "a", seeded, `table computed, column "b": the database computes it from other columns, and some of these are masked`},
	} {
		s := slicer(url, t.TempDir()+"/slice", c.table)
		s.Missing = gyro.Include
		s.Importers = gyro.Registry{{Model: gyro.Table(c.table), Columns: gyro.Columns{c.column: {Mask: c.mask}}}}
		if c.table == "tag" {
			s.Importers[0].Columns["object_id"] = gyro.Column{Cases: []gyro.Case{{When: "kind = 'shop'", Ref: gyro.Table("shop")}}, Missing: gyro.Include}
			s.Importers = append(s.Importers, gyro.Importer{Model: gyro.Table("shop")})
		}
		_, err := s.Plan(t.Context())
		if c.want != "" {
			wantMistakes(t, err, c.want)
		} else if err != nil {
			t.Errorf("%s.%s: %v", c.table, c.column, err)
		}
	}
}

// What a table asks of values beside its keys is asked of those of masks.
func TestMaskRules(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, `
		CREATE EXTENSION btree_gist; CREATE DOMAIN short AS varchar(8) CHECK (VALUE <> ''); CREATE DOMAIN shorter AS short CHECK (length(VALUE) < 6);
		CREATE TABLE member (id int PRIMARY KEY, email text, login text, state text CHECK (state IN ('new', 'gone')), nick shorter, since date, until date,
			room int, UNIQUE (room, nick), EXCLUDE USING gist (room WITH =, daterange(since, until) WITH &&), CHECK (since < until));
		CREATE UNIQUE INDEX ON member (lower(email)); CREATE UNIQUE INDEX ON member (login) WHERE until IS NULL;
		INSERT INTO member VALUES (1, 'a', 'a', 'new', 'a', '2024-01-01', '2024-02-02', 1)`)
	fixed := func(value string, unique bool) gyro.Mask {
		return gyro.Mask{Name: "fixed", Unique: unique, Bits: numbered.Bits, Fake: func(text []byte, _ *gyro.MaskRow) []byte { return append(text, value...) }}
	}
	day := gyro.Mask{Name: "day", SQL: func(value string, _ schema.Column) string { return value }}
	for _, c := range []struct {
		column string
		mask   gyro.Mask
		want   string
	}{
		{"email", seeded, "it is a part of the unique key (email), and the mask may give two rows one value"},
		{"email", numbered, ""},
		{"login", hashed, "it is a part of the unique key (login), and the mask may give two rows one value"},
		{"login", numbered, ""},
		{"state", fixed("old", false), "fixed makes values that member_state_check refuses"},
		{"state", fixed("gone", false), ""},
		{"nick", fixed("", true), "fixed makes values that its type refuses"},
		{"nick", fixed("longer", true), "fixed makes values that its type refuses"},
		{"nick", fixed("fits", true), ""},
		{"since", day, "note: check member_check has to do with since"},
		{"since", day, "note: exclusion constraint member_room_daterange_excl has to do with since"},
		{"until", day, "note: unique index member_login_idx has to do with until"},
	} {
		s := slicer(url, t.TempDir()+"/slice", "member")
		s.Importers = gyro.Registry{{Model: gyro.Table("member"), Columns: gyro.Columns{c.column: {Mask: c.mask}}}}
		plan, err := s.Plan(t.Context())
		note, isNote := strings.CutPrefix(c.want, "note: ")
		switch {
		case isNote && (err != nil || !strings.Contains(fmt.Sprint(plan.Notes), note)):
			t.Errorf("%s: %v, %v; want a note: %s", c.column, plan.Notes, err, note)
		case isNote:
		case c.want != "":
			wantMistakes(t, err, c.want)
		case err != nil:
			t.Errorf("%s: %v", c.column, err)
		}
	}
	s := slicer(url, t.TempDir()+"/slice", "member")
	s.Importers = gyro.Registry{{Model: gyro.Table("member"), Columns: gyro.Columns{"state": {Mask: fixed("gone", false), OneOf: []string{"new"}}}}}
	_, err := s.Plan(t.Context())
	wantMistakes(t, err, "fixed makes values that OneOf refuses")
}

// With Strict, a column that was added later stops the run before a row is read.
func TestMasksStrict(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, "CREATE TABLE a (id int PRIMARY KEY, name text); INSERT INTO a VALUES (1, 'x')")
	s := export.Slice{
		Source: postgres.DB{URL: url}, Target: csvdir.Dir{Path: t.TempDir() + "/slice"}, Jobs: jobs("a"), Strict: true,
		Importers: gyro.Registry{{Model: gyro.Table("a"), Columns: gyro.Columns{"id": {Mask: keptAsIs}, "name": {Mask: keptAsIs}}}},
	}
	if _, err := s.Plan(t.Context()); err != nil {
		t.Fatal(err)
	}
	pgtest.Exec(t, url, "ALTER TABLE a ADD phone text")
	_, err := s.Run(t.Context())
	wantMistakes(t, err, "table a: neither a mask nor keep is said of phone")
	if _, err := os.Stat(s.Target.(csvdir.Dir).Path); err == nil {
		t.Error("something was written")
	}
}
