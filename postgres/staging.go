package postgres

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

// stageAll copies every file that does not go straight into its table into a staging table:
// one with the columns' types, and no constraint.
func (l *loading) stageAll(ctx context.Context) error {
	for _, p := range l.parts {
		if p.straight {
			p.rows = p.Rows
			continue
		}
		stage := l.stageOne
		if p.Sheet != nil {
			stage = l.stageSheet
		}
		if err := stage(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

func (l *loading) stageOne(ctx context.Context, p *part) error {
	var columns []string
	for _, c := range p.Columns {
		text := server.Quote(c.Name)
		if c.Expr != "" || !c.Load { // its text, of which SQL makes a value, or nothing
			text = "''::text AS " + text
		}
		columns = append(columns, text)
	}
	err := l.exec(ctx, "make a staging table", fmt.Sprintf("CREATE TEMP TABLE gyro_stage_%d ON COMMIT DROP AS SELECT %s FROM %s WITH NO DATA",
		p.i, strings.Join(columns, ", "), p.target()))
	if err != nil {
		return err
	}
	p.rows, err = l.copyIn(ctx, p, gyro.Staging, "COPY "+l.staging(p)+" FROM STDIN (FORMAT csv, HEADER)")
	if err != nil {
		return err
	}
	p.fresh = p.rows
	p.columns = mapColumns(p.LoadTable)
	return l.exec(ctx, "analyze", "ANALYZE "+l.staging(p))
}

// mapColumns are the columns of a table's map: the key's, then those that others refer to.
func mapColumns(t *driver.LoadTable) []string {
	columns := slices.Clone(t.Key)
	for _, list := range t.Lists {
		for _, c := range list {
			if !slices.Contains(columns, c) {
				columns = append(columns, c)
			}
		}
	}
	return columns
}

// list gives the columns that are loaded, each behind a prefix.
func (p *part) list(prefix string) string {
	var columns []string
	for _, c := range p.Columns {
		if c.Load {
			columns = append(columns, prefix+server.Quote(c.Name))
		}
	}
	return strings.Join(columns, ", ")
}

func (p *part) quotedKey() []string {
	var columns []string
	for _, c := range p.Key {
		columns = append(columns, server.Quote(c))
	}
	return columns
}

// mapAll builds the maps.
func (l *loading) mapAll(ctx context.Context) error {
	var found []error
	for _, i := range l.plan.Maps {
		p := l.parts[i]
		if !p.Map || p.straight || p.Sheet != nil {
			continue
		}
		l.stage(gyro.Mapping, i)
		if err := l.exec(ctx, "map the ids of "+p.Table.Name.String(), l.mapping(p)); err != nil {
			return server.RefusedRow(err)
		}
		problems, err := l.checkMap(ctx, p)
		if err != nil {
			return err
		}
		found = append(found, problems...)
	}
	return errors.Join(found...)
}

// mapping makes a table's map: o_ the values in the file, v_ those in the target, and whether
// the row was found there.
func (l *loading) mapping(p *part) string {
	var columns []string
	for i, c := range p.columns {
		value := l.fresh(p, c)
		if len(p.Find) > 0 && (p.Found != gyro.UpdateRow || slices.Contains(p.Key, c) || slices.Contains(p.Find, c)) {
			value = fmt.Sprintf("CASE WHEN t.gyro_here THEN t.%s ELSE %s END", server.Quote(c), value)
		}
		columns = append(columns, fmt.Sprintf("s.%s AS o_%d, %s AS v_%d", server.Quote(c), i, value, i))
	}
	found := "false"
	if len(p.Find) > 0 {
		found = "t.gyro_here IS TRUE"
	}
	order := "s.ctid"
	if p.Sheet != nil {
		columns, order = append(columns, "s.gyro_row AS row"), "s.gyro_row"
	}
	text := fmt.Sprintf("CREATE TEMP TABLE gyro_map_%d ON COMMIT DROP AS SELECT %s, %s AS found", p.i, strings.Join(columns, ", "), found)
	if len(p.Find) > 0 && !p.Unique {
		for i, c := range p.Find {
			text += fmt.Sprintf(", %s AS f_%d", l.fresh(p, c), i)
		}
	}
	needed := slices.Concat(p.columns, p.Find)
	for _, id := range p.New {
		needed = append(needed, id.Derived...)
	}
	text += " FROM " + l.staging(p) + " s" + l.joins(p, needed)
	for _, id := range p.New {
		switch {
		case len(id.Derived) > 0:
			text += " CROSS JOIN LATERAL (SELECT " + l.digest(p, id.Derived) + " AS h) d"
		case len(id.Fixed) > 0:
			text += fmt.Sprintf(" LEFT JOIN %s n ON n.o_0 = s.%s", fixedTable(id.Fixed, p.types[id.Column]), server.Quote(id.Column))
		}
	}
	if len(p.Find) > 0 {
		join := "LEFT JOIN"
		if p.MapOnly { // what is not there can't be referred to
			join = "JOIN"
		}
		text += fmt.Sprintf(" %s (SELECT true AS gyro_here, * FROM %s) t ON %s", join, p.target(), l.same(p))
	}
	if !l.faulty() && slices.ContainsFunc(p.New, func(id driver.NewID) bool { return id.Sequence != "" }) {
		text += " ORDER BY " + order // the file's order; the server sorts before it draws
	}
	text += "; "
	for _, other := range l.parts {
		for _, j := range l.mapped(other) {
			if j.Each && j.to == p {
				text += fmt.Sprintf("CREATE INDEX ON %s (o_%d); ", p.idMap(), j.place(0))
			}
		}
	}
	return text + "ANALYZE " + p.idMap()
}

// same compares the columns that a row is looked for by, with NULL equal to NULL. IS NOT
// DISTINCT FROM can't be hashed; arrays, whose NULL elements are equal, can.
func (l *loading) same(p *part) string {
	var terms []string
	for _, name := range p.Find {
		value := l.fresh(p, name)
		if c, _ := p.Table.Column(name); c.NotNull {
			terms = append(terms, fmt.Sprintf("t.%s = %s", server.Quote(name), value))
		} else {
			terms = append(terms, fmt.Sprintf("ARRAY[t.%s] = ARRAY[%s]", server.Quote(name), value))
		}
	}
	return strings.Join(terms, " AND ")
}

// fresh is the value that a column gets in a new row, where the map is built.
func (l *loading) fresh(p *part, column string) string {
	for _, id := range p.New {
		if id.Column != column {
			continue
		}
		typ := p.types[column]
		switch {
		case id.Sequence != "" && l.faulty(): // nothing will be loaded: any number will do
			if typ == "smallint" {
				return "NULL::smallint"
			}
			return "(-s.gyro_row)::" + typ
		case id.Sequence != "" && l.plan.DryRun:
			return fmt.Sprintf("((SELECT coalesce(max(%s), 0) FROM %s) + row_number() OVER ())::%s", server.Quote(column), p.target(), typ)
		case id.Sequence != "":
			return fmt.Sprintf("nextval(%s)::%s", server.Literal(id.Sequence), typ)
		case id.Random:
			return "gen_random_uuid()"
		case len(id.Derived) > 0:
			return "(substr(d.h, 1, 12) || '8' || substr(d.h, 14, 3) || substr('89ab89ab89ab89ab', 1 + (('x' || substr(d.h, 17, 1))::bit(4)::int), 1) || substr(d.h, 18, 15))::uuid"
		case len(id.Fixed) > 0:
			return "n.v_0"
		}
	}
	return l.value(p, column)
}

// digest is the SHA-256 of a table's name and the texts of columns: each with its length
// before it, so that no two rows write the same.
func (l *loading) digest(p *part, columns []string) string {
	terms := []string{server.Literal(p.Table.Name.String())}
	for _, c := range columns {
		text := "(" + l.value(p, c) + ")::text"
		terms = append(terms, fmt.Sprintf("coalesce(length(%s) || ':' || %s, '-')", text, text))
	}
	return "encode(sha256(convert_to(" + strings.Join(terms, " || E'\\n' || ") + ", 'UTF8')), 'hex')"
}

// fixedTable lists ids that were fixed: o_0 the old one, v_0 the new.
func fixedTable(fixed [][2]string, typ string) string {
	var lists [2][]string
	for _, pair := range fixed {
		for i, id := range pair {
			lists[i] = append(lists[i], `"`+strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(id)+`"`)
		}
	}
	array := func(list []string) string { return server.Literal("{" + strings.Join(list, ",") + "}") }
	return fmt.Sprintf("(SELECT x.o AS o_0, x.v AS v_0 FROM unnest(%s::%s[], %s::%s[]) x(o, v))", array(lists[0]), typ, array(lists[1]), typ)
}

// checkMap sees to it that each row got its place, and one of its own.
func (l *loading) checkMap(ctx context.Context, p *part) ([]error, error) {
	total, err := l.number(ctx, "count ids", "SELECT count(*) FROM "+p.idMap())
	if err != nil {
		return nil, err
	}
	p.fresh, err = l.number(ctx, "count ids", "SELECT count(*) FROM "+p.idMap()+" WHERE NOT found")
	if err != nil {
		return nil, err
	}
	p.found = p.rows - p.fresh
	var found []error
	refuse := func(n int64, problem, hint string) {
		found = append(found, &gyro.Error{Op: "load", Place: "table " + p.Table.Name.String(), Err: fmt.Errorf("%s: %s", rowCount(n), problem), Hint: hint})
	}
	by := strings.Join(p.Find, ", ")
	if len(p.Find) > 0 && !p.Unique {
		var columns []string
		for i := range p.Find {
			columns = append(columns, fmt.Sprintf("f_%d", i))
		}
		list := strings.Join(columns, ", ")
		n, err := l.number(ctx, "look for rows that are the same", fmt.Sprintf("SELECT sum(n)::int8 FROM (SELECT count(*) AS n FROM (SELECT DISTINCT %s, %s FROM %s) m GROUP BY %s HAVING count(*) > 1) g",
			keyList(len(p.Key), "o_"), list, p.idMap(), list))
		if err != nil {
			return nil, err
		}
		if n > 0 {
			refuse(n, by+" is the same as in another row of the file, so that it does not tell them apart", "name more columns")
		}
	}
	if !p.MapOnly && total > p.rows {
		refuse(total-p.rows, "the target has several rows with the same "+by+" as one of the file's", "name more columns, or make the target's rows unique")
	}
	if p.FailFound && total > p.fresh {
		refuse(total-p.fresh, "they are in the target already, by "+by, "conflict skip, or update")
	}
	for _, id := range p.New {
		if len(id.Fixed) == 0 {
			continue
		}
		n, err := l.number(ctx, "look for ids that are not listed", "SELECT count(*) FROM "+p.idMap()+" WHERE v_0 IS NULL")
		if err != nil {
			return nil, err
		}
		if n > 0 {
			refuse(n, "no fixed id is listed for them", "list all ids of the file")
		}
	}
	return found, nil
}

func keyList(n int, prefix string) string {
	var columns []string
	for i := range n {
		columns = append(columns, fmt.Sprintf("%s%d", prefix, i))
	}
	return strings.Join(columns, ", ")
}

func rowCount(n int64) string {
	if n == 1 {
		return "1 row"
	}
	return fmt.Sprintf("%d rows", n)
}
