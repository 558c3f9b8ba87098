package schema

import (
	"errors"
	"fmt"
	"strings"
)

// Public is the schema of a table whose name says none.
const Public = "public"

// Name names a table. Schema is never empty in a Name made by [ParseName] or [NewName].
type Name struct {
	Schema string
	Table  string
}

// NewName makes a Name; an empty schemaName means [Public].
func NewName(schemaName, table string) Name {
	if schemaName == "" {
		schemaName = Public
	}
	return Name{Schema: schemaName, Table: table}
}

// ParseName reads "table" or "schema.table". A part that holds a dot or a quote is
// written in double quotes, a quote inside doubled, as in SQL; unlike SQL, a part
// without quotes keeps its case.
func ParseName(text string) (Name, error) {
	var parts []string
	rest := text
	for {
		part, after, err := namePart(rest)
		if err != nil {
			return Name{}, fmt.Errorf("table name %q: %w", text, err)
		}
		parts = append(parts, part)
		if after == "" {
			break
		}
		rest = after[1:]
	}
	switch len(parts) {
	case 1:
		return NewName("", parts[0]), nil
	case 2:
		return NewName(parts[0], parts[1]), nil
	}
	return Name{}, fmt.Errorf("table name %q: more than schema and table; put a part that holds a dot in double quotes", text)
}

// namePart reads one part and gives what follows it: nothing, or a dot and more.
func namePart(text string) (part, after string, err error) {
	if !strings.HasPrefix(text, `"`) {
		end := strings.IndexByte(text, '.')
		if end < 0 {
			end = len(text)
		}
		part, after = text[:end], text[end:]
		if strings.Contains(part, `"`) {
			return "", "", errors.New("a quote inside a part that is not quoted")
		}
	} else {
		var b strings.Builder
		i := 1
		for ; ; i++ {
			if i >= len(text) {
				return "", "", errors.New("no closing quote")
			}
			if text[i] != '"' {
				b.WriteByte(text[i])
				continue
			}
			if i+1 < len(text) && text[i+1] == '"' {
				b.WriteByte('"')
				i++
				continue
			}
			break
		}
		part, after = b.String(), text[i+1:]
		if after != "" && after[0] != '.' {
			return "", "", errors.New("text after a closing quote")
		}
	}
	if part == "" {
		return "", "", errors.New("an empty part")
	}
	if strings.ContainsRune(part, 0) {
		return "", "", errors.New("a NUL byte")
	}
	return part, after, nil
}

// String is the name as a user would write it: the schema only where it is not
// [Public], quotes only where a part needs them. [ParseName] reads it back.
func (n Name) String() string {
	if n.Schema == Public || n.Schema == "" {
		return quotePart(n.Table)
	}
	return quotePart(n.Schema) + "." + quotePart(n.Table)
}

func quotePart(part string) string {
	if !strings.ContainsAny(part, `."`) {
		return part
	}
	return `"` + strings.ReplaceAll(part, `"`, `""`) + `"`
}

// IsZero reports whether n names no table.
func (n Name) IsZero() bool { return n.Table == "" }

// Compare orders names by schema, then table, in byte order.
func (n Name) Compare(m Name) int {
	if c := strings.Compare(n.Schema, m.Schema); c != 0 {
		return c
	}
	return strings.Compare(n.Table, m.Table)
}
