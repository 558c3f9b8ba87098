//go:build unix

package csvdir

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// lockDir takes the directory's lock; closing the file, or the process's end, gives it back.
func lockDir(path string) (*os.File, error) {
	dir, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	if err := unix.Flock(int(dir.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		_ = dir.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, errors.New("another gyro is writing to it")
		}
		return nil, fmt.Errorf("lock: %w", err)
	}
	return dir, nil
}

// lockFile takes a file's lock, or says that another process holds it.
func lockFile(file *os.File) error {
	return unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
}

// writable says why a directory can't be written, or nil.
func writable(path string) error {
	return unix.Access(path, unix.W_OK|unix.X_OK)
}
