package foreign

import (
	"strings"
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/pgcsv"
)

// What COPY gets of a row and of a key: the SQL beside it, which takes test and broken apart, stands on it.
func TestEncoder(t *testing.T) {
	t.Parallel()
	sheet := &driver.Sheet{
		Fields:     make([]driver.SheetField, 3),
		References: []driver.SheetReference{{Parts: make([]driver.SheetPart, 1)}, {Parts: make([]driver.SheetPart, 2)}},
	}
	e := &encoder{sheet, layoutOf(sheet)}
	fields := [][]byte{[]byte("a,b"), nil, {}}
	for want, row := range map[string]driver.SheetRow{
		"1,2,7,,\"a,b\",,\"\"\n":           {Row: 1, Line: 2, Keys: []int32{7, 0}, Fields: fields},
		"1,2,f,, 0 2 ,7,8,\"a,b\",,\"\"\n": {Row: 1, Line: 2, Keys: []int32{7, 8}, Fields: fields, Test: []int{0, 2}},
		"1,2,f,f1:required r0:required,,,,x,,x\n": {
			Row: 1, Line: 2, Keys: []int32{0, 0}, Fields: [][]byte{[]byte("x"), nil, []byte("x")},
			Broken: []driver.SheetBroken{{In: driver.InFields, Number: 1, Rule: gyro.Required}, {In: driver.InReferences, Rule: gyro.Required}},
		},
		"1,2,t,h-1:columns h3:quote,,,,,,\n": {
			Row: 1, Line: 2, Spoilt: true, Broken: []driver.SheetBroken{{Number: -1, Rule: "columns"}, {Number: 3, Rule: pgcsv.Rule("quote")}},
		},
	} {
		if got := string(e.AppendRow(nil, &row)); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	for want, key := range map[string]driver.SheetKey{
		"0,5, 0 ,x,\n":  {Number: 5, Test: []int{0}, Parts: [][]byte{[]byte("x")}},
		"1,6,,,\"\"\n":  {Reference: 1, Number: 6, Parts: [][]byte{nil, {}}},
		"1,6,, y ,NN\n": {Reference: 1, Number: 6, Parts: [][]byte{[]byte(" y "), []byte("NN")}},
	} {
		if got := string(e.AppendKey(nil, &key)); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// The texts of a wide row stand in arrays, as COPY reads them.
func TestEncoderPacked(t *testing.T) {
	t.Parallel()
	e := &encoder{&driver.Sheet{}, layout{keys: 2, fields: packedIn + 1, packed: true}}
	row := driver.SheetRow{Row: 1, Line: 2, Keys: []int32{7, 0}, Fields: make([][]byte, packedIn+1)}
	row.Fields[0], row.Fields[1], row.Fields[packedIn] = []byte(`a,"b\`), []byte{}, []byte("NULL")
	nulls := strings.Repeat(",NULL", packedIn-2)
	if got, want := string(e.AppendRow(nil, &row)), `1,2,"{7,NULL}","{""a,\""b\\"",""""`+nulls+`}","{""NULL""}"`+"\n"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	spoilt := driver.SheetRow{Row: 1, Line: 2, Spoilt: true, Broken: []driver.SheetBroken{{Number: -1, Rule: "columns"}}}
	if got, want := string(e.AppendRow(nil, &spoilt)), "1,2,t,h-1:columns,,,,\n"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
