package slicetest

import (
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
	refused, taken := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		w := drawWorld(rt)
		switch err := check(t, w); {
		case err == nil:
			taken++
		case strings.HasPrefix(err.Error(), "refused"):
			refused++
		default:
			rt.Fatalf("%v\n%s", err, w.describe())
		}
	})
	t.Logf("%d slices taken, %d worlds refused at plan time", taken, refused)
	if refused > 3*taken {
		t.Errorf("%d worlds were refused, only %d slices taken", refused, taken)
	}
}

// check takes the slice of a world and holds it against both judges.
func check(t *testing.T, w *world) error {
	url, drop := pgtest.Scratch(t)
	defer drop()
	pgtest.Exec(t, url, w.sql())
	dir, err := os.MkdirTemp(t.TempDir(), "")
	if err != nil {
		return err
	}
	s := w.slicer()
	s.Source, s.Target = postgres.DB{URL: url}, csvdir.Dir{Path: filepath.Join(dir, "slice")}
	if len(s.Jobs) == 0 {
		return fmt.Errorf("refused: no jobs")
	}
	if _, err := s.Plan(t.Context()); err != nil {
		return fmt.Errorf("refused: %w", err)
	}
	report, err := s.Run(t.Context())
	if err != nil {
		return fmt.Errorf("run: %w", err)
	}
	m := w.model()
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
	return restore(t, url, filepath.Join(dir, "slice"), report)
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
			text += fmt.Sprintf("-- %s %v -> %s: %q\n", t.name, r.columns, r.to.name, r.missing)
		}
	}
	return text
}
