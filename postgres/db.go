package postgres

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
)

// DB is a PostgreSQL database. It prints as "postgres.DB", never its URL, which may hold a
// password.
type DB struct {
	// URL is a connection URI or a "key=value" string, as psql takes it; what it leaves
	// out comes from the environment (PGHOST, PGPASSFILE, …). Default: all from the
	// environment.
	URL string
	// LockTimeout ends a statement that waits for a lock. Default: 10 s; negative: never.
	LockTimeout time.Duration
	// StatementTimeout ends a statement that takes longer. Default: the server's setting.
	StatementTimeout time.Duration
	// MaxDuration is how long a snapshot may be held: while it is, the server can't clean up
	// what it may still see. Past it the run fails. Default: 30 min; negative: no bound.
	MaxDuration time.Duration
	// Exclusive says whether a load may drop the foreign keys and the plain, not unique indexes
	// of the tables that it loads, and build them again before it commits: several times as
	// fast, while nobody else can read the tables. Default: auto, which is only where all the
	// tables are empty, the role owns them, and no other session is in the database.
	Exclusive Exclusive
	// DisableTriggers keeps the triggers of the tables that are loaded from firing, but those
	// of constraints. It needs the tables' owner. Default: they fire.
	DisableTriggers bool
}

var _ driver.Database = DB{}

const (
	defaultLockTimeout = 10 * time.Second
	defaultMaxDuration = 30 * time.Minute
	connectTimeout     = 15 * time.Second
	// readBuffer takes what the server sends in few system calls.
	readBuffer = 256 << 10
)

// String hides the URL.
func (DB) String() string { return "postgres.DB" }

// GoString hides the URL.
func (DB) GoString() string { return "postgres.DB{}" }

// LogValue hides the URL.
func (DB) LogValue() slog.Value { return slog.StringValue("postgres.DB") }

// MarshalJSON hides the URL.
func (DB) MarshalJSON() ([]byte, error) { return []byte(`"postgres.DB"`), nil }

// connect opens one connection; cancelling ctx later cancels the statement on the server
// and leaves the connection usable.
func (d DB) connect(ctx context.Context) (*pgx.Conn, error) {
	config, err := pgx.ParseConfig(d.URL)
	if err != nil {
		// pgx quotes the string it could not read, less the password it could find in it.
		return nil, &gyro.Error{
			Op: "connect", Err: errors.New("the URL can't be read, or a file that it names (sslrootcert, service) can't"),
			Hint: "postgres://user@host:5432/database; in a password, write special characters as in %40 for @",
		}
	}
	if _, set := config.RuntimeParams["application_name"]; !set {
		config.RuntimeParams["application_name"] = "gyro"
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectTimeout
	}
	config.DefaultQueryExecMode = pgx.QueryExecModeExec // nothing prepared stays behind a pooler
	config.BuildContextWatcherHandler = func(conn *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: conn, DeadlineDelay: 5 * time.Second}
	}
	config.BuildFrontend = func(r io.Reader, w io.Writer) *pgproto3.Frontend {
		return pgproto3.NewFrontend(bufio.NewReaderSize(r, readBuffer), w)
	}
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, connectError(ctx, err)
	}
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
		switch refused.Code {
		case "28P01", "28000":
			failure.Hint = "check user and password; PGPASSWORD or ~/.pgpass keep a password out of the arguments"
		case "3D000":
			failure.Hint = "check the database's name in the URL"
		case "53300":
			failure.Hint = "the server has no free connection; try again later"
		}
	case errors.As(err, &lookup):
		failure.Err = fmt.Errorf("host %s is not known", lookup.Name)
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
