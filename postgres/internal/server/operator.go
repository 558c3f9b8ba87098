package server

import (
	"strings"

	"github.com/gyrodata/gyro/schema"
)

// Whose code runs when our SQL runs: operators, functions and types are found by search_path, and whoever may create
// in one of its schemas could put his own there, which would run as us (CVE-2018-1058). So our statements run with
// search_path pg_catalog alone; those that the role's own search_path has to decide parts of (text of the user's, what
// triggers and defaults call) name all that is ours with its schema. Both are held by TestHostileSchema.

// SafePath is a search_path by which only PostgreSQL's own things are found.
const SafePath = "SET LOCAL search_path = pg_catalog, pg_temp"

// RolePath is the search_path that the role has.
const RolePath = "SET LOCAL search_path TO DEFAULT"

// Op is an operator of PostgreSQL's own. It binds like any that is no comparison: its operands are simple, or stand in
// parentheses.
func Op(operator string) string { return " OPERATOR(pg_catalog." + operator + ") " }

// Is is the operator of equality of PostgreSQL's own types.
var Is = Op("=")

// Equal compares two values of a column as its type does.
func Equal(c schema.Column, left, right string) string {
	if c.Operator == "" {
		return left + Is + right
	}
	return left + " " + c.Operator + " " + right
}

// EqualAs compares a value with one of the column that it refers to, as the type as; empty: as they are.
func EqualAs(as string, to schema.Column, left, right string) string {
	if as == "" {
		return Equal(to, left, right)
	}
	return "(" + left + ")::" + as + Is + "(" + right + ")::" + as
}

// Refers compares a value of a column with one of the column that it refers to, as EqualAs does. Texts compare as the
// latter does, whatever the former's collation; with one collation an index can be used.
func Refers(as string, from, to schema.Column, left, right string) string {
	if from.DataType().Text() && to.DataType().Text() && from.CollationID != to.CollationID {
		collate := " COLLATE " + to.Equality()
		left, right = left+collate, right+collate
	}
	return EqualAs(as, to, left, right)
}

// As is the i-th of the types as which a reference compares.
func As(all []string, i int) string {
	if i < len(all) {
		return all[i]
	}
	return ""
}

// TypeSQL is the type of a column as any search_path reads it, less its size: that does not matter for values which were
// read from a column that has it, and character(n) without one would be cut to one.
func TypeSQL(c schema.Column) string {
	if c.Qualified != "" {
		return c.Qualified
	}
	base := c.DataType().Base
	element, array := strings.CutSuffix(base, "[]")
	switch element {
	case "character":
		element = "bpchar"
	case "bit":
		element = "varbit"
	}
	if array {
		element += "[]"
	}
	return schema.QualifiedType(element)
}
