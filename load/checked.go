package load

import (
	"context"
	"errors"
	"io"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/internal/loadplan"
)

// files opens the files of a slice, and sees to it that what is loaded is what the manifest lists, and so what is proved.
type files struct {
	slice driver.Slice
	steps []*loadplan.Step
}

func (f files) open(ctx context.Context, table int) (io.ReadCloser, error) {
	m := f.steps[table].File
	file, err := f.slice.File(ctx, m.File)
	if err != nil {
		return nil, err
	}
	return &checkedFile{Digest: driver.ReadDigest(file), Closer: file, manifest: m}, nil
}

// checkedFile is one of them. It ends with io.EOF only where it is the one that the manifest lists: whoever reads it to its
// end may build on that, before the slice is proved.
type checkedFile struct {
	*driver.Digest
	io.Closer
	manifest driver.ManifestFile
}

func (f *checkedFile) Read(b []byte) (int, error) {
	n, err := f.Digest.Read(b)
	if errors.Is(err, io.EOF) && (f.Bytes() != f.manifest.Bytes || f.SHA256() != f.manifest.SHA256) {
		return n, &gyro.Error{
			Op: "load", Place: f.manifest.File, Err: errors.New("the file was changed while it was loaded"),
			Hint: "nothing was loaded; let nobody write to the slice meanwhile",
		}
	}
	return n, err //nolint:wrapcheck // io.EOF has to stay what it is
}
