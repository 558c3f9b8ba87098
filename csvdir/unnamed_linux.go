package csvdir

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// unnamedFile makes a file in dir that has no name; not every file system can.
func unnamedFile(dir string) (*os.File, error) {
	if _, err := os.Stat("/proc/self/fd"); err != nil { // by which it gets a name
		return nil, err //nolint:wrapcheck // it says the path
	}
	fd, err := unix.Open(dir, unix.O_TMPFILE|unix.O_RDWR|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: dir, Err: err}
	}
	return os.NewFile(uintptr(fd), dir), nil
}

// nameFile gives it a name that no other file has.
func nameFile(file *os.File, path string) error {
	err := unix.Linkat(unix.AT_FDCWD, "/proc/self/fd/"+strconv.Itoa(int(file.Fd())), unix.AT_FDCWD, path, unix.AT_SYMLINK_FOLLOW)
	if err != nil {
		return &os.PathError{Op: "link", Path: path, Err: err}
	}
	return nil
}
