package sheets

import (
	"regexp"
	"strings"

	"github.com/gyrodata/gyro/schema"
)

// plainPattern is a pattern that means the same to PostgreSQL and to Go, where all of a text has
// to match: letters, digits and a few signs, classes of them, groups, alternatives, quantifiers.
var plainPattern = regexp.MustCompile(`^(?:[A-Za-z0-9 _:/@,;#%&=~"'-]|\[(?:[a-z]-[a-z]|[A-Z]-[A-Z]|[0-9]-[0-9]|[A-Za-z0-9 _])+\]|[()|*+?]|\{[0-9]{1,2}(?:,[0-9]{0,2})?\})+$`)

// matching takes texts that certainly match a pattern; nil where the server has to say it.
func matching(pattern string) schema.Values {
	if !plainPattern.MatchString(pattern) || strings.Contains(pattern, "(?") {
		return nil
	}
	compiled, err := regexp.Compile(`\A(?:` + pattern + `)\z`)
	if err != nil {
		return nil
	}
	return compiled.Match
}
