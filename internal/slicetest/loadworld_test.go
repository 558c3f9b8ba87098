package slicetest

import (
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/gyrodata/gyro"
)

// loadWorld is a slice that is whole tables, a target with rows of its own, and what becomes
// of ids and conflicts.
type loadWorld struct {
	slice, target *world
	plans         map[string]*loading // by table
	again         bool                // it is loaded over itself, instead of taken back
}

// loading is how one table is loaded.
type loading struct {
	source   idSource
	ids      string
	natural  []string // of natural and derived
	conflict string   // "", fail, skip, update
	arbiter  []string
}

// mark is a column that tells rows apart for the test; no key, no strategy knows it.
const mark = "mark"

func drawLoadWorld(t *rapid.T, collationsMix bool) *loadWorld {
	w := &world{collationsMix: collationsMix}
	for i := range rapid.IntRange(2, 6).Draw(t, "tables") {
		w.tables = append(w.tables, drawTable(t, i))
	}
	w.drawTenants(t)
	for i, from := range w.tables {
		for k := range rapid.IntRange(0, 3).Draw(t, "references") {
			to := w.tables[rapid.IntRange(0, i).Draw(t, "to")]
			if rapid.IntRange(0, 4).Draw(t, "forwards") == 0 {
				to = w.tables[rapid.IntRange(0, len(w.tables)-1).Draw(t, "to")]
			}
			w.drawRef(t, from, to, k)
			from.refs[len(from.refs)-1].soft = false
		}
	}
	w.drawTrees(t)
	for _, tab := range w.tables {
		for _, r := range tab.refs {
			r.missing = gyro.Include
		}
		tab.columns = append(tab.columns, column{mark, "text", true})
		tab.job = &job{}
	}
	l := &loadWorld{slice: w, target: clone(w), plans: map[string]*loading{}}
	for _, tab := range w.tables {
		l.plans[tab.name] = drawLoading(t, tab)
	}
	for _, side := range []*world{l.slice, l.target} {
		for _, tab := range side.tables {
			drawRows(t, tab)
			apart := side == l.target && rapid.IntRange(0, 11).Draw(t, "collide") > 0
			if side == l.target && l.plans[tab.name].conflict == "update" && tab.column("code") != nil && rapid.IntRange(0, 3).Draw(t, "apart") > 0 {
				tab.permute(t, l.slice.table(tab.name))
				apart = false
			}
			for i, r := range tab.rows {
				if apart {
					l.apart(tab, r)
				}
				if code := tab.column("code"); side == l.target && code != nil && loose(code.typ) {
					if v, ok := r["code"]; ok {
						r["code"] = otherwise(t, v)
					}
				}
				r[mark] = fmt.Sprintf("%s %d", tab.name, i)
				if side == l.target {
					r[mark] = "own " + r[mark]
				}
			}
		}
		side.drawAllValues(t)
		side.dropRowsWithoutParents()
	}
	for i, tab := range w.tables {
		for k := range tab.refs {
			if rapid.IntRange(0, 5).Draw(t, "soft") > 0 {
				continue
			}
			for _, r := range []*ref{tab.refs[k], l.target.tables[i].refs[k]} { // all lead somewhere
				r.soft, r.full, r.deferred = true, false, false
			}
		}
	}
	l.slice.drawParts(t)
	for i, tab := range l.slice.tables {
		switch kind := l.plans[tab.name].source.kind; {
		case kind == "identity", kind == "always", kind == "domain": // partitions have none, or can't be altered so
			tab.parts = ""
		case tab.parts != inheritance:
			l.target.tables[i].parts = tab.parts
		}
	}
	l.again = rapid.IntRange(0, 2).Draw(t, "again") == 0
	return l
}

// apart gives a row of the target other keys than those of the slice, but for the columns that
// rows are looked for by.
func (l *loadWorld) apart(tab *table, r row) {
	find := l.find(tab)
	for _, c := range append(slices.Clone(tab.pk), "code") {
		v, ok := r[c]
		if !ok || slices.Contains(find, c) || tab.refers(c) {
			continue
		}
		r[c] = elsewhere(tab.column(c).typ, v)
	}
}

// clone copies tables without their rows.
func clone(w *world) *world {
	c := &world{}
	for _, tab := range w.tables {
		other := *tab
		other.columns, other.refs = slices.Clone(tab.columns), nil
		c.tables = append(c.tables, &other)
	}
	for i, tab := range w.tables {
		for _, r := range tab.refs {
			other := *r
			other.from, other.to = c.tables[i], c.table(r.to.name)
			c.tables[i].refs = append(c.tables[i].refs, &other)
		}
	}
	return c
}

func drawLoading(t *rapid.T, tab *table) *loading {
	p := &loading{}
	typ := ""
	if own := tab.own(); own != "" {
		typ = tab.column(own).typ
	}
	strategies := []string{"", "keep", "keep", "natural"}
	p.source = drawIDSource(t, typ)
	switch typ {
	case "integer", "bigint":
		strategies = append(strategies, "fixed", "highest", "offset")
	case "numeric":
		strategies = append(strategies, "highest", "offset")
	}
	if p.source.kind != "" || typ == "uuid" || rapid.IntRange(0, 9).Draw(t, "hope") == 0 {
		strategies = append(strategies, "sequential", "sequential", "sequential", "natural", "natural")
	}
	if typ == "uuid" && len(tab.pk) == 1 {
		strategies = append(strategies, "derived", "derived")
	}
	p.ids = rapid.SampledFrom(strategies).Draw(t, "ids")
	known := [][]string{{"n"}}
	var code []string
	if tab.column("code") != nil && len(tab.others) == 0 {
		code = tab.unique[0]
		known = append(known, code, code, code, []string{"n", "code"})
		if len(tab.refs) > 0 && !slices.ContainsFunc(tab.refs[0].toColumns, func(c string) bool { return loose(tab.refs[0].to.column(c).typ) }) {
			known = append(known, append([]string{"code"}, tab.refs[0].columns...))
		}
	}
	p.natural = rapid.SampledFrom(known).Draw(t, "natural key")
	p.conflict = rapid.SampledFrom([]string{"", "", "fail", "skip", "skip", "update", "update"}).Draw(t, "conflict")
	if (p.conflict == "skip" || p.conflict == "update") && len(code) > 0 && p.ids != "natural" && rapid.Bool().Draw(t, "arbiter") {
		p.arbiter = code
	}
	if rapid.IntRange(0, 14).Draw(t, "refused") == 0 {
		return p
	}
	byCode := slices.Contains(p.natural, "code")
	if p.ids == "natural" && p.source.kind == "" && typ != "uuid" || (p.ids == "natural" || p.ids == "derived") && !byCode {
		p.ids = "keep"
	}
	if (p.ids == "sequential" || p.ids == "highest") && len(p.arbiter) == 0 {
		p.conflict = ""
	}
	if p.conflict == "fail" && (p.ids == "natural" || p.ids == "derived") {
		p.conflict = ""
	}
	return p
}

// importers say it to Gyro.
func (l *loadWorld) importers() gyro.Registry {
	var registry gyro.Registry
	for _, tab := range l.slice.tables {
		p := l.plans[tab.name]
		importer := gyro.Importer{Model: gyro.Table(tab.name)}
		switch p.ids {
		case "keep":
			importer.IDs = gyro.Keep()
		case "sequential":
			importer.IDs = gyro.Sequential()
		case "natural":
			importer.IDs = gyro.NaturalKey(p.natural...)
		case "derived":
			importer.IDs = gyro.Derived(p.natural...)
		case "highest":
			importer.IDs = gyro.MaxPlusOne()
		case "offset":
			importer.IDs = gyro.Offset(distance)
		case "fixed":
			ids := map[string]string{"none": "0"}
			for _, r := range tab.rows {
				ids[r[tab.own()]] = fixedID(r[tab.own()])
			}
			delete(ids, "none")
			if len(ids) == 0 {
				ids["1"] = "2"
			}
			importer.IDs = gyro.Fixed(ids)
		}
		switch p.conflict {
		case "fail":
			importer.Conflict = gyro.Fail()
		case "skip":
			importer.Conflict = gyro.Skip(p.arbiter...)
		case "update":
			importer.Conflict = gyro.Update(p.arbiter...)
		}
		registry = append(registry, importer)
	}
	return registry
}

// distance is what Offset adds.
const distance = 2000

// fixedID is the id that a row is to get: some are taken.
func fixedID(old string) string {
	if strings.HasPrefix(old, "-") {
		return "50" + old[1:]
	}
	if old == "1" || old == "2" {
		return fmt.Sprint(3 - (old[0] - '0')) // swapped
	}
	return "1" + old
}

// sql makes one of the two databases.
func (l *loadWorld) sql(w *world) string {
	text := w.sql()
	for _, tab := range w.tables {
		text += l.plans[tab.name].source.sql(tab)
	}
	return text
}

func (l *loadWorld) describe() string {
	text := "-- the slice\n" + l.sql(l.slice) + "-- the target\n" + l.sql(l.target)
	for _, tab := range l.slice.tables {
		text += fmt.Sprintf("-- %s: %+v\n", tab.name, *l.plans[tab.name])
	}
	return text
}
