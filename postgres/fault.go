package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/pgcsv"
	"github.com/gyrodata/gyro/postgres/internal/server"
	"github.com/gyrodata/gyro/schema"
)

// checkKeys tells rows of a sheet that have one key, and rows whose key the target has. Its map
// is there: values are compared as they will be written.
func (l *loading) checkKeys(ctx context.Context, p *part) error {
	for _, do := range []func(context.Context, *part) error{l.unlisted, l.requiredKeys, l.disagree, l.foundTwice, l.sameRow, l.foundAtAll} {
		if err := do(ctx, p); err != nil {
			return err
		}
	}
	if err := l.drop(ctx, p); err != nil { // before the other keys: what is left out takes none
		return err
	}
	if err := l.checkWritten(ctx, p); err != nil {
		return err
	}
	for _, key := range uniqueKeys(p) {
		if !l.canCollide(p, key) {
			continue
		}
		if err := l.taken(ctx, p, key); err != nil {
			return err
		}
		if err := l.drop(ctx, p); err != nil {
			return err
		}
		if err := l.repeated(ctx, p, key); err != nil {
			return err
		}
		if err := l.drop(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

func uniqueKeys(p *part) [][]string {
	keys := slices.Clone(p.Table.Unique)
	if len(p.Table.PrimaryKey) > 0 {
		keys = append([][]string{p.Table.PrimaryKey}, keys...)
	}
	return keys
}

// headersFor are the headers that give columns their values.
func headersFor(p *part, columns []string) string {
	var names []string
	add := func(header string) {
		if header != "" && !slices.Contains(names, header) {
			names = append(names, header)
		}
	}
	for _, id := range p.New { // a derived id is what it is derived from
		if slices.Contains(columns, id.Column) {
			columns = append(slices.Clone(columns), id.Derived...)
		}
	}
	for _, c := range columns {
		for _, v := range p.Sheet.Values {
			if v.Column == c && v.Field >= 0 {
				add(p.Sheet.Fields[v.Field].Header)
			}
		}
		for _, r := range p.Sheet.References {
			if slices.Contains(r.Columns, c) {
				for _, part := range r.Parts {
					add(part.Header)
				}
			}
		}
	}
	return strings.Join(names, ", ")
}

// rowFault writes a fault for the rows whose numbers a query gives.
func (l *loading) rowFault(ctx context.Context, p *part, rule pgcsv.Rule, columns []string, said, query string) error {
	return l.fault(ctx, p, fmt.Sprintf("SELECT t.row, t.line, %s, %s, %s, NULL::int FROM %s t JOIN (%s) k ON k.row = t.row",
		server.Literal(string(rule)), server.Literal(headersFor(p, columns)), server.Literal(said), p.sheetTable(), query))
}

// unlisted tells rows for whose ids no fixed one was named.
func (l *loading) unlisted(ctx context.Context, p *part) error {
	for _, id := range p.New {
		if len(id.Fixed) == 0 || p.unmapped {
			continue
		}
		if err := l.rowFault(ctx, p, gyro.NotAllowed, []string{id.Column}, "no fixed id is listed for it", "SELECT row FROM "+p.idMap()+" WHERE v_0 IS NULL"); err != nil {
			return err
		}
	}
	return nil
}

// disagree tells rows in which two references give one column different values.
func (l *loading) disagree(ctx context.Context, p *part) error {
	type giver struct {
		value   string
		columns []string
	}
	for _, c := range p.Columns {
		var givers []giver
		for k, r := range p.Sheet.References {
			j := slices.Index(r.Columns, c.Name)
			if j < 0 {
				continue
			}
			value := fmt.Sprintf("s.gyro_to_%d_%d", k, j)
			for _, mapped := range l.mapped(p) {
				if mapped.Through == r.Through {
					value = fmt.Sprintf("CASE WHEN %s.row IS NOT NULL THEN %s.v_%d::%s ELSE %s END", mapped.alias, mapped.alias, mapped.place(j), p.types[c.Name], value)
				}
			}
			givers = append(givers, giver{value, r.Columns})
		}
		for i := 1; i < len(givers); i++ {
			a, b := givers[0], givers[i]
			err := l.rowFault(ctx, p, gyro.ReferencesDisagree, append(slices.Clone(a.columns), b.columns...), "two references give "+c.Name+" different values",
				fmt.Sprintf("SELECT s.gyro_row AS row FROM %s s%s WHERE %s <> %s", l.staging(p), l.joins(p, nil), a.value, b.value))
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// foundTwice tells rows for which the target has several.
func (l *loading) foundTwice(ctx context.Context, p *part) error {
	if len(p.Find) == 0 || p.empty {
		return nil
	}
	n, err := l.number(ctx, "count ids", "SELECT count(*) FROM "+l.known(p)+" m")
	if err != nil {
		return err
	}
	rows, err := l.number(ctx, "count rows", "SELECT count(*) FROM "+p.sheetTable()+" WHERE NOT bad")
	if err != nil || n == rows {
		return err
	}
	p.twice = true
	return l.rowFault(ctx, p, gyro.RowExists, p.Find, "the target has several rows with the same "+strings.Join(p.Find, ", "),
		"SELECT row FROM "+l.known(p)+" m GROUP BY row HAVING count(*) > 1")
}

// sameRow tells rows that are known by the same columns as an earlier one.
func (l *loading) sameRow(ctx context.Context, p *part) error {
	if len(p.Find) == 0 {
		return nil
	}
	columns := keyList(len(p.Find), "f_")
	from := l.known(p)
	if p.twice {
		from = "(SELECT DISTINCT row, " + columns + " FROM " + from + " m)"
	}
	return l.duplicates(ctx, p, p.Find, from, columns)
}

// hashed is a hash of the columns of a key: equal keys have equal ones; "" where there is none.
func (l *loading) hashed(p *part, key []string, columns string) string {
	hash, nulls := "0", false
	for i, column := range strings.Split(columns, ", ") {
		typ := l.types[p.Table.Name][key[i]]
		function := schema.TypeOf(typ.cast).HashFunction()
		if function == "" {
			return ""
		}
		nulls = nulls || !typ.notNull
		hash = fmt.Sprintf("%s(%s, %s)", function, column, hash)
	}
	switch {
	case !nulls:
		return hash
	case l.version >= hashedRecords:
		return "hash_record_extended(ROW(" + columns + "), 0)"
	}
	return ""
}

// hashedRecords is the first server that can hash records.
const hashedRecords = 140000

// duplicates tells all rows but the first good one of those that have one key.
func (l *loading) duplicates(ctx context.Context, p *part, key []string, from, columns string) error {
	// Bad rows may be counted: then there is more to look at than needs be.
	count := fmt.Sprintf("SELECT count(*) FROM (SELECT FROM %s v GROUP BY %s HAVING count(*) > 1) d", from, columns)
	if hash := l.hashed(p, key, columns); hash != "" { // numbers are quicker to sort than what they are a hash of
		// Where a reference was not found, the hash is NULL: that row is bad already.
		count = fmt.Sprintf("SELECT count(%[1]s) - count(DISTINCT %[1]s) FROM %[2]s v", hash, from)
	}
	n, err := l.number(ctx, "look for rows that are the same", count)
	if err != nil || n == 0 {
		return err
	}
	if p.faults > 0 {
		from = fmt.Sprintf("(SELECT * FROM %s v WHERE %s)", from, l.whole(p, "v.row"))
	}
	var terms []string // NULL is equal to NULL; see same
	for c := range strings.SplitSeq(columns, ", ") {
		terms = append(terms, fmt.Sprintf("ARRAY[v.%s] = ARRAY[d.%s]", c, c))
	}
	return l.rowFault(ctx, p, gyro.DuplicateRow, key, "an earlier row has the same "+strings.Join(key, ", "),
		fmt.Sprintf(`SELECT x.row FROM (SELECT v.row, row_number() OVER (PARTITION BY %[1]s ORDER BY EXISTS (SELECT FROM %[4]s f WHERE f.sheet = %[5]d AND f.row = v.row), v.row) AS n
			FROM %[2]s v JOIN (SELECT %[6]s FROM %[2]s v GROUP BY %[6]s HAVING count(*) > 1) d ON %[3]s) x WHERE x.n > 1`,
			prefixed("v.", columns), from, strings.Join(terms, " AND "), faultTable, p.i, columns))
}

// prefixed puts an alias before each column of a list.
func prefixed(alias, columns string) string {
	return alias + strings.ReplaceAll(columns, ", ", ", "+alias)
}

// foundAtAll tells rows that the target has, where that is a mistake.
func (l *loading) foundAtAll(ctx context.Context, p *part) error {
	if !p.FailFound || p.empty {
		return nil
	}
	return l.rowFault(ctx, p, gyro.RowExists, p.Find, "the target has a row with the same "+strings.Join(p.Find, ", "), "SELECT DISTINCT row FROM "+l.known(p)+" m WHERE found")
}

// known are the rows with what they are known by (f_0, f_1, …), and whether they were found: the
// map, or, where there is none, what it would hold of that.
func (l *loading) known(p *part) string {
	if !p.unmapped {
		return p.idMap()
	}
	columns := []string{"s.gyro_row AS row"}
	for i, c := range p.Find {
		columns = append(columns, fmt.Sprintf("%s AS f_%d", l.fresh(p, c), i))
	}
	join, found := "", "false"
	if !p.empty {
		join, found = fmt.Sprintf(" LEFT JOIN (SELECT true AS gyro_here, * FROM %s) t ON %s", p.target(), l.same(p)), "t.gyro_here IS TRUE"
	}
	return fmt.Sprintf("(SELECT %s, %s AS found FROM %s s%s%s)", strings.Join(columns, ", "), found, l.staging(p), l.joins(p, nil), join)
}

// candidates are the rows whose keys have to be free, s, in words of FROM: those that are new,
// and, where rows that are there are written into, those too.
func (l *loading) candidates(p *part) string {
	updates := p.Found == gyro.UpdateRow
	switch {
	case !p.unmapped && updates:
		return l.source(p, "")
	case !p.unmapped:
		return l.source(p, " AND NOT m.found")
	case len(p.Find) == 0 || p.empty || updates:
		return l.staging(p) + " s" + l.joins(p, nil)
	}
	return fmt.Sprintf("%s s%s WHERE NOT EXISTS (SELECT FROM %s t WHERE %s)", l.staging(p), l.joins(p, nil), p.target(), l.same(p))
}

// finally is the value of a column as it will be written.
func (l *loading) finally(p *part, column string) string {
	if p.unmapped {
		return l.value(p, column)
	}
	return l.final(p, column)
}

// written are the values of a key as the rows would have them: k_0, k_1, …; with the key of the
// row that they are written into: m_0, m_1, ….
func (l *loading) written(p *part, key []string) string {
	var values, present []string
	for i, c := range key {
		values = append(values, fmt.Sprintf("%s AS k_%d", l.finally(p, c), i))
		present = append(present, fmt.Sprintf("w.k_%d IS NOT NULL", i))
	}
	if !p.unmapped {
		for i := range p.Key {
			values = append(values, fmt.Sprintf("CASE WHEN m.found THEN m.v_%d END AS m_%d", i, i))
		}
	}
	return fmt.Sprintf("(SELECT * FROM (SELECT s.gyro_row AS row, %s FROM %s) w WHERE %s)", strings.Join(values, ", "), l.candidates(p), strings.Join(present, " AND "))
}

// checkWritten holds rows against those checks of the table that need columns of references.
func (l *loading) checkWritten(ctx context.Context, p *part) error {
	given, some := []string{}, []string{}
	for _, v := range p.Sheet.Values {
		given = append(given, v.Column)
	}
	for _, r := range p.Sheet.References {
		some = append(some, r.Columns...)
	}
	if len(some) == 0 {
		return nil
	}
	checks, err := l.tableChecks(ctx, p, append(given, some...), some)
	if err != nil || len(checks) == 0 {
		return err
	}
	values := []string{"s.gyro_row"}
	for _, c := range p.Columns {
		if slices.Contains(given, c.Name) || slices.Contains(some, c.Name) {
			values = append(values, l.finally(p, c.Name)+" AS "+server.Quote(c.Name))
		}
	}
	from := l.staging(p) + " s" + l.joins(p, nil)
	if !p.unmapped {
		from = l.source(p, "")
	}
	for _, c := range checks {
		if err := l.rowFault(ctx, p, gyro.CheckFailed, nil, c.Text, fmt.Sprintf("SELECT gyro_row AS row FROM (SELECT %s FROM %s) w WHERE (%s\n) IS FALSE AND %s",
			strings.Join(values, ", "), from, c.SQL, l.whole(p, "gyro_row"))); err != nil {
			return err
		}
	}
	return l.drop(ctx, p)
}

// requiredKeys tells rows in which none of several references gives a column a value that may not
// be NULL.
func (l *loading) requiredKeys(ctx context.Context, p *part) error {
	givers := map[string][]string{}
	for _, r := range p.Sheet.References {
		for _, c := range r.Columns {
			givers[c] = append(givers[c], headersOf(r))
		}
	}
	from := l.staging(p) + " s" + l.joins(p, nil)
	if !p.unmapped {
		from = l.source(p, "")
	}
	for _, c := range p.Columns {
		if len(givers[c.Name]) < 2 || !l.types[p.Table.Name][c.Name].notNull {
			continue
		}
		if err := l.rowFault(ctx, p, gyro.Required, []string{c.Name}, c.Name+" may not be NULL",
			fmt.Sprintf("SELECT s.gyro_row AS row FROM %s WHERE %s IS NULL AND %s", from, l.finally(p, c.Name), l.whole(p, "s.gyro_row"))); err != nil {
			return err
		}
	}
	return nil
}

// taken tells rows with a key that the target has.
func (l *loading) taken(ctx context.Context, p *part, key []string) error {
	if p.empty || p.unmapped && p.Found == gyro.UpdateRow { // what is written into is not known there
		return nil
	}
	var terms []string
	for i, c := range key {
		terms = append(terms, fmt.Sprintf("t.%s = v.k_%d", server.Quote(c), i))
	}
	if p.Found == gyro.UpdateRow && !p.unmapped { // but the row itself
		var same []string
		for i, c := range p.Key {
			same = append(same, fmt.Sprintf("t.%s = v.m_%d", server.Quote(c), i))
		}
		terms = append(terms, "("+strings.Join(same, " AND ")+") IS NOT TRUE")
	}
	return l.rowFault(ctx, p, gyro.RowExists, key, "the target has a row with the same "+strings.Join(key, ", "),
		fmt.Sprintf("SELECT v.row FROM %s v WHERE EXISTS (SELECT FROM %s t WHERE %s)", l.written(p, key), p.target(), strings.Join(terms, " AND ")))
}

// repeated tells rows with a key that an earlier one has.
func (l *loading) repeated(ctx context.Context, p *part, key []string) error {
	return l.duplicates(ctx, p, key, l.written(p, key), keyList(len(key), "k_"))
}

// tellFaults counts what was found, by file, rule and column, with the first rows of each.
func (l *loading) tellFaults(ctx context.Context) error {
	if !l.sheets() {
		return nil
	}
	l.loaded.Sheets = make([]gyro.FileValidation, len(l.parts))
	for i, p := range l.parts {
		file := &l.loaded.Sheets[i]
		file.Rows = p.rows
		if p.faults == 0 {
			continue
		}
		var err error
		if file.Bad, err = l.number(ctx, "count bad rows", fmt.Sprintf("SELECT count(DISTINCT row) FROM %s WHERE sheet = %d", faultTable, i)); err != nil {
			return err
		}
		if file.Rules, err = l.brokenRules(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

func (l *loading) brokenRules(ctx context.Context, sheet int) ([]gyro.BrokenRule, error) {
	rows, err := l.conn.Query(ctx, fmt.Sprintf(`SELECT rule, col, said, row, line, total FROM (
			SELECT *, count(*) OVER (PARTITION BY rule, col, said) AS total, row_number() OVER (PARTITION BY rule, col, said ORDER BY row) AS n,
				min(row) OVER (PARTITION BY rule, col, said) AS first
			FROM (SELECT DISTINCT rule, col, said, row, line FROM %s WHERE sheet = %d) f) f
		WHERE n <= %d ORDER BY first, rule, col, said, row`, faultTable, sheet, gyro.MaxViolations))
	if err != nil {
		return nil, server.Failed(ctx, "list bad rows", "", err)
	}
	defer rows.Close()
	var rules []gyro.BrokenRule
	for rows.Next() {
		var (
			rule, column, said string
			fault              gyro.Violation
			total              int64
		)
		if err := rows.Scan(&rule, &column, &said, &fault.Row, &fault.Line, &total); err != nil {
			return nil, server.Failed(ctx, "list bad rows", "", err)
		}
		if said == "" {
			said = pgcsv.Rule(rule).Text()
		}
		last := len(rules) - 1
		if last < 0 || string(rules[last].Rule) != rule || rules[last].Column != column || rules[last].Text != said {
			rules = append(rules, gyro.BrokenRule{Rule: pgcsv.Rule(rule), Column: column, Text: said, Count: total})
			last++
		}
		rules[last].First = append(rules[last].First, fault)
	}
	if err := rows.Err(); err != nil {
		return nil, server.Failed(ctx, "list bad rows", "", err)
	}
	return rules, nil
}

// Rejected gives the rows of a sheet that break rules.
func (l *loading) Rejected(ctx context.Context, table int, row func(row int64, reasons []string) error) error {
	rows, err := l.conn.Query(ctx, fmt.Sprintf(`SELECT row, array_agg(col ORDER BY col, rule, said), array_agg(rule ORDER BY col, rule, said), array_agg(said ORDER BY col, rule, said)
		FROM (SELECT DISTINCT row, col, rule, said FROM %s WHERE sheet = %d) f GROUP BY row ORDER BY row`, faultTable, table))
	if err != nil {
		return server.Failed(ctx, "list bad rows", "", err)
	}
	defer rows.Close()
	for rows.Next() {
		var (
			number               int64
			columns, rules, said []string
		)
		if err := rows.Scan(&number, &columns, &rules, &said); err != nil {
			return server.Failed(ctx, "list bad rows", "", err)
		}
		var reasons []string
		for i, words := range said {
			if words == "" {
				words = pgcsv.Rule(rules[i]).Text()
			}
			if columns[i] != "" {
				words = columns[i] + ": " + words
			}
			reasons = append(reasons, words)
		}
		if err := row(number, reasons); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return server.Failed(ctx, "list bad rows", "", err)
	}
	return nil
}
