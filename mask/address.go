package mask

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/schema"
)

// Street, postcode, city, state, country, coordinates and time zone of a row belong together, where the masks of its columns
// are told the same country, or none. Towns and the beginnings of their postcodes exist.

// somewhere are the places of a country, by its code; "": all.
func somewhere(country string) []where {
	if country == "" {
		return places
	}
	var some []where
	for _, p := range places {
		if strings.EqualFold(p.code, country) {
			some = append(some, p)
		}
	}
	return some
}

// located is a part of the row's address.
func located(name, country string, part func(where) string) recipe {
	if country != "" {
		name = fmt.Sprintf("%s(%s)", name, country)
	}
	some := somewhere(country)
	if len(some) == 0 {
		return failed(name, gyro.Textf("no place of that country is known; known are %s", strings.Join(countries(), ", ")))
	}
	all := make([]string, len(some))
	for i, p := range some {
		all[i] = part(p)
	}
	return shared(name, place, all)
}

func countries() []string {
	var all []string
	for _, p := range places {
		all = append(all, p.code)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// City writes a town, of a country by its code where one is given.
func City(country ...string) gyro.Mask { return city(strings.Join(country, "")).mask() }

func city(c string) recipe { return located("city", c, func(p where) string { return p.city }) }

// State writes a state or a region.
func State(country ...string) gyro.Mask { return state(strings.Join(country, "")).mask() }

func state(c string) recipe { return located("state", c, func(p where) string { return p.state }) }

// StateCode writes a state's or a region's short name.
func StateCode(country ...string) gyro.Mask { return stateCode(strings.Join(country, "")).mask() }

func stateCode(c string) recipe {
	return located("state_code", c, func(p where) string { return p.stateCode })
}

// Country writes a country.
func Country() gyro.Mask { return country().mask() }

func country() recipe { return located("country", "", func(p where) string { return p.country }) }

// CountryCode writes a country's code of two letters.
func CountryCode() gyro.Mask { return countryCode().mask() }

func countryCode() recipe { return located("country_code", "", func(p where) string { return p.code }) }

// TimeZone writes the time zone of the address, as "Europe/Berlin".
func TimeZone(country ...string) gyro.Mask { return timeZone(strings.Join(country, "")).mask() }

func timeZone(c string) recipe {
	return located("time_zone", c, func(p where) string { return p.zone })
}

// Postcode writes a postcode of the town.
func Postcode(country ...string) gyro.Mask { return zip(strings.Join(country, "")).mask() }

func zip(c string) recipe {
	r := located("postcode", c, func(p where) string { return p.postcode })
	r.draw = filledPostcode(r.draw)
	return r
}

// filledPostcode fills the pattern that was drawn.
func filledPostcode(pattern drawing) drawing {
	return func(text []byte, d draw) []byte {
		start := len(text)
		text = pattern(text, d)
		die := d.whole(postcode)
		for i := start; i < len(text); i++ {
			switch text[i] {
			case '#':
				text[i] = byte('0' + die.below(10))
			case '?':
				text[i] = "ABCDEFGHJKLMNPRSTUVWXYZ"[die.below(23)]
			}
		}
		return text
	}
}

// Street writes a street and the number of a house.
func Street() gyro.Mask { return streetLine().mask() }

func streetLine() recipe {
	return recipe{name: "street", kinds: texts, longest: 5 + longest(lastNames) + longest(streetTypes), draw: func(text []byte, d draw) []byte {
		die := d.whole(street)
		text = strconv.AppendInt(text, int64(1+die.below(299)), 10)
		text = append(text, ' ')
		text = append(text, die.of(lastNames)...)
		text = append(text, ' ')
		return append(text, die.of(streetTypes)...)
	}}
}

// StreetName writes the street without the number.
func StreetName() gyro.Mask { return streetName().mask() }

func streetName() recipe {
	return recipe{name: "street_name", kinds: texts, longest: 1 + longest(lastNames) + longest(streetTypes), draw: func(text []byte, d draw) []byte {
		die := d.whole(street)
		die.below(299)
		text = append(text, die.of(lastNames)...)
		text = append(text, ' ')
		return append(text, die.of(streetTypes)...)
	}}
}

// HouseNumber writes the number alone.
func HouseNumber() gyro.Mask { return houseNumber().mask() }

func houseNumber() recipe {
	r := whole("house_number", 1, 299)
	r.draw = func(text []byte, d draw) []byte {
		die := d.whole(street)
		return d.shape.appendWhole(text, int64(1+die.below(299)))
	}
	return r
}

// AddressUnit writes the second line of an address, as "Apt 12".
func AddressUnit() gyro.Mask { return addressUnit().mask() }

func addressUnit() recipe {
	return recipe{name: "address_unit", kinds: texts, longest: longest(units) + 3, draw: func(text []byte, d draw) []byte {
		die := d.own()
		text = append(text, die.of(units)...)
		text = append(text, ' ')
		return strconv.AppendInt(text, int64(1+die.below(99)), 10)
	}}
}

// Address writes the whole address in one line: street, postcode and town, country.
func Address(country ...string) gyro.Mask { return address(strings.Join(country, "")).mask() }

func address(c string) recipe {
	code, town := zip(c), city(c)
	if code.err != nil {
		code.name = "address"
		return code
	}
	land, line := located("country", c, func(p where) string { return p.country }), streetLine()
	return recipe{
		name: strings.Replace(code.name, "postcode", "address", 1), kinds: texts, longest: line.longest + code.longest + town.longest + land.longest + 5,
		draw: func(text []byte, d draw) []byte {
			text = append(line.draw(text, d), ", "...)
			text = append(code.draw(text, d), ' ')
			text = append(town.draw(text, d), ", "...)
			return land.draw(text, d)
		},
	}
}

// Latitude writes a latitude near the town.
func Latitude() gyro.Mask { return latitude().mask() }

func latitude() recipe {
	return coordinate("latitude", 90, func(p where) float64 { return p.latitude })
}

// Longitude writes a longitude near the town.
func Longitude() gyro.Mask { return longitude().mask() }

func longitude() recipe {
	return coordinate("longitude", 180, func(p where) float64 { return p.longitude })
}

func coordinate(name string, most int64, part func(where) float64) recipe {
	return recipe{
		name: name, kinds: numeric | float8 | texts, least: 11, longest: 11,
		fits: func(_ schema.Column, s *shape) string {
			if s.kind == numeric {
				return s.room(name, 0, most)
			}
			return ""
		},
		draw: func(text []byte, d draw) []byte {
			die := d.whole(place)
			p := places[die.below(len(places))]
			near := int64(die.below(100_000)) // a tenth of a degree
			return d.shape.appendDecimal(text, int64(math.Round(part(p)*10))*100_000+near, 6)
		},
	}
}
