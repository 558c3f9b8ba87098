package postgres

import (
	"context"
	"log/slog"
	"time"

	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/postgres/internal/reading"
	"github.com/gyrodata/gyro/postgres/internal/server"
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
	// StallTimeout is how long the server may say nothing while it owes an answer. A statement
	// that takes long is waited for: another connection asks the server whether it works.
	// Default: 1 min; negative: for ever.
	StallTimeout time.Duration
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

// String hides the URL.
func (DB) String() string { return "postgres.DB" }

// GoString hides the URL.
func (DB) GoString() string { return "postgres.DB{}" }

// LogValue hides the URL.
func (DB) LogValue() slog.Value { return slog.StringValue("postgres.DB") }

// MarshalJSON hides the URL.
func (DB) MarshalJSON() ([]byte, error) { return []byte(`"postgres.DB"`), nil }

// server is where the database is.
func (d DB) server() server.Config {
	return server.Config{URL: d.URL, LockTimeout: d.LockTimeout, StatementTimeout: d.StatementTimeout, StallTimeout: d.StallTimeout}
}

// Open connects and takes a snapshot.
func (d DB) Open(ctx context.Context) (driver.Snapshot, error) {
	return d.open(ctx, reading.Options{MaxDuration: d.MaxDuration})
}

func (d DB) open(ctx context.Context, o reading.Options) (driver.Snapshot, error) {
	s, err := reading.Open(ctx, d.server(), o)
	if err != nil {
		return nil, err
	}
	return s, nil
}
