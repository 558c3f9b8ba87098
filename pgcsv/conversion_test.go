package pgcsv_test

import (
	"context"
	"fmt"
	"math/big"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/pgcsv"
)

// convert gives what a cell becomes, "NULL", or the rule that it breaks in <>; a leading ' is
// for a cell in quotes.
func convert(t rapid.TB, of pgcsv.Conversion, text string) string {
	t.Helper()
	c, err := pgcsv.NewConverter(of)
	if err != nil {
		t.Fatalf("%+v: %v", of, err)
	}
	unquoted, quoted := strings.CutPrefix(text, "'")
	got, null, broken := c.Convert([]byte("before"), pgcsv.Cell{Text: []byte(unquoted), Quoted: quoted})
	value, ok := strings.CutPrefix(string(got), "before")
	switch {
	case !ok, (null || broken != "") && value != "", null && broken != "":
		t.Fatalf("%+v of %q: %q, %v, %s", of, text, got, null, broken)
	case null:
		return "NULL"
	case broken != "":
		if broken.Text() == string(broken) {
			t.Errorf("%s has no text", broken)
		}
		return "<" + string(broken) + ">"
	}
	return value
}

func TestConvert(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		of   pgcsv.Conversion
		want [][2]string
	}{
		"as it is": {pgcsv.Conversion{}, [][2]string{{"", "NULL"}, {"'", ""}, {" x ", " x "}, {"NULL", "NULL"}}},
		"trimmed":  {pgcsv.Conversion{Trim: true}, [][2]string{{" x\u00A0y\u00A0\t", "x\u00A0y"}, {"  ", "NULL"}, {"' ", ""}}},
		"nulls":    {pgcsv.Conversion{Nulls: []string{"n/a", "-"}}, [][2]string{{"n/a", "NULL"}, {"'-", "NULL"}, {" -", " -"}, {"N/A", "N/A"}, {"", "NULL"}}},
		"trimmed nulls": {pgcsv.Conversion{Nulls: []string{"-"}, Trim: true, Empty: pgcsv.EmptyText}, [][2]string{
			{" - ", "NULL"}, {"", ""}, {"'", ""}, {" ", ""},
		}},
		"empty is NULL": {pgcsv.Conversion{Empty: pgcsv.EmptyNull}, [][2]string{{"", "NULL"}, {"'", "NULL"}, {" ", " "}}},
		"points": {pgcsv.Conversion{Decimal: "."}, [][2]string{
			{"1", "1"},
			{"-12.50", "-12.50"},
			{"+3", "3"},
			{"\u22123", "-3"},
			{".5", "0.5"},
			{"007", "007"},
			{"1e3", "1e3"},
			{"1.5E+10", "1.5e10"},
			{"2E-7", "2e-7"},
			{"5.", "<not-a-number>"},
			{".", "<not-a-number>"},
			{"", "NULL"},
			{"'", "<not-a-number>"},
			{"1,5", "<ambiguous-number>"},
			{"1,234.5", "<ambiguous-number>"},
			{"x", "<not-a-number>"},
			{"1 ", "<not-a-number>"},
			{"--1", "<not-a-number>"},
			{"1e", "<not-a-number>"},
			{"1e5x", "<not-a-number>"},
			{"NaN", "<not-a-number>"},
			{"1.2.3", "<not-a-number>"},
			{"-", "<not-a-number>"},
			{"٣", "<not-a-number>"},
		}},
		"commas": {pgcsv.Conversion{Decimal: ","}, [][2]string{
			{"1,5", "1.5"}, {"1234567,89", "1234567.89"}, {"1.234", "<ambiguous-number>"}, {"1.234,5", "<ambiguous-number>"}, {"1,2,3", "<not-a-number>"}, {",5", "0.5"}, {"1 €", "<dressed-number>"},
		}},
		"dollars": {pgcsv.Conversion{Decimal: ".", Thousands: ",", Currency: "$", Negative: pgcsv.Parentheses}, [][2]string{
			{"$1,234.50", "1234.50"},
			{"-$12.00", "-12.00"},
			{"$-12.00", "-12.00"},
			{"($3.25)", "-3.25"},
			{"$ (3.25)", "-3.25"},
			{"(3.25 $)", "-3.25"},
			{"(3.25) $", "-3.25"},
			{"(0)", "-0"},
			{"5.00", "5.00"},
			{"$\u00A05", "5"},
			{"5.00-", "<dressed-number>"},
			{"(-3.25)", "<not-a-number>"},
			{"-(3.25)", "<not-a-number>"},
			{"((3.25))", "<not-a-number>"},
			{"(3.25", "<not-a-number>"},
			{"3.25)", "<not-a-number>"},
			{"$3.25$", "<not-a-number>"},
			{"-$-3.25", "<not-a-number>"},
			{"€3.25", "<dressed-number>"},
			{"3.25%", "<dressed-number>"},
			{"$", "<not-a-number>"},
			{"()", "<not-a-number>"},
			{"$1,23", "<ambiguous-number>"},
			{"1,23", "<ambiguous-number>"},
		}},
		"euros": {pgcsv.Conversion{Decimal: ",", Thousands: ".", Currency: "EUR", Negative: pgcsv.MinusBehind}, [][2]string{
			{"1.234,50 EUR", "1234.50"},
			{"EUR 1.234,50-", "-1234.50"},
			{"1,00- EUR", "-1.00"},
			{"1,00 EUR-", "-1.00"},
			{"1,00\u2212", "-1.00"},
			{"1,00+", "1.00"},
			{"-1,00", "-1.00"},
			{"-1,00-", "<not-a-number>"},
			{"1,00 USD", "<dressed-number>"},
			{"1,00 eur", "<not-a-number>"},
			{"(1,00)", "<dressed-number>"},
		}},
		"percents": {pgcsv.Conversion{Decimal: ".", Percent: true}, [][2]string{
			{"12.5%", "0.125"},
			{"-3.25 %", "-0.0325"},
			{"0%", "0"},
			{"100%", "1"},
			{"150%", "1.5"},
			{"5%", "0.05"},
			{"1234%", "12.34"},
			{"0.50%", "0.0050"},
			{".5%", "0.005"},
			{"007%", "0.07"},
			{"12.5", "<dressed-number>"},
			{"%", "<not-a-number>"},
			{"5%%", "<not-a-number>"},
			{"1e3%", "<not-a-number>"},
		}},
		"plain beside dressed": {pgcsv.Conversion{Decimal: "."}, [][2]string{
			{"(5.00)", "<dressed-number>"}, {"5.00-", "<dressed-number>"}, {"US$5", "<dressed-number>"}, {"5 CHF", "<dressed-number>"}, {"5 kg", "<not-a-number>"}, {"5%", "<dressed-number>"},
		}},
		"German": {pgcsv.Conversion{Decimal: ",", Thousands: ".", Trim: true}, [][2]string{
			{"1.234,56", "1234.56"},
			{"-1.234.567", "-1234567"},
			{"1234,5", "1234.5"},
			{" 12 ", "12"},
			{"1.23", "<ambiguous-number>"},
			{"1.2345", "<ambiguous-number>"},
			{"12.34.567", "<ambiguous-number>"},
			{"1234.567", "<ambiguous-number>"},
			{"1,234.5", "<ambiguous-number>"},
			{"0.123", "<ambiguous-number>"},
			{"1..234", "<ambiguous-number>"},
			{"1.234.", "<ambiguous-number>"},
			{".123", "<not-a-number>"},
			{"1,234.567", "<ambiguous-number>"},
		}},
		"English": {pgcsv.Conversion{Decimal: ".", Thousands: ","}, [][2]string{{"1,234,567.89", "1234567.89"}, {"1,23", "<ambiguous-number>"}, {"999", "999"}, {"1,234", "1234"}}},
		"Swiss":   {pgcsv.Conversion{Decimal: ".", Thousands: "'"}, [][2]string{{"1'234'567.89", "1234567.89"}, {"1’234", "1234"}, {"1'23", "<not-a-number>"}}},
		"French":  {pgcsv.Conversion{Decimal: ",", Thousands: " "}, [][2]string{{"1 234,5", "1234.5"}, {"1\u00A0234\u202F567", "1234567"}, {"1  234", "<not-a-number>"}}},
		"German dates": {pgcsv.Conversion{Date: "DD.MM.YYYY"}, [][2]string{
			{"31.12.2026", "2026-12-31"},
			{"1.2.2026", "2026-02-01"},
			{"29.02.2024", "2024-02-29"},
			{"29.02.2000", "2000-02-29"},
			{"", "NULL"},
			{"31.02.2026", "<no-such-date>"},
			{"29.02.2026", "<no-such-date>"},
			{"29.02.1900", "<no-such-date>"},
			{"31.04.2026", "<no-such-date>"},
			{"00.01.2026", "<no-such-date>"},
			{"01.13.2026", "<no-such-date>"},
			{"01.01.0000", "<no-such-date>"},
			{"31.12.26", "<not-a-date>"},
			{"31/12/2026", "<not-a-date>"},
			{"31.12.2026 ", "<not-a-date>"},
			{"131.12.2026", "<not-a-date>"},
			{"31.12.20266", "<not-a-date>"},
			{"31.12.", "<not-a-date>"},
			{"'", "<not-a-date>"},
			{"2026-12-31", "<not-a-date>"},
		}},
		"dates and times": {pgcsv.Conversion{Date: "DD.MM.YYYY HH:MI:SS"}, [][2]string{
			{"31.12.2026 23:59:58", "2026-12-31 23:59:58"},
			{"1.1.2026  0:00:00", "2026-01-01 00:00:00"},
			{"01.01.2026 12:30:00", "2026-01-01 12:30:00"},
			{"31.12.2026 24:00:00", "<no-such-date>"},
			{"31.12.2026 23:60:00", "<no-such-date>"},
			{"31.12.2026 23:59:60", "<no-such-date>"},
			{"31.12.2026", "<not-a-date>"},
			{"31.12.2026 23:59", "<not-a-date>"},
			{"31.12.2026 23:5:00", "<not-a-date>"},
		}},
		"noon": {pgcsv.Conversion{Date: "MM/DD/YY HH12:MI AM"}, [][2]string{
			{"12/31/69 12:00 AM", "2069-12-31 00:00:00"},
			{"1/2/70 12:00 pm", "1970-01-02 12:00:00"},
			{"1/2/26 1:05 PM", "2026-01-02 13:05:00"},
			{"1/2/26 11:05 Am", "2026-01-02 11:05:00"},
			{"1/2/26 13:05 PM", "<no-such-date>"},
			{"1/2/26 0:05 AM", "<no-such-date>"},
			{"1/2/26 1:05", "<not-a-date>"},
			{"1/2/26 1:05 XM", "<not-a-date>"},
			{"1/2/2026 1:05 AM", "<not-a-date>"},
		}},
		"packed":       {pgcsv.Conversion{Date: "YYYYMMDDHH24MISSMS"}, [][2]string{{"20260102030405678", "2026-01-02 03:04:05.678"}, {"2026010203040567", "<not-a-date>"}}},
		"packed day":   {pgcsv.Conversion{Date: "YYYYMMDD"}, [][2]string{{"20260103", "2026-01-03"}, {"2026013", "<not-a-date>"}, {"2026-01-03", "<not-a-date>"}}},
		"fractions":    {pgcsv.Conversion{Date: "YYYY-MM-DD\"T\"HH24:MI:SS.US"}, [][2]string{{"2026-01-02T03:04:05.1", "2026-01-02 03:04:05.1"}, {"2026-01-02T03:04:05.123450", "2026-01-02 03:04:05.12345"}, {"2026-01-02T03:04:05.000", "2026-01-02 03:04:05"}, {"2026-01-02T03:04:05.1234567", "<not-a-date>"}, {"2026-01-02 03:04:05.1", "<not-a-date>"}}},
		"times":        {pgcsv.Conversion{Date: "hh:mi p.m."}, [][2]string{{"1:05 p.m.", "13:05:00"}, {"1:05 pm", "<not-a-date>"}}},
		"months":       {pgcsv.Conversion{Date: "DD-Mon-YYYY"}, [][2]string{{"02-JAN-2026", "2026-01-02"}, {"2-sept-2026", "2026-09-02"}, {"02-Mai-2026", "<not-a-date>"}, {"02-January-2026", "<not-a-date>"}}},
		"long months":  {pgcsv.Conversion{Date: "Month DD, YYYY"}, [][2]string{{"May 2, 2026", "2026-05-02"}, {"february 29, 2026", "<no-such-date>"}}},
		"German month": {pgcsv.Conversion{Date: "DD. Month YYYY", Language: "de", Trim: true}, [][2]string{{"3. März 2026 ", "2026-03-03"}, {"03. MÄRZ 2026", "2026-03-03"}, {"3. March 2026", "<not-a-date>"}, {"1. Jänner 2026", "2026-01-01"}}},
		"Mär":          {pgcsv.Conversion{Date: "DD. Mon YYYY", Language: "de"}, [][2]string{{"3. Mrz 2026", "2026-03-03"}, {"3. Dez 2026", "2026-12-03"}, {"3. Oct 2026", "<not-a-date>"}}},
		"booleans": {pgcsv.Conversion{True: []string{"ja", "ÜBER"}, False: []string{"nein", "n"}, Nulls: []string{"?"}}, [][2]string{
			{"ja", "t"}, {"JA", "t"}, {"über", "t"}, {"Nein", "f"}, {"'n", "f"}, {"?", "NULL"}, {"", "NULL"}, {"'", "<not-a-boolean>"}, {"t", "<not-a-boolean>"}, {"ja ", "<not-a-boolean>"},
		}},
		"crosses": {pgcsv.Conversion{True: []string{"x"}, False: []string{""}, Trim: true}, [][2]string{{"X", "t"}, {"", "f"}, {" ", "f"}, {"'", "f"}, {"y", "<not-a-boolean>"}}},
	} {
		for _, pair := range test.want {
			text, want := pair[0], pair[1]
			if got := convert(t, test.of, text); got != want {
				t.Errorf("%s: %q becomes %q, want %q", name, text, got, want)
			}
		}
	}
}

// What contradicts itself is refused, all of it, before the first cell.
func TestConversionMistakes(t *testing.T) {
	t.Parallel()
	for want, of := range map[string]pgcsv.Conversion{
		"a column can't be numbers (decimal) and dates (date) and booleans (true, false) at once":                                          {Decimal: ".", Date: "YYYY-MM-DD", True: []string{"y"}, False: []string{"n"}},
		"thousands are said, but not what stands before the fraction (decimal)":                                                            {Thousands: "."},
		"decimal is neither a point nor a comma\nthousands is neither a point, a comma, an apostrophe nor a blank":                         {Decimal: "x", Thousands: "y"},
		"thousands is neither a point, a comma, an apostrophe nor a blank":                                                                 {Decimal: ".", Thousands: "x"},
		"decimal and thousands are both \".\"":                                                                                             {Decimal: ".", Thousands: "."},
		"a language is said, but no pattern of dates (date)":                                                                               {Language: "de"},
		"when an empty cell is NULL is not one of the choices":                                                                             {Empty: 9},
		"of a boolean both true and false need words; an empty one is a cell without text":                                                 {True: []string{"y"}},
		"\"Y\" is both true and false":                                                                                                     {True: []string{"Y"}, False: []string{"y"}},
		"\"N\" is both NULL and a boolean":                                                                                                 {True: []string{"y"}, False: []string{"n"}, Nulls: []string{"N"}},
		"the language of dates is neither en nor de\nthe pattern of dates \"x\": \"x\" is none of its words; text stands in double quotes": {Date: "x", Language: "fr"},
		"the pattern of dates \"DD\\\"\": a quote does not close":                                                                          {Date: "DD\""},
		"the pattern of dates \".\": it has neither a date nor a time":                                                                     {Date: "."},
		"the pattern of dates \"MM/YYYY\": it lacks a day":                                                                                 {Date: "MM/YYYY"},
		"the pattern of dates \"DD.DD.YY\": it has a day twice\nthe pattern of dates \"DD.DD.YY\": it lacks a month":                       {Date: "DD.DD.YY"},
		"the pattern of dates \"MI\": it lacks an hour":                                                                                    {Date: "MI"},
		"the pattern of dates \"HH24 SS\": it lacks minutes":                                                                               {Date: "HH24 SS"},
		"the pattern of dates \"HH24:MI.MS\": it lacks seconds":                                                                            {Date: "HH24:MI.MS"},
		"the pattern of dates \"HH12:MI\": it lacks AM or PM":                                                                              {Date: "HH12:MI"},
		"the pattern of dates \"HH24:MI AM\": it has both HH24 and AM or PM":                                                               {Date: "HH24:MI AM"},
	} {
		_, err := pgcsv.NewConverter(of)
		if err == nil || err.Error() != want {
			t.Errorf("%+v:\ngot  %v\nwant %s", of, err, want)
		}
	}
}

// What PostgreSQL writes with a pattern, a Converter reads with the same.
func TestPatternsServer(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, pgtest.DB(t))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	random := rand.New(rand.NewPCG(1, 2))
	dates := []string{"DD.MM.YYYY", "MM/DD/YYYY", "YYYYMMDD", "DD-Mon-YYYY", "YYYY-MM-DD", "Mon DD, YYYY", "DD/MM/YY"}
	times := []string{"", " HH24:MI:SS", "\"T\"HH24:MI:SS.US", " HH12:MI:SS AM", " HH:MI:SS.US p.m.", "HH24MISSUS", " MI-SS-HH24"}
	for _, date := range dates {
		for _, clock := range times {
			pattern, of := date+clock, []time.Time{}
			for range 50 {
				at := time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(random.Int64N(int64(99 * 365 * 24 * time.Hour))))
				if !strings.Contains(clock, "US") {
					at = at.Truncate(time.Second)
				}
				of = append(of, at.Truncate(time.Microsecond))
			}
			kind := "timestamp"
			if clock == "" {
				kind = "date"
			}
			rows, err := conn.Query(ctx, "SELECT to_char(at, $2), at::"+kind+"::text FROM unnest($1::timestamp[]) at", of, pattern)
			if err != nil {
				t.Fatal(err)
			}
			pairs, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct{ Written, Want string }])
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range pairs {
				if got := convert(t, pgcsv.Conversion{Date: pattern}, p.Written); got != p.Want {
					t.Errorf("%s: %q becomes %q, want %q", pattern, p.Written, got, p.Want)
				}
			}
			if len(pairs) != 50 {
				t.Errorf("%s: %d rows", pattern, len(pairs))
			}
		}
	}
}

// A number that is written in any way that is said becomes the digits that it was made of.
func TestNumbers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		decimal := rapid.SampledFrom([]string{".", ","}).Draw(t, "decimal")
		thousands := rapid.SampledFrom(slices.DeleteFunc([]string{"", ".", ",", "'", " "}, func(s string) bool { return s == decimal })).Draw(t, "thousands")
		whole := rapid.StringMatching(`0|[1-9][0-9]{0,20}`).Draw(t, "whole")
		fraction := rapid.StringMatching(`([0-9]{1,9})?`).Draw(t, "fraction")
		sign := rapid.SampledFrom([]string{"", "-"}).Draw(t, "sign")
		var grouped strings.Builder
		for i, c := range whole {
			if i > 0 && (len(whole)-i)%3 == 0 {
				grouped.WriteString(thousands)
			}
			grouped.WriteRune(c)
		}
		text, want := sign+grouped.String(), sign+whole
		if fraction != "" {
			text, want = text+decimal+fraction, want+"."+fraction
		}
		if got := convert(t, pgcsv.Conversion{Decimal: decimal, Thousands: thousands}, text); got != want {
			t.Fatalf("%q becomes %q, want %q", text, got, want)
		}
	})
}

// So does one with a currency, a percent sign, parentheses, or a minus behind it, wherever these stand; with one of them
// that is not said it is none, and what is guessed of it alone reads it as what it is.
func TestDressedNumbers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		pick := func(what string, from ...string) string { return rapid.SampledFrom(from).Draw(t, what) }
		of := pgcsv.Conversion{Decimal: ",", Thousands: pick("thousands", "", "."), Currency: pick("currency", "", "$", "€", "EUR", "US$", "zł"), Percent: rapid.Bool().Draw(t, "percent")}
		of.Negative = rapid.SampledFrom([]pgcsv.Negative{pgcsv.MinusInFront, pgcsv.MinusBehind, pgcsv.Parentheses}).Draw(t, "negative")
		cents, shown := rapid.Int64Range(0, 1e12).Draw(t, "cents"), ""
		digits := fmt.Sprintf("%03d", cents)
		for i, c := range digits {
			switch left := len(digits) - i; {
			case left == 2:
				shown += ","
			case i > 0 && left > 2 && left%3 == 2:
				shown += of.Thousands
			}
			shown += string(c)
		}
		minus := rapid.Bool().Draw(t, "minus")
		text, sign := shown, ""
		money := func(text string) string {
			blank := pick("blank", "", " ", "\u00A0")
			if of.Currency == "" || rapid.IntRange(0, 4).Draw(t, "no currency") == 0 {
				return text
			}
			if rapid.Bool().Draw(t, "in front") {
				return of.Currency + blank + text
			}
			return text + blank + of.Currency
		}
		if of.Percent {
			text += pick("before percent", "", " ") + "%"
		}
		inside := rapid.Bool().Draw(t, "inside")
		if inside {
			text = money(text)
		}
		if minus {
			sign = "-"
			switch {
			case of.Negative == pgcsv.Parentheses && rapid.Bool().Draw(t, "in parentheses"):
				text = "(" + text + ")"
			case of.Negative == pgcsv.MinusBehind && rapid.Bool().Draw(t, "behind"):
				text += "-"
			default:
				text = "-" + text
			}
		}
		if !inside {
			text = money(text)
		}
		scale := int64(100)
		if of.Percent {
			scale = 10000
		}
		want := new(big.Rat).SetFrac64(cents, scale)
		is := func(got string) bool {
			value, ok := new(big.Rat).SetString(strings.TrimPrefix(got, "-"))
			return ok && value.Cmp(want) == 0 && strings.HasPrefix(got, "-") == (sign != "")
		}
		if got := convert(t, of, text); !is(got) {
			t.Fatalf("%+v: %q becomes %q, want %s%s", of, text, got, sign, want.FloatString(4))
		}
		if got := convert(t, pgcsv.Conversion{Decimal: ",", Thousands: of.Thousands}, text); got != "<dressed-number>" && !is(got) {
			t.Fatalf("%+v: %q becomes %q", of, text, got)
		}
		guess := pgcsv.GuessColumn([]pgcsv.Cell{{Text: []byte(text)}, {Text: []byte("7,5" + strings.Repeat("%", len(text)-len(strings.ReplaceAll(text, "%", ""))))}})
		if got := convert(t, guess.Conversion, text); guess.Kind != pgcsv.Numeric || !is(got) {
			t.Fatalf("%+v: %q is guessed as %+v, and becomes %q", of, text, guess, got)
		}
	})
}

var (
	isNumber = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?(e-?[0-9]+)?$`)
	isTime   = regexp.MustCompile(`^[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?$`)
)

// FuzzConvert: whatever a cell holds and a pattern says, what comes out is a number, a date that
// there is, a boolean, or nothing with a rule.
func FuzzConvert(f *testing.F) {
	for _, seed := range [][2]string{{"1.234,56", "DD.MM.YYYY"}, {"-,5e7", "YYYYMMDDHH24MISSUS"}, {"31.12.2026 12:00:00 AM", "DD.MM.YYYY HH:MI:SS AM"}, {"\u22121’234", "Month \"x\" DD YY"}, {"12:00 p.m.", "HH12:MI A.M."}, {"5. März 26", "DD. Mon YY"}} {
		for choice := range byte(8) {
			f.Add(seed[0], seed[1], choice)
		}
	}
	f.Fuzz(func(t *testing.T, text, pattern string, choice byte) {
		decimal, thousands := []string{".", ","}[choice&1], []string{"", ".", ",", "'", " "}[choice>>1%5]
		for dressed := range byte(3) {
			if decimal == thousands {
				break
			}
			of := pgcsv.Conversion{Decimal: decimal, Thousands: thousands, Currency: []string{"", "$", "EUR"}[dressed], Percent: dressed == 2, Negative: pgcsv.Negative(dressed), Trim: true}
			if got := convert(t, of, text); got != "NULL" && !strings.HasPrefix(got, "<") && !isNumber.MatchString(got) {
				t.Errorf("%+v: %q becomes %q", of, text, got)
			}
		}
		if decimal != thousands {
			got := convert(t, pgcsv.Conversion{Decimal: decimal, Thousands: thousands, Trim: true}, text)
			if got != "NULL" && !strings.HasPrefix(got, "<") && !isNumber.MatchString(got) {
				t.Errorf("%q becomes %q", text, got)
			}
		}
		if got := convert(t, pgcsv.Conversion{True: []string{text}, False: []string{text + "x"}}, text); got != "t" && !strings.HasPrefix(text, "'") {
			t.Errorf("%q becomes %q", text, got)
		}
		of := pgcsv.Conversion{Date: pattern, Language: []string{"en", "de"}[choice&1]}
		if _, err := pgcsv.NewConverter(of); err != nil {
			return
		}
		got := convert(t, of, text)
		if got == "NULL" || strings.HasPrefix(got, "<") {
			return
		}
		date, clock, both := strings.Cut(got, " ")
		if !both && strings.Contains(got, ":") {
			date, clock, both = "2026-01-01", got, true
		}
		if _, err := time.Parse(time.DateOnly, date); err != nil || both && !isTime.MatchString(clock) {
			t.Errorf("%q with %q becomes %q", text, pattern, got)
		}
	})
}

func TestConvertNoAllocations(t *testing.T) { // not parallel: what is allocated is counted
	for text, of := range map[string]pgcsv.Conversion{
		" 1.234,56 ":          {Decimal: ",", Thousands: ".", Trim: true, Nulls: []string{"-"}},
		"31. März 2026 12:00": {Date: "DD. Month YYYY HH24:MI", Language: "de"},
		"JA":                  {True: []string{"ja"}, False: []string{"nein"}},
	} {
		c, err := pgcsv.NewConverter(of)
		if err != nil {
			t.Fatal(err)
		}
		var dst []byte
		cell := pgcsv.Cell{Text: []byte(text)}
		if n := testing.AllocsPerRun(100, func() { dst, _, _ = c.Convert(dst[:0], cell) }); n > 0 {
			t.Errorf("%q: %.0f allocations", text, n)
		}
	}
}

func BenchmarkConvert(b *testing.B) {
	for text, of := range map[string]pgcsv.Conversion{
		"1.234,56":            {Decimal: ",", Thousands: ".", Trim: true, Nulls: []string{"-"}},
		"31.12.2026 12:00:00": {Date: "DD.MM.YYYY HH24:MI:SS"},
		"ja":                  {True: []string{"ja"}, False: []string{"nein"}},
		"as it is":            {Trim: true},
	} {
		b.Run(fmt.Sprint(text), func(b *testing.B) {
			c, err := pgcsv.NewConverter(of)
			if err != nil {
				b.Fatal(err)
			}
			var dst []byte
			cell := pgcsv.Cell{Text: []byte(text)}
			b.ReportAllocs()
			for b.Loop() {
				dst, _, _ = c.Convert(dst[:0], cell)
			}
		})
	}
}
