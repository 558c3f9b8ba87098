package foreign

import (
	"context"
	"regexp"

	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/postgres/internal/loading"
	"github.com/gyrodata/gyro/postgres/internal/server"
	"github.com/gyrodata/gyro/schema"
)

// columnType is what is known of a column anywhere.
type columnType struct {
	name      string // as any search_path reads it
	cast      string // to which a text that is valid, or NULL, can be cast: what a domain is made of; a length would cost time
	collation string // that has to be said in a comparison; "" is the default one
	operator  string // of equality, of an extension's type; "" is PostgreSQL's own
	space     string // of that operator, as SQL writes it
	enum      bool
	notNull   bool
}

// written is the type in SQL.
func (t columnType) written() string { return schema.QualifiedType(t.name) }

// inner is what the type is cast to in SQL.
func (t columnType) inner() string { return schema.QualifiedType(t.cast) }

// equal compares two values of the type.
func (t columnType) equal(left, right string) string {
	return server.Equal(schema.Column{Operator: t.operator}, left, right)
}

// ordered is an operator that compares which of two values is the greater: an extension keeps it beside that of equality.
func (t columnType) ordered(operator string) string {
	if t.space == "" {
		return server.Op(operator)
	}
	return "OPERATOR(" + t.space + "." + operator + ")"
}

// sizedText is the type varchar(n).
var sizedText = regexp.MustCompile(`^character varying\(\d+\)$`)

// columnTypes are the types of columns that sheets are compared with, by table.
type columnTypes struct {
	*loading.Session
	known map[schema.Name]map[string]columnType
}

// columnTypesSQL follows domains to what they are made of. With an empty search_path, types are named so
// that any path reads them. 100 is the default collation.
var columnTypesSQL = server.Own(`
WITH RECURSIVE a AS (
  SELECT attrelid, attnum, attname, atttypid, atttypmod, attcollation, attnotnull
  FROM pg_catalog.pg_attribute
  WHERE attrelid = $1::text::regclass::oid AND attnum > 0::smallint AND NOT attisdropped
), b AS (
  SELECT attnum, atttypid AS typ, atttypmod AS typmod FROM a
  UNION ALL
  SELECT b.attnum, t.typbasetype, t.typtypmod FROM b JOIN pg_catalog.pg_type t ON t.oid = b.typ WHERE t.typtype = 'd'
)
SELECT a.attname, format_type(a.atttypid, a.atttypmod), format_type(b.typ, b.typmod),
  CASE WHEN c.oid IS NOT NULL THEN format('%I.%I', n.nspname, c.collname) ELSE '' END,
  y.typtype = 'e', a.attnotnull, coalesce(o.oprname, ''), coalesce(quote_ident(s.nspname), '')
FROM a
JOIN b ON b.attnum = a.attnum
JOIN pg_catalog.pg_type y ON y.oid = b.typ AND y.typtype <> 'd'
LEFT JOIN pg_catalog.pg_collation c ON c.oid = a.attcollation AND c.oid <> 100::oid
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace
LEFT JOIN pg_catalog.pg_opclass k ON k.opcintype = y.oid AND k.opcmethod = 403::oid AND k.opcdefault AND y.oid >= 16384::oid
LEFT JOIN pg_catalog.pg_amop m ON m.amopfamily = k.opcfamily AND m.amoplefttype = y.oid AND m.amoprighttype = y.oid AND m.amopstrategy = 3::smallint
LEFT JOIN pg_catalog.pg_operator o ON o.oid = m.amopopr
LEFT JOIN pg_catalog.pg_namespace s ON s.oid = o.oprnamespace,
(SELECT set_config('search_path', 'pg_catalog', true)) p`)

// ask gives the types of a table's columns. It asks once a table.
func (c *columnTypes) ask(ctx context.Context, table schema.Name) (map[string]columnType, error) {
	if known := c.known[table]; known != nil {
		return known, nil
	}
	rows, err := c.Conn.Query(ctx, columnTypesSQL, server.Identifier(table))
	if err != nil {
		return nil, server.Failed(ctx, "look at", table.String(), err)
	}
	defer rows.Close()
	types := map[string]columnType{}
	for rows.Next() {
		var (
			name string
			t    columnType
		)
		if err := rows.Scan(&name, &t.name, &t.cast, &t.collation, &t.enum, &t.notNull, &t.operator, &t.space); err != nil {
			return nil, server.Failed(ctx, "look at", table.String(), err)
		}
		if sizedText.MatchString(t.cast) {
			t.cast = "character varying"
		}
		if t.operator != "" {
			t.operator = "OPERATOR(" + t.space + "." + t.operator + ")"
		}
		types[name] = t
	}
	if err := rows.Err(); err != nil {
		return nil, server.Failed(ctx, "look at", table.String(), err)
	}
	if c.known == nil {
		c.known = map[schema.Name]map[string]columnType{}
	}
	c.known[table] = types
	return types, c.Exec(ctx, "reset search_path", server.RolePath)
}

// learn gets the types of all columns that sheets are compared with.
func (c *columnTypes) learn(ctx context.Context, sheets []*sheet) error {
	for _, t := range sheets {
		tables := []schema.Name{t.Table.Name}
		for _, r := range t.Sheet.References {
			tables = append(tables, r.Table)
			for _, part := range r.Parts {
				tables = append(tables, part.Table)
				for _, step := range part.Path {
					tables = append(tables, step.Table)
				}
			}
		}
		for _, name := range tables {
			if _, err := c.ask(ctx, name); err != nil {
				return err
			}
		}
	}
	return nil
}

// text is the type that a text is to have.
func (c *columnTypes) text(f driver.SheetField) columnType { return c.known[f.Table][f.Column] }

// collated puts a collation behind a value that has to be compared by it.
func collated(value string, typ columnType) string {
	if typ.collation == "" {
		return value
	}
	return value + " COLLATE " + typ.collation
}
