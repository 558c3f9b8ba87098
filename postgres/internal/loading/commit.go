package loading

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/postgres/internal/server"
)

var transactionSQL = server.Own(`
SELECT pg_current_xact_id()::text,
  (SELECT oid::int8 FROM pg_catalog.pg_database WHERE datname = current_database())`)

// statusSQL asks what became of a transaction.
var statusSQL = server.Own("SELECT pg_xact_status($1::text::xid8)")

var systemSQL = server.Own("SELECT system_identifier::text FROM pg_control_system()")

// identify asks for the transaction's name, and that of its server, where the role may ask for that.
func (l *Load) identify(ctx context.Context) error {
	t := &l.Loaded.Transaction
	var id string
	if err := l.Conn.QueryRow(ctx, transactionSQL).Scan(&id, &t.Database); err != nil {
		return server.Failed(ctx, "ask for the transaction's id", "", err)
	}
	if _, err := fmt.Sscan(id, &t.ID); err != nil {
		return err //nolint:wrapcheck // it is a number
	}
	return server.Ask(ctx, l.Conn, "ask for the server's name", server.Nicety{
		SQL: systemSQL, Scan: func(row pgx.Row) error { return row.Scan(&t.System) },
	})
}

// sameDatabase sees to it that an earlier load was one into this database, and counts.
func (l *Load) sameDatabase(ctx context.Context, op string, t driver.Transaction) error {
	if err := l.identify(ctx); err != nil {
		return err
	}
	here := l.Loaded.Transaction
	if t.System != "" && here.System == "" { // by which a copy of the database is told
		_, err := l.Number(ctx, "ask for the server's name", systemSQL)
		return err
	}
	if t.System != "" && here.System != t.System || here.Database != t.Database {
		return &gyro.Error{Op: op, Err: errors.New("the record is of a load into another database"), Hint: "name the database that was loaded into; a copy or a restored dump is another one"}
	}
	var status *string
	if err := l.Conn.QueryRow(ctx, statusSQL, fmt.Sprint(t.ID)).Scan(&status); err != nil {
		return server.Failed(ctx, "ask for the load's transaction", "", err)
	}
	if status != nil && *status != "committed" {
		return &gyro.Error{Op: op, Err: fmt.Errorf("the transaction of the record's load is %s: it loaded nothing", *status)}
	}
	return nil
}

// Commit commits, and where the connection is lost, asks on another one whether it did.
func (l *Load) Commit(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	_, err := l.Conn.Exec(ctx, "COMMIT")
	if err == nil {
		l.began = false
		return nil
	}
	if !server.Lost(err) && ctx.Err() == nil && !l.Conn.IsClosed() {
		return server.RefusedRow(server.Failed(ctx, "commit", "", err))
	}
	bound := resolveTime
	if ctx.Err() != nil {
		bound = cancelledTime
	}
	return l.resolveCommit(bound, &gyro.Error{Op: "commit", Err: server.ErrLost, Hint: "nothing was loaded; run again"})
}

// resolveCommit finds out what became of a commit whose answer did not come.
func (l *Load) resolveCommit(bound time.Duration, failure error) error {
	ctx, cancel := context.WithTimeout(context.Background(), bound)
	defer cancel()
	unknown := &gyro.Error{
		Op: "commit", Err: fmt.Errorf("%w; %w", server.ErrLost, gyro.ErrUncertain),
		Hint: gyro.Textf("ask the server: SELECT pg_xact_status('%d')", l.Loaded.Transaction.ID),
	}
	for {
		conn, err := l.config.Connect(ctx)
		if err == nil {
			var status *string
			err = conn.QueryRow(ctx, statusSQL, fmt.Sprint(l.Loaded.Transaction.ID)).Scan(&status)
			_ = conn.Close(ctx) // only read
			if err == nil && status != nil {
				switch *status {
				case "committed":
					l.began = false
					l.Loaded.Notes = append(l.Loaded.Notes, "the connection was lost at the end; the server says that the load was committed")
					return nil
				case "aborted":
					return failure
				}
			}
		}
		select {
		case <-ctx.Done():
			return unknown
		case <-time.After(time.Second):
		}
	}
}

// How long a commit is asked after, and where the user wants the run to end.
const (
	resolveTime   = 30 * time.Second
	cancelledTime = 5 * time.Second
)
