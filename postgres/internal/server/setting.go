package server

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gyrodata/gyro"
)

// Oldest is the first version of PostgreSQL that Gyro reads.
const Oldest = 130000

// AddTimeouts adds the settings that end a statement.
func (c Config) AddTimeouts(s map[string]string) {
	switch {
	case c.LockTimeout > 0:
		s["lock_timeout"] = milliseconds(c.LockTimeout)
	case c.LockTimeout == 0:
		s["lock_timeout"] = milliseconds(defaultLockTimeout)
	}
	if c.StatementTimeout > 0 {
		s["statement_timeout"] = milliseconds(c.StatementTimeout)
	}
}

func milliseconds(d time.Duration) string { return fmt.Sprintf("%dms", max(1, d.Milliseconds())) }

// setSQL fixes settings for the transaction.
var setSQL = Own("SELECT set_config(s.name, s.value, true) FROM ROWS FROM (unnest($1::text[]), unnest($2::text[])) AS s(name, value)")

// Set fixes settings for the transaction.
func Set(ctx context.Context, conn *pgx.Conn, settings map[string]string) error {
	var batch pgx.Batch
	QueueSettings(&batch, settings)
	if err := conn.SendBatch(ctx, &batch).Close(); err != nil {
		return Failed(ctx, "set the session's settings", "", err)
	}
	return Conforming(conn)
}

// QueueSettings fixes settings for the transaction that a batch is in.
func QueueSettings(batch *pgx.Batch, settings map[string]string) {
	var names, values []string
	for name, value := range settings {
		names, values = append(names, name), append(values, value)
	}
	batch.Queue(setSQL, names, values)
}

// Conforming checks the setting that the lexer stands on.
func Conforming(conn *pgx.Conn) error {
	if conn.PgConn().ParameterStatus("standard_conforming_strings") != "on" {
		return &gyro.Error{Op: "set standard_conforming_strings", Err: errors.New("the server left it off")}
	}
	return nil
}
