package postgres

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

// Undo deletes the rows that a load inserted. What it proves first: this is the database, the
// transaction was committed, every row is there and its last change is the load's own (xmin),
// and no row that stays refers to one of them.
func (l *loading) Undo(ctx context.Context, plan *driver.UndoPlan) (*driver.Loaded, error) {
	catalog, err := l.Catalog(ctx)
	if err != nil {
		return nil, err
	}
	l.loaded = &driver.Loaded{Tables: make([]driver.TableCount, len(plan.Tables))}
	l.plan = &driver.LoadPlan{Open: plan.Open}
	if err := l.begin(ctx); err != nil {
		return nil, err
	}
	if err := l.sameDatabase(ctx, plan.Transaction); err != nil {
		return nil, err
	}
	var found []error
	for i, t := range plan.Tables {
		problem, err := l.undoable(ctx, plan, i, catalog[t.Table])
		if err != nil {
			return nil, err
		}
		if problem != nil {
			found = append(found, problem)
		}
	}
	if len(found) > 0 {
		return nil, errors.Join(found...)
	}
	for i, t := range plan.Tables {
		problems, err := l.outsiders(ctx, plan, i, t.Table, catalog)
		if err != nil {
			return nil, err
		}
		found = append(found, problems...)
	}
	if len(found) > 0 {
		return nil, errors.Join(found...)
	}
	if err := l.deleteAll(ctx, plan, catalog); err != nil {
		return nil, err
	}
	return l.loaded, l.Commit(ctx)
}

// sameDatabase sees to it that the load was one into this database, and counts.
func (l *loading) sameDatabase(ctx context.Context, t driver.Transaction) error {
	if err := l.identify(ctx); err != nil {
		return err
	}
	here := l.loaded.Transaction
	if here.System != t.System || here.Database != t.Database {
		return &gyro.Error{Op: "undo", Err: errors.New("the record is of a load into another database"), Hint: "name the database that was loaded into; a copy or a restored dump is another one"}
	}
	var status *string
	if err := l.conn.QueryRow(ctx, "SELECT pg_xact_status($1::text::xid8)", fmt.Sprint(t.ID)).Scan(&status); err != nil {
		return server.Failed(ctx, "ask for the load's transaction", "", err)
	}
	if status != nil && *status != "committed" {
		return &gyro.Error{Op: "undo", Err: fmt.Errorf("the load's transaction is %s: there is nothing to undo", *status)}
	}
	return nil
}

func undoKeys(i int) string { return fmt.Sprintf("pg_temp.gyro_undo_%d", i) }

// undoable brings a table's keys to the server, locks their rows, and counts those that are
// not as the load left them.
func (l *loading) undoable(ctx context.Context, plan *driver.UndoPlan, i int, table *schema.Table) (problem, err error) {
	t := plan.Tables[i]
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
	if err := l.exec(ctx, "make a table of keys", fmt.Sprintf("CREATE TEMP TABLE gyro_undo_%d ON COMMIT DROP AS SELECT %s FROM %s WITH NO DATA", i, server.Names("", t.Key), target)); err != nil {
		return nil, err
	}
	p := &part{LoadTable: &driver.LoadTable{Table: table}, i: i}
	if _, err := l.copyIn(ctx, p, gyro.Staging, "COPY "+undoKeys(i)+" FROM STDIN (FORMAT csv, HEADER)"); err != nil {
		return nil, err
	}
	if err := l.exec(ctx, "analyze", "ANALYZE "+undoKeys(i)); err != nil {
		return nil, err
	}
	// xmin is the lower half of the transaction's id.
	n, err := l.number(ctx, "lock the rows of "+t.Table.String(), fmt.Sprintf("SELECT count(*) FROM (SELECT FROM %s t JOIN %s k ON %s WHERE t.xmin = '%d'::xid FOR UPDATE OF t) x",
		target, undoKeys(i), joinOn("t", "k", t.Key, t.Key), uint32(plan.Transaction.ID)))
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

func joinOn(left, right string, columns, other []string) string {
	var terms []string
	for i, c := range columns {
		terms = append(terms, fmt.Sprintf("%s.%s = %s.%s", left, server.Quote(c), right, server.Quote(other[i])))
	}
	return strings.Join(terms, " AND ")
}

// outsiders counts the rows that stay and refer to one that is to go. Foreign keys would say
// it too, but ON DELETE CASCADE and SET NULL would change such rows instead.
func (l *loading) outsiders(ctx context.Context, plan *driver.UndoPlan, i int, name schema.Name, catalog schema.Catalog) ([]error, error) {
	var found []error
	parent := plan.Tables[i]
	for _, from := range catalog.Names() {
		for _, r := range catalog[from].References {
			if r.To != name {
				continue
			}
			stays := ""
			if k := slices.IndexFunc(plan.Tables, func(t driver.UndoTable) bool { return t.Table == from }); k >= 0 {
				stays = fmt.Sprintf(" WHERE NOT EXISTS (SELECT FROM %s o WHERE %s)", undoKeys(k), joinOn("o", "c", plan.Tables[k].Key, plan.Tables[k].Key))
			}
			n, err := l.number(ctx, "look for rows that refer to those of "+name.String(), fmt.Sprintf("SELECT count(*) FROM %s k JOIN %s p ON %s JOIN %s c ON %s%s",
				undoKeys(i), server.Identifier(name), joinOn("p", "k", parent.Key, parent.Key), server.Identifier(from), joinOn("c", "p", r.Columns, r.ToColumns), stays))
			if err != nil {
				return nil, err
			}
			if n > 0 {
				found = append(found, &gyro.Error{
					Op: "undo", Place: "table " + name.String(), Err: fmt.Errorf("%s of %s, which the load did not insert, %s to its rows by %s", rowCount(n), from, referWord(n), strings.Join(r.Columns, ", ")),
					Hint: "nothing was undone; delete those rows first, or let them refer to others",
				})
			}
		}
	}
	return found, nil
}

// deleteAll deletes children first; tables of a circle by one statement, at whose end foreign
// keys are checked.
func (l *loading) deleteAll(ctx context.Context, plan *driver.UndoPlan, catalog schema.Catalog) error {
	var tables []schema.Name
	number := map[schema.Name]int{}
	var parts []*part
	for i, t := range plan.Tables {
		tables = append(tables, t.Table)
		number[t.Table] = i
		parts = append(parts, &part{LoadTable: &driver.LoadTable{Table: catalog[t.Table]}, i: i})
	}
	if err := l.constraints(ctx, parts, "IMMEDIATE"); err != nil {
		return err
	}
	circles := schema.Components(tables, func(n schema.Name) []schema.Name {
		var to []schema.Name
		for _, r := range catalog[n].References {
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
			with = append(with, fmt.Sprintf("d%d AS (DELETE FROM %s t USING %s k WHERE %s RETURNING 1)", k, server.Identifier(name), undoKeys(i), joinOn("t", "k", plan.Tables[i].Key, plan.Tables[i].Key)))
			counts = append(counts, fmt.Sprintf("(SELECT count(*) FROM d%d)", k))
			into[k] = &found[k]
		}
		if err := l.conn.QueryRow(ctx, "WITH "+strings.Join(with, ", ")+" SELECT "+strings.Join(counts, ", ")).Scan(into...); err != nil {
			return server.RefusedRow(server.Failed(ctx, "delete from", circle[0].String(), err))
		}
		for k, name := range circle {
			i := number[name]
			l.loaded.Tables[i].Deleted = found[k]
			if found[k] != plan.Tables[i].Rows {
				return &gyro.Error{
					Op: "undo", Place: "table " + name.String(), Err: fmt.Errorf("%s of %d could be deleted", rowCount(found[k]), plan.Tables[i].Rows),
					Hint: "a trigger or a rule of the table keeps rows from being deleted; nothing was undone",
				}
			}
		}
	}
	return nil
}
