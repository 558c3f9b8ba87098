// Package server is what reading and loading both need of a PostgreSQL server: a connection and its
// settings, names and literals as SQL writes them, the catalog, and errors that quote no row, no
// password and no DSN.
package server

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/gyrodata/gyro"
)

// Config says which server, and how long its statements may take.
type Config struct {
	// URL is a connection URI or a "key=value" string. Default: all from the environment.
	URL string
	// LockTimeout ends a statement that waits for a lock. Default: 10 s; negative: never.
	LockTimeout time.Duration
	// StatementTimeout ends a statement that takes longer. Default: the server's setting.
	StatementTimeout time.Duration
	// StallTimeout is how long the server may say nothing while it owes an answer. Default: 1 min; negative: for ever.
	StallTimeout time.Duration
}

const (
	defaultLockTimeout = 10 * time.Second
	connectTimeout     = 15 * time.Second
	// readBuffer takes what the server sends in few system calls.
	readBuffer = 256 << 10
)

// Connect opens one connection; cancelling ctx later cancels the statement on the server
// and leaves the connection usable.
func (c Config) Connect(ctx context.Context) (*pgx.Conn, error) {
	config, err := pgx.ParseConfig(c.URL)
	if err != nil {
		// pgx quotes the string it could not read, less the password it could find in it.
		return nil, &gyro.Error{
			Op: "connect", Err: errors.New("the URL can't be read, or a file that it names (sslrootcert, service) can't"),
			Hint: "postgres://user@host:5432/database; in a password, write special characters as in %40 for @",
		}
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectTimeout
	}
	how, err := dialingOf(config.RuntimeParams)
	if err != nil {
		return nil, err
	}
	how.use(config)
	if _, set := config.RuntimeParams["application_name"]; !set {
		config.RuntimeParams["application_name"] = "gyro"
	}
	config.DefaultQueryExecMode = pgx.QueryExecModeExec // nothing prepared stays behind a pooler
	probe := config.Copy()
	config.BuildContextWatcherHandler = func(conn *pgconn.PgConn) ctxwatch.Handler {
		return &canceller{conn: conn}
	}
	var w *watch // of the host that was tried last, which is the one that answers
	config.BuildFrontend = func(from io.Reader, to io.Writer) *pgproto3.Frontend {
		w = newWatch(c.StallTimeout)
		return pgproto3.NewFrontend(bufio.NewReaderSize(watchedReader{from, w}, readBuffer), watchedWriter{to, w})
	}
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, connectError(ctx, err)
	}
	w.watchFrom(conn, probe)
	return conn, nil
}

// connectError says why no connection came about, without the user, database and password
// that pgx's own text may show.
func connectError(ctx context.Context, err error) error {
	failure := &gyro.Error{Op: "connect"}
	var (
		refused *pgconn.PgError
		network *net.OpError
		lookup  *net.DNSError
	)
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.As(err, &refused):
		failure.Err = clean(err)
		pooler, isPooler := ofPooler(refused)
		switch {
		case isPooler:
			failure.Hint = gyro.Text(pooler.hint)
		case raised(refused):
			failure.Err = fmt.Errorf("the server, or a pooler before it, refused the connection (SQLSTATE %s)", refused.Code)
		}
		switch refused.Code {
		case "28P01", "28000":
			failure.Hint = "check user and password; PGPASSWORD or ~/.pgpass keep a password out of the arguments"
		case "3D000":
			failure.Hint = "check the database's name in the URL"
		case "53300":
			failure.Hint = "the server has no free connection; try again later"
		}
	case errors.As(err, &lookup):
		failure.Err = errors.New("the host is not known") // which may be a part of a password, where an @ in that was not escaped
		failure.Hint = "check the host in the URL"
	case errors.As(err, &network):
		failure.Err = network
		failure.Hint = "check that the server runs and that host and port in the URL are right"
	case errors.Is(err, context.DeadlineExceeded):
		failure.Err = errors.New("the server did not answer in time")
		failure.Hint = "check host and port in the URL, or raise connect_timeout"
	default:
		failure.Err = innermost(err)
	}
	return failure
}

// innermost unwraps to the first cause.
func innermost(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}
