package browser_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gyrodata/gyro/internal/browser"
)

// Each fault is seen, and a page without any has none: who looks for faults has to be able to find them.
func TestFaults(t *testing.T) {
	t.Parallel()
	const graph = `<svg class="gyro-picture" width="200" height="100" viewBox="0 0 200 100" style="background:#fff"><rect class="paper" width="200" height="100" fill="#fff"/>`
	b := browser.Start(t)
	for name, c := range map[string]struct{ body, want string }{
		"good":               {`<p>one</p><p>two</p>` + graph + `<g class="table"><rect x="5" y="5" width="80" height="30" fill="#fff"/><text x="10" y="25">box</text></g></svg>`, ""},
		"nothing":            {``, "no text"},
		"overlap":            {`<p style="position:absolute;top:9px">first</p><p style="position:absolute;top:12px">second</p>`, `"first" and "second" overlap`},
		"wide":               {`<p style="width:2000px">wide</p>`, "the page is"},
		"outside":            {`<p style="position:absolute;left:-30px">outside</p>`, "stands outside of the window"},
		"cut":                {`<p style="overflow:hidden;width:40px;white-space:nowrap">this is cut off</p>`, "is cut off"},
		"pale":               {`<p style="color:#aaa">pale</p>`, "contrast 2.32"},
		"dark on dark":       {`<div style="background:#222"><p style="color:#444">dark</p></div>`, "contrast"},
		"small":              {`<p style="font-size:7px">small</p>`, "letters of 7px"},
		"script":             {`<p>one</p><script>1</script>`, "<SCRIPT> asks for something"},
		"image":              {`<p>one</p><img src="nothing.png">`, "<IMG> asks for something"},
		"boxes":              {graph + `<g class="table"><rect x="5" y="5" width="80" height="30" fill="#fff"/><text x="10" y="25">a</text></g><g class="table"><rect x="80" y="20" width="80" height="30" fill="#fff"/><text x="90" y="40">b</text></g></svg>`, `boxes "a" and "b" overlap`},
		"label":              {graph + `<g class="table"><rect x="5" y="5" width="20" height="30" fill="#fff"/><text x="10" y="25">leaves</text></g></svg>`, `"leaves" leaves its box`},
		"pale in a box":      {graph + `<g class="table"><rect x="5" y="5" width="80" height="30" fill="#333"/><text x="10" y="25">box</text></g></svg>`, "contrast"},
		"out of the picture": {graph + `<text x="190" y="50">far too far</text></svg>`, "leaves the picture"},
	} {
		path := filepath.Join(t.TempDir(), "page.html")
		page := `<!DOCTYPE html><html><head><meta charset="utf-8"><title>x</title></head><body style="background:#fff;color:#000">` + c.body + `</body></html>`
		if err := os.WriteFile(path, []byte(page), 0o600); err != nil {
			t.Fatal(err)
		}
		faults := strings.Join(b.Open(path, browser.Views[0]).Faults(t), "\n")
		if c.want == "" && faults != "" || !strings.Contains(faults, c.want) {
			t.Errorf("%s: wanted %q, got:\n%s", name, c.want, faults)
		}
	}
}

// Width, light and dark are what was asked for.
func TestViews(t *testing.T) {
	t.Parallel()
	b := browser.Start(t)
	path := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(path, []byte("<!DOCTYPE html><p>text"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, view := range browser.Views {
		var got struct {
			Width int
			Dark  bool
		}
		p := b.Open(path, view)
		p.Eval(`({Width: innerWidth, Dark: matchMedia("(prefers-color-scheme: dark)").matches})`, &got)
		if got.Width != view.Width || got.Dark != view.Dark {
			t.Errorf("%v: got %+v", view, got)
		}
		if png := p.Screenshot(0); !strings.HasPrefix(string(png), "\x89PNG") {
			t.Errorf("%v: no picture", view)
		}
	}
}
