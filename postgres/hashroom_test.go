package postgres_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/postgres"
)

// More keys than one hash table has room for by the server's settings are looked up in one all
// the same: searched one by one for each row, these would take minutes.
func TestHashRoom(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, `
		CREATE TABLE parent (id uuid PRIMARY KEY);
		CREATE TABLE child (id int PRIMARY KEY, parent_id uuid REFERENCES parent);
		INSERT INTO parent SELECT md5(n::text)::uuid FROM generate_series(1, 100000) n;
		INSERT INTO child SELECT n, md5(n::text)::uuid FROM generate_series(1, 100000) n;
		ANALYZE`)
	all := jobs("parent", "child")
	all[0].Query = gyro.Where("true")
	s := export.Slice{
		Source: postgres.Narrow{DB: postgres.DB{URL: url, StatementTimeout: 30 * time.Second}},
		Target: csvdir.Dir{Path: filepath.Join(t.TempDir(), "slice")}, Jobs: all,
	}
	report, err := s.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if report.Rows != 200_000 {
		t.Errorf("%d rows", report.Rows)
	}
}
