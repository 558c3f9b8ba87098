package export

import (
	"fmt"
	"io"
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/internal/masking"
	"github.com/gyrodata/gyro/schema"
)

func maskedStep() *step {
	fake := gyro.Mask{Name: "fake", Fake: func(text []byte, row *gyro.MaskRow) []byte { return append(text, row.Seed[:8]...) }}
	s := &step{table: &schema.Table{PrimaryKey: []string{"id"}, Columns: []schema.Column{{Name: "id", Type: "bigint"}}}, masks: map[string]gyro.Mask{}}
	for i := range 8 {
		name := fmt.Sprint("c", i)
		s.table.Columns = append(s.table.Columns, schema.Column{Name: name, Type: "text"})
		if i%2 == 0 {
			s.masks[name] = fake
		}
	}
	return s
}

// Four fakes a row, less what they make.
func BenchmarkMasker(b *testing.B) {
	m := newMasker(maskedStep(), maskedStep().table.ColumnNames(), masking.Key("0123456789abcdef"), io.Discard)
	if _, err := m.Write([]byte("id,c0,c1,c2,c3,c4,c5,c6,c7\n")); err != nil {
		b.Fatal(err)
	}
	row := []byte("12345678,f,plain text,f,\"with, comma\",f,,f,2024-01-01 00:00:00+00\n")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.Write(row); err != nil {
			b.Fatal(err)
		}
	}
}
