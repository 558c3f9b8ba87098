package export

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/keyset"
	"github.com/gyrodata/gyro/pgcsv"
	"github.com/gyrodata/gyro/schema"
)

// keyStore holds what a run must know of a step's rows beside writing them: the keys that
// other rows refer to.
type keyStore struct {
	// open: rows of this table may be included, by others or because its job follows, so that
	// the file can be written only when the closure has come to its end.
	open bool
	// masked: keys or references of the table are masked in its file, so that the clear ones are read apart.
	masked bool
	// cascades: others may include rows of it, whose own references then include too.
	cascades bool
	// identity tells rows apart: the primary key, or else a unique key without NULLs.
	identity []string
	lists    [][]string             // the column lists that other tables refer to
	selected map[string]*keyset.Set // by list, and of identity
	included map[string]*keyset.Set
	memory   *keyset.Memory
	read     bool  // the job's rows are known
	rows     int64 // selected
	extra    int64 // included
}

// deferred reports whether the file is written after the closure.
func (s *step) deferred() bool {
	// The keys of a polymorphic reference that includes are read apart: a file has no room for
	// the truth of its condition.
	return s.keys.open || s.keys.masked || slices.ContainsFunc(s.references, func(r *reference) bool {
		return r.missing == gyro.SetNull || (r.missing == gyro.Include && r.When != "")
	})
}

// makeKeyStores prepares the key stores: which tables are open, and which keys are to be kept.
func makeKeyStores(steps []*step, memory *keyset.Memory) gyro.Mistakes {
	for changed := true; changed; {
		changed = false
		for _, s := range steps {
			for _, r := range s.references {
				if r.parent == nil {
					continue
				}
				cascades := r.missing == gyro.Include || (s.keys.cascades && r.includes())
				if cascades && !r.parent.keys.cascades {
					r.parent.keys.open, r.parent.keys.cascades, changed = true, true, true
				}
				if r.follows(s) && r.parent.keys.open && !s.keys.open {
					s.keys.open, changed = true, true
				}
			}
		}
	}
	var found gyro.Mistakes
	for _, s := range steps {
		if s.job.Follow && len(s.restricting()) == 0 {
			found.Add(gyro.Mistake{
				Place: s.place(), Problem: gyro.Text("{Follow} is set, but no reference of " + s.table.Name.String() + " restricts the job"),
				Hint: "leave it out; it is for a job whose rows refer to rows that others include",
			})
		}
		s.keys.identity, s.keys.memory = identityOf(s.table), memory
		s.keys.selected, s.keys.included = map[string]*keyset.Set{}, map[string]*keyset.Set{}
		if s.keys.open && s.keys.identity == nil {
			found.Add(gyro.Mistake{
				Place: s.place(), Problem: gyro.Text("rows of " + s.table.Name.String() + " are included, and it has no primary key to tell them apart by"),
				Hint: "set {Missing} to {SetNull} or {Restrict} where others refer to it, and leave {Follow} out",
			})
		}
		if s.deferred() && s.keys.identity == nil && !s.job.Query.IsZero() && len(s.cascading(false)) > 0 {
			found.Add(gyro.Mistake{
				Place: s.place(), Problem: "a table without key can't have a query, a reference with {Include} and one with {SetNull}: its rows would be looked for twice, and could be others",
				Hint: "leave the query out, or set {Missing} of one of them to {Restrict}",
			})
		}
		if s.deferred() && s.keys.identity != nil {
			s.keys.keep(s.table, s.keys.identity)
		}
	}
	for _, s := range steps {
		for _, r := range s.references {
			needless := r.missing == gyro.Restrict && r.all() && !s.keys.cascades
			if r.parent != nil && !needless {
				r.parent.keys.keep(r.parent.table, r.ToColumns)
			}
		}
	}
	return found
}

func identityOf(table *schema.Table) []string {
	if len(table.PrimaryKey) > 0 {
		return table.PrimaryKey
	}
	for _, key := range table.Unique {
		nullable := func(name string) bool { c, _ := table.Column(name); return !c.NotNull }
		if !slices.ContainsFunc(key, nullable) {
			return key
		}
	}
	return nil
}

// keep makes the store keep the values of a list of columns.
func (sh *keyStore) keep(table *schema.Table, list []string) {
	name := listName(list)
	if _, there := sh.selected[name]; there {
		return
	}
	sh.lists = append(sh.lists, list)
	kind := kindOfKeys(table, list)
	sh.selected[name], sh.included[name] = sh.memory.Set(len(list), kind), sh.memory.Set(len(list), kind)
}

func listName(list []string) string { return strings.Join(list, "\x00") }

// kindOfKeys says how the values of a list of columns are held.
func kindOfKeys(table *schema.Table, list []string) keyset.Form {
	c, _ := table.Column(list[0])
	switch {
	case len(list) > 1:
	case c.DataType().Integer():
		return keyset.Integers
	case c.Type == "uuid":
		return keyset.UUIDs
	}
	return keyset.Texts
}

// keyKind says how what the reference holds can be held: as the keys that it refers to, but
// for text that may not be one at all.
func (r *reference) keyKind() keyset.Form {
	if !r.Enforced {
		return keyset.Texts
	}
	return kindOfKeys(r.parent.table, r.ToColumns)
}

// kept is the keys of all rows of the slice, by one of the store's lists.
func (sh *keyStore) kept(list []string) *keyset.Set {
	name := listName(list)
	selected, included := sh.selected[name].Seal(), sh.included[name].Seal()
	if included.Len() == 0 {
		return selected
	}
	all := sh.memory.Set(len(list), selected.Form())
	all.Temporary = true
	all.Merge(selected)
	all.Merge(included)
	return all.Seal()
}

// seal makes the sets ready to be read, side by side.
func (sh *keyStore) seal() {
	for _, list := range sh.lists {
		sh.selected[listName(list)].Seal()
		sh.included[listName(list)].Seal()
	}
}

// requests is what rows refer to, by reference.
type requests map[*reference]*keyset.Set

// reader takes the rows of one table as COPY sends them, and files their keys.
type reader struct {
	columns []string // of the rows
	fields  []pgcsv.Field
	header  bool
	key     [][]byte
	// take gets each row's fields; false: the row is known already, look at it no more.
	take func(r *reader) (bool, error)
	refs []*reference // whose values are wanted
	want requests
	// signs is how many fields stand behind those of columns and flags.
	signs int
}

// newReader reads rows that hold at least the given lists and the references' columns.
func newReader(columns []string, refs []*reference, want requests, take func(r *reader) (bool, error)) *reader {
	return &reader{columns: columns, refs: refs, want: want, take: take}
}

// Write takes one row, or first the header.
func (r *reader) Write(row []byte) (int, error) {
	if !r.header {
		r.header = true
		return len(row), nil
	}
	fields, err := pgcsv.Split(row, r.fields[:0])
	if err != nil || len(fields) != len(r.columns)+len(flags(r.refs))+r.signs {
		return 0, &gyro.Error{Op: "read a row", Err: errors.New("it is not the CSV that was asked for")}
	}
	r.fields = fields
	fresh, err := r.take(r)
	if err != nil || !fresh {
		return len(row), err
	}
	flag := len(r.columns)
	for _, ref := range r.refs {
		if ref.When != "" {
			flag++
			if string(fields[flag-1].Value) != "t" {
				continue
			}
		}
		if values, ok := r.values(ref.Columns); ok {
			if err := r.want.add(ref, values); err != nil {
				return 0, err
			}
		}
	}
	return len(row), nil
}

// flags are the conditions of references, in their order.
func flags(refs []*reference) []string {
	var all []string
	for _, r := range refs {
		if r.When != "" {
			all = append(all, r.When)
		}
	}
	return all
}

// values gives the row's values of a list of columns; false where one is NULL.
func (r *reader) values(list []string) ([][]byte, bool) {
	r.key = r.key[:0]
	for _, name := range list {
		f := r.fields[slices.Index(r.columns, name)]
		if f.Null {
			return nil, false
		}
		r.key = append(r.key, f.Value)
	}
	return r.key, true
}

// file puts the row's keys into sets.
func (r *reader) file(lists [][]string, sets map[string]*keyset.Set) error {
	for _, list := range lists {
		if values, ok := r.values(list); ok {
			if err := sets[listName(list)].Add(values); err != nil {
				return err
			}
		}
	}
	return nil
}

func (q requests) add(ref *reference, values [][]byte) error {
	keys, ok := q[ref]
	if !ok {
		keys = ref.parent.keys.memory.Set(len(ref.ToColumns), ref.keyKind())
		q[ref] = keys
	}
	return keys.Add(values)
}

// merge adds keys of the table that a reference refers to.
func (q requests) merge(ref *reference, keys *keyset.Set) {
	if q[ref] == nil {
		q[ref] = ref.parent.keys.memory.Set(keys.Width(), keys.Form())
	}
	q[ref].Merge(keys)
}

// wanted is the columns that a reader needs: of the store's lists and of references.
func (sh *keyStore) wanted(refs []*reference) []string {
	var columns []string
	add := func(list []string) {
		for _, c := range list {
			if !slices.Contains(columns, c) {
				columns = append(columns, c)
			}
		}
	}
	for _, list := range sh.lists {
		add(list)
	}
	for _, r := range refs {
		add(r.Columns)
	}
	return columns
}

// cascading gives the references by which a row includes others: of a selected row those with
// Include, of an included one all but those with SetNull.
func (s *step) cascading(includedRow bool) []*reference {
	var all []*reference
	for _, r := range s.references {
		if r.parent != nil && (r.missing == gyro.Include || (includedRow && r.includes())) {
			all = append(all, r)
		}
	}
	return all
}

// describe says in words what becomes of rows by each reference.
func (s *step) describe() []string {
	var all []string
	for _, r := range s.references {
		text := fmt.Sprintf("%s -> %s: %s", strings.Join(r.Columns, ", "), r.To, r.missing)
		if r.follows(s) && r.parent.keys.open {
			text += ", follow"
		}
		all = append(all, text)
	}
	return all
}
