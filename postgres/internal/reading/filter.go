package reading

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/keyset"
	"github.com/gyrodata/gyro/postgres/internal/server"
	"github.com/gyrodata/gyro/schema"
)

// filter writes the conditions by which references restrict the rows of a table.
type filter struct {
	table   *schema.Table
	prefix  string                // before its columns
	number  func(*keyset.Set) int // of a set of keys
	keys    []keySetting          // what the statement reads
	hashed  []*keyset.Set         // those that are looked up in a hash table
	checked map[string]string     // conditions of references, made safe
}

// keep keeps the rows whose reference is NULL or leads to one of the keys. CASE keeps the
// planner from turning it into a join that it then begins with, not knowing how many keys
// there are: as it stands, it is a look into a hash table. Bits are no subquery to join.
func (f *filter) keep(r driver.Restriction) string {
	in := f.in(r)
	if !f.bits(r) {
		in = "CASE WHEN " + in + " THEN true END"
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

// in holds where a reference leads to one of the keys.
func (f *filter) in(r driver.Restriction) string {
	if f.bits(r) {
		return f.bit(r)
	}
	f.hashed = append(f.hashed, r.Keys)
	return fmt.Sprintf("(%s) IN (SELECT %s FROM %s)", strings.Join(f.referring(r), ", "),
		strings.Join(leadColumns("gyro_keys", r), ", "), f.unnest(r.Keys, r.To, "gyro_keys"))
}

// referring is the columns of a reference as they are compared: texts as the columns that they refer to compare them,
// which is how the server compares those of a foreign key.
func (f *filter) referring(r driver.Restriction) []string {
	columns := make([]string, len(r.Columns))
	for i, c := range r.Columns {
		columns[i] = f.prefix + server.Quote(c)
		if r.AsText {
			columns[i] += "::text"
		} else if own, _ := f.table.Column(c); own.Equality() != r.To[i].Equality() {
			columns[i] += " COLLATE " + r.To[i].Equality()
		}
	}
	return columns
}

func (f *filter) equal(r driver.Restriction, alias string) string {
	terms := leadColumns(alias, r)
	for i, column := range f.referring(r) {
		terms[i] = column + " = " + terms[i]
	}
	return strings.Join(terms, " AND ")
}

// unnest gives the keys as rows, with columns gyro_0, gyro_1, …; arrays and composites as text, of
// which unnest makes rows without taking them apart.
func (f *filter) unnest(keys *keyset.Set, to []schema.Column, alias string) string {
	arrays, columns := make([]string, len(to)), make([]string, len(to))
	for i, c := range to {
		array := arrayOf(c.Type)
		if c.Nested {
			array = "text[]"
		}
		arrays[i] = fmt.Sprintf("current_setting('%s', true)::%s", f.setting(keySetting{keys: keys, column: i}), array)
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
