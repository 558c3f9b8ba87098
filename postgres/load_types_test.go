package postgres_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/load"
	"github.com/gyrodata/gyro/postgres"
)

// A table with a column of every built-in type that has values, an array and a range of each
// that can, domains, enums and composites, comes back as it was: straight, by way of a staging
// table, and into a table that Gyro makes.
func TestLoadTypes(t *testing.T) {
	t.Parallel()
	const make = `
		CREATE TYPE mood AS ENUM ('sad', 'so, so', 'it''s');
		CREATE DOMAIN short AS varchar(5) CHECK (value <> 'x');
		CREATE TYPE pair AS (a int, b text);
		CREATE TABLE every (id int PRIMARY KEY,
			c1 smallint, c2 bigint, c3 numeric(10,3), c4 numeric, c5 real, c6 double precision, c7 money, c8 "char", c9 name, c10 char(4), c11 varchar(9), c12 text,
			c13 bytea, c14 timestamp(3), c15 timestamptz, c16 date, c17 time, c18 timetz(2), c19 interval, c20 boolean, c21 point, c22 line, c23 lseg, c24 box, c25 path, c26 polygon, c27 circle,
			c28 cidr, c29 inet, c30 macaddr, c31 macaddr8, c32 bit(3), c33 varbit(9), c34 tsvector, c35 tsquery, c36 uuid, c37 xml, c38 json, c39 jsonb, c40 jsonpath,
			c41 int4range, c42 numrange, c43 tstzrange, c44 int[], c45 text[][], c46 mood, c47 mood[], c48 short, c49 pair, c50 pair[], c51 oid, c52 pg_lsn, c53 regclass, c54 timestamptz[], c55 int8multirange, c56 interval day to second(2));`
	const rows = `
		INSERT INTO every (id) VALUES (1);
		INSERT INTO every VALUES (2, -32768, 9223372036854775807, 1.5, 'NaN', 'Infinity', 0.1, -12.5, 'c', 'n', 'ab', '', E'\\N', '\xDEAD00', '2020-02-29 23:59:59.123', '0044-03-15 BC', 'infinity', '24:00', '10:00+02', '-1 year -2 days +03:00:00.000001',
			true, '(1,2)', '{1,2,3}', '[(0,0),(1,1)]', '(1,1),(0,0)', '[(0,0),(1,1)]', '((0,0),(1,1),(1,0))', '<(0,0),1>', '10.0.0.0/8', '::1/64', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05', '101', '1', 'a:1 b', 'a & !b',
			'00000000-0000-0000-0000-000000000001', '<a>&lt;</a>', '{"a":  1, "a": null}', '{"a": [1e400]}', '$.a[*]', '[1,)', '(,)', '[2020-01-01,2021-01-01)', '{1,NULL,-3}', '{{a,"b,\"c"},{NULL,"NULL"}}', 'so, so', '{"so, so",it''s}', 'abc', '(1,"a,b")', '{"(,)"}', 1, '16/B374D848', 'pg_class', '{2020-01-01 00:00+05}', '{[1,3),[5,6)}', '1 02:03:04.567');
		INSERT INTO every (id, c12, c11, c44, c49) VALUES (3, 'NULL', '"', '{}', '(,)');`
	source, dir := taken(t, make+rows, "every")
	for name, prepare := range map[string]string{
		"straight":       make,
		"staged":         make + "INSERT INTO every (id) VALUES (9)",
		"made":           "CREATE TYPE mood AS ENUM ('sad', 'so, so', 'it''s'); CREATE DOMAIN short AS varchar(5); CREATE TYPE pair AS (a int, b text)",
		"made with enum": "CREATE DOMAIN short AS varchar(5); CREATE TYPE pair AS (a int, b text); CREATE TYPE mood AS ENUM ('sad', 'so, so', 'it''s')",
	} {
		target := pgtest.DB(t)
		pgtest.Exec(t, target, prepare)
		if _, err := loadDir(t, dir, target, load.Slice{Create: true}); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		pgtest.Exec(t, target, "DELETE FROM every WHERE id = 9")
		sameTables(t, source, target, "every")
	}
}

// Types of extensions.
func TestLoadExtensions(t *testing.T) {
	t.Parallel()
	probe := pgtest.DB(t)
	for extension, schema := range map[string]string{
		"hstore":  `CREATE TABLE e (id int PRIMARY KEY, v hstore); INSERT INTO e VALUES (1, 'a=>NULL, "b c"=>"d\"e"'), (2, NULL), (3, '');`,
		"citext":  `CREATE TABLE e (id citext PRIMARY KEY, v citext REFERENCES e); INSERT INTO e VALUES ('A', 'a'), ('b', 'B'), ('', NULL);`,
		"postgis": `CREATE TABLE e (id int PRIMARY KEY, v geometry(Point, 4326), w geography, x geometry); INSERT INTO e VALUES (1, 'SRID=4326;POINT(1 2)', 'POINT(3 4)', 'POLYGON((0 0, 1 0, 1 1, 0 0))'), (2, NULL, NULL, 'POINT EMPTY');`,
	} {
		if there := string(pgtest.Copy(t, probe, "SELECT count(*) FROM pg_available_extensions WHERE name = '"+extension+"'")); there == "count\n0\n" {
			t.Logf("%s is not installed: not tried", extension)
			continue
		}
		source, dir := taken(t, "CREATE EXTENSION "+extension+"; "+schema, "e")
		made, _, _ := strings.Cut(schema, " INSERT")
		for _, prepare := range []string{made, "", made + "CREATE TABLE other (); INSERT INTO e (id) VALUES (9)"} {
			target := pgtest.DB(t)
			pgtest.Exec(t, target, "CREATE EXTENSION "+extension+"; "+prepare)
			if _, err := loadDir(t, dir, target, load.Slice{Create: true}); err != nil {
				t.Errorf("%s: %v", extension, err)
				continue
			}
			pgtest.Exec(t, target, "DELETE FROM e WHERE id::text = '9'")
			sameTables(t, source, target, "e")
		}
	}
}

// Circles whose foreign keys can't wait are inserted by one statement, others wait.
func TestLoadCircles(t *testing.T) {
	t.Parallel()
	for _, deferrable := range []string{"", " DEFERRABLE", " DEFERRABLE INITIALLY DEFERRED"} {
		const tables = "CREATE TABLE a (id serial PRIMARY KEY, b_id int NOT NULL); CREATE TABLE b (id serial PRIMARY KEY, c_id int NOT NULL); CREATE TABLE c (id serial PRIMARY KEY, a_id int NOT NULL, me int REFERENCES c);"
		keys := "ALTER TABLE a ADD FOREIGN KEY (b_id) REFERENCES b" + deferrable + "; ALTER TABLE b ADD FOREIGN KEY (c_id) REFERENCES c" + deferrable + "; ALTER TABLE c ADD FOREIGN KEY (a_id) REFERENCES a" + deferrable + ";"
		source, dir := taken(t, tables+"INSERT INTO a SELECT n, n FROM generate_series(1, 5) n; INSERT INTO b SELECT n, n FROM generate_series(1, 5) n; INSERT INTO c SELECT n, 6 - n, n FROM generate_series(1, 5) n;"+keys, "a", "b", "c")
		for _, exclusive := range []postgres.Exclusive{postgres.ExclusiveNever, postgres.ExclusiveAlways} {
			target := pgtest.DB(t)
			pgtest.Exec(t, target, tables+keys)
			record := csvdir.Dir{Path: t.TempDir()}
			mustLoad(t, dir, target, load.Slice{Target: postgres.DB{URL: target, Exclusive: exclusive}})
			sameTables(t, source, target, "a", "b", "c")
			mustLoad(t, dir, target, load.Slice{IDs: gyro.Sequential(), Target: postgres.DB{URL: target, Exclusive: exclusive}, Record: record})
			wantQuery(t, target, "SELECT count(*) FROM a JOIN b ON b.id = b_id JOIN c ON c.id = c_id WHERE a.id > 5 AND b.id > 5 AND c.id > 5 AND c.me = c.id AND a_id + a.id = 16", "count\n5")
			if _, err := load.Undo(t.Context(), record, postgres.DB{URL: target}); err != nil {
				t.Fatal(err)
			}
			sameTables(t, source, target, "a", "b", "c")
		}
	}
}

// An exclusive load drops no keys of and to partitioned tables: in a circle they hold while rows go in.
func TestLoadCirclesExclusively(t *testing.T) {
	t.Parallel()
	for _, deferrable := range []string{"", " DEFERRABLE", " DEFERRABLE INITIALLY DEFERRED"} {
		const tables = `CREATE TABLE a (id int PRIMARY KEY, b_id int NOT NULL); CREATE TABLE b (id int, c_id int NOT NULL, PRIMARY KEY (id)) PARTITION BY HASH (id);
			CREATE TABLE b_1 PARTITION OF b FOR VALUES WITH (MODULUS 2, REMAINDER 0); CREATE TABLE b_2 PARTITION OF b FOR VALUES WITH (MODULUS 2, REMAINDER 1);
			CREATE TABLE c (id int PRIMARY KEY, a_id int NOT NULL);`
		keys := "ALTER TABLE a ADD FOREIGN KEY (b_id) REFERENCES b" + deferrable + "; ALTER TABLE b ADD FOREIGN KEY (c_id) REFERENCES c" + deferrable + "; ALTER TABLE c ADD FOREIGN KEY (a_id) REFERENCES a" + deferrable + ";"
		source, dir := taken(t, tables+"INSERT INTO a SELECT n, n FROM generate_series(1, 5) n; INSERT INTO b SELECT n, n FROM generate_series(1, 5) n; INSERT INTO c SELECT n, 6 - n FROM generate_series(1, 5) n;"+keys, "a", "b", "c")
		target := pgtest.DB(t)
		pgtest.Exec(t, target, tables+keys)
		mustLoad(t, dir, target, load.Slice{Target: postgres.DB{URL: target, Exclusive: postgres.ExclusiveAlways}})
		sameTables(t, source, target, "a", "b", "c")
	}
}

// References that are part of keys, in arrays, and polymorphic ones follow; so does a child
// table whose key is its parent's.
func TestLoadReferences(t *testing.T) {
	t.Parallel()
	const tables = `
		CREATE TABLE place (id serial PRIMARY KEY, name text, kind int NOT NULL DEFAULT 1);
		CREATE TABLE restaurant (place_ptr_id int PRIMARY KEY REFERENCES place, stars int);
		CREATE TABLE tag (id uuid PRIMARY KEY, name text);
		CREATE TABLE place_tag (place_id int REFERENCES place, tag_id uuid REFERENCES tag, PRIMARY KEY (place_id, tag_id));
		CREATE TABLE line (place_id int REFERENCES place, no int, PRIMARY KEY (place_id, no));
		CREATE TABLE sub (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, place_id int, no int, FOREIGN KEY (place_id, no) REFERENCES line MATCH FULL);
		CREATE TABLE comment (id serial PRIMARY KEY, content_type_id int, object_id text, tags uuid[], places int[]);`
	url := pgtest.DB(t)
	pgtest.Exec(t, url, tables+`
		INSERT INTO place VALUES (1, 'p1'), (2, 'p2'), (3, 'p3'); INSERT INTO restaurant VALUES (2, 5), (3, NULL);
		INSERT INTO tag VALUES ('00000000-0000-0000-0000-000000000001', 't1'), ('00000000-0000-0000-0000-000000000002', 't2');
		INSERT INTO place_tag SELECT p.id, t.id FROM place p, tag t WHERE p.id > 1;
		INSERT INTO line VALUES (1, 1), (1, 2), (3, 1); INSERT INTO sub (place_id, no) VALUES (1, 2), (3, 1), (NULL, NULL);
		INSERT INTO comment SELECT 1, 7, '3', ARRAY['00000000-0000-0000-0000-000000000002', NULL, '00000000-0000-0000-0000-000000000001']::uuid[], '{3,1,3}';
		INSERT INTO comment VALUES (2, 8, '00000000-0000-0000-0000-000000000001', '{}', NULL), (3, 9, '77', NULL, '{}'), (4, NULL, '1', NULL, NULL), (5, 7, NULL, NULL, '{NULL}')`)
	place, tag, comment := gyro.Table("place"), gyro.Table("tag"), gyro.Table("comment")
	importers := gyro.Registry{
		{Model: place},
		{Model: tag},
		{Model: gyro.Table("restaurant")},
		{Model: gyro.Table("place_tag")},
		{Model: gyro.Table("line")},
		{Model: gyro.Table("sub")},
		{Model: comment, Columns: gyro.Columns{
			"object_id": {Cases: []gyro.Case{{When: "content_type_id = 7", Ref: place}, {When: "content_type_id = 8", Ref: tag}}},
			"tags":      {Ref: tag, Each: true}, "places": {Ref: place, Each: true},
		}},
	}
	dir := t.TempDir()
	all := jobs("place", "restaurant", "tag", "place_tag", "line", "sub", "comment")
	all[5].Orphans, all[6].Orphans = true, true
	if _, err := (export.Slice{Source: postgres.DB{URL: url}, Target: csvdir.Dir{Path: dir}, Importers: importers, Jobs: all}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	target := pgtest.DB(t)
	pgtest.Exec(t, target, tables+"SELECT setval('place_id_seq', 10), setval('comment_id_seq', 10); INSERT INTO place VALUES (1, 'mine')")
	mustLoad(t, dir, target, load.Slice{IDs: gyro.Sequential()})
	wantQuery(t, target, "SELECT id, name, stars FROM place LEFT JOIN restaurant ON place_ptr_id = id ORDER BY id", "id,name,stars\n1,mine,\n11,p1,\n12,p2,5\n13,p3,")
	wantQuery(t, target, "SELECT place_id, name FROM place_tag JOIN tag ON tag.id = tag_id ORDER BY 1, 2", "place_id,name\n12,t1\n12,t2\n13,t1\n13,t2")
	wantQuery(t, target, "SELECT place_id, no FROM sub ORDER BY id", "place_id,no\n11,2\n13,1\n,")
	wantQuery(t, target, `SELECT c.id, content_type_id, coalesce((SELECT name FROM tag WHERE id::text = object_id), object_id) o,
		CASE WHEN tags IS NOT NULL THEN ARRAY(SELECT name FROM unnest(tags) WITH ORDINALITY u(e, n) LEFT JOIN tag ON tag.id = e ORDER BY n) END tags, places FROM comment c ORDER BY id`,
		"id,content_type_id,o,tags,places\n11,7,13,\"{t2,NULL,t1}\",\"{13,11,13}\"\n12,8,t1,{},\n13,9,77,,{}\n14,,1,,\n15,7,,,{NULL}")
	// An element that leads nowhere is told.
	pgtest.Exec(t, url, "UPDATE comment SET places = '{3,99}' WHERE id = 3")
	if _, err := (export.Slice{Source: postgres.DB{URL: url}, Target: csvdir.Dir{Path: dir, Overwrite: true}, Importers: importers, Jobs: all}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := loadDir(t, dir, target, load.Slice{IDs: gyro.Sequential()}); err == nil || !strings.Contains(err.Error(), "table comment: places: 1 row refers to rows of place that are not in the slice") {
		t.Error(err)
	}
}

// Fixed ids: what they rename follows, and an id that is not listed is an error.
func TestLoadFixed(t *testing.T) {
	t.Parallel()
	_, dir := taken(t, family+familyRows, "parent", "child", "pair")
	target := pgtest.DB(t)
	pgtest.Exec(t, target, family)
	registry := gyro.Registry{{Model: gyro.Table("parent"), IDs: gyro.Fixed(map[int]int{5: 50, 7: 70})}}
	if _, err := loadDir(t, dir, target, load.Slice{Importers: registry}); err == nil || !strings.Contains(err.Error(), "table parent: 1 row: no fixed id is listed for them") {
		t.Error(err)
	}
	registry[0].IDs = gyro.Fixed(map[int]int{5: 50, 7: 70, 9: 90})
	mustLoad(t, dir, target, load.Slice{Importers: registry})
	wantQuery(t, target, "SELECT p.id, p.boss, c.id, x.a FROM parent p LEFT JOIN child c ON c.parent_id = p.id LEFT JOIN pair x ON x.b = c.id ORDER BY 1, 3", "id,boss,id,a\n50,,1,50\n50,,4,70\n70,50,,\n90,90,3,70")
	// Of a table that is not loaded: what refers to it means the ids that are named.
	pgtest.Exec(t, target, "DELETE FROM pair; DELETE FROM child")
	mustLoad(t, dir, target, load.Slice{Importers: gyro.Registry{{Model: gyro.Table("parent"), IDs: gyro.Fixed(map[int]int{5: 70, 7: 50, 9: 90})}, {Model: gyro.Table("child"), Columns: gyro.Columns{"code": {Expr: "NULL"}}}}, Tables: models("child")})
	wantQuery(t, target, "SELECT id, parent_id FROM child ORDER BY 1", "id,parent_id\n1,70\n3,90\n4,70")
}

// An element of an array leads to a row as a plain reference does: to one that has a value
// there in the target, and by its text where the types differ.
func TestLoadArrays(t *testing.T) {
	t.Parallel()
	const tables = "CREATE TABLE a (id serial PRIMARY KEY, code text UNIQUE); CREATE TABLE b (id serial PRIMARY KEY, codes text[], ids text[]);"
	url := pgtest.DB(t)
	pgtest.Exec(t, url, tables+"INSERT INTO a VALUES (1, 'x'), (2, 'y'); INSERT INTO b VALUES (1, '{x,y,NULL}', '{2,1}')")
	importers := gyro.Registry{{Model: gyro.Table("a")}, {Model: gyro.Table("b"), Columns: gyro.Columns{
		"codes": {Ref: gyro.Table("a"), To: "code", Each: true}, "ids": {Ref: gyro.Table("a"), Each: true},
	}}}
	dir := t.TempDir()
	if _, err := (export.Slice{Source: postgres.DB{URL: url}, Target: csvdir.Dir{Path: dir}, Importers: importers, Jobs: jobs("a", "b")}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	target := pgtest.DB(t)
	pgtest.Exec(t, target, tables+"INSERT INTO a VALUES (1, NULL)")
	_, err := loadDir(t, dir, target, load.Slice{Conflict: gyro.Skip()})
	wantMistakes(t, err, "table b: codes: 1 row refers to rows of a that are not in the slice, or have NULL in code in the target")
	wantQuery(t, target, "SELECT count(*) FROM b", "count\n0")
	pgtest.Exec(t, target, "TRUNCATE a; SELECT setval('a_id_seq', 10)")
	mustLoad(t, dir, target, load.Slice{IDs: gyro.Sequential()})
	wantQuery(t, target, "SELECT codes, ids FROM b", "codes,ids\n\"{x,y,NULL}\",\"{12,11}\"")
}

// Where two references share a column, both have to give it the same value; a polymorphic one
// and one to ids that were declared count too.
func TestLoadSharedColumn(t *testing.T) {
	t.Parallel()
	const tables = `
		CREATE TABLE a (id serial PRIMARY KEY); CREATE TABLE b (id serial PRIMARY KEY, UNIQUE (id));
		CREATE TABLE shared (id int PRIMARY KEY, x int REFERENCES a, kind int);
		ALTER TABLE shared ADD FOREIGN KEY (x) REFERENCES b;`
	url := pgtest.DB(t)
	pgtest.Exec(t, url, tables+"INSERT INTO a VALUES (1), (2); INSERT INTO b VALUES (2), (1); INSERT INTO shared VALUES (1, 1, 7)")
	dir := t.TempDir()
	if _, err := (export.Slice{Source: postgres.DB{URL: url}, Target: csvdir.Dir{Path: dir}, Jobs: jobs("a", "b", "shared")}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	fixed := func(table string, to int) gyro.Importer {
		return gyro.Importer{Model: gyro.Table(table), IDs: gyro.Fixed(map[int]int{1: to, 2: 20})}
	}
	for _, c := range []struct {
		tables []gyro.Model
		b      int
		wrong  bool
	}{
		{b: 10}, {b: 11, wrong: true}, {tables: models("a", "shared"), b: 10}, {tables: models("a", "shared"), b: 11, wrong: true},
	} {
		target := pgtest.DB(t)
		pgtest.Exec(t, target, tables+"INSERT INTO b VALUES (10), (11) ")
		if c.tables == nil {
			pgtest.Exec(t, target, "DELETE FROM b")
		}
		_, err := loadDir(t, dir, target, load.Slice{Tables: c.tables, Importers: gyro.Registry{fixed("a", 10), fixed("b", c.b)}})
		if c.wrong {
			wantMistakes(t, err, "table shared: 1 row: two references that share a column would get different values")
		} else if err != nil {
			t.Error(err)
		}
	}
}

// A row that is there belongs to another tenant than the slice's: rows that refer to it by their tenant don't move there,
// though the tenant's own key stays.
func TestLoadSharedColumnThatStays(t *testing.T) {
	t.Parallel()
	const tables = `
		CREATE TABLE tenant (id int PRIMARY KEY); CREATE TABLE node (id int PRIMARY KEY, tenant_id int NOT NULL REFERENCES tenant, UNIQUE (tenant_id, id));
		CREATE TABLE leaf (id int PRIMARY KEY, tenant_id int NOT NULL REFERENCES tenant, node_id int, FOREIGN KEY (tenant_id, node_id) REFERENCES node (tenant_id, id));`
	_, dir := taken(t, tables+"INSERT INTO tenant VALUES (1); INSERT INTO node VALUES (1, 1); INSERT INTO leaf VALUES (1, 1, 1)", "tenant", "node", "leaf")
	for there, wrong := range map[int]bool{1: false, 2: true} {
		target := pgtest.DB(t)
		pgtest.Exec(t, target, tables+fmt.Sprintf("INSERT INTO tenant VALUES (1), (2); INSERT INTO node VALUES (1, %d)", there))
		_, err := loadDir(t, dir, target, load.Slice{Conflict: gyro.Skip()})
		if wrong {
			wantMistakes(t, err, "table leaf: 1 row: two references that share a column would get different values")
		} else if err != nil {
			t.Error(err)
		}
	}
}

// IDs can't be derived from what is another in every target, however far the value comes.
func TestLoadDerivedFromOthers(t *testing.T) {
	t.Parallel()
	const tables = `
		CREATE TABLE base (id serial PRIMARY KEY, code text UNIQUE); CREATE TABLE one (base_id int PRIMARY KEY REFERENCES base);
		CREATE TABLE leaf (id uuid PRIMARY KEY, one_id int REFERENCES one, base_id int REFERENCES base, name text);`
	_, dir := taken(t, tables, "base", "one", "leaf")
	target := pgtest.DB(t)
	pgtest.Exec(t, target, tables)
	for _, c := range []struct {
		base    gyro.Importer
		columns []string
		want    string
	}{
		{gyro.Importer{IDs: gyro.Sequential()}, []string{"one_id", "name"}, "table leaf: its ids are derived from one_id, which refers to one, whose base_id is not the same in every target"},
		{gyro.Importer{Conflict: gyro.Skip("code")}, []string{"base_id", "name"}, "table leaf: its ids are derived from base_id, which refers to base, whose id is not the same in every target"},
		{gyro.Importer{Conflict: gyro.Skip()}, []string{"one_id", "base_id"}, ""},
		{gyro.Importer{IDs: gyro.Fixed(map[int]int{1: 2})}, []string{"one_id", "base_id"}, ""},
	} {
		c.base.Model = gyro.Table("base")
		_, err := loadDir(t, dir, target, load.Slice{DryRun: true, Importers: gyro.Registry{c.base, {Model: gyro.Table("leaf"), IDs: gyro.Derived(c.columns...)}}})
		switch {
		case c.want != "":
			wantMistakes(t, err, c.want)
		case err != nil:
			t.Error(err)
		}
	}
}

// Tables without columns, or whose columns are all computed: their rows are counted, and loaded.
func TestLoadNoColumns(t *testing.T) {
	t.Parallel()
	const tables = `CREATE TABLE none (); CREATE TABLE computed (a int GENERATED ALWAYS AS (1) STORED);
		CREATE TABLE half (id int PRIMARY KEY, b int GENERATED ALWAYS AS (id * 2) STORED UNIQUE);`
	_, dir := taken(t, tables+"INSERT INTO none DEFAULT VALUES; INSERT INTO none DEFAULT VALUES; INSERT INTO computed DEFAULT VALUES; INSERT INTO half VALUES (1), (2)", "none", "computed", "half")
	for _, exclusive := range []postgres.Exclusive{postgres.ExclusiveAlways, postgres.ExclusiveNever} {
		for _, full := range []string{"", "INSERT INTO none DEFAULT VALUES; INSERT INTO computed DEFAULT VALUES; INSERT INTO half VALUES (9)"} {
			url := pgtest.DB(t)
			pgtest.Exec(t, url, tables+full)
			mustLoad(t, dir, url, load.Slice{Target: postgres.DB{URL: url, Exclusive: exclusive}})
			want := "none,computed,half\n2,1,2"
			if full != "" {
				want = "none,computed,half\n3,2,3"
			}
			wantQuery(t, url, "SELECT (SELECT count(*) FROM none) AS none, (SELECT count(*) FROM computed) AS computed, (SELECT count(*) FROM half) AS half", want)
		}
	}
}

// A reference whose column can't hold the new value of what it goes to, as it is, is no reference to that any more: a load that
// would cut the value off is refused, also where no foreign key of the target would.
func TestLoadLosesNothingOfKeys(t *testing.T) {
	t.Parallel()
	const found = "INSERT INTO p VALUES ('%s', 'known')"
	for name, c := range map[string]struct {
		key, column, old, there string
		ids                     gyro.IDs
		want                    string
	}{
		"numbers are rounded":    {"numeric", "int", "1", "7.5", gyro.MaxPlusOne(), ""},
		"times are cut off":      {"timestamp", "date", "2024-01-01", "2024-02-02 10:30", gyro.Keep(), ""},
		"texts are cut off":      {"text", "varchar(5)", "old", "longer", gyro.Keep(), ""},
		"numbers that fit":       {"numeric", "int", "1", "7", gyro.MaxPlusOne(), "8"},
		"a date as midnight":     {"timestamp", "date", "2024-01-01", "2024-02-02", gyro.Keep(), "2024-02-02"},
		"a text that is no more": {"text", "varchar(5)", "old", "short", gyro.Keep(), "short"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			schema := fmt.Sprintf("CREATE TABLE p (id %s PRIMARY KEY, code text UNIQUE); CREATE TABLE c (id int PRIMARY KEY, p_id %s", c.key, c.column)
			code := "known"
			conflict := gyro.Skip("code")
			if c.ids.Strategy() == gyro.HighestIDs {
				code, conflict = "new", gyro.Conflict{}
			}
			source := pgtest.DB(t)
			pgtest.Exec(t, source, schema+fmt.Sprintf(" REFERENCES p); INSERT INTO p VALUES ('%s', '%s'); INSERT INTO c VALUES (1, '%s')", c.old, code, c.old))
			dir := slice(t, source, jobs("p", "c")...)
			target := pgtest.DB(t)
			pgtest.Exec(t, target, schema+"); "+fmt.Sprintf(found, c.there))
			_, err := loadDir(t, dir, target, load.Slice{Importers: gyro.Registry{{Model: gyro.Table("p"), IDs: c.ids, Conflict: conflict}}})
			if c.want == "" {
				if err == nil || !strings.Contains(err.Error(), "p_id: 1 row: the new id of p can't be held") {
					t.Errorf("got %v", err)
				}
				wantQuery(t, target, "SELECT count(*) FROM c", "count\n0")
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			wantQuery(t, target, "SELECT p_id FROM c", "p_id\n"+c.want)
		})
	}
}
