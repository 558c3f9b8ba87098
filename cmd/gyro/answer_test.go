package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/gyrodata/gyro/csvdir"
)

// answerTypes are what commands print with --json.
var answerTypes = map[string]reflect.Type{
	"check":  reflect.TypeFor[checkedJSON](),
	"diff":   reflect.TypeFor[csvdir.Difference](),
	"plan":   reflect.TypeFor[planEvent](),
	"verify": reflect.TypeFor[verified](),
	"why":    reflect.TypeFor[explained](),
}

// A command has a schema if it has --json.
func TestAnswersHaveSchemas(t *testing.T) {
	t.Parallel()
	var with []string
	for _, command := range (&cli{stdout: io.Discard, env: os.LookupEnv}).root().Commands() {
		if command.Flags().Lookup("json") != nil {
			with = append(with, command.Name())
		}
	}
	slices.Sort(with)
	if diff := cmp.Diff(with, answering()); diff != "" {
		t.Errorf("commands with --json, and schemas: %s", diff)
	}
}

// A schema has what the structs have: each field, its kind, whether it may be left out, and nothing else.
func TestAnswerSchemasAreStructs(t *testing.T) {
	t.Parallel()
	for name, typ := range answerTypes {
		text, err := answerSchema(name)
		if err != nil {
			t.Fatal(err)
		}
		var all node
		if err := json.Unmarshal([]byte(text), &all); err != nil {
			t.Fatal(name, err)
		}
		s := shape{t: t, defs: all.Defs, used: map[string]bool{}}
		s.same(name, &all, typ)
		for def := range all.Defs {
			if !s.used[def] {
				t.Errorf("%s: nothing refers to %s", name, def)
			}
		}
	}
}

// node is a part of a schema, of the words that answers use; others are refused.
type node struct {
	Schema      string           `json:"$schema"`
	Ref         string           `json:"$ref"`
	Defs        map[string]*node `json:"$defs"`
	Title       string           `json:"title"`
	Description string           `json:"description"`
	Type        string           `json:"type"`
	Const       *string          `json:"const"`
	Enum        []string         `json:"enum"`
	Minimum     *int             `json:"minimum"`
	Required    []string         `json:"required"`
	Properties  map[string]*node `json:"properties"`
	Additional  json.RawMessage  `json:"additionalProperties"`
	Items       *node            `json:"items"`
}

func (n *node) UnmarshalJSON(text []byte) error {
	type plain node
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	return d.Decode((*plain)(n))
}

// shape compares a schema with a type.
type shape struct {
	t    *testing.T
	defs map[string]*node
	used map[string]bool
}

var kindNames = map[reflect.Kind]string{
	reflect.Struct: "object", reflect.Map: "object", reflect.Slice: "array", reflect.String: "string", reflect.Bool: "boolean",
	reflect.Int: "integer", reflect.Int64: "integer", reflect.Float64: "number",
}

func (s shape) same(place string, n *node, typ reflect.Type) {
	s.t.Helper()
	if n == nil {
		s.t.Errorf("%s: the schema says nothing of it", place)
		return
	}
	if name := strings.TrimPrefix(n.Ref, "#/$defs/"); name != "" {
		s.used[name] = true
		s.same(place, s.defs[name], typ)
		return
	}
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	if n.Const == nil && n.Enum == nil && (n.Type == "" || n.Type != kindNames[typ.Kind()]) {
		s.t.Errorf("%s: the schema has %q, the code %v", place, n.Type, typ)
	}
	switch typ.Kind() {
	case reflect.Slice:
		s.same(place+"[]", n.Items, typ.Elem())
	case reflect.Map:
		var values node
		if err := json.Unmarshal(n.Additional, &values); err != nil {
			s.t.Errorf("%s: %v", place, err)
		}
		s.same(place+"{}", &values, typ.Elem())
	case reflect.String:
		if typ.PkgPath() != "" {
			if diff := cmp.Diff(constants(s.t, typ), n.Enum); diff != "" {
				s.t.Errorf("%s: constants of %v, and the schema's: %s", place, typ, diff)
			}
		} else if n.Enum != nil {
			s.t.Errorf("%s: the schema has a choice, the code any text", place)
		}
	case reflect.Struct:
		s.fields(place, n, typ)
	default:
	}
}

func (s shape) fields(place string, n *node, typ reflect.Type) {
	s.t.Helper()
	if string(n.Additional) != "false" {
		s.t.Errorf("%s: the schema lets other keys pass", place)
	}
	var names, required []string
	for _, f := range reflect.VisibleFields(typ) {
		tag, ok := f.Tag.Lookup("json")
		if !ok {
			if !f.Anonymous {
				s.t.Errorf("%s: %s has no name in JSON", place, f.Name)
			}
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		names = append(names, name)
		if options != "omitempty" {
			required = append(required, name)
		}
		of := n.Properties[name]
		s.same(place+"."+name, of, f.Type)
		if of != nil && of.Description == "" {
			s.t.Errorf("%s.%s is not described", place, name)
		}
	}
	for name := range n.Properties {
		if !slices.Contains(names, name) {
			s.t.Errorf("%s: the code writes no %s", place, name)
		}
	}
	slices.Sort(required)
	said := slices.Sorted(slices.Values(n.Required))
	if diff := cmp.Diff(required, said, cmp.Transformer("none", func(l []string) []string { return append([]string{}, l...) })); diff != "" {
		s.t.Errorf("%s: what the code always writes, and the schema requires: %s", place, diff)
	}
}

// constants are the values of a type of texts, in the order in which its package declares them.
func constants(t *testing.T, typ reflect.Type) []string {
	t.Helper()
	dir, err := exec.CommandContext(t.Context(), "go", "list", "-f", "{{.Dir}}", typ.PkgPath()).Output()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(dir)), "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	for _, path := range files {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			if name, ok := spec.Type.(*ast.Ident); !ok || name.Name != typ.Name() {
				return true
			}
			if literal, ok := spec.Values[0].(*ast.BasicLit); ok {
				value, err := strconv.Unquote(literal.Value)
				if err != nil {
					t.Fatal(err)
				}
				values = append(values, value)
			}
			return true
		})
	}
	return values
}

// answersFile is the variable that names a file, into which a gyro that is run by a script writes what is wrong with what it printed as JSON.
const answersFile = "GYRO_TEST_ANSWERS"

// holdAnswers holds what the scripts of a test print with --json against the schemas.
func holdAnswers(t *testing.T) func(*testscript.Env) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "answers")
	t.Cleanup(func() {
		if wrong, err := os.ReadFile(path); err == nil {
			t.Errorf("documents that are not as their schema says:\n%s", wrong)
		}
	})
	return func(env *testscript.Env) { env.Setenv(answersFile, path) }
}

// heldGyro is gyro as scripts run it.
func heldGyro() int {
	path := os.Getenv(answersFile)
	if path == "" || !slices.Contains(os.Args, "--json") {
		return mainWithSignals()
	}
	var out bytes.Buffer
	exit := run(context.Background(), os.Args[1:], io.MultiWriter(os.Stdout, &out), os.Stderr, os.LookupEnv)
	if err := conforms(os.Args[1], out.Bytes()); err != nil && out.Len() > 0 {
		file, openErr := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if openErr != nil {
			panic(openErr)
		}
		defer file.Close() //nolint:errcheck // the process ends
		fmt.Fprintf(file, "gyro %s: %v\n", strings.Join(os.Args[1:], " "), err)
	}
	return exit
}

// conforms holds a document against the schema of the command that printed it.
func conforms(command string, document []byte) error {
	text, err := answerSchema(command)
	if err != nil {
		return err
	}
	parsed, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		return fmt.Errorf("schema: %w", err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	if err := c.AddResource("answer.json", parsed); err != nil {
		return fmt.Errorf("schema: %w", err)
	}
	compiled, err := c.Compile("answer.json")
	if err != nil {
		return fmt.Errorf("schema: %w", err)
	}
	instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		return fmt.Errorf("no JSON: %w", err)
	}
	return compiled.Validate(instance) //nolint:wrapcheck // it says the place
}
