package mask

import (
	"encoding/binary"
	"math/bits"

	"github.com/gyrodata/gyro"
)

// die is a source of random numbers (splitmix64) whose values are the same on every machine.
type die uint64

func (d *die) next() uint64 {
	*d += 0x9e3779b97f4a7c15
	return mix(uint64(*d))
}

// below is a number from 0 to n-1.
func (d *die) below(n int) int {
	high, _ := bits.Mul64(d.next(), uint64(n))
	return int(high)
}

// Uint64 makes it a source for math/rand/v2.
func (d *die) Uint64() uint64 { return d.next() }

// of is one of a table.
func (d *die) of(table []string) string { return table[d.below(len(table))] }

func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// facet is what belongs together in a row: each is drawn alike for all columns.
type facet uint64

const (
	firstName facet = 1 + iota
	middleName
	lastName
	title
	place
	postcode
	street
	position
	company
	cardBrand
	currency
	product
	language
)

// draw is what a fake is made from: a row, and the room that it has. It is handed over by value, so that nothing is
// allocated.
type draw struct {
	row   *gyro.MaskRow
	shape *shape
	// hole is which hole of a template is filled, so that two of one name differ; 0 is the column itself.
	hole uint64
	// try counts the values before this one, which were too long.
	try uint64
}

// own is the die of this value.
func (d draw) own() die {
	return die(binary.LittleEndian.Uint64(d.row.Seed[:8]) ^ mix(d.hole<<8|d.try))
}

// whole is the die of a facet of the row.
func (d draw) whole(f facet) die {
	return die(binary.LittleEndian.Uint64(d.row.Whole[:8]) ^ mix(uint64(f)<<8|d.try))
}

// number is another for each row, where the row has a number.
func (d draw) number(size int) uint64 {
	n := d.row.Number
	if !d.row.Numbered {
		n = binary.LittleEndian.Uint64(d.row.Seed[24:]) ^ mix(d.hole)
	}
	if size < 64 {
		n &= 1<<size - 1
	}
	return n
}

// signs write a number in base 32, without letters that look like another sign.
const signs = "0123456789abcdefghjkmnpqrstvwxyz"

// serial tells the values of rows apart: the row's number, or of a row without one, where the column is unique, 128 bits.
type serial struct{ high, low uint64 }

// serial has so many bits as there is room for.
func (d draw) serial(size int) serial {
	if !d.row.Wide {
		return serial{low: d.number(min(size, 64))}
	}
	s := serial{
		high: binary.LittleEndian.Uint64(d.row.Seed[16:24]) ^ mix(d.hole),
		low:  binary.LittleEndian.Uint64(d.row.Seed[24:]) ^ mix(d.hole),
	}
	if size < 128 {
		s.high &= 1<<max(0, size-64) - 1
	}
	return s
}

// appendSerial writes it in base 32, as short as it is.
func appendSerial(text []byte, n serial) []byte {
	var digits [26]byte
	at := len(digits)
	for {
		at--
		digits[at] = signs[n.low&31]
		n.low = n.low>>5 | n.high<<59
		n.high >>= 5
		if n == (serial{}) {
			return append(text, digits[at:]...)
		}
	}
}

// length is how many signs that is.
func (s serial) length() int {
	size := bits.Len64(s.low)
	if s.high != 0 {
		size = 64 + bits.Len64(s.high)
	}
	return max(1, (size+4)/5)
}

// appendDigits writes so many decimal digits of n, the lowest, with zeros before.
func appendDigits(text []byte, n uint64, count int) []byte {
	start := len(text)
	for range count {
		text = append(text, '0')
	}
	for i := len(text) - 1; i >= start && n > 0; i-- {
		text[i] = byte('0' + n%10)
		n /= 10
	}
	return text
}

// appendPattern writes a pattern: each # a digit, each ? a capital letter.
func appendPattern(text []byte, d *die, pattern string) []byte {
	for i := range len(pattern) {
		switch pattern[i] {
		case '#':
			text = append(text, byte('0'+d.below(10)))
		case '?':
			text = append(text, "ABCDEFGHJKLMNPRSTUVWXYZ"[d.below(23)])
		default:
			text = append(text, pattern[i])
		}
	}
	return text
}
