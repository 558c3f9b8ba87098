package reading

import (
	"context"
	"iter"
	"strconv"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/gyrodata/gyro/keyset"
	"github.com/gyrodata/gyro/postgres/internal/server"
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

// keySettings are the settings of a transaction that hold keys.
type keySettings struct {
	conn    *pgx.Conn
	numbers map[*keyset.Set]int
	given   int      // how many numbers were
	stale   []string // settings that hold keys which are of no more use
	room    hashRoom
	piece   int // bytes of keys that are sent at once
}

func newKeySettings(conn *pgx.Conn, piece int) *keySettings {
	return &keySettings{conn: conn, numbers: map[*keyset.Set]int{}, piece: piece}
}

// number numbers a set of keys.
func (s *keySettings) number(keys *keyset.Set) int {
	n, ok := s.numbers[keys]
	if !ok {
		s.given++ // a number is not used twice: EXPLAIN would read what was there
		n = s.given
		s.numbers[keys] = n
	}
	return n
}

// send puts keys where a statement reads them, and frees those of the one before: in one
// round trip, but that many keys go in pieces.
func (s *keySettings) send(ctx context.Context, text sentence, table string) error {
	var batch pgconn.Batch
	size := 0
	flush := func() error {
		_, err := s.conn.PgConn().ExecBatch(ctx, &batch).ReadAll()
		batch, size = pgconn.Batch{}, 0
		if err != nil {
			return server.Failed(ctx, "send keys", table, err)
		}
		return nil
	}
	queue := func(sql string, values ...[]byte) {
		// Straight into the wire's bytes: on pgx's way the text would be copied once more.
		batch.ExecParams(sql, values, nil, nil, nil)
	}
	queued := len(s.stale) > 0
	for _, setting := range s.stale {
		queue("SELECT pg_catalog.set_config($1, '', true)", []byte(setting))
	}
	s.stale = nil
	if multiplier, changes := s.room.fit(text.hashed); changes {
		queue("SELECT pg_catalog.set_config('hash_mem_multiplier', $1, true)", strconv.AppendFloat(nil, multiplier, 'f', -1, 64))
		queued = true
	}
	for _, k := range text.keys {
		sql := "SELECT pg_catalog.length(pg_catalog.set_config($1, $2, true))"
		for piece := range k.text(s.piece) {
			queue(sql, []byte(k.name), piece)
			queued = true
			if size += len(piece); size >= s.piece {
				if err := flush(); err != nil {
					return err
				}
				queued = false
			}
			sql = "SELECT pg_catalog.length(pg_catalog.set_config($1, pg_catalog.current_setting($1) OPERATOR(pg_catalog.||) $2::pg_catalog.text, true))"
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
func (s *keySettings) forget(text sentence) {
	for _, k := range text.keys {
		s.stale = append(s.stale, k.name)
		delete(s.numbers, k.keys)
	}
}

// hashRoom is the room that the server gives one hash table: work_mem times a multiplier.
//
// Keys that filter are looked up in such a table. For more keys than it has room for, by the
// planner's count, there is none, and they are searched from the first to the last for every
// row: the one plan that never comes to an end. So the room grows with the keys.
type hashRoom struct {
	workMem int64   // bytes
	server  float64 // the multiplier that the server has
	given   float64 // that was set last
}

const (
	hashEntry      = 24 // bytes the planner adds to each row's columns
	hashColumn     = 32 // bytes a column takes, for the planner, where it does not know better
	hashMultiplier = 1000.0
)

// fit gives the multiplier with which each of the sets of keys has room, and whether it is another
// than the one that was set last.
func (h *hashRoom) fit(hashed []*keyset.Set) (multiplier float64, changes bool) {
	multiplier = h.server
	for _, keys := range hashed {
		size := float64(keys.Len()) * float64(hashEntry+hashColumn*keys.Width())
		multiplier = max(multiplier, min(hashMultiplier, size/float64(h.workMem)))
	}
	changes = multiplier != h.given
	h.given = multiplier
	return multiplier, changes
}
