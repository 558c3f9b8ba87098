package gyro

import (
	"errors"
)

// ErrExists is wrapped by what export.Slice.Run returns where the target holds files of the
// slice already and was not told to overwrite them. Nothing was read or written.
var ErrExists = errors.New("exists already")

// ErrConflict is wrapped by a database's errors where the server gave the snapshot up for
// reasons of its own, such as a standby that had to go on with recovery. Nothing is wrong with
// what was asked; export.Slice.Run asks again, on a new snapshot.
var ErrConflict = errors.New("the server gave up the snapshot")

// ErrUnproven is wrapped by what load.Slice.Run returns where the slice that is to be loaded is
// not whole or not closed. Nothing was loaded.
var ErrUnproven = errors.New("slice verification failed")

// ErrUncertain is wrapped by what Run of a load returns where the connection was lost while a load
// was committed, and the server could not be asked whether it counts.
var ErrUncertain = errors.New("commit outcome unknown")

// Error is an operation that failed: what was done, on what, why, and what to do.
// Its text quotes no value of a row, no password and no DSN.
type Error struct {
	Op    string // "copy", "connect"
	Place string // "accounts_shop", "directory slices/a"; may be empty
	Err   error  // the cause
	Hint  Text   // what to do; may be empty
}

func (e *Error) Error() string { return e.Text().String() }

// Text is the whole error, as [Error.Error] says it.
func (e *Error) Text() Text {
	text := e.Op
	if e.Place != "" {
		text += " " + e.Place
	}
	return withHint(Text(text+": ")+textOf(e.Err), e.Hint)
}

// textOf is what an error says, with its settings still to be called by their names.
func textOf(err error) Text {
	switch e := err.(type) { //nolint:errorlint // what wraps one of them has words of its own
	case Text:
		return e
	case interface{ Text() Text }:
		return e.Text()
	}
	return Text(err.Error())
}

func (e *Error) Unwrap() error { return e.Err }

// Words is what a server said of an error in its own words, which may quote values of rows: for who asks for it. "" where
// it said nothing.
func Words(err error) string {
	var said interface{ Words() string }
	if !errors.As(err, &said) {
		return ""
	}
	return said.Words()
}

// Mistake is one thing that was declared wrong: in an importer, a job, a query. All
// mistakes are returned together, joined by [errors.Join]; errors.As finds the first.
type Mistake struct {
	Place   Text // "importer accounts_shop, column \"tenat\""
	Problem Text
	Hint    Text  // what to write instead; may be empty
	Err     error // the cause, where another component found it; may be nil
}

func (m *Mistake) Error() string {
	return m.Text().String()
}

// Text is the whole mistake, as [Mistake.Error] says it.
func (m *Mistake) Text() Text { return withHint(m.Place+": "+m.Problem, m.Hint) }

func (m *Mistake) Unwrap() error { return m.Err }

func withHint(text, hint Text) Text {
	if hint == "" {
		return text
	}
	return text + " (" + hint + ")"
}
