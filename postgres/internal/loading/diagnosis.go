package loading

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/postgres/internal/server"
	"github.com/gyrodata/gyro/schema"
)

// collide counts the rows whose keys are taken, for every unique key of every table, before
// the first row goes in.
func (in *Inserter) collide(ctx context.Context) error {
	var found []error
	for _, t := range in.Tables {
		if !in.added(t) {
			continue
		}
		for _, key := range append([][]string{t.Table.PrimaryKey}, t.Table.Unique...) {
			if len(key) == 0 || !t.CanCollide(key) {
				continue
			}
			var terms []string
			for _, c := range key {
				terms = append(terms, t.Equal(c, "t."+server.Quote(c), "v."+server.Quote(c)))
			}
			var values []string
			for _, c := range key {
				values = append(values, in.merge.Final(t, c)+" AS "+server.Quote(c))
			}
			n, err := in.Number(ctx, "look for rows that are there already", fmt.Sprintf(
				"SELECT pg_catalog.count(*) FROM (SELECT %s FROM %s) v WHERE EXISTS (SELECT FROM %s t WHERE %s%s)",
				strings.Join(values, ", "), in.merge.Source(t, " AND NOT m.found"), t.Target(), strings.Join(terms, " AND "), in.merge.Staying(t)))
			if err != nil {
				return err
			}
			if n > 0 {
				found = append(found, &gyro.Error{
					Op: "load", Place: "table " + t.Table.Name.String(),
					Err:  fmt.Errorf("%s: the target has a row with the same %s already", rowCount(n), strings.Join(key, ", ")),
					Hint: gyro.Text(t.collisionHint(key)),
				})
			}
		}
	}
	byIndex, err := in.collideByIndex(ctx)
	if err != nil {
		return err
	}
	return errors.Join(append(found, byIndex...)...)
}

// collisionHint says what to do where a key is taken. New ids help where they change one of its columns.
func (t *TableLoad) collisionHint(key []string) string {
	policy := "say what becomes of such rows: conflict skip or update, by that key"
	for _, c := range key {
		follows := slices.ContainsFunc(t.Table.References, func(r schema.Reference) bool { return slices.Contains(r.Columns, c) })
		if slices.Contains(t.Key, c) || follows {
			return "give the rows new ids, or " + policy
		}
	}
	return policy + "; or change the values on their way ({Expr}): new ids do not change them"
}

// unresolved says why rows of a table, or of any other, did not go in.
func (in *Inserter) unresolved(ctx context.Context, missing *TableLoad, rows int64) error {
	var found []error
	for _, t := range in.Tables {
		if t.Direct || t.MapOnly {
			continue
		}
		problems, err := in.diagnose(ctx, t)
		if err != nil {
			return err
		}
		found = append(found, problems...)
	}
	if len(found) > 0 {
		return errors.Join(found...)
	}
	return &gyro.Error{
		Op: "load", Place: "table " + missing.Table.Name.String(), Err: fmt.Errorf("%s did not go in", rowCount(rows)),
		Hint: "a trigger or a rule of the target may have kept them out, or another session deleted rows that were found",
	}
}

// lost says of how many rows a reference would get a value that its columns can't hold as it is; nil: of none.
func (in *Inserter) lost(ctx context.Context, t *TableLoad, j Join, kept string) (lost, err error) {
	terms := in.merge.held(t, j)
	if len(terms) == 0 {
		return nil, nil
	}
	n, err := in.Number(ctx, "look for values that are cut off", fmt.Sprintf("SELECT pg_catalog.count(*) FROM %s WHERE NOT (%s)", in.merge.Source(t, kept), strings.Join(terms, " AND ")))
	if err != nil || n == 0 {
		return nil, err
	}
	return &gyro.Error{
		Op: "load", Place: "table " + t.Table.Name.String(),
		Err:  fmt.Errorf("%s: %s: the new %s of %s can't be held without a part of it being cut off", strings.Join(j.Columns, ", "), rowCount(n), strings.Join(j.ToColumns, ", "), j.Table),
		Hint: "let the columns have the type of those that they refer to, or give that table other ids",
	}, nil
}

// diagnose counts, for each reference of a table, the rows that lead nowhere.
func (in *Inserter) diagnose(ctx context.Context, t *TableLoad) ([]error, error) {
	kept := t.left()
	var found []error
	for _, j := range in.merge.Joins(t) {
		n, err := in.Number(ctx, "look for references that lead nowhere", fmt.Sprintf("SELECT pg_catalog.count(*) FROM %s WHERE NOT (%s)", in.merge.Source(t, kept), in.merge.resolves(t, j)))
		if err != nil {
			return nil, err
		}
		if n == 0 {
			continue
		}
		if problem, err := in.lost(ctx, t, j, kept); err != nil {
			return nil, err
		} else if problem != nil {
			found = append(found, problem)
			continue
		}
		problem, hint := "are not in the slice", "load its rows with them; or declare what they are in the target: a natural key ({NaturalKey}) of that model, or {Fixed} ids"
		switch {
		case len(j.Fixed) > 0:
			problem, hint = "have no fixed id", "list all ids"
		case j.to != nil && len(j.to.Find) > 0 && !j.to.MapOnly:
			problem = "are not in the slice, or have NULL in " + strings.Join(j.ToColumns, ", ") + " in the target"
		case j.to != nil && j.to.MapOnly:
			problem, hint = "are not in the target, by "+strings.Join(j.to.Find, ", "), "load that table too, or add the rows"
		}
		found = append(found, &gyro.Error{
			Op: "load", Place: "table " + t.Table.Name.String(),
			Err:  fmt.Errorf("%s: %s %s to rows of %s that %s", strings.Join(j.Columns, ", "), rowCount(n), referWord(n), j.Table, problem),
			Hint: gyro.Text(hint),
		})
	}
	if len(found) > 0 {
		return found, nil
	}
	terms := in.merge.conditions(t)
	for _, term := range terms[min(len(t.References), len(terms)):] {
		n, err := in.Number(ctx, "look for references that disagree", fmt.Sprintf("SELECT pg_catalog.count(*) FROM %s WHERE NOT (%s)", in.merge.Source(t, kept), term))
		if err != nil {
			return nil, err
		}
		if n > 0 {
			found = append(found, &gyro.Error{
				Op: "load", Place: "table " + t.Table.Name.String(), Err: fmt.Errorf("%s: two references that share a column would get different values", rowCount(n)),
				Hint: "give the models that they refer to ids that agree",
			})
		}
	}
	return found, nil
}
