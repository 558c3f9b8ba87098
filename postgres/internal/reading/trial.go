package reading

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/gyrodata/gyro/postgres/internal/server"
	"github.com/gyrodata/gyro/schema"
)

// checksSQL prints checks as PostgreSQL's own search_path reads them.
const checksSQL = "SELECT conname, pg_get_expr(conbin, conrelid) FROM pg_constraint WHERE conrelid = $1::text::regclass AND contype = 'c' AND conname = ANY ($2::text[]) ORDER BY conname"

// Refuses says which check would refuse one of the values, or that the column's type does.
func (s *Snapshot) Refuses(ctx context.Context, table *schema.Table, column string, checks, values []string) (by string, err error) {
	ctx, cancel := s.within(ctx)
	defer cancel()
	if _, err := s.conn.Exec(ctx, "SAVEPOINT gyro_values; "+server.SafePath); err != nil {
		return "", s.conflict(server.Failed(ctx, "try values", table.Name.String(), err))
	}
	by, err = s.refuses(ctx, table, column, checks, values)
	if _, failed := s.conn.Exec(ctx, "ROLLBACK TO SAVEPOINT gyro_values"); failed != nil && err == nil {
		err = failed
	}
	if err != nil {
		return "", s.conflict(server.Failed(ctx, "try values", table.Name.String(), err))
	}
	return by, nil
}

func (s *Snapshot) refuses(ctx context.Context, table *schema.Table, column string, checks, values []string) (string, error) {
	type check struct{ name, expression string }
	var all []check
	rows, err := s.conn.Query(ctx, checksSQL, server.Identifier(table.Name), checks)
	if err != nil {
		return "", err
	}
	for rows.Next() {
		var c check
		if err := rows.Scan(&c.name, &c.expression); err != nil {
			return "", err
		}
		all = append(all, c)
	}
	if err := rows.Err(); err != nil {
		return "", err
	}
	c, _ := table.Column(column)
	given := fmt.Sprintf("(SELECT v::%s AS %s FROM pg_catalog.unnest($1::pg_catalog.text[]) AS u(v) OFFSET 0) AS %s",
		c.SizedType(), server.Quote(column), server.Quote(table.Name.Table))
	for _, c := range append([]check{{expression: "pg_catalog.num_nulls(" + server.Quote(column) + ") >= 0"}}, all...) {
		var holds bool
		err := s.conn.QueryRow(ctx, "SELECT coalesce(pg_catalog.bool_and(("+c.expression+"\n) IS NOT FALSE), true) FROM "+given, values).Scan(&holds)
		var refused *pgconn.PgError
		switch {
		case errors.As(err, &refused) && (refused.Code[:2] == "22" || refused.Code[:2] == "23"):
			return "its type", nil
		case err != nil:
			return "", err
		case !holds:
			return c.name, nil
		}
	}
	return "", nil
}
