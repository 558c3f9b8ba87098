package gyro

import (
	"errors"
	"fmt"
)

// ErrExists is wrapped by what [Slicer.Run] returns where the target holds files of the
// slice already and was not told to overwrite them. Nothing was read or written.
var ErrExists = errors.New("exists already")

// ErrConflict is wrapped by a [Source]'s errors where the server gave the snapshot up for
// reasons of its own, such as a standby that had to go on with recovery. Nothing is wrong with
// what was asked; [Slicer.Run] asks again, on a new snapshot.
var ErrConflict = errors.New("the server gave up the snapshot")

// ErrUnproven is wrapped by what [Slicer.Run] returns where the slice that is to be loaded is
// not whole or not closed. Nothing was loaded.
var ErrUnproven = errors.New("the slice is not proved")

// ErrUncertain is wrapped by what [Slicer.Run] returns where the connection was lost while a load
// was committed, and the server could not be asked whether it counts.
var ErrUncertain = errors.New("whether the load counts is not known")

// Error is an operation that failed: what was done, on what, why, and what to do.
// Its text quotes no value of a row, no password and no DSN.
type Error struct {
	Op    string // "copy", "connect"
	Place string // "accounts_shop", "directory slices/a"; may be empty
	Err   error  // the cause
	Hint  string // what to do; may be empty
}

func (e *Error) Error() string {
	text := e.Op
	if e.Place != "" {
		text += " " + e.Place
	}
	return withHint(text+": "+e.Err.Error(), e.Hint)
}

func (e *Error) Unwrap() error { return e.Err }

// Mistake is one thing that was declared wrong: in an importer, a job, a query. All
// mistakes are returned together, joined by [errors.Join]; errors.As finds the first.
type Mistake struct {
	Place   string // "importer accounts_shop, column \"tenat\""
	Problem string
	Hint    string // what to write instead; may be empty
	Err     error  // the cause, where another component found it; may be nil
}

func (m *Mistake) Error() string {
	return withHint(m.Place+": "+m.Problem, m.Hint)
}

func (m *Mistake) Unwrap() error { return m.Err }

func withHint(text, hint string) string {
	if hint == "" {
		return text
	}
	return fmt.Sprintf("%s (%s)", text, hint)
}
