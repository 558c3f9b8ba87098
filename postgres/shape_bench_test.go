package postgres_test

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/postgres"
)

// The tables of the cases: a hundred thousand parents and half a million children, whose rows lie in the order of their parents or anywhere,
// have an index or none, and are spread evenly or nine tenths on a hundredth of the parents.
const shapeTables = `
CREATE TABLE p (id bigint PRIMARY KEY); INSERT INTO p SELECT generate_series(1, 100000);
CREATE TABLE q (id bigint PRIMARY KEY); INSERT INTO q SELECT generate_series(1, 200);
CREATE FUNCTION make(name text, pick text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  EXECUTE format('CREATE TABLE %I (id bigint PRIMARY KEY, p_id bigint NOT NULL REFERENCES p, q_id bigint NOT NULL REFERENCES q, text text NOT NULL)', name);
  EXECUTE format('INSERT INTO %I SELECT n, %s, 1 + n * 7919 %% 200, md5(n::text) FROM generate_series(1, 500000::bigint) n', name, pick);
END $$;
SELECT make('along', '1 + (n - 1) / 5'); CREATE INDEX ON along (p_id, id); CREATE INDEX ON along (q_id);
SELECT make('anywhere', '1 + n * 48271 % 100000'); CREATE INDEX ON anywhere (p_id); CREATE INDEX ON anywhere (q_id);
SELECT make('bare', '1 + n * 48271 % 100000');
SELECT make('skewed', 'CASE WHEN n % 10 = 0 THEN 1 + n * 48271 % 100000 ELSE 1 + n * 48271 % 1000 END'); CREATE INDEX ON skewed (p_id); CREATE INDEX ON skewed (q_id);`

// shapeCase is one selection of children: by parents, by parents and the others, or the first ones of each parent.
type shapeCase struct {
	table string
	p, q  string // conditions; empty: all, q: it has no job
	limit int
}

// shapeCases were written down before anything was tuned by them.
func shapeCases() []shapeCase {
	var all []shapeCase
	for _, table := range []string{"along", "anywhere", "bare", "skewed"} {
		for _, p := range []string{"id = 77", "id <= 20", "id % 100 = 0", "id % 2 = 0"} {
			all = append(all, shapeCase{table: table, p: p})
		}
		all = append(all, shapeCase{table: table, p: "id % 100 = 0", q: "id = 3"}, shapeCase{table: table, q: "id = 3"})
	}
	for _, table := range []string{"along", "anywhere", "skewed"} {
		all = append(all, shapeCase{table: table, p: "id <= 20", limit: 3}, shapeCase{table: table, p: "id % 10 = 0", limit: 3})
	}
	return all
}

// BenchmarkShapes measures in each of thirty cases the shape that is chosen beside each of the others, in turn, and reports by how much the
// chosen one is slower than the best, at the worst: cases that lie less than 200 ms apart count for nothing.
//
//	go run ./internal/pgtest/serve go test ./postgres -run '^$' -bench Shapes -benchtime 1x
func BenchmarkShapes(b *testing.B) {
	url := pgtest.DB(b)
	pgtest.Exec(b, url, shapeTables)
	pgtest.Exec(b, url, "VACUUM ANALYZE")
	db := postgres.DB{URL: url}
	shapes := []struct {
		name string
		db   driver.Database
	}{{"chosen", db}, {"plain", postgres.Plain{DB: db}}, {"joined", postgres.Joined{DB: db}}, {"nested", postgres.Nested{DB: db}}}
	cases := shapeCases()
	if len(cases) != 30 {
		b.Fatalf("%d cases", len(cases))
	}
	for b.Loop() {
		worst := 1.0
		for _, c := range cases {
			took := make([][]time.Duration, len(shapes))
			for range 5 {
				for i, shape := range shapes {
					took[i] = append(took[i], c.run(b, shape.db))
				}
			}
			median := func(i int) time.Duration { slices.Sort(took[i]); return took[i][2] }
			best, line := median(0), ""
			for i, shape := range shapes {
				best = min(best, median(i))
				line += fmt.Sprintf("  %s %4d ms", shape.name, median(i).Milliseconds())
			}
			ratio := float64(median(0)) / float64(best)
			fmt.Printf("%-9s %-13s %-7s limit %d:%s  %.2f\n", c.table, cmp.Or(c.p, "all"), c.q, c.limit, line, ratio)
			if median(0)-best > 200*time.Millisecond {
				worst = max(worst, ratio)
			}
		}
		b.ReportMetric(worst, "of-best")
	}
}

// run takes the slice and gives how long the children took.
func (c shapeCase) run(b *testing.B, db driver.Database) time.Duration {
	b.Helper()
	jobs := []gyro.ImportJob{{Model: gyro.Table("p")}, {Model: gyro.Table("q")}, {Model: gyro.Table(c.table), Limit: c.limit}}
	if c.p != "" {
		jobs[0].Query = gyro.Where(c.p)
	}
	if c.q != "" {
		jobs[1].Query = gyro.Where(c.q)
	}
	if c.limit > 0 {
		jobs[2].Per = "p"
	}
	report, err := export.Slice{Source: db, Target: csvdir.Dir{Path: filepath.Join(b.TempDir(), "slice")}, Jobs: jobs}.Run(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	return report.Files[2].Elapsed
}
