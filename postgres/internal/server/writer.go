package server

import "io"

// Writer remembers its own error, to tell it from the connection's.
type Writer struct {
	To  io.Writer
	Err error
}

func (w *Writer) Write(p []byte) (int, error) {
	n, err := w.To.Write(p)
	if err != nil {
		w.Err = err
	}
	return n, err
}
