package server

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/gyrodata/gyro"
)

// Fact is something that stands behind a URL, and what follows from it for who reads there.
type Fact struct {
	Kind    string // "primary", "standby", "pooler", "Aurora", "TimescaleDB", "Citus"; "unknown": the role may not ask
	Version string // of an extension; else empty
	Follows gyro.Text
}

// What follows from each.
const (
	followsPrimary = "while a run goes on, VACUUM keeps what its snapshot sees, for {MaxDuration} at most; a standby is the better place for long runs"
	followsStandby = "rows are those that it has replayed; where its recovery can't wait, a run begins anew on another snapshot ({Retries})"
	followsShared  = "in transaction mode: a run says all it needs within its one transaction, and keeps a session of the pool until it ends; " +
		"query_timeout and idle_transaction_timeout of the pooler would end it"
	followsPooler    = "none of its sessions was seen to be shared: a run keeps one until it ends; timeouts of the pooler would end it"
	followsUnknown   = "the role may not read pg_extension or pg_proc, or not call pg_backend_pid(); nothing follows for a run"
	followsAurora    = "the writer says no position of a write-ahead log: the manifest has none"
	followsTimescale = "chunks are read through their hypertable; a foreign key counts as enforced where every chunk has it; {Create} would make a plain table of a hypertable"
	// FollowsCitus is also told of every run: a promise is not kept.
	FollowsCitus = "rows of distributed tables are read from workers, each of which has a moment of its own: a slice with such tables is not of one moment"
)

// CitusSQL gives the version of Citus, where the database has it. Like all of this it runs with SafePath.
const CitusSQL = "SELECT (SELECT extversion FROM pg_extension WHERE extname = 'citus')"

// behindSQL asks what stands there. Aurora's function is one of the system's: anybody may make one of that name elsewhere.
const behindSQL = `
SELECT pg_backend_pid(), pg_is_in_recovery(),
  EXISTS (SELECT FROM pg_proc WHERE proname = 'aurora_version' AND pronamespace = 'pg_catalog'::regnamespace),
  (SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'),
  (SELECT extversion FROM pg_extension WHERE extname = 'citus')`

// sharingTime is how long a second connection may wait for a session: a pooler may have one alone, and that is the first's.
const sharingTime = 2 * time.Second

// Behind says what stands behind the URL, as far as it shows. It connects twice where a pooler shows.
func Behind(ctx context.Context, c Config) ([]Fact, error) {
	conn, err := c.Connect(ctx)
	if err != nil {
		return nil, err
	}
	defer closeQuickly(conn)
	var (
		pid              int32
		standby, aurora  bool
		timescale, citus *string
		facts            []Fact
		scan             = func(row pgx.Row) error { return row.Scan(&pid, &standby, &aurora, &timescale, &citus) }
		add              = func(kind, follows string) { facts = append(facts, Fact{Kind: kind, Follows: gyro.Text(follows)}) }
		extension        = func(kind string, version *string, follows string) {
			if version != nil {
				facts = append(facts, Fact{Kind: kind, Version: *version, Follows: gyro.Text(follows)})
			}
		}
	)
	err = askedAlone(ctx, conn, behindSQL, scan)
	if refused := new(pgconn.PgError); errors.As(err, &refused) && refused.Code == "42501" {
		add("unknown", followsUnknown)
		return facts, nil
	} else if err != nil {
		return nil, Failed(ctx, "look at the server", "", err)
	}
	if standby {
		add("standby", followsStandby)
	} else {
		add("primary", followsPrimary)
	}
	if uint32(pid) != conn.PgConn().PID() { //nolint:gosec // it is one; a pooler tells its clients a number of its own
		if shared(ctx, c, conn, pid) {
			add("pooler", followsShared)
		} else {
			add("pooler", followsPooler)
		}
	}
	if aurora {
		add("Aurora", followsAurora)
	}
	extension("TimescaleDB", timescale, followsTimescale)
	extension("Citus", citus, FollowsCitus)
	return facts, nil
}

// shared reports whether a session that one connection had in a transaction is another's in the next: transaction mode. That it
// is not seen is no proof, where others use the pool too.
func shared(ctx context.Context, c Config, first *pgx.Conn, pid int32) bool {
	const sql = "SELECT pg_backend_pid()"
	var again, other int32
	waiting, cancel := context.WithTimeout(ctx, sharingTime)
	defer cancel()
	second, err := c.Connect(waiting)
	if err == nil {
		defer closeQuickly(second)
		context.AfterFunc(waiting, func() { _ = second.PgConn().Conn().Close() }) // a request to cancel would wait for a session too
		err = askedAlone(ctx, second, sql, func(row pgx.Row) error { return row.Scan(&other) })
	}
	if err == nil && other == pid {
		return true
	}
	err = askedAlone(ctx, first, sql, func(row pgx.Row) error { return row.Scan(&again) })
	return err == nil && again != pid
}

// askedAlone asks in a transaction of its own. It is begun by itself: a pooler in statement mode refuses that, and would let a
// whole one pass.
func askedAlone(ctx context.Context, conn *pgx.Conn, sql string, scan func(pgx.Row) error) error {
	if _, err := conn.Exec(ctx, "BEGIN READ ONLY"); err != nil {
		return err //nolint:wrapcheck // callers do it
	}
	var batch pgx.Batch
	batch.Queue(SafePath)
	batch.Queue(sql).QueryRow(scan)
	batch.Queue("COMMIT")
	return conn.SendBatch(ctx, &batch).Close() //nolint:wrapcheck // callers do it
}

func closeQuickly(conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	_ = conn.Close(ctx)
}
