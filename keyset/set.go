package keyset

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"iter"
	"slices"
	"sort"
	"strconv"
)

// Set is a set of keys: tuples of the values of a few columns, in the text that COPY
// prints. It is how the rows of one table restrict those of another. A key of one integer
// column takes 8 bytes, of one uuid column 16; any other takes its text and some ten bytes more.
// A set for which its [Memory] has no room lies on disk.
//
// Keys are compared by their bytes. That tells apart the rows of one table, since a row
// prints the same each time; whether keys of two tables are equal is left to the server.
type Set struct {
	width  int
	form   Form
	ints   []int64    // of one integer column
	uuids  [][16]byte // of one uuid column
	arena  []byte     // of all others: each value behind its length
	starts []int      // of each key in arena
	sealed bool
	full   int // at this length the doubles are taken out before more is added

	memory  *Memory   // nil: it stays in memory
	charged int64     // bytes of room that it takes
	runs    []*keyRun // what is on disk; of a sealed set one run, or none and all in memory

	asked []byte // the key that is asked for; see encode
	near  int    // where the number lies that was asked for last

	// Temporary says that the set is of use for one question only, and who asked frees it.
	Temporary bool
}

// fewKeys is the length below which doubles are left until the end.
const fewKeys = 1 << 20

// Form is how keys are held.
type Form int

// The forms.
const (
	Texts    Form = iota // each value behind its length
	Integers             // of one column: 8 bytes
	UUIDs                // of one column: 16 bytes
)

// NewSet makes an empty set of keys with width columns.
func NewSet(width int, kind Form) *Set {
	return &Set{width: width, form: kind}
}

// Add adds a key; no value is NULL.
func (k *Set) Add(values [][]byte) error {
	if n := k.held(); n >= max(k.full, fewKeys) {
		k.sort()
		k.full = 2 * k.held()
	}
	k.sealed = false
	defer k.charge()
	switch k.form {
	case Integers:
		n, err := strconv.ParseInt(string(values[0]), 10, 64)
		if err != nil {
			return errInteger
		}
		k.ints = append(k.ints, n)
		return nil
	case UUIDs:
		u, err := parseUUID(values[0])
		if err != nil {
			return err
		}
		k.uuids = append(k.uuids, u)
		return nil
	case Texts:
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

// Seal sorts the set and takes doubles out. Reading needs a sealed set.
func (k *Set) Seal() *Set {
	if k.sealed {
		return k
	}
	k.sealed = true
	if len(k.runs) > 0 {
		k.spill()
		k.mergeRuns()
		return k
	}
	k.sort()
	return k
}

// sort sorts what is in memory, and takes doubles out of it.
func (k *Set) sort() {
	switch k.form {
	case Integers:
		slices.Sort(k.ints)
		k.ints = slices.Compact(k.ints)
		return
	case UUIDs:
		slices.SortFunc(k.uuids, compareUUIDs)
		k.uuids = slices.Compact(k.uuids)
		return
	case Texts:
	}
	sort.Sort(byBytes{k})
	if len(k.starts) == 0 {
		return
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
		return
	}
	k.starts = kept
}

// charge tells the room what the set takes, and makes room where there is too little.
func (k *Set) charge() {
	if k.memory == nil {
		return
	}
	size := int64(cap(k.ints)*8 + cap(k.uuids)*16 + cap(k.arena) + cap(k.starts)*8)
	if size == k.charged {
		return
	}
	more := size - k.charged
	k.charged = size
	if k.memory.charge(more, size) {
		k.spill()
		if len(k.runs) >= keyRuns {
			k.mergeRuns()
		}
	}
}

// Free gives back what the set takes. It is not to be used again.
func (k *Set) Free() {
	if k.memory == nil {
		return
	}
	k.memory.charge(-k.charged, 0)
	k.charged, k.ints, k.uuids, k.arena, k.starts = 0, nil, nil, nil, nil
	for _, r := range k.runs {
		k.memory.fail(r.file.Close())
	}
	k.runs = nil
}

// spill moves what is in memory to disk.
func (k *Set) spill() {
	k.sort()
	if k.held() > 0 {
		run, err := k.memory.writeRun(k.fixed(), k.encoded())
		k.memory.fail(err)
		if err == nil {
			k.runs = append(k.runs, run)
		}
	}
	k.memory.charge(-k.charged, 0)
	k.charged, k.full, k.ints, k.uuids, k.arena, k.starts = 0, 0, nil, nil, nil, nil
}

func (k *Set) mergeRuns() {
	if len(k.runs) < 2 {
		return
	}
	run, err := k.memory.mergeRuns(k.runs)
	k.memory.fail(err)
	k.runs = k.runs[:0]
	if err == nil {
		k.runs = append(k.runs, run)
	}
}

// fixed is how many bytes a key takes on disk; 0: as many as it has.
func (k *Set) fixed() int { return map[Form]int{Integers: 8, UUIDs: 16}[k.form] }

// encoded gives the keys in memory, one after the other, in bytes that sort as they do.
func (k *Set) encoded() func() []byte {
	i, key := -1, make([]byte, 0, 16)
	return func() []byte {
		i++
		switch {
		case i < len(k.ints):
			return binary.BigEndian.AppendUint64(key[:0], uint64(k.ints[i])^1<<63)
		case i < len(k.uuids):
			return append(key[:0], k.uuids[i][:]...)
		case i < len(k.starts):
			return k.at(k.starts[i])
		}
		return nil
	}
}

// encode gives a key's bytes on disk, valid until the next call; nil where it can be none.
func (k *Set) encode(values [][]byte) []byte {
	to := k.asked[:0]
	switch k.form {
	case Integers:
		n, err := strconv.ParseInt(string(values[0]), 10, 64)
		if err != nil {
			return nil
		}
		to = binary.BigEndian.AppendUint64(to, uint64(n)^1<<63)
	case UUIDs:
		u, err := parseUUID(values[0])
		if err != nil {
			return nil
		}
		to = append(to, u[:]...)
	case Texts:
		to = appendKey(to, values)
	}
	k.asked = to
	return to
}

// compact moves the keys that are kept together.
func (k *Set) compact(kept []int) {
	var arena []byte
	for i, start := range kept {
		arena = append(arena, k.at(start)...)
		kept[i] = len(arena) - len(k.at(start))
	}
	k.arena, k.starts = arena, slices.Clone(kept)
}

// at gives the bytes of the key that begins at start.
func (k *Set) at(start int) []byte {
	end := start
	for range k.width {
		length, size := binary.Uvarint(k.arena[end:])
		end += size + int(length)
	}
	return k.arena[start:end]
}

type byBytes struct{ k *Set }

func (b byBytes) Len() int { return len(b.k.starts) }

func (b byBytes) Swap(i, j int) { b.k.starts[i], b.k.starts[j] = b.k.starts[j], b.k.starts[i] }

func (b byBytes) Less(i, j int) bool {
	return bytes.Compare(b.k.at(b.k.starts[i]), b.k.at(b.k.starts[j])) < 0
}

// Has reports whether the sealed set holds a key, to one goroutine at a time.
func (k *Set) Has(values [][]byte) bool {
	if len(k.runs) > 0 {
		key := k.encode(values)
		found, err := key != nil, error(nil)
		if found {
			found, err = k.runs[0].has(key)
		}
		k.memory.fail(err)
		return found
	}
	switch k.form {
	case Integers:
		n, err := strconv.ParseInt(string(values[0]), 10, 64)
		if err != nil {
			return false
		}
		return k.hasInteger(n)
	case UUIDs:
		u, err := parseUUID(values[0])
		if err != nil {
			return false
		}
		_, found := slices.BinarySearchFunc(k.uuids, u, compareUUIDs)
		return found
	case Texts:
	}
	want := k.encode(values)
	i := sort.Search(len(k.starts), func(i int) bool { return bytes.Compare(k.at(k.starts[i]), want) >= 0 })
	return i < len(k.starts) && bytes.Equal(k.at(k.starts[i]), want)
}

// Merge adds all keys of other.
func (k *Set) Merge(other *Set) {
	if len(other.runs) > 0 {
		for values := range other.Seal().All() {
			_ = k.Add(values) // it was a key before
		}
		return
	}
	k.sealed = false
	defer k.charge()
	k.ints = append(k.ints, other.ints...)
	k.uuids = append(k.uuids, other.uuids...)
	base := len(k.arena)
	k.arena = append(k.arena, other.arena...)
	for _, start := range other.starts {
		k.starts = append(k.starts, base+start)
	}
}

// All gives each key's values, valid until the next one.
func (k *Set) All() iter.Seq[[][]byte] {
	return func(yield func([][]byte) bool) {
		values := make([][]byte, k.width)
		for _, n := range k.ints {
			values[0] = strconv.AppendInt(values[0][:0], n, 10)
			if !yield(values) {
				return
			}
		}
		for _, u := range k.uuids {
			values[0] = appendUUID(values[0][:0], u)
			if !yield(values) {
				return
			}
		}
		for _, start := range k.starts {
			split(values, k.arena[start:])
			if !yield(values) {
				return
			}
		}
		for _, run := range k.runs {
			c := run.read(keyBuffer)
			err := c.next()
			for ; err == nil && c.key != nil; err = c.next() {
				switch k.form {
				case Integers:
					values[0] = strconv.AppendInt(values[0][:0], decodeInteger(c.key), 10)
				case UUIDs:
					values[0] = appendUUID(values[0][:0], [16]byte(c.key))
				case Texts:
					split(values, c.key)
				}
				if !yield(values) {
					return
				}
			}
			k.memory.fail(err)
		}
	}
}

// split takes a key's values out of its bytes.
func split(values [][]byte, key []byte) {
	at := 0
	for i := range values {
		length, size := binary.Uvarint(key[at:])
		at += size
		values[i] = key[at : at+int(length)]
		at += int(length)
	}
}

// Len is the number of keys.
func (k *Set) Len() int {
	n := k.held()
	for _, r := range k.runs {
		n += r.count
	}
	return n
}

// held is the number of keys in memory.
func (k *Set) held() int {
	return len(k.ints) + len(k.uuids) + len(k.starts) // two of them are empty
}

// Form is how the keys are held.
func (k *Set) Form() Form { return k.form }

// Width is the number of columns of each key.
func (k *Set) Width() int { return k.width }

// Column gives the values of one column of all keys, in the order of the keys, which is the
// same for every column. A value is valid until the next one.
func (k *Set) Column(column int) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for values := range k.All() {
			if !yield(values[column]) {
				return
			}
		}
	}
}

var (
	errInteger = errors.New("read a key: invalid syntax")
	errUUID    = errors.New("read a key: it is not a uuid as PostgreSQL prints it")
)

// parseUUID reads the one form that PostgreSQL prints: 8-4-4-4-12 digits, in lower case.
func parseUUID(text []byte) (u [16]byte, err error) {
	if len(text) != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return u, errUUID
	}
	digits := make([]byte, 0, 32)
	for _, part := range [][]byte{text[:8], text[9:13], text[14:18], text[19:23], text[24:]} {
		digits = append(digits, part...)
	}
	if _, err := hex.Decode(u[:], digits); err != nil {
		return u, errUUID
	}
	return u, nil
}

func appendUUID(b []byte, u [16]byte) []byte {
	for i, part := range [][]byte{u[:4], u[4:6], u[6:8], u[8:10], u[10:]} {
		if i > 0 {
			b = append(b, '-')
		}
		b = hex.AppendEncode(b, part)
	}
	return b
}

func compareUUIDs(a, b [16]byte) int { return bytes.Compare(a[:], b[:]) }
