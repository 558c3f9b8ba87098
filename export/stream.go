package export

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
)

// streamBuffer holds what COPY sends row by row until it is worth a system call.
const streamBuffer = 64 << 10

// stream counts and hashes what is written to one file, behind one buffer: what a row
// costs is a copy and an addition, the rest is paid once a buffer.
type stream struct {
	buffer *bufio.Writer
	sink   *sink
	writes int64
	meter  *meter
}

// sink is what stands behind the buffer.
type sink struct {
	w     io.Writer
	sum   hash.Hash
	bytes int64
}

func newStream(w io.Writer, m *meter) *stream {
	s := &sink{w: w, sum: sha256.New()}
	return &stream{buffer: bufio.NewWriterSize(s, streamBuffer), sink: s, meter: m}
}

func (s *stream) Write(p []byte) (int, error) {
	if len(p) > s.buffer.Available() {
		s.meter.rows.Store(max(0, s.writes-1)) // the header is not a row
		s.meter.bytes.Store(s.sink.bytes)
	}
	s.writes++
	return s.buffer.Write(p)
}

// finish empties the buffer and gives the size and the hex SHA-256 of all that was written.
func (s *stream) finish() (bytes int64, sum string, err error) {
	if err := s.buffer.Flush(); err != nil {
		return 0, "", err
	}
	return s.sink.bytes, hex.EncodeToString(s.sink.sum.Sum(nil)), nil
}

func (s *sink) Write(p []byte) (int, error) {
	n, err := s.w.Write(p)
	s.sum.Write(p[:n])
	s.bytes += int64(n)
	return n, err
}
