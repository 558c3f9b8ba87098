package postgres_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/internal/pgtest"
)

// everyType holds a column of every built-in type that a table can have, with values that
// print in unusual ways, NULLs and empty strings.
const everyType = `
CREATE TYPE mood AS ENUM ('sad', 'o''k, "ok"', 'ha ppy');
CREATE DOMAIN positive AS numeric(12,3) CHECK (VALUE > 0);
CREATE TYPE pair AS (a int, b text);
CREATE TYPE floatrange AS RANGE (subtype = float8);
CREATE TABLE every_type (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  c_bool bool, c_int2 int2, c_int4 int4, c_int8 int8, c_oid oid, c_float4 float4, c_float8 float8,
  c_numeric numeric, c_numeric_scaled numeric(20,5), c_money money,
  c_text text, c_varchar varchar(40), c_bpchar char(10), c_char "char", c_name name, c_bytea bytea,
  c_date date, c_time time, c_timetz timetz, c_timestamp timestamp, c_timestamptz timestamptz, c_interval interval,
  c_uuid uuid, c_json json, c_jsonb jsonb, c_jsonpath jsonpath, c_xml xml, c_tsvector tsvector, c_tsquery tsquery,
  c_bit bit(5), c_varbit varbit, c_inet inet, c_cidr cidr, c_macaddr macaddr, c_macaddr8 macaddr8,
  c_int4multirange int4multirange, c_xid xid, c_cid cid, c_refcursor refcursor, c_oidvector oidvector, c_int2vector int2vector,
  c_aclitem aclitem, c_regproc regproc, c_regprocedure regprocedure, c_regoper regoper, c_regoperator regoperator, c_regconfig regconfig,
  c_regdictionary regdictionary, c_regnamespace regnamespace, c_regcollation regcollation, c_point point, c_line line, c_lseg lseg, c_box box, c_path path, c_polygon polygon, c_circle circle,
  c_int4range int4range, c_int8range int8range, c_numrange numrange, c_daterange daterange, c_tsrange tsrange, c_tstzrange tstzrange,
  c_floatrange floatrange, c_pg_lsn pg_lsn, c_xid8 xid8, c_snapshot pg_snapshot, c_regclass regclass, c_regtype regtype, c_tid tid,
  c_int_array int[], c_text_array text[], c_nested int[][], c_enum mood, c_enum_array mood[], c_domain positive, c_pair pair, c_pairs pair[],
  c_generated text GENERATED ALWAYS AS (upper(c_text)) STORED
);
INSERT INTO every_type (c_bool, c_int2, c_int4, c_int8, c_oid, c_float4, c_float8, c_numeric, c_numeric_scaled, c_money,
  c_text, c_varchar, c_bpchar, c_char, c_name, c_bytea, c_date, c_time, c_timetz, c_timestamp, c_timestamptz, c_interval,
  c_uuid, c_json, c_jsonb, c_jsonpath, c_xml, c_tsvector, c_tsquery, c_bit, c_varbit, c_inet, c_cidr, c_macaddr, c_macaddr8,
  c_point, c_line, c_lseg, c_box, c_path, c_polygon, c_circle, c_int4range, c_int8range, c_numrange, c_daterange, c_tsrange, c_tstzrange,
  c_floatrange, c_pg_lsn, c_xid8, c_snapshot, c_regclass, c_regtype, c_tid,
  c_int_array, c_text_array, c_nested, c_enum, c_enum_array, c_domain, c_pair, c_pairs)
VALUES
 (true, -32768, -2147483648, -9223372036854775808, 4294967295, 'NaN', '-Infinity', 'NaN', -0.00001, '-$12,345.67',
  E'quote " comma , newline \n return \r\n tab \t backslash \\ \\. end', '', 'pad', 'x', 'a name', '\x00ff5c22',
  '-infinity', '24:00', '00:00:00+15:59', 'infinity', '4713-01-01 BC', '-1 year +2 mons -3 days 04:05:06.789',
  'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', E'{"a":  1,\n "a": 2}', '{"b": [1, null, "x\"y"], "a": {}}', '$.a[*] ? (@ > 1)',
  '<a b="c">d &amp; e</a>', $$'a fat':1A,2 cat:3$$, $$'fat' & !( 'cat':B | rat:* )$$, '10101', '1', '::1/64', '10.0.0.0/8', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05',
  '(1.5,-2e100)', '{1,2,3}', '[(0,0),(1,1)]', '((1,1),(0,0))', '[(0,0),(1,1),(2,0)]', '((0,0),(1,1),(2,0))', '<(0,0),5>',
  '[1,10)', 'empty', '(,5.5]', '[2020-01-01,2021-01-01)', '[2020-01-01 00:00,)', '[2020-01-01 00:00+02,2020-02-01 00:00+02)',
  '[1.5,2.5]', '16/B374D848', '12345678901', '10:20:10,14,15', 'every_type', 'timestamp with time zone[]', '(5,7)',
  '{1,NULL,-3}', E'{"",NULL,"NULL","a,b","c\\"d","\\\\","line\nline"}', '[2:3][1:2]={{1,2},{3,4}}', 'o''k, "ok"', '{sad,"ha ppy",NULL}', 0.001,
  ROW(1, E'x"y,\n'), ARRAY[ROW(NULL, ''), ROW(2, NULL)]::pair[]),
 (false, 32767, 2147483647, 9223372036854775807, 0, 'Infinity', 1e-307, '-Infinity', 123456789012345.12345, '$0.00',
  '\.', '\N', '', '', '', '', 'infinity', '00:00:00.000001', '23:59:59.999999-12', '294276-12-31 23:59:59.999999', '-infinity', 'P1Y2M3DT4H5M6.7S',
  '00000000-0000-0000-0000-000000000000', 'null', '"\u0041\\"', '$', '', '', '', '00000', '', '192.168.1.5', '::/0', '00:00:00:00:00:00', '00:00:00:00:00:00:00:00',
  '(NaN,Infinity)', '{-1,0,0}', '[(-1,-1),(-1,-1)]', '((1,1),(1,1))', '((0,0),(1,1))', '((0,0))', '<(1,1),0>',
  '(,)', '[-5,5)', '[1.10,2.200)', 'empty', 'empty', '(,)', '(,)', '0/0', '0', '1:1:', 'pg_class', 'int', '(0,0)',
  '{}', '{}', '{}', 'sad', '{}', 999999999.999, ROW(NULL, NULL), '{}'),
 (NULL, 0, 0, 0, 0, 0.1, 0.1, 1e-20, 0, 0, '', ' leading', 'é漢', NULL, 'NULL', NULL, '0001-01-01 BC', NULL, NULL, '1999-01-08 04:05:06', '2004-10-19 10:23:54+02', '0',
  NULL, '[]', '[]', NULL, '<!-- c --><x/>', 'x', 'x', NULL, '0101', '0.0.0.0/0', '10.1.2.3/32', NULL, NULL,
  '(-0,0)', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
  NULL, '{null,"null"}', NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO every_type DEFAULT VALUES;
INSERT INTO every_type (c_int4multirange, c_xid, c_cid, c_refcursor, c_oidvector, c_int2vector, c_aclitem, c_regproc, c_regprocedure, c_regoper,
  c_regoperator, c_regconfig, c_regdictionary, c_regnamespace, c_regcollation)
VALUES ('{[1,3),[7,8)}', '4294967295', '7', 'a "cursor"', '1 2 3', '-1 2', '=r/postgres', 'upper(text)'::regprocedure::regproc, 'upper(text)', '||/',
  '+(integer,integer)', 'simple', 'simple', 'pg_catalog', '"C"');`

// The bytes of a file are those of psql's \copy, for every type that PostgreSQL prints.
func TestEveryTypeIsExact(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, everyType)
	dir := slice(t, url, gyro.ImportJob{Model: gyro.Table("every_type")})
	wantBytes(t, filepath.Join(dir, "every_type.csv"), pgtest.Copy(t, url, "SELECT * FROM every_type ORDER BY id"))
}

// What the server's own settings say of printing does not reach the files.
func TestSettingsOfTheServerDoNotMatter(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, everyType)
	plain := slice(t, url, gyro.ImportJob{Model: gyro.Table("every_type")})
	pgtest.Exec(t, url, `DO $$ BEGIN
		EXECUTE format('ALTER DATABASE %I SET DateStyle = ''German''', current_database());
		EXECUTE format('ALTER DATABASE %I SET IntervalStyle = ''iso_8601''', current_database());
		EXECUTE format('ALTER DATABASE %I SET TimeZone = ''Asia/Kolkata''', current_database());
		EXECUTE format('ALTER DATABASE %I SET extra_float_digits = -5', current_database());
		EXECUTE format('ALTER DATABASE %I SET bytea_output = ''escape''', current_database());
		EXECUTE format('ALTER DATABASE %I SET xmlbinary = ''hex''', current_database());
		EXECUTE format('ALTER DATABASE %I SET search_path = ''pg_catalog''', current_database());
		EXECUTE format('ALTER DATABASE %I SET quote_all_identifiers = on', current_database());
		EXECUTE format('ALTER DATABASE %I SET standard_conforming_strings = off', current_database());
	END $$`)
	odd := slice(t, url, gyro.ImportJob{Model: gyro.Table("every_type")})
	want, err := os.ReadFile(filepath.Join(plain, "every_type.csv"))
	if err != nil {
		t.Fatal(err)
	}
	wantBytes(t, filepath.Join(odd, "every_type.csv"), want)
}

// Names that SQL would fold, quote or misread.
func TestNames(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, `
		CREATE SCHEMA "Odd.Schema";
		CREATE TABLE "select" ("from" int PRIMARY KEY, "where" text);
		CREATE TABLE "MixedCase" ("Id" int PRIMARY KEY, "id" int, "a""b" text, "c,d" text, "e.f" text, "x'; DROP TABLE y; --" text);
		CREATE TABLE "Odd.Schema"."a ""quoted"" / table" (id int PRIMARY KEY, "$1" text, "ü" text);
		CREATE TABLE dropped (a int PRIMARY KEY, b int, c int);
		ALTER TABLE dropped DROP COLUMN b;
		INSERT INTO "select" VALUES (1, 'a');
		INSERT INTO "MixedCase" VALUES (1, 2, 'q"', ',', '.', ';');
		INSERT INTO "Odd.Schema"."a ""quoted"" / table" VALUES (1, '$2', 'x');
		INSERT INTO dropped VALUES (1, 2);`)
	for _, c := range []struct{ model, where, sqlName, key, file string }{
		{"select", `"from" = $1`, `"select"`, `"from"`, "select.csv"},
		{"MixedCase", `"Id" = $1`, `"MixedCase"`, `"Id"`, "MixedCase.csv"},
		{`"Odd.Schema"."a ""quoted"" / table"`, `id = $1 AND "$1" = '$2'`, `"Odd.Schema"."a ""quoted"" / table"`, "id", "Odd.Schema.a %22quoted%22 %2F table.csv"},
		{"dropped", "a = $1", "dropped", "a", "dropped.csv"},
	} {
		for _, query := range []gyro.Query{gyro.Where(c.where, 1), gyro.SQL("SELECT * FROM " + c.sqlName)} {
			dir := slice(t, url, gyro.ImportJob{Model: gyro.Table(c.model), Query: query})
			want := pgtest.Copy(t, url, "SELECT * FROM "+c.sqlName+" ORDER BY "+c.key)
			if strings.Count(string(want), "\n") != 2 {
				t.Fatalf("the test's own row is missing: %q", want)
			}
			wantBytes(t, filepath.Join(dir, c.file), want)
		}
	}
}

// Rows come in key order, text by bytes; without a key, by all columns.
func TestOrder(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, `
		CREATE TABLE by_text (a text, b int, PRIMARY KEY (b, a));
		INSERT INTO by_text SELECT x, n FROM unnest('{b,A,a,B,é,Z," "}'::text[]) x, generate_series(1, 2) n;
		CREATE TABLE without_key (a int, b text, c json);
		INSERT INTO without_key VALUES (10, 'x', '{}'), (9, NULL, '1'), (NULL, 'y', NULL), (10, 'X', '[]'), (9, NULL, '1');
		CREATE VIEW seen AS SELECT a FROM without_key;
		CREATE MATERIALIZED VIEW kept AS SELECT b FROM without_key;
		CREATE TABLE parent (id int PRIMARY KEY);
		CREATE TABLE child (x int) INHERITS (parent);
		CREATE TABLE split (id int PRIMARY KEY); CREATE TABLE split_1 () INHERITS (split);
		INSERT INTO split VALUES (4), (2); INSERT INTO split_1 VALUES (3), (1);
		INSERT INTO parent VALUES (2), (1);
		INSERT INTO child VALUES (1), (3);
		CREATE TABLE parted (id int PRIMARY KEY) PARTITION BY RANGE (id);
		CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (10);
		CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM (10) TO (20);
		INSERT INTO parted VALUES (15), (5);
		CREATE TABLE empty_table (a int, b text);`)
	for table, query := range map[string]string{
		"by_text":     `SELECT * FROM by_text ORDER BY b, a COLLATE "C"`,
		"without_key": `SELECT * FROM without_key w ORDER BY w::text COLLATE "C"`,
		"seen":        `SELECT * FROM seen s ORDER BY s::text COLLATE "C"`,
		"kept":        `SELECT * FROM kept k ORDER BY k::text COLLATE "C"`,
		"parent":      `SELECT * FROM ONLY parent ORDER BY id`,
		"split":       `SELECT * FROM split ORDER BY id`,
		"child":       `SELECT * FROM child c ORDER BY c::text COLLATE "C"`,
		"parted":      `SELECT * FROM parted ORDER BY id`,
		"empty_table": `SELECT * FROM empty_table`,
	} {
		job := gyro.ImportJob{Model: gyro.Table(table)}
		if table == "parent" {
			job.Query = gyro.Where("true") // its own rows
		}
		dir := slice(t, url, job)
		wantBytes(t, filepath.Join(dir, table+".csv"), pgtest.Copy(t, url, query))
	}
	dir := slice(t, url, gyro.ImportJob{Model: gyro.Table("without_key"), Query: gyro.SQL("SELECT c, b, a FROM without_key WHERE a = $1", 9)})
	wantBytes(t, filepath.Join(dir, "without_key.csv"), pgtest.Copy(t, url, "SELECT * FROM without_key WHERE a = 9"))
}
