package postgres

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/gyrodata/gyro/keyset"
)

// Keys reach the server as settings of the transaction: set_config binds them as values, so
// that they stand in no statement's text, no log and no pg_stat_statements, and it works READ
// ONLY and on a standby. A statement reads them back as an array, or as a string of bits.

// keySetting is one setting that a statement reads: a column of keys as an array, or all keys
// as bits.
type keySetting struct {
	name   string
	keys   *keyset.Set
	column int
	bits   bool
}

// text gives what the setting is to hold, in pieces of about that size.
func (k keySetting) text(size int) iter.Seq[[]byte] {
	if k.bits {
		return bitsText(k.keys, size)
	}
	return arrayText(k.keys, k.column, size)
}

// setting names the setting that the statement reads.
func (b *builder) setting(k keySetting) string {
	k.name = fmt.Sprintf("gyro.keys_%d_%d", b.number(k.keys), k.column)
	if k.bits {
		k.name = fmt.Sprintf("gyro.keys_%d_bits", b.number(k.keys))
	}
	if !slices.Contains(b.keys, k) {
		b.keys = append(b.keys, k)
	}
	return k.name
}

// number numbers a set of keys.
func (s *snapshot) number(keys *keyset.Set) int {
	n, ok := s.settings[keys]
	if !ok {
		s.sets++ // a number is not used twice: EXPLAIN would read what was there
		n = s.sets
		s.settings[keys] = n
	}
	return n
}

// send puts keys where a statement reads them, and frees those of the one before: in one
// round trip, but that many keys go in pieces.
func (s *snapshot) send(ctx context.Context, text statement, table string) error {
	var batch pgconn.Batch
	size := 0
	flush := func() error {
		_, err := s.conn.PgConn().ExecBatch(ctx, &batch).ReadAll()
		batch, size = pgconn.Batch{}, 0
		if err != nil {
			return failed(ctx, "send keys", table, err)
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
	if multiplier, changes := s.room.fit(text.hashed); changes {
		queue("SELECT set_config('hash_mem_multiplier', $1, true)", strconv.AppendFloat(nil, multiplier, 'f', -1, 64))
		queued = true
	}
	for _, k := range text.keys {
		sql := "SELECT length(set_config($1, $2, true))"
		for piece := range k.text(s.piece) {
			queue(sql, []byte(k.name), piece)
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
	if !queued {
		return nil
	}
	return flush()
}

// keyPiece is how much of a set of keys is written out at once, so that the client never holds
// the whole text. The server copies what it has for each piece.
const keyPiece = 16 << 20

// forget lets the keys of a statement go: the server frees them when the next are sent.
func (s *snapshot) forget(text statement) {
	for _, k := range text.keys {
		s.stale = append(s.stale, k.name)
		delete(s.settings, k.keys)
	}
}

// arrayText writes a column of keys as PostgreSQL reads an array, in pieces of about that size,
// each valid until the next.
func arrayText(keys *keyset.Set, column, size int) iter.Seq[[]byte] {
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
