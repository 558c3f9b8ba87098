// Package browser looks at pages as a person's browser shows them, for tests: how wide, light or dark, where texts stand, and
// what the picture is. It drives a Chromium that is on the machine, by a pipe; nothing listens on a port.
package browser

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// names are the programs that are looked for, in this order; GYRO_TEST_BROWSER names another.
var names = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"}

// Browser is a running one.
type Browser struct {
	tb   testing.TB
	in   io.Writer
	out  *bufio.Reader
	last int
	// patience is when whoever waits for an answer gives up.
	patience *time.Timer
}

// Start starts a browser, which ends with the test. Where there is none on the machine the test is skipped, and says so.
func Start(tb testing.TB) *Browser {
	tb.Helper()
	program := os.Getenv("GYRO_TEST_BROWSER")
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil && program == "" {
			program = path
		}
	}
	if program == "" {
		tb.Skip("no browser is on this machine, so that nobody has looked at the page: apt-get install chromium, or name one in GYRO_TEST_BROWSER")
	}
	toRead, toWrite, err := os.Pipe()
	if err != nil {
		tb.Fatal(err)
	}
	fromRead, fromWrite, err := os.Pipe()
	if err != nil {
		tb.Fatal(err)
	}
	cmd := exec.Command(program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
		"--user-data-dir="+tb.TempDir(), "--remote-debugging-pipe", "about:blank")
	cmd.ExtraFiles = []*os.File{toRead, fromWrite}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	_, _ = toRead.Close(), fromWrite.Close()
	b := &Browser{tb: tb, in: toWrite, out: bufio.NewReaderSize(fromRead, 1<<20)}
	b.patience = time.AfterFunc(2*time.Minute, func() { _ = cmd.Process.Kill() })
	tb.Cleanup(func() {
		b.patience.Stop()
		_ = toWrite.Close() // which ends it
		done := make(chan struct{})
		go func() { defer close(done); _ = cmd.Wait() }()
		select {
		case <-done:
		case <-time.After(10 * time.Second):
			_ = cmd.Process.Kill()
			<-done
		}
		_ = fromRead.Close()
	})
	return b
}

// call sends a command and waits for its answer.
func (b *Browser) call(session, method string, params, answer any) {
	b.tb.Helper()
	b.patience.Reset(2 * time.Minute)
	b.last++
	text, err := json.Marshal(map[string]any{"id": b.last, "method": method, "params": params, "sessionId": session})
	if session == "" {
		text, err = json.Marshal(map[string]any{"id": b.last, "method": method, "params": params})
	}
	if err == nil {
		_, err = b.in.Write(append(text, 0))
	}
	if err != nil {
		b.tb.Fatalf("%s: %v", method, err)
	}
	for {
		text, err := b.out.ReadBytes(0)
		if err != nil {
			b.tb.Fatalf("%s: the browser ended: %v", method, err)
		}
		var said struct {
			ID     int             `json:"id"`
			Error  json.RawMessage `json:"error"`
			Result json.RawMessage `json:"result"`
		}
		if err := json.Unmarshal(bytes.TrimSuffix(text, []byte{0}), &said); err != nil {
			b.tb.Fatalf("%s: %v", method, err)
		}
		if said.ID != b.last {
			continue // an event, or what nobody waits for
		}
		if said.Error != nil {
			b.tb.Fatalf("%s: %s", method, said.Error)
		}
		if answer != nil {
			if err := json.Unmarshal(said.Result, answer); err != nil {
				b.tb.Fatalf("%s: %v", method, err)
			}
		}
		return
	}
}

// View is how a page is looked at.
type View struct {
	Width int
	Dark  bool
}

func (v View) String() string {
	if v.Dark {
		return fmt.Sprintf("%d-dark", v.Width)
	}
	return fmt.Sprintf("%d-light", v.Width)
}

// Views are those that pages have to look well in.
var Views = []View{{400, false}, {400, true}, {1400, false}, {1400, true}}

// Page is a file that is shown.
type Page struct {
	*Browser
	session string
	View    View
}

// Open shows a file, without network.
func (b *Browser) Open(path string, view View) *Page {
	b.tb.Helper()
	path, err := filepath.Abs(path)
	if err != nil {
		b.tb.Fatal(err)
	}
	var target struct{ TargetID string }
	b.call("", "Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	b.call("", "Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	p := &Page{Browser: b, session: attached.SessionID, View: view}
	scheme := "light"
	if view.Dark {
		scheme = "dark"
	}
	b.call(p.session, "Emulation.setDeviceMetricsOverride", map[string]any{"width": view.Width, "height": 900, "deviceScaleFactor": 1, "mobile": false}, nil)
	b.call(p.session, "Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}}}, nil)
	b.call(p.session, "Page.enable", map[string]any{}, nil)
	b.call(p.session, "Page.navigate", map[string]any{"url": "file://" + path}, nil)
	for range 600 {
		var state string
		p.Eval(`location.protocol + document.readyState`, &state)
		if state == "file:complete" {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.tb.Cleanup(func() { b.call("", "Target.closeTarget", map[string]any{"targetId": target.TargetID}, nil) })
	return p
}

// Eval gives the value of an expression in JavaScript; of a promise, what it becomes.
func (p *Page) Eval(expression string, into any) {
	p.tb.Helper()
	var answer struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails json.RawMessage
	}
	p.call(p.session, "Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true, "awaitPromise": true}, &answer)
	if answer.ExceptionDetails != nil {
		p.tb.Fatalf("eval: %s", answer.ExceptionDetails)
	}
	if err := json.Unmarshal(answer.Result.Value, into); err != nil {
		p.tb.Fatalf("eval: %v", err)
	}
}

// Screenshot is the whole page as a PNG, up to so many pixels high; 0: all.
func (p *Page) Screenshot(most int) []byte {
	p.tb.Helper()
	var size struct{ W, H int }
	p.Eval(`(() => { const e = document.documentElement; return {W: Math.ceil(Math.max(innerWidth, e.scrollWidth || 0, e.getBoundingClientRect().width)), H: Math.ceil(Math.max(e.scrollHeight || 0, e.getBoundingClientRect().height))} })()`, &size)
	if most > 0 {
		size.H = min(size.H, most)
	}
	var shot struct{ Data string }
	p.call(p.session, "Page.captureScreenshot", map[string]any{
		"format": "png", "captureBeyondViewport": true,
		"clip": map[string]any{"x": 0, "y": 0, "width": size.W, "height": size.H, "scale": 1},
	}, &shot)
	return p.decode(shot.Data)
}

// Print is the page on paper, as a PDF.
func (p *Page) Print() []byte {
	p.tb.Helper()
	var printed struct{ Data string }
	p.call(p.session, "Page.printToPDF", map[string]any{"paperWidth": 8.27, "paperHeight": 11.69}, &printed)
	return p.decode(printed.Data)
}

func (p *Page) decode(data string) []byte {
	p.tb.Helper()
	content, err := base64.StdEncoding.DecodeString(data)
	if err != nil {
		p.tb.Fatal(err)
	}
	return content
}
