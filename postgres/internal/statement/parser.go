// Package statement makes queries safe.
//
// The rule of this package: here, and nowhere else, does the text of a query become one that may be
// part of a statement. COPY takes no bound parameters and runs in the simple protocol, where a text
// that closes its parenthesis could go on with any statement. So arguments become typed literals
// here, and what the lexer refuses goes no further.
package statement

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/postgres/internal/server"
)

// Parser has the server parse texts, each once: what one was found to be holds as long as
// the locks that were taken with it, which is to the transaction's end.
type Parser struct {
	conn      *pgx.Conn
	described map[string]*pgconn.StatementDescription // by text
	types     map[uint32]string                       // names, by OID
}

// NewParser makes a parser for one transaction.
func NewParser(conn *pgx.Conn) Parser {
	return Parser{conn: conn, described: map[string]*pgconn.StatementDescription{}, types: map[uint32]string{}}
}

// Safe checks text with the lexer, has the server parse it where whole puts it, and gives
// it with literals for its arguments, and the columns that the parsed statement returns.
func (p Parser) Safe(ctx context.Context, text string, args []any, whole func(string) string) (string, []pgconn.FieldDescription, error) {
	placeholders := make([]string, len(args))
	for i := range args {
		placeholders[i] = fmt.Sprintf("$%d", i+1)
	}
	checked, err := Splice(text, placeholders)
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
	spliced, err := Splice(text, literals)
	return spliced, described.Fields, err
}

// describe has the server parse a statement, which must be one that returns rows.
func (p Parser) describe(ctx context.Context, sql string) (*pgconn.StatementDescription, error) {
	if described, done := p.described[sql]; done {
		return described, nil
	}
	described, err := p.conn.PgConn().Prepare(ctx, "", sql, nil)
	if err != nil {
		return nil, server.Failed(ctx, "prepare the query", "", err)
	}
	if len(described.Fields) == 0 {
		return nil, &gyro.Error{Op: "prepare the query", Err: errors.New("it returns no rows"), Hint: "write a SELECT"}
	}
	p.described[sql] = described
	return described, nil
}

// typeName is a type as SQL names it.
func (p Parser) typeName(ctx context.Context, oid uint32) (string, error) {
	name, known := p.types[oid]
	if !known {
		if err := p.conn.QueryRow(ctx, "SELECT pg_catalog.format_type($1, -1)", oid).Scan(&name); err != nil {
			return "", server.Failed(ctx, "encode arguments", "", err)
		}
		p.types[oid] = name
	}
	return name, nil
}

// literals encodes arguments for the types that the server inferred.
func (p Parser) literals(ctx context.Context, oids []uint32, args []any) ([]string, error) {
	if len(oids) != len(args) {
		return nil, &gyro.Error{Op: "encode arguments", Err: fmt.Errorf("the query has %d and %d are given", len(oids), len(args))}
	}
	texts := make([]string, len(args))
	for i, arg := range args {
		typeName, err := p.typeName(ctx, oids[i])
		if err != nil {
			return nil, err
		}
		text, err := encode(ctx, p.conn, oids[i], arg)
		if err != nil {
			return nil, &gyro.Error{Op: "encode arguments", Err: fmt.Errorf("$%d is a %s for PostgreSQL, and %s can't be sent as one", i+1, typeName, kindOf(arg))}
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

// kindOf is what an argument is, for those who write Go and for those who write YAML.
func kindOf(arg any) string {
	switch reflect.ValueOf(arg).Kind() { //nolint:exhaustive // the others are Go's alone
	case reflect.String:
		return "a text"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		return "a list"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "a whole number"
	case reflect.Float32, reflect.Float64:
		return "a number with a point"
	}
	return fmt.Sprintf("a Go %T", arg)
}

// encode gives an argument in PostgreSQL's text format; nil is NULL. A type that pgx does
// not know, such as an array of an enum, is loaded from the catalog.
func encode(ctx context.Context, conn *pgx.Conn, oid uint32, arg any) ([]byte, error) {
	types := conn.TypeMap()
	if _, known := types.TypeForOID(oid); !known {
		if loaded, err := load(ctx, conn, oid); err == nil {
			types.RegisterType(loaded)
		}
	}
	text, err := types.Encode(oid, pgtype.TextFormatCode, arg, []byte{})
	if err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	return text, nil
}

// load learns a type, by queries that are not the role's to resolve.
func load(ctx context.Context, conn *pgx.Conn, oid uint32) (loaded *pgtype.Type, err error) {
	if _, err := conn.Exec(ctx, server.SafePath); err != nil {
		return nil, fmt.Errorf("load a type: %w", err)
	}
	var name string
	if err := conn.QueryRow(ctx, "SELECT pg_catalog.format_type($1, -1)", oid).Scan(&name); err != nil {
		return nil, fmt.Errorf("load a type: %w", err)
	}
	loaded, err = conn.LoadType(ctx, name)
	if _, pathErr := conn.Exec(ctx, server.RolePath); err == nil {
		err = pathErr
	}
	return loaded, err //nolint:wrapcheck // it is not shown
}
