package postgres_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/load"
	"github.com/gyrodata/gyro/postgres"
)

// What looks like a polymorphic reference and is declared nowhere is no reference; it is told by an export, and by a load that
// changes ids.
func TestUnsaidReferences(t *testing.T) {
	t.Parallel()
	const tables = `CREATE TABLE task (id serial PRIMARY KEY); CREATE TABLE content_type (id serial PRIMARY KEY, model text UNIQUE);
		CREATE TABLE comment (id serial PRIMARY KEY, subject_type text, subject_id int);
		CREATE TABLE tag (id serial PRIMARY KEY, content_type_id int REFERENCES content_type, object_id int);
		CREATE TABLE page (id serial PRIMARY KEY, page_type text, page_id int REFERENCES page);`
	source := pgtest.DB(t)
	pgtest.Exec(t, source, tables+"INSERT INTO task DEFAULT VALUES; INSERT INTO content_type (model) VALUES ('task'); INSERT INTO comment (subject_type, subject_id) VALUES ('Task', 1); INSERT INTO tag (content_type_id, object_id) VALUES (1, 1)")
	all := jobs("task", "content_type", "comment", "tag", "page")
	said := gyro.Registry{{Model: gyro.Table("comment"), Columns: gyro.Columns{"subject": {Over: "subject_id", Cases: []gyro.Case{{When: "subject_type = 'Task'", Ref: gyro.Table("task")}}}}}}
	for _, table := range []string{"task", "content_type", "tag", "page"} {
		said = append(said, gyro.Importer{Model: gyro.Table(table)})
	}
	for _, c := range []struct {
		importers gyro.Registry
		ids       gyro.IDs
		want      [2]int // notes of the export and of the load
	}{{nil, gyro.Sequential(), [2]int{2, 2}}, {nil, gyro.Keep(), [2]int{2, 0}}, {said, gyro.Sequential(), [2]int{1, 1}}} {
		dir := filepath.Join(t.TempDir(), "slice")
		report, err := export.Slice{Source: postgres.DB{URL: source}, Target: csvdir.Dir{Path: dir}, Jobs: all, Importers: c.importers}.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		target := pgtest.DB(t)
		pgtest.Exec(t, target, tables)
		loaded := mustLoad(t, dir, target, load.Slice{IDs: c.ids})
		const words = "look like a polymorphic reference that no importer declares"
		if got := [2]int{strings.Count(strings.Join(texts(report.Notes), "\n"), words), strings.Count(strings.Join(texts(loaded.Notes), "\n"), words)}; got != c.want {
			t.Errorf("%v notes, want %v:\n%s\n%s", got, c.want, strings.Join(texts(report.Notes), "\n"), strings.Join(texts(loaded.Notes), "\n"))
		}
	}
}
