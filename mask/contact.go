package mask

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/gyrodata/gyro"
)

// Email writes an e-mail address at example.com, or at a domain of one's own where mail may go. It is made of the person's
// name and the row's number.
func Email(domain ...string) gyro.Mask { return email(strings.Join(domain, "")).mask() }

func email(domain string) recipe {
	name := "email"
	if domain == "" {
		domain = "example.com"
	} else {
		name = fmt.Sprintf("email(%s)", domain)
	}
	if !plainDomain(domain) {
		return failed(name, gyro.Text("the domain is to be of letters, digits, points and hyphens"))
	}
	return recipe{
		name: name, kinds: texts, least: len(domain) + 2, longest: longest(firstNames) + longest(lastNames) + 28 + 1 + len(domain),
		bits: func(s *shape) int { return signBits(s, 1+len(domain)) },
		draw: func(text []byte, d draw) []byte {
			text = d.appendPerson(text, '.', '.', 1+len(domain))
			text = append(text, '@')
			return append(text, domain...)
		},
	}
}

func plainDomain(domain string) bool {
	return strings.Trim(domain, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") == "" && domain != ""
}

// signBits are how many bits a number of base 32 has in a column with so many characters for something else.
func signBits(s *shape, taken int) int {
	if s.length == 0 {
		return 128
	}
	return 5 * (s.length - taken)
}

// appendPerson writes first name, last name and number, as far as there is room beside what is taken: the number has
// precedence. Names are letters, so that the last sign between tells the number from them.
func (d draw) appendPerson(text []byte, between, before byte, taken int) []byte {
	room, size := 64, 128
	if d.shape.length > 0 {
		room = d.shape.length - taken
		size = min(128, 5*room)
	}
	n := d.serial(size)
	room -= n.length() + 1
	start := len(text)
	text = appendLetters(text, d.one(firstName, firstNames))
	text = append(text, between)
	text = appendLetters(text, d.one(lastName, lastNames))
	text = text[:start+max(0, min(len(text)-start, room))]
	if len(text) > start && text[len(text)-1] == between {
		text = text[:len(text)-1]
	}
	if len(text) > start {
		text = append(text, before)
	}
	return appendSerial(text, n)
}

// Username writes a name that somebody logs in with, of the person's name and the row's number.
func Username() gyro.Mask { return username("username", "").mask() }

// Handle writes a name as networks show it, with an @.
func Handle() gyro.Mask { return username("handle", "@").mask() }

func username(name, prefix string) recipe {
	return recipe{
		name: name, kinds: texts, least: len(prefix) + 1, longest: longest(firstNames) + longest(lastNames) + 29,
		bits: func(s *shape) int { return signBits(s, len(prefix)) },
		draw: func(text []byte, d draw) []byte {
			return d.appendPerson(append(text, prefix...), '_', '_', len(prefix))
		},
	}
}

// Phone writes a telephone number of North America whose area code is nobody's: "+12905550123"; or one of a format, in which
// each # is a digit: "+49 151 ########".
func Phone(format ...string) gyro.Mask { return phone(strings.Join(format, "")).mask() }

func phone(format string) recipe {
	if format != "" {
		return numbered(fmt.Sprintf("phone(%q)", format), format)
	}
	// Area codes whose second digit is 9 are kept back for longer numbers.
	const all = 80 * 800 * 10_000
	return recipe{
		name: "phone", kinds: texts | bigint, least: 10, longest: 12, bits: func(*shape) int { return below(all) },
		draw: func(text []byte, d draw) []byte {
			n := d.number(64) % all
			switch {
			case d.shape.kind == bigint:
				text = append(text, '1')
			case d.shape.length == 0 || d.shape.length >= 12:
				text = append(text, "+1"...)
			}
			area, exchange := n/(800*10_000), n/10_000%800
			text = append(text, byte('2'+area/10), '9', byte('0'+area%10))
			text = appendDigits(text, 200+exchange, 3)
			return appendDigits(text, n%10_000, 4)
		},
	}
}

// numbered is a pattern whose #, each a digit, are the row's number.
func numbered(name, pattern string) recipe {
	digits := strings.Count(pattern, "#")
	if digits == 0 || digits > 18 {
		return failed(name, gyro.Text("the format is to have from 1 to 18 digits, each a #"))
	}
	size := utf8.RuneCountInString(pattern)
	return recipe{
		name: name, kinds: texts, least: size, longest: size, bits: func(*shape) int { return below(power(digits)) },
		draw: func(text []byte, d draw) []byte {
			n, left := d.number(64)%power(digits), digits
			for i := range len(pattern) {
				if pattern[i] != '#' {
					text = append(text, pattern[i])
					continue
				}
				left--
				text = append(text, byte('0'+n/power(left)%10))
			}
			return text
		},
	}
}

// powers are those of ten that uint64 holds.
var powers = func() [20]uint64 {
	all := [20]uint64{1}
	for i := range all[1:] {
		all[i+1] = all[i] * 10
	}
	return all
}()

func power(n int) uint64 { return powers[n] }
