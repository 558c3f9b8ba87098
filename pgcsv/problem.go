package pgcsv

// Rule is what a record or a value breaks, as a word that is the same in every report.
type Rule string

// The rules of records: a [Sheet] finds what breaks them. Where quotes are misplaced, the number
// of fields means nothing and is not told.
const (
	TooFewFields    Rule = "too-few-fields"
	TooManyFields   Rule = "too-many-fields"
	UnclosedQuote   Rule = "unclosed-quote"
	AfterQuote      Rule = "text-after-quote"
	QuoteInside     Rule = "quote-inside"
	InvalidEncoding Rule = "invalid-encoding"
	NULCharacter    Rule = "nul-character"
)

var ruleTexts = map[Rule]string{
	TooFewFields:    "fewer fields than the header",
	TooManyFields:   "more fields than the header",
	UnclosedQuote:   "a quote that does not close",
	AfterQuote:      "text after a closing quote (stray_quotes would take that quote for text)",
	QuoteInside:     "a quote inside a field without quotes, which may be text or not (stray_quotes takes it for text)",
	InvalidEncoding: "bytes that are invalid in the file's encoding (encoding would say another)",
	NULCharacter:    "a NUL character, which PostgreSQL can't store",
	NotANumber:      "not a number",
	AmbiguousNumber: "points and commas that are not where this column's numbers have them",
	DressedNumber:   "a number that has something around it (a currency, a percent sign, parentheses, a minus behind) that its format (currency, percent, negative) does not say, or not what that says",
	NotADate:        "not written as the column's dates are, or as 2026-12-31 23:59:59 where no pattern is said",
	NoSuchDate:      "a day or a time that there is not",
	DigitsLost:      "more digits than the column keeps",
	NotABoolean:     "none of the words for true and false",
}

// Text says the rule in a few words, for a report.
func (r Rule) Text() string {
	if text, ok := ruleTexts[r]; ok {
		return text
	}
	return string(r)
}

// ofQuotes says whether it makes the number of fields meaningless.
func (r Rule) ofQuotes() bool { return r == UnclosedQuote || r == AfterQuote || r == QuoteInside }

// Problem is one rule that a record breaks, and where. It holds no value.
type Problem struct {
	Rule   Rule
	Column int // of the field, from 0; -1: the record as a whole
}
