package csvdir

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"

	"github.com/gyrodata/gyro/pgcsv"
	"github.com/gyrodata/gyro/planted"
)

// plants are the values of a list that one block holds, by column.
type plants struct {
	finder  *planted.Finder
	columns []finding
}

func newPlants(l *planted.List, columns int) *plants {
	return &plants{l.Finder(), make([]finding, columns)}
}

func (p *plants) row(number int64, row []pgcsv.Field) {
	for i, f := range row {
		if lines := p.finder.Lines(f.Value); len(lines) > 0 {
			p.columns[i].addLine(number, slices.Min(lines))
		}
	}
}

// plant adds what one block holds.
func (t *tableState) plant(before int64, p *plants) {
	if t.planted == nil {
		t.planted = make([]finding, len(p.columns))
	}
	for i, f := range p.columns {
		t.planted[i].merge(before, f)
	}
}

// plantedProblems are the columns of a file that hold values of the list.
func (v *verifier) plantedProblems(t *table) []Problem {
	var problems []Problem
	for i, f := range v.tables[t].planted {
		if f.count == 0 {
			continue
		}
		p := f.of(Problem{Kind: Planted, File: t.File, Table: t.Table, Columns: []string{t.Columns[i].Name}, Hint: plantedHint})
		p.Text = rowCount(f.count) + " with a planted value in " + quoteList(p.Columns)
		problems = append(problems, p)
	}
	return problems
}

const plantedHint = "a mask of the column is missing, or lets it through"

// digests are the keys of a manifest whose values say nothing of a database's: digits of any value may stand in them.
var digests = []string{"sha256", "mask_key", "lsn", "taken", "server", "gyro"}

// plantedInManifest looks through all texts of the manifest: names, conditions, values of conditions.
func (s *slice) plantedInManifest(l *planted.List) ([]Problem, error) {
	text, err := readSmall(filepath.Join(s.dir.Path, manifestName), manifestLimit)
	if err != nil {
		return nil, s.dir.failed("read", err, "")
	}
	var (
		all    any
		lines  []int
		finder = l.Finder()
	)
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, s.dir.failed("read", errors.New("the manifest was changed meanwhile"), "")
	}
	textsIn(all, func(text string) {
		lines = append(lines, finder.Lines([]byte(text))...)
	})
	if len(lines) == 0 {
		return nil, nil
	}
	slices.Sort(lines)
	lines = slices.Compact(lines)
	return []Problem{{
		Kind: Planted, File: manifestName, Text: "a name or a condition holds a planted value", Lines: lines[:min(len(lines), shownRows)],
		Hint: "a condition of a job or a reference has it",
	}}, nil
}

// textsIn gives each text of a JSON document but digests.
func textsIn(value any, each func(string)) {
	switch v := value.(type) {
	case string:
		each(v)
	case []any:
		for _, one := range v {
			textsIn(one, each)
		}
	case map[string]any:
		for key, one := range v {
			if _, text := one.(string); text && slices.Contains(digests, key) {
				continue
			}
			each(key)
			textsIn(one, each)
		}
	}
}
