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
)

const periods = `
CREATE EXTENSION btree_gist;
CREATE TABLE product (id serial PRIMARY KEY, name text);
CREATE TABLE price (product_id int REFERENCES product, valid daterange, amount numeric, PRIMARY KEY (product_id, valid WITHOUT OVERLAPS));
CREATE TABLE sale (id serial PRIMARY KEY, product_id int REFERENCES product, during daterange, FOREIGN KEY (product_id, PERIOD during) REFERENCES price (product_id, PERIOD valid));`

const periodRows = `
INSERT INTO product (name) VALUES ('a'), ('b');
INSERT INTO price VALUES (1, '[2024-01-01,2024-07-01)', 10), (1, '[2024-07-01,2025-01-01)', 11), (2, '[2024-01-01,2025-01-01)', 5);
INSERT INTO sale (product_id, during) VALUES (1, '[2024-02-01,2024-03-01)'), (1, '[2024-06-01,2024-08-01)'), (2, '[2024-05-01,2024-06-01)');`

// Foreign keys by PERIOD are not of values that are equal: they are refused where they would restrict, and said to be not
// provable where all that they could refer to is there.
func TestPeriodKeys(t *testing.T) {
	t.Parallel()
	if string(pgtest.Copy(t, pgtest.DB(t), "SELECT current_setting('server_version_num')::int >= 180000 AS new")) != "new\nt\n" {
		t.Skip("PostgreSQL 18 has such keys")
	}
	source, dir := taken(t, periods+periodRows, "product", "price", "sale")
	for name, jobs := range map[string][]gyro.ImportJob{
		"some of the prices": {{Model: gyro.Table("product")}, {Model: gyro.Table("price"), Query: gyro.Where("product_id = 1")}, {Model: gyro.Table("sale")}},
		"no prices":          {{Model: gyro.Table("product")}, {Model: gyro.Table("sale")}},
	} {
		_, err := export.Slice{Source: postgres.DB{URL: source}, Target: csvdir.Dir{Path: filepath.Join(t.TempDir(), "slice")}, Jobs: jobs}.Run(t.Context())
		if err == nil || !strings.Contains(err.Error(), "by PERIOD (sale_product_id_during_fkey)") {
			t.Errorf("%s: %v", name, err)
		}
	}
	v, err := csvdir.Verify(t.Context(), dir, csvdir.VerifyOptions{})
	if err != nil || len(v.Problems) > 0 {
		t.Fatal(v, err)
	}
	proved := false
	for _, r := range v.References {
		proved = proved || r.Name == "sale_product_id_during_fkey" && r.NotProvable == ""
	}
	if proved {
		t.Error("the files prove what they can't")
	}
	target := pgtest.DB(t)
	pgtest.Exec(t, target, periods+"SELECT setval('product_id_seq', 70)")
	record := csvdir.Dir{Path: filepath.Join(t.TempDir(), "record")}
	mustLoad(t, dir, target, load.Slice{IDs: gyro.Sequential(), Record: record, Importers: gyro.Registry{{Model: gyro.Table("price"), IDs: gyro.Keep()}}})
	wantQuery(t, target, "SELECT count(*) FROM sale s JOIN product p ON p.id = s.product_id WHERE p.id > 70", "count\n3")
	pgtest.Exec(t, target, "INSERT INTO sale (id, product_id, during) SELECT 99, min(id), '[2024-06-30,2024-07-02)' FROM product")
	if _, err := load.Undo(t.Context(), record, postgres.DB{URL: target}); err == nil || !strings.Contains(err.Error(), "1 row of sale, which the load did not insert, refers") {
		t.Error(err)
	}
	pgtest.Exec(t, target, "DELETE FROM sale WHERE id = 99")
	if _, err := load.Undo(t.Context(), record, postgres.DB{URL: target}); err != nil {
		t.Error(err)
	}
}
