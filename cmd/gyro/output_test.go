package main

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/config"
)

// What the library calls by its Go name, the command calls as a file does, in every part of an error.
func TestErrorsInYAML(t *testing.T) {
	t.Parallel()
	const got, want = "{MaxRows} was reached", "max_rows was reached"
	for text, err := range map[string]error{
		"error: a: " + want + "\nhint:  raise max_rows\n":        &gyro.Mistake{Place: "a", Problem: got, Hint: "raise {MaxRows}"},
		"error: select a: " + want + "\nhint:  raise max_rows\n": fmt.Errorf("x: %w", &gyro.Error{Op: "select", Place: "a", Err: gyro.Text(got), Hint: "raise {MaxRows}"}),
		"error: select: copy: " + want + "\n":                    &gyro.Error{Op: "select", Err: &gyro.Error{Op: "copy", Err: errors.New(got)}},
		"error: a {To} b, {to}\n":                                errors.New("a {To} b, {to}"), // no text of the library's
	} {
		var out bytes.Buffer
		c := &cli{stderr: &out}
		c.printError(err)
		if out.String() != text {
			t.Errorf("got  %q\nwant %q", out.String(), text)
		}
	}
}

// capital is a word that begins with a capital letter and goes on in small ones, as names in Go do.
var capital = regexp.MustCompile(`\b[A-Z]+[a-z][A-Za-z]*\b`)

// proper are such words that are no names of Go.
var proper = map[string]bool{
	"Gyro": true, "PostgreSQL": true, "Ctrl": true, "Europe": true, "Berlin": true, "Windows": true, "Go": true, "Latin": true, "Django": true,
	"English": true, "German": true, "GiB": true, "NULLs": true, "Citus": true, "Else": true, // begins a sentence
}

// Each sentence that the library can print is in words of files and flags when the command prints it: it
// names a setting only so that it can be rendered, and only those that are known.
func TestMessagesInYAML(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	seen, rendered := 0, 0
	for _, room := range []string{".", "driver", "export", "internal/loadplan", "load", "sheets", "guess", "csvdir", "postgres", "keyset", "pgcsv", "schema"} {
		err := filepath.WalkDir(filepath.Join(root, room), func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir():
				if path != filepath.Join(root, room) && room != "postgres" {
					return fs.SkipDir
				}
				return nil
			case !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
				return nil
			}
			for place, text := range sentences(t, path) {
				seen++
				shown := config.Words(gyro.Text(text))
				if shown != text {
					rendered++
				}
				for _, word := range capital.FindAllString(shown, -1) {
					if !proper[word] {
						t.Errorf("%s: a user of files and flags reads %q in %q", place, word, shown)
					}
				}
				for _, name := range regexp.MustCompile(`\{[A-Z]\w*\}`).FindAllString(shown, -1) {
					t.Errorf("%s: %s is no setting that has a name in files, in %q", place, name, text)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if seen < 300 || rendered < 50 {
		t.Errorf("%d sentences, %d of which name settings: the test sees too little", seen, rendered)
	}
}

// Every setting has a name in files or flags, and none that is Go's.
func TestSettingsHaveNames(t *testing.T) {
	t.Parallel()
	for _, s := range gyro.Settings() {
		if name := config.Words(gyro.Text("{" + s + "}")); name != strings.ToLower(name) {
			t.Errorf("%s is called %s", s, name)
		}
	}
}

// sql is text that is for the server, or for who reads patterns.
var sql = regexp.MustCompile(`A-Z|\b(SELECT|INSERT|UPDATE|DELETE|CREATE|COPY|ALTER|DROP|WHERE|FROM|JOIN|SET LOCAL|GRANT|CASE|VALUES|AND NOT)\b|::`)

// sentences are the string literals of a file that hold two small words side by side and no SQL, by place.
func sentences(t *testing.T, path string) map[string]string {
	t.Helper()
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	words := regexp.MustCompile(`[a-z]+,? [a-z]+`)
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Field: // tags are no texts
			if n.Tag != nil {
				return false
			}
		case *ast.BasicLit:
			text, err := strconv.Unquote(n.Value)
			if n.Kind == token.STRING && err == nil && !sql.MatchString(text) && (words.MatchString(text) || strings.Contains(text, "{")) {
				found[set.Position(n.Pos()).String()] = text
			}
		}
		return true
	})
	return found
}
