package gyro_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The arrows of docs/architecture.md are those of go list, but for those to the language and the leaves
// from above driver; and the table "where is …?" names files that are there. GYRO_UPDATE=1 draws the
// arrows anew.
func TestArchitecture(t *testing.T) {
	t.Parallel()
	path := filepath.Join("docs", "architecture.md")
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, module+"/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	name := func(path string) string {
		room := short(path)
		switch {
		case room == "":
			return "gyro"
		case strings.HasPrefix(room, "postgres/"): // its own rooms are its own matter
			return "postgres"
		}
		return room
	}
	below := []string{"gyro", "schema", "pgcsv", "keyset", "planted"}
	beside := regexp.MustCompile(`^(internal/(browser|pgtest|slicetest|modeltest)|bench|examples)`)
	var want []string
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		from := name(words[0])
		for _, imported := range words[1:] {
			to := name(imported)
			own := imported == module || strings.HasPrefix(imported, module+"/")
			hidden := slices.Contains(below, to) && from != "gyro" && from != "driver"
			if own && from != to && !hidden && !beside.MatchString(from) && !beside.MatchString(to) {
				want = append(want, "  "+from+" --> "+to)
			}
		}
	}
	slices.Sort(want)
	want = slices.Compact(want)
	arrow := regexp.MustCompile(`(?m)^ +\S+ --> \S+$`)
	if os.Getenv("GYRO_UPDATE") != "" {
		text := regexp.MustCompile(`(?m)^ +\S+ --> \S+\n`).ReplaceAllString(string(page), "")
		at := strings.Index(text, "```mermaid")
		end := at + strings.Index(text[at:], "\n```\n") + 1
		text = text[:end] + strings.Join(want, "\n") + "\n" + text[end:]
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil { //nolint:gosec // a document
			t.Fatal(err)
		}
		page = []byte(text)
	}
	if d := cmp.Diff(want, arrow.FindAllString(string(page), -1)); d != "" {
		t.Errorf("the picture is not the house (-go list +picture); GYRO_UPDATE=1 go test -run TestArchitecture . draws it:\n%s", d)
	}
	_, places, _ := strings.Cut(string(page), "## Where is …?")
	files := regexp.MustCompile("`([a-z][a-z/_]*\\.go)`").FindAllStringSubmatch(places, -1)
	for _, file := range files {
		if _, err := os.Stat(filepath.FromSlash(file[1])); err != nil {
			t.Errorf("%s is named, and is not there", file[1])
		}
	}
	if rows := strings.Count(places, "\n| ") - 1; len(files) < 20 || rows < 20 {
		t.Errorf("%d behaviours, %d files: it is to be twenty", rows, len(files))
	}
}
