package main

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/gyrodata/gyro"
)

// Whatever a password is made of and wherever it stands, a message that quotes what was written does not show it.
func TestSecrets(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"postgres://u:pa@PLANTED@127.0.0.1/db", "postgre://u:PLANTED@127.0.0.1/db", "postgres//u:PLANTED@h/db", "postgres://u:PLANTED@ho st/db",
		"postgres://u:PLANTED%zz@h/db", "host=127.0.0.1 password=PLANTED", "host=h password = 'a PLANTED \\' b'", "postgres://u@h/db?password=PLANTED&x=1",
		"postgres://u@h/db?sslpassword=PLANTED", "u:PLANTED@h", "postgres://u:PLANTED/x?y#z@h/db", "--source=postgres://u:PLANTED@h/db",
	} {
		var s secrets
		s.learn(text)
		for _, message := range []string{"unexpected argument " + text, "host PLANTED@127.0.0.1 is not known", "open PLANTED: no such file"} {
			if got := s.hide(message); strings.Contains(got, "PLANTED") {
				t.Errorf("%s: %s", text, got)
			}
		}
	}
	var s secrets
	s.learn("slices/dev-qa-org-1")
	s.learn("accounts_shop=shops.csv")
	if len(s) > 0 {
		t.Errorf("%q are no secrets", s)
	}
	rapid.Check(t, func(t *rapid.T) {
		password := rapid.StringMatching(`[a-zA-Z0-9@:/?#%&=]{3,12}`).Draw(t, "password") + "PLANTED"
		var s secrets
		s.learn("postgres://user:" + password + "@host/db")
		for cut := range password { // where a parser may have cut
			if cut > 0 && !strings.ContainsRune("@:/?#%&=", rune(password[cut-1])) {
				continue
			}
			if got := s.hide("error: " + password[cut:]); strings.Contains(got, "PLANTED") {
				t.Fatalf("%s: %s", password, got)
			}
		}
	})
}

// Errors and hints are both seen to.
func TestSecretsInErrors(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	c := &cli{stderr: &out}
	c.secrets.learn("postgres://u:PLANTED@h/db")
	c.printError(errors.Join(&gyro.Error{Op: "open", Place: "PLANTED", Err: errors.New("PLANTED"), Hint: "not PLANTED"}, &usageError{err: errors.New("PLANTED"), hint: "PLANTED"}))
	if strings.Contains(out.String(), "PLANTED") {
		t.Error(out.String())
	}
}
