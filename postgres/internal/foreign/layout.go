package foreign

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gyrodata/gyro/driver"
)

// layout says in which columns of its table the numbers of a row's keys and its texts stand. Each has one of its own,
// k0, k1, … and c0, c1, …, unless a row of so many might not fit into a page of the server, or the table not into its
// 1,600 columns. Then several stand in one array, of which the server puts elsewhere what is too long.
type layout struct {
	keys, fields int
	packed       bool
}

// Of a row with columns of its own for each text, up to 24 bytes of a text stay in the page however many there are;
// with fixedBytes for the rest, that has to be less than pageBytes. A row of fewer texts than that is quicker to read
// where nothing is packed.
const (
	pageBytes  = 8000
	fixedBytes = 300
	textBytes  = 24
	keyBytes   = 4
)

// packedIn is how many stand in one array. To find one, the server walks over those before it: 800 rows of 1,600
// texts took 2.2 s with 32, 2.9 s with 128 and 15 s with all of them in one array (PostgreSQL 15).
const packedIn = 32

func layoutOf(s *driver.Sheet) layout {
	l := layout{keys: len(s.References), fields: len(s.Fields)}
	l.packed = fixedBytes+l.fields*textBytes+l.keys*keyBytes > pageBytes
	return l
}

// field is where the text of a field stands in a row.
func (l layout) field(i int) string { return l.place("c", i) }

// key is where the number of a reference's key stands in a row.
func (l layout) key(i int) string { return l.place("k", i) }

func (l layout) place(prefix string, i int) string {
	if !l.packed {
		return fmt.Sprintf("%s%d", prefix, i)
	}
	return fmt.Sprintf("%s%d[%d]", prefix, i/packedIn, i%packedIn+1)
}

// keyColumns are the columns in which the keys of some references stand.
func (l layout) keyColumns(references []int) []string {
	var columns []string
	for _, i := range references {
		column, _, _ := strings.Cut(l.key(i), "[")
		columns = append(columns, column)
	}
	return slices.Compact(columns)
}

// typing says whether columns are listed with their types.
type typing bool

const (
	typed   typing = true
	untyped typing = false
)

// columns lists all columns: ", k0, c0".
func (l layout) columns(with typing) string {
	array := ""
	keys, fields := l.keys, l.fields
	if l.packed {
		array = "[]"
		keys, fields = (keys+packedIn-1)/packedIn, (fields+packedIn-1)/packedIn
	}
	if with == untyped {
		return numbered(keys, "k", "") + numbered(fields, "c", "")
	}
	return numbered(keys, "k", " int"+array) + numbered(fields, "c", " pg_catalog.text"+array)
}

// values are the expressions of keys and of fields as the values of columns.
func (l layout) values(keys, fields []string) []string {
	all := slices.Concat(keys, fields)
	if !l.packed {
		return all
	}
	all = nil
	pack := func(list []string, typ string) {
		for part := range slices.Chunk(list, packedIn) {
			all = append(all, "ARRAY["+strings.Join(part, ", ")+"]::"+typ)
		}
	}
	pack(keys, "int[]")
	pack(fields, "pg_catalog.text[]")
	return all
}
