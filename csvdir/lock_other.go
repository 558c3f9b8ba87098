//go:build !unix

package csvdir

import (
	"fmt"
	"os"
)

// lockDir takes no lock where the system has no flock: two runs on one directory are then
// kept apart only by .gyro-new, which the second can't make.
func lockDir(path string) (*os.File, error) {
	f, err := os.CreateTemp(path, ".gyro-lock-*")
	if err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	_ = os.Remove(f.Name())
	return f, nil
}

// lockFile takes no lock; a file that is open can't be removed there.
func lockFile(*os.File) error { return nil }

// writable leaves it to the first write to find out.
func writable(string) error { return nil }
