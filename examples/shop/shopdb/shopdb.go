// Package shopdb makes the database of the example: that of an e-commerce SaaS,
// whose tenants have shops with customers, products, orders and their items.
//
// [Fill] makes that database, at any size and each time the same, with the values in it that
// make an export hard: quotes, line breaks, NULL beside the empty string, `\.` alone on a line.
// Tenant 1 has, among others, the shops 10, 11 and 12.
package shopdb

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

var (
	//go:embed schema.sql
	schemaSQL string
	//go:embed data.sql
	dataSQL string
)

// Counts says how many rows the tables have.
type Counts struct {
	Tenants, Shops, Customers, Products, Orders, Items int64
}

// MaxScale is the largest scale: 30 million orders. Beyond it the generator's arithmetic
// would draw the same numbers again.
const MaxScale = 300

// Size says how many rows [Fill] makes at a scale.
//
// Scale 1 is 5 tenants with 30 shops, 20,000 customers, 20,000 products, 100,000 orders and
// 300,000 items. All grow in proportion; only tenants and shops never become fewer, and below
// a scale of 0.01 nothing shrinks any more.
func Size(scale float64) (Counts, error) {
	if !(scale > 0 && scale <= MaxScale) { // also refuses NaN
		return Counts{}, fmt.Errorf("scale %v: want above 0, at most %v", scale, MaxScale)
	}
	unit := max(10, int64(math.Round(scale*1000))) // of 100 orders each
	return Counts{
		Tenants:   max(5, unit*5/1000),
		Shops:     max(30, unit*30/1000),
		Customers: 20 * unit,
		Products:  20 * unit,
		Orders:    100 * unit,
		Items:     300 * unit,
	}, nil
}

// Schema is the SQL that makes the six tables, empty, with their keys.
func Schema() string { return schemaSQL }

// Fill makes the six tables in the connection's current schema and fills them; see [Size] for
// the scale. The rows are the same each time, and lie on disk in the order of their ids. The
// database has to be in UTF-8.
//
// All happens in one transaction of its own: after an error nothing is left behind.
func Fill(ctx context.Context, conn *pgx.Conn, scale float64) error {
	return FillSteps(ctx, conn, scale, nil)
}

// FillSteps is [Fill] that says each step, such as "fill orders_order", before it takes it.
func FillSteps(ctx context.Context, conn *pgx.Conn, scale float64, progress func(step string)) error {
	counts, err := Size(scale)
	if err != nil {
		return err
	}
	todo, err := steps()
	if err != nil {
		return err
	}
	tx, err := conn.Begin(ctx)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // of no effect after the commit
	if err := hand(ctx, tx, counts); err != nil {
		return fmt.Errorf("hand over the sizes: %w", err)
	}
	for _, s := range todo {
		if progress != nil {
			progress(s.name)
		}
		if _, err := tx.Exec(ctx, s.sql); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	if err := tx.Commit(ctx); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// hand puts the sizes where data.sql reads them, until the end of the transaction.
func hand(ctx context.Context, tx pgx.Tx, c Counts) error {
	for name, n := range map[string]int64{
		"shop.tenants": c.Tenants, "shop.shops": c.Shops, "shop.customers": c.Customers,
		"shop.products": c.Products, "shop.orders": c.Orders,
	} {
		if _, err := tx.Exec(ctx, "SELECT set_config($1, $2, true)", name, strconv.FormatInt(n, 10)); err != nil {
			return err //nolint:wrapcheck // the caller says what it was about
		}
	}
	return nil
}

// step is a part of a script, and its name for people.
type step struct{ name, sql string }

// steps are those of both scripts: the tables, the rows, and only then the keys, which is
// faster than to keep them up row by row.
func steps() ([]step, error) {
	schema, data := split(schemaSQL), split(dataSQL)
	if len(schema) < 2 || len(data) == 0 {
		return nil, errors.New("the scripts of package shopdb lack their steps")
	}
	all := []step{schema[0]}
	all = append(all, data...)
	return append(all, schema[1:]...), nil
}

// split cuts a script where a line "-- step: name" begins a step. What precedes the first one
// is commentary.
func split(script string) []step {
	const mark = "-- step: "
	var all []step
	for line := range strings.Lines(script) {
		if name, ok := strings.CutPrefix(line, mark); ok {
			all = append(all, step{name: strings.TrimSpace(name)})
		} else if len(all) > 0 {
			all[len(all)-1].sql += line
		}
	}
	return all
}
