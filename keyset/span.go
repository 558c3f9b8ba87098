package keyset

import (
	"encoding/binary"
	"iter"
	"slices"
)

// Span gives the lowest and the highest of the keys; false where they are not integers of one
// column, or there are none.
func (k *Set) Span() (low, high int64, ok bool) {
	if k.form != Integers || !k.sealed || k.Len() == 0 {
		return 0, 0, false
	}
	if len(k.runs) > 0 {
		run := k.runs[0]
		return decodeInteger(run.firsts[0]), decodeInteger(run.last), true
	}
	return k.ints[0], k.ints[len(k.ints)-1], true
}

// hasInteger searches from the number on that was asked for last, in steps that double: who asks in the order of the keys finds each
// beside the one before.
func (k *Set) hasInteger(n int64) bool {
	from, step := min(k.near, max(0, len(k.ints)-1)), 1
	if len(k.ints) > 0 && n < k.ints[from] {
		from = 0
		step = k.near + 1
	}
	for from+step < len(k.ints) && k.ints[from+step] < n {
		from, step = from+step, 2*step
	}
	i, found := slices.BinarySearch(k.ints[from:min(from+step+1, len(k.ints))], n)
	k.near = from + i
	return found
}

// Integers gives the keys of one integer column, from the lowest on.
func (k *Set) Integers() iter.Seq[int64] {
	return func(yield func(int64) bool) {
		for _, n := range k.ints {
			if !yield(n) {
				return
			}
		}
		for _, run := range k.runs {
			c := run.read(keyBuffer)
			err := c.next()
			for ; err == nil && c.key != nil; err = c.next() {
				if !yield(decodeInteger(c.key)) {
					return
				}
			}
			k.memory.fail(err)
		}
	}
}

// decodeInteger reads a key as encoded writes it.
func decodeInteger(key []byte) int64 { return int64(binary.BigEndian.Uint64(key) ^ 1<<63) }
