package csvdir

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
)

// File is a foreign CSV file for sheets.Load. Its rejected rows go into the file
// reject, which must not be there yet; with "" there is none, and a single bad row refuses the
// load.
func File(path, reject string) driver.SheetFile {
	s := driver.SheetFile{Name: filepath.Base(path)}
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
		s.Size = info.Size()
	}
	s.Open = func(ctx context.Context) (io.ReadCloser, error) {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() { // before it is opened: that may wait for ever
			return nil, &gyro.Error{Op: "open", Place: path, Err: errors.New("it is no regular file, and may have to be read twice")}
		}
		file, err := os.Open(path)
		if err != nil {
			return nil, &gyro.Error{Op: "open", Place: path, Err: bare(err)}
		}
		if reject != "" {
			if err := vacantFile(reject); err != nil {
				_ = file.Close() // only read
				return nil, err
			}
		}
		return file, nil
	}
	if reject != "" {
		s.Reject = func(ctx context.Context) (driver.Rejects, error) {
			if ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
			return newRejects(reject)
		}
	}
	return s
}

// bare is the cause of an error that says the path itself.
func bare(err error) error {
	var e *fs.PathError
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}

// vacantFile sees to it that a file can be made, and is not there.
func vacantFile(path string) error {
	if info, err := os.Stat(filepath.Dir(path)); err != nil {
		return &gyro.Error{Op: "reject into", Place: path, Err: bare(err), Hint: "make the directory"}
	} else if !info.IsDir() {
		return &gyro.Error{Op: "reject into", Place: path, Err: fmt.Errorf("%s is no directory", filepath.Dir(path))}
	}
	if _, err := os.Lstat(path); err == nil {
		return &gyro.Error{Op: "reject into", Place: path, Err: fmt.Errorf("it %w", gyro.ErrExists), Hint: "rows that were rejected before are not written over: move it away, or name another file"}
	}
	return nil
}
