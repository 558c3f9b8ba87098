package postgres_test

import (
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/load"
)

// New ids that hang on nothing but their row are drawn while the file is staged, in its order; then the map from old to new ids
// is no table that is written and joined.
func TestLoadDrawsWhileStaging(t *testing.T) {
	t.Parallel()
	const tables = `
		CREATE TABLE a (id bigserial PRIMARY KEY, code text UNIQUE, t text);
		CREATE TABLE b (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a_id bigint REFERENCES a, code text REFERENCES a (code), gyro_new_1 text);
		CREATE TABLE kept (a_id bigint REFERENCES a, n int, PRIMARY KEY (a_id, n));
		CREATE TABLE seen (kinds text);
		CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			INSERT INTO seen SELECT string_agg(c.relname || ' ' || c.relkind::text, ', ' ORDER BY c.relname) FROM pg_class c
			WHERE c.relname LIKE 'gyro_map%' AND c.relnamespace = pg_my_temp_schema(); RETURN NULL; END $$;
		CREATE TRIGGER see AFTER INSERT ON kept EXECUTE FUNCTION see();`
	_, dir := taken(t, tables+`
		INSERT INTO a SELECT n, 'c' || n, 'x' FROM generate_series(10, 500, 7) n;
		INSERT INTO b (a_id, code, gyro_new_1) SELECT id, 'c' || (id + 7), 'own' FROM a WHERE id < 490;
		INSERT INTO kept SELECT id, 1 FROM a`, "a", "b", "kept")
	target := pgtest.DB(t)
	pgtest.Exec(t, target, tables+"INSERT INTO a VALUES (3, 'mine', 'mine'); SELECT setval('a_id_seq', 3)")
	for _, dry := range []bool{true, false} {
		report := mustLoad(t, dir, target, load.Slice{IDs: gyro.Sequential(), DryRun: dry})
		if report.Load.Tables[0].Inserted != 71 || report.Load.Tables[1].Inserted != 69 || report.Load.Tables[2].Inserted != 71 {
			t.Errorf("dry run %v: %+v", dry, report.Load.Tables)
		}
	}
	wantQuery(t, target, "SELECT kinds FROM seen", "kinds\n\"gyro_map_0 v, gyro_map_1 v, gyro_map_2 r\"")
	wantQuery(t, target, `SELECT min(id), max(id), bool_and(code = 'c' || (10 + (id - 4) * 7)) AS ordered FROM a WHERE t = 'x'`, "min,max,ordered\n4,74,t")
	wantQuery(t, target, `SELECT count(*), bool_and(b.code = 'c' || (substr(a.code, 2)::int + 7)) AS follow FROM b JOIN a ON a.id = b.a_id WHERE gyro_new_1 = 'own'`, "count,follow\n69,t")
	wantQuery(t, target, "SELECT count(*) FROM kept k JOIN a ON a.id = k.a_id WHERE a.t = 'x'", "count\n71")
}
