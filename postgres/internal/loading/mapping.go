package loading

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/postgres/internal/server"
)

// Mapping makes the maps of tables: o_ the values in the file, v_ those in the target, and whether
// the row was found there.
type Mapping struct {
	*Load
	merge *Merge
	views []string // that were made for it
}

// makeAll builds the maps.
func (m *Mapping) makeAll(ctx context.Context) error {
	if err := m.Prepare(ctx); err != nil {
		return err
	}
	var found []error
	for _, i := range m.Plan.Maps {
		t := m.Tables[i]
		if !t.Map || t.Direct {
			continue
		}
		if t.Alone {
			if err := m.Exec(ctx, "map the ids of "+t.Table.Name.String(), m.beside(t)); err != nil {
				return err
			}
			continue
		}
		m.Stage(gyro.Mapping, i)
		if err := m.Exec(ctx, "map the ids of "+t.Table.Name.String(), m.Text(t)); err != nil {
			return server.RefusedRow(err)
		}
		problems, err := m.check(ctx, t)
		if err != nil {
			return err
		}
		found = append(found, problems...)
	}
	return errors.Join(found...)
}

// Text makes a table's map: o_ the values in the file, v_ those in the target, and whether
// the row was found there.
func (m *Mapping) Text(t *TableLoad) string {
	var columns []string
	for i, c := range t.MapColumns {
		value := m.Fresh(t, c)
		if len(t.Find) > 0 && (t.Found != gyro.UpdateRow || slices.Contains(t.Key, c) || slices.Contains(t.Find, c)) {
			value = fmt.Sprintf("CASE WHEN t.gyro_here THEN t.%s ELSE %s END", server.Quote(c), value)
		}
		if t.Known != nil && slices.Contains(t.Key, c) {
			value = fmt.Sprintf("CASE WHEN w.gyro_here THEN w.%s ELSE %s END", server.Quote(c), value)
		}
		columns = append(columns, fmt.Sprintf("s.%s AS o_%d, %s AS v_%d", server.Quote(c), i, value, i))
	}
	found := "false"
	if len(t.Find) > 0 {
		found = "t.gyro_here IS TRUE"
	}
	if t.Known != nil {
		found = "w.gyro_here IS TRUE OR " + found
		columns = append(columns, "w.gyro_here IS TRUE AS known")
	}
	if t.Numbered {
		columns = append(columns, "s.gyro_row AS row")
	}
	text := fmt.Sprintf("CREATE TEMP TABLE gyro_map_%d ON COMMIT DROP AS SELECT %s, %s AS found", t.Number, strings.Join(columns, ", "), found)
	if len(t.Find) > 0 && !t.Unique {
		for i, c := range t.Find {
			text += fmt.Sprintf(", %s AS f_%d", m.Fresh(t, c), i)
		}
	}
	needed := slices.Concat(t.MapColumns, t.Find)
	for _, id := range t.New {
		needed = append(needed, id.Derived...)
	}
	text += " FROM " + t.Staging + " s" + m.merge.Maps(t, needed)
	for _, id := range t.New {
		switch {
		case len(id.Derived) > 0:
			text += " CROSS JOIN LATERAL (SELECT " + m.digest(t, id.Derived) + " AS h) d"
		case len(id.Fixed) > 0:
			text += fmt.Sprintf(" LEFT JOIN %s n ON %s", fixedTable(id.Fixed, t.Types[id.Column]), t.Equal(id.Column, "n.o_0", "s."+server.Quote(id.Column)))
		}
	}
	if t.Known != nil {
		text += t.recalled()
	}
	if len(t.Find) > 0 {
		join := "LEFT JOIN"
		if t.MapOnly { // what is not there can't be referred to
			join = "JOIN"
		}
		text += fmt.Sprintf(" %s (SELECT true AS gyro_here, * FROM %s) t ON %s", join, t.Target(), m.Same(t))
		if t.Known != nil {
			text += " AND w.gyro_here IS NULL"
		}
	}
	if !m.merge.doomed() && slices.ContainsFunc(t.New, func(id driver.NewID) bool { return id.Sequence != "" || id.Default }) {
		text += " ORDER BY " + t.order() // the file's order; the server sorts before it draws
	}
	text += "; "
	for _, other := range m.Tables {
		for _, j := range m.merge.Joins(other) {
			if j.Each && j.to == t {
				text += fmt.Sprintf("CREATE INDEX ON %s (o_%d); ", t.IDMap(), j.Place(0))
			}
		}
	}
	return text + sketch(t.IDMap())
}

// Same compares the columns that a row is looked for by, with NULL equal to NULL. IS NOT
// DISTINCT FROM can't be hashed; arrays, whose NULL elements are equal, can.
func (m *Mapping) Same(t *TableLoad) string {
	var terms []string
	for _, name := range t.Find {
		value := m.Fresh(t, name)
		if c, _ := t.Table.Column(name); c.NotNull {
			terms = append(terms, t.Equal(name, "t."+server.Quote(name), value))
		} else {
			terms = append(terms, fmt.Sprintf("ARRAY[t.%s]%sARRAY[%s]", server.Quote(name), server.Is, value))
		}
	}
	return strings.Join(terms, " AND ")
}

// uuidSQL makes a uuid of version 8 of d.h, the digits of a digest.
var uuidSQL = server.Own(`concat(
  substr(d.h, 1, 12), '8', substr(d.h, 14, 3),
  substr('89ab89ab89ab89ab', 1 + (('x' || substr(d.h, 17, 1))::bit(4)::int), 1),
  substr(d.h, 18, 15)
)::uuid`)

// Fresh is the value that a column gets in a new row, where the map is built.
func (m *Mapping) Fresh(t *TableLoad, column string) string {
	for _, id := range t.New {
		if id.Column != column {
			continue
		}
		typ := t.Types[column]
		switch {
		case id.Sequence != "" && m.merge.doomed(): // nothing will be loaded: any number will do
			if typ == "smallint" {
				return "NULL::smallint"
			}
			return "(0" + server.Op("-") + "s.gyro_row)::" + typ
		case id.Sequence != "" && m.Plan.DryRun:
			return fmt.Sprintf(server.Own("((SELECT coalesce(max(%s), 0) FROM %s) + row_number() OVER ())")+"::%s", server.Quote(column), t.Target(), typ)
		case id.Sequence != "":
			return fmt.Sprintf("pg_catalog.nextval(%s)::%s", server.Literal(id.Sequence), typ)
		case id.Default && m.merge.doomed(), len(id.Triggers) > 0:
			return "NULL::" + typ
		case id.Default:
			return m.drawn(t, column)
		case id.Highest:
			return fmt.Sprintf(server.Own("((SELECT coalesce(max(%s), 0) FROM %s) + row_number() OVER (ORDER BY %s))")+"::%s",
				server.Quote(column), t.Target(), t.order(), typ)
		case id.Offset != 0:
			return fmt.Sprintf("(s.%s%s%d)::%s", server.Quote(column), server.Op("+"), id.Offset, typ)
		case id.Random:
			return "pg_catalog.gen_random_uuid()"
		case len(id.Derived) > 0:
			return uuidSQL
		case len(id.Fixed) > 0:
			return "n.v_0"
		}
	}
	return m.merge.Value(t, column)
}

// digest is the SHA-256 of a table's name and the texts of columns: each with its length
// before it, so that no two rows write the same.
func (m *Mapping) digest(t *TableLoad, columns []string) string {
	terms := []string{server.Literal(t.Table.Name.String())}
	for _, c := range columns {
		text := "(" + m.merge.Value(t, c) + ")::pg_catalog.text"
		terms = append(terms, fmt.Sprintf(server.Own("coalesce((length(%[1]s) || ':') || %[1]s, '-')"), text))
	}
	return "pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(" + strings.Join(terms, server.Op("||")+`E'\n'`+server.Op("||")) + ", 'UTF8')), 'hex')"
}

// sameSQL counts the rows of the file that what they are looked for by does not tell apart.
var sameSQL = server.Own(`
WITH m AS (
  SELECT DISTINCT {key}, {found_by} FROM {map}
), g AS (
  SELECT count(*) AS n FROM m GROUP BY {found_by} HAVING count(*) > 1
)
SELECT sum(n)::int8 FROM g`)

// check sees to it that each row got its place, and one of its own.
func (m *Mapping) check(ctx context.Context, t *TableLoad) ([]error, error) {
	total, err := m.Number(ctx, "count ids", "SELECT pg_catalog.count(*) FROM "+t.IDMap())
	if err != nil {
		return nil, err
	}
	t.Fresh, err = m.Number(ctx, "count ids", "SELECT pg_catalog.count(*) FROM "+t.IDMap()+" WHERE NOT found")
	if err != nil {
		return nil, err
	}
	t.Existing = t.Staged - t.Fresh
	var found []error
	if err := m.known(ctx, t); err != nil {
		found = append(found, err)
	}
	refuse := func(n int64, problem, hint string) {
		found = append(found, &gyro.Error{Op: "load", Place: "table " + t.Table.Name.String(), Err: fmt.Errorf("%s: %s", rowCount(n), problem), Hint: gyro.Text(hint)})
	}
	by := strings.Join(t.Find, ", ")
	if len(t.Find) > 0 && !t.Unique {
		list := KeyList(len(t.Find), "f_")
		n, err := m.Number(ctx, "look for rows that are the same", server.Fill(sameSQL,
			"key", KeyList(len(t.Key), "o_"), "found_by", list, "map", t.IDMap()))
		if err != nil {
			return nil, err
		}
		if n > 0 {
			refuse(n, by+" is the same as in another row of the file, so that it does not tell them apart", "name more columns")
		}
	}
	if !t.MapOnly && total > t.Staged {
		refuse(total-t.Staged, "the target has several rows with the same "+by+" as one of the file's", "name more columns, or make the target's rows unique")
	}
	if there := total - t.Fresh - t.Recalled; t.FailFound && there > 0 {
		refuse(there, "they are in the target already, by "+by, "conflict skip, or update")
	}
	for _, id := range t.New {
		if len(id.Fixed) == 0 {
			continue
		}
		n, err := m.Number(ctx, "look for ids that are not listed", "SELECT pg_catalog.count(*) FROM "+t.IDMap()+fmt.Sprintf(" WHERE v_%d IS NULL", slices.Index(t.MapColumns, id.Column)))
		if err != nil {
			return nil, err
		}
		if n > 0 {
			refuse(n, "no fixed id is listed for them", "list all ids of the file")
		}
	}
	return found, nil
}
