package csvdir

import (
	"context"
	"slices"

	"github.com/gyrodata/gyro/pgcsv"
)

// Leaks is what [Fence] found: no row outside, where None.
type Leaks struct {
	Table string   `json:"table"`
	Key   []string `json:"key"` // the fence's own, as it was given
	// Files are those with rows that belong to another row of Table, parents first.
	Files []Leak `json:"files"`
	// Chain leads from one such row to the other row of Table. It begins, where there is
	// one, with a row that also belongs to the fence's own: where the leak came in.
	Chain []Link `json:"chain"`
	// Partial says that there may be more rows than were counted: the memory for their keys,
	// or the number of rounds through a circle, had come to its end.
	Partial bool `json:"partial,omitempty"`
	// NotFollowed are polymorphic references that may lead to Table, of which files don't show
	// which rows refer by them: "comment.csv, object as product". What they drag in is not seen.
	NotFollowed []string `json:"not_followed,omitempty"`
}

// None reports whether the fence holds.
func (l *Leaks) None() bool { return len(l.Files) == 0 }

// Leak is the rows of one file that belong to another row of the fence's table.
type Leak struct {
	File  string  `json:"file"`
	Table string  `json:"table"`
	Rows  int64   `json:"rows"`
	First []int64 `json:"first"` // the first ten of them, from 1
}

const (
	leakBytes  = 64 // of memory for the key of a row that leaks
	waves      = 64 // how often a circle is gone through
	outsideRow = 1  // the level of the fence's other rows
)

// Fence proves that no row of a slice belongs to another row of table than the one with this
// key, which is the primary key or, where there is none, a unique key without NULLs: that no chain of references, from any row, leads to another one, whether or not
// the slice has that. Rows from which no chain leads to the table belong to nobody.
//
// It follows references as Verify does, by bytes, and counts on what Verify proves: that they
// lead to a row. Polymorphic references whose condition files can't show are not followed, and
// named. The memory is that of the keys of rows that leak: none where the fence holds.
func Fence(ctx context.Context, path, table string, key []string, opts VerifyOptions) (*Leaks, error) {
	s, err := usableSlice(path)
	if err != nil {
		return nil, err
	}
	row, err := s.rowNamed(ctx, table, key)
	if err != nil {
		return nil, err
	}
	f := newFence(s, row, opts)
	result := &Leaks{Table: row.table.Table, Key: key, Files: []Leak{}, Chain: []Link{}}
	for _, component := range s.ordered() {
		if err := f.component(ctx, component); err != nil {
			return nil, err
		}
	}
	for _, t := range s.tables {
		for _, r := range t.refs {
			if r.unknown && f.reaches[r.to] {
				result.NotFollowed = append(result.NotFollowed, t.File+", "+r.Name)
			}
		}
	}
	for _, t := range f.leaking {
		found := f.rows[t]
		result.Files = append(result.Files, Leak{File: t.File, Table: t.Table, Rows: found.count, First: found.rows})
	}
	result.Partial = f.partial
	if len(f.leaking) > 0 {
		result.Chain, err = f.chain(ctx)
	}
	return result, err
}

// fence is one Fence. A row that leaks has a level: outsideRow for the fence's other rows,
// and for each further row more than for one that it refers to.
type fence struct {
	*slice
	opts    VerifyOptions
	own     found                // the fence's row
	mine    map[*key]fingerprint // of own, by what is referred to
	ownLeak uint32               // the level of own; 0: it does not leak
	reaches map[*table]bool      // from which a chain of references leads to the fence's table
	leaks   map[*key]map[fingerprint]uint32
	kept    int64 // keys in leaks
	partial bool
	wave    uint32
	rows    map[*table]*finding
	starts  map[*table]*leaky
	leaking []*table
}

func newFence(s *slice, own found, opts VerifyOptions) *fence {
	f := &fence{
		slice: s, opts: opts, own: own, wave: outsideRow, mine: map[*key]fingerprint{}, reaches: map[*table]bool{own.table: true},
		leaks: map[*key]map[fingerprint]uint32{}, rows: map[*table]*finding{}, starts: map[*table]*leaky{},
	}
	var p printer
	for _, k := range own.table.keys {
		if print, nulls := p.of(k, k.columns, own.fields); nulls == 0 {
			f.mine[k] = print
		}
	}
	for range s.tables { // as far as the longest chain
		for _, t := range s.tables {
			for _, r := range t.refs {
				f.reaches[t] = f.reaches[t] || r.to != nil && f.reaches[r.to]
			}
		}
	}
	return f
}

// component finds the rows that leak in tables that refer to each other in a circle, or in
// one table: over and over, until there are no more.
func (f *fence) component(ctx context.Context, tables []*table) error {
	circle := len(tables) > 1 || slices.ContainsFunc(tables[0].refs, func(r *reference) bool { return r.to == tables[0] })
	for range waves {
		kept, own := f.kept, f.ownLeak
		for _, t := range tables {
			if err := f.scan(ctx, t); err != nil {
				return err
			}
		}
		if !circle || f.kept == kept && f.ownLeak == own {
			return nil
		}
	}
	f.partial = true
	return nil
}

// leads reports whether a reference may lead to a row that leaks.
func (f *fence) leads(r *reference) bool {
	return r.to != nil && (r.to == f.own.table || len(f.leaks[r.key]) > 0)
}

// level is that of the row to which a row refers; 0: it does not leak.
func (f *fence) level(p *printer, r *reference, row []pgcsv.Field) (level uint32, null bool) {
	print, nulls := p.by(r, row)
	if nulls > 0 {
		return 0, true
	}
	if r.to != f.own.table {
		return f.leaks[r.key][print], false
	}
	if mine, ok := f.mine[r.key]; ok && mine == print {
		return f.ownLeak, false
	}
	return outsideRow, false
}

// scan finds the rows of one table that leak.
func (f *fence) scan(ctx context.Context, t *table) error {
	if t != f.own.table && !slices.ContainsFunc(t.refs, f.leads) {
		return nil
	}
	f.wave++
	fresh := map[*key][]fingerprint{}
	rows, start := &finding{}, &leaky{}
	ownLeaks, pending := false, int64(0)
	err := scanTable(ctx, f.slice, t, func() *leaky { return &leaky{fence: f, table: t} }, func(before int64, g *leaky) error {
		rows.merge(before, g.rows)
		ownLeaks = ownLeaks || g.own
		if start.at.number == 0 || g.bridge && !start.bridge {
			*start = leaky{at: g.at, bridge: g.bridge}
			start.at.number += before
		}
		for i := range g.keys {
			pending += int64(len(g.keys[i]))
			if (f.kept+pending)*leakBytes > f.opts.memory() {
				f.partial = true
				continue
			}
			fresh[t.keys[i]] = append(fresh[t.keys[i]], g.keys[i]...)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if ownLeaks && f.ownLeak == 0 {
		f.ownLeak = f.wave
	}
	if rows.count == 0 {
		return nil
	}
	if f.rows[t] == nil {
		f.leaking = append(f.leaking, t)
	}
	f.rows[t], f.starts[t] = rows, start
	for k, prints := range fresh {
		f.keep(k, prints)
	}
	return nil
}

// keep remembers keys of rows that leak.
func (f *fence) keep(k *key, prints []fingerprint) {
	known := f.leaks[k]
	if known == nil {
		known = map[fingerprint]uint32{}
		f.leaks[k] = known
	}
	for _, print := range prints {
		if _, ok := known[print]; !ok {
			known[print] = f.wave
			f.kept++
		}
	}
}

// leaky takes the rows of a block that leak.
type leaky struct {
	*fence
	table   *table
	printer printer
	rows    finding
	at      found // the first of them; where there is a bridge, that
	bridge  bool  // at also belongs to the fence's own row
	own     bool  // the fence's own row is among them
	keys    [][]fingerprint
}

func (g *leaky) row(number int64, row []pgcsv.Field) {
	leaks, elsewhere := false, false
	for _, r := range g.table.refs {
		if r.to == nil || !g.reaches[r.to] {
			continue
		}
		level, null := g.level(&g.printer, r, row)
		leaks = leaks || level > 0
		elsewhere = elsewhere || level == 0 && !null
	}
	if g.table == g.fence.own.table {
		primary := g.table.rowKey
		print, _ := g.printer.of(primary, primary.columns, row)
		mine := print == g.mine[primary]
		g.own = g.own || mine && leaks
		leaks = leaks || !mine
	}
	if !leaks {
		return
	}
	g.rows.add(number, nil)
	if g.at.number == 0 || elsewhere && !g.bridge {
		g.at, g.bridge = found{table: g.table, number: number, fields: keep(row)}, elsewhere
	}
	if g.table == g.fence.own.table {
		return // what refers to these is told by mine
	}
	if g.keys == nil {
		g.keys = make([][]fingerprint, len(g.table.keys))
	}
	for i, k := range g.table.keys {
		if len(k.refs) == 0 {
			continue
		}
		if print, nulls := g.printer.of(k, k.columns, row); nulls == 0 {
			g.keys[i] = append(g.keys[i], print)
		}
	}
}
