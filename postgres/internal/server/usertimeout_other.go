//go:build !linux

package server

import (
	"syscall"
	"time"
)

// setUserTimeout does nothing: only Linux has it, and keep-alives do what they can.
func setUserTimeout(syscall.RawConn, time.Duration) error { return nil }
