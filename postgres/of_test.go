package postgres_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/load"
	"github.com/gyrodata/gyro/postgres"
)

const genericTables = `
	CREATE TABLE content_type (id serial PRIMARY KEY, app text NOT NULL, model varchar(100) NOT NULL, UNIQUE (app, model));
	CREATE TABLE shop (id serial PRIMARY KEY, name text); CREATE TABLE customer (id serial PRIMARY KEY, name text); CREATE TABLE unheard (id serial PRIMARY KEY);
	CREATE TABLE tag (id serial PRIMARY KEY, content_type_id int NOT NULL REFERENCES content_type, object_id int NOT NULL, word text);`

func genericImporters() gyro.Registry {
	of := func(model, table string) gyro.Case {
		return gyro.Case{Of: map[string]string{"content_type.app": "accounts", "content_type_id.model": model}, Ref: gyro.Table(table)}
	}
	return gyro.Registry{
		{Model: gyro.Table("content_type"), IDs: gyro.NaturalKey("app", "model")},
		{Model: gyro.Table("shop"), IDs: gyro.Sequential()},
		{Model: gyro.Table("customer"), IDs: gyro.Sequential()},
		{Model: gyro.Table("unheard")},
		{Model: gyro.Table("tag"), IDs: gyro.Sequential(), Columns: gyro.Columns{
			"content_type_id": {Missing: gyro.Include},
			"object_id":       {Cases: []gyro.Case{of("shop", "shop"), of("customer", "customer"), of("it's unheard", "unheard")}, Missing: gyro.Include},
		}},
	}
}

// A generic key is followed by what its type is called, not by the type's key: that is another in each database.
func TestCasesOfTypes(t *testing.T) {
	t.Parallel()
	source, target := pgtest.DB(t), pgtest.DB(t)
	pgtest.Exec(t, source, genericTables+`
		INSERT INTO content_type VALUES (7, 'accounts', 'shop'), (8, 'accounts', 'customer'), (9, 'blog', 'shop');
		INSERT INTO shop VALUES (1, 'shop 1'), (2, 'shop 2'); INSERT INTO customer VALUES (1, 'customer 1'), (2, 'customer 2');
		INSERT INTO tag VALUES (1, 7, 1, 'a shop'), (2, 8, 1, 'a customer'), (3, 8, 2, 'another')`)
	pgtest.Exec(t, target, genericTables+`
		INSERT INTO content_type (app, model) VALUES ('accounts', 'customer'), ('blog', 'post');
		INSERT INTO shop (name) VALUES ('there'), ('there too'); INSERT INTO customer (name) VALUES ('there'); INSERT INTO tag (content_type_id, object_id, word) VALUES (1, 1, 'old')`)
	dir := filepath.Join(t.TempDir(), "slice")
	s := slicer(source, dir, "tag")
	s.Jobs[0].Query = gyro.Where("id < 3")
	s.Importers = genericImporters()
	if _, err := s.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if v, err := csvdir.Verify(t.Context(), dir, csvdir.VerifyOptions{}); err != nil || !v.Proved() {
		t.Fatal(v, err)
	} else {
		for _, r := range v.References {
			if r.NotProvable != "" {
				t.Errorf("%s: %s", r.Name, r.NotProvable)
			}
		}
	}
	mustLoad(t, dir, target, load.Slice{Importers: genericImporters()})
	wantQuery(t, target, `
		SELECT word, app, model, coalesce(s.name, c.name) AS name FROM tag t JOIN content_type y ON y.id = content_type_id
		LEFT JOIN shop s ON s.id = object_id AND model = 'shop' LEFT JOIN customer c ON c.id = object_id AND model = 'customer' ORDER BY word`,
		"word,app,model,name\na customer,accounts,customer,customer 1\na shop,accounts,shop,shop 1\nold,accounts,customer,there")
}

func TestCasesOfTypesMistakes(t *testing.T) {
	t.Parallel()
	source := pgtest.DB(t)
	pgtest.Exec(t, source, genericTables+"ALTER TABLE content_type DROP CONSTRAINT content_type_app_model_key; INSERT INTO content_type VALUES (1, 'a', 'b'), (2, 'a', 'b')")
	for path, want := range map[string]string{
		"app":                  "{Of} names \"app\"",
		"content_typ.app":      `did you mean "content_type_id"`,
		"object_id.app":        "{Of}: object_id is not the one foreign key that stands there",
		"content_type_id.apps": `did you mean "app"`,
		"content_type_id.app":  "several rows of content_type are what {Of} says",
	} {
		s := slicer(source, filepath.Join(t.TempDir(), "slice"), "tag")
		s.Importers = gyro.Registry{{Model: gyro.Table("shop")}, {Model: gyro.Table("content_type")}, {Model: gyro.Table("tag"), Columns: gyro.Columns{
			"object_id": {Cases: []gyro.Case{{Of: map[string]string{path: "a"}, Ref: gyro.Table("shop")}}},
		}}}
		s.Missing = gyro.Include
		_, err := s.Run(t.Context())
		if want := strings.NewReplacer("{", "", "}", "").Replace(want); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
	s := slicer(source, filepath.Join(t.TempDir(), "slice"), "tag")
	s.Importers = gyro.Registry{{Model: gyro.Table("shop")}, {Model: gyro.Table("tag"), Columns: gyro.Columns{
		"object_id": {Cases: []gyro.Case{{When: "true", Of: map[string]string{"a.b": "c"}, Ref: gyro.Table("shop")}, {Ref: gyro.Table("shop")}}},
	}}}
	if _, err := s.Plan(t.Context()); err == nil || !strings.Contains(err.Error(), "case 1 has both When and Of") {
		t.Error(err)
	}
}

// A kind whose keys can't stand in the column keeps no other from being loaded: no row is of it.
func TestCasesOfKeysThatDoNotFit(t *testing.T) {
	t.Parallel()
	const tables = `
		CREATE TABLE shop (id serial PRIMARY KEY); CREATE TABLE token (id uuid PRIMARY KEY); CREATE TABLE day (id date PRIMARY KEY);
		CREATE TABLE tag (id serial PRIMARY KEY, kind text, object_id bigint);`
	source := pgtest.DB(t)
	pgtest.Exec(t, source, tables+"INSERT INTO shop VALUES (1), (2); INSERT INTO token VALUES ('00000000-0000-0000-0000-000000000001'); INSERT INTO day VALUES ('2024-01-01'); INSERT INTO tag (kind, object_id) VALUES ('shop', 2)")
	kinds := func(ids gyro.IDs) gyro.Registry {
		var cases []gyro.Case
		for _, table := range []string{"shop", "token", "day"} {
			cases = append(cases, gyro.Case{When: "kind = '" + table + "'", Ref: gyro.Table(table)})
		}
		return gyro.Registry{{Model: gyro.Table("shop"), IDs: ids}, {Model: gyro.Table("token"), IDs: ids}, {Model: gyro.Table("day"), IDs: gyro.NaturalKey("id")}, {Model: gyro.Table("tag"), IDs: ids, Columns: gyro.Columns{"object_id": {Cases: cases}}}}
	}
	s := slicer(source, filepath.Join(t.TempDir(), "slice"), "shop", "token", "day", "tag")
	s.Importers = kinds(gyro.Keep())
	report, err := s.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, ids := range []gyro.IDs{gyro.Keep(), gyro.Sequential()} {
		target := pgtest.DB(t)
		pgtest.Exec(t, target, tables+"INSERT INTO shop (id) SELECT nextval('shop_id_seq') + 100 FROM generate_series(1, 7)")
		mustLoad(t, report.Place, target, load.Slice{Importers: kinds(ids)})
		wantQuery(t, target, "SELECT count(*) FROM tag JOIN shop ON shop.id = object_id WHERE kind = 'shop'", "count\n1")
	}
}

// A generic key that may lead to any of an application's models has as many kinds. No statement grows with their square.
func TestManyCases(t *testing.T) {
	t.Parallel()
	const kinds = 150
	source, target := pgtest.DB(t), pgtest.DB(t)
	tables := "CREATE TABLE kind (id serial PRIMARY KEY, name text UNIQUE); CREATE TABLE note (id serial PRIMARY KEY, kind_id int REFERENCES kind, object_id text);"
	importers := gyro.Registry{{Model: gyro.Table("kind"), IDs: gyro.NaturalKey("name")}}
	var cases []gyro.Case
	for i := range kinds {
		name := fmt.Sprintf("t%d", i)
		tables += fmt.Sprintf("CREATE TABLE %s (id serial PRIMARY KEY);", name)
		importers = append(importers, gyro.Importer{Model: gyro.Table(name), IDs: gyro.Sequential()})
		cases = append(cases, gyro.Case{Of: map[string]string{"kind_id.name": name}, Ref: gyro.Table(name)})
	}
	importers = append(importers, gyro.Importer{Model: gyro.Table("note"), IDs: gyro.Sequential(), Columns: gyro.Columns{
		"kind_id": {Missing: gyro.Include}, "object_id": {Cases: cases, Missing: gyro.Include},
	}})
	pgtest.Exec(t, source, tables+"INSERT INTO kind SELECT n + 1, 't' || n FROM generate_series(0, 149) n; INSERT INTO t7 VALUES (1), (2); INSERT INTO t9 VALUES (1), (2);"+
		"INSERT INTO note VALUES (1, 8, '2'), (2, 10, '1')")
	pgtest.Exec(t, target, tables+"INSERT INTO kind (name) SELECT 't' || n FROM generate_series(149, 0, -1) n; INSERT INTO t7 VALUES (DEFAULT), (DEFAULT)")
	dir := filepath.Join(t.TempDir(), "slice")
	s := slicer(source, dir, "note")
	s.Importers = importers
	if _, err := s.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	into := load.Slice{Source: csvdir.Dir{Path: dir}, Target: postgres.DB{URL: target}, Importers: importers}
	if _, err := into.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantQuery(t, target, "SELECT k.name, n.object_id FROM note n JOIN kind k ON k.id = kind_id ORDER BY 1", "name,object_id\nt7,3\nt9,1")
}
