package loading

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/postgres/internal/server"
	"github.com/gyrodata/gyro/schema"
)

// restorable is what an exclusive load drops, and how it is made again. All of it happens in
// the load's transaction: whatever goes wrong, everything is as it was.
type restorable struct{ Table, Name, Drop, Make string }

// access is how a load has its tables: beside others, or exclusively.
type access struct {
	*Load
	// keys and indexes are to be made again.
	keys, indexes []restorable
	triggers      []string // statements that turn triggers on again
}

// keysSQL lists foreign keys of ordinary tables; those of partitioned ones belong to several
// tables and stay, and so do those that triggers do not watch over.
const keysSQL = `
SELECT f.conrelid::regclass::text, f.conname::text, format('ALTER TABLE %s DROP CONSTRAINT %I', f.conrelid::regclass, f.conname),
  format('ALTER TABLE %s ADD CONSTRAINT %I %s', f.conrelid::regclass, f.conname, pg_get_constraintdef(f.oid)) ||
  coalesce(format('; COMMENT ON CONSTRAINT %I ON %s IS %L', f.conname, f.conrelid::regclass, obj_description(f.oid, 'pg_constraint')), '')
FROM pg_constraint f JOIN pg_class c ON c.oid = f.conrelid
WHERE f.contype = 'f' AND f.conparentid = 0 AND c.relkind = 'r' AND NOT c.relispartition AND f.conrelid = ANY($1::text[]::regclass[])
  AND NOT EXISTS (SELECT FROM pg_trigger g WHERE g.tgconstraint = f.oid AND g.tgenabled <> 'O')
  AND NOT EXISTS (SELECT FROM pg_class t WHERE t.oid = f.confrelid AND t.relkind <> 'r')
ORDER BY f.conrelid, f.conname`

// indexesSQL lists the plain indexes that no constraint, cluster or replication stands on.
const indexesSQL = `
SELECT i.indrelid::regclass::text, x.relname::text, format('DROP INDEX %s', i.indexrelid::regclass),
  pg_get_indexdef(i.indexrelid) ||
  coalesce(format('; COMMENT ON INDEX %s IS %L', i.indexrelid::regclass, obj_description(i.indexrelid, 'pg_class')), '') ||
  coalesce((SELECT string_agg(format('; ALTER INDEX %s ALTER COLUMN %s SET STATISTICS %s', i.indexrelid::regclass, a.attnum, (to_jsonb(a)->>'attstattarget')::int), '')
    FROM pg_attribute a WHERE a.attrelid = i.indexrelid AND (to_jsonb(a)->>'attstattarget')::int >= 0), '')
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid
WHERE NOT i.indisunique AND NOT i.indisexclusion AND NOT i.indisclustered AND NOT i.indisreplident AND i.indisvalid
  AND c.relkind = 'r' AND NOT c.relispartition AND i.indrelid = ANY($1::text[]::regclass[])
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = i.indexrelid AND d.classid = 'pg_class'::regclass AND d.deptype = 'e')
ORDER BY i.indrelid, x.relname`

var othersSQL = server.Own(`
SELECT count(*) FROM pg_catalog.pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND coalesce(backend_type, 'client backend') = 'client backend'`)

// take makes ready what keeps others, and the load itself, from being in the way.
func (a *access) take(ctx context.Context) error {
	exclusive, note, err := a.decide(ctx)
	if err != nil {
		return err
	}
	if note != "" {
		a.Loaded.Notes = append(a.Loaded.Notes, gyro.Text(note))
	}
	if a.DisableTriggers {
		if err := a.disableTriggers(ctx); err != nil {
			return err
		}
		a.Loaded.TriggersOff = true
	}
	if exclusive {
		return a.dropAll(ctx)
	}
	return a.immediate(ctx)
}

// decide decides whether the load may have the tables to itself, and says why not.
func (a *access) decide(ctx context.Context) (bool, string, error) {
	switch a.Exclusive {
	case Never:
		return false, "", nil
	case Always:
		return true, "", nil
	case "", Auto:
	}
	var full []string
	for _, t := range a.Tables {
		if !t.Empty {
			full = append(full, t.Table.Name.String())
		}
	}
	if len(full) > 0 {
		return false, "keys and indexes stay in place: " + firstFew(full) + " had rows already", nil
	}
	for _, t := range a.Tables {
		own, err := a.Holds(ctx, ownerSQL, t.Target())
		if err != nil {
			return false, "", err
		}
		if !own {
			return false, "keys and indexes stay in place: the role does not own " + t.Table.Name.String(), nil
		}
	}
	others := int64(-1)
	err := server.Ask(ctx, a.Conn, "look at other sessions", server.Nicety{SQL: othersSQL, Scan: func(row pgx.Row) error { return row.Scan(&others) }})
	if err != nil {
		return false, "", err
	}
	if others < 0 {
		return false, "keys and indexes stay in place: the role may not see whether other sessions use the database", nil
	}
	if others == 1 {
		return false, "keys and indexes stay in place: another session uses the database", nil
	}
	if others > 0 {
		return false, fmt.Sprintf("keys and indexes stay in place: %d other sessions use the database", others), nil
	}
	return true, "", nil
}

// firstFew names the first few.
func firstFew(names []string) string {
	const shown = 3
	if len(names) > shown {
		return strings.Join(names[:shown], ", ") + fmt.Sprintf(" and %d more", len(names)-shown)
	}
	return strings.Join(slices.Clone(names), ", ")
}

// immediate has deferrable foreign keys of the tables checked statement by statement, so that
// no queue of checks grows up to the commit. Other constraints are left as they are.
func (a *access) immediate(ctx context.Context) error {
	var all []*schema.Table
	for _, t := range a.Tables {
		if !t.MapOnly {
			all = append(all, t.Table)
		}
	}
	return a.SetConstraints(ctx, all, "IMMEDIATE")
}

// dropAll drops foreign keys, then indexes, of the tables to be loaded.
func (a *access) dropAll(ctx context.Context) error {
	var tables []string
	for _, t := range a.Tables {
		if !t.MapOnly {
			tables = append(tables, t.Target())
		}
	}
	a.Loaded.Exclusive = true
	// Names have to be read by any search_path.
	if err := a.Exec(ctx, "set search_path", server.SafePath); err != nil {
		return err
	}
	var err error
	if a.keys, err = a.drop(ctx, keysSQL, tables); err != nil {
		return err
	}
	for _, key := range a.keys {
		if i := a.tableOf(key.Table); i >= 0 {
			a.Tables[i].Dropped = append(a.Tables[i].Dropped, key.Name)
		}
	}
	if a.indexes, err = a.drop(ctx, indexesSQL, tables); err != nil {
		return err
	}
	return a.Exec(ctx, "reset search_path", server.RolePath)
}

// drop drops what a query finds.
func (a *access) drop(ctx context.Context, query string, tables []string) ([]restorable, error) {
	rows, err := a.Conn.Query(ctx, query, tables)
	if err != nil {
		return nil, server.Failed(ctx, "look for keys and indexes", "", err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[restorable])
	if err != nil {
		return nil, server.Failed(ctx, "look for keys and indexes", "", err)
	}
	for _, r := range found {
		if _, err := a.Conn.Exec(ctx, r.Drop); err != nil {
			return nil, server.Failed(ctx, "drop keys and indexes of", r.Table, err)
		}
	}
	return found, nil
}

// giveBack makes again what was dropped: indexes first, which foreign keys are proved by, and
// turns triggers on that were turned off.
func (a *access) giveBack(ctx context.Context) error {
	if !a.Loaded.Exclusive {
		return a.enableTriggers(ctx)
	}
	// Checks that wait for the commit would keep tables from being altered.
	if err := a.Exec(ctx, "check constraints", "SET CONSTRAINTS ALL IMMEDIATE"); err != nil {
		return server.RefusedRow(err)
	}
	if err := a.makeAgain(ctx, gyro.Indexing, a.indexes); err != nil {
		return err
	}
	if err := a.makeAgain(ctx, gyro.Referring, a.keys); err != nil {
		return err
	}
	return a.enableTriggers(ctx)
}

func (a *access) makeAgain(ctx context.Context, stage gyro.Stage, all []restorable) error {
	last := ""
	for _, r := range all {
		if r.Table != last {
			last = r.Table
			a.Stage(stage, a.tableOf(r.Table))
		}
		if _, err := a.Conn.PgConn().Exec(ctx, r.Make).ReadAll(); err != nil {
			return server.RefusedRow(server.Failed(ctx, "build keys and indexes again of", r.Table, err))
		}
	}
	return nil
}

// tableOf finds the number of a table by the name that the server gives it.
func (a *access) tableOf(name string) int {
	for _, t := range a.Tables {
		if strings.ReplaceAll(t.Target(), `"`, "") == strings.ReplaceAll(name, `"`, "") {
			return t.Number
		}
	}
	return -1
}

// triggersSQL lists the triggers of a table and those that its partitions have of their own.
var triggersSQL = server.Own(`
SELECT format('ALTER TABLE %I.%I', n.nspname, c.relname), quote_ident(t.tgname)
FROM pg_catalog.pg_trigger t
JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE t.tgrelid = ANY (SELECT $1::text::regclass::oid UNION ALL SELECT relid::oid FROM pg_partition_tree($1::text::regclass))
  AND NOT t.tgisinternal AND t.tgparentid = 0::oid AND t.tgenabled = 'O'
ORDER BY n.nspname, c.relname, t.tgname`)

// disableTriggers turns off the triggers that are no constraint's and on as usual.
func (a *access) disableTriggers(ctx context.Context) error {
	for _, t := range a.Tables {
		if t.MapOnly {
			continue
		}
		rows, err := a.Conn.Query(ctx, triggersSQL, t.Target())
		if err != nil {
			return server.Failed(ctx, "look for triggers", t.Table.Name.String(), err)
		}
		found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct{ Alter, Trigger string }])
		if err != nil {
			return server.Failed(ctx, "look for triggers", t.Table.Name.String(), err)
		}
		for _, f := range found {
			if err := a.Exec(ctx, "disable triggers", f.Alter+" DISABLE TRIGGER "+f.Trigger); err != nil {
				return err
			}
			a.triggers = append(a.triggers, f.Alter+" ENABLE TRIGGER "+f.Trigger)
		}
	}
	return nil
}

func (a *access) enableTriggers(ctx context.Context) error {
	for _, text := range a.triggers {
		if err := a.Exec(ctx, "enable triggers", text); err != nil {
			return err
		}
	}
	return nil
}
