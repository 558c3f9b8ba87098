package server

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Nicety is a question whose answer is nice to have: a role may not be allowed to ask it, and a server that is not
// plain PostgreSQL may not know.
type Nicety struct {
	SQL  string
	Args []any
	Scan func(pgx.Row) error // of the one row
}

// Ask asks within the transaction, in one round trip; where the server refuses one, each by itself. What is refused is
// left out. It leaves the transaction with RolePath.
func Ask(ctx context.Context, conn *pgx.Conn, op string, niceties ...Nicety) error {
	if len(niceties) == 0 {
		return nil
	}
	refused, err := ask(ctx, conn, op, niceties)
	if err != nil || !refused || len(niceties) == 1 {
		return err
	}
	for i := range niceties {
		if _, err := ask(ctx, conn, op, niceties[i:i+1]); err != nil {
			return err
		}
	}
	return nil
}

// ask asks behind a savepoint, so that the transaction stays usable.
func ask(ctx context.Context, conn *pgx.Conn, op string, niceties []Nicety) (refused bool, err error) {
	var batch pgx.Batch
	batch.Queue("SAVEPOINT gyro_nicety")
	batch.Queue(SafePath)
	for _, n := range niceties {
		batch.Queue(n.SQL, n.Args...).QueryRow(n.Scan)
	}
	batch.Queue(RolePath)
	batch.Queue("RELEASE SAVEPOINT gyro_nicety")
	err = conn.SendBatch(ctx, &batch).Close()
	var refusal *pgconn.PgError
	switch {
	case err == nil:
		return false, nil
	case !errors.As(err, &refusal):
		return false, Failed(ctx, op, "", err)
	}
	// Released too: what is inserted behind a savepoint bears another transaction's id.
	if _, err := conn.PgConn().Exec(ctx, "ROLLBACK TO SAVEPOINT gyro_nicety; RELEASE SAVEPOINT gyro_nicety; "+RolePath).ReadAll(); err != nil {
		return false, Failed(ctx, op, "", err)
	}
	return true, nil
}
