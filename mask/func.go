package mask

import (
	"math/rand/v2"
	"sync"

	"github.com/gyrodata/gyro"
)

// Func is a fake of one's own by its name: fn writes a value from dice, which fall alike for the same row, and from what is known
// of the row. The value is to be as PostgreSQL prints one of the column; a text is cut to its length. Several goroutines may
// call fn at once; it may keep neither of what it is given.
func Func(name string, fn func(dice *rand.Rand, row *gyro.MaskRow) string) gyro.Mask {
	if name == "" || fn == nil {
		return failed("func", gyro.Text("it is to have a name and a function")).mask()
	}
	type source struct {
		die
		dice *rand.Rand
	}
	sources := sync.Pool{New: func() any {
		s := new(source)
		s.dice = rand.New(&s.die) //nolint:gosec // no secret: its seed is one
		return s
	}}
	return recipe{name: name, kinds: anything, draw: func(text []byte, d draw) []byte {
		s := sources.Get().(*source)
		s.die = d.own()
		text = append(text, fn(s.dice, d.row)...)
		sources.Put(s)
		return text
	}}.mask()
}
