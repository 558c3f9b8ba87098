package config

import (
	"fmt"
	"strings"

	"github.com/gyrodata/gyro/personal"
	"github.com/gyrodata/gyro/schema"
)

// Suggested writes what could be said of columns as the importers of a file, with why beside it. [Parse] reads it.
func Suggested(findings []personal.Finding) []byte {
	w := &writer{}
	var table schema.Name
	for _, f := range findings {
		if f.Say == nil {
			continue
		}
		if w.Len() == 0 {
			w.line(0, "importers:")
		}
		if f.Table != table {
			table = f.Table
			w.line(1, scalar(table.String())+":")
			w.line(2, "columns:")
		}
		w.line(3, Line(f), reasons(f)...)
	}
	return []byte(w.String())
}

// Line is what could be said of a finding's column, as a file has it.
func Line(f personal.Finding) string {
	return scalar(f.Column) + ": {" + said(*f.Say) + "}"
}

func said(c personal.Candidate) string {
	switch {
	case c.Name == personal.Keep.Name:
		return "keep: true"
	case c.Fake:
		return "fake: " + setTo(c)
	}
	return "mask: " + setTo(c)
}

// setTo is a mask's name, with its settings.
func setTo(c personal.Candidate) string {
	if c.Settings == nil {
		return c.Name
	}
	return "{" + c.Name + ": " + setting(c.Settings) + "}"
}

func setting(value any) string {
	switch v := value.(type) {
	case string:
		return scalar(v)
	case []any:
		var all []string
		for _, one := range v {
			all = append(all, setting(one))
		}
		return "[" + strings.Join(all, ", ") + "]"
	}
	return fmt.Sprint(value)
}

// reasons say why a line is suggested, and what is in doubt.
func reasons(f personal.Finding) []string {
	var all []string
	switch f.Kind {
	case personal.Came:
		all = append(all, "came since")
	case personal.Personal, personal.Unmasked, personal.Went:
	}
	all = append(all, f.Why...)
	if f.Doubt != "" {
		all = append(all, "no mask: "+Words(f.Doubt))
	}
	if f.Entry {
		all = append(all, "the column has an entry: add it there")
	}
	return all
}
