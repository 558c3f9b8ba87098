package mask

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/schema"
)

// utcDate is the day of a value, in UTC.
func utcDate(value string, s *shape) string {
	if s.kind == timestamptz {
		return "(pg_catalog.timezone('UTC', " + value + "))::pg_catalog.date"
	}
	return "(" + value + ")::pg_catalog.date"
}

// dateAs is midnight of a day, in UTC, as the column's kind has it.
func dateAs(day string, s *shape) string {
	if s.kind == timestamptz {
		return "pg_catalog.timezone('UTC', (" + day + ")::timestamp without time zone)"
	}
	return day
}

// finiteDate leaves the infinities alone.
func finiteDate(value, expr string, c schema.Column) string {
	return "CASE WHEN pg_catalog.isfinite(" + value + ") THEN " + cast(expr, c) + " ELSE (" + value + ")::" + c.SizedType() + " END"
}

// dateUnits are what a date, and a time as well, is truncated to.
var (
	dateUnits = []string{"day", "week", "month", "quarter", "year", "decade", "century"}
	timeUnits = append([]string{"second", "minute", "hour"}, dateUnits...)
)

// TruncateDate writes the beginning of the unit that a date or timestamp lies in, in UTC: second, minute, hour, day, week,
// month, quarter, year, decade, century.
func TruncateDate(unit string) gyro.Mask { return truncateDate(unit).mask() }

func truncateDate(unit string) recipe {
	name := fmt.Sprintf("truncate_date(%s)", unit)
	if !slices.Contains(timeUnits, unit) {
		return failed(name, gyro.Textf("the unit is to be one of %s", strings.Join(timeUnits, ", ")))
	}
	return recipe{
		name: name, kinds: date | stamps,
		fits: func(_ schema.Column, s *shape) string {
			if s.kind == date && !slices.Contains(dateUnits, unit) {
				return name + ": a date has no such part"
			}
			return ""
		},
		sql: func(value string, c schema.Column, s *shape) string {
			local := "(" + value + ")::timestamp without time zone"
			if s.kind == timestamptz {
				local = "pg_catalog.timezone('UTC', " + value + ")"
			}
			return finiteDate(value, dateAs("pg_catalog.date_trunc("+schema.QuoteLiteral(unit)+", "+local+")", s), c)
		},
	}
}

// ShiftDate moves dates and timestamps by a number of days, from 1 to days, forth or back, which is drawn by the value of the
// column that names the subject: what belongs to one subject keeps its order and distances, if all its columns are moved
// by as many days. subject "" moves all rows alike.
func ShiftDate(days int, subject string) gyro.Mask { return shiftDate(days, subject).mask() }

func shiftDate(days int, subject string) recipe {
	name := fmt.Sprintf("shift_date(%d)", days)
	if subject != "" {
		name = fmt.Sprintf("shift_date(%d, %q)", days, subject)
	}
	if days < 1 || days > 1_000_000 {
		return failed(name, gyro.Text("the days are to be from 1 to a million"))
	}
	return recipe{
		name: name, kinds: date | stamps,
		sql: func(value string, c schema.Column, s *shape) string {
			by := "''"
			if subject != "" { // NULL is a subject too
				by = "coalesce((" + beside(value, c.Name, subject) + ")::pg_catalog.text, '')"
			}
			drawn := own("({bits} % {both})::integer", "bits", bitsOf(digestOf("shift", by), 48), "both", strconv.Itoa(2*days))
			n := own("(SELECT CASE WHEN made.n < {days} THEN made.n - {days} ELSE made.n - {before} END FROM (SELECT {drawn} AS n OFFSET 0) AS made)",
				"drawn", drawn, "days", strconv.Itoa(days), "before", strconv.Itoa(days-1))
			if s.kind == date {
				return cast(own("({value}) + {n}", "value", value, "n", n), c)
			}
			return cast(own("({value}) + pg_catalog.make_interval(0, 0, 0, {n})", "value", value, "n", n), c)
		},
	}
}

// beside is another column of the row whose column value is.
func beside(value, column, other string) string {
	if qualifier, ok := strings.CutSuffix(value, schema.QuoteName(column)); ok {
		return qualifier + schema.QuoteName(other)
	}
	return schema.QuoteName(other)
}
