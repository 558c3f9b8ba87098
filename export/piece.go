package export

import (
	"context"
	"io"
	"sync"
	"sync/atomic"

	"github.com/gyrodata/gyro/driver"
)

// What has many rows is read in pieces, one behind the other in the order of the key: by the connection that has its job, and by those that have
// nothing else to do. What these read waits in a spool until it is its turn, so that the bytes are those of one connection. Pieces that are
// made by the keys of what the rows refer to lie between each other, and are merged when all have been read.

// Of a piece there are at least so many rows, and of pieces at most so many for each connection.
const (
	leastPiece     = 50_000
	piecesPerShare = 4
)

// pieceRows is leastPiece, but for tests.
var pieceRows atomic.Int64

func init() { pieceRows.Store(leastPiece) }

// divided is a selection that is read in pieces.
type divided struct {
	mu     sync.Mutex
	pieces []*piece
	order  *order // by which their rows are merged; nil: they follow each other
	ended  bool   // nobody waits for a piece any more
}

// piece is a part of a selection's rows.
type piece struct {
	selection driver.Selection
	taken     bool
	read      chan struct{} // closed when a helper has read it
	rows      int64
	err       error
	spool     *spool
}

func newPiece(selection driver.Selection, rows *spool) *piece {
	return &piece{selection: selection, read: make(chan struct{}), spool: rows}
}

// divide makes the pieces of a selection; none: it is read as a whole.
func (p *pool) divide(ctx context.Context, snapshot driver.Snapshot, selection driver.Selection, expected float64, m *meter) (*divided, error) {
	divider, ok := snapshot.(driver.Divider)
	n := min(piecesPerShare*len(p.snapshots), int(expected/float64(pieceRows.Load())))
	if !ok || len(p.snapshots) < 2 || n < 2 || p.room.spills() {
		return nil, nil
	}
	all, err := divider.Divide(ctx, selection, n)
	if err != nil || len(all) < 2 {
		return nil, err
	}
	d := &divided{}
	if all[0].Keys != nil && !selection.Unsorted {
		if d.order = keyOrder(selection); d.order == nil {
			return nil, nil
		}
	}
	for _, part := range all {
		one := selection
		one.Piece = part
		d.pieces = append(d.pieces, newPiece(one, newSpool(&p.room, m)))
	}
	return d, nil
}

// take takes a piece, if nobody has.
func (d *divided) take(p *piece) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if p.taken || d.ended {
		return false
	}
	p.taken = true
	return true
}

// next takes the first piece that nobody has; nil: there is none.
func (d *divided) next() *piece {
	for _, p := range d.pieces {
		if d.take(p) {
			return p
		}
	}
	return nil
}

// copy copies the rows of a selection, in pieces where it is large. The meter, which may be nil, shows those that wait too.
func (p *pool) copy(ctx context.Context, snapshot driver.Snapshot, selection driver.Selection, expected float64, to io.Writer, m *meter) (rows int64, err error) {
	d, err := p.divide(ctx, snapshot, selection, expected, m)
	if err != nil {
		return 0, err
	}
	if d == nil {
		return snapshot.Copy(ctx, selection, to)
	}
	p.offer(d)
	defer p.withdraw(d)
	if d.order != nil {
		return d.merge(ctx, snapshot, to)
	}
	for i, part := range d.pieces {
		out := to
		if i > 0 {
			out = &headless{to: to}
		}
		var n int64
		if d.take(part) {
			n, err = snapshot.Copy(ctx, part.selection, out)
		} else if err = d.meanwhile(ctx, snapshot, part); err == nil {
			n, err = part.replay(ctx, out)
		}
		if rows += n; err != nil {
			return rows, err
		}
	}
	return rows, nil
}

// meanwhile reads pieces that nobody else does, until a helper has read that one.
func (d *divided) meanwhile(ctx context.Context, snapshot driver.Snapshot, wanted *piece) error {
	for !wanted.done() {
		other := d.next()
		if other == nil {
			return nil
		}
		if other.fetch(ctx, snapshot); other.err != nil {
			return other.err
		}
	}
	return nil
}

// merge reads the pieces that nobody else does, waits for the others, and writes the rows of all in the order of their key.
func (d *divided) merge(ctx context.Context, snapshot driver.Snapshot, to io.Writer) (rows int64, err error) {
	for part := d.next(); part != nil; part = d.next() {
		if part.fetch(ctx, snapshot); part.err != nil {
			return 0, part.err
		}
	}
	all := make([]*spool, len(d.pieces))
	for i, part := range d.pieces {
		n, err := part.wait(ctx)
		if rows += n; err != nil {
			return rows, err
		}
		all[i] = part.spool
	}
	return rows, d.order.merge(ctx, all, to)
}

// fetch reads the piece into its spool.
func (p *piece) fetch(ctx context.Context, snapshot driver.Snapshot) {
	p.rows, p.err = snapshot.Copy(ctx, p.selection, p.spool)
	p.spool.end(p.err)
	close(p.read)
}

// done reports whether the piece has been read.
func (p *piece) done() bool {
	select {
	case <-p.read:
		return true
	default:
		return false
	}
}

// wait waits until it has, and gives the number of its rows.
func (p *piece) wait(ctx context.Context) (int64, error) {
	select {
	case <-p.read:
		return p.rows, p.err
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
}

// replay writes the rows while another reads them.
func (p *piece) replay(ctx context.Context, to io.Writer) (int64, error) {
	if err := p.spool.replay(ctx, to); err != nil {
		return 0, err
	}
	return p.wait(ctx)
}

// end gives back what pieces take.
func (d *divided) end() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ended = true
	for _, p := range d.pieces {
		p.spool.close()
	}
}

// headless leaves out the header, which is the first thing that a Copy writes.
type headless struct {
	to   io.Writer
	past bool
}

func (h *headless) Write(row []byte) (int, error) {
	if !h.past {
		h.past = true
		return len(row), nil
	}
	return h.to.Write(row)
}
