package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gyrodata/gyro"
)

// A document says what a file says.
func TestDocumentIsFile(t *testing.T) {
	t.Parallel()
	keys := `"source": "postgres://db/app", "target": "slices/a", "missing": "include", "max_rows": 7, "key_memory": "1MB", "lock_timeout": "3s",
		"ids": {"fixed": {"1060": 10}}, "conflict": {"update": ["slug"]},
		"importers": {"a": {"ids": "sequential", "columns": {"tenant": "t", "n": {"one_of": ["x", 1, true, null], "min": 1.50, "default": "é \ud83d\ude00 \/"}}},
			"b": {"columns": {"object_id": {"cases": [{"when": "kind = 'a'", "ref": "a"}], "missing": "set_null"}}, "csv": {"delimiter": ";", "skip": 2}}},
		"jobs": ["t", {"model": "a", "sql": "SELECT 1", "args": ["x", 1, 12345678901234567890, 0.10, null, ["1", "2"], [1, 2]], "limit": 3, "per": "n", "percent": 5}]`
	d, err := ReadDocument(strings.NewReader(`{"version": 1, "verb": "export", ` + keys + "}"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := Parse("gyro.yaml", []byte("{"+strings.ReplaceAll(keys, `\/`, "/")+"}"), func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	same := cmp.Options{cmp.AllowUnexported(gyro.IDs{}, gyro.Conflict{}, gyro.Query{}), cmp.Comparer(func(a, b gyro.Model) bool { return a.Name() == b.Name() })}
	if diff := cmp.Diff(want, d.Config, same); diff != "" {
		t.Error(diff)
	}
}

// Text of a document is no template.
func TestDocumentHasNoVariables(t *testing.T) {
	t.Parallel()
	d, err := ReadDocument(strings.NewReader(`{"version": 1, "verb": "export", "source": "${A}$${", "jobs": [{"model": "a", "where": "x = '${HOME}'", "args": ["${HOME}"]}]}`))
	if err != nil || d.Source != "${A}$${" {
		t.Error(d.Source, err)
	}
	if sql, args, _ := d.Jobs[0].Query.Condition(); sql != "x = '${HOME}'" || args[0] != "${HOME}" {
		t.Error(sql, args)
	}
}

func TestDocumentMistakes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		``:                                  "the document: it ends too early (one JSON object; gyro schema prints what may stand in it)",
		`{"version": 1, "verb": "export"`:   "it ends too early",
		`{"version": 1, "verb": "export"}}`: "something follows the document",
		`{"secret:`:                         "it ends too early",
		`{"a" "b"}`:                         "this is not JSON, at byte 5",
		`[]`:                                "the document must be a mapping",
		`{"verb": "export"}`:                "the document: there is no version (version: 1)",
		`{"version": 2, "verb": "future", "unheard": 1}`:                                                        "version 2 of the protocol is not known: this gyro speaks version 1",
		`{"version": 1, "verb": "eksport"}`:                                                                     "verb: verb must be one of these (export, import, copy, undo, verify)",
		`{"version": 1}`:                                                                                        "there is no verb",
		`{"version": 1, "version": 1, "verb": "export"}`:                                                        "version stands twice",
		`{"version": 1, "verb": "export", "jobs": [{"modl": "a"}]}`:                                             `jobs[0].modl: unknown key "modl" in job 1 (did you mean "model"?)`,
		`{"version": 1, "verb": "export", "importers": {"a": {"columns": {"b": {"ref": 7}}}}}`:                  "importers.a.columns.b.ref: ref must be a text",
		`{"version": 1, "verb": "export", "source": "\ud800"}`:                                                  "half a character",
		"{\"version\": 1, \"verb\": \"export\", \"source\": \"\xff\"}":                                          "it is not UTF-8",
		`{"version": 1, "verb": "export", "max_rows": 1e400}`:                                                   "max_rows is beyond all numbers",
		`{"version": 1, "verb": "export", "postgres://a:geheim@b": 1}`:                                          "(not shown)",
		`{"version": 1, "verb": "export", "jobs": ` + strings.Repeat("[", 200) + strings.Repeat("]", 200) + "}": "lies more than 100 deep",
		`{"version": 1, "verb": "import", "files": [{"model": "a"}]}`:                                           "file 1 has no path",
	} {
		_, err := ReadDocument(strings.NewReader(text))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%s: %v, not %q", text, err, want)
		}
	}
}

// U+FFFD is a character like others, where it was written.
func TestDocumentReplacement(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"\uFFFD", `\ufffd`, `\uFFFD`} {
		d, err := ReadDocument(strings.NewReader(`{"version": 1, "verb": "export", "source": "` + text + `"}`))
		if err != nil || d.Source != "\uFFFD" {
			t.Error(text, d.Source, err)
		}
	}
}
