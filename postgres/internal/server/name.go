package server

import (
	"strings"

	"github.com/gyrodata/gyro/schema"
)

// Quote writes the name of a column, or of what else is no table.
func Quote(name string) string { return schema.QuoteName(name) }

// Identifier writes the name of a table with its schema.
func Identifier(n schema.Name) string { return Quote(n.Schema) + "." + Quote(n.Table) }

// Names lists columns, each behind a prefix such as "t.".
func Names(prefix string, columns []string) string {
	quoted := make([]string, len(columns))
	for i, c := range columns {
		quoted[i] = prefix + Quote(c)
	}
	return strings.Join(quoted, ", ")
}

// Literal writes a text as SQL reads it: standard_conforming_strings is on.
func Literal(text string) string { return schema.QuoteLiteral(text) }
