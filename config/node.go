package config

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/gyrodata/gyro/schema"
)

// Error is one mistake in a file. Its text shows no content of the file but keys.
type Error struct {
	File         string
	Line, Column int    // from 1; 0 where the whole file is meant
	Path         string // of a document: importers.accounts_shop.ids
	Problem      string
	Hint         string
}

func (e *Error) Error() string {
	text := e.Place() + ": " + e.Problem
	if e.Hint != "" {
		text += " (" + e.Hint + ")"
	}
	return text
}

// Place is file:line:column, or the path in a document.
func (e *Error) Place() string {
	if e.Path != "" {
		return e.Path
	}
	if e.Line == 0 {
		return e.File
	}
	return fmt.Sprintf("%s:%d:%d", e.File, e.Line, e.Column)
}

// reader walks a document and collects what is wrong with it.
type reader struct {
	file    string
	env     func(string) (string, bool) // nil: ${NAME} stands for itself
	paths   map[ast.Node]string         // of a document; else nil
	anchors map[string]ast.Node
	found   []error
}

func (r *reader) fail(at ast.Node, hint, problem string, args ...any) {
	e := &Error{File: r.file, Problem: fmt.Sprintf(problem, args...), Hint: hint}
	if at != nil && at.GetToken() != nil && at.GetToken().Position != nil {
		e.Line, e.Column = at.GetToken().Position.Line, at.GetToken().Position.Column
	}
	if at != nil {
		e.Path = r.paths[at]
	}
	if i := len(r.found) - 1; i >= 0 && r.found[i].Error() == e.Error() {
		return // a node that is looked at twice
	}
	r.found = append(r.found, e)
}

// plainName is what an environment variable is called.
var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// quoted is a key as a message may show it. What does not look like a key may be a URL that
// lacks the blank after its colon, with a password in it.
func quoted(key string) string {
	if !plainName.MatchString(key) {
		return "(not shown)"
	}
	return fmt.Sprintf("%q", key)
}

// resolve follows anchors and aliases to the value; nil where there is none, which has
// been told.
func (r *reader) resolve(n ast.Node) ast.Node {
	for range 100 { // an alias inside its own anchor would go on for ever
		switch node := n.(type) {
		case *ast.AnchorNode:
			r.anchors[node.Name.GetToken().Value] = node.Value
			n = node.Value
		case *ast.AliasNode:
			target, ok := r.anchors[node.Value.GetToken().Value]
			if !ok {
				r.fail(n, "put quotes around a text that begins with *", "no anchor of that name comes before this alias")
				return nil
			}
			n = target
		case *ast.MappingKeyNode:
			n = node.Value
		default:
			return n
		}
	}
	r.fail(n, "", "the alias stands for itself")
	return nil
}

// entries gives the keys and values of a mapping; what is no mapping is a mistake, and not
// ok. A null is an empty mapping.
func (r *reader) entries(n ast.Node, what string) (values []*ast.MappingValueNode, ok bool) {
	switch node := r.resolve(n).(type) {
	case *ast.MappingNode:
		return node.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{node}, true
	case *ast.NullNode:
		return nil, true
	case nil:
		return nil, false
	}
	r.fail(n, "write key: value", "%s must be a mapping", what)
	return nil, false
}

// object reads a mapping whose keys are known, and gives those that it has; nil where it
// is no mapping.
func (r *reader) object(n ast.Node, what string, fields map[string]func(ast.Node)) (has map[string]bool) {
	entries, ok := r.entries(n, what)
	if !ok {
		return nil
	}
	has = map[string]bool{}
	known := make([]string, 0, len(fields))
	for name := range fields {
		known = append(known, name)
	}
	slices.Sort(known)
	for _, entry := range entries {
		key := entry.Key.GetToken().Value
		if read, ok := fields[key]; ok {
			has[key] = true
			read(entry.Value)
			continue
		}
		hint := "known here: " + strings.Join(known, ", ")
		if near := schema.Nearest(key, known); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		if _, empty := entry.Value.(*ast.NullNode); empty && !plainName.MatchString(key) {
			hint = `put quotes around a text that holds a comma or a brace: where: "id IN (1, 2)"`
		}
		r.fail(entry.Key, hint, "unknown key %s in %s", quoted(key), what)
	}
	return has
}

// items gives the values of a sequence.
func (r *reader) items(n ast.Node, what string) []ast.Node {
	switch node := r.resolve(n).(type) {
	case *ast.SequenceNode:
		return node.Values
	case *ast.NullNode, nil:
		return nil
	}
	r.fail(n, "write a list: [a, b], or a line a value, each after a dash", "%s must be a list", what)
	return nil
}

// text reads a string as it stands; ok is false where it is none, which has been told.
func (r *reader) text(n ast.Node, what string) (text string, ok bool) {
	switch node := r.resolve(n).(type) {
	case nil:
		return "", false
	case *ast.StringNode:
		return node.Value, true
	case *ast.LiteralNode:
		return node.Value.Value, true
	case *ast.NullNode:
		r.fail(n, "give it a value, or leave it out", "%s is empty", what)
		return "", false
	}
	r.fail(n, "put quotes around it", "%s must be a text", what)
	return "", false
}

// expanded reads a string in which ${NAME} stands for an environment variable.
func (r *reader) expanded(n ast.Node, what string) string {
	text, _ := r.text(n, what)
	if r.env == nil {
		return text
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "${")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		if strings.HasSuffix(before, "$") { // $${ is a plain ${
			b.WriteString("{")
			text = rest
			continue
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			r.fail(n, "write $${ for a plain ${", "%s: ${ is not closed", what)
			return ""
		}
		if !plainName.MatchString(name) { // not shown: it may be a piece of a password
			r.fail(n, "write $${ for a plain ${", "%s: what stands in ${} is no variable's name", what)
			return ""
		}
		value, ok := r.env(name)
		if !ok {
			r.fail(n, "export "+name+"=…", "%s: environment variable %s is not set", what, name)
		}
		b.WriteString(value)
		text = after
	}
}

func (r *reader) boolean(n ast.Node, what string) bool {
	switch node := r.resolve(n).(type) {
	case nil:
		return false
	case *ast.BoolNode:
		return node.Value
	}
	r.fail(n, "", "%s must be true or false", what)
	return false
}

// whole reads a whole number from least on.
func (r *reader) whole(n ast.Node, what string, least int64) int64 {
	switch node := r.resolve(n).(type) {
	case nil:
		return 0
	case *ast.IntegerNode:
		switch v := node.Value.(type) {
		case int64:
			if v >= least {
				return v
			}
		case uint64:
			if v <= math.MaxInt64 && int64(v) >= least {
				return int64(v)
			}
		}
	}
	hint := ""
	if least > math.MinInt64 {
		hint = fmt.Sprintf("%d or more", least)
	}
	r.fail(n, hint, "%s must be a whole number", what)
	return 0
}

// number reads a whole number or a fraction.
func (r *reader) number(n ast.Node, what string) float64 {
	switch node := r.resolve(n).(type) {
	case nil:
		return 0
	case *ast.IntegerNode:
		if f, err := strconv.ParseFloat(fmt.Sprint(node.Value), 64); err == nil {
			return f
		}
	case *ast.FloatNode:
		return node.Value
	}
	r.fail(n, "", "%s must be a number", what)
	return 0
}

// duration reads "30s", "5m".
func (r *reader) duration(n ast.Node, what string) time.Duration {
	switch node := r.resolve(n).(type) {
	case nil:
		return 0
	case *ast.StringNode:
		if d, err := time.ParseDuration(node.Value); err == nil && d > 0 {
			return d
		}
	}
	r.fail(n, "such as 30s or 5m", "%s must be a duration above zero", what)
	return 0
}

// units are PostgreSQL's own: powers of 1024.
var units = map[string]int64{"B": 1, "kB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30}

// ParseSize reads a size in memory as PostgreSQL's settings write it: 512MB, 1GB.
func ParseSize(text string) (bytes int64, err error) {
	digits := strings.TrimRight(text, "BGMk")
	n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 64)
	unit := units[text[len(digits):]]
	if err != nil || unit == 0 || n <= 0 || n > math.MaxInt64/unit {
		return 0, errors.New("it must be a size above zero, such as 256MB or 1GB")
	}
	return n * unit, nil
}

func (r *reader) size(n ast.Node, what string) int64 {
	switch node := r.resolve(n).(type) {
	case nil:
		return 0
	case *ast.StringNode:
		if size, err := ParseSize(node.Value); err == nil {
			return size
		}
	}
	r.fail(n, "such as 256MB or 1GB", "%s must be a size above zero", what)
	return 0
}

// value reads an argument of a query: a scalar, or a list of scalars of one kind, which
// becomes a typed slice.
func (r *reader) value(n ast.Node, what string) any {
	list, ok := r.resolve(n).(*ast.SequenceNode)
	if !ok {
		return r.scalar(n, "a number, a text, true, false, null, or a list of them", what)
	}
	before := len(r.found)
	values := make([]any, len(list.Values))
	for i, item := range list.Values {
		values[i] = r.scalar(item, "a number, a text, true or false", fmt.Sprintf("%s, item %d", what, i+1))
	}
	if slices.ContainsFunc(list.Values, r.fraction) {
		for i, v := range values { // beside a number with its digits, an integer is one too
			if whole, ok := v.(int64); ok {
				values[i] = fmt.Sprint(whole)
			}
		}
	}
	if list, ok := typed[int64](values); ok {
		return list
	}
	if list, ok := typed[string](values); ok {
		return list
	}
	if list, ok := typed[bool](values); ok {
		return list
	}
	if len(r.found) == before {
		r.fail(n, "", "%s: the items of a list must be of one kind, and not null", what)
	}
	return nil
}

// fraction reports whether a node is a number that scalar gives as text.
func (r *reader) fraction(n ast.Node) bool {
	switch node := r.resolve(n).(type) {
	case *ast.FloatNode:
		return true
	case *ast.IntegerNode:
		v, ok := node.Value.(uint64)
		return ok && v > math.MaxInt64
	}
	return false
}

// scalar reads one value; hint says what may stand there.
func (r *reader) scalar(n ast.Node, hint, what string) any {
	switch node := r.resolve(n).(type) {
	case nil:
		return nil
	case *ast.NullNode:
		return nil
	case *ast.BoolNode:
		return node.Value
	case *ast.IntegerNode:
		switch v := node.Value.(type) {
		case int64:
			return v
		case uint64:
			if v <= math.MaxInt64 {
				return int64(v)
			}
			return fmt.Sprint(v) // a numeric, as PostgreSQL reads it
		}
	case *ast.FloatNode:
		return node.Token.Value // as it was written: a numeric keeps its digits
	case *ast.StringNode, *ast.LiteralNode:
		return r.expanded(n, what)
	}
	r.fail(n, hint, "%s can't be an argument", what)
	return nil
}

// typed turns values into a slice of T where all are T.
func typed[T any](values []any) ([]T, bool) {
	list := make([]T, len(values))
	for i, v := range values {
		t, ok := v.(T)
		if !ok {
			return nil, false
		}
		list[i] = t
	}
	return list, true
}
