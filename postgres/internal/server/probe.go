package server

import (
	"context"
	"errors"
	"io"
	"net"

	"github.com/jackc/pgx/v5"
)

// session is what the server knows a transaction by; the zero value is none.
type session struct {
	pid     int32 // of the server's process: behind a pooler not the one that the connection was told
	begun   int64 // microseconds: the moment of now()
	started int64 // of the server: behind a balancer another connection may lead to another one
}

// sessionSQL asks for it.
var sessionSQL = Own("SELECT pg_backend_pid(), (extract(epoch FROM now()) * 1000000)::bigint, (extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint")

// sight is what a second connection saw of the first one's session.
type sight struct {
	what      activity
	processed int64 // bytes of a COPY
}

type activity int

const (
	working     activity = iota // or it can't be said
	waitsForUs                  // or it is not there
	unreachable                 // the second connection got no answer
)

// prober looks at a connection from another one.
type prober struct {
	config *pgx.ConnConfig
	pid    uint32 // that the connection was told
	copies bool   // the server tells how far a COPY is
}

// lookSQL runs with pg_catalog alone in search_path.
const lookSQL = `SELECT (extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint, a.pid IS NOT NULL, a.state, a.wait_event,
  (extract(epoch FROM a.xact_start) * 1000000)::bigint, {processed}
FROM (SELECT $1::int AS pid) p LEFT JOIN pg_stat_activity a ON a.pid = p.pid{copies}`

func (p *prober) connect(ctx context.Context) (*pgx.Conn, error) {
	conn, err := pgx.ConnectConfig(ctx, p.config)
	if err == nil {
		_, err = conn.Exec(ctx, "BEGIN READ ONLY; "+SafePath, pgx.QueryExecModeSimpleProtocol)
		if err != nil {
			_ = conn.Close(ctx)
			return nil, errAnswered
		}
	}
	return conn, err //nolint:wrapcheck // nobody sees it
}

// errAnswered: there was an answer, though not one that helps.
var errAnswered = errors.New("no look at the session")

// look finds out what the session does. Where it can't be said, it works.
func (p *prober) look(ctx context.Context, s session) sight {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	conn, err := p.connect(ctx)
	var network *net.OpError
	switch {
	case err == nil:
	case errors.As(err, &network), errors.Is(err, context.DeadlineExceeded), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return sight{what: unreachable}
	default:
		return sight{}
	}
	defer conn.Close(ctx)
	pid := s.pid
	if pid == 0 {
		pid = int32(p.pid) //nolint:gosec // it is one
	}
	processed, copies := "0::bigint", ""
	if p.copies {
		processed, copies = "coalesce(c.bytes_processed, 0)", " LEFT JOIN pg_stat_progress_copy c ON c.pid = p.pid"
	}
	var (
		started     int64
		there       bool
		state, wait *string
		begun       *int64
		seen        sight
	)
	err = conn.QueryRow(ctx, Fill(lookSQL, "processed", processed, "copies", copies), pid).Scan(&started, &there, &state, &wait, &begun, &seen.processed)
	switch {
	case err != nil, s.started != 0 && started != s.started: // a server that says nothing of it, or another one
		return sight{}
	case !there:
		seen.what = waitsForUs
	case state == nil: // the role may not see it
	case s.begun != 0 && (begun == nil || *begun != s.begun): // its transaction is over
		seen.what = waitsForUs
	case *state != "active" && *state != "fastpath function call":
		seen.what = waitsForUs
	case wait != nil && (*wait == "ClientRead" || *wait == "ClientWrite"):
		seen.what = waitsForUs
	}
	return seen
}

// end ends a transaction that nobody waits for any more, which would keep its locks.
func (p *prober) end(ctx context.Context, s session) {
	if s.pid == 0 {
		return
	}
	conn, err := p.connect(ctx)
	if err != nil {
		return
	}
	defer conn.Close(ctx)
	_, _ = conn.Exec(ctx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE pid = $1 AND (extract(epoch FROM xact_start) * 1000000)::bigint = $2
		AND (extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint = $3`, s.pid, s.begun, s.started)
}
