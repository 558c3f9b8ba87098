package export

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"testing"
)

// summed is the digest of what comes, row by row.
type summed struct {
	rows int
	sum  [32]byte
	fail int // at this row
}

var errFull = errors.New("full")

func (s *summed) Write(row []byte) (int, error) {
	if s.rows++; s.rows == s.fail {
		return 0, errFull
	}
	s.sum = sha256.Sum256(append(s.sum[:], row...))
	return len(row), nil
}

// Rows come out of a spool as they went in, while others go in, whether they lie in memory or on disk, and are larger than a chunk or empty. What
// they took is given back, also where nobody wanted them to the end.
func TestSpool(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	row := func(i int) []byte {
		switch i % 5000 {
		case 17:
			return bytes.Repeat([]byte{byte(i)}, spoolChunk-2)
		case 4000:
			return bytes.Repeat([]byte{byte(i)}, spoolChunk+i%3)
		case 5:
			return nil
		}
		return fmt.Appendf(nil, "%d,%s\n", i, bytes.Repeat([]byte("x"), i%300))
	}
	for _, rows := range []int{0, 1, 3000, 150_000} {
		for _, fail := range []int{0, 1, rows / 2} {
			for _, beside := range []bool{false, true} {
				var room spoolRoom
				s, want, got := newSpool(&room, nil), &summed{}, &summed{fail: fail}
				write := func() {
					defer s.end(nil)
					for i := range rows {
						_, _ = want.Write(row(i))
						if _, err := s.Write(row(i)); err != nil {
							t.Error(err)
							return
						}
					}
				}
				written := make(chan struct{})
				go func() {
					defer close(written)
					write()
				}()
				if !beside {
					<-written
				}
				err := s.replay(t.Context(), got)
				<-written
				switch {
				case fail > 0 && rows > 0:
					if !errors.Is(err, errFull) {
						t.Errorf("%d rows, beside %v: got %v", rows, beside, err)
					}
				case err != nil || got.rows != want.rows || got.sum != want.sum:
					t.Errorf("%d rows, beside %v: %d came out, %v", rows, beside, got.rows, err)
				}
				if taken := room.taken.Load(); taken != 0 {
					t.Errorf("%d rows, fails at %d, beside %v: %d chunks are not given back", rows, fail, beside, taken)
				}
			}
		}
	}
	if left, err := os.ReadDir(os.Getenv("TMPDIR")); err != nil || len(left) > 0 {
		t.Errorf("%v is left, %v", left, err)
	}
}

// full is a disk that takes so many bytes.
type full struct {
	io.Writer
	left int
}

func (f *full) Write(p []byte) (int, error) {
	if len(p) > f.left {
		n, _ := f.Writer.Write(p[:f.left])
		f.left = 0
		return n, errFull
	}
	f.left -= len(p)
	return f.Writer.Write(p)
}

// A disk that is full while rows are written and read is an error of the one who writes.
func TestSpoolFull(t *testing.T) {
	for _, left := range []int{0, 1, spoolBuffer, spoolBuffer + 1000, 3*spoolBuffer - 7} {
		var room spoolRoom
		room.taken.Store(spoolChunks)
		s := newSpool(&room, nil)
		if _, err := s.Write([]byte("header\n")); err != nil {
			t.Fatal(err)
		}
		s.w = bufio.NewWriterSize(&full{s.file, left}, spoolBuffer)
		_, _ = s.w.WriteString("\x07header\n")
		read := make(chan error)
		go func() { read <- s.replay(t.Context(), io.Discard) }()
		var err error
		for i := 0; err == nil && i < 1_000_000; i++ {
			_, err = s.Write(bytes.Repeat([]byte("r"), 1+i%90))
		}
		s.end(err)
		if err = errors.Join(err, <-read); !errors.Is(err, errFull) { // who comes upon it first
			t.Errorf("%d bytes left: got %v", left, err)
		}
	}
}
