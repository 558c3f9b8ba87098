package loading

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/postgres/internal/server"
)

// Inserter writes the rows into their tables.
type Inserter struct {
	*Load
	merge *Merge
}

// insertAll fills the tables, those of a circle together.
func (in *Inserter) insertAll(ctx context.Context) error {
	for _, circle := range in.Circles() {
		if err := in.Circle(ctx, circle); err != nil {
			return err
		}
	}
	return nil
}

// Circles are the tables in the order in which they are filled, those of a circle together.
func (in *Inserter) Circles() [][]*TableLoad {
	var all [][]*TableLoad
	for _, circle := range in.Plan.Circles {
		var tables []*TableLoad
		for _, i := range circle {
			tables = append(tables, in.Tables[i])
		}
		all = append(all, tables)
	}
	return all
}

// Circle fills the tables of a circle, or one alone.
func (in *Inserter) Circle(ctx context.Context, tables []*TableLoad) error {
	together, deferred := false, false
	for _, t := range tables {
		// A COPY holds on to a thousand rows while keys are checked that do not wait, among which the server searches at each
		// check: a tenth of its time.
		deferred = deferred || t.Direct
		for _, r := range t.Table.References {
			for _, other := range tables {
				if other != t && other.Table.Name == r.To && t.Stands(r) {
					together = together || !r.Deferrable
					deferred = true
				}
			}
		}
	}
	switch {
	case together:
		if err := in.insertTogether(ctx, tables); err != nil {
			return err
		}
	case deferred:
		if err := in.SetConstraints(ctx, standing(tables), "DEFERRED"); err != nil {
			return err
		}
	}
	for _, t := range tables {
		if !together {
			if err := in.insert(ctx, t); err != nil {
				return err
			}
		}
		if err := in.update(ctx, t); err != nil {
			return err
		}
	}
	if deferred && !together {
		in.Stage(gyro.Referring, tables[len(tables)-1].Number)
		return in.SetConstraints(ctx, standing(tables), "IMMEDIATE")
	}
	return nil
}

// insert fills one table.
func (in *Inserter) insert(ctx context.Context, t *TableLoad) error {
	if t.Direct {
		rows, err := in.CopyIn(ctx, t, gyro.Copying, "COPY "+t.Target()+t.listed()+" FROM STDIN (FORMAT csv, HEADER)")
		in.Loaded.Tables[t.Number] = driver.TableCount{Straight: true, Inserted: rows}
		if err == nil && rows != t.Staged {
			err = in.unresolved(ctx, t, t.Staged-rows)
		}
		return err
	}
	in.Stage(gyro.Inserting, t.Number)
	rows, err := in.Changed(ctx, "insert into", t.Table.Name.String(), in.merge.Insertion(t))
	if err != nil {
		return err
	}
	return in.inserted(ctx, t, rows)
}

// inserted sees to it that all rows went in that had to.
func (in *Inserter) inserted(ctx context.Context, t *TableLoad, rows int64) error {
	in.Loaded.Tables[t.Number].Inserted = rows
	if rows == t.Fresh {
		return in.rewritten(ctx, t)
	}
	return in.unresolved(ctx, t, t.Fresh-rows)
}

// rewritten sees to it that rows have the key that they were given, by which others refer to them and an undo finds
// them: a trigger may have given them another.
func (in *Inserter) rewritten(ctx context.Context, t *TableLoad) error {
	given := slices.ContainsFunc(t.New, func(id driver.NewID) bool { return len(id.Triggers) > 0 })
	if len(t.Rewriting) == 0 || t.Fresh == 0 || given {
		return nil
	}
	fresh := ""
	if t.Map {
		fresh = " AND NOT m.found"
	}
	var same []string
	for _, c := range t.MapColumns {
		there, given := "t."+server.Quote(c), in.merge.Final(t, c)
		equal := t.Equal(c, there, given)
		if !slices.Contains(t.Key, c) {
			equal = fmt.Sprintf("(%s OR %s IS NULL AND (%s) IS NULL)", equal, there, given)
		}
		same = append(same, equal)
	}
	n, err := in.Number(ctx, "look for rows that a trigger changed", fmt.Sprintf("SELECT pg_catalog.count(*) FROM %s WHERE NOT EXISTS (SELECT FROM %s t WHERE %s)",
		in.merge.Source(t, fresh), t.Target(), strings.Join(same, " AND ")))
	if err != nil || n == 0 {
		return err
	}
	return &gyro.Error{
		Op: "load", Place: "table " + t.Table.Name.String(),
		Err:  fmt.Errorf("%s of %d got another key than given, by a trigger of the table (%s)", rowCount(n), t.Fresh, strings.Join(t.Rewriting, ", ")),
		Hint: "switch its triggers off for this load, or let the trigger leave keys alone that are given",
	}
}

// insertTogether fills the tables of a circle by one statement: PostgreSQL checks foreign
// keys that are not deferrable at its end.
func (in *Inserter) insertTogether(ctx context.Context, tables []*TableLoad) error {
	var with, counts []string
	for _, t := range tables {
		in.Stage(gyro.Inserting, t.Number)
		with = append(with, fmt.Sprintf("i%d AS (%s RETURNING 1)", t.Number, in.merge.Insertion(t)))
		counts = append(counts, fmt.Sprintf("(SELECT pg_catalog.count(*) FROM i%d)", t.Number))
	}
	found := make([]int64, len(tables))
	into := make([]any, len(tables))
	for i := range found {
		into[i] = &found[i]
	}
	if err := in.Conn.QueryRow(ctx, "WITH "+strings.Join(with, ", ")+" SELECT "+strings.Join(counts, ", ")).Scan(into...); err != nil {
		return server.RefusedRow(server.Failed(ctx, "insert into a circle with", tables[0].Table.Name.String(), err))
	}
	for i, t := range tables {
		if err := in.inserted(ctx, t, found[i]); err != nil {
			return err
		}
	}
	return nil
}

// update writes into the rows that were found.
func (in *Inserter) update(ctx context.Context, t *TableLoad) error {
	count := &in.Loaded.Tables[t.Number]
	if t.Direct {
		return nil
	}
	found := t.Existing
	if t.Found != gyro.UpdateRow {
		found = t.Recalled
	}
	count.Skipped = t.Existing - found
	if found == 0 {
		return nil
	}
	text := in.merge.Updating(t)
	if text == "" { // it has no column but those it is known by
		count.Skipped = t.Existing
		return nil
	}
	rows, err := in.Changed(ctx, "update", t.Table.Name.String(), text)
	if err != nil {
		return err
	}
	count.Updated = rows
	if rows != found && t.Known != nil {
		if rows, err = in.Number(ctx, "count rows that are as they were", in.merge.resolved(t)); err != nil {
			return err
		}
		count.Skipped = t.Existing - count.Updated
	}
	if rows != found {
		return in.unresolved(ctx, t, found-rows)
	}
	return nil
}
