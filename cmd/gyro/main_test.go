package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/gyrodata/gyro/internal/pgtest"
)

// asGyro makes the test's binary be gyro itself, to be run and killed as a process.
const asGyro = "GYRO_TEST_AS_GYRO"

func TestMain(m *testing.M) {
	if os.Getenv(asGyro) != "" {
		os.Exit(mainWithSignals())
	}
	testscript.Main(testRunner{m}, map[string]func(){"gyro": func() { os.Exit(heldGyro()) }})
}

// testRunner stops the tests' server after the run.
type testRunner struct{ m *testing.M }

func (r testRunner) Run() int { return pgtest.Main(r.m) }

// TestScripts runs gyro as a newcomer does: each script in testdata/script has a fresh
// database, filled by its schema.sql where it has one; $DB is its URL, and $TARGET that of another one,
// where the script has a target.sql. What is printed with --json is held against its schema.
func TestScripts(t *testing.T) {
	held := holdAnswers(t)
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			url := pgtest.DB(env.T().(testing.TB))
			env.Setenv("DB", url)
			if text, err := os.ReadFile(filepath.Join(env.WorkDir, "schema.sql")); err == nil {
				pgtest.Exec(env.T().(testing.TB), url, string(text))
			}
			if text, err := os.ReadFile(filepath.Join(env.WorkDir, "target.sql")); err == nil {
				target := pgtest.DB(env.T().(testing.TB))
				env.Setenv("TARGET", target)
				pgtest.Exec(env.T().(testing.TB), target, string(text))
			}
			held(env)
			env.Setenv("XDG_STATE_HOME", filepath.Join(env.WorkDir, "state"))
			return nil
		},
	})
}
