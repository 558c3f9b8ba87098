package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// jsonReader reads one JSON value as the nodes of a YAML file, so that both are read by the same code, and remembers where
// each node stands: a program that wrote the text knows no lines.
type jsonReader struct {
	decoder *json.Decoder
	paths   map[ast.Node]string
}

// maxDepth is how deep values may lie in each other.
const maxDepth = 100

func readJSON(r io.Reader) (ast.Node, map[ast.Node]string, error) {
	var text bytes.Buffer
	j := &jsonReader{decoder: json.NewDecoder(io.TeeReader(r, &text)), paths: map[ast.Node]string{}}
	j.decoder.UseNumber()
	node, err := j.value("", 0)
	switch {
	case err != nil:
		return nil, nil, err
	case !utf8.Valid(text.Bytes()):
		return nil, nil, errors.New("it is not UTF-8")
	case halfCharacter(text.Bytes()):
		return nil, nil, errors.New("a text holds half a character (\\ud800 to \\udfff alone)")
	}
	if rest, err := io.ReadAll(j.decoder.Buffered()); err != nil || len(trimJSON(rest)) > 0 {
		return nil, nil, errors.New("something follows the document")
	}
	return node, j.paths, nil
}

// Two escapes write one character beyond U+FFFF; \\ is no beginning of one.
var (
	escapedPair = regexp.MustCompile(`\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}`)
	escapedHalf = regexp.MustCompile(`\\u[dD][89a-fA-F]`)
)

// halfCharacter reports whether one of such two stands alone, for which the decoder puts another character.
func halfCharacter(text []byte) bool {
	return escapedHalf.Match(escapedPair.ReplaceAll(text, []byte(" ")))
}

// trimJSON takes the blanks of JSON away.
func trimJSON(text []byte) []byte {
	for len(text) > 0 && (text[0] == ' ' || text[0] == '\t' || text[0] == '\n' || text[0] == '\r') {
		text = text[1:]
	}
	return text
}

func (j *jsonReader) value(path string, depth int) (ast.Node, error) {
	t, err := j.decoder.Token()
	if err != nil {
		return nil, err
	}
	if depth > maxDepth {
		return nil, fmt.Errorf("%s lies more than %d deep", path, maxDepth)
	}
	node, err := j.node(t, path, depth)
	if err == nil {
		j.paths[node] = path
	}
	return node, err
}

func (j *jsonReader) node(t json.Token, path string, depth int) (ast.Node, error) {
	switch v := t.(type) {
	case nil:
		return ast.Null(leaf("null")), nil
	case bool:
		return ast.Bool(leaf(strconv.FormatBool(v))), nil
	case string:
		return ast.String(leaf(v)), nil
	case json.Number:
		if _, err := strconv.ParseInt(v.String(), 10, 64); err == nil {
			return ast.Integer(leaf(v.String())), nil
		}
		if _, err := strconv.ParseUint(v.String(), 10, 64); err == nil {
			return ast.Integer(leaf(v.String())), nil
		}
		f, err := v.Float64()
		if err != nil {
			return nil, fmt.Errorf("%s is beyond all numbers", path)
		}
		node := ast.Float(leaf(v.String()))
		node.Value = f
		return node, nil
	case json.Delim:
		if v == '[' {
			return j.list(path, depth)
		}
		return j.object(path, depth)
	}
	return nil, errors.New("a value is missing")
}

func (j *jsonReader) list(path string, depth int) (ast.Node, error) {
	list := ast.Sequence(leaf("["), true)
	for i := 0; j.decoder.More(); i++ {
		item, err := j.value(fmt.Sprintf("%s[%d]", path, i), depth+1)
		if err != nil {
			return nil, err
		}
		list.Values = append(list.Values, item)
	}
	_, err := j.decoder.Token() // the end
	return list, err
}

func (j *jsonReader) object(path string, depth int) (ast.Node, error) {
	object := ast.Mapping(leaf("{"), true)
	seen := map[string]bool{}
	for j.decoder.More() {
		t, err := j.decoder.Token()
		if err != nil {
			return nil, err
		}
		name, _ := t.(string) // a key is nothing else
		at := within(path, name)
		if seen[name] {
			return nil, fmt.Errorf("%s stands twice", at)
		}
		seen[name] = true
		value, err := j.value(at, depth+1)
		if err != nil {
			return nil, err
		}
		key := ast.String(leaf(name))
		j.paths[key] = at
		object.Values = append(object.Values, ast.MappingValue(leaf(":"), key, value))
	}
	_, err := j.decoder.Token() // the end
	return object, err
}

// within is the path of a key; what does not look like a key may be a secret in the wrong place.
func within(path, key string) string {
	if !shownKey.MatchString(key) {
		key = "(not shown)"
	}
	if path == "" {
		return key
	}
	return path + "." + key
}

func leaf(value string) *token.Token { return &token.Token{Value: value} }
