package export

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"

	"github.com/gyrodata/gyro/driver"
)

// A large table is read in pieces, one behind the other in the order of the key: by the connection that has its job, and by those that have
// nothing else to do. What these read waits in a file until it is its turn, so that the bytes are those of one connection.

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
	ended  bool // nobody waits for a piece any more
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

// dividable reports whether a selection's rows can be read in pieces: each row is in one of them, whatever the others hold. One that
// keys lead to would be looked for in every piece.
func dividable(s driver.Selection) bool {
	for _, r := range s.Restrict {
		if r.Keys != nil {
			return false
		}
	}
	_, _, query := s.Query.Select()
	return !query && s.Limit == 0
}

// divide makes the pieces of a selection; none: it is read as a whole.
func (p *pool) divide(ctx context.Context, snapshot driver.Snapshot, selection driver.Selection, expected float64) (*divided, error) {
	divider, ok := snapshot.(driver.Divider)
	n := min(piecesPerShare*len(p.snapshots), int(expected/float64(pieceRows.Load())))
	if !ok || len(p.snapshots) < 2 || n < 2 || !dividable(selection) {
		return nil, nil
	}
	all, err := divider.Divide(ctx, selection.Table, n, selection.Unsorted)
	if err != nil || len(all) < 2 {
		return nil, err
	}
	d := &divided{}
	for _, part := range all {
		one := selection
		one.Piece = part
		d.pieces = append(d.pieces, &piece{selection: one, read: make(chan struct{})})
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

// copy copies the rows of a selection, in pieces where it is large.
func (p *pool) copy(ctx context.Context, snapshot driver.Snapshot, selection driver.Selection, expected float64, to io.Writer) (rows int64, err error) {
	d, err := p.divide(ctx, snapshot, selection, expected)
	if err != nil {
		return 0, err
	}
	if d == nil {
		return snapshot.Copy(ctx, selection, to)
	}
	p.offer(d)
	defer p.withdraw(d)
	for i, part := range d.pieces {
		var n int64
		if d.take(part) {
			out := to
			if i > 0 {
				out = &headless{to: to}
			}
			n, err = snapshot.Copy(ctx, part.selection, out)
		} else if n, err = part.wait(ctx); err == nil {
			err = part.spool.replay(to)
		}
		if rows += n; err != nil {
			return rows, err
		}
	}
	return rows, nil
}

// wait waits until a helper has read the piece.
func (p *piece) wait(ctx context.Context) (int64, error) {
	select {
	case <-p.read:
		return p.rows, p.err
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
}

// help reads a piece into a file.
func (d *divided) help(ctx context.Context, snapshot driver.Snapshot, p *piece) {
	p.spool, p.err = newSpool()
	if p.err == nil {
		p.rows, p.err = snapshot.Copy(ctx, p.selection, &headless{to: p.spool})
		if err := p.spool.w.Flush(); p.err == nil && err != nil {
			p.err = fmt.Errorf("keep rows on disk: %w", err)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ended {
		p.spool.close()
	}
	close(p.read)
}

// end gives back what pieces take that nobody waits for.
func (d *divided) end() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ended = true
	for _, p := range d.pieces {
		select {
		case <-p.read:
			p.spool.close()
		default: // help does it
		}
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

// spool is rows in a file that has no name, each behind its length.
type spool struct {
	file   *os.File
	w      *bufio.Writer
	length []byte
}

func newSpool() (*spool, error) {
	file, err := os.CreateTemp("", "gyro-rows-")
	if err != nil {
		return nil, fmt.Errorf("keep rows on disk: %w", err)
	}
	_ = os.Remove(file.Name()) // where it can't go while it is open, close removes it
	return &spool{file: file, w: bufio.NewWriterSize(file, 256<<10)}, nil
}

func (s *spool) Write(row []byte) (int, error) {
	s.length = binary.AppendUvarint(s.length[:0], uint64(len(row)))
	if _, err := s.w.Write(s.length); err != nil {
		return 0, fmt.Errorf("keep rows on disk: %w", err)
	}
	n, err := s.w.Write(row)
	if err != nil {
		return n, fmt.Errorf("keep rows on disk: %w", err)
	}
	return n, nil
}

// replay writes the rows, and gives back what they took.
func (s *spool) replay(to io.Writer) error {
	defer s.close()
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("read rows from disk: %w", err)
	}
	in := bufio.NewReaderSize(s.file, 256<<10)
	var row []byte
	for {
		length, err := binary.ReadUvarint(in)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			if uint64(cap(row)) < length {
				row = make([]byte, length)
			}
			row = row[:length]
			_, err = io.ReadFull(in, row)
		}
		if err != nil {
			return fmt.Errorf("read rows from disk: %w", err)
		}
		if _, err := to.Write(row); err != nil {
			return err
		}
	}
}

func (s *spool) close() {
	if s == nil {
		return
	}
	_ = s.file.Close()
	_ = os.Remove(s.file.Name())
}
