package gyro

import (
	"strings"

	"github.com/gyrodata/gyro/schema"
)

// printsOnce are the types of which equal values print as equal bytes. Of others, such as
// numeric (1.0 and 1.00), only the server can say that two values are equal.
var printsOnce = map[string]bool{
	"smallint": true, "integer": true, "bigint": true, "oid": true, "uuid": true, "boolean": true, "bytea": true,
	"text": true, "character varying": true, "name": true, "date": true, "inet": true, "cidr": true, "macaddr": true, "macaddr8": true,
	"timestamp without time zone": true, "timestamp with time zone": true, "time without time zone": true,
}

// notProvable says why files alone can't prove that the reference resolves, or "".
func (r *reference) notProvable(from *schema.Table) string {
	if r.parent == nil {
		return ""
	}
	if r.When != "" && kindsOf(r.When, from) == nil {
		return "its condition is not of the form column = value or column IN (values), joined by AND"
	}
	for i := range r.Columns {
		for _, side := range []struct {
			table  *schema.Table
			column string
		}{{from, r.Columns[i]}, {r.parent.table, r.ToColumns[i]}} {
			c, _ := side.table.Column(side.column)
			switch {
			case c.Nondeterministic:
				return "the collation of " + side.table.Name.String() + "." + side.column + " calls different texts equal"
			case !printsOnce[baseOf(c)]:
				return "equal values of type " + c.Type + " may print differently"
			}
		}
	}
	return ""
}

// baseOf is a column's type less its length; of an enum "text", for it prints as one.
func baseOf(c schema.Column) string {
	if c.Enum {
		return "text"
	}
	base, rest, _ := strings.Cut(c.Type, "(")
	if _, after, ok := strings.Cut(rest, ")"); ok { // timestamp(3) with time zone
		base += after
	}
	return strings.TrimSpace(base)
}
