package postgres_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/postgres"
)

// want is a query in plain SQL for each table of a slice.
type want map[string]string

// wantSlice takes a slice and compares each file with what psql's \copy writes for a query.
func wantSlice(t *testing.T, url string, s export.Slice, files want) *gyro.Report {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "slice")
	s.Source, s.Target = postgres.DB{URL: url}, csvdir.Dir{Path: dir}
	report, err := s.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for table, query := range files {
		got, err := os.ReadFile(filepath.Join(dir, table+".csv"))
		if err != nil {
			t.Fatal(err)
		}
		if oracle := pgtest.Copy(t, url, query); string(got) != string(oracle) {
			t.Errorf("%s is\n%s\npsql wrote\n%s", table, got, oracle)
		}
	}
	return report
}

func jobs(tables ...string) []gyro.ImportJob {
	all := make([]gyro.ImportJob, len(tables))
	for i, table := range tables {
		all[i].Model = gyro.Table(table)
	}
	return all
}

// A many-to-many table is a job without a query: both sides restrict.
func TestManyToMany(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, `
		CREATE TABLE post (id int PRIMARY KEY); CREATE TABLE tag (id int PRIMARY KEY);
		CREATE TABLE post_tag (post_id int NOT NULL REFERENCES post, tag_id int NOT NULL REFERENCES tag, PRIMARY KEY (post_id, tag_id));
		INSERT INTO post SELECT generate_series(1, 20); INSERT INTO tag SELECT generate_series(1, 20);
		INSERT INTO post_tag SELECT p, t FROM generate_series(1, 20) p, generate_series(1, 20) t WHERE (p * t) % 7 = 1`)
	all := jobs("post", "tag", "post_tag")
	all[0].Query, all[1].Query = gyro.Where("id <= 8"), gyro.Where("id % 2 = 0")
	wantSlice(t, url, export.Slice{Jobs: all}, want{
		"post_tag": "SELECT * FROM post_tag WHERE post_id <= 8 AND tag_id % 2 = 0 ORDER BY post_id, tag_id",
	})
}

// Two references to one model, each with its own policy; one that is partly NULL.
func TestSeveralReferencesToOneModel(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, `
		CREATE TABLE address (tenant int, id int, PRIMARY KEY (tenant, id));
		CREATE TABLE orders (id int PRIMARY KEY, tenant int NOT NULL, billing int, shipping int NOT NULL, old int,
			FOREIGN KEY (tenant, billing) REFERENCES address, FOREIGN KEY (tenant, shipping) REFERENCES address, FOREIGN KEY (tenant, old) REFERENCES address);
		INSERT INTO address SELECT t, i FROM generate_series(1, 3) t, generate_series(1, 9) i;
		INSERT INTO orders SELECT n, n % 3 + 1, nullif(n % 9, 0), n % 8 + 1, nullif(n % 5, 0) FROM generate_series(1, 60) n`)
	address, orders := gyro.Table("address"), gyro.Table("orders")
	all := jobs("address", "orders")
	all[0].Query, all[1].Orphans = gyro.Where("id < 5 AND tenant < 3"), true
	const chosen = "SELECT * FROM orders WHERE billing IS NULL OR (tenant < 3 AND billing < 5)"
	report := wantSlice(t, url, export.Slice{
		Importers: gyro.Registry{{Model: address}, {Model: orders, Columns: gyro.Columns{
			"shipping_address": {Ref: address, Over: "tenant, shipping", Missing: gyro.Include},
			"old_address":      {Ref: address, Over: "tenant, old", Missing: gyro.SetNull},
		}}},
		Jobs: all,
	}, want{
		"address": "SELECT * FROM address a WHERE (id < 5 AND tenant < 3) OR EXISTS (SELECT FROM (" + chosen + ") o WHERE o.tenant = a.tenant AND o.shipping = a.id) ORDER BY tenant, id",
		"orders": `SELECT id, tenant, billing, shipping, CASE WHEN old < 5 OR EXISTS (SELECT FROM (` + chosen + `) s WHERE s.tenant = o.tenant AND s.shipping = o.old) THEN old END AS old
			FROM (` + chosen + `) o ORDER BY id`,
	})
	if report.Files[0].Included == 0 {
		t.Error("nothing was included: the test shows nothing")
	}
}

// Self-references and a circle are closed: a chain of managers, and departments whose heads
// are employees.
func TestCircles(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, `
		CREATE TABLE department (id int PRIMARY KEY, head_id int);
		CREATE TABLE employee (id int PRIMARY KEY, manager_id int REFERENCES employee, department_id int NOT NULL REFERENCES department);
		INSERT INTO department SELECT d, d * 10 FROM generate_series(1, 30) d;
		INSERT INTO employee SELECT e, CASE WHEN e > 1 THEN e / 2 END, e % 30 + 1 FROM generate_series(1, 300) e;
		ALTER TABLE department ADD FOREIGN KEY (head_id) REFERENCES employee`)
	all := jobs("department", "employee")
	all[0].Query = gyro.Where("id IN (3, 7)")
	all[1].Limit = 3
	wantSlice(t, url, export.Slice{Jobs: all}, want{
		"employee": `WITH RECURSIVE kept AS (
				SELECT 'e' AS kind, id FROM (SELECT id FROM employee WHERE department_id IN (3, 7) ORDER BY id LIMIT 3) e
				UNION SELECT 'd', id FROM department WHERE id IN (3, 7)
				UNION SELECT n.kind, n.id FROM kept k CROSS JOIN LATERAL (
					SELECT 'e', manager_id FROM employee WHERE k.kind = 'e' AND id = k.id AND manager_id IS NOT NULL
					UNION ALL SELECT 'd', department_id FROM employee WHERE k.kind = 'e' AND id = k.id
					UNION ALL SELECT 'e', head_id FROM department WHERE k.kind = 'd' AND id = k.id) n(kind, id))
			SELECT * FROM employee WHERE id IN (SELECT id FROM kept WHERE kind = 'e') ORDER BY id`,
	})
}

// Views, materialized views, partitioned and inherited tables, generated columns, tables
// without key, schemas, keywords and mixed case: all restrict and are restricted.
func TestKindsOfTables(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, `
		CREATE SCHEMA "Sales";
		CREATE TABLE "Sales"."Order" ("Id" int, part int, "user" text, PRIMARY KEY ("Id", part)) PARTITION BY LIST (part);
		CREATE TABLE "Sales".order_1 PARTITION OF "Sales"."Order" FOR VALUES IN (1);
		CREATE TABLE "Sales".order_2 PARTITION OF "Sales"."Order" FOR VALUES IN (2);
		CREATE TABLE line (order_id int, part int, total int, twice int GENERATED ALWAYS AS (total * 2) STORED,
			FOREIGN KEY (order_id, part) REFERENCES "Sales"."Order" ("Id", part)) PARTITION BY RANGE (total);
		CREATE TABLE line_low PARTITION OF line FOR VALUES FROM (0) TO (50);
		CREATE TABLE line_high PARTITION OF line DEFAULT;
		CREATE VIEW big AS SELECT order_id, part, total FROM line WHERE total > 20;
		CREATE MATERIALIZED VIEW sums AS SELECT order_id, part, sum(total) AS total FROM line GROUP BY 1, 2;
		CREATE TABLE note (id int PRIMARY KEY, order_id int, part int, FOREIGN KEY (order_id, part) REFERENCES "Sales"."Order");
		CREATE TABLE special_note (extra text) INHERITS (note);
		INSERT INTO "Sales"."Order" SELECT n, n % 2 + 1, 'u' || n FROM generate_series(1, 40) n;
		INSERT INTO line SELECT n, n % 2 + 1, n * 2 FROM generate_series(1, 40) n;
		INSERT INTO line SELECT n, n % 2 + 1, n FROM generate_series(1, 40) n;
		INSERT INTO note SELECT n, n, n % 2 + 1 FROM generate_series(1, 40) n;
		INSERT INTO special_note SELECT n, n, n % 2 + 1, 'x' FROM generate_series(1, 40) n;
		REFRESH MATERIALIZED VIEW sums`)
	order := gyro.Table("Sales.Order")
	soft := gyro.Columns{"order": {Ref: order, Over: "order_id, part", To: "Id, part", Soft: true}}
	all := jobs("Sales.Order", "line", "big", "sums", "note", "special_note")
	all[0].Query = gyro.Where(`"user" IN ('u3', 'u8', 'u12', 'u33')`)
	const chosen = "(3, 8, 12, 33)"
	wantSlice(t, url, export.Slice{
		Importers: gyro.Registry{
			{Model: order},
			{Model: gyro.Table("line")},
			{Model: gyro.Table("big"), Columns: soft},
			{Model: gyro.Table("sums"), Columns: soft},
			{Model: gyro.Table("note")},
			{Model: gyro.Table("special_note"), Columns: soft},
		},
		Jobs: all,
	}, want{
		"Sales.Order":  `SELECT * FROM "Sales"."Order" WHERE "Id" IN ` + chosen + ` ORDER BY "Id"`,
		"line":         "SELECT * FROM line r WHERE order_id IN " + chosen + ` ORDER BY r::text COLLATE "C"`,
		"big":          "SELECT * FROM big r WHERE order_id IN " + chosen + ` ORDER BY r::text COLLATE "C"`,
		"sums":         "SELECT * FROM sums r WHERE order_id IN " + chosen + ` ORDER BY r::text COLLATE "C"`,
		"note":         "SELECT * FROM ONLY note WHERE order_id IN " + chosen + " ORDER BY id",
		"special_note": "SELECT * FROM special_note r WHERE order_id IN " + chosen + ` ORDER BY r::text COLLATE "C"`,
	})
}

// TestKeysOfAnyType of every type that can be one carry the choice from parent to child.
func TestKeysOfAnyType(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	var script strings.Builder
	script.WriteString(`CREATE TYPE mood AS ENUM ('sad', 'so "so"', 'NULL', 'happy'); CREATE DOMAIN code AS varchar(20); CREATE TYPE pair AS (a int, b text);
		CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);`)
	kinds := map[string][3]string{ // type: three values, the first two are chosen
		"smallint":         {`1`, `-2`, `3`},
		"bigint":           {`-9223372036854775808`, `9223372036854775807`, `0`},
		"oid":              {`1`, `4294967295`, `2`},
		"numeric":          {`1.10`, `-0.005`, `1e30`},
		"numeric(10,2)":    {`1.1`, `2`, `3`},
		"real":             {`0.1`, `-1e30`, `2`},
		"double precision": {`0.1`, `1e-300`, `2`},
		"text":             {`''`, `'NULL'`, `'x'`},
		"varchar(9)":       {`'a,b{}'`, `E'q"\\'''`, `'x'`},
		"char(8)":          {`'ab'`, `' c'`, `'x'`},
		`text COLLATE "C"`: {`E'new\nline'`, `' '`, `'x'`},
		"text COLLATE ci":  {`'Straße'`, `'b'`, `'x'`},
		"name":             {`'a'`, `'b c'`, `'x'`},
		"bytea":            {`'\x00ff'`, `'\x5c'`, `'\x22'`},
		"uuid":             {`'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'`, `'00000000-0000-0000-0000-000000000000'`, `'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12'`},
		"date":             {`'2024-02-29'`, `'infinity'`, `'0044-03-15 BC'`},
		"time":             {`'12:00'`, `'24:00'`, `'00:00:00.000001'`},
		"timetz":           {`'12:00+02'`, `'12:00-03'`, `'00:00+00'`},
		"timestamp(3)":     {`'2024-01-01 00:00:00.123'`, `'-infinity'`, `'infinity'`},
		"timestamptz":      {`'2024-01-01 00:00+05'`, `'infinity'`, `'1999-12-31 23:59:59.999999+00'`},
		"interval":         {`'1 day'`, `'-1 mon 3 h'`, `'1 year'`},
		"boolean":          {`true`, `false`, `NULL`},
		"inet":             {`'10.0.0.1'`, `'::1/64'`, `'10.0.0.2'`},
		"cidr":             {`'10.0.0.0/8'`, `'::/0'`, `'10.1.0.0/16'`},
		"macaddr":          {`'08:00:2b:01:02:03'`, `'00:00:00:00:00:00'`, `'ff:ff:ff:ff:ff:ff'`},
		"bit(5)":           {`B'10101'`, `B'00000'`, `B'11111'`},
		"bit varying":      {`B''`, `B'1'`, `B'01'`},
		"mood":             {`'so "so"'`, `'NULL'`, `'happy'`},
		"code":             {`'a b'`, `'\'`, `'x'`},
		"int[]":            {`'{1,2}'`, `'{}'`, `'{NULL,3}'`},
		"pair":             {`ROW(1, 'a,"b')`, `ROW(NULL, '')`, `ROW(2, 'x')`},
		"int4range":        {`'[1,5)'`, `'empty'`, `'[7,)'`},
		"jsonb":            {`'{"a": [1, null]}'`, `'"x\\y"'`, `'[]'`},
		"money":            {`'$1.10'`, `'-$2'`, `'$3'`},
		"pg_lsn":           {`'16/B374D848'`, `'0/0'`, `'1/1'`},
	}
	s := export.Slice{}
	files := want{}
	i := 0
	for kind, values := range kinds {
		parent, child := fmt.Sprintf("p%d", i), fmt.Sprintf("c%d", i)
		i++
		fmt.Fprintf(&script, "CREATE TABLE %[1]s (n int PRIMARY KEY, k %[3]s UNIQUE); CREATE TABLE %[2]s (id int PRIMARY KEY, k %[3]s REFERENCES %[1]s (k));\n", parent, child, kind)
		for n, value := range values {
			fmt.Fprintf(&script, "INSERT INTO %s VALUES (%d, %s);\n", parent, n+1, value)
		}
		fmt.Fprintf(&script, "INSERT INTO %[2]s SELECT n, (SELECT k FROM %[1]s WHERE n = x.n %% 4) FROM generate_series(1, 12) x(n);\n", parent, child)
		s.Jobs = append(s.Jobs, gyro.ImportJob{Model: gyro.Table(parent), Query: gyro.Where("n <= 2")}, gyro.ImportJob{Model: gyro.Table(child)})
		files[child] = fmt.Sprintf("SELECT c.* FROM %s c JOIN %s p USING (k) WHERE p.n <= 2 ORDER BY c.id", child, parent)
		files[child] = strings.Replace(files[child], "SELECT c.*", "SELECT c.id, c.k", 1)
	}
	pgtest.Exec(t, url, script.String())
	report := wantSlice(t, url, s, files)
	for _, f := range report.Files {
		if f.Rows < 2 {
			t.Errorf("%s has %d rows: the test shows nothing", f.File, f.Rows)
		}
	}
}

// References that dangle in the source itself: restricting drops the row, SetNull nulls,
// Include fails and counts them.
func TestDanglingReferences(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, `CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY, a_id int);
		INSERT INTO a VALUES (1), (2); INSERT INTO b VALUES (1, 1), (2, 77), (3, 78), (4, NULL), (5, 77)`)
	a, b := gyro.Table("a"), gyro.Table("b")
	slicer := func(missing gyro.Missing, names ...string) export.Slice {
		return export.Slice{
			Importers: gyro.Registry{{Model: a}, {Model: b, Columns: gyro.Columns{"a": {Ref: a, Soft: true, Missing: missing}}}}, Jobs: jobs(names...),
		}
	}
	wantSlice(t, url, slicer(gyro.Restrict, "a", "b"), want{"b": "SELECT * FROM b WHERE id = 1"})
	wantSlice(t, url, slicer(gyro.SetNull, "a", "b"), want{"b": "SELECT id, CASE WHEN a_id < 70 THEN a_id END AS a_id FROM b ORDER BY id"})
	s := slicer(gyro.Include, "b")
	s.Source, s.Target = postgres.DB{URL: url}, csvdir.Dir{Path: filepath.Join(t.TempDir(), "slice")}
	_, err := s.Run(t.Context())
	wantText := "include a: 2 rows that b refers to by a_id are not there (the source itself has references that lead nowhere; set Missing of that column to Restrict or SetNull)"
	if fmt.Sprint(err) != wantText {
		t.Errorf("got %v", err)
	}
}

// MaxRows stops an explosion, and says who pulled what.
func TestMaxRows(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, `CREATE TABLE node (id int PRIMARY KEY, next_id int REFERENCES node);
		INSERT INTO node SELECT n, nullif((n + 1) % 200, 0) FROM generate_series(1, 199) n`)
	all := jobs("node")
	all[0].Limit = 1
	for name, c := range map[string]struct {
		s    export.Slice
		want string
	}{
		"slice": {export.Slice{Jobs: all, MaxRows: 20}, "select the slice: at least 21 rows, and MaxRows is 20: next_id of node included 20 of node; 1 of node were selected (raise MaxRows, or sample the job that brings most)"},
		"job":   {export.Slice{Jobs: []gyro.ImportJob{{Model: all[0].Model, MaxRows: 5}}}, "select node: at least 199 rows, and MaxRows is 5: 199 of node were selected (raise MaxRows, or sample the job that brings most)"},
	} {
		c.s.Source, c.s.Target = postgres.DB{URL: url}, csvdir.Dir{Path: filepath.Join(t.TempDir(), "slice")}
		if _, err := c.s.Run(t.Context()); fmt.Sprint(err) != c.want {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
