package main

import (
	"cmp"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// secrets are texts that may be a password or a part of one. No message shows them, whoever wrote it, and
// however a URL was mistyped: what was meant as a password may pass for a host, a path or a database then.
type secrets []string

// hidden is what stands in their place.
const hidden = "(not shown)"

// passwordSetting is a password in a query of a URL or among keywords and values.
var passwordSetting = regexp.MustCompile(`(?i)(?:password|passwd|pwd|secret|token)\w*\s*=\s*(?:'((?:[^'\\]|\\.)*)'|([^\s&]+))`)

// learn takes what may be a secret out of a text that may be a URL or a list of keywords and values.
func (s *secrets) learn(text string) {
	for _, found := range passwordSetting.FindAllStringSubmatch(text, -1) {
		s.password(found[1] + found[2])
	}
	rest := text
	if i := strings.Index(text, "//"); i >= 0 {
		rest = text[i+2:]
	}
	at := strings.LastIndex(rest, "@")
	if at < 0 {
		return
	}
	_, password, has := strings.Cut(rest[:at], ":")
	if !has {
		return
	}
	s.add(text)
	s.password(password)
}

// password adds a password, as it stands and unescaped. A character that had to be written otherwise cuts it
// into what looks like other parts: these are secrets as well.
func (s *secrets) password(text string) {
	s.add(text)
	s.add(strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("@:/?#%&= '\"\\", r) })...)
	if plain, err := url.PathUnescape(text); err == nil {
		s.add(plain)
	}
}

// add adds texts that are long enough not to be parts of words everywhere.
func (s *secrets) add(texts ...string) {
	for _, text := range texts {
		if len(text) >= 3 {
			*s = append(*s, text)
		}
	}
	slices.SortFunc(*s, func(a, b string) int { return cmp.Compare(len(b), len(a)) }) // a part comes after the whole
}

// hide takes the secrets out of a message.
func (s secrets) hide(message string) string {
	for _, secret := range s {
		message = strings.ReplaceAll(message, secret, hidden)
	}
	return message
}

// warnOfPassword tells where a password stands in an argument, which others on the machine can see.
func (c *cli) warnOfPassword(flag, text string) {
	u, err := url.Parse(text)
	has := passwordSetting.MatchString(text)
	if err == nil && u.User != nil && !has {
		_, has = u.User.Password()
	}
	if has {
		fmt.Fprintf(c.stderr, "warning: others on this machine can see the password in %s; use %s, PGPASSWORD or ~/.pgpass\n", flag, "GYRO_"+strings.ToUpper(strings.TrimPrefix(flag, "--")))
	}
}
