package postgres_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/postgres"
)

const lookups = `
CREATE TABLE country (id int PRIMARY KEY);
CREATE TABLE currency (id int PRIMARY KEY, country_id int REFERENCES country);
CREATE TABLE tenant (id int PRIMARY KEY, currency_id int REFERENCES currency);
CREATE TABLE shop (id int PRIMARY KEY, tenant_id int NOT NULL REFERENCES tenant, currency_id int REFERENCES currency);
CREATE TABLE doc (id int PRIMARY KEY, shop_id int NOT NULL REFERENCES shop);
CREATE TABLE line (id int PRIMARY KEY, doc_id int NOT NULL REFERENCES doc, twin_id int REFERENCES line);
CREATE TABLE memo (id int PRIMARY KEY, doc_id int NOT NULL REFERENCES doc);
INSERT INTO country VALUES (1), (2), (3);
INSERT INTO currency VALUES (1, 1), (2, 2), (3, NULL);
INSERT INTO tenant VALUES (1, 1), (2, 2);
INSERT INTO shop VALUES (1, 1, 1), (2, 1, 2), (3, 2, 3);
INSERT INTO doc VALUES (1, 1), (2, 2), (3, 3);
INSERT INTO line VALUES (1, 1, NULL), (2, 2, NULL), (3, 3, NULL);
INSERT INTO memo VALUES (1, 1), (2, 3);`

func keysOf(t *testing.T, dir, table string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, table+".csv"))
	if err != nil {
		return "none"
	}
	var keys []string
	for line := range strings.SplitSeq(strings.TrimSpace(string(text)), "\n") {
		key, _, _ := strings.Cut(line, ",")
		keys = append(keys, key)
	}
	return strings.Join(keys[1:], " ")
}

// A default for Missing is of references to models without a job alone: jobs restrict as ever.
func TestMissingByDefault(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, lookups)
	jobs := []gyro.ImportJob{{Model: gyro.Table("tenant"), Query: gyro.Where("id = 1")}, {Model: gyro.Table("shop")}}
	importers := gyro.Registry{{Model: gyro.Table("tenant")}, {Model: gyro.Table("shop")}, {Model: gyro.Table("currency")}, {Model: gyro.Table("country")}}
	byImporter := slices.Clone(importers)
	byImporter[0].Missing, byImporter[1].Missing = gyro.Include, gyro.Include
	byColumn := slices.Clone(importers)
	byColumn[1].Columns = gyro.Columns{"currency": {Missing: gyro.SetNull}}
	for name, c := range map[string]struct {
		export.Slice
		currencies string // of the slice
		err        string
	}{
		"of all":                  {export.Slice{Missing: gyro.Include}, "1 2", ""},
		"of all, with importers":  {export.Slice{Missing: gyro.Include, Importers: importers}, "1 2", ""},
		"of importers":            {export.Slice{Importers: byImporter}, "1 2", ""},
		"a column says otherwise": {export.Slice{Missing: gyro.Include, Importers: byColumn}, "1", ""},
		"none":                    {export.Slice{}, "", "currency_id refers to currency, which has no job"},
	} {
		dir := filepath.Join(t.TempDir(), "slice")
		c.Source, c.Target, c.Jobs = postgres.DB{URL: url}, csvdir.Dir{Path: dir}, jobs
		_, err := c.Run(t.Context())
		if c.err != "" {
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if shops, currencies := keysOf(t, dir, "shop"), keysOf(t, dir, "currency"); shops != "1 2" || currencies != c.currencies {
			t.Errorf("%s: shops %s, currencies %s", name, shops, currencies)
		}
		if v, err := csvdir.Verify(t.Context(), dir, csvdir.VerifyOptions{}); err != nil || len(v.Problems) > 0 {
			t.Errorf("%s: %v %v", name, v, err)
		}
	}
}

// Jobs in any order, put in one that works; a circle stays, and the report names what is taken whole.
func TestOrderAuto(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, lookups)
	jobs := []gyro.ImportJob{{Model: gyro.Table("line")}, {Model: gyro.Table("doc")}, {Model: gyro.Table("currency")}, {Model: gyro.Table("shop")}, {Model: gyro.Table("tenant"), Query: gyro.Where("id = 1")}, {Model: gyro.Table("country")}}
	dir := filepath.Join(t.TempDir(), "slice")
	s := export.Slice{Source: postgres.DB{URL: url}, Target: csvdir.Dir{Path: dir}, Jobs: jobs}
	if _, err := s.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "Order auto finds it") {
		t.Error(err)
	}
	s.Order = export.OrderAuto
	report, err := s.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if lines, docs := keysOf(t, dir, "line"), keysOf(t, dir, "doc"); lines != "1 2" || docs != "1 2" {
		t.Errorf("lines %s, docs %s", lines, docs)
	}
	if notes := strings.Join(texts(report.Notes), "\n"); !strings.Contains(notes, "taken whole, for no condition and no reference restricts their jobs: country") {
		t.Error(notes)
	}
	s.Order = "other"
	if _, err := s.Run(t.Context()); err == nil || !strings.Contains(err.Error(), `Order can't be "other"`) {
		t.Error(err)
	}
}

// Rows that refer to included ones are taken, by the one reference that says so, and no job is made up for what is included.
func TestFollowReference(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, lookups+"CREATE TABLE note (id int PRIMARY KEY, doc_id int NOT NULL REFERENCES doc); INSERT INTO note VALUES (1, 1), (2, 2)")
	importers := gyro.Registry{
		{Model: gyro.Table("note"), Columns: gyro.Columns{"doc": {Missing: gyro.Include}}},
		{Model: gyro.Table("line"), Columns: gyro.Columns{"doc": {Follow: true}}},
		{Model: gyro.Table("memo")},
		{Model: gyro.Table("doc")},
		{Model: gyro.Table("shop")},
		{Model: gyro.Table("tenant")},
		{Model: gyro.Table("currency")},
		{Model: gyro.Table("country")},
	}
	dir := filepath.Join(t.TempDir(), "slice")
	s := export.Slice{
		Source: postgres.DB{URL: url}, Target: csvdir.Dir{Path: dir}, Importers: importers,
		Jobs: []gyro.ImportJob{{Model: gyro.Table("note"), Query: gyro.Where("id = 1")}, {Model: gyro.Table("line")}},
	}
	if _, err := s.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	for table, want := range map[string]string{"note": "1", "doc": "1", "line": "1", "shop": "1", "tenant": "1"} {
		if got := keysOf(t, dir, table); got != want {
			t.Errorf("%s: %s, not %s", table, got, want)
		}
	}
	if v, err := csvdir.Verify(t.Context(), dir, csvdir.VerifyOptions{}); err != nil || len(v.Problems) > 0 {
		t.Errorf("%v %v", v, err)
	}
	importers[1].Columns = gyro.Columns{"doc": {Follow: true, Missing: gyro.SetNull}}
	if _, err := s.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "Follow is set, and Missing") {
		t.Error(err)
	}
}
