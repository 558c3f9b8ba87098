package gyro

import (
	"context"
	"fmt"
	"strings"
)

// closure includes, to the end, the rows that references still need.
type closure struct {
	snapshot Snapshot
	steps    []*step
	want     requests
	pulled   map[*reference]int64 // rows that each reference included
	maxRows  int64                // of the slice; 0: no bound
}

// run asks for what is wanted, round by round, until no row refers out of the slice.
func (c *closure) run(ctx context.Context) error {
	for len(c.want) > 0 {
		round := c.want
		c.want = requests{}
		for _, s := range c.steps { // in a stable order
			for _, r := range s.references {
				keys, ok := round[r]
				if !ok {
					continue
				}
				if err := c.include(ctx, s, r, keys); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// include fetches the rows that from's rows refer to by r, but for those that are known.
func (c *closure) include(ctx context.Context, from *step, r *reference, keys *Keys) error {
	to := r.parent
	keys = unknown(to, r, keys.seal())
	if keys.Len() == 0 {
		return nil
	}
	refs := to.pulling(true)
	columns := to.shelf.wanted(refs)
	identity := listName(to.shelf.identity)
	selected, included := to.shelf.selected[identity].seal(), to.shelf.included[identity].seal()
	fresh := map[string]*Keys{}
	for _, list := range to.shelf.lists {
		fresh[listName(list)] = newKeys(len(list), kindOfKeys(to.table, list))
	}
	rows := newReader(columns, refs, c.want, func(row *reader) (bool, error) {
		values, _ := row.values(to.shelf.identity)
		if selected.has(values) || included.has(values) {
			return false, nil
		}
		c.pulled[r]++
		to.shelf.extra++
		return true, row.file(to.shelf.lists, fresh)
	})
	found, err := c.snapshot.Copy(ctx, Selection{
		Table: to.table, Columns: columns, Flags: flags(refs), Unsorted: true,
		Restrict: []Restriction{to.among(r.ToColumns, keys)},
	}, rows)
	if err != nil {
		return err
	}
	for name, set := range fresh {
		to.shelf.included[name].merge(set)
	}
	if missing := int64(keys.Len()) - found; missing > 0 {
		return &Error{
			Op: "include", Place: to.table.Name.String(),
			Err:  fmt.Errorf("%d rows that %s refers to by %s are not there", missing, from.table.Name, strings.Join(r.Columns, ", ")),
			Hint: "the source itself has references that lead nowhere; set Missing of that column to Restrict or SetNull",
		}
	}
	return c.bounded()
}

// unknown leaves out the keys of rows that are in the slice already. Bytes that are equal
// are equal for the server too; it finds the rows of the others.
func unknown(to *step, r *reference, keys *Keys) *Keys {
	name := listName(r.ToColumns)
	selected, included := to.shelf.selected[name].seal(), to.shelf.included[name].seal()
	rest := newKeys(keys.width, keys.kind)
	for values := range keys.all() {
		if !selected.has(values) && !included.has(values) {
			_ = rest.add(values) // it was a key before
		}
	}
	return rest.seal()
}

// among restricts a table's rows to those that hold one of keys.
func (s *step) among(list []string, keys *Keys) Restriction {
	r := Restriction{Columns: list, NotNull: true, Keys: keys}
	for _, name := range list {
		column, _ := s.table.Column(name)
		r.To = append(r.To, column)
	}
	if s.table.Rows > 0 {
		r.Share = min(1, float64(keys.Len())/s.table.Rows)
	}
	return r
}

// bounded checks the bounds on rows, and says who pulled them.
func (c *closure) bounded() error {
	var total int64
	for _, s := range c.steps {
		rows := s.shelf.rows + s.shelf.extra
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
	var pulled []string
	for _, s := range c.steps {
		for _, r := range s.references {
			if n := c.pulled[r]; n > 0 {
				pulled = append(pulled, fmt.Sprintf("%s of %s included %d of %s", strings.Join(r.Columns, ", "), s.table.Name, n, r.To))
			}
		}
		if s.shelf.rows > 0 {
			pulled = append(pulled, fmt.Sprintf("%d of %s were selected", s.shelf.rows, s.table.Name))
		}
	}
	return &Error{
		Op: "select", Place: what,
		Err:  fmt.Errorf("at least %d rows, and MaxRows is %d: %s", rows, bound, strings.Join(pulled, "; ")),
		Hint: "raise MaxRows, or sample the job that brings most",
	}
}
