package mask

import (
	"fmt"
	"strings"

	"github.com/gyrodata/gyro"
)

// Account numbers are valid and nobody's: of banks that do not exist, and of the ranges in which card networks test.

// IBAN writes the number of an account, whose check digits are right, at a bank that does not exist: "DE", the default, "GB",
// "NL" or "AT".
func IBAN(country ...string) gyro.Mask { return iban(strings.Join(country, "")).mask() }

// accounts are what an IBAN of a country has behind the check digits: # is a digit of the row's number. A German
// clearing area 9 and an Austrian bank 99 do not exist; the letters are no bank's.
var accounts = map[string]string{"DE": "9#################", "GB": "GYRO##############", "NL": "GYRO##########", "AT": "99##############"}

func iban(country string) recipe {
	name := "iban"
	if country == "" {
		country = "DE"
	} else {
		name = fmt.Sprintf("iban(%s)", country)
	}
	pattern, ok := accounts[strings.ToUpper(country)]
	if !ok {
		return failed(name, gyro.Text("the country is to be DE, GB, NL or AT"))
	}
	country = strings.ToUpper(country)
	account := numbered(name, pattern)
	account.least, account.longest = len(pattern)+4, len(pattern)+4
	digits := account.draw
	account.draw = func(text []byte, d draw) []byte {
		text = append(text, country...)
		check := len(text)
		text = digits(append(text, "00"...), d)
		// The rest by 97 of the account, the country and 00, in which a letter counts as two digits.
		rest := 0
		for _, part := range [2][]byte{text[check+2:], text[check-2 : check+2]} {
			for _, c := range part {
				if c >= 'A' {
					rest = (rest*100 + int(c-'A') + 10) % 97
				} else {
					rest = (rest*10 + int(c-'0')) % 97
				}
			}
		}
		text[check], text[check+1] = byte('0'+(98-rest)/10), byte('0'+(98-rest)%10)
		return text
	}
	return account
}

// BIC writes a bank's code, of a bank that does not exist.
func BIC() gyro.Mask { return patterned("bic", "GYRODE##").mask() }

// BankAccount writes the ten digits of an account.
func BankAccount() gyro.Mask { return numbered("bank_account", "##########").mask() }

// Bank writes a bank's name.
func Bank() gyro.Mask { return tabled("bank", banks).mask() }

// Card writes the number of a card that passes Luhn's check, of a range in which payments are tested: "visa", the default,
// "mastercard" or "amex".
func Card(brand ...string) gyro.Mask { return card(strings.Join(brand, "")).mask() }

var cardRanges = map[string]string{"visa": "400000#########", "mastercard": "555555#########", "amex": "378282########"}

func card(brand string) recipe {
	name := "card"
	if brand == "" {
		brand = "visa"
	} else {
		name = fmt.Sprintf("card(%s)", brand)
	}
	pattern, ok := cardRanges[brand]
	if !ok {
		return failed(name, gyro.Text("the brand is to be visa, mastercard or amex"))
	}
	number := numbered(name, pattern)
	number.kinds = texts | bigint
	number.least, number.longest = len(pattern)+1, len(pattern)+1
	digits := number.draw
	number.draw = func(text []byte, d draw) []byte {
		start := len(text)
		text = digits(text, d)
		sum := 0
		for i := len(text) - 1; i >= start; i-- {
			n := int(text[i] - '0')
			if (len(text)-i)%2 == 1 { // twice, and the sum of its digits
				if n *= 2; n > 9 {
					n -= 9
				}
			}
			sum += n
		}
		return append(text, byte('0'+(10-sum%10)%10))
	}
	return number
}

// CardBrand writes who gives out cards.
func CardBrand() gyro.Mask { return shared("card_brand", cardBrand, brands).mask() }

var brands = []string{"American Express", "Diners Club", "Discover", "JCB", "Maestro", "Mastercard", "UnionPay", "Visa"}

// CardExpiry writes when a card is no longer valid, as "07/29".
func CardExpiry() gyro.Mask { return cardExpiry().mask() }

func cardExpiry() recipe {
	return recipe{name: "card_expiry", kinds: texts, least: 5, longest: 5, draw: func(text []byte, d draw) []byte {
		die := d.own()
		text = appendDigits(text, uint64(1+die.below(12)), 2)
		return appendDigits(append(text, '/'), uint64(27+die.below(8)), 2)
	}}
}

// CardCVV writes the three digits on a card's back.
func CardCVV() gyro.Mask { return patterned("card_cvv", "###").mask() }

// Currency writes the code of a currency.
func Currency() gyro.Mask { return shared("currency", currency, currencies).mask() }

// CurrencyName writes a currency's name, that of the code beside it.
func CurrencyName() gyro.Mask { return shared("currency_name", currency, currencyText).mask() }
