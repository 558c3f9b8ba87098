package foreign

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/postgres/internal/loading"
	"github.com/gyrodata/gyro/postgres/internal/server"
)

// keys holds the keys of rows against each other and the target.
type keys struct{ *attempt }

// check tells rows of a sheet that have one key, and rows whose key the target has. Its map
// is there: values are compared as they will be written.
func (k *keys) check(ctx context.Context, t *sheet) error {
	for _, do := range []func(context.Context, *sheet) error{k.unlisted, k.requiredKeys, k.disagree, k.foundTwice, k.sameRow, k.foundAtAll} {
		if err := do(ctx, t); err != nil {
			return err
		}
	}
	if err := k.violations.leaveOut(ctx, t); err != nil { // before the other keys: what is left out takes none
		return err
	}
	if err := k.checkWritten(ctx, t); err != nil {
		return err
	}
	for again := true; again; {
		before := t.marked
		for _, key := range uniqueKeys(t) {
			if !t.CanCollide(key) {
				continue
			}
			for _, do := range []func(context.Context, *sheet, []string) error{k.taken, k.repeated} {
				if err := do(ctx, t, key); err != nil {
					return err
				}
				if err := k.violations.leaveOut(ctx, t); err != nil {
					return err
				}
			}
		}
		// A row of the target keeps its values where the one is rejected that was to be written into it.
		again = t.Found == gyro.UpdateRow && t.marked > before
	}
	return nil
}

func uniqueKeys(t *sheet) [][]string {
	keys := slices.Clone(t.Table.Unique)
	if len(t.Table.PrimaryKey) > 0 {
		keys = append([][]string{t.Table.PrimaryKey}, keys...)
	}
	return keys
}

// unlisted tells rows for whose ids no fixed one was named.
func (k *keys) unlisted(ctx context.Context, t *sheet) error {
	for _, id := range t.New {
		if len(id.Fixed) == 0 || t.unmapped {
			continue
		}
		err := k.violations.addRows(ctx, t, gyro.NotAllowed, []string{id.Column}, "no fixed id is listed for it",
			fmt.Sprintf("SELECT row FROM %s WHERE v_%d IS NULL", t.IDMap(), slices.Index(t.MapColumns, id.Column)))
		if err != nil {
			return err
		}
	}
	return nil
}

// requiredKeys tells rows in which none of several references gives a column a value that may not
// be NULL.
func (k *keys) requiredKeys(ctx context.Context, t *sheet) error {
	givers := map[string][]string{}
	for _, r := range t.Sheet.References {
		for _, c := range r.Columns {
			givers[c] = append(givers[c], headersOf(r))
		}
	}
	from := t.Staging + " s" + k.Merge.Maps(t.TableLoad, nil)
	if !t.unmapped {
		from = k.Merge.Source(t.TableLoad, "")
	}
	for _, c := range t.Columns {
		if len(givers[c.Name]) < 2 || !k.types.known[t.Table.Name][c.Name].notNull {
			continue
		}
		if err := k.violations.addRows(ctx, t, gyro.Required, []string{c.Name}, c.Name+" may not be NULL",
			fmt.Sprintf("SELECT s.gyro_row AS row FROM %s WHERE %s IS NULL AND %s", from, k.finally(t, c.Name), k.violations.whole(t, "s.gyro_row"))); err != nil {
			return err
		}
	}
	return nil
}

// disagree tells rows in which two references give one column different values.
func (k *keys) disagree(ctx context.Context, t *sheet) error {
	type giver struct {
		value   string
		columns []string
	}
	for _, c := range t.Columns {
		var givers []giver
		for i, r := range t.Sheet.References {
			j := slices.Index(r.Columns, c.Name)
			if j < 0 {
				continue
			}
			value := fmt.Sprintf("s.gyro_to_%d_%d", i, j)
			for _, mapped := range k.Merge.Joins(t.TableLoad) {
				if mapped.Through == r.Through {
					value = fmt.Sprintf("CASE WHEN %s.row IS NOT NULL THEN %s.v_%d::%s ELSE %s END", mapped.Alias, mapped.Alias, mapped.Place(j), t.Types[c.Name], value)
				}
			}
			givers = append(givers, giver{value, r.Columns})
		}
		for i := 1; i < len(givers); i++ {
			a, b := givers[0], givers[i]
			err := k.violations.addRows(ctx, t, gyro.ReferencesDisagree, append(slices.Clone(a.columns), b.columns...), "two references give "+c.Name+" different values",
				fmt.Sprintf("SELECT s.gyro_row AS row FROM %s s%s WHERE %s"+server.Op("<>")+"%s", t.Staging, k.Merge.Maps(t.TableLoad, nil), a.value, b.value))
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// foundTwice tells rows for which the target has several.
func (k *keys) foundTwice(ctx context.Context, t *sheet) error {
	if len(t.Find) == 0 || t.Empty {
		return nil
	}
	n, err := k.Number(ctx, "count ids", "SELECT pg_catalog.count(*) FROM "+k.known(t)+" m")
	if err != nil {
		return err
	}
	rows, err := k.Number(ctx, "count rows", "SELECT pg_catalog.count(*) FROM "+t.textTable()+" WHERE NOT bad")
	if err != nil || n == rows {
		return err
	}
	t.twice = true
	return k.violations.addRows(ctx, t, gyro.RowExists, t.Find, "the target has several rows with the same "+strings.Join(t.Find, ", "),
		"SELECT row FROM "+k.known(t)+" m GROUP BY row HAVING pg_catalog.count(*)"+server.Op(">")+"1")
}

// sameRow tells rows that are known by the same columns as an earlier one.
func (k *keys) sameRow(ctx context.Context, t *sheet) error {
	if len(t.Find) == 0 {
		return nil
	}
	columns := loading.KeyList(len(t.Find), "f_")
	from := k.known(t)
	if t.twice {
		from = "(SELECT DISTINCT row, " + columns + " FROM " + from + " m)"
	}
	return k.duplicates(ctx, t, t.Find, from, columns)
}

// foundAtAll tells rows that the target has, where that is a mistake.
func (k *keys) foundAtAll(ctx context.Context, t *sheet) error {
	if !t.FailFound || t.Empty {
		return nil
	}
	return k.violations.addRows(ctx, t, gyro.RowExists, t.Find, "the target has a row with the same "+strings.Join(t.Find, ", "),
		"SELECT DISTINCT row FROM "+k.known(t)+" m WHERE found")
}

// known are the rows with what they are known by (f_0, f_1, …), and whether they were found: the
// map, or, where there is none, what it would hold of that.
func (k *keys) known(t *sheet) string {
	if !t.unmapped {
		return t.IDMap()
	}
	columns := []string{"s.gyro_row AS row"}
	for i, c := range t.Find {
		columns = append(columns, fmt.Sprintf("%s AS f_%d", k.Mapping.Fresh(t.TableLoad, c), i))
	}
	join, found := "", "false"
	if !t.Empty {
		join, found = fmt.Sprintf(" LEFT JOIN (SELECT true AS gyro_here, * FROM %s) t ON %s", t.Target(), k.Mapping.Same(t.TableLoad)), "t.gyro_here IS TRUE"
	}
	return fmt.Sprintf("(SELECT %s, %s AS found FROM %s s%s%s)", strings.Join(columns, ", "), found, t.Staging, k.Merge.Maps(t.TableLoad, nil), join)
}

// taken tells rows with a key that the target has.
func (k *keys) taken(ctx context.Context, t *sheet, key []string) error {
	if t.Empty || t.unmapped && t.Found == gyro.UpdateRow { // what is written into is not known there
		return nil
	}
	var terms []string
	for i, c := range key {
		terms = append(terms, t.Equal(c, "t."+server.Quote(c), fmt.Sprintf("v.k_%d", i)))
	}
	staying := ""
	if !t.unmapped { // but those that are written into themselves: they are held against each other
		staying = k.Merge.Staying(t.TableLoad)
	}
	return k.violations.addRows(ctx, t, gyro.RowExists, key, "the target has a row with the same "+strings.Join(key, ", "),
		fmt.Sprintf("SELECT v.row FROM %s v WHERE EXISTS (SELECT FROM %s t WHERE %s%s)", k.written(t, key), t.Target(), strings.Join(terms, " AND "), staying))
}

// repeated tells rows with a key that an earlier one has.
func (k *keys) repeated(ctx context.Context, t *sheet, key []string) error {
	return k.duplicates(ctx, t, key, k.written(t, key), loading.KeyList(len(key), "k_"))
}

// checkWritten holds rows against those checks of the table that need columns of references.
func (k *keys) checkWritten(ctx context.Context, t *sheet) error {
	given, some := []string{}, []string{}
	for _, v := range t.Sheet.Values {
		given = append(given, v.Column)
	}
	for _, r := range t.Sheet.References {
		some = append(some, r.Columns...)
	}
	if len(some) == 0 {
		return nil
	}
	checks, err := k.tableChecks(ctx, t, append(given, some...), some)
	if err != nil || len(checks) == 0 {
		return err
	}
	values := []string{"s.gyro_row", "0 AS gyro_line"}
	for _, c := range t.Columns {
		if slices.Contains(given, c.Name) || slices.Contains(some, c.Name) {
			values = append(values, k.finally(t, c.Name)+" AS "+server.Quote(c.Name))
		}
	}
	from := t.Staging + " s" + k.Merge.Maps(t.TableLoad, nil)
	if !t.unmapped {
		from = k.Merge.Source(t.TableLoad, "")
	}
	err = k.checked(ctx, checks, "(SELECT "+strings.Join(values, ", ")+" FROM "+from+")", func(rows string, broken []condition) error {
		for _, c := range broken {
			query := fmt.Sprintf("SELECT s.gyro_row AS row FROM %s s WHERE %s AND %s", rows, c.broken, k.violations.whole(t, "s.gyro_row"))
			if err := k.violations.addRows(ctx, t, gyro.CheckFailed, nil, c.said, query); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return k.violations.leaveOut(ctx, t)
}
