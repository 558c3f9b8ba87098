package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
)

// pictureFile is where a picture or a page goes.
type pictureFile struct {
	output  string
	replace bool
}

func (f *pictureFile) flags(cmd *cobra.Command, file, about string) {
	cmd.Flags().StringVarP(&f.output, "output", "o", file, about)
	cmd.Flags().BoolVar(&f.replace, "overwrite", false, "replace the file of --output")
	_ = cmd.MarkFlagFilename("output")
}

// write makes the file, which holds names of tables and no value; over one that is there only if that is said, and never over
// one of the slice that it is of, if it is of one.
func (f *pictureFile) write(of []string, content []byte) error {
	fail := func(err error, hint gyro.Text) error {
		return &gyro.Error{Op: "write", Place: f.output, Err: err, Hint: hint}
	}
	there, err := os.Stat(f.output)
	if err == nil && there.Mode().IsRegular() {
		for _, dir := range of {
			if isOfSlice(dir, there) {
				return fail(errors.New("it is a file of the slice"), "name another file")
			}
		}
		if !f.replace {
			return fail(fmt.Errorf("it %w", gyro.ErrExists), "--overwrite replaces it")
		}
	}
	if err := os.WriteFile(f.output, content, 0o644); err != nil { //nolint:gosec // it is for others to see
		return fail(errors.Unwrap(err), "")
	}
	return nil
}

// isOfSlice reports whether a file is one that a slice consists of, by whatever name it was found.
func isOfSlice(dir string, there os.FileInfo) bool {
	m, err := csvdir.ReadManifest(dir)
	if err != nil {
		return false
	}
	files := []string{"manifest.json"}
	for _, f := range m.Files {
		files = append(files, f.File)
		if f.Included != nil {
			files = append(files, f.Included.File)
		}
	}
	for _, file := range files {
		if own, err := os.Stat(filepath.Join(dir, file)); err == nil && os.SameFile(own, there) {
			return true
		}
	}
	return false
}
