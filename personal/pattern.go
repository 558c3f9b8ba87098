package personal

import (
	"fmt"
	"strings"

	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/schema"
)

// pattern is what a value may look like, whatever its column is called.
type pattern struct {
	what  string // "e-mail addresses"
	kind  string // a phrase of the kind that the whole value is; "": the text has it somewhere
	least int    // percent of the values that have to look so, where one alone says little; 0: one does
	look  driver.Pattern
}

// patterns are all that is looked for in a sample.
var patterns = []pattern{
	{"e-mail addresses", "email", 50, driver.Pattern{Expression: `^\s*` + mailbox + `\s*$`}},
	{"e-mail addresses in texts", "", 0, driver.Pattern{Expression: mailbox}},
	{"telephone numbers", "phone", 20, driver.Pattern{Expression: telephone}},
	{"IBANs", "iban", 0, driver.Pattern{Expression: iban()}},
	{"card numbers", "card number", 30, driver.Pattern{Expression: `^[0-9]([ -]?[0-9]){12,18}$`, Luhn: true}}, // one of ten numbers passes
	{"IPv4 addresses", "ip", 20, driver.Pattern{Expression: `^` + octet + `(\.` + octet + `){3}(/[0-9]{1,2})?$`}},
	{"IPv6 addresses", "ip", 20, driver.Pattern{Expression: `^([0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}$|^(?=.*::)([0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(/[0-9]{1,3})?$`}},
	{"US social security numbers", "ssn", 20, driver.Pattern{Expression: `^(?!000|666|9)[0-9]{3}-(?!00)[0-9]{2}-(?!0000)[0-9]{4}$`}},
}

const (
	mailbox = `[A-Za-z0-9._%+-]+@([A-Za-z0-9-]+\.)+[A-Za-z]{2,}`
	octet   = `(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])`
	// With + or 00, or with signs between groups; of nine to fifteen digits, so that days are none.
	telephone = `^(?=([^0-9]*[0-9]){9,15}[^0-9]*$)((\+|00)[1-9][0-9 ()/.-]*|\(?0[0-9]{1,5}\)?[ /.-][0-9 /.-]+|\(?[2-9][0-9]{2}\)?[ .-]?[2-9][0-9]{2}[ .-][0-9]{4})$`
)

// ibans are the countries by the length of their IBANs.
var ibans = map[int]string{
	15: "NO", 16: "BE", 18: "DK FO FI GL NL", 19: "MK SI", 20: "AT BA EE KZ XK LT LU", 21: "CR HR LV LI CH", 22: "BH BG GE DE IE ME RS GB VA",
	23: "AE GI IL IQ TL", 24: "AD CZ MD PK RO SA SK ES SE TN VG", 25: "PT LY ST", 26: "IS TR", 27: "FR GR IT MR MC SM",
	28: "AL AZ BY CY DO SV GT HU LB PL NI", 29: "BR EG PS QA UA", 30: "JO KW MU", 31: "MT SC", 32: "LC", 33: "RU",
}

// iban is a country, two digits, and as many letters and digits as the country has, perhaps with blanks between.
func iban() string {
	var all []string
	for length := 15; length <= 33; length++ {
		if ibans[length] != "" {
			all = append(all, "("+strings.ReplaceAll(ibans[length], " ", "|")+fmt.Sprintf(") ?[0-9] ?[0-9]( ?[A-Za-z0-9]){%d}", length-4))
		}
	}
	return "^(" + strings.Join(all, "|") + ")$"
}

// sampled reports whether a column's values have a text that patterns are of.
func sampled(c schema.Column) bool {
	base := baseName(c.Underlying().Element())
	return familyOf(c)&textual != 0 || base == "json" || base == "jsonb" || base == "hstore" || base == "xml"
}
