package postgres

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/keyset"
	"github.com/gyrodata/gyro/schema"
)

// shape is one of the three ways to find rows, from the plainest on.
type shape int

const (
	anyShape shape = iota
	plainPredicate
	unnestJoin // and the plain predicate
)

// builder writes the SELECT of one selection. Three shapes find the rows:
//
//   - the plain predicate: the table is searched by its query and by lists of keys;
//   - the unnest join: the keys of one restriction lead to the rows, the others filter;
//   - the lateral join: for each key in turn, the first N rows.
//
// Keys stand in settings of the transaction (see keys.go) and are unnested in the statement, or
// are a string of bits there (see bits.go).
type builder struct {
	s       driver.Selection
	number  func(*keyset.Set) int // of a set of keys
	keys    []keySetting          // what the statement reads
	hashed  []*keyset.Set         // those that are looked up in a hash table
	prefix  string                // the table's own name, which queries may use too
	rows    string                // what is read in the table's stead, or empty
	terms   []string              // of WHERE
	orderBy string                // checked
	checked map[string]string     // conditions of references, made safe
	force   shape
}

func newBuilder(s driver.Selection, number func(*keyset.Set) int, force shape) *builder {
	return &builder{s: s, number: number, force: force, checked: map[string]string{}, prefix: quote(s.Table.Name.Table) + "."}
}

func (b *builder) where(term string) { b.terms = append(b.terms, term) }

// from names the table; ONLY where tables inherit from it, whose rows are their own.
func (b *builder) from() string {
	if b.rows != "" {
		return b.rows + " AS " + quote(b.s.Table.Name.Table)
	}
	name := identifier(b.s.Table.Name)
	if b.s.Table.Inherited {
		return "ONLY " + name
	}
	return name
}

// build gives the statement and its shape in words.
func (b *builder) build() (text, shape string) {
	lateral, driver := b.lead()
	for i, r := range b.s.Restrict {
		if r.NotNull && r.When != "" {
			b.where("(" + b.checked[r.When] + "\n)")
		}
		if i != driver && r.Keys != nil {
			b.where(b.filter(r))
		}
	}
	if !b.s.Orphans && driver < 0 {
		b.somewhere()
	}
	if b.s.Percent > 0 && b.s.Percent < 100 {
		b.where(b.draw() + " < " + threshold(b.s.Percent))
	}
	sorted := b.order(b.prefix)
	if b.s.Unsorted {
		sorted = ""
	}
	switch {
	case lateral:
		r := b.s.Restrict[driver]
		return fmt.Sprintf("SELECT %s FROM %s CROSS JOIN LATERAL (%s) AS %s%s", b.columns(), b.unnest(r.Keys, r.To, "gyro_lead"),
			b.limited("SELECT * FROM "+b.from()+" WHERE "+b.equal(r, "gyro_lead")+b.and()+" OFFSET 0"),
			quote(b.s.Table.Name.Table), sorted), "lateral join per " + strings.Join(r.Columns, ", ")
	case driver >= 0:
		r := b.s.Restrict[driver]
		shape = "unnest join on " + strings.Join(r.Columns, ", ")
		text = b.from() + " JOIN " + b.unnest(r.Keys, r.To, "gyro_lead") + " ON " + b.equal(r, "gyro_lead")
	default:
		shape = "plain predicate"
		text = b.from()
	}
	if len(b.terms) > 0 {
		text += " WHERE " + strings.Join(b.terms, " AND ")
	}
	if b.s.Limit > 0 {
		inner := b.limited("SELECT " + b.prefix + "* FROM " + text + " OFFSET 0")
		return "SELECT " + b.columns() + " FROM (" + inner + ") AS " + quote(b.s.Table.Name.Table) + sorted, shape
	}
	return "SELECT " + b.columns() + " FROM " + text + sorted, shape
}

func (b *builder) and() string {
	if len(b.terms) == 0 {
		return ""
	}
	return " AND " + strings.Join(b.terms, " AND ")
}

// lead chooses the restriction whose keys lead to the rows, -1 for none: every row that is
// wanted must hold one of its keys. Of several, the one that leaves the fewest rows, and of
// those that leave about as many, the one with the fewest keys: where a whole tenant is
// wanted, one tenant's key beats a million orders' keys.
func (b *builder) lead() (lateral bool, driver int) {
	driver = -1
	if b.force == plainPredicate {
		return false, driver
	}
	for i, r := range b.s.Restrict {
		sole := len(b.s.Restrict) == 1 && !b.s.Orphans
		if r.Keys == nil || (!r.NotNull && (!sole || r.When != "")) {
			continue
		}
		if b.s.Limit > 0 && slices.Equal(r.Columns, b.s.Per) && b.force == anyShape {
			return true, i
		}
		if driver < 0 || better(r, b.s.Restrict[driver]) {
			driver = i
		}
	}
	return false, driver
}

// better compares two restrictions as leaders.
func better(a, b driver.Restriction) bool {
	const near = 1.5
	switch {
	case a.Share*near < b.Share:
		return true
	case b.Share*near < a.Share:
		return false
	}
	return a.Keys.Len() < b.Keys.Len()
}

// filter keeps the rows whose reference is NULL or leads to one of the keys. CASE keeps the
// planner from turning it into a join that it then begins with, not knowing how many keys
// there are: as it stands, it is a look into a hash table. Bits are no subquery to join.
func (b *builder) filter(r driver.Restriction) string {
	in := b.in(r)
	if !b.bits(r) {
		in = "CASE WHEN " + in + " THEN true END"
	}
	if r.NotNull {
		return in
	}
	return "(" + b.null(r) + " OR " + in + ")"
}

// null holds where a reference is NULL: any column, or with MATCH FULL all of them.
func (b *builder) null(r driver.Restriction) string {
	terms := make([]string, len(r.Columns))
	for i, c := range r.Columns {
		terms[i] = b.prefix + quote(c) + " IS NULL"
	}
	glue := " OR "
	if r.MatchFull {
		glue = " AND "
	}
	null := "(" + strings.Join(terms, glue) + ")"
	if r.When != "" { // a row of another kind does not refer
		return "((" + b.checked[r.When] + "\n) IS NOT TRUE OR " + null + ")"
	}
	return null
}

// in holds where a reference leads to one of the keys.
func (b *builder) in(r driver.Restriction) string {
	if b.bits(r) {
		return b.bit(r)
	}
	b.hashed = append(b.hashed, r.Keys)
	return fmt.Sprintf("(%s) IN (SELECT %s FROM %s)", strings.Join(b.referring(r), ", "),
		strings.Join(leadColumns("gyro_keys", r), ", "), b.unnest(r.Keys, r.To, "gyro_keys"))
}

// referring is the columns of a reference as they are compared.
func (b *builder) referring(r driver.Restriction) []string {
	columns := make([]string, len(r.Columns))
	for i, c := range r.Columns {
		columns[i] = b.prefix + quote(c)
		if r.AsText {
			columns[i] += "::text"
		}
	}
	return columns
}

// somewhere keeps the rows one of whose references is not NULL.
func (b *builder) somewhere() {
	var terms []string
	for _, r := range b.s.Restrict {
		if r.NotNull {
			return
		}
		terms = append(terms, b.null(r))
	}
	if len(terms) > 0 {
		b.where("NOT (" + strings.Join(terms, " AND ") + ")")
	}
}

// limited takes the first of the rows that inner gives, or the first of each group.
func (b *builder) limited(inner string) string {
	table := quote(b.s.Table.Name.Table)
	order := b.first()
	if len(b.s.Per) == 0 || b.leads() {
		return "SELECT * FROM (" + inner + ") AS " + table + order + " LIMIT " + strconv.Itoa(b.s.Limit)
	}
	return fmt.Sprintf("SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY %s%s) AS gyro_rank FROM (%s) AS %s) AS %s WHERE gyro_rank <= %d",
		names(b.prefix, b.s.Per), order, inner, table, table, b.s.Limit)
}

// leads reports whether Per's groups are taken one by one, in a lateral join.
func (b *builder) leads() bool {
	lateral, _ := b.lead()
	return lateral
}

// first is the order in which a limit counts: as asked, drawn by lot, or by the key.
func (b *builder) first() string {
	key := strings.Join(b.keyTerms(b.prefix), ", ")
	switch {
	case b.orderBy != "":
		return " ORDER BY " + b.orderBy + "\n, " + key
	case b.s.Seed != 0:
		return " ORDER BY " + b.draw() + ", " + key
	}
	return " ORDER BY " + key
}

// draw is a lot for each row, the same for the same key and seed: SHA-256 of the seed, a
// colon, and the key's values in text, the unit separator between them.
func (b *builder) draw() string {
	values := make([]string, len(b.s.Table.PrimaryKey))
	for i, name := range b.s.Table.PrimaryKey {
		values[i] = b.prefix + quote(name) + "::text"
	}
	return fmt.Sprintf("sha256(convert_to('%d:' || concat_ws(chr(31), %s), 'UTF8'))", b.s.Seed, strings.Join(values, ", "))
}

// threshold is the lot below which a percentage lies: its first eight bytes.
func threshold(percent float64) string {
	return fmt.Sprintf("'\\x%016x'::bytea", uint64(percent/100*math.MaxUint64))
}

// columns is what is selected: NULL in place of references that would lead nowhere.
func (b *builder) columns() string {
	columns := b.s.Columns
	if len(columns) == 0 {
		columns = b.s.Table.ColumnNames()
	}
	out := make([]string, len(columns))
	for i, name := range columns {
		out[i] = b.prefix + quote(name)
		for _, n := range b.s.Null {
			if slices.Contains(n.Set, name) {
				out[i] = b.nulling(n, out[i])
			}
		}
		if len(b.s.Null) > 0 {
			out[i] += " AS " + quote(name)
		}
	}
	for i, flag := range b.s.Flags {
		out = append(out, fmt.Sprintf("(%s\n) IS TRUE AS gyro_flag_%d", b.checked[flag], i))
	}
	return strings.Join(out, ", ")
}

func (b *builder) nulling(n driver.Nulling, column string) string {
	if n.Keys.Len() == 0 && len(n.To) == 0 { // refers to what is not in the slice at all
		return "CASE WHEN " + b.null(n.Restriction) + " THEN " + column + " END"
	}
	return fmt.Sprintf("CASE WHEN %s OR %s THEN %s END", b.null(n.Restriction), b.in(n.Restriction), column)
}

// wanted is what a query must return: the key, or all columns where there is none.
func (b *builder) wanted() []string {
	if len(b.s.Table.PrimaryKey) > 0 {
		return b.s.Table.PrimaryKey
	}
	return b.s.Table.ColumnNames()
}

// order sorts by the primary key, else by the whole row's text; text by bytes.
func (b *builder) order(prefix string) string {
	terms := b.keyTerms(prefix)
	if len(terms) == 0 {
		return ""
	}
	return " ORDER BY " + strings.Join(terms, ", ")
}

func (b *builder) keyTerms(prefix string) []string {
	if len(b.s.Table.Columns) == 0 {
		return nil
	}
	if len(b.s.Table.PrimaryKey) == 0 { // one term, for an ORDER BY has no room for 1,600
		return []string{"ROW(" + names(prefix, b.s.Table.ColumnNames()) + `)::text COLLATE "C"`}
	}
	var terms []string
	for _, name := range b.s.Table.PrimaryKey {
		term := prefix + quote(name)
		if column, _ := b.s.Table.Column(name); column.Collatable {
			term += ` COLLATE "C"`
		}
		terms = append(terms, term)
	}
	return terms
}

// unnest gives the keys as rows, with columns gyro_0, gyro_1, …; arrays and composites as text, of
// which unnest makes rows without taking them apart.
func (b *builder) unnest(keys *keyset.Set, to []schema.Column, alias string) string {
	arrays, columns := make([]string, len(to)), make([]string, len(to))
	for i, c := range to {
		array := arrayOf(c.Type)
		if c.Nested {
			array = "text[]"
		}
		arrays[i] = fmt.Sprintf("current_setting('%s', true)::%s", b.setting(keySetting{keys: keys, column: i}), array)
		columns[i] = fmt.Sprintf("gyro_%d", i)
	}
	return "unnest(" + strings.Join(arrays, ", ") + ") AS " + alias + "(" + strings.Join(columns, ", ") + ")"
}

func leadColumns(alias string, r driver.Restriction) []string {
	columns := make([]string, len(r.To))
	for i, c := range r.To {
		columns[i] = fmt.Sprintf("%s.gyro_%d", alias, i)
		if c.Nested {
			columns[i] += "::" + c.Type
		}
		if r.AsText {
			columns[i] += "::text"
		}
	}
	return columns
}

func (b *builder) equal(r driver.Restriction, alias string) string {
	terms := leadColumns(alias, r)
	for i, column := range b.referring(r) {
		terms[i] = column + " = " + terms[i]
	}
	return strings.Join(terms, " AND ")
}
