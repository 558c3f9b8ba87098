package foreign

import (
	"context"
	"slices"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/postgres/internal/server"
)

// resolution finds out what the references of sheets mean.
type resolution struct {
	*attempt
	lookups *lookups
	keys    *keys
	parents *parents
}

// resolve resolves the references of the sheets of a circle, or of one alone, makes their
// maps, and holds their keys against each other and the target.
func (r *resolution) resolve(ctx context.Context, circle []int) error {
	for _, i := range circle {
		if t := r.sheets[i]; len(t.Sheet.Made) > 0 {
			if err := r.parents.create(ctx, t); err != nil {
				return err
			}
		}
	}
	for again := true; again; {
		if err := r.lookUpAll(ctx, circle); err != nil {
			return err
		}
		before := r.marked(circle)
		if err := r.mapSheets(ctx, circle); err != nil {
			return err
		}
		if again = r.circular(circle) && r.marked(circle) > before; !again {
			break
		}
		// What was rejected just now may be what others of the circle refer to.
		for _, i := range circle {
			if t := r.sheets[i]; t.Map && !t.unmapped {
				if err := r.Exec(ctx, "drop a map of ids", "DROP TABLE "+t.IDMap()); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// circular reports whether sheets refer to each other, or one to itself.
func (r *resolution) circular(circle []int) bool {
	return slices.ContainsFunc(circle, func(i int) bool {
		return slices.ContainsFunc(r.sheets[i].Sheet.References, func(to driver.SheetReference) bool { return slices.Contains(circle, to.To) })
	})
}

// marked counts the violations that made rows bad.
func (r *resolution) marked(circle []int) (n int64) {
	for _, i := range circle {
		n += r.sheets[i].marked
	}
	return n
}

// lookUpAll makes the lookup tables of a circle, again where rows turn out to be bad that others
// of it refer to.
func (r *resolution) lookUpAll(ctx context.Context, circle []int) error {
	for {
		before := r.marked(circle)
		for _, i := range circle {
			if err := r.lookups.make(ctx, r.sheets[i]); err != nil {
				return err
			}
		}
		if !r.circular(circle) || r.marked(circle) == before {
			return nil
		}
	}
}

// mapSheets makes the maps of sheets, and holds their keys against each other and the target.
func (r *resolution) mapSheets(ctx context.Context, circle []int) error {
	for _, i := range circle {
		t := r.sheets[i]
		t.unmapped = !t.Map || r.violations.refusing() && t.plainKeys()
		if t.unmapped {
			continue
		}
		r.Stage(gyro.Mapping, i)
		if err := r.Exec(ctx, "map the ids of "+t.Table.Name.String(), r.Mapping.Text(t.TableLoad)); err != nil {
			return server.RefusedRow(err)
		}
	}
	for _, i := range circle {
		if err := r.keys.check(ctx, r.sheets[i]); err != nil {
			return err
		}
	}
	return nil
}

// plainKeys reports whether keys can be compared as the sheet has them: no map changes them, and
// nobody needs one.
func (t *sheet) plainKeys() bool {
	return len(t.Lists) == 0 &&
		!slices.ContainsFunc(t.Sheet.References, func(r driver.SheetReference) bool { return r.To >= 0 }) &&
		!slices.ContainsFunc(t.New, func(id driver.NewID) bool { return !id.Drawn() })
}
