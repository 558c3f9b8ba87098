package csvdir

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gyrodata/gyro/driver"
)

// recoverSlice ends an exchange that was broken off, and sweeps away a run that was.
// The directory's lock is held.
func recoverSlice(dir string) error {
	fresh := filepath.Join(dir, newName)
	if err := ownDir(fresh); err != nil {
		return err
	}
	if _, err := os.Lstat(filepath.Join(fresh, manifestName)); err == nil {
		if err := errors.Join(syncDir(fresh), syncDir(dir)); err != nil {
			return err
		}
		return rollForward(dir)
	}
	return sweep(dir)
}

// sweep takes .gyro-new away, its manifest first: what is left half way must not pass for
// complete.
func sweep(dir string) error {
	fresh := filepath.Join(dir, newName)
	if err := ownDir(fresh); err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	err := os.Remove(filepath.Join(fresh, manifestName))
	if err == nil {
		err = syncDir(fresh)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("sweep: %w", err)
	}
	if err := os.RemoveAll(fresh); err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	return nil
}

// rollForward moves a complete slice out of .gyro-new, in which the names of its files are on
// disk. It can be broken off anywhere and repeated.
func rollForward(dir string) error {
	fresh := filepath.Join(dir, newName)
	next, err := readManifest(filepath.Join(fresh, manifestName))
	if err != nil {
		return err
	}
	if err := known(next); err != nil {
		return fmt.Errorf("%s: %w; remove %s if it is not yours", filepath.Join(newName, manifestName), err, newName)
	}
	for _, file := range filesOf(next) {
		if !plain(file) {
			return fmt.Errorf("%s lists a file %q, which no slice has; remove %s if it is not yours", filepath.Join(newName, manifestName), file, newName)
		}
	}
	if err := retire(dir, next); err != nil {
		return err
	}
	for _, file := range filesOf(next) {
		err := os.Rename(filepath.Join(fresh, file), filepath.Join(dir, file))
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // moved before
			return fmt.Errorf("move in: %w", err)
		}
	}
	if err := syncDir(dir); err != nil {
		return err
	}
	if err := os.Rename(filepath.Join(fresh, manifestName), filepath.Join(dir, manifestName)); err != nil {
		return fmt.Errorf("move in: %w", err)
	}
	if err := syncDir(dir); err != nil {
		return err
	}
	return sweep(dir)
}

// retire takes the old slice away: its manifest first, which is kept aside until the end
// so that its files are still known, then those of its files that the new one has not.
func retire(dir string, next driver.Manifest) error {
	aside := filepath.Join(dir, newName, oldName)
	err := os.Rename(filepath.Join(dir, manifestName), aside)
	switch {
	case err == nil:
		err = errors.Join(syncDir(dir), syncDir(filepath.Dir(aside)))
	case errors.Is(err, fs.ErrNotExist):
		err = nil // there is none, or it was set aside before
	default:
		err = fmt.Errorf("set aside: %w", err)
	}
	if err != nil {
		return err
	}
	old, err := readManifest(aside)
	if err != nil || known(old) != nil {
		return nil // there was none, or not one of ours: no file is known to be its
	}
	keep := map[string]bool{}
	for _, file := range filesOf(next) {
		keep[file] = true
	}
	for _, file := range filesOf(old) {
		if keep[file] || !plain(file) {
			continue
		}
		path := filepath.Join(dir, file)
		if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
			continue // whoever made that, it was no slice
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove: %w", err)
		}
	}
	return nil
}

// filesOf lists all files of a slice but the manifest, those that list included rows among
// them.
func filesOf(m driver.Manifest) []string {
	var files []string
	for _, f := range m.Files {
		files = append(files, f.File)
		if f.Included != nil {
			files = append(files, f.Included.File)
		}
	}
	return files
}

// plain reports whether a name from a manifest stays inside its directory.
func plain(name string) bool {
	return name != "" && !strings.ContainsAny(name, "/\\\x00") && !strings.HasPrefix(name, ".") && name != manifestName
}

// known says whether a manifest is one that this Gyro can read.
func known(m driver.Manifest) error {
	switch {
	case m.Version < 1:
		return errors.New("the manifest is not Gyro's")
	case m.Version > driver.ManifestVersion:
		return fmt.Errorf("the manifest is of version %d, and this Gyro knows %d", m.Version, driver.ManifestVersion)
	}
	return nil
}

// manifestLimit bounds what is read as a manifest: one of ten thousand tables takes a tenth of it.
const manifestLimit = 256 << 20

func readManifest(path string) (driver.Manifest, error) {
	var m driver.Manifest
	text, err := readSmall(path, manifestLimit)
	if err != nil {
		return m, fmt.Errorf("manifest: %w", err)
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf("manifest %s can't be read: %w", path, err)
	}
	return m, nil
}

// writePart writes a file to disk that is to have that path, but under another name, which it gives.
func writePart(path string, text []byte) (string, error) {
	part := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".part") // no file of a slice begins with a dot
	if err := os.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("create: %w", err)
	}
	f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return "", fmt.Errorf("create: %w", err)
	}
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return "", fmt.Errorf("write: %w", err)
	}
	return part, nil
}

// nameDurably gives a file of the same directory its name.
func nameDurably(part, path string) error {
	if err := os.Rename(part, path); err != nil {
		return fmt.Errorf("rename: %w", err)
	}
	return syncDir(filepath.Dir(path))
}

// syncDir makes renames in a directory durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("sync: %w", err)
	}
	return nil
}
