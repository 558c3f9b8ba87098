package main

import "testing"

func TestInYAML(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"set Missing of that column to Include or SetNull":  "set missing of that column to include or set_null",
		"raise MaxRows, or sample the job that brings most": "raise max_rows, or sample the job that brings most",
		"Missing is set, but a, b is no foreign key":        "missing is set, but a, b is no foreign key",
		"Limit Percent Per":                                      "limit percent per",
		"set Ref, and Over":                                      "set ref, and over",
		`the table has no column "To"`:                           `the table has no column "To"`,
		"keep its ids, or name them (Fixed)":                     "keep its ids, or name them (fixed)",
		"it refers to Orders.Ref, which has no importer, Reffer": "it refers to Orders.Ref, which has no importer, Reffer",
	} {
		if got := inYAML(text); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
