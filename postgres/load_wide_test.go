package postgres_test

import (
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/load"
)

// A table of as many columns as PostgreSQL allows is loaded in each way: nothing of ours needs a column beside them.
func TestLoadWide(t *testing.T) {
	t.Parallel()
	schema := "CREATE TABLE wide (id bigserial PRIMARY KEY, boss_id bigint REFERENCES wide, num int UNIQUE, " + repeat(1597, ", ", "c%d int") + "); CREATE TABLE leaf (id bigserial PRIMARY KEY, wide_id bigint NOT NULL REFERENCES wide);"
	url, dir := taken(t, schema+"INSERT INTO wide (id, boss_id, num, c0, c1596) SELECT n, nullif(n / 2, 0), n, n, -n FROM generate_series(1, 20) n; INSERT INTO leaf (wide_id) SELECT n FROM generate_series(1, 20) n", "wide", "leaf")
	const same = "SELECT w.num, b.num AS boss, w.c0, w.c1596, l.id IS NOT NULL AS leaf FROM wide w LEFT JOIN wide b ON b.id = w.boss_id JOIN leaf l ON l.wide_id = w.id ORDER BY 1"
	want := string(pgtest.Copy(t, url, same))
	for name, s := range map[string]load.Slice{
		"kept":       {},
		"sequential": {IDs: gyro.Sequential()},
		"natural":    {Importers: gyro.Registry{{Model: gyro.Table("wide"), IDs: gyro.NaturalKey("num"), Conflict: gyro.Update()}, {Model: gyro.Table("leaf"), IDs: gyro.Sequential()}}},
	} {
		target := pgtest.DB(t)
		pgtest.Exec(t, target, schema)
		if name == "natural" {
			pgtest.Exec(t, target, "INSERT INTO wide (id, num, c0) VALUES (100, 7, 100)")
		}
		mustLoad(t, dir, target, s)
		if got := string(pgtest.Copy(t, target, same)); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
		}
	}
}
