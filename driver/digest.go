package driver

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"sync/atomic"
)

// Digest counts and hashes the bytes that pass through it, as a [ManifestFile] has them. It is a reader or a
// writer, by how it was made, and used by one goroutine at a time; Bytes may be called by others
// meanwhile.
type Digest struct {
	reader io.Reader
	writer io.Writer
	hash   hash.Hash // nil: it only counts
	bytes  atomic.Int64
}

// ReadDigest is a reader of r that counts and hashes what is read.
func ReadDigest(r io.Reader) *Digest { return &Digest{reader: r, hash: sha256.New()} }

// ReadCount is ReadDigest without the hash, for what is read a second time.
func ReadCount(r io.Reader) *Digest { return &Digest{reader: r} }

// WriteDigest is a writer to w that counts and hashes what was written.
func WriteDigest(w io.Writer) *Digest { return &Digest{writer: w, hash: sha256.New()} }

// Read reads from the reader.
func (f *Digest) Read(b []byte) (int, error) {
	n, err := f.reader.Read(b)
	f.take(b[:n])
	return n, err //nolint:wrapcheck // io.EOF has to stay what it is
}

// Write writes to the writer.
func (f *Digest) Write(b []byte) (int, error) {
	n, err := f.writer.Write(b)
	f.take(b[:n])
	return n, err //nolint:wrapcheck // it is the writer's own
}

func (f *Digest) take(b []byte) {
	if f.hash != nil {
		f.hash.Write(b)
	}
	f.bytes.Add(int64(len(b)))
}

// Bytes is how many bytes have passed.
func (f *Digest) Bytes() int64 { return f.bytes.Load() }

// SHA256 is the hash of the bytes that have passed, in hex; empty where none is taken.
func (f *Digest) SHA256() string {
	if f.hash == nil {
		return ""
	}
	return hex.EncodeToString(f.hash.Sum(nil))
}
