package config

import (
	"fmt"

	"github.com/goccy/go-yaml/ast"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/pgcsv"
)

// csv reads how a foreign CSV file is written.
func (r *reader) csv(n ast.Node, what string) gyro.CSV {
	var csv gyro.CSV
	keys := r.formatKeys(&csv.Format, what)
	keys["delimiter"] = func(n ast.Node) {
		text, ok := r.text(n, "delimiter")
		d, err := Delimiter(text)
		if ok && err != nil {
			r.fail(n, `";", ",", tab or "|"`, "delimiter %s", err)
		}
		csv.Dialect.Delimiter = d
	}
	keys["quote"] = func(n ast.Node) {
		switch text, ok := r.text(n, "quote"); {
		case !ok:
		case text == "none":
			csv.Dialect.Quote = pgcsv.NoQuote
		case len(text) == 1:
			csv.Dialect.Quote = text[0]
		default:
			r.fail(n, `"'", or none`, "quote must be one character")
		}
	}
	keys["skip"] = func(n ast.Node) { csv.Dialect.Skip = int(r.whole(n, "skip", 0)) }
	keys["footer"] = func(n ast.Node) { csv.Dialect.Footer = int(r.whole(n, "footer", 0)) }
	keys["stray_quotes"] = func(n ast.Node) { csv.Dialect.StrayQuotes = r.boolean(n, "stray_quotes") }
	keys["encoding"] = func(n ast.Node) {
		text, ok := r.text(n, "encoding")
		if !ok {
			return
		}
		e, err := pgcsv.ParseEncoding(text)
		if err != nil {
			r.fail(n, "", "%s", err)
		}
		csv.Dialect.Encoding = e
	}
	keys["header"] = func(n ast.Node) {
		csv.Dialect.Header = pgcsv.No
		if r.boolean(n, "header") {
			csv.Dialect.Header = pgcsv.Yes
		}
	}
	keys["time_zone"] = func(n ast.Node) { csv.TimeZone, _ = r.text(n, "time_zone") }
	keys["ignore"] = func(n ast.Node) { csv.Ignore = r.words(n, "ignore") }
	r.object(n, what, keys)
	return csv
}

// Delimiter reads a delimiter as users write it: one character, or tab.
func Delimiter(text string) (byte, error) {
	switch {
	case text == "tab" || text == `\t`:
		return '\t', nil
	case len(text) == 1:
		return text[0], nil
	}
	return 0, fmt.Errorf("must be one character of ASCII, or tab")
}

// formatKeys are the keys of a pgcsv.Conversion.
func (r *reader) formatKeys(f *pgcsv.Conversion, what string) map[string]func(ast.Node) {
	return map[string]func(ast.Node){
		"trim":      func(n ast.Node) { f.Trim = r.boolean(n, "trim") },
		"nulls":     func(n ast.Node) { f.Nulls = r.words(n, "nulls") },
		"decimal":   func(n ast.Node) { f.Decimal, _ = r.text(n, "decimal") },
		"thousands": func(n ast.Node) { f.Thousands, _ = r.text(n, "thousands") },
		"currency":  func(n ast.Node) { f.Currency, _ = r.text(n, "currency") },
		"percent":   func(n ast.Node) { f.Percent = r.boolean(n, "percent") },
		"negative": func(n ast.Node) {
			switch text, _ := r.text(n, "negative"); text {
			case "front":
				f.Negative = pgcsv.MinusInFront
			case "behind":
				f.Negative = pgcsv.MinusBehind
			case "parentheses":
				f.Negative = pgcsv.Parentheses
			default:
				r.fail(n, "front (-5), behind (5-) or parentheses ((5))", "%s: negative must be one of these", what)
			}
		},
		"date":     func(n ast.Node) { f.Date, _ = r.text(n, "date") },
		"language": func(n ast.Node) { f.Language, _ = r.text(n, "language") },
		"true":     func(n ast.Node) { f.True = r.words(n, "true") },
		"false":    func(n ast.Node) { f.False = r.words(n, "false") },
		"empty": func(n ast.Node) {
			switch text := r.written(n, "empty"); text {
			case "null":
				f.Empty = pgcsv.EmptyNull
			case "text":
				f.Empty = pgcsv.EmptyText
			case "unquoted":
				f.Empty = pgcsv.EmptyUnquoted
			default:
				r.fail(n, "null, text, or unquoted: null where it has no quotes", "%s: empty must be one of these", what)
			}
		},
	}
}

// sheetKeys are the keys of a column that are for foreign CSV files.
func (r *reader) sheetKeys(c *gyro.Column, what string) map[string]func(ast.Node) {
	keys := r.formatKeys(&c.Format, what)
	keys["from"] = func(n ast.Node) { c.From = r.written(n, "from") }
	keys["default"] = func(n ast.Node) { c.Default = r.written(n, "default") }
	keys["one_of"] = func(n ast.Node) { c.OneOf = r.words(n, "one_of") }
	keys["pattern"] = func(n ast.Node) { c.Pattern, _ = r.text(n, "pattern") }
	keys["min"] = func(n ast.Node) { c.Min = r.written(n, "min") }
	keys["max"] = func(n ast.Node) { c.Max = r.written(n, "max") }
	keys["check"] = func(n ast.Node) { c.Check = r.sql(n, "check") }
	keys["if_present"] = func(n ast.Node) { c.IfPresent = r.boolean(n, "if_present") }
	keys["create_missing"] = func(n ast.Node) { c.CreateMissing = r.boolean(n, "create_missing") }
	keys["by"] = func(n ast.Node) {
		c.By = r.writtenBy(n, what+": by", "{column of the referred table: header}")
	}
	return keys
}

// writtenBy reads a mapping of texts as they are written, which must not be empty.
func (r *reader) writtenBy(n ast.Node, what, hint string) map[string]string {
	texts := map[string]string{}
	entries, _ := r.entries(n, what)
	for _, entry := range entries {
		texts[entry.Key.GetToken().Value] = r.written(entry.Value, what)
	}
	if len(texts) == 0 {
		r.fail(n, hint, "%s is empty", what)
	}
	return texts
}

// words reads a list of texts, or one alone, as they are written: numbers and true among them.
func (r *reader) words(n ast.Node, what string) []string {
	if _, is := r.resolve(n).(*ast.SequenceNode); !is {
		return []string{r.written(n, what)}
	}
	words := []string{}
	for i, item := range r.items(n, what) {
		words = append(words, r.written(item, fmt.Sprintf("%s, item %d", what, i+1)))
	}
	return words
}

// written reads a text, a number, true, false or null as the file has it.
func (r *reader) written(n ast.Node, what string) string {
	switch node := r.resolve(n).(type) {
	case nil:
		return ""
	case *ast.StringNode:
		return node.Value
	case *ast.LiteralNode:
		return node.Value.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NullNode:
		return node.GetToken().Value
	}
	r.fail(n, "a text or a number", "%s must be one of these", what)
	return ""
}
