package loading

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/postgres/internal/server"
)

// index is a unique index that is no key: of a part of the rows, or over expressions.
type index struct {
	Table   int // of the load
	Name    string
	Terms   []string // what has to be unique, in SQL over the table's columns, as search_path pg_catalog reads it
	Equals  []string // by which operators
	Where   string
	Columns []string // that Terms and Where are over
}

// indexesOfSQL runs with pg_catalog alone in search_path: what is not of that is named with its schema.
const indexesOfSQL = `
SELECT (o.n - 1)::int, c.relname::text,
  ARRAY(SELECT pg_get_indexdef(i.indexrelid, k, false) FROM generate_series(1, i.indnkeyatts) k ORDER BY k),
  ARRAY(
    SELECT format('OPERATOR(%I.%s)', n.nspname, p.oprname)
    FROM unnest(i.indclass::oid[]) WITH ORDINALITY k(opclass, k)
    JOIN pg_opclass c ON c.oid = k.opclass
    JOIN pg_amop a ON a.amopfamily = c.opcfamily AND a.amoplefttype = c.opcintype AND a.amoprighttype = c.opcintype AND a.amopstrategy = 3
    JOIN pg_operator p ON p.oid = a.amopopr
    JOIN pg_namespace n ON n.oid = p.oprnamespace
    WHERE k.k <= i.indnkeyatts
    ORDER BY k.k
  ),
  coalesce(pg_get_expr(i.indpred, i.indrelid), 'true'),
  ARRAY(
    SELECT DISTINCT a.attname::text
    FROM pg_depend d
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = d.refobjsubid
    WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid
      AND d.refclassid = 'pg_class'::regclass AND d.refobjid = i.indrelid AND d.refobjsubid > 0
  )
FROM unnest($1::text[]) WITH ORDINALITY o(name, n)
JOIN pg_index i ON i.indrelid = o.name::regclass
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_am m ON m.oid = c.relam AND m.amname = 'btree'
WHERE i.indisunique AND i.indisvalid AND i.indimmediate AND (i.indpred IS NOT NULL OR i.indexprs IS NOT NULL)
ORDER BY 1, 2`

// indexes are those of the tables that are loaded.
func (in *Inserter) indexes(ctx context.Context) ([]index, error) {
	var names []string
	for _, t := range in.Tables {
		names = append(names, t.Target())
	}
	if err := in.Exec(ctx, "set search_path", server.SafePath); err != nil {
		return nil, err
	}
	rows, err := in.Conn.Query(ctx, indexesOfSQL, names)
	if err != nil {
		return nil, server.Failed(ctx, "look for unique indexes", "", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[index])
	if err != nil {
		return nil, server.Failed(ctx, "look for unique indexes", "", err)
	}
	return all, in.Exec(ctx, "reset search_path", server.RolePath)
}

// newSQL is a view of the rows to be: expressions of the importer's in it find what the role finds, those of the index
// do not.
const newSQL = "CREATE TEMP VIEW gyro_new AS SELECT {values} FROM {source}"

const collidingSQL = `
SELECT pg_catalog.count(*)
FROM (SELECT {terms} FROM pg_temp.gyro_new WHERE {where}) v
WHERE EXISTS (SELECT FROM (SELECT {terms} FROM {target} t WHERE ({where}){staying}) t WHERE {same})`

// collideByIndex counts the rows that unique indexes which are no keys would refuse.
func (in *Inserter) collideByIndex(ctx context.Context) ([]error, error) {
	if !slices.ContainsFunc(in.Tables, in.added) {
		return nil, nil
	}
	all, err := in.indexes(ctx)
	if err != nil {
		return nil, err
	}
	var found []error
	for _, x := range all {
		t := in.Tables[x.Table]
		loaded := func(c string) bool {
			return slices.ContainsFunc(t.Columns, func(f driver.LoadColumn) bool { return f.Name == c && f.Load })
		}
		if !in.added(t) || len(x.Equals) != len(x.Terms) || slices.ContainsFunc(x.Columns, func(c string) bool { return !loaded(c) }) {
			continue
		}
		n, err := in.colliding(ctx, t, x)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			found = append(found, &gyro.Error{
				Op: "load", Place: "table " + t.Table.Name.String(),
				Err:  fmt.Errorf("%s: the target has a row that is the same for the unique index %s, over %s, already", rowCount(n), x.Name, strings.Join(x.Columns, ", ")),
				Hint: "change the values on their way ({Expr}), or leave such rows out of the slice; no {Conflict} can name that index",
			})
		}
	}
	return found, nil
}

// colliding counts the rows of a table that one index would refuse.
func (in *Inserter) colliding(ctx context.Context, t *TableLoad, x index) (int64, error) {
	var terms, values, same []string
	for i, term := range x.Terms {
		terms = append(terms, fmt.Sprintf("%s AS gyro_%d", term, i))
		same = append(same, fmt.Sprintf("t.gyro_%d %s v.gyro_%d", i, x.Equals[i], i))
	}
	for _, c := range x.Columns {
		values = append(values, fmt.Sprintf("%s AS %s", in.merge.Final(t, c), server.Quote(c)))
	}
	const op = "look for rows that are there already"
	view := server.Fill(newSQL, "values", strings.Join(values, ", "), "source", in.merge.Source(t, " AND NOT m.found"))
	for _, text := range []string{view, server.SafePath} {
		if err := in.Exec(ctx, op, text); err != nil {
			return 0, err
		}
	}
	n, err := in.Number(ctx, op, server.Fill(collidingSQL, "terms", strings.Join(terms, ", "), "where", x.Where,
		"target", t.Target(), "staying", in.merge.Staying(t), "same", strings.Join(same, " AND ")))
	if err != nil {
		return 0, err
	}
	for _, text := range []string{server.RolePath, "DROP VIEW pg_temp.gyro_new"} {
		if err := in.Exec(ctx, op, text); err != nil {
			return 0, err
		}
	}
	return n, nil
}

// added reports whether rows of a table go in beside others, by an INSERT.
func (*Inserter) added(t *TableLoad) bool { return !t.Direct && !t.MapOnly && !t.Empty && t.Fresh > 0 }
