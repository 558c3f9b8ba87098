package config

import (
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

func compiledSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := jsonschema.UnmarshalJSON(strings.NewReader(Schema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("gyro.json", text); err != nil {
		t.Fatal(err)
	}
	return c.MustCompile("gyro.json")
}

// places are documents with a hole, and where the schema says what may stand in it.
var places = map[string]struct{ before, after string }{
	"settings": {`{`, `}`},
	"document": {`{`, `}`},
	"importer": {`{"importers": {"a": {`, `}}}`},
	"column":   {`{"importers": {"a": {"columns": {"b": {`, `}}}}}`},
	"part":     {`{"importers": {"a": {"columns": {"b": {"json": {"$.a": {`, `}}}}}}}`},
	"case":     {`{"importers": {"a": {"columns": {"b": {"cases": [{`, `}]}}}}}`},
	"csv":      {`{"importers": {"a": {"csv": {`, `}}}}`},
	"job":      {`{"jobs": [{"model": "a", "where": "a", `, `}]}`},
	"ids":      {`{"ids": {`, `}}`},
	"conflict": {`{"conflict": {`, `}}`},
}

// values are what is tried everywhere.
var values = []string{
	"true", "7", "0", "-1", "-7", "1.5", "null", `""`, `" "`, `"a"`, `"a b"`, "[]", `["a"]`, `["a", 1]`, `[["a"]]`, `[null]`, "{}", `{"a": "b"}`, `{"a": 1}`, `{"a": null}`, `{"a": {}}`,
	`"keep"`, `"sequential"`, `"max+1"`, `{"natural": "a"}`, `{"natural": ["a"], "derived": ["b"]}`, `{"offset": 7}`, `{"fixed": {"1": 2}}`, `{"fixed": {"1": null}}`,
	`"fail"`, `"skip"`, `"update"`, `{"skip": ["a"]}`, `{"update": 7}`, `"include"`, `"set_null"`, `"set null"`, `"given"`, `"auto"`, `"always"`, `"never"`,
	`"30s"`, `"1h30m"`, `"1GB"`, `"0MB"`, `"7"`, `"front"`, `"behind"`, `"text"`, `"unquoted"`, `"null"`, `"tab"`, `"none"`, `";"`, `"ü"`, `"UTF-8"`,
	`"export"`, `"import"`, `[{"model": "a", "path": "b"}]`, `[{"model": "a"}]`, `[{"model": "a", "path": "b", "reject": "c", "more": 1}]`, `[{"when": "a", "ref": "b"}]`, `[{"model": "a", "limit": 0}]`,
}

// stricter are keys whose values are looked at more closely than a schema can.
var stricter = map[string]bool{"encoding": true, "fake": true, "mask": true, "json": true, "hstore": true, "elements": true}

// The schema and the reader take the same keys, and of each the same kinds of values.
func TestSchemaIsReader(t *testing.T) {
	t.Parallel()
	schema := compiledSchema(t)
	var all struct {
		Defs map[string]struct {
			Properties map[string]any
			AnyOf      []struct{ Properties map[string]any }
		} `json:"$defs"`
	}
	if err := json.Unmarshal([]byte(Schema), &all); err != nil {
		t.Fatal(err)
	}
	tried := 0
	for name, place := range places {
		keys := []string{"no_such_key"}
		for key := range all.Defs[name].Properties {
			keys = append(keys, key)
		}
		for _, one := range all.Defs[name].AnyOf {
			for key := range one.Properties {
				keys = append(keys, key)
			}
		}
		sort.Strings(keys)
		said := []string{}
		if name == "settings" {
			said = append(said, knownIn(t, "{\"version\": 1, \"verb\": \"export\", \"no_such_key\": 1}")...)
			said = slices.DeleteFunc(said, func(key string) bool { _, is := all.Defs["document"].Properties[key]; return is })
		} else if name != "document" {
			said = append(said, knownIn(t, document(place.before+`"no_such_key": 1`+place.after))...)
		}
		if want := slices.DeleteFunc(slices.Clone(keys), func(key string) bool { return key == "no_such_key" }); name != "document" && !slices.Equal(said, want) {
			t.Errorf("%s: the reader knows %v, the schema %v", name, said, want)
		}
		for _, key := range keys {
			for _, value := range values {
				if name == "document" && (key == "version" || key == "verb") || name == "job" && (key == "model" || key == "where") {
					continue
				}
				text := document(fmt.Sprintf("%s%q: %s%s", place.before, key, value, place.after))
				instance, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
				if err != nil {
					t.Fatal(text, err)
				}
				bySchema := schema.Validate(instance)
				_, byReader := ReadDocument(strings.NewReader(text))
				tried++
				if (bySchema == nil) != (byReader == nil) && (!stricter[key] || byReader == nil) {
					t.Errorf("%s\n  schema: %v\n  reader: %v", text, bySchema, byReader)
				}
			}
		}
	}
	t.Logf("%d documents", tried)
}

// document adds what every document has.
func document(text string) string { return `{"version": 1, "verb": "export", ` + text[1:] }

// knownIn are the keys that the reader names where it finds one that it does not know.
func knownIn(t *testing.T, text string) []string {
	t.Helper()
	_, err := ReadDocument(strings.NewReader(text))
	_, list, found := strings.Cut(fmt.Sprint(err), "known here: ")
	if !found {
		t.Fatal(text, err)
	}
	list, _, _ = strings.Cut(list, ")")
	return strings.Split(list, ", ")
}
