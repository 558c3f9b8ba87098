package draft

import (
	"cmp"
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/schema"
)

// load says how the rows of each table find their place where they are loaded, so that they go into an empty database with their
// ids, and with new ones into one that has some of them already: a row that a unique key names is used as it is.
func (s *settled) load(d *Draft) {
	l := &loading{settled: s, at: map[schema.Name]*placing{}}
	for i := range d.Tables {
		t := &d.Tables[i]
		l.names = append(l.names, t.Name)
		l.at[t.Name] = &placing{said: t, table: s.known(t.Name)}
	}
	for _, name := range l.names {
		p := l.at[name]
		for _, r := range p.table.References {
			if l.at[r.To] != nil {
				p.references = append(p.references, r)
				l.at[r.To].asked = append(l.at[r.To].asked, r.ToColumns...)
			}
		}
	}
	l.choose(func(all []way) []way { return all })
	if !l.sound() {
		l.choose(func(all []way) []way {
			return all[slices.IndexFunc(all, func(w way) bool { return w.ids.Strategy() == gyro.KeepIDs || len(all) == 1 }):]
		})
	}
	found := l.found()
	for _, name := range l.names {
		p := l.at[name]
		p.said.IDs, p.said.Conflict, p.said.Found = p.ways[0].ids, p.ways[0].conflict, p.ways[0].why
		if len(p.table.KeyColumns()) == 0 && len(p.asked) == 0 && l.twice(p, found) {
			s.leftOut[name] = "no key tells all its rows apart, and those of a slice could not go in beside the same ones"
		}
	}
	d.Tables = slices.DeleteFunc(d.Tables, func(t Table) bool { return s.leftOut[t.Name] != "" })
	d.Jobs = slices.DeleteFunc(d.Jobs, func(j Job) bool { return s.leftOut[j.Table] != "" })
}

// choose chooses ways among those that some leaves of what the tables' keys allow.
func (l *loading) choose(some func([]way) []way) {
	for _, name := range l.names {
		p := l.at[name]
		p.must, p.ways = false, some(p.allowed())
	}
	for l.settle() || l.worse() {
	}
}

// sound reports whether every row finds its place in a database that has all of them already, and what it refers to is of one mind about
// the columns that references share.
func (l *loading) sound() bool {
	found := l.found()
	return !slices.ContainsFunc(l.names, func(name schema.Name) bool {
		return !found[name] && l.collides(l.at[name], found) || l.disagrees(l.at[name])
	})
}

// loading is how the rows of all tables find their place.
type loading struct {
	*settled
	names []schema.Name
	at    map[schema.Name]*placing
}

// placing is how the rows of a table find their place.
type placing struct {
	said       *Table
	table      *schema.Table
	references []schema.Reference // to tables that are taken
	asked      []string           // the columns that others refer to
	must       bool               // rows that are there already have to be found
	ways       []way              // the best first; the last one always works where the target is empty
}

// way is one way of giving ids and of finding rows that are there.
type way struct {
	ids      gyro.IDs
	conflict gyro.Conflict
	find     []string // none: no row is looked for
	given    []string // columns that get new values where the run gives new ids
	why      string
}

// allowed are the ways that a table's key allows.
func (p *placing) allowed() []way {
	if len(p.table.KeyColumns()) == 0 {
		return []way{{}}
	}
	var ways []way
	drawn, own, given := p.drawn()
	counted := !drawn && len(own) == 1 && p.counts(own[0])
	if ids, ok := natural(p.table); ok {
		ways = append(ways, way{ids, gyro.Skip(), ids.Columns(), given, "every Django project fills it by itself: a row that is there is used as it is"})
	}
	for _, key := range p.unique() {
		switch {
		case drawn:
			ways = append(ways, way{gyro.IDs{}, gyro.Skip(key...), key, given, found(key)})
		case counted:
			ways = append(ways, way{gyro.MaxPlusOne(), gyro.Skip(key...), key, own, "nothing gives it ids: they are counted on; " + found(key)})
		}
	}
	switch {
	case drawn && len(given) == 0:
		ways = append(ways, way{gyro.IDs{}, gyro.Skip(), p.table.KeyColumns(), nil, found(p.table.KeyColumns())})
	case drawn:
		ways = append(ways, way{given: given})
	case counted:
		ways = append(ways, way{ids: gyro.MaxPlusOne(), given: own, why: "nothing gives it ids: they are counted on"})
	}
	ways = append(ways, p.kept()...)
	return append(ways, way{ids: gyro.Keep(), why: "its rows are found by nothing: where some are there already, say how"})
}

// found says what becomes of a row that columns find.
func found(columns []string) string {
	return "a row that is there by " + strings.Join(columns, ", ") + " is used as it is"
}

// kept are the ways where ids stay. A number or a uuid says nothing by itself: a row that has it is the same only where it is the same
// in what else tells it from others, or it is in the way, which is told. So is what others refer to by.
func (p *placing) kept() []way {
	key := p.table.KeyColumns()
	columns := append(slices.Clone(key), p.asked...)
	made := slices.ContainsFunc(key, func(name string) bool { c, _ := p.table.Column(name); return p.counts(name) || c.Underlying().UUID() })
	if made {
		columns = append(columns, p.telling()...)
	}
	columns = slices.DeleteFunc(columns, func(name string) bool { c, _ := p.table.Column(name); return c.Generated })
	var all []string
	for _, c := range columns {
		if !slices.Contains(all, c) {
			all = append(all, c)
		}
	}
	ways := []way{{gyro.Keep(), gyro.Skip(all...), all, nil, found(all)}}
	if schema.SameColumns(all, key) {
		ways[0].conflict = gyro.Skip()
	} else if made || contains(key, p.asked) {
		return ways
	}
	return append(ways, way{gyro.Keep(), gyro.Skip(), key, nil, found(key)})
}

// telling are columns that tell a row from others, beside its key: those of unique keys and indexes, and some more, those first that
// every row has; where there are none of these, what it refers to.
func (p *placing) telling() []string {
	var all, every, some, referring []string
	for _, key := range p.table.Unique {
		all = append(all, key...)
	}
	for _, rule := range p.table.Rules {
		if rule.Kind != schema.Check {
			all = append(all, rule.Columns...)
		}
	}
	for _, c := range p.table.Columns {
		t := c.DataType()
		switch {
		case !t.Text() && !t.Date() && !t.Number() && !t.Boolean() && !t.UUID():
		case p.refers(c.Name) && c.NotNull:
			referring = append(referring, c.Name)
		case c.NotNull:
			every = append(every, c.Name)
		default:
			some = append(some, c.Name)
		}
	}
	free := func(name string) bool {
		led := slices.ContainsFunc(p.said.Columns, func(c Column) bool { return c.Name == name && len(c.Cases) > 0 })
		return !led && p.said.countMasked([]string{name}) == 0 && !slices.Contains(p.table.KeyColumns(), name) &&
			!slices.ContainsFunc(p.table.References, func(r schema.Reference) bool { return slices.Contains(r.Columns, name) })
	}
	var told []string
	for i, name := range slices.Concat(all, every, some) {
		if free(name) && (i < len(all) || len(told) < tellingColumns) {
			told = append(told, name)
		}
	}
	if len(told) == 0 {
		return referring
	}
	return told
}

// tellingColumns is how many columns tell a row from others well enough.
const tellingColumns = 6

// drawn reports whether a row can get a new key, of which own are the columns that follow no reference, and given those that the database
// gives values.
func (p *placing) drawn() (drawn bool, own, given []string) {
	key, domain := p.table.KeyColumns(), false
	for _, name := range key {
		if p.refers(name) {
			continue
		}
		own = append(own, name)
		c, _ := p.table.Column(name)
		if c.Sequence != "" || c.Drawn || c.DataType().UUID() {
			given = append(given, name)
		} else if c.Qualified != "" { // a domain may give values, which is known of a target alone
			domain = true
		}
	}
	return len(given) == len(own) || len(key) > 1 && !domain && (len(own) < len(key) || len(given) > 0), own, given
}

// refers reports whether a column stands in a reference to another table.
func (p *placing) refers(column string) bool {
	return slices.ContainsFunc(p.references, func(r schema.Reference) bool {
		return r.To != p.table.Name && slices.Contains(r.Columns, column)
	})
}

// counts reports whether numbers can be counted on in a column. Those that may have a fraction are no numbers of rows.
func (p *placing) counts(column string) bool {
	c, _ := p.table.Column(column)
	t := c.Underlying()
	_, scale, _ := strings.Cut(t.Size, ",")
	return t.Integer() || t.Base == "numeric" && t.Size != "" && strings.Trim(scale, " 0") == ""
}

// unique are the unique keys by which each row is known beside its id. Those that are masked come last: by them a row is found where the
// slice was loaded before, and not in a copy of the source.
func (p *placing) unique() [][]string {
	var all [][]string
	for _, key := range p.table.Unique {
		if p.certain(key) && !contains(key, p.table.KeyColumns()) {
			all = append(all, key)
		}
	}
	slices.SortStableFunc(all, func(a, b []string) int {
		return cmp.Compare(p.said.countMasked(a), p.said.countMasked(b))
	})
	return all
}

// certain reports whether each row is known by a key: none of its columns may be NULL, unless the others tell rows apart.
func (p *placing) certain(key []string) bool {
	apart := contains(key, p.table.KeyColumns())
	return !slices.ContainsFunc(key, func(name string) bool {
		c, _ := p.table.Column(name)
		return !c.NotNull && !apart || c.Generated
	})
}

func contains(all, some []string) bool {
	return !slices.ContainsFunc(some, func(c string) bool { return !slices.Contains(all, c) })
}

// countMasked counts the columns in whose place something else is written.
func (t *Table) countMasked(columns []string) int {
	n := 0
	for _, c := range t.Columns {
		if slices.Contains(columns, c.Name) && !c.Mask.IsZero() && !c.Mask.Keeps() {
			n++
		}
	}
	return n
}
