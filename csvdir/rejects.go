package csvdir

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gyrodata/gyro"
)

// rejects is a file of rejected rows: a temporary one until Commit.
type rejects struct {
	path      string
	file      *temporary
	committed bool
}

func newRejects(path string) (*rejects, error) {
	file, err := newTemporary(filepath.Dir(path), ".gyro-rejects-*")
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
	err := r.file.Sync() // its owner's alone, as it was made
	if err == nil {
		err = r.file.link(r.path)
	}
	if err == nil {
		r.committed = true
		err = errors.Join(r.file.remove(), syncDir(filepath.Dir(r.path)))
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
	own := r.file.remove()
	if r.committed {
		own = errors.Join(own, os.Remove(r.path))
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
