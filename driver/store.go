package driver

import (
	"context"
	"io"
)

// Store is a place for a slice, such as csvdir.Dir: to put one, or to read the one it holds. It may be
// used by many goroutines at once. All Stores of one place see the same slice: it lies in the place,
// not in the Store.
type Store interface {
	// Slice opens the slice that is there. A slice that is not complete, or was not committed, is
	// none, and where there is none Slice gives an error.
	Slice(ctx context.Context) (Slice, error)
	// Check says whether Begin would refuse, with the same error; it changes nothing. Begin may refuse
	// later all the same, since others may write meanwhile.
	Check(ctx context.Context, files []string) error
	// Begin makes ready to take a slice with these files, whose names differ. Where a slice is there
	// already, or one of the files, and the Store was not told to overwrite, the error wraps
	// [gyro.ErrExists]. Told to overwrite, it replaces what the manifest that is there describes, and refuses
	// where a file is another: that one is somebody's. While another slice is on its way to the same place, Begin refuses; it does not
	// wait. After an error nothing is left behind.
	//
	// The caller ends what it began, with Commit or Abort.
	Begin(ctx context.Context, files []string) (SliceWriter, error)
}

// Retirer is a [Store] in which the record of a load can be marked when a later load went over its rows: it knows less than
// the record of that one, and would let rows in twice.
type Retirer interface {
	// Retire marks the record that is there: from then on Slice gives an error that names by, the place of the later
	// record; empty: the later load left none.
	Retire(ctx context.Context, by string) error
}

// SliceWriter takes one slice: Create for each file, then Commit or Abort. Several files may be open side by side, Create be called
// by several goroutines, and each file be written by one; Commit and Abort are called when they have come to their
// end. Until Commit the place shows what it showed before.
//
// After an error of Create, of Commit, or of a file's Write or Close, the slice can't be completed: the
// caller calls Abort, and nothing else but Place.
type SliceWriter interface {
	// Create begins a file. It may be one that Begin was not told of; where that is there already, and
	// the Store was not told to overwrite, the error wraps [gyro.ErrExists]. A file that this writer has
	// already is an error.
	//
	// The file before was closed. ctx holds up to the file's Close: a Write that waits ends with it. What
	// Write or Close could not do may also be told by Commit.
	Create(ctx context.Context, file string) (io.WriteCloser, error)
	// Commit makes the slice complete, and durable: all files that were created, which were closed, and
	// the manifest. A slice that is replaced is gone then, with those of its files that the new one has
	// not. Where ctx ends before the slice counts, it does not count.
	//
	// An error means that the slice is not there yet. Where it was past the point at which it can be
	// taken back, the error's hint says what completes it, and Abort leaves it.
	Commit(ctx context.Context, m Manifest) error
	// Abort leaves what was there before Begin, also where a file is still open. After Commit, or a
	// second time, it does nothing and gives nil. It takes no context, for it is called where that has
	// ended; it does not wait for anybody.
	Abort() error
	// Place is where the slice lies, for a person to read. It may be asked at any time.
	Place() string
}

// Slice is a slice that a [Store] holds. It may be used as long as nobody overwrites the slice, and has
// nothing to be closed but its files. It is used by one goroutine at a time, but for Verify, beside which another opens files, and
// for the files that File opened: each of them by one.
type Slice interface {
	// Manifest says what the slice holds: what Commit was given. It is not to be changed.
	Manifest() Manifest
	// Verify proves from the files alone that the slice is whole and closed: that each file is the one which
	// the manifest lists (Bytes, SHA256, Rows, the columns in its header), that keys are unique, and that
	// every reference is NULL or leads to a row of the slice, but for those that the manifest says can't be
	// proved. What is wrong with it comes back whole, joined, each an error that wraps [gyro.ErrUnproven].
	// Another error is what kept it from looking.
	Verify(ctx context.Context) error
	// File opens one of the files that the manifest lists, the lists of included rows among them, at its
	// first byte; each time anew, and several may be open. Another name is an error. ctx holds up to
	// the file's Close.
	File(ctx context.Context, name string) (io.ReadCloser, error)
	// Place is where the slice lies, for a person to read.
	Place() string
}
