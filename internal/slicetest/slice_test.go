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
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/postgres"
)

// Every slice of a random world is what the model says, row for row and byte for byte, and
// loads into an empty database with all keys and constraints of the source.
func TestRandomWorlds(t *testing.T) {
	t.Parallel()
	for half := range halves {
		t.Run(fmt.Sprint(half+1), randomWorlds)
	}
}

func randomWorlds(t *testing.T) {
	t.Parallel()
	refused, taken, broken := 0, 0, 0
	a := newArena(t)
	mix := collationsMix(t, a.source)
	rapid.Check(t, func(rt *rapid.T) {
		w := drawWorld(rt, mix)
		switch err := a.check(t, w); {
		case err == nil:
			taken++
		case errors.Is(err, errBroken):
			broken++
		case strings.HasPrefix(err.Error(), "refused"):
			refused++
		default:
			rt.Fatalf("%v\n%s", err, w.describe())
		}
	})
	t.Logf("%d slices taken, %d worlds refused at plan time, %d include rows that are not there", taken, refused, broken)
	if refused > 3*(taken+1) {
		t.Errorf("%d worlds were refused, only %d slices taken", refused, taken)
	}
}

// arena is two databases and a directory that many worlds use, one after the other: making
// databases took two thirds of a world's time.
type arena struct{ source, target, dir string }

func newArena(t *testing.T) arena {
	return arena{source: pgtest.DB(t), target: pgtest.DB(t), dir: t.TempDir()}
}

// clear drops the tables that the last world left.
func (a arena) clear(t *testing.T) {
	var names []string
	for i := range maxTables {
		names = append(names, fmt.Sprintf("t%d", i))
	}
	for _, url := range []string{a.source, a.target} {
		pgtest.Exec(t, url, "SET client_min_messages = error; DROP TABLE IF EXISTS "+strings.Join(names, ", ")+" CASCADE"+clearSQL())
	}
}

// errBroken says that the run failed as it had to: the source has references that dangle.
var errBroken = errors.New("a row that is to be included is not there")

// check takes the slice of a world and holds it against both judges.
func (a arena) check(t *testing.T, w *world) error {
	a.clear(t)
	pgtest.Exec(t, a.source, w.sql())
	dir, err := os.MkdirTemp(a.dir, "")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // TempDir removes the rest
	s := w.slicer()
	s.Source, s.Target = postgres.DB{URL: a.source}, csvdir.Dir{Path: filepath.Join(dir, "slice")}
	if len(s.Jobs) == 0 {
		return fmt.Errorf("refused: no jobs")
	}
	if _, err := s.Plan(t.Context()); err != nil {
		if strings.Contains(err.Error(), "says the catalog") { // it knows less than the database
			return fmt.Errorf("plan: %w", err)
		}
		return fmt.Errorf("refused: %w", err)
	}
	report, err := s.Run(t.Context())
	m := w.model()
	switch {
	case err != nil && m.broken && strings.Contains(err.Error(), "not there"):
		return errBroken
	case err != nil:
		return fmt.Errorf("run: %w", err)
	case m.broken:
		return errors.New("the model says that a row that is to be included is not there")
	}
	for _, f := range report.Files {
		got, err := os.ReadFile(filepath.Join(dir, "slice", f.File))
		if err != nil {
			return err
		}
		tab := w.table(f.Model.Table)
		if want := m.csv(tab); string(got) != want {
			return fmt.Errorf("%s is\n%s\nthe model says\n%s", f.File, got, want)
		}
		if extra := int64(len(m.kept[tab]) - len(m.selected[tab])); f.Included != extra {
			return fmt.Errorf("%s: %d rows included, the model says %d", f.File, f.Included, extra)
		}
	}
	for _, tab := range w.tables {
		if len(m.kept[tab]) > 0 && !reported(report, tab.name) {
			return fmt.Errorf("%s has no file", tab.name)
		}
	}
	proof, err := csvdir.Verify(t.Context(), filepath.Join(dir, "slice"), csvdir.VerifyOptions{})
	if err != nil || len(proof.Problems) > 0 {
		return fmt.Errorf("verify: %v, %w", proof, err)
	}
	return a.restore(t, filepath.Join(dir, "slice"), report)
}

func reported(report *gyro.Report, name string) bool {
	for _, f := range report.Files {
		if f.Model.Table == name {
			return true
		}
	}
	return false
}

func (w *world) table(name string) *table {
	for _, t := range w.tables {
		if t.name == name {
			return t
		}
	}
	return nil
}

// describe prints a world for whoever has to find out.
func (w *world) describe() string {
	text := w.sql()
	for _, t := range w.tables {
		if t.job != nil {
			text += fmt.Sprintf("-- job %s: %+v\n", t.name, *t.job)
		}
		for _, r := range t.refs {
			text += fmt.Sprintf("-- %s %v -> %s %v: %q, soft %v", t.name, r.columns, r.to.name, r.toColumns, r.missing, r.soft)
			if r.kind != nil {
				text += ", where " + r.kind.when
			}
			text += "\n"
		}
	}
	return text
}
