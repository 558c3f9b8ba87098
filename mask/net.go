package mask

import (
	"encoding/binary"
	"net/netip"
	"strconv"

	"github.com/gyrodata/gyro"
)

// Domain writes a name below example.com, .net or .org, which are kept for documents.
func Domain() gyro.Mask { return domain().mask() }

var exampleDomains = []string{".example.com", ".example.net", ".example.org"}

func domain() recipe {
	return recipe{name: "domain", kinds: texts, least: 14, longest: longest(adjectives) + longest(nouns) + 13, draw: func(text []byte, d draw) []byte {
		die := d.own()
		return appendDomain(text, &die)
	}}
}

func appendDomain(text []byte, die *die) []byte {
	text = appendLetters(text, die.of(adjectives))
	text = append(text, '-')
	text = appendLetters(text, die.of(nouns))
	return append(text, die.of(exampleDomains)...)
}

// URL writes an address of a page below example.com, .net or .org.
func URL() gyro.Mask { return link().mask() }

func link() recipe {
	return recipe{
		name: "url", kinds: texts, least: 22, longest: 8 + longest(adjectives) + longest(nouns) + 13 + 14,
		bits: func(s *shape) int { return signBits(s, len("https://example.com/")) },
		draw: func(text []byte, d draw) []byte {
			const bare = "https://example.com/"
			room, size := 1<<20, 128
			if d.shape.length > 0 {
				room, size = d.shape.length, min(128, 5*(d.shape.length-len(bare)))
			}
			n := d.serial(size)
			start := len(text)
			text = append(text, "https://"...)
			die := d.own()
			text = append(appendDomain(text, &die), '/')
			if len(text)-start+n.length() > room {
				text = append(text[:start], bare...)
			}
			return appendSerial(text, n)
		},
	}
}

// Slug writes words as they stand in an address, with the row's number: "gentle-harbor-7h2k".
func Slug() gyro.Mask { return slug().mask() }

func slug() recipe {
	return recipe{
		name: "slug", kinds: texts, least: 1, longest: longest(adjectives) + longest(nouns) + 28,
		bits: func(s *shape) int { return signBits(s, 0) },
		draw: func(text []byte, d draw) []byte {
			room, size := 1<<20, 128
			if d.shape.length > 0 {
				room, size = d.shape.length, min(128, 5*d.shape.length)
			}
			n := d.serial(size)
			start := len(text)
			die := d.own()
			text = appendLetters(text, die.of(adjectives))
			text = append(text, '-')
			text = appendLetters(text, die.of(nouns))
			text = text[:start+max(0, min(len(text)-start, room-n.length()-1))]
			if len(text) > start && text[len(text)-1] == '-' {
				text = text[:len(text)-1]
			}
			if len(text) > start {
				text = append(text, '-')
			}
			return appendSerial(text, n)
		},
	}
}

// IPv4 writes an address of the three ranges that are kept for documents.
func IPv4() gyro.Mask { return ipv4().mask() }

var documents = []string{"192.0.2.", "198.51.100.", "203.0.113."}

func ipv4() recipe {
	return recipe{name: "ipv4", kinds: texts | inet | cidr, least: 15, longest: 15, draw: func(text []byte, d draw) []byte {
		die := d.own()
		text = append(text, die.of(documents)...)
		n := 1 + die.below(254)
		if n >= 100 {
			text = append(text, byte('0'+n/100))
		}
		if n >= 10 {
			text = append(text, byte('0'+n/10%10))
		}
		text = append(text, byte('0'+n%10))
		if d.shape.kind == cidr {
			text = append(text, "/32"...)
		}
		return text
	}}
}

// IPv6 writes an address of 2001:db8::/32, which is kept for documents.
func IPv6() gyro.Mask { return ipv6().mask() }

func ipv6() recipe {
	return recipe{
		name: "ipv6", kinds: texts | inet | cidr, least: 39, longest: 39, bits: func(*shape) int { return 64 },
		draw: func(text []byte, d draw) []byte {
			die := d.own()
			address := [16]byte{0x20, 0x01, 0x0d, 0xb8}
			binary.BigEndian.PutUint32(address[4:8], uint32(die.next())) //nolint:gosec // the lower half
			binary.BigEndian.PutUint64(address[8:], d.number(64))
			text = netip.AddrFrom16(address).AppendTo(text)
			if d.shape.kind == cidr {
				text = append(text, "/128"...)
			}
			return text
		},
	}
}

// MAC writes the address of a network card that its owner gave it.
func MAC() gyro.Mask { return mac().mask() }

func mac() recipe {
	return recipe{name: "mac", kinds: texts | macaddr, least: 17, longest: 17, bits: func(*shape) int { return 40 }, draw: func(text []byte, d draw) []byte {
		n := d.number(40)
		text = append(text, "02"...)
		for shift := 32; shift >= 0; shift -= 8 {
			text = append(text, ':')
			text = appendHex(text, n>>shift, 2)
		}
		return text
	}}
}

// appendHex writes the lowest digits of n in base 16.
func appendHex(text []byte, n uint64, digits int) []byte {
	for i := digits - 1; i >= 0; i-- {
		text = append(text, "0123456789abcdef"[n>>(4*i)&15])
	}
	return text
}

// UUID writes a uuid of version 8, which is one's own to fill.
func UUID() gyro.Mask { return uuidOf().mask() }

func uuidOf() recipe {
	return recipe{name: "uuid", kinds: texts | uuid, least: 36, longest: 36, bits: func(*shape) int { return 122 }, draw: func(text []byte, d draw) []byte {
		die, serial := d.own(), d.serial(128)
		n, other := serial.low, serial.high
		if !d.row.Wide {
			other = die.next()
		}
		// The number is spread around the two places that say what it is.
		text = appendHex(text, n>>32, 8)
		text = appendHex(append(text, '-'), n>>16, 4)
		text = appendHex(append(text, "-8"...), n>>4, 3)
		text = appendHex(append(text, '-'), 8|other>>62, 1)
		text = appendHex(text, n, 1)
		text = appendHex(text, other>>48, 2)
		return appendHex(append(text, '-'), other, 12)
	}}
}

// UserAgent writes what a browser says of itself.
func UserAgent() gyro.Mask { return userAgent().mask() }

func userAgent() recipe {
	return recipe{name: "user_agent", kinds: texts, longest: 75 + longest(browsers), draw: func(text []byte, d draw) []byte {
		die := d.own()
		text = append(append(text, "Mozilla/5.0 ("...), die.of(platforms)...)
		return append(append(text, ") Gecko/20100101 "...), die.of(browsers)...)
	}}
}

// HTTPMethod writes GET, POST and the like.
func HTTPMethod() gyro.Mask { return tabled("http_method", httpMethods).mask() }

// HTTPStatus writes the three digits of an answer.
func HTTPStatus() gyro.Mask { return httpStatus().mask() }

func httpStatus() recipe {
	r := whole("http_status", 100, 999)
	r.draw = func(text []byte, d draw) []byte {
		die := d.own()
		status := die.of(httpStatuses)
		return d.shape.appendWhole(text, int64(status[0]-'0')*100+int64(status[1]-'0')*10+int64(status[2]-'0'))
	}
	return r
}

// Port writes a port from 1024 to 65535.
func Port() gyro.Mask { return whole("port", 1024, 65535).mask() }

// MIMEType writes what a file is.
func MIMEType() gyro.Mask { return tabled("mime_type", mimeTypes).mask() }

// Hex writes so many digits of base 16, as a key or a digest has them.
func Hex(length int) gyro.Mask { return hexOf(length).mask() }

func hexOf(length int) recipe {
	name := "hex"
	if length != 32 {
		name = "hex(" + strconv.Itoa(length) + ")"
	}
	if length < 1 || length > 1024 {
		return failed(name, gyro.Text("the length is to be from 1 to 1024"))
	}
	return recipe{
		name: name, kinds: texts | bytea, least: length, longest: length, bits: func(*shape) int { return min(128, 4*length) },
		draw: func(text []byte, d draw) []byte {
			if d.shape.kind == bytea {
				text = append(text, `\x`...)
			}
			start := len(text)
			n := d.serial(128)
			text = appendHex(text, n.low, min(16, length))
			if d.row.Wide {
				text = appendHex(text, n.high, min(16, length-16))
			}
			die := d.own()
			for len(text)-start < length {
				text = appendHex(text, die.next(), min(16, length-(len(text)-start)))
			}
			if d.shape.kind == bytea && length%2 == 1 { // whole bytes
				text = append(text, '0')
			}
			return text
		},
	}
}

// Password writes letters, digits and signs: what nobody's password is, for it is the hash of none.
func Password() gyro.Mask { return password().mask() }

func password() recipe {
	const all = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789!#$%*+-="
	return recipe{name: "password", kinds: texts, longest: 16, draw: func(text []byte, d draw) []byte {
		die := d.own()
		for range 16 {
			text = append(text, all[die.below(len(all))])
		}
		return text
	}}
}
