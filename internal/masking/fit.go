package masking

import (
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/schema"
)

// WideBits are enough of a digest that no two of 10 million rows meet: once in 10^22 tries.
const WideBits = 120

// Unfit says why a column can't have a mask, by what the table is alone; "": it can. Numbered: the primary key is one integer that fakes
// are told.
func Unfit(table *schema.Table, column string, mask gyro.Mask, numbered bool) (problem, hint gyro.Text) {
	c, _ := table.Column(column)
	switch {
	case c.Generated:
		return "it is computed from other columns by the database", "mask those"
	case mask.Null && c.NotNull:
		return "it is NOT NULL, and the mask makes it NULL", "another mask"
	case mask.Domain != "" && mask.Digest == nil:
		return gyro.Textf("%s goes by no value", mask.Name), "a fake: what the source computes goes by the value without a {Domain}"
	case mask.Domain != "" && len(mask.Reads) > 0:
		return "the mask reads other columns, and so is another in another row", "leave {Domain} out"
	}
	if problem := mask.Problem(c); problem != "" {
		return gyro.Text(problem), ""
	}
	for _, key := range DistinctKeys(table) {
		if !slices.Contains(key, column) {
			continue
		}
		switch place := strings.Join(key, ", "); {
		case mask.Rows != "":
			return gyro.Textf("it is a part of the unique key (%s), and what is masked could be what is kept", place), "mask it in all rows"
		case !mask.Unique || mask.Bits == nil || mask.Bits(c) == 0:
			return gyro.Textf("it is a part of the unique key (%s), and the mask may give two rows one value", place), "a mask that is unique, and fits the column's length"
		case mask.Fake != nil && (mask.Domain != "" || !numbered) && mask.Bits(c) < WideBits:
			return gyro.Textf("it is a part of the unique key (%s), and without a primary key of one integer the column has no room to tell rows apart", place), "a mask that the source computes, or one that has room for 26 signs more"
		}
	}
	return "", ""
}

// Idle says why a domain or a condition stands there in vain; "": it does not.
func Idle(mask gyro.Mask) (problem, hint gyro.Text) {
	if (mask.Domain != "" || mask.Rows != "") && (mask.IsZero() || mask.Keeps()) {
		return "{Domain} or {Rows} is set, and nothing is written in the value's place", "set {Mask}"
	}
	return "", ""
}

// Unsaid is the mistake that neither a mask nor keep is said of columns.
func Unsaid(columns []string) (problem, hint gyro.Text) {
	return gyro.Textf("neither a mask nor keep is said of %s", strings.Join(columns, ", ")),
		gyro.Textf("add a mask, or to the columns of its importer: %s: {keep: true}", strings.Join(columns, ": {keep: true}, "))
}

// DistinctKeys are the columns of what keeps rows apart beside the primary key: unique keys, and unique indexes of expressions or of
// some rows.
func DistinctKeys(table *schema.Table) [][]string {
	keys := slices.Clone(table.Unique)
	for _, rule := range table.Rules {
		if rule.Kind == schema.UniqueIndex {
			keys = append(keys, rule.Columns)
		}
	}
	return keys
}

// Distinct reports whether values of a column have to differ.
func Distinct(table *schema.Table, column string) bool {
	has := func(key []string) bool { return slices.Contains(key, column) }
	return has(table.PrimaryKey) || slices.ContainsFunc(DistinctKeys(table), has)
}

// IntegerKey reports whether the primary key is one integer.
func IntegerKey(table *schema.Table) bool {
	if len(table.PrimaryKey) != 1 {
		return false
	}
	c, _ := table.Column(table.PrimaryKey[0])
	return c.DataType().Integer()
}
