package export

import (
	"bufio"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"sync"
	"sync/atomic"

	"github.com/gyrodata/gyro"
)

// Rows that wait for their turn wait in memory, as long as there is room for them; then in files.
const (
	spoolChunk  = 256 << 10
	spoolChunks = 96 // of one run: 24 MiB
	spoolBuffer = 64 << 10
)

// spoolRoom is the room that the spools of one run have.
type spoolRoom struct{ taken, onDisk atomic.Int64 }

// spills reports whether rows lie on disk: nothing more is divided or read ahead then.
func (r *spoolRoom) spills() bool { return r.onDisk.Load() > 0 }

var chunkPool = sync.Pool{New: func() any { return new(make([]byte, 0, spoolChunk)) }}

// chunk gives an empty one; nil: there is no room.
func (r *spoolRoom) chunk() *[]byte {
	if r.taken.Add(1) > spoolChunks {
		r.taken.Add(-1)
		return nil
	}
	return chunkPool.Get().(*[]byte)
}

func (r *spoolRoom) free(c *[]byte) {
	*c = (*c)[:0]
	chunkPool.Put(c)
	r.taken.Add(-1)
}

// spool is rows that wait: each behind its length, in chunks of memory, none across two, and those that came when there was no room in a file
// that has no name. One goroutine writes them and another may read them meanwhile, once.
type spool struct {
	room   *spoolRoom
	meter  *meter // of those that wait; nil: none
	length []byte

	mu     sync.Mutex
	news   sync.Cond // there are more rows, or all
	chunks []*[]byte // those that were not read
	rows   int       // with the header
	file   *os.File  // nil: none was needed
	named  bool      // it has a name to the end
	w      *bufio.Writer
	size   int64 // bytes of the file, with those in w
	ended  bool
	err    error // of who writes
	closed bool
}

func newSpool(room *spoolRoom, m *meter) *spool {
	s := &spool{room: room, meter: m}
	s.news.L = &s.mu
	return s
}

func (s *spool) Write(row []byte) (int, error) {
	s.length = binary.AppendUvarint(s.length[:0], uint64(len(row)))
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return len(row), nil // nobody wants it any more
	}
	if s.rows++; s.meter != nil && s.rows > 1 {
		s.meter.waiting.Add(1)
	}
	if s.file == nil && s.keep(row) {
		return len(row), nil
	}
	if s.file == nil {
		file, err := os.CreateTemp("", "gyro-rows-")
		if err != nil {
			return 0, errSpool("keep rows on disk", err)
		}
		s.named = os.Remove(file.Name()) != nil // where it can't go while it is open, close removes it
		s.file, s.w = file, bufio.NewWriterSize(file, spoolBuffer)
		s.room.onDisk.Add(1)
		s.news.Signal() // the rows in memory have ended
	}
	before := s.flushed()
	for _, part := range [][]byte{s.length, row} {
		n, err := s.w.Write(part)
		if s.size += int64(n); err != nil {
			return 0, errSpool("keep rows on disk", err)
		}
	}
	if s.flushed() > before {
		s.news.Signal()
	}
	return len(row), nil
}

// flushed is how much of the file can be read.
func (s *spool) flushed() int64 { return s.size - int64(s.w.Buffered()) }

// errSpool says what went wrong with a file of rows.
func errSpool(op string, err error) error {
	return &gyro.Error{Op: op, Err: err, Hint: "TMPDIR names another directory; with fewer {Workers} fewer rows wait there"}
}

// keep puts a row in memory, unless there is no room for it.
func (s *spool) keep(row []byte) bool {
	size := len(s.length) + len(row)
	if size > spoolChunk {
		return false
	}
	if n := len(s.chunks); n == 0 || len(*s.chunks[n-1])+size > spoolChunk {
		c := s.room.chunk()
		if c == nil {
			return false
		}
		s.chunks = append(s.chunks, c)
		s.news.Signal()
	}
	last := s.chunks[len(s.chunks)-1]
	*last = append(append(*last, s.length...), row...)
	return true
}

// end says that no row comes any more, and why where that is an error.
func (s *spool) end(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended, s.err = true, err
	s.news.Signal()
}

// spooledAtOnce is after how many rows those who write them look whether they are still wanted.
const spooledAtOnce = 4096

// replay writes the rows until they have ended, and gives back what they took.
func (s *spool) replay(ctx context.Context, to io.Writer) error {
	defer s.close()
	rows := spooled{spool: s}
	for n := 0; ; n++ {
		if n%spooledAtOnce == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err := rows.next(); err != nil || rows.row == nil {
			return err
		}
		if _, err := to.Write(rows.row); err != nil {
			return err
		}
	}
}

// close gives back what the rows take.
func (s *spool) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	s.closed = true
	s.news.Signal()
	for _, c := range s.chunks {
		s.room.free(c)
	}
	s.chunks = nil
	if s.file != nil {
		_ = s.file.Close()
		if s.named {
			_ = os.Remove(s.file.Name())
		}
		s.room.onDisk.Add(-1)
	}
}

// more waits for rows behind those of the first chunk that were read, and gives its chunk and where they begin; nil: those in memory have ended.
func (s *spool) more(at int) (chunk []byte, from int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch n := len(s.chunks); {
		case n > 0 && len(*s.chunks[0]) > at:
			return *s.chunks[0], at
		case n > 1 || n == 1 && (s.ended || s.file != nil):
			s.room.free(s.chunks[0])
			s.chunks, at = s.chunks[1:], 0
		case s.ended || s.file != nil || s.closed:
			return nil, 0
		default:
			s.news.Wait()
		}
	}
}

// inMemory reports whether all rows were.
func (s *spool) inMemory() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.file == nil
}

// failed is what kept who writes from the end.
func (s *spool) failed() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// readFile reads on in the file, when there is more.
func (s *spool) readFile(p []byte, at int64) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.size == at && !s.ended && !s.closed {
		s.news.Wait()
	}
	if s.file == nil || s.size == at || s.closed {
		return 0, cmp.Or(s.err, io.EOF)
	}
	if s.flushed() == at {
		if err := s.w.Flush(); err != nil {
			return 0, errSpool("keep rows on disk", err)
		}
	}
	n := min(int64(len(p)), s.flushed()-at)
	read, err := s.file.ReadAt(p[:n], at)
	if errors.Is(err, io.EOF) { // it is shorter than what was written
		err = io.ErrUnexpectedEOF
	}
	return read, err //nolint:wrapcheck // next does it
}

// spooled reads the rows of a spool once.
type spooled struct {
	spool *spool
	chunk []byte // as much of it as is known
	at    int    // in it
	in    *bufio.Reader
	file  int64  // in the file
	read  int    // rows, with the header
	row   []byte // nil at the end; valid until the next
	own   []byte // in which rows of the file lie
}

// Read reads the file.
func (s *spooled) Read(p []byte) (int, error) {
	n, err := s.spool.readFile(p, s.file)
	s.file += int64(n)
	return n, err
}

func (s *spooled) next() error {
	if s.read++; s.read > 2 && s.row != nil && s.spool.meter != nil { // the header does not count
		s.spool.meter.waiting.Add(-1)
	}
	s.row = nil
	if s.in == nil && s.at == len(s.chunk) {
		if s.chunk, s.at = s.spool.more(s.at); s.chunk == nil {
			if s.spool.inMemory() {
				return nil
			}
			s.in = bufio.NewReaderSize(s, spoolBuffer)
		}
	}
	if s.in == nil {
		length, size := binary.Uvarint(s.chunk[s.at:])
		end := s.at + size + int(length)
		s.row = s.chunk[s.at+size : end : end]
		s.at = end
		return nil
	}
	length, err := binary.ReadUvarint(s.in)
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err == nil {
		if uint64(cap(s.own)) < length {
			s.own = make([]byte, length)
		}
		s.row = s.own[:length]
		_, err = io.ReadFull(s.in, s.row)
	}
	var failure *gyro.Error
	switch {
	case err == nil:
		return nil
	case s.spool.failed() != nil:
		err = s.spool.failed()
	case !errors.As(err, &failure):
		err = errSpool("read rows from disk", err)
	}
	s.row = nil
	return err
}
