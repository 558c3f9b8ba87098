package postgres_test

import (
	"fmt"
	"testing"

	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/load"
	"github.com/gyrodata/gyro/postgres"
)

// Keys that can wait are checked behind the COPY and not within it, where the server is slower: a row that is referred to
// is not locked yet when the COPY ends. Those that can't wait are checked as ever.
func TestLoadChecksBehindCopy(t *testing.T) {
	t.Parallel()
	const tables = `
		CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY, a_id int REFERENCES a %s); CREATE TABLE seen (checked bool);
		CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO seen SELECT bool_or(xmax::text <> '0') FROM a; RETURN NULL; END $$;
		CREATE TRIGGER see AFTER INSERT ON b EXECUTE FUNCTION see();`
	_, dir := taken(t, fmt.Sprintf(tables, "")+"INSERT INTO a VALUES (1), (2); INSERT INTO b VALUES (1, 1), (2, 2)", "a", "b")
	for _, when := range []string{"", "DEFERRABLE", "DEFERRABLE INITIALLY DEFERRED"} {
		target := pgtest.DB(t)
		pgtest.Exec(t, target, fmt.Sprintf(tables, when))
		mustLoad(t, dir, target, load.Slice{Target: postgres.DB{URL: target, Exclusive: postgres.ExclusiveNever}})
		wantQuery(t, target, "SELECT checked FROM seen", fmt.Sprintf("checked\n%c", fmt.Sprint(when == "")[0]))
		wantQuery(t, target, "SELECT bool_and(xmax::text <> '0') AS checked FROM a", "checked\nt")
	}
}
