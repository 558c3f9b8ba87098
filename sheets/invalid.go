package sheets

import (
	"fmt"

	"github.com/gyrodata/gyro"
)

// invalid is the error for a validation that found bad rows.
func invalid(v *gyro.Validation) error {
	files := 0
	for _, f := range v.Files {
		if f.Bad > 0 {
			files++
		}
	}
	words := fmt.Sprintf("%d of %d files", files, len(v.Files))
	if len(v.Files) == 1 {
		words = v.Files[0].File
	}
	return &gyro.Error{
		Op: "load", Place: words, Err: invalidRows(v.Bad()),
		Hint: "nothing was loaded; mend the file, or have the good rows loaded and the bad ones rejected (--reject)",
	}
}

// invalidRows says how many rows are bad; it is [ErrInvalid].
type invalidRows int64

func (n invalidRows) Error() string {
	if n == 1 {
		return "1 row breaks rules"
	}
	return fmt.Sprintf("%d %v", int64(n), gyro.ErrInvalid)
}

func (invalidRows) Is(target error) bool { return target == gyro.ErrInvalid }
