package reading

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/postgres/internal/server"
	"github.com/gyrodata/gyro/schema"
)

// rightsSQL says what the role may not do with a table, of what it takes to read it.
var rightsSQL = server.Own(`
SELECT quote_ident(current_user), quote_ident(n.nspname), format('%I.%I', n.nspname, c.relname), has_schema_privilege(n.oid, 'USAGE'), has_table_privilege(c.oid, 'SELECT')
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relname = $2`)

// lacking gives an error of a right that the role has not the GRANTs to run as its hint, where it is a right on the table itself.
func (s *Snapshot) lacking(ctx context.Context, err error, table schema.Name) error {
	var (
		refused *pgconn.PgError
		failure *gyro.Error
	)
	if !errors.As(err, &refused) || refused.Code != "42501" || !errors.As(err, &failure) || strings.Contains(refused.Message, "row-level security") {
		return err
	}
	var (
		role, space, name string
		usage, selects    bool
		grants            []string
	)
	if s.conn.QueryRow(ctx, rightsSQL, table.Schema, table.Table).Scan(&role, &space, &name, &usage, &selects) != nil {
		return err
	}
	if !usage {
		grants = append(grants, "GRANT USAGE ON SCHEMA "+space+" TO "+role)
	}
	if !selects {
		grants = append(grants, "GRANT SELECT ON "+name+" TO "+role)
	}
	if len(grants) == 0 {
		return err
	}
	told := *failure
	told.Hint = gyro.Text(strings.Join(grants, "; "))
	return &told
}
