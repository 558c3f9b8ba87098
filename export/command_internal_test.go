package export

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/gyrodata/gyro"
)

// through gives what a program makes of rows: with a header, the seed in the second column.
func through(ctx context.Context, t *testing.T, script string, timeout time.Duration, rows ...string) (string, error) {
	t.Helper()
	var to bytes.Buffer
	command := gyro.Command{Run: []string{"sh", "-c", script}, Reads: []string{"note"}, Timeout: timeout}
	o, err := newOutside(ctx, command, []string{"id", "name", "note"}, "name", &to)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range append([]string{"id,name,note"}, rows...) {
		if _, err = o.Write([]byte(row + "\n")); err != nil {
			break
		}
	}
	err = outsides{o}.close(err)
	return to.String(), err
}

// Values are what the program answers, row for row; NULL is not asked for, and what is empty is not NULL.
func TestOutside(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ script, row, want string }{
		"as it reads":       {`sed -u 's/^seed,note$/value/; s/^\([0-9a-f]*\),\(.*\)$/\1 of \2/'`, "1,abc,it", "1,abc of it,it"},
		"at the end":        {`cat > /dev/null; printf 'value\nx\n'`, "1,abc,it", "1,x,it"},
		"quotes":            {`read -r h; read -r l; printf 'value\n"a ""b"", of\r\ntwo lines"\n'`, "1,abc,it", `1,"a ""b"", of` + "\r\n" + `two lines",it`},
		"NULL":              {`read -r h; read -r l; printf 'value\r\n\r\n'`, "1,abc,it", "1,,it"},
		"empty":             {`read -r h; read -r l; printf 'value\n""\n'`, "1,abc,it", `1,"",it`},
		"no end of line":    {`read -r h; read -r l; printf 'value\nx'`, "1,abc,it", "1,x,it"},
		"NULL stays":        {`cat > /dev/null; echo value`, "1,,it", "1,,it"},
		"nobody asks":       {`cat > /dev/null`, "1,,it", "1,,it"},
		"it sees no secret": {`cat > /dev/null; printf 'value\n%s\n' "${GYRO_MASK_KEY:-none}$(test -n "$PATH" && echo '; a path')"`, "1,a,b", "1,none; a path,b"},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := through(t.Context(), t, c.script, time.Minute, c.row); err != nil || got != "id,name,note\n"+c.want+"\n" {
				t.Errorf("%q, %v; want %q", got, err, c.want)
			}
		})
	}
}

func TestOutsideFails(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ script, want string }{
		"a crash":           {`read -r h; echo secret >&2; exit 3`, "it ended before it had answered all rows"},
		"a late crash":      {`cat > /dev/null; printf 'value\nx\ny\n'; exit 3`, "exit status 3"},
		"too few":           {`cat > /dev/null; printf 'value\nx\n'`, "it ended before it had answered all rows"},
		"too many":          {`cat > /dev/null; printf 'value\nx\ny\nz\n'`, "it answers more rows than it was asked for"},
		"another header":    {`cat > /dev/null; printf 'name\nx\ny\n'`, "a line that says: value"},
		"two values":        {`cat > /dev/null; printf 'value\nx,y\nz\n'`, "not one value as CSV writes it"},
		"an open quote":     {`cat > /dev/null; printf 'value\n"x\ny\n'`, "not one value as CSV writes it"},
		"silence":           {`cat > /dev/null; sleep 60`, "no answer for 300ms"},
		"it reads nothing":  {`sleep 60`, "no answer for 300ms"},
		"children and all":  {`sleep 60 & wait`, "no answer for 300ms"},
		"it ends at once":   {`exit 0`, "it ended before it had answered all rows"},
		"it closes its ear": {`exec <&-; sleep 60`, ""}, // a broken pipe, or silence: what is seen first
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := through(t.Context(), t, c.script, 300*time.Millisecond, "1,abc,it", "2,def,it")
			var failure *gyro.Error
			if !errors.As(err, &failure) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret") {
				t.Errorf("%v; want %s", err, c.want)
			}
		})
	}
	if _, err := newOutside(t.Context(), gyro.Command{Run: []string{"/no/such/program"}}, []string{"a"}, "a", nil); err == nil {
		t.Error("a program that is not there is started")
	}
}

// Many rows go through a program that keeps its answers in a buffer; one that answers at the end alone is told.
func TestOutsideManyRows(t *testing.T) {
	t.Parallel()
	rows := make([]string, waitingRows+50_000)
	for i := range rows {
		rows[i] = fmt.Sprintf("%d,%032x,it", i, i)
	}
	got, err := through(t.Context(), t, `sed 's/^seed,note$/value/; s/,it$//'`, time.Minute, rows...)
	if err != nil || got != "id,name,note\n"+strings.Join(rows, "\n")+"\n" {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	_, err = through(t.Context(), t, `x=$(cat); echo value`, 500*time.Millisecond, rows...)
	if err == nil || !strings.Contains(err.Error(), "does it read all before it answers") {
		t.Error(err)
	}
}

// A cancelled run leaves no program behind.
func TestOutsideCancelled(t *testing.T) {
	t.Parallel()
	mark := fmt.Sprintf("8%d", time.Now().UnixNano()%1_000_000)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(200*time.Millisecond, cancel)
	_, err := through(ctx, t, "sleep "+mark+" & wait", time.Minute, "1,abc,it")
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if out, _ := exec.Command("pgrep", "-f", "sleep "+mark).Output(); len(out) > 0 {
		t.Errorf("it runs on: %s", out)
	}
}
