package loadplan

import (
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/schema"
)

// Strategy turns a table's IDs and Conflict into what is done with its keys. What does not
// go together is refused.
func (p *Plan) Strategy(s *Step) {
	s.Load.Key = s.Source.KeyColumns()
	before := len(p.Found)
	switch s.IDs.Strategy() {
	case gyro.KeepIDs:
	case gyro.SequentialIDs:
		p.number(s, nil)
	case gyro.NaturalIDs:
		s.Load.Find = p.named(s, s.IDs.Columns(), "ids: natural key")
		p.number(s, s.Load.Find)
	case gyro.DerivedIDs:
		p.derive(s)
	case gyro.HighestIDs, gyro.OffsetIDs:
		p.count(s)
	case gyro.FixedIDs:
		own := slices.DeleteFunc(slices.Clone(s.Load.Key), s.follows)
		switch {
		case len(s.Load.Key) == 1 && len(own) == 0:
			p.Refuse(s, gyro.Text("column "+s.Load.Key[0]+" follows what it refers to, and can't be fixed"), "fix the ids of that table: these follow")
		case len(own) != 1:
			p.Refuse(s, gyro.Text("fixed ids are for one column of a key, the others of which follow what they refer to, and "+keyWords(s.Load.Key)),
				"keep its ids: what they are part of follows")
		default:
			s.Load.New = []driver.NewID{{Column: own[0], Fixed: s.IDs.Pairs()}}
		}
	}
	if len(p.Found) > before {
		return
	}
	p.conflicts(s)
	p.recall(s)
}

// named resolves columns that a strategy or a conflict names.
func (p *Plan) named(s *Step, names []string, what string) []string {
	columns, mistake := gyro.Resolve(s.Source, names, s.Place()+", "+gyro.Text(what))
	if mistake != nil {
		p.Found.Add(*mistake)
		return nil
	}
	for _, c := range columns {
		if target, ok := s.Load.Table.Column(c); !ok || target.Generated {
			p.Refuse(s, gyro.Textf("%s: column %q can't be looked for: it is not loaded", what, c), "")
		}
	}
	return columns
}

// number gives the columns of the key new values, but those that follow a reference, and those
// that are known from elsewhere.
func (p *Plan) number(s *Step, known []string) {
	var kept []string
	moved := false
	for _, name := range s.Load.Key {
		column, _ := s.Load.Table.Column(name)
		switch {
		case s.follows(name) || slices.Contains(known, name):
			moved = true
		case column.Sequence != "":
			s.Load.New = append(s.Load.New, driver.NewID{Column: name, Sequence: column.Sequence})
		case column.Drawn:
			s.Load.New = append(s.Load.New, driver.NewID{Column: name, Default: true})
		case column.DataType().UUID():
			s.Load.New = append(s.Load.New, driver.NewID{Column: name, Random: true})
		case len(s.Load.Table.Triggers) > 0 && len(s.Load.Key) == 1:
			s.Load.New = append(s.Load.New, driver.NewID{Column: name, Triggers: s.Load.Table.Triggers})
		default:
			kept = append(kept, name)
		}
	}
	if len(kept) == 0 || len(s.Load.Key) > 1 && (moved || len(s.Load.New) > 0) {
		return
	}
	hint := "keep its ids, or name them ({Fixed})"
	if s.counts(kept) {
		hint = "keep its ids, count on from the highest ({MaxPlusOne}), add a number ({Offset}), or name them ({Fixed})"
	}
	if s.IDs.Strategy() == gyro.NaturalIDs {
		hint = "keep its ids, and let a conflict by the natural key skip or update: a row that is there is reused under its own id"
	}
	problem := "has no sequence, no default and no trigger that could give it a value, and is no uuid"
	if column, _ := s.Load.Table.Column(kept[0]); column.Default {
		problem = "has a default that is the same for every row"
	}
	p.Refuse(s, gyro.Textf("ids: %s: column %s %s", s.IDs, strings.Join(kept, ", "), problem), gyro.Text(hint))
}

// count gives the one column of the key that follows nothing numbers that are counted, or moved.
func (p *Plan) count(s *Step) {
	own := slices.DeleteFunc(slices.Clone(s.Load.Key), s.follows)
	if len(own) != 1 {
		p.Refuse(s, gyro.Textf("ids: %s is for one column of a key, the others of which follow what they refer to, and %s", s.IDs, keyWords(s.Load.Key)), "")
		return
	}
	if !s.counts(own) {
		column, _ := s.Load.Table.Column(own[0])
		p.Refuse(s, gyro.Textf("ids: %s is for numbers, and column %s is %s", s.IDs, own[0], column.Type), "")
		return
	}
	s.Load.New = []driver.NewID{{Column: own[0], Highest: s.IDs.Strategy() == gyro.HighestIDs, Offset: s.IDs.Distance()}}
}

// counts reports whether columns are one that numbers can be counted in.
func (s *Step) counts(columns []string) bool {
	column, _ := s.Load.Table.Column(columns[0])
	t := column.Underlying()
	return len(columns) == 1 && (t.Integer() || t.Base == "numeric")
}

func (p *Plan) derive(s *Step) {
	columns := p.named(s, s.IDs.Columns(), "ids: derived")
	if len(s.Load.Key) != 1 {
		p.Refuse(s, gyro.Text("derived ids are for keys of one uuid column, and "+keyWords(s.Load.Key)), "")
		return
	}
	key, _ := s.Load.Table.Column(s.Load.Key[0])
	switch {
	case key.Type != "uuid":
		p.Refuse(s, gyro.Textf("derived ids are uuids, and column %s is %s", key.Name, key.Type), "a natural key finds rows again whatever the type of their ids")
	case s.follows(key.Name):
		p.Refuse(s, gyro.Text("column "+key.Name+" follows what it refers to, and can't be derived"), "derive the ids of that table: these follow")
	case slices.Contains(columns, key.Name):
		p.Refuse(s, gyro.Textf("the id can't be derived from column %s, which is the id", key.Name), "name the columns that tell rows apart for a person")
	}
	s.Load.New = []driver.NewID{{Column: key.Name, Derived: columns}}
}

// conflicts finds out by which columns rows of the target are looked for, and what becomes of
// those that are there.
func (p *Plan) conflicts(s *Step) {
	t := s.Load
	what := "conflict: " + s.Conflict.String()
	arbiter := p.named(s, s.Conflict.Arbiter(), what)
	if len(arbiter) < len(s.Conflict.Arbiter()) {
		return
	}
	news := (s.IDs.Strategy() == gyro.SequentialIDs || s.IDs.Strategy() == gyro.HighestIDs) && len(t.New) > 0
	switch s.Conflict.Policy() {
	case gyro.SkipRow, gyro.UpdateRow:
		switch {
		case len(arbiter) > 0 && s.IDs.Strategy() == gyro.NaturalIDs && !schema.SameColumns(arbiter, t.Find):
			p.Refuse(s, gyro.Text("the natural key is what a row is known by; "+what+" names another"), "leave the columns out of one of them")
			return
		case len(arbiter) > 0:
			t.Find = arbiter
		case news && s.Importer.Conflict.IsZero() && !s.Importer.IDs.IsZero():
			// The run's conflict, for all, and this table's own ids: there is nothing that it could be about.
			p.Notes = append(p.Notes, gyro.Textf("%s: its rows get new ids, so that %s is not about them", s.Name, what))
			s.Conflict = gyro.Conflict{}
			return
		case news:
			p.Refuse(s, gyro.Text(what+": rows get new ids, so that none of them is there already"), "name in {Conflict} the columns by which a row is known, or keep the ids ({Keep})")
			return
		case len(t.Find) == 0:
			t.Find = t.Key
		}
		t.Found = gyro.SkipRow
		if s.Conflict.Policy() == gyro.UpdateRow {
			t.Found = gyro.UpdateRow
		}
	default:
		if s.IDs.Strategy() == gyro.DerivedIDs {
			t.Find = t.Key
		}
		if len(t.Find) > 0 {
			t.Found, t.FailFound = gyro.SkipRow, s.Conflict.Policy() == gyro.FailRow
		}
	}
	if t.MapOnly {
		t.Found, t.FailFound = gyro.SkipRow, false
	}
	if t.Found == "" {
		return
	}
	switch {
	case len(t.Key) == 0:
		p.Refuse(s, "it has no key that tells its rows apart, so that none can be looked for", "remove {Conflict} and {NaturalKey}: its rows are added")
		return
	case s.IDs.Strategy() != gyro.NaturalIDs && !p.uniqueIn(t.Table, t.Find):
		p.Refuse(s, gyro.Textf("%s: %s is no unique key of the target, by which one row is meant", what, strings.Join(t.Find, ", ")), "name the columns of a unique key")
	}
	for _, id := range t.New {
		if slices.Contains(t.Find, id.Column) && id.Drawn() {
			p.Refuse(s, gyro.Textf("%s: column %s gets a new value, by which nothing can be found", what, id.Column), "name other columns")
		}
	}
	t.Unique = schema.SameColumns(t.Find, t.Key)
}

// uniqueIn reports whether the columns are, or contain, a key of a table.
func (*Plan) uniqueIn(table *schema.Table, columns []string) bool {
	contains := func(key []string) bool {
		for _, c := range key {
			if !slices.Contains(columns, c) {
				return false
			}
		}
		return len(key) > 0
	}
	return contains(table.PrimaryKey) || slices.ContainsFunc(table.Unique, contains)
}

func keyWords(key []string) string {
	if len(key) == 0 {
		return "it has none"
	}
	return "its key is " + strings.Join(key, ", ")
}
