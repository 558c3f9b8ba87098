package loading

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/gyrodata/gyro/postgres/internal/server"
	"github.com/gyrodata/gyro/schema"
)

// Catalog reads all tables of the target.
func (s *Session) Catalog(ctx context.Context) (schema.Catalog, error) {
	if err := s.Exec(ctx, "read the catalog", "BEGIN READ ONLY; SET LOCAL quote_all_identifiers = off"); err != nil {
		return nil, err
	}
	if err := server.Ask(ctx, s.Conn, "read the catalog", server.Watched(s.Conn)...); err != nil {
		return nil, err
	}
	catalog, err := server.ReadCatalog(ctx, s.Conn)
	if err != nil {
		return nil, err
	}
	if err := s.Exec(ctx, "read the catalog", "SET LOCAL search_path = public"); err != nil {
		return nil, err
	}
	if err := s.domains(ctx, catalog); err != nil {
		return nil, err
	}
	if err := s.triggers(ctx, catalog); err != nil {
		return nil, err
	}
	return catalog, s.Exec(ctx, "read the catalog", "COMMIT")
}

// insertTriggersSQL lists the triggers that see a row before it is inserted.
var insertTriggersSQL = server.Own(`
SELECT n.nspname, c.relname, t.tgname
FROM pg_catalog.pg_trigger t
JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE NOT t.tgisinternal AND (t.tgtype & 7::smallint) = 7::smallint AND t.tgenabled = ANY ('{O,A}'::"char"[])
ORDER BY t.tgname`)

func (s *Session) triggers(ctx context.Context, catalog schema.Catalog) error {
	rows, err := s.Conn.Query(ctx, insertTriggersSQL)
	if err != nil {
		return server.Failed(ctx, "read the catalog", "", err)
	}
	var (
		name    schema.Name
		trigger string
	)
	_, err = pgx.ForEachRow(rows, []any{&name.Schema, &name.Table, &trigger}, func() error {
		if table := catalog[name]; table != nil {
			table.Triggers = append(table.Triggers, trigger)
		}
		return nil
	})
	if err != nil {
		return server.Failed(ctx, "read the catalog", "", err)
	}
	return nil
}

// domainsSQL lists the columns whose type is a domain, with what that is made of in the end, as search_path public shows
// it.
var domainsSQL = server.Own(`
WITH RECURSIVE d AS (
  SELECT oid AS domain, typbasetype AS base, typtypmod AS typmod, typnotnull AS required, typdefault IS NOT NULL AS given, ` + server.VolatileSQL("typdefaultbin") + ` AS drawn
  FROM pg_catalog.pg_type WHERE typtype = 'd'
  UNION ALL
  SELECT d.domain, t.typbasetype, t.typtypmod, d.required OR t.typnotnull, d.given, d.drawn
  FROM d JOIN pg_catalog.pg_type t ON t.oid = d.base WHERE t.typtype = 'd'
)
SELECT n.nspname, c.relname, a.attname, format_type(d.base, d.typmod), d.required, d.given, d.drawn
FROM d
JOIN pg_catalog.pg_type b ON b.oid = d.base AND b.typtype <> 'd'
JOIN pg_catalog.pg_attribute a ON a.atttypid = d.domain AND a.attnum > 0::smallint AND NOT a.attisdropped
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid AND c.relkind = ANY ('{r,p,f}'::"char"[])
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace`)

// domains says of columns of a domain what that is made of, and whether it takes NULL.
func (s *Session) domains(ctx context.Context, catalog schema.Catalog) error {
	rows, err := s.Conn.Query(ctx, domainsSQL)
	if err != nil {
		return server.Failed(ctx, "read the catalog", "", err)
	}
	defer rows.Close()
	for rows.Next() {
		var (
			name         schema.Name
			column, base string
			required     bool
			given, drawn bool // a default, and whether that is another one for each row
		)
		if err := rows.Scan(&name.Schema, &name.Table, &column, &base, &required, &given, &drawn); err != nil {
			return server.Failed(ctx, "read the catalog", "", err)
		}
		table := catalog[name]
		if table == nil {
			continue
		}
		for i := range table.Columns {
			if c := &table.Columns[i]; c.Name == column {
				c.Drawn = c.Drawn || !c.Default && drawn
				c.Base, c.NotNull, c.Default = base, c.NotNull || required, c.Default || given
			}
		}
	}
	if err := rows.Err(); err != nil {
		return server.Failed(ctx, "read the catalog", "", err)
	}
	return nil
}
