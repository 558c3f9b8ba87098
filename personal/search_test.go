package personal_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/config"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/mask"
	"github.com/gyrodata/gyro/personal"
	"github.com/gyrodata/gyro/planted"
	"github.com/gyrodata/gyro/postgres"
)

func search(t *testing.T, s personal.Search) *personal.Report {
	t.Helper()
	s.Mask = mask.Named
	report, err := s.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// columnKinds are types, each with a value of a row n.
var columnKinds = []struct{ typ, value string }{
	{"text", "'v' || n"},
	{"varchar(40)", "'v' || n"},
	{"varchar(3)", "left('v' || n, 3)"},
	{"char(8)", "'v' || n"},
	{"citext", "'v' || n"},
	{"text[]", "ARRAY['v' || n]"},
	{"integer", "n"},
	{"bigint", "n"},
	{"smallint", "n"},
	{"numeric(8,2)", "n"},
	{"double precision", "n"},
	{"date", "'2000-01-01'::date + n"},
	{"timestamptz", "'2000-01-01'::timestamptz + n * '1 day'::interval"},
	{"inet", "'10.0.0.1'::inet + n"},
	{"macaddr", "('08:00:2b:01:02:' || lpad(to_hex(n), 2, '0'))::macaddr"},
	{"jsonb", "jsonb_build_object('n', n)"},
	{"json", "json_build_object('n', n)"},
	{"xml", "('<n>' || n || '</n>')::xml"},
	{"bytea", "convert_to('v' || n, 'UTF8')"},
	{"hstore", "hstore('n', n::text)"},
	{"tsvector", "to_tsvector('simple', 'v' || n)"},
	{"point", "point(n, n)"},
	{"uuid", "md5(n::text)::uuid"},
	{"boolean", "n % 2 = 0"},
	{"mood", "'fine'::mood"},
	{"short", "('v' || n)::short"},
	{"int4range", "int4range(n, n + 1)"},
	{"pair", "ROW(n, 'v')::pair"},
}

// notUnique are types without order, or of too few values.
var notUnique = []string{"json", "xml", "point", "boolean", "mood", "varchar(3)"}

var columnNames = strings.Fields(`email phone first_name nachname full_name username address strasse postcode city geburtsdatum age gender ssn iban card_number ip_address mac_address user_agent password
	latitude religion salary job_title avatar notes twitter house_number device_id widget weight total`)

// Whatever a table is like: the lines that are suggested are read by config, a plan takes them, and an export with them runs. And
// nothing is found any more then.
func TestSuggestionsAreTaken(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		url := pgtest.DB(t)
		pgtest.Exec(t, url, `CREATE EXTENSION citext; CREATE EXTENSION hstore; CREATE TYPE mood AS ENUM ('fine', 'so "so"'); CREATE TYPE pair AS (a int, b text);
			CREATE DOMAIN short AS text NOT NULL CHECK (length(VALUE) < 20)`)
		dice := rand.New(rand.NewPCG(seed, 7))
		var tables []string
		for i := range 8 {
			tables = append(tables, fmt.Sprintf("t%d", i))
			pgtest.Exec(t, url, randomTable(dice, tables))
		}
		text := "jobs: [" + strings.Join(tables, ", ") + "]\nmissing: include\n"
		conf := parsed(t, text)
		conf.Source, conf.Target = url, filepath.Join(t.TempDir(), "slice")
		report := search(t, personal.Search{Slice: conf.Export(), Personal: true, Sample: 10})
		if len(report.Findings) < 20 {
			t.Errorf("seed %d: only %d findings", seed, len(report.Findings))
		}
		said := text + string(config.Suggested(report.Findings))
		conf = parsed(t, said)
		conf.Source, conf.Target = url, filepath.Join(t.TempDir(), "slice")
		if _, err := conf.Export().Run(t.Context()); err != nil {
			t.Errorf("seed %d: %v\n%s", seed, err, said)
			continue
		}
		for _, f := range search(t, personal.Search{Slice: conf.Export(), Personal: true, Sample: 10, All: true}).Findings {
			t.Errorf("seed %d: %+v is found again", seed, f)
		}
	}
}

func parsed(t *testing.T, text string) config.Config {
	t.Helper()
	conf, err := config.Parse("gyro.yaml", []byte(text), nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return conf
}

// randomTable makes the last of tables, perhaps with references to those before it, and fills it.
func randomTable(dice *rand.Rand, tables []string) string {
	name := tables[len(tables)-1]
	columns, values, uniques := []string{"id " + []string{"int PRIMARY KEY", "uuid PRIMARY KEY", "text PRIMARY KEY", "int"}[dice.IntN(4)]}, []string{}, []string{}
	switch {
	case strings.Contains(columns[0], "uuid"):
		values = append(values, "md5(n::text)::uuid")
	case strings.Contains(columns[0], "text"):
		values = append(values, "'k' || n")
	default:
		values = append(values, "n")
	}
	for _, i := range dice.Perm(len(columnNames))[:8] {
		kind := columnKinds[dice.IntN(len(columnKinds))]
		column := columnNames[i] + " " + kind.typ
		if dice.IntN(2) == 0 {
			column += " NOT NULL"
		}
		if dice.IntN(4) == 0 && !slices.Contains(notUnique, kind.typ) {
			uniques = append(uniques, "UNIQUE ("+columnNames[i]+")")
		}
		if dice.IntN(5) == 0 {
			column += fmt.Sprintf(" CHECK (length(%s::text) BETWEEN 1 AND 60)", columnNames[i])
		}
		columns, values = append(columns, column), append(values, kind.value)
	}
	if dice.IntN(3) == 0 {
		columns = append(columns, fmt.Sprintf(`%q text GENERATED ALWAYS AS ('a' || 'x') STORED`, []string{"Login Name", "Total Width"}[dice.IntN(2)]))
	}
	if len(tables) > 1 && dice.IntN(2) == 0 {
		uniques = append(uniques, "UNIQUE (handle)")
		columns, values = append(columns, "owner_email text REFERENCES "+tables[0]+" (key_email)", "handle text"), append(values, "'e' || n || '@example.org'")
	}
	if len(tables) == 1 {
		columns, values = append(columns, "key_email text UNIQUE"), append(values, "'e' || n || '@example.org'")
	}
	names := make([]string, 0, len(values))
	for _, c := range columns {
		if len(names) < len(values) && !strings.Contains(c, "GENERATED") {
			names = append(names, strings.Fields(c)[0])
		}
	}
	return fmt.Sprintf("CREATE TABLE %s (%s); INSERT INTO %s (%s) SELECT %s FROM generate_series(1, 30) n", name, strings.Join(append(columns, uniques...), ", "),
		name, strings.Join(names, ", "), strings.Join(values, ", "))
}

// What is planted in every column is found by what it looks like, and neither it nor a part of it leaves the server: not in counts,
// not in errors, not in what a view says that fails.
func TestNoValueLeaves(t *testing.T) {
	t.Parallel()
	to := pgtest.DB(t)
	pgtest.Exec(t, to, `
		CREATE TABLE c (id int PRIMARY KEY, a text, b varchar(60), c char(70), d jsonb, e xml, f text[], g text, h text, i text, j text, k text COLLATE "C", l text, m text);
		INSERT INTO c SELECT n, 'planted' || n || '@example.org', '+49 30 9876 54' || lpad(n::text, 2, '0'), 'DE89 3704 0044 0532 0130 00', jsonb_build_object('planted', 'planted@example.org'), '<planted/>',
			ARRAY['planted@example.org'], '4111 1111 1111 1111', '10.98.76.' || n, '2001:db8:98::76' || n, '219-09-9876', 'plantéd', 'planted ' || repeat('x', 100000) || ' late@example.org', NULL FROM generate_series(1, 50) n;
		CREATE TABLE others (id int PRIMARY KEY, order_no text, version text, day text, clock text, isbn text, luhn text);
		INSERT INTO others SELECT n, lpad((n * 7919)::text, 14, '0'), '1.2.' || n, to_char('2001-02-03'::date + n, 'DD.MM.YYYY'), '10:20:' || n, '0-306-40615-' || n % 10, '41111111111111' || lpad(n::text, 2, '0') FROM generate_series(1, 50) n;
		CREATE VIEW failing AS SELECT id, a::int::text AS x FROM c;
		CREATE TABLE hidden (id int PRIMARY KEY, email text); INSERT INTO hidden VALUES (1, 'planted@example.org');
		CREATE TABLE empty (id int PRIMARY KEY, x text); ANALYZE`)
	through, heard := pgtest.Wire(t, to)
	slice := export.Slice{Source: postgres.DB{URL: through}, Target: csvdir.Dir{Path: filepath.Join(t.TempDir(), "slice")}}
	for _, table := range []string{"c", "others", "failing", "empty"} {
		slice.Jobs = append(slice.Jobs, gyro.ImportJob{Model: gyro.Table(table)})
	}
	report := search(t, personal.Search{Slice: slice, Personal: true, Sample: 40})
	got := map[string]string{}
	for _, f := range report.Findings {
		got[f.Table.Table+"."+f.Column] = strings.Join(f.Why, "; ")
	}
	for column, want := range map[string]string{
		"c.a": "holds e-mail addresses: 40 of 40 sampled", "c.b": "holds telephone numbers: 40 of 40 sampled", "c.c": "holds IBANs: 40 of 40 sampled",
		"c.d": "type jsonb may hold anything; holds e-mail addresses in texts: 40 of 40 sampled", "c.e": "type xml may hold anything", "c.f": "holds e-mail addresses in texts: 40 of 40 sampled",
		"c.g": "holds card numbers: 40 of 40 sampled", "c.h": "holds IPv4 addresses: 40 of 40 sampled", "c.i": "holds IPv6 addresses: 40 of 40 sampled", "c.j": "holds US social security numbers: 40 of 40 sampled",
	} {
		if got[column] != want {
			t.Errorf("%s: %q, want %q", column, got[column], want)
		}
		delete(got, column)
	}
	if len(got) > 0 {
		t.Errorf("these are found as well: %v", got)
	}
	if notes := fmt.Sprint(report.Notes); !strings.Contains(notes, "not sampled: sample failing") {
		t.Errorf("the view that fails is not told of: %s", notes)
	}
	sent := heard()
	if len(sent) < 1000 {
		t.Fatal("the wire heard nothing")
	}
	said := fmt.Sprintf("%+v %s", report, sent)
	for _, value := range []string{"planted", "plantéd", "30 9876 54", "0532 0130", "4111 ", "10.98", "db8:98", "219-09", "late@"} {
		// The server's words of the view that fails are on the wire, and nobody prints them.
		if strings.Contains(strings.ReplaceAll(said, `invalid input syntax for type integer: "planted`, ""), value) {
			t.Errorf("%q left the server", value)
		}
	}
	if strings.Contains(fmt.Sprintf("%+v", report), "invalid input") {
		t.Error("the report quotes the server")
	}
}

// A sample is of all of a table, and not of its beginning: rows that came late are seen.
func TestSampleIsSpread(t *testing.T) {
	t.Parallel()
	to := pgtest.DB(t)
	pgtest.Exec(t, to, `CREATE TABLE grown (id int PRIMARY KEY, filler text, added text);
		INSERT INTO grown SELECT n, repeat('x', 200), CASE WHEN n > 20000 THEN 'p' || n || '@example.org' END FROM generate_series(1, 40000) n; ANALYZE`)
	slice := export.Slice{Source: postgres.DB{URL: to}, Target: csvdir.Dir{Path: "nowhere"}}
	found := func() string {
		report := search(t, personal.Search{Slice: slice, All: true, Personal: true, Sample: 100})
		if len(report.Findings) != 1 {
			t.Fatalf("%+v", report.Findings)
		}
		return report.Findings[0].Why[0]
	}
	one := found()
	if !strings.HasPrefix(one, "holds e-mail addresses: ") || found() != one {
		t.Errorf("%q, and again %q", one, found())
	}
}

// Where every table is looked at, importers count that say something of columns; what others say is for files that are
// loaded elsewhere, and no mistake. A mask that does not fit is one.
func TestAllWithImporters(t *testing.T) {
	t.Parallel()
	to := pgtest.DB(t)
	pgtest.Exec(t, to, `CREATE TABLE a (id int PRIMARY KEY, email text, phone text); CREATE TABLE b (id int PRIMARY KEY, email text) ; CREATE TABLE part (id int, email text) PARTITION BY LIST (id);
		CREATE TABLE part_1 PARTITION OF part FOR VALUES IN (1); CREATE VIEW v AS SELECT email FROM a`)
	conf := parsed(t, `importers:
  a: {columns: {email: {fake: email}, phone: {keep: true}}}
  b: {columns: {elsewhere: {from: Mail}}}`)
	conf.Source = to
	var got []string
	for _, f := range search(t, personal.Search{Slice: conf.Export(), All: true, Personal: true}).Findings {
		got = append(got, f.Table.Table+"."+f.Column)
	}
	if fmt.Sprint(got) != "[b.email part.email]" {
		t.Error(got)
	}
	conf = parsed(t, "importers:\n  b: {columns: {email: {fake: iban}, id: {fake: email}}}")
	conf.Source = to
	_, err := personal.Search{Slice: conf.Export(), All: true, Personal: true, Mask: mask.Named}.Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), "importer b, column \"id\"") {
		t.Error(err)
	}
}

// A mask of a key follows to what refers to it: it is suggested once, of the key, wherever that stands among the tables; and
// the slice is closed.
func TestKeysAreMaskedWhole(t *testing.T) {
	t.Parallel()
	to := pgtest.DB(t)
	pgtest.Exec(t, to, `CREATE TABLE z_member (username text PRIMARY KEY, email text UNIQUE);
		CREATE TABLE a_login (id int PRIMARY KEY, username text REFERENCES z_member, ip_address inet, member_email text REFERENCES z_member (email));
		CREATE TABLE plate (id int PRIMARY KEY, username text);
		INSERT INTO z_member SELECT 'planted' || n, 'planted' || n || '@example.org' FROM generate_series(1, 20) n;
		INSERT INTO a_login SELECT n, 'planted' || n, '10.0.0.1', 'planted' || n || '@example.org' FROM generate_series(1, 20) n`)
	for _, text := range []string{"", "jobs: [z_member, a_login, plate]\n"} {
		conf := parsed(t, text+"retries: 1")
		conf.Source, conf.Target = to, "nowhere"
		report := search(t, personal.Search{Slice: conf.Export(), Personal: true, All: text == ""})
		got := string(config.Suggested(report.Findings))
		for _, line := range []string{"z_member:\n    columns:\n      username: {mask: hash} # named username\n      email: {mask: hash} # named email\n", "a_login:\n    columns:\n      ip_address: {fake: ipv4}"} {
			if !strings.Contains(got, line) {
				t.Errorf("%q is not in\n%s", line, got)
			}
		}
		dir := filepath.Join(t.TempDir(), "slice")
		conf = parsed(t, "jobs: [z_member, a_login, plate]\n"+got)
		conf.Source, conf.Target = to, dir
		if _, err := conf.Export().Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		list, err := planted.Read(strings.NewReader("planted"))
		if err != nil {
			t.Fatal(err)
		}
		if v, err := csvdir.Verify(t.Context(), dir, csvdir.VerifyOptions{Planted: list}); err != nil || !v.Proved() {
			t.Error(v.Problems, err)
		}
	}
}
