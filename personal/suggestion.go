package personal

import (
	"context"
	"slices"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/schema"
)

// Keep is what is suggested where no mask is.
var Keep = Candidate{Name: "keep"}

// suggest gives the first of the candidates that a plan would take, or else Keep, and why. It counts as said from then on: what is
// suggested for a key follows to all that refers to it.
func (s Search) suggest(ctx context.Context, t export.Table, c schema.Column, candidates []Candidate) (Candidate, gyro.Text, error) {
	var why gyro.Text
	tried := c.Base != "" || checked(t, c.Name)
	for _, candidate := range slices.Concat(candidates, common(c)) {
		if tried && !candidate.Fake {
			continue
		}
		mask, err := s.made(candidate)
		if err != nil {
			continue
		}
		refused, err := t.Suppose(ctx, c.Name, mask)
		if err != nil {
			return Keep, "", err
		}
		if refused == nil {
			return candidate, "", nil
		}
		if why == "" {
			why = refused.Problem
		}
	}
	switch {
	case c.Generated:
		why += ": keep it only if it shows nothing of them"
	case tried:
		why = "what it may hold is checked by the database, and whether it takes a mask that the source computes is not known"
	case why == "":
		why = gyro.Textf("none is known for type %s; an expression can be: mask: {expr: …}", c.Type)
	}
	return Keep, why, s.keep(ctx, t, c.Name)
}

// checked reports whether a CHECK has to do with a column. Fakes are tried against it, and what is made of clear values can't be.
func checked(t export.Table, column string) bool {
	return slices.ContainsFunc(t.Rules, func(r schema.Rule) bool { return r.Kind == schema.Check && slices.Contains(r.Columns, column) })
}

// keep has Keep count as said.
func (s Search) keep(ctx context.Context, t export.Table, column string) error {
	mask, err := s.made(Keep)
	if err == nil {
		_, err = t.Suppose(ctx, column, mask)
	}
	return err //nolint:wrapcheck // it says operation and place itself
}

// made is the mask of a candidate.
func (s Search) made(c Candidate) (gyro.Mask, error) {
	given := map[string]any(nil)
	if c.Settings != nil {
		given = map[string]any{"": c.Settings}
	}
	return s.Mask(c.Name, given)
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
