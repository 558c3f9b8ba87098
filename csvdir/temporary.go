package csvdir

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// temporary is a file that holds others' rows for a while. It has no name where the system can do that, so that a run that is
// killed leaves nothing behind; else one that the next run finds, and removes.
type temporary struct {
	*os.File
	named bool
}

// newTemporary makes one in dir, its owner's alone; pattern is that of names, as os.CreateTemp has it.
func newTemporary(dir, pattern string) (*temporary, error) {
	sweepFiles(dir, pattern)
	if file, err := unnamedFile(dir); err == nil {
		return &temporary{File: file}, nil
	}
	file, err := os.CreateTemp(dir, pattern)
	if err != nil {
		return nil, err //nolint:wrapcheck // it says the path
	}
	t := &temporary{file, true}
	if err := lockFile(file); err != nil {
		return nil, errors.Join(err, t.remove())
	}
	return t, nil
}

// sweepFiles removes what runs left that were killed: files that nobody holds.
func sweepFiles(dir, pattern string) {
	left, _ := filepath.Glob(filepath.Join(dir, pattern)) // the pattern is well-formed
	for _, path := range left {
		file, err := openRegular(path)
		if err != nil {
			continue // another's
		}
		if lockFile(file) == nil {
			_ = os.Remove(path)
		}
		_ = file.Close() // only read
	}
}

// link gives the file a name that no other has.
func (t *temporary) link(path string) error {
	if t.named {
		return os.Link(t.Name(), path) //nolint:wrapcheck // it says the paths
	}
	return nameFile(t.File, path)
}

// remove closes the file, and takes away its temporary name. It may be called again.
func (t *temporary) remove() error {
	_ = t.Close() // it may have been
	if !t.named {
		return nil
	}
	if err := os.Remove(t.Name()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err //nolint:wrapcheck // it says the path
	}
	return nil
}
