package schema

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Type is what Gyro knows of a type of PostgreSQL, by its name: what stands here is asked for by all
// that reads, compares, loads or guesses values.
type Type struct {
	// Base is the name less its size: "numeric", "timestamp with time zone", "integer[]".
	Base string
	// Size is what stands in parentheses: "10,2"; empty: nothing.
	Size string
}

// typeSize is what stands in parentheses within a type's name.
var typeSize = regexp.MustCompile(`\s*\(([0-9, -]+)\)`)

// TypeOf reads a type's name as format_type prints it: "numeric(10,2)", "timestamp(3) with time zone".
func TypeOf(name string) Type {
	var t Type
	if found := typeSize.FindStringSubmatch(name); found != nil {
		t.Size = found[1]
	}
	t.Base = strings.TrimSpace(typeSize.ReplaceAllString(name, ""))
	return t
}

// DataType is the column's own type; of a domain, the domain.
func (c Column) DataType() Type { return TypeOf(c.Type) }

// Underlying is the column's type; of a domain, what it is made of, where the catalog says so.
func (c Column) Underlying() Type {
	if c.Base != "" {
		return TypeOf(c.Base)
	}
	return TypeOf(c.Type)
}

// Integer reports whether values are whole numbers of 2, 4 or 8 bytes.
func (t Type) Integer() bool { return t.bits() > 0 }

// bits is the size of an integer type, else 0.
func (t Type) bits() int {
	switch t.Base {
	case "smallint":
		return 16
	case "integer":
		return 32
	case "bigint":
		return 64
	}
	return 0
}

// Number reports whether values are numbers: integers, and those with a point.
func (t Type) Number() bool {
	return t.Integer() || slices.Contains([]string{"numeric", "real", "double precision", "money"}, t.Base)
}

// Text reports whether values are character strings.
func (t Type) Text() bool {
	return slices.Contains([]string{"text", "character varying", "character", "name"}, t.Base)
}

// Word reports whether values are texts to a person: character strings, whatever their case means.
func (t Type) Word() bool { return t.Text() || t.Base == "citext" }

// Date reports whether values name a day, with a time or without.
func (t Type) Date() bool {
	return slices.Contains([]string{"date", "timestamp", "timestamp without time zone", "timestamp with time zone"}, t.Base)
}

// Time reports whether values are times of a day.
func (t Type) Time() bool {
	return slices.Contains([]string{"time", "time without time zone", "time with time zone"}, t.Base)
}

// Zoned reports whether values are instants: what a text without a zone means, depends on one.
func (t Type) Zoned() bool { return t.Base == "timestamp with time zone" }

// Boolean reports whether values are true or false.
func (t Type) Boolean() bool { return t.Base == "boolean" }

// UUID reports whether values are uuids.
func (t Type) UUID() bool { return t.Base == "uuid" }

// TakesEmpty reports whether the empty text is a value.
func (t Type) TakesEmpty() bool { return t.Word() || t.Base == "bytea" || t.Base == "xml" }

// Length is how many characters a value may have, or 0 where no such bound is known.
func (t Type) Length() int {
	n, err := strconv.Atoi(t.Size)
	if err != nil || !t.Text() {
		return 0
	}
	return n
}

// Element is the type of an array's elements; of what is no array, t.
func (t Type) Element() Type { return Type{Base: strings.TrimSuffix(t.Base, "[]"), Size: t.Size} }

// HashFunction is the function of PostgreSQL that hashes values with a seed; empty: there is none, or none
// whose result is the same for all values that are equal.
func (t Type) HashFunction() string {
	switch t.Base {
	case "smallint":
		return "hashint2extended"
	case "integer":
		return "hashint4extended"
	case "bigint":
		return "hashint8extended"
	case "uuid":
		return "uuid_hash_extended"
	case "text", "character varying":
		return "hashtextextended"
	}
	return ""
}

// printsOnce are the types of which equal values print as equal bytes. Of others, such as
// numeric (1.0 and 1.00), only the server can say that two values are equal.
var printsOnce = map[string]bool{
	"smallint": true, "integer": true, "bigint": true, "oid": true, "uuid": true, "boolean": true, "bytea": true,
	"text": true, "character varying": true, "name": true, "date": true, "inet": true, "cidr": true, "macaddr": true, "macaddr8": true,
	"timestamp without time zone": true, "timestamp with time zone": true, "time without time zone": true,
}

// PrintsOnce reports whether values of the column that are equal to the server print as equal bytes, so
// that files alone can prove that two are equal.
func (c Column) PrintsOnce() bool {
	return !c.Nondeterministic && (c.Enum || printsOnce[c.DataType().Base])
}

// Prints reports whether a text is what PostgreSQL prints for a value, of an integer type or of
// uuids; of other types nothing is known, and it is false.
func (t Type) Prints(text []byte) bool {
	if t.UUID() {
		return isUUID(text) && !slices.ContainsFunc(text, func(c byte) bool { return c >= 'A' && c <= 'F' })
	}
	if !t.Integer() {
		return false
	}
	n, err := strconv.ParseInt(string(text), 10, t.bits())
	return err == nil && strconv.FormatInt(n, 10) == string(text)
}

// Fit says whether values of one type can be loaded into a column of another.
type Fit int

// How they fit.
const (
	Fits     Fit = iota // each of them
	Doubtful            // some may not
	Refused             // they can't
)

// numberWidths orders the types of exact numbers: each holds the values of those before it.
var numberWidths = map[string]int{"smallint": 1, "integer": 2, "bigint": 3, "numeric": 4}

// Into says whether values of the type can be loaded into a column of type to.
func (t Type) Into(to Type) Fit {
	switch {
	case t == to:
		return Fits
	case to.Word() && to.Size == "" && to.Base != "character" && to.Base != "name": // whatever it is, its text
		return Fits
	case t.Word() && to.Word():
		return Doubtful
	case numberWidths[t.Base] > 0 && numberWidths[to.Base] > 0:
		if t.Size == "" && to.Size == "" && numberWidths[t.Base] <= numberWidths[to.Base] {
			return Fits
		}
		return Doubtful
	case t.Base == to.Base && to.Size == "":
		return Fits
	case t.Base == to.Base:
		return Doubtful
	case strings.HasPrefix(t.Base, "json") && strings.HasPrefix(to.Base, "json"):
		return Fits
	case t.Base == "real" && to.Base == "double precision":
		return Fits
	}
	return Refused
}
