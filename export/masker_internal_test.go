package export

import (
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/schema"
)

// No two numbers become the same, and each becomes the same again.
func TestPermutation(t *testing.T) {
	t.Parallel()
	for bits := 1; bits <= 20; bits++ {
		p, seen := newPermutation(maskKey("one").derive("x"), bits), map[uint64]bool{}
		for n := range uint64(1) << bits {
			to, ok := p.of(n)
			if !ok || to>>bits != 0 || seen[to] {
				t.Fatalf("%d bits: %d becomes %d", bits, n, to)
			}
			seen[to] = true
		}
		if _, ok := p.of(1 << bits); ok {
			t.Errorf("%d bits have room for more", bits)
		}
	}
	for _, bits := range []int{33, 48, 63, 64} {
		p, q := newPermutation(maskKey("one").derive("x"), bits), newPermutation(maskKey("one").derive("y"), bits)
		seen, differ := map[uint64]uint64{}, 0
		for i := range uint64(200_000) {
			n := i
			if i%2 == 1 {
				n = rand.Uint64() >> (64 - bits)
			}
			to, ok := p.of(n)
			from, there := seen[to]
			if !ok || there && from != n {
				t.Fatalf("%d and %d become %d", from, n, to)
			}
			seen[to] = n
			if other, _ := q.of(n); other != to {
				differ++
			}
			if again, _ := p.of(n); again != to {
				t.Fatal("it is another the second time")
			}
		}
		if differ < 199_990 {
			t.Errorf("another key gives %d others", differ)
		}
	}
}

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
	m := newMasker(maskedStep(), maskedStep().table.ColumnNames(), maskKey("0123456789abcdef"), io.Discard)
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
