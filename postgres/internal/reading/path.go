package reading

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/gyrodata/gyro/postgres/internal/server"
)

// path is the search_path of a snapshot. Text of the user's is resolved as the role would; but a path also decides how
// values print that name something, those of regclass and its kin, and a slice has the same bytes for every role. So
// where the role has a path of its own, a statement is resolved by it, and sets public before its first row is printed.
type path struct{ own bool }

// printed is a condition that every row fulfills, and that sets the path by which values print: PostgreSQL evaluates it
// once, before it reads.
const printed = "(SELECT pg_catalog.set_config('search_path', 'public', true)) IS NOT NULL"

// resolve sets the path by which a statement is resolved.
func (p path) resolve(ctx context.Context, conn *pgx.Conn) error {
	if !p.own {
		return nil
	}
	if _, err := conn.Exec(ctx, server.RolePath); err != nil {
		return server.Failed(ctx, "set search_path", "", err)
	}
	return nil
}
