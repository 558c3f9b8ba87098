package mask

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/gyrodata/gyro/schema"
)

// What the source evaluates is written such that no search_path leads elsewhere: functions with their schema, operators as
// OPERATOR(pg_catalog.…). An operator is written here between spaces, and own qualifies it.

// own fills a text of SQL in, and qualifies operators that stand between spaces. A {name} is one of pairs.
func own(sql string, pairs ...string) string {
	words := strings.Split(sql, " ")
	for i, w := range words {
		if w != "" && strings.Trim(w, "+-*/<>=~#&|%") == "" {
			words[i] = "OPERATOR(pg_catalog." + w + ")"
		}
	}
	filled := make([]string, len(pairs))
	for i, p := range pairs {
		filled[i] = p
		if i%2 == 0 {
			filled[i] = "{" + p + "}"
		}
	}
	return strings.NewReplacer(filled...).Replace(strings.Join(words, " "))
}

// cast is an expression as a value of the column's type, cut to its length.
func cast(expr string, c schema.Column) string { return "(" + expr + ")::" + c.SizedType() }

// unlessNull leaves NULL as it is.
func unlessNull(value, expr string) string {
	return "CASE WHEN (" + value + ") IS NULL THEN NULL ELSE " + expr + " END"
}

// KeySetting is the setting of the session that holds the key by which values are masked on the server.
const KeySetting = "gyro.mask_key"

// digest is HMAC-SHA256 of a text by the key of the session, as bytea. The server makes the two pads of the key once a
// statement: they depend on no row. An empty key is an error of get_byte.
func digest(message string) string {
	return own("pg_catalog.sha256({outer} || pg_catalog.sha256({inner} || pg_catalog.convert_to({message}, 'UTF8')))",
		"outer", pad(0x5c), "inner", pad(0x36), "message", message)
}

func pad(with int) string {
	return own(`(SELECT pg_catalog.string_agg(pg_catalog.set_byte('\x00'::pg_catalog.bytea, 0, (
	CASE WHEN byte.i < pg_catalog.length(block.key) THEN pg_catalog.get_byte(block.key, byte.i) ELSE 0 END) # {with}), ''::pg_catalog.bytea ORDER BY byte.i)
	FROM (
		SELECT CASE WHEN pg_catalog.length(secret.key) > 64 THEN pg_catalog.sha256(secret.key) ELSE secret.key END AS key
		FROM (SELECT pg_catalog.convert_to(pg_catalog.current_setting('{setting}'), 'UTF8') AS key) AS secret
		WHERE pg_catalog.get_byte(secret.key, 0) >= 0
	) AS block, pg_catalog.generate_series(0, 63) AS byte(i))`, "with", strconv.Itoa(with), "setting", KeySetting)
}

// asText is a value's text; that of a character(n) has no blanks at its end.
func asText(value string) string { return "(" + value + ")::pg_catalog.text" }

// digestOf is the digest of a value for a purpose: digests for different purposes have nothing to do with each other.
func digestOf(purpose, value string) string { return prefixed(purpose+":", value) }

// prefixed is the digest of a text and a value.
func prefixed(prefix, value string) string {
	return digest(own("({prefix} || {value})", "prefix", schema.QuoteLiteral(prefix), "value", asText(value)))
}

// bitsOf are the first bits of a digest as a bigint: not negative, where they are less than 64.
func bitsOf(digest string, size int) string {
	return own("('x' || pg_catalog.substr(pg_catalog.encode({digest}, 'hex'), 1, {digits}))::bit({size})::bigint",
		"digest", digest, "digits", strconv.Itoa((size+3)/4), "size", strconv.Itoa(size))
}

// limit is the highest value that a column of numbers holds, in SQL; "": there is no bound to mind.
func (s *shape) limit() string {
	switch s.kind {
	case smallint, integer, bigint:
		return strconv.FormatInt(1<<s.bits()-1, 10)
	case numeric:
		if s.precision > 0 {
			return shift(strings.Repeat("9", s.precision), s.scale)
		}
	}
	return ""
}

// shift moves the point of a whole number so many places to the left.
func shift(digits string, places int) string {
	if places <= 0 {
		return digits + strings.Repeat("0", -places)
	}
	if len(digits) <= places {
		digits = strings.Repeat("0", places-len(digits)+1) + digits
	}
	return digits[:len(digits)-places] + "." + digits[len(digits)-places:]
}

// between holds an expression of type numeric between the multiples of a step that the column has room for; step "": between
// its bounds.
func (s *shape) between(expr, step string) string {
	limit := s.limit()
	if limit == "" {
		return expr
	}
	if step != "" {
		high, _ := new(big.Rat).SetString(limit)
		by, _ := new(big.Rat).SetString(step)
		high.Quo(high, by)
		whole := new(big.Int).Quo(high.Num(), high.Denom())
		high.Mul(new(big.Rat).SetInt(whole), by)
		limit = high.FloatString(max(0, decimals(step)))
	}
	return fmt.Sprintf("greatest(least(%s, %s), -%s)", expr, limit, limit)
}

// decimals is how many digits stand behind the point.
func decimals(number string) int {
	_, behind, _ := strings.Cut(number, ".")
	return len(behind)
}

// finite leaves numbers alone that are none: NaN and the infinities, of types that have them.
func (s *shape) finite(value, expr string, c schema.Column) string {
	if s.kind&integers != 0 {
		return unlessNull(value, cast(expr, c))
	}
	return own("CASE WHEN {text} = ANY ('{NaN,Infinity,-Infinity}'::pg_catalog.text[]) THEN ({value})::{type} ELSE {expr} END",
		"text", asText(value), "value", value, "type", c.SizedType(), "expr", unlessNull(value, cast(expr, c)))
}

// decimalText is a number as SQL writes it.
func decimalText(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }
