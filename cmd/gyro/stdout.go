package main

import (
	"errors"
	"fmt"
	"io"
	"syscall"
)

// report is standard output: it remembers that it could not be written.
type report struct {
	io.Writer
	err error
}

func (r *report) Write(p []byte) (int, error) {
	n, err := r.Writer.Write(p)
	if err != nil && r.err == nil {
		r.err = err
	}
	return n, err //nolint:wrapcheck // a Writer's own
}

// unread tells on standard error what is lost where the report of a run that was done could not be written, and whether that
// is a failure: who reads no further, as head does, has read enough.
func (c *cli) unread(err error) (failed bool) {
	if err == nil {
		return false
	}
	if c.record != "" {
		fmt.Fprintf(c.stderr, "undo     gyro undo %s --target …\n", c.record)
	}
	if errors.Is(err, syscall.EPIPE) {
		return false
	}
	c.printError(fmt.Errorf("it was done, but the report of it could not be written: %w", err))
	return true
}
