package reading

import (
	"iter"

	"github.com/gyrodata/gyro/keyset"
)

// arrayText writes a column of keys as PostgreSQL reads an array, in pieces of about that size,
// each valid until the next.
func arrayText(keys *keyset.Set, column, size int) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		b, separator := []byte{'{'}, false
		for value := range keys.Column(column) {
			if separator {
				b = append(b, ',')
			}
			separator = true
			b = appendElement(b, value)
			if len(b) >= size {
				if !yield(b) {
					return
				}
				b = b[:0]
			}
		}
		yield(append(b, '}'))
	}
}

func appendElement(b, value []byte) []byte {
	if plainElement(value) {
		return append(b, value...)
	}
	b = append(b, '"')
	for _, c := range value {
		if c == '"' || c == '\\' {
			b = append(b, '\\')
		}
		b = append(b, c)
	}
	return append(b, '"')
}

// plainElement reports whether a value needs no quotes in an array: digits, and what uuids
// and dates are made of. NULL can't be meant.
func plainElement(value []byte) bool {
	for _, c := range value {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') && c != '-' {
			return false
		}
	}
	return len(value) > 0
}
