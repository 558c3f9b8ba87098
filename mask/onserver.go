package mask

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/schema"
)

// Keep writes the clear value: somebody has looked at the column.
func Keep() gyro.Mask { return keep().mask() }

func keep() recipe {
	return recipe{name: "keep", kinds: anything, bits: func(*shape) int { return 64 }}
}

// Null writes NULL.
func Null() gyro.Mask {
	m := null().mask()
	m.Null = true
	return m
}

func null() recipe {
	return recipe{
		name: "null", kinds: anything,
		fits: func(c schema.Column, _ *shape) string {
			if c.NotNull {
				return "null: the column is NOT NULL"
			}
			return ""
		},
		sql: func(_ string, c schema.Column, _ *shape) string { return "NULL::" + c.SizedType() },
	}
}

// Constant writes the same text in every row that is not NULL, as a value of the column's type.
func Constant(value string) gyro.Mask { return constant(value).mask() }

func constant(value string) recipe {
	return recipe{
		name: "constant", kinds: anything,
		fits: func(c schema.Column, s *shape) string { return holds("constant", value, c, s) },
		sql: func(v string, c schema.Column, _ *shape) string {
			return unlessNull(v, schema.QuoteLiteral(value)+"::"+c.SizedType())
		},
	}
}

// holds says why a column can't hold a value, as far as that is known.
func holds(name, value string, c schema.Column, s *shape) string {
	if strings.ContainsRune(value, 0) {
		return name + ": a text of PostgreSQL holds no NUL"
	}
	if s.long([]byte(value), 0) {
		return fmt.Sprintf("%s: a value is longer than the column's %d characters", name, s.length)
	}
	if values := c.Values(); c.Enum && !values([]byte(value)) {
		return name + ": a value is no label of the column's type"
	}
	return ""
}

// Expr writes what an expression of SQL gives, which may name any column of the row. Whether clear values leave the server is
// up to it.
func Expr(sql string) gyro.Mask { return expr(sql).mask() }

func expr(sql string) recipe {
	if strings.TrimSpace(sql) == "" {
		return failed("expr", gyro.Text("there is no expression"))
	}
	return recipe{name: "expr", kinds: anything, expr: sql}
}

// Hash writes HMAC-SHA256 of the value by the run's key, in hexadecimal digits, as many as the column has room for; in a bytea
// its 32 bytes, in a uuid the first 16. Equal values have equal hashes, in all columns.
func Hash() gyro.Mask { return hash().mask() }

func hash() recipe {
	return recipe{
		name: "hash", kinds: texts | bytea | uuid, least: 16,
		sql: func(value string, c schema.Column, s *shape) string {
			d := digest(asText(value))
			switch s.kind {
			case bytea:
				return unlessNull(value, cast(d, c))
			case uuid:
				return unlessNull(value, cast("pg_catalog.substr(pg_catalog.encode("+d+", 'hex'), 1, 32)", c))
			}
			return unlessNull(value, cast("pg_catalog.encode("+d+", 'hex')", c))
		},
		bits: func(s *shape) int { // 128 bits of a digest: no two of 10 million values meet, once in 10^24 tries
			if s.kind&texts != 0 && s.length > 0 && s.length < 32 {
				return 0
			}
			return 64
		},
	}
}

// tokenBits are how many bits a sign of a format has room for.
var tokenBits = map[byte]float64{'#': 3.32, '?': 4.7, '*': 5}

// Token writes another value of the same kind, by the run's key. Of whole numbers it is a permutation of the type's (negative
// ones among themselves), so that keys stay unique, and references still join where both sides have it. Of a uuid it is
// another, of 128 bits of a digest. Of a text it is the format with each # a digit, each ? a small letter, each * a
// digit or small letter, drawn by the value: "tok_****************"; with 26 * or more, values that differ stay so. "" is
// "tok_" and 26 *.
func Token(format string) gyro.Mask { return token(format).mask() }

func token(format string) recipe {
	name := "token"
	if format == "" {
		format = "tok_" + strings.Repeat("*", 26)
	} else {
		name = fmt.Sprintf("token(%q)", format)
	}
	room := 0.0
	for i := range len(format) {
		room += tokenBits[format[i]]
	}
	if room == 0 {
		return failed(name, gyro.Text("the format has none of #, ? and *"))
	}
	return recipe{
		name: name, kinds: integers | uuid | texts,
		fits: func(_ schema.Column, s *shape) string {
			if s.long([]byte(format), 0) {
				return fmt.Sprintf("%s: the format is longer than the column's %d characters", name, s.length)
			}
			return ""
		},
		sql: func(value string, c schema.Column, s *shape) string {
			switch s.kind {
			case uuid:
				return unlessNull(value, cast("pg_catalog.substr(pg_catalog.encode("+digestOf("token", value)+", 'hex'), 1, 32)", c))
			case text, character:
				return unlessNull(value, cast(formatted(format, value), c))
			}
			return unlessNull(value, cast(permuted(value, s.bits()), c))
		},
		bits: func(s *shape) int {
			if s.kind&texts != 0 && room < 128 {
				return 0
			}
			return 64
		},
	}
}

// formatted fills a format by the digests of a value, each for 32 of its signs.
func formatted(format, value string) string {
	var parts, digests []string
	literal, holes := "", 0
	flush := func() {
		if literal != "" {
			parts = append(parts, schema.QuoteLiteral(literal))
			literal = ""
		}
	}
	for _, r := range format {
		alphabet := map[rune]string{'#': "0123456789", '?': "abcdefghijklmnopqrstuvwxyz", '*': signs}[r]
		if alphabet == "" {
			literal += string(r)
			continue
		}
		flush()
		if holes%32 == 0 {
			digests = append(digests, fmt.Sprintf("%s AS d%d", digestOf("token"+strconv.Itoa(holes/32), value), holes/32))
		}
		parts = append(parts, own("pg_catalog.substr('{alphabet}', 1 + (pg_catalog.get_byte(made.d{n}, {i}) % {size}), 1)", "alphabet", alphabet,
			"n", strconv.Itoa(holes/32), "i", strconv.Itoa(holes%32), "size", strconv.Itoa(len(alphabet))))
		holes++
	}
	flush()
	return "SELECT pg_catalog.concat(" + strings.Join(parts, ", ") + ") FROM (SELECT " + strings.Join(digests, ", ") + " OFFSET 0) AS made"
}

// permuted is a whole number permuted among those of so many bits: a Feistel network of four rounds, whose halves are of a
// bit's difference where the number of bits is odd. A negative number is permuted as its complement.
func permuted(value string, size int) string {
	low := (size + 1) / 2
	high := size - low
	mask := func(n int) string { return strconv.FormatInt(1<<n-1, 10) }
	from := own("SELECT made.n >> {low} AS l, made.n & {mask} AS r FROM (SELECT (CASE WHEN ({value}) < 0 THEN -1 - ({value}) ELSE ({value}) END)::bigint AS n OFFSET 0) AS made OFFSET 0",
		"low", strconv.Itoa(low), "mask", mask(low), "value", value)
	for round := range 4 {
		half, other, bits := "l", "r", high
		if round%2 == 1 {
			half, other, bits = "r", "l", low
		}
		from = own("SELECT made.{half} # ({mix} & {mask}) AS {half}, made.{other} AS {other} FROM ({from}) AS made OFFSET 0",
			"half", half, "other", other, "mask", mask(bits), "from", from,
			"mix", bitsOf(digestOf(fmt.Sprintf("round%d", round), "made."+other), 48))
	}
	whole := own("(SELECT (made.l << {low}) | made.r FROM ({from}) AS made)", "low", strconv.Itoa(low), "from", from)
	return own("SELECT CASE WHEN ({value}) < 0 THEN -1 - made.n ELSE made.n END FROM (SELECT {whole} AS n OFFSET 0) AS made", "value", value, "whole", whole)
}
