package csvdir

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
)

// Dir is a directory that holds a slice, or is to hold one.
type Dir struct {
	Path string
	// Overwrite replaces a slice that is there, once the new one is complete. Default:
	// refuse where any file of the new slice exists.
	Overwrite bool
}

var _ driver.Store = Dir{}

const (
	manifestName = "manifest.json"
	newName      = ".gyro-new"
	oldName      = ".old.json" // in newName: the manifest that is being replaced; no file of a slice begins with a dot
	dirMode      = 0o700
	fileMode     = 0o600
)

// Check says whether Begin would refuse; it changes nothing.
func (d Dir) Check(ctx context.Context, files []string) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err := d.usable(); err != nil {
		return err
	}
	if err := ownDir(filepath.Join(d.Path, newName)); err != nil {
		return d.failed("use", err, "")
	}
	if _, err := os.Lstat(filepath.Join(d.Path, newName, manifestName)); err == nil && !d.Overwrite {
		return d.exists([]string{manifestName}) // an exchange to be rolled forward
	}
	return d.vacant(files)
}

// Begin locks the directory, making it if need be, ends or sweeps what an earlier run left
// there, and checks that no file of the slice exists, unless Overwrite is set.
func (d Dir) Begin(ctx context.Context, files []string) (driver.SliceWriter, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err := d.usable(); err != nil {
		return nil, err
	}
	w := &writer{dir: d, expected: files}
	if err := w.begin(); err != nil {
		return nil, errors.Join(err, w.Abort())
	}
	return w, nil
}

// usable checks that the path is a directory that can be written, or can be made.
func (d Dir) usable() error {
	if strings.TrimSpace(d.Path) == "" {
		return &gyro.Error{Op: "open the target", Err: errors.New("the path is empty"), Hint: "name a directory"}
	}
	for path := filepath.Clean(d.Path); ; path = filepath.Dir(path) {
		info, err := os.Stat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist) && path != filepath.Dir(path):
			continue
		case err != nil:
			return d.failed("open", err, "")
		case !info.IsDir():
			return d.failed("open", fmt.Errorf("%s is not a directory", path), "choose another path")
		}
		if err := writable(path); err != nil {
			return d.failed("write", fmt.Errorf("%s: %w", path, err), "choose a directory that you may write")
		}
		return nil
	}
}

// vacant checks that none of the files is there; with Overwrite, that each can be replaced.
func (d Dir) vacant(files []string) error {
	var there []string
	for _, file := range append([]string{manifestName}, files...) {
		info, err := os.Lstat(filepath.Join(d.Path, file))
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return d.failed("open", err, "")
		case info.IsDir():
			return d.failed("write", fmt.Errorf("%s is a directory", file), "choose another directory")
		case !info.Mode().IsRegular():
			return d.failed("write", fmt.Errorf("%s: %w", file, errNotRegular), "choose another directory")
		default:
			there = append(there, file)
		}
	}
	if len(there) > 0 && !d.Overwrite {
		return d.exists(there)
	}
	return d.ours(there)
}

// ours refuses to replace what is not the old slice's: a manifest.json that is not Gyro's, or a newer one's, and
// each file, of those that are there and of those that the old manifest lists, that is not the one which it
// describes. What was copied, edited or made there would be lost.
func (d Dir) ours(there []string) error {
	m, err := readManifest(filepath.Join(d.Path, manifestName))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		m = driver.Manifest{}
	case err == nil:
		err = known(m)
		fallthrough
	default:
		if err != nil {
			return d.failed("overwrite", err, "choose another directory, or take manifest.json away")
		}
	}
	listed := map[string]driver.ManifestKeys{}
	for _, f := range m.Files {
		listed[f.File] = driver.ManifestKeys{File: f.File, Bytes: f.Bytes, SHA256: f.SHA256}
		if f.Included != nil {
			listed[f.Included.File] = *f.Included
		}
	}
	for _, file := range append(filesOf(m), there...) {
		if file == manifestName || !plain(file) {
			continue
		}
		same, err := d.is(listed[file], file)
		if err != nil {
			return err
		}
		if !same {
			return d.failed("overwrite", fmt.Errorf("%s is not a file of the slice that is there, as its manifest describes it", file), "choose another directory, or move the file away")
		}
	}
	return nil
}

// is reports whether a file is the one that a manifest describes, or is not there.
func (d Dir) is(described driver.ManifestKeys, name string) (bool, error) {
	file, err := openRegular(filepath.Join(d.Path, name))
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, errNotRegular): // which is left alone
		return true, nil
	case err != nil:
		return false, d.failed("read", err, "")
	}
	defer file.Close() //nolint:errcheck // only read
	if info, err := file.Stat(); err != nil || info.Size() != described.Bytes || described.File == "" {
		return false, nil
	}
	digest := driver.ReadDigest(file)
	if _, err := io.Copy(io.Discard, digest); err != nil {
		return false, d.failed("read", err, "")
	}
	return digest.SHA256() == described.SHA256, nil
}

func (d Dir) exists(there []string) error {
	const shown = 3
	what := strings.Join(there[:min(shown, len(there))], ", ")
	if len(there) > shown {
		what += fmt.Sprintf(" and %d more", len(there)-shown)
	}
	return &gyro.Error{
		Op: "write", Place: d.place(), Err: fmt.Errorf("%s %w; nothing was read", what, gyro.ErrExists),
		Hint: "set {Overwrite} to replace the slice that is there, or choose another directory",
	}
}

func (d Dir) failed(op string, err error, hint string) error {
	if errors.Is(err, fs.ErrPermission) && hint == "" {
		hint = "choose a directory that you may write"
	}
	return &gyro.Error{Op: op, Place: d.place(), Err: err, Hint: gyro.Text(hint)}
}

func (d Dir) place() string { return "directory " + d.Path }
