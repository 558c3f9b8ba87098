package server

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// SetMaskKey sets the key by which the server computes masks, to the end of the transaction: by a bound value, for a statement's text is
// logged. An empty one is none.
func SetMaskKey(ctx context.Context, conn *pgx.Conn, secret string) error {
	if secret == "" {
		return nil
	}
	if _, err := conn.Exec(ctx, "SELECT pg_catalog.set_config('gyro.mask_key', $1, true)", secret); err != nil {
		return Failed(ctx, "set the masks' key", "", err)
	}
	return nil
}
