package pgcsv_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gyrodata/gyro/pgcsv"
)

// cellsOf makes cells of texts between bars; one that begins with ' stood in quotes.
func cellsOf(column string) (cells []pgcsv.Cell) {
	for text := range strings.SplitSeq(column, "|") {
		unquoted, quoted := strings.CutPrefix(text, "'")
		cells = append(cells, pgcsv.Cell{Text: []byte(unquoted), Quoted: quoted})
	}
	return cells
}

func TestGuessColumn(t *testing.T) {
	t.Parallel()
	type guess = pgcsv.Guess
	type as = pgcsv.Conversion
	for column, want := range map[string]guess{
		"||'":                          {Doubts: []string{"no cell holds a value"}, Conversion: as{Empty: pgcsv.EmptyNull}},
		"1|2|-3|44|5|":                 {Kind: pgcsv.Integer},
		"1|2|3":                        {Kind: pgcsv.Integer, Doubts: []string{"only 3 cells hold a value"}},
		" 1|2|'|4|5|6|n/a":             {Kind: pgcsv.Integer, Conversion: as{Trim: true, Empty: pgcsv.EmptyNull, Nulls: []string{"n/a"}}, Weak: []string{"n/a"}},
		"0|1|0|1|1":                    {Kind: pgcsv.Integer, Doubts: []string{"it is all 0 and 1: it may be a boolean"}},
		"04103|10115|20095":            {Kind: pgcsv.Text, Doubts: []string{"it is all digits, but some begin with 0: it is taken for codes, as text"}},
		"1|2|3|4|12345678901234567890": {Kind: pgcsv.Numeric},
		"20260131|20250228|20240229|20260101|20261231": {Kind: pgcsv.Date, Conversion: as{Date: "YYYYMMDD"}, Doubts: []string{"dates as YYYYMMDD may be numbers"}},
		"20260132|20250228|20240229|20260101|20261231": {Kind: pgcsv.Integer},
		"1.5|2|3.25|-4|5":                {Kind: pgcsv.Numeric},
		".5|2|3.25|-4|5":                 {Kind: pgcsv.Numeric, Conversion: as{Decimal: "."}},
		"1,50|2|3,25|-4|5":               {Kind: pgcsv.Numeric, Conversion: as{Decimal: ","}},
		"1.234,50|2|3,25|-4|5":           {Kind: pgcsv.Numeric, Conversion: as{Decimal: ",", Thousands: "."}},
		"1,234.50|2|3.25|-4|5":           {Kind: pgcsv.Numeric, Conversion: as{Decimal: ".", Thousands: ","}},
		"1'234.50|2|3.25|-4|5":           {Kind: pgcsv.Numeric, Conversion: as{Decimal: ".", Thousands: "'"}},
		"1 234,50|2|3,25|-4|5":           {Kind: pgcsv.Numeric, Conversion: as{Decimal: ",", Thousands: " "}},
		"(1,234.00)|1,234.50|(5.00)|1|2": {Kind: pgcsv.Numeric, Conversion: as{Decimal: ".", Thousands: ",", Negative: pgcsv.Parentheses}},
		"(5)|3|4|1|2":                    {Kind: pgcsv.Numeric, Conversion: as{Decimal: ".", Negative: pgcsv.Parentheses}},
		"$1.50|($2)|-$3|$4|$5":           {Kind: pgcsv.Numeric, Conversion: as{Decimal: ".", Currency: "$", Negative: pgcsv.Parentheses}, Doubts: []string{`its numbers have "$", which is not kept`}},
		"1,50 €|€ 2|3|4|-":               {Kind: pgcsv.Numeric, Conversion: as{Decimal: ",", Currency: "€", Nulls: []string{"-"}}, Weak: []string{"-"}, Doubts: []string{"only 4 cells hold a value", `"€", which some of its numbers have, is not kept`, "a dash is taken for NULL, and may be a zero"}},
		"5-|3.5|4|1|2":                   {Kind: pgcsv.Numeric, Conversion: as{Decimal: ".", Negative: pgcsv.MinusBehind}},
		"5%|3.5 %|4%|1%|2%":              {Kind: pgcsv.Numeric, Conversion: as{Decimal: ".", Percent: true}, Doubts: []string{`percents are taken for parts of one: 12.5% is 0.125; expr: "value::numeric * 100" would keep 12.5`}},
		"5%|3.5|4%|1%|2%":                {Kind: pgcsv.Text}, // of what is 3.5?
		"5 €|$3|4|1|2":                   {Kind: pgcsv.Text},
		"(5)|3-|4|1|2":                   {Kind: pgcsv.Text},
		"5 kg|3 kg|4|1|2":                {Kind: pgcsv.Text},
		"1.234|2.345|3.456|4|5":          {Kind: pgcsv.Numeric, Doubts: []string{"the point is taken for what stands before the fraction, but it may be that of thousands"}, Choices: []string{"the point is taken for what stands before the fraction, but it may be that of thousands"}, Others: []as{{Decimal: ",", Thousands: "."}}},
		"1,234|2,345|3,456|4|5":          {Kind: pgcsv.Numeric, Conversion: as{Decimal: ","}, Doubts: []string{"the comma is taken for what stands before the fraction, but it may be that of thousands"}, Choices: []string{"the comma is taken for what stands before the fraction, but it may be that of thousands"}, Others: []as{{Decimal: ".", Thousands: ","}}},
		"1.5|2,5|3|4|5":                  {Kind: pgcsv.Text},
		"2026-01-31|2026-02-01|2026-02-02|2026-02-03|2026-02-04":                                                   {Kind: pgcsv.Date},
		"2026-01-31 10:00|2026-02-01 11:00|2026-02-02 10:00|2026-02-03 10:00|2026-02-04 10:00":                     {Kind: pgcsv.Timestamp},
		"2026-01-31T10:00:00Z|2026-02-01 11:00+01|2026-02-02 10:00:01.5+01:00|2026-02-03T10:00Z|2026-02-04T10:00Z": {Kind: pgcsv.TimestampTZ},
		"10:00|11:30|23:59|00:00|1:00":                                                 {Kind: pgcsv.Time},
		"10:00 AM|11:30 pm|12:59 AM|1:00 AM|2:00 PM":                                   {Kind: pgcsv.Time, Conversion: as{Date: "HH12:MI AM"}},
		"31.12.2026|1.2.2026|3.3.2026|4.4.2026|-|5.5.2026":                             {Kind: pgcsv.Date, Conversion: as{Date: "DD.MM.YYYY", Nulls: []string{"-"}}, Weak: []string{"-"}},
		"31.12.26|01.02.26|03.03.26|04.04.26|05.05.26":                                 {Kind: pgcsv.Date, Conversion: as{Date: "DD.MM.YY"}, Doubts: []string{"its years have two digits: 70 to 99 are taken for the last century"}},
		"01/02/2026|03/04/2026|05/06/2026|07/08/2026|09/10/2026":                       {Kind: pgcsv.Date, Conversion: as{Date: "DD/MM/YYYY"}, Doubts: []string{"dates are taken for DD/MM/YYYY, but all of them fit MM/DD/YYYY"}, Choices: []string{"dates are taken for DD/MM/YYYY, but all of them fit MM/DD/YYYY"}, Others: []as{{Date: "MM/DD/YYYY"}}},
		"01/02/2026|03/04/2026|05/06/2026|07/08/2026|09/31/2026":                       {Kind: pgcsv.Text},
		"01/02/2026|03/04/2026|05/06/2026|07/08/2026|10/31/2026":                       {Kind: pgcsv.Date, Conversion: as{Date: "MM/DD/YYYY"}},
		"01/01/2026|02/02/2026|03/03/2026|04/04/2026|05/05/2026":                       {Kind: pgcsv.Date, Conversion: as{Date: "DD/MM/YYYY"}}, // both read the same
		"31.12.2026 10:00|1.2.2026 11:00|3.3.2026 12:00|4.4.2026 13:00|5.5.2026 14:00": {Kind: pgcsv.Timestamp, Conversion: as{Date: "DD.MM.YYYY HH24:MI"}},
		"31. Dezember 2026|1. Mai 2026|3. März 2026|4. Juni 2026|5. Juli 2026":         {Kind: pgcsv.Date, Conversion: as{Date: "DD. Month YYYY", Language: "de"}},
		"31-Jan-2026|1-Apr-2026|3-Jun-2026|4-Jul-2026|5-Nov-2026":                      {Kind: pgcsv.Date, Conversion: as{Date: "DD-Mon-YYYY"}, Doubts: []string{"names of months are taken for English, but all of them may be German"}, Choices: []string{"names of months are taken for English, but all of them may be German"}},
		"ja|nein|JA|ja|Nein":  {Kind: pgcsv.Boolean, Conversion: as{True: []string{"ja"}, False: []string{"nein"}}},
		"no|no|no|no|no|NULL": {Kind: pgcsv.Boolean, Conversion: as{True: []string{"yes"}, False: []string{"no"}, Nulls: []string{"NULL"}}, Doubts: []string{"only one of its words is there"}},
		"x||x|x|X||x":         {Kind: pgcsv.Boolean, Conversion: as{True: []string{"x"}, False: []string{""}}, Doubts: []string{"a cell without text is taken for false; it may be NULL"}},
		"yes|no|maybe":        {Kind: pgcsv.Text},
		"Windhoek|NA|#NV| x":  {Kind: pgcsv.Text, Conversion: as{Trim: true, Nulls: []string{"#NV"}}, Doubts: []string{`taken for NULL: "#NV"`, `taken for text, but may be NULL: "NA"`}, Weak: []string{"NA"}},
	} {
		if d := cmp.Diff(want, pgcsv.GuessColumn(cellsOf(column))); d != "" {
			t.Errorf("%q (-want +got):\n%s", column, d)
		}
	}
	if got := pgcsv.TimestampTZ.String() + " " + pgcsv.Kind(99).String(); got != "timestamptz Kind(99)" {
		t.Error(got)
	}
}

// What is guessed fits each cell that it was guessed from.
func TestGuessFits(t *testing.T) {
	t.Parallel()
	values := []*rapid.Generator[string]{
		rapid.StringMatching(`[+-]?[0-9]{1,8}`),
		rapid.StringMatching(`-?[0-9]{1,3}([.,'][0-9]{3})?([.,][0-9]{1,3})?`),
		rapid.StringMatching(`(\$|-|\()?[0-9]{1,3}([.,][0-9]{3})?([.,][0-9]{2})?(\)|-| ?€|%)?`),
		rapid.StringMatching(`[0-3][0-9][./-][01][0-9][./-](20)?2[0-9]( [0-2][0-9]:[0-5][0-9])?`),
		rapid.StringMatching(`2026-0[1-9]-[0-2][0-9]([T ][01][0-9]:[0-5][0-9](:00)?(Z|\+01)?)?`),
		rapid.SampledFrom([]string{"ja", "nein", "JA", "x", "1", "0", "no"}),
		rapid.StringN(0, 4, -1),
	}
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.SampledFrom(values).Draw(t, "kind")
		cell := rapid.OneOf(value, value, value, rapid.SampledFrom([]string{"", "'", " ", "n/a", "NULL", "-"}))
		column := strings.Join(rapid.SliceOfN(cell, 1, 8).Draw(t, "cells"), "|")
		guess := pgcsv.GuessColumn(cellsOf(column))
		c, err := pgcsv.NewConverter(guess.Conversion)
		if err != nil {
			t.Fatalf("%q: %+v: %v", column, guess, err)
		}
		for i, cell := range cellsOf(column) {
			if _, _, broken := c.Convert(nil, cell); broken != "" {
				t.Fatalf("%q: %+v: cell %d is %s", column, guess, i, broken)
			}
		}
	})
}
