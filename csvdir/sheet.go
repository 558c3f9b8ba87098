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

// rejects is a file of rejected rows: a temporary one beside its place until Commit.
type rejects struct {
	path      string
	file      *os.File
	committed bool
}

func newRejects(path string) (*rejects, error) {
	file, err := os.CreateTemp(filepath.Dir(path), ".gyro-rejects-*")
	if err != nil {
		return nil, &gyro.Error{Op: "reject into", Place: path, Err: bare(err)}
	}
	return &rejects{path: path, file: file}, nil
}

func (r *rejects) Write(b []byte) (int, error) {
	n, err := r.file.Write(b)
	if err != nil {
		return n, &gyro.Error{Op: "reject into", Place: r.path, Err: bare(err)}
	}
	return n, nil
}

// Commit gives the file its name, unless another one has it by now.
func (r *rejects) Commit(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	err := errors.Join(r.file.Sync(), r.file.Close()) // its owner's alone, as CreateTemp makes it
	if err == nil {
		err = os.Link(r.file.Name(), r.path)
	}
	if err == nil {
		r.committed = true
		err = errors.Join(os.Remove(r.file.Name()), syncDir(filepath.Dir(r.path)))
	}
	if errors.Is(err, fs.ErrExist) {
		return vacantFile(r.path)
	}
	if err != nil {
		return &gyro.Error{Op: "reject into", Place: r.path, Err: bare(err)}
	}
	return nil
}

// Abort removes what was written.
func (r *rejects) Abort() error {
	_ = r.file.Close() // Commit may have
	var own error
	if r.committed {
		own = os.Remove(r.path)
	}
	if err := os.Remove(r.file.Name()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		own = errors.Join(own, err)
	}
	if own != nil {
		return &gyro.Error{Op: "remove", Place: r.path, Err: bare(own)}
	}
	return nil
}

// Place is the file's absolute path.
func (r *rejects) Place() string {
	if path, err := filepath.Abs(r.path); err == nil {
		return path
	}
	return r.path
}
