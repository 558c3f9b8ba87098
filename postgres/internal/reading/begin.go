package reading

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/postgres/internal/server"
	"github.com/gyrodata/gyro/schema"
)

// settings are fixed for the transaction: what decides how values are printed and compared, and how
// the source is treated. See the package comment of postgres.
func settings(c server.Config) map[string]string {
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

// begin takes the snapshot and fixes the settings, in one round trip.
func (s *Snapshot) begin(ctx context.Context, settings map[string]string) error {
	var batch pgx.Batch
	op := "begin"
	then := func(next string) func(pgconn.CommandTag) error {
		return func(pgconn.CommandTag) error { op = next; return nil }
	}
	batch.Queue("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").Exec(then("take a snapshot"))
	// The first SELECT takes the snapshot; its moment is read together with it.
	batch.Queue(`SELECT current_setting('server_version_num')::int, current_setting('server_version'),
		pg_is_in_recovery(), (extract(epoch FROM clock_timestamp()) * 1000000)::bigint,
		CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END::text`,
	).QueryRow(func(row pgx.Row) error {
		op = "set the session's settings"
		return s.begun(row)
	})
	names, values := server.SplitSettings(settings)
	batch.Queue(server.SetSQL, names, values)
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
	return server.Conforming(s.conn)
}

// begun reads what the snapshot is of.
func (s *Snapshot) begun(row pgx.Row) error {
	var (
		number  int
		version string
		micros  int64 // not a timestamp: DateStyle is not set yet
		lsn     *string
	)
	if err := row.Scan(&number, &version, &s.origin.Standby, &micros, &lsn); err != nil {
		return err
	}
	if number < server.Oldest {
		return &gyro.Error{Op: "connect", Err: fmt.Errorf("the server is PostgreSQL %s; Gyro reads 13 and later", version)}
	}
	version, _, _ = strings.Cut(version, " ") // less the packager's name
	s.origin.Server = "PostgreSQL " + version
	s.origin.Time = time.UnixMicro(micros).UTC()
	if lsn != nil {
		s.origin.LSN = *lsn
	}
	return nil
}
