package server

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/gyrodata/gyro/schema"
)

// The catalog is read table by table, and joined here: a new session looks all of it up for the
// first time, and one query that gives everything costs it twice as much (9 ms of CPU against
// 4.5, PostgreSQL 15), half of that to be parsed and planned. All runs on 13 to 18. All but columnsSQL and domainsSQL, which print
// types as search_path public shows them, runs with SafePath.
const (
	schemasSQL = "SELECT oid, nspname, quote_ident(nspname) FROM pg_namespace"

	relationsSQL = `SELECT oid, relnamespace, relname, quote_ident(relname), relkind::text, reltuples
		FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND relnamespace <> 'pg_catalog'::regnamespace`

	columnsSQL = `SELECT attrelid, attnum, attname, pg_catalog.format_type(atttypid, atttypmod), attnotnull,
		attgenerated OPERATOR(pg_catalog.<>) '', attidentity::pg_catalog.text, atthasdef, attcollation, atttypid
		FROM pg_catalog.pg_attribute
		WHERE attrelid OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.oid[]) AND attnum OPERATOR(pg_catalog.>) 0::smallint AND NOT attisdropped
		ORDER BY attrelid, attnum`

	// Only what is not plain is of interest: a type's kind, its category, and what a domain is of.
	typesSQL = `SELECT oid, typtype::text, typcategory::text, typbasetype, typnamespace, quote_ident(typname)
		FROM pg_type WHERE typtype IN ('c', 'd', 'e') OR typcategory = 'A' OR oid >= 16384`

	indexSQL = `SELECT indrelid, indisprimary, indisunique, (indkey::int2[])[0:indnkeyatts - 1]
		FROM pg_index WHERE indrelid = ANY($1::oid[]) AND indisvalid AND indpred IS NULL AND indexprs IS NULL
		ORDER BY indisprimary DESC, indexrelid`

	// What else a unique index is over than columns, and of which rows, by the variables of its expressions, as the server keeps them.
	rulesSQL = `SELECT i.indrelid, c.relname, 'unique index',
			(i.indkey::int2[])[0:i.indnkeyatts - 1] || ARRAY(SELECT (regexp_matches(i.indexprs::text, ':varattno ([0-9]+)', 'g'))[1]::int2),
			ARRAY(SELECT (regexp_matches(i.indpred::text, ':varattno ([0-9]+)', 'g'))[1]::int2)
		FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
		WHERE i.indrelid = ANY($1::oid[]) AND i.indisvalid AND i.indisunique AND (i.indpred IS NOT NULL OR i.indexprs IS NOT NULL)
		UNION ALL
		SELECT c.conrelid, c.conname, CASE c.contype WHEN 'x' THEN 'exclusion constraint' ELSE 'check' END,
			ARRAY(SELECT k FROM unnest(c.conkey || (i.indkey::int2[]) || ARRAY(SELECT (regexp_matches(i.indexprs::text, ':varattno ([0-9]+)', 'g'))[1]::int2)) AS k WHERE k > 0),
			ARRAY(SELECT (regexp_matches(i.indpred::text, ':varattno ([0-9]+)', 'g'))[1]::int2)
		FROM pg_constraint c LEFT JOIN pg_index i ON i.indexrelid = c.conindid AND c.contype = 'x'
		WHERE c.conrelid = ANY($1::oid[]) AND c.contype IN ('c', 'x') AND (c.contype = 'x' OR cardinality(c.conkey) > 0)
		ORDER BY 1, 2`

	// As search_path public shows them, too.
	domainsSQL = `SELECT oid, pg_catalog.format_type(typbasetype, typtypmod) FROM pg_catalog.pg_type WHERE typtype OPERATOR(pg_catalog.=) 'd'`

	inheritsSQL = "SELECT inhrelid, inhparent, c.relispartition FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid ORDER BY inhrelid"

	// A foreign key of a partitioned table is cloned for its partitions, which have it as they have their own, and for
	// those of the table that it refers to: these are left out.
	referencesSQL = `WITH RECURSIVE f AS (
		SELECT c.* FROM pg_constraint c WHERE contype = 'f' AND conparentid = 0
		UNION ALL
		SELECT c.* FROM f JOIN pg_constraint c ON c.conparentid = f.oid AND c.confrelid = f.confrelid)
		SELECT conrelid, conname, confrelid, confmatchtype = 'f', condeferrable,
		CASE WHEN NOT coalesce((to_jsonb(f)->>'conenforced')::bool, true) THEN 'NOT ENFORCED' WHEN NOT convalidated THEN 'NOT VALID' ELSE '' END, coalesce((to_jsonb(f)->>'conperiod')::bool, false),
		conkey, confkey, conpfeqop
		FROM f ORDER BY conname`

	// What operators of foreign keys compare: the types of the referenced column's side and of the other.
	operandsSQL = `SELECT o.oid, format_type(l.oid, -1), format_type(r.oid, -1), format('%I.%I', ln.nspname, l.typname)
		FROM pg_operator o JOIN pg_type l ON l.oid = oprleft JOIN pg_namespace ln ON ln.oid = l.typnamespace JOIN pg_type r ON r.oid = oprright
		WHERE o.oid = ANY($1::oid[])`

	// The operator of equality of each type that came with an extension, by its default class for B-trees (method 403).
	equalitiesSQL = `SELECT c.opcintype, format('OPERATOR(%I.%s)', n.nspname, o.oprname)
		FROM pg_opclass c
		JOIN pg_amop a ON a.amopfamily = c.opcfamily AND a.amoplefttype = c.opcintype AND a.amoprighttype = c.opcintype AND a.amopstrategy = 3
		JOIN pg_operator o ON o.oid = a.amopopr JOIN pg_namespace n ON n.oid = o.oprnamespace
		WHERE c.opcmethod = 403 AND c.opcdefault AND c.opcintype >= 16384`

	// The sequence of an identity, and those that a default names.
	identitySQL = `SELECT refobjid, refobjsubid, objid FROM pg_depend
		WHERE (classid, refclassid, deptype) = ('pg_class'::regclass, 'pg_class'::regclass, 'i') AND refobjid = ANY($1::oid[])`
	labelsSQL     = "SELECT enumtypid, enumlabel FROM pg_enum WHERE enumtypid = ANY($1::oid[]) ORDER BY enumtypid, enumsortorder"
	collationsSQL = "SELECT c.oid, format('%I.%I', nspname, collname) FROM pg_collation c JOIN pg_namespace n ON n.oid = collnamespace WHERE NOT collisdeterministic"
)

var kinds = map[string]schema.Kind{
	"r": schema.Ordinary, "p": schema.Partitioned, "v": schema.View,
	"m": schema.MaterializedView, "f": schema.Foreign,
}

// firstOID is where the OIDs of what users made begin; the server's own collations are all deterministic.
const firstOID = 16384

var identities = map[string]string{"a": "always", "d": "by default"}

// ReadCatalog names types as search_path public shows them. It leaves the transaction with SafePath.
func ReadCatalog(ctx context.Context, conn *pgx.Conn) (schema.Catalog, error) {
	r := catalogReader{
		schemas: map[uint32]schemaNames{}, tables: map[uint32]*catalogTable{}, sequences: map[uint32]string{},
		partitions: map[uint32][]uint32{}, types: map[uint32]catalogType{}, labels: map[uint32][]string{}, nondeterministic: map[uint32]string{},
		texts: map[string][]place{}, operands: map[uint32]operands{}, equalities: map[uint32]string{}, domains: map[uint32]string{},
	}
	for _, queue := range []func(*pgx.Batch){r.names, r.details, r.rest, r.called} {
		var batch pgx.Batch
		if queue(&batch); batch.Len() == 0 {
			continue
		}
		if err := conn.SendBatch(ctx, &batch).Close(); err != nil {
			return nil, Failed(ctx, "read the catalog", "", err)
		}
	}
	for _, t := range r.tables {
		for i := range t.References {
			r.compare(t, i)
		}
	}
	for _, oid := range slices.Sorted(maps.Keys(r.partitions)) {
		r.gather(oid)
	}
	catalog := schema.Catalog{}
	for _, t := range r.tables {
		for i := range t.Columns {
			c := &t.Columns[i]
			c.Labels, c.Collation, c.Operator = r.labels[t.types[i]], r.nondeterministic[t.collations[i]], r.equalities[r.base(t.types[i])]
			c.Nondeterministic, c.CollationID = c.Collation != "", t.collations[i]
			c.Base = r.domains[r.innermost(t.types[i])]
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

	texts map[string][]place // columns whose default names a sequence by a text

	domains          map[uint32]string   // what they are made of
	nondeterministic map[uint32]string   // collations, as SQL writes them
	operands         map[uint32]operands // of operators by which foreign keys compare
	equalities       map[uint32]string   // operators of types, as SQL writes them
}

// operands are the types that an operator compares: that of the referenced column's side, that of the other, and the first
// as SQL writes it.
type operands struct{ to, own, qualified string }

type schemaNames struct{ name, quoted string }

type catalogTable struct {
	schema.Table
	numbers    []int16 // of Columns
	types      []uint32
	collations []uint32

	comparisons []comparison // of References
}

// comparison is how a foreign key compares: its columns with those of another table, each by an operator.
type comparison struct {
	to        uint32
	operators []uint32
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
	space          uint32
	name           string // as SQL writes it
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
	batch.Queue(SafePath)
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
		identity, name, rule       string
		t                          catalogType
		primary, unique, partition bool
		numbers, toNumbers         []int16
		operators                  []uint32
		reference                  schema.Reference
	)
	batch.Queue("SET LOCAL search_path = public")
	each(batch, columnsSQL, tables, []any{
		&oid, &number, &column.Name, &column.Type, &column.NotNull, &column.Generated, &identity, &column.Default, &collation, &typeOf,
	}, func() {
		table := r.tables[oid]
		column.Identity, column.Collatable = identities[identity], collation != 0
		table.Columns, table.numbers = append(table.Columns, column), append(table.numbers, number)
		table.types, table.collations = append(table.types, typeOf), append(table.collations, collation)
	})
	each(batch, domainsSQL, nil, []any{&oid, &name}, func() { r.domains[oid] = name })
	batch.Queue(SafePath)
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
	each(batch, typesSQL, nil, []any{&oid, &t.kind, &t.category, &t.base, &t.space, &t.name}, func() { r.types[oid] = t })
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
	each(batch, rulesSQL, tables, []any{&oid, &name, &rule, &numbers, &toNumbers}, func() {
		table := r.tables[oid]
		slices.Sort(numbers)
		numbers = slices.DeleteFunc(slices.Compact(numbers), func(n int16) bool { return n <= 0 }) // expressions, whole rows
		table.Rules = append(table.Rules, schema.Rule{Name: name, Kind: schema.RuleKind(rule), Columns: table.named(numbers), Where: table.named(toNumbers)})
	})
	each(batch, referencesSQL, nil, []any{
		&oid, &name, &to, &reference.MatchFull, &reference.Deferrable, &reference.Doubt, &reference.Period, &numbers, &toNumbers, &operators,
	}, func() {
		table, parent := r.tables[oid], r.tables[to]
		if table == nil || parent == nil {
			return // temporary
		}
		reference.Name, reference.To, reference.Enforced = name, parent.Name, reference.Doubt == ""
		reference.Columns, reference.ToColumns = table.named(numbers), parent.named(toNumbers)
		if reference.Columns == nil || reference.ToColumns == nil {
			return
		}
		table.References, table.comparisons = append(table.References, reference), append(table.comparisons, comparison{to, slices.Clone(operators)})
	})
}

// innermost is the domain that another is made of in the end, whose type is none; what is none is itself.
func (r catalogReader) innermost(oid uint32) uint32 {
	for r.types[r.types[oid].base].kind == "d" {
		oid = r.types[oid].base
	}
	return oid
}

// base is what a type is made of in the end: of a domain, another.
func (r catalogReader) base(oid uint32) uint32 {
	for r.types[oid].kind == "d" {
		oid = r.types[oid].base
	}
	return oid
}

// compare says as what the i-th foreign key of a table compares its columns, by the operators that it was made with.
func (r catalogReader) compare(table *catalogTable, i int) {
	reference := &table.References[i]
	for k, operator := range table.comparisons[i].operators {
		as := ""
		if !reference.Period && r.mixed(table, i, k) {
			o := r.operands[operator]
			as = o.qualified
			if between := schema.TypeOf(o.own).ComparedAs(schema.TypeOf(o.to)); o.to != o.own && between != schema.AsText {
				as = between
			}
		}
		reference.As = append(reference.As, as)
	}
}

// mixed reports whether the k-th column of the i-th foreign key is of another type than the one that it refers to, and
// PostgreSQL does not compare the two as they are.
func (r catalogReader) mixed(table *catalogTable, i, k int) bool {
	reference := table.References[i]
	own, _ := table.Column(reference.Columns[k])
	to, _ := r.tables[table.comparisons[i].to].Column(reference.ToColumns[k])
	return own.DataType().ComparedAs(to.DataType()) != ""
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
	var identity, defaults, enums, operators, keyed []uint32
	var places []int16 // in the tables keyed
	localized, extended := false, false
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
				c.Drawn = true
			case c.Default:
				defaults = append(defaults, oid)
				if slices.Contains(table.KeyColumns(), c.Name) {
					keyed, places = append(keyed, oid), append(places, table.numbers[i])
				}
			}
			if c.Enum {
				enums = append(enums, table.types[i])
			}
			localized = localized || table.collations[i] >= firstOID
			if oid := table.types[i]; oid >= firstOID {
				c.Qualified = r.schemas[t.space].quoted + "." + t.name
				extended = extended || r.base(oid) >= firstOID
			}
			c.Default = c.Default || c.Identity != ""
		}
		for i := range table.References {
			for k, operator := range table.comparisons[i].operators {
				if !table.References[i].Period && r.mixed(table, i, k) {
					operators = append(operators, operator)
				}
			}
		}
	}
	var (
		oid, sequence uint32
		number        int16
		label         string
		o             operands
	)
	if len(identity) > 0 {
		each(batch, identitySQL, []any{slices.Compact(identity)}, []any{&oid, &number, &sequence}, func() {
			if c := r.tables[oid].column(number); c != nil && c.Sequence == "" && c.Identity != "" {
				c.Sequence = r.sequences[sequence]
			}
		})
	}
	if len(defaults) > 0 {
		r.defaults(batch, slices.Compact(defaults), keyed, places)
	}
	if len(enums) > 0 {
		slices.Sort(enums)
		each(batch, labelsSQL, []any{slices.Compact(enums)}, []any{&oid, &label}, func() { r.labels[oid] = append(r.labels[oid], label) })
	}
	if localized {
		each(batch, collationsSQL, nil, []any{&oid, &label}, func() { r.nondeterministic[oid] = label })
	}
	if extended {
		each(batch, equalitiesSQL, nil, []any{&oid, &label}, func() { r.equalities[oid] = label })
	}
	if len(operators) > 0 {
		slices.Sort(operators)
		each(batch, operandsSQL, []any{slices.Compact(operators)}, []any{&oid, &o.to, &o.own, &o.qualified}, func() { r.operands[oid] = o })
	}
}
