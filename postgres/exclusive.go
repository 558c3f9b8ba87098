package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/postgres/internal/server"
)

// restorable is what an exclusive load drops, and how it is made again. All of it happens in
// the load's transaction: whatever goes wrong, everything is as it was.
type restorable struct{ Table, Drop, Make string }

// keysSQL lists foreign keys of ordinary tables; those of partitioned ones belong to several
// tables and stay, and so do those that triggers do not watch over.
const keysSQL = `
SELECT f.conrelid::regclass::text, format('ALTER TABLE %s DROP CONSTRAINT %I', f.conrelid::regclass, f.conname),
  format('ALTER TABLE %s ADD CONSTRAINT %I %s', f.conrelid::regclass, f.conname, pg_get_constraintdef(f.oid)) ||
  coalesce(format('; COMMENT ON CONSTRAINT %I ON %s IS %L', f.conname, f.conrelid::regclass, obj_description(f.oid, 'pg_constraint')), '')
FROM pg_constraint f JOIN pg_class c ON c.oid = f.conrelid
WHERE f.contype = 'f' AND f.conparentid = 0 AND c.relkind = 'r' AND NOT c.relispartition AND f.conrelid = ANY($1::text[]::regclass[])
  AND NOT EXISTS (SELECT FROM pg_trigger g WHERE g.tgconstraint = f.oid AND g.tgenabled <> 'O')
  AND NOT EXISTS (SELECT FROM pg_class t WHERE t.oid = f.confrelid AND t.relkind <> 'r')
ORDER BY f.conrelid, f.conname`

// indexesSQL lists the plain indexes that no constraint, cluster or replication stands on.
const indexesSQL = `
SELECT i.indrelid::regclass::text, format('DROP INDEX %s', i.indexrelid::regclass),
  pg_get_indexdef(i.indexrelid) ||
  coalesce(format('; COMMENT ON INDEX %s IS %L', i.indexrelid::regclass, obj_description(i.indexrelid, 'pg_class')), '') ||
  coalesce((SELECT string_agg(format('; ALTER INDEX %s ALTER COLUMN %s SET STATISTICS %s', i.indexrelid::regclass, a.attnum, (to_jsonb(a)->>'attstattarget')::int), '')
    FROM pg_attribute a WHERE a.attrelid = i.indexrelid AND (to_jsonb(a)->>'attstattarget')::int >= 0), '')
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid
WHERE NOT i.indisunique AND NOT i.indisexclusion AND NOT i.indisclustered AND NOT i.indisreplident AND i.indisvalid
  AND c.relkind = 'r' AND NOT c.relispartition AND i.indrelid = ANY($1::text[]::regclass[])
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = i.indexrelid AND d.classid = 'pg_class'::regclass AND d.deptype = 'e')
ORDER BY i.indrelid, x.relname`

// dropAll drops foreign keys, then indexes, of the tables to be loaded.
func (l *loading) dropAll(ctx context.Context) error {
	var tables []string
	for _, p := range l.parts {
		if !p.MapOnly {
			tables = append(tables, p.target())
		}
	}
	l.loaded.Exclusive = true
	// Names have to be read by any search_path.
	if err := l.exec(ctx, "set search_path", "SET LOCAL search_path = pg_catalog"); err != nil {
		return err
	}
	for i, query := range []string{keysSQL, indexesSQL} {
		rows, err := l.conn.Query(ctx, query, tables)
		if err != nil {
			return server.Failed(ctx, "look for keys and indexes", "", err)
		}
		found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[restorable])
		if err != nil {
			return server.Failed(ctx, "look for keys and indexes", "", err)
		}
		for _, r := range found {
			if _, err := l.conn.Exec(ctx, r.Drop); err != nil {
				return server.Failed(ctx, "drop keys and indexes of", r.Table, err)
			}
		}
		l.dropped[i] = found
	}
	return l.exec(ctx, "reset search_path", "SET LOCAL search_path TO DEFAULT")
}

// restore makes again what was dropped: indexes first, which foreign keys are proved by, and
// turns triggers on that were turned off.
func (l *loading) restore(ctx context.Context) error {
	if !l.loaded.Exclusive {
		return l.enableTriggers(ctx)
	}
	// Checks that wait for the commit would keep tables from being altered.
	if err := l.exec(ctx, "check constraints", "SET CONSTRAINTS ALL IMMEDIATE"); err != nil {
		return server.RefusedRow(err)
	}
	if err := l.makeAgain(ctx, gyro.Indexing, l.dropped[1]); err != nil {
		return err
	}
	if err := l.makeAgain(ctx, gyro.Referring, l.dropped[0]); err != nil {
		return err
	}
	return l.enableTriggers(ctx)
}

func (l *loading) makeAgain(ctx context.Context, stage gyro.Stage, all []restorable) error {
	last := ""
	for _, r := range all {
		if r.Table != last {
			last = r.Table
			l.stage(stage, l.partOf(r.Table))
		}
		if _, err := l.conn.PgConn().Exec(ctx, r.Make).ReadAll(); err != nil {
			return server.RefusedRow(server.Failed(ctx, "build keys and indexes again of", r.Table, err))
		}
	}
	return nil
}

// partOf finds the number of a table by the name that the server gives it.
func (l *loading) partOf(name string) int {
	for _, p := range l.parts {
		if strings.ReplaceAll(p.target(), `"`, "") == strings.ReplaceAll(name, `"`, "") {
			return p.i
		}
	}
	return -1
}

// disableTriggers turns off the triggers that are no constraint's and on as usual.
func (l *loading) disableTriggers(ctx context.Context) error {
	for _, p := range l.parts {
		if p.MapOnly {
			continue
		}
		names, err := l.texts(ctx, "look for triggers", "SELECT quote_ident(tgname) FROM pg_trigger WHERE tgrelid = $1::text::regclass AND NOT tgisinternal AND tgenabled = 'O' ORDER BY tgname", p.target())
		if err != nil {
			return err
		}
		for _, name := range names {
			if err := l.exec(ctx, "disable triggers", fmt.Sprintf("ALTER TABLE %s DISABLE TRIGGER %s", p.target(), name)); err != nil {
				return err
			}
			l.triggers = append(l.triggers, fmt.Sprintf("ALTER TABLE %s ENABLE TRIGGER %s", p.target(), name))
		}
	}
	return nil
}

func (l *loading) enableTriggers(ctx context.Context) error {
	for _, text := range l.triggers {
		if err := l.exec(ctx, "enable triggers", text); err != nil {
			return err
		}
	}
	return nil
}
