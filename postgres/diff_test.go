package postgres_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/internal/pgtest"
)

// Diff says of two slices what SQL says of the tables.
func TestDiffRandom(t *testing.T) {
	t.Parallel()
	url, dir, n := pgtest.DB(t), t.TempDir(), 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		key := rapid.SampledFrom([]string{"PRIMARY KEY (id)", "PRIMARY KEY (tenant, id)", "UNIQUE (id)", ""}).Draw(rt, "key")
		sql := fmt.Sprintf(`DROP TABLE IF EXISTS thing, was; CREATE TABLE thing (id int NOT NULL, tenant int NOT NULL, name text, note text, size numeric);
			INSERT INTO thing SELECT i, i %% 3, CASE WHEN i %% 4 > 0 THEN 'n' || i %% 7 END, CASE WHEN i %% 5 = 0 THEN '' WHEN i %% 5 > 1 THEN E'a,"b"\n' || i END, i / 3.0 FROM generate_series(1, %d) i;`,
			rapid.IntRange(0, 60).Draw(rt, "rows"))
		if key != "" {
			sql += "ALTER TABLE thing ADD " + key + ";"
		}
		pgtest.Exec(t, url, sql+"CREATE TABLE was AS TABLE thing")
		take := func(name string) string {
			path := filepath.Join(dir, fmt.Sprint(name, n))
			if _, err := slicer(url, path, "thing").Run(t.Context()); err != nil {
				rt.Fatal(err)
			}
			return path
		}
		before := take("before")
		for range rapid.IntRange(0, 4).Draw(rt, "changes") {
			pgtest.Exec(t, url, rapid.SampledFrom([]string{
				"DELETE FROM thing WHERE id % 7 = 2", "INSERT INTO thing SELECT max(id) + 1, 1, 'new', NULL, 1 FROM thing HAVING count(*) > 0", "UPDATE thing SET name = 'other' WHERE id % 6 = 1",
				"UPDATE thing SET note = NULL WHERE note = ''", "UPDATE thing SET note = '' WHERE note IS NULL AND id % 2 = 0", "UPDATE thing SET size = size + 1, name = upper(name) WHERE id % 5 = 4",
				"UPDATE thing SET id = id + 1000 WHERE id % 11 = 3", "ALTER TABLE thing ALTER note TYPE varchar(40)",
			}).Draw(rt, "change"))
		}
		after := take("after")
		opts := csvdir.DiffOptions{ShowValues: rapid.Bool().Draw(rt, "values")}
		if rapid.Bool().Draw(rt, "in passes") {
			opts.MemoryLimit = 500
		}
		diff, err := csvdir.Diff(t.Context(), before, after, opts)
		if err != nil {
			rt.Fatal(err)
		}
		got := diff.Tables[0]
		on := map[string]string{"PRIMARY KEY (id)": "id", "PRIMARY KEY (tenant, id)": "tenant, id", "UNIQUE (id)": "id"}[key]
		query := "SELECT (SELECT count(*) FROM (TABLE thing EXCEPT ALL TABLE was) a), (SELECT count(*) FROM (TABLE was EXCEPT ALL TABLE thing) a), 0, 0, 0, 0"
		if on != "" {
			query = fmt.Sprintf(`SELECT count(*) FILTER (WHERE w IS NULL), count(*) FILTER (WHERE t IS NULL), count(*) FILTER (WHERE t IS NOT NULL AND w IS NOT NULL AND t::text IS DISTINCT FROM w::text),
				count(*) FILTER (WHERE t.id IS NOT NULL AND w.id IS NOT NULL AND t.name IS DISTINCT FROM w.name), count(*) FILTER (WHERE t.id IS NOT NULL AND w.id IS NOT NULL AND t.note IS DISTINCT FROM w.note),
				count(*) FILTER (WHERE t.id IS NOT NULL AND w.id IS NOT NULL AND t.size IS DISTINCT FROM w.size) FROM thing t FULL JOIN was w USING (%s)`, on)
			query = strings.NewReplacer("w IS NULL", "w.id IS NULL", "t IS NULL", "t.id IS NULL", "t IS NOT NULL", "t.id IS NOT NULL", "w IS NOT NULL", "w.id IS NOT NULL").Replace(query)
		}
		columns := map[string]int64{}
		for _, c := range got.Columns {
			columns[c.Column] = c.Rows
		}
		said := fmt.Sprintf("%d|%d|%d|%d|%d|%d", got.Added, got.Removed, got.Changed, columns["name"], columns["note"], columns["size"])
		if want := pgtest.Psql(t, url, query); said != want {
			rt.Errorf("%s: %s, SQL says %s", key, said, want)
		}
		if diff.Same() != (got.Added+got.Removed+got.Changed == 0 && len(got.Types) == 0) || got.Keyless != (key == "") {
			rt.Errorf("%+v", got)
		}
		for _, r := range got.First {
			if (len(r.Key) > 0) != (opts.ShowValues && key != "") {
				rt.Errorf("%+v", r)
			}
		}
	})
}

// Tables and columns come and go; what can't be read is told.
func TestDiff(t *testing.T) {
	t.Parallel()
	url, dir := pgtest.DB(t), t.TempDir()
	pgtest.Exec(t, url, "CREATE TABLE stays (id int PRIMARY KEY, a text, b text); CREATE TABLE goes (id int PRIMARY KEY); CREATE TABLE comes (id int PRIMARY KEY); INSERT INTO stays VALUES (1, 'a', 'b'); INSERT INTO goes VALUES (1), (2); INSERT INTO comes VALUES (1)")
	one, two := filepath.Join(dir, "one"), filepath.Join(dir, "two")
	for path, tables := range map[string][]string{one: {"stays", "goes"}} {
		if _, err := slicer(url, path, tables...).Run(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	pgtest.Exec(t, url, "ALTER TABLE stays DROP a, ADD c text DEFAULT 'c', ALTER b TYPE varchar(5)")
	if _, err := slicer(url, two, "comes", "stays").Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	diff, err := csvdir.Diff(t.Context(), one, two, csvdir.DiffOptions{})
	if err != nil || fmt.Sprintf("%+v", diff.Tables) != "[{Table:comes Came:true Gone:false Keyless:false From:0 To:1 Added:1 Removed:0 Changed:0 Columns:[] ColumnsCame:[] ColumnsGone:[] Types:[] First:[]}"+
		" {Table:stays Came:false Gone:false Keyless:false From:1 To:1 Added:0 Removed:0 Changed:0 Columns:[] ColumnsCame:[c] ColumnsGone:[a] Types:[{Column:b From:text To:character varying(5)}] First:[]}"+
		" {Table:goes Came:false Gone:true Keyless:false From:2 To:0 Added:0 Removed:2 Changed:0 Columns:[] ColumnsCame:[] ColumnsGone:[] Types:[] First:[]}]" || diff.Same() {
		t.Errorf("%+v, %v", diff, err)
	}
	if same, err := csvdir.Diff(t.Context(), one, one, csvdir.DiffOptions{}); err != nil || !same.Same() {
		t.Error(same, err)
	}
	if err := os.WriteFile(filepath.Join(two, "stays.csv"), []byte("id,b,c\n1,\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := csvdir.Diff(t.Context(), one, two, csvdir.DiffOptions{}); err == nil || !strings.Contains(err.Error(), "gyro verify says what is wrong") {
		t.Error(err)
	}
	if err := os.Remove(filepath.Join(one, "stays.csv")); err != nil {
		t.Fatal(err)
	}
	if _, err := csvdir.Diff(t.Context(), one, one, csvdir.DiffOptions{}); err == nil {
		t.Error("a file that is not there is the same")
	}
}
