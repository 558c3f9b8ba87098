package pgtest

import (
	"fmt"
	"os"
	"path/filepath"
)

// maxSocketPath is what a socket's path may be long: the kernel's limit is 104
// bytes on macOS and 108 on Linux, with the closing zero.
const maxSocketPath = 100

// folder makes the folder of a server: in the system's place for temporary
// files, or in /tmp where that is too deep for a socket or closed to the user.
func folder(user *account) (string, error) {
	base, err := filepath.Abs(os.TempDir())
	if err != nil {
		return "", err
	}
	longest := filepath.Join(base, "gyro-pg-4294967295", ".s.PGSQL.65535.lock")
	if len(longest) > maxSocketPath || (user != nil && !openToAll(base)) {
		base = "/tmp"
	}
	dir, err := os.MkdirTemp(base, "gyro-pg-")
	if err != nil {
		return "", fmt.Errorf("make the server's folder: %w", err)
	}
	return dir, user.own(dir)
}

// openToAll tells whether any user may make and remove folders in dir.
func openToAll(dir string) bool {
	const write, enter = 0o002, 0o001
	need := os.FileMode(write | enter)
	for {
		info, err := os.Stat(dir)
		if err != nil || info.Mode().Perm()&need != need {
			return false
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return true
		}
		dir, need = parent, enter
	}
}
