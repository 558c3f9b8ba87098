package draft

import (
	"context"
	"slices"
	"strings"

	"github.com/gyrodata/gyro/personal"
	"github.com/gyrodata/gyro/schema"
)

// masks suggests what is written in the place of columns that look personal. What a name says is sure enough to be said; what a
// type alone may hold is worth a thought.
func (b Brief) masks(ctx context.Context, d *Draft) error {
	if b.Mask == nil {
		return nil
	}
	report, err := personal.Search{Slice: d.slice(b.Slice), Mask: b.Mask, Personal: true}.Run(ctx)
	if err != nil {
		return err //nolint:wrapcheck // it says operation and place itself
	}
	masked := map[schema.Name]bool{}
	for _, f := range report.Findings {
		if f.Say != nil && sure(f) {
			masked[f.Table] = true
		}
	}
	for _, f := range report.Findings {
		if f.Say == nil || f.Kind != personal.Personal {
			continue
		}
		t := d.table(f.Table)
		i := slices.IndexFunc(t.Columns, func(c Column) bool { return c.Name == f.Column })
		if i < 0 {
			i = len(t.Columns)
			t.Columns = append(t.Columns, Column{Name: f.Column})
		}
		c := &t.Columns[i]
		computed := f.Say.Name == personal.Keep.Name && slices.ContainsFunc(f.Why, func(why string) bool { return strings.HasPrefix(why, "computed") })
		c.Say, c.Off, c.Why = f.Say, !sure(f) && (!computed || !masked[f.Table]), append(c.Why, f.Why...)
		if f.Doubt != "" {
			c.Why = append(c.Why, "no mask: "+f.Doubt.String())
		}
		if c.Off {
			continue
		}
		settings := map[string]any(nil)
		if f.Say.Settings != nil {
			settings = map[string]any{"": f.Say.Settings}
		}
		if c.Mask, err = b.Mask(f.Say.Name, settings); err != nil {
			return err
		}
	}
	return nil
}

// sure reports whether a column's name says what it holds, and a mask can stand there.
func sure(f personal.Finding) bool {
	return f.Say.Name != personal.Keep.Name && slices.ContainsFunc(f.Why, func(why string) bool { return strings.HasPrefix(why, "named ") })
}
