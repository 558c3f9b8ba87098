package csvdir

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
)

// retiredName is the mark of a record over whose rows a later load went: it holds the place of that one's record.
const retiredName = ".gyro-retired"

var _ driver.Retirer = Dir{}

// Retire marks the record that the directory holds as one that a later one replaces.
func (d Dir) Retire(ctx context.Context, by string) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	f, err := os.OpenFile(filepath.Join(d.Path, retiredName), os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err == nil {
		_, err = f.WriteString(by + "\n")
		err = errors.Join(err, f.Sync(), f.Close())
	}
	if err != nil {
		return d.failed("mark the record in", err, "a refresh from it would insert rows a second time: remove the directory")
	}
	return nil
}

// retired gives an error where the directory holds a record that a later one replaces.
func (d Dir) retired() error {
	text, err := readSmall(filepath.Join(d.Path, retiredName), 1<<16)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return d.failed("read", err, "")
	}
	by := string(text)
	hint := "that one left no record: what the two loaded is not known any more"
	if len(by) > 1 {
		hint = fmt.Sprintf("the later record is in %q", by[:len(by)-1])
	}
	return &gyro.Error{Op: "read", Place: d.place(), Err: errors.New("a later load went over the rows of this record's"), Hint: gyro.Text(hint)}
}
