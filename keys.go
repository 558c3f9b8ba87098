package gyro

import (
	"bytes"
	"encoding/binary"
	"iter"
	"slices"
	"sort"
	"strconv"
)

// Keys is a set of keys: tuples of the values of a few columns, in the text that COPY
// prints. It is how the rows of one table restrict those of another. A key of one integer
// column takes 8 bytes; any other takes its text and a few bytes more.
//
// Keys are compared by their bytes. That tells apart the rows of one table, since a row
// prints the same each time; whether keys of two tables are equal is left to the server.
type Keys struct {
	width  int
	ints   []int64 // of one integer column
	arena  []byte  // of all others: each value behind its length
	starts []int   // of each key in arena
	sealed bool
	full   int // at this length the doubles are taken out before more is added
}

// fewKeys is the length below which doubles are left until the end.
const fewKeys = 1 << 20

// newKeys makes an empty set of keys with width columns; integers says that there is one
// column and that it holds integers.
func newKeys(width int, integers bool) *Keys {
	k := &Keys{width: width}
	if integers && width == 1 {
		k.ints = []int64{}
	}
	return k
}

// add adds a key; no value is NULL.
func (k *Keys) add(values [][]byte) error {
	if n := k.Len(); n >= max(k.full, fewKeys) {
		k.seal()
		k.full = 2 * k.Len()
	}
	k.sealed = false
	if k.ints != nil {
		n, err := strconv.ParseInt(string(values[0]), 10, 64)
		if err != nil {
			return &Error{Op: "read a key", Err: strconv.ErrSyntax}
		}
		k.ints = append(k.ints, n)
		return nil
	}
	k.starts = append(k.starts, len(k.arena))
	k.arena = appendKey(k.arena, values)
	return nil
}

func appendKey(b []byte, values [][]byte) []byte {
	for _, v := range values {
		b = binary.AppendUvarint(b, uint64(len(v)))
		b = append(b, v...)
	}
	return b
}

// seal sorts the set and takes doubles out. Reading needs a sealed set.
func (k *Keys) seal() *Keys {
	if k.sealed {
		return k
	}
	k.sealed = true
	if k.ints != nil {
		slices.Sort(k.ints)
		k.ints = slices.Compact(k.ints)
		return k
	}
	sort.Sort(byBytes{k})
	if len(k.starts) == 0 {
		return k
	}
	// Two keys with the same bytes have the same length.
	kept := k.starts[:1]
	for _, start := range k.starts[1:] {
		if !bytes.Equal(k.at(start), k.at(kept[len(kept)-1])) {
			kept = append(kept, start)
		}
	}
	if len(kept) < len(k.starts)/2 { // the rest of the arena is doubles
		k.compact(kept)
		return k
	}
	k.starts = kept
	return k
}

// compact moves the keys that are kept together.
func (k *Keys) compact(kept []int) {
	var arena []byte
	for i, start := range kept {
		arena = append(arena, k.at(start)...)
		kept[i] = len(arena) - len(k.at(start))
	}
	k.arena, k.starts = arena, slices.Clone(kept)
}

// at gives the bytes of the key that begins at start.
func (k *Keys) at(start int) []byte {
	end := start
	for range k.width {
		length, size := binary.Uvarint(k.arena[end:])
		end += size + int(length)
	}
	return k.arena[start:end]
}

type byBytes struct{ k *Keys }

func (b byBytes) Len() int      { return len(b.k.starts) }
func (b byBytes) Swap(i, j int) { b.k.starts[i], b.k.starts[j] = b.k.starts[j], b.k.starts[i] }
func (b byBytes) Less(i, j int) bool {
	return bytes.Compare(b.k.at(b.k.starts[i]), b.k.at(b.k.starts[j])) < 0
}

// has reports whether the sealed set holds a key.
func (k *Keys) has(values [][]byte) bool {
	if k.ints != nil {
		n, err := strconv.ParseInt(string(values[0]), 10, 64)
		if err != nil {
			return false
		}
		_, found := slices.BinarySearch(k.ints, n)
		return found
	}
	want := appendKey(nil, values)
	i := sort.Search(len(k.starts), func(i int) bool { return bytes.Compare(k.at(k.starts[i]), want) >= 0 })
	return i < len(k.starts) && bytes.Equal(k.at(k.starts[i]), want)
}

// merge adds all keys of other.
func (k *Keys) merge(other *Keys) {
	k.sealed = false
	if k.ints != nil {
		k.ints = append(k.ints, other.ints...)
		return
	}
	base := len(k.arena)
	k.arena = append(k.arena, other.arena...)
	for _, start := range other.starts {
		k.starts = append(k.starts, base+start)
	}
}

// all gives each key's values, valid until the next one.
func (k *Keys) all() iter.Seq[[][]byte] {
	return func(yield func([][]byte) bool) {
		values := make([][]byte, k.width)
		for _, n := range k.ints {
			values[0] = strconv.AppendInt(values[0][:0], n, 10)
			if !yield(values) {
				return
			}
		}
		for _, start := range k.starts {
			at := start
			for i := range values {
				length, size := binary.Uvarint(k.arena[at:])
				at += size
				values[i] = k.arena[at : at+int(length)]
				at += int(length)
			}
			if !yield(values) {
				return
			}
		}
	}
}

// Len is the number of keys.
func (k *Keys) Len() int {
	if k.ints != nil {
		return len(k.ints)
	}
	return len(k.starts)
}

// Width is the number of columns of each key.
func (k *Keys) Width() int { return k.width }

// Column gives the values of one column of all keys, in the order of the keys, which is the
// same for every column. A value is valid until the next one.
func (k *Keys) Column(column int) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for values := range k.all() {
			if !yield(values[column]) {
				return
			}
		}
	}
}
