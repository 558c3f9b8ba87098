package mask

import (
	"fmt"
	"time"

	"github.com/gyrodata/gyro"
)

// Dates do not hang on the day of the run: the same row has the same one tomorrow.

const day = 24 * 60 * 60

var (
	firstDay, lastDay     = moment(2000, 1, 1), moment(2024, 12, 31)
	firstBirth, lastBirth = moment(1940, 1, 1), moment(2005, 12, 31)
)

func moment(year, month, day int) time.Time {
	return time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
}

// Date writes a day between two, which are within; without them from 2000 to 2024. In a timestamp it is midnight, UTC.
func Date(between ...time.Time) gyro.Mask {
	from, to := bounds(between, firstDay, lastDay)
	return days("date", from, to).mask()
}

// Birthdate writes the day of birth of somebody who is grown up: from 1940 to 2005.
func Birthdate() gyro.Mask { return days("birthdate", firstBirth, lastBirth).mask() }

// Datetime writes a second between two days, which are within; without them from 2000 to 2024. UTC.
func Datetime(between ...time.Time) gyro.Mask {
	from, to := bounds(between, firstDay, lastDay)
	return seconds("datetime", from, to).mask()
}

func bounds(between []time.Time, from, to time.Time) (low, high time.Time) {
	if len(between) > 0 {
		from = between[0]
	}
	if len(between) > 1 {
		to = between[1]
	}
	return from, to
}

func days(name string, from, to time.Time) recipe {
	first, last := from.Unix()/day, to.Unix()/day
	if from.UTC().Year() < 1 || to.UTC().Year() > 9999 || last < first {
		return failed(name, gyro.Text("the first day is to be before the last, and both from the year 1 to 9999"))
	}
	if from.Unix()%day < 0 { // days before 1970 end at midnight too
		first--
	}
	if to.Unix()%day < 0 {
		last--
	}
	if (from != firstDay || to != lastDay) && name == "date" {
		name = fmt.Sprintf("date(%s, %s)", from.Format(time.DateOnly), to.Format(time.DateOnly))
	}
	return recipe{name: name, kinds: texts | date | stamps, least: 10, longest: 10, draw: func(text []byte, d draw) []byte {
		die := d.own()
		n := first + int64(die.below(int(last-first+1)))
		text = appendDay(text, n)
		switch d.shape.kind {
		case timestamp:
			return append(text, " 00:00:00"...)
		case timestamptz:
			return append(text, " 00:00:00+00"...)
		}
		return text
	}}
}

func seconds(name string, from, to time.Time) recipe {
	r := days("date", from, to)
	if r.err != nil {
		return failed(name, r.err)
	}
	if from != firstDay || to != lastDay {
		name = fmt.Sprintf("%s(%s, %s)", name, from.Format(time.DateOnly), to.Format(time.DateOnly))
	}
	first, last := from.Unix(), to.Unix()+day-1
	return recipe{name: name, kinds: texts | stamps, least: 19, longest: 19, draw: func(text []byte, d draw) []byte {
		die := d.own()
		n := first + int64(die.below(int(last-first+1)))
		second := ((n % day) + day) % day
		text = append(appendDay(text, (n-second)/day), ' ')
		text = appendClock(text, int(second))
		if d.shape.kind == timestamptz {
			text = append(text, "+00"...)
		}
		return text
	}}
}

// appendDay writes a day, counted from 1970-01-01.
func appendDay(text []byte, n int64) []byte {
	year, month, monthDay := time.Unix(n*day, 0).UTC().Date()
	text = appendDigits(text, uint64(year), 4) //nolint:gosec // from 1 to 9999
	text = appendDigits(append(text, '-'), uint64(month), 2)
	return appendDigits(append(text, '-'), uint64(monthDay), 2) //nolint:gosec // from 1 to 31
}

func appendClock(text []byte, second int) []byte {
	text = appendDigits(text, uint64(second/3600), 2) //nolint:gosec // of a day
	text = appendDigits(append(text, ':'), uint64(second/60%60), 2)
	return appendDigits(append(text, ':'), uint64(second%60), 2)
}

// Time writes a time of the day.
func Time() gyro.Mask { return clock().mask() }

func clock() recipe {
	return recipe{name: "time", kinds: texts | timeofday | timetz, least: 8, longest: 8, draw: func(text []byte, d draw) []byte {
		die := d.own()
		text = appendClock(text, die.below(day))
		if d.shape.kind == timetz {
			text = append(text, "+00"...)
		}
		return text
	}}
}

// Year writes a year from 1970 to 2024.
func Year() gyro.Mask { return whole("year", 1970, 2024).mask() }

// Month writes a month's name.
func Month() gyro.Mask { return tabled("month", months).mask() }

// Weekday writes the name of a day.
func Weekday() gyro.Mask { return tabled("weekday", weekdays).mask() }

var months, weekdays = func() (m, w []string) {
	for i := range 12 {
		m = append(m, time.Month(i+1).String())
	}
	for i := range 7 {
		w = append(w, time.Weekday(i).String())
	}
	return m, w
}()
