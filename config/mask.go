package config

import (
	"maps"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/mask"
)

// maskKeys are the keys of a column that say what is written in its place.
func (r *reader) maskKeys(c *gyro.Column, what string) map[string]func(ast.Node) {
	said := func(n ast.Node, m gyro.Mask) {
		if !c.Mask.IsZero() {
			r.fail(n, "keep one of fake, mask, keep, json, elements and hstore", "%s has two masks", what)
		}
		m.Domain, m.Rows = c.Mask.Domain, c.Mask.Rows
		c.Mask = m
	}
	keys := map[string]func(ast.Node){
		"fake": func(n ast.Node) { said(n, r.mask(n, what+", fake", true)) },
		"mask": func(n ast.Node) { said(n, r.mask(n, what+", mask", false)) },
		"keep": func(n ast.Node) {
			if r.boolean(n, "keep") {
				said(n, mask.Keep())
			}
		},
		"domain": func(n ast.Node) { c.Mask.Domain, _ = r.text(n, "domain") },
		"when":   func(n ast.Node) { c.Mask.Rows = r.sql(n, "when") },
	}
	maps.Copy(keys, r.insideKeys(said, what))
	return keys
}

// mask reads a name, or a name with its settings: {partial: [0, 4]}, {city: {country: DE}}.
func (r *reader) mask(n ast.Node, what string, fake bool) gyro.Mask {
	name, settings := "", map[string]any(nil)
	switch node := r.resolve(n).(type) {
	case nil:
		return gyro.Mask{}
	case *ast.NullNode:
		name = "null"
	case *ast.StringNode:
		name = node.Value
	default:
		entries, ok := r.entries(n, what)
		if !ok {
			return gyro.Mask{}
		}
		if len(entries) != 1 {
			r.fail(n, "email, or {partial: [0, 4]}", "%s must be one name, perhaps with its settings", what)
			return gyro.Mask{}
		}
		name = entries[0].Key.GetToken().Value
		settings = r.maskSettings(entries[0].Value, what)
	}
	m, err := mask.Named(name, settings)
	switch {
	case err != nil:
		r.fail(n, "docs/masking.md lists them", "%s: %s", what, err)
		return gyro.Mask{}
	case fake && m.Fake == nil:
		r.fail(n, "mask: "+name, "%s: %s is no fake: the source computes it", what, quoted(name))
	case !fake && m.Fake != nil:
		r.fail(n, "fake: "+name, "%s: %s is a fake", what, quoted(name))
	}
	return m
}

// maskSettings reads a mapping, a list, or one value.
func (r *reader) maskSettings(n ast.Node, what string) map[string]any {
	switch r.resolve(n).(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		settings := map[string]any{}
		entries, _ := r.entries(n, what)
		for _, entry := range entries {
			settings[entry.Key.GetToken().Value] = r.maskValue(entry.Value, what)
		}
		return settings
	case *ast.NullNode, nil:
		return nil
	}
	return map[string]any{"": r.maskValue(n, what)}
}

func (r *reader) maskValue(n ast.Node, what string) any {
	switch node := r.resolve(n).(type) {
	case *ast.SequenceNode:
		values := make([]any, len(node.Values))
		for i, item := range node.Values {
			values[i] = r.maskValue(item, what)
		}
		return values
	case *ast.MappingNode, *ast.MappingValueNode:
		values := map[string]any{}
		entries, _ := r.entries(n, what)
		for _, entry := range entries {
			values[entry.Key.GetToken().Value] = r.maskValue(entry.Value, what)
		}
		return values
	case *ast.StringNode, *ast.LiteralNode:
		text, _ := r.text(n, strings.TrimSpace(what))
		return text
	case *ast.FloatNode:
		return node.Value
	}
	return r.scalar(n, "a text, a number, true or false", what)
}
