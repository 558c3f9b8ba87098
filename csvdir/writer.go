package csvdir

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/gyrodata/gyro/driver"
)

// writer takes one slice into a directory that it holds the lock of.
type writer struct {
	dir      Dir
	expected []string
	lock     *os.File
	made     []string   // directories that were made, outermost first
	begun    bool       // .gyro-new is this writer's
	mu       sync.Mutex // guards open
	open     map[*file]bool
	syncing  sync.WaitGroup // files on their way to disk, while the next ones are written
	failed   atomic.Pointer[error]
	done     bool
}

var _ driver.SliceWriter = (*writer)(nil)

func (w *writer) begin() error {
	if err := w.makeDirs(); err != nil {
		return w.dir.failed("make", err, "")
	}
	lock, err := lockDir(w.dir.Path)
	if err != nil {
		return w.dir.failed("lock", err, "")
	}
	w.lock = lock
	if err := recoverSlice(w.dir.Path); err != nil {
		return w.dir.failed("recover", err, "")
	}
	if err := w.dir.vacant(w.expected); err != nil {
		return err
	}
	if err := os.Mkdir(w.path(newName), dirMode); err != nil {
		return w.dir.failed("write", err, "")
	}
	w.begun = true
	return nil
}

// makeDirs makes the directory and what is missing above it, and remembers which it made.
func (w *writer) makeDirs() error {
	var missing []string
	for path := filepath.Clean(w.dir.Path); ; path = filepath.Dir(path) {
		if _, err := os.Stat(path); err == nil || path == filepath.Dir(path) {
			break
		}
		missing = append(missing, path)
	}
	for i := len(missing) - 1; i >= 0; i-- {
		switch err := os.Mkdir(missing[i], dirMode); {
		case err == nil:
			w.made = append(w.made, missing[i])
		case !errors.Is(err, os.ErrExist): // else somebody else made it, or it leads nowhere
			return fmt.Errorf("mkdir: %w", err)
		}
	}
	return nil
}

func (w *writer) path(elements ...string) string {
	return filepath.Join(append([]string{w.dir.Path}, elements...)...)
}

// Place is the directory's absolute path.
func (w *writer) Place() string {
	if path, err := filepath.Abs(w.dir.Path); err == nil {
		return path
	}
	return w.dir.Path
}

// Create begins a file in .gyro-new.
func (w *writer) Create(ctx context.Context, name string) (io.WriteCloser, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	// Begin knew of the jobs' files only; a model that is included comes to light later.
	if info, err := os.Lstat(w.path(name)); err == nil && (!w.dir.Overwrite || !info.Mode().IsRegular()) {
		return nil, w.dir.exists([]string{name})
	}
	f, err := os.OpenFile(w.path(newName, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return nil, w.dir.failed("create a file in", err, "")
	}
	open := &file{File: f, writer: w, dir: w.dir}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.open == nil {
		w.open = map[*file]bool{}
	}
	w.open[open] = true
	return open, nil
}

// Commit completes the slice: see the package comment.
func (w *writer) Commit(ctx context.Context, m driver.Manifest) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return w.dir.failed("write the manifest in", err, "")
	}
	part, err := writePart(w.path(newName, manifestName), append(text, '\n')) // while the last file is on its way to disk
	if err != nil {
		return w.dir.failed("write the manifest in", err, "")
	}
	w.syncing.Wait()
	if failed := w.failed.Load(); failed != nil {
		return *failed
	}
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx) // the last moment at which a Ctrl-C leaves all as it was
	}
	if err := nameDurably(part, w.path(newName, manifestName)); err != nil {
		return w.dir.failed("write the manifest in", err, "")
	}
	w.done = true // from here on the new slice counts
	if err := rollForward(w.dir.Path); err != nil {
		err = w.dir.failed("complete", err, "the slice is complete in "+newName+"; the next run on this directory moves it in")
		return errors.Join(err, w.unlock())
	}
	return w.unlock()
}

// Abort takes away what was begun.
func (w *writer) Abort() error {
	if w.done {
		return nil
	}
	w.done = true
	w.syncing.Wait()
	for open := range w.open { // nobody writes any more
		_ = open.File.Close() // it may be closed already
	}
	var err error
	if w.begun { // else what lies there is another run's, and may be a complete slice
		err = sweep(w.dir.Path)
	}
	w.unmake()
	return errors.Join(err, w.unlock())
}

// unmake removes the directories that begin made, where they are empty.
func (w *writer) unmake() {
	for i := len(w.made) - 1; i >= 0; i-- {
		if os.Remove(w.made[i]) != nil {
			return // somebody put something there
		}
	}
}

func (w *writer) unlock() error {
	if w.lock == nil {
		return nil
	}
	if err := w.lock.Close(); err != nil {
		return w.dir.failed("unlock", err, "")
	}
	w.lock = nil
	return nil
}

// writebackSize is how much is written before the kernel is told to begin with it.
const writebackSize = 4 << 20

// file is one CSV file being written.
type file struct {
	*os.File
	writer  *writer
	dir     Dir
	closed  bool
	written int64
	begun   int64 // of written, what the kernel was told of
}

func (f *file) Write(p []byte) (int, error) {
	if f.closed {
		return 0, f.dir.failed("write", os.ErrClosed, "")
	}
	n, err := f.File.Write(p)
	if err != nil {
		return n, f.dir.failed("write", err, "")
	}
	f.written += int64(n)
	if f.written-f.begun >= writebackSize {
		writeback(f.File, f.begun, f.written-f.begun)
		f.begun = f.written
	}
	return n, nil
}

// Close begins to flush the file to disk. Commit waits for it, and says what went wrong.
func (f *file) Close() error {
	if f.closed {
		return f.dir.failed("write", os.ErrClosed, "")
	}
	f.closed = true
	f.writer.syncing.Go(func() {
		err := f.Sync()
		if closeErr := f.File.Close(); err == nil {
			err = closeErr
		}
		if err != nil {
			err = f.dir.failed("write", err, "")
			f.writer.failed.CompareAndSwap(nil, &err)
		}
	})
	f.writer.mu.Lock()
	defer f.writer.mu.Unlock()
	delete(f.writer.open, f)
	return nil
}
