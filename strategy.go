package gyro

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gyrodata/gyro/schema"
)

// strategy turns a table's IDs and Conflict into what is done with its keys. What does not
// go together is refused.
func (p *loadPlanning) strategy(s *loadStep) {
	s.load.Key = s.source.KeyColumns()
	before := len(p.found)
	switch s.ids.kind {
	case keepIDs:
	case sequentialIDs:
		p.number(s, nil)
	case naturalIDs:
		s.load.Find = p.named(s, s.ids.columns, "ids: natural key")
		p.number(s, s.load.Find)
	case derivedIDs:
		p.derive(s)
	case fixedIDs:
		if len(s.load.Key) != 1 {
			p.refuse(s, "fixed ids are for keys of one column, and "+keyWords(s.load.Key), "keep its ids: what they are part of follows")
			break
		}
		if s.follows(s.load.Key[0]) {
			p.refuse(s, "column "+s.load.Key[0]+" follows what it refers to, and can't be fixed", "fix the ids of that table: these follow")
			break
		}
		s.load.New = []NewID{{Column: s.load.Key[0], Fixed: s.ids.fixed}}
	}
	if len(p.found) > before {
		return
	}
	p.conflicts(s)
}

func keyWords(key []string) string {
	if len(key) == 0 {
		return "it has none"
	}
	return "its key is " + strings.Join(key, ", ")
}

// named resolves columns that a strategy or a conflict names.
func (p *loadPlanning) named(s *loadStep, names []string, what string) []string {
	columns, mistake := resolveAll(s.source, names, s.place()+", "+what)
	if mistake != nil {
		p.found.add(*mistake)
		return nil
	}
	for _, c := range columns {
		if target, ok := s.load.Table.Column(c); !ok || target.Generated {
			p.refuse(s, fmt.Sprintf("%s: column %q can't be looked for: it is not loaded", what, c), "")
		}
	}
	return columns
}

// number gives the columns of the key new values, but those that follow a reference, and those
// that are known from elsewhere.
func (p *loadPlanning) number(s *loadStep, known []string) {
	var kept []string
	moved := false
	for _, name := range s.load.Key {
		column, _ := s.load.Table.Column(name)
		switch {
		case s.follows(name) || slices.Contains(known, name):
			moved = true
		case column.Sequence != "":
			s.load.New = append(s.load.New, NewID{Column: name, Sequence: column.Sequence})
		case column.DataType().UUID():
			s.load.New = append(s.load.New, NewID{Column: name, Random: true})
		default:
			kept = append(kept, name)
		}
	}
	if len(kept) == 0 || len(s.load.Key) > 1 && (moved || len(s.load.New) > 0) {
		return
	}
	hint := "keep its ids, or name them (Fixed)"
	if s.ids.kind == naturalIDs {
		hint = "keep its ids, and let a conflict by the natural key skip or update: a row that is there is reused under its own id"
	}
	p.refuse(s, fmt.Sprintf("ids: %s: column %s has no sequence and is no uuid, so that there are no new ids for it", s.ids, strings.Join(kept, ", ")),
		hint)
}

// follows reports whether a column is part of a reference to another table.
func (s *loadStep) follows(column string) bool {
	return slices.ContainsFunc(s.references, func(r *loadReference) bool {
		return !r.Each && r.To != s.number && slices.Contains(r.Columns, column)
	})
}

func (p *loadPlanning) derive(s *loadStep) {
	columns := p.named(s, s.ids.columns, "ids: derived")
	if len(s.load.Key) != 1 {
		p.refuse(s, "derived ids are for keys of one uuid column, and "+keyWords(s.load.Key), "")
		return
	}
	key, _ := s.load.Table.Column(s.load.Key[0])
	switch {
	case key.Type != "uuid":
		p.refuse(s, fmt.Sprintf("derived ids are uuids, and column %s is %s", key.Name, key.Type), "a natural key finds rows again whatever the type of their ids")
	case s.follows(key.Name):
		p.refuse(s, "column "+key.Name+" follows what it refers to, and can't be derived", "derive the ids of that table: these follow")
	case slices.Contains(columns, key.Name):
		p.refuse(s, fmt.Sprintf("the id can't be derived from column %s, which is the id", key.Name), "name the columns that tell rows apart for a person")
	}
	s.load.New = []NewID{{Column: key.Name, Derived: columns}}
}

// conflicts finds out by which columns rows of the target are looked for, and what becomes of
// those that are there.
func (p *loadPlanning) conflicts(s *loadStep) {
	t := s.load
	what := "conflict: " + s.conflict.String()
	arbiter := p.named(s, s.conflict.columns, what)
	if len(arbiter) < len(s.conflict.columns) {
		return
	}
	switch s.conflict.action {
	case skipConflict, updateConflict:
		switch {
		case len(arbiter) > 0 && s.ids.kind == naturalIDs && !sameColumns(arbiter, t.Find):
			p.refuse(s, "the natural key is what a row is known by; "+what+" names another", "leave the columns out of one of them")
			return
		case len(arbiter) > 0:
			t.Find = arbiter
		case s.ids.kind == sequentialIDs && len(t.New) > 0:
			p.refuse(s, what+": rows get new ids, so that none of them is there already", "name the columns by which a row is known: conflict: {"+string(s.conflict.action)+": [code]}")
			return
		case len(t.Find) == 0:
			t.Find = t.Key
		}
		t.Found = SkipRow
		if s.conflict.action == updateConflict {
			t.Found = UpdateRow
		}
	default:
		if s.ids.kind == derivedIDs {
			t.Find = t.Key
		}
		if len(t.Find) > 0 {
			t.Found, t.FailFound = SkipRow, s.conflict.action == failConflict
		}
	}
	if t.MapOnly {
		t.Found, t.FailFound = SkipRow, false
	}
	if t.Found == "" {
		return
	}
	switch {
	case len(t.Key) == 0:
		p.refuse(s, "it has no key that tells its rows apart, so that none can be looked for", "leave conflict and natural key away: its rows are added")
		return
	case s.ids.kind != naturalIDs && !p.uniqueIn(t.Table, t.Find):
		p.refuse(s, fmt.Sprintf("%s: %s is no unique key of the target, by which one row is meant", what, strings.Join(t.Find, ", ")), "name the columns of a unique key")
	}
	for _, id := range t.New {
		if slices.Contains(t.Find, id.Column) && (id.Sequence != "" || id.Random) {
			p.refuse(s, fmt.Sprintf("%s: column %s gets a new value, by which nothing can be found", what, id.Column), "name other columns")
		}
	}
	t.Unique = sameColumns(t.Find, t.Key)
}

// uniqueIn reports whether the columns are, or contain, a key of a table.
func (*loadPlanning) uniqueIn(table *schema.Table, columns []string) bool {
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
