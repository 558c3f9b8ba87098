package progress_test

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/progress"
	"github.com/gyrodata/gyro/schema"
)

// terminal is a pseudo terminal; screen gives all that was written to it, once it is
// closed.
func terminal(t *testing.T) (tty *os.File, screen func() string) {
	t.Helper()
	return terminalOf(t, 24, 110)
}

// terminalOf is one of that size.
func terminalOf(t *testing.T, rows, columns uint16) (tty *os.File, screen func() string) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = master.Close() })
	fd := int(master.Fd())
	if err := unix.SetNonblock(fd, true); err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: rows, Col: columns}); err != nil {
		t.Fatal(err)
	}
	tty, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	text := make(chan string, 1)
	go func() {
		all, _ := io.ReadAll(master) // ends with an error when nobody has the terminal open
		text <- string(all)
	}()
	return tty, func() string {
		if err := tty.Close(); err != nil {
			t.Fatal(err)
		}
		return <-text
	}
}

// escape is what moves the cursor.
var escape = regexp.MustCompile("\x1b\\[[0-9;?]*[A-Za-z]")

// On a terminal each job has a bar from the beginning on; at the end all stand there whole.
func TestBars(t *testing.T) {
	t.Parallel()
	tty, screen := terminal(t)
	p, err := progress.New("auto", tty, env("TERM=xterm"))
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range run() {
		p.Event(e)
		if i == 1 || e.Type == gyro.Moved && e.Elapsed == 10*time.Second {
			time.Sleep(250 * time.Millisecond) // long enough to be drawn
		}
	}
	p.Close()
	text := escape.ReplaceAllString(screen(), "")
	for _, want := range []string{
		"a          0%▕                      ▏ ~1.00k rows",
		"sales.b    0%▕                      ▏ ~2.00M rows",
		"sales.b   50%▕███████████           ▏ 1.00M/~2.00M rows  100k rows/s  12.3MB/s  0:10<0:10",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in:\n%s", want, text)
		}
	}
	want := "a        100%▕██████████████████████▏ 950 rows  38.0kB  2.38k rows/s  95.0kB/s  0:00\r\n" +
		"sales.b  100%▕██████████████████████▏ 3.60M rows  442MB  100k rows/s  12.3MB/s  0:36\r\n"
	if !strings.HasSuffix(text, want) {
		t.Errorf("the end is not\n%s but:\n%s", want, text)
	}
}

// A copy is two runs, one after the other: the second has bars of its own.
func TestBarsOfCopy(t *testing.T) {
	t.Parallel()
	tty, screen := terminal(t)
	p, err := progress.New("auto", tty, env())
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		for _, e := range run() {
			p.Event(e)
		}
	}
	p.Close()
	text := escape.ReplaceAllString(screen(), "")
	end := text[strings.LastIndex(text, "a        100%"):]
	if before := strings.TrimSuffix(text, end); strings.Count(end, "sales.b  100%") != 1 || strings.Count(before, "a        100%") < 1 {
		t.Errorf("got:\n%s", text)
	}
}

// A run that failed leaves its bars as they were, and does not wait for their end.
func TestBarsBroken(t *testing.T) {
	t.Parallel()
	tty, screen := terminal(t)
	p, err := progress.New("auto", tty, env())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range run()[:10] {
		p.Event(e)
	}
	p.Close()
	text := escape.ReplaceAllString(screen(), "")
	if !strings.Contains(text, "sales.b   50%▕") || strings.Contains(text, "sales.b  100%") {
		t.Errorf("got:\n%s", text)
	}
}

// A terminal that can't move its cursor gets lines; so does a notebook's.
func TestNoBars(t *testing.T) {
	t.Parallel()
	for variable, want := range map[string]string{"TERM=dumb": strings.ReplaceAll(plain, "\n", "\r\n"), "JPY_PARENT_PID=1": "\r1/2 a: 0 of"} {
		tty, screen := terminal(t)
		p, err := progress.New("auto", tty, env(variable))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range run() {
			p.Event(e)
		}
		p.Close()
		if text := screen(); !strings.HasPrefix(text, want) {
			t.Errorf("%s: got:\n%s", variable, text)
		}
	}
}

// On a narrow terminal what matters most is shown, the time that is left; nothing is cut off.
func TestBarsNarrow(t *testing.T) {
	t.Parallel()
	for columns, want := range map[uint16]string{
		78: "sales.b   50%▕███████████           ▏ 1.00M/~2.00M rows  0:10<0:10",
		60: "sales.b   50%▕███████████           ▏ 0:10<0:10",
	} {
		tty, screen := terminalOf(t, 24, columns)
		p, err := progress.New("auto", tty, env("TERM=xterm"))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range run() {
			p.Event(e)
			if e.Type == gyro.Moved && e.Elapsed == 10*time.Second {
				time.Sleep(250 * time.Millisecond)
			}
		}
		p.Close()
		if text := escape.ReplaceAllString(screen(), ""); !strings.Contains(text, want+"\r\n") {
			t.Errorf("%d columns: %q is not in:\n%s", columns, want, text)
		}
	}
}

// Where there are more jobs than the terminal has lines, one line tells how far the run is: bars would scroll.
func TestBarsCrowded(t *testing.T) {
	t.Parallel()
	tty, screen := terminalOf(t, 10, 40)
	p, err := progress.New("auto", tty, env("TERM=xterm"))
	if err != nil {
		t.Fatal(err)
	}
	const jobs = 9
	for i := range jobs {
		p.Event(gyro.Event{Type: gyro.Planned, Job: i, Jobs: jobs, Model: schema.Name{Schema: "public", Table: "a"}, Estimate: 10})
	}
	for i := range jobs {
		p.Event(gyro.Event{Type: gyro.Started, Job: i, Jobs: jobs, Model: schema.Name{Schema: "public", Table: "a"}, Estimate: 10})
		p.Event(gyro.Event{Type: gyro.Finished, Job: i, Jobs: jobs, Model: schema.Name{Schema: "public", Table: "a"}, Rows: 10, Bytes: 100, Elapsed: time.Second})
	}
	p.Event(gyro.Event{Type: gyro.Ended, Jobs: jobs, Rows: 10})
	p.Close()
	text := screen()
	if strings.Contains(text, "\x1b[") || strings.Count(text, "\n") != 1 || !strings.Contains(text, "9/9 a: ") || !strings.Contains(text, "\r10 rows, ") {
		t.Errorf("got:\n%q", text)
	}
	for line := range strings.SplitSeq(strings.ReplaceAll(text, "\r", "\n"), "\n") {
		if len(line) > 40 {
			t.Errorf("a line is longer than the terminal is wide: %q", line)
		}
	}
}
