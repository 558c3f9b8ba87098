package mask

import (
	"errors"
	"fmt"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/schema"
)

// drawing appends a value for the column of a row.
type drawing func(text []byte, d draw) []byte

// recipe is how a mask is made: [recipe.mask] makes it.
type recipe struct {
	name  string
	kinds kinds // of the columns that it is for
	least int   // how many characters a text has to have room for; 0: any
	// fits says what else is in the way; nil: nothing.
	fits func(c schema.Column, s *shape) string
	// sql is the expression; nil: draw makes the value.
	sql  func(value string, c schema.Column, s *shape) string
	draw drawing
	// bits is how many bits of a number the column's values have room for; nil: none is promised.
	bits func(s *shape) int
	// longest is how many characters a value of draw has at most, where the column has room; 0: that is not known.
	longest int
	expr    string
	reads   []string      // unmasked columns that draw asks for
	command *gyro.Command // makes the value of what draw gives it
	err     error         // what is wrong with its settings
}

// mask is the recipe made. What is wrong with its settings is told of each column.
func (r recipe) mask() gyro.Mask {
	m := gyro.Mask{Name: r.name, Fits: r.problem, Unique: r.bits != nil, Expr: r.expr}
	if r.bits != nil {
		m.Bits = func(c schema.Column) int {
			if r.problem(c) != "" {
				return 0
			}
			s := shapeOf(&c)
			return min(128, max(0, r.bits(&s)))
		}
	}
	if r.sql != nil {
		m.SQL = func(value string, c schema.Column) string {
			s := shapeOf(&c)
			return r.sql(value, c, &s)
		}
	}
	if r.draw != nil {
		m.Fake, m.Reads, m.Command = r.fake(), r.reads, r.command
		m.Digest = func(domain, value string) string {
			return "pg_catalog.encode(" + prefixed(gyro.DigestPrefix(domain), value) + ", 'hex')"
		}
	}
	return m
}

// tries is how often a value that is too long is drawn again before it is cut.
const tries = 8

func (r recipe) fake() gyro.Fake {
	if r.command != nil { // a seed, whatever the column has room for
		return func(text []byte, row *gyro.MaskRow) []byte { return r.draw(text, draw{row: row}) }
	}
	known, draws, again := new(shapes), r.draw, uint64(0)
	if r.bits == nil { // a number would not be another
		again = tries
	}
	return func(text []byte, row *gyro.MaskRow) []byte {
		d := draw{row: row, shape: known.of(&row.Column)}
		start := len(text)
		text = draws(text, d)
		for d.try < again && d.shape.long(text, start) {
			d.try++
			text = draws(text[:start], d)
		}
		return d.shape.fit(text, start)
	}
}

// problem says why a column can't have the mask; "": it can.
func (r recipe) problem(c schema.Column) string {
	if r.err != nil {
		return r.err.Error()
	}
	if c.Type == "" { // an ORM left it open: the catalog will say
		return ""
	}
	s := shapeOf(&c)
	switch {
	case s.kind&r.kinds == 0:
		return fmt.Sprintf("%s is for %s; the column is of type %s", r.name, r.kinds, c.Type)
	case s.kind&texts != 0 && s.length > 0 && s.length < r.least:
		return fmt.Sprintf("%s needs %d characters; the column has room for %d", r.name, r.least, s.length)
	case r.fits != nil:
		return r.fits(c, &s)
	}
	return ""
}

// failed is a recipe whose settings are wrong.
func failed(name string, errs ...error) recipe {
	return recipe{name: name, kinds: anything, err: fmt.Errorf("%s: %w", name, errors.Join(errs...))}
}
