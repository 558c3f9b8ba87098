package config_test

import (
	"strings"
	"testing"

	"github.com/gyrodata/gyro/config"
)

const insideFile = `importers:
  customer:
    columns:
      profile:
        when: "not staff"
        json:
          $.name: {fake: name}
          $.ssn: null
          "$.tags[*]": {fake: {words: 2}}
          $.address.street: {mask: hash}
          $."e-mail": {fake: email, domain: people}
          $.plan: {keep: true}
          "$.*": null
      tags: {elements: {fake: word}}
      attrs: {hstore: {phone: {fake: phone}, note: null, "a b": {mask: {partial: [1, 1]}}}}
`

// What a file says of parts of values is what a Go program says.
func TestInside(t *testing.T) {
	t.Parallel()
	c, err := config.Parse("f", []byte(insideFile), env)
	if err != nil {
		t.Fatal(err)
	}
	for column, want := range map[string]string{
		"profile": `json($."e-mail": email by value of people, $.*: null, $.address.street: hash, $.name: name, $.plan: keep, $.ssn: null, $.tags[*]: words(2)) in some rows`,
		"tags":    "elements(word)",
		"attrs":   "hstore(a b: partial(1, 1), note: null, phone: phone)",
	} {
		if got := c.Importers[0].Columns[column].Mask.String(); got != want {
			t.Errorf("%s: %s, want %s", column, got, want)
		}
	}
}

// Mistakes in parts have their places, and are told at once.
func TestInsideMistakes(t *testing.T) {
	t.Parallel()
	const text = `importers:
  a:
    columns:
      b:
        json:
          $.a: {fake: nam}
          $.b-c: {fake: name}
          secret: {fake: name}
          $.d: {}
          $.e: {mask: hash, domain: x}
          $.f: {fake: name, keep: true}
          $.g: {fake: name, when: x}
          $.h: name
          $.i: {mask: {truncate_date: year}}
      c: {json: {}, elements: {}, hstore: {x: {fake: 7}}}
      d: {json: {$.a: null, $.a.b: null}}
      e: {fake: name, elements: {fake: word}}
      f: {hstore: {x: {mask: {round: 10}}}}
`
	want := strings.Join([]string{
		`f:6:23: importer a, column b, json, $.a, fake: there is no mask "nam": is it name? (docs/masking.md lists them)`,
		`f:7:11: importer a, column b, json: path $.b-c: character 4: a step is expected: a key stands in " where it is not letters, digits and _; there are $, .key, ."any key", .*, [0] and [*] (docs/masking.md: inside of documents)`,
		`f:8:11: importer a, column b, json: a path begins with $ ($.key, $."any key", $.list[*], $.list[0], $.*)`,
		`f:9:16: importer a, column b, json, $.d: no mask is said ({fake: name}, {mask: hash}, {keep: true} or null)`,
		`f:10:11: importer a, column b, json: $.e: hash goes by no value: what the source computes does without a domain (docs/masking.md: inside of documents)`,
		`f:11:35: importer a, column b, json, $.f has two masks (keep one of fake, mask, keep, json, elements and hstore)`,
		`f:12:29: unknown key "when" in importer a, column b, json, $.g (known here: domain, fake, keep, mask)`,
		`f:13:16: importer a, column b, json, $.h must be a mapping (write key: value)`,
		`f:14:11: importer a, column b, json: $.i: truncate_date(year) is for date, timestamps; the column is of type text (docs/masking.md: inside of documents)`,
		`f:15:17: importer a, column c, json is empty`,
		`f:15:31: importer a, column c, elements: no mask is said ({fake: name}, {mask: hash}, {keep: true} or null)`,
		`f:15:54: importer a, column c, hstore, x, fake must be a mapping (write key: value)`,
		`f:16:17: importer a, column d, json: $.a hides $.a.b: one of them is to go (docs/masking.md: inside of documents)`,
		`f:17:33: importer a, column e has two masks (keep one of fake, mask, keep, json, elements and hstore)`,
		`f:18:19: importer a, column f, hstore: x: round(10) is for integers, numeric, real and double precision; the column is of type text (docs/masking.md: inside of documents)`,
	}, "\n")
	_, err := config.Parse("f", []byte(text), env)
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}
