package slicetest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/config"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/draft"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/load"
	"github.com/gyrodata/gyro/mask"
	"github.com/gyrodata/gyro/postgres"
	"github.com/gyrodata/gyro/schema"
)

// A configuration that is drafted of a random world runs as it stands: it is planned, taken and proved, and what is taken
// goes into an empty copy with its ids, and with new ones into a copy that has all rows. A few worlds have keys that hold what refers to the table
// itself, for which no new ones can be found: a load says so before it begins.
func TestRandomDrafts(t *testing.T) {
	t.Parallel()
	for half := range halves {
		t.Run(fmt.Sprint(half+1), randomDrafts)
	}
}

func randomDrafts(t *testing.T) {
	t.Parallel()
	a := newArena(t)
	mix := collationsMix(t, a.source)
	outcomes := map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		d := drawDrafted(rt, mix)
		outcome, err := a.draft(t, d)
		if err != nil {
			rt.Fatalf("%v\n%s", err, d.filled)
		}
		outcomes[outcome]++
	})
	t.Logf("%v", outcomes)
	if outcomes[circular]*10 > outcomes["rows"] {
		t.Errorf("%v: too few have new ids", outcomes)
	}
	if outcomes["rows"] < outcomes["none"] {
		t.Errorf("%v: most slices are empty", outcomes)
	}
}

// circular is what a load says of new ids that follow from each other.
const circular = "no new one can be found first"

// drafted is a world by its SQL, with its rows and without.
type drafted struct {
	filled, empty string
	analyzed      bool
}

func drawDrafted(t *rapid.T, mix bool) drafted {
	d := drafted{analyzed: rapid.Bool().Draw(t, "analyzed")}
	if rapid.Bool().Draw(t, "with ids of their own") {
		l := drawLoadWorld(t, mix)
		d.filled = l.sql(l.slice)
		for _, tab := range l.slice.tables {
			tab.rows = nil
		}
		d.empty = l.sql(l.slice)
		return d
	}
	w := drawWorld(t, mix)
	d.filled = w.sql()
	for _, tab := range w.tables {
		tab.rows = nil
	}
	d.empty = w.sql()
	return d
}

// draft drafts a configuration of a world, and does what a newcomer does with it.
func (a arena) draft(t *testing.T, d drafted) (outcome string, err error) {
	a.clear(t)
	pgtest.Exec(t, a.source, d.filled)
	if d.analyzed {
		pgtest.Exec(t, a.source, "ANALYZE")
	}
	dir, err := os.MkdirTemp(a.dir, "")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // TempDir removes the rest
	conf, text, err := draftOf(t, draft.Brief{}, a.source, dir)
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("%w\n%s", err, text)
		}
	}()
	report, err := conf.Export().Run(t.Context())
	if err != nil {
		return "", fmt.Errorf("export: %w", err)
	}
	proof, err := csvdir.Verify(t.Context(), conf.Target, csvdir.VerifyOptions{})
	if err != nil || len(proof.Problems) > 0 {
		return "", fmt.Errorf("verify: %v, %w", proof, err)
	}
	outcome = "rows"
	if report.Rows == 0 {
		outcome = "none"
	}
	for _, how := range []struct {
		into string
		ids  gyro.IDs
	}{{d.empty, gyro.IDs{}}, {d.filled, gyro.Sequential()}} {
		a.clearTarget(t)
		pgtest.Exec(t, a.target, how.into)
		loading := conf
		loading.Source, loading.Target, loading.IDs = conf.Target, a.target, how.ids
		err := loadDrafted(t, loading, report.Rows, how.ids.IsZero())
		if err != nil && !how.ids.IsZero() && strings.Contains(err.Error(), circular) {
			return circular, nil
		}
		if err != nil {
			return "", fmt.Errorf("ids %s: %w", how.ids, err)
		}
	}
	return outcome, nil
}

func (a arena) clearTarget(t *testing.T) { arena{source: a.target, target: a.target}.clear(t) }

// draftOf drafts a configuration, and reads what is written of it.
func draftOf(t *testing.T, brief draft.Brief, source, dir string) (config.Config, string, error) {
	brief.Slice, brief.Mask = export.Slice{Source: postgres.DB{URL: source}, Target: csvdir.Dir{Path: filepath.Join(dir, "slice")}}, mask.Named
	d, err := brief.Draw(t.Context())
	if err != nil {
		return config.Config{}, "", fmt.Errorf("draft: %w", err)
	}
	text := string(config.Drafted(d, "", filepath.Join(dir, "slice")))
	conf, err := config.Parse("gyro.yaml", []byte(text), nil)
	if err != nil {
		return conf, text, fmt.Errorf("parse: %w\n%s", err, text)
	}
	conf.Source = source
	plan, err := conf.Export().Plan(t.Context())
	if err != nil {
		return conf, text, fmt.Errorf("plan: %w\n%s", err, text)
	}
	if want := len(d.Plan().Jobs); len(plan.Jobs) != want {
		return conf, text, fmt.Errorf("what is written has %d jobs, what was drafted %d", len(plan.Jobs), want)
	}
	return conf, text, nil
}

// loadDrafted loads what was taken, and counts rows where all have to go in.
func loadDrafted(t *testing.T, conf config.Config, rows int64, all bool) error {
	s := conf.Load()
	s.Target = postgres.DB{URL: conf.Target}
	report, err := load.Slice{Source: s.Source, Target: s.Target, Importers: s.Importers, IDs: s.IDs, Conflict: s.Conflict}.Run(t.Context())
	if err != nil {
		return fmt.Errorf("load: %w", err)
	}
	var inserted int64
	for _, table := range report.Load.Tables {
		inserted += table.Inserted
	}
	if all && inserted != rows {
		return errors.New(strings.TrimSpace(fmt.Sprintf("%d rows of %d went in", inserted, rows)))
	}
	return nil
}

// So does that of an application's database, of its own accord and for one tenant; the slice also goes, with new ids, into the
// database that it was loaded into.
func TestApplicationDrafts(t *testing.T) {
	t.Parallel()
	for _, app := range applications {
		text, err := os.ReadFile(filepath.Join("testdata", app.name+".sql"))
		if err != nil {
			t.Fatal(err)
		}
		for _, tenant := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, tenant %t", app.name, tenant), func(t *testing.T) {
				t.Parallel()
				app.drafted(t, string(text), tenant)
			})
		}
	}
}

func (a application) drafted(t *testing.T, sql string, tenant bool) {
	source, empty := pgtest.DB(t), pgtest.DB(t)
	pgtest.Exec(t, source, sql)
	pgtest.Exec(t, empty, sql)
	d := describe(t, empty)
	d.clear(t, empty)
	rows := fill(t, source, filling{salt: "a", tenants: 3, tenant: a.tenant})
	pgtest.Exec(t, source, "ANALYZE")
	brief := draft.Brief{}
	if tenant {
		brief.Root = schema.NewName("", a.tenant)
		brief.Where = fmt.Sprintf("%s = '%s'", d.relation(a.tenant).pk[0], rows.firstTenant()[0])
	}
	conf, written, err := draftOf(t, brief, source, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	through(t, conf, written, source, empty)
}
