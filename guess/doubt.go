package guess

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gyrodata/gyro/pgcsv"
	"github.com/gyrodata/gyro/sheets"
)

// doubt says what is unsure of a column's values.
func (g *guessing) doubt(u *formatUse) {
	say := func(format string, args ...any) {
		u.match.doubts = append(u.match.doubts, fmt.Sprintf(format, args...))
	}
	switch {
	case u.guess.Kind == pgcsv.NoKind:
		if g.Records > 0 {
			say("no cell holds a value")
		}
	case u.column.DataType().Integer() && u.guess.Kind == pgcsv.Numeric && !g.fits(u.header, u.column):
		say("it holds fractions, and the column is of type %s", u.column.Type)
	case u.column.Enum && !g.fits(u.header, u.column):
		say("some values are no labels of %s, which are %s", u.column.Type, sheets.SomeHeaders(u.column.Labels))
	case !g.fits(u.header, u.column):
		say("it holds %s, and the column is of type %s", kindWords(u.guess.Kind), u.column.Type)
	case u.class == dateClass && u.column.Type == "date" && u.guess.Kind != pgcsv.Date:
		say("it holds times of day as well, and the column is of type date")
	}
	switch {
	case u.class == textClass && u.guess.Kind != pgcsv.Text:
		if len(u.guess.Weak) > 0 {
			say("taken for text, but may be NULL: %s", quotedList(u.guess.Weak))
		}
	case u.class == textClass, u.misfit(), u.guess.Conversion.Typed() && u.guess.Kind != pgcsv.NoKind && !plainBoolean(u.guess.Conversion):
		for _, d := range u.guess.Doubts {
			// That digits are texts is what the column says, too; that there are few rows is seen once.
			if (u.class != textClass || !strings.HasPrefix(d, "it is all digits")) && (g.Records >= 5 || !strings.HasSuffix(d, "cells hold a value")) {
				say("%s", d)
			}
		}
	default:
		for _, d := range u.guess.Choices {
			say("%s", d)
		}
	}
	if most := u.column.DataType().Length(); u.class == textClass && most > 0 {
		if !g.each(u.header, pgcsv.Conversion{Trim: true}, func(text []byte) bool { return utf8.RuneCount(text) <= most }) {
			say("some texts are longer than %s has room for", u.column.Type)
		}
	}
	g.doubtNulls(u, say)
}

// doubtNulls says where values are missing that have to be there. Of texts an empty one may be meant.
func (g *guessing) doubtNulls(u *formatUse, say func(string, ...any)) {
	if !u.column.NotNull || u.match.literal != "" {
		return
	}
	format := sheets.FormatOf(u.want, g.Importer.CSV.Format, u.column)
	convert, err := pgcsv.NewConverter(format)
	if err != nil {
		return
	}
	nulls, words := 0, 0
	for _, cell := range g.cells[u.header] {
		if _, null, _ := convert.Convert(nil, cell); null {
			nulls++
			if strings.TrimSpace(string(cell.Text)) != "" {
				words++
			}
		}
	}
	switch {
	case nulls == 0:
	case u.class == textClass && words == 0:
		u.match.format.Empty = pgcsv.EmptyText
		say("a cell without text is taken for an empty text, since the column is NOT NULL")
	default:
		say("in %d of the first %d rows it has no value, and the column is NOT NULL: default would give one", nulls, g.Records)
	}
}

func kindWords(k pgcsv.Kind) string {
	return map[pgcsv.Kind]string{
		pgcsv.Text: "text", pgcsv.Integer: "whole numbers", pgcsv.Numeric: "numbers", pgcsv.Date: "dates", pgcsv.Time: "times of day",
		pgcsv.Timestamp: "timestamps", pgcsv.TimestampTZ: "timestamps", pgcsv.Boolean: "booleans",
	}[k]
}

func quotedList(words []string) string {
	var quoted []string
	for _, word := range words {
		quoted = append(quoted, strconv.Quote(word))
	}
	return strings.Join(quoted, ", ")
}

// zone tells of times whose zone the file does not say.
func (g *guessing) zone(uses []*formatUse) {
	for _, u := range uses {
		format := sheets.FormatOf(u.match.format, g.Importer.CSV.Format, u.column)
		if u.column.Type == "timestamp with time zone" && format.Date != "" && u.guess.Kind != pgcsv.NoKind {
			g.Doubts.TimeZone = []string{"that of dates and times without one, such as those of " + u.column.Name + "; else UTC is"}
			return
		}
	}
}
