package mask

import (
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The tables in docs/masking.md are those of the code. GYRO_UPDATE=1 writes them anew.
func TestList(t *testing.T) {
	t.Parallel()
	path := filepath.Join("..", "docs", "masking.md")
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, _, ok := strings.Cut(string(page), tableMark)
	if !ok {
		t.Fatalf("%s has no %s", path, tableMark)
	}
	want := head + tableMark + "\n" + table()
	if os.Getenv("GYRO_UPDATE") != "" {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil { //nolint:gosec // a document
			t.Fatal(err)
		}
		page = []byte(want)
	}
	if string(page) != want {
		t.Errorf("docs/masking.md is not what the code does; GYRO_UPDATE=1 go test -run TestList ./mask writes it")
	}
}

// tableMark stands above the tables.
const tableMark = "<!-- TestList of package mask writes what follows. -->"

// Every mask of a file is a function in Go as well, and the other way round.
func TestEveryMaskInGo(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	inGo := map[string]bool{}
	for _, file := range files {
		parsed, err := parser.ParseFile(gotoken.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if ok && fn.Recv == nil && fn.Name.IsExported() && fn.Type.Results != nil && len(fn.Type.Results.List) == 1 && strings.HasSuffix(file, ".go") && !strings.HasSuffix(file, "_test.go") {
				inGo[strings.ToLower(fn.Name.Name)] = true
			}
		}
	}
	for _, d := range List() {
		name := strings.ReplaceAll(d.Name, "_", "")
		if !inGo[name] {
			t.Errorf("%s has no function", d.Name)
		}
		delete(inGo, name)
	}
	for _, no := range []string{"list", "func", "weighted", "json", "elements", "hstore"} { // of the package, in Go alone, or keys of a column
		delete(inGo, no)
	}
	for name := range inGo {
		t.Errorf("%s has no name in a file", name)
	}
}
