// Package loading loads a slice into a database, in one transaction: the tables on their way, what has
// to be true of them, the maps from old to new ids, and the statements that write. It undoes a load,
// too. Foreign CSV files are loaded by package foreign, with what is here.
package loading

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/postgres/internal/server"
	"github.com/gyrodata/gyro/postgres/internal/statement"
	"github.com/gyrodata/gyro/schema"
)

// Session is one connection to a target, and the one transaction on it.
type Session struct {
	Conn    *pgx.Conn
	Version int // of the server, as 150018
	config  server.Config
	origin  gyro.Origin
	began   bool // a transaction is open
}

// Open connects.
func Open(ctx context.Context, c server.Config) (*Session, error) {
	conn, err := c.Connect(ctx)
	if err != nil {
		return nil, err
	}
	s := &Session{Conn: conn, config: c}
	if err := s.look(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// look finds out what the server is.
func (s *Session) look(ctx context.Context) error {
	var (
		version string
		micros  int64
	)
	err := s.Conn.QueryRow(ctx, server.Own(`SELECT current_setting('server_version_num')::int, current_setting('server_version'),
		pg_is_in_recovery(), (extract(epoch FROM clock_timestamp()) * 1000000)::bigint`)).Scan(&s.Version, &version, &s.origin.Standby, &micros)
	switch {
	case err != nil:
		return server.Failed(ctx, "connect", "", err)
	case s.Version < server.Oldest:
		return &gyro.Error{Op: "connect", Err: fmt.Errorf("the target is PostgreSQL %s; Gyro loads into 13 and later", version)}
	case s.origin.Standby:
		return &gyro.Error{Op: "connect", Err: errors.New("the target is a standby, into which nothing can be written"), Hint: "name the primary"}
	}
	version, _, _ = strings.Cut(version, " ")
	s.origin.Server, s.origin.Time = "PostgreSQL "+version, time.UnixMicro(micros).UTC()
	return nil
}

// Origin says what is loaded into.
func (s *Session) Origin() gyro.Origin { return s.origin }

// Close ends the transaction, where it is open, and the connection.
func (s *Session) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if s.began && !s.Conn.IsClosed() {
		_, _ = s.Conn.Exec(ctx, "ROLLBACK") // closing does it as well, a little later
	}
	if err := s.Conn.Close(ctx); err != nil && !server.Lost(err) {
		return server.Failed(ctx, "disconnect", "", err)
	}
	return nil
}

// Begin begins the transaction, and fixes its settings.
func (s *Session) Begin(ctx context.Context) error {
	if err := s.Exec(ctx, "begin", "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"); err != nil {
		return err
	}
	s.began = true
	if err := server.Set(ctx, s.Conn, settings(s.config)); err != nil {
		return err
	}
	if err := server.Ask(ctx, s.Conn, "begin", server.Watched(s.Conn)...); err != nil {
		return err
	}
	return s.Exec(ctx, "set the session's settings", roomSQL)
}

// settings decide how the text of a slice is read; all else is the role's own, for triggers and
// defaults to find what they are used to.
func settings(c server.Config) map[string]string {
	s := map[string]string{
		"standard_conforming_strings": "on",
		"client_encoding":             "UTF8",
		"DateStyle":                   "ISO, MDY",
		"IntervalStyle":               "postgres",
		"TimeZone":                    "UTC", // texts that ids are derived from have to be the same everywhere
		"bytea_output":                "hex",
		"extra_float_digits":          "1",
		"lc_monetary":                 "C",
		"xmloption":                   "content",
		"array_nulls":                 "on", // else NULL in an array is a text
		"transform_null_equals":       "off",
		"timezone_abbreviations":      "Default",
		"gin_fuzzy_search_limit":      "0", // else an index gives some of its rows
		"synchronize_seqscans":        "off",
		"jit":                         "off", // it compiles for seconds what runs once
	}
	c.AddTimeouts(s)
	return s
}

// roomSQL gives joins, index builds and temporary tables room, where the server's settings are
// narrower than that.
var roomSQL = server.Own(`SELECT set_config(name, '64MB', true) FROM pg_catalog.pg_settings
	WHERE name = ANY ('{work_mem,maintenance_work_mem,temp_buffers}'::text[]) AND pg_size_bytes(current_setting(name)) < pg_size_bytes('64MB')`)

// Rollback ends the transaction, as if nothing had been done.
func (s *Session) Rollback(ctx context.Context) error {
	if err := s.Exec(ctx, "roll back", "ROLLBACK"); err != nil {
		return err
	}
	s.began = false
	return nil
}

// Exec runs statements without arguments.
func (s *Session) Exec(ctx context.Context, op, text string) error {
	if _, err := s.Conn.PgConn().Exec(ctx, text).ReadAll(); err != nil {
		return server.Failed(ctx, op, "", err)
	}
	return nil
}

// Number asks for one number, such as a count.
func (s *Session) Number(ctx context.Context, op, text string) (int64, error) {
	var n *int64
	if err := s.Conn.QueryRow(ctx, text).Scan(&n); err != nil {
		return 0, server.Hidden(server.Failed(ctx, op, "", err))
	}
	if n == nil {
		return 0, nil
	}
	return *n, nil
}

// Changed runs a statement that changes rows, and says how many.
func (s *Session) Changed(ctx context.Context, op, place, text string) (int64, error) {
	tag, err := s.Conn.Exec(ctx, text)
	if err != nil {
		return 0, server.RefusedRow(server.Failed(ctx, op, place, err))
	}
	return tag.RowsAffected(), nil
}

// Holds asks a question of yes or no.
func (s *Session) Holds(ctx context.Context, text string, args ...any) (bool, error) {
	var ok bool
	if err := s.Conn.QueryRow(ctx, text, args...).Scan(&ok); err != nil {
		return false, server.Failed(ctx, "look at the rights", "", err)
	}
	return ok, nil
}

// Grant is the statement by which the role gets a right, for a hint.
func (s *Session) Grant(ctx context.Context, right string) string {
	var role string
	if err := s.Conn.QueryRow(ctx, "SELECT pg_catalog.quote_ident(current_user)").Scan(&role); err != nil {
		role = "…"
	}
	return "GRANT " + right + " TO " + role
}

// CheckSQL sees to it that a text of the user's is one expression over what from has, and no more.
func (s *Session) CheckSQL(ctx context.Context, text, from string, place, hint gyro.Text) error {
	_, _, err := statement.NewParser(s.Conn).Safe(ctx, text, nil, func(text string) string { return "SELECT (" + text + "\n) FROM " + from })
	var failure *gyro.Error
	if errors.As(err, &failure) {
		return &gyro.Mistake{Place: place, Problem: gyro.Text(failure.Err.Error()), Hint: hint, Err: err}
	}
	return err
}

// CheckExpr sees to it that the Expr of a column, where it has one, is one expression over value.
func (s *Session) CheckExpr(ctx context.Context, t *driver.LoadTable, column, text string) error {
	if text == "" {
		return nil
	}
	return s.CheckSQL(ctx, text, "(SELECT ''::pg_catalog.text AS value) gyro_value",
		gyro.Textf("table %s, {Expr} of column %q", t.Table.Name, column), "an expression in SQL over value, which is a text")
}

// SetConstraints sets when the deferrable foreign keys of tables are checked: IMMEDIATE or DEFERRED.
func (s *Session) SetConstraints(ctx context.Context, tables []*schema.Table, when string) error {
	var names []string
	for _, t := range tables {
		for _, r := range t.References {
			if r.Deferrable {
				names = append(names, pgx.Identifier{t.Name.Schema, r.Name}.Sanitize())
			}
		}
	}
	if len(names) == 0 {
		return nil
	}
	if _, err := s.Conn.Exec(ctx, "SET CONSTRAINTS "+strings.Join(names, ", ")+" "+when); err != nil {
		return server.RefusedRow(server.Failed(ctx, "check references", "", err))
	}
	return nil
}
