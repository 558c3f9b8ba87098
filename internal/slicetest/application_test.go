package slicetest

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/load"
	"github.com/gyrodata/gyro/postgres"
)

// application is a database as somebody else's program has it, and what is asked of it.
type application struct {
	name   string
	long   bool                // only where GYRO_LONG is set
	tenant string              // the table whose first row's slice is taken
	ids    map[string]gyro.IDs // of tables whose keys no sequence gives
	skip   []string            // their rows may be there already
	known  map[string][]string // tables that the program itself fills, by the columns that name a row
	shift  string              // SQL that gives these rows of the target other ids than the source's
}

var applications = []application{
	{name: "rental", tenant: "store"},
	{
		name: "rails", tenant: "accounts", long: true,
		skip: []string{"schema_migrations", "ar_internal_metadata"},
	},
	{
		name: "django", tenant: "tenants_organization", long: true,
		ids:   map[string]gyro.IDs{"django_content_type": gyro.NaturalKey("app_label", "model"), "django_session": gyro.Keep()},
		known: map[string][]string{"django_content_type": {"app_label", "model"}},
		shift: "UPDATE django_content_type SET id = id + 500; SELECT setval('django_content_type_id_seq', 600)",
	},
}

// Databases of other people's patterns are exported, proved, restored by PostgreSQL's own tools, loaded with their ids
// and with new ones, and taken back, to the byte.
func TestApplications(t *testing.T) {
	t.Parallel()
	for _, app := range applications {
		t.Run(app.name, func(t *testing.T) {
			if app.long && os.Getenv("GYRO_LONG") == "" {
				t.Skip("takes minutes: set GYRO_LONG")
			}
			t.Parallel()
			app.test(t)
		})
	}
}

func (a application) test(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", a.name+".sql"))
	if err != nil {
		t.Fatal(err)
	}
	source := pgtest.Template(t, a.name, func(url string) error {
		pgtest.Exec(t, url, string(text))
		return nil
	})
	empty := func(t *testing.T) string {
		return pgtest.Template(t, a.name+" empty", func(url string) error {
			pgtest.Exec(t, url, string(text))
			return nil
		})
	}
	rows := fill(t, source, filling{salt: "a", tenants: 3, tenant: a.tenant})
	d := describe(t, source)

	t.Run("whole", func(t *testing.T) {
		dir, report := a.take(t, source, d, nil)
		restored := a.proved(t, source, dir, report)
		same(t, "restored", d.state(t, restored), d.state(t, source))
		target := empty(t)
		d.clear(t, target)
		before := d.state(t, target)
		undo := a.load(t, dir, target, d, gyro.Keep(), false)
		same(t, "loaded", d.state(t, target), d.state(t, source))
		undo(before)
	})
	t.Run("one tenant", func(t *testing.T) {
		key := rows.firstTenant()
		dir, report := a.take(t, source, d, key)
		for _, f := range report.Files {
			if want := rows.ofTenant(f.Model.Table); f.Rows != want {
				t.Errorf("%s: %d rows, of the tenant are %d", f.Model, f.Rows, want)
			}
		}
		leaks, err := csvdir.Fence(t.Context(), dir, a.tenant, key, csvdir.VerifyOptions{})
		if err != nil || len(leaks.Files) > 0 {
			t.Fatalf("fence: %+v, %v", leaks, err)
		}
		restored := a.proved(t, source, dir, report)

		target := empty(t)
		d.clear(t, target)
		before := d.state(t, target)
		undo := a.load(t, dir, target, d, gyro.Keep(), false)
		same(t, "loaded", d.state(t, target), d.state(t, restored))
		undo(before)

		a.anew(t, empty(t), d, dir, restored, false)
		if len(d.keyless()) > 0 {
			a.anew(t, empty(t), d, dir, restored, true)
		}
	})
}

// anew loads a slice with new ids into a database with rows of its own, and takes it back.
func (a application) anew(t *testing.T, target string, d *description, dir, slice string, keyed bool) {
	t.Helper()
	if a.shift != "" {
		pgtest.Exec(t, target, a.shift)
	}
	fill(t, target, filling{salt: "b", tenants: 2, tenant: a.tenant})
	before := d.state(t, target)
	old := d.shapes(t, target)
	undo := a.load(t, dir, target, d, gyro.Sequential(), keyed)
	want := d.shapes(t, slice)
	if keyed {
		for _, name := range d.keyless() {
			delete(want, name)
		}
	}
	a.compare(t, old, d.shapes(t, target), want)
	now := d.state(t, target)
	for name, lines := range before {
		if kept := intersection(lines, now[name]); len(kept) < len(lines) {
			t.Errorf("%s: of %d rows that were there %d are as they were", name, len(lines), len(kept))
		}
	}
	undo(before)
}

// take takes a slice of all tables; with a key that of one tenant.
func (a application) take(t *testing.T, source string, d *description, key []string) (string, *gyro.Report) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "slice")
	s := export.Slice{Source: postgres.DB{URL: source}, Target: csvdir.Dir{Path: dir}, Importers: a.importers(t, source, d)}
	for _, r := range d.ordered(a.tenant) {
		job := gyro.ImportJob{Model: gyro.Table(r.name), Orphans: true}
		if r.name == a.tenant && key != nil {
			job.Query, job.Orphans = gyro.Where(r.pk[0]+" = "+key[0]), false
		}
		s.Jobs = append(s.Jobs, job)
	}
	report, err := s.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return dir, report
}

// importers declare what the catalog does not say.
func (a application) importers(t *testing.T, url string, d *description) gyro.Registry {
	var registry gyro.Registry
	for _, r := range d.relations {
		importer := gyro.Importer{Model: gyro.Table(r.name), Columns: gyro.Columns{}}
		for _, k := range r.kinds {
			c := gyro.Column{Missing: gyro.Restrict}
			for _, o := range k.options(t, url) {
				c.Cases = append(c.Cases, gyro.Case{When: fmt.Sprintf("%s = '%s'", k.typ, o.value), Ref: gyro.Table(o.to.name)})
			}
			importer.Columns[k.id] = c
		}
		registry = append(registry, importer)
	}
	return registry
}

// proved proves a slice from its files, and by restoring it.
func (a application) proved(t *testing.T, source, dir string, report *gyro.Report) (restored string) {
	t.Helper()
	proof, err := csvdir.Verify(t.Context(), dir, csvdir.VerifyOptions{})
	if err != nil || len(proof.Problems) > 0 {
		t.Fatalf("verify: %+v, %v", proof, err)
	}
	restored = pgtest.DB(t)
	if err := (arena{source: source, target: restored}).restore(t, dir, report); err != nil {
		t.Fatal(err)
	}
	return restored
}

// load loads a slice; undo takes it back, to what was before. Where tables without a key are among it the load says that
// it can't be, and undo refuses; keyed loads the others alone.
func (a application) load(t *testing.T, dir, target string, d *description, ids gyro.IDs, keyed bool) (undo func(before map[string][]string)) {
	t.Helper()
	record := csvdir.Dir{Path: filepath.Join(t.TempDir(), "record")}
	s := load.Slice{Source: csvdir.Dir{Path: dir}, Target: postgres.DB{URL: target}, Record: record, IDs: ids}
	if ids.Strategy() != gyro.Keep().Strategy() {
		for _, r := range d.relations {
			importer := gyro.Importer{Model: gyro.Table(r.name), IDs: a.ids[r.name]}
			if slices.Contains(a.skip, r.name) {
				importer.IDs, importer.Conflict = gyro.Keep(), gyro.Skip()
			}
			s.Importers = append(s.Importers, importer)
		}
	}
	if keyed {
		for _, r := range d.relations {
			if len(r.pk) > 0 {
				s.Tables = append(s.Tables, gyro.Table(r.name))
			}
		}
	}
	report, err := s.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if (report.Load.NoUndo == "") != (keyed || len(d.keyless()) == 0) {
		t.Errorf("the load says %q of its undo, without a key are %v", report.Load.NoUndo, d.keyless())
	}
	loaded := d.state(t, target)
	return func(before map[string][]string) {
		t.Helper()
		switch _, err := load.Undo(t.Context(), record, postgres.DB{URL: target}); {
		case report.Load.NoUndo == "" && err != nil:
			t.Fatal(err)
		case report.Load.NoUndo != "" && err == nil:
			t.Fatal("undo: done, though the load says that it can't be")
		case err != nil:
			before = loaded
		}
		same(t, "undone", d.state(t, target), before)
	}
}

// compare holds the rows that a load brought against those of the slice, by what they say and refer to.
func (a application) compare(t *testing.T, before, after, slice map[string][]string) {
	t.Helper()
	for name, want := range slice {
		got := after[name]
		if a.known[name] != nil || slices.Contains(a.skip, name) {
			got = intersection(want, got)
		} else {
			got = difference(got, before[name])
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: of %d rows of the slice %d are as they should be, %d are others", name, len(want), len(intersection(want, got)), len(difference(got, want)))
		}
	}
}

func same(t *testing.T, what string, got, want map[string][]string) {
	t.Helper()
	for name := range want {
		if !slices.Equal(got[name], want[name]) {
			t.Errorf("%s: %s is\n%s\nwas\n%s", what, name, strings.Join(difference(got[name], want[name]), "\n"), strings.Join(difference(want[name], got[name]), "\n"))
		}
	}
}

// intersection and difference are of sorted lines, each counted.
func intersection(a, b []string) []string { return difference(a, difference(a, b)) }

func difference(a, b []string) (rest []string) {
	for len(a) > 0 {
		switch {
		case len(b) == 0 || a[0] < b[0]:
			rest, a = append(rest, a[0]), a[1:]
		case cmp.Compare(a[0], b[0]) == 0:
			a, b = a[1:], b[1:]
		default:
			b = b[1:]
		}
	}
	return rest
}
