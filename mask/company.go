package mask

import (
	"strconv"

	"github.com/gyrodata/gyro"
)

// Company writes a company's name, made of a last name: nobody's, but by chance.
func Company() gyro.Mask { return companyName().mask() }

func companyName() recipe {
	return recipe{name: "company", kinds: texts, longest: 2*longest(lastNames) + 10, draw: func(text []byte, d draw) []byte {
		die := d.whole(company)
		text = append(text, die.of(lastNames)...)
		if die.below(2) == 0 {
			text = append(append(text, ' '), die.of(suffixes)...)
			return text
		}
		text = append(text, " & "...)
		return append(text, die.of(lastNames)...)
	}}
}

// CompanySuffix writes what stands behind a company's name, as "LLC".
func CompanySuffix() gyro.Mask { return tabled("company_suffix", suffixes).mask() }

// Buzzword writes a word of advertising.
func Buzzword() gyro.Mask { return tabled("buzzword", buzzwords).mask() }

// Slogan writes a line of advertising.
func Slogan() gyro.Mask { return slogan().mask() }

func slogan() recipe {
	return recipe{name: "slogan", kinds: texts, longest: longest(buzzwords) + longest(blurbs) + 2, draw: func(text []byte, d draw) []byte {
		die := d.own()
		text = append(text, die.of(buzzwords)...)
		text = append(text, ' ')
		text = append(text, die.of(blurbs)...)
		return append(text, '.')
	}}
}

// Product writes what is sold.
func Product() gyro.Mask { return shared("product", product, products).mask() }

// ProductCategory writes what kind of thing is sold.
func ProductCategory() gyro.Mask { return tabled("product_category", categories).mask() }

// SKU writes a number of an article, as "QFX-48213907".
func SKU() gyro.Mask { return sku().mask() }

func sku() recipe {
	return recipe{name: "sku", kinds: texts, least: 12, longest: 12, bits: func(*shape) int { return below(power(8)) }, draw: func(text []byte, d draw) []byte {
		die := d.own()
		text = appendPattern(text, &die, "???-")
		return appendDigits(text, d.number(64)%power(8), 8)
	}}
}

// EAN writes the 13 digits of an article, with their check digit, of those that shops may give themselves.
func EAN() gyro.Mask { return ean().mask() }

func ean() recipe {
	return recipe{name: "ean", kinds: texts | bigint, least: 13, longest: 13, bits: func(*shape) int { return below(power(10)) }, draw: func(text []byte, d draw) []byte {
		start := len(text)
		text = appendDigits(append(text, "29"...), d.number(64)%power(10), 10)
		sum := 0
		for i, c := range text[start:] {
			sum += int(c-'0') * (1 + i%2*2)
		}
		return append(text, byte('0'+(10-sum%10)%10))
	}}
}

// VATID writes a German number of a tax payer, of those that begin with 0, which nobody has.
func VATID() gyro.Mask { return numbered("vat_id", "DE0########").mask() }

// CarMaker writes who made a car.
func CarMaker() gyro.Mask { return tabled("car_maker", carMakers).mask() }

// LicensePlate writes the letters and digits of a car's plate.
func LicensePlate() gyro.Mask { return patterned("license_plate", "???-####").mask() }

// FileName writes the name of a file.
func FileName() gyro.Mask { return fileName().mask() }

func fileName() recipe {
	return recipe{name: "file_name", kinds: texts, longest: longest(nouns) + 1 + 4 + 1 + longest(extensions), draw: func(text []byte, d draw) []byte {
		die := d.own()
		text = appendLetters(text, die.of(nouns))
		text = strconv.AppendInt(append(text, '-'), int64(die.below(10_000)), 10)
		text = append(text, '.')
		return append(text, die.of(extensions)...)
	}}
}
