package export

import (
	"github.com/gyrodata/gyro/schema"
)

// unverifiable says why files alone can't prove that the reference resolves, or "".
func (r *reference) unverifiable(from *schema.Table) string {
	if r.parent == nil {
		return ""
	}
	if r.Period {
		return "it is one by PERIOD, which several rows cover together"
	}
	if r.When != "" && conditionsOf(r.When, from) == nil {
		return "its condition is not of the form column = value or column IN (values), joined by AND"
	}
	for i := range r.Columns {
		own, _ := from.Column(r.Columns[i])
		to, _ := r.parent.table.Column(r.ToColumns[i])
		if r.Enforced && own.DataType().PrintedAs(to.DataType()) == nil {
			return "values of type " + own.Type + " print differently from equal ones of type " + to.Type
		}
		for _, side := range []struct {
			table  *schema.Table
			column string
		}{{from, r.Columns[i]}, {r.parent.table, r.ToColumns[i]}} {
			c, _ := side.table.Column(side.column)
			switch {
			case c.Nondeterministic:
				return "the collation of " + side.table.Name.String() + "." + side.column + " calls different texts equal"
			case !c.PrintsOnce():
				return "equal values of type " + c.Type + " may print differently"
			}
		}
	}
	return ""
}
