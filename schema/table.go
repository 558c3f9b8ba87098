package schema

import "slices"

// Kind says what a [Table] is in PostgreSQL.
type Kind string

// The kinds that a slice can be taken from.
const (
	Ordinary         Kind = "table"
	Partitioned      Kind = "partitioned table"
	View             Kind = "view"
	MaterializedView Kind = "materialized view"
	Foreign          Kind = "foreign table"
)

// Table is one table: its columns in order, its keys and its references.
type Table struct {
	Name       Name
	Kind       Kind
	Columns    []Column
	PrimaryKey []string    // in the key's order; none: the table has no primary key
	Unique     [][]string  // the other unique keys: neither partial nor of expressions
	References []Reference // in the order of their names
	// Indexes are the leading columns of the indexes that are neither partial nor begin with
	// an expression.
	Indexes [][]string
	// Rules are what else its rows keep to.
	Rules []Rule
	// Heirs are the tables that inherit from this one (not partitions): reading it without ONLY would give their
	// rows too.
	Heirs []Name
	// Triggers see a row before it is inserted, in a catalog of what is loaded into, and could give it a key.
	Triggers []string
	// PartitionOf is the partitioned table that this one is a partition of; zero: it is none.
	PartitionOf Name
	// Rows is the planner's estimate, or -1 where the table was never analyzed.
	Rows float64
}

// RuleKind is what a [Rule] is in PostgreSQL.
type RuleKind string

// The kinds of rules.
const (
	UniqueIndex RuleKind = "unique index" // partial, or of expressions: others are keys
	Exclusion   RuleKind = "exclusion constraint"
	Check       RuleKind = "check"
)

// Rule is what rows of a table keep to beside its keys, as far as the catalog says which columns have to do with it.
type Rule struct {
	Name    string
	Kind    RuleKind
	Columns []string // that it is over, also within expressions
	Where   []string // those that say for which rows it stands; none: for all
}

// Column is one column of a [Table].
type Column struct {
	Name string
	Type string // as format_type prints it: "numeric(10,2)"; empty where an ORM left it open
	// Base is what a domain is made of; else empty.
	Base    string
	NotNull bool
	// Generated: GENERATED ALWAYS AS (expression). Data to a reader, never written.
	Generated bool
	Identity  string // "always", "by default", or empty
	// Collatable: of a type that has collations, so that its order depends on one.
	Collatable bool
	// Nondeterministic: its collation calls texts equal that have different bytes.
	Nondeterministic bool
	// Collation is that one, as SQL writes it.
	Collation string
	// CollationID tells collations of one database apart, 0 where the type has none.
	CollationID uint32
	// Qualified is the type's name in SQL with its schema, less its size, of a type that is not PostgreSQL's own.
	Qualified string
	// Operator is that of equality, as SQL writes it, where the type is an extension's, such as citext. Empty: it is
	// PostgreSQL's own.
	Operator string
	Enum     bool
	Labels   []string // of an enum, in their order
	Nested   bool     // of an array type or a composite one
	Default  bool     // a row that does not name the column gets a value
	// Drawn, of a column of the key: it gets another value than the row before, from a sequence or what else its default
	// calls that PostgreSQL takes to be volatile. A default such as '' or now() is none.
	Drawn bool
	// Sequence is the one that the column's values are drawn from by default, owned or not, as
	// SQL writes its name; empty: none.
	Sequence string
	// Field is the Go struct's field where an ORM model described the column.
	Field string
}

// Equality is the collation under which the column's texts are equal, as SQL writes it: deterministic ones all agree.
func (c Column) Equality() string {
	if c.Nondeterministic {
		return c.Collation
	}
	return `pg_catalog."C"`
}

// Reference is a foreign key: Columns of the table it stands in refer to ToColumns of To.
type Reference struct {
	Name      string // the constraint's name, or the name it was declared by
	Columns   []string
	To        Name
	ToColumns []string // as many as Columns; empty: the primary key of To
	// As are the types as which the columns are compared with those that they refer to, as SQL writes them: empty
	// where they are compared as they are. None: that is to be told from their types.
	As        []string
	MatchFull bool // MATCH FULL; else MATCH SIMPLE
	// Period: the last column is a PERIOD (PostgreSQL 18), which the periods of several rows cover together: values that are
	// equal say nothing of it.
	Period     bool
	Deferrable bool
	// Enforced: the database sees to it that every row's reference resolves. False for one
	// that was only declared, and for a foreign key that is NOT VALID or NOT ENFORCED.
	Enforced bool
	// Doubt says why a foreign key of the database is not enforced, such as NOT VALID; empty: it is, or was only declared.
	Doubt string
	// When is a condition in SQL: the reference stands only in rows for which it is true, as
	// one kind of a polymorphic reference does. Empty: in every row.
	When string
	// Relation is the ORM's name for it ("Tenant"), where an ORM model described it.
	Relation string
}

// Same reports whether two references lead from columns of the same names to the same columns of one table.
func (r Reference) Same(other Reference) bool {
	return r.To == other.To && slices.Equal(r.Columns, other.Columns) && slices.Equal(r.ToColumns, other.ToColumns)
}

// Gather gives the table the references of the rows that it is read with: those of its partitions, or of tables that
// inherit from it. Where some of them are without it, their rows may refer to what is not there, as with a reference that
// is only declared.
func (t *Table) Gather(parts []*Table) {
	holders := parts
	if t.Kind != Partitioned { // it has rows of its own as well
		holders = append([]*Table{{References: t.References}}, parts...)
	}
	all := slices.Clone(t.References)
	for _, part := range parts {
		for _, own := range part.References {
			if !slices.ContainsFunc(all, own.Same) {
				own.Deferrable = false // its name is that of one table's constraint, and there are others
				all = append(all, own)
			}
		}
	}
	for i := range all {
		for _, holder := range holders {
			k := slices.IndexFunc(holder.References, all[i].Same)
			if all[i].Enforced && k < 0 {
				all[i].Doubt = "not on all of the tables that hold its rows"
			} else if k >= 0 && all[i].Doubt == "" {
				all[i].Doubt = holder.References[k].Doubt
			}
			all[i].Enforced = all[i].Enforced && k >= 0 && holder.References[k].Enforced
			all[i].MatchFull = all[i].MatchFull && k >= 0 && holder.References[k].MatchFull
		}
	}
	t.References = all
}

// Column finds a column by its exact name.
func (t *Table) Column(name string) (Column, bool) {
	i := slices.IndexFunc(t.Columns, func(c Column) bool { return c.Name == name })
	if i < 0 {
		return Column{}, false
	}
	return t.Columns[i], true
}

// KeyColumns gives the columns that tell rows apart: the primary key, or else the first unique
// key without NULLs; none where the table has neither.
func (t *Table) KeyColumns() []string {
	if len(t.PrimaryKey) > 0 {
		return t.PrimaryKey
	}
	for _, key := range t.Unique {
		nullable := func(name string) bool {
			c, ok := t.Column(name)
			return !ok || !c.NotNull
		}
		if !slices.ContainsFunc(key, nullable) {
			return key
		}
	}
	return nil
}

// Indexed reports whether an index begins with these columns, in any order.
func (t *Table) Indexed(columns []string) bool {
	return slices.ContainsFunc(t.Indexes, func(index []string) bool {
		if len(index) < len(columns) {
			return false
		}
		for _, c := range columns {
			if !slices.Contains(index[:len(columns)], c) {
				return false
			}
		}
		return true
	})
}

// ColumnNames gives the names of all columns, in order.
func (t *Table) ColumnNames() []string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	return names
}

// Over finds the references that stand on exactly these columns, in any order.
func (t *Table) Over(columns []string) []Reference {
	want := slices.Sorted(slices.Values(columns))
	var found []Reference
	for _, r := range t.References {
		if slices.Equal(slices.Sorted(slices.Values(r.Columns)), want) {
			found = append(found, r)
		}
	}
	return found
}

// SameColumns reports whether two lists name the same columns, in whatever order.
func SameColumns(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}
