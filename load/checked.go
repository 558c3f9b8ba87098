package load

import (
	"context"
	"errors"
	"io"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/internal/loadplan"
)

// fileChecks opens the files of a slice, and sees to it that what is loaded is what was
// proved.
type fileChecks struct {
	slice  driver.Slice
	steps  []*loadplan.Step
	opened []*checkedFile
}

func (f *fileChecks) open(ctx context.Context, table int) (io.ReadCloser, error) {
	m := f.steps[table].File
	file, err := f.slice.File(ctx, m.File)
	if err != nil {
		return nil, err
	}
	checked := &checkedFile{Digest: driver.ReadDigest(file), Closer: file, manifest: m}
	f.opened = append(f.opened, checked)
	return checked, nil
}

// check compares what was read with the manifest.
func (f *fileChecks) check() error {
	var found []error
	for _, file := range f.opened {
		if file.Bytes() != file.manifest.Bytes || file.SHA256() != file.manifest.SHA256 {
			found = append(found, &gyro.Error{
				Op: "load", Place: file.manifest.File, Err: errors.New("the file was changed while it was loaded"),
				Hint: "nothing was loaded; let nobody write to the slice meanwhile",
			})
		}
	}
	return errors.Join(found...)
}

// checkedFile is one of them, and what was read of it.
type checkedFile struct {
	*driver.Digest
	io.Closer
	manifest driver.ManifestFile
}
