package main

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A run at the smallest scale, broken off and gone on with, then written down.
func TestCommand(t *testing.T) {
	dir, err := os.MkdirTemp("/tmp", "gyro-bench-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	t.Chdir("..") // where it is run
	document := filepath.Join(dir, "performance.md")
	if err := os.WriteFile(document, []byte("# Before\n"+tableBegin+"old\n"+tableEnd+"after\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	bench := func(args ...string) string {
		var out bytes.Buffer
		if err := command(t.Context(), append([]string{"--scale", "0.001", "--rounds", "1", "--keep", dir}, args...), &out); err != nil {
			t.Fatalf("%v\n%s", err, out.String())
		}
		return out.String()
	}
	if out := bench("whole"); !strings.Contains(out, "filling") || !strings.Contains(out, "round 1 of 1") {
		t.Errorf("the first run: %s", out)
	}
	out := bench("--write", document, "whole", "add", "verify")
	if strings.Contains(out, "filling") || !strings.Contains(out, "whole: measured before") || !strings.Contains(out, "verify: round 1 of 1") {
		t.Errorf("the second run: %s", out)
	}
	text, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"# Before\n", "after\n", "| `gyro export` |", "| `gyro verify` |", "(performance.svg)", "12,710 rows"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the document lacks %q:\n%s", want, text)
		}
	}
	chart, err := os.ReadFile(filepath.Join(dir, "performance.svg"))
	if err != nil {
		t.Fatal(err)
	}
	for tokens := xml.NewDecoder(bytes.NewReader(chart)); ; {
		if _, err := tokens.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("the chart: %v\n%s", err, chart)
		}
	}
}

// Who does not do the same is not measured.
func TestNotTheSame(t *testing.T) {
	t.Parallel()
	writes := func(text string) func(dir, url string) *exec.Cmd {
		return func(dir, _ string) *exec.Cmd {
			return exec.Command("sh", "-c", `printf "$1" > "$2/t.csv"`, "sh", text, dir)
		}
	}
	for _, c := range []struct {
		one, other string
		same       bool
	}{
		{"id\n1\n2\n", "id\n2\n1\n", true},
		{"id\n1\n2\n", "id\n1\n3\n", false},
		{"id\n1\n2\n", "id\n1\n", false},
		{"id\n\n2\n", "id\n\"\"\n2\n", false},
	} {
		b := &bench{dir: t.TempDir()}
		runs := []run{{name: "one", cmd: writes(c.one), outcome: files("t")}, {name: "gyro", cmd: writes(c.other), outcome: files("t")}}
		_, err := b.compared(t.Context(), task{runs: runs})
		if (err == nil) != c.same {
			t.Errorf("%q and %q: %v", c.one, c.other, err)
		}
	}
}

// Ratios are of medians: to the first, to the best of the others, and to one that is named.
func TestRatios(t *testing.T) {
	t.Parallel()
	f := figure{Runs: []goals{{Name: "a"}, {Name: "b"}, {Name: "gyro", Ours: true, Best: true, Wanted: 0.5, Beside: "a", And: 2}}}
	for _, seconds := range [][3]int{{2, 4, 1}, {4, 1, 3}, {3, 2, 9}} {
		round := map[string]usage{}
		for i, r := range f.Runs {
			round[r.Name] = usage{Wall: time.Duration(seconds[i]) * time.Second, Peak: int64(seconds[i])}
		}
		f.Rounds = append(f.Rounds, round)
	}
	l := f.lines()[2]
	if got, wanted := l.ratios(); got != "1.50; 1.00 of a" || wanted != "0.50; 2.00" || l.least != time.Second || l.most != 9*time.Second || l.Peak != 9 {
		t.Errorf("%s (%s), %+v", got, wanted, l)
	}
}

func TestChoose(t *testing.T) {
	t.Parallel()
	if _, err := choose([]string{"verify", "nothing"}); err == nil || !strings.Contains(err.Error(), `"nothing"`) {
		t.Error(err)
	}
	if err := command(context.Background(), []string{"--scale", "0"}, io.Discard); err == nil {
		t.Error("a scale of 0 is measured")
	}
}
