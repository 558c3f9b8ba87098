package postgres_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/load"
	"github.com/gyrodata/gyro/postgres"
)

// Foreign keys that partitions have of their own, all of them or some, restrict the rows of the partitioned table; a
// partition that is taken alone has those that it was given. Oracle: the rows that SQL selects by hand.
func TestPartitionKeys(t *testing.T) {
	t.Parallel()
	const customers = "CREATE TABLE customer (id int PRIMARY KEY); INSERT INTO customer VALUES (1), (2);"
	const partitions = `
		CREATE TABLE payment (id int, customer_id int, at date, PRIMARY KEY (at, id)) PARTITION BY RANGE (at);
		CREATE TABLE p1 PARTITION OF payment FOR VALUES FROM ('2022-01-01') TO ('2022-02-01');
		CREATE TABLE p2 PARTITION OF payment FOR VALUES FROM ('2022-02-01') TO ('2022-04-01') PARTITION BY RANGE (at);
		CREATE TABLE p2a PARTITION OF p2 FOR VALUES FROM ('2022-02-01') TO ('2022-03-01');
		CREATE TABLE p2b PARTITION OF p2 DEFAULT;
		INSERT INTO payment VALUES (1, 1, '2022-01-01'), (2, 2, '2022-01-02'), (3, 1, '2022-02-01'), (4, 2, '2022-02-02'), (5, 1, '2022-03-01'), (6, 2, '2022-03-02'), (7, NULL, '2022-01-03');`
	for name, keys := range map[string]string{
		"each its own": "ALTER TABLE p1 ADD FOREIGN KEY (customer_id) REFERENCES customer; ALTER TABLE p2a ADD FOREIGN KEY (customer_id) REFERENCES customer; ALTER TABLE p2b ADD FOREIGN KEY (customer_id) REFERENCES customer",
		"on a branch":  "ALTER TABLE p1 ADD FOREIGN KEY (customer_id) REFERENCES customer; ALTER TABLE p2 ADD FOREIGN KEY (customer_id) REFERENCES customer DEFERRABLE INITIALLY DEFERRED",
		"one of three": "ALTER TABLE p2a ADD FOREIGN KEY (customer_id) REFERENCES customer; INSERT INTO payment VALUES (8, 99, '2022-01-04')",
		"at the root":  "ALTER TABLE payment ADD FOREIGN KEY (customer_id) REFERENCES customer",
	} {
		source := pgtest.DB(t)
		pgtest.Exec(t, source, customers+partitions+keys)
		one := gyro.ImportJob{Model: gyro.Table("customer"), Query: gyro.Where("id = 1")}
		for model, want := range map[string]string{
			"payment": "SELECT * FROM payment WHERE customer_id = 1 OR customer_id IS NULL", "p2": "SELECT * FROM p2 WHERE customer_id = 1", "p2a": "SELECT * FROM p2a WHERE customer_id = 1",
		} {
			dir := slice(t, source, one, gyro.ImportJob{Model: gyro.Table(model), Orphans: true})
			target := pgtest.DB(t)
			pgtest.Exec(t, target, customers+partitions+keys+"; TRUNCATE payment; DELETE FROM customer WHERE id = 1")
			record := csvdir.Dir{Path: filepath.Join(t.TempDir(), "record")}
			mustLoad(t, dir, target, load.Slice{Record: record})
			wantQuery(t, target, "SELECT * FROM payment ORDER BY id", strings.TrimSuffix(string(pgtest.Copy(t, source, want+" ORDER BY id")), "\n"))
			if t.Failed() {
				t.Fatal(name, model)
			}
			if _, err := load.Undo(t.Context(), record, postgres.DB{URL: target}); err != nil {
				t.Errorf("%s, %s: %v", name, model, err)
			}
		}
	}
}

// A partitioned table that refers to another has one reference, and so have its partitions.
func TestPartitionClones(t *testing.T) {
	t.Parallel()
	source := pgtest.DB(t)
	pgtest.Exec(t, source, `
		CREATE TABLE a (id int PRIMARY KEY) PARTITION BY HASH (id);
		CREATE TABLE a1 PARTITION OF a FOR VALUES WITH (MODULUS 2, REMAINDER 0); CREATE TABLE a2 PARTITION OF a FOR VALUES WITH (MODULUS 2, REMAINDER 1);
		CREATE TABLE b (id int PRIMARY KEY, a_id int REFERENCES a) PARTITION BY HASH (id);
		CREATE TABLE b1 PARTITION OF b FOR VALUES WITH (MODULUS 2, REMAINDER 0) PARTITION BY HASH (id); CREATE TABLE b2 PARTITION OF b FOR VALUES WITH (MODULUS 2, REMAINDER 1);
		CREATE TABLE b11 PARTITION OF b1 FOR VALUES WITH (MODULUS 1, REMAINDER 0);`)
	target, err := postgres.DB{URL: source}.OpenTarget(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer target.Close() //nolint:errcheck // nothing was begun
	catalog, err := target.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range catalog {
		want := 0
		if table.Name.Table[0] == 'b' {
			want = 1
		}
		if len(table.References) != want || want == 1 && (table.References[0].To.Table != "a" || !table.References[0].Enforced) {
			t.Errorf("%s: %+v", table.Name, table.References)
		}
	}
}

// Tables without columns of their own are read through the table that they inherit from; others need jobs, and a slice
// without them is refused.
func TestInheritedRows(t *testing.T) {
	t.Parallel()
	source := pgtest.DB(t)
	pgtest.Exec(t, source, `
		CREATE SCHEMA chunks; CREATE TABLE device (id int PRIMARY KEY); INSERT INTO device VALUES (1), (2);
		CREATE TABLE reading (id int PRIMARY KEY, device_id int REFERENCES device);
		CREATE TABLE chunks.c1 (PRIMARY KEY (id), FOREIGN KEY (device_id) REFERENCES device) INHERITS (reading); CREATE TABLE chunks.c2 (PRIMARY KEY (id)) INHERITS (chunks.c1);
		CREATE TABLE place (id int PRIMARY KEY); CREATE TABLE town (people int) INHERITS (place);
		INSERT INTO reading VALUES (1, 1), (2, 2); INSERT INTO chunks.c1 VALUES (3, 1), (4, 2); INSERT INTO chunks.c2 VALUES (5, 1), (6, 2), (7, 99); INSERT INTO town VALUES (1, 5)`)
	dir := slice(t, source, gyro.ImportJob{Model: gyro.Table("device"), Query: gyro.Where("id = 1")}, gyro.ImportJob{Model: gyro.Table("reading")})
	target := pgtest.DB(t)
	pgtest.Exec(t, target, "CREATE TABLE device (id int PRIMARY KEY); CREATE TABLE reading (id int PRIMARY KEY, device_id int REFERENCES device)")
	report := mustLoad(t, dir, target, load.Slice{})
	wantQuery(t, target, "SELECT * FROM reading ORDER BY id", strings.TrimSuffix(string(pgtest.Copy(t, source, "SELECT * FROM reading WHERE device_id = 1 ORDER BY id")), "\n"))
	if !strings.Contains(strings.Join(texts(report.Notes), "\n"), "reading: the rows of chunks.c1, chunks.c2 were read through it") {
		t.Errorf("%v", report.Notes)
	}
	own := jobs("device", "reading", "chunks.c1", "chunks.c2", "place", "town")
	dir = slice(t, source, own...)
	target = pgtest.DB(t)
	mustLoad(t, dir, target, load.Slice{Create: true})
	wantQuery(t, target, "SELECT (SELECT count(*) FROM reading), (SELECT count(*) FROM place), (SELECT count(*) FROM chunks.c2)", "count,count,count\n2,0,3")
	_, err := run(t, source, filepath.Join(t.TempDir(), "slice"), jobs("place")...)
	wantMistakes(t, err, "tables with columns or jobs of their own inherit from place", "town")
	_, err = run(t, source, filepath.Join(t.TempDir(), "slice"), gyro.ImportJob{Model: gyro.Table("place"), Query: gyro.Where("true")})
	if err != nil {
		t.Error(err)
	}
}

// Foreign keys that the database does not see to are named, and what becomes of rows that refer to nothing.
func TestDoubtfulKeys(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, `CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int PRIMARY KEY, p int); INSERT INTO p VALUES (1); INSERT INTO c VALUES (1, 1), (2, 9);
		ALTER TABLE c ADD FOREIGN KEY (p) REFERENCES p NOT VALID;
		CREATE TABLE parted (id int, p int) PARTITION BY RANGE (id); CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (5); CREATE TABLE parted_2 PARTITION OF parted DEFAULT;
		ALTER TABLE parted_1 ADD FOREIGN KEY (p) REFERENCES p; INSERT INTO parted VALUES (1, 1), (7, 9)`)
	report, err := run(t, url, t.TempDir()+"/slice", jobs("p", "c", "parted")...)
	if err != nil {
		t.Fatal(err)
	}
	notes := strings.Join(texts(report.Notes), "\n")
	for _, want := range []string{
		"c: c_p_fkey to p is NOT VALID in the source: rows that refer to nothing are left out",
		"parted: parted_1_p_fkey to p is not on all of the tables that hold its rows in the source: rows that refer to nothing are left out",
	} {
		if !strings.Contains(notes, want) {
			t.Errorf("%s\nlacks\n%s", notes, want)
		}
	}
	if report.Files[1].Rows != 1 || report.Files[2].Rows != 1 {
		t.Errorf("%+v", report.Files)
	}
}

// Triggers of partitions are switched off with those of their table, and on again.
func TestPartitionTriggers(t *testing.T) {
	t.Parallel()
	const tables = `CREATE TABLE parted (id int PRIMARY KEY, v text) PARTITION BY RANGE (id);
		CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (5); CREATE TABLE parted_2 PARTITION OF parted DEFAULT;`
	source, dir := taken(t, tables+"INSERT INTO parted VALUES (1, 'a'), (7, 'b')", "parted")
	url := pgtest.DB(t)
	pgtest.Exec(t, url, tables+`
		CREATE FUNCTION mark() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.v := 'marked'; RETURN NEW; END $$;
		CREATE TRIGGER whole BEFORE INSERT ON parted FOR EACH ROW EXECUTE FUNCTION mark();
		CREATE TRIGGER "Of One" BEFORE INSERT ON parted_2 FOR EACH ROW EXECUTE FUNCTION mark()`)
	const enabled = "SELECT tgrelid::regclass, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2"
	before := string(pgtest.Copy(t, url, enabled))
	mustLoad(t, dir, url, load.Slice{Target: postgres.DB{URL: url, DisableTriggers: true}})
	sameTables(t, source, url, "parted")
	if after := string(pgtest.Copy(t, url, enabled)); after != before {
		t.Errorf("%s\nand was\n%s", after, before)
	}
}
