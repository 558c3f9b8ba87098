package postgres

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/keyset"
)

// snapshot is one READ ONLY, REPEATABLE READ transaction.
type snapshot struct {
	conn     *pgx.Conn
	origin   gyro.Origin
	parser   parser
	settings map[*keyset.Set]int // the number of the settings that hold keys
	sets     int                 // how many numbers were given
	stale    []string            // settings that hold keys which are of no more use
	room     hashRoom
	force    shape
	piece    int       // bytes of keys that are sent at once
	deadline time.Time // zero: none
	tooLong  error     // what is said past it
}

var _ driver.Snapshot = (*snapshot)(nil)

// Open connects and takes a snapshot.
func (d DB) Open(ctx context.Context) (driver.Snapshot, error) { return d.open(ctx, anyShape) }

// open leaves the shapes out that are better than force; tests compare them.
func (d DB) open(ctx context.Context, force shape) (driver.Snapshot, error) {
	conn, err := d.connect(ctx)
	if err != nil {
		return nil, err
	}
	s := &snapshot{conn: conn, parser: newParser(conn), settings: map[*keyset.Set]int{}, force: force, piece: keyPiece}
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
		Op: "read", Err: gyro.Textf("the snapshot was held for %s, which is {MaxDuration}", bound),
		Hint: "take less, or raise {MaxDuration}; a standby is a better place for long runs",
	}
}

// within bounds an operation by the snapshot's deadline.
func (s *snapshot) within(ctx context.Context) (context.Context, context.CancelFunc) {
	if s.deadline.IsZero() {
		return context.WithCancel(ctx)
	}
	return context.WithDeadlineCause(ctx, s.deadline, s.tooLong)
}

// Origin says what is read, and of when.
func (s *snapshot) Origin() gyro.Origin { return s.origin }

// Explain sends EXPLAIN for the SELECTs that Copy would run, as if no key were known yet.
func (s *snapshot) Explain(ctx context.Context, all ...driver.Selection) ([]gyro.Estimate, error) {
	ctx, cancel := s.within(ctx)
	defer cancel()
	estimates, plans, err := s.explain(ctx, all)
	if err != nil {
		// The savepoint is there, but where none could be made: then the run is over anyway.
		_, _ = s.conn.Exec(ctx, "ROLLBACK TO SAVEPOINT gyro")
		s.parser = newParser(s.conn) // the locks are gone
		return nil, blamed(s.conflict(err))
	}
	for i, plan := range plans {
		if estimates[i].Rows, estimates[i].Cost, err = readPlan(plan); err != nil {
			return nil, blamed(err)
		}
	}
	return estimates, nil
}

// explain works behind a savepoint, so that an error leaves the transaction usable. Where
// nothing has to be parsed before, the savepoint travels with the EXPLAINs, as its end does.
func (s *snapshot) explain(ctx context.Context, all []driver.Selection) (estimates []gyro.Estimate, plans [][]byte, err error) {
	var batch pgx.Batch
	op := "savepoint"
	saved := batch.Queue("SAVEPOINT gyro")
	if slices.ContainsFunc(all, parses) {
		if err := s.conn.SendBatch(ctx, &batch).Close(); err != nil {
			return nil, nil, failed(ctx, op, "", err)
		}
		batch, op = pgx.Batch{}, "explain"
	} else {
		saved.Exec(func(pgconn.CommandTag) error { op = "explain"; return nil })
	}
	estimates, plans = make([]gyro.Estimate, len(all)), make([][]byte, len(all))
	for i, selection := range all {
		text, err := s.statement(ctx, selection)
		if err != nil {
			return nil, nil, err
		}
		estimates[i].SQL, estimates[i].Shape = text.sql, text.shape
		batch.Queue("EXPLAIN (FORMAT JSON) " + text.sql).QueryRow(func(row pgx.Row) error {
			err := row.Scan(&plans[i])
			if err == nil && i == len(all)-1 {
				op = "savepoint"
			}
			return err
		})
	}
	batch.Queue("RELEASE SAVEPOINT gyro")
	if err := s.conn.SendBatch(ctx, &batch).Close(); err != nil {
		return nil, nil, failed(ctx, op, "", err)
	}
	return estimates, plans, nil
}

// readPlan takes the planner's figures out of a plan, and refuses one that would lock rows.
func readPlan(plan []byte) (rows, cost float64, err error) {
	if bytes.Contains(plan, []byte(`"Node Type": "LockRows"`)) {
		return 0, 0, &gyro.Error{Op: "explain", Err: errors.New("the query locks rows (FOR UPDATE, FOR SHARE), and the source is only read"), Hint: "leave that out"}
	}
	var root []struct {
		Plan struct {
			Rows float64 `json:"Plan Rows"`
			Cost float64 `json:"Total Cost"`
		}
	}
	if err := json.Unmarshal(plan, &root); err != nil || len(root) != 1 {
		return 0, 0, &gyro.Error{Op: "explain", Err: errors.New("the plan can't be read")}
	}
	return root[0].Plan.Rows, root[0].Plan.Cost, nil
}

// Copy streams the rows of a selection as CSV.
func (s *snapshot) Copy(ctx context.Context, selection driver.Selection, w io.Writer) (int64, error) {
	rows, err := s.copy(ctx, selection, w)
	return rows, s.conflict(err)
}

func (s *snapshot) copy(ctx context.Context, selection driver.Selection, w io.Writer) (int64, error) {
	ctx, cancel := s.within(ctx)
	defer cancel()
	text, err := s.statement(ctx, selection)
	if err != nil {
		return 0, err
	}
	if err := s.send(ctx, text, selection.Table.Name.String()); err != nil {
		return 0, err
	}
	out := &writer{w: w}
	tag, err := s.conn.PgConn().CopyTo(ctx, out, "COPY ("+text.sql+"\n) TO STDOUT (FORMAT csv, HEADER)")
	switch {
	case out.err != nil:
		return 0, out.err
	case err != nil:
		return 0, hidden(failed(ctx, "copy", selection.Table.Name.String(), err))
	}
	s.forget(text)
	return tag.RowsAffected(), nil
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
