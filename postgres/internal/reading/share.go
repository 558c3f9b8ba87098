package reading

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/postgres/internal/server"
)

// exported is a snapshot that other connections may take (documentation, 9.27.5; on a standby too), and the server that has it.
type exported struct {
	name    string
	started time.Time // the server, to the microsecond: another one may have a snapshot of the same name
}

var exportSQL = server.Own("SELECT pg_export_snapshot(), pg_postmaster_start_time()")

var startedSQL = server.Own("SELECT pg_postmaster_start_time()")

var _ driver.Sharer = (*Snapshot)(nil)

// Share opens a connection that sees what this one sees, and locks what it will read.
func (s *Snapshot) Share(ctx context.Context, all ...driver.Selection) (driver.Snapshot, error) {
	bound, cancel := s.within(ctx)
	defer cancel()
	if s.export == nil {
		var e exported
		if err := s.conn.QueryRow(bound, exportSQL).Scan(&e.name, &e.started); err != nil {
			return nil, s.conflict(server.Failed(bound, "share the snapshot", "", err))
		}
		s.export = &e
	}
	other, err := connect(bound, s.config, s.options)
	if err != nil {
		return nil, err
	}
	if err = other.join(bound, s); err == nil {
		err = s.conflict(other.lock(bound, all))
	}
	if err != nil {
		return nil, errors.Join(err, other.Close())
	}
	return other, nil
}

// The connection that has the snapshot has locked what it has planned for. Who wants to change a table waits for it, and a connection that came to
// the table later would wait for that one: so all lock the same as they begin, and don't wait for long.
var (
	lockSoonSQL  = server.Own("SELECT set_config('gyro.lock_timeout', current_setting('lock_timeout'), true), set_config('lock_timeout', '500ms', true)")
	lockAgainSQL = server.Own("SELECT set_config('lock_timeout', current_setting('gyro.lock_timeout'), true)")
)

// lock locks what selections read, by planning them.
func (s *Snapshot) lock(ctx context.Context, all []driver.Selection) error {
	if _, err := s.conn.Exec(ctx, lockSoonSQL); err != nil {
		return server.Failed(ctx, "share the snapshot", "", err)
	}
	var refused *pgconn.PgError
	_, _, err := s.explain(ctx, all)
	switch {
	case errors.As(err, &refused) && refused.Code == "55P03":
		return &gyro.Error{
			Op: "share the snapshot", Err: fmt.Errorf("another session changes one of the tables, or waits to (SQLSTATE %s)", refused.Code),
			Hint: "run again later; one connection (leave {Workers} out) would have it wait to the end",
		}
	case err != nil:
		return err
	}
	if _, err := s.conn.Exec(ctx, lockAgainSQL); err != nil {
		return server.Failed(ctx, "share the snapshot", "", err)
	}
	return nil
}

// join begins with the snapshot of another connection.
func (s *Snapshot) join(ctx context.Context, with *Snapshot) error {
	var refused *pgconn.PgError
	err := s.begin(ctx, with.export.name)
	switch {
	case errors.As(err, &refused) && (refused.Code == "22023" || refused.Code == "42704" || refused.Code == "0A000" || refused.Code == "55000"):
		return notShared(fmt.Errorf("the server that answered does not have it (SQLSTATE %s)", refused.Code))
	case err != nil:
		return with.conflict(err)
	}
	var started time.Time
	if err := s.conn.QueryRow(ctx, startedSQL).Scan(&started); err != nil {
		return with.conflict(server.Failed(ctx, "share the snapshot", "", err))
	}
	if !started.Equal(with.export.started) || s.origin.Standby != with.origin.Standby {
		return notShared(errors.New("another server answered than the one that has it"))
	}
	s.origin, s.deadline, s.tooLong = with.origin, with.deadline, with.tooLong
	if _, err := s.conn.Exec(ctx, server.RolePath); err != nil {
		return server.Failed(ctx, "share the snapshot", "", err)
	}
	return server.Ask(ctx, s.conn, "share the snapshot", server.Watched(s.conn)...)
}

func notShared(err error) error {
	return &gyro.Error{
		Op: "share the snapshot", Err: err,
		Hint: "behind one name are several servers, or a pooler of several: name one of them, or read by one connection (leave {Workers} out)",
	}
}
