package postgres_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/load"
	"github.com/gyrodata/gyro/postgres"
	"github.com/gyrodata/gyro/sheets"
)

// plantedSQL makes a schema with all functions, operators and types that PostgreSQL has and whose names a statement could
// use, each of which says that it was run.
const plantedSQL = `
CREATE SCHEMA evil;
CREATE FUNCTION evil.planted(what pg_catalog.text) RETURNS void LANGUAGE plpgsql AS $$
  BEGIN RAISE EXCEPTION 'hostile % ran', what; END $$;
DO $$
DECLARE
  r record;
  n pg_catalog.int4 := 0;
  args pg_catalog.text;
BEGIN
  FOR r IN SELECT p.oid, proname, proargtypes::oid[] AS types, format_type(prorettype, NULL) AS returns, proretset
      FROM pg_catalog.pg_proc p WHERE pronamespace = 'pg_catalog'::regnamespace AND prokind = 'f' AND provariadic = 0 LOOP
    SELECT coalesce(string_agg(format_type(t, NULL), ', ' ORDER BY i), '') INTO args FROM unnest(r.types) WITH ORDINALITY u(t, i);
    BEGIN
      EXECUTE format('CREATE FUNCTION evil.%I(%s) RETURNS %s %s LANGUAGE plpgsql AS %L', r.proname, args,
        CASE WHEN r.proretset THEN 'SETOF' ELSE '' END, r.returns, format('BEGIN PERFORM evil.planted(%L); END', r.proname));
      n := n + 1;
    EXCEPTION WHEN OTHERS THEN NULL;
    END;
  END LOOP;
  FOREACH args IN ARRAY ARRAY['concat', 'concat_ws', 'format', 'greatest'] LOOP
    EXECUTE format('CREATE FUNCTION evil.%I(VARIADIC text[]) RETURNS text LANGUAGE plpgsql AS %L', args, format('BEGIN PERFORM evil.planted(%L); END', args));
  END LOOP;
  FOR r IN SELECT o.oid, oprname, format_type(oprleft, NULL) AS l, format_type(oprright, NULL) AS r, format_type(oprresult, NULL) AS returns
      FROM pg_catalog.pg_operator o WHERE oprnamespace = 'pg_catalog'::regnamespace AND oprleft <> 0 LOOP
    BEGIN
      EXECUTE format('CREATE FUNCTION evil.operator_%s(%s, %s) RETURNS %s LANGUAGE plpgsql AS %L', r.oid, r.l, r.r, r.returns,
        format('BEGIN PERFORM evil.planted(%L); END', r.l || r.oprname || r.r));
      EXECUTE format('CREATE OPERATOR evil.%s (leftarg = %s, rightarg = %s, function = evil.operator_%s)', r.oprname, r.l, r.r, r.oid);
      n := n + 1;
    EXCEPTION WHEN OTHERS THEN NULL;
    END;
  END LOOP;
  IF n < 2000 THEN RAISE 'only % things were planted', n; END IF;
END $$;
CREATE FUNCTION evil.step(bigint) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN PERFORM evil.planted('count(*)'); END $$;
CREATE AGGREGATE evil.count(*) (sfunc = evil.step, stype = bigint, initcond = '0');
CREATE FUNCTION evil.step(anyelement, anyelement) RETURNS anyelement LANGUAGE plpgsql AS $$ BEGIN PERFORM evil.planted('an aggregate'); END $$;
CREATE AGGREGATE evil.max(anyelement) (sfunc = evil.step, stype = anyelement);
CREATE AGGREGATE evil.min(anyelement) (sfunc = evil.step, stype = anyelement);
CREATE AGGREGATE evil.max(bigint) (sfunc = evil.step, stype = bigint);
CREATE AGGREGATE evil.min(bigint) (sfunc = evil.step, stype = bigint);
CREATE AGGREGATE evil.max(pg_catalog.int4) (sfunc = evil.step, stype = pg_catalog.int4);
CREATE AGGREGATE evil.sum(bigint) (sfunc = evil.step, stype = bigint);
CREATE AGGREGATE evil.max(pg_catalog.numeric) (sfunc = evil.step, stype = pg_catalog.numeric);
CREATE DOMAIN evil.text AS pg_catalog.text CHECK (evil.planted('text') IS NULL);
CREATE DOMAIN evil.uuid AS pg_catalog.uuid CHECK (evil.planted('uuid') IS NULL);
CREATE DOMAIN evil.bytea AS pg_catalog.bytea CHECK (evil.planted('bytea') IS NULL);
CREATE DOMAIN evil.oid AS pg_catalog.oid CHECK (evil.planted('oid') IS NULL);
CREATE DOMAIN evil.name AS pg_catalog.name CHECK (evil.planted('name') IS NULL);
CREATE DOMAIN evil.regclass AS pg_catalog.regclass CHECK (evil.planted('regclass') IS NULL);
CREATE DOMAIN evil.xid AS pg_catalog.xid CHECK (evil.planted('xid') IS NULL);
CREATE DOMAIN evil.int8 AS pg_catalog.int8 CHECK (evil.planted('int8') IS NULL);
CREATE DOMAIN evil.int4 AS pg_catalog.int4 CHECK (evil.planted('int4') IS NULL);
CREATE DOMAIN evil.bool AS pg_catalog.bool CHECK (evil.planted('bool') IS NULL);
CREATE COLLATION evil."C" (locale = 'POSIX');
CREATE VIEW evil.pg_class AS SELECT evil.planted('pg_class')::pg_catalog.text AS oid;
CREATE VIEW evil.pg_constraint AS SELECT evil.planted('pg_constraint')::pg_catalog.text AS oid;
CREATE VIEW evil.pg_attribute AS SELECT evil.planted('pg_attribute')::pg_catalog.text AS oid;
CREATE VIEW evil.pg_settings AS SELECT evil.planted('pg_settings')::pg_catalog.text AS name;
CREATE VIEW evil.pg_trigger AS SELECT evil.planted('pg_trigger')::pg_catalog.text AS oid;
CREATE VIEW evil.pg_stat_activity AS SELECT evil.planted('pg_stat_activity')::pg_catalog.text AS oid;
CREATE VIEW evil.pg_database AS SELECT evil.planted('pg_database')::pg_catalog.text AS oid;
CREATE VIEW evil.pg_sequence AS SELECT evil.planted('pg_sequence')::pg_catalog.text AS oid;
CREATE VIEW evil.pg_namespace AS SELECT evil.planted('pg_namespace')::pg_catalog.text AS oid;
CREATE VIEW evil.pg_type AS SELECT evil.planted('pg_type')::pg_catalog.text AS oid;
CREATE VIEW evil.pg_index AS SELECT evil.planted('pg_index')::pg_catalog.text AS oid;
`

const plantedTables = `
CREATE TABLE public.tenant (id serial PRIMARY KEY, slug varchar(20) UNIQUE, code uuid UNIQUE);
CREATE TABLE public.shop (
  id bigserial PRIMARY KEY, tenant_id int NOT NULL REFERENCES public.tenant, name text COLLATE "C",
  parent_id bigint REFERENCES public.shop DEFERRABLE, born timestamptz, UNIQUE (tenant_id, name)
);
CREATE TABLE public.day (day date PRIMARY KEY, label name);
CREATE TABLE public.visit (
  id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, shop_id bigint NOT NULL REFERENCES public.shop, at timestamp REFERENCES public.day,
  tags text[], shops bigint[], kind text, subject_id bigint, note varchar(40), price numeric(8, 2) CHECK (price >= 0)
);
CREATE TABLE public.pair (a int, b text, note text, PRIMARY KEY (a, b));
CREATE SEQUENCE public.numbers;
CREATE TABLE public.code (id bigint PRIMARY KEY DEFAULT 1000 + nextval('public.numbers'), place int NOT NULL UNIQUE, note text);
CREATE TABLE public.log (what text, n int);`

const plantedRows = `
INSERT INTO tenant (slug, code) VALUES ('a', '00000000-0000-0000-0000-00000000000a'), ('b', '00000000-0000-0000-0000-00000000000b');
INSERT INTO shop (tenant_id, name, parent_id, born) SELECT 1 + n % 2, 'shop ' || n, NULL, '2026-01-01' FROM generate_series(1, 20) n;
UPDATE shop SET parent_id = id - 2 WHERE id > 2;
INSERT INTO day SELECT '2026-01-01'::date + n, 'day ' || n FROM generate_series(0, 9) n;
INSERT INTO visit (shop_id, at, tags, shops, kind, subject_id, note, price)
  SELECT 1 + n % 20, '2026-01-01'::date + n % 10, '{x,y}', ARRAY[1 + n % 20, 3], CASE n % 2 WHEN 0 THEN 'shop' END, 1 + n % 20, 'note', n FROM generate_series(1, 200) n;
INSERT INTO pair VALUES (1, 'x', 'y'), (2, 'y', 'z');
INSERT INTO code VALUES (1, 1, 'x'), (2, 2, 'y');
INSERT INTO log VALUES ('x', 1), ('y', 2);`

// Whatever a schema holds that the role's search_path looks into first, and even before PostgreSQL's own: nothing of it
// runs, but what text of the user's or the target's own functions name.
func TestHostileSchema(t *testing.T) {
	t.Parallel()
	tables := []string{"tenant", "shop", "day", "visit", "pair", "code", "log"}
	planted := func(rows string) (url, plain string) {
		plain = pgtest.DB(t)
		pgtest.Exec(t, plain, plantedTables+rows)
		pgtest.Exec(t, plain, plantedSQL)
		return plain + "&options=" + "-c%20search_path%3Devil,public,pg_catalog", plain
	}
	source, plainSource := planted(plantedRows)
	importers := func(when string) gyro.Registry {
		all := gyro.Registry{{Model: gyro.Table("visit"), Columns: gyro.Columns{
			"shops":      {Each: true, Ref: gyro.Table("shop")},
			"subject_id": {Missing: gyro.Include, Cases: []gyro.Case{{When: when, Ref: gyro.Table("shop")}}},
		}}}
		for _, table := range []string{"tenant", "shop", "day", "pair", "code", "log"} {
			all = append(all, gyro.Importer{Model: gyro.Table(table)})
		}
		return all
	}
	take := func(url, when string, jobs ...gyro.ImportJob) string {
		t.Helper()
		dir := filepath.Join(t.TempDir(), "slice")
		s := export.Slice{Source: postgres.DB{URL: url}, Target: csvdir.Dir{Path: dir}, Jobs: jobs, Importers: importers(when)}
		if _, err := s.Plan(t.Context()); err != nil {
			t.Fatalf("plan: %v", err)
		}
		if _, err := s.Run(t.Context()); err != nil {
			t.Fatalf("export: %v", err)
		}
		if _, err := csvdir.Verify(t.Context(), dir, csvdir.VerifyOptions{}); err != nil {
			t.Errorf("verify: %v", err)
		}
		return dir
	}
	all := jobs(tables...)
	const when = "kind OPERATOR(pg_catalog.=) 'shop'"
	take(source, when, all...)
	whole := take(plainSource, "kind = 'shop'", all...) // by a condition that is read when it is loaded
	take(source, when,
		gyro.ImportJob{Model: gyro.Table("tenant"), Query: gyro.Where("id OPERATOR(pg_catalog.=) $1", 1)},
		gyro.ImportJob{Model: gyro.Table("shop"), Limit: 5, OrderBy: "name DESC", Orphans: true},
		gyro.ImportJob{Model: gyro.Table("day")},
		gyro.ImportJob{Model: gyro.Table("visit"), Limit: 2, Per: "shop_id", Seed: 7, Orphans: true},
		gyro.ImportJob{Model: gyro.Table("pair"), Percent: 50, Seed: 1},
		gyro.ImportJob{Model: gyro.Table("log"), Query: gyro.SQL("SELECT * FROM public.log")},
	)

	natural := gyro.Registry{
		{Model: gyro.Table("tenant"), IDs: gyro.NaturalKey("slug"), Conflict: gyro.Update()},
		{Model: gyro.Table("shop"), IDs: gyro.NaturalKey("tenant", "name"), Conflict: gyro.Update()},
		{Model: gyro.Table("day"), IDs: gyro.Keep(), Conflict: gyro.Skip()},
		{Model: gyro.Table("visit"), IDs: gyro.Sequential()},
		{Model: gyro.Table("pair"), IDs: gyro.Keep(), Conflict: gyro.Update()},
		{Model: gyro.Table("code"), IDs: gyro.NaturalKey("note"), Conflict: gyro.Update()},
		{Model: gyro.Table("log")},
	}
	loaded := tables[:6] // the rows of log can't be told apart, nor undone
	for name, s := range map[string]load.Slice{
		"kept":    {},
		"new ids": {Importers: gyro.Registry{{Model: gyro.Table("tenant"), IDs: gyro.Sequential()}, {Model: gyro.Table("shop"), IDs: gyro.Sequential()}, {Model: gyro.Table("visit"), IDs: gyro.Sequential()}}},
		"natural": {Importers: natural},
		"new ones counted": {Importers: gyro.Registry{
			{Model: gyro.Table("tenant"), IDs: gyro.MaxPlusOne()},
			{Model: gyro.Table("shop"), IDs: gyro.Offset(100)},
			{Model: gyro.Table("visit"), IDs: gyro.MaxPlusOne()},
			{Model: gyro.Table("code"), IDs: gyro.Sequential()},
		}},
		"in place": {Target: postgres.DB{Exclusive: postgres.ExclusiveNever, DisableTriggers: true}},
		"alone":    {Target: postgres.DB{Exclusive: postgres.ExclusiveAlways}},
		"made":     {Create: true},
	} {
		target, plain := planted("")
		if name == "made" {
			pgtest.Exec(t, plain, "DROP TABLE public.visit, public.shop, public.tenant, public.day, public.pair, public.code, public.log")
		}
		db := postgres.DB{URL: target}
		if given, ok := s.Target.(postgres.DB); ok {
			given.URL = target
			db = given
		}
		s.Target = db
		record := filepath.Join(t.TempDir(), "record")
		s.Record, s.Tables = csvdir.Dir{Path: record}, models(loaded...)
		if _, err := loadDir(t, whole, target, s); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if name == "natural" { // and once more, onto what is there, which holds what the slice has elsewhere
			pgtest.Exec(t, plain, "UPDATE public.code SET place = 3 - place WHERE false; UPDATE public.code SET place = place + 2; UPDATE public.code SET place = 5 - place")
			s.Record = nil
			if _, err := loadDir(t, whole, target, s); err != nil {
				t.Errorf("%s again: %v", name, err)
			}
			continue
		}
		for _, table := range loaded {
			if !strings.HasPrefix(name, "new") {
				sameTables(t, plainSource, plain, table)
			}
		}
		if name == "made" {
			continue
		}
		if _, err := load.Undo(t.Context(), csvdir.Dir{Path: record}, db); err != nil {
			t.Errorf("undo of %s: %v", name, err)
		}
	}

	target, _ := planted("INSERT INTO public.tenant (slug) VALUES ('a'); INSERT INTO public.shop (tenant_id, name) VALUES (1, 'old')")
	rules := gyro.Registry{
		{Model: gyro.Table("tenant")},
		{Model: gyro.Table("shop"), IDs: gyro.NaturalKey("tenant", "name"), Conflict: gyro.Update(), Columns: gyro.Columns{
			"tenant": {Ref: gyro.Table("tenant"), By: gyro.By{"slug": "tenant"}, CreateMissing: true},
		}},
		{Model: gyro.Table("visit"), Columns: gyro.Columns{
			"shop":  {Ref: gyro.Table("shop"), By: gyro.By{"name": "shop", "tenant.slug": "tenant"}},
			"note":  {Pattern: "[a-z ]+", Expr: "pg_catalog.upper(value)"},
			"price": {Min: "1", Max: "100"},
		}},
	}
	files := []sheets.File{
		sheetOf(t, "shop", "tenant,name,born\na,old,2026-01-01\na,new,2026-01-02\nz,other,\n"),
		sheetOf(t, "visit", "tenant,shop,note,price\na,new,one,5\na,old,TWO,5\nz,other,three,1000\na,nowhere,four,5\na,new,five,x\n"),
	}
	report, err := loadSheets(t, target, rules, files...)
	wantFaults(t, report, err, "visit 2: note: pattern", "visit 3: price: out-of-range", "visit 4: shop, tenant: unknown-reference", "visit 5: price: invalid-value")
	files[1] = sheetOf(t, "visit", "tenant,shop,note,price\na,new,one,5\nz,other,three,100\n")
	if _, err := loadSheets(t, target, rules, files...); err != nil {
		t.Errorf("sheets: %v", err)
	}
}
