package progress_test

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mattn/go-runewidth"
	"golang.org/x/sys/unix"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/progress"
	"github.com/gyrodata/gyro/schema"
)

// terminal is a pseudo terminal; drawn waits until a text stands in what was written to it, and screen closes it and gives
// all.
func terminal(t *testing.T) (tty *os.File, drawn func(text string), screen func() string) {
	t.Helper()
	return terminalOf(t, 24, 110)
}

// terminalOf is one of that size.
func terminalOf(t *testing.T, rows, columns uint16) (tty *os.File, drawn func(text string), screen func() string) {
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
	var (
		mu  sync.Mutex
		all []byte
		end = make(chan struct{})
	)
	go func() {
		defer close(end)
		piece := make([]byte, 4096)
		for {
			n, err := master.Read(piece) // ends with an error when nobody has the terminal open
			mu.Lock()
			all = append(all, piece[:n]...)
			mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	drawn = func(text string) {
		for range 500 {
			mu.Lock()
			there := strings.Contains(escape.ReplaceAllString(string(all), ""), text)
			mu.Unlock()
			if there {
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
	return tty, drawn, func() string {
		if err := tty.Close(); err != nil {
			t.Fatal(err)
		}
		<-end
		return string(all)
	}
}

// escape is what moves the cursor.
var escape = regexp.MustCompile("\x1b\\[[0-9;?]*[A-Za-z]")

// On a terminal each job has a bar from the beginning on; at the end all stand there whole.
func TestBars(t *testing.T) {
	t.Parallel()
	tty, drawn, screen := terminal(t)
	p, err := progress.New("auto", tty, env("TERM=xterm"))
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range run() {
		p.Event(e)
		switch {
		case i == 1:
			drawn("~2.00M rows")
		case e.Type == gyro.Moved && e.Elapsed == 10*time.Second:
			drawn("0:10<0:10")
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
	tty, _, screen := terminal(t)
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
	tty, _, screen := terminal(t)
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

// A terminal that can't move its cursor gets lines, and so does one that does not say how large it is; a notebook's gets one line.
func TestNoBars(t *testing.T) {
	t.Parallel()
	tty, _, screen := terminalOf(t, 0, 0)
	p, err := progress.New("auto", tty, env("TERM=xterm"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range run() {
		p.Event(e)
	}
	p.Close()
	if d := cmp.Diff(strings.ReplaceAll(plain, "\n", "\r\n"), screen()); d != "" {
		t.Errorf("a terminal without a size: -want +got:\n%s", d)
	}
	for variable, want := range map[string]string{"TERM=dumb": strings.ReplaceAll(plain, "\n", "\r\n"), "JPY_PARENT_PID=1": "\r1/2 a: 0 of"} {
		tty, _, screen := terminal(t)
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
		60: "sales.b   50%▕███████       ▏ 1.00M/~2.00M rows  0:10<0:10",
		40: "sales.b   50%▕███   ▏ 0:10<0:10",
	} {
		tty, drawn, screen := terminalOf(t, 24, columns)
		p, err := progress.New("auto", tty, env("TERM=xterm"))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range run() {
			p.Event(e)
			if e.Type == gyro.Moved && e.Elapsed == 10*time.Second {
				drawn("0:10<0:10")
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
	tty, _, screen := terminalOf(t, 10, 40)
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

// Whatever the terminal's size, however many jobs and whatever they are called: nothing is wider than the terminal or higher, bars are as
// wide as each other, no name is lost, and of a job that goes on the time that is left is told.
func TestBarsFit(t *testing.T) {
	t.Parallel()
	up := regexp.MustCompile("\x1b\\[(\\d+)A")
	for _, size := range [][2]uint16{{15, 60}, {24, 80}, {50, 200}, {10, 40}} {
		for _, jobs := range []int{6, 40} {
			for _, name := range []string{"a", "accounts_customer_address", "注文一覧表の明細", strings.Repeat("long_", 12)} {
				t.Run(fmt.Sprintf("%dx%d, %d of %s", size[1], size[0], jobs, name), func(t *testing.T) {
					t.Parallel()
					rows, columns := int(size[0]), int(size[1])
					tty, drawn, screen := terminalOf(t, size[0], size[1])
					p, err := progress.New("auto", tty, env("TERM=xterm"))
					if err != nil {
						t.Fatal(err)
					}
					event := func(kind gyro.EventType, job int, rows int64, elapsed time.Duration) {
						p.Event(gyro.Event{
							Type: kind, Job: job, Jobs: jobs, Model: schema.NewName("", fmt.Sprint(name, job+1)), Estimate: 2_000_000, Rows: rows, Bytes: 100 * rows, Elapsed: elapsed,
						})
					}
					for i := range jobs {
						event(gyro.Planned, i, 0, 0)
					}
					event(gyro.Started, 0, 0, 0)
					event(gyro.Finished, 0, 1_999_999, 9*time.Second)
					event(gyro.Started, 1, 0, 0)
					event(gyro.Moved, 1, 1_000_000, 10*time.Second)
					drawn("50%") // of the second
					p.Close()
					text := screen()
					for _, n := range up.FindAllStringSubmatch(text, -1) {
						if lines, _ := strconv.Atoi(n[1]); lines >= rows {
							t.Errorf("the cursor goes %d lines up, of %d", lines, rows)
						}
					}
					last, bars, left := fmt.Sprint(jobs), map[int]bool{}, false
					for line := range strings.FieldsFuncSeq(escape.ReplaceAllString(text, ""), func(r rune) bool { return r == '\r' || r == '\n' }) {
						if width := runewidth.StringWidth(line); width > columns {
							t.Errorf("%d columns: %q", width, line)
						}
						if _, bar, ok := strings.Cut(line, "▕"); ok {
							bar, _, _ = strings.Cut(bar, "▏")
							bars[runewidth.StringWidth(bar)] = true
						}
						left = left || strings.Contains(line, " 0:10<0:10") || strings.Contains(line, "50%") && strings.HasSuffix(strings.TrimSpace(line), ", 0:10 left")
					}
					crowded := jobs > rows-2
					if len(bars) > 1 || crowded != (len(bars) == 0) || !left || !crowded && !strings.Contains(text, last+" ") {
						t.Errorf("bars of %v, the time left is told: %t\n%s", bars, left, text)
					}
				})
			}
		}
	}
}
