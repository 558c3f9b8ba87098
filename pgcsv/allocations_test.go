package pgcsv_test

import (
	"io"
	"strings"
	"testing"

	"github.com/gyrodata/gyro/pgcsv"
)

// No row makes garbage, whoever reads or writes it.
func TestAllocations(t *testing.T) {
	const rows = 2000
	for name, c := range map[string]struct{ header, row string }{"ints": {"a,b,c,d,e,f,g,h\n", ints}, "text": {"a,b,c,d,e,f\n", text}} {
		header, rest := c.header, strings.Repeat(c.row, rows)
		reader := pgcsv.NewReader(strings.NewReader(header + rest))
		read := func() {
			if _, err := reader.Read(); err != nil {
				t.Fatal(err)
			}
		}
		read() // the buffer
		if n := testing.AllocsPerRun(rows/2, read); n > 0 {
			t.Errorf("%s: Reader, %.0f", name, n)
		}
		block, fields := []byte(rest), []pgcsv.Field(nil)
		cut := func() {
			var err error
			if fields, block, err = pgcsv.Cut(block, fields); err != nil {
				t.Fatal(err)
			}
		}
		cut()
		if n := testing.AllocsPerRun(rows/2, cut); n > 0 {
			t.Errorf("%s: Cut, %.0f", name, n)
		}
		w := pgcsv.NewWriter(io.Discard)
		write := func() {
			if err := w.Write(fields); err != nil {
				t.Fatal(err)
			}
		}
		for range 20_000 {
			write() // the buffer
		}
		if n := testing.AllocsPerRun(rows, write); n > 0 {
			t.Errorf("%s: Writer, %.0f", name, n)
		}
	}
}
