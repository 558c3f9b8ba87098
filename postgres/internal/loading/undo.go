package loading

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/postgres/internal/server"
	"github.com/gyrodata/gyro/schema"
)

// undo is one undo of a load.
type undo struct {
	*Load
	record  *driver.UndoPlan
	catalog schema.Catalog
}

// Undo deletes the rows that a load inserted. What it proves first: this is the database, the
// transaction was committed, every row is there and its last change is the load's own (xmin),
// and no row that stays refers to one of them.
func (s *Session) Undo(ctx context.Context, record *driver.UndoPlan) (*driver.Loaded, error) {
	catalog, err := s.Catalog(ctx)
	if err != nil {
		return nil, err
	}
	l := NewLoad(s, Options{}, &driver.LoadPlan{Open: record.Open})
	l.Loaded.Tables = make([]driver.TableCount, len(record.Tables))
	u := &undo{Load: l, record: record, catalog: catalog}
	if err := s.Begin(ctx); err != nil {
		return nil, err
	}
	if err := u.sameDatabase(ctx, "undo", record.Transaction); err != nil {
		return nil, err
	}
	if err := u.undoable(ctx); err != nil {
		return nil, err
	}
	if err := u.deleteAsLoaded(ctx); err != nil {
		return nil, err
	}
	return l.Loaded, l.Commit(ctx)
}

// deleteAsLoaded deletes the rows with the triggers as they were when the load inserted them.
func (u *undo) deleteAsLoaded(ctx context.Context) error {
	if !u.record.TriggersOff {
		return u.deleteAll(ctx)
	}
	for i, t := range u.record.Tables {
		u.Tables = append(u.Tables, &TableLoad{LoadTable: &driver.LoadTable{Table: u.catalog[t.Table]}, Number: i})
	}
	for _, do := range []func(context.Context) error{u.access.disableTriggers, u.deleteAll, u.access.enableTriggers} {
		if err := do(ctx); err != nil {
			return err
		}
	}
	return nil
}

// undoable says what keeps rows from being deleted: all that changed, or else all that others refer to.
func (u *undo) undoable(ctx context.Context) error {
	var found []error
	for i := range u.record.Tables {
		problem, err := u.lock(ctx, i)
		if err != nil {
			return err
		}
		if problem != nil {
			found = append(found, problem)
		}
	}
	if len(found) > 0 {
		return u.gone(ctx, errors.Join(found...))
	}
	for i := range u.record.Tables {
		problems, err := u.outsiders(ctx, i)
		if err != nil {
			return err
		}
		found = append(found, problems...)
	}
	return errors.Join(found...)
}

// gone gives what was found, or that the load was undone before, where none of its rows is there any more.
func (u *undo) gone(ctx context.Context, found error) error {
	for i, t := range u.record.Tables {
		if u.catalog[t.Table] == nil {
			return found
		}
		for _, c := range t.Key {
			if _, ok := u.catalog[t.Table].Column(c); !ok {
				return found
			}
		}
		n, err := u.Number(ctx, "look for rows of "+t.Table.String(), fmt.Sprintf("SELECT pg_catalog.count(*) FROM %s t JOIN %s k ON %s",
			server.Identifier(t.Table), undoKeys(i), joinOn(u.catalog[t.Table], "t", "k", t.Key)))
		if err != nil {
			return err
		}
		if n > 0 {
			return found
		}
	}
	return &gyro.Error{Op: "undo", Err: errors.New("the load was undone already, or its rows were deleted: none of them is there any more"), Hint: "there is nothing left to undo"}
}

func undoKeys(i int) string { return fmt.Sprintf("pg_temp.gyro_undo_%d", i) }

// lockSQL locks the rows whose last change is the load's own, and counts them.
var lockSQL = server.Own(`
SELECT count(*)
FROM (
  SELECT FROM {table} t JOIN {keys} k ON {same}
  WHERE t.xmin = '{transaction}'::xid
  FOR UPDATE OF t
) x`)

// lock brings a table's keys to the server, locks their rows, and counts those that are
// not as the load left them.
func (u *undo) lock(ctx context.Context, i int) (problem, err error) {
	t := u.record.Tables[i]
	table := u.catalog[t.Table]
	place := "table " + t.Table.String()
	if table == nil {
		return &gyro.Error{Op: "undo", Place: place, Err: errors.New("it is not there any more")}, nil
	}
	for _, c := range t.Key {
		if _, ok := table.Column(c); !ok {
			return &gyro.Error{Op: "undo", Place: place, Err: fmt.Errorf("its key column %q is not there any more", c)}, nil
		}
	}
	target := server.Identifier(t.Table)
	columns := server.Names("", t.Key)
	for i := range t.Was {
		columns += ", ''::pg_catalog.text AS " + driver.WasColumn(i)
	}
	text := fmt.Sprintf("CREATE TEMP TABLE gyro_undo_%d ON COMMIT DROP AS SELECT %s FROM %s WITH NO DATA", i, columns, target)
	if err := u.Exec(ctx, "make a table of keys", text); err != nil {
		return nil, err
	}
	file := &TableLoad{LoadTable: &driver.LoadTable{Table: table}, Number: i}
	if _, err := u.CopyIn(ctx, file, gyro.Staging, "COPY "+undoKeys(i)+" FROM STDIN (FORMAT csv, HEADER)"); err != nil {
		return nil, err
	}
	if err := u.Exec(ctx, "analyze", "ANALYZE "+undoKeys(i)); err != nil {
		return nil, err
	}
	// xmin is the lower half of the transaction's id.
	n, err := u.Number(ctx, "lock the rows of "+t.Table.String(), server.Fill(lockSQL, "table", target, "keys", undoKeys(i),
		"same", joinOn(table, "t", "k", t.Key), "transaction", fmt.Sprint(uint32(u.record.Transaction.ID))))
	if err != nil {
		return nil, err
	}
	if n != t.Rows {
		return &gyro.Error{
			Op: "undo", Place: place, Err: fmt.Errorf("%s of %d changed or were deleted since they were loaded", rowCount(t.Rows-n), t.Rows),
			Hint: "nothing was undone; what has changed may be wanted",
		}, nil
	}
	return nil, nil
}

// joinOn compares columns of a table, in left and right.
func joinOn(table *schema.Table, left, right string, columns []string) string {
	var terms []string
	for _, name := range columns {
		c, _ := table.Column(name)
		terms = append(terms, server.Equal(c, left+"."+server.Quote(name), right+"."+server.Quote(name)))
	}
	return strings.Join(terms, " AND ")
}

// refersOn holds where the server finds that a row c refers to a row p of a table which is to go, or may by PERIOD: there
// texts compare as the referring column does, unless it is the other that calls different texts equal (ri_triggers.c).
func refersOn(from, table *schema.Table, r schema.Reference) string {
	var terms []string
	for i, name := range r.Columns {
		own, _ := from.Column(name)
		to, _ := table.Column(r.ToColumns[i])
		if to.CollationID != own.CollationID && !to.Nondeterministic {
			to.Collation, to.Nondeterministic = own.Collation, own.Nondeterministic
		}
		left, right := "c."+server.Quote(name), "p."+server.Quote(to.Name)
		if r.Period && i == len(r.Columns)-1 {
			terms = append(terms, left+server.Op("&&")+right)
		} else {
			terms = append(terms, server.Refers(server.As(r.As, i), own, to, left, right))
		}
	}
	return strings.Join(terms, " AND ")
}

// outsidersSQL counts the rows of a child that refer to rows that are to go.
var outsidersSQL = server.Own(`
SELECT count(*)
FROM {keys} k
JOIN {parent} p ON {same}
JOIN {child} c ON {refers}
WHERE true{stays}`)

// outsiders counts the rows that stay and refer to one that is to go. Foreign keys would say
// it too, but ON DELETE CASCADE and SET NULL would change such rows instead.
func (u *undo) outsiders(ctx context.Context, i int) ([]error, error) {
	var found []error
	parent := u.record.Tables[i]
	table := u.catalog[parent.Table]
	for _, from := range u.catalog.Names() {
		if !u.catalog[from].PartitionOf.IsZero() {
			continue // its rows are those of the table that it is a partition of, which has its references
		}
		for _, r := range u.catalog[from].References {
			if u.catalog.Root(r.To) != u.catalog.Root(parent.Table) {
				continue
			}
			stays := ""
			for k, t := range u.record.Tables {
				if u.catalog.Root(t.Table) != from {
					continue
				}
				stays += fmt.Sprintf(" AND NOT (%s AND EXISTS (SELECT FROM %s o WHERE %s))", u.within(t.Table), undoKeys(k), joinOn(u.catalog[t.Table], "o", "c", t.Key))
			}
			n, err := u.Number(ctx, "look for rows that refer to those of "+parent.Table.String(), server.Fill(outsidersSQL,
				"keys", undoKeys(i), "parent", server.Identifier(parent.Table), "child", server.Identifier(from),
				"same", joinOn(table, "p", "k", parent.Key), "refers", refersOn(u.catalog[from], table, r), "stays", stays))
			if err != nil {
				return nil, err
			}
			if n > 0 {
				found = append(found, &gyro.Error{
					Op: "undo", Place: "table " + parent.Table.String(),
					Err: fmt.Errorf("%s of %s, which the load did not insert, %s to its rows by %s",
						rowCount(n), from, referWord(n), strings.Join(r.Columns, ", ")),
					Hint: "nothing was undone; delete those rows first, or let them refer to others",
				})
			}
		}
	}
	return found, nil
}

var withinSQL = server.Own("c.tableoid = ANY (SELECT relid::oid FROM pg_partition_tree(%s))")

// within is true where a row c of a partitioned table lies in one of its partitions, or anywhere in itself.
func (u *undo) within(table schema.Name) string {
	if u.catalog[table].PartitionOf.IsZero() {
		return "true"
	}
	return fmt.Sprintf(withinSQL, server.Literal(server.Identifier(table)))
}

// deleteAll deletes children first; tables of a circle by one statement, at whose end foreign
// keys are checked.
func (u *undo) deleteAll(ctx context.Context) error {
	var tables []schema.Name
	number := map[schema.Name]int{}
	var all []*schema.Table
	for i, t := range u.record.Tables {
		tables = append(tables, t.Table)
		number[t.Table] = i
		all = append(all, u.catalog[t.Table])
	}
	if err := u.SetConstraints(ctx, all, "IMMEDIATE"); err != nil {
		return err
	}
	circles := schema.Components(tables, func(n schema.Name) []schema.Name {
		var to []schema.Name
		for _, r := range u.catalog[n].References {
			to = append(to, r.To)
		}
		return to
	})
	for _, circle := range slices.Backward(circles) {
		var with, counts []string
		found := make([]int64, len(circle))
		into := make([]any, len(circle))
		for k, name := range circle {
			i := number[name]
			same := joinOn(u.catalog[name], "t", "k", u.record.Tables[i].Key)
			with = append(with, fmt.Sprintf("d%d AS (DELETE FROM %s t USING %s k WHERE %s RETURNING 1)", k, server.Identifier(name), undoKeys(i), same))
			counts = append(counts, fmt.Sprintf("(SELECT pg_catalog.count(*) FROM d%d)", k))
			into[k] = &found[k]
		}
		if err := u.Conn.QueryRow(ctx, "WITH "+strings.Join(with, ", ")+" SELECT "+strings.Join(counts, ", ")).Scan(into...); err != nil {
			return server.RefusedRow(server.Failed(ctx, "delete from", circle[0].String(), err))
		}
		for k, name := range circle {
			i := number[name]
			u.Loaded.Tables[i].Deleted = found[k]
			if found[k] != u.record.Tables[i].Rows {
				return &gyro.Error{
					Op: "undo", Place: "table " + name.String(), Err: fmt.Errorf("%s of %d could be deleted", rowCount(found[k]), u.record.Tables[i].Rows),
					Hint: "a trigger or a rule of the table keeps rows from being deleted; nothing was undone",
				}
			}
		}
	}
	return nil
}
