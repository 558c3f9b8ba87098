package picture

import (
	"math"
	"strconv"
	"strings"
	"unicode"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/schema"
)

// cells is how wide a text is, in widths of a letter of a font whose letters are all as wide: whatever is neither Latin, Greek
// nor Cyrillic may come from another font, and counts twice.
func cells(text string) int {
	n := 0
	for _, r := range text {
		n += cell(r)
	}
	return n
}

func cell(r rune) int {
	switch {
	case unicode.Is(unicode.Mn, r):
		return 1 // on a letter, mostly; where not, it has room
	case r < 0x250, unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic), strings.ContainsRune("…→≈–·", r):
		return 1
	}
	return 2
}

// plain is another's text as a picture may hold it: what is no sign is written as the sign for that.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, text)
}

// short is a text in so many cells; where it is too long its middle is left out, for names of tables begin and end in what
// tells them apart.
func short(text string, most int) string {
	text = plain(text)
	if cells(text) <= most {
		return text
	}
	runes := []rune(text)
	head, tail, room := 0, len(runes), most-1
	for n := 0; ; n++ {
		if n%3 < 2 {
			room -= cell(runes[head])
			head++
		} else {
			tail--
			room -= cell(runes[tail])
		}
		if room < 0 {
			if n%3 < 2 {
				head--
			} else {
				tail++
			}
			return string(runes[:head]) + "…" + string(runes[tail:])
		}
	}
}

// mostCells is how long a name in a box may be.
const mostCells = 34

// rows says how many rows of a table are taken.
func (g *Graph) rows(t Table) string {
	about := func(n int64, estimate bool) string {
		if estimate {
			return "≈" + compact(n)
		}
		return compact(n)
	}
	there := about(t.There, true)
	switch {
	case t.Outside && t.There == Unknown:
		return "not taken"
	case t.Outside:
		return "none of " + there + unit(t.There)
	case t.Taken == Unknown && t.There == Unknown && g.Expected:
		return "some rows" // those that others will include
	case t.Taken == Unknown && g.Expected:
		return "some of " + there + unit(t.There)
	case t.Taken == Unknown && t.There == Unknown:
		return ""
	case t.Taken == Unknown:
		return there + unit(t.There)
	case t.There <= 0 || t.There < t.Taken: // an estimate that is below the truth is none
		return about(t.Taken, g.Expected) + unit(t.Taken)
	}
	return about(t.Taken, g.Expected) + " of " + there + " rows"
}

func unit(n int64) string {
	if n == 1 {
		return " row"
	}
	return " rows"
}

// compact is a number as a picture has room for it: 12,345 or 5.6M.
func compact(n int64) string {
	for _, unit := range []struct {
		of   float64
		sign string
	}{{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if x := float64(n) / unit.of; x >= 1 && n >= 100_000 {
			if x >= 100 {
				return strconv.FormatFloat(math.Floor(x), 'f', 0, 64) + unit.sign
			}
			return strconv.FormatFloat(math.Floor(x*10)/10, 'f', 1, 64) + unit.sign
		}
	}
	return thousands(n)
}

// thousands writes a number as 1,234,567.
func thousands(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// masked says how many columns of a table are.
func masked(t Table) string {
	if t.Masked == 0 {
		return ""
	}
	return strconv.Itoa(t.Masked) + " masked"
}

// becomes says in words what becomes of rows by a reference.
func becomes(missing gyro.Missing) string {
	switch missing {
	case gyro.Restrict:
		return "restricts"
	case gyro.Include:
		return "includes"
	case gyro.SetNull:
		return "set to NULL"
	}
	return "refers"
}

// said is a line in words: "orders (customer_id) → customers: restricts, not enforced".
func (b bundle) said(g *Graph) []string {
	var all []string
	for _, columns := range b.columns {
		text := name(g.Tables[b.from].Name) + " (" + plain(strings.Join(columns, ", ")) + ") → " + name(g.Tables[b.to].Name) + ": " + becomes(b.missing)
		if b.nature != ForeignKey {
			text += ", " + string(b.nature)
		}
		all = append(all, text)
	}
	return all
}

// name is a table's name with nothing left out.
func name(n schema.Name) string { return plain(n.String()) }
