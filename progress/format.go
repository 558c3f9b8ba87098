package progress

import (
	"fmt"
	"strconv"
	"time"

	"github.com/mattn/go-runewidth"

	"github.com/gyrodata/gyro"
)

// percent is how far a job is by the planner's estimate; it stays below 100 until the job
// has ended, however wrong the estimate was.
func percent(e gyro.Event) int {
	switch {
	case e.Type == gyro.Finished, e.Type == gyro.Staged:
		return 100
	case e.Estimate <= 0:
		return 0
	}
	return int(min(99, 100*e.Rows/e.Estimate))
}

// remaining is the time that the rest takes at the rate so far, or 0 where nobody knows.
func remaining(e gyro.Event) time.Duration {
	if e.Rows <= 0 || e.Rows >= e.Estimate {
		return 0
	}
	return time.Duration(float64(e.Elapsed) * float64(e.Estimate-e.Rows) / float64(e.Rows))
}

// perSecond divides by the time that has passed.
func perSecond(n int64, elapsed time.Duration) float64 {
	if elapsed <= 0 {
		return 0
	}
	return float64(n) / elapsed.Seconds()
}

// short writes a number in four or five characters: 950, 12.3k, 4.56M.
func short(n float64) string {
	for _, unit := range []string{"", "k", "M", "G", "T"} {
		if n < 999.5 || unit == "T" {
			digits := 0
			switch {
			case unit == "" || n >= 99.95:
			case n >= 9.995:
				digits = 1
			default:
				digits = 2
			}
			return strconv.FormatFloat(n, 'f', digits, 64) + unit
		}
		n /= 1000
	}
	return ""
}

// thousands writes a number with a comma between thousands: 1,234,567.
func thousands(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// clock writes a duration as 0:07, 12:34 or 1:02:03.
func clock(d time.Duration) string {
	s := int(d.Round(time.Second).Seconds())
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// texts is what stands behind the bar of a job, from the longest to what matters most.
func texts(e gyro.Event) []string {
	switch e.Type {
	case gyro.Planned:
		return []string{fmt.Sprintf("~%s rows", short(float64(e.Estimate)))}
	case gyro.Finished:
		rows := short(float64(e.Rows)) + " rows"
		return []string{
			fmt.Sprintf("%s  %sB  %s rows/s  %sB/s  %s", rows, short(float64(e.Bytes)),
				short(perSecond(e.Rows, e.Elapsed)), short(perSecond(e.Bytes, e.Elapsed)), clock(e.Elapsed)),
			fmt.Sprintf("%s  %sB  %s", rows, short(float64(e.Bytes)), clock(e.Elapsed)), rows + "  " + clock(e.Elapsed), clock(e.Elapsed),
		}
	case gyro.Staged:
		return []string{string(e.Stage)}
	case gyro.Started, gyro.Moved, gyro.Ended, gyro.Restarted:
	}
	rows, times := fmt.Sprintf("%s/~%s rows", short(float64(e.Rows)), short(float64(e.Estimate))), clock(e.Elapsed)+"<"+left(e)
	return []string{
		fmt.Sprintf("%s  %s rows/s  %sB/s  %s", rows, short(perSecond(e.Rows, e.Elapsed)), short(perSecond(e.Bytes, e.Elapsed)), times),
		rows + "  " + times, times,
	}
}

// left is the time that the job still takes, or a question mark.
func left(e gyro.Event) string {
	if d := remaining(e); d > 0 {
		return clock(d)
	}
	return "?"
}

// moving describes a job that goes on, in words for a line of its own, from the longest to what matters most.
func moving(e gyro.Event) []string {
	end := ""
	if left := remaining(e); left > 0 {
		end = ", " + clock(left) + " left"
	}
	rows := fmt.Sprintf("%s of ~%s rows (%d%%)", short(float64(e.Rows)), short(float64(e.Estimate)), percent(e))
	return []string{
		fmt.Sprintf("%s, %s rows/s, %sB/s%s", rows, short(perSecond(e.Rows, e.Elapsed)), short(perSecond(e.Bytes, e.Elapsed)), end),
		rows + end, fmt.Sprintf("%d%%%s", percent(e), end),
	}
}

// fitting is the first text that has room, or the last.
func fitting(texts []string, room int) string {
	for _, text := range texts {
		if runewidth.StringWidth(text) <= room {
			return text
		}
	}
	return texts[len(texts)-1]
}

// shortened is a name in so many columns: what is too much is left out of its middle, for tables are told apart by their ends.
func shortened(name string, room int) string {
	width := runewidth.StringWidth(name)
	if width <= room {
		return name
	}
	head := runewidth.Truncate(name, (room-1)/2, "")
	return head + "…" + runewidth.TruncateLeft(name, width-(room-1-runewidth.StringWidth(head)), "")
}

// restarted says that all begins anew.
const restarted = "the server gave up the snapshot: beginning anew on another one"

// finished describes a job that has ended.
func finished(e gyro.Event) string {
	return fmt.Sprintf("%d %s, %sB, %.1f s", e.Rows, rows(e), short(float64(e.Bytes)), e.Elapsed.Seconds())
}

// ended describes a run that has ended.
func ended(e gyro.Event) string {
	return fmt.Sprintf("%s %s, %sB, %.1f s", thousands(e.Rows), rows(e), short(float64(e.Bytes)), e.Elapsed.Seconds())
}

// rows is what there is one or more of.
func rows(e gyro.Event) string {
	if e.Rows == 1 {
		return "row"
	}
	return "rows"
}

// staged describes a load's stage: of a file, or of the whole.
func staged(e gyro.Event) string {
	if e.Model.IsZero() {
		return string(e.Stage)
	}
	return place(e) + model(e) + ": " + string(e.Stage)
}

// place is which of the jobs an event is about.
func place(e gyro.Event) string { return fmt.Sprintf("%d/%d ", e.Job+1, e.Jobs) }

// model is the name of an event's table.
func model(e gyro.Event) string { return Printable(e.Model.String(), "") }
