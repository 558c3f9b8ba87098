package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/pgcsv"
	"github.com/gyrodata/gyro/postgres/internal/server"
	"github.com/gyrodata/gyro/schema"
)

// How the rows of a foreign CSV file (a sheet) become those of a staging table. Their texts are
// copied into a table of their own, in which t is one row of it: its number and line, whether
// it is bad, k0, k1, … the numbers of the keys by which its references look for rows, and c0,
// c1, … its fields. Rows of which something has to be tested stand in a child of that table, so
// that the tests need not look for them. The keys have a table too, in which d is one: the
// reference (k), its number (id), and its parts. What breaks rules is written into one table of
// faults. The staging rows, of the columns' types, are a query over that: they are never
// stored.

// sheetTable is the table of texts.
func (p *part) sheetTable() string { return fmt.Sprintf("pg_temp.gyro_sheet_%d", p.i) }

// suspectTable is the child of sheetTable with the rows that have to be tested: broken and test are
// as in [gyro.SheetSuspects].
func (p *part) suspectTable() string { return fmt.Sprintf("pg_temp.gyro_suspect_%d", p.i) }

// keyTable is the table of the keys of a sheet's references.
func (p *part) keyTable() string { return fmt.Sprintf("pg_temp.gyro_key_%d", p.i) }

// faultTable has a row for each rule that a row breaks: rule, the headers of the columns, the
// rule in words; and, where the value can't be cast, the number of its field.
const faultTable = "pg_temp.gyro_fault"

// sheets reports whether the plan is one of foreign CSV files.
func (l *loading) sheets() bool { return len(l.plan.Sheets) > 0 }

// stageSheet copies a file's texts.
func (l *loading) stageSheet(ctx context.Context, p *part) error {
	if err := l.exec(ctx, "make a staging table", fmt.Sprintf(`CREATE TEMP TABLE gyro_sheet_%[1]d (row bigint, line bigint, bad boolean DEFAULT false%[2]s%[3]s) ON COMMIT DROP;
		CREATE TEMP TABLE gyro_suspect_%[1]d (broken text, test text) INHERITS (pg_temp.gyro_sheet_%[1]d) ON COMMIT DROP;
		CREATE TEMP TABLE gyro_key_%[1]d (k int, id int, bad boolean DEFAULT false, test text%[4]s) ON COMMIT DROP`,
		p.i, and(len(p.Sheet.References), "k", " int"), and(len(p.Sheet.Fields), "c", " text"), and(p.Sheet.KeyParts(), "c", " text"))); err != nil {
		return err
	}
	p.columns = mapColumns(p.LoadTable)
	if len(p.Sheet.Made) > 0 {
		return nil
	}
	stream, err := l.plan.OpenSheet(ctx, p.i)
	if err != nil {
		return err
	}
	source := l.reading(p, stream, gyro.Staging)
	err = l.copySheet(ctx, p, stream, source)
	if err := l.copied(p, gyro.Staging, source, p.rows, stream.Close(), err); err != nil || len(p.Sheet.References) == 0 {
		return err
	}
	return l.exec(ctx, "analyze", "ANALYZE "+p.keyTable())
}

// and lists more columns: prefix0, prefix1, ….
func and(n int, prefix, typ string) string {
	var columns strings.Builder
	for i := range n {
		fmt.Fprintf(&columns, ", %s%d%s", prefix, i, typ)
	}
	return columns.String()
}

// copySheet copies each portion into its table.
func (l *loading) copySheet(ctx context.Context, p *part, stream driver.SheetStream, source *counted) error {
	columns := and(len(p.Sheet.References), "k", "") + and(len(p.Sheet.Fields), "c", "")
	for {
		is, err := stream.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err //nolint:wrapcheck // it says the file
		}
		var to string
		switch is {
		case driver.SheetRows:
			to = p.sheetTable() + " (row, line" + columns + ")"
		case driver.SheetSuspects:
			to = p.suspectTable() + " (row, line, bad, broken, test" + columns + ")"
		case driver.SheetKeys:
			to = p.keyTable() + " (k, id, test" + and(p.Sheet.KeyParts(), "c", "") + ")"
		}
		rows, err := l.copy(ctx, p, source, "COPY "+to+" FROM STDIN (FORMAT csv)")
		if err != nil {
			return err
		}
		switch is {
		case driver.SheetKeys:
			continue
		case driver.SheetSuspects:
			p.suspects += rows
		}
		p.rows += rows
	}
}

// columnType is what is known of a column anywhere.
type columnType struct {
	name      string // as any search_path reads it
	cast      string // to which a text that is valid, or NULL, can be cast: what a domain is made of; a length would cost time
	collation string // that has to be said in a comparison; "" is the default one
	enum      bool
	notNull   bool
}

// sizedText is the type varchar(n).
var sizedText = regexp.MustCompile(`^character varying\(\d+\)$`)

// columnTypes gives the types of a table's columns. It asks once a table.
func (l *loading) columnTypes(ctx context.Context, table schema.Name) (map[string]columnType, error) {
	if known := l.types[table]; known != nil {
		return known, nil
	}
	rows, err := l.conn.Query(ctx, `WITH RECURSIVE b AS (
			SELECT a.attnum, a.atttypid AS typ, a.atttypmod AS typmod FROM pg_attribute a WHERE a.attrelid = $1::text::regclass AND a.attnum > 0 AND NOT a.attisdropped
			UNION ALL SELECT b.attnum, t.typbasetype, t.typtypmod FROM b JOIN pg_type t ON t.oid = b.typ WHERE t.typtype = 'd')
		SELECT a.attname, format_type(a.atttypid, a.atttypmod), format_type(b.typ, b.typmod), coalesce(quote_ident(n.nspname) || '.' || quote_ident(c.collname), ''),
			y.typtype = 'e', a.attnotnull
		FROM pg_attribute a JOIN b ON b.attnum = a.attnum JOIN pg_type y ON y.oid = b.typ AND y.typtype <> 'd'
		LEFT JOIN pg_collation c ON c.oid = a.attcollation AND c.oid <> 100 LEFT JOIN pg_namespace n ON n.oid = c.collnamespace,
		(SELECT set_config('search_path', 'pg_catalog', true)) p
		WHERE a.attrelid = $1::text::regclass AND a.attnum > 0 AND NOT a.attisdropped`, server.Identifier(table))
	if err != nil {
		return nil, server.Failed(ctx, "look at", table.String(), err)
	}
	defer rows.Close()
	types := map[string]columnType{}
	for rows.Next() {
		var (
			name string
			t    columnType
		)
		if err := rows.Scan(&name, &t.name, &t.cast, &t.collation, &t.enum, &t.notNull); err != nil {
			return nil, server.Failed(ctx, "look at", table.String(), err)
		}
		if sizedText.MatchString(t.cast) {
			t.cast = "character varying"
		}
		types[name] = t
	}
	if err := rows.Err(); err != nil {
		return nil, server.Failed(ctx, "look at", table.String(), err)
	}
	if l.types == nil {
		l.types = map[schema.Name]map[string]columnType{}
	}
	l.types[table] = types
	return types, l.exec(ctx, "reset search_path", "SET LOCAL search_path TO DEFAULT")
}

// learnTypes gets the types of all columns that sheets are compared with.
func (l *loading) learnTypes(ctx context.Context) error {
	for _, p := range l.parts {
		tables := []schema.Name{p.Table.Name}
		for _, r := range p.Sheet.References {
			tables = append(tables, r.Table)
			for _, part := range r.Parts {
				tables = append(tables, part.Table)
			}
		}
		for _, name := range tables {
			if _, err := l.columnTypes(ctx, name); err != nil {
				return err
			}
		}
	}
	return nil
}

// textType is the type that a text is to have.
func (l *loading) textType(f driver.SheetField) columnType { return l.types[f.Table][f.Column] }

// fieldValue is the value of a field in t, once all that can't be cast is NULL.
func (l *loading) fieldValue(p *part, field int) string {
	f := p.Sheet.Fields[field]
	own := fmt.Sprintf("t.c%d", field)
	if f.Expr != "" {
		own = fmt.Sprintf("(SELECT (%s\n) FROM (SELECT %s AS value) gyro_value)", f.Expr, own)
	}
	return collated(own+"::"+l.textType(f).cast, l.textType(f))
}

// sheetValue is a field's value, or a literal of a column's type.
func (l *loading) sheetValue(p *part, v driver.SheetValue, typ columnType) string {
	if v.Field < 0 {
		return collated(server.Literal(v.Literal)+"::"+typ.cast, typ)
	}
	return l.fieldValue(p, v.Field)
}

// base are the rows of a sheet's table, or of that of its suspect rows alone, with the columns
// that it gives itself, and as gyro_row, gyro_line and more say.
func (l *loading) base(p *part, table, more string) string {
	columns := []string{"t.row AS gyro_row", "t.line AS gyro_line" + more}
	for _, v := range p.Sheet.Values {
		columns = append(columns, l.sheetValue(p, v, l.types[p.Table.Name][v.Column])+" AS "+server.Quote(v.Column))
	}
	return "(SELECT " + strings.Join(columns, ", ") + " FROM " + table + " t WHERE NOT t.bad)"
}

// sheetStaging are the rows of a sheet as a staging table would have them, those that are to
// be loaded, with the keys of the target that references lead to, and the numbers of rows of
// the load.
func (l *loading) sheetStaging(p *part) string {
	columns := []string{"t.row AS gyro_row"}
	given := map[string][]string{}
	for _, v := range p.Sheet.Values {
		given[v.Column] = append(given[v.Column], l.sheetValue(p, v, l.types[p.Table.Name][v.Column]))
	}
	var joins strings.Builder
	for i, r := range p.Sheet.References {
		joins.WriteString(" LEFT JOIN " + lookupTable(p.i, i) + fmt.Sprintf(" b%d ON ", i) + lookupCondition(p, i, fmt.Sprintf("b%d", i)))
		columns = append(columns, fmt.Sprintf("b%d.load_row AS %s", i, r.Through))
		for j, c := range r.Columns {
			value := fmt.Sprintf("b%d.to_%d::%s", i, j, l.types[p.Table.Name][c].cast)
			columns = append(columns, fmt.Sprintf("%s AS gyro_to_%d_%d", value, i, j))
			given[c] = append(given[c], value)
		}
	}
	for _, c := range p.Columns {
		value := "NULL::" + l.types[p.Table.Name][c.Name].cast
		switch values := given[c.Name]; len(values) {
		case 0:
		case 1:
			value = values[0]
		default:
			value = "coalesce(" + strings.Join(values, ", ") + ")"
		}
		columns = append(columns, value+" AS "+server.Quote(c.Name))
	}
	return "(SELECT " + strings.Join(columns, ", ") + " FROM " + p.sheetTable() + " t" + joins.String() + " WHERE NOT t.bad)"
}

// validate holds the rows of all sheets against the rules, and makes their maps.
func (l *loading) validate(ctx context.Context) error {
	if !l.sheets() {
		return nil
	}
	if err := l.learnTypes(ctx); err != nil {
		return err
	}
	if err := l.exec(ctx, "make a table for faults", "CREATE TEMP TABLE gyro_fault (sheet int, row bigint, line bigint, rule text, col text, said text, field int, lacks boolean) ON COMMIT DROP"); err != nil {
		return err
	}
	if err := l.functions(ctx); err != nil {
		return err
	}
	for _, p := range l.parts {
		if len(p.Sheet.Made) > 0 {
			continue
		}
		l.stage(gyro.Validating, p.i)
		if err := l.exec(ctx, "analyze", "SET LOCAL default_statistics_target = 10; ANALYZE "+p.sheetTable()+" (row); SET LOCAL default_statistics_target TO DEFAULT"); err != nil {
			return err
		}
		for _, do := range []func(context.Context, *part) error{l.checkCells, l.checkParts, l.checkRows, l.checkRefused, l.mark} {
			if err := do(ctx, p); err != nil {
				return err
			}
		}
	}
	for _, circle := range l.plan.Sheets {
		if err := l.resolveAll(ctx, circle); err != nil {
			return err
		}
	}
	if err := l.prune(ctx); err != nil {
		return err
	}
	return l.countRows(ctx)
}

// lackingRules are those by which a row lacks a value, so that it can't be held against others.
var lackingRules = []pgcsv.Rule{
	gyro.Required, gyro.NotAllowed, gyro.UnknownReference, gyro.AmbiguousReference, gyro.IncompleteReference, gyro.RejectedReference,
	pgcsv.NotANumber, pgcsv.AmbiguousNumber, pgcsv.NotADate, pgcsv.NoSuchDate, pgcsv.NotABoolean,
}

// whole is a condition that keeps rows away that lack a value, by the number of the row.
func (l *loading) whole(p *part, row string) string {
	if p.faults == 0 {
		return "true"
	}
	return fmt.Sprintf("%s NOT IN (SELECT f.row FROM %s f WHERE f.sheet = %d AND f.lacks)", row, faultTable, p.i)
}

// fault writes down the rows that a query gives: row, line, rule, headers, words, field.
func (l *loading) fault(ctx context.Context, p *part, query string) error {
	var lacking []string
	for _, r := range lackingRules {
		lacking = append(lacking, server.Literal(string(r)))
	}
	tag, err := l.conn.Exec(ctx, fmt.Sprintf("INSERT INTO %s SELECT %d, q.*, q.field IS NOT NULL OR q.rule IN (%s) FROM (%s) q(row, line, rule, col, said, field)",
		faultTable, p.i, strings.Join(lacking, ", "), query))
	if err != nil {
		return server.Hidden(server.Failed(ctx, "validate", p.File, err))
	}
	if tag.RowsAffected() == 0 {
		return nil
	}
	p.faults += tag.RowsAffected()
	return nil
}

// mark leaves rows with faults out of all that follows, where they are rejected. Where they are
// not, nothing will be loaded, and they are looked at on, for the other rules.
func (l *loading) mark(ctx context.Context, p *part) error {
	if p.faults == p.marked || !p.Sheet.Reject && len(p.Sheet.Made) == 0 {
		return nil
	}
	p.marked = p.faults
	return l.exec(ctx, "mark bad rows", fmt.Sprintf("UPDATE %s t SET bad = true WHERE NOT bad AND EXISTS (SELECT FROM %s f WHERE f.sheet = %d AND f.row = t.row)", p.sheetTable(), faultTable, p.i))
}

// faulty reports whether a fault was found that refuses the load.
func (l *loading) faulty() bool {
	return slices.ContainsFunc(l.parts, func(p *part) bool { return p.Sheet != nil && p.faults > 0 && !p.Sheet.Reject && len(p.Sheet.Made) == 0 })
}

// countRows says how many rows there are to be loaded.
func (l *loading) countRows(ctx context.Context) error {
	if l.faulty() {
		return nil
	}
	for _, p := range l.parts {
		from, found := p.sheetTable()+" WHERE NOT bad", "false"
		if p.Map {
			from, found = p.idMap(), "found"
		}
		err := l.conn.QueryRow(ctx, fmt.Sprintf("SELECT count(*) FILTER (WHERE NOT %[2]s), count(*) FILTER (WHERE %[2]s) FROM %[1]s", from, found)).Scan(&p.fresh, &p.found)
		if err != nil {
			return server.Failed(ctx, "count rows", p.Table.Name.String(), err)
		}
	}
	return nil
}
