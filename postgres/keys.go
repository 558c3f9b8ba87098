package postgres

import (
	"context"
	"fmt"
	"iter"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/gyrodata/gyro"
)

// Keys reach the server as settings of the transaction: set_config binds them as values, so
// that they stand in no statement's text, no log and no pg_stat_statements, and it works READ
// ONLY and on a standby. A statement reads them back as an array.

// settingOf names the setting that holds a column of keys.
func (s *snapshot) settingOf(keys *gyro.Keys, column int) string {
	n, ok := s.settings[keys]
	if !ok {
		s.sets++ // a number is not used twice: EXPLAIN would read what was there
		n = s.sets
		s.settings[keys] = n
	}
	return fmt.Sprintf("gyro.keys_%d_%d", n, column)
}

// send puts the keys of a selection where its statement reads them, and frees those of the
// one before: in one round trip, but that many keys go in pieces.
func (s *snapshot) send(ctx context.Context, selection gyro.Selection) error {
	var batch pgconn.Batch
	size := 0
	flush := func() error {
		_, err := s.conn.PgConn().ExecBatch(ctx, &batch).ReadAll()
		batch, size = pgconn.Batch{}, 0
		if err != nil {
			return failed(ctx, "send keys", selection.Table.Name.String(), err)
		}
		return nil
	}
	queue := func(sql string, values ...[]byte) {
		// Straight into the wire's bytes: on pgx's way the text would be copied once more.
		batch.ExecParams(sql, values, nil, nil, nil)
	}
	queued := len(s.stale) > 0
	for _, setting := range s.stale {
		queue("SELECT set_config($1, '', true)", []byte(setting))
	}
	s.stale = nil
	if multiplier, changes := s.room.fit(selection); changes {
		queue("SELECT set_config('hash_mem_multiplier', $1, true)", strconv.AppendFloat(nil, multiplier, 'f', -1, 64))
		queued = true
	}
	for _, keys := range keysOf(selection) {
		for column := range keys.Width() {
			setting, sql := []byte(s.settingOf(keys, column)), "SELECT length(set_config($1, $2, true))"
			for piece := range arrayText(keys, column, s.piece) {
				queue(sql, setting, piece)
				queued = true
				if size += len(piece); size >= s.piece {
					if err := flush(); err != nil {
						return err
					}
					queued = false
				}
				sql = "SELECT length(set_config($1, current_setting($1) || $2::text, true))"
			}
		}
	}
	if !queued {
		return nil
	}
	return flush()
}

// keyPiece is how much of a set of keys is written out at once, so that the client never holds
// the whole text. The server copies what it has for each piece.
const keyPiece = 16 << 20

// forget lets the keys of a selection go: the server frees them when the next are sent.
func (s *snapshot) forget(selection gyro.Selection) {
	for _, keys := range keysOf(selection) {
		for column := range keys.Width() {
			s.stale = append(s.stale, s.settingOf(keys, column))
		}
		delete(s.settings, keys)
	}
}

func keysOf(selection gyro.Selection) []*gyro.Keys {
	var all []*gyro.Keys
	for _, r := range selection.Restrict {
		if r.Keys != nil {
			all = append(all, r.Keys)
		}
	}
	for _, n := range selection.Null {
		all = append(all, n.Keys)
	}
	return all
}

// arrayText writes a column of keys as PostgreSQL reads an array, in pieces of about that size,
// each valid until the next.
func arrayText(keys *gyro.Keys, column, size int) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		b, separator := []byte{'{'}, false
		for value := range keys.Column(column) {
			if separator {
				b = append(b, ',')
			}
			separator = true
			b = appendElement(b, value)
			if len(b) >= size {
				if !yield(b) {
					return
				}
				b = b[:0]
			}
		}
		yield(append(b, '}'))
	}
}

func appendElement(b, value []byte) []byte {
	if plainElement(value) {
		return append(b, value...)
	}
	b = append(b, '"')
	for _, c := range value {
		if c == '"' || c == '\\' {
			b = append(b, '\\')
		}
		b = append(b, c)
	}
	return append(b, '"')
}

// plainElement reports whether a value needs no quotes in an array: digits, and what uuids
// and dates are made of. NULL can't be meant.
func plainElement(value []byte) bool {
	for _, c := range value {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') && c != '-' {
			return false
		}
	}
	return len(value) > 0
}

// arrayOf names the type of an array of t. A length or precision does not matter for keys
// that were read from a column that has it; character(n) without one would be cut to one.
func arrayOf(t string) string {
	base, rest, found := strings.Cut(t, "(")
	if found {
		_, after, _ := strings.Cut(rest, ")")
		base += after
	}
	switch base {
	case "character":
		base = "bpchar"
	case "bit":
		base = "varbit"
	}
	return base + "[]"
}
