package schema

import (
	"slices"
	"strings"
)

// How names, texts and types are written in SQL, so that any search_path reads them the same.

// QuoteName writes the name of a column, a table or a schema, whatever stands in it.
func QuoteName(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// QuoteLiteral writes a text, where standard_conforming_strings is on.
func QuoteLiteral(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// grammar are the types whose names SQL's grammar knows: no search_path leads elsewhere.
var grammar = []string{
	"smallint", "integer", "bigint", "real", "double precision", "numeric", "boolean", "bit", "bit varying", "character",
	"character varying", "timestamp", "timestamp without time zone", "timestamp with time zone", "time", "time without time zone",
	"time with time zone", "interval",
}

// InGrammar reports whether SQL's grammar knows a type, less its size, by that name.
func InGrammar(base string) bool { return slices.Contains(grammar, base) }

// QualifiedType takes a type's name as search_path pg_catalog shows it, and gives one that any search_path reads.
func QualifiedType(name string) string {
	base, array := strings.CutSuffix(name, "[]")
	if strings.Contains(name, ".") || strings.HasPrefix(base, "interval") {
		return name
	}
	if InGrammar(TypeOf(base).Base) {
		return name
	}
	if array {
		base += "[]"
	}
	return "pg_catalog." + base
}

// SizedType is the column's type with its size.
func (c Column) SizedType() string {
	if c.Qualified == "" {
		return QualifiedType(c.Type)
	}
	if size := c.DataType().Size; size != "" {
		return c.Qualified + "(" + size + ")"
	}
	return c.Qualified
}
