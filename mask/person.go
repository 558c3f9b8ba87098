package mask

import (
	"unicode/utf8"

	"github.com/gyrodata/gyro"
)

// A person's names, and what is made of them (e-mail address, user name), are the same person's in all columns of a row.

// FirstName writes a first name.
func FirstName() gyro.Mask { return shared("first_name", firstName, firstNames).mask() }

// MiddleName writes a middle name.
func MiddleName() gyro.Mask { return shared("middle_name", middleName, middleNames).mask() }

// LastName writes a last name.
func LastName() gyro.Mask { return shared("last_name", lastName, lastNames).mask() }

// NamePrefix writes what stands before a name, as "Dr.".
func NamePrefix() gyro.Mask { return tabled("name_prefix", namePrefixes).mask() }

// NameSuffix writes what stands behind a name, as "Jr.".
func NameSuffix() gyro.Mask { return tabled("name_suffix", nameSuffixes).mask() }

// Name writes first and last name.
func Name() gyro.Mask { return name().mask() }

func name() recipe {
	return recipe{name: "name", kinds: texts, longest: longest(firstNames) + 1 + longest(lastNames), draw: func(text []byte, d draw) []byte {
		text = append(text, d.one(firstName, firstNames)...)
		text = append(text, ' ')
		return append(text, d.one(lastName, lastNames)...)
	}}
}

// Initials writes the first letters of first and last name.
func Initials() gyro.Mask { return initials().mask() }

func initials() recipe {
	return recipe{name: "initials", kinds: texts, longest: 2, draw: func(text []byte, d draw) []byte {
		for _, name := range []string{d.one(firstName, firstNames), d.one(lastName, lastNames)} {
			r, _ := utf8.DecodeRuneInString(name)
			text = utf8.AppendRune(text, r)
		}
		return text
	}}
}

// Gender writes male or female.
func Gender() gyro.Mask { return tabled("gender", genders).mask() }

var genders = []string{"female", "male"}

// Age writes an age from 18 to 90.
func Age() gyro.Mask { return whole("age", 18, 90).mask() }

// JobTitle writes what somebody does, as "Florist".
func JobTitle() gyro.Mask { return shared("job_title", title, jobTitles).mask() }

// JobLevel writes where somebody stands, as "Chief".
func JobLevel() gyro.Mask { return tabled("job_level", jobLevels).mask() }

// Department writes where somebody works, as "Marketing".
func Department() gyro.Mask { return tabled("department", departments).mask() }

var departments = []string{
	"Accounting", "Administration", "Customer Service", "Engineering", "Finance", "Human Resources", "IT", "Legal", "Logistics",
	"Marketing", "Operations", "Procurement", "Product", "Production", "Quality", "Research", "Sales", "Security", "Support", "Training",
}

// Hobby writes what somebody likes to do.
func Hobby() gyro.Mask { return tabled("hobby", hobbies).mask() }

// School writes the name of a school.
func School() gyro.Mask { return school().mask() }

func school() recipe {
	return recipe{name: "school", kinds: texts, longest: longest(schools) + 1 + longest(schoolTypes), draw: func(text []byte, d draw) []byte {
		die := d.own()
		text = append(text, die.of(schools)...)
		text = append(text, ' ')
		return append(text, die.of(schoolTypes)...)
	}}
}

// SSN writes a social security number of the United States from those that are never given to anybody.
func SSN() gyro.Mask { return ssn().mask() }

// ssn is 9##, a group below 50, which is no taxpayer's number either, and four digits.
func ssn() recipe {
	const all = 100 * 50 * 10_000
	return recipe{name: "ssn", kinds: texts, least: 11, longest: 11, bits: func(*shape) int { return below(all) }, draw: func(text []byte, d draw) []byte {
		n := d.number(64) % all
		text = appendDigits(append(text, '9'), n/(50*10_000), 2)
		text = appendDigits(append(text, '-'), n/10_000%50, 2)
		return appendDigits(append(text, '-'), n%10_000, 4)
	}}
}
