package postgres

import (
	"context"

	"github.com/gyrodata/gyro/driver"
)

// Splice is the lexer, for the tests that hold it against the server.
var Splice = splice

// Piecemeal is a database that is sent keys a few bytes at a time.
type Piecemeal struct{ DB }

func (p Piecemeal) Open(ctx context.Context) (driver.Snapshot, error) {
	opened, err := p.open(ctx, anyShape)
	if s, ok := opened.(*snapshot); ok {
		s.piece = 7
	}
	return opened, err
}

// Plain is a database whose rows are found by plain predicates alone, Joined one that leaves
// the lateral join out.
type (
	Plain  struct{ DB }
	Joined struct{ DB }
)

func (p Plain) Open(ctx context.Context) (driver.Snapshot, error) { return p.open(ctx, plainPredicate) }

func (j Joined) Open(ctx context.Context) (driver.Snapshot, error) { return j.open(ctx, unnestJoin) }

// Narrow is a database whose hash tables have next to no room.
type Narrow struct{ DB }

func (n Narrow) Open(ctx context.Context) (driver.Snapshot, error) {
	opened, err := n.open(ctx, plainPredicate)
	if s, ok := opened.(*snapshot); ok && err == nil {
		s.room.workMem = 64 << 10
		_, err = s.conn.Exec(ctx, "SET LOCAL work_mem = '64kB'")
	}
	return opened, err
}
