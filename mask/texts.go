package mask

import (
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/schema"
)

// Partial keeps the first and the last so many characters of a text, and writes a sign in place of each other one: "*"
// where none is given. A text that is not longer than what is kept has none kept.
func Partial(first, last int, with ...string) gyro.Mask {
	sign := "*"
	if len(with) > 0 {
		sign = with[0]
	}
	return partial(first, last, sign).mask()
}

func partial(first, last int, with string) recipe {
	name := fmt.Sprintf("partial(%d, %d)", first, last)
	if with != "*" {
		name = fmt.Sprintf("partial(%d, %d, %q)", first, last, with)
	}
	switch {
	case first < 0 || last < 0:
		return failed(name, gyro.Text("a number of characters is below 0"))
	case utf8.RuneCountInString(with) != 1:
		return failed(name, gyro.Text("what stands in place of a character is to be one character"))
	}
	return recipe{
		name: name, kinds: texts,
		sql: func(value string, c schema.Column, _ *shape) string {
			return unlessNull(value, cast(own(`CASE WHEN pg_catalog.length({text}) <= {kept} THEN pg_catalog.repeat({with}, pg_catalog.length({text}))
	ELSE pg_catalog.concat(pg_catalog.left({text}, {first}), pg_catalog.repeat({with}, pg_catalog.length({text}) - {kept}), pg_catalog.right({text}, {last})) END`,
				"text", asText(value), "with", schema.QuoteLiteral(with), "first", strconv.Itoa(first), "last", strconv.Itoa(last), "kept", strconv.Itoa(first+last)), c))
		},
	}
}

// PostcodePrefix keeps the first n characters of a text and drops the others; of a text that is not longer, all but
// the last.
func PostcodePrefix(n int) gyro.Mask { return postcodePrefix(n).mask() }

func postcodePrefix(n int) recipe {
	name := fmt.Sprintf("postcode_prefix(%d)", n)
	if n < 0 {
		return failed(name, gyro.Text("a number of characters is below 0"))
	}
	return recipe{
		name: name, kinds: texts,
		sql: func(value string, c schema.Column, _ *shape) string {
			return unlessNull(value, cast(own("pg_catalog.left({text}, greatest(0, least({n}, pg_catalog.length({text}) - 1)))",
				"text", asText(value), "n", strconv.Itoa(n)), c))
		},
	}
}

const ipsum = "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore et dolore magna aliqua. " +
	"Ut enim ad minim veniam, quis nostrud exercitation ullamco laboris nisi ut aliquip ex ea commodo consequat. "

// Lorem writes lorem ipsum, as long as the text is.
func Lorem() gyro.Mask { return lorem().mask() }

func lorem() recipe {
	return recipe{
		name: "lorem", kinds: texts,
		sql: func(value string, c schema.Column, _ *shape) string {
			return unlessNull(value, cast(own("pg_catalog.left(pg_catalog.repeat({ipsum}, 1 + (pg_catalog.length({text}) / {size})), pg_catalog.length({text}))",
				"text", asText(value), "ipsum", schema.QuoteLiteral(ipsum), "size", strconv.Itoa(len(ipsum))), c))
		},
	}
}

// Shuffle writes another character of its class for each letter and digit of a text, drawn by the whole text: the format stays.
// Capital and small letters and digits are classes; a sign beyond ASCII becomes a letter, a capital one if it is one. Blanks
// and punctuation stay.
func Shuffle() gyro.Mask { return shuffle().mask() }

func shuffle() recipe {
	return recipe{
		name: "shuffle", kinds: texts,
		sql: func(value string, c schema.Column, _ *shape) string {
			// A digest's 32 bytes are the dice of 32 characters. A letter becomes one of the 25 others, a digit one of 9.
			return unlessNull(value, cast(own(`
	SELECT coalesce(pg_catalog.string_agg(CASE
		WHEN sign.code >= 48 AND sign.code <= 57 THEN pg_catalog.chr(48 + ((sign.code - 48 + 1 + (sign.die % 9)) % 10))
		WHEN sign.code >= 97 AND sign.code <= 122 THEN pg_catalog.chr(97 + ((sign.code - 97 + 1 + (sign.die % 25)) % 26))
		WHEN sign.code >= 65 AND sign.code <= 90 THEN pg_catalog.chr(65 + ((sign.code - 65 + 1 + (sign.die % 25)) % 26))
		WHEN sign.code < 128 THEN sign.c
		WHEN (pg_catalog.upper(sign.c) COLLATE pg_catalog."C") = sign.c AND (pg_catalog.lower(sign.c) COLLATE pg_catalog."C") <> sign.c THEN pg_catalog.chr(65 + (sign.die % 26))
		ELSE pg_catalog.chr(97 + (sign.die % 26)) END, '' ORDER BY sign.block, sign.i), '')
	FROM (
		SELECT block.b AS block, piece.i, piece.c, pg_catalog.ascii(piece.c) AS code, pg_catalog.get_byte(made.d, piece.i::integer - 1) AS die
		FROM (SELECT {text} AS v OFFSET 0) AS whole,
			LATERAL pg_catalog.generate_series(0, (pg_catalog.length(whole.v) - 1) / 32) AS block(b),
			LATERAL (SELECT {digest} AS d OFFSET 0) AS made,
			LATERAL pg_catalog.unnest(pg_catalog.string_to_array(pg_catalog.substr(whole.v, 1 + (block.b * 32), 32), NULL)) WITH ORDINALITY AS piece(c, i)
		OFFSET 0
	) AS sign`,
				"text", asText(value), "digest", digest(own("pg_catalog.concat('shuffle', block.b, ':', whole.v)"))), c))
		},
	}
}
