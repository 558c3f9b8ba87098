package postgres_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/examples/shop"
	"github.com/gyrodata/gyro/examples/shop/shopdb"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/postgres"
)

// The same bytes, whatever shape finds the rows, after ANALYZE and without statistics.
func TestShapesGiveTheSameBytes(t *testing.T) {
	t.Parallel()
	fill := func(url string) error {
		conn, err := pgx.Connect(t.Context(), url)
		if err != nil {
			return err
		}
		return shopdb.Fill(t.Context(), conn, 0.02)
	}
	url := pgtest.Template(t, "shop", fill)
	jobs := shop.Jobs()
	jobs[3].Seed = 7 // customers by lot
	want := map[string]string{}
	shapes := map[string]bool{}
	for _, statistics := range []bool{true, false} {
		if !statistics {
			pgtest.Exec(t, url, "DELETE FROM pg_statistic; UPDATE pg_class SET reltuples = -1, relpages = 0 WHERE relnamespace = 'public'::regnamespace")
		}
		for name, db := range map[string]driver.Database{
			"any": postgres.DB{URL: url}, "plain": postgres.Plain{DB: postgres.DB{URL: url}}, "joined": postgres.Joined{DB: postgres.DB{URL: url}},
			"nested":    postgres.Nested{DB: postgres.DB{URL: url}},
			"piecemeal": postgres.Piecemeal{DB: postgres.DB{URL: url}},
		} {
			dir := filepath.Join(t.TempDir(), "slice")
			s := export.Slice{Source: db, Target: csvdir.Dir{Path: dir}, Importers: shop.Importers, Jobs: jobs}
			plan, err := s.Plan(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, job := range plan.Jobs {
				shape, _, _ := strings.Cut(job.Shape, " on ")
				shape, _, _ = strings.Cut(shape, " per ")
				shapes[shape] = true
				if name == "plain" && shape != "plain predicate" {
					t.Errorf("%s by %s", job.Model, job.Shape)
				}
			}
			report, err := s.Run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range report.Files {
				got, err := os.ReadFile(filepath.Join(dir, f.File))
				if err != nil {
					t.Fatal(err)
				}
				if _, there := want[f.File]; !there {
					want[f.File] = string(got)
				}
				if string(got) != want[f.File] || f.Rows == 0 {
					t.Errorf("%s, statistics %v: %s has other bytes (%d rows)", name, statistics, f.File, f.Rows)
				}
			}
		}
	}
	if len(shapes) != 3 {
		t.Errorf("shapes: %v", shapes)
	}
}
