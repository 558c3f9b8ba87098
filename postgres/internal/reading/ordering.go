package reading

import (
	"fmt"
	"math"
	"strings"

	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/postgres/internal/server"
)

// ordering says in which order rows come, and in which they are counted.
type ordering struct {
	s      driver.Selection
	prefix string // before its columns
	by     string // what the selection asks for, made safe
}

// clause sorts by the primary key, else by the whole row's text; text by bytes.
func (o *ordering) clause() string {
	terms := o.keyTerms()
	if len(terms) == 0 {
		return ""
	}
	return " ORDER BY " + strings.Join(terms, ", ")
}

func (o *ordering) keyTerms() []string {
	if len(o.s.Table.Columns) == 0 {
		return nil
	}
	if len(o.s.Table.PrimaryKey) == 0 { // one term, for an ORDER BY has no room for 1,600
		return []string{"ROW(" + server.Names(o.prefix, o.s.Table.ColumnNames()) + `)::pg_catalog.text COLLATE pg_catalog."C"`}
	}
	var terms []string
	for _, name := range o.s.Table.PrimaryKey {
		term := o.prefix + server.Quote(name)
		if column, _ := o.s.Table.Column(name); column.Collatable {
			term += ` COLLATE pg_catalog."C"`
		}
		terms = append(terms, term)
	}
	return terms
}

// first is the order in which a limit counts: as asked, drawn by lot, or by the key.
func (o *ordering) first() string {
	key := strings.Join(o.keyTerms(), ", ")
	switch {
	case o.by != "":
		return " ORDER BY " + o.by + "\n, " + key
	case o.s.Seed != 0:
		return " ORDER BY " + o.draw() + ", " + key
	}
	return " ORDER BY " + key
}

// draw is a lot for each row, the same for the same key and seed: SHA-256 of the seed, a
// colon, and the key's values in text, the unit separator between them.
func (o *ordering) draw() string {
	values := make([]string, len(o.s.Table.PrimaryKey))
	for i, name := range o.s.Table.PrimaryKey {
		values[i] = o.prefix + server.Quote(name) + "::pg_catalog.text"
	}
	return fmt.Sprintf("pg_catalog.sha256(pg_catalog.convert_to('%d:' OPERATOR(pg_catalog.||) pg_catalog.concat_ws(pg_catalog.chr(31), %s), 'UTF8'))",
		o.s.Seed, strings.Join(values, ", "))
}

// threshold is the lot below which a percentage lies: its first eight bytes.
func threshold(percent float64) string {
	return fmt.Sprintf("'\\x%016x'::pg_catalog.bytea", uint64(percent/100*math.MaxUint64))
}
