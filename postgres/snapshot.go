package postgres

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/schema"
)

// snapshot is one READ ONLY, REPEATABLE READ transaction.
type snapshot struct {
	conn     *pgx.Conn
	origin   gyro.Origin
	settings map[*gyro.Keys]int // the number of the settings that hold keys
	sets     int                // how many numbers were given
	force    shape
	piece    int       // bytes of keys that are sent at once
	deadline time.Time // zero: none
	tooLong  error     // what is said past it
}

var _ gyro.Snapshot = (*snapshot)(nil)

// oldest is the first version of PostgreSQL that Gyro reads.
const oldest = 130000

// settings are fixed for the transaction: what decides how values are printed and
// compared, and how the source is treated. See the package comment.
func (d DB) settings() map[string]string {
	s := map[string]string{
		"standard_conforming_strings": "on",
		"client_encoding":             "UTF8",
		"search_path":                 schema.Public,
		"DateStyle":                   "ISO, MDY", // the second word decides what an argument means
		"IntervalStyle":               "postgres",
		"TimeZone":                    "UTC",
		"extra_float_digits":          "1",
		"bytea_output":                "hex",
		"lc_monetary":                 "C",
		"xmlbinary":                   "base64",
		"quote_all_identifiers":       "off",
		"synchronize_seqscans":        "off",
		"row_security":                "off", // an error instead of hidden rows
	}
	d.timeouts(s)
	return s
}

// timeouts adds the settings that end a statement.
func (d DB) timeouts(s map[string]string) {
	switch {
	case d.LockTimeout > 0:
		s["lock_timeout"] = milliseconds(d.LockTimeout)
	case d.LockTimeout == 0:
		s["lock_timeout"] = milliseconds(defaultLockTimeout)
	}
	if d.StatementTimeout > 0 {
		s["statement_timeout"] = milliseconds(d.StatementTimeout)
	}
}

func milliseconds(d time.Duration) string { return fmt.Sprintf("%dms", max(1, d.Milliseconds())) }

// Open connects and takes a snapshot.
func (d DB) Open(ctx context.Context) (gyro.Snapshot, error) { return d.open(ctx, anyShape) }

// open leaves the shapes out that are better than force; tests compare them.
func (d DB) open(ctx context.Context, force shape) (gyro.Snapshot, error) {
	conn, err := d.connect(ctx)
	if err != nil {
		return nil, err
	}
	s := &snapshot{conn: conn, settings: map[*gyro.Keys]int{}, force: force, piece: keyPiece}
	s.limit(d.MaxDuration)
	if err := s.begin(ctx, d.settings()); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// limit sets the moment at which the snapshot is given up.
func (s *snapshot) limit(bound time.Duration) {
	if bound < 0 {
		return
	}
	if bound == 0 {
		bound = defaultMaxDuration
	}
	s.deadline = time.Now().Add(bound)
	s.tooLong = &gyro.Error{
		Op: "read", Err: fmt.Errorf("the snapshot was held for %s, which is MaxDuration", bound),
		Hint: "take less, or raise MaxDuration (--max-duration); a standby is a better place for long runs",
	}
}

// within bounds an operation by the snapshot's deadline.
func (s *snapshot) within(ctx context.Context) (context.Context, context.CancelFunc) {
	if s.deadline.IsZero() {
		return context.WithCancel(ctx)
	}
	return context.WithDeadlineCause(ctx, s.deadline, s.tooLong)
}

func (s *snapshot) begin(ctx context.Context, settings map[string]string) error {
	if _, err := s.conn.Exec(ctx, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"); err != nil {
		return failed(ctx, "begin", "", err)
	}
	// The first SELECT takes the snapshot; its moment is read together with it.
	var (
		number  int
		version string
		micros  int64 // not a timestamp: DateStyle is not set yet
		lsn     *string
	)
	err := s.conn.QueryRow(ctx, `SELECT current_setting('server_version_num')::int, current_setting('server_version'),
		pg_is_in_recovery(), (extract(epoch FROM clock_timestamp()) * 1000000)::bigint,
		CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END::text`,
	).Scan(&number, &version, &s.origin.Standby, &micros, &lsn)
	if err != nil {
		return failed(ctx, "take a snapshot", "", err)
	}
	if number < oldest {
		return &gyro.Error{Op: "connect", Err: fmt.Errorf("the server is PostgreSQL %s; Gyro reads 13 and later", version)}
	}
	version, _, _ = strings.Cut(version, " ") // less the packager's name
	s.origin.Server = "PostgreSQL " + version
	s.origin.Time = time.UnixMicro(micros).UTC()
	if lsn != nil {
		s.origin.LSN = *lsn
	}
	return set(ctx, s.conn, settings)
}

// Origin says what is read, and of when.
func (s *snapshot) Origin() gyro.Origin { return s.origin }

// Explain sends EXPLAIN for the SELECT that Copy would run.
func (s *snapshot) Explain(ctx context.Context, selection gyro.Selection) (gyro.Estimate, error) {
	ctx, cancel := s.within(ctx)
	defer cancel()
	var estimate gyro.Estimate
	err := s.guarded(ctx, func() error {
		text, shape, err := s.statement(ctx, selection)
		if err != nil {
			return err
		}
		estimate.SQL, estimate.Shape = text, shape
		var plan []byte
		if err := s.conn.QueryRow(ctx, "EXPLAIN (FORMAT JSON) "+text).Scan(&plan); err != nil {
			return failed(ctx, "explain", "", err)
		}
		if bytes.Contains(plan, []byte(`"Node Type": "LockRows"`)) {
			return &gyro.Error{Op: "explain", Err: errors.New("the query locks rows (FOR UPDATE, FOR SHARE), and the source is only read"), Hint: "leave that out"}
		}
		var root []struct {
			Plan struct {
				Rows float64 `json:"Plan Rows"`
				Cost float64 `json:"Total Cost"`
			}
		}
		if err := json.Unmarshal(plan, &root); err != nil || len(root) != 1 {
			return &gyro.Error{Op: "explain", Err: errors.New("the plan can't be read")}
		}
		estimate.Rows, estimate.Cost = root[0].Plan.Rows, root[0].Plan.Cost
		return nil
	})
	return estimate, blamed(s.conflict(err))
}

// guarded runs do behind a savepoint, so that an error leaves the transaction usable.
func (s *snapshot) guarded(ctx context.Context, do func() error) error {
	if _, err := s.conn.Exec(ctx, "SAVEPOINT gyro"); err != nil {
		return failed(ctx, "savepoint", "", err)
	}
	err := do()
	end := "RELEASE SAVEPOINT gyro"
	if err != nil {
		end = "ROLLBACK TO SAVEPOINT gyro"
	}
	if _, endErr := s.conn.Exec(ctx, end); err == nil && endErr != nil {
		return failed(ctx, "savepoint", "", endErr)
	}
	return err
}

// Copy streams the rows of a selection as CSV.
func (s *snapshot) Copy(ctx context.Context, selection gyro.Selection, w io.Writer) (int64, error) {
	rows, err := s.copy(ctx, selection, w)
	return rows, s.conflict(err)
}

func (s *snapshot) copy(ctx context.Context, selection gyro.Selection, w io.Writer) (int64, error) {
	ctx, cancel := s.within(ctx)
	defer cancel()
	text, _, err := s.statement(ctx, selection)
	if err != nil {
		return 0, err
	}
	if err := s.send(ctx, selection); err != nil {
		return 0, err
	}
	out := &writer{w: w}
	tag, err := s.conn.PgConn().CopyTo(ctx, out, "COPY ("+text+"\n) TO STDOUT (FORMAT csv, HEADER)")
	switch {
	case out.err != nil:
		return 0, out.err
	case err != nil:
		return 0, hidden(failed(ctx, "copy", selection.Table.Name.String(), err))
	}
	return tag.RowsAffected(), s.forget(ctx, selection)
}

// writer remembers its own error, to tell it from the connection's.
type writer struct {
	w   io.Writer
	err error
}

func (w *writer) Write(p []byte) (int, error) {
	n, err := w.w.Write(p)
	if err != nil {
		w.err = err
	}
	return n, err
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
func (s *snapshot) Finish(ctx context.Context) error {
	ctx, cancel := s.within(ctx)
	defer cancel()
	var tables string
	if err := s.conn.QueryRow(ctx, rewrittenSQL).Scan(&tables); err != nil {
		return s.conflict(failed(ctx, "finish", "", err))
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
func (s *snapshot) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	// Closing ends the transaction; nothing was written.
	if err := s.conn.Close(ctx); err != nil && !lost(err) {
		return failed(ctx, "disconnect", "", err)
	}
	return nil
}
