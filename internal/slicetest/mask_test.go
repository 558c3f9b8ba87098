package slicetest

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/mask"
	"github.com/gyrodata/gyro/postgres"
)

// Every masked slice of a random world has the rows that the model says, in which nothing but masked values is other: these
// are NULL where the clear ones are, the same where those are the same, and differ where they have to. It is closed and loads.
func TestRandomMasks(t *testing.T) {
	t.Parallel()
	refused, taken, masked, spread := map[string]int{}, 0, 0, 0
	a := newArena(t)
	mix := collationsMix(t, a.source)
	rapid.Check(t, func(rt *rapid.T) {
		w := drawWorld(rt, mix)
		masks := drawMasks(rt, w)
		said := masks.count()
		n, err := a.checkMasks(t, w, masks)
		switch {
		case err == nil:
			taken++
			masked += n
			spread += masks.count() - said
		case errors.Is(err, errBroken):
		case strings.HasPrefix(err.Error(), "refused"):
			refused[whyRefused(err)]++
		default:
			rt.Fatalf("%v\n%s%s", err, w.describe(), masks.describe())
		}
	})
	t.Logf("%d slices taken, %d columns masked in them, %d for they refer to others; refused: %v", taken, masked, spread, refused)
	if taken == 0 || masked < taken {
		t.Errorf("%d slices were taken, %d columns masked in them", taken, masked)
	}
}

// whyRefused is what a plan said first of a mask, or "" where it was something else.
func whyRefused(err error) string {
	for _, why := range []string{"polymorphic", "of another type", "written differently", "does not keep values apart", "another mask", "is not masked", "may give two rows one value", "no room to tell rows apart", "no room for as many", "is for", "what is masked could be"} {
		if strings.Contains(err.Error(), why) {
			return why
		}
	}
	return ""
}

// masks are those of a world's columns, by table and column.
type masks map[*table]map[string]gyro.Mask

func (m masks) count() (n int) {
	for _, columns := range m {
		n += len(columns)
	}
	return n
}

func (m masks) describe() string {
	var b strings.Builder
	for t, columns := range m {
		for name, mask := range columns {
			fmt.Fprintf(&b, "-- mask of %s.%s: %v\n", t.name, name, mask)
		}
	}
	return b.String()
}

// drawMasks draws masks that mostly suit their columns.
func drawMasks(t *rapid.T, w *world) masks {
	all := masks{}
	for _, tab := range w.tables {
		all[tab] = map[string]gyro.Mask{}
		for _, c := range tab.columns {
			if rapid.IntRange(0, 2).Draw(t, "masked") > 0 {
				continue
			}
			key := c.name == "code" || slices.ContainsFunc(tab.keys(), func(key []string) bool { return slices.Contains(key, c.name) })
			var fitting []gyro.Mask
			switch {
			case w.awkward(tab, c) && rapid.IntRange(0, 19).Draw(t, "awkward") > 0:
				continue
			case c.typ == "integer" || c.typ == "bigint":
				fitting = []gyro.Mask{mask.Token("")}
				if !key {
					fitting = append(fitting, mask.Integer(), mask.Age(), mask.Round(5).When("n > 4"), mask.Integer().When("n > 4"))
				}
			case c.typ == "text" || c.typ == "citext" || strings.HasPrefix(c.typ, "varchar"):
				fitting = []gyro.Mask{mask.Token(""), mask.Hash(), mask.Email().ByValue("people"), mask.Username().ByValue("logins"), mask.Email(), mask.Slug()}
				if !key {
					fitting = append(fitting, mask.Name(), mask.Partial(1, 1), mask.Name().When("n > 4"), mask.Null())
				}
			case c.typ == "uuid":
				fitting = []gyro.Mask{mask.Token(""), mask.UUID().ByValue("uuids"), mask.UUID()}
			default:
				continue
			}
			all[tab][c.name] = rapid.SampledFrom(fitting).Draw(t, "mask")
		}
	}
	return all
}

// awkward reports whether most masks of a column would be refused: of one that refers to another, or has to do with polymorphic
// references, or is referred to by one of another type.
func (w *world) awkward(t *table, c column) bool {
	if c.name == "n" && slices.ContainsFunc(t.others, func(u uniqueness) bool { return u.small }) { // other rows would be of its index
		return true
	}
	for _, from := range w.tables {
		for _, r := range from.refs {
			if from == t && (slices.Contains(r.columns, c.name) || r.kind != nil && r.kind.column == c.name) {
				return true
			}
			if i := slices.Index(r.toColumns, c.name); i >= 0 && r.to == t && (r.kind != nil || from.column(r.columns[i]).typ != c.typ || loose(c.typ)) {
				return true
			}
		}
	}
	return false
}

// into says the masks to Gyro.
func (m masks) into(w *world, s *export.Slice) {
	for i, tab := range w.tables {
		for name, mask := range m[tab] {
			c := s.Importers[i].Columns[name]
			c.Mask = mask
			s.Importers[i].Columns[name] = c
		}
	}
}

// spread gives the masks of keys to all that refers to them, table by table until nothing changes.
func (m masks) spread(w *world) {
	for changed := true; changed; {
		changed = false
		for _, tab := range w.tables {
			for _, r := range tab.refs {
				for i, name := range r.columns {
					if to, there := m[r.to][r.toColumns[i]]; there && r.kind == nil && m[tab][name].Name == "" {
						m[tab][name], changed = to, true
					}
				}
			}
		}
	}
}

// checkMasks takes the masked slice of a world, and gives how many columns were masked.
func (a arena) checkMasks(t *testing.T, w *world, all masks) (int, error) {
	a.clear(t)
	pgtest.Exec(t, a.source, w.sql())
	dir, err := os.MkdirTemp(a.dir, "")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // TempDir removes the rest
	dir = filepath.Join(dir, "slice")
	s := w.slicer()
	s.Source, s.Target, s.MaskKey = postgres.DB{URL: a.source}, csvdir.Dir{Path: dir}, bytes.Repeat([]byte("k"), 32)
	all.into(w, &s)
	if len(s.Jobs) == 0 {
		return 0, errors.New("refused: no jobs")
	}
	if _, err := s.Plan(t.Context()); err != nil {
		return 0, fmt.Errorf("refused: %w", err)
	}
	report, err := s.Run(t.Context())
	m := w.model()
	switch {
	case err != nil && m.broken && strings.Contains(err.Error(), "not there"):
		return 0, errBroken
	case err != nil && strings.Contains(err.Error(), "no room for as many"): // for keys of 64 bits, or below 0
		return 0, fmt.Errorf("refused: %w", err)
	case err != nil:
		return 0, fmt.Errorf("run: %w", err)
	}
	all.spread(w)
	judge := maskJudge{clear: map[string]map[string]string{}, given: map[string]map[string]string{}}
	masked := 0
	for _, f := range report.Files {
		tab := w.table(f.Model.Table)
		masked += len(all[tab])
		if err := judge.file(m, tab, all[tab], filepath.Join(dir, f.File)); err != nil {
			return 0, fmt.Errorf("%s: %w", f.File, err)
		}
	}
	proof, err := csvdir.Verify(t.Context(), dir, csvdir.VerifyOptions{})
	if err != nil || len(proof.Problems) > 0 {
		return 0, fmt.Errorf("verify: %v, %w", proof, err)
	}
	if err := a.restore(t, dir, report); err != nil {
		return 0, err
	}
	return masked, a.retake(t, dir, report)
}

// retake takes all of what was loaded, without masks: the rows are the slice's, whose order was that of the clear keys.
func (a arena) retake(t *testing.T, dir string, report *gyro.Report) error {
	again := dir + "-again"
	s := export.Slice{Source: postgres.DB{URL: a.target}, Target: csvdir.Dir{Path: again}, Missing: gyro.Include, Order: export.OrderAuto}
	for _, f := range report.Files {
		s.Jobs = append(s.Jobs, gyro.ImportJob{Model: gyro.Table(f.Model.Table), Orphans: true})
	}
	if _, err := s.Run(t.Context()); err != nil {
		return fmt.Errorf("again: %w", err)
	}
	for _, f := range report.Files {
		var sorted [2][]string
		for i, dir := range []string{dir, again} {
			text, err := os.ReadFile(filepath.Join(dir, f.Model.Table+".csv"))
			if err != nil {
				return err
			}
			sorted[i] = slices.Sorted(strings.SplitSeq(string(text), "\n"))
		}
		if !slices.Equal(sorted[0], sorted[1]) {
			return fmt.Errorf("again, %s has other rows", f.File)
		}
	}
	return nil
}

// maskJudge knows what became of each value, by the masks that go by the value.
type maskJudge struct{ clear, given map[string]map[string]string }

func (j maskJudge) file(m *model, t *table, masks map[string]gyro.Mask, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // only read
	lines, err := csv.NewReader(file).ReadAll()
	if err != nil {
		return err
	}
	rows := slices.Clone(m.kept[t])
	slices.SortFunc(rows, func(x, y row) int { return compareKeys(t, x, y) })
	if len(lines) != len(rows)+1 {
		return fmt.Errorf("%d rows, the model says %d", len(lines)-1, len(rows))
	}
	seen := map[string]bool{}
	for i, r := range rows {
		for k, c := range t.columns {
			clear, ok := r[c.name]
			got := lines[i+1][k]
			mask, masked := masks[c.name]
			switch {
			case !ok || m.nulled(t, r, c.name) || mask.Null:
				if got != "" {
					return fmt.Errorf("row %d, %s: %q in the place of NULL", i+1, c.name, got)
				}
			case !masked || mask.Rows != "" && r["n"] <= "4":
				if got != clear {
					return fmt.Errorf("row %d, %s is %q, the model says %q", i+1, c.name, got, clear)
				}
			case mask.Domain != "" || mask.Name == "token" || mask.Name == "hash":
				if err := j.value(mask.String()+c.typ, clear, got); err != nil {
					return fmt.Errorf("row %d, %s: %w", i+1, c.name, err)
				}
			case got == clear && len(clear) > 2:
				return fmt.Errorf("row %d, %s holds the clear value", i+1, c.name)
			case mask.Unique && seen[c.name+"\x00"+got] && t.parts != inheritance: // heirs may repeat a key
				return fmt.Errorf("row %d, %s: %q is there twice", i+1, c.name, got)
			default:
				seen[c.name+"\x00"+got] = true
			}
		}
	}
	return nil
}

// value holds what became of a value against what became of it before, and of others.
func (j maskJudge) value(domain, clear, got string) error {
	if j.given[domain] == nil {
		j.given[domain], j.clear[domain] = map[string]string{}, map[string]string{}
	}
	if before, there := j.given[domain][clear]; there && before != got {
		return fmt.Errorf("%q became %q, and %q before", clear, got, before)
	}
	if other, there := j.clear[domain][got]; there && other != clear {
		return fmt.Errorf("%q and %q became %q", clear, other, got)
	}
	j.given[domain][clear], j.clear[domain][got] = got, clear
	return nil
}
