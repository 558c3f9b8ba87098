package postgres_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/postgres"
)

const catalogWorld = `
	CREATE SCHEMA "Odd one"; CREATE SEQUENCE "Odd one"."Seq";
	CREATE TYPE mood AS ENUM ('low', 'high', 'fair'); CREATE TYPE pair AS (a int, b text);
	CREATE DOMAIN pairs AS pair; CREATE DOMAIN count AS int; CREATE DOMAIN counts AS int[];
	CREATE TABLE "Odd one"."T" (
		id bigint GENERATED ALWAYS AS IDENTITY, a int NOT NULL, gone int, m mood, ms mood[], p pair, ps pairs, c count, cs counts,
		n numeric(10,2), t varchar(20), s bigint DEFAULT nextval('"Odd one"."Seq"'), d text DEFAULT 'x', g int GENERATED ALWAYS AS (a * 2) STORED,
		PRIMARY KEY (id, a), UNIQUE (a, id) INCLUDE (t));
	ALTER TABLE "Odd one"."T" DROP COLUMN gone;
	CREATE UNIQUE INDEX ON "Odd one"."T" (a) WHERE a > 3; CREATE INDEX ON "Odd one"."T" ((a + 1), id); CREATE INDEX ON "Odd one"."T" (n, t) INCLUDE (d);
	CREATE TABLE child (
		id serial PRIMARY KEY, t_id bigint, t_a int, self int REFERENCES child DEFERRABLE,
		CONSTRAINT b FOREIGN KEY (t_id, t_a) REFERENCES "Odd one"."T" MATCH FULL, CONSTRAINT "A" FOREIGN KEY (t_a, t_id) REFERENCES "Odd one"."T" (a, id) NOT VALID);
	CREATE TABLE parts (id int PRIMARY KEY, child_id int REFERENCES child) PARTITION BY RANGE (id);
	CREATE TABLE part PARTITION OF parts FOR VALUES FROM (0) TO (10);
	CREATE TABLE base (id int); CREATE TABLE heir (x text) INHERITS (base);
	CREATE VIEW seen AS SELECT id FROM child; CREATE MATERIALIZED VIEW kept AS SELECT id FROM child; CREATE UNIQUE INDEX ON kept (id);
	CREATE TABLE bare ()`

// What the catalog says of tables of every kind.
func TestCatalog(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, catalogWorld)
	snapshot, err := postgres.DB{URL: url}.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer snapshot.Close() //nolint:errcheck // only read; nothing to lose
	catalog, err := snapshot.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, name := range catalog.Names() {
		table := catalog[name]
		fmt.Fprintf(&got, "%s, %s", name, table.Kind)
		if len(table.Heirs) > 0 {
			got.WriteString(", inherited")
		}
		fmt.Fprintf(&got, ": key %v, unique %v, indexes %d\n", table.PrimaryKey, table.Unique, len(table.Indexes))
		for _, c := range table.Columns {
			fmt.Fprintf(&got, "  %s %s", c.Name, c.Type)
			for i, is := range []bool{c.NotNull, c.Generated, c.Collatable, c.Nested} {
				if is {
					got.WriteString([]string{" not null", " generated", " collatable", " nested"}[i])
				}
			}
			if c.Default {
				fmt.Fprintf(&got, " default %s %s", c.Identity, c.Sequence)
			}
			if c.Enum {
				fmt.Fprintf(&got, " %v", c.Labels)
			}
			got.WriteString("\n")
		}
		for _, r := range table.References {
			fmt.Fprintf(&got, "  %s: %v -> %s %v, full %t, deferrable %t, enforced %t\n", r.Name, r.Columns, r.To, r.ToColumns, r.MatchFull, r.Deferrable, r.Enforced)
		}
	}
	want := `Odd one.T, table: key [id a], unique [[a id]], indexes 3
  id bigint not null default always "Odd one"."T_id_seq"
  a integer not null
  m mood [low high fair]
  ms mood[] nested
  p pair nested
  ps pairs nested
  c count
  cs counts nested
  n numeric(10,2)
  t character varying(20) collatable
  s bigint default  "Odd one"."Seq"
  d text collatable default  
  g integer generated default  
bare, table: key [], unique [], indexes 0
base, table, inherited: key [], unique [], indexes 0
  id integer
child, table: key [id], unique [], indexes 1
  id integer not null default  public.child_id_seq
  t_id bigint
  t_a integer
  self integer
  A: [t_a t_id] -> Odd one.T [a id], full false, deferrable false, enforced true
  b: [t_id t_a] -> Odd one.T [id a], full true, deferrable false, enforced true
  child_self_fkey: [self] -> child [id], full false, deferrable true, enforced true
heir, table: key [], unique [], indexes 0
  id integer
  x text collatable
kept, materialized view: key [], unique [[id]], indexes 1
  id integer
part, table: key [id], unique [], indexes 1
  id integer not null
  child_id integer
  parts_child_id_fkey: [child_id] -> child [id], full false, deferrable false, enforced true
parts, partitioned table: key [id], unique [], indexes 1
  id integer not null
  child_id integer
  parts_child_id_fkey: [child_id] -> child [id], full false, deferrable false, enforced true
seen, view: key [], unique [], indexes 0
  id integer
`
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Error(diff)
	}
}
