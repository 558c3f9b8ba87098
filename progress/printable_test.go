package progress_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/gyrodata/gyro/progress"
)

func TestPrintable(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Straße 中 🙂\n\t": "Straße 中 🙂\n\t", "a\x1b[31mb": `a\u001b[31mb`, "a\rb": `a\u000db`, "\u009b2J": `\u009b2J`, "\x9b2J": `\x9b2J`, "x\u202ey": `x\u202ey`, "\u2028": `\u2028`, "\x7f\x00": `\u007f\u0000`, "\uFFFD": "\uFFFD",
	} {
		if got := progress.Printable(text, "\n\t"); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) })).Draw(t, "text")
		got := progress.Printable(text, "\n")
		obeyed := func(r rune) bool { return r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) }
		if !utf8.ValidString(got) || strings.ContainsFunc(got, obeyed) || utf8.ValidString(text) && !strings.ContainsFunc(text, obeyed) && !strings.ContainsAny(text, "\u2028\u2029") && got != text {
			t.Errorf("%q becomes %q", text, got)
		}
	})
}
