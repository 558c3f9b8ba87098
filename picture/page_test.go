package picture_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/internal/browser"
	"github.com/gyrodata/gyro/picture"
	"github.com/gyrodata/gyro/schema"
)

// hostilePage has names that something would obey wherever a name can stand, and of each part of a page what it may have.
func hostilePage() picture.Page {
	page := picture.Page{Name: hostile[3], Manifest: driver.Manifest{
		Version: driver.ManifestVersion, Gyro: hostile[4], Server: "PostgreSQL 15 " + hostile[3], Standby: true, Taken: time.Date(2026, 11, 27, 1, 2, 3, 0, time.UTC),
	}}
	for i, name := range hostile {
		if strings.ContainsRune(name, 0) {
			continue // no manifest can have it
		}
		table := schema.NewName("", name).String()
		file := driver.ManifestFile{
			File: name, Table: table, Job: i % 7, Query: i%2 == 0, Whole: i%5 == 0, Follow: i%3 == 0, Rows: int64(i * i * i), Bytes: int64(i * i * 1000),
			Columns: []driver.ManifestColumn{{Name: name, Mask: name}, {Name: "b", Mask: "keep"}, {Name: "c"}},
			References: []driver.ManifestReference{
				{Name: name, Columns: []string{name}, Table: table, ToColumns: []string{name}, Missing: "restrict"},
				{Name: name, Columns: []string{"b"}, Table: schema.NewName("", hostile[0]).String(), ToColumns: []string{name}, Missing: "set null"},
			},
		}
		if i%2 == 1 {
			file.Included = &driver.ManifestKeys{File: name, Rows: int64(i)}
		}
		page.Manifest.Files = append(page.Manifest.Files, file)
		spread := picture.Spread{
			From: schema.NewName("", name), To: schema.NewName(name, "t"), Columns: []string{name, name}, Rows: int64(i) * 1_000_000, Parents: int64(3 * i), Childless: int64(i), Most: int64(i * i),
			Counts: []picture.SpreadCount{{1, 1, int64(i)}, {2, 2, 0}, {3, 4, int64(i * 1_000_000)}, {1_048_577, 2_097_152, 1}},
		}
		if i%4 == 3 {
			spread.NotCounted = name
		}
		page.Spreads = append(page.Spreads, spread)
		page.Proof.NotProvable = append(page.Proof.NotProvable, name)
		page.Proof.Problems = append(page.Proof.Problems, name)
	}
	return page
}

// A page of names that nobody should have, one of nothing, and one that is not proved are pages like others.
func TestPage(t *testing.T) {
	t.Parallel()
	bare := picture.Page{Name: "bare", Manifest: driver.Manifest{Version: driver.ManifestVersion, Server: "PostgreSQL 15"}}
	unproved := hostilePage()
	unproved.NoSpread, unproved.Spreads = "Not counted: the slice is not proved.", nil
	proved := hostilePage()
	proved.Proof = picture.Proof{Keys: 12, References: 34}
	b := browser.Start(t)
	for name, page := range map[string]picture.Page{"hostile": hostilePage(), "bare": bare, "unproved": unproved, "proved": proved} {
		html := written(t, page.HTML)
		path := filepath.Join(t.TempDir(), name+".html")
		if err := os.WriteFile(path, []byte(html), 0o600); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(html, "<script") || strings.Contains(html, "<img") || strings.Contains(html, "ZgotmplZ") {
			t.Errorf("%s: a name is obeyed, or could not be written", name)
		}
		for _, view := range browser.Views {
			p := b.Open(path, view)
			p.Look(t)
			browser.Keep(t, "page-"+name+"-"+view.String()+".png", p.Screenshot(6000))
			var words string
			if p.Eval(`document.body.innerText`, &words); name == "proved" && !strings.Contains(words, `Proved from the files alone`) || name == "unproved" && !strings.Contains(words, "The slice is not proved.") {
				t.Errorf("%s, %s: it does not say what was proved", name, view)
			}
		}
		if t.Failed() {
			t.Fatalf("of %s", name)
		}
	}
}
