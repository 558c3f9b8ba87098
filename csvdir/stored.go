package csvdir

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
)

// stored is a slice that is to be loaded.
type stored struct{ *slice }

var _ driver.Slice = stored{}

// String says which directory it is.
func (d Dir) String() string { return d.place() }

// Slice opens the slice that the directory holds.
func (d Dir) Slice(ctx context.Context) (driver.Slice, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	s, problems, err := openSlice(d.Path)
	if err == nil {
		err = d.unproven(problems)
	}
	if err == nil {
		err = d.retired()
	}
	if err != nil {
		return nil, err
	}
	return stored{s}, nil
}

// unproven makes errors of problems.
func (d Dir) unproven(problems []Problem) error {
	var all []error
	for _, p := range problems {
		all = append(all, &gyro.Error{Op: "verify", Place: d.place(), Err: fmt.Errorf("%w: %s", gyro.ErrUnproven, p), Hint: gyro.Text(p.Hint)})
	}
	return errors.Join(all...)
}

// Manifest says what the slice holds.
func (s stored) Manifest() driver.Manifest { return s.manifest }

// Place is the directory's absolute path.
func (s stored) Place() string { return (&writer{dir: s.dir}).Place() }

// loadMemory is what keys may take while a slice is proved that is then loaded: whoever loads
// large slices expects no more memory of it than of small ones.
const loadMemory = 16 << 20

// Verify proves the slice as [Verify] does.
func (s stored) Verify(ctx context.Context) error {
	proof, err := Verify(ctx, s.dir.Path, VerifyOptions{MemoryLimit: loadMemory})
	if err != nil {
		return err
	}
	return s.dir.unproven(proof.Problems)
}

// File opens a file that the manifest lists.
func (s stored) File(ctx context.Context, name string) (io.ReadCloser, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	switch {
	case !plain(name):
		return nil, s.dir.failed("open a file in", errors.New("the manifest lists a file that is none of the directory"), "")
	case !slices.Contains(filesOf(s.manifest), name):
		return nil, s.dir.failed("open a file in", fmt.Errorf("the manifest does not list %q", name), "")
	}
	f, err := openRegular(filepath.Join(s.dir.Path, name))
	if err != nil {
		return nil, s.dir.failed("open a file in", err, "")
	}
	return f, nil
}
