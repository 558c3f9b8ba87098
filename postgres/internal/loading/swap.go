package loading

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/postgres/internal/server"
	"github.com/gyrodata/gyro/schema"
)

// Swaps are values of unique keys that change places among rows which are written into, or that a new row takes from
// one that gets another. PostgreSQL looks at uniqueness row by row, unless the constraint can be deferred, so that
// what is unique before and after is refused in between. A constraint that can wait is made to wait. Otherwise the rows
// that hold a value which another row is to have are parked before anything is written: they get a value in between, which
// no row has, and then their own.
type Swaps struct {
	*Load
	merge    *Merge
	deferred []string // constraints that wait, as SQL writes them
}

// uniqueIndex is a unique index of a table, as search_path pg_catalog shows it.
type uniqueIndex struct {
	Index       string
	Constraint  string   // that it belongs to, as SQL writes it, or empty
	Deferrable  bool     // the constraint
	Columns     []string // that it is made of, or that its expressions, computed columns and condition name
	Keys        []string // columns and expressions, those of computed columns too
	Condition   string   // of a partial one
	NullsUnique bool     // NULLS NOT DISTINCT
}

// uniqueIndexesSQL lists those of a table, and those that only some of its partitions have.
const uniqueIndexesSQL = `
SELECT i.indexrelid::regclass::text,
  CASE WHEN c.oid IS NOT NULL THEN format('%I.%I', n.nspname, c.conname) ELSE '' END, coalesce(c.condeferrable, false),
  ARRAY(
    SELECT a.attname::text FROM pg_attribute a
    WHERE a.attrelid = i.indrelid AND a.attnum > 0 AND a.attgenerated = '' AND (
      a.attnum = ANY (i.indkey) OR EXISTS (
        SELECT FROM pg_depend d
        WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid AND d.refobjid = i.indrelid AND d.refobjsubid = a.attnum
      ) OR EXISTS (
        SELECT FROM pg_attrdef g JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = g.oid
        WHERE g.adrelid = i.indrelid AND g.adnum = ANY (i.indkey) AND d.refobjid = i.indrelid AND d.refobjsubid = a.attnum))
    ORDER BY a.attnum),
  ARRAY(
    SELECT coalesce(
      (SELECT pg_get_expr(g.adbin, g.adrelid) FROM pg_attrdef g JOIN pg_attribute a ON a.attrelid = g.adrelid AND a.attnum = g.adnum
      WHERE g.adrelid = i.indrelid AND g.adnum = i.indkey[k - 1] AND a.attgenerated <> ''),
      pg_get_indexdef(i.indexrelid, k, false))
    FROM generate_series(1, i.indnkeyatts) k),
  coalesce(pg_get_expr(i.indpred, i.indrelid), ''),
  coalesce((to_jsonb(i)->>'indnullsnotdistinct')::bool, false)
FROM pg_index i
LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.conrelid = i.indrelid AND c.contype IN ('p', 'u')
LEFT JOIN pg_namespace n ON n.oid = c.connamespace
WHERE i.indrelid IN (SELECT $1::text::regclass::oid UNION ALL SELECT relid FROM pg_partition_tree($1::text::regclass))
  AND i.indisunique AND i.indisvalid AND NOT EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = i.indexrelid)
ORDER BY 1`

// Open makes room for values that change places.
func (s *Swaps) Open(ctx context.Context) error {
	for _, t := range s.Tables {
		if t.Direct || t.MapOnly || t.writes("m") == "" || t.Existing == 0 || s.merge.doomed() {
			continue
		}
		if err := s.table(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

// Close has the constraints checked that were made to wait.
func (s *Swaps) Close(ctx context.Context) error {
	if len(s.deferred) == 0 {
		return nil
	}
	return s.constraints(ctx, s.deferred, "IMMEDIATE")
}

func (s *Swaps) constraints(ctx context.Context, names []string, when string) error {
	if _, err := s.Conn.Exec(ctx, "SET CONSTRAINTS "+strings.Join(names, ", ")+" "+when); err != nil {
		return server.RefusedRow(server.Failed(ctx, "check unique keys", "", err))
	}
	return nil
}

func (s *Swaps) table(ctx context.Context, t *TableLoad) error {
	written := s.merge.written(t)
	indexes, err := s.indexes(ctx, t)
	if err != nil {
		return err
	}
	for number, i := range indexes {
		moves := slices.ContainsFunc(i.Columns, func(c string) bool { return slices.Contains(written, c) })
		switch {
		case !moves:
		case i.Deferrable:
			s.deferred = append(s.deferred, i.Constraint)
			if err := s.constraints(ctx, []string{i.Constraint}, "DEFERRED"); err != nil {
				return err
			}
		default:
			if err := s.park(ctx, t, i, number, written); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Swaps) indexes(ctx context.Context, t *TableLoad) ([]uniqueIndex, error) {
	if err := s.Exec(ctx, "set search_path", server.SafePath); err != nil {
		return nil, err
	}
	rows, err := s.Conn.Query(ctx, uniqueIndexesSQL, t.Target())
	if err != nil {
		return nil, server.Failed(ctx, "look for unique keys of", t.Table.Name.String(), err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[uniqueIndex])
	if err != nil {
		return nil, server.Failed(ctx, "look for unique keys of", t.Table.Name.String(), err)
	}
	return all, s.Exec(ctx, "reset search_path", server.RolePath)
}

// Of the views, "wanted" are the keys as rows will have them, with the row that each is written into or NULL, and "held"
// are those of the rows that are written into, as they are. The names of columns and what an index says mean what they
// did when it was made, so that the views over them are made with PostgreSQL's own search_path.
const (
	givenViewSQL  = "CREATE TEMP VIEW gyro_given AS SELECT {keys}{values} FROM {rows}"
	wantedViewSQL = "CREATE TEMP VIEW gyro_wanted AS SELECT {keyNames}{index} FROM pg_temp.gyro_given{where}"
	heldViewSQL   = "CREATE TEMP VIEW gyro_held AS SELECT {columns}{index} FROM {target} gyro_t{where}"
)

// parkedSQL lists the rows that hold a value which another is to have.
var parkedSQL = server.Own(`
CREATE TEMP TABLE {name} ON COMMIT DROP AS
SELECT row_number() OVER () AS gyro_n, x.*
FROM (
  SELECT DISTINCT {columns}
  FROM pg_temp.gyro_held h
  JOIN {map} m ON {writes} AND {same}
  JOIN pg_temp.gyro_wanted w ON {equal} AND ({itself}) IS NOT TRUE
) x`)

// park gives rows a value in between that hold a value of an index which another row is to have.
func (s *Swaps) park(ctx context.Context, t *TableLoad, index uniqueIndex, number int, written []string) error {
	found, err := s.find(ctx, t, index, number)
	if err != nil || found == 0 {
		return err
	}
	column := s.between(t, index, written)
	if column == nil {
		return s.cannot(t, index, found, "")
	}
	if err := s.constraintsOf(ctx, t, column.Name); err != nil {
		return err
	}
	refused, err := s.write(ctx, t, column.Name, parked(t, number)+" p", column.parks, found)
	if err == nil && refused != nil && column.number {
		refused, err = s.write(ctx, t, column.Name, parked(t, number)+" p JOIN "+freeSQL+server.Own(" f ON f.n = p.gyro_n"), "f.v::{type}", found)
	}
	if err == nil && refused != nil {
		return s.cannot(t, index, found, refused.ConstraintName)
	}
	return err
}

// write writes a value in between into the rows p; refused says why the server does not take it, and then nothing is written.
// Only rows that are updated anyway stand behind the savepoint.
func (s *Swaps) write(ctx context.Context, t *TableLoad, column, from, value string, rows int64) (refused *pgconn.PgError, err error) {
	var same []string
	for _, c := range t.Key {
		same = append(same, t.Equal(c, "t."+server.Quote(c), "p."+server.Quote(c)))
	}
	target, _ := t.Table.Column(column)
	text := server.Fill("UPDATE {table} t SET {column} = "+cmp.Or(value, "NULL")+" FROM "+from+" WHERE {same}",
		"column", server.Quote(column), "table", t.Target(), "new", s.merge.Final(t, column), "rows", s.merge.Source(t, ""),
		"type", t.Types[column], "length", fmt.Sprint(target.DataType().Length()), "same", strings.Join(same, " AND "))
	if err := s.Exec(ctx, "savepoint", "SAVEPOINT gyro_swap"); err != nil {
		return nil, err
	}
	n, err := s.Changed(ctx, "make room in", t.Table.Name.String(), text)
	switch {
	case errors.As(err, &refused) && (strings.HasPrefix(refused.Code, "23") || strings.HasPrefix(refused.Code, "22")):
		return refused, s.Exec(ctx, "savepoint", "ROLLBACK TO SAVEPOINT gyro_swap; RELEASE SAVEPOINT gyro_swap")
	case err != nil:
		return nil, err
	case n != rows:
		return &pgconn.PgError{}, nil
	}
	return nil, s.Exec(ctx, "savepoint", "RELEASE SAVEPOINT gyro_swap")
}

func parked(t *TableLoad, number int) string {
	return fmt.Sprintf("pg_temp.gyro_parked_%d_%d", t.Number, number)
}

// find counts the rows to be parked, and lists them.
func (s *Swaps) find(ctx context.Context, t *TableLoad, index uniqueIndex, number int) (int64, error) {
	var keys, keyNames, values, expressions, equal, itself, same, held []string
	for i, c := range t.Key {
		keys = append(keys, fmt.Sprintf("CASE WHEN m.found THEN m.v_%d END AS gyro_key_%d", i, i))
		keyNames = append(keyNames, fmt.Sprintf("gyro_key_%d", i))
		itself = append(itself, t.Equal(c, "h."+server.Quote(c), fmt.Sprintf("w.gyro_key_%d", i)))
		same = append(same, t.Equal(c, fmt.Sprintf("m.v_%d", i), "h."+server.Quote(c)))
		held = append(held, "h."+server.Quote(c))
	}
	for _, c := range index.Columns {
		// What a file does not give, a new row has by default: that is not known here, and a row that is there keeps it.
		if !slices.ContainsFunc(t.Columns, func(given driver.LoadColumn) bool { return given.Load && given.Name == c }) {
			values = append(values, "NULL::"+t.Types[c]+" AS "+server.Quote(c))
			continue
		}
		// as the column's type: what a map holds of a domain may be of the type below it, and arrays of the two do not compare
		values = append(values, fmt.Sprintf("(%s)::%s AS %s", s.merge.Final(t, c), t.Types[c], server.Quote(c)))
	}
	for i, expression := range index.Keys {
		expressions = append(expressions, fmt.Sprintf("(%s) AS gyro_k_%d", expression, i))
		equal = append(equal, fmt.Sprintf(server.Own("ARRAY[h.gyro_k_%[1]d] = ARRAY[w.gyro_k_%[1]d]"), i)+fmt.Sprintf(" AND h.gyro_k_%d IS NOT NULL", i))
	}
	where := ""
	if index.Condition != "" {
		where = " WHERE (" + index.Condition + ")"
	}
	tail := func(list []string) string { return ", " + strings.Join(list, ", ") }
	columns := make([]string, len(t.Key))
	for i, c := range t.Key {
		columns[i] = server.Quote(c)
	}
	for _, text := range []string{
		server.Fill(givenViewSQL, "keys", strings.Join(keys, ", "), "values", tail(values), "rows", s.merge.Source(t, t.left())),
		server.SafePath,
		server.Fill(wantedViewSQL, "keyNames", strings.Join(keyNames, ", "), "index", tail(expressions), "where", where),
		server.Fill(heldViewSQL, "columns", strings.Join(columns, ", "), "index", tail(expressions), "target", t.Target(), "where", where),
		server.RolePath,
		server.Fill(parkedSQL, "name", strings.TrimPrefix(parked(t, number), "pg_temp."), "columns", strings.Join(held, ", "), "map", t.IDMap(),
			"writes", t.writes("m"), "same", strings.Join(same, " AND "), "equal", strings.Join(equal, " AND "), "itself", strings.Join(itself, " AND ")),
		"DROP VIEW pg_temp.gyro_held, pg_temp.gyro_wanted, pg_temp.gyro_given",
	} {
		if err := s.Exec(ctx, "look for values that change places in "+t.Table.Name.String(), text); err != nil {
			return 0, server.RefusedRow(err)
		}
	}
	return s.Number(ctx, "count rows", "SELECT pg_catalog.count(*) FROM "+parked(t, number))
}

// parkingColumn is a column that can take a value in between.
type parkingColumn struct {
	schema.Column
	parks  string // SQL of the value; empty: NULL
	number bool   // any number that is free would do
}

// freeSQL numbers whole numbers from 1 on that no row has nor is to have: where those beyond the highest are refused, by the end
// of a type or by a check.
var freeSQL = server.Own(`(
  SELECT v, row_number() OVER (ORDER BY v) AS n
  FROM (
    SELECT v FROM generate_series(1, (SELECT count(*) FROM {table} t) + (2 * (SELECT count(*) FROM {rows}))) AS g(v)
    EXCEPT SELECT {column}::bigint FROM {table} t
    EXCEPT SELECT ({new})::bigint FROM {rows}
  ) x
)`)

// parking is SQL of values that no row has: beyond the highest that is there or is to come, or drawn.
var (
	parkNumber = server.Own("((SELECT greatest(max(t.{column}), (SELECT max({new}) FROM {rows})) FROM {table} t) + p.gyro_n)") + "::{type}"
	parkMoment = server.Own("((SELECT greatest(max(t.{column}), (SELECT max({new}) FROM {rows})) FROM {table} t) + (p.gyro_n * '1 day'::interval))") + "::{type}"
	parkUUID   = "pg_catalog.gen_random_uuid()"
	parkText   = server.Own("md5(concat(random(), p.gyro_n))") + "::{type}"
	parkShort  = "pg_catalog.left(" + server.Own("md5(concat(random(), p.gyro_n))") + ", {length})::{type}"
)

// between chooses the column of an index that takes a value in between: one that may be NULL before others, and one that
// refers to nothing before others; nil: there is none.
func (s *Swaps) between(t *TableLoad, index uniqueIndex, written []string) *parkingColumn {
	var best *parkingColumn
	rank := func(c *parkingColumn) int {
		r := 0
		if c.parks != "" {
			r = 1
		}
		if slices.ContainsFunc(t.Table.References, func(r schema.Reference) bool { return slices.Contains(r.Columns, c.Name) }) {
			r += 2
		}
		return r
	}
	for _, name := range index.Columns {
		column, _ := t.Table.Column(name)
		c := &parkingColumn{Column: column}
		switch typ := column.Underlying(); {
		case !slices.Contains(written, name):
			continue
		case !column.NotNull && !index.NullsUnique && index.Condition == "" && slices.Contains(index.Keys, server.Quote(name)),
			!column.NotNull && !index.NullsUnique && index.Condition == "" && slices.Contains(index.Keys, name):
		case typ.Integer(), typ.Base == "numeric":
			c.parks, c.number = parkNumber, true
		case typ.Date():
			c.parks = parkMoment
		case typ.UUID():
			c.parks = parkUUID
		case typ.Word() && typ.Length() > 0:
			c.parks = parkShort
		case typ.Word():
			c.parks = parkText
		default:
			continue
		}
		if best == nil || rank(c) < rank(best) {
			best = c
		}
	}
	return best
}

// constraintsOf lets the foreign keys of a column wait, those that can.
func (s *Swaps) constraintsOf(ctx context.Context, t *TableLoad, column string) error {
	for _, r := range t.Table.References {
		if !r.Deferrable || !slices.Contains(r.Columns, column) || !t.Stands(r) {
			continue
		}
		name := pgx.Identifier{t.Table.Name.Schema, r.Name}.Sanitize()
		s.deferred = append(s.deferred, name)
		if err := s.constraints(ctx, []string{name}, "DEFERRED"); err != nil {
			return err
		}
	}
	return nil
}

func (s *Swaps) cannot(t *TableLoad, index uniqueIndex, rows int64, constraint string) error {
	why := "none of its columns can take a value in between"
	if constraint != "" {
		why = "a value in between breaks " + constraint
	}
	return &gyro.Error{
		Op: "load", Place: "table " + t.Table.Name.String(),
		Err:  fmt.Errorf("%s of unique index %s: values change places, and %s", rowCount(rows), index.Index, why),
		Hint: "make it a unique constraint that is DEFERRABLE, or update the rows in two loads",
	}
}
