package config_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/config"
	"github.com/gyrodata/gyro/guess"
	"github.com/gyrodata/gyro/pgcsv"
)

// What is written of a guess is read back as the same importer, whatever headers and words are.
func TestGuessedRoundTrip(t *testing.T) {
	t.Parallel()
	text := rapid.OneOf(
		rapid.StringN(1, 8, -1),
		rapid.StringMatching(`[ -~]{1,8}`),
		rapid.SampledFrom([]string{
			"true", "No", "null", "~", "1", "0x1f", "1e3", "=a", "- a", "a: b", "a #b", "#", "'", `"`, `\`, "[", "{a}", "&a", "*a", "!a", "%", "@", "`", "|", ">", "?", "a\nb", "a\tb", "\u2028", "\u00a0", "\ufeff",
			" a", "a ", "a  b", "${HOME}", "$${", "---", "...", ".inf", "2026-01-31", "10:00", "ß", "Straße 1", "\x00", "a,b", "a]", "Shop Name", "<<", "%YAML",
		}),
	)
	texts := rapid.SliceOfN(text, 1, 3)
	format := rapid.Custom(func(t *rapid.T) (f pgcsv.Conversion) {
		f.Trim = rapid.Bool().Draw(t, "trim")
		f.Empty = rapid.SampledFrom([]pgcsv.Empty{pgcsv.EmptyUnquoted, pgcsv.EmptyNull, pgcsv.EmptyText}).Draw(t, "empty")
		switch rapid.IntRange(0, 4).Draw(t, "format") {
		case 0:
			f.Nulls = texts.Draw(t, "nulls")
		case 1:
			f.Decimal, f.Thousands = ",", rapid.SampledFrom([]string{"", ".", "'", " "}).Draw(t, "thousands")
			f.Currency, f.Percent = rapid.SampledFrom([]string{"", "$", "Fr.", "€"}).Draw(t, "currency"), rapid.Bool().Draw(t, "percent")
			f.Negative = rapid.SampledFrom([]pgcsv.Negative{pgcsv.MinusInFront, pgcsv.MinusBehind, pgcsv.Parentheses}).Draw(t, "negative")
		case 2:
			f.Date, f.Language = `YYYY-MM-DD"T"HH24:MI`, "de"
		case 3:
			f.True, f.False = texts.Draw(t, "true"), texts.Draw(t, "false")
		}
		return f
	})
	dialect := rapid.Custom(func(t *rapid.T) (d pgcsv.Dialect) {
		d.Encoding = rapid.SampledFrom([]pgcsv.Encoding{0, pgcsv.UTF8, pgcsv.UTF16LE, pgcsv.Windows1252, pgcsv.Latin1, pgcsv.Latin1 + 1, pgcsv.Latin1 + 20}).Draw(t, "encoding")
		d.Delimiter = rapid.SampledFrom([]byte{0, ',', ';', '\t', '|', '\'', '"', '#', ':', '\\'}).Draw(t, "delimiter")
		d.Quote = rapid.SampledFrom([]byte{0, '"', '\'', pgcsv.NoQuote}).Draw(t, "quote")
		d.Skip, d.Footer = rapid.IntRange(0, 3).Draw(t, "skip"), rapid.IntRange(0, 2).Draw(t, "footer")
		d.StrayQuotes = rapid.Bool().Draw(t, "stray quotes")
		d.Header = rapid.SampledFrom([]pgcsv.Answer{pgcsv.Unsaid, pgcsv.Yes, pgcsv.No}).Draw(t, "header")
		return d
	})
	rapid.Check(t, func(t *rapid.T) {
		doubts := rapid.SliceOfN(text, 0, 2)
		g := guess.Guess{Importer: gyro.Importer{Model: gyro.Table(`sales."or.ders"`)}, File: text.Draw(t, "file")}
		g.Importer.CSV = gyro.CSV{Dialect: dialect.Draw(t, "dialect"), Format: format.Draw(t, "format"), TimeZone: rapid.SampledFrom([]string{"", "Europe/Berlin"}).Draw(t, "zone")}
		if rapid.Bool().Draw(t, "ignores") {
			g.Importer.CSV.Ignore = texts.Draw(t, "ignore")
		}
		if rapid.Bool().Draw(t, "natural") {
			g.Natural = texts.Draw(t, "key")
			g.Importer.IDs = gyro.NaturalKey(g.Natural...)
		}
		g.Doubts = guess.Doubts{Encoding: doubts.Draw(t, "a"), Ignore: doubts.Draw(t, "b"), IDs: doubts.Draw(t, "c"), File: doubts.Draw(t, "d"), TimeZone: doubts.Draw(t, "e")}
		for range rapid.IntRange(0, 3).Draw(t, "columns") {
			c := guess.Column{Key: text.Draw(t, "column"), Doubts: doubts.Draw(t, "doubts"), Open: rapid.Bool().Draw(t, "open")}
			c.Column.Format = format.Draw(t, "format")
			switch rapid.IntRange(0, 2).Draw(t, "kind") {
			case 0:
				c.Column.From = text.Draw(t, "from")
			case 1:
				c.Column.By = gyro.By{text.Draw(t, "path"): text.Draw(t, "header"), "tenant.subdomain": text.Draw(t, "header")}
			}
			c.Column.Default = rapid.SampledFrom([]string{"", "now", "0", "true", " "}).Draw(t, "default")
			if _, twice := g.Importer.Columns[c.Key]; twice {
				continue
			}
			g.Columns = append(g.Columns, c)
			if !c.Open {
				if g.Importer.Columns == nil {
					g.Importer.Columns = gyro.Columns{}
				}
				g.Importer.Columns[c.Key] = c.Column
			}
		}
		written := config.Guessed([]guess.Guess{g})
		read, err := config.Parse("guess.yaml", written, env)
		if err != nil {
			t.Fatalf("%v\n%s", err, written)
		}
		if d := cmp.Diff(gyro.Registry{g.Importer}, read.Importers, exact); d != "" {
			t.Fatalf("(-guessed +read):\n%s\n%s", d, written)
		}
	})
}
