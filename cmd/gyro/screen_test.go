package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/gyrodata/gyro/internal/pgtest"
)

// What others wrote into headers, values, names of files and tables is shown, and obeyed by no terminal: in reports, plans,
// guesses, mistakes and progress.
func TestScreenObeysNothing(t *testing.T) {
	t.Parallel()
	const evil = "\x1b]0;owned\x07\x1b[2J\u009b31m\u202e\r"
	url := pgtest.DB(t)
	pgtest.Exec(t, url, `CREATE TABLE "shop`+evil+`" (id bigserial PRIMARY KEY, name text NOT NULL, "n`+evil+`" int)`)
	dir := t.TempDir()
	file := filepath.Join(dir, "shops\x1b[31m.csv")
	if err := os.WriteFile(file, []byte("name,\"n"+evil+"\",\"more"+evil+"\nerror: spoofed\"\na,"+evil+",x\n,1,y\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"--ignore", "*", "--show-values", "--progress", "plain"},
		{"--ignore", "*", "--plan"},
		{"--guess"},
		{},
		{"--ignore", "*", "--reject", filepath.Join(dir, "bad\x1b[0m.csv"), "--progress", "plain"},
		{"--ignore", "*", "--show-values", "--report", filepath.Join(dir, "report.txt")},
	} {
		var out, failed bytes.Buffer
		run(context.Background(), append([]string{"import", "--no-record", "--target", url, "--csv", "shop" + evil + "=" + file}, args...), &out, &failed, func(string) (string, bool) { return "", false })
		text := out.String() + failed.String()
		if report, err := os.ReadFile(filepath.Join(dir, "report.txt")); err == nil {
			text += string(report)
		}
		if strings.ContainsFunc(text, func(r rune) bool {
			return r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r))
		}) {
			t.Errorf("%q prints\n%q", args, text)
		}
	}
}

// A header of several lines makes no line of its own.
func TestScreenLines(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, "CREATE TABLE shop (name text, fee int)")
	dir := t.TempDir()
	file, mapping := filepath.Join(dir, "shops.csv"), filepath.Join(dir, "gyro.yaml")
	for path, text := range map[string]string{file: "name,\"Fee\nerror: all is lost\"\na,x\n", mapping: `importers: {shop: {columns: {fee: {from: "#2"}}}}`} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, mode := range []string{"--show-values", "--plan"} {
		var out, failed bytes.Buffer
		run(context.Background(), []string{"import", "--no-record", "-c", mapping, "--target", url, "--csv", "shop=" + file, mode}, &out, &failed, func(string) (string, bool) { return "", false })
		if text := out.String() + failed.String(); strings.Contains(text, "\nerror: all") || !strings.Contains(text, "Fee error: all is lost") {
			t.Errorf("%s prints\n%s", mode, text)
		}
	}
}

// A report that can't be written is told; a load that was done can be taken back all the same.
func TestScreenFull(t *testing.T) {
	t.Parallel()
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("this system has no /dev/full")
	}
	defer full.Close() //nolint:errcheck // nothing fits into it
	url := pgtest.DB(t)
	pgtest.Exec(t, url, "CREATE TABLE shop (id bigserial PRIMARY KEY, name text)")
	dir := t.TempDir()
	file := filepath.Join(dir, "shops.csv")
	if err := os.WriteFile(file, []byte("name\na\nb\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	gyro := func(stdout *os.File, args ...string) (stderr string, code int) {
		var failed bytes.Buffer
		cmd := exec.Command(os.Args[0], args...)
		cmd.Env = append(os.Environ(), asGyro+"=1", "GYRO_CONFIG=", "XDG_STATE_HOME="+dir)
		cmd.Stdout, cmd.Stderr = stdout, &failed
		_ = cmd.Run()
		return failed.String(), cmd.ProcessState.ExitCode()
	}
	stderr, code := gyro(full, "import", "--csv", "shop="+file, "--target", url, "--progress", "none")
	record := regexp.MustCompile(`gyro undo (\S+) --target`).FindStringSubmatch(stderr)
	if code != exitFailed || record == nil || !strings.Contains(stderr, "error: write standard output: ") {
		t.Fatalf("exit %d\n%s", code, stderr)
	}
	if stderr, code := gyro(nil, "undo", record[1], "--target", url); code != exitDone {
		t.Errorf("exit %d\n%s", code, stderr)
	}
	for _, args := range [][]string{{"version"}, {"import", "--csv", "shop=" + file, "--target", url, "--guess"}, {"import", "--csv", "shop=" + file, "--target", url, "--plan"}, {"--help"}} {
		if stderr, code := gyro(full, args...); code != exitFailed || !strings.Contains(stderr, "no space left") {
			t.Errorf("%q: exit %d\n%s", args, code, stderr)
		}
	}
	// Who looks away is not told, but what only stood there is.
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	_ = reader.Close()
	stderr, code = gyro(writer, "import", "--csv", "shop="+file, "--target", url, "--progress", "none")
	if code != exitDone || !strings.Contains(stderr, "gyro undo ") {
		t.Errorf("exit %d\n%s", code, stderr)
	}
}
