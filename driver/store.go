package driver

import (
	"context"
	"io"
)

// Store is a place for a slice, such as csvdir.Dir: to put one, or to read the one it holds.
type Store interface {
	// Slice opens the slice that is there.
	Slice(ctx context.Context) (Slice, error)
	// Check says whether Begin would refuse; it changes nothing.
	Check(ctx context.Context, files []string) error
	// Begin makes ready to take these files. Where one of them is there already and the
	// target was not told to overwrite, the error wraps [ErrExists].
	Begin(ctx context.Context, files []string) (SliceWriter, error)
}

// SliceWriter takes one slice. It is used by one goroutine at a time. After Commit or
// Abort it is done.
type SliceWriter interface {
	// Create begins a file. The slice is not to be seen before Commit.
	Create(ctx context.Context, file string) (io.WriteCloser, error)
	// Commit makes the slice complete, and durable: the files that were closed, and the
	// manifest.
	Commit(ctx context.Context, m Manifest) error
	// Abort leaves what was there before Begin. After Commit it does nothing.
	Abort() error
	// Place is where the slice lies, for a person to read.
	Place() string
}

// Slice is a slice that a [Store] holds. It is used by one goroutine at a time.
type Slice interface {
	// Manifest says what the slice holds.
	Manifest() Manifest
	// Verify proves from the files alone that the slice is whole and closed; what is wrong
	// with it comes back whole, each an error that wraps [ErrUnproven].
	Verify(ctx context.Context) error
	// File opens one of the files that the manifest lists.
	File(ctx context.Context, name string) (io.ReadCloser, error)
	// Place is where the slice lies, for a person to read.
	Place() string
}
