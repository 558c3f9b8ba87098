package csvdir

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// errNotRegular is wrapped by what openRegular returns for what is there and no regular file.
var errNotRegular = errors.New("it is no regular file")

// openRegular opens a file of a slice. What stands in a directory of ours is a regular file of its own: a link
// could lead anywhere, and reading a pipe or a device may never end.
func openRegular(path string) (*os.File, error) {
	before, err := os.Lstat(path)
	if err != nil {
		return nil, err //nolint:wrapcheck // it says the path
	}
	if !before.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: %w", path, errNotRegular)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err //nolint:wrapcheck // it says the path
	}
	if now, err := file.Stat(); err != nil || !os.SameFile(before, now) {
		_ = file.Close() // only read
		return nil, fmt.Errorf("%s: %w", path, errors.Join(errNotRegular, err))
	}
	return file, nil
}

// readSmall reads a regular file of at most limit bytes.
func readSmall(path string, limit int64) ([]byte, error) {
	file, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // only read
	text, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err != nil {
		return nil, err //nolint:wrapcheck // it says the path
	}
	if int64(len(text)) > limit {
		return nil, fmt.Errorf("%s is larger than %d MB", path, limit>>20)
	}
	return text, nil
}

// ownDir sees to it that a directory which Gyro made inside a slice's is one: a link in its place leads to what
// is somebody else's. One that is not there is no error.
func ownDir(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err //nolint:wrapcheck // it says the path
	case !info.IsDir():
		return fmt.Errorf("%s is no directory of Gyro's; remove it", path)
	}
	return nil
}
