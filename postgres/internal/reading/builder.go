package reading

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/keyset"
	"github.com/gyrodata/gyro/postgres/internal/server"
)

// Shape is one of the three ways to find rows, from the plainest on.
type Shape int

// The shapes that a snapshot may be held to.
const (
	AnyShape Shape = iota
	PlainPredicate
	UnnestJoin // and the plain predicate
	NestedLoop // wherever keys can lead so, and the others
)

// builder writes the SELECT of one selection. Three shapes find the rows:
//
//   - the plain predicate: the table is searched by its query and by lists of keys;
//   - the unnest join: the keys of one restriction lead to the rows, the others filter;
//   - the lateral join: for each key in turn, the first N rows, or all.
//
// Keys stand in settings of the transaction (see keys.go) and are unnested in the statement, or
// are a string of bits there (see bits.go).
type builder struct {
	s        driver.Selection
	filter   *filter
	ordering *ordering
	prefix   string   // the table's own name, which queries may use too
	rows     string   // what is read in the table's stead, or empty
	terms    []string // of WHERE
	least    Shape    // better ones are left out
	nested   bool     // the keys that lead are looked up one by one; see nests
}

// newBuilder takes a function that numbers sets of keys.
func newBuilder(s driver.Selection, number func(*keyset.Set) int, least Shape) *builder {
	prefix := server.Quote(s.Table.Name.Table) + "."
	if s.Piece.Keys != nil {
		s.Restrict = slices.Clone(s.Restrict)
		s.Restrict[s.Piece.Lead].Keys = s.Piece.Keys
	}
	return &builder{
		s: s, prefix: prefix, least: least,
		filter:   &filter{table: s.Table, prefix: prefix, number: number, checked: map[string]string{}},
		ordering: &ordering{s: s, prefix: prefix},
	}
}

func (b *builder) where(term string) { b.terms = append(b.terms, term) }

// from names the table; ONLY where tables inherit from it, whose rows are their own.
func (b *builder) from() string {
	if b.rows != "" {
		return b.rows + " AS " + server.Quote(b.s.Table.Name.Table)
	}
	name := server.Identifier(b.s.Table.Name)
	if len(b.s.Table.Heirs) > 0 {
		return "ONLY " + name
	}
	return name
}

// build gives the statement and its shape in words, and why it is that.
func (b *builder) build() (text, shape, why string) {
	for _, term := range within(b.s.Piece, b.prefix) {
		b.where(term)
	}
	lateral, driver := b.lead()
	if driver >= 0 {
		why = b.reason(b.s.Restrict[driver])
	}
	for i, r := range b.s.Restrict {
		if r.NotNull && r.When != "" {
			b.where("(" + b.filter.checked[r.When] + "\n)")
		}
		if i != driver && r.Keys != nil {
			b.where(b.filter.keep(r))
		}
	}
	if !b.s.Orphans && driver < 0 {
		b.somewhere()
	}
	if b.s.Percent > 0 && b.s.Percent < 100 {
		b.where(b.ordering.draw() + server.Op("<") + threshold(b.s.Percent))
	}
	sorted := b.ordering.clause()
	if b.s.Unsorted {
		sorted = ""
	}
	switch {
	case lateral:
		r := b.s.Restrict[driver]
		return fmt.Sprintf("SELECT %s FROM %s CROSS JOIN LATERAL (%s) AS %s%s", b.columns(), b.filter.unnest(r.Keys, r.To, "gyro_lead"),
			b.limited(b.lookedUp(r)),
			server.Quote(b.s.Table.Name.Table), sorted), "lateral join per " + strings.Join(r.Columns, ", "), why
	case driver >= 0 && b.nested:
		r := b.s.Restrict[driver]
		shape = "lateral join on " + strings.Join(r.Columns, ", ")
		text = b.filter.unnest(r.Keys, r.To, "gyro_lead") + " CROSS JOIN LATERAL (" + b.lookedUp(r) + ") AS " + server.Quote(b.s.Table.Name.Table)
		b.terms = nil
	case driver >= 0 && b.filter.few(b.s.Restrict[driver]):
		r := b.s.Restrict[driver]
		b.where(b.filter.list(r))
		shape, text = "plain predicate on "+strings.Join(r.Columns, ", "), b.from()
	case driver >= 0:
		r := b.s.Restrict[driver]
		shape = "unnest join on " + strings.Join(r.Columns, ", ")
		text = b.from() + " JOIN " + b.filter.unnest(r.Keys, r.To, "gyro_lead") + " ON " + b.filter.equal(r)
	default:
		shape = "plain predicate"
		text = b.from()
	}
	if len(b.terms) > 0 {
		text += " WHERE " + strings.Join(b.terms, " AND ")
	}
	if b.s.Limit > 0 {
		inner := b.limited("SELECT " + b.prefix + "* FROM " + text + " OFFSET 0")
		return "SELECT " + b.columns() + " FROM (" + inner + ") AS " + server.Quote(b.s.Table.Name.Table) + sorted, shape, why
	}
	return "SELECT " + b.columns() + " FROM " + text + sorted, shape, why
}

// lookedUp is the rows that one key leads to, behind a fence.
func (b *builder) lookedUp(r driver.Restriction) string {
	return "SELECT * FROM " + b.from() + " WHERE " + b.filter.equal(r) + b.further() + " OFFSET 0"
}

func (b *builder) further() string {
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
	if b.least == PlainPredicate {
		return false, driver
	}
	for i, r := range b.s.Restrict {
		sole := len(b.s.Restrict) == 1 && !b.s.Orphans
		if r.Keys == nil || (!r.NotNull && (!sole || r.When != "")) {
			continue
		}
		if b.s.Limit > 0 && b.least != UnnestJoin && b.groups(r) {
			return true, i
		}
		if driver < 0 || better(r, b.s.Restrict[driver]) {
			driver = i
		}
	}
	if driver >= 0 && b.most(b.s.Restrict[driver]) {
		driver = -1
	}
	return false, driver
}

// most reports whether all rows are better looked at than led to by a restriction: its keys are many and a large part of those that
// there are, of which half lead to the rows in twice the time; or no index is there to be led by, and a look at a string of
// bits costs less than one into a table of the keys (BenchmarkShapes).
func (b *builder) most(r driver.Restriction) bool {
	const part, many = 0.25, 1000
	switch {
	case b.least != AnyShape || b.filter.few(r):
		return false
	case r.Share > part && count(r) > many:
		return true
	}
	return !b.s.Table.Indexed(r.Columns) && b.filter.counts(r) && (r.Keys.Len() == 0 || b.filter.bits(r))
}

// groups reports whether the rows that one key of a restriction leads to are one of Per's groups.
func (b *builder) groups(r driver.Restriction) bool {
	if !slices.Equal(r.Columns, b.s.Per) {
		return false
	}
	return slices.Equal(b.filter.referring(r), b.per())
}

// per is the columns by whose values the rows are grouped.
func (b *builder) per() []string {
	if len(b.s.PerParent.Columns) > 0 {
		return b.filter.referring(b.s.PerParent)
	}
	columns := make([]string, len(b.s.Per))
	for i, name := range b.s.Per {
		columns[i] = b.prefix + server.Quote(name)
	}
	return columns
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
	return count(a) < count(b)
}

// reason says why a restriction leads.
func (b *builder) reason(r driver.Restriction) string {
	n, about := count(r), ""
	if r.Keys.Len() == 0 && n > 0 {
		about = "about "
	}
	keys := "1 key"
	if n != 1 {
		keys = fmt.Sprintf("%.0f keys", n)
	}
	if b.filter.table.Rows <= 0 || r.Share <= 0 {
		return about + keys
	}
	percent := strconv.FormatFloat(100*r.Share, 'g', 2, 64)
	if r.Share >= 0.1 {
		percent = strconv.FormatFloat(100*r.Share, 'f', 0, 64)
	}
	return fmt.Sprintf("%s%s, %s %% of those that there are", about, keys, percent)
}

// somewhere keeps the rows one of whose references is not NULL.
func (b *builder) somewhere() {
	var terms []string
	for _, r := range b.s.Restrict {
		if r.NotNull {
			return
		}
		terms = append(terms, b.filter.null(r))
	}
	if len(terms) > 0 {
		b.where("NOT (" + strings.Join(terms, " AND ") + ")")
	}
}

// limited takes the first of the rows that inner gives, or the first of each group.
func (b *builder) limited(inner string) string {
	table := server.Quote(b.s.Table.Name.Table)
	order := b.ordering.first()
	if len(b.s.Per) == 0 || b.leads() {
		return "SELECT * FROM (" + inner + ") AS " + table + order + " LIMIT " + strconv.Itoa(b.s.Limit)
	}
	return fmt.Sprintf("SELECT * FROM (SELECT *, pg_catalog.row_number() OVER (PARTITION BY %s%s) AS gyro_rank FROM (%s) AS %s) AS %s WHERE gyro_rank OPERATOR(pg_catalog.<=) %d",
		strings.Join(b.per(), ", "), order, inner, table, table, b.s.Limit)
}

// leads reports whether Per's groups are taken one by one, in a lateral join.
func (b *builder) leads() bool {
	lateral, _ := b.lead()
	return lateral
}

// columns is what is selected: NULL in place of references that would lead nowhere.
func (b *builder) columns() string {
	columns := b.s.Columns
	if len(columns) == 0 {
		columns = b.s.Table.ColumnNames()
	}
	out := make([]string, len(columns))
	for i, name := range columns {
		out[i] = b.prefix + server.Quote(name)
		masked := false
		for _, m := range b.s.Masks {
			if m.Column == name {
				out[i], masked = b.masked(m, out[i]), true
			}
		}
		for _, n := range b.s.Null {
			if slices.Contains(n.Set, name) {
				out[i] = b.nulling(n, out[i])
			}
		}
		if len(b.s.Null) > 0 || masked {
			out[i] += " AS " + server.Quote(name)
		}
	}
	for i, flag := range b.s.Flags {
		out = append(out, fmt.Sprintf("(%s\n) IS TRUE AS gyro_flag_%d", b.filter.checked[flag], i))
	}
	for i, m := range b.s.Masks {
		if m.Apart() {
			out = append(out, fmt.Sprintf("%s AS gyro_sign_%d", b.sign(m, b.prefix+server.Quote(m.Column), " AND "+b.masks(m)), i))
		}
	}
	return strings.Join(out, ", ")
}

// masked is what is selected in the place of a column.
func (b *builder) masked(m driver.Masking, value string) string {
	switch {
	case m.Apart():
		return "CASE WHEN NOT " + b.masks(m) + " THEN " + value + " END"
	case m.Sign:
		return b.sign(m, value, "")
	}
	expr := b.filter.checked[m.Expr]
	if m.SQL != nil {
		expr = m.SQL(value)
	}
	c, _ := b.s.Table.Column(m.Column)
	expr = "(" + expr + "\n)::" + c.SizedType()
	if m.When != "" {
		expr = "CASE WHEN " + b.masks(m) + " THEN " + expr + " ELSE " + value + " END"
	}
	return "CASE WHEN " + value + " IS NOT NULL THEN " + expr + " END"
}

// masks is whether a row's value is masked: where the condition is not false, and so where it is NULL too.
func (b *builder) masks(m driver.Masking) string {
	return "((" + b.filter.checked[m.When] + "\n) IS NOT FALSE)"
}

// sign is what a value is made of.
func (b *builder) sign(m driver.Masking, value, further string) string {
	expr := "true"
	if m.SQL != nil {
		expr = "(" + m.SQL(value) + "\n)"
	}
	return "CASE WHEN " + value + " IS NOT NULL" + further + " THEN " + expr + " END"
}

func (b *builder) nulling(n driver.Nulling, column string) string {
	if n.Keys.Len() == 0 && len(n.To) == 0 { // refers to what is not in the slice at all
		return "CASE WHEN " + b.filter.null(n.Restriction) + " THEN " + column + " END"
	}
	return fmt.Sprintf("CASE WHEN %s OR %s THEN %s END", b.filter.null(n.Restriction), b.filter.in(n.Restriction), column)
}

// wanted is what a query must return: the key, or all columns where there is none.
func (b *builder) wanted() []string {
	if len(b.s.Table.PrimaryKey) > 0 {
		return b.s.Table.PrimaryKey
	}
	return b.s.Table.ColumnNames()
}
