package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/gyrodata/gyro/examples/shop/shopdb"
	"github.com/gyrodata/gyro/internal/pgtest"
)

// block is code in a page, with what its fence says: sh, or yaml with a name, as in "yaml gyro.yaml".
var block = regexp.MustCompile("(?ms)^```(\\S+)(?: (\\S+))?\n(.*?)^```$")

// TestDocs runs every block of docs/guide, page by page, as a reader does: files are written under the names of their fences, what is sh is
// run, in one directory. $PROD is a filled shop's database, as is GYRO_SOURCE; $DEV an empty one with the same tables.
func TestDocs(t *testing.T) {
	pages, err := filepath.Glob(filepath.Join("..", "..", "docs", "guide", "*.md"))
	if err != nil || len(pages) == 0 {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		script, files := "env GYRO_SOURCE=$DB PROD=$DB DEV=$TARGET GYRO_PROGRESS=none GYRO_MASK_KEY=0123456789abcdef0123456789abcdef\n", ""
		for i, b := range block.FindAllStringSubmatch(string(text), -1) {
			language, name, body := b[1], b[2], b[3]
			switch {
			case language == "sh":
				name = fmt.Sprintf("block%d.sh", i)
				script += "exec sh -eu " + name + "\n"
			case name == "":
				if language != "text" {
					t.Errorf("%s: a block of %s has no name, and can't be run", page, language)
				}
				continue
			default:
				script += fmt.Sprintf("cp block%d.txt %s\n", i, name)
				name = fmt.Sprintf("block%d.txt", i)
			}
			files += "-- " + name + " --\n" + body
		}
		if !strings.Contains(script, "exec sh") {
			t.Errorf("%s: nothing of it is run", page)
		}
		if err := os.WriteFile(filepath.Join(dir, strings.TrimSuffix(filepath.Base(page), ".md")+".txtar"), []byte(script+"\n"+files), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	held := holdAnswers(t)
	testscript.Run(t, testscript.Params{Dir: dir, RequireExplicitExec: true, Setup: func(env *testscript.Env) error {
		filled, empty := pgtest.DB(env.T().(testing.TB)), pgtest.DB(env.T().(testing.TB))
		env.Setenv("DB", filled)
		env.Setenv("TARGET", empty)
		pgtest.Exec(env.T().(testing.TB), empty, shopdb.Schema())
		conn, err := pgx.Connect(t.Context(), filled)
		if err != nil {
			return err
		}
		defer conn.Close(t.Context())
		if err := shopdb.Fill(t.Context(), conn, 0.05); err != nil {
			return err
		}
		held(env)
		env.Setenv("XDG_STATE_HOME", filepath.Join(env.WorkDir, "state"))
		return nil
	}})
}
