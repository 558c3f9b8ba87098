package loading

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gyrodata/gyro/postgres/internal/server"
)

// Source is what an INSERT or UPDATE reads.
func (m *Merge) Source(t *TableLoad, found string) string {
	text := t.Staging + " s"
	switch {
	case t.Alone:
		text += " JOIN LATERAL (" + t.line() + ") m ON true" + found
	case t.Map:
		var terms []string
		for i, c := range t.Key {
			terms = append(terms, t.Equal(c, fmt.Sprintf("m.o_%d", i), "s."+server.Quote(c)))
		}
		if t.Numbered {
			terms = []string{"m.row" + server.Is + "s.gyro_row"}
		}
		text += " JOIN " + t.IDMap() + " m ON " + strings.Join(terms, " AND ") + found
	}
	return text + m.Maps(t, nil)
}

// Final is the value of a column where it is written: from the row's own map, where it stands
// there.
func (m *Merge) Final(t *TableLoad, column string) string {
	if i := slices.Index(t.MapColumns, column); t.Map && i >= 0 {
		return fmt.Sprintf("m.v_%d", i)
	}
	return m.Value(t, column)
}

// Insertion inserts the rows that were not found, those of them that also are what more says.
func (m *Merge) Insertion(t *TableLoad, more ...string) string {
	var values []string
	for _, c := range t.Columns {
		if c.Load {
			values = append(values, m.Final(t, c.Name))
		}
	}
	text := fmt.Sprintf("INSERT INTO %s%s OVERRIDING SYSTEM VALUE SELECT %s FROM %s",
		t.Target(), t.listed(), strings.Join(values, ", "), m.Source(t, " AND NOT m.found"))
	if terms := append(m.conditions(t), more...); len(terms) > 0 {
		text += " WHERE " + strings.Join(terms, " AND ")
	}
	if t.Scattered { // those that had to be tested stand behind the others, and the server may draw numbers for all
		text += " ORDER BY s.gyro_row"
	}
	return text
}

// written are the columns that an update writes into rows which were found.
func (m *Merge) written(t *TableLoad) []string {
	var columns []string
	for _, c := range t.Columns {
		target, _ := t.Table.Column(c.Name)
		if c.Load && !slices.Contains(t.Key, c.Name) && (t.Known != nil || !slices.Contains(t.Find, c.Name)) && target.Identity != "always" {
			columns = append(columns, c.Name)
		}
	}
	return columns
}

// Staying is a condition that keeps the rows t of the target to which nothing will be written: the others will have other
// values.
func (m *Merge) Staying(t *TableLoad) string {
	if t.writes("x") == "" || !t.Map || len(t.Key) == 0 {
		return ""
	}
	var same []string
	for i, c := range t.Key {
		same = append(same, t.Equal(c, "t."+server.Quote(c), fmt.Sprintf("x.v_%d", i)))
	}
	return fmt.Sprintf(" AND NOT EXISTS (SELECT FROM %s x WHERE %s AND %s)", t.IDMap(), t.writes("x"), strings.Join(same, " AND "))
}

// resolved counts the rows that were found and are to be written into, which are still there, and whose references lead somewhere.
func (m *Merge) resolved(t *TableLoad) string {
	var there []string
	for i, c := range t.Key {
		there = append(there, t.Equal(c, "t."+server.Quote(c), fmt.Sprintf("m.v_%d", i)))
	}
	terms := append(m.conditions(t), fmt.Sprintf("EXISTS (SELECT FROM %s t WHERE %s)", t.Target(), strings.Join(there, " AND ")))
	return "SELECT pg_catalog.count(*) FROM " + m.Source(t, " AND "+t.writes("m")) + " WHERE " + strings.Join(terms, " AND ")
}

// Updating writes into the rows that were found, as insertion; "" where there is nothing to write. Rows of an earlier load
// that are as they should be, to the byte, are not touched: their triggers would fire.
func (m *Merge) Updating(t *TableLoad, more ...string) string {
	var sets, terms []string
	var here, new []string
	for _, c := range m.written(t) {
		value := "gyro_new." + server.Quote(c)
		if t.Known != nil && slices.Contains(t.Find, c) { // a row that was found by it keeps it as it writes it
			value = fmt.Sprintf("CASE WHEN gyro_new.gyro_known THEN %s ELSE t.%s END", value, server.Quote(c))
		}
		sets = append(sets, fmt.Sprintf("%s = %s", server.Quote(c), value))
		terms = append(terms, fmt.Sprintf("%s AS %s", m.Final(t, c), server.Quote(c)))
		here, new = append(here, "t."+server.Quote(c)), append(new, fmt.Sprintf("(%s)::%s", value, t.Types[c]))
	}
	if len(sets) == 0 {
		return ""
	}
	differ := ""
	if t.Known != nil {
		terms = append(terms, "m.known AS gyro_known")
		differ = fmt.Sprintf(" AND ROW(%s)::pg_catalog.record OPERATOR(pg_catalog.*<>) ROW(%s)::pg_catalog.record", strings.Join(here, ", "), strings.Join(new, ", "))
	}
	var keys []string
	for i, c := range t.Key {
		terms = append(terms, fmt.Sprintf("m.v_%d AS gyro_key_%d", i, i))
		keys = append(keys, t.Equal(c, "t."+server.Quote(c), fmt.Sprintf("gyro_new.gyro_key_%d", i)))
	}
	where := ""
	if conditions := append(m.conditions(t), more...); len(conditions) > 0 {
		where = " WHERE " + strings.Join(conditions, " AND ")
	}
	return fmt.Sprintf("UPDATE %s t SET %s FROM (SELECT %s FROM %s%s) gyro_new WHERE %s%s", t.Target(), strings.Join(sets, ", "),
		strings.Join(terms, ", "), m.Source(t, " AND "+t.writes("m")), where, strings.Join(keys, " AND "), differ)
}
