package reading

import (
	"context"
	"errors"
	"io"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/postgres/internal/server"
)

// Copy streams the rows of a selection as CSV.
func (s *Snapshot) Copy(ctx context.Context, selection driver.Selection, w io.Writer) (int64, error) {
	rows, err := s.copy(ctx, selection, w)
	return rows, s.conflict(err)
}

func (s *Snapshot) copy(ctx context.Context, selection driver.Selection, w io.Writer) (int64, error) {
	ctx, cancel := s.within(ctx)
	defer cancel()
	text, err := s.statement(ctx, selection)
	if err != nil {
		return 0, err
	}
	if err := s.keys.send(ctx, text, selection.Table.Name.String()); err != nil {
		return 0, err
	}
	if err := server.SetMaskKey(ctx, s.conn, selection.Secret); err != nil {
		return 0, err
	}
	out := &server.Writer{To: w}
	tag, err := s.conn.PgConn().CopyTo(ctx, out, "COPY ("+text.sql+"\n) TO STDOUT (FORMAT csv, HEADER)")
	switch {
	case out.Err != nil:
		return 0, out.Err
	case err != nil:
		return 0, server.Hidden(server.Failed(ctx, "copy", selection.Table.Name.String(), err))
	}
	s.keys.forget(text)
	return tag.RowsAffected(), nil
}

// statement builds the statement of a selection.
func (s *Snapshot) statement(ctx context.Context, selection driver.Selection) (sentence, error) {
	if err := s.path.resolve(ctx, s.conn); err != nil {
		return sentence{}, err
	}
	b := newBuilder(selection, s.keys.number, s.shape)
	b.filter.most = s.fewest()
	if s.path.own {
		b.where(printed)
	}
	var err error
	if b.nested, err = s.nests(ctx, b); err != nil {
		return sentence{}, err
	}
	return b.sentence(ctx, s.parser)
}

// queryError is an error that the query is to blame for.
type queryError struct{ error }

func (e queryError) Unwrap() error { return e.error }

func (e queryError) Is(target error) bool { return target == driver.ErrQuery }

// blamed marks what a query, its arguments or its rights are to blame for: what we refused
// ourselves, and the server's classes 0A (not supported), 22 (data), 42 (syntax or access),
// 54 (too large) and P0 (a function's own).
func blamed(err error) error {
	var (
		e       *pgconn.PgError
		failure *gyro.Error
	)
	switch {
	case err == nil:
		return nil
	case errors.As(err, &e):
		switch e.Code[:2] {
		case "0A", "22", "42", "54", "P0":
			return queryError{err}
		}
		return err
	case errors.As(err, &failure) && !errors.Is(err, server.ErrLost) && failure.Op != "savepoint":
		return queryError{err}
	}
	return err
}
