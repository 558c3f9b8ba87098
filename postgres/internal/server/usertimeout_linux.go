package server

import (
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// setUserTimeout bounds how long what was sent may be without receipt.
func setUserTimeout(c syscall.RawConn, bound time.Duration) error {
	var err error
	if control := c.Control(func(fd uintptr) {
		err = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(bound.Milliseconds()))
	}); control != nil {
		return control //nolint:wrapcheck // pgx wraps it
	}
	return err //nolint:wrapcheck // pgx wraps it
}
