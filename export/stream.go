package export

import (
	"bufio"
	"io"

	"github.com/gyrodata/gyro/driver"
)

// streamBuffer holds what COPY sends row by row until it is worth a system call.
const streamBuffer = 64 << 10

// stream counts and hashes what is written to one file, behind one buffer: what a row
// costs is a copy and an addition, the rest is paid once a buffer.
type stream struct {
	buffer *bufio.Writer
	digest *driver.Digest
	writes int64
	meter  *meter
}

func newStream(w io.Writer, m *meter) *stream {
	d := driver.WriteDigest(w)
	return &stream{buffer: bufio.NewWriterSize(d, streamBuffer), digest: d, meter: m}
}

func (s *stream) Write(p []byte) (int, error) {
	if len(p) > s.buffer.Available() {
		s.meter.rows.Store(max(0, s.writes-1)) // the header is not a row
		s.meter.bytes.Store(s.digest.Bytes())
	}
	s.writes++
	return s.buffer.Write(p)
}

// finish empties the buffer and gives the size and the hex SHA-256 of all that was written.
func (s *stream) finish() (bytes int64, sum string, err error) {
	if err := s.buffer.Flush(); err != nil {
		return 0, "", err
	}
	return s.digest.Bytes(), s.digest.SHA256(), nil
}
