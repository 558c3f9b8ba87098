//go:build long

// Package site_test builds the site of docs, and looks at it.
package site_test

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gyrodata/gyro/internal/browser"
)

// Every page as a browser shows it, narrow and wide, light and dark: nothing is wider than the window, nothing is asked for from
// elsewhere, and no link within the site leads to nothing. What it is built with is fetched once.
func TestSite(t *testing.T) {
	if out, err := exec.CommandContext(t.Context(), "../scripts/site").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	b := browser.Start(t)
	seen := 0
	err := filepath.WalkDir("build", func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".html" || d.Name() == "404.html" {
			return err
		}
		seen++
		for _, view := range browser.Views {
			page := b.Open(path, view)
			var got struct {
				Wide, Window int
				Title, Back  string
				Elsewhere    []string
				Links        []string
			}
			page.Eval(`({
				Wide: document.documentElement.scrollWidth, Window: innerWidth, Title: document.querySelector("h1").textContent,
				Back: getComputedStyle(document.body).backgroundColor,
				Elsewhere: performance.getEntriesByType("resource").map(r => r.name).filter(n => !n.startsWith("file:") && !n.startsWith("data:") && !n.startsWith("blob:")),
				Links: [...document.querySelectorAll("a[href]")].map(a => a.href).filter(h => h.startsWith("file:")),
			})`, &got)
			if got.Wide > got.Window || got.Title == "" || len(got.Elsewhere) > 0 {
				t.Errorf("%s, %s: %d pixels in %d, title %q, asks for %v", path, view, got.Wide, got.Window, got.Title, got.Elsewhere)
			}
			if light := strings.Contains(got.Back, "255, 255, 255"); light == view.Dark {
				t.Errorf("%s, %s: its ground is %s", path, view, got.Back)
			}
			for _, link := range got.Links {
				file, _, _ := strings.Cut(strings.TrimPrefix(link, "file://"), "#")
				if info, err := os.Stat(file); err != nil || info.IsDir() {
					t.Errorf("%s: the link %s leads to nothing", path, link)
				}
			}
			name := strings.TrimSuffix(strings.ReplaceAll(path, string(filepath.Separator), "-"), ".html")
			page.Eval(`localStorage.clear() ?? true`, new(bool)) // the theme remembers whether it was light or dark
			browser.Keep(t, fmt.Sprintf("%s-%s.png", name, view), page.Screenshot(3000))
		}
		return nil
	})
	if err != nil || seen < 20 {
		t.Errorf("%d pages, %v", seen, err)
	}
}
