package export

import (
	"context"
	"fmt"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/keyset"
	"github.com/gyrodata/gyro/schema"
)

// closure includes, to the end, the rows that references still need.
type closure struct {
	snapshot driver.Snapshot
	steps    []*step
	memory   *keyset.Memory
	want     requests
	grown    requests             // rows that were included and are not followed yet, by who would follow them
	included map[*reference]int64 // rows that each reference included
	followed map[*reference]int64 // rows that each reference followed
	maxRows  int64                // of the slice; 0: no bound
}

func newClosure(snapshot driver.Snapshot, steps []*step, memory *keyset.Memory, maxRows int64) *closure {
	return &closure{
		snapshot: snapshot, steps: steps, memory: memory, want: requests{}, grown: requests{},
		included: map[*reference]int64{}, followed: map[*reference]int64{}, maxRows: maxRows,
	}
}

// run asks for what is wanted, round by round, until no row refers out of the slice, and no
// row is left that follows an included one. Rows are only ever added, so that there is an
// end, and the same one in whatever order they come.
func (c *closure) run(ctx context.Context) error {
	for len(c.want)+len(c.grown) > 0 {
		round, grown := c.want, c.grown
		c.want, c.grown = requests{}, requests{}
		for _, s := range c.steps { // in a stable order
			for _, r := range s.references {
				if keys, ok := round[r]; ok {
					if err := c.include(ctx, s, r, keys); err != nil {
						return err
					}
				}
				if keys, ok := grown[r]; ok {
					if err := c.follow(ctx, s, r, keys); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

// include fetches the rows that from's rows refer to by r, but for those that are known.
func (c *closure) include(ctx context.Context, from *step, r *reference, keys *keyset.Set) error {
	to := r.parent
	asked := keys
	defer asked.Free()
	keys = unknown(to, r, asked.Seal())
	defer keys.Free()
	if keys.Len() == 0 {
		return memoryError(c.memory)
	}
	wanted := to.restrictTo(r.ToColumns, keys)
	if !r.Enforced || from.mixed(r) {
		wanted = from.loosely(r, keys)
	}
	found, fresh, err := c.collect(ctx, to, driver.Selection{Table: to.table, Restrict: []driver.Restriction{wanted}}, to.cascading(true))
	if err != nil {
		return err
	}
	c.included[r] += fresh
	// Several texts may be equal to one row's; what a foreign key refers to is there.
	if missing := int64(keys.Len()) - found; missing > 0 && (!r.Enforced || from.printsOnce(r)) {
		return &gyro.Error{
			Op: "include", Place: to.table.Name.String(),
			Err:  fmt.Errorf("%s that %s refers to by %s %s not there", rowCount(missing), from.table.Name, strings.Join(r.Columns, ", "), isOrAre(missing)),
			Hint: "the source itself has references that lead nowhere; set {Missing} of that column to {Restrict} or {SetNull}",
		}
	}
	return c.bounded()
}

func rowCount(n int64) string {
	if n == 1 {
		return "1 row"
	}
	return fmt.Sprintf("%d rows", n)
}

func isOrAre(n int64) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// follow fetches the rows of s that refer by r to rows which were included, but for those that
// are known, and for those that another reference keeps out: where it leads to a row that is
// included later, that row is followed to them then.
func (c *closure) follow(ctx context.Context, s *step, r *reference, keys *keyset.Set) error {
	defer keys.Free()
	_, fresh, err := c.collect(ctx, s, s.following(r, keys.Seal()), s.cascading(false))
	if err != nil {
		return err
	}
	c.followed[r] += fresh
	return c.bounded()
}

// following is the rows of the step's job that refer by one of its references to one of keys,
// and by the others to rows of the slice.
func (s *step) following(by *reference, keys *keyset.Set) driver.Selection {
	selection := driver.Selection{Table: s.table, Query: s.job.Query, Percent: s.job.Percent, Orphans: true}
	if s.job.Percent > 0 {
		selection.Seed = s.job.Seed
	}
	for _, r := range s.restricting() {
		switch {
		case r == by:
			restriction := s.restriction(r, keys)
			restriction.NotNull = true
			selection.Restrict = append(selection.Restrict, restriction)
		case !r.all():
			selection.Restrict = append(selection.Restrict, s.restriction(r, r.parent.keys.kept(r.ToColumns)))
		}
	}
	return selection
}

// collect includes the rows of a selection that are not known yet: their keys are filed, what
// they refer to by refs is wanted, and those that would follow them are told. It gives the
// number of rows that were found, and of those that were not known.
func (c *closure) collect(ctx context.Context, to *step, selection driver.Selection, refs []*reference) (found, fresh int64, err error) {
	selection.Columns, selection.Flags, selection.Unsorted = to.keys.wanted(refs), flags(refs), true
	identity := listName(to.keys.identity)
	selected, included := to.keys.selected[identity].Seal(), to.keys.included[identity].Seal()
	sets := map[string]*keyset.Set{}
	for _, list := range to.keys.lists {
		sets[listName(list)] = c.memory.Set(len(list), kindOfKeys(to.table, list))
		defer sets[listName(list)].Free()
	}
	rows := newReader(selection.Columns, refs, c.want, func(row *reader) (bool, error) {
		values, _ := row.values(to.keys.identity)
		if selected.Has(values) || included.Has(values) {
			return false, nil
		}
		return true, row.file(to.keys.lists, sets)
	})
	defer freeTemporary(selection)
	if found, err = c.snapshot.Copy(ctx, selection, rows); err != nil {
		return found, fresh, err
	}
	// A row comes once for each of several keys that are equal to its own, such as two writings of a text: it is one row.
	fresh = int64(sets[identity].Seal().Len())
	to.keys.extra += fresh
	for name, set := range sets {
		to.keys.included[name].Merge(set)
	}
	for _, s := range c.steps {
		for _, r := range s.references {
			if set := sets[listName(r.ToColumns)]; r.parent == to && r.follows(s) && set.Len() > 0 {
				c.grown.merge(r, set)
			}
		}
	}
	return found, fresh, memoryError(c.memory)
}

// loosely restricts a table to the rows that keys mean, where no foreign key sees to it that
// these are values of its columns' type: they may be texts, or integers out of range. Of
// integers and uuids those that are none are left out, so that an index finds the others.
// Those of another type are values of it.
func (s *step) loosely(r *reference, keys *keyset.Set) driver.Restriction {
	to := r.parent
	kind := kindOfKeys(to.table, r.ToColumns)
	if kind == keyset.Texts {
		wanted := to.restrictTo(r.ToColumns, keys)
		wanted.As = s.comparedAs(r)
		for i, as := range wanted.As {
			if as == "" {
				continue
			}
			own, _ := s.table.Column(r.Columns[i]) // the keys are its values, and not of the other's type
			own.Collation, own.Nondeterministic = wanted.To[i].Collation, wanted.To[i].Nondeterministic
			wanted.To[i] = own
		}
		return wanted
	}
	column, _ := to.table.Column(r.ToColumns[0])
	values := to.keys.memory.Set(1, kind)
	values.Temporary = true
	for key := range keys.All() {
		if column.DataType().Prints(key[0]) {
			_ = values.Add(key) // it was read just now
		}
	}
	return to.restrictTo(r.ToColumns, values.Seal())
}

// unknown leaves out the keys of rows that are in the slice already. Bytes that are equal
// are equal for the server too; it finds the rows of the others.
func unknown(to *step, r *reference, keys *keyset.Set) *keyset.Set {
	name := listName(r.ToColumns)
	selected, included := to.keys.selected[name].Seal(), to.keys.included[name].Seal()
	rest := to.keys.memory.Set(keys.Width(), keys.Form())
	for values := range keys.All() {
		if !selected.Has(values) && !included.Has(values) {
			_ = rest.Add(values) // it was a key before
		}
	}
	return rest.Seal()
}

// restrictTo restricts a table's rows to those that hold one of keys.
func (s *step) restrictTo(list []string, keys *keyset.Set) driver.Restriction {
	r := driver.Restriction{Columns: list, NotNull: true, Keys: keys, To: s.columns(list)}
	if s.table.Rows > 0 {
		r.Share = min(1, float64(keys.Len())/s.table.Rows)
	}
	return r
}

func (s *step) columns(names []string) []schema.Column {
	all := make([]schema.Column, len(names))
	for i, name := range names {
		all[i], _ = s.table.Column(name)
	}
	return all
}

// bounded checks the bounds on rows, and says what brought them.
func (c *closure) bounded() error {
	var total int64
	for _, s := range c.steps {
		rows := s.keys.rows + s.keys.extra
		total += rows
		if s.job.MaxRows > 0 && rows > s.job.MaxRows {
			return c.tooMany(s.table.Name.String(), rows, s.job.MaxRows)
		}
	}
	if c.maxRows > 0 && total > c.maxRows {
		return c.tooMany("the slice", total, c.maxRows)
	}
	return nil
}

func (c *closure) tooMany(what string, rows, bound int64) error {
	var brought []string
	for _, s := range c.steps {
		for _, r := range s.references {
			if n := c.included[r]; n > 0 {
				brought = append(brought, fmt.Sprintf("%s of %s included %d of %s", strings.Join(r.Columns, ", "), s.table.Name, n, r.To))
			}
			if n := c.followed[r]; n > 0 {
				brought = append(brought, fmt.Sprintf("%d of %s followed %s by %s", n, s.table.Name, r.To, strings.Join(r.Columns, ", ")))
			}
		}
		if s.keys.rows > 0 {
			brought = append(brought, fmt.Sprintf("%d of %s were selected", s.keys.rows, s.table.Name))
		}
	}
	return &gyro.Error{
		Op: "select", Place: what,
		Err:  gyro.Textf("at least %d rows, and {MaxRows} is %d: %s", rows, bound, strings.Join(brought, "; ")),
		Hint: "raise {MaxRows}, or sample the job that brings most",
	}
}
