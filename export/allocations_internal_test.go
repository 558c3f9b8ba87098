package export

import (
	"io"
	"testing"

	"github.com/gyrodata/gyro/internal/masking"
)

// No row makes garbage on its way from the server to the file, masked or not.
func TestAllocations(t *testing.T) {
	row := []byte("12345678,f,plain text,f,\"with, comma\",f,,f,2024-01-01 00:00:00+00\n")
	for name, w := range map[string]io.Writer{
		"masked":   newMasker(maskedStep(), maskedStep().table.ColumnNames(), masking.Key("0123456789abcdef"), io.Discard),
		"unmasked": newStream(io.Discard, &meter{}),
	} {
		write := func() {
			if _, err := w.Write(row); err != nil {
				t.Fatal(err)
			}
		}
		write() // the header
		write() // memory that is used again
		if n := testing.AllocsPerRun(5000, write); n > 0 {
			t.Errorf("%s: %.0f allocations a row", name, n)
		}
	}
}
