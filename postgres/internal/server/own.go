package server

import (
	"slices"
	"strings"

	"github.com/gyrodata/gyro/schema"
)

// Own writes a text of SQL that is all ours such that no search_path leads elsewhere: operators, functions and types are
// PostgreSQL's own, by name. What is filled in later, {name} or %s, stays as it is. Relations have to be named with
// their schema.
//
// OPERATOR(pg_catalog.=) binds more tightly than =, so that two operators beside each other need parentheses; and what
// hides an operator (IN, BETWEEN, LIKE, IS DISTINCT FROM, NULLIF, CASE x WHEN) can't be written with one of a schema.
// Such a text panics: it is a mistake in this program, which every run of the statement shows.
func Own(sql string) string {
	q := qualifier{rest: sql}
	for q.rest != "" {
		q.token()
	}
	return q.out.String()
}

type qualifier struct {
	rest     string
	out      strings.Builder
	last     string // the word or sign before, in lower case
	operator []bool // for each open bracket: an operator stands since the last boundary
}

const operatorSigns = "+-*/<>=~!@#^&|?"

func (q *qualifier) token() {
	c := q.rest[0]
	switch {
	case strings.ContainsRune(" \t\n", rune(c)):
		q.copy(1)
		return
	case c == '\'':
		q.take(1+closing(q.rest[1:], '\''), "operand")
	case c == '"':
		q.take(1+closing(q.rest[1:], '"'), "operand")
	case c == '{':
		q.take(1+closing(q.rest[1:], '}'), "operand")
	case c == '%':
		q.take(verb(q.rest), "operand")
	case strings.HasPrefix(q.rest, "::"):
		q.copy(2)
		q.typeName()
	case c == '(' || c == '[':
		q.operator = append(q.operator, false)
		q.take(1, "(")
	case c == ')' || c == ']':
		q.operator = q.operator[:len(q.operator)-1]
		q.take(1, "operand")
	case c == ',' || c == ';':
		q.boundary()
		q.take(1, ",")
	case c == '*' && (q.last == "(" || q.last == "." || q.last == "select" || q.last == ","): // all columns
		q.take(1, "operand")
	case c == '-' && q.last != "operand" && len(q.rest) > 1 && digit(q.rest[1]):
		q.take(1+word(q.rest[1:]), "operand")
	case strings.IndexByte(operatorSigns, c) >= 0:
		q.infix()
	case c == '$' || digit(c):
		q.take(1+word(q.rest[1:]), "operand")
	case letter(c):
		q.word()
	default:
		q.take(1, string(c))
	}
}

func (q *qualifier) copy(size int) {
	q.out.WriteString(q.rest[:size])
	q.rest = q.rest[size:]
}

func (q *qualifier) take(size int, last string) {
	q.copy(size)
	q.last = last
}

func (q *qualifier) boundary() {
	if n := len(q.operator); n > 0 {
		q.operator[n-1] = false
	}
}

// infix writes an operator.
func (q *qualifier) infix() {
	if len(q.operator) == 0 {
		q.operator = append(q.operator, false)
	}
	size := 1
	for size < len(q.rest) && strings.IndexByte(operatorSigns, q.rest[size]) >= 0 {
		size++
	}
	here := &q.operator[len(q.operator)-1]
	if *here {
		panic("SQL of ours: parentheses around the first of two operators: " + q.out.String() + " … " + q.rest)
	}
	*here = true
	q.out.WriteString("OPERATOR(pg_catalog." + q.rest[:size] + ")")
	q.rest = q.rest[size:]
	q.last = "operator"
}

// boundaries are words that end an operand and its operator.
var boundaries = []string{
	"and", "or", "not", "select", "from", "where", "on", "join", "left", "cross", "when", "then", "else", "end", "case", "as", "by", "union",
	"set", "having", "limit", "offset", "order", "group", "is", "filter", "over", "using", "returning", "values", "to", "with",
}

// grammarCalls are words before a bracket that are no functions.
var grammarCalls = []string{
	"coalesce", "greatest", "least", "exists", "array", "row", "any", "all", "extract", "values", "in", "as", "and", "or", "on", "over", "filter",
}

func (q *qualifier) word() {
	size := word(q.rest)
	name := strings.ToLower(q.rest[:size])
	after := strings.TrimLeft(q.rest[size:], " \t\n")
	switch {
	case q.last == ".": // of a table or a schema
	case slices.Contains([]string{"in", "between", "like", "ilike", "similar", "nullif"}, name),
		name == "distinct" && (q.last == "is" || q.last == "is not"), name == "case" && !strings.HasPrefix(after, "WHEN"):
		panic("SQL of ours: " + name + " hides an operator: " + q.rest)
	case slices.Contains(boundaries, name):
		q.boundary()
	}
	called := strings.HasPrefix(q.rest[size:], "(") && q.last != "." && q.last != "as" && !slices.Contains(grammarCalls, name)
	if called && !schema.InGrammar(name) {
		q.out.WriteString("pg_catalog.")
	}
	last := "operand"
	switch {
	case name == "not" && q.last == "is":
		last = "is not"
	case slices.Contains(boundaries, name):
		last = name
	}
	q.take(size, last)
}

// typeName writes the type behind a cast.
func (q *qualifier) typeName() {
	size := word(q.rest)
	name := strings.ToLower(q.rest[:size])
	known := schema.InGrammar(name) || name == "int" || name == "double" || name == "timestamp"
	if size > 0 && !known && !strings.HasPrefix(q.rest[size:], ".") {
		q.out.WriteString("pg_catalog.")
	}
	q.take(size, "operand")
}

// verb is the size of a verb of a format: %s, %[1]s, %d, %%.
func verb(text string) int {
	for i := 1; i < len(text); i++ {
		if letter(text[i]) || text[i] == '%' {
			return i + 1
		}
	}
	return len(text)
}

// closing is the size up to a closing sign; one that is doubled is a part.
func closing(text string, sign byte) int {
	for i := 0; i < len(text); i++ {
		if text[i] != sign {
			continue
		}
		if i+1 < len(text) && text[i+1] == sign && sign != '}' {
			i++
			continue
		}
		return i + 1
	}
	return len(text)
}

func word(text string) int {
	n := 0
	for n < len(text) && (letter(text[n]) || digit(text[n])) {
		n++
	}
	return n
}

func digit(c byte) bool  { return '0' <= c && c <= '9' }
func letter(c byte) bool { return c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }
