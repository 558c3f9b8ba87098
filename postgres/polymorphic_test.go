package postgres_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/postgres"
)

// generic is Django's generic foreign key: a content type and a text that holds the key.
const generic = `
CREATE TABLE content_type (id int PRIMARY KEY, model text);
CREATE TABLE product (id int PRIMARY KEY);
CREATE TABLE customer (id bigint PRIMARY KEY, boss_id bigint REFERENCES customer);
CREATE TABLE comment (id int PRIMARY KEY, content_type_id int NOT NULL REFERENCES content_type, object_id text, body text);
INSERT INTO content_type VALUES (7, 'product'), (8, 'customer'), (9, 'something else');
INSERT INTO product SELECT generate_series(1, 20);
INSERT INTO customer SELECT n, nullif(n / 2, 0) FROM generate_series(1, 20) n;
INSERT INTO comment SELECT n, 7 + n % 3, n % 10 + 1, 'c' FROM generate_series(1, 60) n;
INSERT INTO comment VALUES (61, 7, NULL, 'of nothing')`

func polymorphic(missing gyro.Missing) gyro.Registry {
	product, customer := gyro.Table("product"), gyro.Table("customer")
	return gyro.Registry{
		{Model: gyro.Table("content_type")},
		{Model: product},
		{Model: customer},
		{Model: gyro.Table("comment"), Columns: gyro.Columns{"object": {Missing: missing, Cases: []gyro.Case{
			{When: "content_type_id = 7", Ref: product},
			{When: "content_type_id IN (SELECT id FROM content_type WHERE model = 'customer')", Ref: customer},
		}}}},
	}
}

// A polymorphic reference restricts, includes or becomes NULL, each kind by its own model.
func TestPolymorphicReferences(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, generic)
	all := jobs("content_type", "product", "customer", "comment")
	all[1].Query, all[2].Query, all[3].Limit = gyro.Where("id <= 4"), gyro.Where("id IN (9, 10)"), 1000
	const leads = "(object_id IS NULL OR content_type_id = 9 OR (content_type_id = 7 AND object_id::int <= 4) OR (content_type_id = 8 AND object_id IN ('9', '10')))"
	wantSlice(t, url, export.Slice{Importers: polymorphic(""), Jobs: all}, want{
		"comment": "SELECT * FROM comment WHERE " + leads + " ORDER BY id",
		"product": "SELECT * FROM product WHERE id <= 4 ORDER BY id",
	})
	report := wantSlice(t, url, export.Slice{Importers: polymorphic(gyro.Include), Jobs: all}, want{
		"comment": "SELECT * FROM comment ORDER BY id",
		"product": "SELECT * FROM product p WHERE id <= 4 OR EXISTS (SELECT FROM comment WHERE content_type_id = 7 AND object_id = p.id::text) ORDER BY id",
		"customer": `WITH RECURSIVE c AS (SELECT id, boss_id FROM customer c WHERE id IN (9, 10) OR EXISTS (SELECT FROM comment WHERE content_type_id = 8 AND object_id = c.id::text)
			UNION SELECT b.id, b.boss_id FROM c JOIN customer b ON b.id = c.boss_id) SELECT * FROM c ORDER BY id`,
	})
	if report.Files[1].Included == 0 || report.Files[2].Included == 0 {
		t.Error("nothing was included: the test shows nothing")
	}
	wantSlice(t, url, export.Slice{Importers: polymorphic(gyro.SetNull), Jobs: all}, want{
		// Decided after closure: the bosses of customers 9 and 10 are in the slice as well.
		"comment": `SELECT id, content_type_id, CASE content_type_id WHEN 7 THEN CASE WHEN object_id::int <= 4 THEN object_id END
			WHEN 8 THEN CASE WHEN object_id IN ('9', '10', '4', '5', '2', '1') THEN object_id END ELSE object_id END AS object_id, body FROM comment ORDER BY id`,
	})
}

// The manifest says which rows a condition means where it can be read, and files prove it.
func TestPolymorphicKinds(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, generic)
	dir := filepath.Join(t.TempDir(), "slice")
	all := jobs("content_type", "product", "customer", "comment")
	all[1].Query, all[2].Query, all[3].Limit = gyro.Where("id <= 4"), gyro.Where("id IN (9, 10)"), 1000
	_, err := export.Slice{Source: postgres.DB{URL: url}, Target: csvdir.Dir{Path: dir}, Importers: polymorphic(gyro.Include), Jobs: all}.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	m, err := csvdir.ReadManifest(dir)
	if err != nil {
		t.Fatal(err)
	}
	kinds := m.Files[3].Polymorphic
	if got := fmt.Sprint(kinds[0].Kinds, kinds[1].Kinds); got != "[{content_type_id [7]}] []" || kinds[0].NotProvable != "" || kinds[1].NotProvable == "" {
		t.Errorf("got %s, %+v", got, kinds)
	}
	v, err := csvdir.Verify(t.Context(), dir, csvdir.VerifyOptions{})
	if err != nil || !v.Proved() {
		t.Fatalf("got %+v, %v", v, err)
	}
	for _, r := range v.References {
		if r.Name == "object as product" && (!r.Checked || r.Rows != 20) {
			t.Errorf("got %+v", r)
		}
	}
}

// What a text refers to may be no key at all, or no value of the key's type: such rows dangle.
func TestReferencesThatCantBeKeys(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, `
		CREATE TABLE n (id smallint PRIMARY KEY); CREATE TABLE u (id uuid PRIMARY KEY); CREATE TABLE d (id date PRIMARY KEY);
		CREATE TABLE row (id int PRIMARY KEY, n_id bigint, kind text, object text);
		INSERT INTO n VALUES (7), (8); INSERT INTO d VALUES ('2020-01-01'), ('2020-01-02');
		INSERT INTO u VALUES ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11');
		INSERT INTO row VALUES (1, 7, 'n', '8'), (2, NULL, 'u', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'), (3, NULL, 'd', '2020-01-02');
		CREATE TABLE bad (LIKE row);
		INSERT INTO bad VALUES (4, 99999, NULL, NULL), (5, NULL, 'n', '07'), (6, NULL, 'n', 'seven'), (7, NULL, 'n', '99999'), (8, NULL, 'n', ''),
			(9, NULL, 'u', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'), (10, NULL, 'u', 'x'), (11, NULL, 'd', '2020-1-1'), (12, NULL, 'd', 'x')`)
	n, u, d, row := gyro.Table("n"), gyro.Table("u"), gyro.Table("d"), gyro.Table("row")
	importers := func(missing gyro.Missing) gyro.Registry {
		return gyro.Registry{{Model: n}, {Model: u}, {Model: d}, {Model: row, Columns: gyro.Columns{
			"n":      {Ref: n, Soft: true, Missing: missing},
			"object": {Missing: missing, Cases: []gyro.Case{{When: "kind = 'n'", Ref: n}, {When: "kind = 'u'", Ref: u}, {When: "kind = 'd'", Ref: d}}},
		}}}
	}
	wantSlice(t, url, export.Slice{Jobs: jobs("row"), Importers: importers(gyro.Include)}, want{
		"n": "SELECT * FROM n", "u": "SELECT * FROM u", "d": "SELECT * FROM d WHERE id = '2020-01-02'", "row": "SELECT * FROM row ORDER BY id",
	})
	pgtest.Exec(t, url, "INSERT INTO row SELECT * FROM bad")
	const sound = "id < 4"
	all := jobs("n", "u", "d", "row")
	wantSlice(t, url, export.Slice{Jobs: all, Importers: importers("")}, want{"row": "SELECT * FROM row WHERE " + sound + " ORDER BY id"})
	wantSlice(t, url, export.Slice{Jobs: all, Importers: importers(gyro.SetNull)}, want{
		"row": "SELECT id, CASE WHEN " + sound + " THEN n_id END AS n_id, kind, CASE WHEN " + sound + " THEN object END AS object FROM row ORDER BY id",
	})
	for id, where := range map[int]string{4: "n: 1 row that row refers to by n_id", 7: "n: 1 row that row refers to by object", 9: "u: 1 row that row refers to by object", 11: "d: 1 row that row refers to by object"} {
		all := jobs("row")
		all[0].Query = gyro.Where("id = $1", id)
		_, err := export.Slice{
			Source: postgres.DB{URL: url}, Target: csvdir.Dir{Path: filepath.Join(t.TempDir(), "x")}, Jobs: all, Importers: importers(gyro.Include),
		}.Run(t.Context())
		if err == nil || !strings.Contains(err.Error(), "include "+where+" is not there") {
			t.Errorf("%d: got %v", id, err)
		}
	}
}

// What can be wrong with cases.
func TestPolymorphicMistakes(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, generic)
	product := gyro.Table("product")
	for name, c := range map[string]struct {
		column gyro.Column
		want   string
	}{
		"both":      {gyro.Column{Ref: product, Cases: []gyro.Case{{When: "true", Ref: product}}}, `importer comment, column "object": both Ref and Cases are set (keep one)`},
		"to":        {gyro.Column{To: "id", Cases: []gyro.Case{{When: "true", Ref: product}}}, `importer comment, column "object": both To and Cases are set (set To of each case)`},
		"no when":   {gyro.Column{Cases: []gyro.Case{{Ref: product}}}, `importer comment, column "object": case 1 has no When (a condition in SQL, such as content_type_id = 7)`},
		"no model":  {gyro.Column{Cases: []gyro.Case{{When: "true", Ref: gyro.Table("basket")}}}, `importer comment, column "object": it refers to basket, which has no importer (add an importer for basket)`},
		"injection": {gyro.Column{Cases: []gyro.Case{{When: "true); DROP TABLE product; --", Ref: product}}}, `job 3 (comment): read the query: line 1: ')' closes what was not opened`},
	} {
		_, err := export.Slice{
			Source: postgres.DB{URL: url}, Target: csvdir.Dir{Path: filepath.Join(t.TempDir(), "x")}, Jobs: jobs("content_type", "product", "comment"),
			Importers: gyro.Registry{{Model: gyro.Table("content_type")}, {Model: product}, {Model: gyro.Table("comment"), Columns: gyro.Columns{"object": c.column}}},
		}.Plan(t.Context())
		if fmt.Sprint(err) != c.want {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
