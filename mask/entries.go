package mask

import (
	"math"

	"github.com/gyrodata/gyro"
)

// entry is a mask as a file names it.
type entry struct {
	name, group, about string
	settings           []setting
	example            any // what it is to be given, as the value of ""; nil: nothing
	make               func(v values) recipe
}

// entries are all of them, as the documentation lists them. A template asks for others by their names: so they are there
// only when all is.
var entries []entry

func init() {
	for _, g := range []struct {
		name    string
		entries []entry
	}{
		{"On the server", []entry{
			{name: "keep", about: "the clear value: somebody has looked at it", make: func(_ values) recipe { return keep() }},
			{name: "null", about: "NULL", make: func(_ values) recipe { return null() }},
			{name: "constant", about: "the same in every row", settings: []setting{{"value", aText, nil}}, example: "hidden", make: func(v values) recipe { return constant(v.text("value")) }},
			{name: "hash", about: "HMAC-SHA256 of the value", make: func(_ values) recipe { return hash() }},
			{name: "token", about: "another value of the kind: whole numbers permuted, a uuid of a digest, a text of a format of # ? *", settings: []setting{{"format", aText, ""}}, make: func(v values) recipe { return token(v.text("format")) }},
			{name: "partial", about: "the first and last characters, * for the others", settings: []setting{{"first", aWhole, nil}, {"last", aWhole, int64(0)}, {"with", aText, "*"}}, example: []any{0, 4}, make: func(v values) recipe { return partial(v.whole("first"), v.whole("last"), v.text("with")) }},
			{name: "postcode_prefix", about: "the first characters alone", settings: []setting{{"characters", aWhole, nil}}, example: 3, make: func(v values) recipe { return postcodePrefix(v.whole("characters")) }},
			{name: "lorem", about: "lorem ipsum as long as the text", make: func(_ values) recipe { return lorem() }},
			{name: "shuffle", about: "other letters and digits, the format stays", make: func(_ values) recipe { return shuffle() }},
			{name: "round", about: "rounded to a multiple of a step", settings: []setting{{"step", aNumber, nil}}, example: 10, make: func(v values) recipe { return round(v.number("step")) }},
			{name: "range", about: "the lower bound of its range; of dates, days", settings: []setting{{"step", aNumber, nil}}, example: 100, make: func(v values) recipe { return ranged(v.number("step")) }},
			{name: "noise", about: "up to so many percent more or less", settings: []setting{{"percent", aNumber, nil}}, example: 5, make: func(v values) recipe { return noise(v.number("percent")) }},
			{name: "truncate_date", about: "the beginning of the month, year, …", settings: []setting{{"unit", aText, nil}}, example: "month", make: func(v values) recipe { return truncateDate(v.text("unit")) }},
			{name: "shift_date", about: "moved by days, alike for one subject", settings: []setting{{"days", aWhole, nil}, {"subject", aText, ""}}, example: []any{30, "customer_id"}, make: func(v values) recipe { return shiftDate(v.whole("days"), v.text("subject")) }},
			{name: "expr", about: "what an expression of SQL gives", settings: []setting{{"sql", aText, nil}}, example: "lower(city)", make: func(v values) recipe { return expr(v.text("sql")) }},
		}},
		{"Person", []entry{
			{name: "first_name", about: "a first name", make: func(_ values) recipe { return shared("first_name", firstName, firstNames) }},
			{name: "middle_name", about: "a middle name", make: func(_ values) recipe { return shared("middle_name", middleName, middleNames) }},
			{name: "last_name", about: "a last name", make: func(_ values) recipe { return shared("last_name", lastName, lastNames) }},
			{name: "name", about: "first and last name", make: func(_ values) recipe { return name() }},
			{name: "name_prefix", about: "what stands before a name", make: func(_ values) recipe { return tabled("name_prefix", namePrefixes) }},
			{name: "name_suffix", about: "what stands behind a name", make: func(_ values) recipe { return tabled("name_suffix", nameSuffixes) }},
			{name: "initials", about: "the first letters of the names", make: func(_ values) recipe { return initials() }},
			{name: "gender", about: "female or male", make: func(_ values) recipe { return tabled("gender", genders) }},
			{name: "age", about: "from 18 to 90", make: func(_ values) recipe { return whole("age", 18, 90) }},
			{name: "job_title", about: "what somebody does", make: func(_ values) recipe { return shared("job_title", title, jobTitles) }},
			{name: "job_level", about: "where somebody stands", make: func(_ values) recipe { return tabled("job_level", jobLevels) }},
			{name: "department", about: "where somebody works", make: func(_ values) recipe { return tabled("department", departments) }},
			{name: "hobby", about: "what somebody likes to do", make: func(_ values) recipe { return tabled("hobby", hobbies) }},
			{name: "school", about: "a school", make: func(_ values) recipe { return school() }},
			{name: "ssn", about: "a social security number that is never given to anybody", make: func(_ values) recipe { return ssn() }},
		}},
		{"Contact", []entry{
			{name: "email", about: "name and number at example.com, or at a domain", settings: []setting{{"domain", aText, ""}}, make: func(v values) recipe { return email(v.text("domain")) }},
			{name: "phone", about: "a number of North America that is nobody's, or by a format", settings: []setting{{"format", aText, ""}}, make: func(v values) recipe { return phone(v.text("format")) }},
			{name: "username", about: "a login", make: func(_ values) recipe { return username("username", "") }},
			{name: "handle", about: "a name with an @", make: func(_ values) recipe { return username("handle", "@") }},
		}},
		{"Address", []entry{
			{name: "street", about: "street and number of the house", make: func(_ values) recipe { return streetLine() }},
			{name: "street_name", about: "the street alone", make: func(_ values) recipe { return streetName() }},
			{name: "house_number", about: "the number alone", make: func(_ values) recipe { return houseNumber() }},
			{name: "address_unit", about: "the second line", make: func(_ values) recipe { return addressUnit() }},
			{name: "postcode", about: "a postcode of the town", settings: []setting{{"country", aText, ""}}, make: func(v values) recipe { return zip(v.text("country")) }},
			{name: "city", about: "a town", settings: []setting{{"country", aText, ""}}, make: func(v values) recipe { return city(v.text("country")) }},
			{name: "state", about: "a state or region", settings: []setting{{"country", aText, ""}}, make: func(v values) recipe { return state(v.text("country")) }},
			{name: "state_code", about: "its short name", settings: []setting{{"country", aText, ""}}, make: func(v values) recipe { return stateCode(v.text("country")) }},
			{name: "country", about: "a country", make: func(_ values) recipe { return country() }},
			{name: "country_code", about: "its two letters", make: func(_ values) recipe { return countryCode() }},
			{name: "address", about: "all in one line", settings: []setting{{"country", aText, ""}}, make: func(v values) recipe { return address(v.text("country")) }},
			{name: "latitude", about: "near the town", make: func(_ values) recipe { return latitude() }},
			{name: "longitude", about: "near the town", make: func(_ values) recipe { return longitude() }},
			{name: "time_zone", about: "that of the town", settings: []setting{{"country", aText, ""}}, make: func(v values) recipe { return timeZone(v.text("country")) }},
		}},
		{"Company", []entry{
			{name: "company", about: "a company", make: func(_ values) recipe { return companyName() }},
			{name: "company_suffix", about: "LLC and the like", make: func(_ values) recipe { return tabled("company_suffix", suffixes) }},
			{name: "buzzword", about: "a word of advertising", make: func(_ values) recipe { return tabled("buzzword", buzzwords) }},
			{name: "slogan", about: "a line of advertising", make: func(_ values) recipe { return slogan() }},
			{name: "product", about: "what is sold", make: func(_ values) recipe { return shared("product", product, products) }},
			{name: "product_category", about: "its kind", make: func(_ values) recipe { return tabled("product_category", categories) }},
			{name: "sku", about: "a number of an article", make: func(_ values) recipe { return sku() }},
			{name: "ean", about: "13 digits with their check digit", make: func(_ values) recipe { return ean() }},
			{name: "vat_id", about: "a German number of a tax payer that nobody has", make: func(_ values) recipe { return numbered("vat_id", "DE0########") }},
			{name: "car_maker", about: "who made a car", make: func(_ values) recipe { return tabled("car_maker", carMakers) }},
			{name: "license_plate", about: "a car's plate", make: func(_ values) recipe { return patterned("license_plate", "???-####") }},
			{name: "file_name", about: "a file's name", make: func(_ values) recipe { return fileName() }},
		}},
		{"Bank", []entry{
			{name: "iban", about: "checksum right, bank nobody's: DE, GB, NL, AT", settings: []setting{{"country", aText, ""}}, make: func(v values) recipe { return iban(v.text("country")) }},
			{name: "bic", about: "a bank's code", make: func(_ values) recipe { return patterned("bic", "GYRODE##") }},
			{name: "bank_account", about: "ten digits", make: func(_ values) recipe { return numbered("bank_account", "##########") }},
			{name: "bank", about: "a bank's name", make: func(_ values) recipe { return tabled("bank", banks) }},
			{name: "card", about: "passes Luhn, of a range for tests: visa, mastercard, amex", settings: []setting{{"brand", aText, ""}}, make: func(v values) recipe { return card(v.text("brand")) }},
			{name: "card_brand", about: "who gives out cards", make: func(_ values) recipe { return shared("card_brand", cardBrand, brands) }},
			{name: "card_expiry", about: "month and year", make: func(_ values) recipe { return cardExpiry() }},
			{name: "card_cvv", about: "three digits", make: func(_ values) recipe { return patterned("card_cvv", "###") }},
			{name: "currency", about: "a currency's code", make: func(_ values) recipe { return shared("currency", currency, currencies) }},
			{name: "currency_name", about: "its name", make: func(_ values) recipe { return shared("currency_name", currency, currencyText) }},
		}},
		{"Net", []entry{
			{name: "domain", about: "below example.com, .net, .org", make: func(_ values) recipe { return domain() }},
			{name: "url", about: "a page there", make: func(_ values) recipe { return link() }},
			{name: "slug", about: "words as in an address, with a number", make: func(_ values) recipe { return slug() }},
			{name: "ipv4", about: "of the ranges for documents", make: func(_ values) recipe { return ipv4() }},
			{name: "ipv6", about: "of 2001:db8::/32", make: func(_ values) recipe { return ipv6() }},
			{name: "mac", about: "a network card's address", make: func(_ values) recipe { return mac() }},
			{name: "uuid", about: "a uuid of version 8", make: func(_ values) recipe { return uuidOf() }},
			{name: "user_agent", about: "what a browser says of itself", make: func(_ values) recipe { return userAgent() }},
			{name: "http_method", about: "GET and the like", make: func(_ values) recipe { return tabled("http_method", httpMethods) }},
			{name: "http_status", about: "200 and the like", make: func(_ values) recipe { return httpStatus() }},
			{name: "port", about: "from 1024 to 65535", make: func(_ values) recipe { return whole("port", 1024, 65535) }},
			{name: "mime_type", about: "what a file is", make: func(_ values) recipe { return tabled("mime_type", mimeTypes) }},
			{name: "hex", about: "digits of base 16", settings: []setting{{"length", aWhole, int64(32)}}, make: func(v values) recipe { return hexOf(v.whole("length")) }},
			{name: "password", about: "16 letters, digits and signs", make: func(_ values) recipe { return password() }},
		}},
		{"Text", []entry{
			{name: "word", about: "a word", make: func(_ values) recipe { return tabled("word", nouns) }},
			{name: "adjective", about: "an adjective", make: func(_ values) recipe { return tabled("adjective", adjectives) }},
			{name: "verb", about: "a verb", make: func(_ values) recipe { return tabled("verb", verbs) }},
			{name: "words", about: "some words", settings: []setting{{"count", aWhole, int64(3)}}, make: func(v values) recipe { return words(v.whole("count")) }},
			{name: "sentence", about: "a sentence", make: func(_ values) recipe { return sentences("sentence", 1) }},
			{name: "paragraph", about: "four sentences", make: func(_ values) recipe { return sentences("paragraph", 4) }},
			{name: "lorem_words", about: "words of lorem ipsum", settings: []setting{{"count", aWhole, int64(10)}}, make: func(v values) recipe { return loremText(v.whole("count")) }},
			{name: "animal", about: "an animal", make: func(_ values) recipe { return tabled("animal", animals) }},
			{name: "color", about: "a colour", make: func(_ values) recipe { return tabled("color", colors) }},
			{name: "hex_color", about: "a colour as pages have it", make: func(_ values) recipe { return hexColor() }},
			{name: "emoji", about: "a face", make: func(_ values) recipe { return tabled("emoji", emojis) }},
			{name: "language", about: "a language", make: func(_ values) recipe { return shared("language", language, languages) }},
			{name: "language_code", about: "its two letters", make: func(_ values) recipe { return shared("language_code", language, languageTags) }},
		}},
		{"Dates", []entry{
			{name: "date", about: "from 2000 to 2024, or between two days", settings: []setting{{"from", aDay, firstDay}, {"to", aDay, lastDay}}, make: func(v values) recipe { return days("date", v.day("from"), v.day("to")) }},
			{name: "birthdate", about: "of somebody grown up", make: func(_ values) recipe { return days("birthdate", firstBirth, lastBirth) }},
			{name: "datetime", about: "the same with a time", settings: []setting{{"from", aDay, firstDay}, {"to", aDay, lastDay}}, make: func(v values) recipe { return seconds("datetime", v.day("from"), v.day("to")) }},
			{name: "time", about: "a time of the day", make: func(_ values) recipe { return clock() }},
			{name: "year", about: "from 1970 to 2024", make: func(_ values) recipe { return whole("year", 1970, 2024) }},
			{name: "month", about: "a month's name", make: func(_ values) recipe { return tabled("month", months) }},
			{name: "weekday", about: "a day's name", make: func(_ values) recipe { return tabled("weekday", weekdays) }},
		}},
		{"Numbers", []entry{
			{name: "integer", about: "as large as the column, or between two", settings: []setting{{"low", aWhole, int64(0)}, {"high", aWhole, int64(math.MaxInt64)}}, make: func(v values) recipe { return integerBetween(v.integer("low"), v.integer("high")) }},
			{name: "decimal", about: "from 0 to 1000, or between two", settings: []setting{{"low", aNumber, 0.0}, {"high", aNumber, 1000.0}, {"digits", aWhole, int64(2)}}, make: func(v values) recipe { return decimal(v.number("low"), v.number("high"), v.whole("digits")) }},
			{name: "percent", about: "from 0 to 100", make: func(_ values) recipe { return percent() }},
			{name: "boolean", about: "true or false", make: func(_ values) recipe { return flag() }},
			{name: "digits", about: "so many digits", settings: []setting{{"length", aWhole, nil}}, example: 8, make: func(v values) recipe { return digitsOf(v.whole("length")) }},
			{name: "pattern", about: "# a digit, ? a capital letter", settings: []setting{{"pattern", aText, nil}}, example: "??-####", make: func(v values) recipe { return pattern(v.text("pattern")) }},
		}},
		{"Choice", []entry{
			{name: "choice", about: "one of a list, or of values with weights", settings: []setting{{"values", aList, nil}}, example: []any{"new", "paid", "shipped"}, make: func(v values) recipe { return choice(v.list("values"), v.weights("values")) }},
			{name: "dictionary", about: "a line of a file", settings: []setting{{"file", aText, nil}}, make: func(v values) recipe { return dictionary(v.text("file")) }},
			{name: "template", about: "a text with fakes in it; {{number}} is the row's, {{row.code}} its column", settings: []setting{{"template", aText, nil}}, example: "{{first_name}}.{{last_name}}@example.com", make: func(v values) recipe { return templated(v.text("template")) }},
			{name: "command", about: "what a program outside answers", settings: []setting{{"run", aList, nil}, {"reads", aList, weighted{}}, {"timeout", aDuration, answerTimeout}}, make: func(v values) recipe {
				return outside(gyro.Command{Run: v.list("run"), Reads: v.list("reads"), Timeout: v.duration("timeout")})
			}},
		}},
	} {
		for _, e := range g.entries {
			e.group = g.name
			entries = append(entries, e)
		}
	}
}
