package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/gyrodata/gyro"
)

// ProtocolVersion is the version of the documents that [ReadDocument] reads, and of the events that answer them.
const ProtocolVersion = 1

// Verb is what a document asks for.
type Verb string

// The verbs, as the commands are called.
const (
	Export Verb = "export"
	Import Verb = "import"
	Copy   Verb = "copy"
	Undo   Verb = "undo"   // Record is the directory
	Verify Verb = "verify" // Source is the directory
)

var verbs = []Verb{Export, Import, Copy, Undo, Verify}

// Document is one run as a program asks for it: what a file says, and what flags say on a command line.
type Document struct {
	Config
	Verb   Verb
	Plan   bool           // only say what would be done; of Export, Import
	DryRun bool           // of Import: do all, and roll it back; of Export: Plan, and whether the target would do
	Tables []gyro.Model   // of Import: these only
	Files  []DocumentFile // of Import: CSV files that others wrote, instead of Source
	// NoRecord leaves no record: the load can't be undone.
	NoRecord bool
	// ShowValues shows what stands in rows that break rules.
	ShowValues bool
	// EscapeFormulas puts an apostrophe before rejected cells that a spreadsheet would take for formulas.
	EscapeFormulas bool
}

// DocumentFile is a CSV file that others wrote.
type DocumentFile struct {
	Model        gyro.Model
	Path, Reject string // Reject: where bad rows go; empty: they fail the load
}

// ReadDocument reads one JSON document. Its keys are those of a file, with the same values, but that text is taken as it
// stands, ${NAME} too: who writes it has put values in. All mistakes are returned together, each an [Error].
func ReadDocument(from io.Reader) (Document, error) {
	const name = "the document"
	root, paths, err := readJSON(from)
	if err != nil {
		return Document{}, &Error{File: name, Problem: jsonProblem(err), Hint: "one JSON object; gyro schema prints what may stand in it"}
	}
	r := &reader{file: name, paths: paths}
	var d Document
	version := int64(0)
	keys := map[string]func(ast.Node){
		"version": func(n ast.Node) { version = r.whole(n, "version", 1) },
		"verb": func(n ast.Node) {
			text, _ := r.text(n, "verb")
			if d.Verb = Verb(text); !slices.Contains(verbs, d.Verb) {
				r.fail(n, verbList(), "verb must be one of these")
			}
		},
		"plan":            func(n ast.Node) { d.Plan = r.boolean(n, "plan") },
		"dry_run":         func(n ast.Node) { d.DryRun = r.boolean(n, "dry_run") },
		"no_record":       func(n ast.Node) { d.NoRecord = r.boolean(n, "no_record") },
		"show_values":     func(n ast.Node) { d.ShowValues = r.boolean(n, "show_values") },
		"escape_formulas": func(n ast.Node) { d.EscapeFormulas = r.boolean(n, "escape_formulas") },
		"tables": func(n ast.Node) {
			for _, item := range r.items(n, "tables") {
				d.Tables = append(d.Tables, r.named(item, "table"))
			}
		},
		"files": func(n ast.Node) {
			for i, item := range r.items(n, "files") {
				d.Files = append(d.Files, r.documentFile(item, fmt.Sprintf("file %d", i+1)))
			}
		},
	}
	maps.Copy(keys, r.keys(&d.Config))
	has := r.object(root, name, keys)
	d.Importers = complete(d.Importers, d.Jobs)
	switch {
	case has == nil: // told
	case !has["version"]:
		r.fail(nil, fmt.Sprintf("version: %d", ProtocolVersion), "there is no version")
	case version != ProtocolVersion && version > 0:
		return Document{}, &Error{File: name, Problem: fmt.Sprintf("version %d of the protocol is not known: this gyro speaks version %d", version, ProtocolVersion), Hint: "who wrote the document and this gyro have to be of one age"}
	}
	if has != nil && !has["verb"] {
		r.fail(nil, verbList(), "there is no verb")
	}
	return d, errors.Join(r.found...)
}

func (r *reader) documentFile(n ast.Node, what string) DocumentFile {
	var f DocumentFile
	has := r.object(n, what, map[string]func(ast.Node){
		"model":  func(n ast.Node) { f.Model = r.named(n, "model") },
		"path":   func(n ast.Node) { f.Path, _ = r.text(n, "path") },
		"reject": func(n ast.Node) { f.Reject, _ = r.text(n, "reject") },
	})
	for _, key := range []string{"model", "path"} {
		if has != nil && !has[key] {
			r.fail(n, "", "%s has no %s", what, key)
		}
	}
	return f
}

func verbList() string {
	var names []string
	for _, v := range verbs {
		names = append(names, string(v))
	}
	return strings.Join(names, ", ")
}

// jsonProblem says what is wrong with a text that should be JSON, and shows nothing of it.
func jsonProblem(err error) string {
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "it ends too early"
	case errors.As(err, &syntax):
		return fmt.Sprintf("this is not JSON, at byte %d", syntax.Offset)
	}
	return err.Error()
}

// shownKey is a key, a column's or a table's name, as a path may show it.
var shownKey = regexp.MustCompile(`^[\pL_][\pL\pN_."$]*$`)

// DocumentWords is a text of the library as the writer of a document knows it: dry_run for DryRun.
func DocumentWords(text gyro.Text) string {
	return text.In(func(s gyro.Setting) string {
		switch name, ok := called[s]; {
		case !ok:
			return string(s)
		default:
			return strings.ReplaceAll(strings.TrimPrefix(name, "--"), "-", "_")
		}
	})
}
