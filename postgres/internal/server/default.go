package server

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

const (
	// The defaults that draw from a sequence: that one names it is not enough, for it may make something of its values, and only
	// the server's own words for the plain next value are those of a sequence alone. A text that names one is no
	// dependency: databases that are older than PostgreSQL 8.1 have such defaults, and schemas that are written for all versions.
	defaultsSQL = `SELECT v.adrelid, v.adnum, coalesce(d.refobjid, 0), pg_get_expr(v.adbin, v.adrelid)
		FROM pg_attrdef v LEFT JOIN pg_depend d ON (d.classid, d.objid, d.refclassid) = ('pg_attrdef'::regclass, v.oid, 'pg_class'::regclass)
			AND EXISTS (SELECT FROM pg_class WHERE oid = d.refobjid AND relkind = 'S')
		WHERE v.adrelid = ANY($1::oid[]) AND (d.refobjid IS NOT NULL OR v.adbin::text LIKE format('%%:funcid %s %%', 'nextval(regclass)'::regprocedure::oid))`

	// Which relation a text means, as the role's search_path finds it.
	calledSQL = "SELECT t, pg_catalog.to_regclass(t)::pg_catalog.oid FROM pg_catalog.unnest($1::pg_catalog.text[]) t WHERE pg_catalog.to_regclass(t) IS NOT NULL"
)

// volatilesSQL lists the defaults of key columns that call what is volatile.
var volatilesSQL = "SELECT adrelid, adnum FROM pg_attrdef WHERE (adrelid, adnum) IN (SELECT * FROM unnest($1::oid[], $2::int2[])) AND " + VolatileSQL("adbin")

// VolatileSQL is a condition that a stored expression calls a function that is volatile, of an operator too.
func VolatileSQL(tree string) string {
	return "EXISTS (SELECT FROM regexp_matches(" + tree + "::text, ':(?:op)?funcid ([0-9]+)', 'g') AS m JOIN pg_catalog.pg_proc p ON p.oid = m[1]::oid WHERE p.provolatile = 'v'::\"char\")"
}

// plainNext is a default that is the next value of a sequence and no more, as the server writes it; a column narrower
// than a bigint may have a cast. textNext is one whose sequence is named by a text.
var (
	plainNext = regexp.MustCompile(`^\(?nextval\('(?:[^']|'')+'::(?:pg_catalog\.)?regclass\)\)?` + numeral)
	textNext  = regexp.MustCompile(`^\(?nextval\(\('((?:[^']|'')+)'::(?:text|character varying)\)::(?:pg_catalog\.)?regclass\)\)?` + numeral)
)

const numeral = `(?:::(?:integer|smallint|bigint|numeric|text))?$`

// place is a column of a table.
type place struct {
	table  uint32
	number int16
}

// defaults reads which sequences the columns of tables are drawn from, and which key columns get another value for each row.
func (r catalogReader) defaults(batch *pgx.Batch, tables, keyed []uint32, places []int16) {
	var (
		oid, sequence uint32
		number        int16
		expression    string
	)
	each(batch, defaultsSQL, []any{tables}, []any{&oid, &number, &sequence, &expression}, func() {
		c := r.tables[oid].column(number)
		switch said := textNext.FindStringSubmatch(expression); {
		case c == nil || c.Sequence != "" || c.Identity != "":
		case sequence != 0 && plainNext.MatchString(expression):
			c.Sequence = r.sequences[sequence]
		case said != nil:
			name := strings.ReplaceAll(said[1], "''", "'")
			r.texts[name] = append(r.texts[name], place{oid, number})
		}
	})
	if len(keyed) > 0 {
		each(batch, volatilesSQL, []any{keyed, places}, []any{&oid, &number}, func() {
			if c := r.tables[oid].column(number); c != nil {
				c.Drawn = true
			}
		})
	}
}

// called finds the sequences that defaults name by texts, as an INSERT of the role's does.
func (r catalogReader) called(batch *pgx.Batch) {
	if len(r.texts) == 0 {
		return
	}
	var (
		name string
		oid  uint32
	)
	batch.Queue(RolePath)
	each(batch, calledSQL, []any{slices.Sorted(maps.Keys(r.texts))}, []any{&name, &oid}, func() {
		for _, p := range r.texts[name] {
			if c := r.tables[p.table].column(p.number); c != nil {
				c.Sequence = r.sequences[oid]
			}
		}
	})
	batch.Queue(SafePath)
}
