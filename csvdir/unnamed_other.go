//go:build !linux

package csvdir

import (
	"errors"
	"os"
)

// unnamedFile makes none where files have names.
func unnamedFile(string) (*os.File, error) { return nil, errors.ErrUnsupported }

// nameFile is not called: there is no file without a name.
func nameFile(*os.File, string) error { return errors.ErrUnsupported }
