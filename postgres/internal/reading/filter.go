package reading

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/keyset"
	"github.com/gyrodata/gyro/postgres/internal/server"
	"github.com/gyrodata/gyro/schema"
)

// filter writes the conditions by which references restrict the rows of a table.
type filter struct {
	table   *schema.Table
	most    int                   // keys that stand in the statement
	prefix  string                // before its columns
	number  func(*keyset.Set) int // of a set of keys
	keys    []keySetting          // what the statement reads
	hashed  []*keyset.Set         // those that are looked up in a hash table
	checked map[string]string     // conditions of references, made safe
}

// keep keeps the rows whose reference is NULL or leads to one of the keys. CASE keeps the
// planner from turning it into a join that it then begins with, not knowing how many keys
// there are: as it stands, it is a look into a hash table. Bits are no subquery to join. Of IS NOT NULL the planner
// thinks that it keeps nearly all rows, as most of these do; of a CASE alone half of them.
func (f *filter) keep(r driver.Restriction) string {
	in := f.in(r)
	if !f.bits(r) || f.few(r) {
		in = "CASE WHEN " + in + " THEN true END IS NOT NULL"
	}
	if r.NotNull {
		return in
	}
	return "(" + f.null(r) + " OR " + in + ")"
}

// null holds where a reference is NULL: any column, or with MATCH FULL all of them.
func (f *filter) null(r driver.Restriction) string {
	terms := make([]string, len(r.Columns))
	for i, c := range r.Columns {
		terms[i] = f.prefix + server.Quote(c) + " IS NULL"
	}
	glue := " OR "
	if r.MatchFull {
		glue = " AND "
	}
	null := "(" + strings.Join(terms, glue) + ")"
	if r.When != "" { // a row of another kind does not refer
		return "((" + f.checked[r.When] + "\n) IS NOT TRUE OR " + null + ")"
	}
	return null
}

// fewKeys are so many that they stand in the statement itself: a row is compared with them in 30 ns at the most (PostgreSQL 14
// looks a list of more than 8 up in a hash table), and where they lead, the planner knows how many rows each has.
const fewKeys = 64

// fewKeysBefore14 are those of servers that compare a row with one after the other.
const fewKeysBefore14 = 8

// fewest is how many keys stand in a statement.
func (s *Snapshot) fewest() int {
	switch {
	case s.shape != AnyShape: // tests hold it to what is led by keys
		return 0
	case s.version < 140000:
		return fewKeysBefore14
	}
	return fewKeys
}

// few reports whether a restriction's keys stand in the statement: numbers, which need no care.
func (f *filter) few(r driver.Restriction) bool {
	n := count(r)
	return f.counts(r) && n > 0 && n <= float64(f.most)
}

// count is how many keys a restriction has, or is expected to have.
func count(r driver.Restriction) float64 {
	if n := r.Keys.Len(); n > 0 {
		return float64(n)
	}
	return r.Expected
}

// counts reports whether keys are whole numbers of one column.
func (f *filter) counts(r driver.Restriction) bool {
	if len(r.Columns) != 1 || server.As(r.As, 0) != "" || !r.To[0].DataType().Integer() {
		return false
	}
	c, _ := f.table.Column(r.Columns[0])
	return c.DataType().Integer()
}

// list holds where a reference's column is one of few keys.
func (f *filter) list(r driver.Restriction) string {
	var keys []string
	for n := range r.Keys.Integers() {
		keys = append(keys, strconv.FormatInt(n, 10))
	}
	return fmt.Sprintf("%s%sANY ('{%s}'::%s[])", f.referring(r)[0], server.Is, strings.Join(keys, ","), server.TypeSQL(r.To[0]))
}

// in holds where a reference leads to one of the keys.
func (f *filter) in(r driver.Restriction) string {
	if f.few(r) {
		return f.list(r)
	}
	if f.bits(r) {
		return f.bit(r)
	}
	f.hashed = append(f.hashed, r.Keys)
	return among(compared(r), f.referring(r), leadColumns("gyro_keys", r), f.unnest(r.Keys, r.To, "gyro_keys"))
}

// among holds where values, those of columns, are among the rows that from gives. One operator compares all values of a
// row: where those of an extension's type are among them, each is compared by its own.
func among(columns []schema.Column, values, others []string, from string) string {
	operator := server.Is
	for i, c := range columns {
		if c.Operator == "" {
			continue
		}
		if len(columns) > 1 {
			terms := make([]string, len(columns))
			for k := range columns {
				terms[k] = server.Equal(columns[k], values[k], others[k])
			}
			return "EXISTS (SELECT FROM " + from + " WHERE " + strings.Join(terms, " AND ") + ")"
		}
		operator = " " + columns[i].Operator + " "
	}
	return "(" + strings.Join(values, ", ") + ")" + operator + "ANY (SELECT " + strings.Join(others, ", ") + " FROM " + from + ")"
}

// referring is the columns of a reference as they are compared: texts as the columns that they refer to compare them,
// which is how the server compares those of a foreign key.
func (f *filter) referring(r driver.Restriction) []string {
	columns := make([]string, len(r.Columns))
	for i, c := range r.Columns {
		columns[i] = f.prefix + server.Quote(c)
		as := server.As(r.As, i)
		if as != "" {
			columns[i] += "::" + as
		}
		if own, _ := f.table.Column(c); own.Equality() != r.To[i].Equality() && (as == "" || as == schema.AsText || as == "pg_catalog.bpchar") {
			columns[i] += " COLLATE " + r.To[i].Equality()
		}
	}
	return columns
}

// equal joins rows to the keys that lead to them.
func (f *filter) equal(r driver.Restriction) string {
	terms, to := leadColumns("gyro_lead", r), compared(r)
	for i, column := range f.referring(r) {
		terms[i] = server.Equal(to[i], column, terms[i])
	}
	return strings.Join(terms, " AND ")
}

// compared are the columns that a reference leads to, as they compare: those that do as another type, by its operator.
func compared(r driver.Restriction) []schema.Column {
	to := slices.Clone(r.To)
	for i := range to {
		if server.As(r.As, i) != "" {
			to[i].Operator = ""
		}
	}
	return to
}

// unnest gives the keys as rows, with columns gyro_0, gyro_1, …; arrays and composites as text, of
// which unnest makes rows without taking them apart.
func (f *filter) unnest(keys *keyset.Set, to []schema.Column, alias string) string {
	arrays, columns := make([]string, len(to)), make([]string, len(to))
	for i, c := range to {
		element := server.TypeSQL(c)
		if c.Nested {
			element = schema.AsText
		}
		arrays[i] = fmt.Sprintf("pg_catalog.unnest(pg_catalog.current_setting('%s', true)::%s[])", f.setting(keySetting{keys: keys, column: i}), element)
		columns[i] = fmt.Sprintf("gyro_%d", i)
	}
	return "ROWS FROM (" + strings.Join(arrays, ", ") + ") AS " + alias + "(" + strings.Join(columns, ", ") + ")"
}

func leadColumns(alias string, r driver.Restriction) []string {
	columns := make([]string, len(r.To))
	for i, c := range r.To {
		columns[i] = fmt.Sprintf("%s.gyro_%d", alias, i)
		if c.Nested {
			columns[i] += "::" + server.TypeSQL(c)
		}
		if as := server.As(r.As, i); as != "" {
			columns[i] += "::" + as
		}
	}
	return columns
}

// setting names the setting that the statement reads.
func (f *filter) setting(k keySetting) string {
	k.name = fmt.Sprintf("gyro.keys_%d_%d", f.number(k.keys), k.column)
	if k.bits {
		k.name = fmt.Sprintf("gyro.keys_%d_bits", f.number(k.keys))
	}
	if !slices.Contains(f.keys, k) {
		f.keys = append(f.keys, k)
	}
	return k.name
}
