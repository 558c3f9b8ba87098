package browser

import (
	_ "embed"
	"os"
	"path/filepath"
	"testing"
)

//go:embed look.js
var lookJS string

// Faults are what is wrong with a page to look at: texts that overlap, are cut off, stand outside of the window, are too small
// or too pale; boxes of a graph that overlap, texts that leave them; and whatever asks for something from elsewhere.
func (p *Page) Faults(tb testing.TB) []string {
	tb.Helper()
	var seen struct {
		Texts  int
		Faults []string
	}
	p.Eval(lookJS, &seen)
	if seen.Texts == 0 {
		seen.Faults = append(seen.Faults, "there is no text to look at")
	}
	return seen.Faults
}

// Look fails the test for each of the page's faults.
func (p *Page) Look(tb testing.TB) {
	tb.Helper()
	for _, fault := range p.Faults(tb) {
		tb.Errorf("%s: %s", p.View, fault)
	}
}

// Keep writes a picture into the directory that GYRO_TEST_SHOTS names, for a person to look at; else it does nothing.
func Keep(tb testing.TB, name string, picture []byte) {
	tb.Helper()
	dir := os.Getenv("GYRO_TEST_SHOTS")
	if dir == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(dir, name), picture, 0o600); err != nil {
		tb.Error(err)
	}
}
