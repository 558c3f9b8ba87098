package foreign

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/pgcsv"
	"github.com/gyrodata/gyro/postgres/internal/server"
)

// How rows and keys of a sheet come to the server, and how SQL takes apart there what is not one
// value: both ends of it stand here, and nowhere else.
//
//   - test lists the numbers of fields, or of parts of a key, that have to be tested: " 0 4 ", or NULL.
//   - broken lists what the reader found: "h3:rule f0:rule", or NULL. The letter is the place, and
//     the number that of the column of the file, of the field, or of the reference; h-1 is the record.

// encoder writes rows and keys as CSV that COPY reads.
type encoder struct {
	sheet  *driver.Sheet
	layout layout
}

// places are the letters of places.
var places = [...]byte{driver.InHeaders: 'h', driver.InFields: 'f', driver.InReferences: 'r'}

// AppendRow writes a row: its number, line, those of its keys, and its fields. A suspect one has
// whether it is bad, broken and test behind the line.
func (e *encoder) AppendRow(b []byte, row *driver.SheetRow) []byte {
	b = strconv.AppendInt(b, row.Row, 10)
	b = append(b, ',')
	b = strconv.AppendInt(b, row.Line, 10)
	if row.Suspect() {
		bad := byte('f')
		if row.Spoilt {
			bad = 't'
		}
		b = append(b, ',', bad, ',')
		b = appendBroken(b, row.Broken)
		b = append(b, ',')
		b = appendTest(b, row.Test)
	}
	switch {
	case row.Spoilt:
		for range strings.Count(e.layout.columns(untyped), ",") {
			b = append(b, ',')
		}
		return append(b, '\n')
	case e.layout.packed:
		return append(appendPacked(b, row), '\n')
	}
	for _, number := range row.Keys {
		b = append(b, ',')
		if number > 0 {
			b = strconv.AppendInt(b, int64(number), 10)
		}
	}
	for _, text := range row.Fields {
		b = append(b, ',')
		if text != nil {
			b = pgcsv.AppendField(b, text, false)
		}
	}
	return append(b, '\n')
}

// appendPacked writes the numbers of keys and the texts as arrays: layout.go.
func appendPacked(b []byte, row *driver.SheetRow) []byte {
	for part := range slices.Chunk(row.Keys, packedIn) {
		b = append(b, `,"{`...)
		for i, number := range part {
			if i > 0 {
				b = append(b, ',')
			}
			if number > 0 {
				b = strconv.AppendInt(b, int64(number), 10)
			} else {
				b = append(b, "NULL"...)
			}
		}
		b = append(b, `}"`...)
	}
	for part := range slices.Chunk(row.Fields, packedIn) {
		b = append(b, `,"{`...)
		for i, text := range part {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendElement(b, text)
		}
		b = append(b, `}"`...)
	}
	return b
}

// appendElement writes an element of an array within quotes of CSV; nil is NULL.
func appendElement(b, text []byte) []byte {
	if text == nil {
		return append(b, "NULL"...)
	}
	b = append(b, `""`...)
	for _, c := range text {
		switch c {
		case '"':
			b = append(b, `\""`...)
		case '\\':
			b = append(b, `\\`...)
		default:
			b = append(b, c)
		}
	}
	return append(b, `""`...)
}

// AppendKey writes a key: the reference, its number, test, and the parts; NULL for those that longer
// keys of other references have.
func (e *encoder) AppendKey(b []byte, key *driver.SheetKey) []byte {
	b = strconv.AppendInt(b, int64(key.Reference), 10)
	b = append(b, ',')
	b = strconv.AppendInt(b, int64(key.Number), 10)
	b = append(b, ',')
	b = appendTest(b, key.Test)
	for _, text := range key.Parts {
		b = append(b, ',')
		if text != nil {
			b = pgcsv.AppendField(b, text, false)
		}
	}
	for range e.sheet.KeyParts() - len(key.Parts) {
		b = append(b, ',')
	}
	return append(b, '\n')
}

func appendTest(b []byte, numbers []int) []byte {
	if len(numbers) == 0 {
		return b
	}
	for _, n := range numbers {
		b = append(b, ' ')
		b = strconv.AppendInt(b, int64(n), 10)
	}
	return append(b, ' ')
}

func appendBroken(b []byte, all []driver.SheetBroken) []byte {
	for i, broken := range all {
		if i > 0 {
			b = append(b, ' ')
		}
		b = append(b, places[broken.In])
		b = strconv.AppendInt(b, int64(broken.Number), 10)
		b = append(b, ':')
		b = append(b, broken.Rule...)
	}
	return b
}

// hasToBeTested is true where the column test names a number.
func hasToBeTested(test string, number int) string {
	return fmt.Sprintf(server.Own("strpos(%s, ' %d ') > 0"), test, number)
}

var foundSQL = server.Own(`
SELECT e.rule, w.header,
  CASE
    WHEN e.rule = %s THEN w.required
    WHEN e.rule = %s THEN w.allowed
    WHEN e.rule = %s THEN 'a part of the key is NULL, and not all'
    ELSE ''
  END,
  NULL::int
FROM (
  SELECT split_part(e, ':', 1) AS place, split_part(e, ':', 2) AS rule
  FROM unnest(string_to_array(t.broken, ' ')) AS x(e)
) e
JOIN (VALUES %s) AS w(place, header, required, allowed) ON w.place = e.place`)

// foundByReader are the violations of t that were found while the file was read: rule, headers, words
// and field.
func foundByReader(t *sheet) string {
	var known []string // place, header, and in words what is required and what is allowed
	add := func(in driver.SheetPlace, number int, header, required, allowed string) {
		place := fmt.Sprintf("%c%d", places[in], number)
		known = append(known, fmt.Sprintf("(%s, %s, %s, %s)", server.Literal(place), server.Literal(header), server.Literal(required), server.Literal(allowed)))
	}
	add(driver.InHeaders, -1, "", "", "")
	for i, header := range t.Sheet.Headers {
		add(driver.InHeaders, i, header, "", "")
	}
	for i, f := range t.Sheet.Fields {
		add(driver.InFields, i, f.Header, f.Column+" may not be NULL", "none of "+f.Allowed)
	}
	for i, r := range t.Sheet.References {
		add(driver.InReferences, i, headersOf(r), strings.Join(r.Columns, ", ")+" may not be NULL", "")
	}
	return fmt.Sprintf(foundSQL,
		server.Literal(string(gyro.Required)), server.Literal(string(gyro.NotAllowed)), server.Literal(string(gyro.IncompleteReference)), strings.Join(known, ", "))
}
