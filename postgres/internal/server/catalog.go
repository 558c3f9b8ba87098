package server

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/gyrodata/gyro/schema"
)

// The catalog is read table by table, and joined here: a new session looks all of it up for the
// first time, and one query that gives everything costs it twice as much (9 ms of CPU against
// 4.5, PostgreSQL 15), half of that to be parsed and planned. All runs on 13 to 18.
const (
	schemasSQL = "SELECT oid, nspname, quote_ident(nspname) FROM pg_namespace"

	relationsSQL = `SELECT oid, relnamespace, relname, quote_ident(relname), relkind::text, reltuples
		FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND relnamespace <> 'pg_catalog'::regnamespace`

	columnsSQL = `SELECT attrelid, attnum, attname, format_type(atttypid, atttypmod), attnotnull, attgenerated <> '', attidentity::text, atthasdef,
		attcollation, atttypid
		FROM pg_attribute WHERE attrelid = ANY($1::oid[]) AND attnum > 0 AND NOT attisdropped ORDER BY attrelid, attnum`

	// Only what is not plain is of interest: a type's kind, its category, and what a domain is of.
	typesSQL = "SELECT oid, typtype::text, typcategory::text, typbasetype FROM pg_type WHERE typtype IN ('c', 'd', 'e') OR typcategory = 'A'"

	indexSQL = `SELECT indrelid, indisprimary, indisunique, (indkey::int2[])[0:indnkeyatts - 1]
		FROM pg_index WHERE indrelid = ANY($1::oid[]) AND indisvalid AND indpred IS NULL AND indexprs IS NULL
		ORDER BY indisprimary DESC, indexrelid`

	inheritsSQL = "SELECT inhrelid, inhparent, c.relispartition FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid ORDER BY inhrelid"

	// A foreign key of a partitioned table is cloned for its partitions, which have it as they have their own, and for
	// those of the table that it refers to: these are left out.
	referencesSQL = `WITH RECURSIVE f AS (
		SELECT c.* FROM pg_constraint c WHERE contype = 'f' AND conparentid = 0
		UNION ALL
		SELECT c.* FROM f JOIN pg_constraint c ON c.conparentid = f.oid AND c.confrelid = f.confrelid)
		SELECT conrelid, conname, confrelid, confmatchtype = 'f', condeferrable,
		convalidated AND coalesce((to_jsonb(f)->>'conenforced')::bool, true), conkey, confkey
		FROM f ORDER BY conname`

	// The sequence of an identity, and those that a default names.
	identitySQL = `SELECT refobjid, refobjsubid, objid FROM pg_depend
		WHERE (classid, refclassid, deptype) = ('pg_class'::regclass, 'pg_class'::regclass, 'i') AND refobjid = ANY($1::oid[])`
	// That a default names one is not enough: it may make something of its values, and only the server's own words
	// for the plain next value are those of a sequence alone.
	defaultsSQL = `SELECT v.adrelid, v.adnum, d.refobjid, pg_get_expr(v.adbin, v.adrelid)
		FROM pg_attrdef v JOIN pg_depend d ON (d.classid, d.objid, d.refclassid) = ('pg_attrdef'::regclass, v.oid, 'pg_class'::regclass)
		WHERE v.adrelid = ANY($1::oid[])`

	labelsSQL     = "SELECT enumtypid, enumlabel FROM pg_enum WHERE enumtypid = ANY($1::oid[]) ORDER BY enumtypid, enumsortorder"
	collationsSQL = "SELECT c.oid, format('%I.%I', nspname, collname) FROM pg_collation c JOIN pg_namespace n ON n.oid = collnamespace WHERE NOT collisdeterministic"
)

// plainNext is a default that is the next value of a sequence and no more, as the server writes it; a column narrower
// than a bigint may have a cast.
var plainNext = regexp.MustCompile(`^\(?nextval\('(?:[^']|'')+'::(?:pg_catalog\.)?regclass\)\)?(?:::(?:integer|smallint|bigint|numeric|text))?$`)

var kinds = map[string]schema.Kind{
	"r": schema.Ordinary, "p": schema.Partitioned, "v": schema.View,
	"m": schema.MaterializedView, "f": schema.Foreign,
}

// firstCollation is where the OIDs of what users made begin; the server's own collations are all
// deterministic.
const firstCollation = 16384

var identities = map[string]string{"a": "always", "d": "by default"}

// ReadCatalog names types as search_path shows them: it has to be public alone.
func ReadCatalog(ctx context.Context, conn *pgx.Conn) (schema.Catalog, error) {
	r := catalogReader{
		schemas: map[uint32]schemaNames{}, tables: map[uint32]*catalogTable{}, sequences: map[uint32]string{},
		partitions: map[uint32][]uint32{}, types: map[uint32]catalogType{}, labels: map[uint32][]string{}, nondeterministic: map[uint32]string{},
	}
	for _, queue := range []func(*pgx.Batch){r.names, r.details, r.rest} {
		var batch pgx.Batch
		queue(&batch)
		if err := conn.SendBatch(ctx, &batch).Close(); err != nil {
			return nil, Failed(ctx, "read the catalog", "", err)
		}
	}
	for _, oid := range slices.Sorted(maps.Keys(r.partitions)) {
		r.gather(oid)
	}
	catalog := schema.Catalog{}
	for _, t := range r.tables {
		for i := range t.Columns {
			c := &t.Columns[i]
			c.Labels, c.Collation = r.labels[t.types[i]], r.nondeterministic[t.collations[i]]
			c.Nondeterministic = c.Collation != ""
		}
		catalog[t.Name] = &t.Table
	}
	return catalog, nil
}

// catalogReader joins what the server's own tables hold, by their OIDs.
type catalogReader struct {
	schemas    map[uint32]schemaNames
	tables     map[uint32]*catalogTable
	partitions map[uint32][]uint32 // of partitioned tables
	sequences  map[uint32]string   // as SQL writes them
	types      map[uint32]catalogType
	labels     map[uint32][]string // of enums

	nondeterministic map[uint32]string // collations, as SQL writes them
}

type schemaNames struct{ name, quoted string }

type catalogTable struct {
	schema.Table
	numbers    []int16 // of Columns
	types      []uint32
	collations []uint32
}

// column finds a column by its number.
func (t *catalogTable) column(number int16) *schema.Column {
	i := slices.Index(t.numbers, number)
	if i < 0 {
		return nil
	}
	return &t.Columns[i]
}

// named gives the names of columns; nil where one is not known, which was made since the columns
// were read: outside a snapshot each statement sees its own moment.
func (t *catalogTable) named(numbers []int16) []string {
	names := make([]string, 0, len(numbers))
	for _, n := range numbers {
		c := t.column(n)
		if c == nil {
			return nil
		}
		names = append(names, c.Name)
	}
	return names
}

type catalogType struct {
	kind, category string
	base           uint32
}

// each calls do for every row of a query, scanned into scans.
func each(batch *pgx.Batch, sql string, args []any, scans []any, do func()) {
	batch.Queue(sql, args...).Query(func(rows pgx.Rows) error {
		_, err := pgx.ForEachRow(rows, scans, func() error { do(); return nil })
		return err
	})
}

// names reads which tables and sequences there are.
func (r catalogReader) names(batch *pgx.Batch) {
	var (
		oid, space         uint32
		name, quoted, kind string
		rows               float64
	)
	each(batch, schemasSQL, nil, []any{&oid, &name, &quoted}, func() { r.schemas[oid] = schemaNames{name, quoted} })
	each(batch, relationsSQL, nil, []any{&oid, &space, &name, &quoted, &kind, &rows}, func() {
		in := r.schemas[space]
		switch {
		case kind == "S":
			r.sequences[oid] = in.quoted + "." + quoted
		case in.name == "information_schema" || strings.HasPrefix(in.name, "pg_toast") || strings.HasPrefix(in.name, "pg_temp_"):
		default:
			r.tables[oid] = &catalogTable{Table: schema.Table{Name: schema.NewName(in.name, name), Kind: kinds[kind], Rows: rows}}
		}
	})
}

// details reads what the tables consist of.
func (r catalogReader) details(batch *pgx.Batch) {
	tables := []any{slices.Sorted(maps.Keys(r.tables))}
	var (
		oid, typeOf, collation, to uint32
		number                     int16
		column                     schema.Column
		identity, name             string
		t                          catalogType
		primary, unique, partition bool
		numbers, toNumbers         []int16
		reference                  schema.Reference
	)
	each(batch, columnsSQL, tables, []any{
		&oid, &number, &column.Name, &column.Type, &column.NotNull, &column.Generated, &identity, &column.Default, &collation, &typeOf,
	}, func() {
		table := r.tables[oid]
		column.Identity, column.Collatable = identities[identity], collation != 0
		table.Columns, table.numbers = append(table.Columns, column), append(table.numbers, number)
		table.types, table.collations = append(table.types, typeOf), append(table.collations, collation)
	})
	each(batch, inheritsSQL, nil, []any{&oid, &to, &partition}, func() {
		table, parent := r.tables[oid], r.tables[to]
		switch {
		case table == nil || parent == nil:
		case partition:
			table.PartitionOf = parent.Name
			r.partitions[to] = append(r.partitions[to], oid)
		default:
			parent.Heirs = append(parent.Heirs, table.Name)
		}
	})
	each(batch, typesSQL, nil, []any{&oid, &t.kind, &t.category, &t.base}, func() { r.types[oid] = t })
	each(batch, indexSQL, tables, []any{&oid, &primary, &unique, &numbers}, func() {
		table := r.tables[oid]
		columns := table.named(numbers)
		if columns == nil {
			return
		}
		table.Indexes = append(table.Indexes, columns)
		switch {
		case primary:
			table.PrimaryKey = columns
		case unique:
			table.Unique = append(table.Unique, columns)
		}
	})
	each(batch, referencesSQL, nil, []any{
		&oid, &name, &to, &reference.MatchFull, &reference.Deferrable, &reference.Enforced, &numbers, &toNumbers,
	}, func() {
		table, parent := r.tables[oid], r.tables[to]
		if table == nil || parent == nil {
			return // temporary
		}
		reference.Name, reference.To = name, parent.Name
		reference.Columns, reference.ToColumns = table.named(numbers), parent.named(toNumbers)
		if reference.Columns == nil || reference.ToColumns == nil {
			return
		}
		table.References = append(table.References, reference)
	})
}

// gather gives a partitioned table the foreign keys that its partitions have of their own: their rows are its rows.
func (r catalogReader) gather(oid uint32) {
	var partitions []*schema.Table
	for _, p := range r.partitions[oid] {
		r.gather(p)
		partitions = append(partitions, &r.tables[p].Table)
	}
	if len(partitions) > 0 {
		r.tables[oid].Gather(partitions)
	}
}

// rest reads what few columns need.
func (r catalogReader) rest(batch *pgx.Batch) {
	var identity, defaults, enums []uint32
	localized := false
	for _, oid := range slices.Sorted(maps.Keys(r.tables)) {
		table := r.tables[oid]
		for i := range table.Columns {
			c, t := &table.Columns[i], r.types[table.types[i]]
			base := r.types[t.base]
			c.Enum = t.kind == "e"
			c.Nested = t.kind == "c" || base.kind == "c" || t.category == "A" || base.category == "A"
			switch {
			case c.Identity != "":
				identity = append(identity, oid)
			case c.Default:
				defaults = append(defaults, oid)
			}
			if c.Enum {
				enums = append(enums, table.types[i])
			}
			localized = localized || table.collations[i] >= firstCollation
			c.Default = c.Default || c.Identity != ""
		}
	}
	var (
		oid, sequence uint32
		number        int16
		label         string
		expression    string
	)
	owned := func(ofIdentity bool) func() {
		return func() {
			c := r.tables[oid].column(number)
			if c != nil && c.Sequence == "" && (c.Identity != "") == ofIdentity && (ofIdentity || plainNext.MatchString(expression)) {
				c.Sequence = r.sequences[sequence]
			}
		}
	}
	if len(identity) > 0 {
		each(batch, identitySQL, []any{slices.Compact(identity)}, []any{&oid, &number, &sequence}, owned(true))
	}
	if len(defaults) > 0 {
		each(batch, defaultsSQL, []any{slices.Compact(defaults)}, []any{&oid, &number, &sequence, &expression}, owned(false))
	}
	if len(enums) > 0 {
		slices.Sort(enums)
		each(batch, labelsSQL, []any{slices.Compact(enums)}, []any{&oid, &label}, func() { r.labels[oid] = append(r.labels[oid], label) })
	}
	if localized {
		each(batch, collationsSQL, nil, []any{&oid, &label}, func() { r.nondeterministic[oid] = label })
	}
}
