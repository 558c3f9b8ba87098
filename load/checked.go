package load

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
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
	checked := &checkedFile{ReadCloser: file, manifest: m, sum: sha256.New()}
	f.opened = append(f.opened, checked)
	return checked, nil
}

// check compares what was read with the manifest.
func (f *fileChecks) check() error {
	var found []error
	for _, file := range f.opened {
		if file.bytes != file.manifest.Bytes || hex.EncodeToString(file.sum.Sum(nil)) != file.manifest.SHA256 {
			found = append(found, &gyro.Error{
				Op: "load", Place: file.manifest.File, Err: errors.New("the file was changed while it was loaded"),
				Hint: "nothing was loaded; let nobody write to the slice meanwhile",
			})
		}
	}
	return errors.Join(found...)
}

type checkedFile struct {
	io.ReadCloser
	manifest driver.ManifestFile
	sum      hash.Hash
	bytes    int64
}

func (f *checkedFile) Read(b []byte) (int, error) {
	n, err := f.ReadCloser.Read(b)
	f.sum.Write(b[:n])
	f.bytes += int64(n)
	return n, err //nolint:wrapcheck // io.EOF has to stay what it is
}
