package postgres_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/postgres"
)

// following is a shop where orders refer to the customer who paid, who may be another one:
// customers whom an order includes have orders of their own.
const following = `
CREATE TABLE customer (id int PRIMARY KEY);
CREATE TABLE warehouse (id int PRIMARY KEY);
CREATE TABLE orders (id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customer, warehouse_id int REFERENCES warehouse, payer_id int REFERENCES customer);
CREATE TABLE item (id int PRIMARY KEY, order_id int NOT NULL REFERENCES orders, n int NOT NULL);
CREATE TABLE note (id int PRIMARY KEY, kind text, about text);
INSERT INTO customer SELECT generate_series(1, 60);
INSERT INTO warehouse SELECT generate_series(1, 4);
INSERT INTO orders SELECT n, 1 + n % 60, nullif(n % 7 % 5, 0), CASE WHEN n % 4 < 2 THEN 1 + (n * 7 + n / 60 * 5 + 11) % 60 END FROM generate_series(1, 240) n;
INSERT INTO item SELECT n, 1 + n % 240, n % 9 FROM generate_series(1, 960) n;
INSERT INTO note SELECT n, CASE n % 2 WHEN 0 THEN 'customer' ELSE 'Customer' END, 1 + n % 60 FROM generate_series(1, 240) n`

func followJobs() ([]gyro.ImportJob, gyro.Registry) {
	all := jobs("customer", "warehouse", "orders", "item", "note")
	all[0].Query, all[1].Query = gyro.Where("id <= 3"), gyro.Where("id < 4")
	all[2].Follow, all[2].Limit = true, 5
	all[3].Follow, all[3].Query, all[3].Percent = true, gyro.Where("n > 2"), 40
	all[4].Follow = true
	customer := gyro.Table("customer")
	return all, gyro.Registry{
		{Model: customer},
		{Model: gyro.Table("warehouse")},
		{Model: gyro.Table("orders"), Columns: gyro.Columns{"payer": {Missing: gyro.Include}}},
		{Model: gyro.Table("item")},
		{Model: gyro.Table("note"), Columns: gyro.Columns{"about": {Cases: []gyro.Case{{When: "kind = 'customer'", Ref: customer}}}}},
	}
}

// kept walks to the end what the slow way is: which customers, and which orders, are there.
const kept = `WITH RECURSIVE
  first AS (SELECT * FROM orders WHERE customer_id <= 3 AND (warehouse_id IS NULL OR warehouse_id < 4) ORDER BY id LIMIT 5),
  o AS (SELECT * FROM first
    UNION SELECT n.* FROM o JOIN orders n ON n.customer_id = o.payer_id
    WHERE n.customer_id > 3 AND (n.warehouse_id IS NULL OR n.warehouse_id < 4)),
  c AS (SELECT id FROM customer WHERE id <= 3 UNION SELECT payer_id FROM o WHERE payer_id IS NOT NULL) `

// Follow brings the children of included rows, of those the children, and so to the end; query
// and percentage hold for them, the limit does not. Each reference that restricts is kept.
func TestFollow(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, following)
	all, importers := followJobs()
	report := wantSlice(t, url, export.Slice{Jobs: all, Importers: importers}, want{
		"customer": kept + "SELECT id FROM c ORDER BY id",
		"orders":   kept + "SELECT * FROM o ORDER BY id",
		"item":     kept + "SELECT * FROM item WHERE n > 2 AND sha256(convert_to('0:' || id, 'UTF8')) < '\\x66666666' AND order_id IN (SELECT id FROM o) ORDER BY id",
		"note":     kept + "SELECT * FROM note WHERE kind IS DISTINCT FROM 'customer' AND false OR kind = 'customer' AND about IN (SELECT id::text FROM c) ORDER BY id",
	})
	for i, f := range report.Files {
		if (f.Included > 0) == (i == 1) || i == 2 && f.Rows < 20 {
			t.Errorf("%+v: the test shows little", f)
		}
	}
	all[2].Follow = false
	report = wantSlice(t, url, export.Slice{Jobs: all, Importers: importers}, want{
		"orders": kept + "SELECT * FROM first ORDER BY id",
	})
	if report.Files[3].Included != 0 || report.Files[4].Included == 0 {
		t.Errorf("got %+v", report.Files)
	}
}

// The bytes are the same whatever shape finds the rows; the manifest says who follows, the
// slice is proved, and each row that is included has a reason.
func TestFollowShapes(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, following)
	all, importers := followJobs()
	first := ""
	for name, db := range map[string]driver.Database{
		"any": postgres.DB{URL: url}, "plain": postgres.Plain{DB: postgres.DB{URL: url}}, "joined": postgres.Joined{DB: postgres.DB{URL: url}},
	} {
		dir := filepath.Join(t.TempDir(), "slice")
		if _, err := (export.Slice{Source: db, Target: csvdir.Dir{Path: dir}, Jobs: all, Importers: importers}).Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		m, err := csvdir.ReadManifest(dir)
		if err != nil || !m.Files[2].Follow || m.Files[0].Follow {
			t.Fatalf("got %+v, %v", m, err)
		}
		if v, err := csvdir.Verify(t.Context(), dir, csvdir.VerifyOptions{}); err != nil || !v.Proved() {
			t.Errorf("got %+v, %v", v, err)
		}
		sums := ""
		for _, f := range m.Files {
			sums += f.SHA256
			if f.Included == nil {
				continue
			}
			text, err := os.ReadFile(filepath.Join(dir, f.Included.File))
			if err != nil {
				t.Fatal(err)
			}
			for _, key := range strings.Split(strings.TrimSpace(string(text)), "\n")[1:] {
				steps, err := csvdir.Why(t.Context(), dir, f.Table, []string{key})
				if err != nil || !steps[0].Included || steps[0].Followed == (f.Table == "customer") || !steps[len(steps)-1].Query {
					t.Errorf("%s %s: %+v, %v", f.Table, key, steps, err)
				}
			}
		}
		if first == "" {
			first = sums
		}
		if sums != first {
			t.Errorf("%s: other bytes", name)
		}
	}
}

// MaxRows guards it, a job that could follow nothing is told, and the plan says who follows.
func TestFollowTold(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, following)
	all, importers := followJobs()
	s := export.Slice{Source: postgres.DB{URL: url}, Target: csvdir.Dir{Path: filepath.Join(t.TempDir(), "slice")}, Jobs: all, Importers: importers}
	p, err := s.Plan(t.Context())
	if err != nil || fmt.Sprint(p.Jobs[2].References) != "[customer_id -> customer: restrict, follow payer_id -> customer: include warehouse_id -> warehouse: restrict]" {
		t.Errorf("got %+v, %v", p, err)
	}
	all[2].MaxRows = 6
	want := "select orders: at least 15 rows, and MaxRows is 6: 3 of customer were selected; 3 of warehouse were selected; 10 of orders followed customer by customer_id; payer_id of orders included 3 of customer; 5 of orders were selected; 4 of item were selected; 8 of note were selected (raise MaxRows, or sample the job that brings most)"
	if _, err := s.Run(t.Context()); fmt.Sprint(err) != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	all[0].Follow = true
	want = "job 1 (customer): Follow is set, but no reference of customer restricts the job (leave it out; it is for a job whose rows refer to rows that others include)"
	if _, err := s.Plan(t.Context()); fmt.Sprint(err) != want {
		t.Errorf("got %v", err)
	}
	all = jobs("customer", "warehouse", "orders")
	all[0].Query, all[2].Follow = gyro.Where("id < 9"), true
	s.Jobs, s.Importers = all, gyro.Registry{{Model: all[0].Model}, {Model: all[1].Model}, {Model: all[2].Model}}
	p, err = s.Plan(t.Context())
	if err != nil || len(p.Notes) != 1 || p.Notes[0].String() != "job 3 (orders): Follow changes nothing, for no row that it refers to is included" {
		t.Errorf("got %+v, %v", p, err)
	}
}
