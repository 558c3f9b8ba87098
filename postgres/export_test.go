package postgres

import (
	"context"

	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/postgres/internal/reading"
	"github.com/gyrodata/gyro/postgres/internal/statement"
)

// Splice is the lexer, for the tests that hold it against the server.
var Splice = statement.Splice

// Piecemeal is a database that is sent keys a few bytes at a time.
type Piecemeal struct{ DB }

func (p Piecemeal) Open(ctx context.Context) (driver.Snapshot, error) {
	return p.open(ctx, reading.Options{Piece: 7})
}

// Plain is a database whose rows are found by plain predicates alone, Joined one that leaves
// the lateral join out, Nested one that takes it wherever it can.
type (
	Plain  struct{ DB }
	Joined struct{ DB }
	Nested struct{ DB }
)

func (p Plain) Open(ctx context.Context) (driver.Snapshot, error) {
	return p.open(ctx, reading.Options{Shape: reading.PlainPredicate})
}

func (j Joined) Open(ctx context.Context) (driver.Snapshot, error) {
	return j.open(ctx, reading.Options{Shape: reading.UnnestJoin})
}

func (n Nested) Open(ctx context.Context) (driver.Snapshot, error) {
	return n.open(ctx, reading.Options{Shape: reading.NestedLoop})
}

// Narrow is a database whose hash tables have next to no room.
type Narrow struct{ DB }

func (n Narrow) Open(ctx context.Context) (driver.Snapshot, error) {
	return n.open(ctx, reading.Options{Shape: reading.PlainPredicate, WorkMem: 64 << 10})
}
