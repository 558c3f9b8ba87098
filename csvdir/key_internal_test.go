package csvdir

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
)

// Integers are those texts that strconv prints, and no other.
func TestInteger(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	texts := []string{"", "-", "-0", "00", "0", "7", "-7", "0123", "01234567", "1234567a", "a2345678", "12:4", "12/4", "\x80123", "1234\xff678", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "99999999999999999999"}
	for _, n := range []int64{math.MinInt64, math.MaxInt64} {
		texts = append(texts, strconv.FormatInt(n, 10))
	}
	for range 200_000 {
		text := []byte(strconv.FormatInt(int64(r.Uint64())>>r.IntN(64), 10))
		if r.IntN(4) == 0 {
			text[r.IntN(len(text))] = byte(r.IntN(256))
		}
		texts = append(texts, string(text))
	}
	for _, text := range texts {
		want, err := strconv.ParseInt(text, 10, 64)
		canonical := err == nil && strconv.FormatInt(want, 10) == text
		if got, ok := integer([]byte(text)); ok != canonical || ok && got != want {
			t.Fatalf("%q: %d, %v", text, got, ok)
		}
	}
}
