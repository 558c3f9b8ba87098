package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/keyset"
	"github.com/gyrodata/gyro/schema"
)

// The rule of this file: here, and nowhere else, does the text of a query become part of a
// statement that runs. COPY takes no bound parameters and runs in the simple protocol,
// where a text that closes its parenthesis could go on with any statement.

// statement is the SELECT that a selection stands for, complete: with literals in the place
// of arguments, and the names of the settings that hold its keys.
type statement struct {
	sql, shape string
	keys       []keySetting
	hashed     []*keyset.Set // those that are looked up in a hash table
}

// statement builds the statement of a selection.
func (s *snapshot) statement(ctx context.Context, selection driver.Selection) (statement, error) {
	b := newBuilder(selection, s.number, s.force)
	var err error
	condition, args, isCondition := selection.Query.Condition()
	query, queryArgs, isQuery := selection.Query.Select()
	switch {
	case isCondition:
		condition, _, err = s.parser.safe(ctx, condition, args, func(text string) string {
			return "SELECT 1 FROM " + b.from() + " WHERE (" + text + "\n)"
		})
		b.where("(" + condition + "\n)")
	case isQuery:
		query, err = b.query(ctx, s.parser, query, queryArgs)
		if len(selection.Table.PrimaryKey) == 0 {
			b.rows = "(" + query + "\n)"
			break
		}
		// The query's columns are qualified: a bare name that it does not return would be
		// taken for the table's.
		key := selection.Table.PrimaryKey
		b.where("(" + names(b.prefix, key) + ") IN (SELECT " + names("gyro_query.", key) + " FROM (" + query + "\n) AS gyro_query)")
	}
	if err == nil {
		err = b.conditions(ctx, s.parser)
	}
	if err == nil && selection.OrderBy != "" {
		b.orderBy, _, err = s.parser.safe(ctx, selection.OrderBy, nil, func(text string) string {
			return "SELECT 1 FROM " + b.from() + " ORDER BY " + text + "\n"
		})
	}
	if err != nil {
		return statement{}, err
	}
	sql, shape := b.build()
	return statement{sql: sql, shape: shape, keys: b.keys, hashed: b.hashed}, nil
}

// conditions makes the conditions of references safe.
func (b *builder) conditions(ctx context.Context, p parser) error {
	all := slices.Clone(b.s.Flags)
	for _, r := range b.s.Restrict {
		all = append(all, r.When)
	}
	for _, n := range b.s.Null {
		all = append(all, n.When)
	}
	for _, when := range all {
		if _, done := b.checked[when]; done || when == "" {
			continue
		}
		text, _, err := p.safe(ctx, when, nil, func(text string) string {
			return "SELECT 1 FROM " + b.from() + " WHERE (" + text + "\n)"
		})
		if err != nil {
			return err
		}
		b.checked[when] = text
	}
	return nil
}

// query makes a query safe and sees to it that it returns what it must.
func (b *builder) query(ctx context.Context, p parser, query string, args []any) (string, error) {
	query, fields, err := p.safe(ctx, query, args, func(query string) string { return query })
	if err != nil {
		return "", err
	}
	return query, returns(fields, b.wanted(), len(b.s.Table.PrimaryKey) > 0)
}

// parses reports whether a selection has text that the server has to parse by itself.
func parses(s driver.Selection) bool {
	when := func(r driver.Restriction) bool { return r.When != "" }
	return !s.Query.IsZero() || s.OrderBy != "" || len(s.Flags) > 0 || slices.ContainsFunc(s.Restrict, when) ||
		slices.ContainsFunc(s.Null, func(n driver.Nulling) bool { return when(n.Restriction) })
}

// parser has the server parse texts, each once: what one was found to be holds as long as
// the locks that were taken with it, which is to the transaction's end.
type parser struct {
	conn      *pgx.Conn
	described map[string]*pgconn.StatementDescription // by text
	types     map[uint32]string                       // names, by OID
}

func newParser(conn *pgx.Conn) parser {
	return parser{conn: conn, described: map[string]*pgconn.StatementDescription{}, types: map[uint32]string{}}
}

// safe checks text with the lexer, has the server parse it where whole puts it, and gives
// it with literals for its arguments, and the columns that the parsed statement returns.
func (p parser) safe(ctx context.Context, text string, args []any, whole func(string) string) (string, []pgconn.FieldDescription, error) {
	placeholders := make([]string, len(args))
	for i := range args {
		placeholders[i] = fmt.Sprintf("$%d", i+1)
	}
	checked, err := splice(text, placeholders)
	if err != nil {
		return "", nil, &gyro.Error{Op: "read the query", Err: err}
	}
	described, err := p.describe(ctx, whole(checked))
	if err != nil {
		return "", nil, err
	}
	literals, err := p.literals(ctx, described.ParamOIDs, args)
	if err != nil {
		return "", nil, err
	}
	spliced, err := splice(text, literals)
	return spliced, described.Fields, err
}

// describe has the server parse a statement, which must be one that returns rows.
func (p parser) describe(ctx context.Context, sql string) (*pgconn.StatementDescription, error) {
	if described, done := p.described[sql]; done {
		return described, nil
	}
	described, err := p.conn.PgConn().Prepare(ctx, "", sql, nil)
	if err != nil {
		return nil, failed(ctx, "prepare the query", "", err)
	}
	if len(described.Fields) == 0 {
		return nil, &gyro.Error{Op: "prepare the query", Err: errors.New("it returns no rows"), Hint: "write a SELECT"}
	}
	p.described[sql] = described
	return described, nil
}

// typeName is a type as SQL names it.
func (p parser) typeName(ctx context.Context, oid uint32) (string, error) {
	name, known := p.types[oid]
	if !known {
		if err := p.conn.QueryRow(ctx, "SELECT pg_catalog.format_type($1, -1)", oid).Scan(&name); err != nil {
			return "", failed(ctx, "encode arguments", "", err)
		}
		p.types[oid] = name
	}
	return name, nil
}

// literals encodes arguments for the types that the server inferred.
func (p parser) literals(ctx context.Context, oids []uint32, args []any) ([]string, error) {
	if len(oids) != len(args) {
		return nil, &gyro.Error{Op: "encode arguments", Err: fmt.Errorf("the query has %d and %d are given", len(oids), len(args))}
	}
	texts := make([]string, len(args))
	for i, arg := range args {
		typeName, err := p.typeName(ctx, oids[i])
		if err != nil {
			return nil, err
		}
		text, err := encode(ctx, p.conn, oids[i], typeName, arg)
		if err != nil {
			return nil, &gyro.Error{Op: "encode arguments", Err: fmt.Errorf("$%d is a %s for PostgreSQL, and a Go %T can't be sent as one", i+1, typeName, arg)}
		}
		if text == nil {
			texts[i] = "NULL::" + typeName
			continue
		}
		if slices.Contains(text, 0) {
			return nil, &gyro.Error{Op: "encode arguments", Err: fmt.Errorf("$%d holds a NUL byte, which PostgreSQL's text can't", i+1)}
		}
		texts[i] = "'" + strings.ReplaceAll(string(text), "'", "''") + "'::" + typeName
	}
	return texts, nil
}

// encode gives an argument in PostgreSQL's text format; nil is NULL. A type that pgx does
// not know, such as an array of an enum, is loaded from the catalog.
func encode(ctx context.Context, conn *pgx.Conn, oid uint32, typeName string, arg any) ([]byte, error) {
	types := conn.TypeMap()
	if _, known := types.TypeForOID(oid); !known {
		if loaded, err := conn.LoadType(ctx, typeName); err == nil {
			types.RegisterType(loaded)
		}
	}
	text, err := types.Encode(oid, pgtype.TextFormatCode, arg, []byte{})
	if err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	return text, nil
}

// returns checks that a query returns each wanted column once.
func returns(fields []pgconn.FieldDescription, wanted []string, isKey bool) error {
	what := "the table has no primary key, so it must return the table's columns"
	if isKey {
		what = "it must return the primary key"
	}
	for _, name := range wanted {
		n := 0
		for _, f := range fields {
			if f.Name == name {
				n++
			}
		}
		switch n {
		case 1:
		case 0:
			return &gyro.Error{Op: "read the query", Err: fmt.Errorf("it does not return column %q; %s", name, what)}
		default:
			return &gyro.Error{
				Op: "read the query", Err: fmt.Errorf("it returns %d columns %q", n, name),
				Hint: "list the columns instead of *: the key is enough",
			}
		}
	}
	return nil
}

func names(prefix string, columns []string) string {
	quoted := make([]string, len(columns))
	for i, c := range columns {
		quoted[i] = prefix + quote(c)
	}
	return strings.Join(quoted, ", ")
}

func identifier(n schema.Name) string { return pgx.Identifier{n.Schema, n.Table}.Sanitize() }

func quote(name string) string { return pgx.Identifier{name}.Sanitize() }
