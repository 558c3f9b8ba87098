package mask

import (
	"fmt"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/schema"
)

// Round writes a number rounded to a multiple of a step.
func Round(step float64) gyro.Mask { return round(step).mask() }

func round(step float64) recipe {
	name := fmt.Sprintf("round(%s)", decimalText(step))
	if !(step > 0) || step > 1e18 {
		return failed(name, gyro.Text("the step is to be above 0, and below 10^18"))
	}
	by := decimalText(step)
	return recipe{
		name: name, kinds: numbers,
		sql: func(value string, c schema.Column, s *shape) string {
			return s.finite(value, s.between(own("(pg_catalog.round(({value})::numeric / {by}::numeric) * {by}::numeric)", "value", value, "by", by), by), c)
		},
	}
}

// Range writes the lower bound of the range that a number or a day lies in: ranges are a step wide, of days so many days,
// counted from 0 and from 2000-01-01.
func Range(step float64) gyro.Mask { return ranged(step).mask() }

func ranged(step float64) recipe {
	name := fmt.Sprintf("range(%s)", decimalText(step))
	if !(step > 0) || step > 1e18 {
		return failed(name, gyro.Text("the step is to be above 0, and below 10^18"))
	}
	by := decimalText(step)
	lower := func(n string) string {
		return own("(SELECT (made.n - made.rest) - (CASE WHEN made.rest < 0 THEN {by}::numeric ELSE 0 END) FROM (SELECT whole.n, pg_catalog.mod(whole.n, {by}::numeric) AS rest FROM (SELECT ({n})::numeric AS n OFFSET 0) AS whole) AS made)",
			"by", by, "n", n)
	}
	return recipe{
		name: name, kinds: numbers | date | stamps,
		fits: func(_ schema.Column, s *shape) string {
			if s.kind&numbers == 0 && (step != float64(int(step)) || step > 1e6) {
				return name + ": days are whole, and at most a million"
			}
			return ""
		},
		sql: func(value string, c schema.Column, s *shape) string {
			if s.kind&numbers != 0 {
				return s.finite(value, s.between(lower(value), by), c)
			}
			// No range begins before the first day of PostgreSQL's calendar, 2451545 days before 2000-01-01.
			days := own("('2000-01-01'::pg_catalog.date + greatest({lower}, -2451545)::integer)", "lower", lower(own("({day} - '2000-01-01'::pg_catalog.date)", "day", utcDate(value, s))))
			return finiteDate(value, dateAs(days, s), c)
		},
	}
}

// Noise writes a number that is at most so many percent above or below, drawn by the number, and rounded as the column is. Small
// whole numbers may stay as they are, and 0 does.
func Noise(percent float64) gyro.Mask { return noise(percent).mask() }

func noise(percent float64) recipe {
	name := fmt.Sprintf("noise(%s)", decimalText(percent))
	if !(percent > 0) || percent > 100 {
		return failed(name, gyro.Text("the percentage is to be above 0, and at most 100"))
	}
	return recipe{
		name: name, kinds: numbers,
		sql: func(value string, c schema.Column, s *shape) string {
			scale := "0"
			if s.kind == numeric {
				scale = own("pg_catalog.scale(({value})::numeric)", "value", value)
			} else if s.kind&integers == 0 {
				scale = own("pg_catalog.scale(({value})::numeric) + 3", "value", value)
			}
			// From -1 to 1, by 48 bits.
			die := own("(({bits}::numeric / 140737488355327.5) - 1)", "bits", bitsOf(digestOf("noise", value), 48))
			return s.finite(value, s.between(own("pg_catalog.trunc(({value})::numeric + (({value})::numeric * ({die} * ({percent}::numeric / 100))), {scale})",
				"value", value, "die", die, "percent", decimalText(percent), "scale", scale), ""), c)
		},
	}
}
