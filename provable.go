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
	if r.When != "" {
		return "only rows of one kind refer by it"
	}
	for i := range r.Columns {
		for _, side := range []struct {
			table  *schema.Table
			column string
		}{{from, r.Columns[i]}, {r.parent.table, r.ToColumns[i]}} {
			c, _ := side.table.Column(side.column)
			base, _, _ := strings.Cut(c.Type, "(")
			switch {
			case c.Nondeterministic:
				return "the collation of " + side.table.Name.String() + "." + side.column + " calls different texts equal"
			case !printsOnce[strings.TrimSpace(base)] && !c.Enum:
				return "equal values of type " + c.Type + " may print differently"
			}
		}
	}
	return ""
}
