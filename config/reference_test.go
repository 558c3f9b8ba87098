package config_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
)

// keysOf are an object's keys in the order in which they stand.
func keysOf(t *testing.T, object json.RawMessage) []string {
	t.Helper()
	var keys []string
	d := json.NewDecoder(bytes.NewReader(object))
	if _, err := d.Token(); err != nil {
		t.Fatal(err)
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, key.(string))
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			t.Fatal(err)
		}
	}
	return keys
}

// definition is what the schema says of one key.
type definition struct {
	Ref         string            `json:"$ref"`
	Description string            `json:"description"`
	Type        any               `json:"type"`
	Enum        []any             `json:"enum"`
	Const       any               `json:"const"`
	AnyOf       []json.RawMessage `json:"anyOf"`
	Properties  json.RawMessage   `json:"properties"`
	Items       json.RawMessage   `json:"items"`
}

// kindWords are what values of a definition are called, where that says more than its type does.
var kindWords = map[string]string{
	"sql": "SQL", "size": "a size", "duration": "a duration", "table": "a table", "names": "a column, or a list", "word": "text, number, true or false", "words": "a list of texts", "mask": "a mask",
	"ids": "a strategy", "conflict": "a policy", "csv": "as below", "missing": "restrict, include, set_null", "job": "as below", "importer": "as below", "column": "as below", "case": "as below",
	"trim": "true or false", "percent": "true or false", "nulls": "a list of texts", "true": "a list of texts", "false": "a list of texts", "empty": "null, text or unquoted", "decimal": "one character",
	"thousands": "one character", "currency": "text", "negative": "front, behind or parentheses", "date": "text", "language": "text", "settings": "as below",
}

// reference writes docs/yaml.md's tables from the schema.
func reference(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Defs map[string]json.RawMessage `json:"$defs"`
	}
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	read := func(raw json.RawMessage) definition {
		var d definition
		if err := json.Unmarshal(raw, &d); err != nil {
			t.Fatal(err)
		}
		return d
	}
	var words func(d definition) string
	words = func(d definition) string {
		if name := strings.TrimPrefix(d.Ref, "#/$defs/"); name != "" {
			if word := kindWords[name]; word != "" {
				return word
			}
			return words(read(schema.Defs[name]))
		}
		switch {
		case d.Const == true:
			return "true"
		case len(d.Enum) > 0:
			values := make([]string, len(d.Enum))
			for i, v := range d.Enum {
				values[i] = fmt.Sprint(v)
			}
			return strings.Join(values, ", ")
		case len(d.AnyOf) > 0:
			var all []string
			for _, raw := range d.AnyOf {
				all = append(all, words(read(raw)))
			}
			return strings.Join(all, "; ")
		}
		switch kind := fmt.Sprint(d.Type); {
		case strings.Contains(kind, "array"):
			return "a list"
		case strings.Contains(kind, "object"):
			return "a mapping"
		case strings.Contains(kind, "boolean"):
			return "true or false"
		case strings.Contains(kind, "integer"):
			return "a whole number"
		case strings.Contains(kind, "number"):
			return "a number"
		}
		return "text"
	}
	var b strings.Builder
	for _, part := range []struct{ title, name string }{
		{"The file", "settings"}, {"A job", "job"}, {"An importer", "importer"}, {"A column", "column"}, {"A case of a polymorphic reference", "case"}, {"A mask inside of a document", "part"}, {"How a CSV file is written", "csv"},
	} {
		fmt.Fprintf(&b, "\n## %s\n\n| key | value | |\n| --- | --- | --- |\n", part.title)
		properties := read(schema.Defs[part.name]).Properties
		var of map[string]json.RawMessage
		if err := json.Unmarshal(properties, &of); err != nil {
			t.Fatal(err)
		}
		for _, key := range keysOf(t, properties) {
			d := read(of[key])
			about := d.Description
			if about == "" && d.Ref != "" {
				about = read(schema.Defs[strings.TrimPrefix(d.Ref, "#/$defs/")]).Description
			}
			if about == "" {
				t.Errorf("%s of %s is not described", key, part.name)
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", key, cell(words(d)), cell(about))
		}
	}
	return b.String()
}

func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "*", `\*`, "<", "&lt;").Replace(text) // a reader of Markdown may take \< for a tag
}

// The tables of docs/yaml.md are those of the schema, which is what the reader takes. GYRO_UPDATE=1 writes them anew.
func TestReference(t *testing.T) {
	const path, mark = "../docs/yaml.md", "<!-- TestReference of package config writes what follows. -->\n"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, _, _ := strings.Cut(string(text), mark)
	want := head + mark + reference(t)
	if os.Getenv("GYRO_UPDATE") != "" {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil { //nolint:gosec // a page for all
			t.Fatal(err)
		}
	}
	if string(text) != want {
		t.Error("docs/yaml.md is not what the schema says; GYRO_UPDATE=1 go test -run TestReference ./config writes it")
	}
}
