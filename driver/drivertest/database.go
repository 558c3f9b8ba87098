package drivertest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/keyset"
)

// TestDatabase holds a database to the contracts of [driver.Database] and [driver.Snapshot]. fresh
// makes another empty one each time.
func TestDatabase(t *testing.T, fresh func(t *testing.T) Base) {
	for _, c := range []struct {
		name string
		test func(t *testing.T, b Base)
	}{
		{"the catalog", testCatalog},
		{"Copy", testCopy},
		{"keys restrict", testRestrict},
		{"NULL in place of what is missing", testNulling},
		{"masks in place of values", testMasks},
		{"values that a column refuses", testRefuses},
		{"samples", testSamples},
		{"what values look like", testSampler},
		{"one moment", testMoment},
		{"what is not of the moment", testConflict},
		{"Explain", testExplain},
		{"an error of the Writer", testWriteError},
		{"a context that ends", testCancelled},
		{"many at once", testSnapshots},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := fresh(t)
			b.Exec(t, familySQL+rowsSQL)
			c.test(t, b)
		})
	}
}

func testCatalog(t *testing.T, b Base) {
	s, catalog, closing := b.open(t)
	if o := s.Origin(); o.Server == "" || o.Time.IsZero() {
		t.Errorf("Origin is %+v", o)
	}
	children := tableOf(t, catalog, "children")
	if got := fmt.Sprint(children.ColumnNames(), children.PrimaryKey, children.Kind); got != "[id parent_id other_id toy] [id]table" {
		t.Errorf("table children is %s", got)
	}
	var refs []string
	for _, r := range children.References {
		refs = append(refs, fmt.Sprint(r.Columns, r.To, r.ToColumns))
	}
	if got := strings.Join(refs, " "); got != "[other_id] parents [id] [parent_id] parents [id]" {
		t.Errorf("its references are %s", got)
	}
	id, _ := children.Column("id")
	if !id.NotNull || id.Type != "bigint" {
		t.Errorf("column id is %+v", id)
	}
	tableOf(t, catalog, "pets")
	closing()
	if s.Origin().Server == "" {
		t.Error("Origin is not known after Close")
	}
}

func testCopy(t *testing.T, b Base) {
	s, catalog, _ := b.open(t)
	for _, c := range []struct {
		query     string
		selection driver.Selection
	}{
		{"SELECT * FROM parents ORDER BY id", driver.Selection{Table: tableOf(t, catalog, "parents")}},
		{"SELECT * FROM pets ORDER BY name NULLS FIRST", driver.Selection{Table: tableOf(t, catalog, "pets")}},
		{"SELECT toy, id FROM children ORDER BY id", driver.Selection{Table: tableOf(t, catalog, "children"), Columns: []string{"toy", "id"}}},
		{"SELECT * FROM parents WHERE id > 2 ORDER BY id", driver.Selection{Table: tableOf(t, catalog, "parents"), Query: gyro.Where("id > $1", 2)}},
		{"SELECT * FROM parents WHERE id IN (2, 4) ORDER BY id", driver.Selection{
			Table: tableOf(t, catalog, "parents"), Query: gyro.SQL("SELECT id FROM parents WHERE id = ANY($1) UNION ALL SELECT 4", []int64{2, 4}),
		}},
		{"SELECT * FROM parents WHERE id > 99", driver.Selection{Table: tableOf(t, catalog, "parents"), Query: gyro.Where("id > 99")}},
	} {
		if got, want := copied(t, s, c.selection), string(b.Query(t, c.query)); got != want {
			t.Errorf("Copy wrote\n%q\nand %s gives\n%q", got, c.query, want)
		}
	}
	flagged := copied(t, s, driver.Selection{Table: tableOf(t, catalog, "children"), Columns: []string{"id"}, Flags: []string{"toy = 'left'", "parent_id > 1"}})
	_, rows, _ := strings.Cut(flagged, "\n")
	if rows != "10,t,f\n11,f,f\n12,f,f\n13,f,t\n14,f,t\n" {
		t.Errorf("with flags, Copy wrote %q", flagged)
	}
	if err := s.Finish(t.Context()); err != nil {
		t.Errorf("Finish: %v", err)
	}
}

func testRestrict(t *testing.T, b Base) {
	s, catalog, _ := b.open(t)
	parent := func(set *keyset.Set) driver.Restriction { return to(t, catalog, "parent_id", set) }
	other := func(set *keyset.Set) driver.Restriction { return to(t, catalog, "other_id", set) }
	for _, c := range []struct {
		all     []driver.Restriction
		orphans bool
		want    string
	}{
		{[]driver.Restriction{parent(keys(t, "1", "4", "1", "77"))}, false, "10 13"},
		{[]driver.Restriction{parent(keys(t, "1", "4"))}, true, "10 11 12 13"},
		{[]driver.Restriction{parent(keys(t))}, false, ""},
		{[]driver.Restriction{parent(keys(t))}, true, "11 12"},
		{[]driver.Restriction{parent(nil)}, false, "10 13 14"},
		{[]driver.Restriction{parent(keys(t, "1", "2")), other(keys(t, "2"))}, false, "10 11 14"}, // NULL in one of two
		{[]driver.Restriction{parent(keys(t, "1", "2")), other(keys(t, "2"))}, true, "10 11 12 14"},
	} {
		selection := driver.Selection{Table: tableOf(t, catalog, "children"), Restrict: c.all, Orphans: c.orphans}
		if _, err := s.Explain(t.Context(), selection); err != nil {
			t.Errorf("Explain: %v", err)
		}
		if got := firsts(t, s, selection); got != c.want {
			t.Errorf("%d restrictions, Orphans %t: rows %q, want %q", len(c.all), c.orphans, got, c.want)
		}
	}
	// Many keys, most of which nobody has.
	var many []string
	for i := range 30000 {
		many = append(many, fmt.Sprint(i*2))
	}
	if got := firsts(t, s, driver.Selection{Table: tableOf(t, catalog, "children"), Restrict: []driver.Restriction{parent(keys(t, many...))}}); got != "13 14" {
		t.Errorf("among many keys: rows %q", got)
	}
}

func testNulling(t *testing.T, b Base) {
	s, catalog, _ := b.open(t)
	got := copied(t, s, driver.Selection{
		Table: tableOf(t, catalog, "children"), Columns: []string{"id", "parent_id", "other_id"},
		Null: []driver.Nulling{{Restriction: to(t, catalog, "parent_id", keys(t, "1")), Set: []string{"parent_id"}}},
	})
	if want := "id,parent_id,other_id\n10,1,\n11,,2\n12,,\n13,,1\n14,,2\n"; got != want {
		t.Errorf("Copy wrote %q, want %q", got, want)
	}
}

func testMasks(t *testing.T, b Base) {
	s, catalog, _ := b.open(t)
	got := copied(t, s, driver.Selection{
		Table: tableOf(t, catalog, "children"), Columns: []string{"id", "parent_id", "other_id"},
		Masks: []driver.Masking{{Column: "parent_id", Sign: true}, {Column: "other_id", Expr: "id + 100"}},
	})
	if want := "id,parent_id,other_id\n10,t,\n11,,111\n12,,\n13,t,113\n14,t,114\n"; got != want {
		t.Errorf("Copy wrote %q, want %q", got, want)
	}
	text := func(value string) string { return "pg_catalog.concat('sign ', " + value + ")" }
	got = copied(t, s, driver.Selection{
		Table: tableOf(t, catalog, "children"), Columns: []string{"id", "parent_id", "other_id"}, Flags: []string{"id = 10"},
		Masks: []driver.Masking{{Column: "parent_id", Sign: true, SQL: text, When: "id <> 13"}, {Column: "other_id", Expr: "id + 100", When: "parent_id = 1"}},
	})
	_, got, _ = strings.Cut(got, "\n") // names of what stands behind the columns are the endpoint's
	if want := "10,,,t,sign 1\n11,,111,f,\n12,,,f,\n13,4,1,f,\n14,,2,f,sign 2\n"; got != want {
		t.Errorf("Copy with conditions wrote %q, want %q", got, want)
	}
}

func testRefuses(t *testing.T, b Base) {
	b.Exec(t, "ALTER TABLE children ADD CONSTRAINT near CHECK (parent_id < 9), ADD CONSTRAINT of_words CHECK (toy <> '')")
	s, catalog, _ := b.open(t)
	for _, c := range []struct {
		column string
		checks []string
		value  string
		want   string
	}{
		{"toy", []string{"of_words"}, "it's, \"anything\"", ""},
		{"toy", []string{"of_words"}, "", "of_words"},
		{"parent_id", nil, "four", "its type"},
		{"parent_id", []string{"near"}, "9", "near"},
		{"parent_id", []string{"near"}, "8", ""},
		{"parent_id", nil, "9", ""},
	} {
		if got, err := s.Refuses(t.Context(), tableOf(t, catalog, "children"), c.column, c.checks, []string{"4", c.value}); got != c.want || err != nil {
			t.Errorf("%s refuses %q by %q, %v; want %q", c.column, c.value, got, err, c.want)
		}
	}
}

func testSamples(t *testing.T, b Base) {
	s, catalog, _ := b.open(t)
	children := tableOf(t, catalog, "children")
	for want, selection := range map[string]driver.Selection{
		"10 11":    {Limit: 2},
		"13 14":    {Limit: 2, OrderBy: "id DESC"},
		"10 11 12": {Limit: 3, Query: gyro.Where("id < 14")},
	} {
		selection.Table = children
		if got := firsts(t, s, selection); got != want {
			t.Errorf("Limit %d, OrderBy %q: rows %q, want %q", selection.Limit, selection.OrderBy, got, want)
		}
	}
	if got := firsts(t, s, driver.Selection{Table: children, Limit: 1, Per: []string{"other_id"}}); got != "10 11 13" {
		t.Errorf("one for each other_id, NULL being one: rows %q", got)
	}
	for _, selection := range []driver.Selection{{Limit: 3, Seed: 7}, {Percent: 50, Seed: 7}} {
		selection.Table = children
		again, _, closing := b.open(t)
		if one, two := firsts(t, s, selection), firsts(t, again, selection); one != two {
			t.Errorf("a seed gives %q, and again %q", one, two)
		}
		closing()
	}
}

// testSampler holds a snapshot to [driver.Sampler], where it is one.
func testSampler(t *testing.T, b Base) {
	s, catalog, _ := b.open(t)
	sampler, ok := s.(driver.Sampler)
	if !ok {
		t.Skip("it is no driver.Sampler")
	}
	sample := driver.Sample{
		Table: tableOf(t, catalog, "children"), Columns: []string{"toy", "id"}, Rows: 100,
		Patterns: []driver.Pattern{{Expression: "^[lr]"}, {Expression: "^1[0-4]$"}, {Expression: "^[0-9]+$", Luhn: true}},
	}
	var values, toys int64
	for _, line := range strings.Split(strings.TrimSpace(string(b.Query(t, "SELECT count(*) FILTER (WHERE toy <> ''), count(*) FILTER (WHERE toy ~ '^[lr]') FROM children"))), "\n")[1:] {
		if _, err := fmt.Sscanf(line, "%d,%d", &values, &toys); err != nil {
			t.Fatal(err)
		}
	}
	got, err := sampler.Sample(t.Context(), sample)
	want := fmt.Sprintf("{5 [{%d [%d 0 0]} {5 [0 5 0]}]}", values, toys)
	if err != nil || fmt.Sprint(got) != want {
		t.Errorf("Sample gives %v, %v; want %s", got, err, want)
	}
	sample.Rows = 2
	if got, err := sampler.Sample(t.Context(), sample); err != nil || got.Rows != 2 {
		t.Errorf("of two rows, Sample gives %v, %v", got, err)
	}
	sample.Columns = []string{"nobody"}
	if _, err := sampler.Sample(t.Context(), sample); !errors.Is(err, driver.ErrQuery) {
		t.Errorf("of a column that is not there: %v", err)
	}
	if got := firsts(t, s, driver.Selection{Table: sample.Table, Limit: 1}); got != "10" {
		t.Errorf("after that, Copy gives %q", got)
	}
}

func testMoment(t *testing.T, b Base) {
	s, catalog, _ := b.open(t)
	before := copied(t, s, driver.Selection{Table: tableOf(t, catalog, "children")})
	b.Exec(t, "INSERT INTO children VALUES (1, 1); UPDATE parents SET name = 'new' WHERE id = 1; DELETE FROM children WHERE id = 14; DELETE FROM pets")
	if after := copied(t, s, driver.Selection{Table: tableOf(t, catalog, "children")}); after != before {
		t.Errorf("Copy wrote\n%q\nand, after a change,\n%q", before, after)
	}
	if got := copied(t, s, driver.Selection{Table: tableOf(t, catalog, "parents")}); strings.Contains(got, "new") {
		t.Error("a table that is read later is of another moment")
	}
	if got := firsts(t, s, driver.Selection{Table: tableOf(t, catalog, "pets")}); got != " Rex Rex" {
		t.Errorf("the pets are %q", got)
	}
	if err := s.Finish(t.Context()); err != nil {
		t.Errorf("Finish: %v", err)
	}
	later, _, _ := b.open(t)
	if got := firsts(t, later, driver.Selection{Table: tableOf(t, catalog, "children")}); got != "1 10 11 12 13" {
		t.Errorf("a later snapshot has the children %q", got)
	}
}

// Some changes show in what a snapshot reads: then Finish has to say so.
func testConflict(t *testing.T, b Base) {
	s, catalog, _ := b.open(t)
	b.Exec(t, "TRUNCATE pets")
	got := firsts(t, s, driver.Selection{Table: tableOf(t, catalog, "pets")})
	err := s.Finish(t.Context())
	if got == " Rex Rex" && err == nil {
		return
	}
	wantError(t, "Finish, where Copy wrote what is not of the moment", err, gyro.ErrConflict)
}

func testExplain(t *testing.T, b Base) {
	s, catalog, _ := b.open(t)
	parents, children := tableOf(t, catalog, "parents"), tableOf(t, catalog, "children")
	estimates, err := s.Explain(t.Context(), driver.Selection{Table: parents}, driver.Selection{Table: children, Query: gyro.Where("toy IS NULL")})
	if err != nil || len(estimates) != 2 {
		t.Fatalf("Explain of two selections: %d estimates, %v", len(estimates), err)
	}
	if !strings.Contains(estimates[0].SQL, "parents") || !strings.Contains(estimates[1].SQL, "children") {
		t.Errorf("the estimates are not in the order of the selections: %+v", estimates)
	}
	for _, query := range []gyro.Query{
		gyro.Where("nonsense = 1"), gyro.Where("id = ("), gyro.Where("id = $1", "seven"), gyro.SQL("SELECT id FROM nowhere"),
		gyro.SQL("DELETE FROM children RETURNING id"), gyro.Where("true; DROP TABLE pets"),
	} {
		_, err := s.Explain(t.Context(), driver.Selection{Table: parents}, driver.Selection{Table: children, Query: query})
		wantError(t, "Explain of a wrong query", err, driver.ErrQuery)
		wantWords(t, "Explain of a wrong query", err)
		if _, err := s.Explain(t.Context(), driver.Selection{Table: children}); err != nil {
			t.Fatalf("Explain after a wrong query: %v", err)
		}
	}
	if got := firsts(t, s, driver.Selection{Table: parents}); got != "1 2 3 4" {
		t.Errorf("after wrong queries, the parents are %q", got)
	}
	if err := s.Finish(t.Context()); err != nil {
		t.Errorf("Finish: %v", err)
	}
	b.want(t, "the source is only read", "SELECT count(*) FROM children", "5")
}

func testWriteError(t *testing.T, b Base) {
	full := errors.New("the disk is full")
	for _, at := range []int64{0, 2} {
		s, catalog, closing := b.open(t)
		out := &lines{t: t, each: func(line int64) error {
			if line == at {
				return full
			}
			return nil
		}}
		_, err := s.Copy(t.Context(), driver.Selection{Table: tableOf(t, catalog, "parents")}, out)
		wantError(t, "Copy", err, full)
		closing()
	}
}

func testCancelled(t *testing.T, b Base) {
	_, err := b.Database.Open(ended(t))
	wantError(t, "Open", err, errCancelled)
	b.Exec(t, "INSERT INTO pets SELECT 'pet ' || i FROM generate_series(1, 200000) i")
	for name, call := range map[string]func(s driver.Snapshot, pets driver.Selection) error{
		"Catalog": func(s driver.Snapshot, _ driver.Selection) error {
			_, err := s.Catalog(ended(t))
			return err
		},
		"Explain": func(s driver.Snapshot, pets driver.Selection) error {
			_, err := s.Explain(ended(t), pets)
			return err
		},
		"Copy": func(s driver.Snapshot, pets driver.Selection) error {
			_, err := s.Copy(ended(t), pets, &lines{t: t})
			return err
		},
		"Finish": func(s driver.Snapshot, _ driver.Selection) error { return s.Finish(ended(t)) },
		"Copy, half way": func(s driver.Snapshot, pets driver.Selection) error {
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			_, err := s.Copy(ctx, pets, &lines{t: t, each: func(line int64) error {
				if line == 10 {
					cancel(errCancelled)
				}
				return nil
			}})
			return err
		},
	} {
		s, catalog, closing := b.open(t)
		wantError(t, name, call(s, driver.Selection{Table: tableOf(t, catalog, "pets"), Unsorted: true}), errCancelled)
		closing()
	}
}

func testSnapshots(t *testing.T, b Base) {
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			s, err := b.Database.Open(t.Context())
			if err != nil {
				t.Errorf("Open: %v", err)
				return
			}
			defer func() {
				if err := s.Close(); err != nil {
					t.Errorf("Close: %v", err)
				}
			}()
			catalog, err := s.Catalog(t.Context())
			if err != nil {
				t.Errorf("Catalog: %v", err)
				return
			}
			for range 3 {
				out := &lines{t: t}
				if n, err := s.Copy(t.Context(), driver.Selection{Table: catalog[parentsName]}, out); err != nil || n != 4 {
					t.Errorf("Copy: %d rows, %v", n, err)
				}
			}
		})
	}
	all.Wait()
}
