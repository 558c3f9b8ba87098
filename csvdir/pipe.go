package csvdir

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
)

// Pipe is [File] for what can be read once only: standard input, a named pipe. It is read to its end first, into a
// temporary file that has no name where the system allows that, so that a run that is killed leaves no row behind.
// open is called once; who writes may take his time, and is left alone where ctx ends. The file is there
// until done is called.
func Pipe(ctx context.Context, name, reject string, open func() (io.ReadCloser, error)) (_ driver.SheetFile, done func(), err error) {
	fail := func(err error) (driver.SheetFile, func(), error) {
		return driver.SheetFile{}, func() {}, &gyro.Error{Op: "keep", Place: name, Err: bare(err)}
	}
	file, err := newTemporary(os.TempDir(), "gyro-stdin-*.csv")
	if err != nil {
		return fail(err)
	}
	if file.named {
		_ = os.Remove(file.Name()) // where it can't go while it is open, done removes it
	}
	done = func() { _ = file.remove() }
	copied := make(chan error, 1)
	go func() {
		source, err := open()
		if err != nil {
			copied <- err
			return
		}
		_, err = io.Copy(file, source)
		copied <- errors.Join(err, source.Close())
	}()
	select {
	case err = <-copied:
	case <-ctx.Done():
		done()
		return driver.SheetFile{}, func() {}, context.Cause(ctx)
	}
	if err != nil {
		done()
		return fail(err)
	}
	info, err := file.Stat()
	if err != nil {
		done()
		return fail(err)
	}
	s := driver.SheetFile{Name: name, Size: info.Size()}
	s.Open = func(context.Context) (io.ReadCloser, error) {
		if reject != "" {
			if err := vacantFile(reject); err != nil {
				return nil, err
			}
		}
		return io.NopCloser(io.NewSectionReader(file, 0, info.Size())), nil
	}
	if reject != "" {
		s.Reject = func(context.Context) (driver.Rejects, error) { return newRejects(reject) }
	}
	return s, done, nil
}
