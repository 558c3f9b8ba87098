package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"

	"github.com/gyrodata/gyro/internal/pgtest"
)

// completed is what a shell is told for a line: what it offers, and what else it may offer.
func completed(t *testing.T, env map[string]string, line ...string) (offered []string, directive string) {
	t.Helper()
	var out, failed bytes.Buffer
	code := run(context.Background(), append([]string{"__complete"}, line...), &out, &failed, func(name string) (string, bool) {
		value, ok := env[name]
		return value, ok
	})
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	last := lines[len(lines)-1]
	if said := strings.TrimSpace(failed.String()); code != exitDone || strings.Contains(said, "\n") || !strings.HasPrefix(said, "Completion ended with directive: ") {
		t.Errorf("%q: exit %d, and on the terminal:\n%s", line, code, said)
	}
	if strings.Contains(out.String()+failed.String(), "hush") {
		t.Errorf("%q prints a password", line)
	}
	names := map[string]string{":0": "files", ":4": "", ":6": "goes on", ":8": "files of these", ":16": "directories", ":36": "in this order"}
	if _, known := names[last]; !known {
		t.Errorf("%q: directive %s", line, last)
	}
	return lines[:len(lines)-1], names[last]
}

// Files are offered where one can stand, and nowhere else; where only some words can stand, these.
func TestCompletionOfEveryFlag(t *testing.T) {
	t.Parallel()
	const want = `
check --against: directories
check --config: files of these: yaml yml
check --mask-key-file: files
check --target: directories
copy --config: files of these: yaml yml
copy --conflict: fail skip update
copy --exclusive: auto always never
copy --ids: keep sequential max+1
copy --mask-key-file: files
copy --progress: auto plain json none
copy --record: directories
copy --via: directories
demo --target: directories
diff: directories
export --config: files of these: yaml yml
export --mask-key-file: files
export --progress: auto plain json none
export --target: directories
graph --config: files of these: yaml yml
graph --format: mermaid dot svg markdown
graph --mask-key-file: files
graph --output: files
graph --target: directories
graph: directories
import --config: files of these: yaml yml
import --conflict: fail skip update
import --csv: goes on
import --delimiter: , ; tab |
import --encoding: UTF-8 UTF-16LE UTF-16BE Windows-1252 ISO-8859-1
import --exclusive: auto always never
import --ids: keep sequential max+1
import --ignore: *
import --mask-key-file: files
import --progress: auto plain json none
import --record: directories
import --reject: files
import --report: files of these: json html txt
import --source: directories
init --go: directories
init --output: files of these: yaml yml
init --target: directories
init --where: goes on
man: directories
plan --config: files of these: yaml yml
plan --mask-key-file: files
plan --target: directories
refresh --config: files of these: yaml yml
refresh --conflict: fail skip update
refresh --exclusive: auto always never
refresh --ids: keep sequential max+1
refresh --mask-key-file: files
refresh --progress: auto plain json none
refresh --record: directories
refresh --via: directories
refresh: directories
report --output: files
report: directories
run: -
schema: check diff plan verify why
undo: directories
verify --fence: goes on
verify --planted: files
verify: directories
why: directories
`
	var got []string
	say := func(name string, line ...string) {
		offered, directive := completed(t, nil, line...)
		text := strings.TrimPrefix(strings.TrimSuffix(directive+": "+strings.Join(offered, " "), ": "), ": ")
		if text != "" {
			got = append(got, name+": "+text)
		}
	}
	for _, cmd := range (&cli{}).root().Commands() {
		if cmd.Name() == "completion" || cmd.Name() == "help" {
			continue
		}
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if f.NoOptDefVal == "" { // no value is typed for the others
				say(cmd.Name()+" --"+f.Name, cmd.Name(), "--"+f.Name, "")
			}
		})
		say(cmd.Name(), cmd.Name(), "")
	}
	if d := cmp.Diff(strings.Split(strings.TrimSpace(want), "\n"), got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	if offered, directive := completed(t, nil, "diff", "a", ""); len(offered) > 0 || directive != "directories" {
		t.Errorf("the second slice of diff: %q, %s", offered, directive)
	}
	for _, line := range [][]string{{"diff", "a", "b", ""}, {"verify", "a", ""}, {"why", "a", "b", ""}, {"graph", "a", ""}} {
		if offered, directive := completed(t, nil, line...); len(offered) > 0 || directive != "" {
			t.Errorf("%q: %q, %s", line, offered, directive)
		}
	}
}

// Names of tables and columns come from the slice, from the configuration, or from a database that the line or the environment
// names; those that a shell would obey come from nowhere.
func TestCompletionOfNames(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	const evil = "$(touch owned)\n\tx;`id`"
	pgtest.Exec(t, url, `CREATE SCHEMA sales;
		CREATE TABLE tenant (id int PRIMARY KEY, "Name" text, "`+evil+`" int); INSERT INTO tenant VALUES (1);
		CREATE TABLE sales.item (id int PRIMARY KEY, tenant_id int REFERENCES tenant);
		CREATE TABLE part (id int PRIMARY KEY) PARTITION BY RANGE (id); CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (1) TO (9);
		CREATE TABLE "`+evil+`" (id int PRIMARY KEY)`)
	dir := t.TempDir()
	slice, file := filepath.Join(dir, "slice"), filepath.Join(dir, "gyro.yaml")
	text := "source: ${PROD_URL}\nimporters: {sales.item: {ids: sequential}}\njobs: [{model: tenant}, {model: '\"" + `$(touch owned)` + "\"'}]\n"
	for path, text := range map[string]string{file: text, filepath.Join(dir, "shops.csv"): "", filepath.Join(dir, "$(id).csv"): "", filepath.Join(dir, "sheets", "a.csv"): ""} {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	small := filepath.Join(dir, "small.yaml")
	if err := os.WriteFile(small, []byte("jobs: [{model: tenant}]"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if run(context.Background(), []string{"export", "-c", small, "--source", url, "--target", slice, "--progress", "none"}, &out, &out, os.LookupEnv) != exitDone {
		t.Fatal(out.String())
	}
	all := "part sales.item tenant"
	for _, c := range []struct {
		env  map[string]string
		line []string
		want string
	}{
		{nil, []string{"why", slice, ""}, "tenant"},
		{nil, []string{"verify", slice, "--fence", ""}, "tenant="},
		{nil, []string{"verify", dir, "--fence", ""}, ""},
		{nil, []string{"import", "--source", slice, "--table", ""}, "tenant"},
		{nil, []string{"import", "-c", file, "--table", ""}, "sales.item tenant"},
		{map[string]string{"GYRO_CONFIG": file}, []string{"import", "--csv", ""}, "sales.item= tenant="},
		{map[string]string{"GYRO_TARGET": url}, []string{"import", "--csv", ""}, "part= sales.item= tenant="},
		{nil, []string{"import", "--target", url, "--table", ""}, all},
		{nil, []string{"import", "--csv", "tenant=" + dir + "/s"}, "tenant=" + dir + "/sheets/ tenant=" + dir + "/shops.csv tenant=" + dir + "/slice/ tenant=" + dir + "/small.yaml"},
		{nil, []string{"import", "--csv", "tenant=" + dir + "/sheets/"}, "tenant=" + dir + "/sheets/a.csv"},
		{nil, []string{"init", "--source", url, "--root", ""}, all},
		{map[string]string{"GYRO_SOURCE": url}, []string{"init", "--root", "t"}, "tenant"},
		{nil, []string{"init", "--source", url, "--root", "tenant", "--where", ""}, "Name id"},
		{nil, []string{"init", "--source", url, "--root", "sales.item", "--where", "t"}, "tenant_id"},
		{nil, []string{"init", "--source", url, "--root", "nothing", "--where", ""}, ""},
		{map[string]string{"PROD_URL": url}, []string{"import", "-c", file, "--table", ""}, "sales.item tenant"}, // of the file no database is asked
	} {
		offered, _ := completed(t, c.env, c.line...)
		if got := strings.Join(offered, " "); got != c.want {
			t.Errorf("%q offers %q, not %q", c.line, got, c.want)
		}
	}
}

// A database that does not answer is not waited for, and one that refuses is not spoken of.
func TestCompletionOfSilence(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	silent := fmt.Sprintf("postgres://me:hush@%s/app?sslmode=disable", listener.Addr())
	for _, url := range []string{silent, "postgres://me:hush@127.0.0.1:1/app", "postgres://me:hush@[::1", pgtest.DB(t) + "&user=nobody&password=hush"} {
		begin := time.Now()
		offered, _ := completed(t, nil, "init", "--source", url, "--root", "")
		if took := time.Since(begin); len(offered) > 0 || took > catalogPatience+time.Second {
			t.Errorf("after %s: %q", took, offered)
		}
	}
}

// The record of a load is offered where records lie, the newest first.
func TestCompletionOfRecords(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	records := filepath.Join(state, "gyro", "undo")
	for i := range 25 {
		if err := os.MkdirAll(filepath.Join(records, fmt.Sprintf("2026-%02d", i)), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	env := map[string]string{"XDG_STATE_HOME": state}
	offered, directive := completed(t, env, "undo", "")
	if len(offered) != mostRecords || offered[0] != filepath.Join(records, "2026-24") || directive != "in this order" {
		t.Errorf("%s: %q", directive, offered)
	}
	if offered, directive := completed(t, env, "undo", "elsewhere"); len(offered) > 0 || directive != "directories" {
		t.Errorf("%s: %q", directive, offered)
	}
	if offered, directive := completed(t, env, "undo", records, ""); len(offered) > 0 || directive != "" {
		t.Errorf("%s: %q", directive, offered)
	}
}
