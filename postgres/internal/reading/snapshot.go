// Package reading takes the rows of a slice out of a database: one snapshot, the SELECT that a
// selection stands for, and the keys that it is given.
package reading

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/postgres/internal/server"
	"github.com/gyrodata/gyro/postgres/internal/statement"
	"github.com/gyrodata/gyro/schema"
)

// settings are fixed for the transaction: what decides how values are printed and compared, and how
// the source is treated. See the package comment of postgres. The search_path stays the role's own, by which text of
// the user's is meant; what is ours in a statement says where it is from.
func settings(c server.Config) map[string]string {
	s := map[string]string{
		"standard_conforming_strings": "on",
		"client_encoding":             "UTF8",
		"DateStyle":                   "ISO, MDY", // the second word decides what an argument means
		"IntervalStyle":               "postgres",
		"TimeZone":                    "UTC",
		"extra_float_digits":          "1",
		"bytea_output":                "hex",
		"lc_monetary":                 "C",
		"xmlbinary":                   "base64",
		"array_nulls":                 "on", // keys travel as arrays
		"transform_null_equals":       "off",
		"gin_fuzzy_search_limit":      "0", // else an index gives some of its rows
		"quote_all_identifiers":       "off",
		"synchronize_seqscans":        "off",
		"row_security":                "off", // an error instead of hidden rows
		"jit":                         "off", // it compiles for long what runs once
	}
	c.AddTimeouts(s)
	return s
}

// memorySQL gives sorts and tables of keys the room that a load takes too, where the server's
// setting is narrower: what does not fit is written to the server's disk. It returns the room
// that one hash table then has, in parts.
const memorySQL = `WITH now AS (SELECT greatest(pg_size_bytes(current_setting('work_mem')), pg_size_bytes('64MB')) AS work_mem)
	SELECT work_mem, current_setting('hash_mem_multiplier')::float8, set_config('work_mem', work_mem / 1024 || 'kB', true) FROM now`

var beginSQL = server.Own(`
SELECT current_setting('server_version_num')::int, current_setting('server_version'), pg_is_in_recovery(),
  (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, current_setting('search_path')`)

// begin takes the snapshot, or the one that another connection exported under a name, and fixes the settings, in one round
// trip.
func (s *Snapshot) begin(ctx context.Context, name string) error {
	var batch pgx.Batch
	op := "begin"
	then := func(next string) func(pgconn.CommandTag) error {
		return func(pgconn.CommandTag) error { op = next; return nil }
	}
	batch.Queue("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").Exec(then("take a snapshot"))
	if name != "" {
		batch.Queue("SET TRANSACTION SNAPSHOT " + server.Literal(name))
	}
	// The first SELECT takes the snapshot; its moment is read together with it.
	batch.Queue(beginSQL).QueryRow(func(row pgx.Row) error {
		op = "set the session's settings"
		return s.begun(row)
	})
	batch.Queue(server.SafePath)
	server.QueueSettings(&batch, settings(s.config))
	batch.Queue(memorySQL).QueryRow(func(row pgx.Row) error {
		return row.Scan(&s.keys.room.workMem, &s.keys.room.server, nil)
	})
	var refused *gyro.Error
	err := s.conn.SendBatch(ctx, &batch).Close()
	switch {
	case errors.As(err, &refused):
		return refused
	case err != nil:
		return server.Failed(ctx, op, "", err)
	}
	s.keys.room.given = s.keys.room.server
	if size := s.options.WorkMem; size > 0 {
		s.keys.room.workMem = size
		if _, err := s.conn.Exec(ctx, fmt.Sprintf("SET LOCAL work_mem = '%dkB'", size>>10)); err != nil {
			return server.Failed(ctx, "set work_mem", "", err)
		}
	}
	return server.Conforming(s.conn)
}

// locate asks where the write-ahead log is, and whether all is of one moment.
func (s *Snapshot) locate(ctx context.Context) error {
	position := "pg_current_wal_lsn()"
	if s.origin.Standby {
		position = "pg_last_wal_replay_lsn()"
	}
	lsn := server.Nicety{SQL: "SELECT " + position + "::text", Scan: func(row pgx.Row) error {
		var lsn *string
		if err := row.Scan(&lsn); err != nil || lsn == nil {
			return err //nolint:wrapcheck // Ask does it
		}
		s.origin.LSN = *lsn
		return nil
	}}
	citus := server.Nicety{SQL: server.CitusSQL, Scan: func(row pgx.Row) error {
		var version *string
		if err := row.Scan(&version); err != nil || version == nil {
			return err //nolint:wrapcheck // Ask does it
		}
		s.doubts = []gyro.Text{gyro.Textf("the database has Citus %s: %s", *version, server.FollowsCitus)}
		return nil
	}}
	return server.Ask(ctx, s.conn, "take a snapshot", append(server.Watched(s.conn), lsn, citus)...)
}

// begun reads what the snapshot is of.
func (s *Snapshot) begun(row pgx.Row) error {
	var (
		number  int
		version string
		micros  int64 // not a timestamp: DateStyle is not set yet
		path    string
	)
	if err := row.Scan(&number, &version, &s.origin.Standby, &micros, &path); err != nil {
		return err
	}
	s.version = number
	s.path.own = path != `"$user", public` && path != schema.Public
	if number < server.Oldest {
		return &gyro.Error{Op: "connect", Err: fmt.Errorf("the server is PostgreSQL %s; Gyro reads 13 and later", version)}
	}
	version, _, _ = strings.Cut(version, " ") // less the packager's name
	s.origin.Server = "PostgreSQL " + version
	s.origin.Time = time.UnixMicro(micros).UTC()
	return nil
}

// Snapshot is one READ ONLY, REPEATABLE READ transaction.
type Snapshot struct {
	conn     *pgx.Conn
	config   server.Config
	options  Options
	version  int       // of the server, as in 150018
	export   *exported // nil: no other was opened beside it
	origin   gyro.Origin
	parser   statement.Parser
	keys     *keySettings
	shape    Shape
	path     path
	deadline time.Time // zero: none
	// correlations are those of columns that were asked for.
	correlations map[[2]string]float64
	tooLong      error // what is said past it
	doubts       []gyro.Text
}

var (
	_ driver.Snapshot = (*Snapshot)(nil)
	_ driver.Doubter  = (*Snapshot)(nil)
)

const defaultMaxDuration = 30 * time.Minute

// Options say how a snapshot is read. All but MaxDuration are for tests.
type Options struct {
	// MaxDuration is how long it may be held. Default: 30 min; negative: no bound.
	MaxDuration time.Duration
	// Shape leaves the shapes out that are better. Default: any.
	Shape Shape
	// Piece is how many bytes of keys are sent at once. Default: 16 MiB.
	Piece int
	// WorkMem is what the server gives a sort or a hash table, in bytes. Default: 64 MiB, or more
	// where the server has it so.
	WorkMem int64
}

// Open connects and takes a snapshot.
func Open(ctx context.Context, c server.Config, o Options) (*Snapshot, error) {
	s, err := connect(ctx, c, o)
	if err != nil {
		return nil, err
	}
	s.limit(o.MaxDuration)
	err = s.begin(ctx, "")
	if err == nil {
		err = s.locate(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// connect makes ready a snapshot; nothing is begun.
func connect(ctx context.Context, c server.Config, o Options) (*Snapshot, error) {
	conn, err := c.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &Snapshot{conn: conn, config: c, options: o, parser: statement.NewParser(conn), keys: newKeySettings(conn, cmp.Or(o.Piece, keyPiece)), shape: o.Shape}, nil
}

// limit sets the moment at which the snapshot is given up.
func (s *Snapshot) limit(bound time.Duration) {
	if bound < 0 {
		return
	}
	if bound == 0 {
		bound = defaultMaxDuration
	}
	s.deadline = time.Now().Add(bound)
	s.tooLong = &gyro.Error{
		Op: "read", Err: gyro.Textf("the snapshot was held for %s, which is {MaxDuration}", bound),
		Hint: "take less, or raise {MaxDuration}; a standby is a better place for long runs",
	}
}

// within bounds an operation by the snapshot's deadline.
func (s *Snapshot) within(ctx context.Context) (context.Context, context.CancelFunc) {
	if s.deadline.IsZero() {
		return context.WithCancel(ctx)
	}
	return context.WithDeadlineCause(ctx, s.deadline, s.tooLong)
}

// Origin says what is read, and of when.
func (s *Snapshot) Origin() gyro.Origin { return s.origin }

// Doubts says what the server can't keep.
func (s *Snapshot) Doubts() []gyro.Text { return s.doubts }

// Catalog reads all tables, views and foreign tables but the system's own.
func (s *Snapshot) Catalog(ctx context.Context) (schema.Catalog, error) {
	catalog, err := server.ReadCatalog(ctx, s.conn)
	if err != nil {
		return nil, err
	}
	if _, err := s.conn.Exec(ctx, server.RolePath); err != nil {
		return nil, server.Failed(ctx, "read the catalog", "", err)
	}
	return catalog, nil
}

// rewrittenSQL finds the tables that were read and whose files are others than the snapshot
// knows: TRUNCATE, and ALTER TABLE that writes a table anew, are not MVCC-safe (documentation,
// 13.6). The lock on each table that was read is held to the end, and pg_locks lists it; the
// catalog is read as of the snapshot, pg_relation_filenode looks at it as it is.
const rewrittenSQL = `
SELECT coalesce(string_agg(quote_ident(n.nspname) || '.' || quote_ident(c.relname), ', ' ORDER BY n.nspname, c.relname), '')
FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' AND c.relkind IN ('r', 'm')
  AND c.relfilenode <> 0 AND c.relfilenode IS DISTINCT FROM pg_relation_filenode(c.oid)`

// Finish sees to it that no table was emptied or written anew between the snapshot and the
// moment at which it was read.
func (s *Snapshot) Finish(ctx context.Context) error {
	ctx, cancel := s.within(ctx)
	defer cancel()
	var (
		tables string
		batch  pgx.Batch
	)
	batch.Queue(server.SafePath)
	batch.Queue(rewrittenSQL).QueryRow(func(row pgx.Row) error { return row.Scan(&tables) })
	if err := s.conn.SendBatch(ctx, &batch).Close(); err != nil {
		return s.conflict(server.Failed(ctx, "finish", "", err))
	}
	if tables == "" {
		return nil
	}
	return &gyro.Error{
		Op: "copy", Place: tables, Err: fmt.Errorf("%w: TRUNCATE or ALTER TABLE wrote it anew while the slice was taken", gyro.ErrConflict),
		Hint: "run again when the table is not being refreshed",
	}
}

// Close ends the transaction and the connection.
func (s *Snapshot) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	// Closing ends the transaction too, but behind a pooler it would cost the pool a connection.
	if !s.conn.IsClosed() {
		_, _ = s.conn.Exec(ctx, "ROLLBACK") // nothing was written
	}
	if err := s.conn.Close(ctx); err != nil && !server.Lost(err) {
		return server.Failed(ctx, "disconnect", "", err)
	}
	return nil
}

// conflict tells a standby that went on with recovery from other failures. Where it found the
// session idle it ended the connection, and nothing more can be read of why.
func (s *Snapshot) conflict(err error) error {
	var failure *gyro.Error
	if !s.origin.Standby || !errors.Is(err, server.ErrLost) || !errors.As(err, &failure) {
		return err
	}
	return &gyro.Error{
		Op: failure.Op, Place: failure.Place, Err: fmt.Errorf("%w: %w", gyro.ErrConflict, failure.Err),
		Hint: server.StandbyHint,
	}
}
