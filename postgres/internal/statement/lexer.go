package statement

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The lexer knows as much of PostgreSQL's lexical structure (documentation, chapter 4.1,
// and src/backend/parser/scan.l) as it takes to tell code from what only looks like it:
// strings, escape strings, dollar quotes, quoted identifiers, comments, numbers, names.
// It stands between a user's query and the simple query protocol, in which COPY must run
// and which would run a second statement too. Rule: where PostgreSQL's versions read a
// text differently, or it takes more than this to read it, the text is refused.

// Splice puts literals in the place of $1, $2, … and gives the text. It refuses what could
// end the parenthesis that the text will stand in: a semicolon, a closing parenthesis too
// many, anything that does not end. All errors say what and on which line.
func Splice(text string, literals []string) (string, error) {
	if !utf8.ValidString(text) {
		return "", errors.New("the query is not valid UTF-8")
	}
	l := lexer{text: text, literals: literals, used: make([]bool, len(literals))}
	if err := l.run(); err != nil {
		return "", fmt.Errorf("line %d: %w", 1+strings.Count(text[:min(l.pos, len(text))], "\n"), err)
	}
	for i, used := range l.used {
		if !used {
			return "", fmt.Errorf("argument $%d is not used in the query", i+1)
		}
	}
	return l.out.String(), nil
}

type lexer struct {
	text     string
	pos      int // where the token being read begins
	literals []string
	used     []bool
	depth    []byte // open brackets
	out      strings.Builder
}

func (l *lexer) run() error {
	for l.pos < len(l.text) {
		size, err := l.token(l.text[l.pos:])
		if err != nil {
			return err
		}
		l.pos += size
	}
	if len(l.depth) > 0 {
		return fmt.Errorf("%q is not closed", l.depth[len(l.depth)-1])
	}
	return nil
}

// token reads the token that rest begins with, writes it and gives its length.
func (l *lexer) token(rest string) (int, error) {
	size, err := 1, error(nil)
	switch c := rest[0]; {
	case c == 0:
		return 0, errors.New("a NUL byte")
	case c == ';':
		return 0, errors.New("a semicolon outside a string: one statement only, without its semicolon")
	case c == '(' || c == '[':
		l.depth = append(l.depth, c)
	case c == ')' || c == ']':
		err = l.closeBracket(c)
	case strings.HasPrefix(rest, "--"):
		if size = strings.IndexAny(rest, "\n\r"); size < 0 {
			size = len(rest)
		}
	case strings.HasPrefix(rest, "/*"):
		size, err = blockComment(rest)
	case c == '\'':
		size, err = quotedBy(rest, '\'', "string")
	case c == '"':
		size, err = quotedBy(rest, '"', "quoted name")
	case c == '$':
		return l.dollar(rest)
	case '0' <= c && c <= '9':
		size, err = number(rest)
	case nameStart(c):
		size, err = word(rest)
	}
	if err != nil {
		return 0, err
	}
	l.out.WriteString(rest[:size])
	return size, nil
}

func (l *lexer) closeBracket(c byte) error {
	open := byte('(')
	if c == ']' {
		open = '['
	}
	if len(l.depth) == 0 || l.depth[len(l.depth)-1] != open {
		return fmt.Errorf("%q closes what was not opened", c)
	}
	l.depth = l.depth[:len(l.depth)-1]
	return nil
}

// dollar reads what begins with a dollar sign: a parameter, or a dollar-quoted string.
func (l *lexer) dollar(rest string) (int, error) {
	digits := 1
	for digits < len(rest) && '0' <= rest[digits] && rest[digits] <= '9' {
		digits++
	}
	if digits > 1 {
		if digits < len(rest) && (nameStart(rest[digits]) || rest[digits] == '$') {
			return 0, errors.New("a name directly after a parameter")
		}
		n, err := strconv.Atoi(rest[1:digits])
		if err != nil || n < 1 || n > len(l.literals) {
			return 0, fmt.Errorf("there is no argument for $%s; %d given", rest[1:digits], len(l.literals))
		}
		l.used[n-1] = true
		l.out.WriteString("(" + l.literals[n-1] + ")") // so that $1[1] stays a subscript
		return digits, nil
	}
	end := 1
	for end < len(rest) && (nameStart(rest[end]) || (end > 1 && '0' <= rest[end] && rest[end] <= '9')) {
		end++
	}
	if end >= len(rest) || rest[end] != '$' {
		return 0, errors.New("a dollar sign that is neither a parameter nor a dollar quote")
	}
	tag := rest[:end+1]
	size := strings.Index(rest[len(tag):], tag)
	if size < 0 {
		return 0, fmt.Errorf("dollar-quoted string %s is not closed", tag)
	}
	size += 2 * len(tag)
	l.out.WriteString(rest[:size])
	return size, nil
}

// blockComment reads a comment, in which others may nest.
func blockComment(rest string) (int, error) {
	depth := 0
	for i := 0; i+1 < len(rest); i++ {
		switch rest[i : i+2] {
		case "/*":
			depth++
			i++
		case "*/":
			depth--
			i++
			if depth == 0 {
				return i + 1, nil
			}
		}
	}
	return 0, errors.New("a comment is not closed")
}

// quotedBy reads to the closing quote; a doubled quote does not close. Backslashes are
// plain: standard_conforming_strings is on.
func quotedBy(rest string, quote byte, what string) (int, error) {
	for i := 1; i < len(rest); i++ {
		switch {
		case rest[i] == 0:
			return 0, errors.New("a NUL byte")
		case rest[i] != quote:
		case i+1 < len(rest) && rest[i+1] == quote:
			i++
		default:
			return i + 1, nil
		}
	}
	return 0, fmt.Errorf("a %s is not closed", what)
}

// word reads a name or keyword, and the string where it is that string's prefix.
func word(rest string) (int, error) {
	end := 1
	for end < len(rest) && namePart(rest[end]) {
		end++
	}
	if end != 1 || len(rest) == 1 || rest[1] != '\'' || (rest[0] != 'e' && rest[0] != 'E') {
		return end, nil // of U&'', B'', X'' and N'' the quote begins a string of its own
	}
	return escapeString(rest)
}

// escapeString reads E'…', in which a backslash takes the next byte with it.
func escapeString(rest string) (int, error) {
	for i := 2; i < len(rest); i++ {
		switch {
		case rest[i] == 0:
			return 0, errors.New("a NUL byte")
		case rest[i] == '\\':
			i++
		case rest[i] != '\'':
		case i+1 < len(rest) && rest[i+1] == '\'':
			i++
		default:
			if continued(rest[i+1:]) {
				return 0, errors.New("an escape string (E'…') goes on in another one: write it as one")
			}
			return i + 1, nil
		}
	}
	return 0, errors.New("an escape string is not closed")
}

// continued reports whether the next token is a string too. PostgreSQL reads 'a' newline
// 'b' as one string, and the second part by the rules of the first.
func continued(rest string) bool {
	for rest != "" {
		switch {
		case strings.ContainsRune(" \t\n\r\f\v", rune(rest[0])):
			rest = rest[1:]
		case strings.HasPrefix(rest, "--"):
			end := strings.IndexAny(rest, "\n\r")
			if end < 0 {
				return false
			}
			rest = rest[end:]
		default:
			return rest[0] == '\''
		}
	}
	return false
}

// number reads a number generously. What follows must not be a quote or a dollar:
// PostgreSQL before 15 reads 1E'…' as a number and an escape string.
func number(rest string) (int, error) {
	end := 1
	for end < len(rest) && (namePart(rest[end]) && rest[end] != '$' || rest[end] == '.') {
		end++
	}
	if end < len(rest) && strings.ContainsRune(`'"$`, rune(rest[end])) {
		return 0, errors.New("a quote or dollar sign directly after a number")
	}
	return end, nil
}

func nameStart(c byte) bool {
	return c == '_' || c >= 0x80 || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

func namePart(c byte) bool {
	return nameStart(c) || c == '$' || '0' <= c && c <= '9'
}
