package gyrobun

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect"
	"github.com/uptrace/bun/dialect/pgdialect"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/schema"
)

// offline builds queries; it has no connection and is never asked for one.
var offline = bun.NewDB(nil, pgdialect.New())

// Select is a SELECT on the table of T, to be built without a database. What is wrong with
// T waits in it.
func Select[T any]() *bun.SelectQuery {
	if _, err := describe(reflect.TypeFor[T]()); err != nil { // where bun would panic, and offline keep a half table
		return offline.NewSelect().Err(err)
	}
	return offline.NewSelect().Model((*T)(nil))
}

// Query is the rows that q selects, the eligible ones of a job. Only their primary keys
// count; which columns q names beside the key does not matter.
func Query(q *bun.SelectQuery) gyro.Query {
	if q == nil {
		return gyro.Built("", nil, errors.New("the bun query is nil"))
	}
	text, err := render(q)
	query := gyro.Built(text, nil, err)
	if model, ok := q.GetModel().(bun.TableModel); ok {
		if name, err := schema.ParseName(model.Table().Name); err == nil {
			query = query.Of(name)
		}
	}
	return query
}

// Keys is q with the primary key as its only column, for use inside another query:
//
//	orders.Where("customer_id IN (?)", gyrobun.Keys(customers))
//
// q itself is left as it is.
func Keys(q *bun.SelectQuery) *bun.SelectQuery {
	if q == nil {
		return offline.NewSelect().Err(errors.New("gyrobun.Keys: the query is nil"))
	}
	model, ok := q.GetModel().(bun.TableModel)
	if !ok {
		return q.Clone().Err(errors.New("gyrobun.Keys: the query has no model"))
	}
	if len(model.Table().PKs) == 0 {
		return q.Clone().Err(fmt.Errorf("gyrobun.Keys: struct %s has no primary key", model.Table().TypeName))
	}
	keys := q.Clone().ExcludeColumn("*")
	for _, f := range model.Table().PKs {
		keys = keys.ColumnExpr("?TableAlias.?", bun.Ident(f.Name))
	}
	return keys
}

// render gives a query's text. bun writes what it could not format as ?!(message).
func render(q *bun.SelectQuery) (text string, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("bun panicked: %v; is an argument of a type that it can't write?", p)
		}
	}()
	if name := q.DB().Dialect().Name(); name != dialect.PG {
		return "", fmt.Errorf("the query was built for %s, and Gyro reads PostgreSQL", name)
	}
	b, err := q.AppendQuery(q.DB().QueryGen(), nil)
	if err != nil {
		return "", fmt.Errorf("bun: %w", err)
	}
	text = string(b)
	before, after, found := strings.Cut(text, "?!(")
	switch {
	case !found:
		return text, nil
	case strings.Count(before, "'")%2 == 1: // within a text; not shown, it is a value
		return "", errors.New("an argument holds ?!(, by which bun marks what it could not write; use gyro.SQL")
	}
	return "", fmt.Errorf("bun could not write an argument: %s", enclosed(after))
}

// enclosed is text up to the parenthesis that closes it.
func enclosed(text string) string {
	depth := 0
	for i, r := range text {
		switch {
		case r == '(':
			depth++
		case r == ')' && depth == 0:
			return text[:i]
		case r == ')':
			depth--
		}
	}
	return text
}
