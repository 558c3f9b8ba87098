package export

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/schema"
)

// conditionsOf reads the condition of a polymorphic reference: comparisons of a column with
// literals, column = 7 or column IN ('a', 'b'), joined by AND. Nil: it is something else, or
// the column's bytes don't show what the database calls equal.
func conditionsOf(when string, table *schema.Table) []driver.Condition {
	tokens, ok := conditionTokens(when)
	if !ok {
		return nil
	}
	if len(tokens) == 1 && tokens[0] == (conditionToken{kind: 'w', text: never}) {
		return []driver.Condition{{Column: table.Columns[0].Name, Values: []string{}}}
	}
	p := conditionParser{tokens: tokens, table: table}
	kinds, ok := p.all()
	if !ok || p.at != len(tokens) {
		return nil
	}
	return kinds
}

// conditionToken is a word (in lower case), a quoted name, a string, a number, or a sign.
type conditionToken struct {
	kind byte // 'w', '"', '\'', '0', or the sign itself; "::" is ':'
	text string
}

// conditionTokens takes a condition apart; false where it holds what no comparison has.
func conditionTokens(text string) ([]conditionToken, bool) {
	var tokens []conditionToken
	for text = strings.TrimSpace(text); text != ""; text = strings.TrimLeft(text, " \t\r\n\f\v") {
		size, token := 1, conditionToken{kind: text[0]}
		switch c := text[0]; {
		case c == '\'' || c == '"':
			for size < len(text) && (text[size] != c || strings.HasPrefix(text[size+1:], string(c))) {
				if text[size] == c { // doubled
					size++
				}
				size++
			}
			if size >= len(text) {
				return nil, false
			}
			token.text = strings.ReplaceAll(text[1:size], string([]byte{c, c}), string(c))
			size++
		case strings.HasPrefix(text, "::"):
			size = 2
		case strings.IndexByte("=(),.", c) >= 0:
		case c == '_' || 'a' <= c|0x20 && c|0x20 <= 'z':
			token.kind = 'w'
			for size < len(text) && (text[size] == '_' || '0' <= text[size] && text[size] <= '9' || 'a' <= text[size]|0x20 && text[size]|0x20 <= 'z') {
				size++
			}
			token.text = strings.ToLower(text[:size])
		case c == '-' || '0' <= c && c <= '9':
			token.kind = '0'
			for size < len(text) && '0' <= text[size] && text[size] <= '9' {
				size++
			}
			token.text = text[:size]
		default:
			return nil, false
		}
		tokens, text = append(tokens, token), text[size:]
		// No two words or literals touch: E'a', 1e3 and U&"a" are none of these.
		if last := tokens[len(tokens)-1].kind; text != "" && strings.IndexByte("w0", last) >= 0 && strings.IndexByte(" \t\r\n\f\v=(),.:", text[0]) < 0 {
			return nil, false
		}
	}
	return tokens, true
}

// conditionParser descends: each method reads what it is named for, or leaves at as it was.
type conditionParser struct {
	tokens []conditionToken
	at     int
	table  *schema.Table
}

func (p *conditionParser) take(kind byte, text string) bool {
	if p.at < len(p.tokens) && p.tokens[p.at].kind == kind && (text == "" || p.tokens[p.at].text == text) {
		p.at++
		return true
	}
	return false
}

func (p *conditionParser) last() string { return p.tokens[p.at-1].text }

func (p *conditionParser) all() ([]driver.Condition, bool) {
	kinds, ok := p.one()
	for ok && p.take('w', "and") {
		var more []driver.Condition
		more, ok = p.one()
		kinds = append(kinds, more...)
	}
	return kinds, ok
}

func (p *conditionParser) one() ([]driver.Condition, bool) {
	begin := p.at
	if kind, ok := p.comparison(); ok {
		return []driver.Condition{kind}, true
	}
	p.at = begin
	if !p.take('(', "") {
		return nil, false
	}
	kinds, ok := p.all()
	return kinds, ok && p.take(')', "")
}

func (p *conditionParser) comparison() (driver.Condition, bool) {
	column, asText, ok := p.column()
	if !ok {
		return driver.Condition{}, false
	}
	kind := driver.Condition{Column: column.Name}
	switch {
	case p.equals():
		value, ok := p.literal(column, asText)
		kind.Values = []string{value}
		return kind, ok
	case p.take('w', "in") && p.take('(', ""):
		for {
			value, ok := p.literal(column, asText)
			if !ok {
				return kind, false
			}
			kind.Values = append(kind.Values, value)
			if !p.take(',', "") {
				return kind, p.take(')', "")
			}
		}
	}
	return kind, false
}

// equals reads =, also as PostgreSQL's own operator.
func (p *conditionParser) equals() bool {
	begin := p.at
	if p.take('=', "") || p.take('w', "operator") && p.take('(', "") && p.take('w', "pg_catalog") && p.take('.', "") && p.take('=', "") && p.take(')', "") {
		return true
	}
	p.at = begin
	return false
}

// noColumns are words that are values, even where a column has that name.
var noColumns = []string{
	"user", "current_user", "session_user", "system_user", "current_role", "current_catalog", "current_schema", "current_date",
	"current_time", "current_timestamp", "localtime", "localtimestamp",
}

// column reads a column's name, with its table's before it or not, and a cast to text.
func (p *conditionParser) column() (column schema.Column, asText, ok bool) {
	if p.take('(', "") {
		column, asText, ok = p.column()
		if !ok || !p.take(')', "") {
			return column, false, false
		}
	} else {
		if !p.take('w', "") && !p.take('"', "") {
			return column, false, false
		}
		name := p.last()
		if p.tokens[p.at-1].kind == 'w' && slices.Contains(noColumns, name) {
			return column, false, false
		}
		if p.take('.', "") {
			if name != p.table.Name.Table || !p.take('w', "") && !p.take('"', "") {
				return column, false, false
			}
			name = p.last()
		}
		if column, ok = p.table.Column(name); !ok {
			return column, false, false
		}
	}
	if cast, there := p.cast(); there {
		return column, true, cast == "text"
	}
	return column, asText, true
}

// cast reads ::type; a type with a length is not read to its end, and so refused.
func (p *conditionParser) cast() (name string, there bool) {
	if !p.take(':', "") {
		return "", false
	}
	if !p.take('w', "") {
		return "", true
	}
	name = p.last()
	if name == "character" && p.take('w', "varying") {
		name = "varchar"
	}
	return name, true
}

// castTypes are those of literals that stay what they are.
var castTypes = map[string]string{
	"text": "text", "varchar": "text", "int": "integer", "integer": "integer", "int2": "integer", "int4": "integer", "int8": "integer",
	"smallint": "integer", "bigint": "integer", "uuid": "uuid",
}

// literal reads a value, and gives it as the column prints it.
func (p *conditionParser) literal(column schema.Column, asText bool) (string, bool) {
	if p.take('(', "") {
		value, ok := p.literal(column, asText)
		return value, ok && p.take(')', "")
	}
	isString := p.take('\'', "")
	if !isString && !p.take('0', "") {
		return "", false
	}
	value := p.last()
	kind := literalKind(column.DataType())
	if column.Enum {
		kind = "enum"
	}
	if cast, there := p.cast(); there && castTypes[cast] != kind && (!asText || castTypes[cast] != "text") {
		return "", false
	}
	switch {
	case column.Nondeterministic:
	case asText:
		known := []string{"integer", "text", "uuid", "enum"}
		return value, isString && slices.Contains(known, kind) && column.PrintsOnce()
	case kind == "integer":
		n, err := strconv.ParseInt(value, 10, 64)
		return strconv.FormatInt(n, 10), err == nil
	case kind == "uuid":
		value = strings.ToLower(value)
		return value, isString && column.DataType().Prints([]byte(value))
	case kind == "enum", kind == "text" && column.PrintsOnce():
		return value, isString && (column.Type != "name" || len(value) < 64)
	}
	return "", false
}

// literalKind is what literals of a type are called in castTypes.
func literalKind(t schema.Type) string {
	switch {
	case t.Integer():
		return "integer"
	case t.Text():
		return "text"
	}
	return t.Base
}
