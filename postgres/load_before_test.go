package postgres_test

import (
	"strings"
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/load"
	"github.com/gyrodata/gyro/postgres"
)

// tradeTables have keys of one column and of two, a tree, a circle and a unique column, and a trigger that counts what is written.
const tradeTables = `
CREATE TABLE plan (id serial PRIMARY KEY, slug text UNIQUE, title text);
CREATE TABLE shop (id serial PRIMARY KEY, name text UNIQUE, plan_id int REFERENCES plan, best_id int, touched int NOT NULL DEFAULT 0);
CREATE TABLE item (shop_id int REFERENCES shop, id serial, name text, above int, PRIMARY KEY (shop_id, id), FOREIGN KEY (shop_id, above) REFERENCES item);
CREATE TABLE sale (id bigserial PRIMARY KEY, shop_id int NOT NULL, item_id int, FOREIGN KEY (shop_id, item_id) REFERENCES item, note json);
ALTER TABLE shop ADD FOREIGN KEY (best_id) REFERENCES sale;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.touched := OLD.touched + 1; RETURN NEW; END $$;`

const tradeRows = `
INSERT INTO plan VALUES (1, 'free', 'Free'), (2, 'pro', 'Pro');
INSERT INTO shop (id, name, plan_id) VALUES (1, 'north', 1), (2, 'south', 2), (3, 'west', 1);
INSERT INTO item VALUES (1, 1, 'tea', NULL), (1, 2, 'green tea', 1), (2, 3, 'salt', NULL);
INSERT INTO sale VALUES (1, 1, 2, '{"n": 1}'), (2, 2, 3, NULL), (3, 2, 3, '{}');
UPDATE shop SET best_id = 1 WHERE id = 1;`

// What a slice shows by its names alone, whatever the ids are.
const tradeNames = `
SELECT s.name, p.slug, p.title, b.note::text AS best, i.name AS item, a.name AS above, x.note::text AS sale
FROM shop s LEFT JOIN plan p ON p.id = s.plan_id LEFT JOIN sale b ON b.id = s.best_id
LEFT JOIN item i ON i.shop_id = s.id LEFT JOIN item a ON (a.shop_id, a.id) = (i.shop_id, i.above)
LEFT JOIN sale x ON (x.shop_id, x.item_id) = (i.shop_id, i.id)
WHERE s.name NOT LIKE 'own%' AND s.name <> 'west' ORDER BY 1, 5, 7`

// A slice that is loaded over an earlier one: rows are known by the record under whatever ids they got, and only those that
// differ are written into.
func TestLoadOver(t *testing.T) {
	t.Parallel()
	one := func(ids gyro.IDs) gyro.Registry {
		r := gyro.Registry{{Model: gyro.Table("plan"), IDs: gyro.NaturalKey("slug")}}
		for _, table := range []string{"shop", "item", "sale"} {
			r = append(r, gyro.Importer{Model: gyro.Table(table), IDs: ids})
		}
		return r
	}
	for name, importers := range map[string]gyro.Registry{
		"keep": nil, "sequential": one(gyro.Sequential()), "max+1": one(gyro.MaxPlusOne()), "offset": one(gyro.Offset(1000)),
		"natural": append(one(gyro.Sequential())[:1], gyro.Importer{Model: gyro.Table("shop"), IDs: gyro.NaturalKey("name")},
			gyro.Importer{Model: gyro.Table("item"), IDs: gyro.Sequential()}, gyro.Importer{Model: gyro.Table("sale"), IDs: gyro.Sequential()}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source, first := taken(t, tradeTables+tradeRows, "plan", "shop", "item", "sale")
			target := pgtest.DB(t)
			pgtest.Exec(t, target, tradeTables)
			if importers != nil {
				pgtest.Exec(t, target, "INSERT INTO plan (slug, title) VALUES ('pro', 'their own'); INSERT INTO shop (name) VALUES ('own')")
			}
			places := t.TempDir()
			over := func(dir, before, record string) *gyro.Report {
				t.Helper()
				s := load.Slice{Importers: importers, Record: csvdir.Dir{Path: places + "/" + record}}
				if before != "" {
					s.Before = csvdir.Dir{Path: places + "/" + before}
				}
				return mustLoad(t, dir, target, s)
			}
			over(first, "", "one")
			pgtest.Exec(t, target, "CREATE TRIGGER touch BEFORE UPDATE ON shop FOR EACH ROW EXECUTE FUNCTION touch()")
			ids := string(pgtest.Copy(t, target, "SELECT id, name FROM shop ORDER BY 1"))

			over(first, "one", "two") // nothing is other
			wantQuery(t, target, "SELECT sum(touched) FROM shop", "sum\n0")
			own := "UPDATE sale SET note = '{\"own\": 1}'; INSERT INTO sale (id, shop_id, item_id, note) SELECT 90000, shop_id, item_id, '\"own\"' FROM sale LIMIT 1"
			pgtest.Exec(t, target, own)

			// Names change places, a row comes, one goes, one refers to another.
			pgtest.Exec(t, source, `
				UPDATE shop SET name = CASE name WHEN 'north' THEN 'x' ELSE name END; UPDATE shop SET name = 'north' WHERE id = 2; UPDATE shop SET name = 'south' WHERE id = 1;
				UPDATE plan SET title = 'For all' WHERE id = 1; DELETE FROM shop WHERE id = 3; UPDATE shop SET best_id = 3, plan_id = 1 WHERE id = 2;
				INSERT INTO item VALUES (2, 4, 'pepper', 3); INSERT INTO sale VALUES (4, 2, 4, '[4]')`)
			second := slice(t, source, jobs("plan", "shop", "item", "sale")...)
			report := over(second, "two", "three")
			if n := report.Load.Tables; n[0].Updated != 1 || n[1].Inserted+n[2].Inserted+n[3].Inserted != 2 {
				t.Errorf("%+v", n)
			}
			if name == "natural" { // the shops changed their names, by which they are not known: the record knows them
				wantQuery(t, target, "SELECT count(*) FROM shop WHERE name NOT LIKE 'own%'", "count\n3")
			}
			pgtest.Exec(t, target, "DELETE FROM sale WHERE note::text = '\"own\"'")
			want, got := string(pgtest.Copy(t, source, tradeNames)), string(pgtest.Copy(t, target, tradeNames))
			if importers != nil {
				want = strings.ReplaceAll(want, "pro,Pro", "pro,their own") // it was there, and stays
			}
			if got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			renamed := strings.NewReplacer("north", "south", "south", "north").Replace(ids)
			if got := string(pgtest.Copy(t, target, "SELECT id, name FROM shop ORDER BY 1")); got != renamed {
				t.Errorf("ids of shops became\n%s\nwant\n%s", got, renamed)
			}
			wantQuery(t, target, "SELECT name, touched FROM shop WHERE name IN ('west', 'own') AND touched > 0", "name,touched")

			refusedOver(t, second, importers, places+"/three", target)

			// What went out of the slice and comes back is known still.
			report = over(first, "three", "four")
			for _, n := range report.Load.Tables {
				if n.Inserted > 0 {
					t.Errorf("%s: %d rows went in twice", n.Model, n.Inserted)
				}
			}
			if _, err := loadDir(t, first, target, load.Slice{Importers: importers, Before: csvdir.Dir{Path: places + "/one"}}); err == nil || !strings.Contains(err.Error(), "a later load went over") {
				t.Errorf("by a record that is not the last: %v", err)
			}
			if _, err := load.Undo(t.Context(), csvdir.Dir{Path: places + "/four"}, postgres.DB{URL: target}); err == nil || !strings.Contains(err.Error(), "went over rows of an earlier one") {
				t.Errorf("undo: %v", err)
			}
		})
	}
}

// refusedOver sees to it that a record is of no use for another database, nor where two rows of a slice would become one.
func refusedOver(t *testing.T, dir string, importers gyro.Registry, record, target string) {
	t.Helper()
	other := pgtest.DB(t)
	pgtest.Exec(t, other, tradeTables)
	for url, want := range map[string]string{other: "the record is of a load into another database", target: "two rows of the slice are meant"} {
		if url == target { // the row that is known by the record is renamed, and another bears its name
			pgtest.Exec(t, target, "UPDATE plan SET slug = 'old' WHERE slug = 'free'; UPDATE plan SET slug = 'x' WHERE slug = 'pro'; UPDATE plan SET slug = 'pro' WHERE slug = 'old'")
		}
		_, err := loadDir(t, dir, url, load.Slice{Importers: importers, Before: csvdir.Dir{Path: record}, DryRun: true})
		if url == target && importers == nil { // every row is known: the names change back
			if err != nil {
				t.Error(err)
			}
		} else if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
		if url == target {
			pgtest.Exec(t, target, "UPDATE plan SET slug = 'free' WHERE slug = 'pro'; UPDATE plan SET slug = 'pro' WHERE slug = 'x'")
		}
	}
}

// Rows that no key tells apart would go in twice: they are not loaded over.
func TestLoadOverKeyless(t *testing.T) {
	t.Parallel()
	const tables = "CREATE TABLE word (text text); CREATE TABLE a (id int PRIMARY KEY);"
	source, dir := taken(t, tables+"INSERT INTO word VALUES ('x'), ('x'); INSERT INTO a VALUES (1)", "word", "a")
	target := pgtest.DB(t)
	pgtest.Exec(t, target, tables)
	record := csvdir.Dir{Path: t.TempDir() + "/record"}
	mustLoad(t, dir, target, load.Slice{Record: record})
	_, err := loadDir(t, dir, target, load.Slice{Before: record})
	if err == nil || !strings.Contains(err.Error(), "table word: the rows that the earlier load inserted can't be told from others") {
		t.Error(err)
	}
	alone := slice(t, source, jobs("a")...)
	report := mustLoad(t, alone, target, load.Slice{Before: record})
	if len(report.Notes) == 0 || !strings.Contains(report.Notes[len(report.Notes)-1].String()+report.Notes[0].String(), "word: rows that the earlier load inserted stay as they are") {
		t.Errorf("%q", report.Notes)
	}
}
