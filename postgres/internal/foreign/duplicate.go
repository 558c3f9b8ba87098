package foreign

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/postgres/internal/server"
	"github.com/gyrodata/gyro/schema"
)

// duplicatesSQL gives all rows but the first of those that have one key; those that break no rule come
// first.
var duplicatesSQL = server.Own(`
SELECT x.row
FROM (
  SELECT v.row,
    row_number() OVER (
      PARTITION BY {of_v}
      ORDER BY EXISTS (SELECT FROM {violations} f WHERE f.sheet = {sheet} AND f.row = v.row), v.row
    ) AS n
  FROM {rows} v
  JOIN (SELECT {columns} FROM {rows} v GROUP BY {columns} HAVING count(*) > 1) d ON {same}
) x
WHERE x.n > 1`)

// duplicates tells all rows but the first good one of those that have one key.
func (k *keys) duplicates(ctx context.Context, t *sheet, key []string, from, columns string) error {
	// Bad rows may be counted: then there is more to look at than needs be.
	count := fmt.Sprintf(server.Own("SELECT count(*) FROM (SELECT FROM %s v GROUP BY %s HAVING count(*) > 1) d"), from, columns)
	if hash := k.hashed(t, key, columns); hash != "" { // numbers are quicker to sort than what they are a hash of
		// Where a reference was not found, the hash is NULL: that row is bad already.
		count = fmt.Sprintf(server.Own("SELECT count(%[1]s) - count(DISTINCT %[1]s) FROM %[2]s v"), hash, from)
	}
	n, err := k.Number(ctx, "look for rows that are the same", count)
	if err != nil || n == 0 {
		return err
	}
	if t.violated > 0 {
		from = fmt.Sprintf("(SELECT * FROM %s v WHERE %s)", from, k.violations.whole(t, "v.row"))
	}
	var terms []string // NULL is equal to NULL; see same
	for c := range strings.SplitSeq(columns, ", ") {
		terms = append(terms, fmt.Sprintf(server.Own("ARRAY[v.%s] = ARRAY[d.%s]"), c, c))
	}
	return k.violations.addRows(ctx, t, gyro.DuplicateRow, key, "an earlier row has the same "+strings.Join(key, ", "),
		server.Fill(duplicatesSQL, "rows", from, "columns", columns, "of_v", prefixed("v.", columns), "same", strings.Join(terms, " AND "),
			"violations", violationTable, "sheet", strconv.Itoa(t.Number)))
}

// hashed is a hash of the columns of a key: equal keys have equal ones; "" where there is none.
func (k *keys) hashed(t *sheet, key []string, columns string) string {
	hash, nulls := "0", false
	for i, column := range strings.Split(columns, ", ") {
		typ := k.types.known[t.Table.Name][key[i]]
		function := schema.TypeOf(typ.cast).HashFunction()
		if function == "" {
			return ""
		}
		nulls = nulls || !typ.notNull
		hash = fmt.Sprintf("pg_catalog.%s(%s, %s)", function, column, hash)
	}
	switch {
	case !nulls:
		return hash
	case k.Version >= hashedRecords:
		return "pg_catalog.hash_record_extended(ROW(" + columns + "), 0)"
	}
	return ""
}

// hashedRecords is the first server that can hash records.
const hashedRecords = 140000

// prefixed puts an alias before each column of a list.
func prefixed(alias, columns string) string {
	return alias + strings.ReplaceAll(columns, ", ", ", "+alias)
}

// candidates are the rows whose keys have to be free, s, in words of FROM: those that are new,
// and, where rows that are there are written into, those too.
func (k *keys) candidates(t *sheet) string {
	updates := t.Found == gyro.UpdateRow
	switch {
	case !t.unmapped && updates:
		return k.Merge.Source(t.TableLoad, "")
	case !t.unmapped:
		return k.Merge.Source(t.TableLoad, " AND NOT m.found")
	case len(t.Find) == 0 || t.Empty || updates:
		return t.Staging + " s" + k.Merge.Maps(t.TableLoad, nil)
	}
	return fmt.Sprintf("%s s%s WHERE NOT EXISTS (SELECT FROM %s t WHERE %s)", t.Staging, k.Merge.Maps(t.TableLoad, nil), t.Target(), k.Mapping.Same(t.TableLoad))
}

// finally is the value of a column as it will be written.
func (k *keys) finally(t *sheet, column string) string {
	if t.unmapped {
		return k.Merge.Value(t.TableLoad, column)
	}
	return k.Merge.Final(t.TableLoad, column)
}

// written are the values of a key as the rows would have them: k_0, k_1, ….
func (k *keys) written(t *sheet, key []string) string {
	var values, present []string
	for i, c := range key {
		values = append(values, fmt.Sprintf("%s AS k_%d", k.finally(t, c), i))
		present = append(present, fmt.Sprintf("w.k_%d IS NOT NULL", i))
	}
	return fmt.Sprintf("(SELECT * FROM (SELECT s.gyro_row AS row, %s FROM %s) w WHERE %s)", strings.Join(values, ", "), k.candidates(t), strings.Join(present, " AND "))
}
