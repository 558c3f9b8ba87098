package pgcsv_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gyrodata/gyro/pgcsv"
)

func TestWriter(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	w := pgcsv.NewWriter(&b)
	want := "\"a,b\",c\n"
	if err := w.Header([]string{"a,b", "c"}); err != nil {
		t.Fatal(err)
	}
	for range 100_000 {
		if err := w.Write(fieldsOf(`\.`, null)); err != nil {
			t.Fatal(err)
		}
	}
	if b.Len() == 0 {
		t.Error("all was kept in memory")
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if want += strings.Repeat("\\.,\n", 100_000); b.String() != want {
		t.Errorf("%d bytes, want %d", b.Len(), len(want))
	}
}

type full struct{}

var errFull = errors.New("no space")

func (full) Write([]byte) (int, error) { return 0, errFull }

// A failure is told at every call after it.
func TestWriterFails(t *testing.T) {
	t.Parallel()
	w := pgcsv.NewWriter(full{})
	if err := w.Write(fieldsOf("a")); err != nil {
		t.Error(err)
	}
	for range 2 {
		if err := w.Flush(); !errors.Is(err, errFull) {
			t.Errorf("got %v", err)
		}
		if err := w.Write(fieldsOf("a")); !errors.Is(err, errFull) {
			t.Errorf("got %v", err)
		}
	}
}

// FuzzRoundTrip: what AppendRecord writes, Split, Read and Block read back; and what they
// read of any bytes is written as it was.
func FuzzRoundTrip(f *testing.F) {
	for text := range rows {
		f.Add([]byte(text))
	}
	for text := range broken {
		f.Add([]byte(text))
	}
	f.Add([]byte("a,b\n1,2\n3"))
	f.Fuzz(func(t *testing.T, data []byte) {
		values := strings.Split(string(data), "\x01")
		for i, v := range values {
			if v == "" && i%2 == 1 {
				values[i] = null
			}
		}
		record := pgcsv.AppendRecord(nil, fieldsOf(values...))
		if fields, err := pgcsv.Split(record, nil); err != nil || !cmp.Equal(values, valuesOf(fields)) {
			t.Errorf("%q is read as %q, %v", values, valuesOf(fields), err)
		}
		head := pgcsv.AppendRecord(nil, fieldsOf(strings.Split(strings.Repeat("c", len(values)), "")...))
		if got, _, err := file(bytes.NewReader(append(head, record...))); err != nil || !cmp.Equal(values, got[1]) {
			t.Errorf("%q is read as %q, %v", values, got, err)
		}

		all, _, err := file(bytes.NewReader(data))
		parts, _, blockErr := blocks(bytes.NewReader(data))
		if (err == nil) != (blockErr == nil) || err == nil && !cmp.Equal(all, parts) {
			t.Errorf("%q: rows %q, %v; blocks %q, %v", data, all, err, parts, blockErr)
		}
		if err != nil {
			return
		}
		var again []byte
		for _, row := range all {
			again = pgcsv.AppendRecord(again, fieldsOf(row...))
		}
		twice, _, err := file(bytes.NewReader(again)) // not the same bytes: quotes that were not needed are gone
		if err != nil || !cmp.Equal(all, twice) {
			t.Errorf("%q is written %q and read as %q, %v", data, again, twice, err)
		}
	})
}
