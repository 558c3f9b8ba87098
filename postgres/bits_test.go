package postgres_test

import (
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/postgres"
)

// A view may have a number for a reference that is none of a row: it is looked at before a row is.
func TestBitsOfConstants(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, `
		CREATE TABLE parent (id bigint PRIMARY KEY);
		CREATE TABLE lead (id bigint PRIMARY KEY);
		CREATE TABLE child (id int PRIMARY KEY, parent_id bigint REFERENCES parent, lead_id bigint REFERENCES lead);
		INSERT INTO parent SELECT generate_series(1, 9);
		INSERT INTO lead SELECT generate_series(1, 9);
		INSERT INTO child SELECT n, n, 1 FROM generate_series(1, 9) n;
		CREATE VIEW every AS SELECT * FROM child UNION ALL SELECT 10, 5000000000::bigint, 1::bigint UNION ALL SELECT 11, -1::bigint, 1::bigint`)
	all := jobs("parent", "lead", "every")
	all[0].Query, all[1].Query = gyro.Where("id < 4"), gyro.Where("id = 1")
	importers := gyro.Registry{{Model: all[0].Model}, {Model: all[1].Model}, {Model: all[2].Model, Columns: gyro.Columns{
		"parent_id": {Ref: all[0].Model, Soft: true}, "lead_id": {Ref: all[1].Model, Soft: true},
	}}}
	wantSlice(t, url, export.Slice{Jobs: all, Importers: importers}, want{
		"parent": "SELECT * FROM parent WHERE id < 4 ORDER BY id", "lead": "SELECT * FROM lead WHERE id = 1",
		"every": "SELECT * FROM every WHERE parent_id IN (1, 2, 3) ORDER BY every::text",
	})
}

// TestBits that can be bits and keys that can't choose the same rows: at the edges of bytes, below
// zero, far apart, of each size of integer, and where the reference is NULL.
func TestBits(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, `
		CREATE TABLE parent (id bigint PRIMARY KEY);
		INSERT INTO parent SELECT unnest(array[-9, -8, -1, 0, 1, 2, 3, 5, 6, 7, 8, 9, 15, 62, 63, 64, 65, 999, 1000, 1001, 32767,
			65534, 65535, 65536, 65537, 1048576, 2147483646, 2147483647]);
		INSERT INTO parent SELECT 300 * n FROM generate_series(1, 5000) n;
		CREATE TABLE large (id int PRIMARY KEY, parent_id bigint REFERENCES parent);
		CREATE TABLE middle (id int PRIMARY KEY, parent_id integer REFERENCES parent);
		CREATE TABLE small (id int PRIMARY KEY, parent_id smallint REFERENCES parent);
		CREATE TABLE exact (id int PRIMARY KEY, parent_id numeric);
		INSERT INTO large SELECT row_number() OVER (), id FROM parent;
		INSERT INTO middle SELECT * FROM large;
		INSERT INTO small SELECT * FROM large WHERE parent_id < 32768;
		INSERT INTO exact SELECT * FROM large;
		INSERT INTO large VALUES (0); INSERT INTO middle VALUES (0); INSERT INTO small VALUES (0); INSERT INTO exact VALUES (0)`)
	many := make([]string, 4200)
	for i := range many {
		many[i] = strconv.Itoa(300 * (i + 1))
	}
	for _, ids := range []string{
		"{" + strings.Join(many, ",") + "}", "{" + strings.Join(many[:4000], ",") + "}",
		"{0}", "{8}", "{0,1,7,8,9,63,64,1000}", "{65535}", "{3,65536}", "{-1,0,5}", "{32767}", "{}",
	} {
		t.Run(ids[:min(len(ids), 30)], func(t *testing.T) {
			t.Parallel()
			all := jobs("parent", "large", "middle", "small", "exact")
			all[0].Query = gyro.Where("id = ANY($1::text::bigint[])", ids)
			for i := range all[1:] {
				all[1+i].Orphans = i%2 == 0
			}
			importers := gyro.Registry{}
			for _, job := range all {
				importers = append(importers, gyro.Importer{Model: job.Model})
			}
			importers[4].Columns = gyro.Columns{"parent_id": {Ref: all[0].Model, Soft: true}}
			files := want{"parent": "SELECT * FROM parent WHERE id = ANY('" + ids + "') ORDER BY id"}
			for _, job := range all[1:] {
				table := job.Model.Name().Table
				files[table] = "SELECT * FROM " + table + " WHERE parent_id = ANY('" + ids + "'::bigint[]) ORDER BY id"
				if job.Orphans {
					files[table] = "SELECT * FROM " + table + " WHERE parent_id IS NULL OR parent_id = ANY('" + ids + "'::bigint[]) ORDER BY id"
				}
			}
			wantSlice(t, url, export.Slice{Jobs: all, Importers: importers}, files)
			var sums [2][]string
			dbs := []driver.Database{postgres.Plain{DB: postgres.DB{URL: url}}, postgres.Piecemeal{DB: postgres.DB{URL: url}}}
			if len(ids) > 1000 { // too many pieces
				dbs[1] = dbs[0]
			}
			for i, db := range dbs {
				s := export.Slice{Source: db, Target: csvdir.Dir{Path: filepath.Join(t.TempDir(), "slice")}, Jobs: all, Importers: importers, KeyMemory: int64(i)}
				if _, err := s.Run(t.Context()); err != nil {
					t.Fatal(err)
				}
				m, err := csvdir.ReadManifest(s.Target.(csvdir.Dir).Path)
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range m.Files {
					sums[i] = append(sums[i], f.SHA256)
				}
			}
			if diff := cmp.Diff(sums[0], sums[1]); diff != "" {
				t.Error(diff)
			}
		})
	}
}
