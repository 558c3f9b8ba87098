package pgcsv_test

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/gyrodata/gyro/pgcsv"
)

const (
	ints   = "1234567,3,1999,5997,345678,98765,42,1\n" // 40 bytes with its neighbours: an order item
	text   = "1234567,ada@example.com,\"Lovelace, Ada\",,2024-05-06 07:08:09.123456+00,\"a note that goes on for \"\"some\"\" time\"\n"
	german = "1234567;Müller, Günther;\"1.234,56\";31.12.2026;ja;;ein Wort, das für sich steht\r\n"
)

func BenchmarkSplit(b *testing.B) {
	for name, row := range map[string]string{"ints": ints, "text": text} {
		b.Run(name, func(b *testing.B) {
			bytes, fields := []byte(row), []pgcsv.Field(nil)
			b.SetBytes(int64(len(row)))
			b.ReportAllocs()
			for b.Loop() {
				var err error
				if fields, err = pgcsv.Split(bytes, fields[:0]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkReader(b *testing.B) {
	for name, row := range map[string]string{"ints": ints, "text": text} {
		all := []byte(strings.Repeat(row, 20_000))
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(all)))
			for b.Loop() {
				r := pgcsv.NewReader(bytes.NewReader(all))
				for {
					if _, err := r.Read(); errors.Is(err, io.EOF) {
						break
					} else if err != nil {
						b.Fatal(err)
					}
				}
			}
		})
		b.Run(name+"/blocks", func(b *testing.B) {
			b.SetBytes(int64(len(all)))
			for b.Loop() {
				r := pgcsv.NewReader(bytes.NewReader(all))
				var block []byte
				for {
					var err error
					if block, err = r.Block(block); err != nil {
						break
					}
				}
			}
		})
		b.Run(name+"/encoding-csv", func(b *testing.B) {
			b.SetBytes(int64(len(all)))
			for b.Loop() {
				r := csv.NewReader(bytes.NewReader(all))
				r.ReuseRecord = true
				for {
					if _, err := r.Read(); errors.Is(err, io.EOF) {
						break
					} else if err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

// BenchmarkCut takes blocks apart whose fields are of any length, as they are in files: where all rows are the same, a processor learns
// where fields end.
func BenchmarkCut(b *testing.B) {
	r := rand.New(rand.NewPCG(7, 8))
	var items, people []byte
	for n := range int64(20_000) {
		items = fmt.Appendf(items, "%d,%d,%.2f,%.2f,%d,%d,%d,%d\n", n, 1+r.IntN(9), r.Float64()*900, r.Float64()*9000, n/3, r.IntN(300_000), r.IntN(100), r.IntN(10))
		people = fmt.Appendf(people, "%d,customer.%d@example.com,\"Name, %d\",,2024-05-06 07:08:%02d.%06d+00,%d\n", n, r.IntN(1<<r.IntN(30)), r.IntN(1<<r.IntN(30)), r.IntN(60), r.IntN(1e6), r.IntN(1<<r.IntN(30)))
	}
	for name, block := range map[string][]byte{"items": items, "people": people} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(block)))
			b.ReportAllocs()
			var fields []pgcsv.Field
			for b.Loop() {
				for rest := block; len(rest) > 0; {
					var err error
					if fields, rest, err = pgcsv.Cut(rest, fields); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

func BenchmarkAppendRecord(b *testing.B) {
	for name, row := range map[string]string{"ints": ints, "text": text} {
		b.Run(name, func(b *testing.B) {
			fields, err := pgcsv.Split([]byte(row), nil)
			if err != nil {
				b.Fatal(err)
			}
			var dst []byte
			b.SetBytes(int64(len(row)))
			b.ReportAllocs()
			for b.Loop() {
				dst = pgcsv.AppendRecord(dst[:0], fields)
			}
		})
	}
}

// BenchmarkSheet reads what any program may have written; BenchmarkReader beside it, what
// PostgreSQL has.
func BenchmarkSheet(b *testing.B) {
	for name, file := range map[string]struct {
		row     string
		dialect pgcsv.Dialect
	}{
		"ints":         {ints, pgcsv.Dialect{}},
		"text":         {text, pgcsv.Dialect{}},
		"german":       {german, pgcsv.Dialect{Delimiter: ';'}},
		"windows-1252": {strings.ReplaceAll(german, "ü", "\xFC"), pgcsv.Dialect{Delimiter: ';', Encoding: pgcsv.Windows1252}},
		"utf-16":       {string(utf16Of(german, binary.LittleEndian)), pgcsv.Dialect{Delimiter: ';', Encoding: pgcsv.UTF16LE}},
	} {
		all := []byte(strings.Repeat(file.row, 20_000))
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(all)))
			for b.Loop() {
				s := pgcsv.NewSheet(bytes.NewReader(all), file.dialect)
				for {
					if r, err := s.Read(); errors.Is(err, io.EOF) {
						break
					} else if err != nil || len(r.Problems) > 0 {
						b.Fatal(err, r)
					}
				}
			}
		})
	}
}
