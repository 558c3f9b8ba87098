package csvdir

import (
	"context"

	"github.com/gyrodata/gyro/pgcsv"
)

// findRepeated finds the rows of unique keys that a part holds more than once, by reading the file
// again. The part can't be asked for references afterwards.
func (v *verifier) findRepeated(ctx context.Context, p *keyPart) error {
	if !p.key.unique || p.key.table.broken {
		return nil
	}
	rows := p.set.keepRepeated()
	switch {
	case rows == 0:
		return nil
	case p.quick:
		return v.findAlike(ctx, p, rows)
	}
	k, found := p.key, finding{}
	again := func() *repeats { return &repeats{verifier: v, part: p} }
	err := scanTable(ctx, v.slice, k.table, again, func(before int64, g *repeats) error {
		found.merge(before, g.found)
		if len(found.rows) == shownRows {
			return errEnough
		}
		return nil
	})
	found.count = rows
	v.keys[k].repeated.merge(0, found)
	return err
}

// findAlike looks closer at the rows of which others have the same quick hash, in as many parts as there is memory for.
func (v *verifier) findAlike(ctx context.Context, p *keyPart, rows int64) error {
	parts := uint64(1 + rows*sumBytes/v.opts.memory()) //nolint:gosec // not below 0
	for number := range parts {
		part := &keyPart{key: p.key, number: number, of: parts, set: &keySet{}}
		again := func() *alike { return &alike{verifier: v, quick: p.set, part: part} }
		err := scanTable(ctx, v.slice, p.key.table, again, func(_ int64, g *alike) error {
			part.set.merge(&g.keys)
			return ctx.Err()
		})
		if err != nil {
			return err
		}
		part.set.seal(false)
		if err := v.findRepeated(ctx, part); err != nil {
			return err
		}
	}
	return nil
}

type alike struct {
	*verifier
	quick   *keySet
	part    *keyPart
	printer printer
	keys    fingerprints
}

func (a *alike) row(_ int64, row []pgcsv.Field) {
	k := a.part.key
	if print, nulls := a.printer.quick(a.seed, k, row); nulls > 0 || !a.quick.has(print) {
		return
	}
	if print, _ := a.printer.of(k, k.columns, row); a.part.holds(print) {
		a.keys.add(print)
	}
}

type repeats struct {
	*verifier
	part    *keyPart
	printer printer
	found   finding
}

func (r *repeats) row(number int64, row []pgcsv.Field) {
	k := r.part.key
	if print, nulls := r.printer.of(k, k.columns, row); nulls == 0 && r.part.set.has(print) {
		r.found.add(number, r.shown(row, k.columns))
	}
}
