package schema

import (
	"bytes"
	"strconv"
)

// ComparedAs is the type as which PostgreSQL compares values of the type with those of type to that a foreign key
// refers to, as SQL writes it: both are cast to it, and no value is lost by that. Empty: they are compared as they are,
// as two integers or two texts; for what PostgreSQL does not compare, the text.
//
// The source is the documentation of operator classes (cross-type members of a family) and pg_cast (implicit casts);
// TestForeignKeysBetweenTypes holds it against every pair that a server takes.
func (t Type) ComparedAs(to Type) string {
	t, to = Type{Base: t.Base}, Type{Base: to.Base}
	switch {
	case t == to, t.Integer() && to.Integer():
		return ""
	case t.Base == "character" && to.Text(), to.Base == "character" && t.Text():
		return internalNames[to.Base]
	case t.Text() && to.Text():
		return ""
	case t.Date() && to.Date():
		return internalNames[wider(t.Base, to.Base, "date", "timestamp without time zone", "timestamp with time zone")]
	case t.Base == "real" && to.Base == "double precision", t.Base == "double precision" && to.Base == "real":
		return internalNames["double precision"]
	case t.Number() && to.Number() && !to.Integer() && t.Base != "money" && to.Base != "money":
		return internalNames[to.Base]
	case t.Integer() && to.Base == "oid", t.Base == "oid" && to.Base == "bigint",
		t.Base == "time without time zone" && to.Base == "time with time zone",
		t.Base == "bit" && to.Base == "bit varying", t.Base == "bit varying" && to.Base == "bit",
		t.Base == "macaddr" && to.Base == "macaddr8", t.Base == "macaddr8" && to.Base == "macaddr":
		return internalNames[to.Base]
	case t.Base == "cidr" && to.Base == "inet", t.Base == "inet" && to.Base == "cidr":
		return internalNames["inet"]
	}
	return AsText
}

// AsText is how values compare that PostgreSQL does not compare: by their texts.
const AsText = "pg_catalog.text"

// wider gives that of two types which stands later among all.
func wider(a, b string, all ...string) string {
	for i := len(all) - 1; i >= 0; i-- {
		if all[i] == a || all[i] == b {
			return all[i]
		}
	}
	return a
}

// internalNames are the names of types in pg_type, with their schema: a size never comes by itself to them, as
// character would get one, and no search_path leads elsewhere.
var internalNames = map[string]string{
	"bigint": "pg_catalog.int8", "numeric": "pg_catalog.numeric", "real": "pg_catalog.float4", "double precision": "pg_catalog.float8",
	"oid": "pg_catalog.oid", "text": "pg_catalog.text", "character varying": "pg_catalog.text", "character": "pg_catalog.bpchar",
	"name": "pg_catalog.name", "date": "pg_catalog.date", "timestamp without time zone": "pg_catalog.timestamp",
	"timestamp with time zone": "pg_catalog.timestamptz", "time with time zone": "pg_catalog.timetz", "inet": "pg_catalog.inet",
	"macaddr": "pg_catalog.macaddr", "macaddr8": "pg_catalog.macaddr8", "bit": `pg_catalog."bit"`, "bit varying": "pg_catalog.varbit",
}

// PrintedAs gives what rewrites the text of a value of the type into that of the value of type to which is equal to
// it, where PostgreSQL compares the two; nil where that is not known. A value that none of to equals becomes what none prints.
// Timestamps are those of a session in UTC.
func (t Type) PrintedAs(to Type) func(text []byte) []byte {
	t, to = Type{Base: t.Base}, Type{Base: to.Base}
	same := func(text []byte) []byte { return text }
	switch pair := [2]string{t.Base, to.Base}; {
	case t == to, t.Integer() && to.Integer(), t.Text() && to.Text(), t.Base == "oid" && to.Base == "bigint":
		return same
	case t.Integer() && to.Base == "oid":
		return func(text []byte) []byte {
			if n, err := strconv.ParseInt(string(text), 10, 32); err == nil && n < 0 {
				return strconv.AppendInt(nil, n+1<<32, 10)
			}
			return text
		}
	case pair == [2]string{"cidr", "inet"}:
		return func(text []byte) []byte { return bytes.TrimSuffix(text, hostMask(text)) }
	case pair == [2]string{"inet", "cidr"}:
		return func(text []byte) []byte {
			if bytes.IndexByte(text, '/') >= 0 {
				return text
			}
			return append(bytes.Clone(text), hostMask(text)...)
		}
	case pair == [2]string{"macaddr", "macaddr8"}:
		return func(text []byte) []byte {
			if len(text) != len("08:00:2b:01:02:03") {
				return text
			}
			return append(append(bytes.Clone(text[:9]), "ff:fe:"...), text[9:]...)
		}
	case pair == [2]string{"macaddr8", "macaddr"}:
		return func(text []byte) []byte {
			if len(text) != len("08:00:2b:ff:fe:01:02:03") || string(text[9:15]) != "ff:fe:" {
				return text
			}
			return append(bytes.Clone(text[:9]), text[15:]...)
		}
	case t.Date() && to.Date():
		return func(text []byte) []byte { return t.moment(text).as(to) }
	}
	return nil
}

// hostMask is the length of the mask by which an address is one host's.
func hostMask(address []byte) []byte {
	if bytes.IndexByte(address, ':') >= 0 {
		return []byte("/128")
	}
	return []byte("/32")
}

// moment is a date or a timestamp as it is printed, taken apart.
type moment struct {
	day, time, era []byte // "2026-12-31", " 23:59:59.5" or "", " BC" or ""
}

var midnight = []byte(" 00:00:00")

func (t Type) moment(text []byte) moment {
	var m moment
	text, m.era = cutSuffix(text, " BC")
	if t.Zoned() {
		text, _ = cutSuffix(text, "+00")
	}
	m.day = text
	if i := bytes.IndexByte(text, ' '); i >= 0 {
		m.day, m.time = text[:i], text[i:]
	}
	return m
}

// as is the same moment printed as a type. A time that a date has not is kept, so that it equals none.
func (m moment) as(t Type) []byte {
	text := bytes.Clone(m.day)
	infinite := bytes.HasSuffix(m.day, []byte("infinity"))
	switch {
	case infinite:
	case t.Base == "date" && !bytes.Equal(m.time, midnight):
		text = append(text, m.time...)
	case t.Base == "date":
	case len(m.time) == 0:
		text = append(text, midnight...)
	default:
		text = append(text, m.time...)
	}
	if t.Zoned() && !infinite {
		text = append(text, "+00"...)
	}
	return append(text, m.era...)
}

func cutSuffix(text []byte, suffix string) (before, cut []byte) {
	if !bytes.HasSuffix(text, []byte(suffix)) {
		return text, nil
	}
	return text[:len(text)-len(suffix)], text[len(text)-len(suffix):]
}

// Holds reports whether a cast to the type surely loses no part of a value of another: what does not fit is an error.
func (t Type) Holds(other Type) bool {
	return t == other || t.Integer() && other.Integer() || t == Type{Base: "text"} && other.Text() || t == Type{Base: "numeric"} && other.Integer()
}
