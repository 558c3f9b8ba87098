package reading

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/keyset"
	"github.com/gyrodata/gyro/postgres/internal/server"
	"github.com/gyrodata/gyro/postgres/internal/statement"
	"github.com/gyrodata/gyro/schema"
)

// sentence is the SELECT that a selection stands for, complete: with literals in the place of
// arguments, and the names of the settings that hold its keys.
type sentence struct {
	sql, shape, why string
	keys            []keySetting
	hashed          []*keyset.Set // those that are looked up in a hash table
}

// sentence builds the statement of the selection. What users wrote comes into it from the parser alone.
func (b *builder) sentence(ctx context.Context, p statement.Parser) (sentence, error) {
	selection := b.s
	var err error
	condition, args, isCondition := selection.Query.Condition()
	query, queryArgs, isQuery := selection.Query.Select()
	switch {
	case isCondition:
		condition, _, err = p.Safe(ctx, condition, args, func(text string) string {
			return "SELECT 1 FROM " + b.from() + " WHERE (" + text + "\n)"
		})
		b.where("(" + condition + "\n)")
	case isQuery:
		query, err = b.query(ctx, p, query, queryArgs)
		if len(selection.Table.PrimaryKey) == 0 {
			b.rows = "(" + query + "\n)"
			break
		}
		// The query's columns are qualified: a bare name that it does not return would be
		// taken for the table's.
		key := selection.Table.PrimaryKey
		b.where(b.within(key, query))
	}
	if err == nil {
		err = b.conditions(ctx, p)
	}
	if err == nil && selection.OrderBy != "" {
		b.ordering.by, _, err = p.Safe(ctx, selection.OrderBy, nil, func(text string) string {
			return "SELECT 1 FROM " + b.from() + " ORDER BY " + text + "\n"
		})
	}
	if err != nil {
		return sentence{}, err
	}
	sql, shape, why := b.build()
	return sentence{sql: sql, shape: shape, why: why, keys: b.filter.keys, hashed: b.filter.hashed}, nil
}

// within keeps the rows whose key a query returns.
func (b *builder) within(key []string, query string) string {
	columns := make([]schema.Column, len(key))
	own, other := make([]string, len(key)), make([]string, len(key))
	for i, name := range key {
		columns[i], _ = b.s.Table.Column(name)
		own[i], other[i] = b.prefix+server.Quote(name), "gyro_query."+server.Quote(name)
	}
	return among(columns, own, other, "("+query+"\n) AS gyro_query")
}

// conditions makes the conditions of references safe.
func (b *builder) conditions(ctx context.Context, p statement.Parser) error {
	all := slices.Clone(b.s.Flags)
	for _, r := range b.s.Restrict {
		all = append(all, r.When)
	}
	for _, n := range b.s.Null {
		all = append(all, n.When)
	}
	for _, m := range b.s.Masks {
		all = append(all, m.When)
		if _, done := b.filter.checked[m.Expr]; done || m.Expr == "" {
			continue
		}
		text, _, err := p.Safe(ctx, m.Expr, nil, func(text string) string { return "SELECT (" + text + "\n) FROM " + b.from() })
		if err != nil {
			return err
		}
		b.filter.checked[m.Expr] = text
	}
	for _, when := range all {
		if _, done := b.filter.checked[when]; done || when == "" {
			continue
		}
		text, _, err := p.Safe(ctx, when, nil, func(text string) string {
			return "SELECT 1 FROM " + b.from() + " WHERE (" + text + "\n)"
		})
		if err != nil {
			return err
		}
		b.filter.checked[when] = text
	}
	return nil
}

// query makes a query safe and sees to it that it returns what it must.
func (b *builder) query(ctx context.Context, p statement.Parser, query string, args []any) (string, error) {
	query, fields, err := p.Safe(ctx, query, args, func(query string) string { return query })
	if err != nil {
		return "", err
	}
	return query, returns(fields, b.wanted(), len(b.s.Table.PrimaryKey) > 0)
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
