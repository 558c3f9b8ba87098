package main

import (
	"errors"
	"io"
	"syscall"

	"github.com/gyrodata/gyro/progress"
)

// screen is what users read: nothing in it is obeyed by a terminal but line ends and tabs. It remembers what was lost.
type screen struct {
	w      io.Writer
	failed error // the first
}

// Write takes whole texts, as fmt.Fprintf writes them.
func (s *screen) Write(b []byte) (int, error) {
	if s.failed != nil {
		return 0, s.failed
	}
	if _, s.failed = io.WriteString(s.w, progress.Printable(string(b), "\n\t")); s.failed != nil {
		return 0, s.failed
	}
	return len(b), nil
}

// lost is why what was written can't be read; nil where all can, or where who reads went away, as head does.
func (s *screen) lost() error {
	if errors.Is(s.failed, syscall.EPIPE) {
		return nil
	}
	return s.failed
}
