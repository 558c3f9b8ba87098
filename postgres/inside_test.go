package postgres_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/load"
	"github.com/gyrodata/gyro/mask"
	"github.com/gyrodata/gyro/pgcsv"
	"github.com/gyrodata/gyro/postgres"
)

// tapped is a database, and what it sends.
type tapped struct {
	postgres.DB
	sent *bytes.Buffer
}

type tappedSnapshot struct {
	driver.Snapshot
	sent *bytes.Buffer
}

func (d tapped) Open(ctx context.Context) (driver.Snapshot, error) {
	s, err := d.DB.Open(ctx)
	return tappedSnapshot{s, d.sent}, err
}

func (s tappedSnapshot) Copy(ctx context.Context, selection driver.Selection, w io.Writer) (int64, error) {
	return s.Snapshot.Copy(ctx, selection, io.MultiWriter(s.sent, w))
}

const insideTables = `
	CREATE SCHEMA "ext tension"; CREATE EXTENSION hstore SCHEMA "ext tension";
	CREATE TABLE person (id bigint PRIMARY KEY, name text, email varchar(30), staff bool NOT NULL, code text, profile jsonb, old json, tags text[], lengths varchar(30)[], numbers int[], attrs "ext tension".hstore);`

const insideRows = `
	INSERT INTO person SELECT n, 'Qxqz' || n, 'qxqz' || n % 50 || '@example.org', n % 7 = 0, 'c' || n,
		CASE WHEN n % 11 > 0 THEN jsonb_build_object('name', 'Qxqz' || n, 'mail', 'qxqz' || n % 50 || '@example.org', 'ssn', 'Qxqz', 'n', n, 'kept', 'kept "\' || chr(10) || n,
			'tags', jsonb_build_array('Qxqz', NULL, 'Qxqz' || n, n), 'people', jsonb_build_array(jsonb_build_object('first', 'Qxqz', 'last', 'Qxqz'), jsonb_build_object('first', 'Qxqz', 'last', 'Qxqz')),
			'address', jsonb_build_object('street', 'Qxqz', 'city', 'kept', 'deep', jsonb_build_array(jsonb_build_object('street', 'Qxqz'))), 'odd', CASE WHEN n % 2 = 0 THEN to_jsonb('Qxqz'::text) ELSE '{"x": "Qxqz"}' END) END,
		format('{"b":  "kept", "a": "Qxqz%s", "a": "Qxqz"}', n)::json,
		CASE n % 4 WHEN 0 THEN '{}' WHEN 1 THEN ARRAY['Qxqz', NULL, 'Qxqz "\ 2'] WHEN 2 THEN ('[0:1][5:6]={{Qxqz,Qxqz},{NULL,Qxqz}}')::text[] END,
		ARRAY['qxqz' || n % 50 || '@example.org'], ARRAY[n, NULL, 7000000 + n],
		hstore(ARRAY['phone', 'note', 'kept', 'null'], ARRAY['Qxqz' || n, 'Qxqz', 'kept "\', NULL])
	FROM generate_series(1, 300) n`

func insideColumns() gyro.Columns {
	email := mask.Email().ByValue("people")
	return gyro.Columns{
		"name":  {Mask: mask.Name()},
		"email": {Mask: email},
		"profile": {Mask: mask.JSON(mask.Paths{
			"$.name": mask.Name(), "$.mail": email, "$.ssn": mask.Null(), "$.n": mask.Integer(), "$.tags[*]": mask.Word(), "$.people[*].first": mask.FirstName(), "$.people[*].last": mask.LastName(),
			"$.address.street": mask.Hash(), "$.address.deep[0].*": mask.Template("{{row.code}}-{{word}}"), "$.odd.x": mask.Word(),
		})},
		"old":     {Mask: mask.JSON(mask.Paths{"$.a": mask.Word()})},
		"tags":    {Mask: mask.Elements(mask.Sentence())},
		"lengths": {Mask: mask.Elements(email)},
		"numbers": {Mask: mask.Elements(mask.Integer())},
		"attrs":   {Mask: mask.HStore(map[string]gyro.Mask{"phone": mask.Phone(), "note": mask.Null(), "null": mask.Word()})},
	}
}

func insideExport(t *testing.T, url string, columns gyro.Columns) (dir, sent, text string, report *gyro.Report) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "slice")
	s := slicer(url, dir, "person")
	tap := tapped{postgres.DB{URL: url}, new(bytes.Buffer)}
	s.Source, s.MaskKey = tap, gyro.Secret(bytes.Repeat([]byte("k"), 32))
	s.Importers = gyro.Registry{{Model: gyro.Table("person"), Columns: columns}}
	report, err := s.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(filepath.Join(dir, "person.csv"))
	if err != nil {
		t.Fatal(err)
	}
	return dir, tap.sent.String(), string(file), report
}

// Clear values of parts leave no server; what is kept is kept, byte for byte; the slice is proved, loads, and comes out again as it was.
func TestInside(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, insideTables+"SET search_path = public, \"ext tension\";"+insideRows)
	dir, sent, text, _ := insideExport(t, url, insideColumns())
	for _, clear := range []string{"xqz", "7000001"} {
		if strings.Contains(sent, clear) || strings.Contains(text, clear) {
			t.Errorf("%s is in what the server sent: %v, or in the file", clear, strings.Contains(sent, clear))
		}
	}
	again, otherSent, same, _ := insideExport(t, url, insideColumns())
	if same != text {
		t.Error("the same key gives another file")
	}
	if otherSent == sent {
		t.Error("the marks of two runs are the same")
	}
	if v, err := csvdir.Verify(t.Context(), again, csvdir.VerifyOptions{}); err != nil || !v.Proved() {
		t.Error(v, err)
	}
	m, err := csvdir.ReadManifest(dir)
	if err != nil || m.MaskKey == "" || m.Files[0].Columns[6].Mask != "json($.a: word)" || m.Files[0].Columns[8].Mask != "elements(email by value of people)" {
		t.Errorf("%+v %v", m.Files[0].Columns, err)
	}
	target := pgtest.DB(t)
	pgtest.Exec(t, target, insideTables)
	mustLoad(t, dir, target, load.Slice{})
	whole, err := run(t, target, filepath.Join(t.TempDir(), "slice"), jobs("person")...)
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := os.ReadFile(filepath.Join(whole.Place, "person.csv"))
	if err != nil || string(loaded) != text {
		t.Error("what was loaded comes out another", err)
	}
	for query, want := range map[string]string{
		// What belongs together in the row does in its document.
		`count(*) FILTER (WHERE profile->>'name' <> name)`: "0",
		// By value: column, document and array agree.
		`count(*) FILTER (WHERE profile->>'mail' <> email OR lengths[1] <> email), count(DISTINCT email), max(length(email)) <= 30`: "0,50,t",
		// What is kept is kept, and its type.
		`count(*) FILTER (WHERE profile->>'kept' <> E'kept "\\\n' || id OR profile->'address'->>'city' <> 'kept' OR profile->>'ssn' IS NOT NULL OR NOT profile ? 'ssn'), count(profile)`: "0,273",
		`count(*) FILTER (WHERE jsonb_typeof(profile->'n') <> 'number' OR profile->>'n' = id::text)`:                                                                                     "0",
		`count(*) FILTER (WHERE jsonb_array_length(profile->'tags') <> 4 OR profile->'tags'->1 <> 'null' OR profile->'tags'->0 = profile->'tags'->2) < 20`:                               "t",
		`count(*) FILTER (WHERE profile->'people'->0 = profile->'people'->1) < 20, count(DISTINCT profile->'people'->0) > 200`:                                                           "t,t",
		`count(*) FILTER (WHERE profile->'address'->'deep'->0->>'street' NOT LIKE code || '-%')`:                                                                                         "0",
		// Where a path goes through what is not there.
		`count(*) FILTER (WHERE id % 2 = 0 AND profile->'odd' <> 'null')`:                             "0",
		`count(*) FILTER (WHERE old->>'b' <> 'kept' OR old::text NOT LIKE '{"a": "%", "b": "kept"}')`: "0",
		`count(*) FILTER (WHERE array_dims(tags) = '[0:1][5:6]' AND tags[1][5] IS NULL AND tags[0][5] <> tags[0][6]), count(*) FILTER (WHERE tags[2] IS NULL AND array_length(tags, 1) = 3), count(*) FILTER (WHERE tags = '{}')`:                           "75,75,75",
		`count(*) FILTER (WHERE numbers[1] = id OR numbers[2] IS NOT NULL OR array_length(numbers, 1) <> 3)`:                                                                                                                                                "0",
		`count(*) FILTER (WHERE attrs OPERATOR("ext tension".->) 'kept' <> 'kept "\' OR attrs OPERATOR("ext tension".->) 'note' IS NOT NULL OR NOT attrs OPERATOR("ext tension".?) 'note'), count(DISTINCT attrs OPERATOR("ext tension".->) 'phone') > 290`: "0,t",
	} {
		_, got, _ := strings.Cut(strings.TrimSpace(string(pgtest.Copy(t, target, "SELECT "+query+" FROM person"))), "\n")
		if got != want {
			t.Errorf("%s is %s, want %s", query, got, want)
		}
	}
}

// Where a condition is false the whole value is kept, as it is.
func TestInsideSomeRows(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, insideTables+`
		INSERT INTO person (id, staff, profile, old, tags, attrs) VALUES (1, true, '{"a": "x"}', '{"a":  "x", "a":"x"}', '{x,NULL}', 'a=>x'), (2, false, '{"a": "x"}', '{"a":  "x"}', '{x,NULL}', 'a=>x'), (3, true, NULL, NULL, NULL, NULL), (4, false, NULL, NULL, NULL, NULL)`)
	one := mask.Choice("y")
	_, _, text, report := insideExport(t, url, gyro.Columns{
		"profile": {Mask: mask.JSON(mask.Paths{"$.a": one}).When("NOT staff")}, "old": {Mask: mask.JSON(mask.Paths{"$.a": one}).When("NOT staff")},
		"tags": {Mask: mask.Elements(one).When("NOT staff")}, "attrs": {Mask: mask.HStore(map[string]gyro.Mask{"a": one}).When("NOT staff")},
	})
	want := `id,name,email,staff,code,profile,old,tags,lengths,numbers,attrs
1,,,t,,"{""a"": ""x""}","{""a"":  ""x"", ""a"":""x""}","{x,NULL}",,,"""a""=>""x"""
2,,,f,,"{""a"": ""y""}","{""a"": ""y""}","{y,NULL}",,,"""a""=>""y"""
3,,,t,,,,,,,
4,,,f,,,,,,,
`
	if text != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
	if len(report.Notes) > 1 {
		t.Error(report.Notes)
	}
}

// Masks inside of keys, by no key, or at odds with their domain are told when the run is planned, all at once.
func TestInsideRefused(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, `
		CREATE TABLE a (id int PRIMARY KEY, doc jsonb UNIQUE, list text[], name text, n int, short varchar(9)[], other int[]);
		CREATE TABLE keyless (doc jsonb, name text); CREATE TABLE keyed (doc jsonb PRIMARY KEY)`)
	doc := func(m gyro.Mask) gyro.Mask { return mask.JSON(mask.Paths{"$.a": m}) }
	word := mask.Word()
	for _, c := range []struct {
		table   string
		columns gyro.Columns
		wants   []string
	}{
		{"a", gyro.Columns{"doc": {Mask: doc(word)}, "list": {Mask: doc(word)}, "name": {Mask: mask.Elements(word)}, "other": {Mask: mask.Elements(word)}}, []string{
			`column "doc": it is a part of the unique key (doc), and the mask may give two rows one value`, `column "list": json is for json and jsonb; the column is of type text[]`,
			`column "name": elements is for arrays; the column is of type text`, `column "other": [*]: word is for text; the column is of type integer`,
		}},
		{"keyless", gyro.Columns{"doc": {Mask: doc(word)}}, []string{"a value is made from the primary key, and the table has none"}},
		{"keyless", gyro.Columns{"doc": {Mask: doc(word.ByValue("x"))}}, nil},
		{"keyless", gyro.Columns{"doc": {Mask: doc(mask.Hash())}}, nil},
		{"keyless", gyro.Columns{"doc": {Mask: doc(mask.Hash()).ByValue("x")}}, []string{"{Domain} is set of the whole column, and parts of it are masked"}},
		{"a", gyro.Columns{"name": {Mask: word}, "other": {Mask: mask.Keep()}, "doc": {Mask: doc(mask.Template("{{row.name}}"))}}, []string{`the mask reads "name", which is masked`}},
		{"keyed", gyro.Columns{"doc": {Mask: doc(mask.Hash())}}, []string{"it is a key, or refers to one, and the mask does not keep values apart by what they are"}},
		{"a", gyro.Columns{"list": {Mask: mask.Elements(word.ByValue("x"))}, "name": {Mask: mask.Name().ByValue("x")}, "other": {Mask: mask.Elements(mask.Integer().ByValue("y"))}, "short": {Mask: mask.Elements(mask.Integer().ByValue("y"))}}, []string{
			`column "list": [*]: its mask names the domain x, and is another: word and name`, `column "other": [*]: it is of another type than the domain y`,
		}},
	} {
		s := slicer(url, t.TempDir()+"/slice", c.table)
		s.Importers = gyro.Registry{{Model: gyro.Table(c.table), Columns: c.columns}}
		_, err := s.Plan(t.Context())
		for _, want := range c.wants {
			wantMistakes(t, err, gyro.Text(want).String())
		}
		if len(c.wants) == 0 && err != nil {
			t.Errorf("%s: %v", c.table, err)
		}
	}
	s := slicer(url, t.TempDir()+"/slice", "a")
	s.Strict = true
	s.Importers = gyro.Registry{{Model: gyro.Table("a"), Columns: gyro.Columns{"list": {Mask: mask.Elements(word)}, "doc": {Mask: mask.Keep()}, "short": {Mask: mask.Elements(word)}, "other": {Mask: mask.Keep()}, "n": {Mask: mask.Keep()}, "id": {Mask: mask.Keep()}}}}
	_, err := s.Plan(t.Context())
	wantMistakes(t, err, "neither a mask nor keep is said of name")
	s.Importers[0].Columns["name"] = gyro.Column{Mask: word}
	p, err := s.Plan(t.Context())
	if err != nil || !strings.Contains(fmt.Sprint(p.Jobs[0].Masks), "list: elements(word)") {
		t.Error(err)
	}
}

// Arrays of types of one's own, and domains over jsonb: what is known of them is masked, the others are refused.
func TestInsideTypes(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, `CREATE SCHEMA own; CREATE TYPE own.mood AS ENUM ('sad', 'glad, or so'); CREATE TYPE own.pair AS (a int, b text); CREATE DOMAIN own.doc AS jsonb; CREATE DOMAIN own.list AS text[];
		CREATE TABLE a (id int PRIMARY KEY, moods own.mood[], pairs own.pair[], doc own.doc, list own.list);
		INSERT INTO a VALUES (1, '{sad,NULL,sad}', '{"(1,x)",NULL,"(,)"}', '{"a": 1}', '{a,NULL}')`)
	s := slicer(url, filepath.Join(t.TempDir(), "slice"), "a")
	s.MaskKey = bytes.Repeat([]byte("k"), 32)
	columns := gyro.Columns{"moods": {Mask: mask.Elements(mask.Choice("glad, or so"))}, "pairs": {Mask: mask.Elements(mask.Null())}, "doc": {Mask: mask.JSON(mask.Paths{"$.a": mask.Choice("x")})}, "list": {Mask: mask.Elements(mask.Choice("x"))}}
	s.Importers = gyro.Registry{{Model: gyro.Table("a"), Columns: columns}}
	if _, err := s.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(s.Target.(csvdir.Dir).Path, "a.csv"))
	if want := "id,moods,pairs,doc,list\n1,\"{\"\"glad, or so\"\",NULL,\"\"glad, or so\"\"}\",\"{NULL,NULL,NULL}\",\"{\"\"a\"\": \"\"x\"\"}\",\"{x,NULL}\"\n"; err != nil || string(text) != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
	columns["moods"] = gyro.Column{Mask: mask.Elements(mask.Constant("sad"))}
	_, err = s.Plan(t.Context())
	wantMistakes(t, err, "constant is for elements of PostgreSQL's own types; the column is of type own.mood[]")
}

// In a domain the narrowest decides, also where it is an array's element, of a table that is not taken.
func TestInsideDomain(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, `CREATE TABLE a (id int PRIMARY KEY, doc jsonb, name text, n int, nested jsonb); CREATE TABLE b (id int PRIMARY KEY, list varchar(12)[]);
		INSERT INTO a VALUES (1, '{"a": "x", "n": 17, "s": "17"}', 'x', 17, '[{"k": ["x"]}]'); INSERT INTO b VALUES (1, '{x,NULL,x}')`)
	person, number := mask.Name().ByValue("people"), mask.Integer().ByValue("numbers")
	for _, tables := range [][]string{{"a"}, {"a", "b"}} {
		dir := filepath.Join(t.TempDir(), "slice")
		s := slicer(url, dir, tables...)
		s.MaskKey = bytes.Repeat([]byte("k"), 32)
		s.Importers = gyro.Registry{
			{Model: gyro.Table("a"), Columns: gyro.Columns{
				"name": {Mask: person}, "n": {Mask: number}, "doc": {Mask: mask.JSON(mask.Paths{"$.a": person, "$.n": number, "$.s": number})}, "nested": {Mask: mask.JSON(mask.Paths{"$[*].k[*]": person})},
			}},
			{Model: gyro.Table("b"), Columns: gyro.Columns{"list": {Mask: mask.Elements(person)}}},
		}
		if _, err := s.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(dir, "a.csv"))
		if err != nil {
			t.Fatal(err)
		}
		fields, err := pgcsv.Split([]byte(strings.SplitAfter(string(text), "\n")[1]), nil)
		if err != nil {
			t.Fatal(err)
		}
		name, n := string(fields[2].Value), string(fields[3].Value)
		if want := fmt.Sprintf(`{"a": %q, "n": %s, "s": %q}`, name, n, n); string(fields[1].Value) != want || len(name) > 12 || n == "17" {
			t.Errorf("%v: %s, want %s", tables, fields[1].Value, want)
		}
		if want := fmt.Sprintf(`[{"k": [%q]}]`, name); string(fields[4].Value) != want {
			t.Errorf("%v: %s, want %s", tables, fields[4].Value, want)
		}
		if len(tables) > 1 {
			list, err := os.ReadFile(filepath.Join(dir, "b.csv"))
			if want := fmt.Sprintf("id,list\n1,\"{%[1]s,NULL,%[1]s}\"\n", `""`+name+`""`); err != nil || string(list) != want || !strings.Contains(name, " ") {
				t.Errorf("%s, want %s", list, want)
			}
		}
	}
}
