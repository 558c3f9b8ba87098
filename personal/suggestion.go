package personal

import (
	"slices"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/schema"
)

// Keep is what is suggested where no mask is.
var Keep = Candidate{Name: "keep"}

// suggest gives the first of the candidates that a plan would take, or else Keep, and why.
func (s Search) suggest(t export.Table, c schema.Column, candidates []Candidate) (Candidate, gyro.Text) {
	var first gyro.Text
	for _, candidate := range slices.Concat(candidates, common(c)) {
		given := map[string]any(nil)
		if candidate.Settings != nil {
			given = map[string]any{"": candidate.Settings}
		}
		mask, err := s.Mask(candidate.Name, given)
		if err != nil {
			continue
		}
		refused := t.Refuses(c.Name, mask)
		if refused == nil {
			return candidate, ""
		}
		if first == "" {
			first = refused.Problem
		}
	}
	switch {
	case c.Generated:
		first += ": keep it only if it shows nothing of them"
	case first == "":
		first = gyro.Textf("no mask is known for type %s; an expression can be: mask: {expr: …}", c.Type)
	}
	return Keep, first
}

// common are masks for any column of a type.
func common(c schema.Column) []Candidate {
	switch base := baseName(c.Underlying()); {
	case unknown(c): // it may not take NULL
		return nil
	case nested(c):
		return slices.Concat(masks("null", nil), masks("constant", "{}"))
	case holdsAnything[base] != nil:
		return slices.Concat(masks("null", nil), masks("constant", *holdsAnything[base]))
	case c.Enum:
		labels := make([]any, len(c.Labels))
		for i, label := range c.Labels {
			labels[i] = label
		}
		return slices.Concat(masks("null", nil), []Candidate{{Fake: true, Name: "choice", Settings: labels}})
	}
	switch t := c.Underlying(); {
	case t.Number():
		return slices.Concat(masks("null", nil), masks("token", nil), masks("constant", 0))
	case t.Date():
		return slices.Concat(masks("truncate_date", "year"), masks("null", nil))
	case t.Word(), baseName(t) == "citext":
		return slices.Concat(masks("hash", nil), masks("token", nil), masks("null", nil), masks("constant", "-"))
	case baseName(t) == "point":
		return slices.Concat(masks("null", nil), masks("constant", "(0,0)"))
	}
	return masks("null", nil)
}
