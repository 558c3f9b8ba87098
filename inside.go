package gyro

import "github.com/gyrodata/gyro/schema"

// Inside is how parts of a value are masked: what stands at a document's paths, an array's elements, an hstore's keys. The source
// sends the value with a mark in the place of each part that a fake makes, and with what it computed in the place of others: no
// clear value of a part leaves the server.
type Inside struct {
	// Parts are in the order of their paths; a [Place] names one by its number.
	Parts []Part
	// SQL gives an expression of type text over the value, as SQL writes it: the value, marked. A mark begins with the text
	// mark, of small letters and digits alone, which no value holds.
	SQL func(value string, column schema.Column, mark string) string
	// Fill appends to value what marked text becomes, as PostgreSQL prints it; fake appends the text of one part's fake.
	Fill func(value, marked, mark []byte, fake func(text []byte, at Place) ([]byte, error)) ([]byte, error)
}

// Part is a mask inside of a value.
type Part struct {
	// Path is where: "$.name", "[*]", an hstore's key.
	Path string
	Mask Mask
	// Group is how the path begins, to its last *: what has one Group and the same ordinals is one person's, or one place's.
	// Empty: it is the row's.
	Group string
	// Typed is what the part is, of the column: an array's element. Nil: any text.
	Typed func(column schema.Column) schema.Column
}

// Place is one mark.
type Place struct {
	Part int // its number
	// Tells is what the value is told by: by row its ordinals, as the path's * leads to it ("3", "3x1"), by value its digest, in
	// hexadecimal digits.
	Tells []byte
}

// Fits is what a value of the part has to fit.
func (p Part) Fits(column schema.Column) schema.Column {
	if p.Typed == nil {
		return schema.Column{Name: column.Name, Type: "text"}
	}
	return p.Typed(column)
}
