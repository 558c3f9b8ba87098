package postgres

import (
	"context"
	"encoding/json"

	"github.com/jackc/pgx/v5"

	"github.com/gyrodata/gyro/schema"
)

// catalogSQL gives one row a table: JSON as in catalogTable. It runs on 13 to 18. Partition
// clones of foreign keys (conparentid) are left out, and so are partitions' own names only
// where nobody asks for them: a partition is a table like any other.
const catalogSQL = `
SELECT json_build_object(
  'schema', n.nspname, 'table', c.relname, 'kind', c.relkind,
  'inherited', c.relkind = 'r' AND c.relhassubclass,
  'rows', c.reltuples,
  'columns', (
    SELECT coalesce(json_agg(json_build_object(
      'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'not_null', a.attnotnull,
      'generated', a.attgenerated <> '', 'identity', a.attidentity, 'collatable', a.attcollation <> 0,
      'nondeterministic', EXISTS (SELECT FROM pg_collation l WHERE l.oid = a.attcollation AND NOT l.collisdeterministic),
      'enum', EXISTS (SELECT FROM pg_type y WHERE y.oid = a.atttypid AND y.typtype = 'e'),
      'labels', (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = a.atttypid),
      'default', a.atthasdef OR a.attidentity <> '', 'sequence', CASE WHEN a.attidentity <> '' THEN (
        SELECT quote_ident(qn.nspname) || '.' || quote_ident(q.relname)
        FROM pg_depend d JOIN pg_class q ON q.oid = d.objid AND q.relkind = 'S' JOIN pg_namespace qn ON qn.oid = q.relnamespace
        WHERE (d.classid, d.refclassid, d.refobjid, d.refobjsubid, d.deptype) = ('pg_class'::regclass, 'pg_class'::regclass, c.oid, a.attnum, 'i')
      ) WHEN a.atthasdef THEN (
        SELECT quote_ident(qn.nspname) || '.' || quote_ident(q.relname)
        FROM pg_attrdef v JOIN pg_depend d ON (d.classid, d.objid, d.refclassid) = ('pg_attrdef'::regclass, v.oid, 'pg_class'::regclass)
        JOIN pg_class q ON q.oid = d.refobjid AND q.relkind = 'S' JOIN pg_namespace qn ON qn.oid = q.relnamespace
        WHERE (v.adrelid, v.adnum) = (c.oid, a.attnum) LIMIT 1) END,
      'nested', EXISTS (SELECT FROM pg_type y LEFT JOIN pg_type d ON d.oid = y.typbasetype
                        WHERE y.oid = a.atttypid AND 'c' IN (y.typtype, d.typtype) OR y.oid = a.atttypid AND 'A' IN (y.typcategory, d.typcategory))
    ) ORDER BY a.attnum), '[]')
    FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
  'keys', (
    SELECT coalesce(json_agg(json_build_object(
      'primary', i.indisprimary,
      'columns', (SELECT json_agg(a.attname ORDER BY k.n)
                  FROM unnest(i.indkey::int2[]) WITH ORDINALITY k(attnum, n)
                  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
                  WHERE k.n <= i.indnkeyatts)
    ) ORDER BY i.indisprimary DESC, i.indexrelid), '[]')
    FROM pg_index i
    WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL),
  'indexes', (
    SELECT coalesce(json_agg((SELECT json_agg(a.attname ORDER BY k.n)
                  FROM unnest(i.indkey::int2[]) WITH ORDINALITY k(attnum, n)
                  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
                  WHERE k.n <= i.indnkeyatts)), '[]')
    FROM pg_index i
    WHERE i.indrelid = c.oid AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL),
  'references', (
    SELECT coalesce(json_agg(json_build_object(
      'name', f.conname, 'to_schema', tn.nspname, 'to_table', t.relname, 'match_full', f.confmatchtype = 'f', 'deferrable', f.condeferrable,
      'enforced', f.convalidated AND coalesce((to_jsonb(f)->>'conenforced')::bool, true),
      'columns', (SELECT json_agg(a.attname ORDER BY k.n) FROM unnest(f.conkey) WITH ORDINALITY k(attnum, n)
                  JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.attnum),
      'to_columns', (SELECT json_agg(a.attname ORDER BY k.n) FROM unnest(f.confkey) WITH ORDINALITY k(attnum, n)
                  JOIN pg_attribute a ON a.attrelid = f.confrelid AND a.attnum = k.attnum)
    ) ORDER BY f.conname), '[]')
    FROM pg_constraint f JOIN pg_class t ON t.oid = f.confrelid JOIN pg_namespace tn ON tn.oid = t.relnamespace
    WHERE f.conrelid = c.oid AND f.contype = 'f' AND f.conparentid = 0)
)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND n.nspname !~ '^pg_(toast|temp_)'`

// catalogTable is one row of catalogSQL.
type catalogTable struct {
	Schema, Table, Kind string
	Inherited           bool
	Rows                float64
	Columns             []struct {
		Name, Type, Identity string
		NotNull              bool `json:"not_null"`
		Generated            bool
		Collatable           bool
		Nondeterministic     bool
		Enum, Nested         bool
		Labels               []string
		Default              bool
		Sequence             *string
	}
	Keys []struct {
		Primary bool
		Columns []string
	}
	Indexes    [][]string
	References []struct {
		Name       string
		ToSchema   string `json:"to_schema"`
		ToTable    string `json:"to_table"`
		MatchFull  bool   `json:"match_full"`
		Enforced   bool
		Deferrable bool
		Columns    []string
		ToColumns  []string `json:"to_columns"`
	}
}

var kinds = map[string]schema.Kind{
	"r": schema.Ordinary, "p": schema.Partitioned, "v": schema.View,
	"m": schema.MaterializedView, "f": schema.Foreign,
}

var identities = map[string]string{"a": "always", "d": "by default"}

// Catalog reads all tables, views and foreign tables but the system's own.
func (s *snapshot) Catalog(ctx context.Context) (schema.Catalog, error) {
	return readCatalog(ctx, s.conn)
}

// readCatalog names types as search_path shows them: it has to be public alone.
func readCatalog(ctx context.Context, conn *pgx.Conn) (schema.Catalog, error) {
	rows, err := conn.Query(ctx, catalogSQL)
	if err != nil {
		return nil, failed(ctx, "read the catalog", "", err)
	}
	defer rows.Close()
	catalog := schema.Catalog{}
	for rows.Next() {
		var (
			text  []byte
			found catalogTable
		)
		if err := rows.Scan(&text); err != nil {
			return nil, failed(ctx, "read the catalog", "", err)
		}
		if err := json.Unmarshal(text, &found); err != nil {
			return nil, failed(ctx, "read the catalog", "", err)
		}
		table := found.table()
		catalog[table.Name] = table
	}
	if err := rows.Err(); err != nil {
		return nil, failed(ctx, "read the catalog", "", err)
	}
	return catalog, nil
}

func (c *catalogTable) table() *schema.Table {
	t := &schema.Table{
		Name: schema.NewName(c.Schema, c.Table), Kind: kinds[c.Kind], Inherited: c.Inherited, Rows: c.Rows, Indexes: c.Indexes,
	}
	for _, col := range c.Columns {
		column := schema.Column{
			Name: col.Name, Type: col.Type, NotNull: col.NotNull, Generated: col.Generated,
			Identity: identities[col.Identity], Collatable: col.Collatable,
			Nondeterministic: col.Nondeterministic, Enum: col.Enum, Labels: col.Labels, Nested: col.Nested, Default: col.Default,
		}
		if col.Sequence != nil {
			column.Sequence = *col.Sequence
		}
		t.Columns = append(t.Columns, column)
	}
	for _, k := range c.Keys {
		if k.Primary {
			t.PrimaryKey = k.Columns
		} else {
			t.Unique = append(t.Unique, k.Columns)
		}
	}
	for _, r := range c.References {
		t.References = append(t.References, schema.Reference{
			Name: r.Name, Columns: r.Columns, To: schema.NewName(r.ToSchema, r.ToTable), ToColumns: r.ToColumns, MatchFull: r.MatchFull,
			Deferrable: r.Deferrable, Enforced: r.Enforced,
		})
	}
	return t
}
