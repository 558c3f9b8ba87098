package export

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/internal/masking"
	"github.com/gyrodata/gyro/schema"
)

// trials is how many values of a fake are held against the rules of its column.
const trials = 200

// tryFakes says of fakes whose values their columns would refuse: by a check over the column alone, by the checks of its domain, or
// because an importer lists what may stand there.
func tryFakes(ctx context.Context, snapshot driver.Snapshot, steps []*step) (gyro.Mistakes, error) {
	var found gyro.Mistakes
	for _, s := range steps {
		for _, c := range s.table.Columns {
			mask := s.masks[c.Name]
			if mask.Fake == nil || mask.Command != nil || len(mask.Reads) > 0 {
				continue
			}
			refuse := func(by string) {
				found.Add(gyro.Mistake{
					Place:   gyro.Textf("table %s, column %q", s.table.Name, c.Name),
					Problem: gyro.Textf("%s makes values that %s refuses", mask.Name, by), Hint: "a fake that fits: a choice, a pattern, one of your own",
				})
			}
			checks := s.checksOf(c.Name)
			said := s.importer.Columns[c.Name]
			if len(checks) == 0 && c.Base == "" && len(said.OneOf) == 0 {
				continue
			}
			values := sampled(mask, s.fitted(c.Name))
			if len(said.OneOf) > 0 && slices.ContainsFunc(values, func(v string) bool { return !slices.Contains(said.OneOf, v) }) {
				refuse("{OneOf}")
				continue
			}
			by, err := snapshot.Refuses(ctx, s.table, c.Name, checks, values)
			if err != nil {
				return nil, err
			}
			if by != "" {
				refuse(by)
			}
		}
	}
	return found, nil
}

// checksOf are the checks over one column alone.
func (s *step) checksOf(column string) []string {
	var names []string
	for _, rule := range s.table.Rules {
		if rule.Kind == schema.Check && slices.Equal(rule.Columns, []string{column}) {
			names = append(names, rule.Name)
		}
	}
	return names
}

// sampled are values that a fake makes.
func sampled(mask gyro.Mask, column schema.Column) []string {
	values := make([]string, trials)
	row := gyro.MaskRow{Column: column, Numbered: mask.Domain == "", Wide: mask.Domain != ""}
	bits := masking.MaxBits
	if mask.Bits != nil {
		bits = min(bits, mask.Bits(column))
	}
	var n [8]byte
	for i := range values {
		binary.BigEndian.PutUint64(n[:], uint64(i)) //nolint:gosec // small
		row.Seed = sha256.Sum256(n[:])
		row.Whole = sha256.Sum256(row.Seed[:])
		row.Number = binary.BigEndian.Uint64(row.Whole[:]) >> (masking.MaxBits - bits)
		values[i] = string(mask.Fake(nil, &row))
	}
	return values
}

// ruled notes masked columns with rules that a mask may break: the slice would not load.
func (s *step) ruled() []gyro.Text {
	var notes []gyro.Text
	for _, rule := range s.table.Rules {
		var masked []string
		for _, name := range append(slices.Clone(rule.Columns), rule.Where...) {
			if mask := s.masks[name]; mask.IsZero() || mask.Keeps() || slices.Contains(masked, name) {
				continue
			}
			tried := rule.Kind == schema.Check && len(rule.Columns) == 1 && s.masks[name].Fake != nil
			kept := rule.Kind == schema.UniqueIndex && !slices.Contains(rule.Where, name)
			if !tried && !kept {
				masked = append(masked, name)
			}
		}
		if len(masked) > 0 {
			notes = append(notes, gyro.Textf("%s: %s %s has to do with %s, which is masked: a load fails where what was written breaks it", s.table.Name, rule.Kind, rule.Name, strings.Join(masked, ", ")))
		}
	}
	return notes
}
