package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/gyrodata/gyro/examples/shop/shopdb"
	"github.com/gyrodata/gyro/internal/pgtest"
)

// block is code in a page, with what its fence says: a language, and the name of the file that it is.
var block = regexp.MustCompile("(?ms)^```(\\S+)(?: title=\"(\\S+)\")?\n(.*?)^```$")

// ofDjango are pages that are run in an environment of Python's, by python/tests/test_docs.py. So are blocks of Python without a name.
var ofDjango = map[string]bool{"django": true, "guide-django": true}

// TestDocs runs every block of the pages for users, page by page, as a reader does: blocks with a title are files of that name, what is sh is
// run, all in one directory. $PROD is a filled shop's database, as are $PROD_URL and $GYRO_SOURCE; $DEV one with the same tables, which are empty,
// as are $DEV_URL, and apart from it $EMPTY_URL, $OTHER_URL and $SPARE_URL. A block of Go
// without a title is a part of a program, and stands in for the line //block of fragment1.go (or fragment1_test.go) and so on.
//
// What a page counts on, and what is to be looked at when it is done, stands in testdata/docs/PAGE.txtar: its script is run before the page's
// blocks, from a line "# then" on behind them.
func TestDocs(t *testing.T) {
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, path := range pages(t, root) {
		if ofDjango[name] {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		script := scriptOf(t, name, string(text))
		if len(script.Comment) == 0 {
			continue // nothing of it is code
		}
		if err := os.WriteFile(filepath.Join(dir, name+".txtar"), txtar.Format(script), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	goEnv, err := exec.CommandContext(t.Context(), "go", "env", "GOPATH", "GOCACHE", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	places := strings.Fields(string(goEnv))
	held := holdAnswers(t)
	testscript.Run(t, testscript.Params{Dir: dir, RequireExplicitExec: true, Setup: func(env *testscript.Env) error {
		tb := env.T().(testing.TB)
		filled := pgtest.Template(tb, "docs_filled", func(url string) error {
			conn, err := pgx.Connect(tb.Context(), url)
			if err != nil {
				return err
			}
			defer conn.Close(tb.Context())
			return shopdb.Fill(tb.Context(), conn, 0.05)
		})
		empty := func() string {
			return pgtest.Template(tb, "docs_empty", func(url string) error { pgtest.Exec(tb, url, shopdb.Schema()); return nil })
		}
		dev := empty()
		for name, value := range map[string]string{
			"PROD": filled, "PROD_URL": filled, "GYRO_SOURCE": filled, "DEV": dev, "DEV_URL": dev, "TEST_SERVER": dev, "EMPTY_URL": empty(), "OTHER_URL": empty(), "SPARE_URL": empty(),
			"GYRO_PROGRESS": "none", "GYRO_MASK_KEY": "0123456789abcdef0123456789abcdef", "XDG_STATE_HOME": filepath.Join(env.WorkDir, "state"), "HOME": env.WorkDir,
			// Programs of Go are built with this tree, of what is here already; what they install comes behind the gyro of this test.
			"GOPATH": places[0], "GOCACHE": places[1], "GOMODCACHE": places[2], "GOPROXY": "off", "GOFLAGS": "-mod=mod -trimpath", "GOWORK": "off",
			"GOBIN": filepath.Join(env.WorkDir, "bin"), "PATH": env.Getenv("PATH") + string(filepath.ListSeparator) + filepath.Join(env.WorkDir, "bin"),
			// Who clones this repository gets that of this tree.
			"ROOT": root, "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "url." + root + ".insteadOf", "GIT_CONFIG_VALUE_0": "https://github.com/gyrodata/gyro",
		} {
			env.Setenv(name, value)
		}
		held(env)
		return module(root, env.WorkDir)
	}})
}

// pages are those that are for users, by the names of their scripts.
func pages(t *testing.T, root string) map[string]string {
	t.Helper()
	all := map[string]string{"README": filepath.Join(root, "README.md")}
	for _, pattern := range []string{"*.md", filepath.Join("guide", "*.md")} {
		paths, err := filepath.Glob(filepath.Join(root, "docs", pattern))
		if err != nil || len(paths) < 7 {
			t.Fatal(paths, err)
		}
		for _, path := range paths {
			rel, err := filepath.Rel(filepath.Join(root, "docs"), path)
			if err != nil {
				t.Fatal(err)
			}
			all[strings.TrimSuffix(strings.ReplaceAll(rel, string(filepath.Separator), "-"), ".md")] = path
		}
	}
	return all
}

// link is one to a file of this repository, of no anchor alone.
var link = regexp.MustCompile(`\]\(([^)\s#:]+)(?:#[^)\s]*)?\)`)

// tag is what a reader of Markdown takes for HTML, and does not show.
var tag = regexp.MustCompile(`\\?<[A-Za-z/][^>]*>`)

// Every link to a file leads to one, and no word is lost as a tag; the site, which is built with a program from elsewhere, holds the links too.
func TestLinks(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	all, seen := pages(t, root), 0
	for _, name := range []string{"CHANGELOG.md", "CONTRIBUTING.md"} {
		all[name] = filepath.Join(root, name)
	}
	for _, path := range all {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		prose := block.ReplaceAllString(string(text), "")
		for _, found := range tag.FindAllString(regexp.MustCompile("`[^`\n]*`").ReplaceAllString(prose, ""), -1) {
			t.Errorf("%s: %s is no code, and is not shown", path, found)
		}
		for _, found := range link.FindAllStringSubmatch(prose, -1) {
			seen++
			if _, err := os.Stat(filepath.Join(filepath.Dir(path), found[1])); err != nil {
				t.Errorf("%s: the link %s leads to nothing", path, found[1])
			}
		}
	}
	if seen < 40 {
		t.Errorf("%d links: the test sees too little", seen)
	}
}

// module writes a go.mod by which programs in dir import this tree.
func module(root, dir string) error {
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return err
	}
	_, requirements, _ := strings.Cut(string(mod), "\n")
	text := "module slicer\n" + requirements + "\nrequire github.com/gyrodata/gyro v0.0.0\n\nreplace github.com/gyrodata/gyro => " + root + "\n"
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(text), 0o600); err != nil {
		return err
	}
	sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "go.sum"), sum, 0o600)
}

// scriptOf is what a page does, as a script.
func scriptOf(t *testing.T, name, page string) *txtar.Archive {
	t.Helper()
	beside, err := txtar.ParseFile(filepath.Join("testdata", "docs", name+".txtar"))
	if err != nil {
		beside = &txtar.Archive{}
	}
	before, after, _ := strings.Cut(string(beside.Comment), "# then\n")
	blocks := block.FindAllStringSubmatch(page, -1)
	if fences := regexp.MustCompile("(?m)^ *(```|~~~)").FindAllString(page, -1); len(fences) != 2*len(blocks) {
		t.Errorf("%s: %d fences, and %d blocks that can be read: a block is ```language, or ```language title=\"file\"", name, len(fences), len(blocks))
	}
	script, files, fragments := before, []txtar.File{}, 0
	given := map[string][]byte{}
	for _, f := range beside.Files {
		if !strings.HasPrefix(f.Name, "fragment") {
			files = append(files, f)
		}
		given[f.Name] = f.Data
	}
	for i, b := range blocks {
		language, title, body := b[1], b[2], b[3]
		switch {
		case title != "":
			file := fmt.Sprintf("block%d.txt", i)
			script += fmt.Sprintf("cp %s %s\n", file, title)
			files = append(files, txtar.File{Name: file, Data: []byte(body)})
		case language == "sh":
			file := fmt.Sprintf("block%d.sh", i)
			script += "exec sh -eu " + file + "\n"
			files = append(files, txtar.File{Name: file, Data: []byte(body)})
		case language == "go":
			fragments++
			fragment := fmt.Sprintf("fragment%d", fragments)
			file, command := fragment+".go", "exec go run ./"+fragment+"\n"
			if given[file] == nil {
				file, command = fragment+"_test.go", "exec go test ./"+fragment+"\n"
			}
			around, rest, found := strings.Cut(string(given[file]), "//block\n")
			if !found {
				t.Errorf("%s: testdata/docs has no %s for a block of Go without a title", name, fragment)
			}
			script += command
			files = append(files, txtar.File{Name: filepath.Join(fragment, file), Data: []byte(around + body + rest)})
		case language == "text", language == "mermaid", language == "python":
		default:
			t.Errorf("%s: a block of %s has no title, and can't be run", name, language)
		}
	}
	if strings.HasPrefix(name, "guide-") && !strings.Contains(script, "exec sh") {
		t.Errorf("%s: nothing of it is run", name)
	}
	return &txtar.Archive{Comment: []byte(script + after), Files: files}
}
