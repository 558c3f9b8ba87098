package mask

import (
	"math/bits"
	"strconv"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"github.com/gyrodata/gyro/schema"
)

// kinds is a set of the kinds of types that masks tell apart.
type kinds uint32

const (
	text      kinds = 1 << iota // text, varchar, name, citext
	character                   // character(n), which is printed with its blanks
	smallint
	integer
	bigint
	numeric
	float4
	float8
	date
	timestamp
	timestamptz
	timeofday
	timetz
	boolean
	uuid
	inet
	cidr
	macaddr
	bytea
	enum
	other // what masks know nothing of

	texts    = text | character
	integers = smallint | integer | bigint
	numbers  = integers | numeric | float4 | float8
	stamps   = timestamp | timestamptz
	anything = ^kinds(0)
)

// kindNames are the kinds as a message says them, in this order.
var kindNames = []struct {
	kinds kinds
	name  string
}{
	{texts, "text"},
	{integers, "integers"},
	{numeric, "numeric"},
	{float4 | float8, "real and double precision"},
	{date, "date"},
	{stamps, "timestamps"},
	{timeofday | timetz, "time"},
	{boolean, "boolean"},
	{uuid, "uuid"},
	{inet | cidr, "inet and cidr"},
	{macaddr, "macaddr"},
	{bytea, "bytea"},
	{enum, "enums"},
}

// String is what the documentation says of the kinds: "text, integers".
func (k kinds) String() string {
	if k == anything {
		return "every type"
	}
	var names []string
	for _, n := range kindNames {
		if k&n.kinds != 0 {
			names = append(names, n.name)
		}
	}
	return strings.Join(names, ", ")
}

var kindOfBase = map[string]kinds{
	"text": text, "character varying": text, "name": text, "citext": text, "character": character,
	"smallint": smallint, "integer": integer, "bigint": bigint, "numeric": numeric, "real": float4, "double precision": float8,
	"date": date, "timestamp": timestamp, "timestamp without time zone": timestamp, "timestamp with time zone": timestamptz,
	"time without time zone": timeofday, "time with time zone": timetz, "boolean": boolean, "uuid": uuid, "inet": inet, "cidr": cidr,
	"macaddr": macaddr, "bytea": bytea,
}

// shape is what a column has room for.
type shape struct {
	typ, base string // what it was read from
	enum      bool
	kind      kinds
	length    int // of a text, in characters; 0: no bound
	precision int // of numeric: its digits, 0: no bound
	scale     int // and how many of them stand behind the point; it may be below 0
}

func shapeOf(c *schema.Column) shape {
	s := shape{typ: c.Type, base: c.Base, enum: c.Enum, kind: other}
	switch t := c.Underlying(); {
	case c.Enum:
		s.kind = enum
	case c.Type == "": // left open: as text, of which more is not known
		s.kind = text
	default:
		_, extension, qualified := strings.Cut(t.Base, ".")
		if qualified && strings.Trim(extension, `"`) == "citext" { // where its schema is not on the search_path
			t.Base = "citext"
		}
		if k := kindOfBase[t.Base]; k != 0 {
			s.kind = k
		}
		s.length = t.Length()
		switch {
		case t.Base == "name":
			s.length = 63 // bytes: what is made of it is ASCII, or cut
		case t.Base == "character" && s.length == 0:
			s.length = 1
		case t.Base == "numeric" && t.Size != "":
			p, scale, _ := strings.Cut(t.Size, ",")
			s.precision, _ = strconv.Atoi(p)
			s.scale, _ = strconv.Atoi(scale)
		}
	}
	return s
}

// bits is how many bits an integer column has room for, its sign apart.
func (s *shape) bits() int {
	switch s.kind {
	case smallint:
		return 15
	case integer:
		return 31
	}
	return 63
}

// whole is the highest whole number that a column of numbers holds, up to that of bigint, and how many texts have room for.
func (s *shape) whole() int64 {
	digits := 18
	switch s.kind {
	case smallint, integer, bigint:
		return 1<<s.bits() - 1
	case float4:
		digits = 6
	case float8:
		digits = 15
	case numeric:
		if s.precision > 0 {
			digits = min(digits, s.precision-max(s.scale, 0))
		}
	case text, character:
		if s.length > 0 {
			digits = min(digits, s.length)
		}
	}
	if s.scale < 0 || digits < 0 {
		return 0
	}
	n := int64(1)
	for range digits {
		n *= 10
	}
	return n - 1
}

// fit cuts what stands in text from start to the column's length, and pads it as PostgreSQL prints it.
func (s *shape) fit(text []byte, start int) []byte {
	if s.length == 0 || s.kind&texts == 0 {
		return text
	}
	if len(text)-start > s.length {
		text = cut(text, start, s.length)
	}
	if s.kind == character {
		for n := utf8.RuneCount(text[start:]); n < s.length; n++ {
			text = append(text, ' ')
		}
	}
	return text
}

// long reports whether what stands in text from start is too long for the column.
func (s *shape) long(text []byte, start int) bool {
	return s.length > 0 && s.kind&texts != 0 && len(text)-start > s.length && utf8.RuneCount(text[start:]) > s.length
}

// cut leaves so many characters from start, and no blank at their end.
func cut(text []byte, start, length int) []byte {
	at := start
	for range length {
		if at >= len(text) {
			return text
		}
		_, size := utf8.DecodeRune(text[at:])
		at += size
	}
	for at > start+1 && text[at-1] == ' ' {
		at--
	}
	return text[:at]
}

// shapes keeps the shapes of the columns that one mask was asked for: to read a type's name takes longer than to make a
// value. Several goroutines may ask.
type shapes struct {
	known atomic.Pointer[[]*shape]
}

func (a *shapes) of(c *schema.Column) *shape {
	known := a.known.Load()
	if known != nil {
		for _, s := range *known {
			if s.typ == c.Type && s.base == c.Base && s.enum == c.Enum {
				return s
			}
		}
	}
	s := shapeOf(c)
	var all []*shape
	if known != nil {
		all = append(all, *known...)
	}
	all = append(all, &s)
	a.known.Store(&all) // another goroutine may be faster: then its shape is read again, once
	return &s
}

// below is how many whole bits numbers below n have.
func below(n uint64) int { return bits.Len64(n) - 1 }
