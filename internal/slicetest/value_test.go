package slicetest

import (
	"fmt"
	"math/big"
	"net/netip"
	"strings"

	"pgregory.net/rapid"
)

// kin are the types of columns that a foreign key to one of a type may have besides its own.
var kin = map[string][]string{
	"smallint":    {"integer", "bigint"},
	"integer":     {"bigint", "smallint"},
	"bigint":      {"integer", "smallint"},
	"numeric":     {"integer", "bigint"},
	"oid":         {"integer", "bigint"},
	"date":        {"timestamp", "timestamptz"},
	"timestamp":   {"date", "timestamptz"},
	"timestamptz": {"date", "timestamp"},
	"text":        {"varchar(20)", "char(12)", "citext", ci},
	ci:            {"text"},
	"varchar(20)": {"text", "char(12)"},
	"char(12)":    {"text", "varchar(20)"},
	"inet":        {"cidr"},
	"cidr":        {"inet"},
}

// drawKin draws the type of a column that refers to one of a type.
func (w *world) drawKin(t *rapid.T, typ string) string {
	if len(kin[typ]) == 0 || rapid.IntRange(0, 2).Draw(t, "the same type") > 0 {
		return typ
	}
	other := rapid.SampledFrom(kin[typ]).Draw(t, "type")
	if !w.collationsMix && (other == ci || typ == ci) {
		return typ
	}
	return other
}

// nobody is a value that no row has.
var nobody = map[string]string{
	"smallint": "7777", "integer": "7777", "bigint": "7777", "oid": "7777", "numeric": "7777.5",
	"text": "nobody", "citext": "nobody", ci: "nobody", "varchar(20)": "nobody", "char(12)": "nobody      ", "uuid": "ffffffff-0000-4000-8000-000000000000",
	"date": "1999-09-09", "timestamp": "1999-09-09 09:09:09", "timestamptz": "1999-09-09 09:09:09+00",
	"inet": "9.9.9.9", "cidr": "9.9.9.0/24",
}

// keyValue is the id-th value of a key column, as PostgreSQL prints it.
func keyValue(typ string, id int) string {
	switch typ {
	case "text", "varchar(20)", "char(12)":
		v := []string{"B", "a", "b", "A", "é", "Z z", "0", "10", "9", "-", "c,d", "q\"q", "x'y"}[id%13]
		v, _ = written(typ, v)
		return v
	case "citext", ci:
		return []string{"B", "a", "Cc", "dD", "é", "Z z", "0", "10", "9", "-", "c,d", "q\"Q", "x'y"}[id%13]
	case "uuid":
		return fmt.Sprintf("%08x-0000-4000-8000-%012x", id*0x10001, id)
	case "numeric":
		return fmt.Sprintf("%d", id-3) + []string{".50", "", ".50", ".00"}[id%4]
	case "oid":
		return fmt.Sprint(id + 1)
	case "date":
		return fmt.Sprintf("2024-01-%02d", id+1)
	case "timestamp", "timestamptz":
		v, _ := written(typ, fmt.Sprintf("2024-01-%02d ", id+1)+[]string{"00:00:00", "10:30:00"}[id%2])
		return v
	case "inet", "cidr":
		v, _ := written(typ, []string{fmt.Sprintf("10.0.0.%d/32", id), fmt.Sprintf("10.0.%d.0/24", id)}[id%2])
		return v
	}
	return fmt.Sprint(id - 3)
}

// elsewhere is the value that a row has instead which is to have another key.
func elsewhere(typ, v string) string {
	switch typ {
	case "uuid":
		return "f" + v[1:]
	case "text", "citext", ci, "varchar(20)", "char(12)":
		v, _ = written(typ, "own "+plain(typ, v))
		return v
	case "date", "timestamp", "timestamptz":
		return "19" + v[2:]
	case "inet", "cidr":
		return "8" + strings.TrimPrefix(v, "10")
	}
	if v[0] == '-' {
		return "9" + v[1:]
	}
	return "8" + v
}

// drawnLater begins what stands for an id that the database draws.
const drawnLater = "new:"

// meaning is a value as it is compared with others of the column.
func meaning(typ, v string) string {
	if loose(typ) && !strings.HasPrefix(v, drawnLater) {
		return folded(v)
	}
	return plain(typ, v)
}

// plain is a value in a form that kindred types share.
func plain(typ, v string) string {
	if strings.HasPrefix(v, drawnLater) {
		return v
	}
	switch typ {
	case "numeric":
		if number, ok := new(big.Rat).SetString(v); ok {
			return number.RatString()
		}
	case "date":
		return v + " 00:00:00"
	case "timestamptz":
		return strings.TrimSuffix(v, "+00")
	case "char(12)":
		return strings.TrimRight(v, " ")
	case "inet":
		if !strings.Contains(v, "/") {
			return v + "/32"
		}
	}
	return v
}

// written is a meaning as a type prints it; false where it can't hold it.
func written(typ, meaning string) (string, bool) {
	if strings.HasPrefix(meaning, drawnLater) {
		return meaning, true
	}
	switch typ {
	case "smallint", "integer", "bigint", "oid":
		return meaning, !strings.Contains(meaning, "/")
	case "numeric":
		number, ok := new(big.Rat).SetString(meaning)
		if ok && !number.IsInt() {
			return number.FloatString(2), true
		}
	case "date":
		return strings.CutSuffix(meaning, " 00:00:00")
	case "timestamptz":
		return meaning + "+00", true
	case "char(12)":
		return meaning + strings.Repeat(" ", max(0, 12-len([]rune(meaning)))), true
	case "inet":
		return strings.TrimSuffix(meaning, "/32"), true
	}
	return meaning, true
}

// converted is a value of one type as another has it.
func converted(from, to, v string) (string, bool) {
	if from == to {
		return v, true
	}
	return written(to, plain(from, v))
}

// sorted is a value in a form whose order as text is that of the type, but for numbers.
func sorted(typ, v string) string {
	if typ == ci { // by bytes; citext has an order of its own
		return v
	}
	if p, err := netip.ParsePrefix(meaning(typ, v)); err == nil && (typ == "inet" || typ == "cidr") {
		address := p.Addr().As4()
		return fmt.Sprintf("%x %02x", address, p.Bits())
	}
	return meaning(typ, v)
}
